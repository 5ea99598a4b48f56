package exec_test

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"howdah/exec"
	"howdah/internal/budget"
	"howdah/internal/spill"
	"howdah/pgerr"
	"howdah/types"
	"howdah/vector"
)

// storeTypes have one column of every kind of storage.
var storeTypes = []types.Type{
	types.Of(types.Int8OID), types.Of(types.TextOID), types.Of(types.NumericOID), types.Of(types.Float8OID), types.Of(types.BoolOID),
	types.Of(types.IntervalOID), types.Of(types.Int4ArrayOID), types.Of(types.RecordOID), types.Of(types.TimestampOID), types.Of(types.ByteaOID),
}

// storeRow is row n: what it holds depends on n alone. Some values are NULL, some are long.
func storeRow(n int64) []types.Datum {
	r := rand.New(rand.NewPCG(uint64(n), 7))
	row := make([]types.Datum, len(storeTypes))
	for i, t := range storeTypes {
		if r.IntN(7) == 0 {
			row[i] = types.NullDatum
			continue
		}
		switch types.KindOf(t.OID) {
		case types.KindInt:
			row[i].Int = n*7 - 3
		case types.KindFloat:
			row[i].Float = float64(n) / 7
		case types.KindBool:
			row[i].Bool = r.IntN(2) == 0
		case types.KindNumeric:
			text := []string{"NaN", "Infinity", "-Infinity", "1.50", "-0.000", "123456789012345678901234567890.12300", fmt.Sprint(n)}[r.IntN(7)]
			row[i].Num, _ = types.ParseNumeric([]byte(text))
		case types.KindInterval:
			row[i].Interval = types.Interval{Months: int32(n), Days: -3, Micros: n * 1e6}
		case types.KindArray:
			a := &types.Array{Elem: types.Int4OID}
			if k := r.IntN(4); k > 0 {
				a.Dims = []types.Dim{{Len: int32(k), Lower: int32(r.IntN(3)) - 1}}
				for j := range k {
					a.Elems = append(a.Elems, types.Datum{Int: n + int64(j), Null: j == 2})
				}
			}
			row[i].Array = a
		case types.KindRecord:
			row[i].Record = &types.Record{
				Types: []types.Type{types.Of(types.TextOID), types.Of(types.Int4ArrayOID)}, Names: []string{"a", "b"},
				Fields: []types.Datum{{Bytes: fmt.Appendf(nil, "field %d", n)}, {Array: &types.Array{Elem: types.Int4OID}}},
			}
		default:
			row[i].Bytes = []byte(strings.Repeat(fmt.Sprint("x", n), r.IntN(20)))
			if n%1000 == 999 {
				row[i].Bytes = []byte(strings.Repeat("long", 100_000))
			}
		}
	}
	return row
}

func storeText(row []types.Datum) string {
	var b []byte
	for i := range row {
		if row[i].Null {
			b = append(b, "NULL|"...)
			continue
		}
		b = append(types.AppendText(b, storeTypes[i], &row[i], types.DefaultStyle()), '|')
	}
	return string(b)
}

// fillStore adds rows, some at a time, with dead rows between them.
func fillStore(t testing.TB, s *exec.Store, from, to int64, step int) {
	t.Helper()
	for from < to {
		n := int(min(int64(step), to-from))
		cols := make([]*vector.Column, len(storeTypes))
		var sel []int32
		for i, typ := range storeTypes {
			cols[i] = vector.New(typ, 2*n)
		}
		for k := range n {
			sel = append(sel, int32(2*k+1))
			for i, d := range storeRow(from + int64(k)) {
				if d.Null {
					cols[i].SetNull(int32(2*k + 1))
				} else {
					cols[i].Set(int32(2*k+1), d)
				}
			}
		}
		if err := s.Add(cols, sel); err != nil {
			t.Fatal(err)
		}
		from += int64(n)
	}
}

// readStore reads on to the present end and compares.
func readStore(t testing.TB, r *exec.StoreReader, max int) {
	t.Helper()
	var b vector.Batch
	for {
		at := r.At()
		n, err := r.Next(&b, max)
		if err != nil {
			t.Fatal(err)
		}
		if n == 0 {
			return
		}
		for k := range n {
			row := make([]types.Datum, len(b.Cols))
			for i, c := range b.Cols {
				row[i] = c.Datum(int32(k))
			}
			if got, want := storeText(row), storeText(storeRow(at+int64(k))); got != want {
				t.Fatalf("row %d: got %.200s, want %.200s", at+int64(k), got, want)
			}
		}
	}
}

func TestStore(t *testing.T) {
	const rows = 3500
	for _, limit := range []int64{1, 100 << 10, 1 << 30} {
		for _, step := range []int{1, 100, 1024} {
			b := budget.New("query", limit, nil)
			files := spill.NewQuota(1 << 30)
			s := exec.NewStore(storeTypes, exec.Space{Memory: b, Dir: t.TempDir(), Files: files})
			early := s.Reader()
			fillStore(t, s, 0, rows/2, step)
			readStore(t, early, 7)
			fillStore(t, s, rows/2, rows, step)
			readStore(t, early, 1024) // goes on where it was
			if s.Len() != rows || early.At() != rows {
				t.Fatalf("%d rows, read up to %d", s.Len(), early.At())
			}
			again := s.Reader()
			readStore(t, again, 300)
			random := rand.New(rand.NewPCG(1, 2))
			var one vector.Batch
			for range 200 {
				n := random.Int64N(rows)
				again.GoTo(n)
				if _, err := again.Next(&one, 1); err != nil {
					t.Fatal(err)
				}
				row := make([]types.Datum, len(one.Cols))
				for i, c := range one.Cols {
					row[i] = c.Datum(0)
				}
				if got, want := storeText(row), storeText(storeRow(n)); got != want {
					t.Fatalf("row %d: got %.200s, want %.200s", n, got, want)
				}
			}
			if _, disk := s.Bytes(); (disk > 0) != (limit < 1<<30) {
				t.Errorf("with %d bytes of memory, %d on disk", limit, disk)
			}
			s.Truncate(1700)
			fillStore(t, s, 1700, 2500, step)
			readStore(t, s.Reader(), 1000)
			if s.Len() != 2500 {
				t.Fatalf("%d rows", s.Len())
			}
			s.Release()
			s.Release()
			if b.Used() != 0 || files.Used() != 0 {
				t.Errorf("%d bytes of memory and %d on disk are held", b.Used(), files.Used())
			}
		}
	}
}

func TestStoreWithoutColumns(t *testing.T) {
	s := exec.NewStore(nil, exec.Space{Memory: budget.New("query", 1, nil), Dir: t.TempDir()})
	defer s.Release()
	for range 1000 {
		if err := s.Add(nil, vector.Identity(3)); err != nil {
			t.Fatal(err)
		}
	}
	var b vector.Batch
	n, r := 0, s.Reader()
	for {
		k, err := r.Next(&b, 100)
		if err != nil {
			t.Fatal(err)
		}
		if n += k; k == 0 {
			break
		}
	}
	if n != 3000 {
		t.Errorf("%d rows", n)
	}
}

func TestStoreBeyondItsQuota(t *testing.T) {
	files := spill.NewQuota(64 << 10)
	s := exec.NewStore(storeTypes[:2], exec.Space{Memory: budget.New("query", 1, nil), Dir: t.TempDir(), Files: files})
	c := []*vector.Column{vector.New(storeTypes[0], 100), vector.New(storeTypes[1], 100)}
	for i := range int32(100) {
		c[1].SetBytes(i, []byte("some text that takes some room"))
	}
	var err error
	for range 1000 {
		if err = s.Add(c, vector.Identity(100)); err != nil {
			break
		}
	}
	if e := pgerr.From(err); !errors.Is(err, pgerr.ConfigurationLimitExceeded) || e.Message != "temporary file size exceeds temp_file_limit (64kB)" {
		t.Errorf("got %v", err)
	}
	s.Release()
	if files.Used() != 0 {
		t.Errorf("%d bytes are held", files.Used())
	}
}

func BenchmarkStore(b *testing.B) {
	for _, where := range []struct {
		name  string
		limit int64
	}{{"memory", 1 << 40}, {"file", 1}} {
		b.Run(where.name, func(b *testing.B) {
			c := []*vector.Column{vector.New(storeTypes[0], 1024), vector.New(storeTypes[1], 1024), vector.New(storeTypes[2], 1024)}
			for i := range int32(1024) {
				c[0].Ints[i] = int64(i)
				c[1].SetBytes(i, []byte("a customer's name"))
				c[2].Nums[i] = types.NewNumeric(int64(i), 2)
			}
			var out vector.Batch
			b.ReportAllocs()
			for b.Loop() {
				s := exec.NewStore(storeTypes[:3], exec.Space{Memory: budget.New("query", where.limit, nil), Dir: b.TempDir()})
				for range 100 {
					if err := s.Add(c, vector.Identity(1024)); err != nil {
						b.Fatal(err)
					}
				}
				r := s.Reader()
				for n := 1; n > 0; {
					n, _ = r.Next(&out, 1024)
				}
				s.Release()
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/102400, "ns/row")
		})
	}
}
