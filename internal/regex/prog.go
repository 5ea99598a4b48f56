package regex

import "encoding/binary"

// prog is the automaton of a language: an NFA, and a DFA over it that grows as it is used.
type prog struct {
	re      *Regexp
	states  []state
	start   int32
	final   int32
	reverse bool
	context bool // constraints occur: what follows a state depends on its surroundings
	looks   bool // lookarounds occur: nothing can be kept

	dfa    map[string]*dstate
	begin  [kinds]*dstate
	mark   []uint32 // per NFA state: last closure that saw it
	marked uint32
	stack  []int32
	set    []int32
	key    []byte
}

// state is an NFA state: either one arc over a set of characters, or up to two that take none.
type state struct {
	kind stateKind
	set  int      // stateChar
	cons consKind // stateCons
	look int      // stateLook
	out  [2]int32
}

type stateKind uint8

const (
	stateChar stateKind = iota
	stateSplit
	stateCons
	stateLook
	stateFinal
)

// maxStates bounds an automaton; PostgreSQL bounds its memory.
const maxStates = 60000

// maxCached bounds the DFA: beyond, it starts anew.
const maxCached = 4000

func (re *Regexp) compile(lang *ast, anywhere bool) *prog {
	p := &prog{re: re}
	p.final = p.add(state{kind: stateFinal})
	p.start = p.build(lang, p.final)
	if anywhere { // any characters may come first
		loop := p.add(state{kind: stateSplit, out: [2]int32{p.start, -1}})
		p.states[loop].out[1] = p.add(state{kind: stateChar, set: -1, out: [2]int32{loop, -1}})
		p.start = loop
	}
	p.mark = make([]uint32, len(p.states))
	p.dfa = map[string]*dstate{}
	return p
}

func (p *prog) add(s state) int32 {
	if len(p.states) >= maxStates {
		panic(errTooBig)
	}
	p.states = append(p.states, s)
	return int32(len(p.states) - 1)
}

// build makes states for the language that lead to next, and gives the first.
func (p *prog) build(a *ast, next int32) int32 {
	switch a.op {
	case opEmpty:
		return next
	case opNone:
		return p.add(state{kind: stateSplit, out: [2]int32{-1, -1}})
	case opSet:
		return p.add(state{kind: stateChar, set: a.set, out: [2]int32{next, -1}})
	case opCat:
		for i := len(a.subs) - 1; i >= 0; i-- {
			next = p.build(a.subs[i], next)
		}
		return next
	case opAlt:
		first := p.build(a.subs[len(a.subs)-1], next)
		for i := len(a.subs) - 2; i >= 0; i-- {
			first = p.add(state{kind: stateSplit, out: [2]int32{p.build(a.subs[i], next), first}})
		}
		return first
	case opCons:
		p.context = true
		return p.add(state{kind: stateCons, cons: a.cons, out: [2]int32{next, -1}})
	case opLook:
		p.looks = true
		return p.add(state{kind: stateLook, look: a.look, out: [2]int32{next, -1}})
	}
	sub := a.subs[0]
	if a.max < 0 {
		loop := p.add(state{kind: stateSplit, out: [2]int32{next, -1}})
		first := p.build(sub, loop)
		p.states[loop].out[1] = first
		next = loop
	} else {
		end := next
		for range a.max - a.min {
			next = p.add(state{kind: stateSplit, out: [2]int32{end, p.build(sub, next)}})
		}
	}
	for range a.min {
		next = p.build(sub, next)
	}
	return next
}

// dstate is a DFA state: NFA states reached, before the moves that take no character.
type dstate struct {
	core []int32
	prev nextKind
	next []*dstate // per class of the next character and the end; nil = not known yet
	acc  []bool    // parallel: a match ends before that character
}

var deadState = &dstate{}

// from gives the state at the start of a match behind a character of that kind.
func (p *prog) from(prev nextKind) *dstate {
	if !p.context {
		prev = 0
	}
	if s := p.begin[prev]; s != nil {
		return s
	}
	s := p.intern([]int32{p.start}, prev)
	p.begin[prev] = s
	return s
}

func (p *prog) intern(core []int32, prev nextKind) *dstate {
	if !p.context {
		prev = 0
	}
	p.key = append(p.key[:0], byte(prev))
	for _, s := range core {
		p.key = binary.LittleEndian.AppendUint32(p.key, uint32(s))
	}
	if s, ok := p.dfa[string(p.key)]; ok {
		return s
	}
	if len(p.dfa) >= maxCached {
		clear(p.dfa)
		p.begin = [kinds]*dstate{}
	}
	n := p.re.abc.n + 1
	s := &dstate{core: append([]int32(nil), core...), prev: prev, next: make([]*dstate, n), acc: make([]bool, n)}
	p.dfa[string(p.key)] = s
	return s
}

// step gives the state behind a character of class c and whether a match ends before it; c == abc.n is the end. look
// answers lookarounds at the place, nil where there are none.
func (p *prog) step(s *dstate, c uint16, look func(int) bool) (*dstate, bool) {
	if t := s.next[c]; t != nil && look == nil {
		return t, s.acc[c]
	}
	next := p.re.abc.kind[c]
	p.marked++
	p.stack = append(p.stack[:0], s.core...)
	p.set = p.set[:0]
	accept := false
	end := int(c) == p.re.abc.n
	for len(p.stack) > 0 {
		i := p.stack[len(p.stack)-1]
		p.stack = p.stack[:len(p.stack)-1]
		if i < 0 || p.mark[i] == p.marked {
			continue
		}
		p.mark[i] = p.marked
		switch st := &p.states[i]; st.kind {
		case stateFinal:
			accept = true
		case stateSplit:
			p.stack = append(p.stack, st.out[0], st.out[1])
		case stateCons:
			if st.cons.holds(s.prev, next) {
				p.stack = append(p.stack, st.out[0])
			}
		case stateLook:
			if look(st.look) {
				p.stack = append(p.stack, st.out[0])
			}
		case stateChar:
			if !end && (st.set < 0 || p.re.abc.in[st.set][c]) {
				p.set = append(p.set, st.out[0])
			}
		}
	}
	t := deadState
	if len(p.set) > 0 {
		sortSet(p.set)
		core := p.set[:1]
		for _, v := range p.set[1:] {
			if v != core[len(core)-1] {
				core = append(core, v)
			}
		}
		t = p.intern(core, next)
	}
	if look == nil {
		s.next[c], s.acc[c] = t, accept
	}
	return t, accept
}

func sortSet(s []int32) {
	for i := 1; i < len(s); i++ {
		for j := i; j > 0 && s[j] < s[j-1]; j-- {
			s[j], s[j-1] = s[j-1], s[j]
		}
	}
}
