package expr_test

import (
	"math/rand/v2"
	"strings"
	"testing"

	"howdah/expr"
	"howdah/expr/exprtest"
	"howdah/internal/pgdata"
	"howdah/types"
	"howdah/vector"
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

// Every code point has the server's normal forms, but for the few that are refused as too new.
func TestNormalFormsEqualServer(t *testing.T) {
	if testing.Short() {
		t.Skip("all code points take a while")
	}
	conn := exprtest.Connect(t, "")
	var proc *pgdata.Proc
	for i := range pgdata.Procs() {
		if p := &pgdata.Procs()[i]; p.Src == "unicode_normalize_func" {
			proc = p
		}
	}
	kernel, ok := expr.KernelOf(proc)
	if !ok {
		t.Fatal("no kernel")
	}
	for _, form := range []string{"NFC", "NFKD"} {
		rows, err := conn.Query("select chr(i), normalize(chr(i), " + form + ") from generate_series(1, 200000) i where i not between 55296 and 57343")
		if err != nil {
			t.Fatal(err)
		}
		text, out := vector.New(types.Of(types.TextOID), 1), vector.New(types.Of(types.TextOID), 1)
		name := textColumn(1, func(int) string { return form })
		refused := 0
		for _, r := range rows {
			text.Reset()
			out.Reset()
			text.SetBytes(0, []byte(r[0]))
			if err := kernel(&expr.Call{Args: []*vector.Column{text, name}}, out, []int32{0}); err != nil {
				refused++
				continue
			}
			if got := string(out.Bytes(0)); got != r[1] {
				t.Errorf("%s of %x: got %x, want %x", form, r[0], got, r[1])
			}
		}
		if refused > 80 {
			t.Errorf("%s: %d code points are refused", form, refused)
		}
	}
}
