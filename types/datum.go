package types

import "time"

// Datum is one value outside a vector: a constant, a parameter, an array element, a record's field. Which field
// holds it follows from the type's [Kind]. It is never used per row on a hot path.
type Datum struct {
	Null     bool
	Bool     bool
	Int      int64
	Float    float64
	Num      Numeric
	Interval Interval
	Bytes    []byte
	Array    *Array
	Record   *Record
}

// NullDatum is NULL of any type.
var NullDatum = Datum{Null: true}

// Interval is an interval's three independent parts.
type Interval struct {
	Months, Days int32
	Micros       int64
}

// Array is an array value. Elems are in row-major order; no dimensions means an empty array.
type Array struct {
	Elem  OID
	Dims  []Dim
	Elems []Datum
}

// Dim is one dimension of an array: its length and its lower bound (1 unless said otherwise).
type Dim struct{ Len, Lower int32 }

// Record is a row value. Names may be empty (anonymous record).
type Record struct {
	Types  []Type
	Names  []string
	Fields []Datum
}

// Style is the session state that text forms depend on: DateStyle, IntervalStyle, TimeZone, extra_float_digits,
// bytea_output, array_nulls. It is immutable; a SET makes a new one.
type Style struct {
	DateStyle        DateStyle
	DateOrder        DateOrder
	IntervalStyle    IntervalStyle
	Zone             *time.Location // nil = UTC
	ExtraFloatDigits int
	ByteaEscape      bool      // bytea_output = escape
	NullsAreText     bool      // array_nulls = off: NULL in an array's text is a word
	Names            Names     // what reg types read and print; nil = numbers only
	Now              time.Time // what now and today mean in input: the transaction's start; zero = the clock
}

// DateStyle is the output format half of the DateStyle setting.
type DateStyle uint8

const (
	ISO DateStyle = iota
	SQLStyle
	PostgresStyle
	GermanStyle
)

// DateOrder is the field order half of the DateStyle setting.
type DateOrder uint8

const (
	MDY DateOrder = iota
	DMY
	YMD
)

// IntervalStyle is the setting of that name.
type IntervalStyle uint8

const (
	IntervalPostgres IntervalStyle = iota
	IntervalPostgresVerbose
	IntervalSQLStandard
	IntervalISO8601
)
