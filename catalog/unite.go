package catalog

import (
	"context"
	"fmt"
	"maps"
	"path"
	"regexp"
	"slices"
	"strings"

	"howdah/formats"
	"howdah/sources"
	"howdah/types"
)

// How many files of a folder are looked at for the columns of their table, where each may have its own.
const (
	localLooks = 16
	farLooks   = 3
)

// united is the inference of a table over several files, in a format that finds columns by name in each of them.
type united struct {
	formats.Inference
	files   int
	in      []int // files that have the column
	blank   []bool
	clashes []string // columns whose values are of differing types
}

// unite joins the inferences of several files: their columns in the order of their first appearance. It is nil where they
// cannot be one table: the rows lie elsewhere, or one name stands for two members.
func unite(all []formats.Inference) *united {
	u := &united{}
	at := map[string]int{}
	for _, inf := range all {
		if len(inf.Schema.Columns) == 0 && inf.Rows == 0 {
			continue // an empty file agrees with everything
		}
		if u.files++; u.files == 1 {
			u.Inference = inf
			u.Schema.Columns, u.Columns, u.Blank = nil, nil, nil
		} else if !maps.Equal(u.Options, inf.Options) {
			return nil
		}
		for i, c := range inf.Schema.Columns {
			var opt formats.Options
			if inf.Columns != nil {
				opt = inf.Columns[i]
			}
			blank := inf.Blank != nil && inf.Blank[i]
			k, seen := at[c.Name]
			if !seen {
				at[c.Name] = len(u.in)
				u.Schema.Columns = append(u.Schema.Columns, c)
				u.Columns = append(u.Columns, opt)
				u.in = append(u.in, 1)
				u.blank = append(u.blank, blank)
				continue
			}
			if !maps.Equal(u.Columns[k], opt) {
				return nil
			}
			u.in[k]++
			u.widen(k, c, blank)
		}
	}
	if u.files == 0 {
		if len(all) == 0 {
			return nil
		}
		u.Inference = all[0]
	}
	return u
}

// widen makes a column's type hold what another file has under its name, as one file with both would be inferred: numbers
// are numeric, what is nothing but null is of any type, and other types that differ are text, or jsonb with arrays and objects.
func (u *united) widen(k int, c types.Column, blank bool) {
	have := &u.Schema.Columns[k]
	switch a, b := have.Type.OID, c.Type.OID; {
	case blank || a == b && !u.blank[k]:
	case u.blank[k]:
		*have, u.blank[k] = c, false
	case isNumber(a) && isNumber(b):
		have.Type = types.Of(types.NumericOID)
	default:
		if !slices.Contains(u.clashes, c.Name) {
			u.clashes = append(u.clashes, c.Name)
		}
		have.Type, have.Collation = types.Of(types.TextOID), types.CCollation
		if a == types.JSONBOID || b == types.JSONBOID {
			have.Type, have.Collation = types.Of(types.JSONBOID), types.NoCollation
		}
	}
}

func isNumber(oid types.OID) bool {
	return oid == types.Int8OID || oid == types.Float8OID || oid == types.NumericOID
}

// some lists the columns that not all files have.
func (u *united) some() (names []string) {
	for k, n := range u.in {
		if n < u.files {
			names = append(names, u.Schema.Columns[k].Name)
		}
	}
	return names
}

// one tells whether the files are those of one table: all have the same columns, or they are alike and their types agree.
// Of files whose names tell that they are parts of a whole it is enough that they have a column in common.
func (u *united) one(parts bool) bool {
	optional := len(u.some())
	switch common := len(u.in) - optional; {
	case optional == 0:
		return true
	case len(u.clashes) > 0:
		return false
	case parts:
		return common > 0
	default:
		return common >= optional
	}
}

var numbering = regexp.MustCompile(`(?i)[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}|[0-9]+`)

// parts tells whether the names of files differ in numbers only: part-0001, 2024-05-31.
func parts(members []candidate) bool {
	stem := func(c candidate) string { return numbering.ReplaceAllString(path.Base(c.rel), "#") }
	first := stem(members[0])
	for _, m := range members[1:] {
		if stem(m) != first {
			return false
		}
	}
	return strings.Contains(first, "#")
}

// looks picks the files to look at: evenly, the first and the last among them.
func looks(n int, far bool) (at []int) {
	most := localLooks
	if far {
		most = farLooks
	}
	if n <= most {
		most = n
	}
	for i := range most {
		at = append(at, i*(n-1)/max(most-1, 1))
	}
	return at
}

// inferTable tells the columns of a table over objects: by the first of them, or, where each file has its columns by name,
// by several. Their faults are told when they are read.
func (c *Catalog) inferTable(ctx context.Context, src sources.Source, objects []sources.Info, f formats.Format, opt formats.Options) (formats.Inference, error) {
	first, err := c.infer(ctx, src, objects[0], f, opt)
	if err != nil || !f.Spec().ByName || len(objects) == 1 {
		return first, err
	}
	all := []formats.Inference{first}
	for _, i := range looks(len(objects), src.Remote())[1:] {
		inf, err := c.infer(ctx, src, objects[i], f, opt)
		if ctx.Err() != nil {
			return inf, err
		}
		if err == nil {
			all = append(all, inf)
		}
	}
	u := unite(all)
	if u == nil {
		return first, nil
	}
	inf := u.Inference
	inf.Notes = append(slices.Clone(first.Notes), fmt.Sprintf("%d of %d files looked at", len(all), len(objects)))
	if names := u.some(); names != nil {
		inf.Notes = append(inf.Notes, "not in all of them: "+strings.Join(names, ", "))
	}
	for _, name := range u.clashes {
		inf.Notes = append(inf.Notes, fmt.Sprintf("column %s is %s: its values are of several types", name, u.typeOf(name)))
	}
	inf.Rows, inf.Width = first.Rows, first.Width
	if !slices.ContainsFunc(inf.Columns, func(o formats.Options) bool { return o != nil }) {
		inf.Columns = nil
	}
	return inf, nil
}

func (u *united) typeOf(column string) string {
	for _, c := range u.Schema.Columns {
		if c.Name == column && c.Type.OID == types.JSONBOID {
			return "jsonb"
		}
	}
	return "text"
}
