package types

import (
	"unicode/utf8"

	"howdah/pgerr"
)

// Templates of to_char, to_date and to_timestamp (formatting.c,
// https://www.postgresql.org/docs/15/functions-formatting.html).

// DateTemplate is a template for dates and times, read once.
type DateTemplate struct {
	nodes    []dchNode
	standard bool // source and template must match
}

type dchNode struct {
	kind   dchNodeKind
	text   []byte // of what is no key
	quoted bool   // in double quotes
	key    *dchKey
	fill   bool // FM
	local  bool // TM
	th     byte // t, T: an ordinal's ending
}

type dchNodeKind uint8

const (
	dchAction dchNodeKind = iota
	dchChar
	dchSeparator
	dchSpace
)

// dchMode is the calendar that a key belongs to.
type dchMode uint8

const (
	dchAny dchMode = iota
	dchGregorian
	dchISOWeek
)

type dchKey struct {
	name  string
	id    dchID
	digit bool // it reads digits
	mode  dchMode
	style letterCase
}

type letterCase uint8

const (
	asIs letterCase = iota
	upper
	lower
)

type dchID uint8

const (
	dchAMDots dchID = iota
	dchAM
	dchADDots
	dchAD
	dchCC
	dchDay
	dchDDD
	dchDD
	dchDy
	dchD
	dchFF // and the digit
	dchFX
	dchHH24
	dchHH12
	dchIDDD
	dchID7
	dchIW
	dchIYYY
	dchIYY
	dchIY
	dchI
	dchJ
	dchMI
	dchMM
	dchMonth
	dchMon
	dchMS
	dchOF
	dchQ
	dchRM
	dchSSSS
	dchSS
	dchTZH
	dchTZM
	dchTZ
	dchUS
	dchWW
	dchW
	dchYComma
	dchYYYY
	dchYYY
	dchYY
	dchY
)

// dchKeys are the keys by first letter, longer ones before their beginnings.
var dchKeys = makeDchKeys()

func makeDchKeys() (byFirst [256][]dchKey) {
	// Keys are written in capitals, in small letters or, some, with a capital: nothing else is one.
	for _, k := range []dchKey{
		{"A.D.", dchADDots, false, dchAny, upper}, {"A.M.", dchAMDots, false, dchAny, upper}, {"AD", dchAD, false, dchAny, upper}, {"AM", dchAM, false, dchAny, upper},
		{"B.C.", dchADDots, false, dchAny, upper}, {"BC", dchAD, false, dchAny, upper}, {"CC", dchCC, true, dchAny, upper},
		{"DAY", dchDay, false, dchAny, upper}, {"DDD", dchDDD, true, dchGregorian, upper}, {"DD", dchDD, true, dchGregorian, upper}, {"DY", dchDy, false, dchAny, upper},
		{"Day", dchDay, false, dchAny, asIs}, {"Dy", dchDy, false, dchAny, asIs}, {"D", dchD, true, dchGregorian, upper},
		{"FF1", dchFF, true, dchAny, upper}, {"FF2", dchFF, true, dchAny, upper}, {"FF3", dchFF, true, dchAny, upper},
		{"FF4", dchFF, true, dchAny, upper}, {"FF5", dchFF, true, dchAny, upper}, {"FF6", dchFF, true, dchAny, upper}, {"FX", dchFX, false, dchAny, upper},
		{"HH24", dchHH24, true, dchAny, upper}, {"HH12", dchHH12, true, dchAny, upper}, {"HH", dchHH12, true, dchAny, upper},
		{"IDDD", dchIDDD, true, dchISOWeek, upper}, {"ID", dchID7, true, dchISOWeek, upper}, {"IW", dchIW, true, dchISOWeek, upper},
		{"IYYY", dchIYYY, true, dchISOWeek, upper}, {"IYY", dchIYY, true, dchISOWeek, upper}, {"IY", dchIY, true, dchISOWeek, upper}, {"I", dchI, true, dchISOWeek, upper},
		{"J", dchJ, true, dchAny, upper}, {"MI", dchMI, true, dchAny, upper}, {"MM", dchMM, true, dchGregorian, upper}, {"MONTH", dchMonth, false, dchGregorian, upper},
		{"MON", dchMon, false, dchGregorian, upper}, {"MS", dchMS, true, dchAny, upper}, {"Month", dchMonth, false, dchGregorian, asIs}, {"Mon", dchMon, false, dchGregorian, asIs},
		{"OF", dchOF, false, dchAny, upper}, {"P.M.", dchAMDots, false, dchAny, upper}, {"PM", dchAM, false, dchAny, upper}, {"Q", dchQ, true, dchAny, upper},
		{"RM", dchRM, false, dchGregorian, upper}, {"SSSSS", dchSSSS, true, dchAny, upper}, {"SSSS", dchSSSS, true, dchAny, upper}, {"SS", dchSS, true, dchAny, upper},
		{"TZH", dchTZH, false, dchAny, upper}, {"TZM", dchTZM, true, dchAny, upper}, {"TZ", dchTZ, false, dchAny, upper}, {"US", dchUS, true, dchAny, upper},
		{"WW", dchWW, true, dchGregorian, upper}, {"W", dchW, true, dchGregorian, upper}, {"Y,YYY", dchYComma, true, dchGregorian, upper},
		{"YYYY", dchYYYY, true, dchGregorian, upper}, {"YYY", dchYYY, true, dchGregorian, upper}, {"YY", dchYY, true, dchGregorian, upper}, {"Y", dchY, true, dchGregorian, upper},
	} {
		byFirst[k.name[0]] = append(byFirst[k.name[0]], k)
		if k.style == upper {
			low := make([]byte, len(k.name))
			for i := range low {
				low[i] = lowerASCII(k.name[i])
			}
			k.name, k.style = string(low), lower
			byFirst[low[0]] = append(byFirst[low[0]], k)
		}
	}
	return byFirst
}

func hasPrefix(b []byte, s string) bool { return len(b) >= len(s) && string(b[:len(s)]) == s }

// runeLen is the length of the character that b begins with.
func runeLen(b []byte) int {
	_, n := utf8.DecodeRune(b)
	return n
}

// ParseDateTemplate reads a template. Nothing is wrong in any.
func ParseDateTemplate(b []byte) *DateTemplate {
	t := &DateTemplate{}
	for len(b) > 0 {
		var n dchNode
		switch {
		case hasPrefix(b, "FM") || hasPrefix(b, "fm"):
			n.fill = true
			b = b[2:]
		case hasPrefix(b, "TM") || hasPrefix(b, "tm"):
			n.local = true
			b = b[2:]
		}
		if len(b) == 0 {
			break
		}
		for i := range dchKeys[b[0]] {
			if k := &dchKeys[b[0]][i]; hasPrefix(b, k.name) {
				n.key = k
				break
			}
		}
		if n.key != nil {
			b = b[len(n.key.name):]
			switch {
			case hasPrefix(b, "TH"):
				n.th = 'T'
				b = b[2:]
			case hasPrefix(b, "th"):
				n.th = 't'
				b = b[2:]
			case hasPrefix(b, "SP"): // spelled-out numbers: read and ignored
				b = b[2:]
			}
			t.nodes = append(t.nodes, n)
			continue
		}
		b = quotedText(b, func(c []byte, quoted bool) {
			kind := dchChar
			if !quoted {
				switch {
				case isPunct(c[0]):
					kind = dchSeparator
				case isSpace(c[0]):
					kind = dchSpace
				}
			}
			t.nodes = append(t.nodes, dchNode{kind: kind, text: append([]byte(nil), c...), quoted: quoted})
		})
	}
	return t
}

// quotedText reads one character of plain text, or a string in double quotes, and gives what follows.
func quotedText(b []byte, each func(c []byte, quoted bool)) (rest []byte) {
	if b[0] != '"' {
		if b[0] == '\\' && len(b) > 1 && b[1] == '"' {
			b = b[1:]
		}
		n := runeLen(b)
		each(b[:n], false)
		return b[n:]
	}
	for b = b[1:]; len(b) > 0; {
		if b[0] == '"' {
			return b[1:]
		}
		if b[0] == '\\' && len(b) > 1 {
			b = b[1:]
		}
		n := runeLen(b)
		each(b[:n], true)
		b = b[n:]
	}
	return b
}

// ordinalEnding gives st, nd, rd or th for a number's text.
func ordinalEnding(num []byte, th byte) (string, error) {
	last := byte(0)
	if len(num) > 0 {
		last = num[len(num)-1]
	}
	if !isDigit(last) {
		return "", pgerr.New(pgerr.InvalidTextRepresentation, "\"%s\" is not a number", string(num))
	}
	i := 0
	if last >= '1' && last <= '3' && (len(num) < 2 || num[len(num)-2] != '1') {
		i = int(last - '0')
	}
	if th == 'T' {
		return [...]string{"TH", "ST", "ND", "RD"}[i], nil
	}
	return [...]string{"th", "st", "nd", "rd"}[i], nil
}
