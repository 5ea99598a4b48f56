package types

import (
	"math"

	"howdah/pgerr"
)

func errIntervalRange() error {
	return pgerr.New(pgerr.DatetimeFieldOverflow, "interval out of range")
}

// combine adds parts, or takes them off (sign -1).
func (v Interval) combine(w Interval, sign int64) (Interval, error) {
	months, days := int64(v.Months)+sign*int64(w.Months), int64(v.Days)+sign*int64(w.Days)
	micros, ok := mulAdd(v.Micros, w.Micros, sign)
	if sign < 0 {
		micros = v.Micros - w.Micros
		ok = (v.Micros^w.Micros)&(v.Micros^micros) >= 0
	}
	if !ok || months != int64(int32(months)) || days != int64(int32(days)) {
		return Interval{}, errIntervalRange()
	}
	return Interval{int32(months), int32(days), micros}, nil
}

// Add adds part by part.
func (v Interval) Add(w Interval) (Interval, error) { return v.combine(w, 1) }

// Sub subtracts part by part.
func (v Interval) Sub(w Interval) (Interval, error) { return v.combine(w, -1) }

// Minus negates each part.
func (v Interval) Minus() (Interval, error) { return Interval{}.Sub(v) }

func roundMicros(f float64) float64 { return math.RoundToEven(float64(f*1e6)) / 1e6 }

// cInt64 converts as the machine does: what does not fit becomes the least integer.
func cInt64(f float64) int64 {
	if fitsInt64(f) {
		return int64(f)
	}
	return math.MinInt64
}

// These are false for NaN.
func fitsInt64(f float64) bool { return f >= math.MinInt64 && f < math.MaxInt64 }
func fitsInt32(f float64) bool { return f >= math.MinInt32 && f < -math.MinInt32 } // FLOAT8_FITS_IN_INT32

// Mul multiplies each part; what is left of months and days goes to the smaller parts.
func (v Interval) Mul(f float64) (Interval, error) {
	return scaled(float64(v.Months)*f, float64(v.Days)*f, float64(v.Micros)*f)
}

// Div divides each part likewise.
func (v Interval) Div(f float64) (Interval, error) {
	if f == 0 {
		return Interval{}, errDivisionByZero()
	}
	return scaled(float64(v.Months)/f, float64(v.Days)/f, float64(v.Micros)/f)
}

// scaled makes an interval of parts with fractions: those of months go to the days, those of days to the time.
func scaled(months, days, micros float64) (r Interval, err error) {
	if !fitsInt32(months) || !fitsInt32(days) {
		return r, errIntervalRange()
	}
	r.Months, r.Days = int32(months), int32(days)
	left := roundMicros(float64(months-float64(r.Months)) * 30) // days, fewer than 31
	whole := int64(left)
	seconds := roundMicros(float64(days-float64(r.Days)+left-float64(whole)) * 86400)
	sum := int64(r.Days) + whole
	if math.Abs(seconds) >= 86400 {
		n := int64(seconds / 86400)
		sum += n
		seconds -= float64(n * 86400)
	}
	time := math.RoundToEven(micros + float64(seconds*1e6))
	if sum != int64(int32(sum)) || !fitsInt64(time) {
		return r, errIntervalRange()
	}
	r.Days, r.Micros = int32(sum), int64(time)
	return r, nil
}

// JustifyHours makes days of 24 hours of the time.
func (v Interval) JustifyHours() (Interval, error) {
	days := int64(v.Days) + v.Micros/MicrosPerDay
	if days != int64(int32(days)) {
		return Interval{}, errIntervalRange()
	}
	v.Days, v.Micros = int32(days), v.Micros%MicrosPerDay
	v.alignTime()
	return v, nil
}

// alignTime gives days and time the same sign.
func (v *Interval) alignTime() {
	if v.Days > 0 && v.Micros < 0 {
		v.Micros += MicrosPerDay
		v.Days--
	} else if v.Days < 0 && v.Micros > 0 {
		v.Micros -= MicrosPerDay
		v.Days++
	}
}

// carryDays makes months of 30 days of the days; false on overflow.
func (v *Interval) carryDays() bool {
	months := int64(v.Months) + int64(v.Days/30)
	v.Months, v.Days = int32(months), v.Days%30
	return months == int64(v.Months)
}

// JustifyDays makes months of 30 days of the days.
func (v Interval) JustifyDays() (Interval, error) {
	if !v.carryDays() {
		return Interval{}, errIntervalRange()
	}
	if v.Months > 0 && v.Days < 0 {
		v.Days += 30
		v.Months--
	} else if v.Months < 0 && v.Days > 0 {
		v.Days -= 30
		v.Months++
	}
	return v, nil
}

// Justify does both and gives all parts one sign.
func (v Interval) Justify() (Interval, error) {
	if v.Days > 0 && v.Micros > 0 || v.Days < 0 && v.Micros < 0 {
		if !v.carryDays() {
			return Interval{}, errIntervalRange()
		}
	}
	v.Days += int32(v.Micros / MicrosPerDay)
	v.Micros %= MicrosPerDay
	if !v.carryDays() {
		return Interval{}, errIntervalRange()
	}
	if v.Months > 0 && (v.Days < 0 || v.Days == 0 && v.Micros < 0) {
		v.Days += 30
		v.Months--
	} else if v.Months < 0 && (v.Days > 0 || v.Days == 0 && v.Micros > 0) {
		v.Days -= 30
		v.Months++
	}
	v.alignTime()
	return v, nil
}

// HashSpan gives the low 64 bits of the length that intervals are compared by, which PostgreSQL hashes.
func (v Interval) HashSpan() int64 {
	_, lo := v.span()
	return int64(lo)
}

// Sign gives the sign of the length.
func (v Interval) Sign() int { return CompareIntervals(&v, &Interval{}) }

// epochDays gives the seconds in months and days, of which 12 months are 365.25 days.
func (v Interval) epochDays() int64 {
	return (1461*int64(v.Months/12) + 120*int64(v.Months%12) + 4*int64(v.Days)) * (86400 / 4)
}

// Epoch gives the interval's length in seconds, as extract does.
func (v Interval) Epoch() (Numeric, error) {
	days := v.epochDays()
	if micros, ok := mulAdd(v.Micros, days, MicrosPerSecond); ok {
		return NewNumeric(micros, 6), nil
	}
	return NewNumeric(v.Micros, 6).Add(NumericFromInt(days))
}

// EpochFloat gives it as date_part does.
func (v Interval) EpochFloat() float64 {
	r := float64(v.Micros) / 1e6
	r += float64(365.25 * 86400 * float64(v.Months/12))
	r += float64(30 * 86400 * float64(v.Months%12))
	return r + float64(86400*float64(v.Days))
}
