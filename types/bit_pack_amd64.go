//go:build amd64 && !purego

package types

import "golang.org/x/sys/cpu"

// AVX2 packs 32 digits at a time, four times as fast as words of 8, and AVX-512 64. The build tag purego leaves them out.

//go:noescape
func packDigitsAVX2(dst, digits *byte, n int) (ok bool)

//go:noescape
func packDigitsAVX512(dst, digits *byte, n int) (ok bool)

// haveAVX512 says that there are registers of 64 bytes, of a processor new enough not to slow down when they are used.
var haveAVX512 = cpu.X86.HasAVX512BW && cpu.X86.HasAVX512VBMI2

// packDigits packs the digits, the first one highest, into as many bytes as they take. ok says that all were 0 or 1.
func packDigits(dst, digits []byte) (ok bool) {
	n := len(digits)
	if n == 0 {
		return true
	}
	_ = dst[(n-1)/8]
	if haveAVX512 {
		return packDigitsAVX512(&dst[0], &digits[0], n)
	}
	if !cpu.X86.HasAVX2 || n < 8 {
		return packWords(dst, digits)
	}
	return packDigitsAVX2(&dst[0], &digits[0], n/8) && packLast(dst, digits)
}
