package plan

import (
	"strconv"

	pg "github.com/pganalyze/pg_query_go/v6"
	"google.golang.org/protobuf/reflect/protoreflect"

	"howdah/expr"
	"howdah/pgerr"
	"howdah/types"
)

func columnNumber(i int) string { return "column" + strconv.Itoa(i+1) }

// targetList binds a select list, with * and t.* spelled out.
func (q *query) targetList(list []*pg.Node, scope *Scope) ([]*target, error) {
	var out []*target
	for _, n := range list {
		r := n.GetResTarget()
		if fields, loc, ok := starOf(r.Val); ok {
			cols, err := q.star(fields, scope, loc)
			if err != nil {
				return nil, err
			}
			out = append(out, cols...)
			continue
		}
		if ind := r.Val.GetAIndirection(); ind != nil && len(ind.Indirection) > 0 && ind.Indirection[len(ind.Indirection)-1].GetAStar() != nil {
			cols, err := q.fields(ind, scope)
			if err != nil {
				return nil, err
			}
			out = append(out, cols...)
			continue
		}
		e, err := q.clause(r.Val, scope, InSelect)
		if err != nil {
			return nil, err
		}
		name := r.Name
		if name == "" {
			name = columnName(r.Val)
		}
		out = append(out, &target{expr: e, name: name, node: r.Val})
	}
	return out, nil
}

// starOf tells whether a target is * or t.*, and gives the names before the star.
func starOf(n *pg.Node) (fields []string, loc int32, ok bool) {
	c := n.GetColumnRef()
	if c == nil || len(c.Fields) == 0 || c.Fields[len(c.Fields)-1].GetAStar() == nil {
		return nil, 0, false
	}
	for _, f := range c.Fields[:len(c.Fields)-1] {
		fields = append(fields, f.GetString_().GetSval())
	}
	return fields, c.Location, true
}

// star gives the columns that * or t.* stands for.
func (q *query) star(fields []string, scope *Scope, loc int32) ([]*target, error) {
	var out []*target
	add := func(e *RangeEntry, level int) {
		for _, c := range e.Columns {
			if c.Hidden {
				continue
			}
			v := c.Expr
			if level > 0 {
				v = raise(v, level)
			}
			v = q.b.res.At(copyVar(v), loc)
			q.rec.column(v, c)
			out = append(out, &target{expr: v, name: c.Name})
		}
	}
	if len(fields) == 0 {
		for _, e := range scope.Entries {
			if e.ColsVisible && !e.LateralOnly {
				add(e, 0)
			}
		}
		if len(scope.Entries) == 0 {
			return nil, q.errorAt(loc, pgerr.SyntaxError, "SELECT * with no tables specified is not valid")
		}
		return out, nil
	}
	schema := ""
	switch len(fields) {
	case 1:
	case 2:
		schema = fields[0]
	case 3:
		schema = fields[1]
	default:
		return nil, q.errorAt(loc, pgerr.SyntaxError, "improper qualified name (too many dotted names)")
	}
	e, level, err := scope.relation(q.b, schema, fields[len(fields)-1], loc)
	if err != nil {
		return nil, err
	}
	add(e, level)
	return out, nil
}

// copyVar copies a variable, so that it can have a location of its own.
func copyVar(e expr.Expr) expr.Expr {
	if v, ok := e.(*expr.Var); ok {
		c := *v
		return &c
	}
	return e
}

// raise lifts the variables of this level by n levels.
func raise(e expr.Expr, n int) expr.Expr {
	return replaceVars(e, func(v *expr.Var) expr.Expr {
		c := *v
		c.Level += n
		return &c
	})
}

// fields gives the columns of (row).*.
func (q *query) fields(ind *pg.A_Indirection, scope *Scope) ([]*target, error) {
	arg := ind.Arg
	if len(ind.Indirection) > 1 {
		arg = &pg.Node{Node: &pg.Node_AIndirection{AIndirection: &pg.A_Indirection{Arg: ind.Arg, Indirection: ind.Indirection[:len(ind.Indirection)-1]}}}
	}
	e, err := q.clause(arg, scope, InSelect)
	if err != nil {
		return nil, err
	}
	if r, ok := e.(*expr.Row); ok {
		var out []*target
		for i, f := range r.Fields {
			name := "f" + strconv.Itoa(i+1)
			if i < len(r.Names) {
				name = r.Names[i]
			}
			out = append(out, &target{expr: f, name: name})
		}
		return out, nil
	}
	if cols := fieldsOf(e); len(cols) > 0 {
		var out []*target
		for i, c := range cols {
			field := &expr.Field{Arg: e, Index: i, Typ: c.Type, Coll: c.Collation}
			out = append(out, &target{expr: field, name: c.Name})
		}
		return out, nil
	}
	return nil, q.errorAt(q.b.res.Loc(e), pgerr.DatatypeMismatch, "row expansion via \"*\" is not supported here")
}

// functionColumns are the columns that a function's row has: its OUT arguments, or the one value.
func functionColumns(f *expr.Func) []types.Column {
	if f.Columns != nil {
		return f.Columns
	}
	var out []types.Column
	p := f.Proc
	for i, t := range p.AllArgTypes {
		if i >= len(p.ArgModes) || p.ArgModes[i] != 'o' && p.ArgModes[i] != 't' && p.ArgModes[i] != 'b' {
			continue
		}
		name := ""
		if i < len(p.ArgNames) {
			name = p.ArgNames[i]
		}
		typ := types.Of(types.OID(t))
		switch typ.OID {
		case types.AnyElementOID, types.AnyNonArrayOID, types.AnyCompatibleOID:
			for _, a := range f.Args {
				if e := types.ElemOf(a.Type().OID); e != types.InvalidOID {
					typ = types.Of(e)
				}
			}
		case types.AnyArrayOID:
			for _, a := range f.Args {
				if types.ElemOf(a.Type().OID) != types.InvalidOID {
					typ = types.Of(a.Type().OID)
				}
			}
		}
		out = append(out, types.Column{Name: name, Type: typ, Collation: collationOf(typ.OID, f.Coll)})
	}
	if len(out) == 0 || len(out) == 1 && f.Typ.OID != types.RecordOID {
		name := ""
		if len(out) == 1 {
			name = out[0].Name
		}
		return []types.Column{{Name: name, Type: f.Typ, Collation: f.Coll}}
	}
	return out
}

// nodeLocation finds where a raw node begins.
func nodeLocation(n *pg.Node) int32 {
	if n == nil {
		return -1
	}
	best := int32(-1)
	var walk func(m protoreflect.Message)
	walk = func(m protoreflect.Message) {
		m.Range(func(f protoreflect.FieldDescriptor, v protoreflect.Value) bool {
			switch {
			case f.Kind() == protoreflect.Int32Kind && f.Name() == "location" && !f.IsList():
				if l := int32(v.Int()); best < 0 || l < best {
					best = l
				}
			case f.Kind() == protoreflect.MessageKind && f.IsList():
				for i := range v.List().Len() {
					walk(v.List().Get(i).Message())
				}
			case f.Kind() == protoreflect.MessageKind:
				walk(v.Message())
			}
			return true
		})
	}
	walk(n.ProtoReflect())
	return best
}
