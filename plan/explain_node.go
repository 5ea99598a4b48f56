package plan

import (
	"slices"
	"strconv"
	"time"

	"howdah/expr"
	"howdah/pushdown"
)

func millis(d time.Duration) string {
	return strconv.FormatFloat(float64(d.Nanoseconds())/1e6, 'f', 3, 64)
}

// describeTree says what EXPLAIN shows of a tree. Steps that compute nothing are left out.
func describeTree(q *Query, n Node, o ExplainOptions, actual *Actuals) *step {
	if p, ok := n.(*Project); ok && !o.Verbose && computedCount(p.Exprs) == 0 {
		return describeTree(q, p.Input, o, actual)
	}
	s := &step{cost: n.Estimate()}
	if actual != nil {
		s.actual = actual.Node(n)
	}
	for _, in := range n.Inputs() {
		if _, ok := n.(*With); ok && len(s.inputs) > 0 {
			break
		}
		s.inputs = append(s.inputs, describeTree(q, in, o, actual))
	}
	if o.Verbose {
		var cols []string
		if p, ok := n.(*Project); ok {
			cols = showAll(p.Exprs)
		} else {
			for _, c := range n.Columns() {
				cols = append(cols, expr.QuoteIdentifier(c.Name))
			}
		}
		s.add("Output", cols...)
	}
	s.describe(q, n, o, actual)
	return s
}

func (s *step) describe(q *Query, n Node, o ExplainOptions, actual *Actuals) {
	switch n := n.(type) {
	case *Scan:
		s.kind = "Foreign Scan"
		s.on = relationName(n.Rel.Schema, n.Rel.Name, n.Alias)
		s.relation, s.schema, s.alias = n.Rel.Name, n.Rel.Schema, n.Alias
		s.scan(n, actual)
	case *System:
		s.kind = "Seq Scan"
		s.on = relationName(n.Rel.Schema, n.Rel.Name, n.Alias)
		s.relation, s.schema, s.alias = n.Rel.Name, n.Rel.Schema, n.Alias
	case *Values:
		s.kind = "Result"
		if len(n.Rows) != 1 {
			s.kind, s.on, s.alias = "Values Scan", ` on "*VALUES*"`, "*VALUES*"
		}
	case *Empty:
		s.kind = "Result"
		s.add("One-Time Filter", "false")
	case *Function:
		s.kind = "Function Scan"
		for i, c := range n.Calls {
			sep := ", "
			if i == 0 {
				sep = " on "
			}
			s.on += sep + c.Proc.Name
		}
	case *ProjectSet:
		s.kind = "ProjectSet"
	case *Filter:
		s.kind = "Filter"
		s.add("Filter", condition(n.Quals))
		if s.actual != nil && len(s.inputs) > 0 && s.inputs[0].actual != nil {
			if in := s.inputs[0].actual; in.Rows > s.actual.Rows {
				loops := max(s.actual.Loops, 1)
				s.count("Rows Removed by Filter", (in.Rows-s.actual.Rows+loops/2)/loops)
			}
		}
	case *Project:
		s.kind = "Projection"
	case *Sort:
		s.kind = "Sort"
		s.add("Sort Key", showKeys(n.Keys)...)
		if n.Limit >= 0 {
			s.add("Sort Method", "top-N of "+strconv.FormatInt(n.Limit, 10))
		}
	case *Limit:
		s.kind = "Limit"
	case *Aggregate:
		s.aggregate(n)
	case *Window:
		s.kind = "WindowAgg"
	case *Unique:
		s.kind = "HashAggregate"
		var keys []string
		for i, c := range n.Cols {
			if n.On == nil || slices.Contains(n.On, i) {
				keys = append(keys, expr.QuoteIdentifier(c.Name))
			}
		}
		s.add("Unique Key", keys...)
	case *Join:
		s.join(n)
	case *Append:
		s.kind = "Append"
	case *Keep:
		s.kind = "Materialize"
	case *SetOp:
		s.kind = "HashSetOp " + [...]string{"Union", "Intersect", "Except"}[n.Kind]
		if n.All {
			s.kind += " All"
		}
	case *CTEScan:
		s.kind, s.on = "CTE Scan", " on "+expr.QuoteIdentifier(n.Name)
		if n.Work {
			s.kind = "WorkTable Scan"
		}
		s.cte, s.alias = n.Name, n.Alias
		if n.Alias != n.Name {
			s.on += " " + expr.QuoteIdentifier(n.Alias)
		}
	case *With:
		s.kind = "With"
		for _, c := range n.CTEs {
			sub := describeTree(q, c.Root, o, actual)
			if c.Step != nil {
				sub = &step{kind: "Recursive Union", cost: sub.cost, inputs: []*step{sub, describeTree(q, c.Step, o, actual)}}
			}
			sub.role = "CTE " + expr.QuoteIdentifier(c.Name)
			s.subs = append(s.subs, sub)
		}
	}
}

func relationName(schema, name, alias string) string {
	s := " on " + expr.QuoteIdentifier(schema) + "." + expr.QuoteIdentifier(name)
	if alias != "" && alias != name {
		s += " " + expr.QuoteIdentifier(alias)
	}
	return s
}

// scan shows the bargain: what is asked of the reader, its verdicts, and what is left to do.
func (s *step) scan(n *Scan, actual *Actuals) {
	r := n.Request
	if r == nil {
		return
	}
	cols := []string{}
	schema := n.Rel.File.Schema.Columns
	for _, c := range r.Columns {
		name := expr.QuoteIdentifier(schema[c.Ordinal].Name)
		if c.Text {
			name += " (text)"
		}
		cols = append(cols, name)
	}
	if len(cols) == 0 {
		cols = append(cols, "none")
	}
	s.add("Columns", cols...)
	if len(n.Prune) > 0 {
		s.add("Object Filter", condition(n.Prune))
	}
	asked := map[int]bool{}
	for k, i := range n.Asked {
		asked[i] = true
		s.add("Qual ("+n.Answer.Quals[k].String()+")", parens(show(n.Quals[i])))
	}
	for i, q := range n.Quals {
		if !asked[i] && scope(n.Rel, q) != ofObject {
			s.add("Filter", parens(show(q)))
		}
	}
	for k, key := range r.Sort {
		v := pushdown.Refused
		if k < n.Answer.Sort {
			v = pushdown.Exact
		}
		s.add("Sort ("+v.String()+")", direction(expr.QuoteIdentifier(schema[key.Ordinal].Name), key.Desc, key.NullsFirst))
	}
	if r.Limit >= 0 {
		s.add("Limit ("+n.Answer.Limit.String()+")", strconv.FormatInt(r.Limit, 10))
	}
	if actual == nil {
		return
	}
	a := actual.Node(n)
	s.add("Keys Sought", a.Sought...)
	s.add("Files", strconv.Itoa(a.Opened)+" of "+strconv.Itoa(a.Objects))
	if a.Scan != nil {
		c := a.Scan.Read()
		s.count("Bytes Read", c.BytesRead)
		s.count("Requests", c.Requests)
		s.count("Rows Decoded", c.RowsDecoded)
		s.count("Rows Kept", c.RowsKept)
		if c.Retries > 0 {
			s.count("Retries", c.Retries)
		}
	}
	if a.Rejects != nil {
		s.count("Rejected", a.Rejects.Rejected())
	}
}

func (s *step) aggregate(n *Aggregate) {
	s.kind = "HashAggregate"
	switch {
	case n.Sets != nil:
		s.kind = "MixedAggregate"
		for _, set := range n.Sets {
			var keys []expr.Expr
			for _, k := range set {
				keys = append(keys, n.Keys[k])
			}
			if len(keys) == 0 {
				s.add("Group Key", "()")
			}
			s.add("Group Key", showAll(keys)...)
		}
	case len(n.Keys) == 0:
		s.kind = "Aggregate"
	default:
		s.add("Group Key", showAll(n.Keys)...)
	}
}

func (s *step) join(n *Join) {
	kinds := [...]string{"", " Left", " Right", " Full", " Semi", " Anti"}
	if len(n.LeftKeys) == 0 {
		s.kind = "Nested Loop" + kinds[n.Kind]
		if n.Kind != InnerJoin {
			s.kind += " Join"
		}
		if len(n.Residual) > 0 {
			s.add("Join Filter", condition(n.Residual))
		}
		if n.Repeats {
			s.add("Cache Key", showAll(n.Lateral)...)
		}
		return
	}
	s.kind = "Hash" + kinds[n.Kind] + " Join"
	var conds []string
	for i, l := range n.LeftKeys {
		conds = append(conds, "("+show(l)+" = "+show(n.RightKeys[i])+")")
	}
	if len(conds) > 1 {
		for i := range conds[1:] {
			conds[0] += " AND " + conds[i+1]
		}
		conds = []string{"(" + conds[0] + ")"}
	}
	s.add("Hash Cond", conds...)
	if n.BuildLeft {
		s.add("Hashed Side", "left")
	}
	if n.NullAware {
		s.add("Null Aware", "true")
	}
	if len(n.Residual) > 0 {
		s.add("Join Filter", condition(n.Residual))
	}
}
