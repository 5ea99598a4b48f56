package xls

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"testing"
	"time"

	"howdah/formats"
	"howdah/formats/formattest"
	"howdah/formats/internal/cfb/cfbtest"
	"howdah/internal/budget"
	"howdah/internal/meter"
	"howdah/pgerr"
	"howdah/pushdown"
	"howdah/vector"
)

// poke reads a file in several ways. A panic comes through; everything else must be rows, or an error for the client,
// within time and memory.
func poke(t testing.TB, data []byte) {
	t.Helper()
	start := time.Now()
	note := func(e error) {
		if e != nil && pgerr.From(e).Code == pgerr.InternalError {
			t.Errorf("an internal error: %v", e)
		}
	}
	for _, opt := range []formats.Options{{}, {"header": "true", "merged": "fill", "empty_rows": "stop", "hidden_rows": "skip"}, {"text_values": "true", "range": "area"}} {
		purse := budget.New("scan", 32<<20, nil)
		src := formattest.Memory(data)
		in := formats.NewInput(t.Context(), src, src.Info(), &meter.Scan{}, purse)
		_, e := Format{}.Tables(in, opt)
		note(e)
		inf, e := Format{}.Infer(in, opt)
		note(e)
		all := formats.Options{}
		for _, o := range []formats.Options{inf.Options, opt} {
			for k, v := range o {
				all[k] = v
			}
		}
		_, e = formattest.Scan(Format{}, in, inf.Schema, all, nil)
		note(e)
		_, e = formattest.Scan(Format{}, in, formattest.Schema("a text", "b text", "c text"), opt, nil)
		note(e)
		_, e = formattest.Scan(Format{}, in, formattest.Schema("a int", "b date", "c numeric", "d bool"), opt, nil)
		note(e)
		in.Close()
		if purse.Used() != 0 || src.Open() != 0 {
			t.Errorf("left: %d bytes, %d readers", purse.Used(), src.Open())
		}
	}
	if took := time.Since(start); took > 10*time.Second {
		t.Errorf("it took %v", took)
	}
}

func TestTruncationAtEveryByte(t *testing.T) {
	w := mixed(5)
	stream := w.stream()
	for name, wrap := range map[string]func([]byte) []byte{
		"bare": func(b []byte) []byte { return b },
		"compound": func(b []byte) []byte {
			return cfbtest.Write(cfbtest.Layout{}, cfbtest.Stream{Name: "Workbook", Data: b})
		},
	} {
		for n := range stream {
			in := formattest.Input(formattest.Memory(wrap(stream[:n])), nil)
			if rows, err := formattest.Scan(Format{}, in, formattest.Schema("a text", "b text"), nil, nil); err == nil {
				t.Fatalf("%s, %d of %d bytes: %d rows and no error", name, n, len(stream), len(rows))
			}
			if _, err := (Format{}).Infer(in, nil); err == nil {
				t.Fatalf("%s, %d of %d bytes: inferred", name, n, len(stream))
			}
			in.Close()
		}
	}
	file := w.file()
	for n := range file {
		if rows, err := read(file[:n], nil, "a text", "b text"); err == nil && len(file)-n > 512 {
			t.Fatalf("%d of %d bytes: %d rows and no error", n, len(file), len(rows))
		}
	}
}

// seeds are workbooks of which mutants are made: their streams.
func seeds(t testing.TB) map[string][]byte {
	out := map[string][]byte{"mixed": mixed(20).stream()}
	big := mixed(20)
	big.sheets = append(big.sheets, ws{name: "b", body: join(num(3, 3, 0, 1), num(1, 1, 0, 2), merge(0, 3, 0, 2), rowRec(2, 0x20))}, ws{name: "c", state: 1, body: big.sheets[0].body})
	big.sst = join(big.sst[:len(big.sst)-9], rec(recContinue, big.sst[len(big.sst)-9:]))
	le.PutUint16(big.sst[2:], uint16(len(big.sst)-13-4))
	out["sheets"] = big.stream()
	out["rc4"] = mixed(20).rc4Book(defaultPassword).stream()
	out["xor"] = mixed(20).xorBook(defaultPassword).stream()
	out["BIFF5"] = wb{version: biff5, globals: join(rec(recCodePage, 932), rec(recFormat, 164, byte(10), "yyyy-mm-dd"), xf(164)), sheets: []ws{{name: "S", body: join(
		rec(recLabel, 0, 0, 0, 4, "\x93\xfa\x96\x7b"), num(0, 1, 0, 5), rec(recMulRK, 1, 0, 0, rkInt(7), 0, rkInt(8), 1), formula(2, 0, special(0, 0)), rec(recString, 2, "ab"))}}}.stream()
	return out
}

// mutate damages a stream of records: whole records, or fields in them.
func mutate(r *rand.Rand, stream []byte) []byte {
	var at []int // where records begin
	for i := 0; i+4 <= len(stream); i += 4 + u16(stream[i+2:]) {
		at = append(at, i)
	}
	edges := []uint32{0, 1, 2, 3, 0x7F, 0x80, 0xFF, 0x100, 0x7FFF, 0x8000, 0xFFFE, 0xFFFF, 0x10000, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFF}
	b := bytes.Clone(stream)
	for range 1 + r.IntN(3) {
		k := r.IntN(len(at))
		i := at[k]
		end := len(stream)
		if k+1 < len(at) {
			end = at[k+1]
		}
		switch r.IntN(8) {
		case 0: // its number
			copy(b[i:], stream[at[r.IntN(len(at))]:][:2])
		case 1: // its length
			le.PutUint16(b[i+2:], uint16(edges[r.IntN(len(edges))]))
		case 2: // a field
			if n := end - i - 4; n >= 2 {
				le.PutUint16(b[i+4+r.IntN(n-1):], uint16(edges[r.IntN(len(edges))]))
			}
		case 3:
			if n := end - i - 4; n >= 4 {
				le.PutUint32(b[i+4+r.IntN(n-3):], edges[r.IntN(len(edges))])
			}
		case 4: // a byte
			b[i+r.IntN(end-i)] = byte(r.Uint32())
		case 5: // gone
			if len(b) == len(stream) {
				return append(b[:i:i], stream[end:]...)
			}
		case 6: // twice, or another in its place
			other := r.IntN(len(at))
			from, to := at[other], len(stream)
			if other+1 < len(at) {
				to = at[other+1]
			}
			if len(b) == len(stream) {
				return append(append(b[:i:i], stream[from:to]...), stream[i:]...)
			}
		case 7:
			return b[:i+r.IntN(end-i)]
		}
	}
	return b
}

func TestMutants(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	all := seeds(t)
	n := 60
	if testing.Short() {
		n = 25
	}
	for name, stream := range all {
		poke(t, stream)
		for range n {
			m := mutate(r, stream)
			if poke(t, m); t.Failed() {
				os.WriteFile(fmt.Sprintf("%s/howdah-mutant.xls", os.TempDir()), m, 0o600)
				t.Fatalf("a mutant of %s, kept as howdah-mutant.xls", name)
			}
		}
	}
}

func FuzzRead(f *testing.F) {
	for _, s := range seeds(f) {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, data []byte) { poke(t, data) })
}

// TestHostileShapes are files that would take time or memory if they were believed.
func TestHostileShapes(t *testing.T) {
	many := wb{version: biff8}
	blanks := bytes.Repeat(rec(recBlank, 0, 0, 0), 100_000)
	for i := range 2000 {
		many.sheets = append(many.sheets, ws{name: fmt.Sprint("s", i)})
	}
	many.sheets[0].body = blanks
	stream := many.stream()
	first := bytes.Index(stream, rec(recBOF, biff8, holdsSheet, 0, 1996, uint32(0), uint32(6)))
	for i := 0; u16(stream[i:]) != recEOF; i += 4 + u16(stream[i+2:]) {
		if u16(stream[i:]) == recBoundSheet {
			le.PutUint32(stream[i+4:], uint32(first))
		}
	}
	start := time.Now()
	in := formattest.Input(formattest.Memory(stream), nil)
	if _, err := (Format{}).Tables(in, nil); !errors.Is(err, pgerr.DataCorrupted) {
		t.Error("sheets in one place:", err)
	}
	in.Close()
	// Sheets within each other.
	nested := wb{version: biff8}
	for i := range 3000 {
		nested.sheets = append(nested.sheets, ws{name: fmt.Sprint(i)})
	}
	stream = nested.stream()
	var kept []byte // without the sheets' ends
	ends := 0
	for i := 0; i < len(stream); i += 4 + u16(stream[i+2:]) {
		if u16(stream[i:]) == recEOF {
			if ends++; ends > 1 {
				continue
			}
		}
		kept = append(kept, stream[i:i+4+u16(stream[i+2:])]...)
	}
	poke(t, append(kept, bytes.Repeat(rec(recEOF), 3000)...))
	// A row without end, and texts of nothing.
	poke(t, one(bytes.Repeat(rec(recLabel, 0, 0, 0, 8000, byte(0), make([]byte, 8000)), 2200)).stream())
	poke(t, one(labelSST(0, 0, 1<<31)).with(join(sst(), bytes.Repeat(rec(recContinue, bytes.Repeat([]byte{0, 0, 0}, 2740)), 300))).stream())
	poke(t, one(labelSST(0, 0, 1<<31)).with(join(sst(), bytes.Repeat(rec(recContinue), 200_000))).stream())
	names := bytes.Repeat(rec(recName, 0, byte(0), byte(255), 0, 0, 0, uint32(0), byte(0), bytes.Repeat([]byte{0xE9}, 255)), 50_000)
	poke(t, wb{version: biff8, globals: names, sheets: []ws{{name: "s"}}}.stream())
	if took := time.Since(start); took > 20*time.Second {
		t.Errorf("it took %v", took)
	}
}

// TestFarAway counts what a remote source is asked for: a limit takes a sheet's beginning where there is an index.
func TestFarAway(t *testing.T) {
	var body [][]byte
	for i := range 60_000 {
		body = append(body, num(i, 0, 0, float64(i)), labelSST(i, 1, uint32(i)))
	}
	var texts [][]byte
	for i := 0; i < 60_000; i += 200 {
		var some []byte
		for k := range 200 {
			some = append(some, str16(fmt.Sprintf("text %07d", i+k))...)
		}
		texts = append(texts, rec(recContinue, some))
	}
	index := rec(recIndex, uint32(0), uint32(0), uint32(60_000), uint32(0), uint32(0))
	data := one(append([][]byte{index}, body...)...).with(join(sst(), join(texts...))).file()
	for _, limit := range []int64{-1, 10} {
		src := formattest.Memory(data)
		src.Far = true
		m := &meter.Scan{}
		purse := budget.New("scan", 64<<20, nil)
		in := formats.NewInput(t.Context(), src, src.Info(), m, purse)
		sch := formattest.Schema("a int", "b text")
		r := &pushdown.Request{Limit: limit, Columns: []pushdown.Column{{Ordinal: 0}, {Ordinal: 1}}}
		reader, err := Format{}.Open(in, &formats.Scan{Schema: sch, Request: r, Answer: Format{}.Offer(sch, nil, r), Env: formattest.Env()})
		if err != nil {
			t.Fatal(err)
		}
		rows := int64(0)
		b := &vector.Batch{}
		for {
			if err = reader.Next(b); err != nil {
				break
			}
			rows += int64(b.Live())
		}
		if err != io.EOF || limit > 0 && rows != limit || limit < 0 && rows != 60_000 {
			t.Error(limit, rows, err)
		}
		reader.Close()
		in.Close()
		c := m.Read()
		t.Logf("limit %d: %d of %d bytes in %d requests, %d bytes of memory", limit, c.BytesRead, len(data), c.Requests, purse.Peak())
		if limit > 0 && (c.BytesRead > 2<<20 || c.Requests > 10) || limit < 0 && (c.BytesRead > int64(len(data))*5/4+1<<20 || c.Requests > 20) {
			t.Errorf("limit %d: %d of %d bytes in %d requests", limit, c.BytesRead, len(data), c.Requests)
		}
		if purse.Used() != 0 {
			t.Errorf("%d bytes were not given back", purse.Used())
		}
	}
}
