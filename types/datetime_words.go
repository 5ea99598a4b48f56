package types

// wordClass is the class of a word in date/time input.
type wordClass uint8

const (
	wordUnknown wordClass = iota
	wordReserved
	wordMonth
	wordWeekday
	wordAMPM
	wordEra
	wordUnit
	wordISOTime // the t between date and time
	wordDST     // DST behind a zone
	wordIgnored
	wordAgo

	wordZone        // a fixed abbreviation
	wordSummerZone  // likewise, daylight saving
	wordDynamicZone // an abbreviation whose meaning follows a zone
)

// dtUnit is a unit of time, or a reserved word's meaning.
type dtUnit uint8

const (
	unitNone dtUnit = iota
	unitMicrosecond
	unitMillisecond
	unitSecond
	unitMinute
	unitHour
	unitDay
	unitWeek
	unitMonth
	unitQuarter
	unitYear
	unitDecade
	unitCentury
	unitMillennium
	unitJulian
	unitDOW
	unitISODOW
	unitDOY
	unitISOYear
	unitZone
	unitZoneHour
	unitZoneMinute
	unitTime // the field after t
	unitEpoch

	reservedNow
	reservedToday
	reservedTomorrow
	reservedYesterday
	reservedZulu // allballs
	reservedLate
	reservedEarly
	dtPlain // none of these: fields of date and time
)

type dtWord struct {
	class wordClass
	value int
}

// wordMax is the length at which words are cut for comparison.
const wordMax = 10

func cutWord(b []byte) []byte { return b[:min(len(b), wordMax)] }

// dateWord looks a lower-case word up among those of date/time input (datetktbl).
func dateWord(b []byte) (w dtWord, ok bool) {
	w, ok = dateWords[string(cutWord(b))]
	return w, ok
}

// periodWord looks a lower-case word up among an interval's (deltatktbl).
func periodWord(b []byte) (w dtWord, ok bool) {
	w, ok = periodWords[string(cutWord(b))]
	return w, ok
}

const (
	eraAD = 0
	eraBC = 1

	hour24 = 0
	hourAM = 1
	hourPM = 2
)

var dateWords = makeDateWords()

func makeDateWords() map[string]dtWord {
	m := map[string]dtWord{
		"-infinity": {wordReserved, int(reservedEarly)}, "infinity": {wordReserved, int(reservedLate)},
		"allballs": {wordReserved, int(reservedZulu)}, "epoch": {wordReserved, int(unitEpoch)}, "now": {wordReserved, int(reservedNow)},
		"today": {wordReserved, int(reservedToday)}, "tomorrow": {wordReserved, int(reservedTomorrow)}, "yesterday": {wordReserved, int(reservedYesterday)},
		"ad": {wordEra, eraAD}, "bc": {wordEra, eraBC}, "am": {wordAMPM, hourAM}, "pm": {wordAMPM, hourPM},
		"at": {wordIgnored, 0}, "on": {wordIgnored, 0}, "dst": {wordDST, 3600}, "t": {wordISOTime, int(unitTime)},
	}
	for word, u := range map[string]dtUnit{"d": unitDay, "dow": unitDOW, "doy": unitDOY, "h": unitHour, "isodow": unitISODOW, "isoyear": unitISOYear,
		"j": unitJulian, "jd": unitJulian, "julian": unitJulian, "m": unitMonth, "mm": unitMinute, "s": unitSecond, "y": unitYear} {
		m[word] = dtWord{wordUnit, int(u)}
	}
	for i, names := range [][]string{{"jan", "january"}, {"feb", "february"}, {"mar", "march"}, {"apr", "april"}, {"may"}, {"jun", "june"},
		{"jul", "july"}, {"aug", "august"}, {"sep", "sept", "september"}, {"oct", "october"}, {"nov", "november"}, {"dec", "december"}} {
		for _, n := range names {
			m[n] = dtWord{wordMonth, i + 1}
		}
	}
	for i, names := range [][]string{{"sun", "sunday"}, {"mon", "monday"}, {"tue", "tues", "tuesday"}, {"wed", "weds", "wednesday"},
		{"thu", "thur", "thurs", "thursday"}, {"fri", "friday"}, {"sat", "saturday"}} {
		for _, n := range names {
			m[n] = dtWord{wordWeekday, i}
		}
	}
	return m
}

var periodWords = makePeriodWords()

func makePeriodWords() map[string]dtWord {
	m := map[string]dtWord{"@": {wordIgnored, 0}, "ago": {wordAgo, 0}}
	for u, words := range map[dtUnit][]string{
		unitCentury: {"c", "cent", "centuries", "century"}, unitDay: {"d", "day", "days"}, unitDecade: {"dec", "decade", "decades", "decs"},
		unitHour: {"h", "hour", "hours", "hr", "hrs"}, unitMinute: {"m", "min", "mins", "minute", "minutes"},
		unitMicrosecond: {"microsecon", "us", "usec", "useconds", "usecs"}, unitMillennium: {"mil", "millennia", "millennium", "mils"},
		unitMillisecond: {"millisecon", "ms", "msec", "mseconds", "msecs"}, unitMonth: {"mon", "mons", "month", "months"},
		unitQuarter: {"qtr", "quarter"}, unitSecond: {"s", "sec", "second", "seconds", "secs"}, unitZone: {"timezone"},
		unitZoneHour: {"timezone_h"}, unitZoneMinute: {"timezone_m"}, unitWeek: {"w", "week", "weeks"}, unitYear: {"y", "year", "years", "yr", "yrs"},
	} {
		for _, w := range words {
			m[w] = dtWord{wordUnit, int(u)}
		}
	}
	return m
}
