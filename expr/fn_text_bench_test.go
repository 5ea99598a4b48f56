package expr_test

import (
	"context"
	"strconv"
	"testing"

	"howdah/expr"
	"howdah/internal/pgdata"
	"howdah/types"
	"howdah/vector"
)

func textColumn(n int, value func(i int) string) *vector.Column {
	col := vector.New(types.Of(types.TextOID), n)
	for i := range n {
		col.SetBytes(int32(i), []byte(value(i)))
	}
	return col
}

// BenchmarkText measures kernels per batch of 1024 short texts against a constant.
func BenchmarkText(b *testing.B) {
	const n = vector.Size
	text := textColumn(n, func(i int) string { return "customer number " + strconv.Itoa(i) + " of the Northern Branch" })
	for _, bench := range []struct{ name, src, arg string }{
		{"like-contains", "textlike", "%North%"}, {"like-prefix", "textlike", "customer%"}, {"like-general", "textlike", "%num%_9%Br%"},
		{"ilike-contains", "texticlike", "%north%"}, {"texteq", "texteq", "customer number 77 of the Northern Branch"},
		{"lower", "lower", ""}, {"regex", "textregexeq", "number [0-9]+7 of"}, {"substring", "text_substr", ""},
	} {
		b.Run(bench.name, func(b *testing.B) {
			var proc *pgdata.Proc
			for i := range pgdata.Procs() {
				if p := &pgdata.Procs()[i]; p.Src == bench.src {
					proc = p
				}
			}
			kernel, ok := expr.KernelOf(proc)
			if !ok {
				b.Fatal("no kernel")
			}
			c := &expr.Call{Args: []*vector.Column{text}, Const: []bool{false, true, true}, Collation: types.CCollation,
				Env: &expr.Env{Ctx: context.Background(), Style: types.DefaultStyle()}}
			c.ArgTypes = []types.Type{types.Of(types.TextOID)}
			if bench.src == "text_substr" {
				for _, v := range []int64{10, 12} {
					arg := vector.New(types.Of(types.Int4OID), n)
					for i := range n {
						arg.Ints[i] = v
					}
					c.Args = append(c.Args, arg)
				}
			} else {
				c.Args = append(c.Args, textColumn(n, func(int) string { return bench.arg }))
			}
			out := vector.New(types.Of(types.OID(proc.Ret)), n)
			b.SetBytes(int64(len(text.Buf)))
			b.ReportAllocs()
			for b.Loop() {
				out.Reset()
				if err := kernel(c, out, vector.Identity(n)); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
