// Package sift parts the rows that fit their table from those that do not, for readers that lay rows out before they
// decode them: after each layout every column of every row is tried, what fails is put into the log of package reject,
// and the reader takes the rows that are left for all there are. So no projection, qual, limit or order changes which
// rows a table has.
package sift

import (
	"errors"
	"slices"

	"howdah/internal/reject"
	"howdah/pgerr"
	"howdah/types"
	"howdah/vector"
)

// Sift tries the rows of one reader; a nil Sift has no rows to leave out and nothing to make NULL. A batch is begun, tried column by column, and ended.
type Sift struct {
	// Describe completes an entry with the row's number, place, sheet and text.
	Describe func(e *reject.Entry, row int32)
	// Again says that the rows were tried before, as those that came first by an order: nothing is logged a second time.
	Again bool

	scan    *reject.Scan
	names   []string
	cols    []*vector.Column
	n       int
	dead    []bool
	died    bool
	nulled  [][]int32 // by column
	found   []finding
	lost    []loss
	live    []int32
	rest    []int32
	passed  []int32 // rows in which the column being tried is to be NULL
	trying  bool
	failed  bool
	failure finding
}

// finding is something that does not fit.
type finding struct {
	row     int32
	ordinal int // -1 = the row
	value   string
	cause   error
	nulled  bool
}

// loss is a row that could not be laid out.
type loss struct {
	entry reject.Entry
	at    int64
}

// smallPiece is how many rows are tried behind one that failed.
const smallPiece = 8

// errFailed ends a decoding whose failure is noted.
var errFailed = errors.New("a value does not fit")

// New makes what a scan's policy asks for; nil if rows that do not fit are errors.
func New(scan *reject.Scan, columns []types.Column) *Sift {
	if scan == nil || scan.Action() == reject.Stop {
		return nil
	}
	s := &Sift{scan: scan, nulled: make([][]int32, len(columns))}
	for _, c := range columns {
		s.names = append(s.names, c.Name)
		s.cols = append(s.cols, vector.New(c.Type, 0))
	}
	return s
}

// Nulls says that values are made NULL, not rows left out.
func (s *Sift) Nulls() bool { return s.scan.Action() == reject.SetNull }

// Begin takes the next n rows.
func (s *Sift) Begin(n int) {
	s.n, s.died = n, false
	if cap(s.dead) < n {
		s.dead = make([]bool, n)
	}
	s.dead = s.dead[:n]
	clear(s.dead)
	for i := range s.nulled {
		s.nulled[i] = s.nulled[i][:0]
	}
	s.found = s.found[:0]
}

// Mark says that a value does not fit, or the row as a whole, where ordinal is -1. What is already marked stays so.
func (s *Sift) Mark(row int32, ordinal int, value []byte, cause error) error {
	if s.dead[row] {
		return nil
	}
	f := finding{row: row, ordinal: ordinal, value: reject.Text(value), cause: cause, nulled: ordinal >= 0 && s.Nulls()}
	if !f.nulled {
		s.dead[row], s.died = true, true
		if s.Nulls() { // what was to be NULL of it is gone with it
			s.found = slices.DeleteFunc(s.found, func(g finding) bool { return g.row == row })
		}
	} else {
		if s.scan.NotNull(ordinal) {
			return s.violation(f)
		}
		if s.trying { // the decoder has passed this row
			s.passed = append(s.passed, row)
		} else {
			s.nulled[ordinal] = append(s.nulled[ordinal], row)
		}
	}
	if !s.Again {
		s.found = append(s.found, f)
	}
	return nil
}

// violation is the executor's error for a NULL that a column does not take.
func (s *Sift) violation(f finding) error {
	e := s.entry(f)
	return pgerr.New(pgerr.NotNullViolation, "null value in column \"%s\" of relation \"%s\" violates not-null constraint", e.Column, s.scan.Table()).
		WithDetail("on_error would set the column to null: %s", e.Reason).At("%s", s.scan.Where(&e))
}

// Try decodes a column of all rows that are left. The decoder tells by Fail what does not fit; any other error is
// returned.
func (s *Sift) Try(ordinal int, decode func(out *vector.Column, sel []int32) error) error {
	s.live = s.live[:0]
	for i, dead := range s.dead {
		if !dead {
			s.live = append(s.live, int32(i))
		}
	}
	s.trying, s.passed = true, s.passed[:0]
	defer func() {
		s.trying = false
		s.nulled[ordinal] = append(s.nulled[ordinal], s.passed...)
	}()
	// Where something fails, the rest is tried in pieces, which grow while nothing does: a decoder looks at all of a piece
	// before the first row of it fails.
	piece := s.n
	for sel := s.live; len(sel) > 0; {
		s.failed = false
		part := sel[:min(piece, len(sel))]
		err := decode(s.cols[ordinal], part)
		if err == nil {
			sel = sel[len(part):]
			piece *= 2
			continue
		}
		if !s.failed {
			return err
		}
		f := s.failure
		if err := s.Mark(f.row, ordinal, []byte(f.value), f.cause); err != nil {
			return err
		}
		at, _ := slices.BinarySearch(part, f.row)
		sel = sel[min(at+1, len(part)):]
		piece = smallPiece
	}
	return nil
}

// Fail is told by a decoder of a value that does not fit. It gives the error to return, or nil if the value's own error
// is to be returned: nothing is being tried, or no policy forgives this.
func (s *Sift) Fail(row int32, value []byte, cause error) error {
	if s == nil || !s.trying || !reject.Soft(cause) {
		return nil
	}
	s.failed, s.failure = true, finding{row: row, value: reject.Text(value), cause: cause}
	return errFailed
}

// Lose takes note of a row behind those of the batch that could not be laid out at all; at is its number.
func (s *Sift) Lose(e reject.Entry, at int64, raw []byte, cause error) {
	if s.Again {
		return
	}
	e.Raw = reject.Text(raw)
	e.Value = e.Raw
	e.Reason, e.Code = reason(cause)
	s.lost = append(s.lost, loss{e, at})
}

// End logs what was found, in the rows' order. read is the number of rows of the file read so far. It tells whether rows
// are to be left out: those of Dead.
func (s *Sift) End(read int64) (drop bool, err error) {
	if s.Again {
		return s.died, nil
	}
	slices.SortStableFunc(s.found, func(a, b finding) int { return int(a.row - b.row) })
	last := int32(-1)
	for _, f := range s.found {
		e := reject.Entry{Nulled: f.nulled}
		if !s.scan.CountsOnly(f.nulled) {
			e = s.entry(f)
		}
		e.More = f.row == last
		last = f.row
		if err := s.scan.Add(&e, e.Row); err != nil {
			return false, err
		}
	}
	for i := range s.lost {
		if err := s.scan.Add(&s.lost[i].entry, s.lost[i].at); err != nil {
			return false, err
		}
	}
	s.lost = s.lost[:0]
	s.scan.Read(read)
	return s.died, nil
}

func (s *Sift) entry(f finding) reject.Entry {
	e := reject.Entry{Value: f.value, Nulled: f.nulled}
	if f.ordinal >= 0 {
		e.Column = s.names[f.ordinal]
	}
	e.Reason, e.Code = reason(f.cause)
	s.Describe(&e, f.row)
	return e
}

func reason(cause error) (string, pgerr.Code) {
	e := pgerr.From(cause)
	text := e.Message
	if e.Detail != "" {
		text += " (" + e.Detail + ")"
	}
	return reject.Text([]byte(text)), e.Code
}

// Left lists the rows that are left, by their numbers before; what is NULL of them is known by their numbers after. The
// list is valid until the next Begin.
func (s *Sift) Left() []int32 {
	s.live = s.live[:0]
	for i, dead := range s.dead {
		if !dead {
			s.live = append(s.live, int32(i))
		}
	}
	for c, rows := range s.nulled {
		kept := rows[:0]
		for _, row := range rows {
			if at, ok := slices.BinarySearch(s.live, row); ok {
				kept = append(kept, int32(at))
			}
		}
		s.nulled[c] = kept
	}
	return s.live
}

// SetNulls makes NULL what did not fit of a column of the batch.
func (s *Sift) SetNulls(ordinal int, out *vector.Column) {
	if s == nil {
		return
	}
	for _, i := range s.nulled[ordinal] {
		out.SetNull(i)
	}
}

// Without is SetNulls for decoders that take no NULLs: it gives the rows of sel that are left.
func (s *Sift) Without(ordinal int, out *vector.Column, sel []int32) []int32 {
	if s == nil || len(s.nulled[ordinal]) == 0 {
		return sel
	}
	s.SetNulls(ordinal, out)
	s.rest = s.rest[:0]
	for _, i := range sel {
		if !out.Null(i) {
			s.rest = append(s.rest, i)
		}
	}
	return s.rest
}

// Keep leaves of a slice by row the rows that are left.
func Keep[T any](rows []T, left []int32) []T {
	for k, i := range left {
		rows[k] = rows[i]
	}
	return rows[:len(left)]
}
