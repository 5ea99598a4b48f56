package e2e

import "slices"

// reduce makes a query smaller, as long as differs says that it still shows the difference. It changes q.
func reduce(q *query, differs func() bool, tries int) {
	ok := func() bool {
		if tries <= 0 {
			return false
		}
		tries--
		return differs()
	}
	for progress := true; progress && tries > 0; {
		progress = false
		for _, s := range allQueries(q) {
			if s.shrink(ok) {
				progress = true
			}
		}
		var nodes []*term
		q.each(func(e *term) { nodes = append(nodes, e) })
		for _, e := range nodes {
			for _, smaller := range e.smaller() {
				was := *e
				*e = *smaller
				if ok() {
					progress = true
					break
				}
				*e = was
			}
		}
	}
}

func allQueries(q *query) []*query {
	var l []*query
	q.queries(func(s *query) {
		if !slices.Contains(l, s) {
			l = append(l, s)
		}
	})
	return l
}

// smaller are simpler expressions of the same type.
func (e *term) smaller() []*term {
	if len(e.args) == 0 && e.sub == nil {
		return nil
	}
	var out []*term
	for _, a := range e.args {
		if a.typ == e.typ {
			out = append(out, a)
		}
	}
	if len(e.parts) > 0 && e.parts[0] != "null" {
		out = append(out, &term{typ: e.typ, parts: []string{"null::" + e.typ}})
	}
	if e.typ == "bool" {
		out = append(out, &term{typ: "bool", parts: []string{"true"}})
	}
	return out
}

// shrink tries to leave parts of a query out.
func (q *query) shrink(ok func() bool) bool {
	progress := false
	try := func(change func()) {
		was := *q
		was.items, was.where, was.having = slices.Clone(q.items), slices.Clone(q.where), slices.Clone(q.having)
		was.group, was.setops, was.order = slices.Clone(q.group), slices.Clone(q.setops), slices.Clone(q.order)
		was.with, was.values = slices.Clone(q.with), slices.Clone(q.values)
		change()
		if ok() {
			progress = true
		} else {
			*q = was
		}
	}
	for i := len(q.setops) - 1; i >= 0; i-- {
		try(func() { q.setops = slices.Delete(q.setops, i, i+1) })
	}
	for i := len(q.with) - 1; i >= 0; i-- {
		try(func() { q.with = slices.Delete(q.with, i, i+1) })
	}
	if q.limit >= 0 || q.offset > 0 {
		try(func() { q.limit, q.offset = -1, 0 })
	}
	if q.limit < 0 && q.offset == 0 && len(q.order) > 0 {
		try(func() { q.order = nil })
	}
	if q.distinct {
		try(func() { q.distinct = false })
	}
	if q.sets != "" {
		try(func() { q.sets = "" })
	}
	if q.on != nil {
		try(func() { q.on = nil })
	}
	for i := len(q.where) - 1; i >= 0; i-- {
		try(func() { q.where = slices.Delete(q.where, i, i+1) })
	}
	for i := len(q.having) - 1; i >= 0; i-- {
		try(func() { q.having = slices.Delete(q.having, i, i+1) })
	}
	for i := len(q.items) - 1; i >= 0 && len(q.items) > 1; i-- {
		try(func() { q.items = slices.Delete(q.items, i, i+1) })
	}
	for i := len(q.values) - 1; i >= 0 && len(q.values) > 1; i-- {
		try(func() { q.values = slices.Delete(q.values, i, i+1) })
	}
	for i := len(q.group) - 1; i >= 0; i-- {
		try(func() { q.group = slices.Delete(q.group, i, i+1) })
	}
	for q.from != nil && q.from.left != nil {
		f, before := q.from, progress
		progress = false
		try(func() { q.from = f.left })
		if !progress {
			try(func() { q.from = f.right })
		}
		if !progress {
			progress = before
			break
		}
	}
	if f := q.from; f != nil && f.left != nil {
		for i := len(f.on) - 1; i >= 0; i-- {
			on := f.on
			f.on = append(slices.Clone(on[:i]), on[i+1:]...)
			if ok() {
				progress = true
			} else {
				f.on = on
			}
		}
	}
	if q.from != nil && q.from.left == nil {
		try(func() { q.from = nil })
	}
	return progress
}
