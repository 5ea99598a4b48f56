package plan

import (
	"strings"

	pg "github.com/pganalyze/pg_query_go/v6"

	"howdah/expr"
	"howdah/internal/pgdata"
	"howdah/pgerr"
	"howdah/types"
)

// jsonPicks are the constructs that a path picks values for.
var jsonPicks = map[pg.JsonExprOp]struct {
	kind             expr.SQLJSONKind
	name             string
	usual            expr.JSONBehavior // ON ERROR
	only, onlyColumn string            // what ON EMPTY and ON ERROR may be, of the construct and of a column
}{
	pg.JsonExprOp_JSON_EXISTS_OP: {expr.JSONExists, "json_exists", expr.JSONOnFalse, "Only ERROR, TRUE, FALSE, or UNKNOWN is allowed in %s for ", "EXISTS columns."},
	pg.JsonExprOp_JSON_VALUE_OP:  {expr.JSONValue, "json_value", expr.JSONOnNull, "Only ERROR, NULL, or DEFAULT expression is allowed in %s for ", "scalar columns."},
	pg.JsonExprOp_JSON_QUERY_OP: {expr.JSONQuery, "json_query", expr.JSONOnNull,
		"Only ERROR, NULL, EMPTY ARRAY, EMPTY OBJECT, or DEFAULT expression is allowed in %s for ", "formatted columns."},
}

var jsonBehaviors = map[pg.JsonBehaviorType]expr.JSONBehavior{
	pg.JsonBehaviorType_JSON_BEHAVIOR_NULL: expr.JSONOnNull, pg.JsonBehaviorType_JSON_BEHAVIOR_ERROR: expr.JSONOnError,
	pg.JsonBehaviorType_JSON_BEHAVIOR_TRUE: expr.JSONOnTrue, pg.JsonBehaviorType_JSON_BEHAVIOR_FALSE: expr.JSONOnFalse,
	pg.JsonBehaviorType_JSON_BEHAVIOR_UNKNOWN: expr.JSONOnUnknown, pg.JsonBehaviorType_JSON_BEHAVIOR_EMPTY: expr.JSONOnEmptyArray,
	pg.JsonBehaviorType_JSON_BEHAVIOR_EMPTY_ARRAY: expr.JSONOnEmptyArray, pg.JsonBehaviorType_JSON_BEHAVIOR_EMPTY_OBJECT: expr.JSONOnEmptyObject,
	pg.JsonBehaviorType_JSON_BEHAVIOR_DEFAULT: expr.JSONOnDefault,
}

// jsonPick is transformJsonFuncExpr.
func (b *binder) jsonPick(x *pg.JsonFuncExpr, s *Scope) (expr.Expr, error) {
	if err := b.jsonPickClauses(x); err != nil {
		return nil, err
	}
	doc, err := b.jsonContext(x.ContextItem, x.Op, s)
	if err != nil {
		return nil, err
	}
	path, err := b.jsonPath(x.Pathspec, s)
	if err != nil {
		return nil, err
	}
	args := []expr.Expr{doc, path}
	k := expr.SQLJSON{Formats: string([]byte{formatMark(x.ContextItem.Format), '-'})}
	if k.Pick.Names, err = b.jsonPassing(x.Passing, s, &args, &k.Formats); err != nil {
		return nil, err
	}
	if k.Kind, err = b.jsonPicked(x, s, &k.Pick, &args); err != nil {
		return nil, err
	}
	k.Returning = expr.FormatType(k.Pick.Type)
	if x.Op == pg.JsonExprOp_JSON_QUERY_OP && k.Pick.Type.OID == types.JSONBOID && formatted(x.Output.GetReturning().GetFormat()) {
		k.Returning += " FORMAT JSON"
	}
	f := &expr.Func{Proc: expr.SQLJSONProc(k), Args: args, Typ: k.Pick.Type, Show: expr.AsCall}
	return b.res.At(f, x.Location), nil
}

// jsonPickClauses refuses clauses that do not fit the construct.
func (b *binder) jsonPickClauses(x *pg.JsonFuncExpr) error {
	what := jsonPicks[x.Op]
	if f := x.Output.GetReturning().GetFormat(); x.Op != pg.JsonExprOp_JSON_QUERY_OP && (formatted(f) || encoded(f)) {
		return b.errorAt(f.Location, pgerr.SyntaxError, "cannot specify FORMAT JSON in RETURNING clause of %s()", strings.ToUpper(what.name))
	}
	if x.Op == pg.JsonExprOp_JSON_QUERY_OP && x.Quotes == pg.JsonQuotes_JS_QUOTES_OMIT &&
		(x.Wrapper == pg.JsonWrapper_JSW_CONDITIONAL || x.Wrapper == pg.JsonWrapper_JSW_UNCONDITIONAL) {
		return b.errorAt(x.Location, pgerr.SyntaxError, "SQL/JSON QUOTES behavior must not be specified when WITH WRAPPER is used")
	}
	for i, h := range []*pg.JsonBehavior{x.OnEmpty, x.OnError} {
		if h == nil {
			continue
		}
		fits := h.Btype == pg.JsonBehaviorType_JSON_BEHAVIOR_ERROR
		switch v := jsonBehaviors[h.Btype]; x.Op {
		case pg.JsonExprOp_JSON_EXISTS_OP:
			fits = fits || v == expr.JSONOnTrue || v == expr.JSONOnFalse || v == expr.JSONOnUnknown
		case pg.JsonExprOp_JSON_VALUE_OP:
			fits = fits || v == expr.JSONOnNull || v == expr.JSONOnDefault
		default:
			fits = fits || v == expr.JSONOnNull || v >= expr.JSONOnEmptyArray
		}
		if fits {
			continue
		}
		clause := [...]string{"ON EMPTY", "ON ERROR"}[i]
		e, behind := b.errorAt(h.Location, pgerr.SyntaxError, "invalid %s behavior", clause), strings.ToUpper(what.name)+"()."
		if x.ColumnName != "" {
			e, behind = b.errorAt(h.Location, pgerr.SyntaxError, `invalid %s behavior for column "%s"`, clause, x.ColumnName), what.onlyColumn
		}
		return pgerr.From(e).Clone().WithDetail(what.only+"%s", clause, behind)
	}
	return nil
}

func (b *binder) jsonContext(v *pg.JsonValueExpr, op pg.JsonExprOp, s *Scope) (expr.Expr, error) {
	format := pg.JsonFormatType_JS_FORMAT_DEFAULT
	if op == pg.JsonExprOp_JSON_QUERY_OP || op == pg.JsonExprOp_JSON_TABLE_OP {
		format = pg.JsonFormatType_JS_FORMAT_JSONB
	}
	return b.jsonValue(v, s, format, types.JSONBOID)
}

func (b *binder) jsonPath(n *pg.Node, s *Scope) (expr.Expr, error) {
	e, err := b.expr(n, s)
	if err != nil {
		return nil, err
	}
	t, loc := e.Type().OID, b.res.Loc(e)
	if t != types.UnknownOID && !expr.CanCoerce(t, types.JSONPathOID, expr.Explicit) {
		return nil, b.errorAt(loc, pgerr.DatatypeMismatch, "JSON path expression must be of type %s, not of type %s", "jsonpath", expr.TypeName(t))
	}
	out, err := b.res.Coerce(e, types.Of(types.JSONPathOID), expr.Explicit, loc)
	if err == nil && out != e {
		unshown(out)
	}
	return out, err
}

// jsonPassing is transformJsonPassingArgs: it adds the values, and gives the names as expr.JSONPick has them.
func (b *binder) jsonPassing(ns []*pg.Node, s *Scope, args *[]expr.Expr, marks *string) (string, error) {
	names := ""
	for _, n := range ns {
		a := n.GetJsonArgument()
		e, err := b.jsonPassed(a.Val, s)
		if err != nil {
			return "", err
		}
		names += "\x00" + a.Name
		*args = append(*args, e)
		*marks += string(formatMark(a.Val.Format))
	}
	return names, nil
}

// jsonPassed is transformJsonValueExpr of an argument: what a path can hold stays as it is, the rest becomes jsonb.
func (b *binder) jsonPassed(v *pg.JsonValueExpr, s *Scope) (expr.Expr, error) {
	if formatted(v.Format) {
		return b.jsonValue(v, s, pg.JsonFormatType_JS_FORMAT_JSONB, 0)
	}
	e, err := b.expr(v.RawExpr, s)
	if err != nil {
		return nil, err
	}
	t, loc := e.Type().OID, b.res.Loc(e)
	switch t {
	case types.UnknownOID:
		return b.res.Coerce(e, types.Of(types.TextOID), expr.Implicit, -1)
	case types.BoolOID, types.NumericOID, types.Int2OID, types.Int4OID, types.Int8OID, types.Float4OID, types.Float8OID,
		types.DateOID, types.TimeOID, types.TimetzOID, types.TimestampOID, types.TimestamptzOID, types.JSONOID, types.JSONBOID:
		return e, nil
	}
	if isString(t) {
		return e, nil
	}
	if expr.CanCoerce(t, types.JSONBOID, expr.Explicit) {
		e, err = b.res.Coerce(e, types.Of(types.JSONBOID), expr.Explicit, loc)
	} else {
		e, err = b.res.Function(&expr.Invocation{Name: []string{"pg_catalog", "to_jsonb"}, Args: []expr.Expr{e}, Loc: loc})
	}
	if err == nil {
		unshown(e)
	}
	return e, err
}

// jsonPicked reads what follows PASSING into p; the values of ON EMPTY and ON ERROR become arguments.
func (b *binder) jsonPicked(x *pg.JsonFuncExpr, s *Scope, p *expr.JSONPick, args *[]expr.Expr) (expr.SQLJSONKind, error) {
	what := jsonPicks[x.Op]
	r, err := b.jsonOutput(x.Output, false)
	if err != nil {
		return 0, err
	}
	p.Column = x.ColumnName
	if p.Type = r.typ; !r.given {
		p.Type = types.Of(map[expr.SQLJSONKind]types.OID{expr.JSONExists: types.BoolOID, expr.JSONValue: types.TextOID, expr.JSONQuery: types.JSONBOID}[what.kind])
	}
	if types.KindOf(p.Type.OID) == types.KindRecord {
		return 0, b.errorAt(r.loc, pgerr.FeatureNotSupported, "returning composite types is not supported in SQL/JSON functions").
			WithHint("Return jsonb, and use jsonb_populate_record or jsonb_to_record.")
	}
	switch what.kind {
	case expr.JSONValue:
		p.Omit = true
	case expr.JSONQuery:
		p.Omit = x.Quotes == pg.JsonQuotes_JS_QUOTES_OMIT
		switch x.Wrapper {
		case pg.JsonWrapper_JSW_CONDITIONAL:
			p.Wrapper = 'c'
		case pg.JsonWrapper_JSW_UNCONDITIONAL:
			p.Wrapper = 'u'
		}
	}
	if what.kind != expr.JSONExists {
		if p.OnEmpty, p.Empty, p.CoerceEmpty, p.ReadEmpty, err = b.jsonBehavior(x.OnEmpty, what.usual, p.Type, s, args); err != nil {
			return 0, err
		}
	}
	p.OnError, p.Error, p.CoerceError, p.ReadError, err = b.jsonBehavior(x.OnError, what.usual, p.Type, s, args)
	return what.kind, err
}

// jsonBehavior is transformJsonBehavior: arg is the argument with its value, and coerce tells whether that is jsonb which
// becomes the type as the path's values do, read that it is text which the type's input reads when it is asked for.
func (b *binder) jsonBehavior(x *pg.JsonBehavior, usual expr.JSONBehavior, to types.Type, s *Scope, args *[]expr.Expr) (how expr.JSONBehavior, arg int, coerce, read bool, err error) {
	how = usual
	if x != nil {
		how = jsonBehaviors[x.Btype]
	}
	binary := func(text string) expr.Expr {
		return &expr.Const{Typ: types.Of(types.JSONBOID), Value: types.Datum{Bytes: []byte(text)}}
	}
	var e expr.Expr
	switch how {
	case expr.JSONOnNull, expr.JSONOnError, expr.JSONOnUnknown:
		return how, 0, false, false, nil
	case expr.JSONOnTrue, expr.JSONOnFalse:
		e = expr.BoolConst(how == expr.JSONOnTrue)
	case expr.JSONOnEmptyArray:
		e = binary("[]")
	case expr.JSONOnEmptyObject:
		e = binary("{}")
	case expr.JSONOnDefault:
		if e, err = b.jsonDefault(x, s); err == nil {
			err = b.jsonDefaultCollation(e, to)
		}
		if err != nil {
			return how, 0, false, false, err
		}
	}
	t := e.Type().OID
	if c, ok := e.(*expr.Const); ok && c.Value.Null {
		e = &expr.Const{Typ: to, Coll: collationOf(to.OID, types.NoCollation), Value: types.NullDatum}
	} else if t == types.JSONBOID && to.OID != t || t == types.BoolOID && to.OID != t && to.OID != types.Int4OID {
		coerce = true
		if t == types.BoolOID { // PostgreSQL takes any DEFAULT of this type for false
			e = binary(map[bool]string{true: "true", false: "false"}[how == expr.JSONOnTrue])
		}
	} else if t != to.OID {
		loc := b.res.Loc(e)
		context := expr.Explicit
		if p := pgdata.TypeByOID(uint32(to.OID)); p != nil && (p.Category == 'S' || p.Category == 'V') {
			context = expr.Assignment
		}
		if t != types.UnknownOID && !expr.CanCoerce(t, to.OID, context) {
			e := b.errorAt(loc, pgerr.CannotCoerce, "cannot cast behavior expression of type %s to %s", expr.TypeName(t), expr.TypeName(to.OID))
			if how == expr.JSONOnDefault {
				return how, 0, false, false, pgerr.From(e).Clone().WithHint("You will need to explicitly cast the expression to type %s.", expr.TypeName(to.OID))
			}
			return how, 0, false, false, e
		}
		out, err := b.res.Coerce(e, to, context, loc)
		if err != nil {
			return how, 0, false, false, err
		}
		if out != e {
			castShown(out, expr.AsCast)
		}
		if io, ok := out.(*expr.ViaIO); ok && io.Arg.Type().OID == types.TextOID && !expr.Immutable(io) {
			out, read = io.Arg, true
		}
		e = out
	}
	*args = append(*args, e)
	return how, len(*args) - 1, coerce, read, nil
}

// jsonDefault binds the expression of DEFAULT.
func (b *binder) jsonDefault(x *pg.JsonBehavior, s *Scope) (expr.Expr, error) {
	e, err := b.expr(x.Expr, s)
	if err != nil {
		return nil, err
	}
	refuse := func(text string) (expr.Expr, error) {
		return nil, b.errorAt(b.res.Loc(e), pgerr.DatatypeMismatch, "%s", text)
	}
	if !plainDefault(x.Expr, e) {
		return refuse("can only specify a constant, non-aggregate function, or operator expression for DEFAULT")
	}
	vars, set := false, false
	expr.Walk(e, func(e expr.Expr) bool {
		switch e := e.(type) {
		case *expr.Var:
			vars = vars || e.Level == 0
		case *expr.Func:
			set = set || e.Proc.RetSet
		}
		return true
	})
	switch {
	case vars:
		return refuse("DEFAULT expression must not contain column references")
	case set:
		return refuse("DEFAULT expression must not return a set")
	}
	return e, nil
}

// jsonDefaultCollation refuses a DEFAULT whose collation is not the type's.
func (b *binder) jsonDefaultCollation(e expr.Expr, to types.Type) error {
	want := collationOf(to.OID, types.NoCollation)
	_, said := e.(*expr.Collate)
	if want == types.NoCollation || !said && collationOf(e.Type().OID, types.NoCollation) == types.NoCollation {
		return nil
	}
	if err := b.res.AssignCollations(e); err != nil {
		return err
	}
	if have := e.Collation(); have != types.NoCollation && have != want {
		err := b.errorAt(b.res.Loc(e), pgerr.CollationMismatch, "collation of DEFAULT expression conflicts with RETURNING clause")
		return pgerr.From(err).Clone().WithDetail(`"%s" versus "%s"`, expr.CollationName(have), expr.CollationName(want))
	}
	return nil
}

// plainDefault is ValidJsonBehaviorDefaultExpr.
func plainDefault(n *pg.Node, e expr.Expr) bool {
	if n.GetSqlvalueFunction() != nil {
		return false
	}
	switch x := e.(type) {
	case *expr.Const:
		return true
	case *expr.Func:
		_, construct := expr.SQLJSONOf(x.Proc)
		return !construct
	case *expr.ViaIO:
		return plainDefault(nil, x.Arg)
	case *expr.Relabel:
		return plainDefault(nil, x.Arg)
	case *expr.ArrayCoerce:
		return plainDefault(nil, x.Arg)
	case *expr.Collate:
		return plainDefault(nil, x.Arg)
	}
	return false
}
