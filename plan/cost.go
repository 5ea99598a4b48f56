package plan

import (
	"math"

	"howdah/expr"
	"howdah/internal/pgdata"
	"howdah/types"
)

// Costs are PostgreSQL's default ones: a page read in sequence is 1.
const (
	tupleCost    = 0.01
	operatorCost = 0.0025
	pageBytes    = 8192
	defaultRows  = 1000
)

// estimate fills in the costs of a tree, from the leaves up.
func (p *planner) estimate(n Node) {
	for _, in := range n.Inputs() {
		p.estimate(in)
	}
	c := costOf(n)
	c.Rows = math.Max(1, math.Round(c.Rows))
	if c.Width == 0 {
		for _, col := range n.Columns() {
			c.Width += width(col.Type)
		}
	}
	if _, ok := n.(*Empty); ok {
		c.Rows = 0
	}
	setCost(n, c)
}

func costOf(n Node) Cost {
	switch n := n.(type) {
	case *Scan:
		rows, bytes := n.Rel.Rows, float64(n.Rel.Bytes)
		if rows < 0 {
			if rows = defaultRows; bytes > 0 {
				rows = math.Max(1, bytes/100)
			}
		}
		if bytes < 0 {
			bytes = rows * 100
		}
		c := Cost{Total: math.Ceil(bytes/pageBytes) + rows*tupleCost + rows*operatorCost*float64(len(n.Quals))}
		c.Rows = rows * selectivity(n.Quals, rows)
		if n.Request != nil && n.Request.Limit >= 0 && len(n.Request.Sort) == 0 {
			c = limited(c, float64(n.Request.Limit))
		}
		return c
	case *System:
		rows := n.Rel.Rows
		if rows < 0 {
			rows = 100
		}
		return Cost{Total: 1 + rows*tupleCost, Rows: rows}
	case *Values:
		return Cost{Total: tupleCost * float64(len(n.Rows)), Rows: float64(len(n.Rows))}
	case *Function:
		rows := 1.0
		for _, f := range n.Calls {
			if f.Proc.RetSet {
				rows = math.Max(rows, f.Proc.Rows)
			}
		}
		return Cost{Total: rows * tupleCost, Rows: rows}
	case *ProjectSet:
		in := n.Input.Estimate()
		most := 1.0
		for i, e := range n.Exprs {
			if n.Set[i] {
				most = math.Max(most, e.(*expr.Func).Proc.Rows)
			}
		}
		rows := in.Rows * most
		return Cost{Startup: in.Startup, Total: in.Total + rows*tupleCost, Rows: rows}
	case *Filter:
		in := n.Input.Estimate()
		return Cost{Startup: in.Startup, Total: in.Total + in.Rows*operatorCost*float64(len(n.Quals)), Rows: in.Rows * selectivity(n.Quals, in.Rows)}
	case *Project:
		in := n.Input.Estimate()
		return Cost{Startup: in.Startup, Total: in.Total + in.Rows*operatorCost*float64(computedCount(n.Exprs)), Rows: in.Rows}
	case *Sort:
		in := n.Input.Estimate()
		rows, kept := in.Rows, in.Rows
		if n.Limit >= 0 { // a heap of the first ones (cost_tuplesort)
			rows = math.Min(rows, float64(n.Limit))
			kept = math.Min(kept, 2*float64(n.Limit))
		}
		total := in.Total + 2*operatorCost*in.Rows*math.Log2(math.Max(kept, 2))
		return Cost{Startup: total, Total: total + operatorCost*rows, Rows: rows}
	case *Limit:
		c := n.Input.Estimate()
		if k, ok := limitOf(n); ok {
			c = limited(c, float64(k))
		} else if n.Count != nil {
			c = limited(c, c.Rows/10)
		}
		return c
	case *Aggregate:
		in := n.Input.Estimate()
		total := in.Total + in.Rows*operatorCost*float64(len(n.Aggs)+len(n.Keys))
		rows := 1.0
		if len(n.Keys) > 0 {
			rows = math.Min(in.Rows, math.Max(1, math.Min(200, in.Rows/10)))
		}
		if n.Sets != nil {
			rows *= float64(len(n.Sets))
		}
		return Cost{Startup: total, Total: total + rows*tupleCost, Rows: rows}
	case *Window:
		in := n.Input.Estimate()
		return Cost{Startup: in.Startup, Total: in.Total + in.Rows*(tupleCost+operatorCost*float64(len(n.Calls)+len(n.Partition)+len(n.Order))), Rows: in.Rows}
	case *Unique:
		in := n.Input.Estimate()
		return Cost{Startup: in.Startup, Total: in.Total + in.Rows*operatorCost*float64(len(n.Cols)), Rows: math.Max(1, in.Rows/5)}
	case *Join:
		return joinCost(n)
	case *Append:
		var c Cost
		for _, in := range n.All {
			e := in.Estimate()
			c.Total, c.Rows = c.Total+e.Total, c.Rows+e.Rows
		}
		return c
	case *SetOp:
		l, r := n.Left.Estimate(), n.Right.Estimate()
		rows := l.Rows
		if n.Kind == Union {
			rows += r.Rows
		}
		return Cost{Startup: r.Total, Total: l.Total + r.Total + (l.Rows+r.Rows)*tupleCost, Rows: rows}
	case *With:
		c := n.Input.Estimate()
		for _, t := range n.CTEs {
			c.Total += t.Root.Estimate().Total
		}
		return c
	case *CTEScan:
		return Cost{Total: 100 * tupleCost, Rows: 100}
	case *Subquery:
		return n.Input.Estimate()
	case *Keep:
		return n.Input.Estimate()
	}
	return Cost{}
}

func joinCost(n *Join) Cost {
	l, r := n.Left.Estimate(), n.Right.Estimate()
	rows := l.Rows * r.Rows
	c := Cost{Startup: r.Total}
	switch {
	case n.IsLateral:
		c.Startup = l.Startup
		c.Total = l.Total + l.Rows*r.Total
	case len(n.LeftKeys) > 0:
		rows = l.Rows * r.Rows / keyValues(n)
		c.Total = l.Total + r.Total + (l.Rows+r.Rows)*(tupleCost+operatorCost*float64(len(n.LeftKeys)))
	default:
		c.Total = l.Total + r.Total + rows*operatorCost
	}
	rows *= selectivity(n.Residual, rows)
	switch n.Kind {
	case LeftJoin:
		rows = math.Max(rows, l.Rows)
	case RightJoin:
		rows = math.Max(rows, r.Rows)
	case FullJoin:
		rows = math.Max(rows, l.Rows+r.Rows)
	case SemiJoin, AntiJoin:
		rows = l.Rows / 2
	}
	c.Rows = rows
	c.Total += rows * tupleCost
	return c
}

// defaultDistinct is how many values a column has of which nothing is known (DEFAULT_NUM_DISTINCT).
const defaultDistinct = 200

// keyValues guesses how many values the keys of a join have: for each as many as the smaller of the two tables that it
// comes from has rows, for one is the other's key; and no more than there are rows to hold them.
func keyValues(n *Join) float64 {
	l, r := n.Left.Estimate().Rows, n.Right.Estimate().Rows
	values, left, right := 1.0, 1.0, 1.0
	for i, k := range n.LeftKeys {
		lb, lfirst := keyBase(n.Left, k, l)
		rb, rfirst := keyBase(n.Right, n.RightKeys[i], r)
		if lfirst || rfirst { // a table's first column is taken for its key, the other table's for one that refers to it
			most := math.Max(lb, rb)
			switch {
			case !rfirst:
				most = lb
			case !lfirst:
				most = rb
			}
			values *= most
			left, right = math.Max(left, most), math.Max(right, most)
			continue
		}
		// Of a few rows nobody can tell whether they are all the values that the other table's key has.
		values *= math.Max(math.Min(lb, rb), math.Min(defaultDistinct, math.Max(lb, rb)))
		left, right = math.Max(left, math.Max(lb, math.Min(defaultDistinct, rb))), math.Max(right, math.Max(rb, math.Min(defaultDistinct, lb)))
	}
	return math.Max(1, math.Min(values, math.Min(left, right)))
}

// keyBase is how many rows the table of a join key has, before it is filtered, and whether the key is its first column;
// rows where no table is found.
func keyBase(n Node, key expr.Expr, rows float64) (base float64, first bool) {
	v := columnOf(key)
	for v != nil {
		switch x := n.(type) {
		case *Filter:
			n = x.Input
		case *Subquery:
			n = x.Input
		case *Project:
			n = x.Input
			v = columnOf(x.Exprs[v.Col])
		case *Join:
			if lw := len(x.Left.Columns()); v.Col < lw {
				n = x.Left
			} else {
				c := *v
				c.Col -= lw
				n, v = x.Right, &c
			}
		case *Scan:
			return baseRows(x), x.Want[v.Col] == 0
		default:
			return math.Max(1, x.Estimate().Rows), false
		}
	}
	return math.Max(1, rows), false
}

// limited is the cost of a part of the rows.
func limited(c Cost, rows float64) Cost {
	if rows < c.Rows && c.Rows > 0 {
		c.Total = c.Startup + (c.Total-c.Startup)*rows/c.Rows
		c.Rows = rows
	}
	return c
}

// selectivity guesses which part of the rows passes, by PostgreSQL's defaults.
func selectivity(quals []expr.Expr, rows float64) float64 {
	s := 1.0
	for _, q := range quals {
		s *= oneSelectivity(q, rows)
	}
	return s
}

func oneSelectivity(q expr.Expr, rows float64) float64 {
	switch q := q.(type) {
	case *expr.Func:
		if q.Show == expr.AsOperator {
			switch q.Name {
			case "=":
				if oneLetter(q.Args) {
					return 0.25
				}
				return math.Max(0.005, math.Min(1, 1/math.Max(rows, 1)))
			case "<>":
				return 0.995
			case "<", ">", "<=", ">=":
				return 1.0 / 3
			case "~~", "~", "~~*", "~*":
				return 0.05
			}
		}
	case *expr.NullTest:
		if q.Not {
			return 0.995
		}
		return 0.005
	case *expr.AnyAll:
		return 0.025
	case *expr.And:
		return selectivity(q.Args, rows)
	case *expr.Or:
		s := 0.0
		for _, a := range q.Args {
			x := oneSelectivity(a, rows)
			s = s + x - s*x
		}
		return s
	case *expr.Not:
		return 1 - oneSelectivity(q.Arg, rows)
	}
	return 0.5
}

// oneLetter tells of values that can be few: char(1) and varchar(1) hold flags.
func oneLetter(args []expr.Expr) bool {
	for _, a := range args {
		if v, ok := a.(*expr.Var); ok && v.Typ.Typmod == 5 && (v.Typ.OID == types.BpcharOID || v.Typ.OID == types.VarcharOID) {
			return true
		}
	}
	return false
}

func computedCount(es []expr.Expr) int {
	n := 0
	for _, e := range es {
		if _, ok := e.(*expr.Var); !ok {
			n++
		}
	}
	return n
}

// width is the average size of a value in a row (get_typavgwidth).
func width(t types.Type) int {
	p := pgdata.TypeByOID(uint32(t.OID))
	if p == nil {
		return 32
	}
	if p.Len > 0 {
		return int(p.Len)
	}
	if t.Typmod > 4 && (t.OID == types.BpcharOID || t.OID == types.VarcharOID) {
		n := int(t.Typmod) - 4
		switch {
		case t.OID == types.BpcharOID || n <= 32:
			return n
		case n < 1000:
			return 32 + (n-32)/2
		}
		return 32 + (1000-32)/2
	}
	return 32
}

func setCost(n Node, c Cost) {
	switch n := n.(type) {
	case *Scan:
		n.Cost = c
	case *System:
		n.Cost = c
	case *Values:
		n.Cost = c
	case *Function:
		n.Cost = c
	case *ProjectSet:
		n.Cost = c
	case *Filter:
		n.Cost = c
	case *Project:
		n.Cost = c
	case *Sort:
		n.Cost = c
	case *Limit:
		n.Cost = c
	case *Aggregate:
		n.Cost = c
	case *Window:
		n.Cost = c
	case *Unique:
		n.Cost = c
	case *Join:
		n.Cost = c
	case *Append:
		n.Cost = c
	case *SetOp:
		n.Cost = c
	case *Subquery:
		n.Cost = c
	case *Keep:
		n.Cost = c
	case *With:
		n.Cost = c
	case *CTEScan:
		n.Cost = c
	case *Empty:
		n.Cost = c
	}
}
