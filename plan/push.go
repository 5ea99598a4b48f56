package plan

import (
	"slices"

	"howdah/catalog"
	"howdah/expr"
	"howdah/pgerr"
	"howdah/pushdown"
)

// offers strikes the bargain with the reader of every scan below root.
func (p *planner) offers(root Node) error {
	var failed error
	seen := map[*Scan]bool{}
	offer := func(s *Scan, keys []pushdown.SortKey, limit int64) {
		if !seen[s] && failed == nil {
			seen[s] = true
			failed = p.offer(s, keys, limit)
		}
	}
	allNodes(root, func(n Node) {
		switch n := n.(type) {
		case *Limit:
			if n.WithTies {
				return
			}
			limit, ok := limitOf(n)
			if !ok {
				return
			}
			in := n.Input
			for {
				pr, ok := in.(*Project)
				if !ok {
					break
				}
				in = pr.Input
			}
			if s, ok := in.(*Scan); ok {
				offer(s, nil, limit)
			}
		case *Sort:
			if s, keys := sortedScan(n); s != nil {
				offer(s, keys, n.Limit)
			}
		}
	})
	allNodes(root, func(n Node) {
		if s, ok := n.(*Scan); ok {
			offer(s, nil, -1)
		}
	})
	return failed
}

// sortedScan gives the scan that a top-N sort orders directly, with the keys as file ordinals; nil if there is more
// between them than a projection, or a key is more than a column of the file.
func sortedScan(n *Sort) (*Scan, []pushdown.SortKey) {
	if n.Limit < 0 {
		return nil, nil
	}
	exprs := make([]expr.Expr, len(n.Keys))
	for i, k := range n.Keys {
		exprs[i] = k.Expr
	}
	in := n.Input
	for {
		pr, ok := in.(*Project)
		if !ok {
			break
		}
		for i, e := range exprs {
			v, ok := e.(*expr.Var)
			if !ok || v.Level != 0 {
				return nil, nil
			}
			exprs[i] = pr.Exprs[v.Col]
		}
		in = pr.Input
	}
	s, ok := in.(*Scan)
	if !ok {
		return nil, nil
	}
	var keys []pushdown.SortKey
	for i, e := range exprs {
		v, ok := e.(*expr.Var)
		if !ok || v.Level != 0 {
			return nil, nil
		}
		c := s.Rel.Columns[s.Want[v.Col]]
		if c.Role != catalog.FromFile {
			return nil, nil
		}
		keys = append(keys, pushdown.SortKey{Ordinal: c.Ordinal, Type: c.Type, Desc: n.Keys[i].Desc, NullsFirst: n.Keys[i].NullsFirst})
	}
	return s, keys
}

// offer makes the scan's request, asks the format once, and keeps what is owed.
func (p *planner) offer(s *Scan, keys []pushdown.SortKey, limit int64) error {
	file := s.Rel.File
	if file == nil {
		return pgerr.New(pgerr.InternalError, "relation %s has no files", s.Rel.Name)
	}
	r := &pushdown.Request{Sort: keys, Limit: limit}
	var owed []expr.Expr
	for i, q := range s.Quals {
		switch scope(s.Rel, q) {
		case ofObject:
			s.Prune = append(s.Prune, q)
		case ofFile:
			s.Asked = append(s.Asked, i)
			r.Quals = append(r.Quals, replaceVars(q, func(v *expr.Var) expr.Expr {
				c := *v
				c.Col = s.Rel.Columns[v.Col].Ordinal
				return &c
			}))
		default:
			owed = append(owed, q)
		}
	}
	if len(owed) > 0 {
		r.Limit, r.Sort = -1, nil // the reader cannot cut before them
	}
	r.Columns, r.Rows = s.columns(s.Quals)
	answer := r.RefuseAll()
	if !p.q.opts.NoPush {
		answer = file.Format.Offer(file.Schema, file.Options, r)
		if broken := r.Check(answer); broken != "" {
			return pgerr.New(pgerr.InternalError, "format %s breaks the bargain: %s", file.Format.Spec().Name, broken)
		}
	}
	for k, v := range answer.Quals {
		if v != pushdown.Exact {
			owed = append(owed, s.Quals[s.Asked[k]])
		}
	}
	// What only quals read that the reader took need not come out.
	r.Columns, r.Rows = s.columns(owed)
	s.Request, s.Answer = r, answer
	s.Work = slices.Clone(s.Want)
	for _, q := range owed {
		for _, v := range expr.Vars(q) {
			if !slices.Contains(s.Work, v.Col) {
				s.Work = append(s.Work, v.Col)
			}
		}
	}
	for _, q := range owed {
		s.Rest = append(s.Rest, replaceVars(q, func(v *expr.Var) expr.Expr {
			c := *v
			c.Col = slices.Index(s.Work, v.Col)
			return &c
		}))
	}
	return nil
}

// columns gives the columns of the file that the scan needs for its output and for quals, and whether it needs record
// numbers.
func (s *Scan) columns(quals []expr.Expr) (cols []pushdown.Column, rows bool) {
	text := map[int]bool{} // by ordinal: only passed on
	add := func(i int, passed bool) {
		c := s.Rel.Columns[i]
		switch c.Role {
		case catalog.HiddenRow, catalog.SystemCtid:
			rows = true
		case catalog.FromFile:
			if was, ok := text[c.Ordinal]; ok {
				passed = passed && was
			}
			text[c.Ordinal] = passed
		}
	}
	for k, i := range s.Want {
		add(i, s.Text[k])
	}
	for _, q := range quals {
		if scope(s.Rel, q) == ofObject {
			continue
		}
		for _, v := range expr.Vars(q) {
			add(v.Col, false)
		}
	}
	for o, t := range text {
		cols = append(cols, pushdown.Column{Ordinal: o, Text: t})
	}
	slices.SortFunc(cols, func(a, b pushdown.Column) int { return a.Ordinal - b.Ordinal })
	return cols, rows
}

// reach is what a qual looks at.
type reach uint8

const (
	ofRow    reach = iota // more than the others
	ofFile                // columns of the file only
	ofObject              // what is the same for all rows of an object
)

func scope(rel *catalog.Relation, q expr.Expr) reach {
	vars := expr.Vars(q)
	if len(vars) == 0 {
		return ofRow
	}
	file, object := true, true
	for _, v := range vars {
		switch rel.Columns[v.Col].Role {
		case catalog.FromFile:
			object = false
		case catalog.HiddenRow, catalog.SystemCtid, catalog.HiddenSheet:
			return ofRow
		default:
			file = false
		}
	}
	switch {
	case file:
		return ofFile
	case object:
		return ofObject
	}
	return ofRow
}
