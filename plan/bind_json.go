package plan

import (
	pg "github.com/pganalyze/pg_query_go/v6"

	"howdah/expr"
	"howdah/internal/pgdata"
	"howdah/pgerr"
	"howdah/types"
)

// sqlJSON binds what SQL/JSON constructs or tests (parse_expr.c of PostgreSQL 17); ok is false for another node.
func (b *binder) sqlJSON(n *pg.Node, s *Scope) (e expr.Expr, ok bool, err error) {
	switch x := n.GetNode().(type) {
	case *pg.Node_JsonObjectConstructor:
		e, err = b.jsonObject(x.JsonObjectConstructor, s)
	case *pg.Node_JsonArrayConstructor:
		e, err = b.jsonArray(x.JsonArrayConstructor, s)
	case *pg.Node_JsonArrayQueryConstructor:
		e, err = b.jsonArrayQuery(x.JsonArrayQueryConstructor, s)
	case *pg.Node_JsonParseExpr:
		e, err = b.jsonParse(x.JsonParseExpr, s)
	case *pg.Node_JsonScalarExpr:
		e, err = b.jsonScalar(x.JsonScalarExpr, s)
	case *pg.Node_JsonSerializeExpr:
		e, err = b.jsonSerialize(x.JsonSerializeExpr, s)
	case *pg.Node_JsonIsPredicate:
		e, err = b.isJSON(x.JsonIsPredicate, s)
	case *pg.Node_JsonObjectAgg:
		e, err = b.jsonObjectAgg(x.JsonObjectAgg, s)
	case *pg.Node_JsonArrayAgg:
		e, err = b.jsonArrayAgg(x.JsonArrayAgg, s)
	case *pg.Node_JsonFuncExpr:
		e, err = b.jsonPick(x.JsonFuncExpr, s)
	default:
		return nil, false, nil
	}
	return e, true, err
}

// sqlJSONName is the name of a column that such a construct makes, empty for another node.
func sqlJSONName(n *pg.Node) string {
	switch n.GetNode().(type) {
	case *pg.Node_JsonObjectConstructor:
		return "json_object"
	case *pg.Node_JsonArrayConstructor, *pg.Node_JsonArrayQueryConstructor:
		return "json_array"
	case *pg.Node_JsonParseExpr:
		return "json"
	case *pg.Node_JsonScalarExpr:
		return "json_scalar"
	case *pg.Node_JsonSerializeExpr:
		return "json_serialize"
	case *pg.Node_JsonObjectAgg:
		return "json_objectagg"
	case *pg.Node_JsonArrayAgg:
		return "json_arrayagg"
	case *pg.Node_JsonFuncExpr:
		return jsonPicks[n.GetJsonFuncExpr().Op].name
	}
	return ""
}

// jsonReturning is a RETURNING clause, bound.
type jsonReturning struct {
	typ    types.Type
	binary bool // FORMAT JSONB: what is built is jsonb
	given  bool
	loc    int32
	format int32 // where FORMAT JSON stands
}

func formatted(f *pg.JsonFormat) bool {
	return f != nil && f.FormatType != pg.JsonFormatType_JS_FORMAT_DEFAULT && f.FormatType != pg.JsonFormatType_JSON_FORMAT_TYPE_UNDEFINED
}

func encoded(f *pg.JsonFormat) bool {
	return f != nil && f.Encoding != pg.JsonEncoding_JS_ENC_DEFAULT && f.Encoding != pg.JsonEncoding_JSON_ENCODING_UNDEFINED
}

func isString(t types.OID) bool {
	p := pgdata.TypeByOID(uint32(t))
	return p != nil && p.Category == 'S'
}

// jsonOutput is transformJsonOutput; anyFormat lets FORMAT JSON stand with types that are no strings.
func (b *binder) jsonOutput(o *pg.JsonOutput, anyFormat bool) (jsonReturning, error) {
	out := jsonReturning{loc: -1, format: -1}
	if o == nil {
		return out, nil
	}
	t, err := b.typeName(o.TypeName)
	if err != nil {
		return out, err
	}
	if o.TypeName.Setof {
		return out, pgerr.New(pgerr.FeatureNotSupported, "returning SETOF types is not supported in SQL/JSON functions")
	}
	if p := pgdata.TypeByOID(uint32(t.OID)); p != nil && p.Kind == 'p' {
		return out, pgerr.New(pgerr.FeatureNotSupported, "returning pseudo-types is not supported in SQL/JSON functions")
	}
	out.typ, out.given, out.loc = t, true, o.TypeName.Location
	f := o.Returning.GetFormat()
	if !formatted(f) {
		out.binary = t.OID == types.JSONBOID
		return out, nil
	}
	out.format = f.Location
	if !anyFormat && t.OID != types.ByteaOID && t.OID != types.JSONOID && t.OID != types.JSONBOID && !isString(t.OID) {
		return out, b.errorAt(f.Location, pgerr.FeatureNotSupported, "cannot use JSON format with non-string output types")
	}
	return out, b.jsonEncoding(f, t.OID)
}

func (b *binder) jsonEncoding(f *pg.JsonFormat, t types.OID) error {
	if !encoded(f) {
		return nil
	}
	if t != types.ByteaOID {
		return b.errorAt(f.Location, pgerr.FeatureNotSupported, "cannot set JSON encoding for non-bytea output types")
	}
	if f.Encoding != pg.JsonEncoding_JS_ENC_UTF8 {
		return b.errorAt(f.Location, pgerr.FeatureNotSupported, "unsupported JSON encoding").
			WithHint("Only UTF8 JSON encoding is supported.")
	}
	return nil
}

// jsonConstructed is transformJsonConstructorOutput: jsonb where an argument is.
func (b *binder) jsonConstructed(o *pg.JsonOutput, args []expr.Expr) (jsonReturning, error) {
	out, err := b.jsonOutput(o, true)
	if err != nil || out.given {
		return out, err
	}
	out.typ = types.Of(types.JSONOID)
	for _, a := range args {
		if a.Type().OID == types.JSONBOID {
			out.typ, out.binary = types.Of(types.JSONBOID), true
		}
	}
	return out, nil
}

// jsonText reads bytea as JSON text in UTF-8.
func (b *binder) jsonText(e expr.Expr, f *pg.JsonFormat, loc int32) (expr.Expr, error) {
	if encoded(f) {
		if err := b.jsonEncoding(f, types.ByteaOID); err != nil {
			return nil, err
		}
	}
	out, err := b.res.Function(&expr.Invocation{Name: []string{"pg_catalog", "convert_from"}, Args: []expr.Expr{e, textConst("UTF8")}, Loc: loc})
	unshown(out)
	return out, err
}

func textConst(s string) expr.Expr {
	return &expr.Const{Typ: types.Of(types.NameOID), Coll: types.CCollation, Value: types.Datum{Bytes: []byte(s)}}
}

// jsonValue is transformJsonValueExpr. binary and json say what a value without FORMAT is taken for (neither = as it
// is); target is the type that is due, 0 = json or jsonb.
func (b *binder) jsonValue(v *pg.JsonValueExpr, s *Scope, byDefault pg.JsonFormatType, target types.OID) (expr.Expr, error) {
	e, err := b.expr(v.RawExpr, s)
	if err != nil {
		return nil, err
	}
	t, loc := e.Type().OID, b.res.Loc(e)
	format := byDefault
	isJSON := t == types.JSONOID || t == types.JSONBOID
	switch {
	case formatted(v.Format):
		if encoded(v.Format) && t != types.ByteaOID {
			return nil, b.errorAt(v.Format.Location, pgerr.DatatypeMismatch, "JSON ENCODING clause is only allowed for bytea input type")
		}
		if format = v.Format.FormatType; isJSON {
			format = pg.JsonFormatType_JS_FORMAT_DEFAULT
		}
	case isJSON:
		format = pg.JsonFormatType_JS_FORMAT_DEFAULT
	}
	plain := format == pg.JsonFormatType_JS_FORMAT_DEFAULT
	if plain && (target == 0 || t == target) {
		return e, nil
	}
	if target == 0 && t != types.ByteaOID && t != types.UnknownOID && !isString(t) {
		at := loc
		if v.Format != nil && v.Format.Location >= 0 && formatted(v.Format) {
			at = v.Format.Location
		}
		how := "implicit"
		if formatted(v.Format) {
			how = "explicit"
		}
		return nil, b.errorAt(at, pgerr.DatatypeMismatch, "cannot use non-string types with %s FORMAT JSON clause", how)
	}
	if t == types.UnknownOID { // what is no JSON is said when it is computed
		if e, err = b.res.Coerce(e, types.Of(types.TextOID), expr.Implicit, -1); err != nil {
			return nil, err
		}
	}
	if format == pg.JsonFormatType_JS_FORMAT_JSON && t == types.ByteaOID {
		if e, err = b.jsonText(e, v.Format, loc); err != nil {
			return nil, err
		}
	}
	to := target
	if to == 0 {
		to = types.JSONOID
		if format == pg.JsonFormatType_JS_FORMAT_JSONB {
			to = types.JSONBOID
		}
	}
	if !expr.CanCoerce(e.Type().OID, to, expr.Explicit) {
		return nil, b.errorAt(loc, pgerr.CannotCoerce, "cannot cast type %s to %s", expr.TypeName(e.Type().OID), expr.TypeName(to))
	}
	out, err := b.res.Coerce(e, types.Of(to), expr.Explicit, loc)
	if out != e {
		unshown(out)
	}
	return out, err
}

// unshown makes a cast that nobody wrote one that is not printed.
func unshown(e expr.Expr) { castShown(e, expr.AsImplicitCast) }

func castShown(e expr.Expr, how expr.Display) {
	switch e := e.(type) {
	case *expr.Relabel:
		e.Show = how
	case *expr.ViaIO:
		e.Show = how
	case *expr.Func:
		e.Show = how
	}
}

// jsonCall is makeJsonConstructorExpr: the construct's function, converted to what RETURNING asks for.
func (b *binder) jsonCall(k expr.SQLJSON, args []expr.Expr, r jsonReturning, loc int32) (expr.Expr, error) {
	k.Binary, k.Returning = r.binary, expr.FormatType(r.typ)
	p := expr.SQLJSONProc(k)
	return b.jsonConverted(b.res.At(&expr.Func{Proc: p, Args: args, Typ: types.Of(types.OID(p.Ret)), Show: expr.AsCall}, loc), r)
}

// jsonConverted is coerceJsonFuncExpr.
func (b *binder) jsonConverted(e expr.Expr, r jsonReturning) (expr.Expr, error) {
	if r.typ == e.Type() {
		return e, nil
	}
	loc := b.res.Loc(e)
	if r.typ.OID == types.ByteaOID {
		text, err := b.res.Coerce(e, types.Of(types.TextOID), expr.Assignment, loc)
		if err != nil {
			return nil, err
		}
		e, err := b.res.Function(&expr.Invocation{Name: []string{"pg_catalog", "convert_to"}, Args: []expr.Expr{text, textConst("UTF8")}, Loc: loc})
		unshown(e)
		return e, err
	}
	if !expr.CanCoerce(e.Type().OID, r.typ.OID, expr.Assignment) {
		return nil, pgerr.New(pgerr.CannotCoerce, "cannot cast type %s to %s", expr.TypeName(e.Type().OID), expr.TypeName(r.typ.OID))
	}
	return b.res.Coerce(e, r.typ, expr.Assignment, loc)
}

func (b *binder) jsonObject(x *pg.JsonObjectConstructor, s *Scope) (expr.Expr, error) {
	var args []expr.Expr
	var marks []byte
	for _, n := range x.Exprs {
		key, value, err := b.jsonKeyValue(n.GetJsonKeyValue(), s)
		if err != nil {
			return nil, err
		}
		args = append(args, key, value)
		marks = append(marks, '-', formatMark(n.GetJsonKeyValue().Value.Format))
	}
	r, err := b.jsonConstructed(x.Output, args)
	if err != nil {
		return nil, err
	}
	k := expr.SQLJSON{Kind: expr.JSONObjectOf, Absent: x.AbsentOnNull, Unique: x.Unique, Formats: string(marks)}
	return b.jsonCall(k, args, r, x.Location)
}

func formatMark(f *pg.JsonFormat) byte {
	switch {
	case encoded(f):
		return 'u'
	case formatted(f):
		return 'j'
	}
	return '-'
}

func (b *binder) jsonKeyValue(kv *pg.JsonKeyValue, s *Scope) (key, value expr.Expr, err error) {
	if key, err = b.expr(kv.Key, s); err != nil {
		return nil, nil, err
	}
	value, err = b.jsonValue(kv.Value, s, pg.JsonFormatType_JS_FORMAT_DEFAULT, 0)
	return key, value, err
}

func (b *binder) jsonArray(x *pg.JsonArrayConstructor, s *Scope) (expr.Expr, error) {
	var args []expr.Expr
	var marks []byte
	for _, n := range x.Exprs {
		e, err := b.jsonValue(n.GetJsonValueExpr(), s, pg.JsonFormatType_JS_FORMAT_DEFAULT, 0)
		if err != nil {
			return nil, err
		}
		args, marks = append(args, e), append(marks, formatMark(n.GetJsonValueExpr().Format))
	}
	r, err := b.jsonConstructed(x.Output, args)
	if err != nil {
		return nil, err
	}
	return b.jsonCall(expr.SQLJSON{Kind: expr.JSONArrayOf, Absent: x.AbsentOnNull, Formats: string(marks)}, args, r, x.Location)
}

// jsonArrayQuery is transformJsonArrayQueryConstructor: (SELECT JSON_ARRAYAGG(a) FROM (query) q(a)).
func (b *binder) jsonArrayQuery(x *pg.JsonArrayQueryConstructor, s *Scope) (expr.Expr, error) {
	sel := x.Query.GetSelectStmt()
	if b.subselect != nil && sel != nil {
		sub, err := b.subselect(b, sel, s)
		if err != nil {
			return nil, err
		}
		if len(sub.Columns) != 1 {
			return nil, b.errorAt(x.Location, pgerr.SyntaxError, "subquery must return only one column")
		}
	}
	str := func(s string) *pg.Node { return &pg.Node{Node: &pg.Node_String_{String_: &pg.String{Sval: s}}} }
	column := &pg.Node{Node: &pg.Node_ColumnRef{ColumnRef: &pg.ColumnRef{Fields: []*pg.Node{str("q"), str("a")}, Location: x.Location}}}
	agg := &pg.Node{Node: &pg.Node_JsonArrayAgg{JsonArrayAgg: &pg.JsonArrayAgg{
		Constructor: &pg.JsonAggConstructor{Output: x.Output, Location: x.Location}, AbsentOnNull: x.AbsentOnNull,
		Arg: &pg.JsonValueExpr{RawExpr: column, Format: x.Format},
	}}}
	return b.sublink(&pg.SubLink{
		SubLinkType: pg.SubLinkType_EXPR_SUBLINK, Location: x.Location,
		Subselect: &pg.Node{Node: &pg.Node_SelectStmt{SelectStmt: &pg.SelectStmt{
			TargetList: []*pg.Node{{Node: &pg.Node_ResTarget{ResTarget: &pg.ResTarget{Val: agg, Location: x.Location}}}},
			FromClause: []*pg.Node{{Node: &pg.Node_RangeSubselect{RangeSubselect: &pg.RangeSubselect{
				Subquery: x.Query, Alias: &pg.Alias{Aliasname: "q", Colnames: []*pg.Node{str("a")}},
			}}}},
			LimitOption: pg.LimitOption_LIMIT_OPTION_DEFAULT, Op: pg.SetOperation_SETOP_NONE,
		}}},
	}, s)
}

// jsonDocument is transformJsonParseArg: a string becomes text.
func (b *binder) jsonDocument(raw *pg.Node, f *pg.JsonFormat, s *Scope) (expr.Expr, error) {
	e, err := b.expr(raw, s)
	if err != nil {
		return nil, err
	}
	t := e.Type().OID
	if t == types.ByteaOID {
		return b.jsonText(e, f, b.res.Loc(e))
	}
	if t == types.UnknownOID || isString(t) {
		if e, err = b.res.Coerce(e, types.Of(types.TextOID), expr.Implicit, -1); err != nil {
			return nil, err
		}
	}
	if encoded(f) {
		return nil, b.errorAt(f.Location, pgerr.InvalidParameterValue, "cannot use JSON FORMAT ENCODING clause for non-bytea input types")
	}
	return e, nil
}

func (b *binder) jsonParse(x *pg.JsonParseExpr, s *Scope) (expr.Expr, error) {
	r := jsonReturning{typ: types.Of(types.JSONOID)}
	var arg expr.Expr
	var err error
	if x.UniqueKeys {
		if arg, err = b.jsonDocument(x.Expr.RawExpr, x.Expr.Format, s); err != nil {
			return nil, err
		}
		if arg.Type().OID != types.TextOID {
			return nil, b.errorAt(x.Location, pgerr.DatatypeMismatch, "cannot use non-string types with WITH UNIQUE KEYS clause")
		}
	} else if arg, err = b.jsonValue(x.Expr, s, pg.JsonFormatType_JS_FORMAT_JSON, types.JSONOID); err != nil {
		return nil, err
	}
	k := expr.SQLJSON{Kind: expr.JSONParse, Unique: x.UniqueKeys, Formats: string(formatMark(x.Expr.Format))}
	p := expr.SQLJSONProc(k)
	return b.res.At(&expr.Func{Proc: p, Args: []expr.Expr{arg}, Typ: r.typ, Show: expr.AsCall}, x.Location), nil
}

func (b *binder) jsonScalar(x *pg.JsonScalarExpr, s *Scope) (expr.Expr, error) {
	e, err := b.expr(x.Expr, s)
	if err != nil {
		return nil, err
	}
	if e.Type().OID == types.UnknownOID {
		if e, err = b.res.Coerce(e, types.Of(types.TextOID), expr.Implicit, -1); err != nil {
			return nil, err
		}
	}
	p := expr.SQLJSONProc(expr.SQLJSON{Kind: expr.JSONScalar})
	return b.res.At(&expr.Func{Proc: p, Args: []expr.Expr{e}, Typ: types.Of(types.JSONOID), Show: expr.AsCall}, x.Location), nil
}

func (b *binder) jsonSerialize(x *pg.JsonSerializeExpr, s *Scope) (expr.Expr, error) {
	e, err := b.jsonValue(x.Expr, s, pg.JsonFormatType_JS_FORMAT_JSON, 0)
	if err != nil {
		return nil, err
	}
	r, err := b.jsonOutput(x.Output, true)
	if err != nil {
		return nil, err
	}
	if !r.given {
		r.typ = types.Of(types.TextOID)
	} else if r.typ.OID != types.ByteaOID && !isString(r.typ.OID) {
		return nil, pgerr.New(pgerr.DatatypeMismatch, "cannot use type %s in RETURNING clause of %s", expr.TypeName(r.typ.OID), "JSON_SERIALIZE()").
			WithHint("Try returning a string type or bytea.")
	}
	r.binary = false
	return b.jsonCall(expr.SQLJSON{Kind: expr.JSONSerialize, Formats: string(formatMark(x.Expr.Format))}, []expr.Expr{e}, r, x.Location)
}

// isJSON is transformJsonIsPredicate.
func (b *binder) isJSON(x *pg.JsonIsPredicate, s *Scope) (expr.Expr, error) {
	e, err := b.jsonDocument(x.Expr, x.Format, s)
	if err != nil {
		return nil, err
	}
	switch t := e.Type().OID; t {
	case types.TextOID, types.JSONOID, types.JSONBOID:
	default:
		return nil, pgerr.New(pgerr.DatatypeMismatch, "cannot use type %s in IS JSON predicate", expr.TypeName(t))
	}
	k := expr.SQLJSON{Kind: expr.JSONIs, Unique: x.UniqueKeys}
	switch x.ItemType {
	case pg.JsonValueType_JS_TYPE_OBJECT:
		k.Item = 'o'
	case pg.JsonValueType_JS_TYPE_ARRAY:
		k.Item = 'a'
	case pg.JsonValueType_JS_TYPE_SCALAR:
		k.Item = 's'
	}
	return b.res.At(&expr.Func{Proc: expr.SQLJSONProc(k), Args: []expr.Expr{e}, Typ: types.Of(types.BoolOID), Show: expr.AsCall}, x.Location), nil
}

func (b *binder) jsonObjectAgg(x *pg.JsonObjectAgg, s *Scope) (expr.Expr, error) {
	return b.jsonAggregate(x.Constructor, expr.SQLJSON{
		Kind: expr.JSONObjectAgg, Absent: x.AbsentOnNull, Unique: x.Unique, Formats: "-" + string(formatMark(x.Arg.Value.Format)),
	}, s, func() ([]expr.Expr, error) {
		key, value, err := b.jsonKeyValue(x.Arg, s)
		return []expr.Expr{key, value}, err
	})
}

func (b *binder) jsonArrayAgg(x *pg.JsonArrayAgg, s *Scope) (expr.Expr, error) {
	return b.jsonAggregate(x.Constructor, expr.SQLJSON{
		Kind: expr.JSONArrayAgg, Absent: x.AbsentOnNull, Formats: string(formatMark(x.Arg.Format)),
	}, s, func() ([]expr.Expr, error) {
		e, err := b.jsonValue(x.Arg, s, pg.JsonFormatType_JS_FORMAT_DEFAULT, 0)
		return []expr.Expr{e}, err
	})
}

// jsonAggregate is transformJsonAggConstructor.
func (b *binder) jsonAggregate(c *pg.JsonAggConstructor, k expr.SQLJSON, s *Scope, bind func() ([]expr.Expr, error)) (expr.Expr, error) {
	mark := *s
	if c.Over == nil {
		s.HasAggs, s.HasSets = false, false
	}
	args, err := bind()
	if err != nil {
		return nil, err
	}
	r, err := b.jsonConstructed(c.Output, args)
	if err != nil {
		return nil, err
	}
	for i, a := range args {
		if args[i], err = b.res.Known(a); err != nil {
			return nil, err
		}
	}
	var filter expr.Expr
	if c.AggFilter != nil {
		restore := s.with(InFilter)
		if filter, err = b.expr(c.AggFilter, s); err == nil {
			filter, err = b.res.Boolean(filter, "FILTER")
		}
		restore()
		if err != nil {
			return nil, err
		}
	}
	k.Binary, k.Returning = r.binary, expr.FormatType(r.typ)
	p := expr.SQLJSONProc(k)
	var e expr.Expr
	if c.Over != nil {
		if len(c.AggOrder) > 0 {
			return nil, b.errorAt(c.Location, pgerr.FeatureNotSupported, "aggregate ORDER BY is not implemented for window functions")
		}
		w := &expr.WindowCall{Proc: p, Args: args, Filter: filter, Typ: types.Of(types.OID(p.Ret))}
		e, err = b.windowCall(b.res.At(w, c.Location).(*expr.WindowCall), c.Over, s, mark, c.Location)
	} else {
		a := &expr.Agg{Proc: p, Args: args, Filter: filter, Typ: types.Of(types.OID(p.Ret))}
		for _, n := range c.AggOrder {
			key, err := b.sortKey(n.GetSortBy(), s)
			if err != nil {
				return nil, err
			}
			a.Order = append(a.Order, key)
		}
		e, err = b.placeAggregate(b.res.At(a, c.Location).(*expr.Agg), s, mark, c.Location)
	}
	if err != nil {
		return nil, err
	}
	return b.jsonConverted(e, r)
}
