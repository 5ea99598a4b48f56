package hostile

import (
	"bytes"
	"context"
	"runtime"
	"sync"
	"sync/atomic"
	"testing"

	"howdah/formats"
)

// Cuts reads a seed cut at every step-th byte. Formats that have an end mark answer with an error. Those of lines, which
// have none, give precisely the rows before the cut, if they give an answer; only the last field of a record of
// delimited text may be shorter, since nobody can know. Never is a table shorter than what is there of it.
func Cuts(t testing.TB, registry formats.Registry, seed Seed, step int) {
	t.Helper()
	f := registry.ByName(seed.Format)
	whole := newSubject(context.Background(), registry, &seed, nil, seed.Data, newDice(0, 0))
	declared := whole.infer(f, seed.Options)
	if declared == nil {
		t.Fatalf("%s cannot be read: %q", seed.Name, whole.faults)
	}
	q := query{limit: -1, key: -1}
	all := whole.ask("all columns", declared, q)
	if !all.whole() || len(all.lines) == 0 || len(whole.faults) > 0 {
		t.Fatalf("%s: %d rows, %v %q", seed.Name, len(all.lines), all.err, whole.faults)
	}
	limited := &limitedTB{TB: t}
	t = limited
	var wg sync.WaitGroup
	workers := runtime.GOMAXPROCS(0)
	for w := range workers {
		wg.Go(func() {
			for n := w * step; n < len(seed.Data); n += workers * step {
				cut(t, registry, &seed, declared, all, n)
			}
		})
	}
	wg.Wait()
}

// limitedTB stops telling after some errors.
type limitedTB struct {
	testing.TB
	n atomic.Int32
}

func (l *limitedTB) Errorf(format string, args ...any) {
	if n := l.n.Add(1); n <= 10 {
		l.TB.Errorf(format, args...)
	} else if n == 11 {
		l.TB.Errorf("and so on")
	}
}

func cut(t testing.TB, registry formats.Registry, seed *Seed, declared *table, all reading, n int) {
	defer func() {
		if p := recover(); p != nil {
			t.Errorf("%s cut to %d bytes: panic: %v", seed.Name, n, p)
		}
	}()
	s := newSubject(context.Background(), registry, seed, declared, seed.Data[:n], newDice(1, uint64(n)))
	s.infer(declared.format, seed.Options)
	got := s.ask("all columns", declared, query{limit: -1, key: -1})
	count := s.ask("count(*)", declared, query{none: true, limit: -1, key: -1})
	for _, f := range s.faults {
		t.Errorf("%s cut to %d of %d bytes: %s", seed.Name, n, len(seed.Data), f)
	}
	for i, line := range got.lines {
		last := i == len(got.lines)-1 && got.err == nil && seed.Format == "csv"
		if i >= len(all.lines) || line != all.lines[i] && !last {
			t.Errorf("%s cut to %d of %d bytes: row %d is %s", seed.Name, n, len(seed.Data), i+1, clip(line))
			return
		}
	}
	if got.err != nil && count.err != nil {
		return
	}
	if seed.Format == "csv" && isPacked(seed.Data) && !isPacked(seed.Data[:n]) && count.rows <= 1 {
		return // a few bytes that do not even tell that they were packed are a line of text
	}
	if want, ok := left(seed, all, n); got.err == nil && (!ok || len(got.lines) != want) || count.err == nil && (!ok || count.rows != int64(want)) {
		t.Errorf("%s cut to %d of %d bytes: %d rows, %v; count(*) %d, %v; of %d", seed.Name, n, len(seed.Data), len(got.lines), got.err, count.rows, count.err, len(all.lines))
	}
}

// left is how many rows a seed that is cut may show; ok is false where it has to be an error.
func left(seed *Seed, all reading, n int) (rows int, ok bool) {
	data := seed.Data
	switch {
	case n == 0 && (seed.Format == "csv" || seed.Format == "ndjson"):
		return 0, true // an empty file is sound
	case isPacked(data):
		return 0, false
	case seed.Format == "ods" && !bytes.HasPrefix(data, []byte("PK")) && len(bytes.TrimSpace(data[n:])) == 0:
		return len(all.lines), true // what is behind a document of XML may be gone
	}
	switch seed.Format {
	case "csv":
		rows = len(all.lines) - records(data[n:], quotes(data[:n]))
		if data[n-1] != '\n' || quotes(data[:n]) {
			rows++ // the record that is cut
		}
		return max(rows, 0), true
	case "ndjson":
		rows = bytes.Count(data[:n], []byte("\n"))
		if data[n] == '\n' {
			rows++
		}
		return rows, true
	case "json":
		return len(all.lines), len(bytes.TrimSpace(data[n:])) == 0
	case "xls":
		return len(all.lines), true // what lies behind the book's stream need not be there
	}
	return 0, false
}

func isPacked(data []byte) bool {
	return bytes.HasPrefix(data, []byte("PK\x03\x04")) || envelopeOf(data) != nil
}

// quotes tells whether text ends within quotes.
func quotes(text []byte) bool { return bytes.Count(text, []byte(`"`))%2 == 1 }

// records counts the line ends outside of quotes, and a last line that has none.
func records(text []byte, quoted bool) (n int) {
	for _, c := range text {
		switch {
		case c == '"':
			quoted = !quoted
		case c == '\n' && !quoted:
			n++
		}
	}
	if len(text) > 0 && text[len(text)-1] != '\n' {
		n++
	}
	return n
}
