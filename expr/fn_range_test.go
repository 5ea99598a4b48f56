package expr_test

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"howdah/expr/exprtest"
	"howdah/internal/pgdata"
	"howdah/types"
)

// rangeOptions tries every range type for each polymorphic function.
func rangeOptions() exprtest.Options {
	elem := func(t types.OID) func(*rand.Rand) string {
		return func(r *rand.Rand) string {
			switch t {
			case types.NumericOID:
				return exprtest.OneOf(r, "0", "1", "1.0", "1.00", "2.5", "-3", "4", "5.25", "7", "NaN", "Infinity", "10.1")
			case types.DateOID:
				return exprtest.OneOf(r, "-infinity", "infinity", "5874897-12-31", fmt.Sprintf("2020-01-%02d", 1+r.IntN(9)), fmt.Sprintf("2020-01-%02d", 1+r.IntN(9)), fmt.Sprintf("2020-01-%02d", 1+r.IntN(9)))
			case types.TimestampOID, types.TimestamptzOID:
				return exprtest.OneOf(r, "infinity", fmt.Sprintf("2020-01-%02d 10:00", 1+r.IntN(5)), fmt.Sprintf("2020-01-%02d", 1+r.IntN(9)))
			}
			if r.IntN(20) == 0 {
				if t == types.Int8OID {
					return exprtest.OneOf(r, "9223372036854775807", "-9223372036854775808")
				}
				return exprtest.OneOf(r, "2147483647", "-2147483648")
			}
			return fmt.Sprint(r.IntN(14) - 2)
		}
	}
	operands := map[types.OID]func(*rand.Rand) string{
		types.TextOID: func(r *rand.Rand) string {
			return exprtest.OneOf(r, "[]", "[)", "(]", "()", "[)", "[", "", "[}", "[]]")
		},
	}
	for i := range types.RangeTypes() {
		rt := &types.RangeTypes()[i]
		value := elem(rt.Elem)
		operands[rt.Elem] = value
		one := func(r *rand.Rand) string {
			for {
				if r.IntN(10) == 0 {
					return "empty"
				}
				bound := func() string {
					if r.IntN(9) == 0 {
						return ""
					}
					return value(r)
				}
				text := exprtest.OneOf(r, "[", "(") + bound() + "," + bound() + exprtest.OneOf(r, "]", ")")
				if _, err := types.ParseText(types.Of(rt.OID), []byte(text), types.DefaultStyle()); err == nil {
					return text
				}
			}
		}
		operands[rt.OID] = one
		operands[rt.Multi] = func(r *rand.Rand) string {
			list := make([]string, r.IntN(4))
			for i := range list {
				list[i] = one(r)
			}
			return "{" + strings.Join(list, ",") + "}"
		}
		operands[rt.Array] = func(r *rand.Rand) string {
			list := make([]string, r.IntN(4))
			for i := range list {
				list[i] = `"` + one(r) + `"`
				if r.IntN(12) == 0 {
					list[i] = "NULL"
				}
			}
			if len(list) > 0 && r.IntN(12) == 0 {
				return "{{" + strings.Join(list, ",") + "}}"
			}
			return "{" + strings.Join(list, ",") + "}"
		}
	}
	concrete := func(t types.OID, rt *types.RangeType) types.OID {
		switch t {
		case types.AnyRangeOID:
			return rt.OID
		case 4537:
			return rt.Multi
		case types.AnyElementOID:
			return rt.Elem
		}
		return t
	}
	return exprtest.Options{
		Rows: 40, Operands: operands,
		Signatures: func(p *pgdata.Proc) (sigs [][]types.OID) {
			for i := range types.RangeTypes() {
				args, poly := make([]types.OID, len(p.ArgTypes)), false
				for a, t := range p.ArgTypes {
					args[a] = concrete(types.OID(t), &types.RangeTypes()[i])
					poly = poly || args[a] != types.OID(t)
				}
				sigs = append(sigs, args)
				if !poly {
					break
				}
			}
			return sigs
		},
		Result: func(p *pgdata.Proc, args []types.OID) types.OID {
			for _, a := range args {
				if rt := types.RangeTypeOf(a); rt != nil {
					return concrete(types.OID(p.Ret), rt)
				}
			}
			return types.OID(p.Ret)
		},
	}
}

func TestRangeFunctions(t *testing.T) {
	sources := []string{"range_constructor2", "range_constructor3", "multirange_constructor0", "multirange_constructor1", "multirange_constructor2",
		"range_union", "range_merge", "range_minus", "range_intersect", "multirange_union", "multirange_minus", "multirange_intersect", "range_merge_from_multirange",
		"range_contains", "range_contained_by", "range_contains_multirange", "multirange_contained_by_range", "multirange_contains_range", "range_contained_by_multirange",
		"multirange_contains_multirange", "multirange_contained_by_multirange", "range_contains_elem", "multirange_contains_elem", "elem_contained_by_range",
		"elem_contained_by_multirange", "int4range_canonical", "int8range_canonical", "daterange_canonical", "range_send", "multirange_send",
		"range_intersect_agg_transfn", "multirange_intersect_agg_transfn"}
	for _, kind := range []string{"range", "multirange"} {
		for _, f := range []string{"lower", "upper", "lower_inc", "upper_inc", "lower_inf", "upper_inf", "empty", "eq", "ne", "lt", "le", "gt", "ge", "cmp"} {
			sources = append(sources, kind+"_"+f)
		}
		sources = append(sources, "hash_"+kind, "hash_"+kind+"_extended")
		for _, f := range []string{"before", "after", "overleft", "overright", "adjacent", "overlaps"} {
			sources = append(sources, kind+"_"+f+"_multirange")
			if kind == "range" {
				sources = append(sources, kind+"_"+f)
			} else {
				sources = append(sources, kind+"_"+f+"_range")
			}
		}
	}
	exprtest.Functions(t, rangeOptions(), sources...)
}

func TestRangeAggregates(t *testing.T) {
	opt := rangeOptions()
	opt.Rows = 30
	exprtest.Aggregates(t, opt, "range_agg(anyrange)", "range_agg(anymultirange)", "range_intersect_agg(anyrange)", "range_intersect_agg(anymultirange)")
}
