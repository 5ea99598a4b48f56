package expr_test

import (
	"math/rand/v2"
	"testing"

	"howdah/expr/exprtest"
	"howdah/internal/pgdata"
	"howdah/types"
)

func intArray(r *rand.Rand) string {
	return exprtest.OneOf(r, "{}", "{1}", "{1,2,3}", "{3,NULL,1}", "{NULL}", "{1,1,2}", "[2:4]={1,2,3}", "{{1,2},{3,4}}", "{{1,2}}", "{{5,6},{7,8},{9,9}}",
		"[0:1][2:3]={{1,2},{3,4}}", "{{{1}}}", "{2}", "{2,1}", "[-2147483648:-2147483647]={1,2}")
}

func textArray(r *rand.Rand) string {
	return exprtest.OneOf(r, "{}", "{a}", "{a,b}", `{"",NULL}`, `{"x y",é}`, "{{a,b},{c,d}}", "[0:0]={a}", "{NULL,a}")
}

var polymorphic = map[types.OID][2]types.OID{ // as int4 and as text
	types.AnyArrayOID: {types.Int4ArrayOID, types.TextArrayOID}, types.AnyElementOID: {types.Int4OID, types.TextOID},
	types.AnyCompatibleArrayOID: {types.Int4ArrayOID, types.TextArrayOID}, types.AnyCompatibleOID: {types.Int4OID, types.TextOID},
}

func arrayOptions() exprtest.Options {
	few := func(r *rand.Rand) string { return exprtest.OneOf(r, "0", "1", "2", "3", "-1", "7") }
	word := func(r *rand.Rand) string { return exprtest.OneOf(r, "", "a", "b", "x y", "é", ",") }
	dims := func(r *rand.Rand) string {
		return exprtest.OneOf(r, "{}", "{2}", "{2,2}", "{0}", "{2,0}", "{-1}", "{1,NULL}", "{{1,2}}", "{1,1,1,1,1,1,1}", "{2000000000}", "{100000,100000}")
	}
	string1 := func(r *rand.Rand) string {
		return exprtest.OneOf(r, "", "a", "a,b,,c", ",", "aébé", "a||b", "NULL,a")
	}
	return exprtest.Options{
		Rows: 150, Collation: types.DefaultCollation,
		Operands: map[types.OID]func(*rand.Rand) string{types.Int4ArrayOID: intArray, types.TextArrayOID: textArray, types.TextOID: word, types.Int4OID: few},
		ByArg: map[string]map[int]func(*rand.Rand) string{
			"array_fill": {1: dims}, "array_fill_with_lower_bounds": {1: dims, 2: dims},
			"text_to_array": {0: string1}, "text_to_array_null": {0: string1},
		},
		Signatures: func(p *pgdata.Proc) (sigs [][]types.OID) {
			for k := range 2 {
				args := make([]types.OID, len(p.ArgTypes))
				for i, a := range p.ArgTypes {
					args[i] = types.OID(a)
					if c, ok := polymorphic[args[i]]; ok {
						args[i] = c[k]
					}
				}
				sigs = append(sigs, args)
			}
			return sigs
		},
		Result: func(p *pgdata.Proc, args []types.OID) types.OID {
			ret := types.OID(p.Ret)
			if c, ok := polymorphic[ret]; ok {
				for _, a := range args {
					if a == types.TextArrayOID || a == types.TextOID && p.Src == "array_fill" || a == types.TextOID && p.Src == "array_fill_with_lower_bounds" {
						return c[1]
					}
				}
				return c[0]
			}
			return ret
		},
	}
}

func TestArrayEqualsServer(t *testing.T) {
	exprtest.Functions(t, arrayOptions(), "array_eq", "array_ne", "array_lt", "array_le", "array_gt", "array_ge", "array_larger", "array_smaller",
		"arraycontains", "arraycontained", "arrayoverlap", "array_append", "array_prepend", "array_cat", "array_length", "array_lower", "array_upper",
		"array_ndims", "array_cardinality", "array_dims", "array_position", "array_position_start", "array_positions", "array_remove", "array_replace",
		"array_fill", "array_fill_with_lower_bounds", "trim_array", "array_to_text", "array_to_text_null", "text_to_array", "text_to_array_null")
}
