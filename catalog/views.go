package catalog

import (
	"context"
	"slices"
	"strings"

	"howdah/internal/pgdata"
	"howdah/pgerr"
	"howdah/sources"
	"howdah/sql"
	"howdah/types"
)

// Describer tells the columns of a query; the planner is one. The catalog cannot import it, so the wiring hands it in.
type Describer func(ctx context.Context, v View, path []string, query string) ([]types.Column, error)

// SetDescriber hands in the planner. Call it once, before the catalog is used.
func (c *Catalog) SetDescriber(d Describer) { c.describer = d }

// Definer prints a view's query as PostgreSQL's pg_get_viewdef does, its columns called by names, tables as called says.
// It is an error where a query cannot be printed so.
type Definer func(ctx context.Context, v View, path []string, query string, names []string, how Definition) (string, error)

// Definition is how a view's query is printed.
type Definition struct {
	Called func(schema, name string) string // how a table is called
	Pretty bool                             // pg_get_viewdef's
	Wrap   int                              // pg_get_viewdef's
	Style  *types.Style                     // constants are shown under it; nil = the default
	Read   *types.Style                     // literals are read under it; nil = Style
	Fix    bool                             // the query as it is, but literals of dates and times as all settings read them
	// Renamed gives a table the name and the columns that it is about to get; nil = all keep theirs, nil columns = they do.
	Renamed func(schema, name string) (newSchema, newName string, columns []string)
}

// SetDefiner hands in the planner, like SetDescriber.
func (c *Catalog) SetDefiner(d Definer) { c.definer = d }

// ViewDefinition implements expr.Catalog. A query that cannot be printed as PostgreSQL does is shown as it was written.
func (n *Names) ViewDefinition(oid types.OID, pretty bool, wrap int, style *types.Style) (string, bool) {
	rel, ok := n.relation(oid)
	if !ok {
		return "", false
	}
	if def := n.view.st.views[rel]; def != nil {
		if text, err := n.define(rel, def.query, implicit(def.path), pretty, wrap, style); err == nil {
			return text, true
		}
		return " " + strings.TrimSuffix(strings.TrimSpace(def.query), ";") + ";", true
	}
	r := pgdata.RelationByName(rel.schema, rel.name)
	if r == nil || r.Kind != 'v' {
		return "", false
	}
	if pretty || wrap != 0 {
		if text, err := n.define(rel, r.Definition, []string{"pg_catalog"}, pretty, wrap, style); err == nil {
			return text, true
		}
	}
	return r.Definition, true
}

func (n *Names) define(rel name, query string, path []string, pretty bool, wrap int, style *types.Style) (string, error) {
	if n.view.cat.definer == nil {
		return "", pgerr.New(pgerr.FeatureNotSupported, "views cannot be printed here")
	}
	r, err := n.view.relation(n.ctx, rel)
	if err != nil {
		return "", err
	}
	var names []string
	for _, c := range r.Columns {
		if !c.Hidden {
			names = append(names, c.Name)
		}
	}
	return n.view.cat.definer(n.ctx, n.view, path, query, names, Definition{Called: n.called, Pretty: pretty, Wrap: wrap, Style: style})
}

// called is how a relation is called along the search path: its name alone where that means it.
func (n *Names) called(schema, rel string) string {
	if n.visible(name{schema, rel}) {
		return sql.QuoteIdent(rel)
	}
	return sql.QuoteIdent(schema) + "." + sql.QuoteIdent(rel)
}

func newSnapshot() *sources.Snapshot { return sources.NewSnapshot() }

// describe tells the columns of a view, under the names that CREATE VIEW gave.
func (c *Catalog) describe(ctx context.Context, v *view, path []string, def *viewDef) ([]types.Column, error) {
	if c.describer == nil {
		return nil, pgerr.New(pgerr.FeatureNotSupported, "views are not supported here")
	}
	cols, err := c.describer(ctx, v, implicit(path), def.query)
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

// describing is a view whose columns are being found out, and those that this is done for.
type describing struct {
	view  name
	above *describing
}

// implicit is a search path with pg_catalog, which comes first where it is not named.
func implicit(path []string) []string {
	if slices.Contains(path, "pg_catalog") {
		return path
	}
	return append([]string{"pg_catalog"}, path...)
}

// viewRelation makes the relation of a view. Its query is bound along the search path under which it was created.
func (v *view) viewRelation(ctx context.Context, def *viewDef) (*Relation, error) {
	for up, _ := ctx.Value(describing{}).(*describing); up != nil; up = up.above {
		if up.view == def.name {
			return nil, pgerr.New(pgerr.InvalidObjectDefinition, `infinite recursion detected in rules for relation "%s"`, def.name.name)
		}
	}
	above, _ := ctx.Value(describing{}).(*describing)
	cols, err := v.cat.describe(context.WithValue(ctx, describing{}, &describing{def.name, above}), v, def.path, def)
	if err != nil {
		e := pgerr.From(err).Clone()
		if e.Code == pgerr.InvalidObjectDefinition {
			return nil, e
		}
		return nil, e.At("view %s", def.name)
	}
	r := &Relation{
		OID: v.cat.oids.of("class", def.schema, def.name.name), Schema: def.schema, Name: def.name.name,
		Kind: RelView, View: def.query, ViewPath: implicit(def.path), Comment: def.comment, Options: def.options, Rows: -1, Bytes: -1,
	}
	for i, c := range cols {
		r.Columns = append(r.Columns, Column{Column: c, AttNum: int16(i + 1), Comment: def.comments[c.Name]})
	}
	return r, nil
}

// viewColumnComments are the comments on a view's columns, by their numbers.
func (v *view) viewColumnComments(ctx context.Context, def *viewDef) map[int16]string {
	if len(def.comments) == 0 {
		return nil // no need to look at its columns
	}
	r, err := v.relation(ctx, def.name)
	if err != nil {
		return nil // a view that cannot be read now has no columns to tell of
	}
	out := map[int16]string{}
	for _, c := range r.Columns {
		if c.Comment != "" {
			out[c.AttNum] = c.Comment
		}
	}
	return out
}
