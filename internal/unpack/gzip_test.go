package unpack

import (
	"bytes"
	"compress/gzip"
	"io"
	"strings"
	"testing"

	"howdah/pgerr"
)

func pack(parts ...string) []byte {
	var b bytes.Buffer
	for _, p := range parts {
		w := gzip.NewWriter(&b)
		w.Write([]byte(p))
		w.Close()
	}
	return b.Bytes()
}

func unzip(data []byte) (string, error) {
	r := New(Gzip, io.NopCloser(bytes.NewReader(data)), "x.gz", nil)
	out, err := io.ReadAll(r)
	if cerr := r.Close(); cerr != nil && err == nil {
		err = cerr
	}
	return string(out), err
}

func TestMembersAreOneContent(t *testing.T) {
	long := strings.Repeat("a long line\n", 100000)
	for _, c := range [][]string{{""}, {"a"}, {"a", "", "b"}, {long, long}, nil} {
		got, err := unzip(pack(c...))
		if err != nil || got != strings.Join(c, "") {
			t.Errorf("%d members: %d bytes, %v", len(c), len(got), err)
		}
	}
}

// A cut at the edge of a member cannot be seen here: that is the raw reader's duty.
func TestEveryCutInsideAMemberAndEveryFlippedByteIsDamage(t *testing.T) {
	first := pack("some text, some text, some text")
	whole := append(append([]byte(nil), first...), pack("and more")...)
	for cut := 1; cut < len(whole); cut++ {
		if cut == len(first) {
			continue
		}
		if _, err := unzip(whole[:cut]); !pgerr.HasCode(err, pgerr.DataCorrupted) {
			t.Fatalf("cut at %d: %v", cut, err)
		}
	}
	for i := range whole {
		if in := i % len(first); in >= 3 && in < 10 { // flags, time and system are not covered by the checksum
			continue
		}
		bad := append([]byte(nil), whole...)
		bad[i] ^= 0x55
		got, err := unzip(bad)
		if err == nil && got != "some text, some text, some textand more" {
			t.Fatalf("byte %d flipped: %q without an error", i, got)
		}
	}
}

func TestGarbageAfterTheLastMemberIsDamage(t *testing.T) {
	for _, tail := range []string{"x", "\x00", "garbage garbage", "\x1f\x8b"} {
		if _, err := unzip(append(pack("text"), tail...)); !pgerr.HasCode(err, pgerr.DataCorrupted) {
			t.Errorf("%q: %v", tail, err)
		}
	}
}
