package pushdown

import (
	"howdah/expr"
	"howdah/internal/meter"
	"howdah/types"
	"howdah/vector"
)

// Late materialises late for a reader that lays rows out before it decodes them: the filter's columns first, the wanted
// ones of the rows that pass then. It belongs to one reader.
type Late struct {
	Request *Request
	Filter  *Filter      // nil = every row passes
	Types   []types.Type // of the file's columns
	Meter   *meter.Scan
	Limit   int64 // rows still to be given; -1 = all
	TopN    bool  // rows are laid out anew for delivery: what the filter had decoded is of other rows
	// Decode decodes a column of the rows selected among those laid out, as canonical text where that is welcome.
	Decode func(ordinal int, out *vector.Column, sel []int32, text bool) error
	// RowNumber is the record number of a row laid out.
	RowNumber func(row int32) int64

	Work     vector.Batch // what the filter sees; Work.Sel are the rows that pass
	filtered []bool       // per column: the filter reads it
}

// NewLate makes a Late for what was answered. The reader sets Decode, RowNumber and Types.
func NewLate(r *Request, a Answer, env *expr.Env, m *meter.Scan) (Late, error) {
	f, err := NewFilter(r, a, env)
	l := Late{Request: r, Filter: f, Meter: m, Limit: -1}
	if a.Limit == Exact {
		l.Limit = r.Limit
	}
	return l, err
}

// Narrow applies the filter to the rows laid out: Work.Sel are those that pass.
func (l *Late) Narrow(rows int) error {
	w := &l.Work
	w.SetLen(rows)
	if l.Filter == nil {
		return nil
	}
	l.Meter.RowsDecoded.Add(int64(rows))
	if w.Cols == nil {
		w.Cols = make([]*vector.Column, len(l.Types))
		l.filtered = make([]bool, len(l.Types))
		for _, c := range l.Filter.Columns() {
			l.filtered[c] = true
		}
	}
	return l.Filter.Apply(w, func(ordinal int, sel []int32) error {
		if w.Cols[ordinal] == nil {
			w.Cols[ordinal] = vector.New(l.Types[ordinal], vector.Size)
		}
		return l.Decode(ordinal, w.Cols[ordinal], sel, false)
	})
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
		if l.filtered != nil && l.filtered[want.Ordinal] && !want.Text && !l.TopN {
			// The filter had it decoded for these rows and more.
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
	if l.Filter == nil && len(l.Request.Columns) > 0 {
		l.Meter.RowsDecoded.Add(int64(len(sel)))
	}
	l.Meter.RowsKept.Add(int64(len(sel)))
	return nil
}
