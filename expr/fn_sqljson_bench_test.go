package expr_test

import (
	"strconv"
	"testing"

	"howdah/expr"
	"howdah/types"
	"howdah/vector"
)

// sqlJSONBatch has an integer and a JSON text per row.
func sqlJSONBatch() (*vector.Batch, []int32) {
	n := vector.Size
	b := &vector.Batch{N: n, Cols: []*vector.Column{vector.New(types.Of(types.Int4OID), n), vector.New(types.Of(types.TextOID), n)}}
	sel := make([]int32, n)
	for _, c := range b.Cols {
		c.Resize(n)
	}
	for i := range n {
		sel[i] = int32(i)
		b.Cols[0].Set(int32(i), types.Datum{Int: int64(i)})
		b.Cols[1].Set(int32(i), types.Datum{Bytes: []byte(`{"id": ` + strconv.Itoa(i) + `, "name": "row", "tags": [1, 2, 3]}`)})
	}
	return b, sel
}

// BenchmarkSQLJSON is the time of one batch.
func BenchmarkSQLJSON(b *testing.B) {
	number := &expr.Var{Col: 0, Typ: types.Of(types.Int4OID)}
	text := &expr.Var{Col: 1, Typ: types.Of(types.TextOID), Coll: types.CCollation}
	key := func(s string) expr.Expr {
		return &expr.Const{Typ: types.Of(types.TextOID), Coll: types.CCollation, Value: types.Datum{Bytes: []byte(s)}}
	}
	pairs := []expr.Expr{key("id"), number, key("text"), text}
	for _, c := range []struct {
		name string
		spec expr.SQLJSON
		args []expr.Expr
	}{
		{"object", expr.SQLJSON{Kind: expr.JSONObjectOf}, pairs},
		{"object_unique", expr.SQLJSON{Kind: expr.JSONObjectOf, Unique: true}, pairs},
		{"object_jsonb", expr.SQLJSON{Kind: expr.JSONObjectOf, Binary: true}, pairs},
		{"array", expr.SQLJSON{Kind: expr.JSONArrayOf, Absent: true}, []expr.Expr{number, text, number}},
		{"scalar", expr.SQLJSON{Kind: expr.JSONScalar}, []expr.Expr{text}},
		{"is_json", expr.SQLJSON{Kind: expr.JSONIs}, []expr.Expr{text}},
		{"is_json_object", expr.SQLJSON{Kind: expr.JSONIs, Item: 'o'}, []expr.Expr{text}},
		{"is_json_unique", expr.SQLJSON{Kind: expr.JSONIs, Unique: true}, []expr.Expr{text}},
	} {
		b.Run(c.name, func(b *testing.B) {
			p := expr.SQLJSONProc(c.spec)
			program, err := expr.Compile(&expr.Func{Proc: p, Args: c.args, Typ: types.Of(types.OID(p.Ret))}, nil)
			if err != nil {
				b.Fatal(err)
			}
			batch, sel := sqlJSONBatch()
			b.ReportAllocs()
			for b.Loop() {
				if _, err := program.Eval(batch, sel); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
