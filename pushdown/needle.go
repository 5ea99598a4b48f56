package pushdown

import (
	"howdah/expr"
	"howdah/types"
)

// Needle is a string of bytes that a text column's value must contain where all quals are TRUE.
type Needle struct {
	Ordinal int
	Text    []byte // at least one byte
}

// Needles finds what a row's raw bytes can be searched for before anything of it is decoded: of `column = 'text'`,
// `column LIKE 'pattern'` and starts_with, by taken quals. A row dropped by its needle is not shown to the quals before,
// so only quals count that follow none that could have raised an error. Parameters must have their values in env.
func Needles(r *Request, a Answer, env *expr.Env) (found []Needle) {
	for i, q := range r.Quals {
		if a.Quals[i] == Refused {
			return found
		}
		for _, c := range expr.Conjuncts(q) {
			n, known := needlesOf(c, env)
			found = append(found, n...)
			if !known && !harmless(c) {
				return found
			}
		}
	}
	return found
}

// The functions that tell of a needle, by their OIDs in pg_proc.
const (
	procTextEq     = 67
	procTextLike   = 850
	procLike       = 1569
	procStartsWith = 3696
)

// needlesOf tells what one qual demands; known says that its form is one of those understood, which raise no error.
func needlesOf(q expr.Expr, env *expr.Env) (found []Needle, known bool) {
	f, ok := q.(*expr.Func)
	if !ok || len(f.Args) != 2 {
		return nil, false
	}
	v, text := textColumn(f.Args[0]), f.Args[1]
	if v == nil && f.Proc.OID == procTextEq {
		v, text = textColumn(f.Args[1]), f.Args[0]
	}
	value, ok := textValue(text, env)
	if v == nil || !ok {
		return nil, false
	}
	switch f.Proc.OID {
	case procTextEq, procStartsWith:
		if len(value) > 0 {
			found = append(found, Needle{v.Col, value})
		}
		return found, true
	case procTextLike, procLike:
		runs, ok := literals(value)
		for _, run := range runs {
			found = append(found, Needle{v.Col, run})
		}
		return found, ok
	}
	return nil, false
}

// textColumn is a column of text or varchar, whose bytes are the value.
func textColumn(e expr.Expr) *expr.Var {
	if r, ok := e.(*expr.Relabel); ok {
		e = r.Arg
	}
	if v, ok := e.(*expr.Var); ok && v.Level == 0 && (v.Typ.OID == types.TextOID || v.Typ.OID == types.VarcharOID) {
		return v
	}
	return nil
}

// textValue is the value of a constant or parameter of type text.
func textValue(e expr.Expr, env *expr.Env) ([]byte, bool) {
	if r, ok := e.(*expr.Relabel); ok {
		e = r.Arg
	}
	var d types.Datum
	switch e := e.(type) {
	case *expr.Const:
		d = e.Value
	case *expr.Param:
		values := env.Params
		if e.Exec {
			values = env.Exec
		}
		if e.Index < 0 || e.Index >= len(values) {
			return nil, false
		}
		d = values[e.Index]
	default:
		return nil, false
	}
	if oid := e.Type().OID; oid != types.TextOID && oid != types.VarcharOID {
		return nil, false
	}
	return d.Bytes, !d.Null
}

// literals gives the literal parts of a LIKE pattern; ok is false of one that ends within an escape.
func literals(pattern []byte) (runs [][]byte, ok bool) {
	var run []byte
	flush := func() {
		if len(run) > 0 {
			runs = append(runs, run)
		}
		run = nil
	}
	for i := 0; i < len(pattern); i++ {
		switch c := pattern[i]; c {
		case '%', '_':
			flush()
		case '\\':
			if i++; i == len(pattern) {
				return nil, false
			}
			run = append(run, pattern[i])
		default:
			run = append(run, c)
		}
	}
	flush()
	return runs, true
}

// harmless tells whether a qual cannot raise an error, whatever the row: PostgreSQL's leakproof functions, and the
// comparisons of numeric, which are not among them for other reasons.
func harmless(q expr.Expr) bool {
	return expr.Walk(q, func(e expr.Expr) bool {
		switch e := e.(type) {
		case *expr.Var, *expr.Const, *expr.Param, *expr.NullTest, *expr.BoolTest, *expr.And, *expr.Or, *expr.Not, *expr.Relabel:
			return true
		case *expr.Func:
			return e.Proc.LeakProof || e.Proc.OID >= 1718 && e.Proc.OID <= 1723
		}
		return false
	})
}
