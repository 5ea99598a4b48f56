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

// floats makes states of so many numbers, mostly such as aggregates make.
func floatState(n int) func(r *rand.Rand) string {
	return func(r *rand.Rand) string {
		v := make([]string, n)
		for i := range v {
			v[i] = exprtest.OneOf(r, "0", "1", "2", "3", "5.5", "-1.25", "100", "1e200", "NaN", "Infinity", "7", "12")
		}
		switch r.IntN(20) {
		case 0:
			v = append(v, "1")
		case 1:
			v[0] = "NULL"
		case 2:
			return "{}"
		}
		return "{" + strings.Join(v, ",") + "}"
	}
}

func TestTransitionFunctions(t *testing.T) {
	three, six := floatState(3), floatState(6)
	by := map[string]map[int]func(*rand.Rand) string{
		"float8_combine": {0: three, 1: three}, "float8_regr_accum": {0: six}, "float8_regr_combine": {0: six, 1: six},
	}
	sources := []string{"float4_accum", "float8_accum", "float8_combine", "float8_regr_accum", "float8_regr_combine", "int2_avg_accum", "int4_avg_accum",
		"int2_avg_accum_inv", "int4_avg_accum_inv", "int4_avg_combine", "int8_avg", "int2int4_sum", "int2_sum", "int4_sum", "int8_sum",
		"interval_accum", "interval_accum_inv", "interval_combine", "interval_avg"}
	for _, f := range []string{"avg", "var_pop", "var_samp", "stddev_pop", "stddev_samp"} {
		sources = append(sources, "float8_"+f)
		by["float8_"+f] = map[int]func(*rand.Rand) string{0: three}
	}
	for _, f := range []string{"regr_sxx", "regr_syy", "regr_sxy", "regr_avgx", "regr_avgy", "covar_pop", "covar_samp", "corr", "regr_r2", "regr_slope", "regr_intercept"} {
		sources = append(sources, "float8_"+f)
		by["float8_"+f] = map[int]func(*rand.Rand) string{0: six}
	}
	exprtest.Functions(t, exprtest.Options{ByArg: by, Operands: map[types.OID]func(*rand.Rand) string{
		types.Float8ArrayOID: three,
		types.IntervalOID: func(r *rand.Rand) string {
			return exprtest.OneOf(r, "1 day", "-2 mons 3 days", "00:00:01.5", "1 year -1 day 02:00")
		},
		types.Int8ArrayOID: func(r *rand.Rand) string {
			return exprtest.OneOf(r, "{0,0}", "{1,5}", "{3,-10}", "{1000000,123456789012}", "{1}", "{1,2,3}", "{}", "{1,NULL}", "{7,22}")
		},
		types.IntervalArrayOID: func(r *rand.Rand) string {
			n := fmt.Sprintf("00:00:00.%06d", r.IntN(5))
			return "{" + exprtest.OneOf(r, "0 s", "1 day", "-3 mons 2 days 04:05:06", "1 year 00:00:01") + "," + exprtest.OneOf(r, n, n, n, "1 day") + "}"
		},
	}}, sources...)
}

func TestSupportFunctions(t *testing.T) {
	by := map[string]map[int]func(*rand.Rand) string{
		"to_ascii_encname": {1: func(r *rand.Rand) string {
			return exprtest.OneOf(r, "LATIN1", "latin2", "LATIN9", "win1250", "UTF8", "KOI8R", "nope")
		}},
		"to_ascii_enc":                  {1: func(r *rand.Rand) string { return exprtest.OneOf(r, "8", "9", "16", "29", "6", "99", "-1") }},
		"pg_indexam_progress_phasename": {0: func(r *rand.Rand) string { return exprtest.OneOf(r, "403", "405", "0") }, 1: func(r *rand.Rand) string { return fmt.Sprint(r.IntN(8)) }},
		"pg_size_bytes": {0: func(r *rand.Rand) string {
			return exprtest.OneOf(r, "", " ", "-", "+") + exprtest.OneOf(r, "1", "1.5", ".5", "5.", "12345678901", "", "1e3", "1e", "1E-2", "0", "abc", "1.2.3") + exprtest.OneOf(r, "", " ", "  ") +
				exprtest.OneOf(r, "", "kB", "KB", "mb", "GB", "tb", "PB", "bytes", "B", "EB", "kb x", " MB ")
		}},
		"pg_size_pretty_numeric": {0: func(r *rand.Rand) string {
			return exprtest.OneOf(r, "0", "1", "-1", "1.5", "10239", "10240", "-10240", "20479.5", "1048576", "10485760", "123456789.5", "99999999999999999999", "1e30", "-1e20", "NaN", "Infinity", fmt.Sprint(r.Int64()))
		}},
	}
	// How far apart unlike texts are is the C library's affair, but for their order.
	sign := func(p *pgdata.Proc, got, want string) bool {
		if !strings.HasSuffix(p.Src, "cmp") || got == "" || want == "" || got == "0" || want == "0" {
			return got == want
		}
		return (got[0] == '-') == (want[0] == '-')
	}
	exprtest.Functions(t, exprtest.Options{ByArg: by, Operands: supportOperands(), Same: sign}, "btequalimage", "int4range_subdiff", "int8range_subdiff",
		"numrange_subdiff", "daterange_subdiff", "tsrange_subdiff", "tstzrange_subdiff", "pg_indexam_progress_phasename", "to_ascii_default", "to_ascii_enc",
		"to_ascii_encname", "pg_size_bytes", "pg_size_pretty_numeric",
		"bttextcmp", "btnametextcmp", "bttextnamecmp", "bttext_pattern_cmp", "btnamecmp", "byteacmp", "uuid_cmp", "gin_compare_jsonb", "gin_cmp_tslexeme", "bpcharcmp",
		"btbpchar_pattern_cmp", "jsonb_cmp", "hashbpchar", "hashbpcharextended", "uuid_hash", "uuid_hash_extended", "jsonb_hash", "jsonb_hash_extended",
		"byteasend", "json_send", "jsonb_send", "uuid_send")
}

// supportOperands are values of the types that these functions are about, and arrays of them.
func supportOperands() map[types.OID]func(*rand.Rand) string {
	list := func(values ...string) func(*rand.Rand) string {
		return func(r *rand.Rand) string { return exprtest.OneOf(r, values...) }
	}
	moments := list("2024-01-01", "1999-12-31 23:59:59.5", "2000-01-01", "infinity", "2024-02-29 12:00", "-infinity")
	json := list("null", "1", "1.50", "-2", `"a"`, `"abc"`, `"z"`, "true", "false", "[]", "{}", "[1,2]", `[1,[2,"x"],null]`, `{"a":1}`, `{"b":1}`, `{"a":{"b":[true]},"c":"d"}`, "[1]")
	m := map[types.OID]func(*rand.Rand) string{
		types.DateOID: list("2024-01-01", "1999-12-31", "2000-01-01", "0001-01-01", "9999-12-31"), types.TimestampOID: moments, types.TimestamptzOID: moments,
		types.JSONOID: json, types.JSONBOID: json, types.IntervalOID: list("1 day", "24:00:00", "1 mon", "30 days", "-1 s", "0 s"),
	}
	for oid, g := range textOperands {
		m[oid] = g
	}
	for _, array := range arrayTypes {
		elem := m[types.ElemOf(array)]
		if elem == nil {
			elem = exprtest.Operands[types.ElemOf(array)]
		}
		m[array] = func(r *rand.Rand) string {
			var elems []string
			for range r.IntN(4) {
				if r.IntN(9) == 0 {
					elems = append(elems, "NULL")
				} else {
					elems = append(elems, `"`+strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(elem(r))+`"`)
				}
			}
			return "{" + strings.Join(elems, ",") + "}"
		}
	}
	return m
}

var arrayTypes = []types.OID{types.Int4ArrayOID, types.TextArrayOID, types.NumericArrayOID, types.Float8ArrayOID, types.DateArrayOID, types.TimestampArrayOID,
	types.BoolArrayOID, types.UUIDArrayOID, types.IntervalArrayOID, types.JSONBArrayOID, types.Int8ArrayOID, types.BpcharArrayOID}

func TestArraySupportFunctions(t *testing.T) {
	exprtest.Functions(t, exprtest.Options{Rows: 60, Operands: supportOperands(), Signatures: func(p *pgdata.Proc) [][]types.OID {
		var out [][]types.OID
		for _, a := range arrayTypes {
			switch p.Src {
			case "hash_array":
				out = append(out, []types.OID{a})
			case "hash_array_extended":
				out = append(out, []types.OID{a, types.Int8OID})
			case "btarraycmp":
				out = append(out, []types.OID{a, a})
			case "width_bucket_array":
				out = append(out, []types.OID{types.ElemOf(a), a})
			}
		}
		return out
	}}, "hash_array", "hash_array_extended", "btarraycmp", "width_bucket_array")
}
