package pushdown

import (
	"io"

	"howdah/expr"
	"howdah/internal/budget"
	"howdah/internal/meter"
	"howdah/pgerr"
	"howdah/types"
	"howdah/vector"
)

// maxTop bounds the rows that a reader keeps for ORDER BY with LIMIT; beyond, the engine sorts.
const maxTop = 10_000

// Offer is the answer of a reader with a Late: every qual that a Filter can answer, ORDER BY with LIMIT as a top-N, and
// LIMIT alone.
func Offer(sch types.Schema, r *Request) Answer {
	a := r.RefuseAll()
	all := true
	for i, q := range r.Quals {
		if Takes(q, len(sch.Columns)) {
			a.Quals[i] = Exact
		} else {
			all = false
		}
	}
	if !all || r.Limit < 0 {
		return a
	}
	if len(r.Sort) > 0 {
		if r.Limit > maxTop {
			return a
		}
		for _, k := range r.Sort {
			if k.Ordinal < 0 || k.Ordinal >= len(sch.Columns) || !Sortable(k.Type) || k.Type.OID != sch.Columns[k.Ordinal].Type.OID {
				return a
			}
		}
	}
	a.Sort, a.Limit = len(r.Sort), Exact
	return a
}

// Late materialises late for a reader that lays rows out before it decodes them: the filter's columns first, the wanted
// ones of the rows that pass then. It belongs to one reader.
type Late struct {
	Request *Request
	Filter  *Filter      // nil = every row passes
	Sought  []Sought     // what joins want of the rows that pass; not with a limit or a top-N
	Types   []types.Type // of the file's columns
	Meter   *meter.Scan
	Limit   int64 // rows still to be given; -1 = all
	Top     *TopN // nil = the rows come as they lie in the file
	// Decode decodes a column of the rows selected among those laid out, as canonical text where that is welcome.
	Decode func(ordinal int, out *vector.Column, sel []int32, text bool) error
	// RowNumber is the record number of a row laid out.
	RowNumber func(row int32) int64

	Work     vector.Batch // what the filter sees; Work.Sel are the rows that pass
	filtered []bool       // per column: the filter reads it
	read     []bool       // per column: it is decoded for the rows at hand
	keys     []*vector.Column
	alive    []int32
}

// NewLate makes a Late for what was answered. The reader sets Decode, RowNumber and Types, and calls Close.
func NewLate(r *Request, a Answer, env *expr.Env, m *meter.Scan, b *budget.Budget) (Late, error) {
	f, err := NewFilter(r, a, env)
	l := Late{Request: r, Filter: f, Meter: m, Limit: -1}
	if err != nil {
		return l, err
	}
	if a.Limit == Exact {
		l.Limit = r.Limit
	}
	if a.Sort > 0 {
		if a.Sort != len(r.Sort) || l.Limit < 0 {
			return l, pgerr.New(pgerr.InternalError, "a sort was taken that cannot be done")
		}
		l.Top = NewTopN(r.Sort, int(l.Limit), b)
	}
	return l, nil
}

// Close gives the memory of the top-N back.
func (l *Late) Close() {
	if l.Top != nil {
		l.Top.Close()
	}
}

// Narrow applies the filter to the rows laid out: Work.Sel are those that pass.
func (l *Late) Narrow(rows int) error {
	w := &l.Work
	w.SetLen(rows)
	if l.Filter == nil && l.Sought == nil {
		return nil
	}
	l.Meter.RowsDecoded.Add(int64(rows))
	if w.Cols == nil {
		w.Cols = make([]*vector.Column, len(l.Types))
		l.filtered, l.read = make([]bool, len(l.Types)), make([]bool, len(l.Types))
		if l.Filter != nil {
			for _, c := range l.Filter.Columns() {
				l.filtered[c] = true
			}
		}
	}
	copy(l.read, l.filtered)
	if l.Filter != nil {
		err := l.Filter.Apply(w, func(ordinal int, sel []int32) error {
			if w.Cols[ordinal] == nil {
				w.Cols[ordinal] = vector.New(l.Types[ordinal], vector.Size)
			}
			return l.Decode(ordinal, w.Cols[ordinal], sel, false)
		})
		if err != nil {
			return err
		}
	}
	return l.seek()
}

// ScanTop offers every row of the file that passes to Top. lay lays out the next rows, or gives io.EOF; keep takes what
// is needed of a row that is among the first so far.
func (l *Late) ScanTop(lay func() (rows int, err error), keep func(slot int, row int32) error) error {
	if l.keys == nil {
		l.keys = make([]*vector.Column, len(l.Request.Sort))
	}
	for {
		n, err := lay()
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return err
		}
		if err := l.Narrow(n); err != nil {
			return err
		}
		sel := l.Work.Sel
		if l.Filter == nil {
			l.Meter.RowsDecoded.Add(int64(len(sel)))
		}
		for k, key := range l.Request.Sort {
			if len(sel) == 0 {
				break
			}
			if l.keys[k] == nil {
				l.keys[k] = vector.New(l.Types[key.Ordinal], vector.Size)
			}
			if err := l.Decode(key.Ordinal, l.keys[k], sel, false); err != nil {
				return err
			}
			if k == 0 {
				l.alive = l.Top.Candidates(l.keys[0], sel, l.alive[:0])
				sel = l.alive
			}
		}
		for _, row := range sel {
			slot, ok, err := l.Top.Offer(l.keys, row)
			if err == nil && ok {
				err = keep(slot, row)
			}
			if err != nil {
				return err
			}
		}
	}
}

// Deliver decodes the wanted columns of the rows that passed into b.
func (l *Late) Deliver(b *vector.Batch, rows int) error {
	sel := l.Work.Sel
	if l.Limit >= 0 && int64(len(sel)) > l.Limit {
		sel = sel[:l.Limit]
	}
	if len(b.Cols) < len(l.Types) {
		b.Cols = append(b.Cols, make([]*vector.Column, len(l.Types)-len(b.Cols))...)
	}
	for _, want := range l.Request.Columns {
		out := b.Cols[want.Ordinal]
		if l.read != nil && l.read[want.Ordinal] && !want.Text && l.Top == nil {
			// The filter, or a join, had it decoded for these rows and more.
			b.Cols[want.Ordinal], l.Work.Cols[want.Ordinal] = l.Work.Cols[want.Ordinal], out
			continue
		}
		if out == nil || out.Type != l.Types[want.Ordinal] {
			out = vector.New(l.Types[want.Ordinal], 0)
			b.Cols[want.Ordinal] = out
		}
		if err := l.Decode(want.Ordinal, out, sel, want.Text); err != nil {
			return err
		}
	}
	b.SetLen(rows)
	if len(sel) < rows {
		b.Sel = append(b.Narrow(), sel...)
	}
	if l.Request.Rows {
		b.Rows = b.Rows[:0]
		for i := range rows {
			b.Rows = append(b.Rows, l.RowNumber(int32(i)))
		}
	} else {
		b.Rows = nil
	}
	if l.Limit > 0 {
		l.Limit -= int64(len(sel))
	}
	if l.Filter == nil && l.Sought == nil && l.Top == nil && len(l.Request.Columns) > 0 {
		l.Meter.RowsDecoded.Add(int64(len(sel)))
	}
	l.Meter.RowsKept.Add(int64(len(sel)))
	return nil
}
