package settings

import (
	"strings"

	"howdah/pgerr"
	"howdah/server/charset"
)

// encodings are the names that PostgreSQL knows (encnames.c), by their letters and digits in lower case.
var encodings = func() map[string]string {
	m := map[string]string{
		"unicode": "UTF8", "abc": "WIN1258", "alt": "WIN866", "koi8": "KOI8R", "vscii": "WIN1258", "win": "WIN1251", "tcvn": "WIN1258",
		"tcvn5712": "WIN1258", "iso88591": "LATIN1", "iso88592": "LATIN2", "iso88593": "LATIN3", "iso88594": "LATIN4", "iso88599": "LATIN5",
		"iso885910": "LATIN6", "iso885913": "LATIN7", "iso885914": "LATIN8", "iso885915": "LATIN9", "iso885916": "LATIN10",
		"mskanji": "SJIS", "shiftjis": "SJIS", "windows949": "UHC", "windows950": "BIG5", "windows932": "SJIS", "windows936": "GBK",
		"windows866": "WIN866",
	}
	for _, n := range []string{
		"SQL_ASCII", "UTF8", "LATIN1", "LATIN2", "LATIN3", "LATIN4", "LATIN5", "LATIN6", "LATIN7", "LATIN8", "LATIN9", "LATIN10",
		"ISO_8859_5", "ISO_8859_6", "ISO_8859_7", "ISO_8859_8", "WIN866", "WIN874", "WIN1250", "WIN1251", "WIN1252", "WIN1253", "WIN1254",
		"WIN1255", "WIN1256", "WIN1257", "WIN1258", "KOI8R", "KOI8U", "EUC_JP", "EUC_CN", "EUC_KR", "EUC_TW", "EUC_JIS_2004", "JOHAB",
		"MULE_INTERNAL", "SJIS", "BIG5", "GBK", "UHC", "GB18030", "SHIFT_JIS_2004",
	} {
		m[encodingKey(n)] = n
		if k, ok := strings.CutPrefix(encodingKey(n), "win"); ok {
			m["windows"+k] = n
		}
	}
	return m
}()

func encodingKey(s string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r >= 'A' && r <= 'Z':
			return r + 32
		case r >= 'a' && r <= 'z', r >= '0' && r <= '9':
			return r
		}
		return -1
	}, s)
}

func checkEncoding(value string) (string, error) {
	name, ok := encodings[encodingKey(strings.Trim(value, `'"`))] // asyncpg sends it with quotes
	switch {
	case !ok:
		return "", errInvalid
	case !charset.Supported(name):
		return "", pgerr.New(pgerr.FeatureNotSupported, "conversion between %s and UTF8 is not supported", name)
	}
	return name, nil
}
