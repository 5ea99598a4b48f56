package exec

import (
	"context"
	"slices"

	"howdah/catalog"
	"howdah/expr"
	"howdah/internal/budget"
	"howdah/plan"
	"howdah/types"
	"howdah/vector"
)

// Changed is what a change of a temporary table came to.
type Changed struct {
	Rows  catalog.TempRows // the table's from now on
	Count int64            // rows inserted, updated or deleted
	// Each of them as RETURNING sees it: what was inserted, what became of what was updated, what was deleted.
	Returned catalog.TempRows
}

// Change runs an INSERT, UPDATE or DELETE to its end. x is the table as the session has it; it stays as it is, and after
// an error the session's TempSpace holds rows that nobody needs.
func Change(ctx context.Context, c *plan.Change, x *catalog.TempTable, env *expr.Env, rt Runtime) (*Changed, error) {
	cur, err := Run(ctx, c.Query, env, rt)
	if err != nil {
		return nil, err
	}
	defer cur.Close()
	if c.Kind == plan.InsertRows {
		return Insert(cur, x, env, c.SkipDuplicates)
	}
	return rewrite(cur, c, x, env)
}

// Insert adds a query's rows to a table.
func Insert(cur *Cursor, x *catalog.TempTable, env *expr.Env, skip bool) (*Changed, error) {
	w, err := NewTempWriter(x, env, skip)
	if err != nil {
		return nil, err
	}
	if err := drain(cur, w.Add); err != nil {
		return nil, err
	}
	w.Done()
	out := &Changed{Returned: w.Added()}
	out.Rows, out.Count = w.Rows()
	return out, nil
}

// rewrite makes a table's rows anew: those that are not found as they were, then those that an UPDATE gives.
func rewrite(cur *Cursor, c *plan.Change, x *catalog.TempTable, env *expr.Env) (*Changed, error) {
	old := x.Rows.(*TempRows)
	found := make([]uint64, old.Len()/64+1)
	fresh := *x
	fresh.Keys = nil // which are looked after by themselves
	fresh.Rows = old.Empty()
	updated, err := NewTempWriter(&fresh, env, false)
	if err != nil {
		return nil, err
	}
	moved, err := newRekey(cur.ctx, x, c.Set)
	if err != nil {
		return nil, err
	}
	if moved != nil {
		defer moved.release()
	}
	done := func(row int64) bool { return found[row/64]&(1<<(row%64)) != 0 }
	out := &Changed{}
	tid := len(cur.Columns()) - 1 - c.Joined
	var wide *TempRows // what is returned with what it was joined with
	if c.Joined > 0 {
		wide = old.space.empty(joinedTypes(cur, tid))
	}
	for {
		b, err := cur.Next()
		if err != nil {
			return nil, err
		}
		if b == nil {
			break
		}
		sel := make([]int32, 0, len(b.Sel))
		for _, i := range b.Sel {
			row := catalog.TempRow(b.Cols[tid].Bytes(i))
			if done(row) {
				continue // joined with several rows: the first one counts
			}
			found[row/64] |= 1 << (row % 64)
			sel = append(sel, i)
			if moved == nil {
				continue
			}
			clash, err := moved.move(b.Cols, i, row, done)
			if err != nil {
				return nil, err
			}
			if clash != nil {
				if err := updated.Add(b.Cols[:tid], sel); err != nil { // what is wrong with the rows before comes first
					return nil, err
				}
				return nil, updated.duplicate(*clash, b.Cols, i)
			}
		}
		out.Count += int64(len(sel))
		if c.Kind == plan.UpdateRows {
			if err := updated.Add(b.Cols[:tid], sel); err != nil {
				return nil, err
			}
		}
		if wide != nil {
			if err := wide.append(slices.Concat(b.Cols[:tid], b.Cols[tid+1:]), sel); err != nil {
				return nil, err
			}
		}
	}
	if out.Count == 0 {
		if out.Rows, out.Returned = old, old.Empty(); wide != nil {
			out.Returned = wide
		}
		return out, nil
	}
	kept, gone := old.Empty().(*TempRows), old.Empty().(*TempRows)
	if err := part(cur.ctx, old, found, kept, gone, c.Kind == plan.DeleteRows && c.Returning != nil && wide == nil); err != nil {
		return nil, err
	}
	out.Returned = gone
	if c.Kind == plan.UpdateRows {
		added := updated.Added()
		out.Returned = added
		if err := copyRows(cur.ctx, added, kept); err != nil {
			return nil, err
		}
	}
	out.Rows = kept
	if wide != nil {
		out.Returned = wide
	}
	return out, nil
}

// joinedTypes are the types of a change's rows but for where they stand.
func joinedTypes(cur *Cursor, tid int) []types.Type {
	var ts []types.Type
	for i, c := range cur.Columns() {
		if i != tid {
			ts = append(ts, c.Type)
		}
	}
	return ts
}

// part copies rows to kept or, if they were found and are wanted, to gone.
func part(ctx context.Context, from *TempRows, found []uint64, kept, gone *TempRows, wanted bool) error {
	row := int64(0)
	var stay, leave []int32
	return from.each(ctx, func(b *vector.Batch) error {
		stay, leave = stay[:0], leave[:0]
		for _, i := range b.Sel {
			if found[row/64]&(1<<(row%64)) != 0 {
				leave = append(leave, i)
			} else {
				stay = append(stay, i)
			}
			row++
		}
		if err := kept.append(b.Cols, stay); err != nil || !wanted {
			return err
		}
		return gone.append(b.Cols, leave)
	})
}

func copyRows(ctx context.Context, from, to *TempRows) error {
	return from.each(ctx, func(b *vector.Batch) error { return to.append(b.Cols, b.Sel) })
}

// each hands all rows to take, until it fails.
func (r *TempRows) each(ctx context.Context, take func(*vector.Batch) error) error {
	var failed error
	err := r.Scan(ctx, nil, func(b *vector.Batch) bool {
		failed = take(b)
		return failed == nil
	})
	if failed != nil {
		return failed
	}
	return err
}

// append adds rows while nobody else has them yet.
func (r *TempRows) append(cols []*vector.Column, sel []int32) error {
	if len(sel) == 0 {
		return nil
	}
	err := r.store.Add(cols, sel)
	r.end = r.store.Len()
	return err
}

// Kept is a result that was computed to its end and can be read at leisure.
type Kept struct {
	store  *Store
	in     *StoreReader
	out    vector.Batch
	budget *budget.Budget
}

// Keep runs a query to its end. What it holds is taken from the runtime's budget, which the result closes.
func Keep(ctx context.Context, q *plan.Query, env *expr.Env, rt Runtime) (*Kept, error) {
	cur, err := Run(ctx, q, env, rt)
	if err != nil {
		return nil, err
	}
	defer cur.Close()
	var ts []types.Type
	for _, c := range cur.Columns() {
		ts = append(ts, c.Type)
	}
	k := &Kept{store: NewStore(ts, rt.space()), budget: rt.Budget}
	if err := drain(cur, k.store.Add); err != nil {
		k.store.Release()
		return nil, err
	}
	k.in = k.store.Reader()
	return k, nil
}

// Next gives the next batch, nil at the end.
func (k *Kept) Next() (*vector.Batch, error) {
	n, err := k.in.Next(&k.out, vector.Size)
	if n == 0 || err != nil {
		return nil, err
	}
	return &k.out, nil
}

// Rewind goes before the first row.
func (k *Kept) Rewind() error {
	k.in.GoTo(0)
	return nil
}

// Close gives the rows back.
func (k *Kept) Close() error {
	k.store.Release()
	k.budget.Close()
	return nil
}
