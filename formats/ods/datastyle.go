package ods

import (
	"strconv"
	"strings"

	"howdah/pgerr"
)

// dataStyle is how numbers look, as a format code in English, and the styles that it leaves some numbers to.
type dataStyle struct {
	code string
	maps []styleMap
}

type styleMap struct{ condition, style string }

// readDataStyle reads the data style whose start tag was just read.
func readDataStyle(d *elements) (s dataStyle, err error) {
	if d.Empty {
		return dataStyle{code: "General"}, nil
	}
	kind := d.el
	elapsed := d.Attr("truncate-on-overflow") == "false" // the first unit does not wrap
	var code strings.Builder
	for level := d.Depth(); ; {
		if err := d.next(); err != nil {
			return s, d.AtEnd(err)
		}
		if d.Closing {
			if d.Depth() >= level {
				continue
			}
			s.code = code.String()
			if s.code == "" || kind == elBooleanStyle {
				s.code = "General"
			}
			return s, nil
		}
		if code.Len() > maxCode {
			return s, pgerr.New(pgerr.ProgramLimitExceeded, "file %q has a number format of more than %d bytes", d.Source().Path(), maxCode)
		}
		switch d.el {
		case elMap:
			if len(s.maps) < 8 {
				m := styleMap{d.Attr("condition"), d.Attr("apply-style-name")}
				s.maps = append(s.maps, styleMap{m.condition[:min(len(m.condition), 64)], m.style})
			}
		case elLiteral, elCurrencySymbol:
			text, err := elementText(d)
			if err != nil {
				return s, err
			}
			if before, after, ok := strings.Cut(text, "%"); ok && kind == elPercentStyle {
				code.WriteString(quote(before) + "%" + quote(after))
			} else {
				code.WriteString(quote(text))
			}
		case elNumber, elScientific:
			text, err := digits(d)
			if err != nil {
				return s, err
			}
			code.WriteString(text)
		case elFraction:
			code.WriteString(fraction(d))
		case elTextContent:
			code.WriteByte('@')
		case elFill:
			text, err := elementText(d)
			if err != nil {
				return s, err
			}
			if len(text) == 1 {
				code.WriteString("*" + text)
			}
		default:
			unit := clockOrDate(d)
			if elapsed && (d.el == elHours || d.el == elMinutes || d.el == elSeconds) {
				whole, rest, point := strings.Cut(unit, ".")
				if unit = "[" + whole + "]"; point {
					unit += "." + rest
				}
				elapsed = false
			}
			code.WriteString(unit)
		}
	}
}

// clockOrDate gives the code of a part of a date or a time, "" for other elements.
func clockOrDate(d *elements) string {
	long := d.Attr("style") == "long"
	pick := func(short, full string) string {
		if long {
			return full
		}
		return short
	}
	switch d.el {
	case elYear:
		return pick("yy", "yyyy")
	case elMonth:
		if d.Attr("textual") == "true" {
			return pick("mmm", "mmmm")
		}
		return pick("m", "mm")
	case elDay:
		return pick("d", "dd")
	case elDayOfWeek:
		return pick("ddd", "dddd")
	case elOddDate:
		return "ggge" // what no calendar of ours shows
	case elHours:
		return pick("h", "hh")
	case elMinutes:
		return pick("m", "mm")
	case elSeconds:
		code := pick("s", "ss")
		if n := count(d, "decimal-places"); n > 0 {
			code += "." + strings.Repeat("0", n)
		}
		return code
	case elAmPm:
		return "AM/PM"
	}
	return ""
}

// digits gives the code of a number. Where the decimal places are not told the number is General.
func digits(d *elements) (string, error) {
	scientific := d.el == elScientific
	_, told := attr(d, "decimal-places")
	places := count(d, "decimal-places")
	fixed := places
	if _, ok := attr(d, "min-decimal-places"); ok {
		fixed = min(count(d, "min-decimal-places"), places)
	} else if r, ok := attr(d, "decimal-replacement"); ok && r == "" {
		fixed = 0
	}
	whole := strings.Repeat("0", count(d, "min-integer-digits"))
	grouping := d.Attr("grouping") == "true"
	scale := ""
	for f := d.Attr("display-factor"); len(f) > 3 && strings.HasSuffix(f, "000"); f = f[:len(f)-3] {
		scale += ","
	}
	exponent, forced, interval := count(d, "min-exponent-digits"), d.Attr("forced-exponent-sign") != "false", count(d, "exponent-interval")
	embedded, err := embeddedTexts(d)
	if err != nil {
		return "", err
	}
	if !told && !scientific && len(whole) <= 1 && !grouping && scale == "" && len(embedded) == 0 {
		return "General", nil
	}
	if whole == "" {
		whole = "#"
	}
	if scientific && interval > len(whole) {
		whole = strings.Repeat("#", interval-len(whole)) + whole
	}
	var code strings.Builder
	if grouping {
		for len(whole) < 4 {
			whole = "#" + whole
		}
	}
	for i := range len(whole) {
		left := len(whole) - i // places from here to the point
		code.WriteByte(whole[i])
		if grouping && left == 4 {
			code.WriteByte(',')
		}
		code.WriteString(embedded[left-1])
	}
	if places > 0 {
		code.WriteString("." + strings.Repeat("0", fixed) + strings.Repeat("#", places-fixed))
	}
	code.WriteString(scale)
	if scientific {
		code.WriteString("E")
		if forced {
			code.WriteByte('+')
		} else {
			code.WriteByte('-')
		}
		code.WriteString(strings.Repeat("0", max(exponent, 1)))
	}
	return code.String(), nil
}

// embeddedTexts reads the literals that stand between a number's digits, by how many digits follow up to the point.
func embeddedTexts(d *elements) (map[int]string, error) {
	if d.Empty {
		return nil, nil
	}
	texts := map[int]string{}
	for level := d.Depth(); ; {
		if err := d.next(); err != nil {
			return nil, d.AtEnd(err)
		}
		switch {
		case d.Closing && d.Depth() < level:
			return texts, nil
		case d.starts(elEmbeddedText):
			at := count(d, "position")
			text, err := elementText(d)
			if err != nil {
				return nil, err
			}
			texts[at] = quote(text)
		}
	}
}

func fraction(d *elements) string {
	code := ""
	if _, ok := attr(d, "min-integer-digits"); ok {
		code = strings.Repeat("0", count(d, "min-integer-digits"))
		if code == "" {
			code = "#"
		}
		code += " "
	}
	code += strings.Repeat("?", max(count(d, "min-numerator-digits"), 1)) + "/"
	if v := d.Attr("denominator-value"); v != "" && len(v) <= 9 && strings.Trim(v, "0123456789") == "" {
		return code + v
	}
	return code + strings.Repeat("?", max(count(d, "min-denominator-digits"), len(d.Attr("max-denominator-value")), 1))
}

func attr(d *elements, local string) (string, bool) {
	v := d.Attr(local)
	return v, v != "" || strings.Contains(string(d.Attrs), local+`=""`)
}

// count is a small number of digits, at most 30.
func count(d *elements, local string) int {
	n, err := strconv.Atoi(d.Attr(local))
	if err != nil || n < 0 {
		return 0
	}
	return min(n, 30)
}

// elementText gives the characters of the element whose start tag was just read.
func elementText(d *elements) (string, error) {
	if d.Empty {
		return "", nil
	}
	var text []byte
	for level := d.Depth(); ; {
		var err error
		if text, err = d.Text(text); err != nil {
			return "", err
		}
		if len(text) > maxCode {
			return "", pgerr.New(pgerr.ProgramLimitExceeded, "file %q has a number format of more than %d bytes", d.Source().Path(), maxCode)
		}
		if err := d.next(); err != nil {
			return "", d.AtEnd(err)
		}
		if d.Closing && d.Depth() < level {
			return string(text), nil
		}
	}
}

// quote makes a literal of a text.
func quote(text string) string {
	if text == "" {
		return ""
	}
	if !strings.Contains(text, `"`) {
		return `"` + text + `"`
	}
	var b strings.Builder
	for _, c := range text {
		b.WriteByte('\\')
		b.WriteRune(c)
	}
	return b.String()
}
