package e2e

import "strings"

// hoist looks for the smallest part of an expression that still shows a difference.
func (e *expressions) hoist(q *question, diff string) (*question, string) {
	for progress := true; progress; {
		progress = false
		for _, a := range q.x.args {
			if a.key == "" || a.key == "row" {
				continue
			}
			part := *q
			part.x = a
			if q.kind == 's' {
				part.kind = 'f'
			}
			got, want := e.both(&part)
			d := part.differ(got, want)
			if d == "" && diff == "words" && got.code != "" && got.message != want.message {
				d = "words"
			}
			if d != "" {
				q, diff, progress = &part, d, true
				break
			}
		}
	}
	return q, diff
}

// shrink replaces arguments by simpler ones as long as the difference stays.
func (e *expressions) shrink(q *question, diff string) *question {
	tries := 80
	same := func() bool {
		if tries--; tries < 0 {
			return false
		}
		got, want := e.both(q)
		d := q.differ(got, want)
		return d == diff || diff == "words" && d == "" && got.code != "" && got.message != want.message
	}
	c := *q
	c.x = clone(q.x)
	q = &c
	if q.binary {
		if q.binary = false; !same() {
			q.binary = true
		}
	}
	for q.from < q.to {
		was := *q
		q.to = q.from + (q.to-q.from)/2
		if same() {
			continue
		}
		*q = was
		q.from = q.from + (q.to-q.from)/2 + 1
		if same() {
			continue
		}
		*q = was
		break
	}
	var nodes []*xnode
	q.x.each(func(x *xnode) { nodes = append(nodes, x) })
	for _, x := range nodes[1:] {
		if x.typ == "" || exprTypes[x.typ] == nil || len(x.args) == 0 && x.value == nil && x.column == "" {
			continue
		}
		was := *x
		try := func(text string, value *string) bool {
			*x = xnode{typ: was.typ, parts: []string{text}, value: value}
			if same() {
				was = *x
				return true
			}
			*x = was
			return false
		}
		sql := exprTypes[x.typ].decl
		if try("null::"+sql, nil) {
			continue
		}
		if x.value == nil && q.kind != 'a' && q.kind != 'w' { // what it stands for
			one := &question{x: &xnode{parts: []string{"(", ")::text"}, args: []*xnode{x}}, kind: 'f', from: q.from, to: q.from}
			if r := e.ask(&e.heap, one); r.code == "" && len(r.rows) == 1 && r.rows[0] != `\N` && !strings.Contains(r.rows[0], `\`) {
				try(quoteText(r.rows[0])+"::"+sql, &r.rows[0])
			}
		}
		if x.value == nil {
			continue
		}
		for _, simple := range []string{"", "0", "1", "a", "{}", "empty"} {
			if len(simple) >= len(*x.value) {
				break
			}
			if try(quoteText(simple)+"::"+sql, &simple) {
				break
			}
		}
		for size := len([]rune(*x.value)) / 2; size > 0 && len(*x.value) > 1; size /= 2 {
			for at := 0; at+size <= len([]rune(*x.value)); {
				r := []rune(*x.value)
				less := string(r[:at]) + string(r[at+size:])
				if !try(quoteText(less)+"::"+sql, &less) {
					at += size
				}
			}
		}
	}
	return q
}

func clone(x *xnode) *xnode {
	c := *x
	c.args = make([]*xnode, len(x.args))
	for i, a := range x.args {
		c.args[i] = clone(a)
	}
	return &c
}
