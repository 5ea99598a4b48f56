package expr

import (
	"bytes"

	"howdah/internal/pgdata"
	"howdah/pgerr"
	"howdah/types"
	"howdah/vector"
)

// sqlJSONAgg is JSON_OBJECTAGG or JSON_ARRAYAGG: a text per group, which is made canonical at the end where jsonb is due.
type sqlJSONAgg struct {
	spec  SQLJSON
	texts [][]byte // nil = no row yet
	keys  []map[string]struct{}
	held  int64
}

// sqlJSONAggregate gives the aggregate of a construct's function.
func sqlJSONAggregate(p *pgdata.Proc) (NewAggregate, bool) {
	s, ok := SQLJSONOf(p)
	if !ok || s.Kind != JSONObjectAgg && s.Kind != JSONArrayAgg {
		return nil, false
	}
	return func(*Call) Aggregate { return &sqlJSONAgg{spec: s} }, true
}

func (a *sqlJSONAgg) Resize(n int) {
	for len(a.texts) < n {
		a.texts = append(a.texts, nil)
		if a.spec.Unique {
			a.keys = append(a.keys, nil)
		}
	}
}

func (a *sqlJSONAgg) Add(c *Call, groups []int32, sel []int32) error {
	for k, i := range sel {
		g := groups[k]
		before := cap(a.texts[g])
		if a.texts[g] == nil {
			if a.spec.Kind == JSONArrayAgg {
				a.texts[g] = append(make([]byte, 0, 16), '[')
			} else {
				a.texts[g] = append(make([]byte, 0, 32), "{ "...)
			}
		}
		text, err := a.add(c, a.texts[g], g, i)
		if err != nil {
			return err
		}
		if len(text) > maxAlloc {
			return pgerr.New(pgerr.ProgramLimitExceeded, "out of memory").WithDetail("A JSON aggregate grew beyond %d bytes.", maxAlloc)
		}
		a.texts[g] = text
		a.held += int64(cap(text) - before)
	}
	return nil
}

func (a *sqlJSONAgg) add(c *Call, text []byte, g, i int32) ([]byte, error) {
	last := len(c.Args) - 1
	t := c.ArgTypes[last].OID
	value := c.Args[last].Datum(i)
	if a.spec.Kind == JSONArrayAgg {
		if value.Null && a.spec.Absent {
			return text, nil
		}
		if len(text) > 1 {
			text = append(text, ", "...)
			if k := types.KindOf(t); !value.Null && (k == types.KindArray || k == types.KindRecord) {
				text = append(text, "\n "...)
			}
		}
		return appendJSON(text, t, &value, false, c.Env.Style)
	}
	key := c.Args[0].Datum(i)
	if key.Null {
		if a.spec.Binary {
			return nil, pgerr.New(pgerr.InvalidParameterValue, "field name must not be null")
		}
		return nil, pgerr.New(pgerr.NullValueNotAllowed, "null value not allowed for object key")
	}
	omit := a.spec.omits(&value, t)
	if value.Null && omit && !a.spec.Unique {
		return text, nil
	}
	start := len(text)
	if len(text) > 2 {
		text = append(text, ", "...)
	}
	at := len(text)
	text, err := appendJSON(text, c.ArgTypes[0].OID, &key, true, c.Env.Style)
	if err != nil {
		return nil, err
	}
	if a.spec.Unique {
		if err := a.isNew(g, text[at:]); err != nil {
			return nil, err
		}
	}
	if omit {
		return text[:start], nil
	}
	return appendJSON(append(text, " : "...), t, &value, false, c.Env.Style)
}

// isNew remembers a group's key, and refuses it the second time.
func (a *sqlJSONAgg) isNew(g int32, key []byte) error {
	const entry = 48 // of a map, beside the key's bytes
	if a.keys[g] == nil {
		a.keys[g] = map[string]struct{}{}
	}
	if _, twice := a.keys[g][string(key)]; twice {
		return a.spec.duplicate(key)
	}
	a.keys[g][string(key)] = struct{}{}
	a.held += int64(len(key)) + entry
	return nil
}

func (a *sqlJSONAgg) Result(c *Call, first, n int, out *vector.Column) error {
	for i := range n {
		text := a.texts[first+i]
		if text == nil {
			out.SetNull(int32(i))
			continue
		}
		if a.spec.Kind == JSONArrayAgg {
			text = append(bytes.Clone(text), ']')
		} else {
			text = append(bytes.Clone(text), " }"...)
		}
		if a.spec.Binary {
			var err error
			if text, err = types.AppendJSONB(nil, text); err != nil {
				return err
			}
		}
		out.SetBytes(int32(i), text)
	}
	return nil
}

func (a *sqlJSONAgg) Bytes() int64 { return a.held + int64(cap(a.texts))*24 + int64(cap(a.keys))*8 }
