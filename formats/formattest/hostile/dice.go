package hostile

import (
	"math/rand/v2"
	"strconv"
	"strings"
)

// dice are one mutant's random choices: the same for the same run and number.
type dice struct{ *rand.Rand }

func newDice(seed, number uint64) dice { return dice{rand.New(rand.NewPCG(seed, number))} }

// one in n.
func (d dice) one(n int) bool { return d.IntN(n) == 0 }

// upto is 1 to n, small numbers more often.
func (d dice) upto(n int) int { return 1 + d.IntN(1+d.IntN(n)) }

func pick[T any](d dice, of []T) T { return of[d.IntN(len(of))] }

// edges are numbers at which programs go wrong.
var edges = []int64{
	0, 1, -1, 2, 3, 7, 8, 9, 15, 16, 31, 32, 63, 64, 100, 127, 128, 255, 256, 257, 511, 512, 513, 1023, 1024, 1025, 4095, 4096, 4097, 8224, 8228,
	16383, 16384, 16385, 32767, 32768, 65534, 65535, 65536, 65537, 1000000, 1048575, 1048576, 1048577, 2958465, 2958466, 16777215, 16777216,
	2147483646, 2147483647, 2147483648, 4294967294, 4294967295, 4294967296, 1 << 40, 1<<53 + 1, 1<<63 - 1, -2, -128, -32768, -65536, -2147483648, -1 << 63,
}

func (d dice) edge() int64 {
	if d.one(4) {
		return pick(d, edges) + int64(d.IntN(5)) - 2
	}
	return pick(d, edges)
}

// numberTexts are numbers as text, and what only looks like them.
var numberTexts = []string{
	"", "-", "+", ".", "-0", "+1", "00", "007", "1.", ".5", "-.5", "0.1", "1.0000000000000000000000000001", "1e5", "1E+5", "1e", "1e+", "1e400", "-1e400", "1e-400",
	"1e999999999999", "1e-999999999", "4.9e-324", "1.7976931348623157e308", "1.7976931348623159e308", "NaN", "nan", "INF", "-Infinity", "infinity", "0x10", "0b1", "1_000", "1,000", "1 000",
	" 1", "1 ", "1\t", "１２", "٣", "१", "1.2.3", "--1", "1e5e5", "99999999999999999999", "170141183460469231731687303715884105728", "0.30000000000000004", "9007199254740993",
	"2958465.99999999", "2958466", "60", "-1", "0.999999999999", "1e308", "18446744073709551616", "true", "FALSE", "NULL", "\\N", "#N/A", "#REF!",
}

func (d dice) number() string {
	switch d.IntN(8) {
	case 0, 1, 2:
		return strconv.FormatInt(d.edge(), 10)
	case 3:
		return strings.Repeat(pick(d, []string{"9", "1", "0"}), d.upto(400))
	case 4:
		return "0." + strings.Repeat(pick(d, []string{"0", "9", "3"}), d.upto(400)) + "1"
	}
	return pick(d, numberTexts)
}

// oddTexts are texts on which parsers stumble. None is long.
var oddTexts = []string{
	"\x00", "\xff", "\xfe\xff", "\xc0\x80", "\xed\xa0\x80", "\xf4\x90\x80\x80", "\xe2\x82", "\xef\xbb\xbf", "\xef\xbf\xbf", "\u2028", "\u202e", "\u0301", "\u00a0", "😀", "ß", "İ", "\r", "\n", "\r\n", "\n\r", "\t", "\v", "\x1a", "\x7f",
	"\"", "\"\"", "'", "`", "\\", "\\\"", "\\n", "\\.", "\\N", "%s%n%d", "%", "..", "/", "../../etc/passwd", "$", "@", "*", "&", "&amp;", "&#0;", "&#x110000;", "&#xD800;", "&lol;", "&", "&#", "&#;", "<", ">", "</", "/>", "<!--", "-->", "--", "<![CDATA[", "]]>", "<?", "?>", "<!DOCTYPE a [<!ENTITY b \"c\">]>",
	"{", "}", "[", "]", "{}", "[]", ",", ":", ";", "null", "true", "infinity", "-infinity", "now", "today", "epoch", "allballs", "1999-02-29", "0000-00-00", "9999-12-31", "10000-01-01", "294276-12-31", "294277-01-01", "4713-01-01 BC", "24:00:00", "25:61:61", "2024-01-01T00:00:00Z", "2024-01-01 00:00:00+99", "P1Y", "PT24H61M", "P", "-PT1H", "1 year", "A0", "A1", "a1", "$A$1", "AAAA1", "XFD1048576", "XFE1", "ZZZZZZZ99999999", "R1C1", "A1:B2", "B2:A1", "A1:XFD1048576", "A:A", "1:1",
	"s", "str", "inlineStr", "shared", "e", "b", "n", "d", "float", "percentage", "currency", "date", "time", "boolean", "string", "UTF-16", "utf-8", "ISO-8859-1", "EBCDIC-CP-US",
}

// text is an odd text, rarely a long one.
func (d dice) text() string {
	switch d.IntN(24) {
	case 0:
		return strings.Repeat(pick(d, oddTexts), d.upto(300))
	case 1:
		return strings.Repeat(pick(d, []string{"x", "ü", " ", "0", "\"", "<", "a,"}), d.upto(1<<14))
	case 2:
		return pick(d, oddTexts) + pick(d, oddTexts)
	case 3:
		if d.one(20) {
			return strings.Repeat("y", 1<<20)
		}
	case 4, 5, 6, 7:
		return d.number()
	}
	return pick(d, oddTexts)
}
