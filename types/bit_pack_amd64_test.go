//go:build amd64 && !purego

package types

import (
	"bytes"
	"math/rand/v2"
	"testing"
)

// Digits are packed alike with and without the widest registers, and nothing behind them is written.
func TestPackDigitsByEitherWidth(t *testing.T) {
	if !haveAVX512 {
		t.Skip("this processor has one way only")
	}
	defer func() { haveAVX512 = true }()
	r := rand.New(rand.NewPCG(4, 4))
	for round := range 4000 {
		digits := make([]byte, r.IntN(300))
		for i := range digits {
			digits[i] = "01"[r.IntN(2)]
		}
		if len(digits) > 0 && round%3 == 0 {
			digits[r.IntN(len(digits))] = byte(r.IntN(256))
		}
		size := (len(digits) + 7) / 8
		var out [2][]byte
		var ok [2]bool
		for k := range out {
			haveAVX512 = k == 1
			out[k] = bytes.Repeat([]byte{0xa5}, size+16)
			ok[k] = packDigits(out[k][:size], digits)
		}
		if ok[0] != ok[1] || ok[0] && !bytes.Equal(out[0], out[1]) || !bytes.Equal(out[1][size:], bytes.Repeat([]byte{0xa5}, 16)) {
			t.Fatalf("%q: %x %t, %x %t", digits, out[0], ok[0], out[1], ok[1])
		}
	}
}
