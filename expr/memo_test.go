package expr

import (
	"testing"

	"howdah/types"
	"howdah/vector"
)

// timesTen is a sub-query that gives its argument times ten, and no row for a NULL.
type timesTen struct{ runs int }

func (c *timesTen) Run(args []types.Datum, row func([]types.Datum) bool) error {
	c.runs++
	if !args[0].Null {
		row([]types.Datum{{Int: args[0].Int * 10}})
	}
	return nil
}

func TestSublinkIsRunOncePerArgument(t *testing.T) {
	for _, memoized := range []bool{true, false} {
		plan := &timesTen{}
		env := &Env{Subplans: []Subplan{plan}}
		int4 := types.Of(types.Int4OID)
		link := &Sublink{Kind: ScalarSublink, Args: []Expr{&Var{Typ: int4}}, Typ: int4, Repeats: memoized}
		p, err := Compile(link, env)
		if err != nil {
			t.Fatal(err)
		}
		const n = 600
		in := vector.New(int4, n)
		for i := range int32(n) {
			if i%3 == 2 {
				in.Set(i, types.NullDatum)
			} else {
				in.Set(i, types.Datum{Int: int64(i % 3)})
			}
		}
		b := &vector.Batch{Cols: []*vector.Column{in}}
		b.SetLen(n)
		out, err := p.Eval(b, b.Sel)
		if err != nil {
			t.Fatal(err)
		}
		for i := range int32(n) {
			if want := i%3 == 2; out.Null(i) != want || !want && out.Datum(i).Int != int64(i%3)*10 {
				t.Fatalf("row %d: %v", i, out.Datum(i))
			}
		}
		want := n
		if memoized {
			want = 3
		}
		if plan.runs != want {
			t.Errorf("memoized %v: %d runs, want %d", memoized, plan.runs, want)
		}
	}
}

func TestMemoKeepsItsBounds(t *testing.T) {
	m := newMemo([]Expr{&Var{Typ: types.Of(types.TextOID)}})
	c := vector.New(types.Of(types.TextOID), 1)
	for i := range 20000 {
		c.Reset()
		c.Resize(1)
		c.Set(0, types.Datum{Bytes: []byte{byte(i), byte(i >> 8), byte(i >> 16)}})
		if _, ok := m.find(0, []*vector.Column{c}); ok {
			t.Fatal("an answer that was never kept")
		}
		m.keep(types.Datum{Bytes: make([]byte, 200)})
		if m.bytes > memoBytes {
			t.Fatalf("%d bytes are held", m.bytes)
		}
	}
	if !m.useless() {
		t.Error("20,000 different values are worth no memory")
	}
}

func TestMemoTellsValuesApart(t *testing.T) {
	for _, c := range []struct {
		oid  types.OID
		a, b string
	}{{types.NumericOID, "1.0", "1.00"}, {types.IntervalOID, "1 day", "24:00:00"}, {types.OID(1231), "{1.0,NULL}", "{1.00,NULL}"}} {
		m := newMemo([]Expr{&Var{Typ: types.Of(c.oid)}})
		col := vector.New(types.Of(c.oid), 4)
		col.Resize(4)
		for i, text := range []string{c.a, c.b, c.a, c.b} {
			d, err := types.ParseText(types.Of(c.oid), []byte(text), types.DefaultStyle())
			if err != nil {
				t.Fatal(err)
			}
			col.Set(int32(i), d)
		}
		for i := range int32(4) {
			v, known := m.find(i, []*vector.Column{col})
			if known != (i > 1) || known && v.Int != int64(i-2) {
				t.Errorf("%s: row %d is known: %v, %d", c.a, i, known, v.Int)
			}
			if !known {
				m.keep(types.Datum{Int: int64(i)})
			}
		}
	}
}
