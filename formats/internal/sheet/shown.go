package sheet

import (
	"math"
	"strconv"
	"strings"

	"howdah/pgerr"
)

// shownNumber appends a number as its format shows it. Sections for negative numbers, literals, thousands, percent and
// scientific notation are followed; colours and padding are not. Fractions are refused.
func (s *Sheet) shownNumber(dst, v []byte, format uint16) ([]byte, error) {
	f, err := parseDouble(v)
	if err != nil {
		return dst, err
	}
	sections := splitSections(s.format(format).Code)
	code, x := sections[0], f
	if f < 0 && len(sections) > 1 {
		code, x = sections[1], -f
	} else if f == 0 && len(sections) > 2 {
		code = sections[2]
	}
	if code == "" && len(sections) > 1 {
		return dst, nil // an empty section hides the number
	}
	p := pictureOf(code)
	if p.fraction {
		return dst, pgerr.New(pgerr.FeatureNotSupported, "the number format %q is not supported with text_values", code)
	}
	if p.general || !p.digits && p.before == "" && p.after == "" {
		dst = append(dst, p.before...)
		if dst, err = appendGeneral(dst, x); err != nil {
			return dst, err
		}
		return append(dst, p.after...), nil
	}
	if x < 0 {
		x = -x
		if !rounded0(x, p) {
			dst = append(dst, '-')
		}
	}
	dst = append(dst, p.before...)
	if p.digits {
		dst = p.append(dst, x)
	}
	return append(dst, p.after...), nil
}

// appendGeneral shows a number as General does in a wide cell: up to 11 digits, and with an exponent beyond.
func appendGeneral(dst []byte, f float64) ([]byte, error) {
	a := math.Abs(f)
	switch {
	case a == 0:
		return append(dst, '0'), nil
	case a >= 1e11 || a < 1e-9:
		t := strconv.FormatFloat(f, 'E', 5, 64)
		mantissa, exp, _ := strings.Cut(t, "E")
		if strings.Contains(mantissa, ".") {
			mantissa = strings.TrimRight(strings.TrimRight(mantissa, "0"), ".")
		}
		return append(append(append(dst, mantissa...), 'E'), exp...), nil
	}
	whole := max(int(math.Floor(math.Log10(a)))+1, 1)
	t := strconv.FormatFloat(f, 'f', max(10-whole, 0), 64)
	if strings.Contains(t, ".") {
		t = strings.TrimRight(strings.TrimRight(t, "0"), ".")
	}
	return append(dst, t...), nil
}

// picture is a section of a number format that shows digits.
type picture struct {
	before, after      string // literals
	general            bool
	digits             bool
	whole              int // digits that are always shown before the point
	fixed, most        int // digits behind the point: always, and at most
	thousands          bool
	scale              int // thousands that are left out, by commas at the end
	percent            int
	scientific, always bool // an exponent; its sign always
	exponent           int  // its digits
	fraction           bool
}

func splitSections(code string) (sections []string) {
	from := 0
	for i := 0; i < len(code); i++ {
		switch code[i] {
		case '"':
			end := strings.IndexByte(code[i+1:], '"')
			if end < 0 {
				return append(sections, code[from:])
			}
			i += end + 1
		case '\\', '_', '*':
			i++
		case ';':
			sections = append(sections, code[from:i])
			from = i + 1
		}
	}
	return append(sections, code[from:])
}

func pictureOf(code string) (p picture) {
	var before, after strings.Builder
	literal := &before
	point, commas := false, 0
	if code == "" {
		p.general = true
	}
	for i := 0; i < len(code); i++ {
		c := code[i]
		if commas > 0 && c != ',' {
			if c == '0' || c == '#' || c == '?' {
				p.thousands, commas = true, 0
			}
		}
		switch c {
		case '"':
			end := strings.IndexByte(code[i+1:], '"')
			if end < 0 {
				end = len(code) - i - 1
			}
			literal.WriteString(code[i+1 : i+1+end])
			i += end + 1
		case '\\':
			if i++; i < len(code) {
				literal.WriteByte(code[i])
			}
		case '_':
			i++
		case '*':
			i++
		case '[':
			end := strings.IndexByte(code[i:], ']')
			if end < 0 {
				end = len(code) - i - 1
			}
			if in := code[i+1 : max(i+end, i+1)]; strings.HasPrefix(in, "$") {
				symbol, _, _ := strings.Cut(in[1:], "-")
				literal.WriteString(symbol)
			}
			i += end
		case '0', '#', '?':
			p.digits = true
			literal = &after
			switch {
			case p.scientific:
				p.exponent++
			case point:
				if p.most++; c == '0' {
					p.fixed = p.most
				}
			case c == '0':
				p.whole++
			}
		case '.':
			if p.digits || i+1 < len(code) && strings.IndexByte("0#?", code[i+1]) >= 0 {
				point, p.digits = true, true
				literal = &after
			} else {
				literal.WriteByte(c)
			}
		case ',':
			if p.digits {
				commas++
			} else {
				literal.WriteByte(c)
			}
		case '%':
			p.percent++
			literal.WriteByte(c)
		case 'E', 'e':
			if i+1 < len(code) && (code[i+1] == '+' || code[i+1] == '-') && p.digits {
				p.scientific, p.always = true, code[i+1] == '+'
				i++
			} else {
				literal.WriteByte(c)
			}
		case '/':
			if p.digits {
				p.fraction = true
			}
			literal.WriteByte(c)
		case '@':
			p.general = true
			literal = &after
		default:
			if len(code)-i >= 7 && strings.EqualFold(code[i:i+7], "general") {
				p.general = true
				literal = &after
				i += 6
				continue
			}
			literal.WriteByte(c)
		}
	}
	p.scale = commas
	p.before, p.after = before.String(), after.String()
	return p
}

// append shows x, which is not negative.
func (p *picture) append(dst []byte, x float64) []byte {
	for range p.percent {
		x *= 100
	}
	for range p.scale {
		x /= 1000
	}
	if p.scientific {
		return p.appendScientific(dst, x)
	}
	t := fixed(x, p.most)
	whole, behind, _ := strings.Cut(t, ".")
	if whole == "0" && p.whole == 0 {
		whole = ""
	}
	for len(whole) < p.whole {
		whole = "0" + whole
	}
	for i := range len(whole) {
		if p.thousands && i > 0 && (len(whole)-i)%3 == 0 {
			dst = append(dst, ',')
		}
		dst = append(dst, whole[i])
	}
	for len(behind) > p.fixed && behind[len(behind)-1] == '0' {
		behind = behind[:len(behind)-1]
	}
	if p.most > 0 {
		dst = append(append(dst, '.'), behind...)
	}
	return dst
}

func (p *picture) appendScientific(dst []byte, x float64) []byte {
	t := strconv.FormatFloat(x, 'E', p.most, 64)
	mantissa, exp, _ := strings.Cut(t, "E")
	n, _ := strconv.Atoi(exp)
	dst = append(append(dst, mantissa...), 'E')
	switch {
	case n < 0:
		dst, n = append(dst, '-'), -n
	case p.always:
		dst = append(dst, '+')
	}
	e := strconv.Itoa(n)
	for len(e) < p.exponent {
		e = "0" + e
	}
	return append(dst, e...)
}

// fixed rounds half up in decimal, as Excel does, from the 15 digits that it knows of a number.
func fixed(x float64, decimals int) string {
	decimals = min(decimals, 30)
	t := strconv.FormatFloat(x, 'E', 14, 64)
	y, err := strconv.ParseFloat(t, 64)
	if err != nil {
		y = x
	}
	short := strconv.FormatFloat(y, 'f', -1, 64)
	whole, behind, _ := strings.Cut(short, ".")
	if len(behind) <= decimals {
		if decimals == 0 {
			return whole
		}
		return whole + "." + behind + strings.Repeat("0", decimals-len(behind))
	}
	digits := []byte(whole + behind[:decimals])
	if behind[decimals] >= '5' {
		i := len(digits) - 1
		for ; i >= 0; i-- {
			if digits[i] != '9' {
				digits[i]++
				break
			}
			digits[i] = '0'
		}
		if i < 0 {
			digits = append([]byte{'1'}, digits...)
		}
	}
	n := len(digits) - decimals
	if decimals == 0 {
		return string(digits)
	}
	return string(digits[:n]) + "." + string(digits[n:])
}

// rounded0 tells whether a number is shown as zero: then it has no sign.
func rounded0(x float64, p picture) bool {
	return strings.Trim(string(p.append(nil, x)), "0.,E+%") == ""
}
