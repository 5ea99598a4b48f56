package expr

import (
	"bytes"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/encoding/charmap"

	"howdah/internal/pgdata"
	"howdah/pgerr"
	"howdah/types"
)

// charmaps are the encodings of one byte a character that text is converted from and to, as PostgreSQL's own maps have
// them (a test compares all bytes).
var charmaps = map[string]*charmap.Charmap{
	"LATIN1": charmap.ISO8859_1, "LATIN2": charmap.ISO8859_2, "LATIN3": charmap.ISO8859_3, "LATIN4": charmap.ISO8859_4, "LATIN5": charmap.ISO8859_9,
	"LATIN6": charmap.ISO8859_10, "LATIN7": charmap.ISO8859_13, "LATIN8": charmap.ISO8859_14, "LATIN9": charmap.ISO8859_15, "LATIN10": charmap.ISO8859_16,
	"ISO_8859_5": charmap.ISO8859_5, "ISO_8859_6": charmap.ISO8859_6, "ISO_8859_7": charmap.ISO8859_7, "ISO_8859_8": charmap.ISO8859_8,
	"KOI8R": charmap.KOI8R, "WIN866": charmap.CodePage866, "WIN874": charmap.Windows874, "WIN1250": charmap.Windows1250,
	"WIN1251": charmap.Windows1251, "WIN1252": charmap.Windows1252, "WIN1253": charmap.Windows1253, "WIN1254": charmap.Windows1254,
	"WIN1256": charmap.Windows1256, "WIN1257": charmap.Windows1257, "WIN1258": charmap.Windows1258,
}

const sqlASCII = "SQL_ASCII" // bytes of no known meaning

// encodingOf finds an encoding by a name; those of several bytes a character are refused, but UTF8.
func encodingOf(name []byte, role string) (string, error) {
	n := encodingNumber(name)
	if n < 0 {
		return "", pgerr.New(pgerr.InvalidParameterValue, "invalid %s encoding name \"%s\"", role, name)
	}
	e := encodings[n]
	if charmaps[e] == nil && e != "UTF8" && e != sqlASCII {
		return "", pgerr.New(pgerr.FeatureNotSupported, "%s encoding \"%s\" is not supported", role, name)
	}
	return e, nil
}

// checkEncoded verifies bytes of an encoding.
func checkEncoded(v []byte, encoding string) error {
	if encoding == "UTF8" {
		return types.CheckText(v)
	}
	if bytes.IndexByte(v, 0) >= 0 {
		return pgerr.New(pgerr.CharacterNotInRepertoire, "invalid byte sequence for encoding \"%s\": 0x00", encoding)
	}
	return nil
}

func untranslatable(character []byte, from, to string) error {
	text := make([]string, len(character))
	for k := range character {
		text[k] = "0x" + string(types.AppendHex(nil, character[k:k+1]))
	}
	return pgerr.New(pgerr.UntranslatableCharacter,
		"character with byte sequence %s in encoding \"%s\" has no equivalent in encoding \"%s\"", strings.Join(text, " "), from, to)
}

// appendConverted converts between encodings that encodingOf gave.
func appendConverted(dst, v []byte, from, to string) ([]byte, error) {
	if err := checkEncoded(v, from); err != nil {
		return nil, err
	}
	switch {
	case from == to || to == sqlASCII || len(v) == 0:
		return append(dst, v...), nil
	case from == sqlASCII:
		return append(dst, v...), checkEncoded(v, to)
	case to == "UTF8":
		for i, b := range v {
			r := charmaps[from].DecodeByte(b)
			if controls(from, rune(b)) {
				r = rune(b)
			}
			if r == utf8.RuneError {
				return nil, untranslatable(v[i:i+1], from, to)
			}
			dst = utf8.AppendRune(dst, r)
		}
		return dst, nil
	case from != "UTF8":
		if conversionExists(from, to) {
			return nil, pgerr.New(pgerr.FeatureNotSupported, "conversion from encoding \"%s\" to \"%s\" is not supported", from, to)
		}
		return nil, pgerr.New(pgerr.UndefinedFunction, "default conversion function for encoding \"%s\" to \"%s\" does not exist", from, to)
	}
	for len(v) > 0 {
		r, n := utf8.DecodeRune(v)
		b, ok := charmaps[to].EncodeRune(r)
		if controls(to, r) {
			b, ok = byte(r), true
		}
		if !ok {
			return nil, untranslatable(v[:n], from, to)
		}
		dst = append(dst, b)
		v = v[n:]
	}
	return dst, nil
}

// controls tells whether a character is one of the control characters above ASCII, which all of ISO's sets have.
func controls(encoding string, r rune) bool {
	return r >= 0x80 && r < 0xa0 && (strings.HasPrefix(encoding, "LATIN") || strings.HasPrefix(encoding, "ISO"))
}

// conversionExists tells whether PostgreSQL converts from one encoding straight to another.
func conversionExists(from, to string) bool {
	columns, rows := pgdata.Rows("pg_conversion")
	source, target := slices.Index(columns, "conforencoding"), slices.Index(columns, "contoencoding")
	a, b := strconv.Itoa(encodingNumber([]byte(from))), strconv.Itoa(encodingNumber([]byte(to)))
	return slices.ContainsFunc(rows, func(r []string) bool { return r[source] == a && r[target] == b })
}

// convert converts from and to the encodings that arguments name; fromAt or toAt -1 is the database's.
func convert(fromAt, toAt int) Kernel {
	return appending(func(c *Call, dst []byte, i int32) ([]byte, error) {
		from, to := "UTF8", "UTF8"
		var err error
		if fromAt > 0 {
			if from, err = encodingOf(c.Args[fromAt].Bytes(i), "source"); err != nil {
				return nil, err
			}
		}
		if toAt > 0 {
			if to, err = encodingOf(c.Args[toAt].Bytes(i), "destination"); err != nil {
				return nil, err
			}
		}
		return appendConverted(dst, c.Args[0].Bytes(i), from, to)
	})
}

// encodedLength is length(bytea, encoding): how many characters the bytes are.
func encodedLength(c *Call, i int32) (int64, error) {
	name := c.Args[1].Bytes(i)
	if encodingNumber(name) < 0 {
		return 0, pgerr.New(pgerr.InvalidParameterValue, "invalid encoding name \"%s\"", name)
	}
	e, err := encodingOf(name, "source")
	if err != nil {
		return 0, err
	}
	v := c.Args[0].Bytes(i)
	if err := checkEncoded(v, e); err != nil {
		return 0, err
	}
	if e == "UTF8" {
		return int64(utf8.RuneCount(v)), nil
	}
	return int64(len(v)), nil
}
