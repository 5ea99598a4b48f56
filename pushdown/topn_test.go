package pushdown_test

import (
	"math/rand/v2"
	"slices"
	"testing"

	"howdah/pushdown"
	"howdah/types"
	"howdah/vector"
)

// A top-N orders every type that it takes as the engine's sort does, NULLs and equal values too.
func TestTopNOrders(t *testing.T) {
	values := map[types.Type][]string{
		types.Of(types.VarbitOID):              {"", "0", "1", "10", "100", "01111", "10101010", "101010101", "1"},
		{OID: types.BitOID, Typmod: 3}:         {"000", "111", "101", "010", "101"},
		{OID: types.BpcharOID, Typmod: 4 + 4}:  {"", "a", "ab", "ab  ", "b", "aB", "ä", "abcd"},
		types.Of(types.BpcharOID):              {"", "a", "a ", "ab", "a\t", "b"},
		types.Of(types.TextOID):                {"", "a", "a ", "ab", "a\t", "b"},
		types.Of(types.ByteaOID):               {`\x`, `\x00`, `\xff`, `\x00ff`},
		types.Of(types.UUIDOID):                {"a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11", "00000000-0000-0000-0000-000000000000"},
		types.Of(types.NumericOID):             {"1.50", "1.5", "-3", "NaN", "99999999999999999999.5"},
		types.Of(types.Float8OID):              {"0", "-0", "NaN", "1.5", "Infinity"},
		types.Of(types.BoolOID):                {"t", "f"},
		types.Of(types.Int4OID):                {"1", "-1", "7"},
		{OID: types.VarcharOID, Typmod: 4 + 4}: {"a", "b", "ab"},
		types.Of(types.TimestampOID):           {"2020-01-01", "infinity", "1999-12-31 23:59:59.5"},
		types.Of(types.TimestamptzOID):         {"2020-01-01 00:00+01", "2020-01-01 00:00+02"},
		types.Of(types.DateOID):                {"2020-01-01", "-infinity"},
		types.Of(types.TimeOID):                {"00:00", "24:00"},
		types.Of(types.Float4OID):              {"0.5", "-0.5"},
		types.Of(types.OidOID):                 {"1", "4294967295"},
		types.Of(types.Int2OID):                {"1", "-1"},
		types.Of(types.Int8OID):                {"1", "-1"},
	}
	r := rand.New(rand.NewPCG(4, 4))
	for typ, texts := range values {
		if !pushdown.Sortable(typ) {
			t.Errorf("type %d is not sortable", typ.OID)
			continue
		}
		const n = 60
		col := vector.New(typ, n)
		for i := range int32(n) {
			if r.IntN(8) == 0 {
				col.SetNull(i)
				continue
			}
			d, err := types.ParseText(typ, []byte(texts[r.IntN(len(texts))]), types.DefaultStyle())
			if err != nil {
				t.Fatal(err)
			}
			col.Set(i, d)
		}
		for _, k := range []pushdown.SortKey{{Type: typ}, {Type: typ, Desc: true, NullsFirst: true}, {Type: typ, Desc: true}, {Type: typ, NullsFirst: true}} {
			for _, limit := range []int{1, 7, n, n + 5} {
				want := slices.Clone(vector.Identity(n))
				slices.SortStableFunc(want, func(i, j int32) int {
					switch a, b := col.Null(i), col.Null(j); {
					case a && b:
						return 0
					case a == k.NullsFirst && (a || b):
						return -1
					case a || b:
						return 1
					}
					if c := vector.Compare(col, i, col, j, types.CCollation); !k.Desc {
						return c
					} else {
						return -c
					}
				})
				want = want[:min(limit, n)]
				top, rows := pushdown.NewTopN([]pushdown.SortKey{k}, limit, nil), make([]int32, limit)
				for from := int32(0); from < n; from += 10 {
					for _, row := range top.Candidates(col, vector.Identity(n)[from:from+10], nil) {
						slot, ok, err := top.Offer([]*vector.Column{col}, row)
						if err != nil {
							t.Fatal(err)
						}
						if ok {
							rows[slot] = row
						}
					}
				}
				var got []int32
				for _, slot := range top.Order() {
					got = append(got, rows[slot])
				}
				if !slices.Equal(got, want) {
					t.Errorf("type %d (%d), %+v, the first %d: rows %v, want %v", typ.OID, typ.Typmod, k, limit, got, want)
				}
			}
		}
	}
}
