package exec

import (
	"context"

	"howdah/catalog"
	"howdah/expr"
	"howdah/types"
	"howdah/vector"
)

// TempSpace is where a session's temporary tables keep their rows. One goroutine of the session at a time.
type TempSpace struct {
	space Space
	all   map[*tempStore]bool
}

// tempStore keeps rows that tables, transactions to go back to and cursors may have in common: each sees a beginning of
// it, of its own length.
type tempStore struct {
	*Store
	types []types.Type
	keys  []*keyIndex
}

// NewTempSpace makes a place for rows. The caller closes it.
func NewTempSpace(space Space) *TempSpace {
	return &TempSpace{space: space, all: map[*tempStore]bool{}}
}

// Rows gives a new table its rows: none.
func (s *TempSpace) Rows(x *catalog.TempTable) *TempRows {
	ts := make([]types.Type, len(x.Columns))
	for i, c := range x.Columns {
		ts[i] = c.Type
	}
	return s.empty(ts)
}

func (s *TempSpace) empty(ts []types.Type) *TempRows {
	store := &tempStore{Store: NewStore(ts, s.space), types: ts}
	s.all[store] = true
	return &TempRows{space: s, store: store}
}

// Keep gives back all rows that none of the states has.
func (s *TempSpace) Keep(states ...*catalog.Temp) {
	longest := map[*tempStore]int64{}
	for _, t := range states {
		for _, x := range t.All() {
			r := x.Rows.(*TempRows)
			longest[r.store] = max(longest[r.store], r.end)
		}
	}
	for store := range s.all {
		n, needed := longest[store]
		switch {
		case !needed:
			store.release()
			delete(s.all, store)
		case n < store.Len():
			store.cut(n)
		}
	}
}

// Close gives everything back.
func (s *TempSpace) Close() { s.Keep() }

func (t *tempStore) release() {
	t.forgetKeys()
	t.Release()
}

// cut drops the rows from n on.
func (t *tempStore) cut(n int64) {
	t.forgetKeys()
	t.Truncate(n)
}

func (t *tempStore) forgetKeys() {
	for _, k := range t.keys {
		k.seen.release()
	}
	t.keys = nil
}

// TempRows are rows [from, end) of a store. It implements catalog.TempRows, and is as immutable as that.
type TempRows struct {
	space     *TempSpace
	store     *tempStore
	from, end int64
}

var _ catalog.TempRows = (*TempRows)(nil)

// Len implements catalog.TempRows.
func (r *TempRows) Len() int64 { return r.end - r.from }

// Bytes implements catalog.TempRows.
func (r *TempRows) Bytes() int64 {
	n := r.store.mem.held
	if r.store.file != nil {
		n += r.store.file.Size()
	}
	return n
}

// Empty implements catalog.TempRows.
func (r *TempRows) Empty() catalog.TempRows { return r.space.empty(r.store.types) }

// Scan implements catalog.TempRows.
func (r *TempRows) Scan(ctx context.Context, _ []int, emit func(*vector.Batch) bool) error {
	in := r.store.Reader()
	in.GoTo(r.from)
	var b vector.Batch
	for {
		if err := canceled(ctx); err != nil {
			return err
		}
		n, err := in.upTo(&b, vector.Size, r.end)
		if n == 0 || err != nil {
			return err
		}
		if !emit(&b) {
			return nil
		}
	}
}

// Reshape implements catalog.TempRows.
func (r *TempRows) Reshape(ctx context.Context, columns []catalog.Reshaped) (catalog.TempRows, error) {
	ts := make([]types.Type, len(columns))
	programs := make([]*expr.Program, len(columns))
	for i, c := range columns {
		ts[i] = c.Type
		if c.From < 0 && c.Value != nil {
			p, err := expr.Compile(c.Value, &expr.Env{Ctx: ctx, Style: types.DefaultStyle()})
			if err != nil {
				return nil, err
			}
			programs[i] = p
		}
	}
	out := r.space.empty(ts)
	cols := make([]*vector.Column, len(columns))
	var failed error
	err := r.Scan(ctx, nil, func(b *vector.Batch) bool {
		for i, c := range columns {
			switch {
			case c.From >= 0:
				cols[i] = b.Cols[c.From]
			case programs[i] != nil:
				if cols[i], failed = programs[i].Eval(&vector.Batch{N: b.N, Sel: b.Sel}, b.Sel); failed != nil {
					return false
				}
			default:
				cols[i] = vector.New(c.Type, b.N)
				for k := range b.N {
					cols[i].SetNull(int32(k))
				}
			}
		}
		failed = out.append(cols, b.Sel)
		return failed == nil
	})
	if failed != nil {
		err = failed
	}
	return out, err
}
