//go:build amd64 && !purego

package csv

// AVX2 looks at 32 bytes at a time, five times as fast as words of 8. Go's own simd package needs an experiment set by
// whoever builds; the assembler does not. The build tag purego leaves it out.

//go:noescape
func classifyAVX2(blocks *block, buf *byte, n int, quote, delim byte)

func cpuid(leaf, sub uint32) (a, b, c, d uint32)

func xgetbv() (a uint32)

var haveAVX2 = detectAVX2()

// detectAVX2 asks the processor, and the system whether it saves the wide registers.
func detectAVX2() bool {
	top, _, _, _ := cpuid(0, 0)
	if top < 7 {
		return false
	}
	const osxsave, avx = 1 << 27, 1 << 28
	if _, _, c, _ := cpuid(1, 0); c&osxsave == 0 || c&avx == 0 || xgetbv()&6 != 6 {
		return false
	}
	_, b, _, _ := cpuid(7, 0)
	return b&(1<<5) != 0
}

func classify(blocks []block, buf []byte, quote, delim byte) {
	if haveAVX2 && len(blocks) > 0 {
		_ = buf[len(blocks)*64-1]
		classifyAVX2(&blocks[0], &buf[0], len(blocks), quote, delim)
		return
	}
	classifyWords(blocks, buf, quote, delim)
}
