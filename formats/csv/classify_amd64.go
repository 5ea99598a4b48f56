//go:build amd64 && !purego

package csv

import "golang.org/x/sys/cpu"

// AVX2 looks at 32 bytes at a time, five times as fast as words of 8, and AVX-512 at 64. Go's own simd package needs an experiment set by
// whoever builds; the assembler does not. The build tag purego leaves it out.

//go:noescape
func classifyAVX2(blocks *block, buf *byte, n int, quote, delim byte) (returns bool)

//go:noescape
func classifyAVX512(blocks *block, buf *byte, n int, quote, delim byte) (returns bool)

var (
	haveAVX2 = cpu.X86.HasAVX2
	// haveAVX512 says that there are registers of 64 bytes, of a processor new enough not to slow down when they are used.
	haveAVX512 = cpu.X86.HasAVX512BW && cpu.X86.HasAVX512VBMI2
)

// classify tells of each byte what it is, and whether any of them is CR. buf holds 64 bytes per block.
func classify(blocks []block, buf []byte, quote, delim byte) (returns bool) {
	if haveAVX2 && len(blocks) > 0 {
		_ = buf[len(blocks)*64-1]
		if haveAVX512 {
			return classifyAVX512(&blocks[0], &buf[0], len(blocks), quote, delim)
		}
		return classifyAVX2(&blocks[0], &buf[0], len(blocks), quote, delim)
	}
	return classifyWords(blocks, buf, quote, delim)
}
