package sheet

import (
	"math"
	"strconv"
	"unsafe"

	"howdah/formats/internal/text"
	"howdah/pgerr"
)

var pow10 = [...]float64{1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15}

// parseExact reads a plain decimal of at most 15 significant digits, which is the shortest form of the double that a
// spreadsheet has of it, or a plain integer of up to 18: coef × 10^-scale, without zeros at the end.
func parseExact(v []byte) (coef int64, scale int, ok bool) {
	i := 0
	neg := len(v) > 0 && v[0] == '-'
	if neg {
		i = 1
	}
	begin, point, digits := i, -1, 0
	if len(v)-i > 20 {
		return 0, 0, false
	}
	for ; i < len(v); i++ {
		d := v[i] - '0'
		if d > 9 {
			if v[i] != '.' || point >= 0 {
				return 0, 0, false
			}
			point = i
			continue
		}
		if digits > 0 || d > 0 {
			digits++
		}
		if digits > 18 {
			return 0, 0, false
		}
		coef = coef*10 + int64(d)
	}
	if point < 0 {
		if i == begin {
			return 0, 0, false
		}
	} else {
		if digits > 15 || point == begin || point == len(v)-1 {
			return 0, 0, false
		}
		scale = len(v) - 1 - point
		for scale > 0 && coef%10 == 0 {
			coef, scale = coef/10, scale-1
		}
	}
	if neg {
		coef = -coef
	}
	return coef, scale, true
}

// parseDouble reads a number in any form that a file may have it in.
func parseDouble(v []byte) (float64, error) {
	if coef, scale, ok := parseExact(v); ok && scale < len(pow10) && coef < 1e15 && coef > -1e15 {
		return float64(coef) / pow10[scale], nil
	}
	for _, c := range v {
		if (c < '0' || c > '9') && c != '.' && c != '-' && c != '+' && c != 'e' && c != 'E' {
			return 0, badNumber(v)
		}
	}
	if len(v) == 0 || len(v) > 400 {
		return 0, badNumber(v)
	}
	f, err := strconv.ParseFloat(unsafe.String(&v[0], len(v)), 64)
	if err != nil {
		if math.IsInf(f, 0) {
			return 0, pgerr.New(pgerr.NumericValueOutOfRange, "%q is out of range for type double precision", text.Clip(v))
		}
		return 0, badNumber(v)
	}
	return f, nil
}

func badNumber(v []byte) error {
	return pgerr.New(pgerr.InvalidTextRepresentation, "the cell's value is no number: \"%s\"", text.Clip(v))
}

// appendNumber appends a number in its shortest form: plain, or with an exponent where that would be long.
func appendNumber(dst, v []byte) ([]byte, error) {
	coef, scale, ok := parseExact(v)
	if !ok {
		f, err := parseDouble(v)
		if err != nil {
			return dst, err
		}
		return AppendDouble(dst, f), nil
	}
	return appendDecimal(dst, coef, scale), nil
}

func appendDecimal(dst []byte, coef int64, scale int) []byte {
	if scale == 0 {
		return strconv.AppendInt(dst, coef, 10)
	}
	if coef < 0 {
		dst, coef = append(dst, '-'), -coef
	}
	from := len(dst)
	dst = strconv.AppendInt(dst, coef, 10)
	for len(dst)-from <= scale {
		dst = append(dst, 0)
		copy(dst[from+1:], dst[from:])
		dst[from] = '0'
	}
	dst = append(dst, 0)
	at := len(dst) - 1 - scale
	copy(dst[at+1:], dst[at:])
	dst[at] = '.'
	return dst
}

// AppendDouble appends the shortest decimal that is the double.
func AppendDouble(dst []byte, f float64) []byte {
	a := math.Abs(f)
	switch {
	case a == 0:
		return append(dst, '0')
	case a >= 1e-7 && a < 1e21:
		return strconv.AppendFloat(dst, f, 'f', -1, 64)
	}
	return strconv.AppendFloat(dst, f, 'E', -1, 64)
}
