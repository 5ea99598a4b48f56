package json

// node is a place in a row that columns look at, or that leads to one.
type node struct {
	slots []int            // of the columns that take the value here
	names map[string]*node // members that lead on
	elems map[int]*node    // elements that do
	below []int            // all slots below here

	// What members the objects here have, in the order of their first appearance: a row's next member is most often the
	// next of these, and then its name costs one comparison.
	keys  []key
	known map[string]int
}

// key is a member's name as it is written, with quotes and colon.
type key struct {
	raw   string
	child *node // nil = nobody wants it
}

// Limits of what is remembered of members' names, in bytes: of one, and of all.
const (
	maxKeyLen  = 256
	maxLearned = 64 << 10
)

func (n *node) inner() bool { return n.names != nil || n.elems != nil }

// child gives the node that a step leads to.
func (n *node) child(t step) *node {
	var c *node
	if t.member {
		c = n.names[t.name]
	} else {
		c = n.elems[t.index]
	}
	if c == nil {
		c = &node{}
	}
	if t.member {
		if n.names == nil {
			n.names = map[string]*node{}
		}
		n.names[t.name] = c
	}
	if t.element {
		if n.elems == nil {
			n.elems = map[int]*node{}
		}
		n.elems[t.index] = c
	}
	return c
}

// gather collects the slots below each node.
func (n *node) gather(seen map[*node]bool) (all []int) {
	if seen[n] {
		return append(append(all, n.slots...), n.below...)
	}
	seen[n] = true
	for _, c := range n.names {
		n.below = append(n.below, c.gather(seen)...)
	}
	for _, c := range n.elems {
		n.below = append(n.below, c.gather(seen)...)
	}
	return append(append(all, n.slots...), n.below...)
}

// span is where a value is in the chunk: to is 0 where there is none, or null.
type span struct{ from, to uint32 }

// escapedBit in to says that the value is a string with escapes. Offsets stay below 1<<31.
const escapedBit = 1 << 31

func (v span) end() uint32   { return v.to &^ escapedBit }
func (v span) escaped() bool { return v.to&escapedBit != 0 }

// rows is where the values of a batch are in the chunk.
type rows struct {
	n     int
	start []uint32
	end   []uint32
	slots [][]span // by slot, by row
	used  int      // rows of slots that are not clear

	root    *node
	anyKind bool // a column takes rows as they are, so that any value may be one
	i       int  // the row at hand
	s       *scanner
	skip    nest
	name    []byte
	learned int // bytes of names that are remembered
}

// reserve makes room for so many rows and drops the ones there are.
func (r *rows) reserve(most int) {
	if len(r.start) < most {
		r.start, r.end = make([]uint32, most), make([]uint32, most)
		for k := range r.slots {
			r.slots[k] = make([]span, most)
		}
	} else {
		for k := range r.slots {
			clear(r.slots[k][:r.used])
		}
	}
	r.n, r.used = 0, 0
}

// row scans the row that begins at p, gives its end, and keeps where its wanted values are.
func (r *rows) row(p int) (int, fault) {
	r.i = r.n
	r.used = r.n + 1
	r.start[r.i] = uint32(p)
	end, escaped, f := r.value(r.root, p)
	if f != ok {
		return end, f
	}
	r.end[r.i] = uint32(end)
	r.keep(r.root, p, end, escaped)
	return end, ok
}

func (r *rows) keep(n *node, p, end int, escaped bool) {
	v := span{uint32(p), uint32(end)}
	if c := r.s.buf[p]; c == 'n' {
		v = span{}
	} else if escaped {
		v.to |= escapedBit
	}
	for _, k := range n.slots {
		r.slots[k][r.i] = v
	}
}

// value scans a value of which n wants something.
func (r *rows) value(n *node, p int) (end int, escaped bool, f fault) {
	s := r.s
	c := s.buf[p]
	if n.inner() || n == r.root {
		switch {
		case c == '{' && (n.names != nil || !n.inner()):
			end, f = r.object(n, p+1)
			return end, false, f
		case c == '[' && n.elems != nil:
			end, f = r.array(n, p+1)
			return end, false, f
		case n == r.root && c != 'n' && n.inner() && !r.anyKind:
			if c != '{' && c != '[' && c != '"' {
				if end, f = s.scalar(p); f != ok {
					return end, false, f
				}
			}
			s.bad = p
			return p, false, badRow
		}
		r.forget(n) // what an earlier member of the same name has left
	}
	switch {
	case c == '"':
		end, escaped, f = s.str(p + 1)
	case c == '{' || c == '[':
		r.skip.begin()
		end, f = s.pass(&r.skip, p)
	default:
		end, f = s.scalar(p)
	}
	return end, escaped, f
}

func (r *rows) forget(n *node) {
	for _, k := range n.below {
		r.slots[k][r.i] = span{}
	}
}

// object scans an object behind its brace.
func (r *rows) object(n *node, p int) (int, fault) {
	s := r.s
	buf := s.buf
	if n != r.root {
		r.forget(n)
	}
	if buf[p] <= ' ' {
		p = s.space(p)
	}
	if buf[p] == '}' {
		return p + 1, ok
	}
	at := 0
	for {
		var child *node
		if at < len(n.keys) && begins(buf, p, n.keys[at].raw) {
			child = n.keys[at].child
			p += len(n.keys[at].raw)
			at++
		} else {
			var f fault
			if p, child, at, f = r.member(n, p, at); f != ok {
				return p, f
			}
		}
		if buf[p] <= ' ' {
			p = s.space(p)
		}
		begin, escaped := p, false
		var f fault
		switch c := buf[p]; {
		case c == '"':
			p, escaped, f = s.str(p + 1)
		case c-'0' <= 9 || c == '-':
			p, f = s.number(p)
		case child == nil && (c == '{' || c == '['):
			r.skip.begin()
			p, f = s.pass(&r.skip, p)
		case c == '{' || c == '[':
			p, _, f = r.value(child, p)
		default:
			p, f = s.scalar(p)
		}
		if f != ok {
			return p, f
		}
		if child != nil {
			r.keep(child, begin, p, escaped)
			if c := buf[begin]; len(child.below) > 0 && c != '{' && c != '[' {
				r.forget(child)
			}
		}
		c := buf[p]
		if c <= ' ' {
			p = s.space(p)
			c = buf[p]
		}
		if c != ',' {
			if c == '}' {
				return p + 1, ok
			}
			return p, s.fail(p, badMember)
		}
		if p++; buf[p] <= ' ' {
			p = s.space(p)
		}
	}
}

func begins(buf []byte, p int, raw string) bool {
	return p+len(raw) <= len(buf) && string(buf[p:p+len(raw)]) == raw
}

// member reads a name that is not the expected one: one a little later, as where members are left out, one seen
// somewhere else, or a new one. It gives the offset behind the colon, and the number of the key that is expected next.
func (r *rows) member(n *node, p, at int) (int, *node, int, fault) {
	s := r.s
	for k := at + 1; k < min(at+4, len(n.keys)); k++ {
		if begins(s.buf, p, n.keys[k].raw) {
			return p + len(n.keys[k].raw), n.keys[k].child, k + 1, ok
		}
	}
	if s.buf[p] != '"' {
		return p, nil, at, s.fail(p, badKey)
	}
	end, escaped, f := s.str(p + 1)
	if f != ok {
		return end, nil, at, f
	}
	q := end
	if s.buf[q] <= ' ' {
		q = s.space(q)
	}
	if s.buf[q] != ':' {
		return q, nil, at, s.fail(q, badColon)
	}
	q++
	if k, seen := n.known[string(s.buf[p:q])]; seen {
		return q, n.keys[k].child, k + 1, ok
	}
	var child *node
	if !escaped {
		child = n.names[string(s.buf[p+1:end-1])]
	} else if name, err := appendUnescaped(r.name[:0], s.buf[p:end]); err == nil {
		child, r.name = n.names[string(name)], name
	}
	if q-p <= maxKeyLen && r.learned+q-p <= maxLearned {
		r.learned += q - p
		if n.known == nil {
			n.known = map[string]int{}
		}
		raw := string(s.buf[p:q])
		n.known[raw] = len(n.keys)
		n.keys = append(n.keys, key{raw, child})
		at = len(n.keys)
	}
	return q, child, at, ok
}

// array scans an array behind its bracket.
func (r *rows) array(n *node, p int) (int, fault) {
	s := r.s
	if n != r.root {
		r.forget(n)
	}
	p = s.space(p)
	if s.buf[p] == ']' {
		return p + 1, ok
	}
	for i := 0; ; i++ {
		child := n.elems[i]
		begin, escaped := p, false
		var f fault
		if child != nil {
			if p, escaped, f = r.value(child, p); f == ok {
				r.keep(child, begin, p, escaped)
			}
		} else {
			r.skip.begin()
			p, f = s.pass(&r.skip, p)
		}
		if f != ok {
			return p, f
		}
		p = s.space(p)
		switch s.buf[p] {
		case ',':
			p = s.space(p + 1)
		case ']':
			return p + 1, ok
		default:
			return p, s.fail(p, badElement)
		}
	}
}
