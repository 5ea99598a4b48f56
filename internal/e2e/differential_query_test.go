package e2e

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// query is a generated SELECT, or VALUES, with what may follow it.
type query struct {
	with     []cte
	distinct bool
	on       []*term // DISTINCT ON
	items    []*term
	values   [][]*term
	from     *from
	where    []*term
	group    []*term
	sets     string // ROLLUP, CUBE, GROUPING SETS
	having   []*term
	setops   []setop
	order    []orderKey
	limit    int // -1 = none
	offset   int

	raw  string // a recursive query, as it is
	null bool   // a sub-query of EXISTS: what it selects does not matter
}

type cte struct {
	name string
	q    *query
}

type setop struct {
	op string
	q  *query
}

type orderKey struct {
	e    *term
	item int // > 0: by this column of the result
	dir  string
}

// from is a table, a query, or a join.
type from struct {
	table *table
	sub   *query
	cte   string
	call  *term // a function
	alias string

	left, right *from
	kind        string
	lateral     bool // the right side sees the left one
	using       string
	on          []*term
}

func (r *renderer) query(q *query) {
	for i, c := range q.with {
		if i == 0 {
			r.WriteString("with ")
			if slices.ContainsFunc(q.with, func(c cte) bool { return c.q.raw != "" }) {
				r.WriteString("recursive ")
			}
		} else {
			r.WriteString(", ")
		}
		r.WriteString(c.name + " as (")
		r.query(c.q)
		r.WriteString(") ")
	}
	r.core(q)
	for _, s := range q.setops {
		r.WriteString(" " + s.op + " (")
		r.query(s.q)
		r.WriteString(")")
	}
	for i, k := range q.order {
		if i == 0 {
			r.WriteString(" order by ")
		} else {
			r.WriteString(", ")
		}
		if k.e != nil {
			r.expr(k.e)
		} else {
			r.WriteString(strconv.Itoa(k.item))
		}
		r.WriteString(k.dir)
	}
	if q.limit >= 0 {
		r.WriteString(" limit " + strconv.Itoa(q.limit))
	}
	if q.offset > 0 {
		r.WriteString(" offset " + strconv.Itoa(q.offset))
	}
}

func (r *renderer) core(q *query) {
	if q.raw != "" {
		r.WriteString(q.raw)
		return
	}
	if q.values != nil {
		for i, row := range q.values {
			if i == 0 {
				r.WriteString("values ")
			} else {
				r.WriteString(", ")
			}
			for j, e := range row {
				r.WriteString(map[bool]string{true: "(", false: ", "}[j == 0])
				r.expr(e)
			}
			r.WriteString(")")
		}
		return
	}
	r.WriteString("select ")
	if q.distinct {
		r.WriteString("distinct ")
	}
	for i, e := range q.on {
		r.WriteString(map[bool]string{true: "distinct on (", false: ", "}[i == 0])
		r.expr(e)
	}
	if q.on != nil {
		r.WriteString(") ")
	}
	if q.null {
		r.WriteString("1")
	}
	for i, e := range q.items {
		if i > 0 {
			r.WriteString(", ")
		}
		r.expr(e)
		fmt.Fprintf(r, " as c%d", i+1)
	}
	if q.from != nil {
		r.WriteString(" from ")
		r.from(q.from)
	}
	r.conjuncts(" where ", q.where)
	for i, e := range q.group {
		r.WriteString(map[bool]string{true: " group by " + q.sets, false: ", "}[i == 0])
		if i == 0 && q.sets != "" {
			r.WriteString("(")
		}
		if q.sets == "grouping sets " && i > 0 {
			r.WriteString("(), (")
			r.expr(e)
			r.WriteString(")")
			continue
		}
		r.expr(e)
	}
	if len(q.group) > 0 && q.sets != "" {
		r.WriteString(")")
	}
	r.conjuncts(" having ", q.having)
}

func (r *renderer) conjuncts(word string, list []*term) {
	for i, e := range list {
		if i > 0 {
			word = " and "
		}
		r.WriteString(word)
		r.expr(e)
	}
}

func (r *renderer) from(f *from) {
	switch {
	case f.left != nil:
		r.from(f.left)
		r.WriteString(" " + f.kind + " join ")
		if f.lateral {
			r.WriteString("lateral ")
		}
		if f.right.left != nil {
			r.WriteString("(")
			r.from(f.right)
			r.WriteString(")")
		} else {
			r.from(f.right)
		}
		if f.using != "" {
			r.WriteString(" using (" + f.using + ")")
		} else if f.kind != "cross" {
			if len(f.on) == 0 {
				r.WriteString(" on true")
			}
			r.conjuncts(" on ", f.on)
		}
	case f.sub != nil:
		r.WriteString("(")
		r.query(f.sub)
		r.WriteString(") " + f.alias)
		if f.sub.values != nil {
			for i := range f.sub.values[0] {
				fmt.Fprintf(r, "%sc%d", map[bool]string{true: "(", false: ", "}[i == 0], i+1)
			}
			r.WriteString(")")
		}
	case f.call != nil:
		r.expr(f.call)
		r.WriteString(" " + f.alias + "(c1)")
	case f.cte != "":
		r.WriteString(f.cte + " " + f.alias)
	default:
		r.WriteString(r.schema + "." + f.table.name + " " + f.alias)
	}
}

// text renders the query with its tables in a schema.
func (q *query) text(schema string, inline bool) (string, []string) {
	r := renderer{schema: schema, inline: inline}
	r.query(q)
	return r.String(), r.params
}

// each visits all expressions.
func (q *query) each(visit func(*term)) {
	list := func(l []*term) {

		for _, e := range l {
			e.each(visit)
		}
	}
	for _, c := range q.with {
		c.q.each(visit)
	}
	list(q.on)
	list(q.items)
	for _, row := range q.values {
		list(row)
	}
	var walk func(f *from)
	walk = func(f *from) {
		if f == nil {
			return
		}
		list(f.on)
		if f.call != nil {
			f.call.each(visit)
		}
		walk(f.left)
		walk(f.right)
		if f.sub != nil {
			f.sub.each(visit)
		}
	}
	walk(q.from)
	list(q.where)
	list(q.group)
	list(q.having)
	for _, s := range q.setops {
		s.q.each(visit)
	}
	for _, k := range q.order {
		if k.e != nil {
			k.e.each(visit)
		}
	}
}

// queries visits the query and all below.
func (q *query) queries(visit func(*query)) {
	visit(q)
	for _, c := range q.with {
		c.q.queries(visit)
	}
	var walk func(f *from)
	walk = func(f *from) {
		if f == nil {
			return
		}
		walk(f.left)
		walk(f.right)
		if f.sub != nil {
			f.sub.queries(visit)
		}
	}
	walk(q.from)
	for _, s := range q.setops {
		s.q.queries(visit)
	}
	// Sub-queries of expressions are met by way of every expression of this level only.
	own := *q
	own.with, own.setops, own.from = nil, nil, nil
	if q.from != nil {
		own.from = &from{on: joinConditions(q.from)}
	}
	own.each(func(e *term) {
		if e.sub != nil {
			visit(e.sub)
		}
	})
}

func joinConditions(f *from) []*term {
	if f == nil || f.left == nil {
		return nil
	}
	return append(append(slices.Clone(f.on), joinConditions(f.left)...), joinConditions(f.right)...)
}

// traits are what the comparison must know of a query.
type traits struct {
	ordered  bool
	ties     bool // ordered by values of which equal ones look different
	collapse bool // equal values that look different are made one somewhere
	floats   bool // aggregates of floats
}

func (q *query) traits() traits {
	t := traits{ordered: len(q.order) > 0}
	row := q.items
	if q.values != nil {
		row = q.values[0]
	}
	for _, k := range q.order {
		t.ties = t.ties || k.item > 0 && k.item <= len(row) && inexact[row[k.item-1].typ]
	}
	q.queries(func(s *query) {
		if s.distinct || s.on != nil || len(s.group) > 0 || slices.ContainsFunc(s.setops, func(o setop) bool { return o.op != "union all" }) {
			t.collapse = true
		}
	})
	q.each(func(e *term) {
		if e.form == nil {
			return
		}
		if e.form.float {
			t.floats = true
		}
		if strings.Contains(e.form.text, "min max") || strings.Contains(e.form.text, "distinct") {
			t.collapse = true
		}
	})
	return t
}

func newSelect() *query { return &query{limit: -1} }

func (g *generator) nextAlias() string {
	g.alias++
	return fmt.Sprintf("t%d", g.alias)
}

// small is a table of few rows, for sub-queries and products.
func (g *generator) small(limit int) *table {
	for {
		if t := one(g, g.tables...); len(t.rows) <= limit {
			return t
		}
	}
}

func tableScope(t *table, alias string) []column {
	var cols []column
	for _, c := range t.cols {
		c.of = alias
		cols = append(cols, c.column)
	}
	return cols
}

// inner is a sub-query of an expression. want are the types of its columns; nil = it does not matter.
func (g *generator) inner(s *scope, want []string, depth int) *query {
	q := newSelect()
	t := g.small(160)
	alias := g.nextAlias()
	q.from = &from{table: t, alias: alias}
	own := &scope{cols: tableScope(t, alias), risk: new(int), links: s.links}
	both := &scope{cols: append(slices.Clone(own.cols), s.cols...), risk: new(int), links: s.links}
	if g.chance(25) {
		*own.links = 0
	}
	if len(s.cols) > 0 && g.chance(60) { // correlated by a key
		c := one(g, s.cols...)
		for range 10 {
			if c.name == "k" || c.name == "id" {
				break
			}
			c = one(g, s.cols...)
		}
		if c.typ == "int4" {
			q.where = append(q.where, &term{typ: "bool", parts: []string{"(" + alias + "." + one(g, "k", "id") + one(g, " = ", " = ", " = ", " < ") + c.ref() + ")"}})
		} else {
			q.where = append(q.where, g.of(both, "bool", false, depth-1))
		}
	}
	if g.chance(50) {
		q.where = append(q.where, g.of(own, "bool", false, depth-1))
	}
	q.null = want == nil
	for _, typ := range want {
		q.items = append(q.items, g.of(own, typ, false, depth-2))
	}
	return q
}

// source makes a FROM clause of up to n tables and tells the rows it may have at most.
func (g *generator) source(n int, s *scope, with []cte) (*from, []column, int) {
	alias := g.nextAlias()
	if n <= 1 {
		switch {
		case len(with) > 0 && g.chance(60):
			c := one(g, with...)
			return &from{cte: c.name, alias: alias}, outputs(c.q, alias), 150
		case g.chance(8):
			q := g.values(1+g.IntN(5), g.types(1+g.IntN(3)))
			return &from{sub: q, alias: alias}, outputs(q, alias), len(q.values)
		case g.chance(8):
			q := g.derived(s)
			return &from{sub: q, alias: alias}, outputs(q, alias), 160
		}
		if g.chance(4) {
			f := &from{alias: alias}
			switch g.IntN(3) {
			case 0:
				f.call = &term{typ: "int4", parts: []string{fmt.Sprintf("generate_series(%d, %d%s)", g.IntN(5)-2, g.IntN(12), one(g, "", ", 2", ", -1"))}}
			case 1:
				f.call = &term{typ: "int4", parts: []string{"unnest(", ")"}, args: []*term{g.literal("int4[]", false, false)}}
			default:
				f.call = &term{typ: "text", parts: []string{"unnest(", ")"}, args: []*term{g.literal("text[]", false, false)}}
			}
			return f, []column{{of: alias, name: "c1", typ: f.call.typ}}, 12
		}
		t := one(g, g.tables...)
		return &from{table: t, alias: alias}, tableScope(t, alias), len(t.rows)
	}
	beyond := 1 // tables on the right side
	if n > 2 && g.chance(30) {
		beyond = n - 1
	}
	left, lc, ln := g.source(n-beyond, s, with)
	if beyond == 1 && ln <= 200 && g.chance(10) {
		return g.lateral(left, lc, ln)
	}
	right, rc, rn := g.source(beyond, s, with)
	if n == 2 && left.table != nil && right.table != nil && g.chance(12) {
		f := &from{left: left, right: right, kind: one(g, "inner", "left", "right", "full"), using: one(g, "id", "id", "k")}
		if f.using == "k" && ln*rn > 30000 {
			f.using = "id"
		}
		return f, append(append(slices.Clone(lc), rc...), column{name: f.using, typ: "int4", tame: true}), ln + rn
	}
	f := &from{left: left, right: right, kind: one(g, "inner", "inner", "left", "right", "full", "cross")}
	cols := append(slices.Clone(lc), rc...)
	if f.kind == "cross" && ln*rn > 2000 {
		f.kind = "inner"
	}
	if f.kind == "cross" {
		return f, cols, ln * rn
	}
	// What kinds of column can be equal on both sides.
	var pairs [][2]column
	for _, a := range lc {
		for _, b := range rc {
			if a.typ == b.typ && a.typ != "json" && (a.name == "id" || b.name == "id" || a.name == "k" || b.name == "k" || a.typ != "bool" && g.chance(20)) {
				pairs = append(pairs, [2]column{a, b})
			}
		}
	}
	rows := ln * rn
	if len(pairs) > 0 && (rows > 5000 || g.chance(70)) {
		p := one(g, pairs...)
		if rows > 20000 { // by a key
			for _, q := range pairs {
				if q[0].name == "id" && q[1].typ == "int4" || q[1].name == "id" && q[0].typ == "int4" {
					p = q
				}
			}
		}
		l, r := p[0].ref(), p[1].ref()
		if g.chance(30) {
			l, r = r, l
		}
		f.on = append(f.on, &term{typ: "bool", parts: []string{"(" + l + " = " + r + ")"}})
		rows = ln * rn / 4
		if p[0].name == "id" || p[1].name == "id" {
			rows = max(ln, rn)
		}
	}
	if rows > 12000 { // more than the query is worth
		return g.source(1, s, with)
	}
	js := &scope{cols: cols, risk: new(int), links: new(int)}
	if (len(f.on) == 0 || g.chance(35)) && f.kind != "full" {
		f.on = append(f.on, g.of(js, "bool", false, 2))
	}
	if f.kind == "full" && len(f.on) == 0 {
		f.kind = "left" // FULL JOIN wants a condition that merges or hashes
		f.on = append(f.on, g.of(js, "bool", false, 2))
	}
	return f, cols, rows
}

// lateral joins something that sees what is on its left.
func (g *generator) lateral(left *from, lc []column, ln int) (*from, []column, int) {
	f := &from{left: left, kind: one(g, "cross", "left", "inner"), lateral: true}
	alias := g.nextAlias()
	ls := &scope{cols: lc, risk: new(int), links: new(int)}
	if g.chance(40) {
		typ := one(g, "int4", "text")
		f.right = &from{alias: alias, call: &term{typ: typ, parts: []string{"unnest(", ")"}, args: []*term{g.of(ls, typ+"[]", false, 1)}}}
		return f, append(slices.Clone(lc), column{of: alias, name: "c1", typ: typ}), ln * 2
	}
	q := g.inner(ls, g.types(1+g.IntN(2)), 2)
	f.right = &from{sub: q, alias: alias}
	if g.chance(50) && q.from.table != nil {
		q.order = []orderKey{{e: &term{typ: "int4", parts: []string{q.from.alias + ".id"}}, dir: direction(g)}}
		q.limit = 1 + g.IntN(3)
	} else if ln > 200 {
		q.limit = 0
	}
	return f, append(slices.Clone(lc), outputs(q, alias)...), ln * 3
}

// derived is a query to stand in FROM or WITH. Where it makes rows one, they are of types whose equal values are identical.
func (g *generator) derived(s *scope) *query {
	t := g.small(160)
	q := g.plain(s, g.types(1+g.IntN(4)), t)
	exact := func() []string {
		types := make([]string, 1+g.IntN(2))
		for i := range types {
			types[i] = one(g, "int4", "text", "bool", "date", "int8", "timestamp", "uuid", "varchar")
		}
		return types
	}
	switch g.IntN(7) {
	case 0, 1: // grouped
		q = g.plain(s, exact(), t)
		own := &scope{cols: tableScope(t, q.from.alias), risk: new(int), links: new(int)}
		for _, e := range q.items {
			if !e.literal && (len(e.args) > 0 || strings.HasPrefix(e.parts[0], q.from.alias+".")) {
				q.group = append(q.group, e)
			}
		}
		q.items = slices.Clone(q.group)
		for range 1 + g.IntN(2) {
			if a := g.aggregate(own, "", false); !inexact[a.typ] {
				q.items = append(q.items, a)
			}
		}
		q.items = append(q.items, &term{typ: "int8", parts: []string{"count(*)"}})
		if g.chance(30) {
			q.having = []*term{{typ: "bool", parts: []string{"(count(*) " + one(g, "> 1", "< 5", "<> 2") + ")"}}}
		}
	case 2:
		q = g.plain(s, exact(), t)
		q.distinct = true
	case 3:
		types := exact()
		q = g.plain(s, types, t)
		q.setops = []setop{{one(g, "union", "union all", "except", "intersect", "except all"), g.plain(s, types, g.small(160))}}
	case 4:
		q.order = []orderKey{{e: &term{typ: "int4", parts: []string{q.from.alias + ".id"}}, dir: direction(g)}}
		g.cut(q)
	}
	return q
}

// outputs are the columns of a query that stands in FROM.
func outputs(q *query, alias string) []column {
	row := q.items
	if q.values != nil {
		row = q.values[0]
	}
	var cols []column
	for i, e := range row {
		cols = append(cols, column{of: alias, name: fmt.Sprintf("c%d", i+1), typ: e.typ})
	}
	return cols
}

func (g *generator) types(n int) []string {
	out := make([]string, n)
	for i := range out {
		out[i] = one(g, classes['x']...)
		if g.chance(40) {
			out[i] = one(g, "int4", "text", "numeric", "date", "float8", "bool", "int8", "timestamp")
		}
	}
	return out
}

// values is VALUES.
func (g *generator) values(n int, types []string) *query {
	q := newSelect()
	none := &scope{risk: new(int), links: new(int)}
	for range n {
		var row []*term
		for _, t := range types {
			row = append(row, g.of(none, t, false, g.IntN(3)))
		}
		q.values = append(q.values, row)
	}
	return q
}

// plain is a SELECT over one table without an order.
func (g *generator) plain(s *scope, types []string, t *table) *query {
	q := newSelect()
	alias := g.nextAlias()
	q.from = &from{table: t, alias: alias}
	own := &scope{cols: tableScope(t, alias), risk: new(int), links: s.links}
	for _, typ := range types {
		q.items = append(q.items, g.of(own, typ, false, g.IntN(3)))
	}
	for range g.IntN(2) {
		q.where = append(q.where, g.of(own, "bool", false, 3))
	}
	return q
}

func direction(g *generator) string {
	return one(g, "", " asc", " desc", " desc nulls last", " asc nulls first", " nulls first", " desc nulls first")
}

// query makes a whole statement.
func (g *generator) query() *query {
	g.alias = 0
	links := new(int)
	if g.chance(25) {
		*links = 1 + g.IntN(2)
	}
	top := &scope{risk: new(int), links: links}
	switch n := g.IntN(100); {
	case n < 8:
		return g.risky()
	case n < 20:
		return g.setops(top)
	case n < 23:
		q := g.values(1+g.IntN(6), g.types(1+g.IntN(4)))
		g.orderByItems(q)
		return q
	}
	q := newSelect()
	if g.chance(10) {
		for i := range 1 + g.IntN(2) {
			c := g.derived(top)
			if i == 1 && g.chance(50) { // uses the first
				alias := g.nextAlias()
				cols := outputs(q.with[0].q, alias)
				c = newSelect()
				c.from = &from{cte: "w0", alias: alias}
				cs := &scope{cols: cols, risk: new(int), links: new(int)}
				for range 1 + g.IntN(3) {
					c.items = append(c.items, g.of(cs, one(g, cols...).typ, false, 1))
				}
			}
			q.with = append(q.with, cte{fmt.Sprintf("w%d", i), c})
		}
	}
	if g.chance(3) {
		c := newSelect()
		c.raw = fmt.Sprintf("select %d as c1, 'x'::text as c2 union %s select c1 + %d, c2 || 'y' from w%d where c1 < %d", g.IntN(3), one(g, "all", ""), 1+g.IntN(2), len(q.with), g.IntN(12))
		c.items = []*term{{typ: "int4"}, {typ: "text"}}
		q.with = append(q.with, cte{fmt.Sprintf("w%d", len(q.with)), c})
	}
	tables := one(g, 1, 1, 1, 1, 2, 2, 2, 3, 3)
	var cols []column
	var rows int
	q.from, cols, rows = g.source(tables, top, q.with)
	if rows > 400 && g.chance(80) {
		*links = 0 // a sub-query for each row takes its time
	}
	s := &scope{cols: cols, risk: top.risk, links: links}
	for range one(g, 0, 1, 1, 1, 2, 3) {
		q.where = append(q.where, g.of(s, "bool", false, 1+g.IntN(4)))
	}
	switch n := g.IntN(100); {
	case n < 30:
		g.grouped(q, s, tables == 1 && q.from.table != nil)
	case n < 40:
		q.distinct = true
		for range 1 + g.IntN(3) {
			typ := one(g, classes['a']...)
			if g.chance(50) {
				typ = one(g, "int4", "text", "bool", "date", "int2")
			}
			q.items = append(q.items, g.of(s, typ, false, g.IntN(3)))
		}
		if slices.ContainsFunc(q.items, func(e *term) bool { return inexact[e.typ] }) {
			break // LIMIT would show which
		}
		g.orderByItems(q)
	case n < 45 && tables == 1 && q.from.table != nil:
		g.selected(q, s)
		for range 1 + g.IntN(2) {
			c := one(g, s.cols...)
			if c.typ == "json" {
				continue
			}
			q.on = append(q.on, &term{typ: c.typ, parts: []string{c.ref()}})
		}
		q.order = nil
		for _, e := range q.on {
			q.order = append(q.order, orderKey{e: e, dir: direction(g)})
		}
		q.order = append(q.order, orderKey{e: &term{typ: "int4", parts: []string{q.from.alias + ".id"}}})
	default:
		g.selected(q, s)
	}
	return q
}

// selected fills the select list, the order and the limit of a query over rows.
func (g *generator) selected(q *query, s *scope) {
	for range 1 + g.IntN(5) {
		if g.chance(40) {
			c := one(g, s.cols...)
			q.items = append(q.items, &term{typ: c.typ, parts: []string{c.ref()}})
			continue
		}
		q.items = append(q.items, g.of(s, one(g, classes['x']...), false, 1+g.IntN(3)))
	}
	unique := []*term{}
	for _, alias := range leaves(q.from) {
		if alias.table == nil {
			unique = nil
			break
		}
		unique = append(unique, &term{typ: "int4", parts: []string{alias.alias + ".id"}})
	}
	switch {
	case unique != nil && g.chance(60):
		for range g.IntN(3) {
			q.order = append(q.order, orderKey{e: g.of(s, one(g, classes['a']...), false, g.IntN(3)), dir: direction(g)})
		}
		for i := 0; i < len(q.order); i++ { // a bare integer or string constant would be a column's number or an error
			if e := q.order[i].e; e.literal || len(e.args) == 0 && e.sub == nil && strings.HasPrefix(e.parts[0], "null") {
				q.order = slices.Delete(q.order, i, i+1)
				i--
			}
		}
		for _, u := range unique {
			q.order = append(q.order, orderKey{e: u, dir: direction(g)})
		}
		g.cut(q)
	case q.from.table != nil && g.chance(30): // the order of the file
		g.cut(q)
	}
}

func (g *generator) cut(q *query) {
	if g.chance(50) {
		q.limit = one(g, 0, 1, 3, 10, 40, 1500)
	}
	if g.chance(20) {
		q.offset = one(g, 1, 5, 30, 1100)
	}
}

func leaves(f *from) []*from {
	if f.left == nil {
		return []*from{f}
	}
	return append(leaves(f.left), leaves(f.right)...)
}

func (g *generator) orderByItems(q *query) {
	row := q.items
	if q.values != nil {
		row = q.values[0]
	}
	if slices.ContainsFunc(row, func(e *term) bool { return e.typ == "json" }) || g.chance(40) {
		return
	}
	for i := range row {
		q.order = append(q.order, orderKey{item: i + 1, dir: direction(g)})
	}
	if !slices.ContainsFunc(row, func(e *term) bool { return inexact[e.typ] }) {
		g.cut(q)
	}
}

// setops is a UNION and its like.
func (g *generator) setops(s *scope) *query {
	types := g.types(1 + g.IntN(3))
	all := g.chance(35)
	for i, t := range types {
		if t == "json" && !all {
			types[i] = "text"
		}
	}
	part := func() *query {
		if g.chance(15) {
			return g.values(1+g.IntN(4), types)
		}
		return g.plain(s, types, g.small(160))
	}
	q := part()
	for range 1 + g.IntN(2) {
		op := "union all"
		if !all {
			op = one(g, "union all", "union", "intersect", "except", "intersect all", "except all")
		}
		q.setops = append(q.setops, setop{op, part()})
	}
	g.orderByItems(q)
	return q
}

// grouped makes a query with aggregates.
func (g *generator) grouped(q *query, s *scope, single bool) {
	keys := one(g, 0, 1, 1, 1, 2)
	for range keys {
		var e *term
		if g.chance(70) {
			c := one(g, s.cols...)
			for c.typ == "json" || g.chance(40) && c.typ != "int4" && c.typ != "text" && c.typ != "bool" {
				c = one(g, s.cols...)
				if !slices.ContainsFunc(s.cols, func(c column) bool { return c.typ != "json" }) {
					return
				}
			}
			e = &term{typ: c.typ, parts: []string{c.ref()}}
		} else {
			e = g.of(s, one(g, "int4", "text", "bool", "date", "int8"), false, 2)
			if e.literal || len(e.args) == 0 {
				continue // a constant is a column's number, or an error
			}
		}
		q.group = append(q.group, e)
		if g.chance(85) {
			q.items = append(q.items, e)
		}
	}
	keyed := len(q.items)
	// With keys PostgreSQL may sort them, and does where another aggregate wants an order: then the order of the input is lost.
	single = single && len(q.group) == 0
	for range 1 + g.IntN(3) {
		q.items = append(q.items, g.aggregate(s, "", single))
	}
	if g.chance(20) {
		a := g.aggregate(s, "int8", single)
		q.having = append(q.having, &term{typ: "bool", parts: []string{"(", one(g, " > ", " < ", " = ", " <> ") + one(g, "0", "1", "2", "5") + ")"}, args: []*term{a}})
	}
	if g.chance(15) { // an expression over aggregates
		a := g.aggregate(s, "int8", single)
		q.items = append(q.items, &term{typ: "int8", parts: []string{"(coalesce(", ", 0) % 1000 + count(*))"}, args: []*term{a}})
	}
	// An expression that is constant keeps its value in PostgreSQL before 18 where the set leaves it out.
	if len(q.group) > 0 && g.chance(12) && !slices.ContainsFunc(q.group, func(e *term) bool { return e.form != nil || e.sub != nil }) {
		q.sets = one(g, "rollup ", "cube ", "grouping sets ")
		return
	}
	if len(q.group) > 0 && keyed == len(q.group) && g.chance(60) {
		fuzzy := false
		for i := range q.group {
			q.order = append(q.order, orderKey{item: i + 1, dir: direction(g)})
			fuzzy = fuzzy || inexact[q.group[i].typ]
		}
		if !fuzzy {
			g.cut(q)
		}
	}
}

// aggregate is one call; typ "" = of any type.
func (g *generator) aggregate(s *scope, typ string, single bool) *term {
	for {
		f := &aggregates[g.IntN(len(aggregates))]
		if typ != "" && f.result != typ || f.order && !single {
			continue
		}
		result := f.result
		if isClass(result) {
			result = one(g, classes[result[0]]...)
		}
		links := 0
		e := g.fill(&scope{cols: s.cols, risk: new(int), links: &links}, f, result, false, 3)
		e.parts[0] = e.parts[0][1:]
		last := &e.parts[len(e.parts)-1]
		*last = (*last)[:len(*last)-1]
		if g.chance(20) {
			*last += " filter (where "
			e.args = append(e.args, g.of(&scope{cols: s.cols, risk: new(int), links: &links}, "bool", false, 2))
			e.parts = append(e.parts, ")")
		}
		return e
	}
}

// risky is a query in which one expression may fail: over one table, nothing else in it.
func (g *generator) risky() *query {
	q := newSelect()
	t := g.small(160)
	alias := g.nextAlias()
	q.from = &from{table: t, alias: alias}
	risk := 1
	s := &scope{cols: tableScope(t, alias), risk: &risk, links: new(int)}
	var all []*form
	for i := range forms {
		if forms[i].risky {
			all = append(all, &forms[i])
		}
	}
	f := one(g, all...)
	risk = 0
	e := g.fill(s, f, f.result, false, 2)
	for !strings.Contains(e.String(), alias+".") { // PostgreSQL computes constants even for no rows
		e = g.fill(s, f, f.result, false, 2)
	}
	if g.chance(30) && f.result != "json" {
		q.where = []*term{{typ: "bool", parts: []string{"(", " is not null)"}, args: []*term{e}}}
		e = &term{typ: "int4", parts: []string{alias + ".id"}}
	}
	q.items = []*term{e}
	return q
}
