package options

import (
	"math"
	"net/url"
	"reflect"
	"sort"
	"strconv"
	"strings"
	"time"

	"howdah/pgerr"
)

// Decode sets the options of dst, a pointer to a struct, from values. It is strict: a name that dst does not declare
// is HV00D with the valid ones as hint, a value that cannot be read is an error that names the option. An option that
// is absent takes its declared default if the field is zero, and else keeps what the field holds.
func Decode(values map[string]string, dst any) error {
	if err := known(values, dst); err != nil {
		return err
	}
	v := reflect.ValueOf(dst).Elem()
	for _, f := range fieldsOf(v.Type()) {
		text, given, err := f.find(values)
		if err != nil {
			return err
		}
		target := v.FieldByIndex(f.index)
		if !given {
			if f.Default == "" || !target.IsZero() {
				continue
			}
			text = f.Default
		}
		if err := f.set(target, text); err != nil {
			return err
		}
	}
	return nil
}

// Split gives each of the specs, structs as for Of, the part of values that it declares, under the options' own names
// instead of aliases; a value that several declare goes to each. What none declares is HV00D with all that are valid
// in the hint. The values themselves are checked too.
func Split(values map[string]string, specs ...any) ([]map[string]string, error) {
	if err := known(values, specs...); err != nil {
		return nil, err
	}
	parts := make([]map[string]string, len(specs))
	for i, spec := range specs {
		t := reflect.TypeOf(spec)
		for t.Kind() == reflect.Pointer {
			t = t.Elem()
		}
		scratch := reflect.New(t).Elem()
		parts[i] = map[string]string{}
		for _, f := range fieldsOf(t) {
			text, given, err := f.find(values)
			if err != nil {
				return nil, err
			}
			if !given {
				continue
			}
			if err := f.set(scratch.FieldByIndex(f.index), text); err != nil {
				return nil, err
			}
			parts[i][f.Name] = text
		}
	}
	return parts, nil
}

// Check is Split for its errors alone.
func Check(values map[string]string, specs ...any) error {
	_, err := Split(values, specs...)
	return err
}

// Redacted copies values with those of secret options, and of options that no spec declares, replaced by "********", and
// so what a URL may hold of secrets: user and password, query and fragment.
func Redacted(values map[string]string, specs ...any) map[string]string {
	open := map[string]bool{}
	for _, spec := range specs {
		for _, o := range Of(spec) {
			for _, name := range append([]string{o.Name}, o.Aliases...) {
				shown, seen := open[name]
				open[name] = !o.Secret && (shown || !seen)
			}
		}
	}
	out := make(map[string]string, len(values))
	for name, text := range values {
		if !open[name] {
			text = hidden
		}
		out[name] = redactedURL(text)
	}
	return out
}

const hidden = "********"

// redactedURL hides the parts of a web location that may be secret. Of other texts it changes nothing.
func redactedURL(text string) string {
	scheme, _, ok := strings.Cut(text, "://")
	if !ok || !strings.EqualFold(scheme, "http") && !strings.EqualFold(scheme, "https") {
		return text
	}
	u, err := url.Parse(text)
	if err != nil {
		return scheme + "://" + hidden
	}
	user, query := u.User != nil, u.RawQuery != "" || u.Fragment != ""
	u.User, u.RawQuery, u.ForceQuery, u.Fragment, u.RawFragment = nil, "", false, "", ""
	out := u.String()
	if user {
		out = strings.Replace(out, "://", "://"+hidden+"@", 1)
	}
	if query {
		out += "?" + hidden
	}
	return out
}

// known refuses the first name, in alphabetical order, that no spec declares.
func known(values map[string]string, specs ...any) error {
	valid := map[string]bool{}
	var names []string
	for _, spec := range specs {
		for _, f := range fieldsOf(reflect.TypeOf(spec)) {
			if !valid[f.Name] {
				names = append(names, f.Name)
			}
			valid[f.Name] = true
			for _, a := range f.Aliases {
				valid[a] = true
			}
		}
	}
	var unknown []string
	for name := range values {
		if !valid[name] {
			unknown = append(unknown, name)
		}
	}
	if unknown == nil {
		return nil
	}
	sort.Strings(unknown)
	return Invalid(unknown[0], names)
}

// Invalid is the error for an option that is not among the valid ones, as file_fdw gives it.
func Invalid(name string, valid []string) error {
	err := pgerr.New(pgerr.FDWInvalidOptionName, "invalid option %q", name)
	if len(valid) == 0 {
		return err.WithHint("There are no valid options in this context.")
	}
	return err.WithHint("Valid options in this context are: %s", strings.Join(valid, ", "))
}

func (f *field) find(values map[string]string) (text string, given bool, err error) {
	text, given = values[f.Name]
	for _, alias := range f.Aliases {
		other, ok := values[alias]
		if !ok {
			continue
		}
		if given {
			return "", false, pgerr.New(pgerr.DuplicateObject, "option %q provided more than once", f.Name).
				WithDetail("%q is another name of the option.", alias)
		}
		text, given = other, true
	}
	return text, given, nil
}

func (f *field) set(target reflect.Value, text string) error {
	switch f.Type {
	case Bool:
		b, ok := parseBool(text)
		if !ok {
			return pgerr.New(pgerr.SyntaxError, "%s requires a Boolean value", f.Name)
		}
		target.SetBool(b)
	case Int:
		n, err := strconv.ParseInt(strings.TrimSpace(text), 10, target.Type().Bits())
		if err != nil {
			return f.invalid("integer ", text)
		}
		target.SetInt(n)
	case Float:
		x, err := strconv.ParseFloat(strings.TrimSpace(text), 64)
		if err != nil || math.IsNaN(x) {
			return f.invalid("floating point ", text)
		}
		target.SetFloat(x)
	case Duration:
		d, ok := parseDuration(strings.TrimSpace(text))
		if !ok {
			return f.invalid("", text).WithHint("A duration is seconds, or a number with one of the units ms, s, min, h, d.")
		}
		target.SetInt(int64(d))
	case Size:
		n, ok := parseSize(strings.TrimSpace(text))
		if !ok {
			return f.invalid("", text).WithHint("Valid units for this option are \"B\", \"kB\", \"MB\", \"GB\", and \"TB\".")
		}
		target.SetInt(n)
	case List:
		target.Set(reflect.ValueOf(words(text)).Convert(target.Type()))
	case Enum:
		word := strings.ToLower(text)
		for _, w := range f.Enum {
			if word == w {
				target.SetString(w)
				return nil
			}
		}
		return f.invalid("", text).WithHint("Available values: %s.", strings.Join(f.Enum, ", "))
	default:
		target.SetString(text)
	}
	return nil
}

func (f *field) invalid(kind, text string) *pgerr.Error {
	if f.Secret {
		return pgerr.New(pgerr.InvalidParameterValue, "invalid value for %soption %q", kind, f.Name)
	}
	return pgerr.New(pgerr.InvalidParameterValue, "invalid value for %soption %q: %s", kind, f.Name, text)
}

// parseBool takes the words that PostgreSQL's defGetBoolean takes, in any case.
func parseBool(text string) (value, ok bool) {
	switch strings.ToLower(text) {
	case "true", "on", "1":
		return true, true
	case "false", "off", "0":
		return false, true
	}
	return false, false
}

var durationUnits = map[string]time.Duration{
	"": time.Second, "us": time.Microsecond, "ms": time.Millisecond, "s": time.Second, "min": time.Minute, "h": time.Hour, "d": 24 * time.Hour,
}

func parseDuration(text string) (time.Duration, bool) {
	number, unit := cutNumber(text)
	scale, known := durationUnits[unit]
	if x, err := strconv.ParseFloat(number, 64); known && err == nil {
		ns := x * float64(scale)
		return time.Duration(ns), ns < math.MaxInt64
	}
	d, err := time.ParseDuration(text) // 1m30s
	return d, err == nil && d >= 0
}

var sizeUnits = map[string]float64{"": 1, "B": 1, "kB": 1 << 10, "MB": 1 << 20, "GB": 1 << 30, "TB": 1 << 40}

func parseSize(text string) (int64, bool) {
	number, unit := cutNumber(text)
	scale, known := sizeUnits[unit]
	x, err := strconv.ParseFloat(number, 64)
	n := x * scale
	return int64(n), known && err == nil && n < math.MaxInt64
}

// cutNumber parts "10 MB" into "10" and "MB". Signs are no part of a number here.
func cutNumber(text string) (number, unit string) {
	end := strings.IndexFunc(text, func(r rune) bool { return (r < '0' || r > '9') && r != '.' })
	if end < 0 {
		return text, ""
	}
	return text[:end], strings.TrimSpace(text[end:])
}
