package types

import (
	"sort"
	"strconv"
	"strings"
	"sync"
	"time"

	"howdah/internal/pgdata"
)

const unixToPostgres = 946_684_800 // seconds from 1970-01-01 to 2000-01-01

// ZoneAt gives the abbreviation and the offset in seconds east that hold at a timestamptz in a zone (nil = UTC).
func ZoneAt(t int64, zone *time.Location) (name string, east int) {
	if zone == nil || zone == time.UTC {
		return "UTC", 0
	}
	unix := floorDiv(t, MicrosPerSecond) + unixToPostgres
	return time.Unix(unix+turnsOf(unix, zone), 0).In(zone).Zone()
}

// calendarCycle is 400 years in seconds, after which dates fall on the same days of the week.
const calendarCycle = 146_097 * 86_400

// turnsOf is what to add to a moment before 1970 in a zone that is nothing but a rule (EST5EDT,M3.2.0,M11.1.0), so that
// the rule is applied after 1970 on the same date: package time takes it a day late before. It is 0 for other zones.
func turnsOf(unix int64, zone *time.Location) int64 {
	if unix >= 0 {
		return 0
	}
	if start, _ := time.Unix(-6*calendarCycle, 0).In(zone).ZoneBounds(); start.IsZero() {
		return 0 // a zone of the database: what it was before its first change
	}
	return (-unix/calendarCycle + 1) * calendarCycle
}

// OffsetAt gives the offset in seconds east for a local time in a zone. A time that the clock jumps over counts as
// before the jump, one that comes twice as the second (DetermineTimeZoneOffset). Times without a date that can be
// counted count as UTC.
func OffsetAt(c *Clock, zone *time.Location) int {
	_, east := zoneMoment(c, zone)
	return east
}

// zoneMoment is OffsetAt that also gives the moment, in seconds since 1970.
func zoneMoment(c *Clock, zone *time.Location) (unix int64, east int) {
	if !validJulian(c.Year, c.Month) {
		return 0, 0
	}
	local := (DaysFromCivil(c.Year, c.Month, c.Day)+unixEpoch)*86400 + int64((c.Hour*60+c.Minute)*60+c.Sec)
	if zone == nil || zone == time.UTC {
		return local, 0
	}
	turns := turnsOf(local-86400, zone)
	local += turns
	defer func() { unix -= turns }()
	before := time.Unix(local-86400, 0).In(zone)
	_, first := before.Zone()
	_, end := before.ZoneBounds()
	if end.IsZero() || end.Unix() > local+2*86400 {
		return local - int64(first), first
	}
	_, second := end.Zone()
	boundary := end.Unix()
	b, a := local-int64(first), local-int64(second)
	switch {
	case b < boundary && a < boundary:
		return b, first
	case b > boundary && a >= boundary:
		return a, second
	case b > a:
		return b, first
	}
	return a, second
}

// abbrev is a time zone's abbreviation: a fixed offset in seconds east, or a zone to look the meaning up in.
type abbrev struct {
	class wordClass
	east  int
	zone  *time.Location
}

var abbrevs = sync.OnceValue(func() map[string]abbrev {
	columns, rows := pgdata.Rows("timezone_abbrevs")
	at := map[string]int{}
	for i, c := range columns {
		at[c] = i
	}
	m := make(map[string]abbrev, len(rows))
	for _, r := range rows {
		a := abbrev{class: wordZone}
		if name := r[at["zone"]]; name != pgdata.Null {
			zone, ok := LoadZone(name)
			if !ok {
				continue
			}
			a = abbrev{class: wordDynamicZone, zone: zone}
		} else {
			a.east, _ = strconv.Atoi(r[at["utc_offset"]])
			if r[at["is_dst"]] == "t" {
				a.class = wordSummerZone
			}
		}
		key := strings.ToLower(r[at["abbrev"]])
		m[key[:min(len(key), wordMax)]] = a
	}
	return m
})

// zoneAbbrev looks up a lower-case word.
func zoneAbbrev(b []byte) (abbrev, bool) {
	a, ok := abbrevs()[string(cutWord(b))]
	return a, ok
}

// zoneChange is a moment from which on a zone has an offset and an abbreviation.
type zoneChange struct {
	unix int64
	east int
	name string
}

var zoneChanges sync.Map // *time.Location → []zoneChange

// changesOf lists a zone's changes until 2040; later ones repeat those before.
func changesOf(zone *time.Location) []zoneChange {
	if c, ok := zoneChanges.Load(zone); ok {
		return c.([]zoneChange)
	}
	var list []zoneChange
	last := time.Date(2040, 1, 1, 0, 0, 0, 0, time.UTC)
	for t := time.Date(1800, 1, 1, 0, 0, 0, 0, time.UTC).In(zone); ; {
		_, end := t.ZoneBounds()
		if end.IsZero() || end.After(last) {
			break
		}
		name, east := end.Zone()
		list = append(list, zoneChange{end.Unix(), east, name})
		t = end
	}
	c, _ := zoneChanges.LoadOrStore(zone, list)
	return c.([]zoneChange)
}

// abbrevAt gives what an abbreviation means in its zone at a moment: its latest meaning until then, or else the
// first after (pg_interpret_timezone_abbrev).
func abbrevAt(word []byte, unix int64, zone *time.Location) (east int, ok bool) {
	list := changesOf(zone)
	name := strings.ToUpper(string(word))
	now := sort.Search(len(list), func(i int) bool { return list[i].unix > unix })
	for i := now - 1; i >= 0; i-- {
		if list[i].name == name {
			return list[i].east, true
		}
	}
	for i := now; i < len(list); i++ {
		if list[i].name == name {
			return list[i].east, true
		}
	}
	return 0, false
}

// abbrevOffset resolves a dynamic abbreviation for a local time (DetermineTimeZoneAbbrevOffset).
func abbrevOffset(c *Clock, word []byte, zone *time.Location) (east int) {
	unix, east := zoneMoment(c, zone)
	if e, ok := abbrevAt(word, unix, zone); ok {
		return e
	}
	return east
}
