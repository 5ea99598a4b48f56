package sheet

import (
	"math"

	"howdah/types"
)

// isoDuration reads [-]PTs.fS, a duration in seconds with up to six decimals.
func isoDuration(v []byte) (micros int64, ok bool) {
	neg := len(v) > 0 && v[0] == '-'
	if neg {
		v = v[1:]
	}
	if len(v) < 4 || v[0] != 'P' || v[1] != 'T' || v[len(v)-1] != 'S' {
		return 0, false
	}
	unit, point := int64(1_000_000), false
	for _, c := range v[2 : len(v)-1] {
		switch d := int64(c - '0'); {
		case c == '.' && !point:
			point = true
		case c < '0' || c > '9' || micros > math.MaxInt64/20:
			return 0, false
		case !point:
			micros = micros*10 + d*unit
		case unit > 1:
			unit /= 10
			micros += d * unit
		}
	}
	if neg {
		micros = -micros
	}
	return micros, true
}

// isoPlain reads the form that files have nearly always: YYYY-MM-DD or YYYY-MM-DDThh:mm:ss.
func isoPlain(v []byte) (days, micros int64, ok bool) {
	if len(v) != 10 && len(v) != 19 || v[4] != '-' || v[7] != '-' {
		return 0, 0, false
	}
	y, m, d := two(v[0:])*100+two(v[2:]), two(v[5:]), two(v[8:])
	if y < 1 || m < 1 || m > 12 || d < 1 || d > 30 || m == 2 && d > 28 { // ends of months are not worth a calendar here
		return 0, 0, false
	}
	days = types.DaysFromCivil(y, m, d)
	if len(v) == 10 {
		return days, 0, true
	}
	hour, minute, second := two(v[11:]), two(v[14:]), two(v[17:])
	if v[10] != 'T' || v[13] != ':' || v[16] != ':' || hour < 0 || hour > 23 || minute < 0 || minute > 59 || second < 0 || second > 59 {
		return 0, 0, false
	}
	return days, int64(hour*3600+minute*60+second) * 1_000_000, true
}

// two reads two digits; what is none gives a number below zero.
func two(v []byte) int {
	a, b := v[0]-'0', v[1]-'0'
	if a > 9 || b > 9 {
		return -10_000
	}
	return int(a)*10 + int(b)
}
