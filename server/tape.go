package server

import (
	"howdah/internal/budget"
	"howdah/types"
	"howdah/vector"
)

// windowRows is how many rows before the present one are kept when a cursor first goes back, so that going back step
// by step does not run the query anew for each.
const windowRows = 4096

// tape is a result that one can move on. Forward it streams and holds nothing; backward it runs the query anew, skips
// to where it has to be, and keeps a window of rows.
//
// Rows are numbered from 1. pos is the row the cursor stands on: 0 is before the first, end+1 behind the last.
type tape struct {
	rows   Rows
	types  []types.Type
	memory *budget.Budget

	batch *vector.Batch // of the stream; rows at[…] are still to come
	at    int
	read  int64 // rows that the stream has given
	end   int64 // how many there are; -1 = not known yet
	pos   int64

	window vector.Batch // rows first…first+N-1
	first  int64
	held   int64
}

func newTape(rows Rows, cols []Column, memory *budget.Budget) *tape {
	t := &tape{rows: rows, memory: memory, end: -1}
	for _, c := range cols {
		t.types = append(t.types, c.Type)
	}
	return t
}

func (t *tape) close() error {
	t.dropWindow()
	if t.rows == nil {
		return nil
	}
	err := t.rows.Close()
	t.rows = nil
	return err
}

func (t *tape) dropWindow() {
	t.memory.Shrink(t.held)
	t.held, t.first = 0, 0
	t.window = vector.Batch{}
}

// fill makes sure that the stream's batch has rows to come. more is false at the end.
func (t *tape) fill() (more bool, err error) {
	for t.batch == nil || t.at >= len(t.batch.Sel) {
		if t.end >= 0 && t.read >= t.end {
			return false, nil
		}
		b, err := t.rows.Next()
		if err != nil {
			return false, err
		}
		t.batch, t.at = b, 0
		if b == nil {
			t.end = t.read
			return false, nil
		}
	}
	return true, nil
}

// chunk takes up to limit rows from the stream.
func (t *tape) chunk(limit int64) (*vector.Batch, []int32, error) {
	more, err := t.fill()
	if err != nil || !more {
		return nil, nil, err
	}
	sel := t.batch.Sel[t.at:]
	if int64(len(sel)) > limit {
		sel = sel[:limit]
	}
	t.at += len(sel)
	t.read += int64(len(sel))
	return t.batch, sel, nil
}

// seek makes the stream's next row be number n+1, or stops at the end.
func (t *tape) seek(n int64) error {
	if n < t.read {
		t.batch, t.at, t.read = nil, 0, 0
		if err := t.rows.Rewind(); err != nil {
			return err
		}
	}
	for t.read < n {
		b, _, err := t.chunk(n - t.read)
		if err != nil {
			return err
		}
		if b == nil {
			return nil
		}
	}
	return nil
}

// forward moves on by up to limit rows, as many as are at hand, and gives them; no batch at the end.
func (t *tape) forward(limit int64) (*vector.Batch, []int32, error) {
	next := t.pos + 1
	if t.end >= 0 && next > t.end {
		t.pos = t.end + 1
		return nil, nil, nil
	}
	if n := next - t.first; t.window.N > 0 && n >= 0 && n < int64(t.window.N) {
		rows := span(int32(n), int32(n+min(limit, int64(t.window.N)-n)))
		t.pos += int64(len(rows))
		return &t.window, rows, nil
	}
	if t.read != t.pos {
		if err := t.seek(t.pos); err != nil {
			return nil, nil, err
		}
	}
	b, sel, err := t.chunk(limit)
	if err != nil {
		return nil, nil, err
	}
	if b == nil {
		t.pos = t.end + 1
		return nil, nil, nil
	}
	t.pos = t.read
	return b, sel, nil
}

func span(from, to int32) []int32 {
	s := make([]int32, 0, to-from)
	for i := from; i < to; i++ {
		s = append(s, i)
	}
	return s
}

// backward moves back by up to limit rows and gives them, the nearest first; no batch at the beginning.
func (t *tape) backward(limit int64) (*vector.Batch, []int32, error) {
	hi := t.pos - 1
	if hi < 1 {
		t.pos = 0
		return nil, nil, nil
	}
	lo := max(1, hi-min(limit, windowRows)+1)
	if t.window.N == 0 || lo < t.first || hi >= t.first+int64(t.window.N) {
		if err := t.load(max(1, hi-windowRows+1), hi); err != nil {
			return nil, nil, err
		}
	}
	rows := make([]int32, 0, hi-lo+1)
	for n := hi; n >= lo; n-- {
		rows = append(rows, int32(n-t.first))
	}
	t.pos = lo
	return &t.window, rows, nil
}

// load puts rows lo to hi into the window.
func (t *tape) load(lo, hi int64) error {
	t.dropWindow()
	if err := t.seek(lo - 1); err != nil {
		return err
	}
	var w vector.Batch
	for t.read < hi {
		b, sel, err := t.chunk(hi - t.read)
		if err != nil {
			return err
		}
		if b == nil {
			break
		}
		if w.Cols == nil {
			for i, ty := range t.types {
				c := vector.New(ty, 0)
				c.Form = b.Cols[i].Form
				w.Cols = append(w.Cols, c)
			}
		}
		for i, c := range w.Cols {
			src := b.Cols[i]
			if src.Form != c.Form { // some batches come as text, some as values: make values of all
				if err := asValues(c, w.N); err != nil {
					return err
				}
				if src, err = valuesOf(src, b); err != nil {
					return err
				}
			}
			c.Append(w.N, src, sel)
		}
		w.N += len(sel)
		size := int64(0)
		for _, c := range w.Cols {
			size += c.Held()
		}
		if size > t.held {
			if err := t.memory.Grow(size - t.held); err != nil {
				t.memory.Shrink(t.held)
				t.held = 0
				return err
			}
			t.held = size
		}
	}
	w.Sel = vector.Identity(w.N)
	t.window, t.first = w, lo
	return nil
}

// asValues turns a column of canonical text, its first n rows, into values.
func asValues(c *vector.Column, n int) error {
	if c.Form == vector.Values {
		return nil
	}
	b := vector.Batch{Cols: []*vector.Column{c}}
	b.SetLen(n)
	v, err := valuesOf(c, &b)
	if err == nil {
		*c = *v
	}
	return err
}

func valuesOf(c *vector.Column, b *vector.Batch) (*vector.Column, error) {
	if c.Form == vector.Values {
		return c, nil
	}
	v := vector.New(c.Type, b.N)
	for _, i := range b.Sel {
		if c.Null(i) {
			v.SetNull(i)
			continue
		}
		d, err := types.ParseText(types.Of(c.Type.OID), c.Bytes(i), types.DefaultStyle())
		if err != nil {
			return nil, err
		}
		v.Set(i, d)
	}
	return v, nil
}

// skip moves on by n rows without giving them, and tells how many there were.
func (t *tape) skip(n int64) (done int64, err error) {
	for done < n {
		b, rows, err := t.forward(n - done)
		if err != nil {
			return done, err
		}
		if b == nil {
			break
		}
		done += int64(len(rows))
	}
	return done, nil
}

// rewind goes before the first row. The stream is rewound when it is next read.
func (t *tape) rewind() { t.pos = 0 }
