//go:build !amd64 || purego

package csv

// classify tells of each byte what it is, and whether any of them is CR. buf holds 64 bytes per block.
func classify(blocks []block, buf []byte, quote, delim byte) (returns bool) {
	return classifyWords(blocks, buf, quote, delim)
}
