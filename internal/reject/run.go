package reject

import (
	"fmt"
	"slices"
	"sync"

	"howdah/pgerr"
)

// Entry is one row that was left out, or one value that was made NULL.
type Entry struct {
	Table  string // schema.name, unquoted
	File   string // the object's path
	Sheet  string // "" = the file has none
	Row    int64  // the record's number in the file, as _row; 0 = not known
	Place  string // as the file counts: line 7, or B7; "" = not known
	Column string // "" = the row as a whole does not fit
	Value  string // what does not fit; of the row as a whole the row
	Raw    string // the row as the file has it, as far as a text shows it
	Reason string
	Code   pgerr.Code
	Nulled bool // the value is NULL; else the row is left out

	More bool // another value of the row that came before
}

func (e *Entry) size() int64 {
	return int64(len(e.Sheet) + len(e.Place) + len(e.Value) + len(e.Raw) + len(e.Reason) + entrySize)
}

// Where is the entry's place as errors name it.
func (e *Entry) Where() string {
	s := e.File
	if e.Sheet != "" {
		s += ", sheet " + e.Sheet
	}
	if e.Place != "" {
		s += ", " + e.Place
	}
	if e.Row > 0 {
		s += fmt.Sprintf(", row %d", e.Row)
	}
	if e.Column != "" {
		s += ", column " + e.Column
	}
	return s + ": \"" + clip(e.Value, 100) + "\""
}

// Where is the place of an entry in the file that is read, as errors name it.
func (s *Scan) Where(e *Entry) string {
	own := *e
	own.File = s.file
	return own.Where()
}

// Run is one execution of a statement. It is safe for concurrent use, but its scans are not.
type Run struct {
	ID int64 // of the log; 0 until something is rejected
	Origin

	log       *Log
	first     func(*Run)
	held      int64 // by log's account, under its lock
	forgotten bool

	mu      sync.Mutex
	tables  []*Table
	entries []Entry
	bytes   int64
}

// Entries are the rows and values rejected so far, as many as are kept, in the order in which they were found.
func (r *Run) Entries() []Entry {
	r.mu.Lock()
	defer r.mu.Unlock()
	return slices.Clip(r.entries)
}

// full tells whether no more entries are kept.
func (r *Run) full() bool { return len(r.entries) >= MaxRows || r.bytes >= maxBytes }

// Unkept tells per table how many entries were counted but not kept.
func (r *Run) Unkept() (tables []string, counts []int64) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, t := range r.tables {
		if t.unkept > 0 {
			tables, counts = append(tables, t.name), append(counts, t.unkept)
		}
	}
	return tables, counts
}

// Notices tell per table what was rejected since they were asked for the last time.
func (r *Run) Notices() []*pgerr.Error {
	if r == nil {
		return nil
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	var out []*pgerr.Error
	for _, t := range r.tables {
		if t.skipped > t.toldSkipped {
			out = append(out, t.notice(t.firstSkipped, pgerr.New(pgerr.SuccessfulCompletion, "%s of table \"%s\" %s skipped due to data type incompatibility",
				counted(t.skipped, "row"), t.shown, was(t.skipped))))
		}
		if t.nulled > t.toldNulled {
			out = append(out, t.notice(t.firstNulled, pgerr.New(pgerr.SuccessfulCompletion, "in %s of table \"%s\" columns were set to null due to data type incompatibility",
				counted(t.nulled, "row"), t.shown)))
		}
		t.toldSkipped, t.toldNulled = t.skipped, t.nulled
	}
	return out
}

func counted(n int64, noun string) string {
	if n != 1 {
		noun += "s"
	}
	return fmt.Sprintf("%d %s", n, noun)
}

func was(n int64) string {
	if n == 1 {
		return "was"
	}
	return "were"
}

// Table is what a run has rejected of one table.
type Table struct {
	run    *Run
	name   string // schema.name
	shown  string // name
	policy Policy
	marks  map[string]*mark

	rows            int64 // read
	skipped, nulled int64 // rows
	unkept          int64 // entries

	toldSkipped, toldNulled   int64
	firstSkipped, firstNulled string
}

// mark is how far into a file any reading has come.
type mark struct{ rows, entries int64 }

func (t *Table) notice(first string, e *pgerr.Error) *pgerr.Error {
	e = e.WithDetail("The first one: %s", first)
	if t.unkept > 0 {
		return e.WithHint("SELECT * FROM howdah.rejects shows them, but for %d that were counted and not kept.", t.unkept)
	}
	return e.WithHint("SELECT * FROM howdah.rejects shows them.")
}

// Scan begins a reading of a table; notNull tells by ordinal which of the file's columns may not be NULL. A nil Run
// serves, for readers whose rejects nobody asks for.
func (r *Run) Scan(schema, table string, p Policy, notNull []bool) *Scan {
	if r == nil {
		r = (*Log)(nil).Begin(Origin{}, nil)
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	name := schema + "." + table
	i := slices.IndexFunc(r.tables, func(t *Table) bool { return t.name == name && t.policy == p })
	if i < 0 {
		i = len(r.tables)
		r.tables = append(r.tables, &Table{run: r, name: name, shown: table, policy: p, marks: map[string]*mark{}})
	}
	return &Scan{table: r.tables[i], notNull: notNull, own: map[string]*mark{}}
}

// add takes an entry that no reading has met before.
func (t *Table) add(e *Entry) (fresh bool) {
	r := t.run
	count, first := &t.skipped, &t.firstSkipped
	if e.Nulled {
		count, first = &t.nulled, &t.firstNulled
	}
	if !e.More {
		*count++
	}
	if *first == "" {
		*first = e.Where() + ": " + e.Reason
	}
	if r.full() {
		t.unkept++
		return false
	}
	e.Table = t.name
	fresh = len(r.entries) == 0
	r.entries = append(r.entries, *e)
	r.bytes += e.size()
	return fresh
}
