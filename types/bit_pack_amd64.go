//go:build amd64 && !purego

package types

import "golang.org/x/sys/cpu"

// AVX2 packs 32 digits at a time, four times as fast as words of 8. The build tag purego leaves it out.

//go:noescape
func packDigitsAVX2(dst, digits *byte, n int) (ok bool)

// packDigits packs the digits, the first one highest, but for less than 8 at the end. dst has room for all of them. ok
// says that what it took were 0 or 1.
func packDigits(dst, digits []byte) (ok bool) {
	n := len(digits) / 8
	if !cpu.X86.HasAVX2 || n == 0 {
		return packWords(dst, digits)
	}
	_ = dst[n-1]
	return packDigitsAVX2(&dst[0], &digits[0], n)
}
