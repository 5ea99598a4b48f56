package types

import "math/big"

// Numeric is a numeric value: coef × 10^-scale, with the display scale that PostgreSQL would show.
// The zero value is 0.
type Numeric struct {
	coef  int64    // the coefficient where big is nil
	big   *big.Int // the coefficient where it does not fit int64; never changed once set
	scale uint16   // digits shown after the point, 0..16383
	form  NumericForm
}

// NumericForm tells finite values from the others.
type NumericForm uint8

const (
	NumericFinite NumericForm = iota
	NumericNaN
	NumericPosInf
	NumericNegInf
)
