//go:build !amd64 || purego

package types

// packDigits packs the digits, the first one highest, into as many bytes as they take. ok says that all were 0 or 1.
func packDigits(dst, digits []byte) (ok bool) { return packWords(dst, digits) }
