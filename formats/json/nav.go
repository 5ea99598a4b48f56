package json

// nav finds the rows of a document, one after the other: the values at the end of the path. It can stop wherever the
// data ends and go on with more.
type nav struct {
	steps  []step
	spread bool // an array at the end of the path is not a row itself; its elements are
	many   bool // several values may follow one another
	lines  bool // and each of them is on a line of its own

	state   navState
	stack   []frame // stack[i] is what steps[i] chooses from; one more is an array that is spread
	begun   bool
	matched bool // the path led to something
	skipped nest
	name    []byte
}

// frame is an object or array on the way to the rows.
type frame struct {
	object bool
	index  int // of the next member or element
}

type navState uint8

const (
	navTop   navState = iota // between values at the top
	navValue                 // at a value on the path
	navOff                   // within a value off the path
	navFirst                 // behind an opening brace or bracket
	navNext                  // behind a comma
	navAfter                 // behind a value
)

// next moves s.pos to the next row's first byte.
func (v *nav) next(s *scanner) fault {
	for {
		var f fault
		switch v.state {
		case navTop:
			f = v.top(s)
		case navValue:
			var row bool
			if row, f = v.value(s); row {
				return ok
			}
		case navOff:
			if s.pos, f = s.pass(&v.skipped, s.pos); f == ok {
				v.state = navAfter
			}
		case navFirst, navNext:
			f = v.inside(s)
		case navAfter:
			f = v.after(s)
		}
		if f != ok {
			return f
		}
	}
}

// passed says where the row ends.
func (v *nav) passed(s *scanner, end int) { s.pos, v.state = end, navAfter }

func (v *nav) top(s *scanner) fault {
	s.pos = s.space(s.pos)
	switch {
	case s.pos >= s.n && !s.eof:
		return s.fail(s.pos, more)
	case s.pos >= s.n && (v.begun || v.lines || v.many):
		return over
	case s.pos >= s.n:
		return s.fail(s.pos, more) // an empty file is no document
	case v.begun && !v.many:
		return s.fail(s.pos, badEnd)
	}
	if !v.begun {
		v.begun = true
		v.many = v.many || s.buf[s.pos] == '{'
	}
	s.line = false
	v.state = navValue
	return ok
}

// value looks at a value on the path: it is a row, or what the path goes on through.
func (v *nav) value(s *scanner) (row bool, f fault) {
	if s.pos >= s.n {
		return false, s.fail(s.pos, more)
	}
	c := s.buf[s.pos]
	depth := len(v.stack)
	if depth >= len(v.steps) {
		v.matched = true
		spread := v.spread && depth == len(v.steps)
		if !spread || c != '[' && (c != 'n' || depth == 0) {
			return true, ok
		}
	}
	if c != '{' && c != '[' {
		v.skipped.begin()
		v.state = navOff
		return false, ok
	}
	v.stack = append(v.stack, frame{object: c == '{'})
	s.pos++
	v.state = navFirst
	return false, ok
}

// inside moves to the next member or element, and tells whether the path goes through it.
func (v *nav) inside(s *scanner) fault {
	s.pos = s.space(s.pos)
	p := s.pos
	if p >= s.n {
		return s.fail(p, more)
	}
	top := &v.stack[len(v.stack)-1]
	var on bool
	if top.object {
		if s.buf[p] == '}' && v.state == navFirst {
			return v.pop(s)
		}
		if s.buf[p] != '"' {
			return s.fail(p, badKey)
		}
		end, escaped, f := s.str(p + 1)
		if f != ok {
			return f
		}
		colon := s.space(end)
		if s.buf[colon] != ':' {
			return s.fail(colon, badColon)
		}
		name, err := s.buf[p+1:end-1], error(nil)
		if escaped {
			name, err = appendUnescaped(v.name[:0], s.buf[p:end])
			v.name = name
		}
		on = err == nil && v.steps[len(v.stack)-1].takesMember(name)
		p = s.space(colon + 1)
	} else {
		if s.buf[p] == ']' && v.state == navFirst {
			return v.pop(s)
		}
		on = len(v.stack) > len(v.steps) || v.steps[len(v.stack)-1].takesElement(top.index)
	}
	top.index++
	s.pos = p
	if v.state = navValue; !on {
		v.skipped.begin()
		v.state = navOff
	}
	return ok
}

// pop leaves an object or array. One that is empty where every member or element was to be taken is an answer.
func (v *nav) pop(s *scanner) fault {
	s.pos++
	last := len(v.stack) - 1
	if top := v.stack[last]; top.index == 0 && last < len(v.steps) {
		v.matched = v.matched || top.object && v.steps[last].members || !top.object && v.steps[last].each
	}
	v.stack = v.stack[:last]
	v.state = navAfter
	return ok
}

// after moves behind what follows a value.
func (v *nav) after(s *scanner) fault {
	if len(v.stack) == 0 {
		if v.lines {
			return v.lineEnd(s)
		}
		v.state = navTop
		return ok
	}
	s.pos = s.space(s.pos)
	object := v.stack[len(v.stack)-1].object
	switch c := s.buf[s.pos]; {
	case c == ',':
		s.pos++
		v.state = navNext
		return ok
	case c == '}' && object, c == ']' && !object:
		return v.pop(s)
	case object:
		return s.fail(s.pos, badMember)
	}
	return s.fail(s.pos, badElement)
}

// lineEnd moves behind a line's end. Only values that keep to their lines let a file be read from the middle.
func (v *nav) lineEnd(s *scanner) fault {
	if s.line {
		s.bad = s.pos
		return badSplit
	}
	p := s.pos
	for s.buf[p] == ' ' || s.buf[p] == '\t' || s.buf[p] == '\r' {
		p++
	}
	s.pos = p
	switch {
	case s.buf[p] == '\n':
		s.pos++
	case p < s.n:
		return s.fail(p, badLine)
	case !s.eof:
		return s.fail(p, more)
	}
	v.state = navTop
	return ok
}
