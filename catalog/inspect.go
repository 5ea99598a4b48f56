package catalog

import (
	"context"
	"fmt"
	"strings"

	"howdah/sql"
)

// Describe writes a table over files as DDL ready to paste, with what led to it as comments.
func (c *Catalog) Describe(ctx context.Context, r *Relation) (string, error) {
	f := r.File
	if f == nil {
		return "", nil
	}
	var b strings.Builder
	objects := 0
	for info, err := range f.Source.List(ctx, f.Pattern) {
		if err != nil {
			return "", err
		}
		if objects++; objects > 1 {
			continue
		}
		inf, err := c.infer(ctx, f.Source, info, f.Format, f.picked)
		if err != nil {
			return "", err
		}
		fmt.Fprintf(&b, "-- %s", info.Path)
		if info.Size >= 0 {
			fmt.Fprintf(&b, ", %d bytes", info.Size)
		}
		if inf.Rows >= 0 {
			fmt.Fprintf(&b, ", about %d rows", inf.Rows)
		}
		b.WriteByte('\n')
		for _, n := range inf.Notes {
			fmt.Fprintf(&b, "-- %s\n", n)
		}
	}
	if objects > 1 {
		fmt.Fprintf(&b, "-- and %d more files of the same table\n", objects-1)
	}
	d := &ddl{ctx: ctx, cat: c}
	loc := f.Location
	def := d.declaration(name{r.Schema, r.Name}, &serverDef{name: "files"}, f.place, r)
	fmt.Fprintf(&b, "-- CREATE SERVER files FOREIGN DATA WRAPPER howdah OPTIONS (location %s);\n", sql.QuoteLiteral(loc))
	writeTable(&b, def)
	return b.String(), nil
}
