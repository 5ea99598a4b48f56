package expr

import (
	"unsafe"

	"howdah/types"
	"howdah/vector"
)

// hypotheticalAggregates tell where a row of the direct arguments would stand among the rows, which come in order
// (orderedsetaggs.c): https://www.postgresql.org/docs/15/functions-aggregate.html#FUNCTIONS-HYPOTHETICAL-TABLE
var hypotheticalAggregates = map[string]NewAggregate{
	"rank(any)":       hypothetical(func(s *standing, out *vector.Column, i int32) { out.Ints[i] = s.before + 1 }),
	"dense_rank(any)": hypothetical(func(s *standing, out *vector.Column, i int32) { out.Ints[i] = s.distinct + 1 }),
	"percent_rank(any)": hypothetical(func(s *standing, out *vector.Column, i int32) {
		out.Floats[i] = 0
		if s.rows > 0 {
			out.Floats[i] = float64(s.before) / float64(s.rows)
		}
	}),
	"cume_dist(any)": hypothetical(func(s *standing, out *vector.Column, i int32) {
		out.Floats[i] = float64(s.before+s.peers+1) / float64(s.rows+1)
	}),
}

// standing is what a group's rows tell of the hypothetical one.
type standing struct {
	rows, before, peers int64
	distinct            int64 // values before it
	last                []types.Datum
}

// hypotheticalAgg counts NULLs as rows too, as sorting does.
type hypotheticalAgg struct {
	direct []types.Datum
	states []standing
	held   int64
	result func(s *standing, out *vector.Column, i int32)
}

func hypothetical(result func(s *standing, out *vector.Column, i int32)) NewAggregate {
	return func(c *Call) Aggregate {
		return &hypotheticalAgg{direct: c.State.([]types.Datum), result: result}
	}
}

func (a *hypotheticalAgg) Resize(n int) {
	if n > len(a.states) {
		a.states = append(a.states, make([]standing, n-len(a.states))...)
	}
}

func (a *hypotheticalAgg) Add(c *Call, groups, sel []int32) error {
	for k, i := range sel {
		a.held += a.states[groups[k]].add(c, a.direct, i)
	}
	return nil
}

func (a *hypotheticalAgg) Result(_ *Call, first, n int, out *vector.Column) error {
	for i := range n {
		a.result(&a.states[first+i], out, int32(i))
	}
	return nil
}

func (a *hypotheticalAgg) Bytes() int64 {
	return a.held + int64(cap(a.states))*int64(unsafe.Sizeof(standing{}))
}

func (s *standing) add(c *Call, direct []types.Datum, row int32) (grown int64) {
	s.rows++
	switch order := c.orderOf(row, direct); {
	case order == 0:
		s.peers++
	case order < 0:
		s.before++
		if s.distinct > 0 && c.orderOf(row, s.last) == 0 {
			return 0
		}
		s.distinct++
		s.last = s.last[:0]
		for _, a := range c.Args {
			d := types.NullDatum
			if !a.Null(row) {
				v := a.Datum(row)
				d = v.Clone()
			}
			grown += int64(len(d.Bytes))
			s.last = append(s.last, d)
		}
	}
	return grown
}

// orderOf compares a row of the arguments with other values in the order of WITHIN GROUP.
func (c *Call) orderOf(row int32, other []types.Datum) int {
	for k, a := range c.Args {
		key := &c.Order[k]
		null := a.Null(row)
		if null || other[k].Null {
			switch {
			case null && other[k].Null:
				continue
			case null == key.NullsFirst:
				return -1
			}
			return 1
		}
		v := a.Datum(row)
		order := types.Compare(a.Type.OID, &v, &other[k], c.Collation)
		if order == 0 {
			continue
		}
		if key.Desc {
			return -order
		}
		return order
	}
	return 0
}
