package expr

import (
	"bytes"

	"howdah/pgerr"
	"howdah/types"
	"howdah/vector"
)

// jsonAgg builds a text per group: json_agg and json_object_agg, and the jsonb ones, which are made canonical at the end.
type jsonAgg struct {
	texts  [][]byte
	held   int64
	object bool
	binary bool
}

func (a *jsonAgg) Resize(n int) {
	for len(a.texts) < n {
		a.texts = append(a.texts, nil)
	}
}

func (a *jsonAgg) Add(c *Call, groups []int32, sel []int32) error {
	for k, i := range sel {
		state := a.texts[groups[k]]
		before := cap(state)
		var err error
		if state, err = a.add(c, state, i); err != nil {
			return err
		}
		if len(state) > maxAlloc {
			return pgerr.New(pgerr.ProgramLimitExceeded, "out of memory").WithDetail("A JSON aggregate grew beyond %d bytes.", maxAlloc)
		}
		a.held += int64(cap(state) - before)
		a.texts[groups[k]] = state
	}
	return nil
}

func (a *jsonAgg) add(c *Call, state []byte, i int32) ([]byte, error) {
	first := state == nil
	value := c.Args[len(c.Args)-1].Datum(i)
	t := c.ArgTypes[len(c.Args)-1].OID
	if !a.object {
		if first {
			state = append(state, '[')
		} else {
			state = append(state, ", "...)
			if k := types.KindOf(t); !value.Null && (k == types.KindArray || k == types.KindRecord) {
				state = append(state, "\n "...)
			}
		}
		return appendJSON(state, t, &value, false, c.Env.Style)
	}
	key := c.Args[0].Datum(i)
	if key.Null {
		return nil, pgerr.New(pgerr.InvalidParameterValue, "field name must not be null")
	}
	if first {
		state = append(state, "{ "...)
	} else {
		state = append(state, ", "...)
	}
	state, err := appendJSON(state, c.ArgTypes[0].OID, &key, true, c.Env.Style)
	if err != nil {
		return nil, err
	}
	state = append(state, " : "...)
	return appendJSON(state, t, &value, false, c.Env.Style)
}

func (a *jsonAgg) Result(c *Call, first, n int, out *vector.Column) error {
	for i := range n {
		text := a.texts[first+i]
		if text == nil {
			out.SetNull(int32(i))
			continue
		}
		if a.object {
			text = append(bytes.Clone(text), " }"...)
		} else {
			text = append(bytes.Clone(text), ']')
		}
		if a.binary {
			var err error
			if text, err = types.AppendJSONB(nil, text); err != nil {
				return err
			}
		}
		out.SetBytes(int32(i), text)
	}
	return nil
}

func (a *jsonAgg) Bytes() int64 { return a.held + int64(cap(a.texts))*24 }

var jsonAggregates = map[string]NewAggregate{
	"json_agg(anyelement)":      func(*Call) Aggregate { return &jsonAgg{} },
	"jsonb_agg(anyelement)":     func(*Call) Aggregate { return &jsonAgg{binary: true} },
	"json_object_agg(any,any)":  func(*Call) Aggregate { return &jsonAgg{object: true} },
	"jsonb_object_agg(any,any)": func(*Call) Aggregate { return &jsonAgg{object: true, binary: true} },
}
