package plan

import (
	"strconv"
	"time"

	"howdah/expr"
	"howdah/pushdown"
)

func millis(d time.Duration) string {
	return strconv.FormatFloat(float64(d.Nanoseconds())/1e6, 'f', 3, 64)
}

// describe says what EXPLAIN shows of a node and of what is below it. As in PostgreSQL a node computes and tests what is
// above it: projections, filters and WITH have no line of their own.
func (f *frame) describe(n Node) *step {
	switch n := n.(type) {
	case *Project:
		return f.project(n)
	case *Filter:
		if s := f.filter(n); s != nil {
			return s
		}
	case *With:
		return f.with(n)
	case *SetOp:
		if n.Kind == Union {
			return f.union(n)
		}
	}
	s := f.step(n)
	switch n := n.(type) {
	case *Scan:
		s.kind = "Foreign Scan"
		f.relation(s, n.Rel.Schema, n.Rel.Name, n.Alias)
		f.scan(s, n)
	case *System:
		s.kind = "Seq Scan"
		f.relation(s, n.Rel.Schema, n.Rel.Name, n.Alias)
	case *Values:
		s.kind = "Result"
		if len(n.Rows) != 1 {
			s.kind, s.on, s.alias = "Values Scan", ` on "*VALUES*"`, "*VALUES*"
			break
		}
		f.out(s, f.over(), n.Rows[0])
	case *Empty:
		s.kind = "Result"
		s.add("One-Time Filter", "false")
	case *Function:
		f.function(s, n)
	case *ProjectSet:
		s.kind = "ProjectSet"
		f.out(s, f.over(n.Input), n.Exprs)
	case *Filter:
		s.kind = "Filter"
		s.add("Filter", f.over(n.Input).condition(n.Quals))
		f.removed(s, n)
	case *Sort:
		s.kind = "Sort"
		s.add("Sort Key", f.over(n.Input).showKeys(n.Keys)...)
		f.sorted(s, n)
	case *Limit:
		s.kind = "Limit"
		f.see(f.over(), n.Count, n.Offset)
	case *Aggregate:
		f.aggregate(s, n)
	case *Window:
		s.kind = "WindowAgg"
		for _, c := range n.Calls {
			f.see(f.over(n.Input), c)
		}
	case *Unique:
		s.kind = "Unique"
		if keys := f.distinct(n); len(keys) == len(n.Cols) {
			s.kind, s.node, s.strategy = "HashAggregate", "Aggregate", "Hashed"
			s.add("Group Key", keys...)
		}
	case *Join:
		f.join(s, n)
	case *Append:
		s.kind = "Append"
	case *Keep:
		s.kind = "Materialize"
	case *SetOp:
		s.command = [...]string{"Union", "Intersect", "Except"}[n.Kind]
		if n.All {
			s.command += " All"
		}
		s.kind, s.node, s.strategy = "HashSetOp "+s.command, "SetOp", "Hashed"
	case *CTEScan:
		s.kind, s.on = "CTE Scan", " on "+expr.QuoteIdentifier(n.Name)
		if n.Work {
			s.kind = "WorkTable Scan"
		}
		s.cte, s.alias = n.Name, n.Alias
		if n.Alias != n.Name {
			s.on += " " + expr.QuoteIdentifier(n.Alias)
		}
	}
	f.attach(s)
	return s
}

// step begins a node: its inputs, and what comes out of it.
func (f *frame) step(n Node) *step {
	s := &step{cost: n.Estimate()}
	if f.actual != nil {
		s.actual = f.actual.Node(n)
	}
	if f.o.Verbose {
		for i := range n.Columns() {
			s.output = append(s.output, f.ref(n, i))
		}
	}
	if _, ok := n.(*Join); !ok {
		for _, in := range n.Inputs() {
			s.inputs = append(s.inputs, f.describe(in))
		}
	}
	return s
}

// under gives s what is measured and guessed of a node that has no line of its own above it.
func (s *step) under(n Node, actual *Actuals) {
	s.cost = n.Estimate()
	if actual != nil && s.actual != nil {
		a, above := *s.actual, actual.Node(n)
		a.Rows, a.Loops, a.First, a.Total = above.Rows, above.Loops, above.First, above.Total
		s.actual = &a
	}
}

func (f *frame) project(n *Project) *step {
	s := f.describe(n.Input)
	s.under(n, f.actual)
	f.out(s, f.at(n.Input), n.Exprs)
	f.attach(s)
	return s
}

// out shows what a node computes.
func (f *frame) out(s *step, w shower, list []expr.Expr) {
	shown := w.showAll(list)
	if f.o.Verbose {
		s.output = shown
	}
}

// filter shows conditions at the node whose rows they test; nil where that has a life of its own.
func (f *frame) filter(n *Filter) *step {
	switch n.Input.(type) {
	case *Scan, *System, *Values, *Function, *CTEScan, *Join, *Aggregate:
	default:
		return nil
	}
	s := f.describe(n.Input)
	name := "Filter"
	if v, ok := n.Input.(*Values); ok && len(v.Rows) == 1 {
		name = "One-Time Filter"
	}
	s.add(name, f.at(n.Input).condition(n.Quals)) // HAVING tests what is computed here
	f.removed(s, n)
	s.under(n, f.actual)
	f.attach(s)
	return s
}

func (f *frame) removed(s *step, n *Filter) {
	if f.actual == nil {
		return
	}
	in, out := f.actual.Node(n.Input), f.actual.Node(n)
	if in.Rows > out.Rows {
		loops := max(out.Loops, 1)
		s.count("Rows Removed by Filter", (in.Rows-out.Rows+loops/2)/loops)
	}
}

func (f *frame) with(n *With) *step {
	for _, c := range n.CTEs {
		sub := f.describe(c.Root)
		if c.Step != nil {
			sub = &step{kind: "Recursive Union", cost: sub.cost, inputs: []*step{sub, f.describe(c.Step)}}
			if f.actual != nil {
				sub.actual = sum(sub.inputs)
			}
		}
		sub.role = "CTE " + expr.QuoteIdentifier(c.Name)
		f.inits = append(f.inits, sub)
	}
	s := f.describe(n.Input)
	s.under(n, f.actual)
	return s
}

// sum is what several inputs have given together, one after the other.
func sum(in []*step) *Actual {
	out := &Actual{Loops: 1}
	for i, s := range in {
		if s.actual == nil {
			continue
		}
		if i == 0 {
			out.First = s.actual.First
		}
		out.Rows, out.Total = out.Rows+s.actual.Rows, out.Total+s.actual.Total
	}
	return out
}

// union is shown as what it is: rows of both sides, grouped.
func (f *frame) union(n *SetOp) *step {
	s := f.step(n)
	s.kind, s.node, s.strategy = "HashAggregate", "Aggregate", "Hashed"
	for i := range n.Cols {
		s.add("Group Key", f.ref(n, i))
	}
	l, r := n.Left.Estimate(), n.Right.Estimate()
	both := &step{kind: "Append", cost: Cost{Startup: l.Startup, Total: l.Total + r.Total, Rows: l.Rows + r.Rows, Width: l.Width}, inputs: s.inputs, output: s.output}
	if f.actual != nil {
		both.actual = sum(s.inputs)
	}
	s.inputs = []*step{both}
	f.attach(s)
	return s
}

func (f *frame) relation(s *step, schema, name, alias string) {
	s.relation, s.schema, s.alias = name, schema, alias
	s.on = " on "
	if f.o.Verbose {
		s.on += expr.QuoteIdentifier(schema) + "."
	}
	s.on += expr.QuoteIdentifier(name)
	if alias != "" && alias != name {
		s.on += " " + expr.QuoteIdentifier(alias)
	}
}

func (f *frame) function(s *step, n *Function) {
	s.kind, s.on, s.alias = "Function Scan", " on ", n.Alias
	table := len(n.Calls) == 1 && n.Calls[0].Proc.Src == expr.JSONTableSrc
	if table {
		s.kind, s.function = "Table Function Scan", n.Calls[0].Proc.Name
		s.on += `"` + s.function + `"`
	} else if len(n.Calls) == 1 { // several have no name but the alias (ExplainTargetRel)
		s.function = n.Calls[0].Proc.Name
		if f.o.Verbose {
			s.on += "pg_catalog."
		}
		s.on += expr.QuoteIdentifier(s.function)
	}
	switch {
	case len(n.Calls) != 1:
		s.on += expr.QuoteIdentifier(n.Alias)
	case n.Alias != s.function:
		s.on += " " + expr.QuoteIdentifier(n.Alias)
	}
	var calls []string
	w := f.over()
	for _, c := range n.Calls {
		calls = append(calls, w.show(c))
	}
	switch {
	case f.o.Verbose && table:
		s.add("Table Function Call", calls...)
	case f.o.Verbose:
		s.add("Function Call", calls...)
	}
}

// scan shows the bargain: what is asked of the reader, its verdicts, and what is left to do.
func (f *frame) scan(s *step, n *Scan) {
	r := n.Request
	if r == nil {
		return
	}
	w := shower{params: f.params, sublink: f.sublink, name: func(v *expr.Var) string { return f.qualify(aliasOf(n.Alias, n.Rel.Name), v.Name) }}
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
		s.add("Object Filter", w.condition(n.Prune))
	}
	asked := map[int]bool{}
	for k, i := range n.Asked {
		asked[i] = true
		s.add("Qual ("+n.Answer.Quals[k].String()+")", w.show(n.Quals[i]))
	}
	for i, q := range n.Quals {
		if !asked[i] && scope(n.Rel, q) != ofObject {
			s.add("Filter", w.show(q))
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
	if f.actual == nil {
		return
	}
	a := f.actual.Node(n)
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

func (f *frame) sorted(s *step, n *Sort) {
	if f.actual == nil {
		return
	}
	if a := f.actual.Node(n); a.Sort.Method != "" {
		kind := "Memory"
		if a.Sort.Disk {
			kind = "Disk"
		}
		s.measure("Sort Method", a.Sort.Method+"  "+kind+": "+kilobytes(a.Sort.Bytes)+"kB",
			prop{name: "Sort Method", values: []string{a.Sort.Method}, other: true},
			number("Sort Space Used", kilo(a.Sort.Bytes)), prop{name: "Sort Space Type", values: []string{kind}, other: true})
	}
}

func kilo(bytes int64) int64 { return (bytes + 1023) / 1024 }

func kilobytes(bytes int64) string { return strconv.FormatInt(kilo(bytes), 10) }

func (f *frame) aggregate(s *step, n *Aggregate) {
	w := f.over(n.Input)
	s.node = "Aggregate"
	for _, a := range n.Aggs {
		f.see(w, a)
	}
	if f.o.Verbose { // what is computed here is not what is handed up
		s.output = nil
		own := f.at(n)
		for i := range n.Cols {
			s.output = append(s.output, own.name(&expr.Var{Col: i}))
		}
	}
	switch {
	case n.Sets != nil:
		s.kind, s.strategy = "MixedAggregate", "Mixed"
		for _, set := range n.Sets {
			var keys []expr.Expr
			for _, k := range set {
				keys = append(keys, n.Keys[k])
			}
			if len(keys) == 0 {
				s.add("Group Key", "()")
				continue
			}
			s.add("Hash Key", w.showAll(keys)...)
		}
	case len(n.Keys) == 0:
		s.kind, s.strategy = "Aggregate", "Plain"
		return
	default:
		s.kind, s.strategy = "HashAggregate", "Hashed"
		s.add("Group Key", w.showAll(n.Keys)...)
	}
	if f.actual == nil {
		return
	}
	if h := f.actual.Node(n).Hash; h.Batches > 0 {
		line := strconv.Itoa(h.Batches) + "  Memory Usage: " + kilobytes(h.Bytes) + "kB"
		if h.Disk > 0 {
			line += "  Disk Usage: " + kilobytes(h.Disk) + "kB"
		}
		s.measure("Batches", line, number("HashAgg Batches", int64(h.Batches)), number("Peak Memory Usage", kilo(h.Bytes)), number("Disk Usage", kilo(h.Disk)))
	}
}

// joinKinds are PostgreSQL's, of a join and of the same with its sides exchanged.
var joinKinds = [2][6]string{{"Inner", "Left", "Right", "Full", "Semi", "Anti"}, {"Inner", "Right", "Left", "Full", "Right Semi", "Right Anti"}}

func (f *frame) join(s *step, n *Join) {
	w := f.over(n.Left, n.Right)
	if len(n.LeftKeys) == 0 {
		s.node, s.join = "Nested Loop", joinKinds[0][n.Kind]
		if s.kind = s.node; n.Kind != InnerJoin {
			s.kind += " " + s.join + " Join"
		}
		left := f.describe(n.Left)
		inside := f
		if n.IsLateral {
			inside = f.inside(f.over(n.Left).showAll(n.Lateral))
			w = f.beside(n, inside)
			f.see(f.over(n.Left), n.Lateral...)
		}
		right := inside.describe(n.Right)
		if n.IsLateral && n.Repeats {
			right = f.memoize(n, right, inside.params)
		}
		s.inputs = []*step{left, right}
		if inside != f {
			f.inits = append(f.inits, inside.inits...)
		}
		if len(n.Residual) > 0 {
			s.add("Join Filter", w.condition(n.Residual))
		}
		return
	}
	outer, inner, outerKeys, innerKeys, exchanged := n.Left, n.Right, n.LeftKeys, n.RightKeys, 0
	if n.BuildLeft {
		outer, inner, outerKeys, innerKeys, exchanged = inner, outer, innerKeys, outerKeys, 1
	}
	s.node, s.join = "Hash Join", joinKinds[exchanged][n.Kind]
	if s.kind = s.node; n.Kind != InnerJoin {
		s.kind = "Hash " + s.join + " Join"
	}
	ow, iw := f.over(outer), f.over(inner)
	var conds string
	for i, k := range outerKeys {
		if i > 0 {
			conds += " AND "
		}
		conds += "(" + ow.show(k) + " = " + iw.show(innerKeys[i]) + ")"
	}
	if len(outerKeys) > 1 {
		conds = "(" + conds + ")"
	}
	s.add("Hash Cond", conds)
	if n.NullAware {
		s.add("Null Aware", "true")
	}
	if len(n.Residual) > 0 {
		s.add("Join Filter", w.condition(n.Residual))
	}
	built := f.describe(inner)
	c := built.cost
	hash := &step{kind: "Hash", cost: Cost{Startup: c.Total, Total: c.Total, Rows: c.Rows, Width: c.Width}, output: built.output}
	first := f.describe(outer)
	hash.inputs = []*step{built}
	s.inputs = []*step{first, hash}
	if f.actual == nil {
		return
	}
	a := *built.actual
	a.First = a.Total
	hash.actual = &a
	if h := f.actual.Node(n).Hash; h.Batches > 0 {
		hash.measure("Buckets", strconv.Itoa(h.Buckets)+"  Batches: "+strconv.Itoa(h.Batches)+"  Memory Usage: "+kilobytes(h.Bytes)+"kB",
			number("Hash Buckets", int64(h.Buckets)), number("Original Hash Buckets", int64(h.Buckets)), number("Hash Batches", int64(h.Batches)),
			number("Original Hash Batches", 1), number("Peak Memory Usage", kilo(h.Bytes)))
	}
}

// memoize shows that the right side's rows are kept by what it is run with.
func (f *frame) memoize(n *Join, right *step, keys []string) *step {
	m := &step{kind: "Memoize", cost: right.cost, output: right.output, inputs: []*step{right}}
	m.add("Cache Key", keys...)
	m.add("Cache Mode", "binary")
	if f.actual == nil {
		return m
	}
	a := *right.actual
	memo := f.actual.Node(n).Memo
	if runs := f.actual.Node(n.Left).Rows; memo.Hits+memo.Misses > 0 {
		a.Rows, a.Loops = memo.Rows, runs
		m.measure("Hits", strconv.Itoa(memo.Hits)+"  Misses: "+strconv.Itoa(memo.Misses), number("Cache Hits", int64(memo.Hits)), number("Cache Misses", int64(memo.Misses)))
	}
	m.actual = &a
	return m
}
