package expr

import "howdah/vector"

// shared is a function call that more than one qual of a filter makes: the first one keeps the column for the others,
// which are asked for the same rows or fewer.
type shared struct {
	call *Func // as the first one has it
	qual int   // which that is
	kept slot
	made bool // a node that keeps it was compiled
	open bool // the qual that makes it was compiled, so that others may read it
}

// keepNode computes a shared call.
type keepNode struct {
	node
	kept *slot
}

func (n *keepNode) eval(m *machine, sel []int32) (*vector.Column, error) {
	c, err := n.node.eval(m, sel)
	n.kept.col = c
	return c, err
}

// compileShared compiles a call that is shared; nil if it is not, or stands where rows are not the batch's.
func (c *compiler) compileShared(f *Func) (node, error) {
	if c.test != nil {
		return nil, nil
	}
	for _, s := range c.shared {
		switch {
		case s.open && Equal(s.call, f):
			return &slotNode{&s.kept}, nil
		case s.qual == c.qual && s.call == f:
			s.made = true
			n, err := c.compileFunc(f)
			return &keepNode{n, &s.kept}, err
		}
	}
	return nil, nil
}

// nextQual lets the quals that are compiled from now on read what those before have made.
func (c *compiler) nextQual() {
	c.qual++
	for _, s := range c.shared {
		s.open = s.made
	}
}

// sharedCalls finds the calls that quals make for each of their rows and later quals make again.
func sharedCalls(c *compiler, quals []Expr) []*shared {
	var out []*shared
	for k := range quals {
		eachRow(quals[k], func(f *Func) bool {
			for _, s := range out {
				if Equal(s.call, f) {
					return true
				}
			}
			if f.Proc.RetSet || times(quals[k], f) != 1 || c.fixed(f) || !repeatable(f) || !calls(quals[k+1:], f) {
				return false
			}
			out = append(out, &shared{call: f, qual: k})
			return true
		})
	}
	return out
}

// repeatable tells whether a call gives the same again for the same row of a batch.
func repeatable(f *Func) bool {
	return Walk(f, func(e Expr) bool {
		switch e := e.(type) {
		case *Sublink, *Agg, *WindowCall:
			return false
		case *Param:
			return !e.Exec
		}
		return volatility(e) != 'v'
	})
}

// times counts where the node itself stands: once is where eachRow has found it.
func times(e Expr, f *Func) int {
	n := 0
	Walk(e, func(e Expr) bool {
		if e == Expr(f) {
			n++
		}
		return true
	})
	return n
}

// calls tells whether any of the quals makes the call.
func calls(quals []Expr, f *Func) bool {
	for _, q := range quals {
		if !Walk(q, func(e Expr) bool { return !Equal(e, f) }) {
			return true
		}
	}
	return false
}

// eachRow visits the calls in e that are made for every row e is asked for, the outer ones first; visit tells not to look
// into one.
func eachRow(e Expr, visit func(*Func) bool) {
	switch e := e.(type) {
	case *Func:
		if visit(e) {
			return
		}
		for _, a := range e.Args {
			eachRow(a, visit)
		}
	case *Not:
		eachRow(e.Arg, visit)
	case *NullTest:
		eachRow(e.Arg, visit)
	case *BoolTest:
		eachRow(e.Arg, visit)
	case *Relabel:
		eachRow(e.Arg, visit)
	case *ViaIO:
		eachRow(e.Arg, visit)
	}
}
