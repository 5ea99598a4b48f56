package e2e

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"
)

// A form is one way to make an expression of a type. Its text holds places for arguments, {…}:
//
//	{int4}   an expression of that type       {int4~}  the same, of a modest size: sums and products stay in range
//	{a}      of a type of the class a; the same type wherever the form says {a}; {a1}, {a2} are drawn apart
//	{a'}     a bare literal, whose type PostgreSQL must find out
//	{a#}     the first makes an expression, the others are that very expression
//	«a b c»  one of the words
type form struct {
	result string // a type or a class
	text   string
	risky  bool // may fail for some values: used once at most in a query, and where nothing else decides whether it is evaluated
	float  bool // an aggregate of floats: libm's last bit may differ
	order  bool // an aggregate whose answer depends on the order of its input
	rare   bool // beyond the contract, or known to be refused: now and then, to be seen in the report
	tame   bool // its result is of modest size if the arguments are
}

// classes are sets of types, by the letter that a form uses.
var classes = map[byte][]string{
	'i': {"int2", "int4", "int8"},
	'f': {"float4", "float8"},
	'n': {"int2", "int4", "int8", "numeric", "float4", "float8"},
	't': {"text", "varchar", "bpchar"},
	'd': {"date", "timestamp", "timestamptz"},
	'a': {"bool", "int2", "int4", "int8", "float4", "float8", "numeric", "text", "varchar", "bpchar", "date", "time", "timestamp", "timestamptz", "interval", "uuid", "jsonb", "bytea", "int4[]", "text[]"},
	'm': {"int2", "int4", "int8", "float4", "float8", "numeric", "text", "bpchar", "date", "time", "timestamp", "timestamptz", "interval", "int4[]", "text[]"}, // min and max exist
	'x': {"bool", "int2", "int4", "int8", "float4", "float8", "numeric", "text", "varchar", "bpchar", "date", "time", "timestamp", "timestamptz", "interval", "uuid", "jsonb", "bytea", "int4[]", "text[]", "json"},
	's': {"bool", "int2", "int4", "int8", "text", "varchar", "bpchar", "date", "time", "timestamp", "timestamptz", "uuid", "bytea"}, // equal values are identical
}

func isClass(s string) bool {
	return len(s) > 0 && len(s) <= 2 && classes[s[0]] != nil && (len(s) == 1 || s[1] < 'a')
}

// in tells whether a type belongs to what a form says.
func in(typ, what string) bool {
	return typ == what || isClass(what) && slices.Contains(classes[what[0]], typ)
}

// term is a generated expression, a tree so that a failing query can be cut down.
type term struct {
	typ   string
	parts []string // around the arguments: one more than there are; two more with sub
	args  []*term
	sub   *query // comes after the last argument
	form  *form

	literal bool
	value   string // of a literal
	bare    bool   // a literal without its type
	param   bool   // a literal that is sent as a parameter
}

// renderer writes a query for one of the places it runs at.
type renderer struct {
	strings.Builder
	schema string
	params []string
	inline bool // parameters as the literals they stand for
	seen   map[*term]int
}

func (r *renderer) expr(e *term) {
	if e.literal {
		if e.param && !r.inline {
			n := r.seen[e]
			if n == 0 { // GROUP BY and the select list share an expression
				r.params = append(r.params, e.value)
				n = len(r.params)
				if r.seen == nil {
					r.seen = map[*term]int{}
				}
				r.seen[e] = n
			}
			r.WriteString("$" + strconv.Itoa(n))
			if !e.bare {
				r.WriteString("::" + e.typ)
			}
			return
		}
		r.WriteString(e.parts[0])
		return
	}
	for i, p := range e.parts {
		r.WriteString(p)
		switch {
		case i < len(e.args):
			r.expr(e.args[i])
		case i == len(e.args) && e.sub != nil:
			r.query(e.sub)
		}
	}
}

func (e *term) String() string {
	r := renderer{schema: "d", inline: true}
	r.expr(e)
	return r.String()
}

// each visits the expression and all below, sub-queries as well.
func (e *term) each(visit func(*term)) {
	visit(e)
	for _, a := range e.args {
		a.each(visit)
	}
	if e.sub != nil {
		e.sub.each(visit)
	}
}

func quoteText(s string) string {
	if strings.Contains(s, `\`) {
		return "E'" + strings.NewReplacer(`\`, `\\`, `'`, `''`).Replace(s) + "'"
	}
	return "'" + strings.ReplaceAll(s, "'", "''") + "'"
}

// column is one that an expression may name.
type column struct {
	of   string // alias of its table
	name string
	typ  string
	tame bool
}

func (c column) ref() string {
	if c.of == "" {
		return quoteName(c.name)
	}
	return c.of + "." + quoteName(c.name)
}

func quoteName(s string) string {
	for _, r := range s {
		if (r < 'a' || r > 'z') && (r < '0' || r > '9') && r != '_' {
			return `"` + s + `"`
		}
	}
	return s
}

// scope is what an expression sees.
type scope struct {
	cols []column
	// what the whole query may still have
	risk  *int
	links *int // sub-queries
}

// generator makes tables, expressions and queries out of one seed.
type generator struct {
	*rand.Rand
	tables []*table
	pool   map[string][]string // values that occur again and again, by type, "~" for tame ones
	alias  int
}

func (g *generator) chance(percent int) bool { return g.IntN(100) < percent }

func one[T any](g *generator, list ...T) T { return list[g.IntN(len(list))] }

// literal makes a constant of a type.
func (g *generator) literal(typ string, tame, bare bool) *term {
	v := g.value(typ, tame)
	e := &term{typ: typ, literal: true, value: v, bare: bare}
	text := quoteText(v)
	switch {
	case bare:
	case g.chance(4):
		return &term{typ: typ, parts: []string{"null::" + typ}}
	case typ == "bool":
		text = v
		if v == "t" || v == "f" {
			text = map[string]string{"t": "true", "f": "false"}[v]
		}
	case typ == "int4" && !strings.HasPrefix(v, "-") && g.chance(70):
		text = v
	case typ == "int4" && v != "-2147483648" && g.chance(70):
		text = "(" + v + ")"
	case typ == "numeric" && strings.Contains(v, ".") && !strings.ContainsAny(v, "eN") && g.chance(70):
		text = "(" + v + ")"
	case typ == "text" && g.chance(50):
		text += "::text"
	case g.chance(20) && !strings.HasPrefix(text, "E") && !strings.Contains(typ, "["):
		text = typ + " " + text
	default:
		text += "::" + typ
	}
	e.parts = []string{text}
	return e
}

// of makes an expression of a type.
func (g *generator) of(s *scope, typ string, tame bool, depth int) *term {
	var cols []column
	for _, c := range s.cols {
		if c.typ == typ && (c.tame || !tame) {
			cols = append(cols, c)
		}
	}
	if depth <= 0 || g.chance(25) {
		if len(cols) > 0 && g.chance(80) {
			c := one(g, cols...)
			return &term{typ: typ, parts: []string{c.ref()}}
		}
		if typ == "text" && len(s.cols) > 0 && g.chance(10) { // a whole row
			if c := one(g, s.cols...); c.of != "" {
				return &term{typ: typ, parts: []string{"(" + c.of + ".*)::text"}}
			}
		}
		return g.literal(typ, tame, false)
	}
	if typ == "bool" && *s.links > 0 && g.chance(6) {
		if e := g.sublink(s, depth); e != nil {
			return e
		}
	}
	if *s.links > 0 && !tame && g.chance(3) {
		if e := g.scalarSub(s, typ, depth); e != nil {
			return e
		}
	}
	for range 40 {
		f := one(g, formsOf(typ)...)
		if tame && !f.tame || f.risky && *s.risk <= 0 || f.rare && !g.chance(10) {
			continue
		}
		if f.risky {
			*s.risk--
		}
		if e := g.fill(s, f, typ, tame, depth); e != nil {
			return e
		}
	}
	return g.literal(typ, tame, false)
}

var formIndex = map[string][]*form{}

func formsOf(typ string) []*form {
	if l, ok := formIndex[typ]; ok {
		return l
	}
	var l []*form
	for i := range forms {
		if in(typ, forms[i].result) {
			l = append(l, &forms[i])
		}
	}
	formIndex[typ] = l
	return l
}

// fill makes an expression out of a form.
func (g *generator) fill(s *scope, f *form, typ string, tame bool, depth int) *term {
	e := &term{typ: typ, form: f}
	bound := map[string]string{}
	shared := map[string]*term{}
	if isClass(f.result) {
		bound[f.result] = typ
	}
	rest := f.text
	var part strings.Builder
	for rest != "" {
		i := strings.IndexAny(rest, "{«")
		if i < 0 {
			part.WriteString(rest)
			break
		}
		part.WriteString(rest[:i])
		rest = rest[i:]
		if strings.HasPrefix(rest, "«") {
			words, after, _ := strings.Cut(strings.TrimPrefix(rest, "«"), "»")
			part.WriteString(one(g, strings.Fields(words)...))
			rest = after
			continue
		}
		if len(rest) < 2 || rest[1] < 'a' || rest[1] > 'z' { // a regular expression's
			part.WriteByte('{')
			rest = rest[1:]
			continue
		}
		place, after, ok := strings.Cut(rest[1:], "}")
		if !ok {
			panic("form " + f.text)
		}
		rest = after
		what := strings.TrimRight(place, "~'#")
		marks := place[len(what):]
		t := what
		if isClass(what) {
			if bound[what] == "" {
				bound[what] = one(g, classes[what[0]]...)
			}
			t = bound[what]
		}
		var a *term
		argTame := tame || strings.Contains(marks, "~")
		switch {
		case strings.Contains(marks, "#") && shared[place] != nil:
			a = shared[place]
		case strings.Contains(marks, "'"):
			a = g.literal(t, argTame, true)
		default:
			a = g.of(s, t, argTame, depth-1-g.IntN(2))
		}
		if strings.Contains(marks, "#") {
			shared[place] = a
		}
		e.parts = append(e.parts, part.String())
		part.Reset()
		e.args = append(e.args, a)
	}
	e.parts = append(e.parts, part.String())
	e.parts[0] = "(" + e.parts[0]
	e.parts[len(e.parts)-1] += ")"
	return e
}

// sublink is a boolean over a sub-query.
func (g *generator) sublink(s *scope, depth int) *term {
	*s.links--
	typ := one(g, "int4", "int4", "text", "date", "numeric", "uuid", "int8")
	switch g.IntN(6) {
	case 0:
		return &term{typ: "bool", parts: []string{"(exists (", "))"}, sub: g.inner(s, nil, depth)}
	case 1:
		return &term{typ: "bool", parts: []string{"(not exists (", "))"}, sub: g.inner(s, nil, depth)}
	case 2, 3:
		return &term{typ: "bool", parts: []string{"(", " in (", "))"}, args: []*term{g.of(s, typ, false, depth-2)}, sub: g.inner(s, []string{typ}, depth)}
	case 4:
		return &term{typ: "bool", parts: []string{"(", " not in (", "))"}, args: []*term{g.of(s, typ, false, depth-2)}, sub: g.inner(s, []string{typ}, depth)}
	}
	return &term{typ: "bool", parts: []string{"(", fmt.Sprintf(" %s %s (", one(g, "=", "<>", "<", ">="), one(g, "any", "all")), "))"},
		args: []*term{g.of(s, typ, false, depth-2)}, sub: g.inner(s, []string{typ}, depth)}
}

// scalarSub is a sub-query of one value.
func (g *generator) scalarSub(s *scope, typ string, depth int) *term {
	*s.links--
	q := g.inner(s, []string{typ}, depth)
	i := q.items[0]
	switch {
	case typ == "int8" && g.chance(50):
		q.items[0] = &term{typ: typ, parts: []string{"count(", ")"}, args: []*term{i}}
	case slices.Contains(classes['m'], typ) && !inexact[typ]:
		q.items[0] = &term{typ: typ, parts: []string{one(g, "min(", "max("), ")"}, args: []*term{i}}
	default: // the one row of a key
		from := q.from
		for from.left != nil {
			from = from.left
		}
		if from != q.from || from.table == nil {
			return nil
		}
		q.where = []*term{{typ: "bool", parts: []string{"(" + from.alias + ".id = ", ")"}, args: []*term{g.of(s, "int4", true, 1)}}}
	}
	return &term{typ: typ, parts: []string{"(", ")"}, sub: q}
}
