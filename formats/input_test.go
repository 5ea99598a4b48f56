package formats_test

import (
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"io"
	"testing"
	"testing/iotest"
	"time"

	"howdah/formats"
	"howdah/internal/budget"
	"howdah/internal/meter"
	"howdah/pgerr"
	"howdah/sources"
	"howdah/sources/sourcetest"
)

func TestMain(m *testing.M) { sourcetest.Main(m, closeConnections) }

// opened is an Input over a source in memory, with what it reports to.
type opened struct {
	*formats.Input
	meter  meter.Scan
	budget *budget.Budget
}

func open(ctx context.Context, m *sourcetest.Memory) *opened {
	o := &opened{budget: budget.New("test", 0, nil)}
	o.Input = formats.NewInput(ctx, m, m.Info(), &o.meter, o.budget)
	return o
}

// all reads the whole content and closes everything.
func (o *opened) all() ([]byte, error) {
	defer o.Close()
	r, err := o.Reader()
	if err != nil {
		return nil, err
	}
	data, err := io.ReadAll(r)
	if cerr := r.Close(); err == nil {
		err = cerr
	}
	return data, err
}

func pack(parts ...[]byte) []byte {
	var b bytes.Buffer
	for _, p := range parts {
		w := gzip.NewWriter(&b)
		w.Write(p)
		w.Close()
	}
	return b.Bytes()
}

// faults are the ways in which a connection is cut: with an error, and without anybody noticing.
var faults = map[string]error{"noticed": sources.Truncated("memory/x", 0, -1), "silent": nil}

func TestOneCutIsHealedWhereThereAreRanges(t *testing.T) {
	text := sourcetest.Content(300)
	packed := pack(text[:100], text[100:])
	for _, data := range [][]byte{text, packed} {
		for name, fault := range faults {
			for cut := range int64(len(data)) {
				m := &sourcetest.Memory{Data: data, Far: true, Ranged: true, Fault: func(opening int, _, _ int64) (int64, error) {
					if opening == 1 {
						return cut, fault
					}
					return -1, nil
				}}
				in := open(t.Context(), m)
				got, err := in.all()
				if err != nil || !bytes.Equal(got, text) {
					t.Fatalf("%s cut at %d of %d: %d bytes, %v", name, cut, len(data), len(got), err)
				}
				if c := in.meter.Read(); c.Retries != 1 || c.Requests != 2 || c.BytesRead != int64(len(data)) || c.BytesTotal != int64(len(data)) {
					t.Fatalf("%s cut at %d: %+v", name, cut, c)
				}
				if in.budget.Used() != 0 || m.Open() != 0 {
					t.Fatalf("left: %d bytes, %d readers", in.budget.Used(), m.Open())
				}
			}
		}
	}
}

func TestACutIsAnErrorWhereThereAreNoRanges(t *testing.T) {
	text := sourcetest.Content(300)
	packed := pack(text[:100], text[100:])
	for _, far := range []bool{true, false} {
		for _, data := range [][]byte{text, packed} {
			for name, fault := range faults {
				for cut := range int64(len(data)) {
					m := &sourcetest.Memory{Data: data, Far: far, Ranged: !far, Fault: func(int, int64, int64) (int64, error) { return cut, fault }}
					in := open(t.Context(), m)
					if cut == 0 && far {
						continue // asked again, see below
					}
					got, err := in.all()
					if !errors.Is(err, pgerr.IOError) {
						t.Fatalf("far %v, %s cut at %d of %d: %d bytes, %v", far, name, cut, len(data), len(got), err)
					}
					if !bytes.HasPrefix(text, got) {
						t.Fatalf("cut at %d: other bytes", cut)
					}
					if m.Open() != 0 {
						t.Fatal("a reader is left open")
					}
				}
			}
		}
	}
	m := &sourcetest.Memory{Data: text, Far: true, Fault: func(opening int, _, _ int64) (int64, error) {
		if opening <= 3 {
			return 0, nil
		}
		return -1, nil
	}}
	if got, err := open(t.Context(), m).all(); err != nil || !bytes.Equal(got, text) {
		t.Errorf("cuts before the first byte: %d bytes, %v", len(got), err)
	}
}

func TestRetriesEnd(t *testing.T) {
	data := sourcetest.Content(1000)
	for _, ranged := range []bool{true, false} {
		for after := range int64(2) { // nothing, or one byte, each time
			m := &sourcetest.Memory{Data: data, Far: true, Ranged: ranged, Fault: func(int, int64, int64) (int64, error) { return after, nil }}
			in := open(t.Context(), m)
			got, err := in.all()
			if !errors.Is(err, pgerr.IOError) || m.Openings() > sources.Attempts || !bytes.HasPrefix(data, got) {
				t.Errorf("ranged %v, %d: %d bytes, %v after %d attempts", ranged, after, len(got), err, m.Openings())
			}
			e := pgerr.From(err)
			if e.Message != `could not read file "memory/x": the data ended early` || e.Detail == "" {
				t.Errorf("%+v", e)
			}
		}
	}
	m := &sourcetest.Memory{Data: data, Far: true, Ranged: true, Refuse: func(opening int) error { return sources.Missing("memory/x") }}
	if _, err := open(t.Context(), m).all(); !errors.Is(err, pgerr.UndefinedFile) || m.Openings() != 1 {
		t.Errorf("%v after %d attempts", err, m.Openings())
	}
}

func TestAChangeBetweenTwoRequestsIs40001(t *testing.T) {
	m := &sourcetest.Memory{Data: sourcetest.Content(1 << 20), Far: true, Ranged: true, Refuse: func(opening int) error {
		if opening > 1 {
			return sources.Changed("memory/x")
		}
		return nil
	}}
	in := open(t.Context(), m)
	got, err := in.all()
	if !errors.Is(err, pgerr.SerializationFailure) || !bytes.HasPrefix(m.Data, got) || in.budget.Used() != 0 {
		t.Errorf("%d bytes, %v", len(got), err)
	}
}

func TestMoreThanAnnouncedIsAnError(t *testing.T) {
	m := &sourcetest.Memory{Data: sourcetest.Content(100)}
	info := m.Info()
	info.Size = 99
	in := formats.NewInput(t.Context(), m, info, new(meter.Scan), nil)
	r, err := in.Reader() // it looks at the first bytes, which here are all
	if err == nil {
		_, err = io.ReadAll(r)
		r.Close()
	}
	if !errors.Is(err, pgerr.IOError) {
		t.Error(err)
	}
}

func TestReadAheadKeepsOrderAndBudget(t *testing.T) {
	data := sourcetest.Content(21<<20 + 12345)
	for _, limit := range []int64{0, 64 << 20, 6 << 20, 300 << 10} {
		m := &sourcetest.Memory{Data: data, Far: true, Ranged: true}
		in := &opened{budget: budget.New("test", limit, nil)}
		in.Input = formats.NewInput(t.Context(), m, m.Info(), &in.meter, in.budget)
		got, err := in.all()
		if err != nil || !bytes.Equal(got, data) {
			t.Fatalf("limit %d: %d bytes, %v", limit, len(got), err)
		}
		if in.budget.Used() != 0 || in.budget.Peak() > 16<<20 || limit > 0 && in.budget.Peak() > limit {
			t.Errorf("limit %d: used %d, peak %d", limit, in.budget.Used(), in.budget.Peak())
		}
		if n := in.meter.Requests.Load(); limit == 0 && n > 12 {
			t.Errorf("%d requests", n)
		}
	}
	m := &sourcetest.Memory{Data: data, Far: true, Ranged: true}
	small := budget.New("query", 1000, nil)
	_, err := formats.NewInput(t.Context(), m, m.Info(), new(meter.Scan), small).Compressed()
	if !errors.Is(err, pgerr.OutOfMemory) || small.Used() != 0 {
		t.Errorf("%v, %d bytes left", err, small.Used())
	}
}

func TestClosingEarlyReadsLittle(t *testing.T) {
	check := sourcetest.NoLeaks(t)
	m := &sourcetest.Memory{Data: sourcetest.Content(21 << 20), Far: true, Ranged: true}
	in := open(t.Context(), m)
	if packed, err := in.Compressed(); packed || err != nil {
		t.Fatal(packed, err)
	}
	r, err := in.Reader()
	if err != nil {
		t.Fatal(err)
	}
	if _, err := io.ReadFull(r, make([]byte, 1000)); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if err := r.Close(); err != nil {
			t.Error(err)
		}
	}
	if n := in.meter.BytesRead.Load(); n > 256<<10 || m.Openings() != 1 {
		t.Errorf("%d bytes by %d requests for a LIMIT", n, m.Openings())
	}
	if n, err := r.Read(make([]byte, 10)); n != 0 || err == nil {
		t.Error("a closed reader reads")
	}
	if err := in.Close(); err != nil || m.Open() != 0 || in.budget.Used() != 0 {
		t.Errorf("%v, %d readers, %d bytes", err, m.Open(), in.budget.Used())
	}
	// An Input that is only asked whether it is compressed holds a request until it is closed.
	in = open(t.Context(), m)
	if _, err := in.Compressed(); err != nil {
		t.Fatal(err)
	}
	in.Close()
	in.Close()
	if m.Open() != 0 || in.budget.Used() != 0 {
		t.Errorf("%d readers, %d bytes", m.Open(), in.budget.Used())
	}
	check()
}

func TestCancelInterruptsEveryRead(t *testing.T) {
	stop := pgerr.New(pgerr.QueryCanceled, "canceling statement due to user request")
	for _, ranged := range []bool{true, false} {
		for _, far := range []bool{true, false} {
			check := sourcetest.NoLeaks(t)
			for reads := range 4 {
				m := &sourcetest.Memory{Data: sourcetest.Content(4 << 20), Far: far, Ranged: ranged, Hang: make(chan struct{}, 4)}
				for range reads {
					m.Hang <- struct{}{} // one Read each
				}
				ctx, cancel := context.WithCancelCause(t.Context())
				in := open(ctx, m)
				go func() {
					time.Sleep(10 * time.Millisecond)
					cancel(stop)
				}()
				start := time.Now()
				_, err := in.all()
				if !errors.Is(err, pgerr.QueryCanceled) || time.Since(start) > time.Second {
					t.Errorf("far %v, ranged %v: %v after %v", far, ranged, err, time.Since(start))
				}
				if m.Open() != 0 || in.budget.Used() != 0 {
					t.Errorf("left: %d readers, %d bytes", m.Open(), in.budget.Used())
				}
			}
			check()
		}
	}
}

func TestGzipIsFoundByContent(t *testing.T) {
	text := sourcetest.Content(3 << 20)
	packed := pack(text[:1<<20], nil, text[1<<20:])
	for name, c := range map[string]struct {
		data, want []byte
		compressed bool
	}{
		"text": {text, text, false}, "gzip": {packed, text, true}, "empty": {nil, nil, false}, "one byte": {[]byte("\x1f"), []byte("\x1f"), false},
		"empty gzip": {pack(nil), nil, true},
	} {
		for _, m := range []*sourcetest.Memory{{}, {Ranged: true}, {Far: true}, {Far: true, Ranged: true}, {NoSize: true, Far: true}, {Far: true, Dribble: len(c.data) < 1000}} {
			m.Data = c.data
			in := open(t.Context(), m)
			compressed, err := in.Compressed()
			if err != nil || compressed != c.compressed {
				t.Fatalf("%s: %v, %v", name, compressed, err)
			}
			for range 2 { // a second pass starts anew
				r, err := in.Reader()
				if err != nil {
					t.Fatal(err)
				}
				got, err := io.ReadAll(r)
				if r.Close(); err != nil || !bytes.Equal(got, c.want) {
					t.Fatalf("%s: %d bytes, %v", name, len(got), err)
				}
			}
			ranges, err := in.Ranges()
			if err != nil || ranges != (m.Ranged && !c.compressed) {
				t.Errorf("%s: ranges %v, %v", name, ranges, err)
			}
			in.Close()
			if m.Open() != 0 || in.budget.Used() != 0 {
				t.Errorf("%s: left: %d readers, %d bytes", name, m.Open(), in.budget.Used())
			}
		}
	}
	bad := append(pack(text[:100]), "garbage"...)
	if _, err := open(t.Context(), &sourcetest.Memory{Data: bad}).all(); !errors.Is(err, pgerr.DataCorrupted) {
		t.Errorf("garbage after the last member: %v", err)
	}
}

func TestReadRange(t *testing.T) {
	data := sourcetest.Content(3 << 20)
	for _, far := range []bool{true, false} {
		m := &sourcetest.Memory{Data: data, Far: far, Ranged: true}
		in := open(t.Context(), m)
		for _, c := range [][2]int64{{0, 10}, {5, 0}, {100, 2 << 20}, {3<<20 - 5, 5}, {3<<20 - 5, 100}, {1 << 20, -1}, {3 << 20, -1}, {3 << 20, 5}} {
			r, err := in.ReadRange(c[0], c[1])
			if err != nil {
				t.Fatal(c, err)
			}
			end := c[0] + c[1]
			if c[1] < 0 || end > int64(len(data)) {
				end = int64(len(data))
			}
			if err := iotest.TestReader(struct{ io.Reader }{r}, data[c[0]:end]); err != nil {
				t.Errorf("far %v, %v: %v", far, c, err)
			}
			r.Close()
		}
		for _, off := range []int64{-1, 3<<20 + 1} {
			if _, err := in.ReadRange(off, 1); !errors.Is(err, pgerr.InternalError) {
				t.Errorf("offset %d: %v", off, err)
			}
		}
		if m.Open() != 0 || in.budget.Used() != 0 {
			t.Errorf("left: %d readers, %d bytes", m.Open(), in.budget.Used())
		}
	}
	if _, err := open(t.Context(), &sourcetest.Memory{Data: data}).ReadRange(0, 1); !errors.Is(err, pgerr.FeatureNotSupported) {
		t.Error(err)
	}
}
