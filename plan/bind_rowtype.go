package plan

import (
	"errors"
	"fmt"

	pg "github.com/pganalyze/pg_query_go/v6"

	"howdah/expr"
	"howdah/internal/pgdata"
	"howdah/pgerr"
	"howdah/types"
)

// Tables and views have row types of their names. Values of them are records whose fields are known while binding.

// rowType is such a type.
type rowType struct {
	name string
	cols []types.Column // the visible ones
}

// rowType finds the table or view whose row type a name means that is no type's otherwise. missing is
// what was said of the name; it is said again where there is no such relation.
func (b *binder) rowType(t *pg.TypeName, missing error) (*rowType, error) {
	if b.relation == nil || !errors.Is(missing, pgerr.UndefinedObject) || len(t.ArrayBounds) > 0 || len(t.Typmods) > 0 || t.Setof {
		return nil, missing
	}
	name, schema := names(t.Names), ""
	switch len(name) {
	case 1:
	case 2:
		schema = name[0]
	default:
		return nil, missing
	}
	rel, err := b.relation(schema, name[len(name)-1])
	if errors.Is(err, pgerr.InvalidSchemaName) {
		return nil, pgerr.From(err).Clone().AtPosition(b.res.Position(t.Location))
	}
	if err != nil || rel == nil {
		return nil, missing
	}
	row := &rowType{name: rel.Name}
	for _, c := range rel.Columns {
		if !c.Hidden {
			row.cols = append(row.cols, c.Column)
		}
	}
	return row, nil
}

// rowCast is a cast to a row type: of a literal, NULL, ROW(…), or a row of that type.
func (b *binder) rowCast(c *pg.TypeCast, to *rowType, s *Scope) (expr.Expr, error) {
	arg, err := b.expr(c.Arg, s)
	if err != nil {
		return nil, err
	}
	loc := c.Location
	if loc < 0 {
		loc = c.TypeName.Location
	}
	out, err := b.toRow(arg, to, loc)
	if err != nil {
		return nil, err
	}
	return b.res.At(out, b.res.Loc(arg)), nil
}

func (b *binder) toRow(arg expr.Expr, to *rowType, loc int32) (expr.Expr, error) {
	cannot := func(format string, args ...any) (expr.Expr, error) {
		err := b.errorAt(loc, pgerr.CannotCoerce, "cannot cast type %s to %s", expr.TypeName(arg.Type().OID), to.name)
		if e, ok := errors.AsType[*pgerr.Error](err); ok && format != "" {
			err = e.WithDetail(format, args...)
		}
		return nil, err
	}
	t := arg.Type().OID
	if c, ok := arg.(*expr.Const); ok && t == types.UnknownOID {
		if c.Value.Null {
			return nullRow(to.cols), nil
		}
		r, err := types.ParseRecord(to.cols, c.Value.Bytes, b.style())
		if err != nil {
			return nil, pgerr.From(err).Clone().AtPosition(b.res.Position(b.res.Loc(c)))
		}
		return constRow(to.cols, r), nil
	}
	if _, ok := arg.(*expr.Param); ok && t == types.UnknownOID {
		return nil, b.errorAt(loc, pgerr.FeatureNotSupported, "a parameter of type %s is not supported", to.name)
	}
	if t != types.RecordOID {
		if p := pgdata.TypeByOID(uint32(t)); p != nil && p.Category == 'S' {
			return nil, b.errorAt(loc, pgerr.FeatureNotSupported, "a cast from %s to %s is not supported", expr.TypeName(t), to.name)
		}
		return cannot("")
	}
	row, ok := arg.(*expr.Row)
	if !ok || !constructed(row) {
		if sameFields(fieldsOf(arg), to.cols) {
			return arg, nil
		}
		return cannot("")
	}
	if len(row.Fields) < len(to.cols) {
		return cannot("Input has too few columns.")
	}
	if len(row.Fields) > len(to.cols) {
		return cannot("Input has too many columns.")
	}
	out := &expr.Row{Named: true}
	for i, f := range row.Fields {
		c := &to.cols[i]
		var err error
		if c.Record != nil {
			f, err = b.toRow(f, &rowType{name: expr.TypeName(c.Type.OID), cols: c.Record.Columns}, loc)
		} else {
			f, err = b.res.Coerce(f, c.Type, expr.Explicit, -1)
		}
		if err != nil {
			if errors.Is(err, pgerr.CannotCoerce) && c.Record == nil {
				return cannot("Cannot cast type %s to %s in column %d.", expr.TypeName(row.Fields[i].Type().OID), expr.FormatType(c.Type), i+1)
			}
			return nil, err
		}
		out.Fields, out.Names = append(out.Fields, f), append(out.Names, c.Name)
	}
	return out, nil
}

// constructed tells ROW(…) from a table's row.
func constructed(row *expr.Row) bool {
	for i, n := range row.Names {
		if n != fmt.Sprintf("f%d", i+1) {
			return false
		}
	}
	return true
}

// namedRow tells whether a row-valued expression is of the row type of a table or view.
func namedRow(e expr.Expr) bool {
	switch e := e.(type) {
	case *expr.Row:
		return e.Named
	case *expr.Case:
		return e.Else != nil && namedRow(e.Else)
	case *expr.Coalesce:
		return namedRow(e.Args[0])
	case *expr.Var:
		return e.Record != nil && e.Record.Named
	case *expr.Sublink:
		if b, ok := e.Plan.(*bound); ok && e.Kind == expr.ScalarSublink {
			r := b.root.Columns()[0].Record
			return r != nil && r.Named
		}
	case *expr.Field:
		for i, c := range fieldsOf(e.Arg) {
			if i == e.Index {
				return c.Record != nil && c.Record.Named
			}
		}
	case *expr.Func: // a polymorphic one gives what it is given
		return e.Columns != nil && len(e.Args) > 0 && e.Args[0].Type().OID == types.RecordOID && namedRow(e.Args[0])
	}
	return false
}

func sameFields(a, b []types.Column) bool {
	if len(a) != len(b) {
		return false
	}
	for i := range a {
		if a[i].Name != b[i].Name || a[i].Type.OID != b[i].Type.OID {
			return false
		}
	}
	return true
}

// nullRow is NULL as a row of these columns: a CASE shows what they are until it is folded.
func nullRow(cols []types.Column) expr.Expr {
	t := types.Of(types.RecordOID)
	row := &expr.Row{Named: true}
	for _, c := range cols {
		row.Names = append(row.Names, c.Name)
		if c.Record != nil {
			row.Fields = append(row.Fields, nullRow(c.Record.Columns))
		} else {
			row.Fields = append(row.Fields, expr.NullConst(c.Type))
		}
	}
	return &expr.Case{Whens: []expr.When{{Cond: expr.BoolConst(true), Result: expr.NullConst(t)}}, Else: row, Typ: t}
}

// constRow is a row of constants.
func constRow(cols []types.Column, r *types.Record) expr.Expr {
	row := &expr.Row{Named: true}
	for i, c := range cols {
		var f expr.Expr = &expr.Const{Typ: c.Type, Coll: c.Collation, Value: r.Fields[i]}
		switch {
		case c.Record != nil && r.Fields[i].Null:
			f = nullRow(c.Record.Columns)
		case c.Record != nil:
			f = constRow(c.Record.Columns, r.Fields[i].Record)
		}
		row.Fields, row.Names = append(row.Fields, f), append(row.Names, c.Name)
	}
	return row
}

func (b *binder) style() *types.Style {
	if b.res.Style != nil {
		return b.res.Style
	}
	return types.DefaultStyle()
}

// populates tells json_populate_record and its like the columns of the row that they fill.
func (b *binder) populates(f *expr.Func) {
	switch f.Proc.Src {
	case "json_populate_record", "jsonb_populate_record", "json_populate_recordset", "jsonb_populate_recordset":
	default:
		return
	}
	if f.Args[0].Type().OID == types.RecordOID { // else the call fails when it is run
		f.Columns = fieldsOf(f.Args[0])
	}
}
