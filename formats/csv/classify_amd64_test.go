//go:build amd64 && !purego

package csv

func classifiers() map[string]func(blocks []block, buf []byte, quote, delim byte) bool {
	all := map[string]func(blocks []block, buf []byte, quote, delim byte) bool{"chosen": classify}
	if haveAVX2 {
		all["AVX2"] = func(blocks []block, buf []byte, quote, delim byte) bool {
			return classifyAVX2(&blocks[0], &buf[0], len(blocks), quote, delim)
		}
	}
	if haveAVX512 {
		all["AVX-512"] = func(blocks []block, buf []byte, quote, delim byte) bool {
			return classifyAVX512(&blocks[0], &buf[0], len(blocks), quote, delim)
		}
	}
	return all
}
