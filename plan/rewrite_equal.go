package plan

import (
	"slices"

	"howdah/expr"
	"howdah/internal/pgdata"
	"howdah/types"
)

// derive hands constants on along equalities: from a.x = b.x and b.x = 5 follows a.x = 5, which is tested where a is
// read. It works from the top down, on quals that are pushed already.
func (p *planner) derive(n Node) Node {
	j, ok := n.(*Join)
	if !ok || j.IsLateral || j.NullAware || j.Kind == FullJoin {
		setInputs(n, p.derive)
		return n
	}
	var toLeft, toRight []expr.Expr
	lw := len(j.Left.Columns())
	var left, right held
	for _, q := range j.Residual {
		a, b := equalColumns(q)
		if a == nil {
			continue
		}
		if a.Col >= lw {
			a, b = b, a
		}
		if a.Col >= lw || b.Col < lw {
			continue
		}
		if left == nil {
			left, right = heldColumns(j.Left), heldColumns(j.Right)
		}
		l, r := left[a.Col], right[b.Col-lw]
		switch {
		case l != nil && r == nil && j.Kind != RightJoin:
			if e := equalTo(column(j.Right.Columns()[b.Col-lw], b.Col-lw), l); e != nil {
				toRight = append(toRight, e)
				right[b.Col-lw] = l
			}
		case r != nil && l == nil && j.Kind != LeftJoin && j.Kind != AntiJoin:
			if e := equalTo(column(j.Left.Columns()[a.Col], a.Col), r); e != nil {
				toLeft = append(toLeft, e)
				left[a.Col] = r
			}
		}
	}
	if len(toLeft) > 0 {
		j.Left = p.push(j.Left, toLeft)
	}
	if len(toRight) > 0 {
		j.Right = p.push(j.Right, toRight)
	}
	if none(j) {
		return &Empty{j.Output}
	}
	setInputs(j, p.derive)
	return j
}

// held are the columns of a node that equal a value in all its rows.
type held map[int]expr.Expr

// heldColumns finds the columns that quals, of the node or below it, hold to a value that no row has a part in.
func heldColumns(n Node) held {
	switch n := n.(type) {
	case *Scan:
		out := held{}
		out.add(n.Quals, func(col int) int { return slices.Index(n.Want, col) })
		return out
	case *Filter:
		out := heldColumns(n.Input)
		out.add(n.Quals, func(col int) int { return col })
		return out
	case *Project:
		in, out := heldColumns(n.Input), held{}
		for i, e := range n.Exprs {
			switch e := e.(type) {
			case *expr.Var:
				if v := in[e.Col]; e.Level == 0 && v != nil {
					out[i] = v
				}
			case *expr.Const:
				if !e.Value.Null {
					out[i] = e
				}
			}
		}
		return out
	case *Aggregate:
		in, out := heldColumns(n.Input), held{}
		for i, e := range n.Keys {
			if v, ok := e.(*expr.Var); ok && v.Level == 0 && n.Sets == nil && in[v.Col] != nil {
				out[i] = in[v.Col]
			}
		}
		return out
	case *Sort:
		return heldColumns(n.Input)
	case *Limit:
		return heldColumns(n.Input)
	case *Unique:
		return heldColumns(n.Input)
	case *Window:
		return heldColumns(n.Input)
	case *Subquery:
		return heldColumns(n.Input)
	case *With:
		return heldColumns(n.Input)
	case *Join:
		return n.heldColumns()
	}
	return held{}
}

func (n *Join) heldColumns() held {
	out, lw := held{}, len(n.Left.Columns())
	if n.Kind != RightJoin && n.Kind != FullJoin {
		out = heldColumns(n.Left)
	}
	if n.Kind == RightJoin || n.Kind == InnerJoin {
		for c, v := range heldColumns(n.Right) {
			if !n.IsLateral || !readsExec(v) {
				out[lw+c] = v
			}
		}
	}
	if n.Kind != InnerJoin {
		return out
	}
	for again := true; again; {
		again = false
		for _, q := range n.Residual {
			a, b := equalColumns(q)
			if a == nil || (out[a.Col] == nil) == (out[b.Col] == nil) {
				continue
			}
			if out[a.Col] == nil {
				a, b = b, a
			}
			out[b.Col], again = out[a.Col], true
		}
	}
	return out
}

// add takes note of quals of the form column = value; at gives a column's place in the output, or -1.
func (f held) add(quals []expr.Expr, at func(int) int) {
	for _, q := range quals {
		eq, ok := q.(*expr.Func)
		if !ok || !isHashEquality(eq) {
			continue
		}
		for i, a := range eq.Args {
			v, value := columnOf(a), eq.Args[1-i]
			if v == nil || len(expr.Vars(value)) > 0 || hasSublink(value) || expr.Volatile(value) {
				continue
			}
			if c, ok := value.(*expr.Const); ok && c.Value.Null {
				continue
			}
			if c := at(v.Col); c >= 0 && f[c] == nil {
				f[c] = value
			}
			break
		}
	}
}

// columnOf is the column that an expression is, be it under another name of its type.
func columnOf(e expr.Expr) *expr.Var {
	if r, ok := e.(*expr.Relabel); ok && hashClass(r.Typ.OID) == hashClass(r.Arg.Type().OID) {
		e = r.Arg
	}
	if v, ok := e.(*expr.Var); ok && v.Level == 0 {
		return v
	}
	return nil
}

// equalTo makes the condition that a column equals a value, or another column, of its class of types; nil if there is none.
func equalTo(v *expr.Var, value expr.Expr) *expr.Func {
	operand := func(e expr.Expr) expr.Expr {
		if t := e.Type(); t.OID == types.VarcharOID {
			return &expr.Relabel{Arg: e, Typ: types.Of(types.TextOID), Coll: e.Collation(), Show: expr.AsImplicitCast}
		}
		return e
	}
	args := []expr.Expr{operand(v), operand(value)}
	if v.Coll != value.Collation() && value.Collation() != types.NoCollation {
		if _, isVar := value.(*expr.Var); isVar {
			return nil // the two are equal by whichever of their collations; leave it to who wrote it
		}
	}
	l, r := args[0].Type().OID, args[1].Type().OID
	for _, op := range pgdata.OperatorsByName("=") {
		if op.CanHash && op.Left == uint32(l) && op.Right == uint32(r) {
			f := &expr.Func{Proc: pgdata.ProcByOID(op.Proc), Args: args, Typ: types.Of(types.BoolOID), In: v.Coll, Show: expr.AsOperator, Name: "="}
			if isHashEquality(f) {
				return f
			}
		}
	}
	return nil
}
