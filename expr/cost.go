package expr

// Cost is what evaluating e for a row is thought to take, in units of one operator: PostgreSQL tests the conditions of a
// node in the order of it (cost_qual_eval). A sub-query that runs for each row is dearer than all else.
func Cost(e Expr) float64 {
	cost := 0.0
	switch e := e.(type) {
	case nil, *Agg, *WindowCall:
		return 0
	case *Func:
		cost = e.Proc.Cost
	case *AnyAll:
		cost = e.Op.Cost * arrayLength(e.Right) / 2
		return cost + Cost(e.Left) + Cost(e.Right)
	case *ViaIO:
		cost = 2
	case *ArrayCoerce:
		return Cost(e.Arg) + Cost(e.Elem)*arrayLength(e.Arg)
	case *RowCompare:
		cost = float64(len(e.Left))
	case *MinMax:
		cost = 1
	case *Sublink:
		if len(e.Args) > 0 {
			cost = 1e9
		} else if e.Kind == AnySublink || e.Kind == AllSublink {
			cost = float64(max(1, len(e.Left)))
		}
	}
	for _, c := range Children(e) {
		if c != nil {
			cost += Cost(c)
		}
	}
	return cost
}

// arrayLength is how many elements an array is thought to have (estimate_array_length).
func arrayLength(e Expr) float64 {
	switch e := e.(type) {
	case *Relabel:
		return arrayLength(e.Arg)
	case *ArrayExpr:
		return float64(len(e.Elems))
	case *Const:
		if e.Value.Null {
			return 0
		}
		if a := e.Value.Array; a != nil {
			return float64(len(a.Elems))
		}
	}
	return 10
}
