package expr

import (
	"strings"

	"howdah/pgerr"
	"howdah/types"
	"howdah/vector"
)

// JSONBehavior is what ON EMPTY and ON ERROR ask for.
type JSONBehavior byte

const (
	JSONOnNull JSONBehavior = iota
	JSONOnError
	JSONOnTrue
	JSONOnFalse
	JSONOnUnknown
	JSONOnEmptyArray
	JSONOnEmptyObject
	JSONOnDefault
)

var jsonBehaviorNames = [...]string{"NULL", "ERROR", "TRUE", "FALSE", "UNKNOWN", "EMPTY ARRAY", "EMPTY OBJECT", "DEFAULT"}

// JSONPick is how JSON_EXISTS, JSON_VALUE or JSON_QUERY makes a value of what its path finds. The call's arguments are
// the document, the path, the values of PASSING, and the values of ON EMPTY and ON ERROR where those have any.
type JSONPick struct {
	Type             types.Type // of RETURNING
	Names            string     // of PASSING, each behind a zero byte
	Column           string     // of JSON_TABLE: errors name it
	Wrapper          byte       // 0 none, c conditional, u unconditional
	Omit             bool       // OMIT QUOTES
	OnEmpty, OnError JSONBehavior
	Empty, Error     int  // the arguments that hold their values, 0 = NULL
	CoerceEmpty      bool // the value is jsonb, and becomes the type as the path's values do
	CoerceError      bool
	ReadEmpty        bool // the value is text that the type's input reads
	ReadError        bool
}

// softJSON tells whether an error of making a value is one that ON ERROR answers.
func softJSON(err error) bool {
	e := pgerr.From(err)
	switch class := string(e.Code)[:2]; class {
	case "22", "42":
		return true
	}
	return false
}

// pathVars are the values of PASSING.
type pathVars struct {
	names   []string
	items   []types.JSON
	moments []types.Moment // Type 0: the item is no time
	failed  []error        // what has no JSON form: an error where it is asked for
}

// split reads the names of PASSING.
func (v *pathVars) split(names string) {
	v.names = []string{}
	if names != "" {
		v.names = strings.Split(names[1:], "\x00")
	}
	v.items, v.moments, v.failed = make([]types.JSON, len(v.names)), make([]types.Moment, len(v.names)), make([]error, len(v.names))
}

// read takes the values from row i's arguments 2 and on.
func (v *pathVars) read(c *Call, trees *jsonTrees, i int32) error {
	for k := range v.names {
		var err error
		if v.items[k], v.moments[k], err = pathItemOf(c.ArgTypes[k+2], c.Args[k+2].Datum(i), trees); err != nil {
			return err
		}
		v.failed[k] = nil
		if v.items[k].Kind == noJSON {
			v.failed[k] = pgerr.New(pgerr.InvalidParameterValue, "could not convert value of type %s to jsonpath", TypeName(c.ArgTypes[k+2].OID))
		}
	}
	return nil
}

// noJSON marks a value that a path cannot hold.
const noJSON = types.JSONKind(255)

// pathItemOf is JsonItemFromDatum.
func pathItemOf(t types.Type, d types.Datum, trees *jsonTrees) (v types.JSON, m types.Moment, err error) {
	if d.Null {
		return v, m, nil
	}
	number := func(n types.Numeric, err error) (types.JSON, types.Moment, error) {
		return types.JSON{Kind: types.JSONNumber, Text: types.AppendNumeric(nil, &n)}, m, err
	}
	switch t.OID {
	case types.BoolOID:
		return types.JSON{Kind: types.JSONBool, Bool: d.Bool}, m, nil
	case types.Int2OID, types.Int4OID, types.Int8OID:
		return number(types.NumericFromInt(d.Int), nil)
	case types.Float4OID:
		return number(types.NumericFromFloat4(d.Float))
	case types.Float8OID:
		return number(types.NumericFromFloat8(d.Float))
	case types.NumericOID:
		return number(d.Num, nil)
	case types.TextOID, types.VarcharOID:
		return types.JSON{Kind: types.JSONString, Text: d.Bytes}, m, nil
	case types.DateOID, types.TimeOID, types.TimestampOID, types.TimestamptzOID:
		m = types.Moment{Type: t.OID, Value: d.Int}
	case types.TimetzOID:
		z := types.TimetzOf(d.Bytes)
		m = types.Moment{Type: t.OID, Value: z.Micros, East: int(-z.West)}
	case types.JSONOID, types.JSONBOID:
		v, err = trees.Parse(d.Bytes)
		return v, m, err
	default:
		return types.JSON{Kind: noJSON}, m, nil
	}
	return types.JSON{Kind: types.JSONString, Text: m.Append(nil)}, m, nil
}

// sqlJSONPick is what a call of JSON_VALUE and its like keeps.
type sqlJSONPick struct {
	paths pathState
	vars  pathVars
	run   pathRun
	doc   types.JSON
	found pathItems
	text  []byte
}

// picking is the kernel of JSON_EXISTS, JSON_VALUE and JSON_QUERY (ExecEvalJsonExprPath).
func (s SQLJSON) picking(c *Call, out *vector.Column, sel []int32) error {
	st := ready[sqlJSONPick](c)
	if st.vars.names == nil {
		st.vars.split(s.Pick.Names)
	}
	for _, i := range sel {
		if c.Args[0].Null(i) || c.Args[1].Null(i) {
			out.SetNull(i)
			continue
		}
		path, err := st.paths.parse(c.Args[1].Bytes(i))
		if err != nil {
			return err
		}
		st.paths.trees.Reset()
		if st.doc, err = st.paths.trees.Parse(c.Args[0].Bytes(i)); err != nil {
			return err
		}
		if err := st.vars.read(c, &st.paths.trees, i); err != nil {
			return err
		}
		d, err := st.pick(s.Kind, &s.Pick, path, &st.doc, c, i)
		if err != nil {
			return err
		}
		out.Set(i, d)
	}
	return nil
}

// start makes the run ready for a path over a value.
func (st *sqlJSONPick) start(path *types.JSONPath, v *types.JSON, throw bool, env *Env) *pathRun {
	steps := st.run.steps
	st.run = pathRun{cache: &st.paths, tz: true, passed: &st.vars, steps: steps}
	st.run.begin(path, v, throw, env)
	return &st.run
}

// pick gives the value that a path finds. The datum may refer to the kernel's memory.
func (st *sqlJSONPick) pick(kind SQLJSONKind, p *JSONPick, path *types.JSONPath, doc *types.JSON, c *Call, i int32) (types.Datum, error) {
	throw := p.OnError == JSONOnError
	x := st.start(path, doc, throw, c.Env)
	if kind == JSONExists {
		res, err := x.execute(path, nil)
		if err != nil {
			return types.NullDatum, err
		}
		if res == pathFailed {
			return st.onError(p, c, i)
		}
		return st.settle(p, c, i, throw)(existing(p, res == pathFound, c.Env.Style))
	}
	st.found = st.found[:0]
	res, err := x.execute(path, &st.found)
	if err != nil {
		return types.NullDatum, err
	}
	if res == pathFailed {
		return st.onError(p, c, i)
	}
	if len(st.found) == 0 {
		return st.onEmpty(p, c, i)
	}
	if kind == JSONQuery {
		return st.query(p, c, i, throw)
	}
	return st.scalar(p, c, i, throw)
}

// settle gives a value that was made, or what ON ERROR says where it could not be.
func (st *sqlJSONPick) settle(p *JSONPick, c *Call, i int32, throw bool) func(types.Datum, error) (types.Datum, error) {
	return func(d types.Datum, err error) (types.Datum, error) {
		if err == nil || throw || !softJSON(err) {
			return d, err
		}
		return st.onError(p, c, i)
	}
}

// existing makes JSON_EXISTS's answer a value of an EXISTS column's type.
func existing(p *JSONPick, yes bool, s *types.Style) (types.Datum, error) {
	switch {
	case p.Type.OID == types.BoolOID:
		return types.Datum{Bool: yes}, nil
	case p.Type.OID == types.Int4OID && yes:
		return types.Datum{Int: 1}, nil
	case p.Type.OID == types.Int4OID:
		return types.Datum{}, nil
	}
	v := types.JSON{Kind: types.JSONBool, Bool: yes}
	return populatedOf(p.Type, &v, false, nil, s)
}

// tooMany is the error of several items where one is due.
func (p *JSONPick) tooMany(code pgerr.Code, function, what string) *pgerr.Error {
	if p.Column != "" {
		return pgerr.New(code, `JSON path expression for column "%s" must return single %s`, p.Column, what)
	}
	return pgerr.New(code, "JSON path expression in %s must return single %s", function, what)
}

// query is JsonPathQuery.
func (st *sqlJSONPick) query(p *JSONPick, c *Call, i int32, throw bool) (types.Datum, error) {
	v := st.found[0]
	if many := len(st.found) > 1; p.Wrapper == 'u' || p.Wrapper == 'c' && many {
		all := make([]types.JSON, len(st.found))
		for k, f := range st.found {
			all[k] = *f
		}
		v = &types.JSON{Kind: types.JSONArray, Elems: all}
	} else if many {
		if !throw {
			return st.onError(p, c, i)
		}
		return types.NullDatum, p.tooMany(pgerr.MoreThanOneSQLJSONItem, "JSON_QUERY", "item when no wrapper is requested").
			WithHint("Use the WITH WRAPPER clause to wrap SQL/JSON items into an array.")
	}
	return st.settle(p, c, i, throw)(st.populate(p.Type, v, p.Omit, c.Env.Style))
}

// scalar is JsonPathValue.
func (st *sqlJSONPick) scalar(p *JSONPick, c *Call, i int32, throw bool) (types.Datum, error) {
	v := st.found[0]
	if len(st.found) > 1 || v.Kind >= types.JSONArray {
		if !throw {
			return st.onError(p, c, i)
		}
		code := pgerr.SQLJSONScalarRequired
		if len(st.found) > 1 {
			code = pgerr.MoreThanOneSQLJSONItem
		}
		return types.NullDatum, p.tooMany(code, "JSON_VALUE", "scalar item")
	}
	if v.Kind == types.JSONNull {
		return types.NullDatum, nil
	}
	if p.Type.OID == types.JSONOID || p.Type.OID == types.JSONBOID {
		st.text = v.Append(st.text[:0])
		return types.Datum{Bytes: st.text}, nil
	}
	text := v.Text
	if v.Kind == types.JSONBool {
		text = append(st.text[:0], 'f')
		if v.Bool {
			text[0] = 't'
		}
		st.text = text
	} else if m, ok := st.run.time(v); ok {
		st.text = types.AppendText(st.text[:0], types.Of(m.Type), momentDatum(m), c.Env.Style)
		text = st.text
	}
	if p.Type.OID == types.TextOID {
		return types.Datum{Bytes: text}, nil
	}
	return st.settle(p, c, i, throw)(types.ParseText(p.Type, text, c.Env.Style))
}

func momentDatum(m types.Moment) *types.Datum {
	if m.Type == types.TimetzOID {
		return &types.Datum{Bytes: types.AppendTimetzBytes(nil, momentTimetz(m))}
	}
	return &types.Datum{Int: m.Value}
}

func (st *sqlJSONPick) populate(t types.Type, v *types.JSON, omit bool, s *types.Style) (types.Datum, error) {
	st.text = v.Append(st.text[:0])
	return populatedOf(t, v, omit, st.text, s)
}

// populatedOf is json_populate_type: text is the value's, nil = not made yet.
func populatedOf(t types.Type, v *types.JSON, omit bool, text []byte, s *types.Style) (d types.Datum, err error) {
	if text == nil {
		text = v.Append(nil)
	}
	if t.OID == types.JSONBOID && !omit {
		return types.Datum{Bytes: text}, nil
	}
	if elem := types.ElemOf(t.OID); elem != types.InvalidOID && !omit {
		d.Array, err = types.ArrayOfJSON(types.Type{OID: elem, Typmod: t.Typmod}, text, s)
		return d, err
	}
	if omit && v.Kind == types.JSONString {
		text = v.Text
	}
	return types.ParseText(t, text, s)
}

func (st *sqlJSONPick) onEmpty(p *JSONPick, c *Call, i int32) (types.Datum, error) {
	if p.OnEmpty == JSONOnError {
		if p.Column != "" {
			return types.NullDatum, pgerr.New(pgerr.NoSQLJSONItem, `no SQL/JSON item found for specified path of column "%s"`, p.Column)
		}
		return types.NullDatum, pgerr.New(pgerr.NoSQLJSONItem, "no SQL/JSON item found for specified path")
	}
	return st.behave(p, "ON EMPTY", p.OnEmpty, p.Empty, p.CoerceEmpty, p.ReadEmpty, c, i)
}

func (st *sqlJSONPick) onError(p *JSONPick, c *Call, i int32) (types.Datum, error) {
	return st.behave(p, "ON ERROR", p.OnError, p.Error, p.CoerceError, p.ReadError, c, i)
}

// behave gives the value of ON EMPTY or ON ERROR.
func (st *sqlJSONPick) behave(p *JSONPick, clause string, b JSONBehavior, arg int, coerce, read bool, c *Call, i int32) (types.Datum, error) {
	if arg == 0 || c.Args[arg].Null(i) {
		return types.NullDatum, nil
	}
	d := c.Args[arg].Datum(i)
	var err error
	switch {
	case read:
		d, err = types.ParseText(p.Type, d.Bytes, c.Env.Style)
	case coerce:
		var v types.JSON
		if v, err = st.paths.trees.Parse(d.Bytes); err != nil {
			return d, err
		}
		d, err = st.populate(p.Type, &v, p.Omit, c.Env.Style)
	}
	if err != nil && p.OnError != JSONOnError && softJSON(err) {
		return d, pgerr.New(pgerr.DatatypeMismatch, "could not coerce %s expression (%s) to the RETURNING type", clause, jsonBehaviorNames[b]).
			WithDetail("%s", pgerr.From(err).Message)
	}
	return d, err
}

// options prints a construct's clauses behind RETURNING (get_json_expr_options).
func (p *JSONPick) options(kind SQLJSONKind, value func(arg int) string) string {
	out := ""
	usual := JSONOnNull
	switch kind {
	case JSONExists:
		usual = JSONOnFalse
	case JSONQuery:
		out = map[byte]string{0: " WITHOUT WRAPPER", 'c': " WITH CONDITIONAL WRAPPER", 'u': " WITH UNCONDITIONAL WRAPPER"}[p.Wrapper]
		if p.Omit {
			out += " OMIT QUOTES"
		} else {
			out += " KEEP QUOTES"
		}
	}
	behavior := func(b JSONBehavior, arg int, read bool, on string) {
		if b == usual {
			return
		}
		out += " " + jsonBehaviorNames[b]
		switch {
		case b != JSONOnDefault:
		case read:
			out += " (" + value(arg) + ")::" + FormatType(p.Type)
		default:
			out += " " + value(arg)
		}
		out += " ON " + on
	}
	if kind != JSONExists {
		behavior(p.OnEmpty, p.Empty, p.ReadEmpty, "EMPTY")
	}
	behavior(p.OnError, p.Error, p.ReadError, "ERROR")
	return out
}

// passing prints the values of PASSING, one by one.
func (p *JSONPick) passing(texts []string) []string {
	var out []string
	if p.Names != "" {
		for i, name := range strings.Split(p.Names[1:], "\x00") {
			out = append(out, texts[2+i]+" AS "+QuoteIdentifier(name))
		}
	}
	return out
}

func quotedPath(path string) string { return "'" + strings.ReplaceAll(path, "'", "''") + "'" }

// showPick prints JSON_EXISTS, JSON_VALUE or JSON_QUERY.
func (s SQLJSON) showPick(args []Expr, texts []string) string {
	path := texts[1]
	if c, ok := args[1].(*Const); ok && !c.Value.Null {
		path = quotedPath(string(c.Value.Bytes))
	}
	out := strings.ToUpper(sqlJSONNames[s.Kind]) + "(" + texts[0] + ", " + path
	if passed := s.Pick.passing(texts); passed != nil {
		out += " PASSING " + strings.Join(passed, ", ")
	}
	if s.Kind != JSONExists {
		out += " RETURNING " + s.Returning
	}
	return out + s.Pick.options(s.Kind, func(arg int) string { return texts[arg] }) + ")"
}
