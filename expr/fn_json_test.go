package expr_test

import (
	"math/rand/v2"
	"testing"

	"howdah/expr/exprtest"
	"howdah/internal/pgdata"
	"howdah/types"
)

func jsonText(r *rand.Rand) string {
	return exprtest.OneOf(r, "1", "1.50", "1.5", "-2", `"a"`, `""`, "null", "true", "false", "[]", "{}", "[1]", "[1, 2, 3]", `["a", "b", null]`, `{"a": 1}`, `{"a": 2, "b": [1, {"c": "x"}]}`,
		`{"b": null, "a": {"a": {"b": 7}}}`, `[[1, 2], [3]]`, `[{"a": 1}, {"a": 2}]`, `{"é": "日\n\"", "aa": 1.0, "b": ""}`, `[null]`, "[[]]", "[{}]", `{"a": [], "b": {}}`, "1e5", `[1.0, 1.00]`, `{"a": "1"}`,
		` { "a" : [ 1 , 2 ] , "a" : "x\u0041" } `, `[ 1 , "x" ]`, `[true, false, null, "true"]`, `{"a": true, "c": null}`)
}

func jsonOptions() exprtest.Options {
	return exprtest.Options{
		Rows: 250, Collation: types.DefaultCollation,
		Operands: map[types.OID]func(*rand.Rand) string{
			types.JSONOID: jsonText, types.JSONBOID: jsonText,
			types.TextOID: func(r *rand.Rand) string { return exprtest.OneOf(r, "a", "b", "c", "", "é", "0", "1", "-1", "true") },
			types.Int4OID: func(r *rand.Rand) string { return exprtest.OneOf(r, "0", "1", "2", "-1", "-2", "5", "-2147483648") },
			types.TextArrayOID: func(r *rand.Rand) string {
				return exprtest.OneOf(r, "{}", "{a}", "{b}", "{a,b}", "{b,1,c}", "{b,0}", "{0}", "{1,0}", "{-1}", "{a,a,b}", "{0,a}", "{NULL}", "{a,NULL}", "{x}", "{-9}", "{9}", "{é}", "{ 1}", "{1x}", "{+1}", "{c,d}", "{a,-1}", "{b,1,d}", "{{a,b}}")
			},
		},
		Signatures: func(p *pgdata.Proc) [][]types.OID {
			switch p.Src {
			case "to_json", "to_jsonb":
				return [][]types.OID{{types.Int4OID}, {types.TextOID}, {types.BoolOID}, {types.JSONBOID}, {types.TextArrayOID}, {types.NumericOID}, {types.Float8OID}, {types.JSONOID}}
			case "array_to_json", "array_to_json_pretty":
				return [][]types.OID{append([]types.OID{}, types.TextArrayOID, types.BoolOID)[:len(p.ArgTypes)]}
			case "json_build_array", "jsonb_build_array", "json_build_object", "jsonb_build_object":
				return [][]types.OID{{types.TextOID, types.Int4OID}, {types.TextOID, types.TextOID, types.Int4OID, types.JSONBOID}, {types.TextOID}, {types.BoolOID, types.TextArrayOID}}
			}
			return nil
		},
	}
}

func TestJSONEqualsServer(t *testing.T) {
	exprtest.Functions(t, jsonOptions(),
		"json_object_field", "jsonb_object_field", "json_object_field_text", "jsonb_object_field_text", "json_array_element", "jsonb_array_element",
		"json_array_element_text", "jsonb_array_element_text", "json_extract_path", "jsonb_extract_path", "json_extract_path_text", "jsonb_extract_path_text",
		"json_typeof", "jsonb_typeof", "json_array_length", "jsonb_array_length", "jsonb_eq", "jsonb_ne", "jsonb_lt", "jsonb_le", "jsonb_gt", "jsonb_ge",
		"jsonb_contains", "jsonb_contained", "jsonb_exists", "jsonb_exists_any", "jsonb_exists_all", "jsonb_strip_nulls", "jsonb_pretty", "jsonb_bool", "jsonb_numeric", "jsonb_int2", "jsonb_int4", "jsonb_int8", "jsonb_float4", "jsonb_float8",
		"jsonb_set", "jsonb_insert", "jsonb_delete_path", "jsonb_delete", "jsonb_delete_array", "jsonb_delete_idx", "jsonb_concat",
		"to_json", "to_jsonb", "array_to_json", "array_to_json_pretty", "json_build_array", "jsonb_build_array", "json_build_object", "jsonb_build_object")
}

func TestBytesAggregatesEqualServer(t *testing.T) {
	opt := jsonOptions()
	opt.Rows = 40
	opt.Operands[types.Int4ArrayOID] = intArray
	opt.Operands[types.ByteaOID] = byteaText
	opt.Signatures = func(p *pgdata.Proc) [][]types.OID {
		switch exprtest.Signature(p) {
		case "array_agg(anynonarray)":
			return [][]types.OID{{types.Int4OID}, {types.TextOID}}
		case "array_agg(anyarray)":
			return [][]types.OID{{types.Int4ArrayOID}}
		case "json_agg(anyelement)", "jsonb_agg(anyelement)":
			return [][]types.OID{{types.Int4OID}, {types.TextOID}, {types.JSONBOID}, {types.Int4ArrayOID}}
		case "json_object_agg(any,any)", "jsonb_object_agg(any,any)":
			return [][]types.OID{{types.TextOID, types.Int4OID}, {types.Int4OID, types.JSONBOID}}
		}
		return nil
	}
	opt.Result = func(p *pgdata.Proc, args []types.OID) types.OID {
		if p.Name == "array_agg" {
			if a := types.ArrayOf(args[0]); a != types.InvalidOID {
				return a
			}
			return args[0]
		}
		return types.OID(p.Ret)
	}
	exprtest.Aggregates(t, opt, "string_agg(text,text)", "string_agg(bytea,bytea)", "array_agg(anynonarray)", "array_agg(anyarray)",
		"json_agg(anyelement)", "jsonb_agg(anyelement)", "json_object_agg(any,any)", "jsonb_object_agg(any,any)")
}
