package wire

import (
	"bytes"
	"encoding/binary"
	"io"
	"math"
	"strconv"
	"syscall"
	"testing"

	"github.com/jackc/pgx/v5/pgproto3"

	"howdah/types"
	"howdah/vector"
)

var narrow = []types.Type{types.Of(types.Int8OID), types.Of(types.TextOID), types.Of(types.Int4OID)}

// narrowBatch is int8, text of 10 bytes, int4.
func narrowBatch(n int) *vector.Batch {
	b := &vector.Batch{}
	for _, t := range narrow {
		c := vector.New(t, n)
		c.Reset()
		b.Cols = append(b.Cols, c)
	}
	for i := range n {
		b.Cols[0].Ints[i] = 1_000_000 + int64(i)
		b.Cols[1].SetBytes(int32(i), []byte("some text."))
		b.Cols[2].Ints[i] = int64(i % 100)
	}
	b.SetLen(n)
	return b
}

// TestRowsAreDataRows reads what is appended back with pgproto3.
func TestRowsAreDataRows(t *testing.T) {
	b := narrowBatch(3)
	b.Cols[1].SetNull(1)
	b.Cols[0].Ints[2] = -9223372036854775808
	for _, formats := range [][]Format{{Text, Text, Text}, {Binary, Binary, Binary}, {Binary, Text, Text}} {
		r := NewRows(narrow, formats, types.DefaultStyle(), nil)
		if err := r.Prepare(b); err != nil {
			t.Fatal(err)
		}
		for _, i := range b.Sel {
			raw, err := r.Append(nil, i)
			if err != nil || raw[0] != 'D' {
				t.Fatal(raw, err)
			}
			var m pgproto3.DataRow
			if err := m.Decode(raw[5:]); err != nil {
				t.Fatal(err)
			}
			for c, col := range b.Cols {
				if col.Null(i) {
					if m.Values[c] != nil {
						t.Errorf("row %d column %d is not NULL", i, c)
					}
					continue
				}
				want := vector.AppendText(nil, col, i, types.DefaultStyle())
				if formats[c] == Binary {
					want, _ = vector.AppendBinary(nil, col, i)
				}
				if !bytes.Equal(m.Values[c], want) {
					t.Errorf("row %d column %d: %q, want %q", i, c, m.Values[c], want)
				}
			}
		}
	}
}

// TestCanonicalText: it passes as it stands, is read for binary results and for other styles.
func TestCanonicalText(t *testing.T) {
	day := types.Of(types.DateOID)
	c := &vector.Column{Type: day, Kind: types.KindOf(day.OID), Form: vector.CanonicalText}
	c.Resize(2)
	c.SetBytes(0, []byte("2024-02-29"))
	c.SetNull(1)
	b := &vector.Batch{Cols: []*vector.Column{c}}
	b.SetLen(2)
	german := *types.DefaultStyle()
	german.DateStyle = types.GermanStyle
	for _, x := range []struct {
		style  *types.Style
		format Format
		want   string
	}{
		{types.DefaultStyle(), Text, "2024-02-29"}, {&german, Text, "29.02.2024"}, {types.DefaultStyle(), Binary, "\x00\x00\x22\x79"},
	} {
		r := NewRows([]types.Type{day}, []Format{x.format}, x.style, nil)
		if err := r.Prepare(b); err != nil {
			t.Fatal(err)
		}
		raw, err := r.Append(nil, 0)
		if err != nil || string(raw[11:]) != x.want {
			t.Errorf("%q, %v; want %q", raw, err, x.want)
		}
		if raw, err = r.Append(nil, 1); err != nil || string(raw[7:]) != "\xff\xff\xff\xff" {
			t.Errorf("%q, %v; want NULL", raw, err)
		}
	}
}

func TestOutFlushesWhatIsLarge(t *testing.T) {
	var w bytes.Buffer
	o := NewOut(&w)
	b := narrowBatch(1024)
	r := NewRows(narrow, make([]Format, 3), types.DefaultStyle(), nil)
	r.Prepare(b)
	sent := 0
	for range 10 {
		for rows := b.Sel; len(rows) > 0; {
			n, err := o.AppendRows(r, rows)
			if err != nil {
				t.Fatal(err)
			}
			rows = rows[n:]
			sent += n
			if o.Buffered() > FlushBytes {
				t.Fatalf("%d bytes are held back", o.Buffered())
			}
		}
	}
	o.Flush()
	if n := bytes.Count(w.Bytes(), []byte("some text.")); n != sent || o.buf != nil {
		t.Errorf("%d rows arrived of %d; buffer kept: %v", n, sent, o.buf != nil)
	}
	failing := NewOut(brokenPipe{})
	failing.Send(&pgproto3.ParseComplete{})
	if failing.Flush() == nil || failing.Send(&pgproto3.ParseComplete{}) == nil {
		t.Error("a broken connection is not noticed")
	}
}

type brokenPipe struct{}

func (brokenPipe) Write([]byte) (int, error) { return 0, io.ErrClosedPipe }

func TestIntegersAsText(t *testing.T) {
	check := func(v int64) {
		t.Helper()
		want := strconv.FormatInt(v, 10)
		if got := string(appendInt(nil, v)); got != want {
			t.Errorf("%d: %q", v, got)
		}
		if got := intField(nil, v); string(got[4:]) != want || int(got[3]) != len(want) {
			t.Errorf("%d: field %q", v, got)
		}
	}
	check(0)
	for p := int64(1); p > 0; p *= 2 {
		for d := int64(-2); d <= 2; d++ {
			check(p + d)
			check(-p + d)
		}
	}
	for p := int64(1); p < 1e18; p *= 10 {
		for d := int64(-2); d <= 2; d++ {
			check(p + d)
			check(-p + d)
		}
	}
	check(math.MaxInt64)
	check(math.MinInt64)
	for i := range int64(20000) {
		check(i)
	}
}

func TestNoAllocationPerRow(t *testing.T) {
	b := narrowBatch(1024)
	r := NewRows(narrow, make([]Format, 3), types.DefaultStyle(), nil)
	o := NewOut(io.Discard)
	if n := testing.AllocsPerRun(100, func() {
		r.Prepare(b)
		for rows := b.Sel; len(rows) > 0; {
			k, _ := o.AppendRows(r, rows)
			rows = rows[k:]
		}
	}); n > 1 {
		t.Errorf("%v allocations per 1024 rows", n)
	}
}

// cpuTime is what the process has used, in ns: on a shared machine the clock tells little.
func cpuTime() int64 {
	var r syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &r); err != nil {
		return 0
	}
	return r.Utime.Nano() + r.Stime.Nano()
}

func BenchmarkRow(b *testing.B) {
	for _, f := range []struct {
		name    string
		formats []Format
	}{{"text", []Format{0, 0, 0}}, {"binary", []Format{1, 1, 1}}} {
		b.Run(f.name, func(b *testing.B) {
			batch := narrowBatch(1024)
			r := NewRows(narrow, f.formats, types.DefaultStyle(), nil)
			o := NewOut(io.Discard)
			b.ReportAllocs()
			rows, before := 0, cpuTime()
			for b.Loop() {
				r.Prepare(batch)
				for sel := batch.Sel; len(sel) > 0; {
					k, err := o.AppendRows(r, sel)
					if err != nil {
						b.Fatal(err)
					}
					sel = sel[k:]
				}
				rows += batch.N
			}
			b.ReportMetric(float64(cpuTime()-before)/float64(rows), "cpu-ns/row")
		})
	}
}

// BenchmarkRowFloor is the same rows appended by a loop that knows them: what there is to reach.
func BenchmarkRowFloor(b *testing.B) {
	batch := narrowBatch(1024)
	buf := make([]byte, 0, 1<<20)
	rows, before := 0, cpuTime()
	for b.Loop() {
		buf = buf[:0]
		for i := range batch.N {
			start := len(buf)
			buf = append(buf, 'D', 0, 0, 0, 0, 0, 3, 0, 0, 0, 0)
			at := len(buf)
			buf = strconv.AppendInt(buf, batch.Cols[0].Ints[i], 10)
			binary.BigEndian.PutUint32(buf[at-4:], uint32(len(buf)-at))
			text := batch.Cols[1].Bytes(int32(i))
			buf = binary.BigEndian.AppendUint32(buf, uint32(len(text)))
			buf = append(buf, text...)
			buf = append(buf, 0, 0, 0, 0)
			at = len(buf)
			buf = strconv.AppendInt(buf, batch.Cols[2].Ints[i], 10)
			binary.BigEndian.PutUint32(buf[at-4:], uint32(len(buf)-at))
			binary.BigEndian.PutUint32(buf[start+1:], uint32(len(buf)-start-1))
		}
		rows += batch.N
	}
	b.ReportMetric(float64(cpuTime()-before)/float64(rows), "cpu-ns/row")
}

func BenchmarkCopy(b *testing.B) {
	for name, opt := range map[string]CopyOptions{
		"text": {Delimiter: '\t', Null: `\N`}, "csv": {Format: CopyCSV, Delimiter: ',', Quote: '"', Escape: '"'}, "binary": {Format: CopyBinary},
	} {
		b.Run(name, func(b *testing.B) {
			batch := narrowBatch(1024)
			c := NewCopy(narrow, types.DefaultStyle(), opt)
			o := NewOut(io.Discard)
			b.ReportAllocs()
			rows, before := 0, cpuTime()
			for b.Loop() {
				c.Prepare(batch)
				for sel := batch.Sel; len(sel) > 0; {
					k, err := o.AppendRows(c, sel)
					if err != nil {
						b.Fatal(err)
					}
					sel = sel[k:]
				}
				rows += batch.N
			}
			b.ReportMetric(float64(cpuTime()-before)/float64(rows), "cpu-ns/row")
		})
	}
}

func FuzzStartup(f *testing.F) {
	f.Add([]byte("\x00\x00\x00\x13\x00\x03\x00\x00user\x00post\x00\x00"))
	f.Add([]byte("\x00\x00\x00\x08\x04\xd2\x16\x2f"))
	f.Add([]byte("\x00\x00\x00\x10\x04\xd2\x16\x2e\x00\x00\x00\x01\x00\x00\x00\x02"))
	f.Add([]byte("GET / HTTP/1.1\r\n\r\n"))
	f.Fuzz(func(t *testing.T, raw []byte) {
		r := bytes.NewReader(raw)
		s, err := ReadStartup(r)
		if err == nil && s.Request == Start && s.Params == nil {
			t.Error("a start-up packet without parameters' map")
		}
		if err == nil && len(raw)-r.Len() < 8 {
			t.Error("a packet was made of too little")
		}
	})
}
