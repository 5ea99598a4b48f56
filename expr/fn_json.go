package expr

import (
	"bytes"
	"strconv"

	"howdah/pgerr"
	"howdah/types"
	"howdah/vector"
)

// jsonInput gives argument 0's text, checked as json's functions check it where it is json.
func jsonInput(c *Call, i int32) ([]byte, error) {
	v := c.Args[0].Bytes(i)
	if c.ArgTypes[0].OID == types.JSONOID {
		return v, types.CheckJSONEscapes(v)
	}
	return v, nil
}

// jsonMember finds an object's member, the last of that name. nil is none.
func jsonMember(text, key []byte) []byte {
	i := types.SkipJSONSpace(text, 0)
	if i >= len(text) || text[i] != '{' {
		return nil
	}
	var found []byte
	types.EachJSON(text, func(quoted, value []byte) bool {
		if isKey(quoted, key) {
			found = value
		}
		return true
	})
	return found
}

// jsonElement finds an array's element by its number from 0, from the end when negative.
func jsonElement(text []byte, n int64) []byte {
	i := types.SkipJSONSpace(text, 0)
	if i >= len(text) || text[i] != '[' {
		return nil
	}
	if n < 0 {
		n += int64(jsonCount(text))
		if n < 0 {
			return nil
		}
	}
	var found []byte
	types.EachJSON(text, func(_, value []byte) bool {
		if n == 0 {
			found = value
		}
		n--
		return n >= 0
	})
	return found
}

func jsonCount(text []byte) int {
	n := 0
	types.EachJSON(text, func(_, _ []byte) bool { n++; return true })
	return n
}

// jsonFind gives what a path leads to, nil where nothing is. Of several members of one name each is tried, and the last
// that leads on wins, as PostgreSQL's parser meets them.
func jsonFind(text []byte, path []types.Datum) []byte {
	i := types.SkipJSONSpace(text, 0)
	switch {
	case len(path) == 0:
		return text
	case i < len(text) && text[i] == '[':
		if n, ok := pathIndex(path[0].Bytes); ok {
			if v := jsonElement(text, n); v != nil {
				return jsonFind(v, path[1:])
			}
		}
	case i < len(text) && text[i] == '{':
		var found []byte
		types.EachJSON(text, func(quoted, value []byte) bool {
			if isKey(quoted, path[0].Bytes) {
				if v := jsonFind(value, path[1:]); v != nil {
					found = v
				}
			}
			return true
		})
		return found
	}
	return nil
}

// isKey compares a member's name as written with a key.
func isKey(quoted, key []byte) bool {
	if bytes.IndexByte(quoted, '\\') < 0 {
		return bytes.Equal(quoted[1:len(quoted)-1], key)
	}
	name, err := types.AppendUnescaped(nil, quoted)
	return err == nil && bytes.Equal(name, key)
}

// pathIndex reads a path's number as strtoint does: blanks before it, a sign, nothing after.
func pathIndex(step []byte) (int64, bool) {
	s := bytes.TrimLeft(step, " \t\n\v\f\r")
	n, err := strconv.ParseInt(string(s), 10, 32)
	return n, err == nil
}

// appendFound appends a found value: as it is, or as text (NULL for null).
func appendFound(dst, found []byte, asText bool) ([]byte, error) {
	if found == nil {
		return dst, errNull
	}
	if asText {
		if found[0] == '"' {
			return types.AppendUnescaped(dst, found)
		}
		if string(found) == "null" {
			return dst, errNull
		}
	}
	return append(dst, found...), nil
}

func jsonField(asText bool) Kernel {
	return appending(func(c *Call, dst []byte, i int32) ([]byte, error) {
		v, err := jsonInput(c, i)
		if err != nil {
			return nil, err
		}
		return appendFound(dst, jsonMember(v, c.Args[1].Bytes(i)), asText)
	})
}

func jsonIndex(asText bool) Kernel {
	return appending(func(c *Call, dst []byte, i int32) ([]byte, error) {
		v, err := jsonInput(c, i)
		if err != nil {
			return nil, err
		}
		n := c.Args[1].Ints[i]
		if (n == 0 || n == -1) && c.ArgTypes[0].OID == types.JSONBOID && v[0] != '[' && v[0] != '{' {
			return appendFound(dst, v, asText) // a jsonb scalar is kept as an array of one, and this shows
		}
		return appendFound(dst, jsonElement(v, n), asText)
	})
}

func jsonPath(asText bool) Kernel {
	return appending(func(c *Call, dst []byte, i int32) ([]byte, error) {
		v, err := jsonInput(c, i)
		if err != nil {
			return nil, err
		}
		path := c.Args[1].Arrays[i]
		for k := range path.Elems {
			if path.Elems[k].Null {
				return dst, errNull
			}
		}
		if len(path.Elems) == 0 { // the whole: blanks before a number, of json, stay
			v = bytes.TrimRight(v, " \t\n\r")
			if kind := jsonTypeName(v); kind == "object" || kind == "array" || asText && (kind == "string" || kind == "null") {
				v = v[types.SkipJSONSpace(v, 0):]
			}
		}
		return appendFound(dst, jsonFind(v, path.Elems), asText)
	})
}

func jsonTypeName(text []byte) string {
	switch c := text[types.SkipJSONSpace(text, 0)]; c {
	case '{':
		return "object"
	case '[':
		return "array"
	case '"':
		return "string"
	case 't', 'f':
		return "boolean"
	case 'n':
		return "null"
	}
	return "number"
}

func jsonTypeof(c *Call, dst []byte, i int32) ([]byte, error) {
	return append(dst, jsonTypeName(c.Args[0].Bytes(i))...), nil
}

func badJSONCall(format string, args ...any) error {
	return pgerr.New(pgerr.InvalidParameterValue, format, args...)
}

func jsonArrayLength(c *Call, i int32) (int64, error) {
	v := c.Args[0].Bytes(i)
	switch jsonTypeName(v) {
	case "array":
		return int64(jsonCount(v)), nil
	case "object":
		return 0, badJSONCall("cannot get array length of a non-array")
	}
	return 0, badJSONCall("cannot get array length of a scalar")
}

// jsonTrees is the state of functions over jsonb's trees: they are read into the same memory row after row.
type jsonTrees struct {
	types.JSONParser
	text  []byte              // scratch
	fixed map[int]*types.JSON // the constant arguments
}

// jsonbTree gives the tree of row i's argument; argument 0 is asked for first, and that forgets the row before. The trees
// of other arguments are never changed.
func jsonbTree(c *Call, arg int, i int32) (types.JSON, error) {
	t := ready[jsonTrees](c)
	if arg == 0 {
		t.Reset()
		t.text = t.text[:0]
	} else if arg < len(c.Const) && c.Const[arg] {
		return t.constant(c, arg, i)
	}
	return t.Parse(c.Args[arg].Bytes(i))
}

func (t *jsonTrees) constant(c *Call, arg int, i int32) (types.JSON, error) {
	if v := t.fixed[arg]; v != nil {
		return *v, nil
	}
	v, err := types.ParseJSON(c.Args[arg].Bytes(i))
	if err != nil {
		return v, err
	}
	if t.fixed == nil {
		t.fixed = map[int]*types.JSON{}
	}
	t.fixed[arg] = &v
	return v, nil
}

func jsonbOrdered(want wants) Kernel {
	return judging(func(c *Call, i int32) (bool, error) {
		return want[signOf(types.CompareJSONB(c.Args[0].Bytes(i), c.Args[1].Bytes(i)))+1], nil
	})
}

// jsonbContains is @>: the structure of b occurs in a.
func jsonbContains(a, b *types.JSON) bool {
	top := func(v *types.JSON) types.JSON { // a scalar is an array of one
		if v.Kind < types.JSONArray {
			return types.JSON{Kind: types.JSONArray, Elems: []types.JSON{*v}}
		}
		return *v
	}
	if b.Kind >= types.JSONArray && a.Kind < types.JSONArray {
		return false // an array or object is not in a scalar
	}
	x, y := top(a), top(b)
	return x.Kind == y.Kind && jsonbDeepContains(&x, &y)
}

func jsonbDeepContains(a, b *types.JSON) bool {
	if b.Kind == types.JSONObject {
		for k := range b.Elems {
			v := a.Get(b.Keys[k])
			if v == nil || v.Kind != b.Elems[k].Kind {
				return false
			}
			if v.Kind < types.JSONArray && types.CompareJSON(v, &b.Elems[k]) != 0 || v.Kind >= types.JSONArray && !jsonbDeepContains(v, &b.Elems[k]) {
				return false
			}
		}
		return true
	}
	for k := range b.Elems {
		want, found := &b.Elems[k], false
		for j := range a.Elems {
			if have := &a.Elems[j]; have.Kind == want.Kind {
				if want.Kind < types.JSONArray {
					found = types.CompareJSON(have, want) == 0
				} else {
					found = jsonbDeepContains(have, want)
				}
			}
			if found {
				break
			}
		}
		if !found {
			return false
		}
	}
	return true
}

func jsonbContainsKernel(swap bool) Kernel {
	return judging(func(c *Call, i int32) (bool, error) {
		a, err := jsonbTree(c, 0, i)
		if err != nil {
			return false, err
		}
		b, err := jsonbTree(c, 1, i)
		if swap {
			a, b = b, a
		}
		return jsonbContains(&a, &b), err
	})
}

// jsonbHas tells whether a string is a key of the object, an element of the array, or the scalar.
func jsonbHas(v, key []byte) bool {
	if v[0] != '{' && v[0] != '[' {
		return v[0] == '"' && isKey(v, key)
	}
	has := false
	types.EachJSON(v, func(quoted, value []byte) bool {
		if v[0] == '[' {
			quoted = value
		}
		has = quoted[0] == '"' && isKey(quoted, key)
		return !has
	})
	return has
}

func jsonbExistsMany(all bool) Kernel {
	return judging(func(c *Call, i int32) (bool, error) {
		v, keys := c.Args[0].Bytes(i), c.Args[1].Arrays[i]
		for k := range keys.Elems {
			if keys.Elems[k].Null {
				continue
			}
			if jsonbHas(v, keys.Elems[k].Bytes) != all {
				return !all, nil
			}
		}
		return all, nil
	})
}

// stripNulls drops members that are null, at every level.
func stripNulls(v *types.JSON) {
	if v.Kind == types.JSONObject {
		n := 0
		for k := range v.Elems {
			if v.Elems[k].Kind != types.JSONNull {
				v.Keys[n], v.Elems[n] = v.Keys[k], v.Elems[k]
				n++
			}
		}
		v.Keys, v.Elems = v.Keys[:n], v.Elems[:n]
	}
	for k := range v.Elems {
		stripNulls(&v.Elems[k])
	}
}

// appendPretty appends jsonb_pretty's form.
func appendPretty(dst []byte, v *types.JSON, depth int) []byte {
	if v.Kind < types.JSONArray {
		return v.Append(dst)
	}
	open, closing := byte('['), byte(']')
	if v.Kind == types.JSONObject {
		open, closing = '{', '}'
	}
	indent := func(n int) {
		dst = append(dst, '\n')
		for range 4 * n {
			dst = append(dst, ' ')
		}
	}
	dst = append(dst, open)
	for k := range v.Elems {
		if k > 0 {
			dst = append(dst, ',')
		}
		indent(depth + 1)
		if v.Kind == types.JSONObject {
			dst = append(types.AppendJSONString(dst, v.Keys[k]), ':', ' ')
		}
		dst = appendPretty(dst, &v.Elems[k], depth+1)
	}
	indent(depth)
	return append(dst, closing)
}

// jsonbChange makes a kernel of a function that changes argument 0's tree.
func jsonbChange(f func(c *Call, v *types.JSON, i int32) error) Kernel {
	return appending(func(c *Call, dst []byte, i int32) ([]byte, error) {
		v, err := jsonbTree(c, 0, i)
		if err == nil {
			err = f(c, &v, i)
		}
		if err != nil {
			return nil, err
		}
		return v.Append(dst), nil
	})
}

// jsonEach is the set of an object's members; names are of the function for errors.
func jsonEach(asText bool, name string) SetKernel {
	return func(c *Call, row int32, emit func([]types.Datum) bool) error {
		v, err := jsonInput(c, row)
		if err != nil {
			return err
		}
		binary := c.ArgTypes[0].OID == types.JSONBOID
		switch kind := jsonTypeName(v); {
		case kind == "object":
		case binary:
			return badJSONCall("cannot call %s on a non-object", name)
		case kind == "array":
			return badJSONCall("cannot deconstruct an array as an object")
		default:
			return badJSONCall("cannot deconstruct a scalar")
		}
		types.EachJSON(v, func(quoted, value []byte) bool {
			var key []byte
			if key, err = types.AppendUnescaped(nil, quoted); err != nil {
				return false
			}
			d := types.Datum{}
			if d.Bytes, err = appendFound(nil, value, asText); err == errNull {
				d, err = types.NullDatum, nil
			}
			return err == nil && emit([]types.Datum{{Bytes: key}, d})
		})
		return err
	}
}

func jsonElements(asText bool, name string) SetKernel {
	return func(c *Call, row int32, emit func([]types.Datum) bool) error {
		v, err := jsonInput(c, row)
		if err != nil {
			return err
		}
		binary := c.ArgTypes[0].OID == types.JSONBOID
		switch kind := jsonTypeName(v); {
		case kind == "array":
		case binary && kind == "object":
			return badJSONCall("cannot extract elements from an object")
		case binary:
			return badJSONCall("cannot extract elements from a scalar")
		case kind == "object":
			return badJSONCall("cannot call %s on a non-array", name)
		default:
			return badJSONCall("cannot call %s on a scalar", name)
		}
		types.EachJSON(v, func(_, value []byte) bool {
			d := types.Datum{}
			if d.Bytes, err = appendFound(nil, value, asText); err == errNull {
				d, err = types.NullDatum, nil
			}
			return err == nil && emit([]types.Datum{d})
		})
		return err
	}
}

func jsonKeys(name string) SetKernel {
	return func(c *Call, row int32, emit func([]types.Datum) bool) error {
		v, err := jsonInput(c, row)
		if err != nil {
			return err
		}
		switch jsonTypeName(v) {
		case "object":
		case "array":
			return badJSONCall("cannot call %s on an array", name)
		default:
			return badJSONCall("cannot call %s on a scalar", name)
		}
		types.EachJSON(v, func(quoted, _ []byte) bool {
			var key []byte
			key, err = types.AppendUnescaped(nil, quoted)
			return err == nil && emit([]types.Datum{{Bytes: key}})
		})
		return err
	}
}

// jsonbCast is a cast of a jsonb scalar: to boolean, or to a number by way of numeric's input.
func jsonbCast(t types.OID, want types.JSONKind, name string) Kernel {
	return func(c *Call, out *vector.Column, sel []int32) error {
		for _, i := range sel {
			v, err := jsonbTree(c, 0, i)
			if err != nil {
				return err
			}
			if v.Kind != want {
				kinds := []string{"null", "string", "numeric", "boolean", "array", "object"}
				return badJSONCall("cannot cast jsonb %s to type %s", kinds[v.Kind], name)
			}
			if want == types.JSONBool {
				out.Bools[i] = v.Bool
				continue
			}
			d, err := types.ParseText(types.Of(t), v.Text, c.Env.Style)
			if err != nil {
				return err
			}
			out.Set(i, d)
		}
		return nil
	}
}

// jsonbNumberCast casts a jsonb number to numeric and goes on from there.
func jsonbNumberCast(onward Kernel, name string) Kernel {
	return func(c *Call, out *vector.Column, sel []int32) error {
		number := vector.New(types.Of(types.NumericOID), len(c.Args[0].Nulls))
		if err := jsonbCast(types.NumericOID, types.JSONNumber, name)(c, number, sel); err != nil {
			return err
		}
		inner := *c
		inner.Args, inner.ArgTypes, inner.State = []*vector.Column{number}, []types.Type{number.Type}, nil
		return onward(&inner, out, sel)
	}
}

var jsonKernels = map[string]Kernel{
	"json_object_field": jsonField(false), "jsonb_object_field": jsonField(false),
	"json_object_field_text": jsonField(true), "jsonb_object_field_text": jsonField(true),
	"json_array_element": jsonIndex(false), "jsonb_array_element": jsonIndex(false),
	"json_array_element_text": jsonIndex(true), "jsonb_array_element_text": jsonIndex(true),
	"json_extract_path": jsonPath(false), "jsonb_extract_path": jsonPath(false),
	"json_extract_path_text": jsonPath(true), "jsonb_extract_path_text": jsonPath(true),
	"json_typeof": appending(jsonTypeof), "jsonb_typeof": appending(jsonTypeof),
	"json_array_length": counting(jsonArrayLength), "jsonb_array_length": counting(jsonArrayLength),
	"jsonb_eq": jsonbOrdered(wantEQ), "jsonb_ne": jsonbOrdered(wantNE), "jsonb_lt": jsonbOrdered(wantLT),
	"jsonb_le": jsonbOrdered(wantLE), "jsonb_gt": jsonbOrdered(wantGT), "jsonb_ge": jsonbOrdered(wantGE),
	"jsonb_contains": jsonbContainsKernel(false), "jsonb_contained": jsonbContainsKernel(true),
	"jsonb_exists": judging(func(c *Call, i int32) (bool, error) {
		return jsonbHas(c.Args[0].Bytes(i), c.Args[1].Bytes(i)), nil
	}),
	"jsonb_exists_any": jsonbExistsMany(false), "jsonb_exists_all": jsonbExistsMany(true),
	"jsonb_strip_nulls": jsonbChange(func(c *Call, v *types.JSON, i int32) error { stripNulls(v); return nil }),
	"jsonb_pretty": appending(func(c *Call, dst []byte, i int32) ([]byte, error) {
		v, err := jsonbTree(c, 0, i)
		if err != nil {
			return nil, err
		}
		return appendPretty(dst, &v, 0), nil
	}),
	"jsonb_bool":    jsonbCast(types.BoolOID, types.JSONBool, "boolean"),
	"jsonb_numeric": jsonbCast(types.NumericOID, types.JSONNumber, "numeric"),
	"jsonb_int2":    jsonbNumberCast(numericKernels["numeric_int2"], "smallint"),
	"jsonb_int4":    jsonbNumberCast(numericKernels["numeric_int4"], "integer"),
	"jsonb_int8":    jsonbNumberCast(numericKernels["numeric_int8"], "bigint"),
	"jsonb_float4":  jsonbNumberCast(numericKernels["numeric_float4"], "real"),
	"jsonb_float8":  jsonbNumberCast(numericKernels["numeric_float8"], "double precision"),
}

var jsonSetKernels = map[string]SetKernel{
	"json_each": jsonEach(false, "json_each"), "jsonb_each": jsonEach(false, "jsonb_each"),
	"json_each_text": jsonEach(true, "json_each_text"), "jsonb_each_text": jsonEach(true, "jsonb_each_text"),
	"json_array_elements": jsonElements(false, "json_array_elements"), "jsonb_array_elements": jsonElements(false, "jsonb_array_elements"),
	"json_array_elements_text":  jsonElements(true, "json_array_elements_text"),
	"jsonb_array_elements_text": jsonElements(true, "jsonb_array_elements_text"),
	"json_object_keys":          jsonKeys("json_object_keys"), "jsonb_object_keys": jsonKeys("jsonb_object_keys"),
}
