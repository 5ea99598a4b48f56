package expr

import (
	"iter"
	"unicode/utf8"

	"howdah/pgerr"
	"howdah/types"
)

// Resolver applies PostgreSQL's rules of type conversion (https://www.postgresql.org/docs/15/typeconv.html) while one
// statement is bound. It remembers where expressions stand in the text, so that errors point at them. Locations are
// byte offsets as the parser gives them, -1 = unknown.
type Resolver struct {
	Text   string       // the statement, for positions
	Params *ParamTypes  // nil: the statement can have no parameters
	Style  *types.Style // literals are read under it; nil = the default

	// Read, where set, reads literals of types that need more than the text: regclass and its like (the catalog), dates
	// like now (the clock). ok is false where it leaves the type to types.ParseText.
	Read func(t types.Type, text []byte) (v types.Datum, ok bool, err error)
	// Schemas tells whether a schema exists, for the error of a function or type in it; nil = only PostgreSQL's own.
	Schemas func(name string) bool

	locs map[Expr]int32
}

// Context says how far a coercion may go.
type Context uint8

const (
	Implicit   Context = iota
	Assignment         // storing into a column, and what PostgreSQL treats so
	Explicit
)

// At remembers where e stands, and returns it.
func (r *Resolver) At(e Expr, loc int32) Expr {
	if loc >= 0 && e != nil {
		if r.locs == nil {
			r.locs = map[Expr]int32{}
		}
		r.locs[e] = loc
	}
	return e
}

// Loc tells where e begins: the leftmost of what is known of it and its parts.
func (r *Resolver) Loc(e Expr) int32 {
	if e == nil {
		return -1
	}
	loc, ok := r.locs[e]
	if !ok {
		loc = -1
	}
	for _, c := range Children(e) {
		if l := r.Loc(c); l >= 0 && (loc < 0 || l < loc) {
			loc = l
		}
	}
	return loc
}

// Position turns a byte offset into the 1-based count of characters that a client is told; 0 for -1.
func (r *Resolver) Position(loc int32) int {
	if loc < 0 || int(loc) > len(r.Text) {
		return 0
	}
	return utf8.RuneCountInString(r.Text[:loc]) + 1
}

// errorAt is an error with its position.
func (r *Resolver) errorAt(loc int32, code pgerr.Code, format string, args ...any) *pgerr.Error {
	return pgerr.New(code, format, args...).AtPosition(r.Position(loc))
}

// ParamTypes collects the types of a statement's parameters while it is bound. A type that the client did not give is
// types.UnknownOID until the first context that needs one decides.
type ParamTypes struct {
	Types []types.Type

	uses []*Param
}

// Param gives the expression of $number (from 1).
func (p *ParamTypes) Param(number int) *Param {
	for len(p.Types) < number {
		p.Types = append(p.Types, types.Of(types.UnknownOID))
	}
	t := p.Types[number-1]
	if t.OID == types.InvalidOID {
		t = types.Of(types.UnknownOID)
		p.Types[number-1] = t
	}
	e := &Param{Index: number - 1, Typ: t, Coll: typeCollation(t.OID)}
	p.uses = append(p.uses, e)
	return e
}

// decide gives the parameter a type if it has none yet.
func (r *Resolver) decideParam(e *Param, to types.OID, loc int32) (Expr, error) {
	have := r.Params.Types[e.Index]
	switch have.OID {
	case types.UnknownOID:
		r.Params.Types[e.Index] = types.Of(to)
	case to:
	default:
		return nil, r.errorAt(r.Loc(e), pgerr.AmbiguousParameter, "inconsistent types deduced for parameter $%d", e.Index+1).
			WithDetail("%s versus %s", FormatType(have), FormatType(types.Of(to)))
	}
	c := *e
	c.Typ, c.Coll = types.Of(to), typeCollation(to)
	l := r.Loc(e)
	if loc >= 0 && (l < 0 || loc < l) {
		l = loc
	}
	return r.At(&c, l), nil
}

// Finish checks, when the whole statement is bound, that every parameter has got a type.
func (p *ParamTypes) Finish() error {
	for i, t := range p.Types {
		if t.OID == types.UnknownOID || t.OID == types.InvalidOID {
			return pgerr.New(pgerr.IndeterminateDatatype, "could not determine data type of parameter $%d", i+1)
		}
	}
	return nil
}

// Literals gives the constants whose places in the text are known, in no order.
func (r *Resolver) Literals() iter.Seq2[*Const, int32] {
	return func(yield func(*Const, int32) bool) {
		for e, loc := range r.locs {
			if c, ok := e.(*Const); ok && !yield(c, loc) {
				return
			}
		}
	}
}
