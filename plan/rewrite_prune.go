package plan

import (
	"slices"

	"howdah/expr"
)

// use says how a column is used by what stands above.
type use uint8

const (
	unused use = iota
	passed     // handed on to the client without looking
	used
)

// prune drops the columns that nobody above uses and gives where each of the others went (-1 = dropped).
func prune(n Node, need []use) (Node, []int) {
	switch n := n.(type) {
	case *Project:
		in := make([]use, len(n.Input.Columns()))
		for i, e := range n.Exprs {
			if need[i] == unused {
				continue
			}
			if v, ok := e.(*expr.Var); ok {
				in[v.Col] = max(in[v.Col], need[i])
				continue
			}
			useVars(in, e)
		}
		input, at := prune(n.Input, in)
		out := &Project{Input: input}
		moved := make([]int, len(need))
		for i, e := range n.Exprs {
			moved[i] = -1
			if need[i] == unused {
				continue
			}
			moved[i] = len(out.Exprs)
			out.Exprs = append(out.Exprs, remap(e, at))
			out.Cols = append(out.Cols, n.Cols[i])
		}
		if isIdentity(out) {
			return input, moved
		}
		return out, moved
	case *ProjectSet:
		in := make([]use, len(n.Input.Columns()))
		for i, e := range n.Exprs {
			if n.Set[i] || need[i] != unused {
				if v, ok := e.(*expr.Var); ok {
					in[v.Col] = max(in[v.Col], need[i])
					continue
				}
				useVars(in, e)
			}
		}
		input, at := prune(n.Input, in)
		out := &ProjectSet{Input: input}
		moved := make([]int, len(need))
		for i, e := range n.Exprs {
			moved[i] = -1
			if n.Set[i] || need[i] != unused {
				moved[i] = len(out.Exprs)
				out.Exprs, out.Set, out.Cols = append(out.Exprs, remap(e, at)), append(out.Set, n.Set[i]), append(out.Cols, n.Cols[i])
			}
		}
		return out, moved
	case *Filter:
		in := slices.Clone(need)
		for _, q := range n.Quals {
			useVars(in, q)
		}
		input, at := prune(n.Input, in)
		return &Filter{Output: Output{Cols: input.Columns()}, Input: input, Quals: remapAll(n.Quals, at)}, at
	case *Sort:
		in := slices.Clone(need)
		for _, k := range n.Keys {
			useVars(in, k.Expr)
		}
		input, at := prune(n.Input, in)
		out := *n
		out.Input, out.Cols, out.Keys = input, input.Columns(), remapKeys(n.Keys, at)
		return &out, at
	case *Limit:
		in := slices.Clone(need)
		for _, k := range n.Ties {
			useVars(in, k.Expr)
		}
		input, at := prune(n.Input, in)
		out := *n
		out.Input, out.Cols, out.Ties = input, input.Columns(), remapKeys(n.Ties, at)
		return &out, at
	case *Unique:
		in := slices.Clone(need)
		for i := range in {
			if n.On == nil || slices.Contains(n.On, i) {
				in[i] = used
			}
		}
		input, at := prune(n.Input, in)
		out := &Unique{Output: Output{Cols: input.Columns()}, Input: input}
		if n.On != nil || len(input.Columns()) != len(need) {
			out.On = []int{}
			for i := range need {
				if n.On == nil || slices.Contains(n.On, i) {
					out.On = append(out.On, at[i])
				}
			}
		}
		return out, at
	case *Aggregate:
		return pruneAggregate(n, need)
	case *Window:
		return pruneWindow(n, need)
	case *Join:
		return pruneJoin(n, need)
	case *Append:
		out := &Append{}
		for _, in := range n.All {
			out.All = append(out.All, exact(in, need))
		}
		out.Cols = kept(n.Cols, need)
		return out, places(need)
	case *SetOp:
		all := slices.Repeat([]use{used}, len(need))
		out := *n
		out.Left, out.Right = exact(n.Left, all), exact(n.Right, all)
		return &out, identityMap(len(need))
	case *With:
		for _, c := range n.CTEs {
			all := slices.Repeat([]use{used}, len(c.Root.Columns()))
			c.Root = exact(c.Root, all)
			if c.Step != nil {
				c.Step = exact(c.Step, all)
			}
		}
		input, at := prune(n.Input, need)
		return &With{Output: Output{Cols: input.Columns()}, Input: input, CTEs: n.CTEs}, at
	case *Subquery:
		return prune(n.Input, need)
	case *Scan:
		out := *n
		out.Want, out.Text, out.Cols = nil, nil, nil
		for i, w := range n.Want {
			if need[i] != unused {
				out.Want, out.Text, out.Cols = append(out.Want, w), append(out.Text, need[i] == passed), append(out.Cols, n.Cols[i])
			}
		}
		return &out, places(need)
	case *System:
		out := *n
		out.Want, out.Cols = nil, nil
		for i, w := range n.Want {
			if need[i] != unused {
				out.Want, out.Cols = append(out.Want, w), append(out.Cols, n.Cols[i])
			}
		}
		return &out, places(need)
	case *Values:
		out := &Values{Output: Output{Cols: kept(n.Cols, need)}}
		for _, row := range n.Rows {
			keep := []expr.Expr{}
			for i, e := range row {
				if need[i] != unused {
					keep = append(keep, e)
				}
			}
			out.Rows = append(out.Rows, keep)
		}
		return out, places(need)
	case *Empty:
		return &Empty{Output{Cols: kept(n.Cols, need)}}, places(need)
	}
	return n, identityMap(len(need))
}

func pruneAggregate(n *Aggregate, need []use) (Node, []int) {
	in := make([]use, len(n.Input.Columns()))
	for _, k := range n.Keys {
		useVars(in, k)
	}
	keys := len(n.Keys)
	out := &Aggregate{Sets: n.Sets, SetColumn: n.SetColumn}
	out.Cols = append(out.Cols, n.Cols[:keys]...)
	moved := identityMap(len(need))
	var aggs []*expr.Agg
	for i, a := range n.Aggs {
		if need[keys+i] == unused {
			moved[keys+i] = -1
			continue
		}
		moved[keys+i] = keys + len(aggs)
		aggs = append(aggs, a)
		out.Cols = append(out.Cols, n.Cols[keys+i])
		useVars(in, a)
	}
	if n.SetColumn {
		last := len(need) - 1
		moved[last] = len(out.Cols)
		out.Cols = append(out.Cols, n.Cols[last])
	}
	input, at := prune(n.Input, in)
	out.Input = input
	out.Keys = remapAll(n.Keys, at)
	for _, a := range aggs {
		out.Aggs = append(out.Aggs, remap(a, at).(*expr.Agg))
	}
	return out, moved
}

func pruneWindow(n *Window, need []use) (Node, []int) {
	width := len(n.Input.Columns())
	var calls []*expr.WindowCall
	in := slices.Clone(need[:width])
	for i, c := range n.Calls {
		if need[width+i] != unused {
			calls = append(calls, c)
			useVars(in, c)
		}
	}
	if len(calls) == 0 {
		input, at := prune(n.Input, in)
		return input, append(at, slices.Repeat([]int{-1}, len(n.Calls))...)
	}
	for _, e := range n.Partition {
		useVars(in, e)
	}
	for _, k := range n.Order {
		useVars(in, k.Expr)
	}
	input, at := prune(n.Input, in)
	out := &Window{Input: input, Partition: remapAll(n.Partition, at), Order: remapKeys(n.Order, at), Frame: n.Frame}
	out.Cols = slices.Clone(input.Columns())
	moved := slices.Clone(at)
	for i, c := range n.Calls {
		if need[width+i] == unused {
			moved = append(moved, -1)
			continue
		}
		moved = append(moved, len(out.Cols))
		out.Calls = append(out.Calls, remap(c, at).(*expr.WindowCall))
		out.Cols = append(out.Cols, n.Cols[width+i])
	}
	return out, moved
}

func pruneJoin(n *Join, need []use) (Node, []int) {
	lw, rw := len(n.Left.Columns()), len(n.Right.Columns())
	once := n.Kind == SemiJoin || n.Kind == AntiJoin
	both := make([]use, lw+rw)
	copy(both, need)
	for _, q := range n.Residual {
		useVars(both, q)
	}
	left, right := both[:lw], both[lw:]
	for _, k := range n.LeftKeys {
		useVars(left, k)
	}
	for _, k := range n.RightKeys {
		useVars(right, k)
	}
	for _, a := range n.Lateral {
		useVars(left, a)
	}
	out := *n
	var la, ra []int
	out.Left, la = prune(n.Left, left)
	out.Right, ra = prune(n.Right, right)
	nl := len(out.Left.Columns())
	at := slices.Clone(la)
	for _, a := range ra {
		if a >= 0 {
			a += nl
		}
		at = append(at, a)
	}
	out.LeftKeys, out.RightKeys = remapAll(n.LeftKeys, la), remapAll(n.RightKeys, ra)
	out.Residual, out.Lateral = remapAll(n.Residual, at), remapAll(n.Lateral, la)
	out.Cols = slices.Clone(out.Left.Columns())
	if once {
		return &out, la
	}
	out.Cols = append(out.Cols, out.Right.Columns()...)
	return &out, at
}

// isIdentity tells of a projection that changes nothing, not even names.
func isIdentity(p *Project) bool {
	cols := p.Input.Columns()
	if len(cols) != len(p.Exprs) {
		return false
	}
	for i, e := range p.Exprs {
		if v, ok := e.(*expr.Var); !ok || v.Level != 0 || v.Col != i || cols[i] != p.Cols[i] {
			return false
		}
	}
	return true
}

// exact prunes to precisely the needed columns in their order.
func exact(n Node, need []use) Node {
	cols := kept(n.Columns(), need)
	out, at := prune(n, need)
	same := len(out.Columns()) == len(cols)
	k := 0
	for i := range need {
		if need[i] != unused {
			same = same && at[i] == k
			k++
		}
	}
	if same {
		return out
	}
	p := &Project{Output: Output{Cols: cols}, Input: out}
	for i := range need {
		if need[i] != unused {
			p.Exprs = append(p.Exprs, column(n.Columns()[i], at[i]))
		}
	}
	return p
}

func useVars(in []use, e expr.Expr) {
	for _, v := range expr.Vars(e) {
		in[v.Col] = used
	}
}

func remap(e expr.Expr, at []int) expr.Expr {
	return replaceVars(e, func(v *expr.Var) expr.Expr {
		if v.Level != 0 || at[v.Col] == v.Col {
			return nil
		}
		c := *v
		c.Col = at[v.Col]
		return &c
	})
}

func remapAll(es []expr.Expr, at []int) []expr.Expr {
	var out []expr.Expr
	for _, e := range es {
		out = append(out, remap(e, at))
	}
	return out
}

func remapKeys(ks []expr.SortKey, at []int) []expr.SortKey {
	out := slices.Clone(ks)
	for i := range out {
		out[i].Expr = remap(out[i].Expr, at)
	}
	return out
}

func kept(cols []Column, need []use) []Column {
	out := []Column{}
	for i, c := range cols {
		if need[i] != unused {
			out = append(out, c)
		}
	}
	return out
}

// places numbers the needed columns.
func places(need []use) []int {
	at := make([]int, len(need))
	n := 0
	for i := range need {
		at[i] = -1
		if need[i] != unused {
			at[i] = n
			n++
		}
	}
	return at
}

func identityMap(n int) []int {
	at := make([]int, n)
	for i := range at {
		at[i] = i
	}
	return at
}
