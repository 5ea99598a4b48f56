package expr

import (
	"runtime"
	"strings"
	"sync"
	"weak"

	"howdah/internal/pgdata"
	"howdah/pgerr"
	"howdah/types"
	"howdah/vector"
)

// SQLJSON is one construct of SQL/JSON with its clauses. PostgreSQL 15 has no functions for them, so that each is a
// function of its own that no name finds; equal constructs are the same function.
type SQLJSON struct {
	Kind      SQLJSONKind
	Binary    bool       // the value is built as jsonb
	Absent    bool       // ABSENT ON NULL
	Unique    bool       // WITH UNIQUE KEYS
	Item      byte       // of IS JSON: 0 any value, o object, a array, s scalar
	Formats   string     // per argument: 'j' where FORMAT JSON was written, 'u' with ENCODING UTF8, else '-'
	Returning string     // as it is printed, with the type's length; empty = none
	Pick      JSONPick   // of JSON_EXISTS, JSON_VALUE and JSON_QUERY
	Table     *JSONTable // of JSON_TABLE
}

// SQLJSONKind tells the constructs apart.
type SQLJSONKind uint8

const (
	JSONObjectOf SQLJSONKind = iota + 1 // JSON_OBJECT(key: value, …)
	JSONArrayOf
	JSONParse // JSON()
	JSONScalar
	JSONSerialize
	JSONIs
	JSONObjectAgg
	JSONArrayAgg
	JSONExists
	JSONValue
	JSONQuery
	JSONTableOf
)

var sqlJSONNames = [...]string{"", "json_object", "json_array", "json", "json_scalar", "json_serialize", "is_json", "json_objectagg", "json_arrayagg",
	"json_exists", "json_value", "json_query", "json_table"}

// sqlJSONProcs holds a weak.Pointer[pgdata.Proc] per SQLJSON, sqlJSONSpecs the other way round: a function lives as long
// as an expression has it.
var sqlJSONProcs, sqlJSONSpecs sync.Map

// SQLJSONProc gives the function of a construct.
func SQLJSONProc(s SQLJSON) *pgdata.Proc {
	p := s.proc()
	w := weak.Make(p)
	for {
		have, found := sqlJSONProcs.LoadOrStore(s, w)
		if !found {
			sqlJSONSpecs.Store(w, s)
			runtime.AddCleanup(p, func(w weak.Pointer[pgdata.Proc]) {
				sqlJSONProcs.CompareAndDelete(s, w)
				sqlJSONSpecs.Delete(w)
			}, w)
			return p
		}
		if live := have.(weak.Pointer[pgdata.Proc]).Value(); live != nil {
			return live
		}
		sqlJSONProcs.CompareAndDelete(s, have)
	}
}

func (s SQLJSON) proc() *pgdata.Proc {
	ret := types.JSONOID
	switch {
	case s.Kind == JSONIs:
		ret = types.BoolOID
	case s.Kind == JSONTableOf:
		ret = types.RecordOID
	case s.Kind >= JSONExists:
		ret = s.Pick.Type.OID
	case s.Binary:
		ret = types.JSONBOID
	}
	p := &pgdata.Proc{
		Namespace: pgdata.PgCatalog, Name: sqlJSONNames[s.Kind], Lang: 12, Cost: 1, Kind: 'f', Volatile: 's', Parallel: 's',
		Ret: uint32(ret), Src: "sql/json " + sqlJSONNames[s.Kind], Defaults: pgdata.Null, SQLBody: pgdata.Null,
	}
	switch s.Kind {
	case JSONObjectAgg, JSONArrayAgg:
		p.Kind = 'a'
	case JSONParse, JSONScalar, JSONSerialize, JSONIs:
		p.Strict = true
	case JSONTableOf:
		p.RetSet, p.Rows = true, 100
	}
	return p
}

// SQLJSONOf gives the construct that a function stands for.
func SQLJSONOf(p *pgdata.Proc) (SQLJSON, bool) {
	if p.OID != 0 {
		return SQLJSON{}, false
	}
	s, ok := sqlJSONSpecs.Load(weak.Make(p))
	if !ok {
		return SQLJSON{}, false
	}
	return s.(SQLJSON), true
}

// Show prints the construct as PostgreSQL 17's ruleutils.c does: texts are its arguments, printed, and order is an
// aggregate's ORDER BY.
func (s SQLJSON) Show(args []Expr, texts []string, order string) string {
	for i := range texts {
		if _, constant := args[i].(*Const); i < len(s.Formats) && s.Formats[i] != '-' && !constant {
			texts[i] += " FORMAT JSON"
			if s.Formats[i] == 'u' {
				texts[i] += " ENCODING UTF8"
			}
		}
	}
	switch s.Kind {
	case JSONExists, JSONValue, JSONQuery:
		return s.showPick(args, texts)
	case JSONTableOf:
		return s.Table.Show(args, texts, -1)
	}
	if s.Kind == JSONIs {
		out := "(" + texts[0] + " IS JSON" + map[byte]string{'o': " OBJECT", 'a': " ARRAY", 's': " SCALAR"}[s.Item]
		if s.Unique {
			out += " WITH UNIQUE KEYS"
		}
		return out + ")"
	}
	var b strings.Builder
	b.WriteString(strings.ToUpper(sqlJSONNames[s.Kind]) + "(")
	object := s.Kind == JSONObjectOf || s.Kind == JSONObjectAgg
	for i, a := range texts {
		switch {
		case i == 0:
		case object && i%2 == 1:
			b.WriteString(" : ")
		default:
			b.WriteString(", ")
		}
		b.WriteString(a)
	}
	if order != "" {
		b.WriteString(" ORDER BY " + order)
	}
	switch {
	case object && s.Absent:
		b.WriteString(" ABSENT ON NULL")
	case (s.Kind == JSONArrayOf || s.Kind == JSONArrayAgg) && !s.Absent:
		b.WriteString(" NULL ON NULL")
	}
	if s.Unique {
		b.WriteString(" WITH UNIQUE KEYS")
	}
	if s.Returning != "" {
		b.WriteString(" RETURNING " + s.Returning)
	}
	return b.String() + ")"
}

// sqlJSONKernel gives the kernel of a construct's function.
func sqlJSONKernel(p *pgdata.Proc) (Kernel, bool) {
	s, ok := SQLJSONOf(p)
	if !ok {
		return nil, false
	}
	switch s.Kind {
	case JSONObjectOf:
		return s.build(s.object), true
	case JSONArrayOf:
		return s.build(s.array), true
	case JSONParse:
		return appending(s.parse), true
	case JSONScalar:
		return appending(toJSON), true
	case JSONSerialize:
		return appending(func(c *Call, dst []byte, i int32) ([]byte, error) { return append(dst, c.Args[0].Bytes(i)...), nil }), true
	case JSONIs:
		return s.is, true
	case JSONExists, JSONValue, JSONQuery:
		return s.picking, true
	}
	return nil, false
}

// sqlJSONState is what a constructor keeps: the text to be made jsonb, and the keys of the row's object.
type sqlJSONState struct {
	text []byte
	keys keySet
}

func (s SQLJSON) build(f func(c *Call, st *sqlJSONState, dst []byte, i int32) ([]byte, error)) Kernel {
	return appending(func(c *Call, dst []byte, i int32) ([]byte, error) {
		st := ready[sqlJSONState](c)
		if !s.Binary {
			return f(c, st, dst, i)
		}
		text, err := f(c, st, st.text[:0], i)
		if err != nil {
			return nil, err
		}
		st.text = text
		return types.AppendJSONB(dst, text)
	})
}

// keySet are the keys seen of one object: few are compared one by one.
type keySet struct {
	text []byte // of the first few, one behind the other
	ends []int
	more map[string]struct{}
}

func (k *keySet) reset() { k.text, k.ends, k.more = k.text[:0], k.ends[:0], nil }

// add tells whether the key is new.
func (k *keySet) add(key []byte) bool {
	const few = 16
	if k.more == nil {
		from := 0
		for _, end := range k.ends {
			if string(k.text[from:end]) == string(key) {
				return false
			}
			from = end
		}
		if len(k.ends) < few {
			k.text = append(k.text, key...)
			k.ends = append(k.ends, len(k.text))
			return true
		}
		k.more = make(map[string]struct{}, 4*few)
		from = 0
		for _, end := range k.ends {
			k.more[string(k.text[from:end])] = struct{}{}
			from = end
		}
	}
	if _, have := k.more[string(key)]; have {
		return false
	}
	k.more[string(key)] = struct{}{}
	return true
}

// duplicate is the error of a double key: only json's names it.
func (s SQLJSON) duplicate(quoted []byte) error {
	if s.Binary {
		quoted = nil
	}
	return types.DuplicateJSONKey(quoted)
}

// omits tells whether a member of the value is left out: in jsonb a JSON null goes as SQL's NULL does.
func (s SQLJSON) omits(d *types.Datum, t types.OID) bool {
	if !s.Absent {
		return false
	}
	return d.Null || s.Binary && (t == types.JSONOID || t == types.JSONBOID) && string(trimJSON(d.Bytes)) == "null"
}

func trimJSON(text []byte) []byte {
	i := types.SkipJSONSpace(text, 0)
	return text[i:types.JSONValueEnd(text, i)]
}

// object is json_build_object_worker and its jsonb sister.
func (s SQLJSON) object(c *Call, st *sqlJSONState, dst []byte, i int32) ([]byte, error) {
	dst = append(dst, '{')
	first := true
	st.keys.reset()
	for a := 0; a < len(c.Args); a += 2 {
		d := c.Args[a+1].Datum(i)
		omit := s.omits(&d, c.ArgTypes[a+1].OID)
		k := c.Args[a].Datum(i)
		if k.Null && s.Binary {
			return nil, pgerr.New(pgerr.InvalidParameterValue, "argument %d: key must not be null", a+1)
		}
		if d.Null && omit && !s.Unique {
			continue
		}
		if k.Null {
			return nil, pgerr.New(pgerr.NullValueNotAllowed, "null value not allowed for object key")
		}
		start := len(dst)
		if !first {
			dst = append(dst, ", "...)
		}
		at := len(dst)
		var err error
		if dst, err = appendJSON(dst, c.ArgTypes[a].OID, &k, true, c.Env.Style); err != nil {
			return nil, err
		}
		if s.Unique && !st.keys.add(dst[at:]) {
			return nil, s.duplicate(dst[at:])
		}
		if omit {
			dst = dst[:start]
			continue
		}
		first = false
		dst = append(dst, " : "...)
		if dst, err = appendJSON(dst, c.ArgTypes[a+1].OID, &d, false, c.Env.Style); err != nil {
			return nil, err
		}
	}
	return append(dst, '}'), nil
}

func (s SQLJSON) array(c *Call, _ *sqlJSONState, dst []byte, i int32) ([]byte, error) {
	dst = append(dst, '[')
	first := true
	for a := range c.Args {
		d := c.Args[a].Datum(i)
		if d.Null && s.Absent {
			continue
		}
		if !first {
			dst = append(dst, ", "...)
		}
		first = false
		var err error
		if dst, err = appendJSON(dst, c.ArgTypes[a].OID, &d, false, c.Env.Style); err != nil {
			return nil, err
		}
	}
	return append(dst, ']'), nil
}

// parse is JSON(): what was to be cast is json already.
func (s SQLJSON) parse(c *Call, dst []byte, i int32) ([]byte, error) {
	text := c.Args[0].Bytes(i)
	if s.Unique {
		unique, err := types.UniqueJSONKeys(text)
		if err != nil {
			return nil, err
		}
		if !unique {
			return nil, types.DuplicateJSONKey(nil)
		}
	}
	return append(dst, text...), nil
}

// is is IS JSON: the first byte tells the kind, and only text must be read to its end, or what must have unique keys.
func (s SQLJSON) is(c *Call, out *vector.Column, sel []int32) error {
	t := c.ArgTypes[0].OID
	for _, i := range sel {
		text := c.Args[0].Bytes(i)
		out.Bools[i] = s.kindFits(text) && (t == types.JSONBOID || t == types.JSONOID && !s.Unique || s.valid(text))
	}
	return nil
}

func (s SQLJSON) kindFits(text []byte) bool {
	at := types.SkipJSONSpace(text, 0)
	if at >= len(text) {
		return false
	}
	switch first := text[at]; s.Item {
	case 'o':
		return first == '{'
	case 'a':
		return first == '['
	case 's':
		return first != '{' && first != '['
	}
	return true
}

func (s SQLJSON) valid(text []byte) bool {
	if s.Unique {
		unique, err := types.UniqueJSONKeys(text)
		return unique && err == nil
	}
	return types.CheckJSON(text) == nil
}
