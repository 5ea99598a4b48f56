package expr_test

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"howdah/expr/exprtest"
	"howdah/types"
)

// someText gives short text with what tends to go wrong: empty, multibyte, combining, blanks, quotes.
func someText(r *rand.Rand) string {
	pieces := []string{"", "a", "b", "ab", "A", "Z", "é", "É", "日本", "e\u0301", "😀", " ", "  ", "'", `"`, `\`, "ß", "İ", "x", "0", "12", "_", "-", ",", "abc def", "\t", "Ǆ", "ǆ", "%"}
	var b strings.Builder
	for range r.IntN(6) {
		b.WriteString(pieces[r.IntN(len(pieces))])
	}
	return b.String()
}

func smallInt(r *rand.Rand) string {
	if r.IntN(12) == 0 {
		return exprtest.OneOf(r, "2147483647", "-2147483648", "2147483646", "-2147483647", "1073741824")
	}
	return fmt.Sprint(r.IntN(14) - 5)
}

func likePattern(r *rand.Rand) string {
	pieces := []string{"%", "%", "_", "a", "b", "é", "É", "日", `\`, `\%`, "A", "x", "ab", " "}
	var b strings.Builder
	for range r.IntN(6) {
		b.WriteString(pieces[r.IntN(len(pieces))])
	}
	return b.String()
}

func byteaText(r *rand.Rand) string {
	b := make([]byte, r.IntN(9))
	for i := range b {
		b[i] = byte([]int{0, 1, 37, 92, 97, 98, 95, 255, 195, 169}[r.IntN(10)])
	}
	return fmt.Sprintf(`\x%x`, b)
}

func uuidText(r *rand.Rand) string {
	return fmt.Sprintf("a0eebc99-9c0b-4ef8-bb6d-6bb9bd38%02x%02x", r.IntN(3), r.IntN(3))
}

var textOperands = map[types.OID]func(*rand.Rand) string{
	types.TextOID: someText, types.NameOID: someText, types.BpcharOID: someText, types.VarcharOID: someText,
	types.ByteaOID: byteaText, types.Int4OID: smallInt, types.UUIDOID: uuidText,
}

func textOptions() exprtest.Options {
	padding := map[int]func(*rand.Rand) string{1: func(r *rand.Rand) string {
		return exprtest.OneOf(r, "-1", "0", "1", "2", "3", "5", "9", "12", "2147483647")
	}}
	typmod := map[int]func(*rand.Rand) string{1: func(r *rand.Rand) string { return exprtest.OneOf(r, "-1", "5", "6", "7", "9") }}
	return exprtest.Options{Rows: 100, Operands: textOperands, Collation: types.DefaultCollation, ByArg: map[string]map[int]func(*rand.Rand) string{
		"lpad": padding, "rpad": padding,
		// The server takes seconds to repeat an empty text two billion times, so the operands that are too large have text.
		"repeat":  {0: func(r *rand.Rand) string { return "x" + someText(r) }, 1: padding[1]},
		"varchar": typmod, "bpchar": typmod,
		"textlike": {1: likePattern}, "textnlike": {1: likePattern}, "texticlike": {1: likePattern}, "texticnlike": {1: likePattern},
		"namelike": {1: likePattern}, "namenlike": {1: likePattern}, "nameiclike": {1: likePattern}, "nameicnlike": {1: likePattern},
		"like_escape": {0: likePattern, 1: func(r *rand.Rand) string { return exprtest.OneOf(r, "", `\`, "a", "é", "ab", "%", "x") }},
		"chr": {0: func(r *rand.Rand) string {
			return exprtest.OneOf(r, "0", "-1", "1", "65", "127", "128", "255", "8364", "55296", "57343", "65535", "1114111", "1114112", "2147483647")
		}},
		"quote_ident": {0: func(r *rand.Rand) string {
			if r.IntN(3) > 0 {
				return someText(r)
			}
			return exprtest.OneOf(r, "select", "abc", "_x1", "1a", "Abc", "text", "user", "window", "x$y", "é")
		}},
		"split_part": {1: func(r *rand.Rand) string { return exprtest.OneOf(r, "", "a", "b", "é", "ab", ",", " ") }},
		"translate":  {1: someText}, "replace_text": {1: func(r *rand.Rand) string { return exprtest.OneOf(r, "", "a", "b", "é", "ab", " ") }},
	}}
}

func TestTextEqualsServer(t *testing.T) {
	var sources []string
	for _, op := range []string{"eq", "ne", "lt", "le", "gt", "ge"} {
		under := "_" + op
		if op == "eq" || op == "ne" {
			under = op
		} else {
			sources = append(sources, "text_pattern_"+op, "bpchar_pattern_"+op)
		}
		sources = append(sources, "text"+under, "bpchar"+op, "name"+op, "name"+op+"text", "text"+op+"name", "char"+op, "bytea"+op, "uuid_"+op)
	}
	sources = append(sources, "text_larger", "text_smaller", "bpchar_larger", "bpchar_smaller",
		"upper", "lower", "initcap", "varchar", "bpchar", "text_name", "bpchar_name", "name_text", "name_bpchar", "char_text", "char_bpchar", "text_char", "textcat",
		"text_substr", "text_substr_no_len", "bytea_substr", "bytea_substr_no_len", "text_left", "text_right", "btrim", "btrim1", "ltrim", "ltrim1", "rtrim", "rtrim1",
		"split_part", "lpad", "rpad", "repeat", "text_reverse", "translate", "replace_text", "textoverlay", "textoverlay_no_len", "byteaoverlay", "byteaoverlay_no_len",
		"textpos", "chr", "ascii", "textlen", "bpcharlen", "textoctetlen", "bpcharoctetlen", "byteaoctetlen", "bit_length(text)", "bit_length(bytea)",
		"text_starts_with", "to_hex32", "to_hex64", "quote_ident", "quote_literal", "quote_nullable",
		"textlike", "textnlike", "texticlike", "texticnlike", "namelike", "namenlike", "bytealike", "byteanlike", "like_escape", "like_escape_bytea",
		"lpad(text,int4)", "rpad(text,int4)")
	exprtest.Functions(t, textOptions(), sources...)
	opt := textOptions() // collation C: ASCII's case alone, as a name has it
	opt.Collation = types.CCollation
	exprtest.Functions(t, opt, "nameiclike", "nameicnlike")
}
