package settings

import (
	"fmt"
	"strconv"
	"strings"

	"howdah/pgerr"
	"howdah/types"
)

// checkZone gives the zone's name as SHOW prints it (check_timezone in variable.c).
func checkZone(value string) (string, error) {
	if rest, ok := cutFold(value, "interval"); ok {
		return intervalZone(strings.TrimSpace(rest))
	}
	if hours, err := strconv.ParseFloat(value, 64); err == nil && !strings.ContainsAny(value, "xXpPnN_") {
		if hours < -167 || hours > 167 {
			return "", invalidDetail("UTC timezone offset is out of range.")
		}
		return offsetZone(int(hours * 3600)), nil
	}
	if _, ok := cutFold(value, "right/"); ok {
		return "", pgerr.New(pgerr.InvalidParameterValue, `time zone "%s" appears to use leap seconds`, value).
			WithDetail("PostgreSQL does not support leap seconds.")
	}
	if loc, ok := types.LoadZone(value); ok {
		return loc.String(), nil
	}
	return "", errInvalid
}

// intervalZone is SET TIME ZONE INTERVAL '+02:00': hours and minutes, east is positive.
func intervalZone(text string) (string, error) {
	text = strings.Trim(text, "'")
	sign := 1
	t := text
	if s, ok := strings.CutPrefix(t, "-"); ok {
		sign, t = -1, s
	} else {
		t = strings.TrimPrefix(t, "+")
	}
	total := 0
	parts := strings.Split(t, ":")
	if len(parts) > 3 {
		return "", errInvalid
	}
	for i, p := range parts {
		n, err := strconv.Atoi(p)
		if err != nil || n < 0 || i > 0 && n > 59 {
			return "", pgerr.New(pgerr.InvalidDatetimeFormat, `invalid input syntax for type interval: "%s"`, text)
		}
		total += n * [...]int{3600, 60, 1}[i]
	}
	return offsetZone(sign * total), nil
}

// offsetZone names a fixed offset, in seconds east of Greenwich, in POSIX's manner (pg_tzset_offset).
func offsetZone(east int) string {
	abs := max(east, -east)
	s := fmt.Sprintf("%02d", abs/3600)
	if rest := abs % 3600; rest != 0 {
		s += fmt.Sprintf(":%02d", rest/60)
		if rest%60 != 0 {
			s += fmt.Sprintf(":%02d", rest%60)
		}
	}
	if east >= 0 {
		return "<+" + s + ">-" + s
	}
	return "<-" + s + ">+" + s
}

func cutFold(s, prefix string) (string, bool) {
	if len(s) >= len(prefix) && strings.EqualFold(s[:len(prefix)], prefix) {
		return s[len(prefix):], true
	}
	return s, false
}
