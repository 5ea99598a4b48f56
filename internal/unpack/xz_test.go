package unpack

import (
	"bytes"
	"runtime"
	"testing"

	"github.com/ulikunitz/xz"
)

// TestSmallBlocks reads a file of many blocks, each of which asks for a dictionary of 8 MiB: one serves all.
func TestSmallBlocks(t *testing.T) {
	text := bytes.Repeat([]byte("0123456789abcdef"), 1<<12)
	var file bytes.Buffer
	w, err := xz.WriterConfig{BlockSize: 64, DictCap: 8 << 20, CheckSum: xz.CRC32, Matcher: 1}.NewWriter(&file)
	if err != nil {
		t.Fatal(err)
	}
	// The writer makes a dictionary for each block too.
	part := text[:32*64]
	if _, err := w.Write(part); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	got, err := all(Xz, &file, nil)
	runtime.ReadMemStats(&after)
	if err != nil || !bytes.Equal(got, part) {
		t.Fatalf("%d bytes, want %d: %v", len(got), len(part), err)
	}
	if n := after.TotalAlloc - before.TotalAlloc; n > 64<<20 {
		t.Errorf("%d bytes were allocated for %d blocks", n, len(part)/64)
	}
}
