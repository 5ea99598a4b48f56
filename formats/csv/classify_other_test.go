//go:build !amd64 || purego

package csv

func classifiers() map[string]func(blocks []block, buf []byte, quote, delim byte) bool {
	return map[string]func(blocks []block, buf []byte, quote, delim byte) bool{"chosen": classify}
}
