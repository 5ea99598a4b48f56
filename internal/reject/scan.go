package reject

import (
	"bytes"
	"fmt"
	"strings"
	"unicode/utf8"

	"howdah/pgerr"
)

// earliest is how many rows must have been read before a share of them ends a scan that is under way.
const earliest = 1000

// Scan is one reading of a table. Files are read one after the other, each from its beginning on, by one goroutine.
type Scan struct {
	table   *Table
	notNull []bool
	file    string
	entries int64 // of the file, so far
	rows    int64 // likewise

	own      map[string]*mark // this scan's, over its rewinds
	rejected int64
}

// Action is what is done about rows that do not fit.
func (s *Scan) Action() Action { return s.table.policy.Action }

// NotNull tells whether the file's column of that ordinal may not be NULL.
func (s *Scan) NotNull(ordinal int) bool { return ordinal < len(s.notNull) && s.notNull[ordinal] }

// Table is the table's name, without its schema.
func (s *Scan) Table() string { return s.table.shown }

// Begin says which file is read from its beginning on. A nil Scan has nothing to reject.
func (s *Scan) Begin(file string) {
	if s != nil {
		s.file, s.entries, s.rows = file, 0, 0
	}
}

// CountsOnly tells whether of the entries of a kind that come now nothing matters but how many they are: no more are kept,
// none is the first, and no limit names the last.
func (s *Scan) CountsOnly(nulled bool) bool {
	t, r := s.table, s.table.run
	r.mu.Lock()
	defer r.mu.Unlock()
	first := t.firstSkipped
	if nulled {
		first = t.firstNulled
	}
	return !t.policy.Limited() && r.full() && first != ""
}

// Rejected counts the rows that this reading rejected or changed; those that are read again count once.
func (s *Scan) Rejected() int64 { return s.rejected }

// Add takes what the reader has found next in the file. at counts the file's rows up to and including this one. The texts
// are copied. The error is that the limit is passed.
func (s *Scan) Add(e *Entry, at int64) error {
	s.entries++
	s.rows = max(s.rows, at)
	m := markOf(s.own, s.file)
	if s.entries > m.entries {
		m.entries = s.entries
		if !e.More {
			s.rejected++
		}
	}
	t, r := s.table, s.table.run
	r.mu.Lock()
	m = markOf(t.marks, s.file)
	s.passed(m)
	if s.entries <= m.entries {
		r.mu.Unlock()
		return nil
	}
	m.entries = s.entries
	e.File = s.file
	before := r.bytes
	fresh := t.add(e)
	grown := r.bytes - before
	err := t.judge(e, false)
	r.mu.Unlock()
	if fresh {
		if r.log != nil {
			r.log.add(r)
		}
		if r.first != nil {
			r.first(r)
		}
	}
	if r.log != nil && grown > 0 {
		r.log.grow(r, grown)
	}
	return err
}

// Read says how many rows of the file were read so far, rejected ones among them.
func (s *Scan) Read(rows int64) {
	s.rows = max(s.rows, rows)
	if s.table.policy.Percent == 0 {
		return
	}
	s.table.run.mu.Lock()
	s.passed(markOf(s.table.marks, s.file))
	s.table.run.mu.Unlock()
}

// End says that all files were read to their ends. The error is that the limit is passed.
func (s *Scan) End() error {
	if s == nil {
		return nil
	}
	s.table.run.mu.Lock()
	defer s.table.run.mu.Unlock()
	return s.table.judge(nil, true)
}

func (s *Scan) passed(m *mark) {
	if s.rows > m.rows {
		s.table.rows += s.rows - m.rows
		m.rows = s.rows
	}
}

func markOf(marks map[string]*mark, file string) *mark {
	m := marks[file]
	if m == nil {
		m = &mark{}
		marks[file] = m
	}
	return m
}

// judge gives an error if more rows were rejected than the limit allows. last is the last entry, if there is one at hand.
func (t *Table) judge(last *Entry, end bool) error {
	p, n := t.policy, t.skipped+t.nulled
	over := p.Limit > 0 && n > p.Limit
	if p.Percent > 0 && (end || t.rows >= earliest) {
		over = over || float64(n)*100 > p.Percent*float64(t.rows)
	}
	if !over {
		return nil
	}
	limit := "(" + p.text + ") rows"
	if p.Percent > 0 {
		limit = "(" + p.text + ") of the rows"
	}
	var e *pgerr.Error
	if p.Action == SetNull {
		e = pgerr.New(pgerr.InvalidTextRepresentation, "set columns to null in more than REJECT_LIMIT %s due to data type incompatibility", limit)
	} else {
		e = pgerr.New(pgerr.InvalidTextRepresentation, "skipped more than REJECT_LIMIT %s due to data type incompatibility", limit)
	}
	if p.Percent > 0 {
		e = e.WithDetail("%d of %d rows read so far were rejected.", n, t.rows)
	}
	e = e.WithHint("SELECT * FROM howdah.rejects shows them.")
	if last == nil && len(t.run.entries) > 0 {
		for i := len(t.run.entries) - 1; i >= 0 && last == nil; i-- {
			if t.run.entries[i].Table == t.name {
				last = &t.run.entries[i]
			}
		}
	}
	if last != nil {
		e = e.At("%s: %s", last.Where(), last.Reason)
	}
	return e
}

// Soft tells whether an error is that of a value, which a policy may forgive, and not of a file, a limit or the system.
func Soft(err error) bool {
	switch e := pgerr.From(err); e.Code.Class() {
	case "22", "42": // data exceptions; names that reg types do not find
		return true
	default:
		return e.Code == pgerr.ProgramLimitExceeded || e.Code == pgerr.FeatureNotSupported
	}
}

// Text makes a text to be kept of a file's bytes: valid, of a bounded length, with the bytes that are no character as \xNN.
func Text(b []byte) string {
	cut := len(b) > maxText
	if cut {
		b = b[:maxText]
		for i := 0; i < utf8.UTFMax-1 && len(b) > 0; i++ { // a character may be cut
			if r, size := utf8.DecodeLastRune(b); r != utf8.RuneError || size > 1 {
				break
			}
			b = b[:len(b)-1]
		}
	}
	if !cut && utf8.Valid(b) && bytes.IndexByte(b, 0) < 0 {
		return string(b)
	}
	var s strings.Builder
	for len(b) > 0 {
		r, size := utf8.DecodeRune(b)
		if r == 0 || r == utf8.RuneError && size == 1 {
			fmt.Fprintf(&s, `\x%02x`, b[0])
		} else {
			s.Write(b[:size])
		}
		b = b[size:]
	}
	if cut {
		s.WriteString("…")
	}
	return s.String()
}

// clip cuts a text to about so many bytes.
func clip(s string, most int) string {
	if len(s) <= most {
		return s
	}
	for most > 0 && !utf8.RuneStart(s[most]) {
		most--
	}
	return s[:most] + "..."
}
