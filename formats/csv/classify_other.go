//go:build !amd64 || purego

package csv

func classify(blocks []block, buf []byte, quote, delim byte) {
	classifyWords(blocks, buf, quote, delim)
}
