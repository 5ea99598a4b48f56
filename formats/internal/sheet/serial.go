package sheet

import (
	"math"

	"howdah/types"
)

const (
	dayMillis  = 24 * 60 * 60 * 1000
	dayMicros  = dayMillis * 1000
	lastSerial = 2958465 // 9999-12-31 in the 1900 system
)

// epochs are the days of serial 0, from 2000-01-01.
var (
	epoch1900 = types.DaysFromCivil(1899, 12, 30)
	epoch1904 = types.DaysFromCivil(1904, 1, 1)
)

// splitSerial parts a serial number of days into whole days and milliseconds, rounded as Excel does: doubles near
// today's dates are no more exact than that.
func splitSerial(v float64) (days, millis int64, ok bool) {
	if !(v > -lastSerial && v < lastSerial+2) {
		return 0, 0, false
	}
	whole := math.Floor(v)
	days, millis = int64(whole), int64(math.Round((v-whole)*dayMillis))
	if millis == dayMillis {
		days, millis = days+1, 0
	}
	return days, millis, true
}

// dateOf gives the date of a serial day. In the 1900 system day 60 is a 29 February that never was, and the days before
// it count from one day later; day 0 is the day before the first.
func dateOf(days int64, date1904 bool) (date int64, ok bool) {
	switch {
	case days < 0 || days > lastSerial:
		return 0, false
	case date1904:
		return epoch1904 + days, true
	case days == 60:
		return 0, false
	case days < 60:
		days++
	}
	return epoch1900 + days, true
}
