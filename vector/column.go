package vector

import (
	"howdah/types"
)

// Form says what a column's storage holds.
type Form uint8

const (
	// Values: the storage of the type's Kind.
	Values Form = iota
	// CanonicalText: Spans and Buf hold each value in PostgreSQL's own output form under the default style (ISO dates,
	// shortest floats), proven by the producer. Only a consumer that merely passes values on may ask for it.
	CanonicalText
)

// Span is a byte value's place in its column's Buf.
type Span struct{ Off, Len uint32 }

// Column is one column of a batch. Exactly the slice of its Kind is in use; it has at least N entries once filled.
// Entries of rows that are NULL, or not selected when the column was computed, are undefined.
type Column struct {
	Type     types.Type
	Kind     types.Kind
	Form     Form
	HasNulls bool   // false: Nulls is not looked at
	Nulls    []bool // true = NULL; kept all false while HasNulls is false

	Bools     []bool
	Ints      []int64
	Floats    []float64
	Nums      []types.Numeric
	Intervals []types.Interval
	Spans     []Span         // KindBytes, and every kind in CanonicalText form
	Buf       []byte         // what Spans point into; may be a view of a reader's chunk
	Arrays    []*types.Array // arrays and records own all they refer to and are never changed, so that pointers may be kept
	Records   []*types.Record

	own []byte // a buffer of the column's own, kept across Resets for values that are computed
}

// New makes an empty column of the type with room for n rows.
func New(t types.Type, n int) *Column {
	c := &Column{Type: t, Kind: types.KindOf(t.OID)}
	c.Resize(n)
	return c
}

// Resize makes room for n rows in the storage of the column's Kind and Form. Contents are kept; new entries are zero.
func (c *Column) Resize(n int) {
	c.Nulls = grow(c.Nulls, n)
	if c.Form == CanonicalText {
		c.Spans = grow(c.Spans, n)
		return
	}
	switch c.Kind {
	case types.KindBool:
		c.Bools = grow(c.Bools, n)
	case types.KindInt:
		c.Ints = grow(c.Ints, n)
	case types.KindFloat:
		c.Floats = grow(c.Floats, n)
	case types.KindNumeric:
		c.Nums = grow(c.Nums, n)
	case types.KindInterval:
		c.Intervals = grow(c.Intervals, n)
	case types.KindArray:
		c.Arrays = grow(c.Arrays, n)
	case types.KindRecord:
		c.Records = grow(c.Records, n)
	default:
		c.Spans = grow(c.Spans, n)
	}
}

func grow[T any](s []T, n int) []T {
	if n <= len(s) {
		return s
	}
	if n <= cap(s) {
		return s[:n]
	}
	g := make([]T, n, max(n, min(2*cap(s), 2*n)))
	copy(g, s)
	return g
}

// Reset forgets values and NULLs and drops the view into a producer's buffer; memory is kept.
func (c *Column) Reset() {
	c.ClearNulls()
	c.own = c.own[:0]
	c.Buf = c.own
}

// ClearNulls says that no row is NULL.
func (c *Column) ClearNulls() {
	if c.HasNulls {
		clear(c.Nulls)
		c.HasNulls = false
	}
}

// SetNull makes row i NULL. The column must have room for it.
func (c *Column) SetNull(i int32) {
	c.Nulls[i] = true
	c.HasNulls = true
}

// Null tells whether row i is NULL.
func (c *Column) Null(i int32) bool { return c.HasNulls && c.Nulls[i] }

// Bytes gives row i of a byte column (or of CanonicalText) as a view that dies with the batch.
func (c *Column) Bytes(i int32) []byte {
	s := c.Spans[i]
	return c.Buf[s.Off : s.Off+s.Len : s.Off+s.Len]
}

// SetBytes copies v into the column's own buffer as row i. Call Reset (or View) before the first one of a batch.
func (c *Column) SetBytes(i int32, v []byte) {
	off := len(c.own)
	c.own = append(c.own, v...)
	c.Buf = c.own
	c.Spans[i] = Span{uint32(off), uint32(len(v))}
}

// Build gives the column's own buffer to append row i's bytes to; hand the result to [Column.Built].
func (c *Column) Build() []byte { return c.own }

// Built makes row i what was appended to the buffer since off = len(Build()).
func (c *Column) Built(i int32, buf []byte, off int) {
	c.own = buf
	c.Buf = buf
	c.Spans[i] = Span{uint32(off), uint32(len(buf) - off)}
}

// View makes the column's spans point into buf, which belongs to the producer.
func (c *Column) View(buf []byte) { c.Buf = buf }
