package csv

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"io"
	"strings"
	"unicode/utf16"
	"unicode/utf8"

	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/transform"

	"howdah/pgerr"
)

// charmaps are the encodings of one byte a character, by PostgreSQL's names without '_' and '-'.
var charmaps = map[string]*charmap.Charmap{
	"LATIN1": charmap.ISO8859_1, "LATIN2": charmap.ISO8859_2, "LATIN3": charmap.ISO8859_3, "LATIN4": charmap.ISO8859_4,
	"LATIN5": charmap.ISO8859_9, "LATIN6": charmap.ISO8859_10, "LATIN7": charmap.ISO8859_13, "LATIN8": charmap.ISO8859_14,
	"LATIN9": charmap.ISO8859_15, "LATIN10": charmap.ISO8859_16,
	"ISO88591": charmap.ISO8859_1, "ISO88592": charmap.ISO8859_2, "ISO88593": charmap.ISO8859_3, "ISO88594": charmap.ISO8859_4,
	"ISO88595": charmap.ISO8859_5, "ISO88596": charmap.ISO8859_6, "ISO88597": charmap.ISO8859_7, "ISO88598": charmap.ISO8859_8,
	"ISO88599": charmap.ISO8859_9, "ISO885910": charmap.ISO8859_10, "ISO885913": charmap.ISO8859_13, "ISO885914": charmap.ISO8859_14,
	"ISO885915": charmap.ISO8859_15, "ISO885916": charmap.ISO8859_16,
	"WIN866": charmap.CodePage866, "WIN874": charmap.Windows874, "WIN1250": charmap.Windows1250, "WIN1251": charmap.Windows1251,
	"WIN1252": charmap.Windows1252, "WIN1253": charmap.Windows1253, "WIN1254": charmap.Windows1254, "WIN1255": charmap.Windows1255,
	"WIN1256": charmap.Windows1256, "WIN1257": charmap.Windows1257, "WIN1258": charmap.Windows1258,
	"KOI8": charmap.KOI8R, "KOI8R": charmap.KOI8R, "KOI8U": charmap.KOI8U,
}

// plainName takes out of an encoding's name what people write in it.
var plainName = strings.NewReplacer("_", "", "-", "", " ", "")

// decoder gives what makes UTF-8 of an encoding's bytes, nil for UTF-8 itself.
func decoder(name string) (transform.Transformer, error) {
	if name == "" {
		return nil, nil
	}
	plain := plainName.Replace(strings.ToUpper(name))
	plain = strings.Replace(plain, "WINDOWS", "WIN", 1)
	if strings.HasPrefix(plain, "CP125") {
		plain = "WIN" + plain[2:]
	}
	switch plain {
	case "UTF8", "UNICODE", "":
		return nil, nil
	case "UTF16":
		return &utf16Decoder{order: binary.LittleEndian, bom: true}, nil
	case "UTF16LE":
		return &utf16Decoder{order: binary.LittleEndian}, nil
	case "UTF16BE":
		return &utf16Decoder{order: binary.BigEndian}, nil
	}
	if m := charmaps[plain]; m != nil {
		return &strict8{m: m, name: plain}, nil
	}
	return nil, pgerr.New(pgerr.InvalidParameterValue, "argument to option %q must be a valid encoding name", "encoding")
}

// transcode reads r, of the encoding, as UTF-8. Bytes that mean nothing in the encoding are an error that names the file
// and the line, not a replacement.
func transcode(r io.Reader, encoding, file string, forgiving bool) (io.Reader, error) {
	d, err := decoder(encoding)
	if err != nil || d == nil {
		return r, err
	}
	switch d := d.(type) {
	case *strict8:
		d.forgiving = forgiving
	case *utf16Decoder:
		d.forgiving = forgiving
	}
	return &transcoded{r: transform.NewReader(r, d), file: file, line: 1}, nil
}

// transcoded knows where it is in the file.
type transcoded struct {
	r    io.Reader
	file string
	line int
}

func (t *transcoded) Read(p []byte) (int, error) {
	n, err := t.r.Read(p)
	t.line += bytes.Count(p[:n], []byte{'\n'})
	if e, ok := err.(*pgerr.Error); ok && e.Code == pgerr.CharacterNotInRepertoire && e.Where == "" {
		err = e.Clone().At("%s, line %d", t.file, t.line)
	}
	return n, err
}

// utf16Decoder makes UTF-8 of UTF-16; lone surrogates and half a unit at the end are errors.
type utf16Decoder struct {
	order binary.ByteOrder
	bom   bool // a byte order mark at the beginning decides

	forgiving bool
}

func (u *utf16Decoder) Reset() {}

func (u *utf16Decoder) Transform(dst, src []byte, atEOF bool) (nDst, nSrc int, err error) {
	if u.bom && len(src) >= 2 {
		if src[0] == 0xFE && src[1] == 0xFF {
			u.order = binary.BigEndian
		}
		u.bom = false
	}
	for len(src)-nSrc >= 2 {
		if nDst+1+2*2 > len(dst) {
			return nDst, nSrc, transform.ErrShortDst
		}
		r, size := rune(u.order.Uint16(src[nSrc:])), 2
		if utf16.IsSurrogate(r) {
			if len(src)-nSrc < 4 && !atEOF {
				return nDst, nSrc, transform.ErrShortSrc
			}
			low := rune(0)
			if len(src)-nSrc >= 4 {
				low = rune(u.order.Uint16(src[nSrc+2:]))
			}
			if r = utf16.DecodeRune(r, low); r == utf8.RuneError && u.forgiving {
				nDst += mark(dst[nDst:], src[nSrc:nSrc+2])
				nSrc += 2
				continue
			} else if r == utf8.RuneError {
				return nDst, nSrc, badBytes("UTF16", src[nSrc:min(nSrc+2, len(src))])
			}
			size = 4
		}
		nDst += utf8.EncodeRune(dst[nDst:], r)
		nSrc += size
	}
	if nSrc == len(src) {
		return nDst, nSrc, nil
	}
	if !atEOF {
		return nDst, nSrc, transform.ErrShortSrc
	}
	return nDst, nSrc, badBytes("UTF16", src[nSrc:])
}

// badBytes is PostgreSQL's error for bytes that are no character.
func badBytes(encoding string, b []byte) *pgerr.Error {
	hex := make([]string, len(b))
	for i, c := range b {
		hex[i] = fmt.Sprintf("0x%02x", c)
	}
	return pgerr.New(pgerr.CharacterNotInRepertoire, "invalid byte sequence for encoding %q: %s", encoding, strings.Join(hex, " "))
}

// strict8 refuses bytes to which the encoding gives no character.
type strict8 struct {
	m    *charmap.Charmap
	name string

	forgiving bool
}

func (s *strict8) Reset() {}

func (s *strict8) Transform(dst, src []byte, atEOF bool) (nDst, nSrc int, err error) {
	for nSrc < len(src) {
		if nDst+4 > len(dst) {
			return nDst, nSrc, transform.ErrShortDst
		}
		r := s.m.DecodeByte(src[nSrc])
		if r == '\uFFFD' && s.forgiving {
			nDst += mark(dst[nDst:], src[nSrc:nSrc+1])
			nSrc++
			continue
		}
		if r == '\uFFFD' {
			return nDst, nSrc, badBytes(s.name, src[nSrc:nSrc+1])
		}
		nDst += copy(dst[nDst:], string(r))
		nSrc++
	}
	return nDst, nSrc, nil
}

// marker begins what stands, where rows may be left out, for bytes that are no character of the file's encoding: no UTF-8,
// so that it is found as what is none is found in a file of that encoding, and followed by the bytes in halves.
const marker = 0xFE

func mark(dst, b []byte) int {
	dst[0] = marker
	for i, c := range b {
		dst[1+2*i], dst[2+2*i] = 0x80|c>>4, 0x80|c&0xF
	}
	return 1 + 2*len(b)
}

// unmarked gives a text with the bytes that markers stand for.
func (d *dialect) unmarked(text []byte) []byte {
	if bytes.IndexByte(text, marker) < 0 {
		return text
	}
	if dec, _ := decoder(d.enc); dec == nil {
		return text
	}
	var out []byte
	for i := 0; i < len(text); i++ {
		if text[i] != marker {
			out = append(out, text[i])
			continue
		}
		for i+2 < len(text) && text[i+1]&0xF0 == 0x80 && text[i+2]&0xF0 == 0x80 {
			out = append(out, text[i+1]<<4|text[i+2]&0xF)
			i += 2
		}
	}
	return out
}

// noCharacter is the error for bytes of the chunk that begin with what is no character.
func (d *dialect) noCharacter(b []byte) *pgerr.Error {
	dec, _ := decoder(d.enc)
	if dec == nil || b[0] != marker {
		return noCharacter(b)
	}
	end := 1
	for end < len(b) && b[end]&0xF0 == 0x80 {
		end++
	}
	encoding := "UTF16"
	if s, ok := dec.(*strict8); ok {
		encoding = s.name
	}
	return badBytes(encoding, d.unmarked(b[:end]))
}
