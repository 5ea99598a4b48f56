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
