package expr_test

import (
	"math/rand/v2"
	"strings"
	"testing"

	"howdah/expr/exprtest"
	"howdah/types"
)

func regexPattern(r *rand.Rand) string {
	if r.IntN(12) == 0 {
		return exprtest.OneOf(r, "(", "a**", "[a", `\`, "*")
	}
	pieces := []string{"a", "b", "a*", "b+", "(a|b)", "(b)?", ".", "[a-c]", "é", "a*?", "^", "$", "|", " ", "x", `\w`, "(?:a)", "日", "[[:upper:]]"}
	var b strings.Builder
	for range r.IntN(4) + 1 {
		b.WriteString(pieces[r.IntN(len(pieces))])
	}
	return b.String()
}

func similarPattern(r *rand.Rand) string {
	pieces := []string{"%", "_", "a", "b", "(a|b)", "[ab]", "[^a]", "#", `#"`, `#"`, `\`, `\"`, ".", "^", "é", "*", "+"}
	var b strings.Builder
	for range r.IntN(6) {
		b.WriteString(pieces[r.IntN(len(pieces))])
	}
	return b.String()
}

func TestRegexEqualsServer(t *testing.T) {
	flags := func(r *rand.Rand) string {
		return exprtest.OneOf(r, "", "", "i", "g", "gi", "n", "x", "z", "é", "q", "c", "1", "e", "b")
	}
	few := func(r *rand.Rand) string { return exprtest.OneOf(r, "1", "1", "2", "3", "0", "-1", "9") }
	replacement := func(r *rand.Rand) string { return exprtest.OneOf(r, "", "x", `<\1>`, `\&\&`, `\\1`, `\2\`, "é", `\q`) }
	text := func(r *rand.Rand) string {
		pieces := []string{"a", "b", "ab", "aa", "c", "é", "日", " ", "B", "x", "\n"}
		var b strings.Builder
		for range r.IntN(8) {
			b.WriteString(pieces[r.IntN(len(pieces))])
		}
		return b.String()
	}
	by := map[string]map[int]func(*rand.Rand) string{}
	put := func(src string, args ...func(*rand.Rand) string) {
		m := map[int]func(*rand.Rand) string{}
		for i, f := range args {
			m[i] = f
		}
		by[src] = m
	}
	for _, src := range []string{"textregexeq", "textregexne", "texticregexeq", "texticregexne"} {
		put(src, text, regexPattern)
	}
	for _, src := range []string{"regexp_like", "regexp_match", "regexp_split_to_array"} {
		put(src, text, regexPattern, flags)
		put(src+"_no_flags", text, regexPattern)
	}
	put("regexp_count", text, regexPattern, few, flags)
	put("regexp_count_no_flags", text, regexPattern, few)
	put("regexp_count_no_start", text, regexPattern)
	put("regexp_instr", text, regexPattern, few, few, few, flags, few)
	put("regexp_instr_no_subexpr", text, regexPattern, few, few, few, flags)
	put("regexp_instr_no_n", text, regexPattern, few)
	put("regexp_substr", text, regexPattern, few, few, flags, few)
	put("regexp_substr_no_start", text, regexPattern)
	put("textregexsubstr", text, regexPattern)
	put("textregexreplace_noopt", text, regexPattern, replacement)
	put("textregexreplace", text, regexPattern, replacement, flags)
	put("textregexreplace_extended", text, regexPattern, replacement, few, few, flags)
	put("textregexreplace_extended_no_flags", text, regexPattern, replacement, few, few)
	put("textregexreplace_extended_no_n", text, regexPattern, replacement, few)
	escape := func(r *rand.Rand) string { return exprtest.OneOf(r, "#", "#", `\`, "", "ab", "é", "%") }
	put("similar_to_escape_1", similarPattern)
	put("similar_to_escape_2", similarPattern, escape)
	put("similar_escape", similarPattern, escape)
	put("substring(text,text,text)", text, similarPattern, escape)
	var sources []string
	for src := range by {
		sources = append(sources, src)
	}
	by[""] = by["substring(text,text,text)"] // it has no prosrc
	exprtest.Functions(t, exprtest.Options{Rows: 150, Operands: textOperands, Collation: types.DefaultCollation, ByArg: by}, sources...)
}
