package settings

import (
	"fmt"
	"math"
	"strconv"
	"strings"

	"howdah/pgerr"
)

func invalid(name, value string) *pgerr.Error {
	return pgerr.New(pgerr.InvalidParameterValue, `invalid value for parameter "%s": "%s"`, name, value)
}

// parse checks a value and gives the form that is kept: canonical words, numbers in the parameter's own unit.
func (v *Variable) parse(value, asNamed string) (string, error) {
	switch v.VarType {
	case "bool":
		b, ok := ParseBool(value)
		if !ok {
			return "", pgerr.New(pgerr.InvalidParameterValue, `parameter "%s" requires a Boolean value`, asNamed)
		}
		value = onOff(b)
	case "integer":
		n, hint, ok := parseNumber(value, v.Unit, true)
		if !ok {
			return "", withHint(invalid(asNamed, value), hint)
		}
		if err := v.inRange(n, strconv.FormatFloat(n, 'f', 0, 64), asNamed); err != nil {
			return "", err
		}
		value = strconv.FormatInt(int64(n), 10)
	case "real":
		f, hint, ok := parseNumber(value, v.Unit, false)
		if !ok {
			return "", withHint(invalid(asNamed, value), hint)
		}
		if err := v.inRange(f, formatReal(f), asNamed); err != nil {
			return "", err
		}
		value = formatReal(f)
	case "enum":
		found := false
		for _, e := range v.Enum {
			if strings.EqualFold(e, value) {
				value, found = e, true
				break
			}
		}
		if canonical, ok := enumSynonyms[strings.ToLower(v.Name)][strings.ToLower(value)]; !found && ok {
			value, found = canonical, true
		}
		if !found {
			return "", invalid(asNamed, value).WithHint("Available values: %s.", strings.Join(v.Enum, ", "))
		}
	}
	if v.check != nil {
		canonical, err := v.check(value)
		if err == errInvalid {
			return "", invalid(v.Name, value)
		}
		if d, ok := err.(invalidDetail); ok {
			return "", invalid(v.Name, value).WithDetail("%s", string(d))
		}
		return canonical, err
	}
	return value, nil
}

// enumSynonyms are the words that guc.c takes without showing them.
var enumSynonyms = map[string]map[string]string{
	"client_min_messages": {"info": "info", "debug": "debug2"},
	"bytea_output":        {},
}

func withHint(e *pgerr.Error, hint string) error {
	e.Hint = hint
	return e
}

func (v *Variable) inRange(n float64, shown, asNamed string) error {
	lo, err1 := strconv.ParseFloat(v.Min, 64)
	hi, err2 := strconv.ParseFloat(v.Max, 64)
	if err2 != nil && strings.HasPrefix(v.Max, "1.79769e+308") { // float8 max, printed short
		hi, err2 = math.MaxFloat64, nil
	}
	if err1 == nil && n < lo || err2 == nil && n > hi {
		unit := ""
		if v.Unit != "" {
			unit = " " + v.Unit
		}
		return pgerr.New(pgerr.InvalidParameterValue, `%s%s is outside the valid range for parameter "%s" (%s .. %s)`,
			shown, unit, asNamed, v.Min, v.Max)
	}
	return nil
}

// ParseBool reads a bool as parse_bool does: true, yes, on, 1 and their opposites, and unique prefixes.
func ParseBool(s string) (value, ok bool) {
	l := strings.ToLower(s)
	switch {
	case l == "":
		return false, false
	case l == "1", strings.HasPrefix("true", l), strings.HasPrefix("yes", l), l == "on":
		return true, true
	case l == "0", strings.HasPrefix("false", l), strings.HasPrefix("no", l), strings.HasPrefix("off", l) && len(l) >= 2:
		return false, true
	}
	return false, false
}

func onOff(b bool) string {
	if b {
		return "on"
	}
	return "off"
}

func formatReal(f float64) string { return strconv.FormatFloat(f, 'g', -1, 64) }

type unit struct {
	name string
	size float64 // in the family's smallest unit
}

var (
	memoryUnits = []unit{{"TB", 1 << 40}, {"GB", 1 << 30}, {"MB", 1 << 20}, {"kB", 1 << 10}, {"B", 1}}
	timeUnits   = []unit{{"d", 86400e6}, {"h", 3600e6}, {"min", 60e6}, {"s", 1e6}, {"ms", 1e3}, {"us", 1}}
)

const (
	memoryHint = `Valid units for this parameter are "B", "kB", "MB", "GB", and "TB".`
	timeHint   = `Valid units for this parameter are "us", "ms", "s", "min", "h", and "d".`
)

// family gives the units that convert to a parameter's own, that one's size, and the hint.
func family(own string) (units []unit, size float64, hint string) {
	switch own {
	case "B", "kB", "MB":
		units, hint = memoryUnits, memoryHint
	case "8kB", "16kB", "1kB":
		n, _ := strconv.Atoi(strings.TrimSuffix(own, "kB"))
		return memoryUnits, float64(n) * 1024, memoryHint
	case "us", "ms", "s", "min":
		units, hint = timeUnits, timeHint
	default:
		return nil, 1, ""
	}
	for _, u := range units {
		if u.name == own {
			size = u.size
		}
	}
	return units, size, hint
}

// parseNumber reads a number with an optional unit, as parse_int and parse_real do.
func parseNumber(text, own string, integer bool) (n float64, hint string, ok bool) {
	s := strings.Trim(text, " \t\n\r\f\v")
	end := numberEnd(s)
	if end == 0 {
		return 0, "", false
	}
	number, suffix := s[:end], strings.TrimLeft(s[end:], " \t\n\r\f\v")
	if integer && !strings.ContainsAny(number, ".eE") || strings.HasPrefix(strings.TrimLeft(number, "+-"), "0x") {
		i, err := strconv.ParseInt(number, 0, 64)
		if err != nil {
			if f, err := strconv.ParseFloat(number, 64); err == nil && suffix == "" && math.Abs(f) > math.MaxInt32 {
				return 0, "Value exceeds integer range.", false
			}
			return 0, "", false
		}
		n = float64(i)
	} else {
		f, err := strconv.ParseFloat(number, 64)
		if err != nil || math.IsNaN(f) {
			return 0, "", false
		}
		n = f
	}
	if suffix != "" {
		units, size, h := family(own)
		found := false
		for _, u := range units {
			if u.name == suffix {
				n, found = n*u.size/size, true
			}
		}
		if !found {
			return 0, h, false
		}
	}
	if integer {
		n = math.RoundToEven(n)
		if n > math.MaxInt32 || n < math.MinInt32 {
			return 0, "Value exceeds integer range.", false
		}
	}
	return n, "", true
}

func numberEnd(s string) int {
	i := 0
	if i < len(s) && (s[i] == '+' || s[i] == '-') {
		i++
	}
	if strings.HasPrefix(s[i:], "0x") || strings.HasPrefix(s[i:], "0X") {
		j := i + 2
		for j < len(s) && strings.IndexByte("0123456789abcdefABCDEF", s[j]) >= 0 {
			j++
		}
		return j
	}
	digits := 0
	for i < len(s) && (s[i] >= '0' && s[i] <= '9' || s[i] == '.') {
		if s[i] != '.' {
			digits++
		}
		i++
	}
	if digits == 0 {
		return 0
	}
	if i < len(s) && (s[i] == 'e' || s[i] == 'E') {
		j := i + 1
		if j < len(s) && (s[j] == '+' || s[j] == '-') {
			j++
		}
		if j < len(s) && s[j] >= '0' && s[j] <= '9' {
			for i = j; i < len(s) && s[i] >= '0' && s[i] <= '9'; i++ {
			}
		}
	}
	return i
}

// show gives the form that SHOW prints of a kept value: numbers in the largest unit that divides them.
func (v *Variable) show(kept string) string {
	if n, err := strconv.Atoi(kept); err == nil && (strings.HasSuffix(v.Name, "_mode") || v.Name == "unix_socket_permissions") && v.VarType == "integer" {
		return fmt.Sprintf("%04o", n)
	}
	if strings.HasPrefix(v.Name, "tcp_") { // shown as the operating system has them
		return kept
	}
	if v.Unit == "" || v.VarType != "integer" && v.VarType != "real" {
		return kept
	}
	n, err := strconv.ParseFloat(kept, 64)
	if err != nil || n <= 0 {
		return kept
	}
	units, size, _ := family(v.Unit)
	total := n * size
	for _, u := range units {
		if q := total / u.size; q == math.Trunc(q) {
			return formatReal(q) + u.name
		}
	}
	return fmt.Sprintf("%s%s", kept, v.Unit)
}
