package expr

import (
	"howdah/pgerr"
	"howdah/types"
	"howdah/vector"
)

// Program evaluates an expression over batches. It serves one goroutine at a time, and owns the columns that it
// computes in: they grow to the largest batch and are used again.
type Program struct {
	root node
	m    machine
	typ  types.Type
	none *vector.Column // what no rows give
}

// machine is what nodes see while they evaluate.
type machine struct {
	cols []*vector.Column
	n    int // rows of the batch
	env  *Env
}

// node computes one expression for the rows of sel. The column is valid until the node's next eval; rows outside sel
// are undefined. Nodes are not asked with an empty sel.
type node interface {
	eval(m *machine, sel []int32) (*vector.Column, error)
}

// Compile makes a program of e, whose Var.Col are columns of the batches it will be given. env lives as long as the
// program: what changes in it (Exec) is seen at the next Eval. Functions without a kernel are refused here (0A000).
func Compile(e Expr, env *Env) (*Program, error) {
	return newCompiler(env).program(e)
}

func newCompiler(env *Env) *compiler {
	if env == nil {
		env = &Env{}
	}
	if env.Style == nil {
		own := *env
		own.Style = types.DefaultStyle()
		env = &own
	}
	return &compiler{env: env}
}

func (c *compiler) program(e Expr) (*Program, error) {
	root, err := c.compile(e)
	if err != nil {
		return nil, err
	}
	return &Program{root: root, m: machine{env: c.env}, typ: e.Type()}, nil
}

// Eval computes the rows of sel. The column is valid until the next Eval, and for a mere variable it is the batch's
// own; rows outside sel are undefined in it.
func (p *Program) Eval(b *vector.Batch, sel []int32) (*vector.Column, error) {
	p.m.cols, p.m.n = b.Cols, b.N
	if len(sel) == 0 {
		if p.none == nil {
			p.none = vector.New(p.typ, 0)
		}
		p.none.Resize(b.N)
		return p.none, nil
	}
	return p.root.eval(&p.m, sel)
}

// Type is the type of the result.
func (p *Program) Type() types.Type { return p.typ }

// compiler turns a tree into nodes.
type compiler struct {
	env    *Env
	test   *slot     // what CaseTest stands for here
	shared []*shared // of the quals of a filter
	qual   int       // which of them is compiled
}

// slot holds a column that is computed in one place and read in another.
type slot struct{ col *vector.Column }

func (c *compiler) compileAll(es []Expr) ([]node, error) {
	out := make([]node, len(es))
	for i, e := range es {
		n, err := c.compile(e)
		if err != nil {
			return nil, err
		}
		out[i] = n
	}
	return out, nil
}

// compile makes e's node; what is the same in every row is evaluated once.
func (c *compiler) compile(e Expr) (node, error) {
	n, err := c.compileNode(e)
	if err != nil {
		return nil, err
	}
	switch e.(type) {
	case *Const, *Param:
		return n, nil
	}
	if c.fixed(e) {
		return &onceNode{inner: n, typ: e.Type()}, nil
	}
	return n, nil
}

// fixed tells whether e has one value for the whole execution: it sees no row and has no volatile part.
func (c *compiler) fixed(e Expr) bool {
	return Walk(e, func(e Expr) bool {
		switch e := e.(type) {
		case *Var, *CaseTest, *Sublink, *Agg, *WindowCall:
			return false
		case *Case:
			return e.Test == nil
		case *ArrayCoerce:
			return false
		case *Param:
			return !e.Exec
		}
		return volatility(e) != 'v'
	})
}

func (c *compiler) compileNode(e Expr) (node, error) {
	switch e := e.(type) {
	case *Var:
		if e.Level != 0 {
			return nil, pgerr.New(pgerr.InternalError, "a column of an enclosing query is left in an expression")
		}
		return &varNode{e.Col}, nil
	case *Const:
		return newConst(e.Typ, e.Value), nil
	case *Param:
		return &paramNode{Param: e, constNode: constNode{typ: e.Typ}}, nil
	case *CaseTest:
		if c.test == nil {
			return nil, pgerr.New(pgerr.InternalError, "a placeholder stands outside what it belongs to")
		}
		return &slotNode{c.test}, nil
	case *Func:
		if n, err := c.compileShared(e); n != nil || err != nil {
			return n, err
		}
		return c.compileFunc(e)
	case *And:
		args, err := c.compileAll(e.Args)
		return &logicNode{args: args, out: vector.New(boolType, 0), stop: false}, err
	case *Or:
		args, err := c.compileAll(e.Args)
		return &logicNode{args: args, out: vector.New(boolType, 0), stop: true}, err
	case *Not:
		arg, err := c.compile(e.Arg)
		return &notNode{arg, vector.New(boolType, 0)}, err
	case *NullTest:
		arg, err := c.compile(e.Arg)
		return &nullTestNode{arg: arg, not: e.Not, out: vector.New(boolType, 0)}, err
	case *BoolTest:
		arg, err := c.compile(e.Arg)
		return &boolTestNode{arg: arg, want: e.Want, not: e.Not, out: vector.New(boolType, 0)}, err
	case *Distinct:
		pair, err := c.compilePair(e.Eq)
		return &distinctNode{pair: pair, not: e.Not, out: vector.New(boolType, 0)}, err
	case *NullIf:
		pair, err := c.compilePair(e.Eq)
		return &nullIfNode{pair: pair, out: vector.New(e.Type(), 0)}, err
	case *Case:
		return c.compileCase(e)
	case *Coalesce:
		args, err := c.compileAll(e.Args)
		return &coalesceNode{args: args, out: vector.New(e.Typ, 0)}, err
	case *MinMax:
		args, err := c.compileAll(e.Args)
		return &minMaxNode{args: args, least: e.Least, coll: e.Coll, out: vector.New(e.Typ, 0)}, err
	case *AnyAll:
		return c.compileAnyAll(e)
	case *ArrayExpr:
		args, err := c.compileAll(e.Elems)
		return &arrayNode{args: args, cols: make([]*vector.Column, len(args)), elem: elementOf(e.Typ.OID), nested: e.Nested, out: vector.New(e.Typ, 0)}, err
	case *Row:
		args, err := c.compileAll(e.Fields)
		n := &rowNode{args: args, cols: make([]*vector.Column, len(args)), names: e.Names, out: vector.New(e.Type(), 0)}
		for _, f := range e.Fields {
			n.types = append(n.types, f.Type())
		}
		return n, err
	case *RowCompare:
		return c.compileRowCompare(e)
	case *Field:
		arg, err := c.compile(e.Arg)
		return &fieldNode{arg: arg, index: e.Index, out: vector.New(e.Typ, 0)}, err
	case *Subscript:
		return c.compileSubscript(e)
	case *Relabel:
		arg, err := c.compile(e.Arg)
		return &relabelNode{arg: arg, typ: e.Typ, wrap: integerWrap(e.Arg.Type().OID, e.Typ.OID)}, err
	case *ViaIO:
		arg, err := c.compile(e.Arg)
		return &viaIONode{arg: arg, to: e.Typ, out: vector.New(e.Typ, 0)}, err
	case *ArrayCoerce:
		return c.compileArrayCoerce(e)
	case *Collate:
		return c.compile(e.Arg)
	case *Sublink:
		return c.compileSublink(e)
	case *Agg:
		return nil, pgerr.New(pgerr.InternalError, "an aggregate is left in an expression")
	case *WindowCall:
		return nil, pgerr.New(pgerr.InternalError, "a window function is left in an expression")
	}
	return nil, pgerr.New(pgerr.InternalError, "an expression of kind %T cannot be computed", e)
}
