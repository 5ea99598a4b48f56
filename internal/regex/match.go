package regex

import (
	"context"
	"unicode/utf8"
)

// checkEvery is how many steps pass between looks at the context.
const checkEvery = 1 << 16

// matcher finds and divides matches in one text.
type matcher struct {
	re      *Regexp
	text    Text
	class   []uint16 // per character; the end's class last
	caps    []int
	mids    []int // where the concatenations being matched may be divided
	offsets []int // memory for text's
	budget  int
	ctx     context.Context
	err     error // the context's
}

func (m *matcher) load(text []byte) {
	m.text.Runes, m.class, m.text.offsets = m.text.Runes[:0], m.class[:0], nil
	plain := true
	for _, b := range text {
		if b >= utf8.RuneSelf {
			plain = false
			break
		}
	}
	if plain {
		for _, b := range text {
			m.text.Runes = append(m.text.Runes, rune(b))
			m.class = append(m.class, m.re.abc.ascii[b])
		}
	} else {
		m.text.offsets = m.offsets[:0]
		for i := 0; i < len(text); {
			r, n := utf8.DecodeRune(text[i:])
			m.text.offsets = append(m.text.offsets, i)
			m.text.Runes = append(m.text.Runes, r)
			m.class = append(m.class, m.re.abc.classOf(r))
			i += n
		}
		m.text.offsets = append(m.text.offsets, len(text))
		m.offsets = m.text.offsets
	}
	m.class = append(m.class, uint16(m.re.abc.n))
}

func (m *matcher) end() int { return len(m.class) - 1 }

func (m *matcher) prevKind(pos int) nextKind {
	if pos == 0 {
		return kindEdge
	}
	return m.re.abc.kind[m.class[pos-1]]
}

// tick counts a step; false means that the query was cancelled.
func (m *matcher) tick() bool {
	if m.budget--; m.budget <= 0 {
		m.budget = checkEvery
		if err := m.ctx.Err(); err != nil {
			m.err = err
		}
	}
	return m.err == nil
}

// run follows the automaton from begin and calls each place, of begin..limit, where a match may end, until it returns
// false.
func (m *matcher) run(p *prog, begin, limit int, at func(int) bool) {
	s := p.from(m.prevKind(begin))
	pos := begin
	var look func(int) bool
	if p.looks {
		look = func(i int) bool { return m.looks(m.re.looks[i], pos) }
	}
	for ; ; pos++ {
		t, accept := p.step(s, m.class[pos], look)
		if accept && !at(pos) || t == deadState || pos >= limit || !m.tick() {
			return
		}
		s = t
	}
}

func (m *matcher) looks(l *lookaround, pos int) bool {
	found := false
	if l.behind {
		m.run(l.prog, 0, pos, func(at int) bool {
			found = at == pos
			return !found
		})
	} else {
		m.run(l.prog, pos, m.end(), func(int) bool {
			found = true
			return false
		})
	}
	return found != l.not
}

// longest gives the last place up to limit where a match from begin may end, or -1.
func (m *matcher) longest(n *node, begin, limit int) int {
	end := -1
	m.run(m.prog(n), begin, limit, func(at int) bool { end = at; return true })
	return end
}

// shortest gives the first such place from least on.
func (m *matcher) shortest(n *node, begin, least, limit int) int {
	end := -1
	m.run(m.prog(n), begin, limit, func(at int) bool {
		if at >= least {
			end = at
		}
		return end < 0
	})
	return end
}

// exact tells whether the node may match precisely begin..end.
func (m *matcher) exact(n *node, begin, end int) bool { return m.shortest(n, begin, end, end) == end }

func (m *matcher) prog(n *node) *prog {
	if n.prog == nil {
		n.prog = m.re.compile(n.lang, false)
	}
	return n.prog
}

// find searches from a position on, setting caps.
func (m *matcher) find(ctx context.Context, from int) (bool, error) {
	m.ctx, m.err, m.budget = ctx, nil, checkEvery
	re := m.re
	if n := 2 * (re.NumSub + 1); len(m.caps) != n {
		m.caps = make([]int, n)
	}
	// Where no lookbehind needs the text before, one pass tells whether there is a match, and before which place it
	// must begin.
	last := -1
	m.run(re.search, from, m.end(), func(at int) bool { last = at; return re.backrefs })
	if last < 0 {
		return false, m.err
	}
	short := re.tree.flags&shorter != 0
	for begin := from; begin <= last; begin++ {
		if !re.backrefs {
			end := 0
			if short {
				end = m.shortest(re.tree, begin, begin, m.end())
			} else {
				end = m.longest(re.tree, begin, m.end())
			}
			if m.err != nil {
				return false, m.err
			}
			if end < 0 {
				continue
			}
			m.clear()
			m.dissect(re.tree, begin, end)
			m.caps[0], m.caps[1] = begin, end
			return m.err == nil, m.err
		}
		if m.tryEnds(begin, short) {
			return true, m.err
		}
		if m.err != nil {
			return false, m.err
		}
	}
	return false, m.err
}

// tryEnds dissects each possible end in the order of preference.
func (m *matcher) tryEnds(begin int, short bool) bool {
	var ends []int
	m.run(m.prog(m.re.tree), begin, m.end(), func(at int) bool { ends = append(ends, at); return true })
	for k := range ends {
		end := ends[len(ends)-1-k]
		if short {
			end = ends[k]
		}
		m.clear()
		if m.dissect(m.re.tree, begin, end) && m.err == nil {
			m.caps[0], m.caps[1] = begin, end
			return true
		}
		if m.err != nil {
			return false
		}
	}
	return false
}

func (m *matcher) clear() {
	for i := range m.caps {
		m.caps[i] = -1
	}
}

// zap forgets the captures below a node.
func (m *matcher) zap(n *node) {
	if n.capno > 0 {
		m.caps[2*n.capno], m.caps[2*n.capno+1] = -1, -1
	}
	for _, k := range n.kids {
		m.zap(k)
	}
}

// dissect divides begin..end, which the node's automaton takes, among the nodes below. Only back-references can make
// it fail.
func (m *matcher) dissect(n *node, begin, end int) bool {
	if !m.tick() {
		return false
	}
	ok := true
	switch n.op {
	case 'b':
		ok = m.backref(n, begin, end)
	case '.':
		ok = m.concat(n, begin, end)
	case '|':
		ok = false
		for _, k := range n.kids {
			if m.exact(k, begin, end) && m.dissect(k, begin, end) {
				ok = true
				break
			}
		}
	case '*':
		if n.kids[0].flags&shorter != 0 {
			ok = m.iterateShort(n, begin, end)
		} else {
			ok = m.iterateLong(n, begin, end)
		}
	case '(':
		ok = m.dissect(n.kids[0], begin, end)
	}
	if ok && n.capno > 0 {
		m.caps[2*n.capno], m.caps[2*n.capno+1] = begin, end
	}
	return ok
}

func (m *matcher) concat(parts *node, begin, end int) bool {
	left, right := parts.kids[0], parts.kids[1]
	// The places to divide at lie on a stack, above those of the concatenations around this one.
	first := len(m.mids)
	defer func() { m.mids = m.mids[:first] }()
	short := left.flags&shorter != 0
	m.run(m.prog(left), begin, end, func(at int) bool { m.mids = append(m.mids, at); return true })
	n := len(m.mids) - first
	for k := range n {
		mid := m.mids[first+n-1-k]
		if short {
			mid = m.mids[first+k]
		}
		if m.exact(right, mid, end) {
			if m.dissect(left, begin, mid) {
				if m.dissect(right, mid, end) {
					return true
				}
				m.zap(left)
			}
		}
		if m.err != nil {
			return false
		}
	}
	return false
}

// iterateLong is citerdissect: it divides into iterations, each as long as may be.
func (m *matcher) iterateLong(n *node, begin, end int) bool {
	child := n.kids[0]
	least := max(n.min, 1) // an empty text is tried with one iteration before none, so that captures are set
	most := end - begin
	if n.max >= 0 && most > n.max {
		most = n.max
	}
	most = max(most, least)
	ends := make([]int, most+1)
	ends[0] = begin
	verified, k, limit := 0, 1, end
	for k > 0 && m.err == nil {
		ends[k] = m.longest(child, ends[k-1], limit)
		again := false
		switch {
		case ends[k] < 0:
			k--
		default:
			verified = min(verified, k-1)
			if ends[k] != end {
				if k >= most {
					k--
				} else if !(ends[k] == ends[k-1] && (k >= least || least-k < end-ends[k])) {
					k++
					limit = end
					again = true
				}
				break
			}
			if k < least {
				break
			}
			i := verified + 1
			for ; i <= k; i++ {
				m.zap(child)
				if !m.dissect(child, ends[i-1], ends[i]) {
					break
				}
				verified = i
			}
			if i > k {
				return true
			}
			k = i
		}
		if again {
			continue
		}
		for k > 0 {
			if before := ends[k-1]; ends[k] > before {
				limit = ends[k] - 1
				if limit > before || k < least && least-k >= end-before {
					break
				}
			}
			k--
		}
	}
	return n.min == 0 && begin == end
}

// iterateShort is creviterdissect: each iteration as short as may be.
func (m *matcher) iterateShort(n *node, begin, end int) bool {
	child := n.kids[0]
	if n.min == 0 && begin == end {
		return true
	}
	least := max(n.min, 1)
	most := end - begin
	if n.max >= 0 && most > n.max {
		most = n.max
	}
	most = max(most, least)
	ends := make([]int, most+1)
	ends[0] = begin
	verified, k, limit := 0, 1, begin
	for k > 0 && m.err == nil {
		if limit == ends[k-1] && limit != end && (k >= least || least-k < end-limit) {
			limit++
		}
		if k >= most {
			limit = end
		}
		ends[k] = m.shortest(child, ends[k-1], limit, end)
		again := false
		switch {
		case ends[k] < 0:
			k--
		default:
			verified = min(verified, k-1)
			if ends[k] != end {
				if k >= most {
					k--
				} else {
					k++
					limit = ends[k-1]
					again = true
				}
				break
			}
			if k < least {
				break
			}
			i := verified + 1
			for ; i <= k; i++ {
				m.zap(child)
				if !m.dissect(child, ends[i-1], ends[i]) {
					break
				}
				verified = i
			}
			if i > k {
				return true
			}
			k = i
		}
		if again {
			continue
		}
		for k > 0 {
			if ends[k] < end {
				limit = ends[k] + 1
				break
			}
			k--
		}
	}
	return false
}

func (m *matcher) backref(n *node, begin, end int) bool {
	from, to := m.caps[2*n.backno], m.caps[2*n.backno+1]
	if from < 0 {
		return false
	}
	size := to - from
	if size == 0 {
		return begin == end
	}
	if begin == end {
		return n.min == 0
	}
	if (end-begin)%size != 0 {
		return false
	}
	reps := (end - begin) / size
	if reps < n.min || n.max >= 0 && reps > n.max {
		return false
	}
	r := m.text.Runes
	for i := begin; i < end; i++ {
		a, b := r[from+(i-begin)%size], r[i]
		if a != b && (m.re.fold == nil || m.re.fold(a) != m.re.fold(b)) {
			return false
		}
	}
	return true
}
