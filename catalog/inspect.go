package catalog

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"

	"howdah/sources"
	"howdah/sql"
)

// Describe writes a table over files as DDL ready to paste, with what led to it as comments.
func (c *Catalog) Describe(ctx context.Context, r *Relation) (string, error) {
	f := r.File
	if f == nil {
		return "", nil
	}
	var b strings.Builder
	var objects []sources.Info
	for info, err := range f.Source.List(ctx, f.Pattern) {
		if err != nil {
			return "", err
		}
		objects = append(objects, info)
	}
	if len(objects) > 0 {
		slices.SortFunc(objects, func(a, b sources.Info) int { return strings.Compare(a.Path, b.Path) })
		given := f.picked
		if secrets := secretsOf(f.Format, f.Options); secrets != nil {
			maps.Copy(secrets, given)
			given = secrets
		}
		inf, err := c.inferTable(ctx, f.Source, objects, f.Format, given)
		if err != nil {
			return "", err
		}
		fmt.Fprintf(&b, "-- %s", objects[0].Path)
		if objects[0].Size >= 0 {
			fmt.Fprintf(&b, ", %d bytes", objects[0].Size)
		}
		if inf.Rows >= 0 {
			fmt.Fprintf(&b, ", about %d rows", inf.Rows)
		}
		b.WriteByte('\n')
		if named := c.formatOf(objects[0].Path); named != nil && named.Spec().Name != f.Format.Spec().Name {
			fmt.Fprintf(&b, "-- the content is %s, whatever the file's name says\n", f.Format.Spec().Name)
		}
		for i, n := range inf.Notes {
			if slices.Contains(inf.Notes[:i], n) {
				continue // each of several sampled files has told it
			}
			fmt.Fprintf(&b, "-- %s\n", n)
		}
	}
	if len(objects) > 1 {
		fmt.Fprintf(&b, "-- and %d more files of the same table\n", len(objects)-1)
	}
	d := &ddl{ctx: ctx, cat: c}
	loc := f.Location
	def := d.declaration(name{r.Schema, r.Name}, &serverDef{name: "files"}, f.place, r)
	fmt.Fprintf(&b, "-- CREATE SERVER files FOREIGN DATA WRAPPER howdah OPTIONS (location %s);\n", sql.QuoteLiteral(loc))
	writeTable(&b, def)
	return b.String(), nil
}
