package spill

import (
	"bytes"
	"errors"
	"io"
	"os"
	"testing"

	"howdah/pgerr"
)

func TestPartsReadBack(t *testing.T) {
	dir := t.TempDir()
	f, err := Create(dir)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if left, _ := os.ReadDir(dir); len(left) != 0 {
		t.Errorf("the file has a name: %v", left)
	}
	first := bytes.Repeat([]byte("abc"), 50_000)
	f.Write(first)
	cut := f.Size()
	f.Write([]byte("xyz"))
	if err := f.Flush(); err != nil {
		t.Fatal(err)
	}
	got := make([]byte, len(first))
	r := f.Reader(0, cut)
	if err := r.Full(got); err != nil || !bytes.Equal(got, first) {
		t.Fatalf("the first part differs (%v)", err)
	}
	if _, err := r.Byte(); err != io.EOF {
		t.Errorf("%v at the part's end, want EOF", err)
	}
	tail := f.Reader(cut, f.Size())
	if err := tail.Full(got[:4]); !errors.Is(err, pgerr.IOError) {
		t.Errorf("reading past the end: %v", err)
	}
}

func TestNoFolder(t *testing.T) {
	if _, err := Create("/nonexistent"); !errors.Is(err, pgerr.IOError) {
		t.Errorf("got %v, want 58030", err)
	}
}

func TestQuota(t *testing.T) {
	q := NewQuota(200 << 10)
	a, _ := Create(t.TempDir())
	b, _ := Create(t.TempDir())
	a.Within(q)
	b.Within(q)
	block := make([]byte, 70<<10)
	for _, f := range []*File{a, b} {
		if _, err := f.Write(block); err != nil {
			t.Fatal(err)
		}
	}
	_, err := a.Write(block)
	if e := pgerr.From(err); !errors.Is(err, pgerr.ConfigurationLimitExceeded) || e.Message != "temporary file size exceeds temp_file_limit (200kB)" {
		t.Fatalf("got %v", err)
	}
	if err := b.Forget(0, b.Size()); err != nil {
		t.Fatal(err)
	}
	if _, err := b.Write(block); q.Used() < 140<<10 && err != nil { // where space can be given back
		t.Errorf("after space was given back: %v", err)
	}
	a.Close()
	b.Close()
	b.Close()
	if q.Used() != 0 {
		t.Errorf("%d bytes are counted after all files are closed", q.Used())
	}
}
