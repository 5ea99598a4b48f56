package vector

import (
	"math/rand/v2"
	"strconv"
	"testing"

	"howdah/types"
)

var storable = []types.OID{
	types.BoolOID, types.Int2OID, types.Int4OID, types.Int8OID, types.OidOID, types.Float4OID, types.Float8OID, types.NumericOID, types.TextOID, types.VarcharOID,
}

func randomText(r *rand.Rand, t types.OID) string {
	switch t {
	case types.BoolOID:
		return []string{"t", "f"}[r.IntN(2)]
	case types.NumericOID:
		return []string{"1.50", "1.5", "-3", "NaN", "99999999999999999999.5", "0", "0.00"}[r.IntN(7)]
	case types.Float4OID, types.Float8OID:
		return []string{"0", "-0", "NaN", "1.5", "-2", "Infinity"}[r.IntN(6)]
	case types.OidOID:
		return strconv.Itoa(r.IntN(5))
	}
	return strconv.Itoa(r.IntN(7) - 3)
}

// randomColumn gives a column of n rows, about a quarter of them NULL.
func randomColumn(t *testing.T, r *rand.Rand, typ types.OID, n int) *Column {
	t.Helper()
	c := New(types.Of(typ), n)
	for i := range int32(n) {
		if r.IntN(4) == 0 {
			c.SetNull(i)
			continue
		}
		d, err := types.ParseText(c.Type, []byte(randomText(r, typ)), types.DefaultStyle())
		if err != nil {
			t.Fatal(err)
		}
		c.Set(i, d)
	}
	return c
}

func show(c *Column, i int32) string {
	if c.Null(i) {
		return "NULL"
	}
	return string(AppendText(nil, c, i, types.DefaultStyle()))
}

func TestAppendAndCopyKeepRows(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 1))
	for _, typ := range storable {
		src := randomColumn(t, r, typ, 100)
		sel := []int32{3, 4, 50, 99}
		dst := New(types.Of(typ), 0)
		n := dst.Append(0, src, sel)
		n = dst.Append(n, src, Identity(100))
		if n != 104 {
			t.Fatalf("type %d: %d rows", typ, n)
		}
		one := New(types.Of(typ), 100)
		for i := range int32(100) {
			Copy(one, i, src, i)
		}
		want := make([]string, 100)
		for i := range want {
			want[i] = show(src, int32(i))
		}
		for i := range src.Buf { // what was kept must not look at the source any more
			src.Buf[i] = '#'
		}
		for k, i := range sel {
			if got := show(dst, int32(k)); got != want[i] {
				t.Errorf("type %d: appended %s, want %s", typ, got, want[i])
			}
		}
		for i := range want {
			if got := show(dst, int32(4+i)); got != want[i] {
				t.Errorf("type %d row %d: appended %s, want %s", typ, i, got, want[i])
			}
			if got := show(one, int32(i)); got != want[i] {
				t.Errorf("type %d row %d: copied %s, want %s", typ, i, got, want[i])
			}
		}
	}
}

func TestAppendOverOldNulls(t *testing.T) {
	src := New(types.Of(types.Int4OID), 2)
	dst := New(types.Of(types.Int4OID), 2)
	dst.SetNull(0)
	dst.SetNull(1)
	dst.Append(0, src, []int32{0, 1})
	if dst.Null(0) || dst.Null(1) {
		t.Error("NULLs of before shine through")
	}
	src.SetNull(1)
	dst.Append(0, src, []int32{0, 1})
	if dst.Null(0) || !dst.Null(1) {
		t.Error("NULLs were not taken over")
	}
}

func TestCompareAndHashAgree(t *testing.T) {
	r := rand.New(rand.NewPCG(2, 2))
	for _, typ := range storable {
		a, b := randomColumn(t, r, typ, 60), randomColumn(t, r, typ, 60)
		ha, hb := make([]uint64, 60), make([]uint64, 60)
		HashInto(a, Identity(60), ha)
		HashInto(b, Identity(60), hb)
		for i := range int32(60) {
			for j := range int32(60) {
				if a.Null(i) || b.Null(j) {
					if a.Null(i) && b.Null(j) && ha[i] != hb[j] {
						t.Fatalf("type %d: NULLs hash apart", typ)
					}
					continue
				}
				x, y := a.Datum(i), b.Datum(j)
				c := Compare(a, i, b, j, types.CCollation)
				if d := types.Compare(typ, &x, &y, types.CCollation); (c < 0) != (d < 0) || (c > 0) != (d > 0) {
					t.Fatalf("type %d: %s and %s: %d and %d", typ, show(a, i), show(b, j), c, d)
				}
				if c == 0 && ha[i] != hb[j] {
					t.Fatalf("type %d: %s and %s are equal and hash apart", typ, show(a, i), show(b, j))
				}
			}
		}
	}
}

func TestCanonicalTextPassesThrough(t *testing.T) {
	c := &Column{Type: types.Of(types.NumericOID), Kind: types.KindNumeric, Form: CanonicalText}
	c.Resize(2)
	c.View([]byte("12.5099"))
	c.Spans[0], c.Spans[1] = Span{0, 5}, Span{5, 2}
	if show(c, 0) != "12.50" || show(c, 1) != "99" {
		t.Errorf("%s, %s", show(c, 0), show(c, 1))
	}
	d := c.Datum(0)
	if v, scale, ok := d.Num.Small(); !ok || v != 1250 || scale != 2 {
		t.Errorf("read as %d scale %d", v, scale)
	}
	got, err := AppendBinary(nil, c, 1)
	if err != nil {
		t.Fatal(err)
	}
	n := types.NumericFromInt(99)
	if want := types.AppendNumericBinary(nil, &n); string(got) != string(want) {
		t.Errorf("binary %x, want %x", got, want)
	}
	keep := &Column{Type: c.Type, Kind: c.Kind, Form: CanonicalText}
	keep.Append(0, c, []int32{1, 0})
	if show(keep, 0) != "99" || show(keep, 1) != "12.50" {
		t.Errorf("kept %s, %s", show(keep, 0), show(keep, 1))
	}
}
