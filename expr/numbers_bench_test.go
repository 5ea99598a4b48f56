package expr_test

import (
	"math/rand/v2"
	"testing"

	"howdah/expr"
	"howdah/expr/exprtest"
	"howdah/internal/pgdata"
	"howdah/types"
	"howdah/vector"
)

// numberColumn is a batch's worth of values such as a price or a quantity.
func numberColumn(t types.OID) *vector.Column {
	r := rand.New(rand.NewPCG(1, uint64(t)))
	c := vector.New(types.Of(t), vector.Size)
	for i := range int32(vector.Size) {
		v := r.Int64N(2_000_000) - 1_000_000
		switch c.Kind {
		case types.KindInt:
			c.Ints[i] = v % 1000
		case types.KindFloat:
			c.Floats[i] = float64(v) / 100
		case types.KindNumeric:
			c.Nums[i] = types.NewNumeric(v, 2)
		}
	}
	return c
}

func BenchmarkNumberKernels(b *testing.B) {
	for _, src := range []string{"int4pl", "int8mul", "int4eq", "int48lt", "float8pl", "float8gt", "numeric_add", "numeric_mul", "numeric_div", "numeric_lt", "numeric_int4", "int4_numeric", "numeric_float8"} {
		b.Run(src, func(b *testing.B) {
			var p *pgdata.Proc
			for i := range pgdata.Procs() {
				if q := &pgdata.Procs()[i]; q.Src == src {
					p = q
				}
			}
			k, ok := expr.KernelOf(p)
			if !ok {
				b.Fatal("no kernel")
			}
			c := &expr.Call{Result: types.Of(types.OID(p.Ret))}
			for _, a := range p.ArgTypes {
				c.Args = append(c.Args, numberColumn(types.OID(a)))
			}
			if len(c.Args) > 1 { // a divisor of zero would end it
				for i := range c.Args[1].Nums {
					c.Args[1].Nums[i] = types.NewNumeric(int64(i)+1, 2)
				}
			}
			out, sel := vector.New(c.Result, vector.Size), vector.Identity(vector.Size)
			b.ReportAllocs()
			for b.Loop() {
				if err := k(c, out, sel); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/vector.Size, "ns/row")
		})
	}
}

func BenchmarkNumberAggregates(b *testing.B) {
	for _, sig := range []string{"count()", "sum(int4)", "sum(int8)", "sum(numeric)", "avg(numeric)", "max(numeric)", "max(int4)", "sum(float8)", "stddev(float8)", "stddev(int4)"} {
		for _, groups := range []int{1, 20} {
			b.Run(sig+map[int]string{1: "/one", 20: "/twenty"}[groups], func(b *testing.B) {
				var p *pgdata.Proc
				for i := range pgdata.Procs() {
					q := &pgdata.Procs()[i]
					if q.Kind == 'a' && exprtest.Signature(q) == sig {
						p = q
					}
				}
				mk, err := expr.AggregateOf(p)
				if err != nil {
					b.Fatal(err)
				}
				c := &expr.Call{Result: types.Of(types.OID(p.Ret))}
				for _, a := range p.ArgTypes {
					c.Args = append(c.Args, numberColumn(types.OID(a)))
				}
				ids, sel := make([]int32, vector.Size), vector.Identity(vector.Size)
				for i := range ids {
					ids[i] = int32(i*7) % int32(groups)
				}
				a := mk(c)
				a.Resize(groups)
				b.ReportAllocs()
				for b.Loop() {
					if err := a.Add(c, ids, sel); err != nil {
						b.Fatal(err)
					}
				}
				b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/vector.Size, "ns/row")
			})
		}
	}
}
