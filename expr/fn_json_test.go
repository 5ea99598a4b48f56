package expr_test

import (
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"howdah/expr"
	"howdah/expr/exprtest"
	"howdah/internal/pgdata"
	"howdah/internal/pgtest"
	"howdah/types"
	"howdah/vector"
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
		ByArg: map[string]map[int]func(*rand.Rand) string{"jsonb_set_lax": {4: func(r *rand.Rand) string {
			return exprtest.OneOf(r, "raise_exception", "use_json_null", "delete_key", "return_target", "x")
		}}},
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
		"json_strip_nulls", "json_object", "json_object_two_arg", "jsonb_object", "jsonb_object_two_arg", "jsonb_set_lax",
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

// Set-returning functions give the server's rows in the server's order.
func TestSetsEqualServer(t *testing.T) {
	conn := exprtest.Connect(t, "")
	text, jsonb, js := types.Of(types.TextOID), types.Of(types.JSONBOID), types.Of(types.JSONOID)
	texts, ints, i4, boolean := types.Of(types.TextArrayOID), types.Of(types.Int4ArrayOID), types.Of(types.Int4OID), types.Of(types.BoolOID)
	for _, c := range []struct {
		src, name string
		types     []types.Type
		results   []types.Type
		args      [][]string
	}{
		{"array_unnest", "unnest", []types.Type{ints}, []types.Type{i4}, [][]string{{"{1,NULL,3}"}, {"{}"}, {"{{1,2},{3,4}}"}}},
		{"text_to_table", "string_to_table", []types.Type{text, text}, []types.Type{text}, [][]string{{"a,b,,c", ","}, {"", ","}, {"aé", ""}}},
		{"generate_subscripts_nodir", "generate_subscripts", []types.Type{ints, i4}, []types.Type{i4}, [][]string{{"[3:5]={1,2,3}", "1"}, {"{{1,2}}", "2"}, {"{}", "1"}, {"{1}", "2"}}},
		{"generate_subscripts", "generate_subscripts", []types.Type{ints, i4, boolean}, []types.Type{i4}, [][]string{{"[3:5]={1,2,3}", "1", "t"}, {"{1,2}", "1", "f"}}},
		{"regexp_matches", "regexp_matches", []types.Type{text, text, text}, []types.Type{texts}, [][]string{{"aXbaYb", "a(.)(b)?", "g"}, {"aaa", "a*?", "g"}, {"abc", "x", ""}, {"éa日", "", "g"}, {"aa", "a", ""}}},
		{"regexp_split_to_table_no_flags", "regexp_split_to_table", []types.Type{text, text}, []types.Type{text}, [][]string{{"a1b22c", "[0-9]+"}, {"abc", ""}, {"", "x"}, {"xax", "x"}}},
		{"jsonb_array_elements", "jsonb_array_elements", []types.Type{jsonb}, []types.Type{jsonb}, [][]string{{`[1, "a", null, {"b": [2]}]`}, {"[]"}}},
		{"json_array_elements", "json_array_elements", []types.Type{js}, []types.Type{js}, [][]string{{`[ 1 , "a",null , {"b" : [2] } ]`}, {" [ ] "}}},
		{"jsonb_array_elements_text", "jsonb_array_elements_text", []types.Type{jsonb}, []types.Type{text}, [][]string{{`[1, "a\n", null, {"b": [2]}]`}}},
		{"json_array_elements_text", "json_array_elements_text", []types.Type{js}, []types.Type{text}, [][]string{{`[1, "a\u0041", null, { "b": [2]}]`}}},
		{"jsonb_each", "jsonb_each", []types.Type{jsonb}, []types.Type{text, jsonb}, [][]string{{`{"bb": 1, "a": null, "\u00e9": "x"}`}, {"{}"}}},
		{"json_each", "json_each", []types.Type{js}, []types.Type{text, js}, [][]string{{`{ "bb" : 1, "a":null, "bb": [ 1 ] }`}}},
		{"jsonb_each_text", "jsonb_each_text", []types.Type{jsonb}, []types.Type{text, text}, [][]string{{`{"bb": 1, "a": null, "c": "x\"y"}`}}},
		{"json_each_text", "json_each_text", []types.Type{js}, []types.Type{text, text}, [][]string{{`{"bb": 1, "a": null, "c": "x\"y"}`}}},
		{"jsonb_object_keys", "jsonb_object_keys", []types.Type{jsonb}, []types.Type{text}, [][]string{{`{"bb": 1, "a": null}`}}},
		{"json_object_keys", "json_object_keys", []types.Type{js}, []types.Type{text}, [][]string{{`{"bb": 1, "a": null, "bb": 2}`}}},
	} {
		var kernel expr.SetKernel
		for i := range pgdata.Procs() {
			if p := &pgdata.Procs()[i]; p.Src == c.src {
				kernel, _ = expr.SetOf(p)
			}
		}
		if kernel == nil {
			t.Errorf("%s: no kernel", c.src)
			continue
		}
		for _, args := range c.args {
			call := &expr.Call{ArgTypes: c.types, Collation: types.DefaultCollation, Env: &expr.Env{Ctx: t.Context(), Style: types.DefaultStyle()}}
			var list []string
			for a, v := range args {
				col := vector.New(c.types[a], 1)
				d, err := types.ParseText(c.types[a], []byte(v), types.DefaultStyle())
				if err != nil {
					t.Fatal(err)
				}
				col.Set(0, d)
				call.Args, call.Const = append(call.Args, col), append(call.Const, false)
				list = append(list, "'"+strings.ReplaceAll(v, "'", "''")+"'::"+pgdata.TypeByOID(uint32(c.types[a].OID)).Name)
			}
			want, err := conn.Query("select * from " + c.name + "(" + strings.Join(list, ", ") + ")")
			if err != nil {
				t.Fatal(err)
			}
			var got [][]string
			err = kernel(call, 0, func(row []types.Datum) bool {
				var out []string
				for k := range row {
					if row[k].Null {
						out = append(out, pgtest.Null)
					} else {
						out = append(out, string(types.AppendText(nil, c.results[k], &row[k], types.DefaultStyle())))
					}
				}
				got = append(got, out)
				return true
			})
			if err != nil || !slices.EqualFunc(got, want, slices.Equal[[]string]) {
				t.Errorf("%s(%v): got %q (%v), want %q", c.name, args, got, err, want)
			}
		}
	}
}
