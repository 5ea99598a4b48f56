package plan

import (
	"slices"
	"strings"

	pg "github.com/pganalyze/pg_query_go/v6"

	"howdah/expr"
	"howdah/pgerr"
	"howdah/types"
)

// columnRef is transformColumnRef.
func (b *binder) columnRef(ref *pg.ColumnRef, s *Scope) (expr.Expr, error) {
	if ref.Fields[len(ref.Fields)-1].GetAStar() != nil {
		if len(ref.Fields) == 2 { // f(t.*) and the like: the whole row
			return b.wholeRow(names(ref.Fields[:1]), ref.Location, s)
		}
		if len(ref.Fields) == 3 {
			return b.wholeRow(names(ref.Fields[:2]), ref.Location, s)
		}
		return nil, b.errorAt(ref.Location, pgerr.FeatureNotSupported, `row expansion via "*" is not supported here`)
	}
	parts := names(ref.Fields)
	if len(parts) == 4 {
		parts = parts[1:] // the database
	}
	if len(parts) > 3 {
		return nil, b.errorAt(ref.Location, pgerr.SyntaxError, "improper qualified name (too many dotted names): %s", strings.Join(parts, "."))
	}
	name := parts[len(parts)-1]
	if len(parts) == 1 {
		if arg := b.argNamed(name); arg != nil {
			return arg, nil
		}
		e, err := b.findColumn(s, name, ref.Location)
		if err != nil || e != nil {
			return e, err
		}
		if entry, level := s.named("", name); entry != nil {
			return b.row(entry, level, ref.Location)
		}
		return nil, b.missingColumn(s, "", name, ref.Location)
	}
	schema := ""
	if len(parts) == 3 {
		schema = parts[0]
	}
	entry, level, err := s.relation(b, schema, parts[len(parts)-2], ref.Location)
	if err != nil {
		return nil, err
	}
	var found *RangeColumn
	for i := range entry.Columns {
		if c := &entry.Columns[i]; c.Name == name {
			if found != nil {
				return nil, b.errorAt(ref.Location, pgerr.AmbiguousColumn, `column reference "%s" is ambiguous`, name)
			}
			found = c
		}
	}
	if found == nil {
		return nil, b.missingColumn(s, parts[len(parts)-2], name, ref.Location)
	}
	return b.use(*found, level, ref.Location), nil
}

// use makes a reference of its own to an entry's column, level queries out.
func (b *binder) use(c RangeColumn, level int, loc int32) expr.Expr {
	out := expr.Transform(c.Expr, func(e expr.Expr) expr.Expr {
		if v, ok := e.(*expr.Var); ok {
			c := *v
			c.Level += level
			return b.res.At(&c, loc)
		}
		return nil
	})
	b.rec.column(out, c)
	return b.res.At(out, loc)
}

// findColumn looks an unqualified name up, outwards; nil, nil if there is none (colNameToVar).
func (b *binder) findColumn(s *Scope, name string, loc int32) (expr.Expr, error) {
	for level := 0; s != nil; s, level = s.Parent, level+1 {
		var found *RangeColumn
		for _, e := range s.Entries {
			if !e.ColsVisible {
				continue
			}
			for i := range e.Columns {
				c := &e.Columns[i]
				if c.Name != name {
					continue
				}
				if found != nil {
					return nil, b.errorAt(loc, pgerr.AmbiguousColumn, `column reference "%s" is ambiguous`, name)
				}
				if e.LateralOnly && !e.LateralOK {
					return nil, b.badLateral(e, loc)
				}
				found = c
			}
		}
		if found != nil {
			return b.use(*found, level, loc), nil
		}
	}
	return nil, nil
}

func (b *binder) badLateral(e *RangeEntry, loc int32) error {
	err := b.errorAt(loc, pgerr.InvalidColumnReference, `invalid reference to FROM-clause entry for table "%s"`, e.Name)
	if e.Target {
		return err.WithHint(`There is an entry for table "%s", but it cannot be referenced from this part of the query.`, e.Name)
	}
	return err.WithDetail("The combining JOIN type must be INNER or LEFT for a LATERAL reference.")
}

// named finds the entry of that name, outwards, without an error.
func (s *Scope) named(schema, name string) (*RangeEntry, int) {
	for level := 0; s != nil; s, level = s.Parent, level+1 {
		for _, e := range s.Entries {
			if e.RelVisible && e.Name == name && (schema == "" || e.Schema == schema) {
				return e, level
			}
		}
	}
	return nil, 0
}

// relation finds the entry that [schema.]name means, looking outwards; level counts the queries passed.
// missing FROM-clause entry: 42P01.
func (s *Scope) relation(b *binder, schema, name string, loc int32) (entry *RangeEntry, level int, err error) {
	e, level := s.named(schema, name)
	if e == nil {
		return nil, 0, b.missingEntry(s, schema, name, loc)
	}
	at := s
	for range level {
		at = at.Parent
	}
	for _, other := range at.Entries {
		if other != e && other.RelVisible && other.Name == name && (schema == "" || other.Schema == schema) {
			return nil, 0, b.errorAt(loc, pgerr.AmbiguousAlias, `table reference "%s" is ambiguous`, name)
		}
	}
	if e.LateralOnly && !e.LateralOK {
		return nil, 0, b.badLateral(e, loc)
	}
	return e, level, nil
}

// missingEntry is errorMissingRTE.
func (b *binder) missingEntry(s *Scope, schema, name string, loc int32) error {
	for at := s; at != nil; at = at.Parent {
		for _, e := range at.Entries {
			if e.Rel != nil && e.Rel.Name == name && e.Name != name && e.RelVisible && (schema == "" || e.Rel.Schema == schema) {
				return b.errorAt(loc, pgerr.UndefinedTable, `invalid reference to FROM-clause entry for table "%s"`, name).
					WithHint(`Perhaps you meant to reference the table alias "%s".`, e.Name)
			}
			if e.Name == name && !e.RelVisible && schema == "" {
				return b.errorAt(loc, pgerr.UndefinedTable, `invalid reference to FROM-clause entry for table "%s"`, name).
					WithHint(`There is an entry for table "%s", but it cannot be referenced from this part of the query.`, e.Name)
			}
		}
	}
	return b.errorAt(loc, pgerr.UndefinedTable, `missing FROM-clause entry for table "%s"`, name)
}

// missingColumn is errorMissingColumn, with its guess at what was meant.
func (b *binder) missingColumn(s *Scope, table, name string, loc int32) error {
	var e *pgerr.Error
	if table != "" {
		e = b.errorAt(loc, pgerr.UndefinedColumn, "column %s.%s does not exist", table, name)
	} else {
		e = b.errorAt(loc, pgerr.UndefinedColumn, `column "%s" does not exist`, name)
	}
	type guess struct {
		table, column string
	}
	best := 4 // MAX_FUZZY_DISTANCE + 1
	var close []guess
	for at := s; at != nil; at = at.Parent {
		for _, r := range at.Entries {
			if !r.RelVisible {
				continue
			}
			extra := 0
			if table != "" && r.Name != table {
				extra = distance(r.Name, table, 3)
			}
			for _, c := range r.Columns {
				if c.Name == name && table == "" && !c.Hidden {
					return e.WithDetail(`There is a column named "%s" in table "%s", but it cannot be referenced from this part of the query.`, name, r.Name)
				}
				d := distance(c.Name, name, 3) + extra
				if d > len(name)/2 || d > best || d > 3 {
					continue
				}
				if d < best {
					best, close = d, nil
				}
				close = append(close, guess{r.Name, c.Name})
			}
		}
	}
	switch len(close) {
	case 1:
		e.Hint = `Perhaps you meant to reference the column "` + close[0].table + "." + close[0].column + `".`
	case 2:
		e.Hint = `Perhaps you meant to reference the column "` + close[0].table + "." + close[0].column + `" or the column "` + close[1].table + "." + close[1].column + `".`
	}
	return e
}

// distance is Levenshtein's, in bytes; more than most is not counted exactly.
func distance(a, b string, most int) int {
	if len(a)-len(b) > most || len(b)-len(a) > most {
		return most + 1
	}
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := 1; i <= len(a); i++ {
		diagonal := row[0]
		row[0] = i
		for j := 1; j <= len(b); j++ {
			cost := diagonal
			if a[i-1] != b[j-1] {
				cost = min(diagonal, row[j], row[j-1]) + 1
			}
			diagonal, row[j] = row[j], cost
		}
	}
	return row[len(b)]
}

// wholeRow is a reference to a table's row as a value.
func (b *binder) wholeRow(name []string, loc int32, s *Scope) (expr.Expr, error) {
	schema := ""
	if len(name) == 2 {
		schema = name[0]
	}
	e, level, err := s.relation(b, schema, name[len(name)-1], loc)
	if err != nil {
		return nil, err
	}
	return b.row(e, level, loc)
}

// row makes an entry's whole row. Where an outer join may have left the entry out, its row is then NULL.
func (b *binder) row(e *RangeEntry, level int, loc int32) (expr.Expr, error) {
	if e.Scalar && len(e.Columns) > 0 {
		return b.use(e.Columns[0], level, loc), nil
	}
	row := &expr.Row{Named: e.Rel != nil}
	for _, c := range e.Columns {
		if !c.Hidden {
			row.Fields = append(row.Fields, b.use(c, level, loc))
			row.Names = append(row.Names, c.Name)
		}
	}
	b.res.At(row, loc)
	if e.Present == nil {
		b.rec.row(row, e)
		return row, nil
	}
	t := types.Of(types.RecordOID)
	absent := &expr.NullTest{Arg: b.use(RangeColumn{Expr: e.Present}, level, loc)}
	out := b.res.At(&expr.Case{Whens: []expr.When{{Cond: absent, Result: expr.NullConst(t)}}, Else: row, Typ: t}, loc)
	b.rec.row(out, e)
	return out, nil
}

// starColumns gives the columns of * or t.* inside ROW(…) or an argument list.
func (b *binder) starColumns(ref *pg.ColumnRef, s *Scope) ([]expr.Expr, error) {
	var out []expr.Expr
	add := func(e *RangeEntry, level int) {
		for _, c := range e.Columns {
			if !c.Hidden {
				out = append(out, b.use(c, level, ref.Location))
			}
		}
	}
	if len(ref.Fields) == 1 {
		if !slices.ContainsFunc(s.Entries, func(e *RangeEntry) bool { return e.ColsVisible }) {
			return nil, b.errorAt(ref.Location, pgerr.SyntaxError, "SELECT * with no tables specified is not valid")
		}
		for _, e := range s.Entries {
			if e.ColsVisible && !e.LateralOnly {
				add(e, 0)
			}
		}
		return out, nil
	}
	parts := names(ref.Fields[:len(ref.Fields)-1])
	schema := ""
	if len(parts) > 1 {
		schema = parts[len(parts)-2]
	}
	e, level, err := s.relation(b, schema, parts[len(parts)-1], ref.Location)
	if err != nil {
		return nil, err
	}
	add(e, level)
	return out, nil
}
