package expr

import (
	"math"
	"slices"
	"unsafe"

	"howdah/pgerr"
	"howdah/types"
	"howdah/vector"
)

// orderedAggregates are the ordered-set aggregates: their rows come in the order of WITHIN GROUP.
var orderedAggregates = map[string]NewAggregate{
	"percentile_cont(float8,float8)":      newPercentile(true),
	"percentile_cont(_float8,float8)":     newPercentile(true),
	"percentile_cont(float8,interval)":    newPercentile(true),
	"percentile_cont(_float8,interval)":   newPercentile(true),
	"percentile_disc(float8,anyelement)":  newPercentile(false),
	"percentile_disc(_float8,anyelement)": newPercentile(false),
	"mode(anyelement)":                    newMode,
}

// percentile keeps values of all groups in one column, and each group's rows in it: those that its percentiles lie at or
// between, or all of them where nobody says how many there are.
type percentile struct {
	direct   types.Datum // a percentile, or an array of them
	many     bool
	between  bool // percentiles lie between values
	pick     func(values *vector.Column, in *placed, p float64) (types.Datum, error)
	values   *vector.Column
	count    int
	rows     [][]int32
	expected []int64 // by the group: how many values there are; nil = nobody said
	seen     []int64 // by the group: those that have come, where expected
	held     int64
	places   []int64 // of total values, those that are kept
	total    int64
	narrow   flat[struct{}] // for its rows without NULLs
}

var _ Positional = (*percentile)(nil)

func newPercentile(between bool) NewAggregate {
	return func(c *Call) Aggregate {
		direct := c.State.([]types.Datum)[0]
		p := &percentile{
			direct: direct, between: between, pick: discrete, total: -1,
			many:   types.KindOf(c.Result.OID) == types.KindArray && (direct.Array != nil || direct.Null),
			values: vector.New(c.ArgTypes[0], 0),
		}
		if between {
			p.pick = continuous
		}
		return p
	}
}

func (a *percentile) Resize(n int) {
	for len(a.rows) < n {
		a.rows = append(a.rows, nil)
	}
}

// Expect implements Positional.
func (a *percentile) Expect(group int, values int64) {
	for len(a.expected) <= group {
		a.expected, a.seen = append(a.expected, 0), append(a.seen, 0)
	}
	a.expected[group] = values
}

// kept gives the places that the percentiles of so many values need, ascending.
func (a *percentile) kept(total int64) []int64 {
	if total == a.total {
		return a.places
	}
	a.total, a.places = total, a.places[:0]
	need := func(p float64) {
		if p >= 0 && p <= 1 && total > 0 {
			if !a.between {
				a.places = append(a.places, placeOf(total, p))
				return
			}
			low, high, _ := placesOf(total, p)
			a.places = append(a.places, low, high)
		}
	}
	switch {
	case a.direct.Null:
	case a.direct.Array == nil:
		need(a.direct.Float)
	default:
		for _, p := range a.direct.Array.Elems {
			if !p.Null {
				need(p.Float)
			}
		}
	}
	slices.Sort(a.places)
	a.places = slices.Compact(a.places)
	return a.places
}

func (a *percentile) Add(c *Call, groups, sel []int32) error {
	groups, sel = a.narrow.present(c.Args[0], groups, sel)
	if a.expected == nil {
		at := a.count
		a.count = a.values.Append(at, c.Args[0], sel)
		for k := range sel {
			a.row(groups[k], at+k)
		}
		return nil
	}
	for k := range sel {
		g := groups[k]
		place := a.seen[g]
		a.seen[g]++
		if _, needed := slices.BinarySearch(a.kept(a.expected[g]), place); needed {
			a.row(g, a.count)
			a.count = a.values.Append(a.count, c.Args[0], sel[k:k+1])
		}
	}
	return nil
}

// row notes which value is a group's next.
func (a *percentile) row(group int32, at int) {
	rows := &a.rows[group]
	before := cap(*rows)
	*rows = append(*rows, int32(at))
	a.held += int64(cap(*rows)-before) * 4
}

func (a *percentile) Bytes() int64 {
	return a.values.Held() + a.held + int64(cap(a.rows))*int64(unsafe.Sizeof(a.rows)) + 8*int64(cap(a.expected)+cap(a.seen))
}

func (a *percentile) Result(c *Call, first, n int, out *vector.Column) error {
	for i := range n {
		in := placed{rows: a.rows[first+i]}
		in.n = int64(len(in.rows))
		if a.expected != nil {
			in.n = a.expected[first+i]
			in.places = a.kept(in.n)
		}
		v, err := a.one(c, &in)
		if err != nil {
			return err
		}
		out.Set(int32(i), v)
	}
	return nil
}

// placed are a group's values in their order.
type placed struct {
	n      int64   // how many there are
	rows   []int32 // where those are that were kept
	places []int64 // and their places in the order; nil = all were kept
}

func (p *placed) at(place int64) int32 {
	if p.places == nil {
		return p.rows[place]
	}
	k, _ := slices.BinarySearch(p.places, place)
	return p.rows[k]
}

func (a *percentile) one(c *Call, in *placed) (types.Datum, error) {
	if a.many && in.n == 0 || a.direct.Null {
		return types.NullDatum, nil
	}
	if a.direct.Array == nil {
		if err := checkPercentile(a.direct.Float); err != nil || in.n == 0 {
			return types.NullDatum, err
		}
		return a.pick(a.values, in, a.direct.Float)
	}
	list := a.direct.Array
	result := &types.Array{Elem: types.ElemOf(c.Result.OID), Dims: list.Dims, Elems: make([]types.Datum, len(list.Elems))}
	for i, p := range list.Elems {
		if result.Elems[i] = types.NullDatum; p.Null {
			continue
		}
		if err := checkPercentile(p.Float); err != nil {
			return types.NullDatum, err
		}
		var err error
		if result.Elems[i], err = a.pick(a.values, in, p.Float); err != nil {
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

// placeOf is the first of total places at which that share of them is reached.
func placeOf(total int64, p float64) int64 {
	return max(int64(math.Ceil(p*float64(total))), 1) - 1
}

// placesOf are the places that a percentile lies between, and how far from the lower one.
func placesOf(total int64, p float64) (low, high int64, share float64) {
	at := p * float64(total-1)
	return int64(math.Floor(at)), int64(math.Ceil(at)), at - math.Floor(at)
}

// discrete is the first value at which that share of the rows is reached.
func discrete(values *vector.Column, in *placed, p float64) (types.Datum, error) {
	return values.Datum(in.at(placeOf(in.n, p))), nil
}

// continuous lies between two rows in proportion.
func continuous(values *vector.Column, in *placed, p float64) (types.Datum, error) {
	low, high, share := placesOf(in.n, p)
	if values.Kind == types.KindInterval {
		v := values.Intervals[in.at(low)]
		if low == high {
			return types.Datum{Interval: v}, nil
		}
		d, err := values.Intervals[in.at(high)].Sub(v)
		if err == nil {
			d, err = d.Mul(share)
		}
		if err == nil {
			v, err = d.Add(v)
		}
		return types.Datum{Interval: v}, err
	}
	v := values.Floats[in.at(low)]
	if low != high {
		v += float64(share * (values.Floats[in.at(high)] - v))
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
			grown += int64(len(v.Bytes) - len(s.last.Bytes))
			s.last, s.run = v.Clone(), 1
		}
		if s.run > s.most {
			grown += int64(len(s.last.Bytes) - len(s.mode.Bytes))
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
