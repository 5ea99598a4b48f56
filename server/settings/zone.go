package settings

import (
	"fmt"
	"strconv"
	"strings"
	"sync"
	"time"
	_ "time/tzdata" // the same zones everywhere, also where the system has none

	"howdah/pgerr"
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
	if name, _, ok := loadZone(value); ok {
		return name, nil
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

var zones sync.Map // lower-case name -> zone

type zone struct {
	name     string
	location *time.Location
}

// loadZone finds a zone by its IANA name in any case, or a POSIX zone of a fixed offset.
func loadZone(name string) (canonical string, loc *time.Location, ok bool) {
	key := strings.ToLower(name)
	if z, ok := zones.Load(key); ok {
		return z.(zone).name, z.(zone).location, true
	}
	if key == "" || key == "local" || strings.HasPrefix(key, "right/") || len(name) > 255 {
		return "", nil, false
	}
	for _, n := range []string{name, strings.ToUpper(name), titled(name), irregularZones[key]} {
		if n == "" {
			continue
		}
		if l, err := time.LoadLocation(n); err == nil {
			zones.Store(key, zone{n, l})
			return n, l, true
		}
	}
	if l, ok := posixZone(name); ok { // not kept: a client may invent any number of them
		return name, l, true
	}
	return "", nil, false
}

// irregularZones are names that neither capitals nor capitalised words give.
var irregularZones = func() map[string]string {
	m := map[string]string{}
	for _, n := range []string{
		"America/Port_of_Spain", "America/Port-au-Prince", "Africa/Dar_es_Salaam", "Europe/Isle_of_Man", "Antarctica/DumontDUrville",
		"Antarctica/McMurdo", "US/East-Indiana", "Asia/Ust-Nera", "America/Indiana/Tell_City", "Africa/Porto-Novo", "Africa/El_Aaiun",
		"GB-Eire", "NZ-CHAT", "W-SU", "US/Alaska", "US/Aleutian", "US/Arizona", "US/Central", "US/Eastern", "US/Hawaii", "US/Indiana-Starke",
		"US/Michigan", "US/Mountain", "US/Pacific", "US/Samoa", "Etc/UTC", "Etc/UCT", "Etc/GMT", "Etc/GMT0", "Etc/GMT-0", "Etc/GMT+0",
		"Antarctica/Troll", "America/North_Dakota/New_Salem", "Australia/ACT", "Australia/LHI", "Australia/NSW", "Chile/EasterIsland", "Mexico/BajaNorte", "Mexico/BajaSur",
	} {
		m[strings.ToLower(n)] = n
	}
	for i := 1; i <= 14; i++ {
		m[fmt.Sprintf("etc/gmt-%d", i)] = fmt.Sprintf("Etc/GMT-%d", i)
		m[fmt.Sprintf("etc/gmt+%d", i)] = fmt.Sprintf("Etc/GMT+%d", i)
	}
	return m
}()

func titled(name string) string {
	b := []byte(strings.ToLower(name))
	up := true
	for i, c := range b {
		if up && c >= 'a' && c <= 'z' {
			b[i] = c - 32
		}
		up = c == '/' || c == '_' || c == '-'
	}
	return string(b)
}

// posixZone reads "abc+5", "<+05:30>-05:30", "+05:30": POSIX counts west as positive. Zones with a rule for daylight
// saving are not known.
func posixZone(s string) (*time.Location, bool) {
	abbreviation := ""
	if strings.HasPrefix(s, "<") {
		i := strings.IndexByte(s, '>')
		if i < 0 {
			return nil, false
		}
		abbreviation, s = s[1:i], s[i+1:]
	} else {
		i := strings.IndexAny(s, "+-0123456789")
		if i < 0 {
			return nil, false
		}
		abbreviation, s = s[:i], s[i:]
		for _, c := range abbreviation {
			if c < 'A' || c > 'Z' && c < 'a' || c > 'z' {
				return nil, false
			}
		}
	}
	west := 1
	switch {
	case strings.HasPrefix(s, "-"):
		west, s = -1, s[1:]
	case strings.HasPrefix(s, "+"):
		s = s[1:]
	}
	total := 0
	parts := strings.Split(s, ":")
	if len(parts) > 3 {
		return nil, false
	}
	for i, p := range parts {
		n, err := strconv.ParseUint(p, 10, 8)
		if err != nil || i == 0 && n > 167 || i > 0 && n > 59 {
			return nil, false
		}
		total += int(n) * [...]int{3600, 60, 1}[i]
	}
	return time.FixedZone(abbreviation, -west*total), true
}

func cutFold(s, prefix string) (string, bool) {
	if len(s) >= len(prefix) && strings.EqualFold(s[:len(prefix)], prefix) {
		return s[len(prefix):], true
	}
	return s, false
}
