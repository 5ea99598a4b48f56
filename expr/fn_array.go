package expr

import (
	"bytes"
	"slices"

	"howdah/pgerr"
	"howdah/types"
	"howdah/vector"
)

const dataException pgerr.Code = "22000"

// elementEqual and elementOrder refuse arrays of what has no equality, or no order (42883).
func elementEqual(elem types.OID) error {
	_, err := EqualProc(elem)
	return err
}

func elementOrder(elem types.OID) error {
	if lt, _ := orderOf(elem); lt == nil {
		return pgerr.New(pgerr.UndefinedFunction, "could not identify a comparison function for type %s", TypeName(elem))
	}
	return nil
}

// withElements checks the first argument's elements before anything is computed.
func withElements(check func(elem types.OID) error, k Kernel) Kernel {
	return func(c *Call, out *vector.Column, sel []int32) error {
		if len(sel) > 0 {
			if err := check(types.ElemOf(c.ArgTypes[0].OID)); err != nil {
				return err
			}
		}
		return k(c, out, sel)
	}
}

func arrayOrdered(want wants) Kernel {
	if want == wantEQ || want == wantNE { // arrays of other shapes differ whatever is in them
		return judging(func(c *Call, i int32) (bool, error) {
			a, b := c.Args[0].Arrays[i], c.Args[1].Arrays[i]
			if !slices.Equal(a.Dims, b.Dims) {
				return want == wantNE, nil
			}
			if err := elementEqual(a.Elem); err != nil {
				return false, err
			}
			return want[signOf(types.CompareArrays(a, b, c.Collation))+1], nil
		})
	}
	return withElements(elementOrder, judging(func(c *Call, i int32) (bool, error) {
		return want[signOf(types.CompareArrays(c.Args[0].Arrays[i], c.Args[1].Arrays[i], c.Collation))+1], nil
	}))
}

func arrayGreater(smaller bool) Kernel {
	return withElements(elementOrder, arrayed(func(c *Call, i int32) (*types.Array, error) {
		a, b := c.Args[0].Arrays[i], c.Args[1].Arrays[i]
		d := types.CompareArrays(a, b, c.Collation)
		if smaller {
			d = -d
		}
		if d > 0 {
			return a, nil
		}
		return b, nil
	}))
}

// sameElem is IS NOT DISTINCT FROM.
func sameElem(t types.OID, a, b *types.Datum, collation types.OID) bool {
	if a.Null || b.Null {
		return a.Null && b.Null
	}
	return types.Compare(t, a, b, collation) == 0
}

// elemsIn tells whether all (or any) elements of a occur in b; NULLs never do.
func elemsIn(a, b *types.Array, all bool, collation types.OID) bool {
	for i := range a.Elems {
		found := false
		if !a.Elems[i].Null {
			for j := range b.Elems {
				if !b.Elems[j].Null && types.Compare(a.Elem, &a.Elems[i], &b.Elems[j], collation) == 0 {
					found = true
					break
				}
			}
		}
		if found != all {
			return found
		}
	}
	return all
}

// oneDim gives an array, NULL as the empty one, that must not have several dimensions.
func oneDim(c *Call, arg int, i int32, elem types.OID) (*types.Array, error) {
	if c.Args[arg].Null(i) {
		return &types.Array{Elem: elem}, nil
	}
	a := c.Args[arg].Arrays[i]
	if len(a.Dims) > 1 {
		return nil, pgerr.New(dataException, "argument must be empty or one-dimensional array")
	}
	return a, nil
}

func arrayAppend(c *Call, i int32) (*types.Array, error) {
	elem := types.ElemOf(c.Result.OID)
	a, err := oneDim(c, 0, i, elem)
	if err != nil {
		return nil, err
	}
	out := types.NewArray(elem, append(append(make([]types.Datum, 0, len(a.Elems)+1), a.Elems...), ownDatum(c.Args[1], i)))
	if len(a.Dims) == 1 {
		lower := a.Dims[0].Lower
		if int64(lower)+int64(len(a.Elems)) >= 1<<31-1 {
			return nil, pgerr.New(pgerr.NumericValueOutOfRange, "integer out of range")
		}
		out.Dims[0].Lower = lower
	}
	return out, nil
}

func arrayPrepend(c *Call, i int32) (*types.Array, error) {
	elem := types.ElemOf(c.Result.OID)
	a, err := oneDim(c, 1, i, elem)
	if err != nil {
		return nil, err
	}
	out := types.NewArray(elem, append(append(make([]types.Datum, 0, len(a.Elems)+1), ownDatum(c.Args[0], i)), a.Elems...))
	if len(a.Dims) == 1 {
		if a.Dims[0].Lower == -1<<31 {
			return nil, pgerr.New(pgerr.NumericValueOutOfRange, "integer out of range")
		}
		out.Dims[0].Lower = a.Dims[0].Lower
	}
	return out, nil
}

func incompatible(format string, args ...any) error {
	return pgerr.New(pgerr.ArraySubscriptError, "cannot concatenate incompatible arrays").WithDetail(format, args...)
}

func arrayCat(c *Call, i int32) (*types.Array, error) {
	if c.Args[0].Null(i) && c.Args[1].Null(i) {
		return nil, nil
	}
	if c.Args[0].Null(i) {
		return c.Args[1].Arrays[i], nil
	}
	a := c.Args[0].Arrays[i]
	if c.Args[1].Null(i) {
		return a, nil
	}
	b := c.Args[1].Arrays[i]
	na, nb := len(a.Dims), len(b.Dims)
	if na == 0 && nb > 0 {
		return b, nil
	}
	if nb == 0 {
		return a, nil
	}
	if na != nb && na != nb-1 && na != nb+1 {
		return nil, incompatible("Arrays of %d and %d dimensions are not compatible for concatenation.", na, nb)
	}
	sameInner := func(x, y []types.Dim) bool {
		for k := range x {
			if x[k] != y[k] {
				return false
			}
		}
		return true
	}
	var dims []types.Dim
	switch {
	case na == nb:
		if !sameInner(a.Dims[1:], b.Dims[1:]) {
			return nil, incompatible("Arrays with differing element dimensions are not compatible for concatenation.")
		}
		dims = append(dims, a.Dims...)
		dims[0].Len += b.Dims[0].Len
	case na == nb-1:
		if !sameInner(a.Dims, b.Dims[1:]) {
			return nil, incompatible("Arrays with differing dimensions are not compatible for concatenation.")
		}
		dims = append(dims, b.Dims...)
		dims[0].Len++
	default:
		if !sameInner(a.Dims[1:], b.Dims) {
			return nil, incompatible("Arrays with differing dimensions are not compatible for concatenation.")
		}
		dims = append(dims, a.Dims...)
		dims[0].Len++
	}
	if _, err := types.CheckDims(dims); err != nil {
		return nil, err
	}
	elems := append(append(make([]types.Datum, 0, len(a.Elems)+len(b.Elems)), a.Elems...), b.Elems...)
	return &types.Array{Elem: a.Elem, Dims: dims, Elems: elems}, nil
}

// dimension gives a dimension by its number from 1; ok is false where there is none.
func dimension(c *Call, i int32) (d types.Dim, ok bool) {
	a, n := c.Args[0].Arrays[i], c.Args[1].Ints[i]
	if n < 1 || n > int64(len(a.Dims)) {
		return d, false
	}
	return a.Dims[n-1], true
}

func ofDimension(f func(d types.Dim) int64) Kernel {
	return counting(func(c *Call, i int32) (int64, error) {
		d, ok := dimension(c, i)
		if !ok {
			return 0, errNull
		}
		return f(d), nil
	})
}

func arrayDims(c *Call, dst []byte, i int32) ([]byte, error) {
	a := c.Args[0].Arrays[i]
	if len(a.Dims) == 0 {
		return dst, errNull
	}
	for _, d := range a.Dims {
		dst = types.AppendInt(append(dst, '['), int64(d.Lower))
		dst = types.AppendInt(append(dst, ':'), int64(d.Lower)+int64(d.Len)-1)
		dst = append(dst, ']')
	}
	return dst, nil
}

// positions calls each with the subscript of every element equal to argument 1.
func positions(c *Call, i int32, each func(at int64) bool) error {
	a := c.Args[0].Arrays[i]
	if len(a.Dims) > 1 {
		return pgerr.New(pgerr.FeatureNotSupported, "searching for elements in multidimensional arrays is not supported")
	}
	if len(a.Dims) == 0 {
		return nil
	}
	want := c.Args[1].Datum(i)
	if want.Null && !slices.ContainsFunc(a.Elems, func(d types.Datum) bool { return d.Null }) {
		return nil
	}
	if err := elementEqual(a.Elem); err != nil {
		return err
	}
	for k := range a.Elems {
		if sameElem(a.Elem, &a.Elems[k], &want, c.Collation) && !each(int64(a.Dims[0].Lower)+int64(k)) {
			return nil
		}
	}
	return nil
}

func arrayPosition(c *Call, i int32) (int64, error) {
	if c.Args[0].Null(i) {
		return 0, errNull
	}
	least := int64(-1 << 31)
	if a := c.Args[0].Arrays[i]; len(c.Args) > 2 && len(a.Dims) == 1 {
		if c.Args[1].Null(i) && !slices.ContainsFunc(a.Elems, func(d types.Datum) bool { return d.Null }) {
			return 0, errNull
		}
		if c.Args[2].Null(i) {
			return 0, pgerr.New(pgerr.NullValueNotAllowed, "initial position must not be null")
		}
		least = c.Args[2].Ints[i]
	}
	found, at := false, int64(0)
	err := positions(c, i, func(p int64) bool {
		if p >= least {
			found, at = true, p
		}
		return !found
	})
	if err == nil && !found {
		err = errNull
	}
	return at, err
}

func arrayPositions(c *Call, i int32) (*types.Array, error) {
	if c.Args[0].Null(i) {
		return nil, nil
	}
	var elems []types.Datum
	err := positions(c, i, func(p int64) bool {
		elems = append(elems, types.Datum{Int: p})
		return true
	})
	return types.NewArray(types.Int4OID, elems), err
}

func arrayReplace(remove bool) Kernel {
	return arrayed(func(c *Call, i int32) (*types.Array, error) {
		if c.Args[0].Null(i) {
			return nil, nil
		}
		a := c.Args[0].Arrays[i]
		if len(a.Elems) == 0 {
			return a, nil
		}
		if err := elementEqual(a.Elem); err != nil && (!remove || len(a.Dims) == 1) {
			return nil, err
		}
		if remove && len(a.Dims) > 1 {
			return nil, pgerr.New(pgerr.FeatureNotSupported, "removing elements from multidimensional arrays is not supported")
		}
		search := c.Args[1].Datum(i)
		by := types.NullDatum
		if !remove {
			by = c.Args[2].Datum(i)
			by.Bytes = bytes.Clone(by.Bytes)
		}
		elems := make([]types.Datum, 0, len(a.Elems))
		changed := false
		for k := range a.Elems {
			if sameElem(a.Elem, &a.Elems[k], &search, c.Collation) {
				changed = true
				if !remove {
					elems = append(elems, by)
				}
				continue
			}
			elems = append(elems, a.Elems[k])
		}
		if !changed {
			return a, nil
		}
		out := &types.Array{Elem: a.Elem, Elems: elems}
		if len(elems) > 0 {
			out.Dims = append(out.Dims, a.Dims...)
			if remove {
				out.Dims[0].Len = int32(len(elems))
			}
		}
		return out, nil
	})
}

func arrayFill(c *Call, i int32) (*types.Array, error) {
	if c.Args[1].Null(i) || len(c.Args) > 2 && c.Args[2].Null(i) {
		return nil, pgerr.New(pgerr.NullValueNotAllowed, "dimension array or low bound array cannot be null")
	}
	subscripts := func(format string, args ...any) error {
		return pgerr.New(pgerr.ArraySubscriptError, "wrong number of array subscripts").WithDetail(format, args...)
	}
	given := c.Args[1].Arrays[i]
	if len(given.Dims) > 1 {
		return nil, subscripts("Dimension array must be one dimensional.")
	}
	noNull := func(a *types.Array) error {
		for k := range a.Elems {
			if a.Elems[k].Null {
				return pgerr.New(pgerr.NullValueNotAllowed, "dimension values cannot be null")
			}
		}
		return nil
	}
	if err := noNull(given); err != nil {
		return nil, err
	}
	if len(given.Elems) > types.MaxDim {
		return nil, pgerr.New(pgerr.ProgramLimitExceeded, "number of array dimensions (%d) exceeds the maximum allowed (%d)", len(given.Elems), types.MaxDim)
	}
	dims := make([]types.Dim, len(given.Elems))
	for k := range dims {
		dims[k] = types.Dim{Len: int32(given.Elems[k].Int), Lower: 1}
	}
	if len(c.Args) > 2 {
		lower := c.Args[2].Arrays[i]
		if len(lower.Dims) > 1 {
			return nil, subscripts("Dimension array must be one dimensional.")
		}
		if err := noNull(lower); err != nil {
			return nil, err
		}
		if len(lower.Elems) != len(dims) {
			return nil, subscripts("Low bound array has different size than dimensions array.")
		}
		for k := range dims {
			dims[k].Lower = int32(lower.Elems[k].Int)
		}
	}
	n, err := types.CheckDims(dims)
	if err != nil {
		return nil, err
	}
	out := &types.Array{Elem: types.ElemOf(c.Result.OID)}
	if n == 0 {
		return out, nil
	}
	d := c.Args[0].Datum(i)
	d.Bytes = bytes.Clone(d.Bytes)
	if n > 1<<25 {
		return nil, pgerr.New(pgerr.OutOfMemory, "out of memory").WithDetail("An array of %d elements is too large to be made.", n)
	}
	out.Dims, out.Elems = dims, make([]types.Datum, n)
	for k := range out.Elems {
		out.Elems[k] = d
	}
	return out, nil
}

func trimArray(c *Call, i int32) (*types.Array, error) {
	a, n := c.Args[0].Arrays[i], c.Args[1].Ints[i]
	size := int64(0)
	if len(a.Dims) > 0 {
		size = int64(a.Dims[0].Len)
	}
	if n < 0 || n > size {
		return nil, pgerr.New(pgerr.ArraySubscriptError, "number of elements to trim must be between 0 and %d", size)
	}
	out := &types.Array{Elem: a.Elem}
	if size-n == 0 {
		return out, nil
	}
	out.Dims = append(out.Dims, a.Dims...)
	for k := range out.Dims {
		out.Dims[k].Lower = 1
	}
	out.Dims[0].Len = int32(size - n)
	out.Elems = a.Elems[:int64(len(a.Elems))/size*(size-n)]
	return out, nil
}

// arrayToText joins the text forms of elements; NULLs become null, or are left out where that is nil.
func arrayToText(c *Call, dst []byte, i int32) ([]byte, error) {
	var null []byte
	if len(c.Args) > 2 {
		if c.Args[0].Null(i) || c.Args[1].Null(i) {
			return dst, errNull
		}
		if !c.Args[2].Null(i) {
			null = append([]byte{}, c.Args[2].Bytes(i)...)
		}
	}
	a, sep := c.Args[0].Arrays[i], c.Args[1].Bytes(i)
	first := true
	for k := range a.Elems {
		d := &a.Elems[k]
		if d.Null && null == nil {
			continue
		}
		if !first {
			dst = append(dst, sep...)
		}
		first = false
		if d.Null {
			dst = append(dst, null...)
		} else {
			dst = types.AppendText(dst, types.Of(a.Elem), d, c.Env.Style)
		}
	}
	return dst, nil
}

// splitText gives the pieces of string_to_array, nil for a NULL string.
func splitText(c *Call, i int32) []types.Datum {
	if c.Args[0].Null(i) {
		return nil
	}
	v := bytes.Clone(c.Args[0].Bytes(i))
	var null []byte
	hasNull := len(c.Args) > 2 && !c.Args[2].Null(i)
	if hasNull {
		null = c.Args[2].Bytes(i)
	}
	elems := []types.Datum{}
	add := func(piece []byte) {
		if hasNull && bytes.Equal(piece, null) {
			elems = append(elems, types.NullDatum)
			return
		}
		elems = append(elems, types.Datum{Bytes: piece[:len(piece):len(piece)]})
	}
	if len(v) == 0 {
		return elems
	}
	if c.Args[1].Null(i) {
		for len(v) > 0 {
			n := charEnd(v, 0)
			add(v[:n])
			v = v[n:]
		}
		return elems
	}
	sep := c.Args[1].Bytes(i)
	for len(sep) > 0 {
		at := bytes.Index(v, sep)
		if at < 0 {
			break
		}
		add(v[:at])
		v = v[at+len(sep):]
	}
	add(v)
	return elems
}

func textToArray(c *Call, i int32) (*types.Array, error) {
	elems := splitText(c, i)
	if elems == nil {
		return nil, nil
	}
	return types.NewArray(types.TextOID, elems), nil
}

func emitAll(elems []types.Datum, emit func([]types.Datum) bool) {
	for k := range elems {
		if !emit(elems[k : k+1 : k+1]) {
			return
		}
	}
}

func generateSubscripts(c *Call, row int32, emit func([]types.Datum) bool) error {
	d, ok := dimension(c, row)
	if !ok {
		return nil
	}
	back := len(c.Args) > 2 && c.Args[2].Bools[row]
	for k := range int64(d.Len) {
		at := int64(d.Lower) + k
		if back {
			at = int64(d.Lower) + int64(d.Len) - 1 - k
		}
		if !emit([]types.Datum{{Int: at}}) {
			break
		}
	}
	return nil
}

var arrayKernels = map[string]Kernel{
	"array_eq": arrayOrdered(wantEQ), "array_ne": arrayOrdered(wantNE), "array_lt": arrayOrdered(wantLT),
	"array_le": arrayOrdered(wantLE), "array_gt": arrayOrdered(wantGT), "array_ge": arrayOrdered(wantGE),
	"array_larger": arrayGreater(false), "array_smaller": arrayGreater(true),
	"arraycontains": withElements(elementEqual, judging(func(c *Call, i int32) (bool, error) {
		return elemsIn(c.Args[1].Arrays[i], c.Args[0].Arrays[i], true, c.Collation), nil
	})),
	"arraycontained": withElements(elementEqual, judging(func(c *Call, i int32) (bool, error) {
		return elemsIn(c.Args[0].Arrays[i], c.Args[1].Arrays[i], true, c.Collation), nil
	})),
	"arrayoverlap": withElements(elementEqual, judging(func(c *Call, i int32) (bool, error) {
		return elemsIn(c.Args[0].Arrays[i], c.Args[1].Arrays[i], false, c.Collation), nil
	})),
	"array_append": arrayed(arrayAppend), "array_prepend": arrayed(arrayPrepend), "array_cat": arrayed(arrayCat),
	"array_length": ofDimension(func(d types.Dim) int64 { return int64(d.Len) }),
	"array_lower":  ofDimension(func(d types.Dim) int64 { return int64(d.Lower) }),
	"array_upper":  ofDimension(func(d types.Dim) int64 { return int64(d.Lower) + int64(d.Len) - 1 }),
	"array_ndims": counting(func(c *Call, i int32) (int64, error) {
		if n := len(c.Args[0].Arrays[i].Dims); n > 0 {
			return int64(n), nil
		}
		return 0, errNull
	}),
	"array_cardinality": counting(func(c *Call, i int32) (int64, error) { return int64(len(c.Args[0].Arrays[i].Elems)), nil }),
	"array_dims":        appending(arrayDims),
	"array_position":    counting(arrayPosition), "array_position_start": counting(arrayPosition),
	"array_positions": arrayed(arrayPositions),
	"array_remove":    arrayReplace(true), "array_replace": arrayReplace(false),
	"array_fill": arrayed(arrayFill), "array_fill_with_lower_bounds": arrayed(arrayFill), "trim_array": arrayed(trimArray),
	"array_to_text": appending(arrayToText), "array_to_text_null": appending(arrayToText),
	"text_to_array": arrayed(textToArray), "text_to_array_null": arrayed(textToArray),
	"record_eq": recordOrdered(wantEQ), "record_ne": recordOrdered(wantNE), "record_lt": recordOrdered(wantLT),
	"record_le": recordOrdered(wantLE), "record_gt": recordOrdered(wantGT), "record_ge": recordOrdered(wantGE),
}

func recordOrdered(want wants) Kernel {
	check := elementOrder
	if want == wantEQ || want == wantNE {
		check = elementEqual
	}
	return judging(func(c *Call, i int32) (bool, error) {
		if a, b := c.Args[0].Records[i], c.Args[1].Records[i]; len(a.Types) > 0 && len(b.Types) > 0 && a.Types[0].OID == b.Types[0].OID && a.Types[0].OID == types.UnknownOID {
			return false, check(types.UnknownOID)
		}
		d, err := types.CompareRecords(c.Args[0].Records[i], c.Args[1].Records[i], c.Collation)
		return want[signOf(d)+1], err
	})
}

var arraySetKernels = map[string]SetKernel{
	"array_unnest": func(c *Call, row int32, emit func([]types.Datum) bool) error {
		emitAll(c.Args[0].Arrays[row].Elems, emit)
		return nil
	},
	"text_to_table": textToTable, "text_to_table_null": textToTable,
	"generate_subscripts": generateSubscripts, "generate_subscripts_nodir": generateSubscripts,
}

func textToTable(c *Call, row int32, emit func([]types.Datum) bool) error {
	emitAll(splitText(c, row), emit)
	return nil
}
