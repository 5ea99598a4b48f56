package hostile

import (
	"bytes"
	"fmt"
	"io"
	"os"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"howdah/formats"
	"howdah/formats/csv"
	"howdah/pgerr"
	"howdah/pushdown"
	"howdah/vector"
)

// recorder is a test that is expected to fail.
type recorder struct {
	testing.TB
	mu     sync.Mutex
	errors []string
}

func (r *recorder) Errorf(format string, args ...any) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.errors = append(r.errors, fmt.Sprintf(format, args...))
}

func (r *recorder) Log(...any) {}

// bad is CSV with one thing wrong.
type bad struct {
	csv.Format
	how string
}

type badReader struct {
	formats.Reader
	how  string
	in   *formats.Input
	scan *formats.Scan
	all  int
	drop bool
}

var hoard [][]byte

func (f bad) Open(in *formats.Input, scan *formats.Scan) (formats.Reader, error) {
	r, err := f.Format.Open(in, scan)
	if err != nil {
		if f.how == "nameless" {
			return nil, pgerr.New(pgerr.BadCopyFileFormat, "something is wrong")
		}
		return nil, err
	}
	switch f.how {
	case "panics":
		if len(scan.Request.Quals) > 0 {
			var none []int
			_ = none[len(scan.Request.Columns)]
		}
	case "leaves a goroutine":
		go time.Sleep(500 * time.Millisecond)
	case "leaves memory":
		in.Budget().Grow(10)
	case "leaves a source":
		in.Reader()
	case "leaves a file":
		os.CreateTemp("", "x")
	case "hoards":
		for range 100 {
			hoard = append(hoard, make([]byte, 1<<20))
		}
	case "is slow":
		time.Sleep(60 * time.Millisecond)
	}
	return &badReader{Reader: r, how: f.how, in: in, scan: scan}, nil
}

func (r *badReader) Close() error {
	hoard = nil
	return r.Reader.Close()
}

func (r *badReader) Next(b *vector.Batch) error {
	err := r.Reader.Next(b)
	if err != nil && err != io.EOF {
		switch r.how {
		case "internal":
			return pgerr.New(pgerr.InternalError, "file mutant: should not happen")
		case "speaks Go":
			return fmt.Errorf("runtime error")
		case "no error":
			b.SetLen(0)
			return io.EOF
		case "goes on":
			if r.drop {
				return io.EOF
			}
			r.drop = true
		}
		return err
	}
	if err == nil && b.Live() > 0 {
		claimed := len(r.scan.Answer.Quals) > 0 && r.scan.Answer.Quals[0] == pushdown.Exact
		switch r.how {
		case "drops rows of small batches":
			if b.Max > 0 && b.Max < 100 && b.Live() > 1 {
				b.Sel = b.Sel[:1]
			}
		case "drops rows of filters":
			if claimed && b.Live() > 1 {
				b.Sel = b.Sel[:1]
			}
		case "sorts wrongly":
			if r.scan.Answer.Sort > 0 && b.Live() > 1 {
				b.Sel = b.Sel[1:]
			}
		case "counts wrongly":
			if len(r.scan.Request.Columns) == 0 {
				b.Sel = b.Sel[1:]
			}
		}
	}
	return err
}

var seed = Seed{Name: "s", Format: "csv", Options: formats.Options{"header": "true"}, Data: []byte("a,b\n1,x\n2,y\n3,z\n4,\"q\"\"\"\n")}

// The judge finds each fault, and none where there is none.
func TestTheJudge(t *testing.T) {
	for how, want := range map[string]string{
		"": "", "panics": "index out of range", "leaves memory": "bytes of the budget", "leaves a source": "left open", "leaves a goroutine": "left behind: ", "leaves a file": "temporary files",
		"nameless": "does not name the file", "internal": "SQLSTATE XX000", "speaks Go": "no error for a client", "goes on": "reading goes on",
		"drops rows of small batches": "small batches: ", "drops rows of filters": "filter of the reader: ", "sorts wrongly": "top-N: ", "counts wrongly": "count(*) is", "hoards": "memory: ", "is slow": "slow: ",
	} {
		t.Run(how, func(t *testing.T) {
			c := Config{Registry: formats.Registry{bad{how: how}}, Seeds: []Seed{seed}, Run: 1, First: 1, Mutants: 40, Workers: 1, slow: 400 * time.Millisecond, patience: 50 * time.Millisecond}
			switch how {
			case "is slow":
				c.Mutants = 1
			case "leaves a goroutine", "leaves a file", "hoards":
				c.Mutants = 2
			}
			r := &recorder{TB: t}
			Run(r, c)
			got := strings.Join(r.errors, "\n")
			if want == "" && got != "" || !strings.Contains(got, want) {
				t.Errorf("%s: %q, want %q", how, got, want)
			}
		})
	}
	runtime.GC()
}

// A table that is shorter than what is there of it is found wherever it is cut.
func TestTheCuts(t *testing.T) {
	for how, want := range map[string]bool{"": false, "no error": true, "internal": true, "drops rows of filters": false} {
		r := &recorder{TB: t}
		Cuts(r, formats.Registry{bad{how: how}}, seed, 1)
		if got := len(r.errors) > 0; got != want {
			t.Errorf("%q: %q", how, r.errors)
		}
	}
}

// A mutant is the same each time, is not the seed most of the time, and never changes the seed.
func TestMutantsAreTheSameEachTime(t *testing.T) {
	names, contents := []string{"Workbook", "other"}, [][]byte{biff(), []byte("x")}
	for name, data := range map[string][]byte{
		"csv": seed.Data, "json": []byte(`[{"a":1,"b":"x"},{"a":null}]`), "xml": []byte(`<?xml version="1.0"?><a b="1"><c d="2">t</c><e/></a>`),
		"zip":  mustZip([]member{{name: "a.xml", data: []byte(`<a b="1">t</a>`), method: 8}, {name: "b", data: []byte("b"), method: 0}}),
		"biff": biff(), "cfb": WriteCFB(names, contents), "gzip": gzipped(newDice(1, 1), seed.Data), "zstd": zstded(newDice(1, 1), seed.Data), "xz": xzed(newDice(1, 1), seed.Data), "lz4": lz4ed(newDice(1, 1), seed.Data),
	} {
		seeds := []Seed{{Name: name, Data: data}}
		whole := bytes.Clone(data)
		same := 0
		kinds := map[string]bool{}
		for n := range uint64(200) {
			m, again := Make(seeds, 5, n), Make(seeds, 5, n)
			if !bytes.Equal(m.Data, again.Data) || m.Story != again.Story {
				t.Fatalf("%s: mutant %d is another the second time: %s", name, n, m.Story)
			}
			if bytes.Equal(m.Data, data) {
				same++
			}
			kinds[string(m.Data)] = true
		}
		if !bytes.Equal(data, whole) {
			t.Errorf("%s: the seed is changed", name)
		}
		if same > 10 || len(kinds) < 150 {
			t.Errorf("%s: %d mutants are no mutants, %d are different", name, same, len(kinds))
		}
	}
	c := parseCFB(WriteCFB(names, contents))
	for i, s := range c.streams() {
		if s.name != names[i] || !bytes.Equal(s.data, contents[i]) {
			t.Errorf("stream %d: %q, %d bytes", i, s.name, len(s.data))
		}
	}
	if got := biffJoin(biffRecords(biff()), false); !bytes.Equal(got, biff()) {
		t.Errorf("%x", got)
	}
}

func mustZip(m []member) []byte {
	out, _, _, _ := writeZip(m, "")
	return out
}

// biff is a stream of a book with one sheet, more or less.
func biff() []byte {
	return biffJoin([]record{
		{id: recBOF, len: 16, data: make([]byte, 16)}, {id: recSheet, len: 12, data: append([]byte{44, 0, 0, 0, 0, 0, 4, 0}, "abcd"...)}, {id: recEOF},
		{id: recBOF, len: 16, data: make([]byte, 16)}, {id: 0x0203, len: 14, data: make([]byte, 14)}, {id: recEOF},
	}, true)
}
