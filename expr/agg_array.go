package expr

import (
	"slices"

	"howdah/pgerr"
	"howdah/types"
)

// arrayOf makes array_agg's result of plain values.
func arrayOfValues(c *Call, list []types.Datum) (types.Datum, error) {
	return types.Datum{Array: types.NewArray(types.ElemOf(c.Result.OID), slices.Clone(list))}, nil
}

// checkArrays lets only arrays of one shape into array_agg(anyarray).
func checkArrays(list []types.Datum, d *types.Datum) error {
	switch {
	case d.Null:
		return pgerr.New(pgerr.NullValueNotAllowed, "cannot accumulate null arrays")
	case len(list) > 0 && !slices.Equal(list[0].Array.Dims, d.Array.Dims):
		return pgerr.New(pgerr.ArraySubscriptError, "cannot accumulate arrays of different dimensionality")
	case len(d.Array.Dims) == 0:
		return pgerr.New(pgerr.ArraySubscriptError, "cannot accumulate empty arrays")
	case len(d.Array.Dims) >= types.MaxDim:
		return pgerr.New(pgerr.ProgramLimitExceeded, "number of array dimensions (%d) exceeds the maximum allowed (%d)",
			len(d.Array.Dims)+1, types.MaxDim)
	}
	return nil
}

// arrayOfArrays adds a dimension before those of the arrays.
func arrayOfArrays(c *Call, list []types.Datum) (types.Datum, error) {
	one := list[0].Array
	out := &types.Array{Elem: one.Elem, Dims: append([]types.Dim{{Len: int32(len(list)), Lower: 1}}, one.Dims...)}
	if _, err := types.CheckDims(out.Dims); err != nil {
		return types.Datum{}, err
	}
	for i := range list {
		out.Elems = append(out.Elems, list[i].Array.Elems...)
	}
	return types.Datum{Array: out}, nil
}

var arrayAggregates = map[string]NewAggregate{
	"array_agg(anynonarray)": func(*Call) Aggregate { return &datumsAgg{finish: arrayOfValues} },
	"array_agg(anyarray)":    func(*Call) Aggregate { return &datumsAgg{finish: arrayOfArrays, check: checkArrays} },
}
