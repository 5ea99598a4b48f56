package expr

import (
	"bytes"
	"strconv"

	"howdah/pgerr"
	"howdah/types"
)

// appendJSON appends a value as to_json gives it; key makes a scalar a member's name.
func appendJSON(dst []byte, t types.OID, d *types.Datum, key bool, s *types.Style) ([]byte, error) {
	if d.Null {
		return append(dst, "null"...), nil
	}
	at := len(dst)
	switch t {
	case types.TextOID, types.VarcharOID:
		return types.AppendJSONString(dst, d.Bytes), nil
	case types.BoolOID:
		dst = strconv.AppendBool(dst, d.Bool)
		if !key {
			return dst, nil
		}
	case types.Int2OID, types.Int4OID, types.Int8OID, types.Float4OID, types.Float8OID, types.NumericOID:
		dst = types.AppendText(dst, types.Of(t), d, s)
		if last := dst[len(dst)-1]; !key && last >= '0' && last <= '9' { // NaN and Infinity are strings
			return dst, nil
		}
	case types.DateOID, types.TimestampOID, types.TimestamptzOID:
		dst = append(dst, xsdTime(t, d, s)...)
	case types.JSONOID, types.JSONBOID:
		if key {
			return nil, keyNotScalar()
		}
		return append(dst, d.Bytes...), nil
	default:
		switch types.KindOf(t) {
		case types.KindArray:
			if key {
				return nil, keyNotScalar()
			}
			if t != types.Int2VectorOID && t != types.OidVectorOID {
				return appendJSONArray(dst, d.Array, s, false)
			}
			return appendJSONArray(dst, d.Array, s, false)
		case types.KindRecord:
			if key {
				return nil, keyNotScalar()
			}
			return appendJSONRecord(dst, d.Record, s, false)
		}
		dst = types.AppendText(dst, types.Of(t), d, s)
	}
	return quoteTail(dst, at), nil
}

// quoteTail makes a JSON string of what stands behind at.
func quoteTail(dst []byte, at int) []byte {
	for _, c := range dst[at:] {
		if c < 32 || c == '"' || c == '\\' {
			return types.AppendJSONString(dst[:at], bytes.Clone(dst[at:]))
		}
	}
	dst = append(dst, '"', '"')
	copy(dst[at+1:len(dst)-1], dst[at:])
	dst[at] = '"'
	return dst
}

func keyNotScalar() error {
	return pgerr.New(pgerr.InvalidParameterValue, "key value must be scalar, not array, composite, or json")
}

// xsdTime is a date's or timestamp's ISO 8601 form, whatever DateStyle says (JsonEncodeDateTime).
func xsdTime(t types.OID, d *types.Datum, s *types.Style) []byte {
	iso := *s
	iso.DateStyle = types.ISO
	text := types.AppendText(nil, types.Of(t), d, &iso)
	at := bytes.IndexByte(text, ' ')
	if t == types.DateOID || at < 0 {
		return text
	}
	text[at] = 'T'
	if t == types.TimestampOID {
		return text
	}
	body, era := text, []byte(nil)
	if bytes.HasSuffix(text, []byte(" BC")) {
		body, era = text[:len(text)-3], []byte(" BC")
	}
	if zone := bytes.LastIndexAny(body, "+-"); zone > at && bytes.IndexByte(body[zone:], ':') < 0 {
		body = append(body[:len(body):len(body)], ":00"...)
	}
	return append(body[:len(body):len(body)], era...)
}

// appendJSONArray appends an array, one line per element of the outermost dimension where pretty.
func appendJSONArray(dst []byte, a *types.Array, s *types.Style, pretty bool) ([]byte, error) {
	next := 0
	var level func(dim int) error
	level = func(dim int) error {
		dst = append(dst, '[')
		for i := range a.Dims[dim].Len {
			if i > 0 {
				dst = append(dst, ',')
				if pretty && dim == 0 {
					dst = append(dst, "\n "...)
				}
			}
			if dim+1 < len(a.Dims) {
				if err := level(dim + 1); err != nil {
					return err
				}
				continue
			}
			var err error
			if dst, err = appendJSON(dst, a.Elem, &a.Elems[next], false, s); err != nil {
				return err
			}
			next++
		}
		dst = append(dst, ']')
		return nil
	}
	if len(a.Elems) == 0 {
		return append(dst, '[', ']'), nil
	}
	err := level(0)
	return dst, err
}

func appendJSONRecord(dst []byte, r *types.Record, s *types.Style, pretty bool) ([]byte, error) {
	dst = append(dst, '{')
	for i := range r.Fields {
		if i > 0 {
			dst = append(dst, ',')
			if pretty {
				dst = append(dst, "\n "...)
			}
		}
		at := len(dst)
		dst = append(quoteTail(appendFieldName(dst, r, i), at), ':')
		var err error
		if dst, err = appendJSON(dst, r.Types[i].OID, &r.Fields[i], false, s); err != nil {
			return nil, err
		}
	}
	return append(dst, '}'), nil
}

// appendFieldName appends a record's i-th name, f1, f2, … in an anonymous one.
func appendFieldName(dst []byte, r *types.Record, i int) []byte {
	if i < len(r.Names) && r.Names[i] != "" {
		return append(dst, r.Names[i]...)
	}
	return types.AppendInt(append(dst, 'f'), int64(i)+1)
}

// of makes a jsonb tree of any value, or of a member's name.
func (t *jsonTrees) of(oid types.OID, d *types.Datum, key bool, s *types.Style) (types.JSON, error) {
	at := len(t.text)
	text, err := appendJSON(t.text, oid, d, key, s)
	if err != nil {
		return types.JSON{}, err
	}
	t.text = text
	return t.Parse(text[at:])
}

func toJSON(c *Call, dst []byte, i int32) ([]byte, error) {
	d := c.Args[0].Datum(i)
	return appendJSON(dst, c.ArgTypes[0].OID, &d, false, c.Env.Style)
}

// pretty tells whether the second argument asks for line feeds.
func pretty(c *Call, i int32) bool { return len(c.Args) > 1 && c.Args[1].Bools[i] }

// buildArray is json_build_array.
func buildArray(c *Call, dst []byte, i int32) ([]byte, error) {
	dst = append(dst, '[')
	for a := range c.Args {
		if a > 0 {
			dst = append(dst, ", "...)
		}
		d := c.Args[a].Datum(i)
		var err error
		if dst, err = appendJSON(dst, c.ArgTypes[a].OID, &d, false, c.Env.Style); err != nil {
			return nil, err
		}
	}
	return append(dst, ']'), nil
}

func oddArguments(function string) error {
	return pgerr.New(pgerr.InvalidParameterValue, "argument list must have even number of elements").
		WithHint("The arguments of %s() must consist of alternating keys and values.", function)
}

// buildObject is json_build_object.
func buildObject(c *Call, dst []byte, i int32) ([]byte, error) {
	if len(c.Args)%2 != 0 {
		return nil, oddArguments("json_build_object")
	}
	dst = append(dst, '{')
	for a := 0; a < len(c.Args); a += 2 {
		if a > 0 {
			dst = append(dst, ", "...)
		}
		k, v := c.Args[a].Datum(i), c.Args[a+1].Datum(i)
		if k.Null {
			return nil, pgerr.New(pgerr.InvalidParameterValue, "argument %d cannot be null", a+1).
				WithHint("Object keys should be text.")
		}
		var err error
		if dst, err = appendJSON(dst, c.ArgTypes[a].OID, &k, true, c.Env.Style); err != nil {
			return nil, err
		}
		dst = append(dst, " : "...)
		if dst, err = appendJSON(dst, c.ArgTypes[a+1].OID, &v, false, c.Env.Style); err != nil {
			return nil, err
		}
	}
	return append(dst, '}'), nil
}

// canonical makes a jsonb function of one that appends JSON text.
func canonical(f func(c *Call, dst []byte, i int32) ([]byte, error)) Kernel {
	return appending(func(c *Call, dst []byte, i int32) ([]byte, error) {
		t := ready[jsonTrees](c)
		text, err := f(c, t.text[:0], i)
		if err != nil {
			return dst, err
		}
		t.text = text
		return types.AppendJSONB(dst, text)
	})
}

func buildObjectB(c *Call, dst []byte, i int32) ([]byte, error) {
	if len(c.Args)%2 != 0 {
		return nil, oddArguments("jsonb_build_object")
	}
	t := ready[jsonTrees](c)
	t.Reset()
	t.text = t.text[:0]
	v := types.JSON{Kind: types.JSONObject}
	t.Grow(&v, len(c.Args)/2)
	for a := 0; a < len(c.Args); a += 2 {
		k, d := c.Args[a].Datum(i), c.Args[a+1].Datum(i)
		if k.Null {
			return nil, pgerr.New(pgerr.InvalidParameterValue, "argument %d: key must not be null", a+1)
		}
		key, err := t.of(c.ArgTypes[a].OID, &k, true, c.Env.Style)
		if err != nil {
			return nil, err
		}
		value, err := t.of(c.ArgTypes[a+1].OID, &d, false, c.Env.Style)
		if err != nil {
			return nil, err
		}
		v.Keys, v.Elems = append(v.Keys, key.Text), append(v.Elems, value)
	}
	v.SortKeys()
	return v.Append(dst), nil
}

var jsonBuildKernels = map[string]Kernel{
	"to_json": appending(toJSON), "to_jsonb": canonical(toJSON),
	"json_build_array": appending(buildArray), "json_build_array_noargs": appending(buildArray),
	"json_build_object": appending(buildObject), "json_build_object_noargs": appending(buildObject),
	"jsonb_build_array": canonical(buildArray), "jsonb_build_array_noargs": canonical(buildArray),
	"jsonb_build_object": appending(buildObjectB), "jsonb_build_object_noargs": appending(buildObjectB),
	"array_to_json": appending(func(c *Call, dst []byte, i int32) ([]byte, error) {
		return appendJSONArray(dst, c.Args[0].Arrays[i], c.Env.Style, false)
	}),
	"array_to_json_pretty": appending(func(c *Call, dst []byte, i int32) ([]byte, error) {
		return appendJSONArray(dst, c.Args[0].Arrays[i], c.Env.Style, pretty(c, i))
	}),
	"row_to_json": appending(func(c *Call, dst []byte, i int32) ([]byte, error) {
		return appendJSONRecord(dst, c.Args[0].Records[i], c.Env.Style, false)
	}),
	"row_to_json_pretty": appending(func(c *Call, dst []byte, i int32) ([]byte, error) {
		return appendJSONRecord(dst, c.Args[0].Records[i], c.Env.Style, pretty(c, i))
	}),
}
