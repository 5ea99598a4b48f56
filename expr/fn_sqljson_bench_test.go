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

// sqlJSONCase is a construct over the columns of sqlJSONBatch.
type sqlJSONCase struct {
	name string
	spec expr.SQLJSON
	args []expr.Expr
}

func sqlJSONCases() []sqlJSONCase {
	number := &expr.Var{Col: 0, Typ: types.Of(types.Int4OID)}
	text := &expr.Var{Col: 1, Typ: types.Of(types.TextOID), Coll: types.CCollation}
	key := func(s string) expr.Expr {
		return &expr.Const{Typ: types.Of(types.TextOID), Coll: types.CCollation, Value: types.Datum{Bytes: []byte(s)}}
	}
	doc := &expr.ViaIO{Arg: text, Typ: types.Of(types.JSONBOID)}
	path := func(s string) expr.Expr {
		return &expr.Const{Typ: types.Of(types.JSONPathOID), Value: types.Datum{Bytes: []byte(s)}}
	}
	pick := func(t types.OID) expr.JSONPick { return expr.JSONPick{Type: types.Of(t)} }
	pairs := []expr.Expr{key("id"), number, key("text"), text}
	return []sqlJSONCase{
		{"object", expr.SQLJSON{Kind: expr.JSONObjectOf}, pairs},
		{"object_unique", expr.SQLJSON{Kind: expr.JSONObjectOf, Unique: true}, pairs},
		{"object_jsonb", expr.SQLJSON{Kind: expr.JSONObjectOf, Binary: true}, pairs},
		{"array", expr.SQLJSON{Kind: expr.JSONArrayOf, Absent: true}, []expr.Expr{number, text, number}},
		{"scalar", expr.SQLJSON{Kind: expr.JSONScalar}, []expr.Expr{text}},
		{"is_json", expr.SQLJSON{Kind: expr.JSONIs}, []expr.Expr{text}},
		{"is_json_object", expr.SQLJSON{Kind: expr.JSONIs, Item: 'o'}, []expr.Expr{text}},
		{"is_json_unique", expr.SQLJSON{Kind: expr.JSONIs, Unique: true}, []expr.Expr{text}},
		{"cast", expr.SQLJSON{Kind: expr.JSONIs}, []expr.Expr{doc}},
		{"exists", expr.SQLJSON{Kind: expr.JSONExists, Pick: pick(types.BoolOID)}, []expr.Expr{doc, path(`$."tags"[*]`)}},
		{"value", expr.SQLJSON{Kind: expr.JSONValue, Pick: pick(types.TextOID)}, []expr.Expr{doc, path(`$."name"`)}},
		{"value_int", expr.SQLJSON{Kind: expr.JSONValue, Pick: pick(types.Int4OID)}, []expr.Expr{doc, path(`$."id"`)}},
		{"query", expr.SQLJSON{Kind: expr.JSONQuery, Pick: pick(types.JSONBOID)}, []expr.Expr{doc, path(`$."tags"`)}},
	}
}

func (c *sqlJSONCase) program(t testing.TB) *expr.Program {
	t.Helper()
	p := expr.SQLJSONProc(c.spec)
	program, err := expr.Compile(&expr.Func{Proc: p, Args: c.args, Typ: types.Of(types.OID(p.Ret))}, nil)
	if err != nil {
		t.Fatal(err)
	}
	return program
}

// TestSQLJSONAllocates holds the constructs to no allocation per row; to see that keys are unique takes some.
func TestSQLJSONAllocates(t *testing.T) {
	for _, c := range sqlJSONCases() {
		if c.name == "is_json_unique" {
			continue
		}
		program := c.program(t)
		batch, sel := sqlJSONBatch()
		n := testing.AllocsPerRun(3, func() {
			if _, err := program.Eval(batch, sel); err != nil {
				t.Fatal(err)
			}
		})
		if n > vector.Size/16 {
			t.Errorf("%s allocates %.0f times in a batch of %d rows", c.name, n, vector.Size)
		}
	}
}

// BenchmarkSQLJSON is the time of one batch.
func BenchmarkSQLJSON(b *testing.B) {
	for _, c := range sqlJSONCases() {
		b.Run(c.name, func(b *testing.B) {
			program := c.program(b)
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
