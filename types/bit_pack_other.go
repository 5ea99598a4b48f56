//go:build !amd64 || purego

package types

// packDigits packs the digits, the first one highest, but for less than 8 at the end. dst has room for all of them. ok
// says that what it took were 0 or 1.
func packDigits(dst, digits []byte) (ok bool) { return packWords(dst, digits) }
