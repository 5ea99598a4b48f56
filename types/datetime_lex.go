package types

import "sync"

// dtKind is what a field of date/time input looks like.
type dtKind uint8

const (
	dtNumber dtKind = iota
	dtString
	dtDate
	dtTime
	dtZone    // a sign and a number
	dtSpecial // a sign and a word
)

// dtError says why date/time input is refused.
type dtError uint8

const (
	dtOK dtError = iota
	dtBadFormat
	dtOverflow
	dtMonthDayOverflow // perhaps the order of fields is another
	dtZoneOverflow
	dtIntervalOverflow
	dtOnlyTime    // a time where a date is needed
	dtUnknownZone // dtInput.zone
)

const (
	dtMaxFields    = 25
	dtBuffer       = 128 + dtMaxFields // of a timestamp
	dtTimeBuffer   = 128 + 1           // of a date or a time
	dtPeriodBuffer = 256
)

// dtInput is date/time input on its way: the text split in fields, and what they meant so far.
type dtInput struct {
	style *Style
	text  []byte // holds the fields
	field [dtMaxFields][]byte
	kind  [dtMaxFields]dtKind
	n     int
	zone  string // that nobody knows

	dtFields
}

// dtInputs keep memory for the next value.
var dtInputs = sync.Pool{New: func() any { return new(dtInput) }}

func borrowInput(s *Style) *dtInput {
	in := dtInputs.Get().(*dtInput)
	*in = dtInput{style: s, text: in.text}
	return in
}

// dtFields are the values found, as datetime.c's struct pg_tm has them.
type dtFields struct {
	year, mon, mday, yday int
	hour, min, sec        int
	micros                int
	west                  int // seconds west of UTC
}

func isDigit(c byte) bool { return c-'0' <= 9 }
func isAlpha(c byte) bool { return c|0x20 >= 'a' && c|0x20 <= 'z' }
func isAlnum(c byte) bool { return isDigit(c) || isAlpha(c) }
func isPunct(c byte) bool { return c > ' ' && c < 0x7f && !isAlnum(c) }

func lowerASCII(c byte) byte {
	if c >= 'A' && c <= 'Z' {
		return c + 'a' - 'A'
	}
	return c
}

// split breaks the text into fields (ParseDateTime). buffer limits the fields' bytes as PostgreSQL's work buffer does.
func (in *dtInput) split(text []byte, buffer int) dtError {
	i := 0
	at := func() byte {
		if i < len(text) {
			return text[i]
		}
		return 0
	}
	in.text = in.text[:0]
	full := false
	used := 0
	take := func() {
		if used+1 >= buffer {
			full = true
		} else {
			in.text = append(in.text, lowerASCII(text[i])) // only letters change
			used++
		}
		i++
	}
	digits := func() {
		for isDigit(at()) && !full {
			take()
		}
	}
	for i < len(text) {
		c := text[i]
		if isSpace(c) {
			i++
			continue
		}
		if in.n >= dtMaxFields {
			return dtBadFormat
		}
		start, kind := len(in.text), dtNumber
		switch {
		case isDigit(c):
			digits()
			switch delim := at(); delim {
			case ':':
				kind = dtTime
				take()
				for (isDigit(at()) || at() == ':' || at() == '.') && !full {
					take()
				}
			case '-', '/', '.':
				take()
				if !isDigit(at()) {
					kind = dtDate
					for (isAlnum(at()) || at() == delim) && !full {
						take()
					}
					break
				}
				if kind = dtDate; delim == '.' {
					kind = dtNumber
				}
				digits()
				if at() == delim { // only the same delimiter makes a date of three fields
					kind = dtDate
					for (isDigit(at()) || at() == delim) && !full {
						take()
					}
				}
			}
		case c == '.':
			take()
			digits()
		case isAlpha(c):
			kind = dtString
			for isAlpha(at()) && !full {
				take()
			}
			// A date with a month's name, or a zone with punctuation in its name.
			date := at() == '-' || at() == '/' || at() == '.'
			if at() == '+' || isDigit(at()) {
				_, known := dateWord(in.text[start:])
				date = !known
			}
			if date {
				kind = dtDate
				for ok := true; ok && !full; ok = isAlnum(at()) || at() == '+' || at() == '-' || at() == '/' || at() == '_' || at() == '.' || at() == ':' {
					take()
				}
			}
		case c == '+' || c == '-':
			take()
			for isSpace(at()) {
				i++
			}
			switch {
			case isDigit(at()):
				kind = dtZone
				for (isDigit(at()) || at() == ':' || at() == '.' || at() == '-') && !full {
					take()
				}
			case isAlpha(at()):
				kind = dtSpecial
				for isAlpha(at()) && !full {
					take()
				}
			default:
				return dtBadFormat
			}
		case isPunct(c):
			i++
			continue
		default:
			return dtBadFormat
		}
		if full {
			return dtBadFormat
		}
		in.field[in.n], in.kind[in.n] = in.text[start:len(in.text):len(in.text)], kind
		in.n++
		used++ // the zero byte behind the field
	}
	return dtOK
}

// scanInt reads an integer of 32 bits as strtoint does: rest is what follows, ok is false beyond 32 bits.
func scanInt(b []byte) (v int, rest []byte, ok bool) {
	n, rest, ok := scanInt64(b)
	return int(int32(n)), rest, ok && n == int64(int32(n))
}

// scanInt64 reads an integer of 64 bits as strtoll does. No digits leave all of b as the rest.
func scanInt64(b []byte) (v int64, rest []byte, ok bool) {
	i := skipSpace(b, 0)
	neg := false
	if i < len(b) && (b[i] == '-' || b[i] == '+') {
		neg = b[i] == '-'
		i++
	}
	start := i
	ok = true
	for ; i < len(b) && isDigit(b[i]); i++ {
		digit := int64(b[i] - '0')
		if v < (-1<<63+digit)/10 {
			ok = false
		}
		if ok {
			v = v*10 - digit
		}
	}
	if i == start {
		return 0, b, true
	}
	if !ok || !neg && v == -1<<63 {
		if neg {
			return -1 << 63, b[i:], false
		}
		return 1<<63 - 1, b[i:], false
	}
	if !neg {
		v = -v
	}
	return v, b[i:], true
}

// atoi is C's: the low 32 bits of what strtol reads.
func atoi(b []byte) int {
	v, _, _ := scanInt64(b)
	return int(int32(v))
}
