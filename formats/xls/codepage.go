package xls

import (
	"bytes"
	"fmt"
	"strconv"
	"unicode/utf8"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/japanese"
	"golang.org/x/text/encoding/korean"
	"golang.org/x/text/encoding/simplifiedchinese"
	"golang.org/x/text/encoding/traditionalchinese"

	"howdah/pgerr"
)

// codePages are the encodings of the texts of BIFF5, by the number of the record CODEPAGE.
var codePages = map[int]encoding.Encoding{
	367: charmap.Windows1252, 437: charmap.CodePage437, 850: charmap.CodePage850, 852: charmap.CodePage852, 855: charmap.CodePage855,
	858: charmap.CodePage858, 860: charmap.CodePage860, 862: charmap.CodePage862, 863: charmap.CodePage863, 865: charmap.CodePage865,
	866: charmap.CodePage866, 874: charmap.Windows874,
	1250: charmap.Windows1250, 1251: charmap.Windows1251, 1252: charmap.Windows1252, 1253: charmap.Windows1253, 1254: charmap.Windows1254,
	1255: charmap.Windows1255, 1256: charmap.Windows1256, 1257: charmap.Windows1257, 1258: charmap.Windows1258,
	10000: charmap.Macintosh, 10007: charmap.MacintoshCyrillic, 32768: charmap.Macintosh, 32769: charmap.Windows1252,
	932: japanese.ShiftJIS, 936: simplifiedchinese.GBK, 949: korean.EUCKR, 950: traditionalchinese.Big5,
}

// appendBytes8 appends a text of BIFF5 as UTF-8.
func (b *book) appendBytes8(dst, src []byte) ([]byte, error) {
	ascii := true
	for _, c := range src {
		if c >= utf8.RuneSelf || c == 0 {
			ascii = false
			break
		}
	}
	if ascii {
		return append(dst, src...), nil
	}
	if bytes.IndexByte(src, 0) >= 0 {
		return dst, badText("0x00")
	}
	page := b.codePage
	if page == 0 || page == 1200 {
		page = 1252
	}
	e := codePages[page]
	if e == nil {
		return dst, pgerr.New(pgerr.FeatureNotSupported, "code page %d of file %q is not supported", page, b.path)
	}
	if m, ok := e.(*charmap.Charmap); ok {
		for _, c := range src {
			r := m.DecodeByte(c)
			if r == utf8.RuneError {
				return dst, untranslatable([]byte{c}, page)
			}
			dst = utf8.AppendRune(dst, r)
		}
		return dst, nil
	}
	v, err := e.NewDecoder().Bytes(src)
	if err != nil || bytes.ContainsRune(v, utf8.RuneError) {
		return dst, untranslatable(src, page)
	}
	return append(dst, v...), nil
}

func untranslatable(v []byte, page int) error {
	if len(v) > 8 {
		v = v[:8]
	}
	return pgerr.New(pgerr.UntranslatableCharacter, "character with byte sequence % #x in encoding %q has no equivalent in encoding \"UTF8\"", v, "WIN"+strconv.Itoa(page))
}

// badText is the error of a text that PostgreSQL cannot hold.
func badText(bytes string) error {
	return pgerr.New(pgerr.CharacterNotInRepertoire, "invalid byte sequence for encoding \"UTF8\": %s", bytes)
}

// badSurrogate is that of half a character.
func badSurrogate(unit uint16) error {
	return badText(fmt.Sprintf("% #x", []byte{0xE0 | byte(unit>>12), 0x80 | byte(unit>>6&0x3F), 0x80 | byte(unit&0x3F)}))
}
