package expr

import (
	"math"
	"unsafe"

	"howdah/pgerr"
	"howdah/types"
	"howdah/vector"
)

// orderedAggregates are the ordered-set aggregates: their rows come in the order of WITHIN GROUP.
var orderedAggregates = map[string]NewAggregate{
	"percentile_cont(float8,float8)":      newPercentile(continuous),
	"percentile_cont(_float8,float8)":     newPercentile(continuous),
	"percentile_cont(float8,interval)":    newPercentile(continuous),
	"percentile_cont(_float8,interval)":   newPercentile(continuous),
	"percentile_disc(float8,anyelement)":  newPercentile(discrete),
	"percentile_disc(_float8,anyelement)": newPercentile(discrete),
	"mode(anyelement)":                    newMode,
}

// percentile keeps all values of all groups in one column, and each group's rows in it.
type percentile struct {
	direct types.Datum // a percentile, or an array of them
	many   bool
	pick   func(values *vector.Column, rows []int32, p float64) (types.Datum, error)
	values *vector.Column
	count  int
	rows   [][]int32
	held   int64
	narrow flat[struct{}] // for its rows without NULLs
}

func newPercentile(pick func(*vector.Column, []int32, float64) (types.Datum, error)) NewAggregate {
	return func(c *Call) Aggregate {
		direct := c.State.([]types.Datum)[0]
		return &percentile{
			direct: direct, pick: pick,
			many:   types.KindOf(c.Result.OID) == types.KindArray && (direct.Array != nil || direct.Null),
			values: vector.New(c.ArgTypes[0], 0),
		}
	}
}

func (a *percentile) Resize(n int) {
	for len(a.rows) < n {
		a.rows = append(a.rows, nil)
	}
}

func (a *percentile) Add(c *Call, groups, sel []int32) error {
	groups, sel = a.narrow.present(c.Args[0], groups, sel)
	at := a.count
	a.count = a.values.Append(at, c.Args[0], sel)
	for k := range sel {
		rows := &a.rows[groups[k]]
		before := cap(*rows)
		*rows = append(*rows, int32(at+k))
		a.held += int64(cap(*rows)-before) * 4
	}
	return nil
}

func (a *percentile) Bytes() int64 {
	return a.values.Held() + a.held + int64(cap(a.rows))*int64(unsafe.Sizeof(a.rows))
}

func (a *percentile) Result(c *Call, first, n int, out *vector.Column) error {
	for i := range n {
		v, err := a.one(c, a.rows[first+i])
		if err != nil {
			return err
		}
		out.Set(int32(i), v)
	}
	return nil
}

func (a *percentile) one(c *Call, rows []int32) (types.Datum, error) {
	if a.many && len(rows) == 0 || a.direct.Null {
		return types.NullDatum, nil
	}
	if a.direct.Array == nil {
		if err := checkPercentile(a.direct.Float); err != nil || len(rows) == 0 {
			return types.NullDatum, err
		}
		return a.pick(a.values, rows, a.direct.Float)
	}
	in := a.direct.Array
	result := &types.Array{Elem: types.ElemOf(c.Result.OID), Dims: in.Dims, Elems: make([]types.Datum, len(in.Elems))}
	for i, p := range in.Elems {
		if result.Elems[i] = types.NullDatum; p.Null {
			continue
		}
		if err := checkPercentile(p.Float); err != nil {
			return types.NullDatum, err
		}
		var err error
		if result.Elems[i], err = a.pick(a.values, rows, p.Float); err != nil {
			return types.NullDatum, err
		}
	}
	return types.Datum{Array: result}, nil
}

func checkPercentile(p float64) error {
	if p >= 0 && p <= 1 {
		return nil
	}
	return pgerr.New(pgerr.NumericValueOutOfRange, "percentile value %s is not between 0 and 1", types.AppendFloat4(nil, p, 0))
}

// discrete is the first value at which that share of the rows is reached.
func discrete(values *vector.Column, rows []int32, p float64) (types.Datum, error) {
	at := int(math.Ceil(p * float64(len(rows))))
	return values.Datum(rows[max(at, 1)-1]), nil
}

// continuous lies between two rows in proportion.
func continuous(values *vector.Column, rows []int32, p float64) (types.Datum, error) {
	at := p * float64(len(rows)-1)
	low, high := int(math.Floor(at)), int(math.Ceil(at))
	share := at - float64(low)
	if values.Kind == types.KindInterval {
		v := values.Intervals[rows[low]]
		if low == high {
			return types.Datum{Interval: v}, nil
		}
		d, err := values.Intervals[rows[high]].Sub(v)
		if err == nil {
			d, err = d.Mul(share)
		}
		if err == nil {
			v, err = d.Add(v)
		}
		return types.Datum{Interval: v}, err
	}
	v := values.Floats[rows[low]]
	if low != high {
		v += float64(share * (values.Floats[rows[high]] - v))
	}
	return types.Datum{Float: v}, nil
}

// modeState is the longest run of equal values so far, and the run that is being read.
type modeState struct {
	mode, last types.Datum
	most, run  int
}

func newMode(*Call) Aggregate { return &flat[modeState]{add: addMode, result: modeResult} }

func addMode(states []modeState, c *Call, groups, sel []int32) (grown int64, err error) {
	col := c.Args[0]
	for k, i := range sel {
		s, v := &states[groups[k]], col.Datum(i)
		if s.run > 0 && types.Compare(col.Type.OID, &v, &s.last, c.Collation) == 0 {
			s.run++
		} else {
			s.last, s.run = v.Clone(), 1
			grown += int64(len(v.Bytes))
		}
		if s.run > s.most {
			s.mode, s.most = s.last, s.run
		}
	}
	return grown, nil
}

func modeResult(s *modeState, out *vector.Column, i int32) error {
	if s.most == 0 {
		out.SetNull(i)
		return nil
	}
	out.Set(i, s.mode)
	return nil
}
