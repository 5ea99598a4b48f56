package expr

import (
	"howdah/internal/pgdata"
	"howdah/pgerr"
	"howdah/types"
)

// path is how one type becomes another (CoercionPathType of parse_coerce.h).
type path uint8

const (
	noPath path = iota
	byFunction
	byRelabel
	byElement
	byIO
)

// findPath is find_coercion_pathway.
func findPath(to, from types.OID, how Context) (path, *pgdata.Proc) {
	if to == from {
		return byRelabel, nil
	}
	if c := pgdata.CastBetween(uint32(from), uint32(to)); c != nil {
		need := Explicit
		switch c.Context {
		case 'i':
			need = Implicit
		case 'a':
			need = Assignment
		}
		if how < need {
			return noPath, nil
		}
		switch c.Method {
		case 'f':
			return byFunction, pgdata.ProcByOID(c.Proc)
		case 'i':
			return byIO, nil
		}
		return byRelabel, nil
	}
	if to != types.OidVectorOID && to != types.Int2VectorOID {
		toElem, fromElem := elementOf(to), elementOf(from)
		if toElem != types.InvalidOID && fromElem != types.InvalidOID {
			if p, _ := findPath(toElem, fromElem, how); p != noPath {
				return byElement, nil
			}
		}
	}
	if how >= Assignment && category(to) == 'S' || how >= Explicit && category(from) == 'S' {
		return byIO, nil
	}
	return noPath, nil
}

// canCoerce is can_coerce_type.
func canCoerce(from, to []types.OID, how Context) bool {
	generics := false
	for i, f := range from {
		t := to[i]
		switch {
		case f == t || t == types.AnyOIDOID:
		case isPolymorphic(t):
			generics = true
		case f == types.UnknownOID:
		default:
			if p, _ := findPath(t, f, how); p != noPath {
				continue
			}
			if f == types.RecordOID && isComposite(t) || t == types.RecordOID && isComposite(f) {
				continue
			}
			if t == types.RecordArrayOID && isComposite(elementOf(f)) {
				continue
			}
			return false
		}
	}
	return !generics || consistent(from, to)
}

// CanCoerce tells whether a value of one type can become another in the context.
func CanCoerce(from, to types.OID, how Context) bool {
	return canCoerce([]types.OID{from}, []types.OID{to}, how)
}

// Coerce converts e to a type, or says why it cannot (42846, 42804; 22P02 for a literal that does not read as one).
// loc is where the cast was written, -1 if nowhere.
func (r *Resolver) Coerce(e Expr, to types.Type, how Context, loc int32) (Expr, error) {
	show := AsImplicitCast
	if how == Explicit {
		show = AsCast
	}
	out, err := r.coerceTo(e, to, how, show, loc)
	if err != nil {
		return nil, err
	}
	if out == nil {
		at := loc
		if l := r.Loc(e); at < 0 {
			at = l
		}
		return nil, r.errorAt(at, pgerr.CannotCoerce, "cannot cast type %s to %s", TypeName(e.Type().OID), TypeName(to.OID))
	}
	return out, nil
}

// coerceTo is coerce_to_target_type: nil, nil where there is no way.
func (r *Resolver) coerceTo(e Expr, to types.Type, how Context, show Display, loc int32) (Expr, error) {
	if !CanCoerce(e.Type().OID, to.OID, how) {
		return nil, nil
	}
	inner := e
	var collate *Collate
	for {
		c, ok := inner.(*Collate)
		if !ok {
			break
		}
		if collate == nil {
			collate = c
		}
		inner = c.Arg
	}
	out, err := r.coerceType(inner, to, how, show, loc)
	if err != nil {
		return nil, err
	}
	_, constant := out.(*Const)
	if out, err = r.coerceTypmod(out, to, how, show, loc, out != inner && !constant); err != nil {
		return nil, err
	}
	if collate != nil && typeCollation(to.OID) != types.NoCollation {
		c := *collate
		c.Arg = out
		out = r.At(&c, r.locs[collate])
	}
	return out, nil
}

// coerceType is coerce_type: the type only, but for intervals' literals.
func (r *Resolver) coerceType(e Expr, to types.Type, how Context, show Display, loc int32) (Expr, error) {
	from := e.Type().OID
	if from == to.OID {
		return e, nil
	}
	switch to.OID {
	case types.AnyOIDOID, types.AnyElementOID, types.AnyNonArrayOID, types.AnyCompatibleOID, types.AnyCompatibleNonArrayOID:
		return e, nil
	case types.AnyArrayOID, types.AnyEnumOID, types.AnyRangeOID, anyMultirange, types.AnyCompatibleArrayOID,
		anyCompatibleRange, anyCompatibleMultirange:
		if from != types.UnknownOID {
			return e, nil
		}
	}
	if from == types.UnknownOID {
		switch x := e.(type) {
		case *Const:
			return r.literal(x, to)
		case *Param:
			if r.Params != nil && !x.Exec {
				return r.decideParam(x, to.OID, loc)
			}
		}
	}
	if x, ok := e.(*Collate); ok {
		arg, err := r.coerceType(x.Arg, to, how, show, loc)
		if err != nil {
			return nil, err
		}
		if typeCollation(to.OID) == types.NoCollation {
			return arg, nil
		}
		return r.At(&Collate{Arg: arg, Coll: x.Coll}, r.locs[x]), nil
	}
	p, proc := findPath(to.OID, from, how)
	switch p {
	case byRelabel:
		return r.mark(&Relabel{Arg: e, Typ: types.Of(to.OID), Show: show}, loc), nil
	case byFunction, byElement, byIO:
		return r.build(e, p, proc, to, how, show, loc)
	}
	if to.OID == types.RecordOID && isComposite(from) || to.OID == types.RecordArrayOID {
		return e, nil
	}
	return nil, r.errorAt(loc, pgerr.InternalError, "failed to find conversion function from %s to %s", TypeName(from), TypeName(to.OID))
}

// mark remembers a coercion's place, if it has one of its own.
func (r *Resolver) mark(e Expr, loc int32) Expr { return r.At(e, loc) }

// literal reads an unknown literal as a value of the type. The length is applied later, except to intervals.
func (r *Resolver) literal(c *Const, to types.Type) (Expr, error) {
	t := types.Of(to.OID)
	if to.OID == types.IntervalOID {
		t = to
	}
	out := &Const{Typ: t, Coll: typeCollation(to.OID), Value: types.NullDatum}
	r.At(out, r.Loc(c))
	if c.Value.Null {
		// The input functions of some pseudo-types refuse even a NULL.
		if p := pgType(to.OID); p != nil && p.Kind == 'p' {
			if in := pgdata.ProcByOID(p.Input); in != nil && !in.Strict {
				return nil, r.errorAt(r.Loc(c), pgerr.FeatureNotSupported, "cannot accept a value of type %s", TypeName(to.OID))
			}
		}
		return out, nil
	}
	v, err := r.readLiteral(t, c.Value.Bytes)
	if err != nil {
		return nil, pgerr.From(err).Clone().AtPosition(r.Position(r.Loc(c)))
	}
	out.Value = v
	return out, nil
}

func (r *Resolver) readLiteral(t types.Type, text []byte) (types.Datum, error) {
	if isPolymorphic(t.OID) || pgType(t.OID) != nil && pgType(t.OID).Kind == 'p' && t.OID != types.RecordOID && t.OID != types.CstringOID && t.OID != types.VoidOID {
		return types.Datum{}, pgerr.New(pgerr.FeatureNotSupported, "cannot accept a value of type %s", TypeName(t.OID))
	}
	if r.Read != nil {
		if v, ok, err := r.Read(t, text); ok || err != nil {
			return v, err
		}
	}
	s := r.Style
	if s == nil {
		s = types.DefaultStyle()
	}
	if oid, ok, err := readName(t.OID, text, &Env{Style: s}); ok {
		return types.Datum{Int: oid}, err
	}
	return types.ParseText(t, append([]byte(nil), text...), s)
}

// coerceTypmod is coerce_type_typmod.
func (r *Resolver) coerceTypmod(e Expr, to types.Type, how Context, show Display, loc int32, hide bool) (Expr, error) {
	if to.Typmod == e.Type().Typmod {
		return e, nil
	}
	if hide {
		e = r.hidden(e)
	}
	if to.Typmod >= 0 {
		t, p := to.OID, byFunction
		if elem := elementOf(t); elem != types.InvalidOID {
			t, p = elem, byElement
		}
		if c := pgdata.CastBetween(uint32(t), uint32(t)); c != nil && c.Proc != 0 {
			return r.build(e, p, pgdata.ProcByOID(c.Proc), to, how, show, loc)
		}
	}
	if x, ok := e.(*Const); ok {
		c := *x
		c.Typ = to
		return r.At(&c, r.Loc(x)), nil
	}
	return r.mark(&Relabel{Arg: e, Typ: to, Coll: e.Collation(), Show: show}, loc), nil
}

// hidden makes a coercion one that is not printed.
func (r *Resolver) hidden(e Expr) Expr {
	loc, known := r.locs[e]
	var out Expr
	switch x := e.(type) {
	case *Func:
		c := *x
		c.Show, out = AsImplicitCast, &c
	case *Relabel:
		c := *x
		c.Show, out = AsImplicitCast, &c
	case *ViaIO:
		c := *x
		c.Show, out = AsImplicitCast, &c
	case *ArrayCoerce:
		c := *x
		c.Show, out = AsImplicitCast, &c
	default:
		return e
	}
	if known {
		r.At(out, loc)
	}
	return out
}

// build is build_coercion_expression.
func (r *Resolver) build(e Expr, p path, proc *pgdata.Proc, to types.Type, how Context, show Display, loc int32) (Expr, error) {
	switch p {
	case byFunction:
		f := &Func{Proc: proc, Args: []Expr{e}, Typ: types.Of(to.OID), Show: show}
		if proc.NArgs >= 2 {
			f.Args = append(f.Args, intConst(to.Typmod))
			f.Typ.Typmod = to.Typmod
		}
		if proc.NArgs == 3 {
			f.Args = append(f.Args, BoolConst(how == Explicit))
		}
		return r.mark(f, loc), nil
	case byElement:
		elem := &CaseTest{Typ: types.Type{OID: elementOf(e.Type().OID), Typmod: e.Type().Typmod}}
		elem.Coll = typeCollation(elem.Typ.OID)
		conv, err := r.coerceTo(elem, types.Type{OID: elementOf(to.OID), Typmod: to.Typmod}, how, show, loc)
		if err != nil {
			return nil, err
		}
		if conv == nil {
			return nil, r.errorAt(loc, pgerr.InternalError, "failed to coerce array element type as expected")
		}
		return r.mark(&ArrayCoerce{Arg: e, Elem: conv, Typ: types.Type{OID: to.OID, Typmod: conv.Type().Typmod}, Show: show}, loc), nil
	}
	return r.mark(&ViaIO{Arg: e, Typ: types.Of(to.OID), Show: show}, loc), nil
}

func intConst(v int32) *Const {
	return &Const{Typ: types.Of(types.Int4OID), Value: types.Datum{Int: int64(v)}}
}

// BoolConst is true or false.
func BoolConst(v bool) *Const { return &Const{Typ: boolType, Value: types.Datum{Bool: v}} }

// NullConst is NULL of a type.
func NullConst(t types.Type) *Const {
	return &Const{Typ: t, Coll: typeCollation(t.OID), Value: types.NullDatum}
}

// commonType is select_common_type over types; at says where the i-th stands, for errors.
func (r *Resolver) commonType(ts []types.OID, mismatch func(i int, a, b types.OID) error) (types.OID, error) {
	p := ts[0]
	if p != types.UnknownOID {
		same := true
		for _, t := range ts[1:] {
			same = same && t == p
		}
		if same {
			return p, nil
		}
	}
	for i, n := range ts[1:] {
		switch {
		case n == types.UnknownOID || n == p:
		case p == types.UnknownOID:
			p = n
		case category(n) != category(p):
			return 0, mismatch(i+1, p, n)
		case !preferred(p) && CanCoerce(p, n, Implicit) && !CanCoerce(n, p, Implicit):
			p = n
		}
	}
	if p == types.UnknownOID {
		p = types.TextOID
	}
	return p, nil
}

// CommonType chooses the type that all of es become (CASE, UNION, ARRAY, VALUES…: construct names it in errors), with
// the modifier that all of them have in common, if any.
func (r *Resolver) CommonType(es []Expr, construct string) (types.Type, error) {
	ts := make([]types.OID, len(es))
	for i, e := range es {
		ts[i] = e.Type().OID
	}
	t, err := r.commonType(ts, func(i int, a, b types.OID) error {
		return r.errorAt(r.Loc(es[i]), pgerr.DatatypeMismatch, "%s types %s and %s cannot be matched", construct, TypeName(a), TypeName(b))
	})
	if err != nil {
		return types.Type{}, err
	}
	return commonTypmod(es, t), nil
}

// commonTypmod gives the type with the modifier of all of es, if they are of that type and agree.
func commonTypmod(es []Expr, t types.OID) types.Type {
	out := types.Of(t)
	for i, e := range es {
		have := e.Type()
		if have.OID != t || i > 0 && have.Typmod != out.Typmod {
			return types.Of(t)
		}
		out.Typmod = have.Typmod
	}
	return out
}

// CoerceToCommon converts e to what CommonType chose; the modifier is left as it is.
func (r *Resolver) CoerceToCommon(e Expr, to types.Type, construct string) (Expr, error) {
	from := e.Type().OID
	if from == to.OID {
		return e, nil
	}
	if !CanCoerce(from, to.OID, Implicit) {
		return nil, r.errorAt(r.Loc(e), pgerr.CannotCoerce, "%s could not convert type %s to %s", construct, TypeName(from), TypeName(to.OID))
	}
	return r.coerceType(e, types.Of(to.OID), Implicit, AsImplicitCast, -1)
}

// Real converts an argument of TABLESAMPLE to real or double precision.
func (r *Resolver) Real(e Expr, to types.OID, construct string) (Expr, error) {
	return r.specific(e, to, construct)
}

// Boolean converts e to boolean: "argument of WHERE must be type boolean, not type …" where it cannot.
func (r *Resolver) Boolean(e Expr, construct string) (Expr, error) {
	return r.specific(e, types.BoolOID, construct)
}

// Bigint converts e, the argument of LIMIT or OFFSET.
func (r *Resolver) Bigint(e Expr, construct string) (Expr, error) {
	return r.specific(e, types.Int8OID, construct)
}

func (r *Resolver) specific(e Expr, to types.OID, construct string) (Expr, error) {
	if e.Type().OID == to {
		return e, r.noSet(e, construct)
	}
	out, err := r.coerceTo(e, types.Of(to), Assignment, AsImplicitCast, -1)
	if err != nil {
		return nil, err
	}
	if out == nil {
		return nil, r.errorAt(r.Loc(e), pgerr.DatatypeMismatch, "argument of %s must be type %s, not type %s", construct, TypeName(to), TypeName(e.Type().OID))
	}
	return out, r.noSet(out, construct)
}

func (r *Resolver) noSet(e Expr, construct string) error {
	if returnsSet(e) {
		return r.errorAt(r.Loc(e), pgerr.DatatypeMismatch, "argument of %s must not return a set", construct)
	}
	return nil
}

// returnsSet tells whether the node itself is a call of a set-returning function.
func returnsSet(e Expr) bool {
	f, ok := e.(*Func)
	return ok && f.Proc.RetSet
}

// Known makes text of an expression that is still of type unknown (output columns).
func (r *Resolver) Known(e Expr) (Expr, error) {
	if e.Type().OID != types.UnknownOID {
		return e, nil
	}
	return r.coerceType(e, types.Of(types.TextOID), Implicit, AsImplicitCast, -1)
}
