package textsearch

import (
	"sort"
	"strconv"
	"strings"
)

// specialText lists the marks that are not letters but do not end a word either: what has no width of its own, and the
// spacing marks of Indian and other scripts that PostgreSQL knows. It was taken from a real PostgreSQL 15, whose ts_parse
// was asked about every code point; a test asks again.
const specialText = `
300-344 346-36f 483-489 591-5af 658 6df-6e0 6ea-6ec 740-74a 7eb-7f3 7fd 818-819 82d 859-85b 898-89f 8ca-8d3
8e0-8e1 8ea-8ef 93c 94d 951-954 9bc 9cd 9fe-a00 a3c a43-a46 a49-a4a a4d-a50 abc ac6 acd afd-b00 b3c b4d-b55
bcd c04 c3c c49 c4d-c54 cbc ccd d3b-d3c d4d dca dd5 e47-e4c e4e eba ec8-ecc f18-f19 f35 f37 f39 f3e-f3f
f82-f84 f86-f87 f98 fc6 1037 1039-103a 135d-135f 1714 17b4-17b5 17c9-17d3 17dd 180b-180d 180f 1939-193b
1a5f-1a60 1a75-1a7f 1ab0-1abe 1ac1-1acb 1acf-1aff 1b34 1b44 1b6b-1b73 1baa-1bab 1be6 1c37 1cd0-1cd2 1cd4-1ce0
1ce2-1ce8 1ced 1cf4 1cf8-1cf9 1dc0-1de6 1df5-1dff 20d0-20f0 2cef-2cf1 2d7f 302a-302d 3099-309a a66f-a672
a67c-a67d a6f0-a6f1 a806 a82c a8c4 a8e0-a8f1 a92b-a92d a953 a9b3 aabf aac1 aaf6 abed fe00-fe0f fe20-fe2f 101fd
102e0 10a04 10a07-10a0b 10a38-10a3f 10ae5-10ae6 10f46-10f50 10f82-10f85 11046 11070 1107f-11081 110b9-110ba
11133-11134 11173 111c9-111cc 11236 112e9-112ea 1133b-1133c 11366-11374 11442 11446 1145e 114c2-114c3
115bf-115c0 1163f 116b7 1172b 11839-1183a 1193e 11943 119d8-119d9 119e0 11a33-11a34 11a47 11a98-11a99 11c37
11c3f 11d37-11d39 11d3b 11d3e 11d42 11d44-11d45 11d97 16af0-16af4 16b30-16b36 16fe4 1bc9d 1cf00-1cf46
1d167-1d169 1d17b-1d182 1d185-1d18b 1d1aa-1d1ad 1d242-1d244 1da00-1da36 1da3b-1da6c 1da75 1da84 1da9b-1daaf
1e007 1e019-1e01a 1e022 1e025 1e130-1e136 1e2ae 1e2ec-1e2ef 1e8d0-1e8d6 1e944-1e946 1e948-1e94a e0100-e01ef
`

var specialRanges = func() [][2]rune {
	var out [][2]rune
	for _, field := range strings.Fields(specialText) {
		lo, hi, ranged := strings.Cut(field, "-")
		if !ranged {
			hi = lo
		}
		a, errA := strconv.ParseUint(lo, 16, 21)
		b, errB := strconv.ParseUint(hi, 16, 21)
		if errA != nil || errB != nil {
			panic("textsearch: broken table: " + field)
		}
		out = append(out, [2]rune{rune(a), rune(b)})
	}
	return out
}()

// special tells whether the character, not of ASCII, is such a mark.
func special(r rune) bool {
	i := sort.Search(len(specialRanges), func(i int) bool { return specialRanges[i][1] >= r })
	return i < len(specialRanges) && specialRanges[i][0] <= r
}
