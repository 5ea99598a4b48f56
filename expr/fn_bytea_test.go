package expr_test

import (
	"math/rand/v2"
	"strings"
	"testing"

	"howdah/expr/exprtest"
	"howdah/internal/pgdata"
	"howdah/types"
)

func TestBytesFunctionsEqualServer(t *testing.T) {
	made := func(most int, pieces ...string) func(*rand.Rand) string {
		return func(r *rand.Rand) string {
			var b strings.Builder
			for range r.IntN(most) {
				b.WriteString(pieces[r.IntN(len(pieces))])
			}
			return b.String()
		}
	}
	few := func(r *rand.Rand) string { return exprtest.OneOf(r, "0", "1", "2", "5", "-1", "9", "40") }
	encoding := func(r *rand.Rand) string { return exprtest.OneOf(r, "hex", "base64", "escape", "HEX", "Base64", "x") }
	names := func(r *rand.Rand) string { return exprtest.OneOf(r, "utf8", "UTF-8", "latin1", "LATIN-1", "Unicode") }
	form := func(r *rand.Rand) string { return exprtest.OneOf(r, "NFC", "NFD", "NFKC", "nfkd", "x") }
	opt := textOptions()
	opt.Rows = 200
	opt.Operands[types.Int4OID], opt.Operands[types.Int8OID] = few, few
	opt.ByArg = map[string]map[int]func(*rand.Rand) string{
		"binary_encode":   {0: func(r *rand.Rand) string { return byteaText(r) + strings.Repeat("6162", r.IntN(60)) }, 1: encoding},
		"binary_decode":   {0: made(6, "YW", "Jj", "=", "==", "\n", " ", "a", "41", "f", `\`, `\\`, `\101`, `\x`, "é", "AB12"), 1: encoding},
		"byteaSetBit":     {2: func(r *rand.Rand) string { return exprtest.OneOf(r, "0", "1", "2") }},
		"pg_convert_from": {1: names}, "pg_convert_to": {1: names}, "pg_convert": {1: names, 2: names},
		"unistr":                 {0: made(5, `\0061`, `\+000061`, `\u00e9`, `\U0001F600`, `\\`, `\`, "a", "é", `\d83d`, `\de00`, `\ud83d`, `\0000`, `\+110000`, `\UFFFFFFFF`, `\12`)},
		"parse_ident":            {0: made(6, "a", "B", ".", `"`, `""`, `"x y"`, " ", "1", "$", "é", "É", "-", `"a""b"`)},
		"unicode_normalize_func": {0: made(5, "e\u0301", "é", "ﬁ", "\u1e9b\u0323", "가", "각", "a", "\u0315\u0300", "Å"), 1: form},
		"unicode_is_normalized":  {0: made(4, "e\u0301", "é", "ﬁ", "\u1e9b\u0323", "가", "각", "a", "\u0315\u0300", "Å"), 1: form},
		"text_format":            {0: made(5, "%s", "%I", "%L", "%%", "%", "%1$s", "%2$L", "%3$s", "%-5s|", "%5s|", "%*s", "%*1$s", "%-*s", "%x", "%0$s", "a", "é", "%1$-5s", "%99999999999s")},
		"text_format_nv":         {0: made(4, "%s", "%%", "%", "a", "%I", "%5")},
	}
	opt.Signatures = func(p *pgdata.Proc) [][]types.OID {
		switch p.Src {
		case "text_format":
			return [][]types.OID{{types.TextOID, types.Int4OID, types.TextOID}, {types.TextOID, types.BoolOID}}
		case "text_concat":
			return [][]types.OID{{types.TextOID, types.Int4OID, types.BoolOID}, {types.BpcharOID}}
		case "text_concat_ws":
			return [][]types.OID{{types.TextOID, types.TextOID, types.Int4OID, types.BoolOID}, {types.TextOID, types.BpcharOID}}
		}
		switch p.Name {
		case "textanycat":
			return [][]types.OID{{types.TextOID, types.BoolOID}, {types.TextOID, types.Int4OID}, {types.TextOID, types.BpcharOID}}
		case "anytextcat":
			return [][]types.OID{{types.BoolOID, types.TextOID}, {types.ByteaOID, types.TextOID}}
		}
		return nil
	}
	exprtest.Functions(t, opt, "binary_encode", "binary_decode", "byteaGetByte", "byteaGetBit", "byteaSetByte", "byteaSetBit", "bytea_bit_count", "byteacat", "byteapos",
		"byteatrim", "bytealtrim", "byteartrim", "md5_text", "md5_bytea", "sha224_bytea", "sha256_bytea", "sha384_bytea", "sha512_bytea",
		"pg_convert_from", "pg_convert_to", "pg_convert", "unistr", "parse_ident", "unicode_normalize_func", "unicode_is_normalized",
		"text_format", "text_format_nv", "text_concat", "text_concat_ws", "textanycat(text,anynonarray)", "anytextcat(anynonarray,text)")
}
