package catalog

import (
	"context"

	"howdah/formats"
	"howdah/pgerr"
)

// maxFarSheets bounds the files that are looked into for several tables where each look costs round trips.
const maxFarSheets = 100

// each gives the tables of a file that is no part of a folder's: one, or, in a format whose files hold several, one for
// each of them, named after the file and itself.
func (d *discovery) each(ctx context.Context, stem string, c candidate, base string, files int) []*found {
	whole := d.single(tableName(stem), c, base)
	s, ok := c.format.(formats.Sheeter)
	if !ok || d.src.Remote() && files > maxFarSheets {
		return []*found{whole}
	}
	tables, err := d.tablesOf(ctx, s, c)
	if err != nil {
		if other := d.cat.misnamed(ctx, d.src, c.Info, c.format, err); other != nil {
			c.format = other
			whole = d.single(tableName(stem), c, base)
			if s, ok = other.(formats.Sheeter); !ok {
				return []*found{whole}
			}
			tables, err = d.tablesOf(ctx, s, c)
		}
	}
	if err != nil {
		d.warn(c.Path, "cannot be looked at: "+pgerr.From(err).Message)
		return []*found{whole}
	}
	if len(tables) == 0 {
		return []*found{whole}
	}
	if len(tables) == 1 {
		whole.options = tables[0].Options
		return []*found{whole}
	}
	var out []*found
	for _, t := range tables {
		f := d.single(tableName(stem+"_"+t.Name), c, base)
		f.options = t.Options
		out = append(out, f)
	}
	return out
}

// tablesOf looks into a file, once a version.
func (d *discovery) tablesOf(ctx context.Context, s formats.Sheeter, c candidate) ([]formats.Table, error) {
	key := c.Path + "\x00" + c.Version
	if tables, ok := d.sheets[key]; ok && c.Version != "" {
		return tables, nil
	}
	in := d.cat.input(ctx, d.src, c.Info)
	defer in.Close()
	tables, err := s.Tables(in, secretsOf(c.format, d.secrets))
	if err != nil {
		return nil, err
	}
	if d.sheets == nil || len(d.sheets) >= maxInferences {
		d.sheets = map[string][]formats.Table{}
	}
	d.sheets[key] = tables
	return tables, nil
}
