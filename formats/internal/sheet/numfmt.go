package sheet

import "strings"

// Class is what a number format says of a number.
type Class uint8

const (
	General  Class = iota
	Integer        // digits without decimals
	Decimal        // digits with decimals, percent, scientific, fraction
	AsText         // @
	Date           //
	Time           // a clock
	DateTime       //
	Duration       // hours, minutes or seconds that do not wrap: [h]:mm
)

// Format is a number format.
type Format struct {
	Class Class
	Code  string
}

// ParseFormat tells what a format code is. Its first section decides.
func ParseFormat(code string) Format {
	f := Format{Code: code}
	var date, month, clock, duration, digits, decimal, text bool
	s := code
scan:
	for i := 0; i < len(s); i++ {
		switch c := s[i]; c {
		case ';':
			break scan
		case '"':
			end := strings.IndexByte(s[i+1:], '"')
			if end < 0 {
				break scan
			}
			i += end + 1
		case '\\', '_', '*':
			i++
		case '[':
			end := strings.IndexByte(s[i+1:], ']')
			if end < 0 {
				break scan
			}
			if inner := strings.ToLower(s[i+1 : i+1+end]); inner != "" && strings.Trim(inner, string(inner[0])) == "" && strings.IndexByte("hms", inner[0]) >= 0 {
				duration = true
			}
			i += end + 1
		case '0', '#', '?':
			digits = true
		case '.':
			if i+1 < len(s) && strings.IndexByte("0#?", s[i+1]) >= 0 {
				decimal = true
			}
		case '%':
			decimal = true
		case '/':
			if digits {
				decimal = true
			}
		case '@':
			text = true
		case 'E', 'e':
			switch {
			case i+1 < len(s) && (s[i+1] == '+' || s[i+1] == '-'):
				decimal = true
			case !digits:
				date = true // a year of an era
			}
		case 'y', 'Y', 'd', 'D', 'b', 'B':
			date = true
		case 'm', 'M':
			month = true
		case 'h', 'H', 's', 'S':
			clock = true
		case 'G', 'g':
			if len(s)-i >= 7 && strings.EqualFold(s[i:i+7], "general") {
				i += 6
				continue
			}
			date = true // an era
		case 'A', 'a':
			rest := strings.ToLower(s[i:])
			if strings.HasPrefix(rest, "am/pm") {
				clock = true
				i += 4
			} else if strings.HasPrefix(rest, "a/p") {
				clock = true
				i += 2
			} else if strings.HasPrefix(rest, "aaa") {
				date = true // the day's name in some locales
				i += 2
			}
		}
	}
	if month && !clock && !duration {
		date = true
	}
	switch {
	case duration:
		f.Class = Duration
	case date && clock:
		f.Class = DateTime
	case date:
		f.Class = Date
	case clock:
		f.Class = Time
	case digits && decimal:
		f.Class = Decimal
	case digits:
		f.Class = Integer
	case text:
		f.Class = AsText
	}
	return f
}

// builtin are the format codes that files name by number only, in English.
var builtin = map[int]string{
	0: "General", 1: "0", 2: "0.00", 3: "#,##0", 4: "#,##0.00", 5: `"$"#,##0_);("$"#,##0)`, 6: `"$"#,##0_);[Red]("$"#,##0)`,
	7: `"$"#,##0.00_);("$"#,##0.00)`, 8: `"$"#,##0.00_);[Red]("$"#,##0.00)`, 9: "0%", 10: "0.00%", 11: "0.00E+00", 12: "# ?/?", 13: "# ??/??",
	14: "m/d/yyyy", 15: "d-mmm-yy", 16: "d-mmm", 17: "mmm-yy", 18: "h:mm AM/PM", 19: "h:mm:ss AM/PM", 20: "h:mm", 21: "h:mm:ss", 22: "m/d/yyyy h:mm",
	27: "yyyy/m/d", 28: "yyyy/m/d", 29: "yyyy/m/d", 30: "m/d/yy", 31: "yyyy/m/d", 32: "h:mm", 33: "h:mm:ss", 34: "yyyy/m/d", 35: "yyyy/m/d", 36: "yyyy/m/d",
	37: "#,##0 ;(#,##0)", 38: "#,##0 ;[Red](#,##0)", 39: "#,##0.00;(#,##0.00)", 40: "#,##0.00;[Red](#,##0.00)",
	41: `_(* #,##0_);_(* \(#,##0\);_(* "-"_);_(@_)`, 42: `_("$"* #,##0_);_("$"* \(#,##0\);_("$"* "-"_);_(@_)`,
	43: `_(* #,##0.00_);_(* \(#,##0.00\);_(* "-"??_);_(@_)`, 44: `_("$"* #,##0.00_);_("$"* \(#,##0.00\);_("$"* "-"??_);_(@_)`,
	45: "mm:ss", 46: "[h]:mm:ss", 47: "mm:ss.0", 48: "##0.0E+0", 49: "@",
	50: "yyyy/m/d", 51: "yyyy/m/d", 52: "yyyy/m/d", 53: "yyyy/m/d", 54: "yyyy/m/d", 55: "yyyy/m/d", 56: "yyyy/m/d", 57: "yyyy/m/d", 58: "yyyy/m/d",
}

// Builtin gives the format that a file names by its number; unknown ones are General.
func Builtin(id int) Format { return ParseFormat(builtin[id]) }
