package sourcetest

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"
	"time"

	"howdah/pgerr"
	"howdah/sources"
)

// Harness gives the suite a source and a place that the source can see.
type Harness struct {
	// Source is the source under test.
	Source sources.Source
	// Pattern gives the source's pattern for a relative name; "" is the place itself. It serves as key too.
	Pattern func(name string) string
	// Put makes or replaces a file, Remove removes it.
	Put    func(t testing.TB, name string, data []byte)
	Remove func(t testing.TB, name string)
	// Lists says that the source can list; web servers cannot.
	Lists bool
}

// Run puts a source through everything that Source's comments promise.
func Run(t *testing.T, h Harness) {
	t.Run("Stat", func(t *testing.T) { testStat(t, h) })
	t.Run("RangesAtEveryOffset", func(t *testing.T) { testRanges(t, h) })
	t.Run("Empty", func(t *testing.T) { testEmpty(t, h) })
	t.Run("Missing", func(t *testing.T) { testMissing(t, h) })
	t.Run("ChangedSincePinned", func(t *testing.T) { testChanged(t, h) })
	t.Run("Cancel", func(t *testing.T) { testCancel(t, h) })
	t.Run("SnapshotHoldsVersions", func(t *testing.T) { testSnapshot(t, h) })
	if h.Lists {
		t.Run("List", func(t *testing.T) { testList(t, h) })
	}
}

// Content is n bytes of which every few differ.
func Content(n int) []byte {
	var b bytes.Buffer
	for i := 0; b.Len() < n; i++ {
		fmt.Fprintf(&b, "%d,row %x\n", i, i*2654435761)
	}
	return b.Bytes()[:n]
}

func (h Harness) stat(t *testing.T, name string) sources.Info {
	t.Helper()
	info, err := h.Source.Stat(t.Context(), h.Pattern(name))
	if err != nil {
		t.Fatalf("Stat(%s): %v", name, err)
	}
	return info
}

func read(ctx context.Context, src sources.Source, o sources.Info, off, n int64) ([]byte, error) {
	r, err := src.OpenRange(ctx, o, off, n)
	if err != nil {
		return nil, err
	}
	data, err := io.ReadAll(r)
	if cerr := r.Close(); err == nil {
		err = cerr
	}
	return data, err
}

func testStat(t *testing.T, h Harness) {
	data := Content(1000)
	before := time.Now().Add(-time.Minute)
	h.Put(t, "stat.csv", data)
	info := h.stat(t, "stat.csv")
	if info.Size != 1000 || info.Version == "" || !info.Ranges || info.Key == "" || !strings.HasSuffix(info.Path, "stat.csv") {
		t.Errorf("%+v", info)
	}
	if info.Modified.Before(before) {
		t.Errorf("modified %v", info.Modified)
	}
	if again := h.stat(t, "stat.csv"); again.Version != info.Version || !again.Modified.Equal(info.Modified) {
		t.Errorf("the version of an unchanged file changes: %+v, %+v", info, again)
	}
	got, err := read(t.Context(), h.Source, info, 0, -1)
	if err != nil || !bytes.Equal(got, data) {
		t.Errorf("%d bytes, %v", len(got), err)
	}
}

func testRanges(t *testing.T, h Harness) {
	data := Content(40)
	h.Put(t, "ranges.csv", data)
	info := h.stat(t, "ranges.csv")
	done := NoLeaks(t)
	for off := int64(0); off <= 40; off += 3 {
		for _, n := range []int64{-1, 0, 1, 7, 40 - off} {
			if n > 40-off {
				continue
			}
			want := data[off:]
			if n >= 0 {
				want = want[:n]
			}
			got, err := read(t.Context(), h.Source, info, off, n)
			if err != nil || !bytes.Equal(got, want) {
				t.Fatalf("range %d+%d: %q, %v, want %q", off, n, got, err, want)
			}
		}
	}
	if !h.Source.Remote() { // remote sources keep connections
		done()
	}
}

func testEmpty(t *testing.T, h Harness) {
	h.Put(t, "empty.csv", nil)
	info := h.stat(t, "empty.csv")
	got, err := read(t.Context(), h.Source, info, 0, -1)
	if info.Size != 0 || err != nil || len(got) != 0 {
		t.Errorf("%+v: %q, %v", info, got, err)
	}
}

func testMissing(t *testing.T, h Harness) {
	_, err := h.Source.Stat(t.Context(), h.Pattern("nowhere.csv"))
	wantCode(t, err, pgerr.UndefinedFile)
	for info, err := range h.Source.List(t.Context(), h.Pattern("nowhere.csv")) {
		if wantCode(t, err, pgerr.UndefinedFile); err == nil {
			t.Errorf("listed %+v", info)
		}
	}
}

func wantCode(t *testing.T, err error, code pgerr.Code) {
	t.Helper()
	if !errors.Is(err, code) {
		t.Errorf("got %v, want SQLSTATE %s", err, string(code))
	}
	if e, ok := errors.AsType[*pgerr.Error](err); err != nil && (!ok || e.Message == "") {
		t.Errorf("%v is no error for a client", err)
	}
}

func testChanged(t *testing.T, h Harness) {
	for name, change := range map[string]func(){
		"longer":  func() { h.Put(t, "changed.csv", Content(101)) },
		"shorter": func() { h.Put(t, "changed.csv", Content(99)) },
		"same size": func() {
			data := Content(100)
			data[50] ^= 1
			h.Put(t, "changed.csv", data)
		},
		"removed": func() { h.Remove(t, "changed.csv") },
	} {
		h.Put(t, "changed.csv", Content(100))
		info := h.stat(t, "changed.csv")
		change()
		for _, span := range [][2]int64{{0, -1}, {0, 10}, {40, 20}, {90, -1}} {
			if _, err := read(t.Context(), h.Source, info, span[0], span[1]); !errors.Is(err, pgerr.SerializationFailure) {
				t.Errorf("%s, range %v: %v", name, span, err)
			}
		}
	}
}

var errStop = pgerr.New(pgerr.QueryCanceled, "canceling statement due to user request")

func testCancel(t *testing.T, h Harness) {
	const size = 1 << 20
	h.Put(t, "cancel.csv", Content(size))
	info := h.stat(t, "cancel.csv")
	for reads := range 4 {
		ctx, cancel := context.WithCancelCause(t.Context())
		r, err := h.Source.OpenRange(ctx, info, 0, -1)
		if err != nil {
			t.Fatal(err)
		}
		buf := make([]byte, 4096)
		for range reads {
			if _, err := io.ReadFull(r, buf); err != nil {
				t.Fatal(err)
			}
		}
		cancel(errStop)
		start := time.Now()
		_, err = io.Copy(io.Discard, r)
		if !errors.Is(err, pgerr.QueryCanceled) {
			t.Errorf("after %d reads: %v", reads, err)
		}
		if took := time.Since(start); took > time.Second {
			t.Errorf("after %d reads: cancelled only after %v", reads, took)
		}
		if err := r.Close(); err != nil {
			t.Errorf("Close: %v", err)
		}
		if _, err := h.Source.OpenRange(ctx, info, 0, -1); !errors.Is(err, pgerr.QueryCanceled) {
			t.Errorf("OpenRange after the end: %v", err)
		}
		if _, err := h.Source.Stat(ctx, info.Key); !errors.Is(err, pgerr.QueryCanceled) {
			t.Errorf("Stat after the end: %v", err)
		}
	}
}

func testSnapshot(t *testing.T, h Harness) {
	old := Content(500)
	h.Put(t, "snap/one.csv", old)
	snap := sources.NewSnapshot()
	first, err := snap.List(t.Context(), h.Source, h.Pattern("snap/one.csv"))
	if err != nil || len(first) != 1 {
		t.Fatalf("%v, %v", first, err)
	}
	h.Put(t, "snap/one.csv", Content(400))
	again, err := snap.List(t.Context(), h.Source, h.Pattern("snap/one.csv"))
	if err != nil || len(again) != 1 || again[0] != first[0] {
		t.Fatalf("%v, %v", again, err)
	}
	if _, err := read(t.Context(), h.Source, again[0], 0, -1); !errors.Is(err, pgerr.SerializationFailure) {
		t.Errorf("reading the pinned version: %v", err)
	}
	if h.Lists { // another pattern, same object, same version
		h.Put(t, "snap/two.csv", old)
		other, err := snap.List(t.Context(), h.Source, h.Pattern("snap/*.csv"))
		if err != nil || len(other) != 2 || other[0] != first[0] {
			t.Errorf("%v, %v", other, err)
		}
	}
	fresh, err := sources.NewSnapshot().List(t.Context(), h.Source, h.Pattern("snap/one.csv"))
	if err != nil || len(fresh) != 1 || fresh[0].Size != 400 {
		t.Errorf("%v, %v", fresh, err)
	}
}

func testList(t *testing.T, h Harness) {
	all := []string{
		"list/a.csv", "list/a/deep/x.csv", "list/a/x.csv", "list/a/y.txt", "list/b c.csv", "list/k=1/x.csv", "list/k=2/x.csv",
		"list/.hidden.csv", "list/.git/x.csv", "list/é.csv", "lister.csv", "list/z[1].csv",
	}
	for _, name := range all {
		h.Put(t, name, []byte(name))
	}
	for _, c := range []struct {
		pattern string
		want    string
	}{
		{"list", "list/a.csv list/a/deep/x.csv list/a/x.csv list/a/y.txt list/b c.csv list/k=1/x.csv list/k=2/x.csv list/z[1].csv list/é.csv"},
		{"list/", "list/a.csv list/a/deep/x.csv list/a/x.csv list/a/y.txt list/b c.csv list/k=1/x.csv list/k=2/x.csv list/z[1].csv list/é.csv"},
		{"list/*.csv", "list/a.csv list/b c.csv list/z[1].csv list/é.csv"},
		{"list/**/*.csv", "list/a.csv list/a/deep/x.csv list/a/x.csv list/b c.csv list/k=1/x.csv list/k=2/x.csv list/z[1].csv list/é.csv"},
		{"list/k=*/x.csv", "list/k=1/x.csv list/k=2/x.csv"},
		{"list/*/x.csv", "list/a/x.csv list/k=1/x.csv list/k=2/x.csv"},
		{"list/{a,k=2}/x.csv", "list/a/x.csv list/k=2/x.csv"},
		{"list/k=[0-1]/*", "list/k=1/x.csv"},
		{"list/.*.csv", "list/.hidden.csv"},
		{"list/.git/*.csv", "list/.git/x.csv"},
		{"list/?.csv", "list/a.csv list/é.csv"},
		{"list/z[1].csv", "list/z[1].csv"},
		{"list/nothing*", ""},
		{"list/a.csv", "list/a.csv"},
		{"list/a", "list/a/deep/x.csv list/a/x.csv list/a/y.txt"},
	} {
		var got []string
		last := ""
		for info, err := range h.Source.List(t.Context(), h.Pattern(c.pattern)) {
			if err != nil {
				t.Errorf("%s: %v", c.pattern, err)
				break
			}
			if info.Path <= last {
				t.Errorf("%s: %q comes after %q", c.pattern, info.Path, last)
			}
			last = info.Path
			at := strings.Index(info.Path, "list/")
			got = append(got, info.Path[at:])
			data, err := read(t.Context(), h.Source, info, 0, -1)
			if err != nil || string(data) != info.Path[at:] {
				t.Errorf("%s: %s: %q, %v", c.pattern, info.Path, data, err)
			}
		}
		if s := strings.Join(got, " "); s != c.want {
			t.Errorf("%s:\ngot  %s\nwant %s", c.pattern, s, c.want)
		}
	}
	for _, c := range []struct {
		pattern string
		code    pgerr.Code
	}{{"absent/", pgerr.UndefinedFile}, {"list/[a", pgerr.InvalidParameterValue}} {
		var err error
		for _, err = range h.Source.List(t.Context(), h.Pattern(c.pattern)) {
		}
		wantCode(t, err, c.code)
	}
	ctx, cancel := context.WithCancelCause(t.Context())
	cancel(errStop)
	var err error
	for _, err = range h.Source.List(ctx, h.Pattern("list")) {
	}
	wantCode(t, err, pgerr.QueryCanceled)
}
