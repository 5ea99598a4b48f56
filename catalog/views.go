package catalog

import (
	"context"

	"howdah/pgerr"
	"howdah/sources"
	"howdah/types"
)

// Describer tells the columns of a query; the planner is one. The catalog cannot import it, so the wiring hands it in.
type Describer func(ctx context.Context, v View, path []string, query string) ([]types.Column, error)

// SetDescriber hands in the planner. Call it once, before the catalog is used.
func (c *Catalog) SetDescriber(d Describer) { c.describer = d }

func newSnapshot() *sources.Snapshot { return sources.NewSnapshot() }

// describe tells the columns of a view, under the names that CREATE VIEW gave.
func (c *Catalog) describe(ctx context.Context, v *view, path []string, def *viewDef) ([]types.Column, error) {
	if c.describer == nil {
		return nil, pgerr.New(pgerr.FeatureNotSupported, "views are not supported here")
	}
	cols, err := c.describer(ctx, v, path, def.query)
	if err != nil {
		return nil, err
	}
	if len(def.columns) > len(cols) {
		return nil, pgerr.New(pgerr.SyntaxError, "CREATE VIEW specifies more column names than columns")
	}
	seen := map[string]bool{}
	for i := range cols {
		if i < len(def.columns) {
			cols[i].Name = def.columns[i]
		}
		if seen[cols[i].Name] {
			return nil, pgerr.New(pgerr.DuplicateColumn, "column \"%s\" specified more than once", cols[i].Name)
		}
		seen[cols[i].Name] = true
	}
	return cols, nil
}

// viewRelation makes the relation of a view. Its query is bound along the search path under which it was created.
func (v *view) viewRelation(ctx context.Context, def *viewDef) (*Relation, error) {
	cols, err := v.cat.describe(ctx, v, def.path, def)
	if err != nil {
		return nil, pgerr.From(err).Clone().At("view %s", def.name)
	}
	r := &Relation{
		OID: v.cat.oids.of("class", def.schema, def.name.name), Schema: def.schema, Name: def.name.name,
		Kind: RelView, View: def.query, ViewPath: def.path, Comment: def.comment, Rows: -1, Bytes: -1,
	}
	for i, c := range cols {
		r.Columns = append(r.Columns, Column{Column: c, AttNum: int16(i + 1)})
	}
	return r, nil
}
