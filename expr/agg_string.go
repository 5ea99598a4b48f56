package expr

import (
	"howdah/pgerr"
	"howdah/types"
	"howdah/vector"
)

// stringAgg is string_agg over text and bytea: each value after the first has its own row's delimiter before it.
type stringAgg struct {
	values [][]byte // nil = no value yet
	held   int64
}

func (a *stringAgg) Resize(n int) {
	for len(a.values) < n {
		a.values = append(a.values, nil)
	}
}

func (a *stringAgg) Add(c *Call, groups []int32, sel []int32) error {
	v, sep := c.Args[0], c.Args[1]
	for k, i := range sel {
		if v.Null(i) {
			continue
		}
		state := a.values[groups[k]]
		before := cap(state)
		if state == nil {
			state = make([]byte, 0, max(16, len(v.Bytes(i))))
		} else if !sep.Null(i) {
			state = append(state, sep.Bytes(i)...)
		}
		state = append(state, v.Bytes(i)...)
		if len(state) > maxAlloc {
			return pgerr.New(pgerr.ProgramLimitExceeded, "out of memory").
				WithDetail("Cannot enlarge string buffer containing %d bytes by %d more bytes.", len(state)-int(v.Spans[i].Len), v.Spans[i].Len)
		}
		a.held += int64(cap(state) - before)
		a.values[groups[k]] = state
	}
	return nil
}

func (a *stringAgg) Result(c *Call, first, n int, out *vector.Column) error {
	for i := range n {
		if v := a.values[first+i]; v != nil {
			out.SetBytes(int32(i), v)
		} else {
			out.SetNull(int32(i))
		}
	}
	return nil
}

func (a *stringAgg) Bytes() int64 { return a.held + int64(cap(a.values))*24 }

// datumsAgg keeps every value of a group.
type datumsAgg struct {
	lists  [][]types.Datum
	room   []byte // what bytes of values are copied to, some at a time
	held   int64
	finish func(c *Call, list []types.Datum) (types.Datum, error)
	check  func(list []types.Datum, d *types.Datum) error // before a value is kept; may be nil
}

const datumSize = 160

func (a *datumsAgg) Resize(n int) {
	for len(a.lists) < n {
		a.lists = append(a.lists, nil)
	}
}

func (a *datumsAgg) Add(c *Call, groups []int32, sel []int32) error {
	var d types.Datum // one for all rows, as it escapes
	for k, i := range sel {
		d = c.Args[0].Datum(i)
		if d.Bytes != nil {
			d.Bytes = a.keep(d.Bytes)
		}
		list := a.lists[groups[k]]
		if a.check != nil {
			if err := a.check(list, &d); err != nil {
				return err
			}
		}
		if d.Array != nil {
			a.held += int64(len(d.Array.Elems)) * datumSize
		}
		before := cap(list)
		list = append(list, d)
		a.held += int64(cap(list)-before) * datumSize
		a.lists[groups[k]] = list
	}
	return nil
}

// keep copies bytes to where they stay.
func (a *datumsAgg) keep(b []byte) []byte {
	const least, most = 256, 1 << 16
	if len(b) > cap(a.room)-len(a.room) {
		a.room = make([]byte, 0, max(len(b), least, min(2*cap(a.room), most)))
		a.held += int64(cap(a.room))
	}
	at := len(a.room)
	a.room = append(a.room, b...)
	return a.room[at:len(a.room):len(a.room)]
}

func (a *datumsAgg) Result(c *Call, first, n int, out *vector.Column) error {
	for i := range n {
		list := a.lists[first+i]
		if list == nil {
			out.SetNull(int32(i))
			continue
		}
		d, err := a.finish(c, list)
		if err != nil {
			return err
		}
		out.Arrays[i] = d.Array // what it refers to is never changed
	}
	return nil
}

func (a *datumsAgg) Bytes() int64 { return a.held + int64(cap(a.lists))*24 }

var stringAggregates = map[string]NewAggregate{
	"string_agg(text,text)":   func(*Call) Aggregate { return &stringAgg{} },
	"string_agg(bytea,bytea)": func(*Call) Aggregate { return &stringAgg{} },
}
