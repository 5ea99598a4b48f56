package catalog

import (
	"context"
	"slices"

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

// folderTables gives the tables over all files of a folder: one, or where they hold the same several sheets, one for each of
// them. It is nil where the files do not agree.
func (d *discovery) folderTables(ctx context.Context, dir string, members []candidate) []*found {
	for _, m := range members[1:] {
		if m.format.Spec().Name != members[0].format.Spec().Name {
			return nil
		}
	}
	sheets := []formats.Table{{}}
	if s, ok := members[0].format.(formats.Sheeter); ok {
		if sheets, ok = d.sameSheets(ctx, s, members); !ok {
			return nil
		}
	}
	var out []*found
	for _, t := range sheets {
		if !d.agree(ctx, members, t.Options) {
			return nil
		}
		f := &found{name: folderTable(dir), src: d.src, base: dir, pattern: d.patternFor(dir, members), format: members[0].format, options: t.Options}
		if len(sheets) > 1 {
			f.name = tableName(f.name + "_" + t.Name)
		}
		for _, m := range members {
			f.objects = append(f.objects, m.Info)
		}
		out = append(out, f)
	}
	return out
}

// sameSheets gives the tables that some of the files, which are looked into, have in common; ok is false where some have
// other ones. Files of one sheet each are one table whatever the sheets' names.
func (d *discovery) sameSheets(ctx context.Context, s formats.Sheeter, members []candidate) (tables []formats.Table, ok bool) {
	one, same := true, true
	for n, i := range looks(len(members), true) {
		these, err := d.tablesOf(ctx, s, members[i])
		if err != nil {
			d.warn(members[i].Path, "cannot be looked at: "+pgerr.From(err).Message)
			return nil, false
		}
		if n == 0 {
			tables = these
		}
		one = one && len(these) <= 1
		same = same && slices.EqualFunc(tables, these, func(a, b formats.Table) bool { return a.Name == b.Name })
	}
	switch {
	case same && len(tables) > 0:
		return tables, true
	case one:
		return []formats.Table{{}}, true
	}
	return nil, false
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
