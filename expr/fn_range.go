package expr

import (
	"howdah/pgerr"
	"howdah/types"
	"howdah/vector"
)

// rangeWork is what kernels over ranges keep between rows: a list per argument.
type rangeWork struct {
	lists [2][]types.Range
	out   []types.Range
}

func rangeWorkOf(c *Call) *rangeWork {
	w, ok := c.State.(*rangeWork)
	if !ok {
		w = &rangeWork{}
		c.State = w
	}
	return w
}

// list gives an argument's ranges: a multirange's, or the one range, which may be empty. It is good until the next row.
func (w *rangeWork) list(c *Call, arg int, i int32) []types.Range {
	t := c.ArgTypes[arg].OID
	rt, l := types.RangeTypeOf(t), w.lists[arg][:0]
	if rt.OID == t {
		l = append(l, rt.Decode(c.Args[arg].Bytes(i)))
	} else {
		l = rt.DecodeMulti(l, c.Args[arg].Bytes(i))
	}
	w.lists[arg] = l
	return l
}

// span gives an argument as one range, a multirange from its lowest to its highest bound.
func (w *rangeWork) span(c *Call, arg int, i int32) types.Range {
	l := w.list(c, arg, i)
	if len(l) == 1 {
		return l[0]
	}
	return types.RangeTypeOf(c.ArgTypes[arg].OID).Span(l)
}

// spanTest is a relation of ranges, for multiranges that of what they span.
func spanTest(swap bool, f func(rt *types.RangeType, a, b *types.Range) bool) Kernel {
	return func(c *Call, out *vector.Column, sel []int32) error {
		w, rt := rangeWorkOf(c), types.RangeTypeOf(c.ArgTypes[0].OID)
		for _, i := range sel {
			a, b := w.span(c, 0, i), w.span(c, 1, i)
			if swap {
				a, b = b, a
			}
			out.Bools[i] = f(rt, &a, &b)
		}
		return nil
	}
}

// listTest is a relation that every range of a multirange has a say in.
func listTest(swap bool, f func(rt *types.RangeType, a, b []types.Range) bool) Kernel {
	return func(c *Call, out *vector.Column, sel []int32) error {
		w, rt := rangeWorkOf(c), types.RangeTypeOf(c.ArgTypes[0].OID)
		for _, i := range sel {
			a, b := w.list(c, 0, i), w.list(c, 1, i)
			if swap {
				a, b = b, a
			}
			out.Bools[i] = f(rt, a, b)
		}
		return nil
	}
}

// holdsElement tells whether an element lies in a range or multirange, which is argument set.
func holdsElement(set int) Kernel {
	return func(c *Call, out *vector.Column, sel []int32) error {
		w := rangeWorkOf(c)
		rt := types.RangeTypeOf(c.ArgTypes[set].OID)
		for _, i := range sel {
			v := rangeBound(c.Args[1-set], i)
			out.Bools[i] = rt.MultiHolds(w.list(c, set, i), &v)
		}
		return nil
	}
}

// rangeBound gives a row as a bound that is exclusive; NULL is no bound.
func rangeBound(col *vector.Column, i int32) (b types.RangeBound) {
	switch {
	case col.Null(i):
		b.Infinite = true
	case col.Kind == types.KindNumeric:
		b.Num = col.Nums[i]
	default:
		b.Int = col.Ints[i]
	}
	return b
}

// aboutBound looks at the lower or upper bound; ranges and multiranges that are empty have false.
func aboutBound(upper bool, f func(b *types.RangeBound) bool) Kernel {
	return func(c *Call, out *vector.Column, sel []int32) error {
		w := rangeWorkOf(c)
		for _, i := range sel {
			r := w.span(c, 0, i)
			out.Bools[i] = !r.Empty && f(boundOf(&r, upper))
		}
		return nil
	}
}

func boundOf(r *types.Range, upper bool) *types.RangeBound {
	if upper {
		return &r.Upper
	}
	return &r.Lower
}

// boundValue is lower() and upper(): NULL where there is no such bound.
func boundValue(upper bool) Kernel {
	return func(c *Call, out *vector.Column, sel []int32) error {
		w, rt := rangeWorkOf(c), types.RangeTypeOf(c.ArgTypes[0].OID)
		for _, i := range sel {
			r := w.span(c, 0, i)
			if b := boundOf(&r, upper); r.Empty || b.Infinite {
				out.SetNull(i)
			} else {
				out.Set(i, b.Value(rt))
			}
		}
		return nil
	}
}

func rangeIsEmpty(c *Call, out *vector.Column, sel []int32) error {
	w := rangeWorkOf(c)
	for _, i := range sel {
		r := w.span(c, 0, i)
		out.Bools[i] = r.Empty
	}
	return nil
}

// rangesOrdered compares by the types' order.
func rangesOrdered(want wants) Kernel {
	return func(c *Call, out *vector.Column, sel []int32) error {
		for _, i := range sel {
			out.Bools[i] = want[rangeOrder(c, i)+1]
		}
		return nil
	}
}

func rangeOrder(c *Call, i int32) int {
	a, b := types.Datum{Bytes: c.Args[0].Bytes(i)}, types.Datum{Bytes: c.Args[1].Bytes(i)}
	return signOf(types.Compare(c.ArgTypes[0].OID, &a, &b, types.NoCollation))
}

func compareRangeRows(c *Call, out *vector.Column, sel []int32) error {
	for _, i := range sel {
		out.Ints[i] = int64(rangeOrder(c, i))
	}
	return nil
}

// setRange makes row i a range.
func setRange(out *vector.Column, i int32, rt *types.RangeType, r *types.Range) {
	buf := out.Build()
	off := len(buf)
	out.Built(i, rt.Append(buf, r), off)
}

// setMultirange makes row i a multirange of ranges that are normal.
func setMultirange(out *vector.Column, i int32, rt *types.RangeType, list []types.Range) {
	buf := out.Build()
	off := len(buf)
	out.Built(i, rt.AppendMulti(buf, list), off)
}

// ofTwoRanges makes a range of two.
func ofTwoRanges(f func(rt *types.RangeType, a, b *types.Range) (types.Range, error)) Kernel {
	return func(c *Call, out *vector.Column, sel []int32) error {
		rt := types.RangeTypeOf(c.ArgTypes[0].OID)
		for _, i := range sel {
			a, b := rt.Decode(c.Args[0].Bytes(i)), rt.Decode(c.Args[1].Bytes(i))
			r, err := f(rt, &a, &b)
			if err != nil {
				return err
			}
			setRange(out, i, rt, &r)
		}
		return nil
	}
}

// ofTwoMultiranges makes a multirange of two.
func ofTwoMultiranges(f func(rt *types.RangeType, out, a, b []types.Range) ([]types.Range, error)) Kernel {
	return func(c *Call, out *vector.Column, sel []int32) error {
		w, rt := rangeWorkOf(c), types.RangeTypeOf(c.ArgTypes[0].OID)
		for _, i := range sel {
			list, err := f(rt, w.out[:0], w.list(c, 0, i), w.list(c, 1, i))
			if err != nil {
				return err
			}
			setMultirange(out, i, rt, list)
			w.out = list
		}
		return nil
	}
}

func multirangeUnion(rt *types.RangeType, out, a, b []types.Range) ([]types.Range, error) {
	out = append(append(out, a...), b...)
	if len(a) == 0 || len(b) == 0 {
		return out, nil
	}
	return rt.Normalize(out)
}

// makeRange is the constructor of two bounds, and their flags.
func makeRange(c *Call, out *vector.Column, sel []int32) error {
	rt := types.RangeTypeOf(c.Result.OID)
	for _, i := range sel {
		lower, upper := rangeBound(c.Args[0], i), rangeBound(c.Args[1], i)
		lower.Inclusive = true
		if len(c.Args) > 2 {
			if c.Args[2].Null(i) {
				return pgerr.New(dataException, "range constructor flags argument must not be null")
			}
			switch string(c.Args[2].Bytes(i)) {
			case "[]":
				upper.Inclusive = true
			case "(]":
				lower.Inclusive, upper.Inclusive = false, true
			case "()":
				lower.Inclusive = false
			case "[)":
			default:
				return pgerr.New(pgerr.SyntaxError, "invalid range bound flags").WithHint("Valid values are \"[]\", \"[)\", \"(]\", and \"()\".")
			}
		}
		r, err := rt.Make(lower, upper)
		if err != nil {
			return err
		}
		setRange(out, i, rt, &r)
	}
	return nil
}

// makeMultirange is the constructor of ranges: none, one, or an array of them.
func makeMultirange(c *Call, out *vector.Column, sel []int32) error {
	rt := types.RangeTypeOf(c.Result.OID)
	var list []types.Range
	for _, i := range sel {
		list = list[:0]
		switch {
		case len(c.Args) == 0:
		case c.Args[0].Kind == types.KindBytes:
			list = append(list, rt.Decode(c.Args[0].Bytes(i)))
		default:
			a := c.Args[0].Arrays[i]
			if len(a.Dims) > 1 {
				return pgerr.New(pgerr.CardinalityViolation, "multiranges cannot be constructed from multidimensional arrays")
			}
			for k := range a.Elems {
				if a.Elems[k].Null {
					return pgerr.New(pgerr.NullValueNotAllowed, "multirange values cannot contain null members")
				}
				list = append(list, rt.Decode(a.Elems[k].Bytes))
			}
		}
		normal, err := rt.Normalize(list)
		if err != nil {
			return err
		}
		setMultirange(out, i, rt, normal)
	}
	return nil
}

// spanMultirange is range_merge(anymultirange).
func spanMultirange(c *Call, out *vector.Column, sel []int32) error {
	w, rt := rangeWorkOf(c), types.RangeTypeOf(c.ArgTypes[0].OID)
	for _, i := range sel {
		r := w.span(c, 0, i)
		setRange(out, i, rt, &r)
	}
	return nil
}

// sameRange is the canonical functions, whose arguments are canonical as soon as they are values.
func sameRange(c *Call, out *vector.Column, sel []int32) error {
	for _, i := range sel {
		out.SetBytes(i, c.Args[0].Bytes(i))
	}
	return nil
}

// noAggregate is the transition functions, which only aggregates may call.
func noAggregate(c *Call, _ *vector.Column, sel []int32) error {
	if len(sel) == 0 {
		return nil
	}
	name := "range_intersect_agg_transfn"
	if rt := types.RangeTypeOf(c.ArgTypes[0].OID); rt.Multi == c.ArgTypes[0].OID {
		name = "multi" + name
	}
	return pgerr.New(pgerr.InternalError, "%s called in non-aggregate context", name)
}

// hashRanges are hash_range, hash_multirange and, if extended, those with a seed.
func hashRanges(multi, extended bool) Kernel {
	return func(c *Call, out *vector.Column, sel []int32) error {
		w, rt := rangeWorkOf(c), types.RangeTypeOf(c.ArgTypes[0].OID)
		for _, i := range sel {
			seed := uint64(0)
			if extended {
				seed = uint64(c.Args[1].Ints[i])
			}
			list, h := w.list(c, 0, i), uint64(1)
			for k := range list {
				one := rt.PGHash(&list[k], seed)
				switch {
				case !multi:
					h = one
				default:
					h = h<<5 - h + one
				}
			}
			if !extended {
				h = uint64(int64(int32(h)))
			}
			out.Ints[i] = int64(h)
		}
		return nil
	}
}

// unnestMultirange is unnest(anymultirange).
func unnestMultirange(c *Call, row int32, emit func([]types.Datum) bool) error {
	rt := types.RangeTypeOf(c.ArgTypes[0].OID)
	for _, r := range rt.DecodeMulti(nil, c.Args[0].Bytes(row)) {
		if !emit([]types.Datum{{Bytes: rt.Append(nil, &r)}}) {
			break
		}
	}
	return nil
}

var rangeSetKernels = map[string]SetKernel{"multirange_unnest": unnestMultirange}

var rangeKernels = makeRangeKernels()

func makeRangeKernels() map[string]Kernel {
	type relation = func(rt *types.RangeType, a, b *types.Range) bool
	before, adjacent, contains := relation((*types.RangeType).Before), relation((*types.RangeType).Adjacent), relation((*types.RangeType).Contains)
	overLeft, overRight := relation((*types.RangeType).OverLeft), relation((*types.RangeType).OverRight)
	overlap, covers := (*types.RangeType).MultiOverlap, (*types.RangeType).MultiContains
	inclusive := func(b *types.RangeBound) bool { return b.Inclusive }
	infinite := func(b *types.RangeBound) bool { return b.Infinite }
	m := map[string]Kernel{
		"range_contains": spanTest(false, contains), "range_contained_by": spanTest(true, contains),
		"range_contains_multirange": spanTest(false, contains), "multirange_contained_by_range": spanTest(true, contains),
		"multirange_contains_range": listTest(false, covers), "range_contained_by_multirange": listTest(true, covers),
		"multirange_contains_multirange": listTest(false, covers), "multirange_contained_by_multirange": listTest(true, covers),
		"range_contains_elem": holdsElement(0), "multirange_contains_elem": holdsElement(0), "elem_contained_by_range": holdsElement(1), "elem_contained_by_multirange": holdsElement(1),
		"range_union": ofTwoRanges(func(rt *types.RangeType, a, b *types.Range) (types.Range, error) { return rt.Union(a, b, true) }),
		"range_merge": ofTwoRanges(func(rt *types.RangeType, a, b *types.Range) (types.Range, error) { return rt.Union(a, b, false) }),
		"range_minus": ofTwoRanges((*types.RangeType).Minus), "range_intersect": ofTwoRanges((*types.RangeType).Intersect),
		"multirange_union": ofTwoMultiranges(multirangeUnion), "multirange_minus": ofTwoMultiranges((*types.RangeType).MultiMinus),
		"multirange_intersect":        ofTwoMultiranges((*types.RangeType).MultiIntersect),
		"range_merge_from_multirange": spanMultirange,
		"range_constructor2":          makeRange, "range_constructor3": makeRange,
		"multirange_constructor0": makeMultirange, "multirange_constructor1": makeMultirange, "multirange_constructor2": makeMultirange,
		"int4range_canonical": sameRange, "int8range_canonical": sameRange, "daterange_canonical": sameRange,
		"range_intersect_agg_transfn": noAggregate, "multirange_intersect_agg_transfn": noAggregate,
		"range_send": sendBinary, "multirange_send": sendBinary,
	}
	for _, kind := range []string{"range", "multirange"} {
		m[kind+"_lower"], m[kind+"_upper"] = boundValue(false), boundValue(true)
		m[kind+"_lower_inc"], m[kind+"_upper_inc"] = aboutBound(false, inclusive), aboutBound(true, inclusive)
		m[kind+"_lower_inf"], m[kind+"_upper_inf"] = aboutBound(false, infinite), aboutBound(true, infinite)
		m[kind+"_empty"] = rangeIsEmpty
		m[kind+"_eq"], m[kind+"_ne"] = rangesOrdered(wantEQ), rangesOrdered(wantNE)
		m[kind+"_lt"], m[kind+"_le"] = rangesOrdered(wantLT), rangesOrdered(wantLE)
		m[kind+"_gt"], m[kind+"_ge"] = rangesOrdered(wantGT), rangesOrdered(wantGE)
		m[kind+"_cmp"] = compareRangeRows
		m["hash_"+kind], m["hash_"+kind+"_extended"] = hashRanges(kind == "multirange", false), hashRanges(kind == "multirange", true)
	}
	// between names a relation as pg_proc does: of two ranges "range_before", else "range_before_multirange" and its like.
	between := func(name string, k Kernel) {
		m["range_"+name] = k
		for _, left := range []string{"range", "multirange"} {
			for _, right := range []string{"range", "multirange"} {
				if left == "multirange" || right == "multirange" {
					m[left+"_"+name+"_"+right] = k
				}
			}
		}
	}
	between("before", spanTest(false, before))
	between("after", spanTest(true, before))
	between("overleft", spanTest(false, overLeft))
	between("overright", spanTest(false, overRight))
	between("adjacent", spanTest(false, adjacent))
	between("overlaps", listTest(false, overlap))
	return m
}
