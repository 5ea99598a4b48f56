package plan

import (
	"howdah/expr"
	"howdah/types"
)

// While a query is bound, a variable's Level says whose row it means: 0 = this node's input, 1 = the query around, and
// so on. Where a sub-query meets its surroundings its frame is closed: variables from outside become Exec parameters, and
// the surroundings compute their values. A FROM item that looks at its left siblings has them at siblingLevel meanwhile.
const siblingLevel = 1 << 20

// eachExpr replaces every expression of the node itself by what f makes of it.
func eachExpr(n Node, f func(expr.Expr) expr.Expr) {
	list := func(es []expr.Expr) {
		for i, e := range es {
			if e != nil {
				es[i] = f(e)
			}
		}
	}
	keys := func(ks []expr.SortKey) {
		for i := range ks {
			ks[i].Expr = f(ks[i].Expr)
		}
	}
	switch n := n.(type) {
	case *Scan:
		list(n.Quals)
	case *Values:
		for _, row := range n.Rows {
			list(row)
		}
	case *Function:
		for i, c := range n.Calls {
			n.Calls[i] = f(c).(*expr.Func)
		}
	case *ProjectSet:
		list(n.Exprs)
	case *Filter:
		list(n.Quals)
	case *Project:
		list(n.Exprs)
	case *Sort:
		keys(n.Keys)
		list(n.Top)
	case *Limit:
		if n.Count != nil {
			n.Count = f(n.Count)
		}
		if n.Offset != nil {
			n.Offset = f(n.Offset)
		}
		keys(n.Ties)
	case *Aggregate:
		list(n.Keys)
		for i, a := range n.Aggs {
			n.Aggs[i] = f(a).(*expr.Agg)
		}
	case *Window:
		list(n.Partition)
		keys(n.Order)
		for i, c := range n.Calls {
			n.Calls[i] = f(c).(*expr.WindowCall)
		}
		for _, b := range []*FrameBound{&n.Frame.Start, &n.Frame.End} {
			if b.Offset != nil {
				b.Offset = f(b.Offset)
			}
		}
	case *Join:
		list(n.LeftKeys)
		list(n.RightKeys)
		list(n.Residual)
		list(n.Lateral)
	}
}

// frameNodes visits the nodes that share the root's frame: not the right sides of lateral joins.
func frameNodes(n Node, visit func(Node)) {
	visit(n)
	if j, ok := n.(*Join); ok && j.IsLateral {
		frameNodes(j.Left, visit)
		return
	}
	for _, in := range n.Inputs() {
		frameNodes(in, visit)
	}
}

// allNodes visits every node of a tree.
func allNodes(n Node, visit func(Node)) {
	visit(n)
	for _, in := range n.Inputs() {
		allNodes(in, visit)
	}
}

// mapVars replaces the variables of the frame's expressions for which f gives something.
func mapVars(n Node, f func(*expr.Var) expr.Expr) {
	frameNodes(n, func(n Node) { eachExpr(n, func(e expr.Expr) expr.Expr { return replaceVars(e, f) }) })
}

// replaceVars replaces the variables of an expression for which f gives something other than nil.
func replaceVars(e expr.Expr, f func(*expr.Var) expr.Expr) expr.Expr {
	return expr.Transform(e, func(e expr.Expr) expr.Expr {
		if v, ok := e.(*expr.Var); ok {
			if r := f(v); r != nil {
				return r
			}
		}
		return nil
	})
}

// closeFrame makes Exec parameters of all that comes from outside and gives what computes it, one Level further out: of
// Level 0 is what the directly surrounding query has. moved is told where each variable went.
func closeFrame(n Node, moved func(from, to expr.Expr)) []expr.Expr {
	var args []expr.Expr
	frameNodes(n, func(n Node) {
		eachExpr(n, func(e expr.Expr) expr.Expr {
			return expr.Transform(e, func(e expr.Expr) expr.Expr {
				switch e := e.(type) {
				case *expr.Agg: // an aggregate of a query around is computed there
					if e.Level > 0 {
						arg := outwards(e, moved).(*expr.Agg)
						c := *arg
						c.Level--
						return frameParam(&args, &c)
					}
				case *expr.Var:
					if e.Level > 0 {
						return frameParam(&args, outwards(e, moved))
					}
				}
				return nil
			})
		})
	})
	return args
}

// outwards lowers the levels of an expression's variables by one.
func outwards(e expr.Expr, moved func(from, to expr.Expr)) expr.Expr {
	return replaceVars(e, func(v *expr.Var) expr.Expr {
		c := *v
		if c.Level != siblingLevel {
			c.Level--
		}
		moved(v, &c)
		return &c
	})
}

// frameParam gives the Exec parameter that takes arg's value, adding it to args if it is new.
func frameParam(args *[]expr.Expr, arg expr.Expr) expr.Expr {
	p := &expr.Param{Exec: true, Typ: arg.Type(), Coll: arg.Collation()}
	for i, a := range *args {
		if expr.Equal(a, arg) {
			p.Index = i
			return p
		}
	}
	p.Index = len(*args)
	*args = append(*args, arg)
	return p
}

// liftItem turns the levels of a FROM item, which was bound one scope below its siblings, into those of the query.
func liftItem(n Node) {
	mapVars(n, func(v *expr.Var) expr.Expr {
		if v.Level == 0 || v.Level == siblingLevel {
			return nil
		}
		c := *v
		if c.Level--; c.Level == 0 {
			c.Level = siblingLevel
		}
		return &c
	})
}

// hasOuter tells whether the frame looks outside.
func hasOuter(n Node) bool {
	found := false
	mapVars(n, func(v *expr.Var) expr.Expr {
		found = found || v.Level > 0
		return nil
	})
	return found
}

// usesExec tells whether the frame's nodes read its Exec parameters.
func usesExec(n Node) bool {
	found := false
	frameNodes(n, func(n Node) {
		eachExpr(n, func(e expr.Expr) expr.Expr {
			found = found || readsExec(e)
			return e
		})
	})
	return found
}

func readsExec(e expr.Expr) bool {
	return !expr.Walk(e, func(e expr.Expr) bool {
		p, ok := e.(*expr.Param)
		return !ok || !p.Exec
	})
}

// shiftVars moves the variables of Level 0 by n columns.
func shiftVars(e expr.Expr, n int) expr.Expr {
	if n == 0 {
		return e
	}
	return replaceVars(e, func(v *expr.Var) expr.Expr {
		if v.Level != 0 {
			return nil
		}
		c := *v
		c.Col += n
		return &c
	})
}

// conjuncts splits AND.
func conjuncts(e expr.Expr) []expr.Expr {
	if a, ok := e.(*expr.And); ok {
		var out []expr.Expr
		for _, x := range a.Args {
			out = append(out, conjuncts(x)...)
		}
		return out
	}
	return []expr.Expr{e}
}

// column gives an output column as a variable over the node's output.
func column(c Column, i int) *expr.Var {
	return &expr.Var{Col: i, Typ: c.Type, Coll: c.Collation, Name: c.Name, TableOID: c.TableOID, AttNum: c.AttNum, Record: c.Record}
}

// describe gives the output column that an expression makes.
func describe(e expr.Expr, name string) Column {
	c := Column{Name: name, Type: e.Type(), Collation: e.Collation()}
	if v, ok := e.(*expr.Var); ok && v.Level == 0 {
		c.TableOID, c.AttNum = v.TableOID, v.AttNum
	}
	switch c.Type.OID {
	case types.RecordOID:
		c.Record = &types.Schema{Columns: fieldsOf(e), Named: namedRow(e)}
	case types.RecordArrayOID:
		c.Record = &types.Schema{Columns: elementFields(e)}
	}
	return c
}
