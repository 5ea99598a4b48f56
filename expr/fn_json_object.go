package expr

import (
	"bytes"

	"howdah/pgerr"
	"howdah/types"
)

// appendStripped appends json text without members that are null, and without white space (json_strip_nulls).
func appendStripped(dst, text []byte) ([]byte, error) {
	i := types.SkipJSONSpace(text, 0)
	end := types.JSONValueEnd(text, i)
	switch text[i] {
	case '"':
		return appendRequoted(dst, text[i:end])
	case '{', '[':
	default:
		return append(dst, text[i:end]...), nil
	}
	dst = append(dst, text[i])
	first := true
	var err error
	types.EachJSON(text[i:end], func(quoted, value []byte) bool {
		if quoted != nil && string(value) == "null" {
			return true
		}
		if !first {
			dst = append(dst, ',')
		}
		first = false
		if quoted != nil {
			if dst, err = appendRequoted(dst, quoted); err != nil {
				return false
			}
			dst = append(dst, ':')
		}
		dst, err = appendStripped(dst, value)
		return err == nil
	})
	return append(dst, text[end-1]), err
}

// appendRequoted appends a JSON string with only the escapes that it needs.
func appendRequoted(dst, quoted []byte) ([]byte, error) {
	if bytes.IndexByte(quoted, '\\') < 0 {
		return append(dst, quoted...), nil
	}
	v, err := types.AppendUnescaped(nil, quoted)
	return types.AppendJSONString(dst, v), err
}

func wrongSubscripts() error {
	return pgerr.New(pgerr.ArraySubscriptError, "wrong number of array subscripts")
}

// objectPairs gives the keys and values of json_object's one or two arrays: those of two lie step by step in one.
func objectPairs(c *Call, i int32) (keys, values []types.Datum, step int, err error) {
	a := c.Args[0].Arrays[i]
	if len(c.Args) > 1 {
		b := c.Args[1].Arrays[i]
		switch {
		case len(a.Dims) > 1 || len(a.Dims) != len(b.Dims):
			return nil, nil, 0, wrongSubscripts()
		case len(a.Elems) != len(b.Elems):
			return nil, nil, 0, pgerr.New(pgerr.ArraySubscriptError, "mismatched array dimensions")
		}
		keys, values, step = a.Elems, b.Elems, 1
	} else {
		switch {
		case len(a.Dims) == 1 && len(a.Elems)%2 != 0:
			return nil, nil, 0, pgerr.New(pgerr.ArraySubscriptError, "array must have even number of elements")
		case len(a.Dims) == 2 && a.Dims[1].Len != 2:
			return nil, nil, 0, pgerr.New(pgerr.ArraySubscriptError, "array must have two columns")
		case len(a.Dims) > 2:
			return nil, nil, 0, wrongSubscripts()
		}
		if len(a.Elems) > 0 {
			keys, values, step = a.Elems, a.Elems[1:], 2
		}
	}
	for k := 0; k < len(keys); k += step {
		if keys[k].Null {
			return nil, nil, 0, pgerr.New(pgerr.NullValueNotAllowed, "null value not allowed for object key")
		}
	}
	return keys, values, step, nil
}

func jsonObject(c *Call, dst []byte, i int32) ([]byte, error) {
	keys, values, step, err := objectPairs(c, i)
	if err != nil {
		return nil, err
	}
	dst = append(dst, '{')
	for k := 0; k < len(keys); k += step {
		if k > 0 {
			dst = append(dst, ", "...)
		}
		dst = append(types.AppendJSONString(dst, keys[k].Bytes), " : "...)
		if values[k].Null {
			dst = append(dst, "null"...)
		} else {
			dst = types.AppendJSONString(dst, values[k].Bytes)
		}
	}
	return append(dst, '}'), nil
}

// jsonbSetLax is jsonb_set with a choice of what an SQL NULL does.
func jsonbSetLax(c *Call, dst []byte, i int32) ([]byte, error) {
	if c.Args[0].Null(i) || c.Args[1].Null(i) || c.Args[3].Null(i) {
		return dst, errNull
	}
	bad := func() error {
		return badJSONCall("null_value_treatment must be \"delete_key\", \"return_target\", \"use_json_null\", or \"raise_exception\"")
	}
	if c.Args[4].Null(i) {
		return nil, bad()
	}
	treatment := string(c.Args[4].Bytes(i))
	v, err := jsonbTree(c, 0, i)
	if err != nil {
		return nil, err
	}
	switch {
	case !c.Args[2].Null(i):
		err = jsonbSet(c, &v, i)
	case treatment == "raise_exception":
		return nil, pgerr.New(pgerr.NullValueNotAllowed, "JSON value must not be null").
			WithDetail("Exception was raised because null_value_treatment is \"raise_exception\".").
			WithHint("To avoid, either change the null_value_treatment argument or ensure that an SQL NULL is not passed.")
	case treatment == "use_json_null":
		op := pathReplace
		if c.Args[3].Bools[i] {
			op = pathCreate
		}
		err = changePath(c, &v, i, "set", types.JSON{}, op)
	case treatment == "delete_key":
		err = jsonbDeletePath(c, &v, i)
	case treatment != "return_target":
		err = bad()
	}
	if err != nil {
		return nil, err
	}
	return v.Append(dst), nil
}

var jsonObjectKernels = map[string]Kernel{
	"json_strip_nulls": appending(func(c *Call, dst []byte, i int32) ([]byte, error) {
		v, err := jsonInput(c, i)
		if err != nil {
			return nil, err
		}
		return appendStripped(dst, v)
	}),
	"json_object": appending(jsonObject), "json_object_two_arg": appending(jsonObject),
	"jsonb_object": canonical(jsonObject), "jsonb_object_two_arg": canonical(jsonObject),
	"jsonb_set_lax": appending(jsonbSetLax),
}
