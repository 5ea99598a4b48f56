package catalog

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"

	"howdah/internal/pgdata"
	"howdah/internal/textsearch"
	"howdah/types"
	"howdah/vector"
)

// systemTable gives what fills a system relation: PostgreSQL's own rows, followed by those of this server's objects. A
// view that nothing here fills is nil: it is its definition over the tables. What PostgreSQL has and this server never
// does (triggers, publications, …) is empty.
func systemTable(n name, r *Relation) SystemTable {
	fill := systemFills[n.schema+"."+n.name]
	if fill == nil && r.Kind == RelView {
		return nil
	}
	return &systemRows{rel: r, fill: fill}
}

// systemRows is a SystemTable: constant rows, parsed once, then rows made for the session that asks.
type systemRows struct {
	rel  *Relation
	fill func(w *rowWriter) error

	once     sync.Once
	constant []*vector.Batch
}

// Scan implements SystemTable.
func (t *systemRows) Scan(ctx context.Context, s Session, r SystemRequest, emit func(*vector.Batch) bool) error {
	t.once.Do(t.parse)
	for _, b := range t.constant {
		if !emit(b) {
			return nil
		}
	}
	if t.fill == nil {
		return nil
	}
	w := &rowWriter{Context: ctx, Session: s, rel: t.rel, req: r, emit: emit, col: map[string]int{}}
	for i, c := range t.rel.Columns {
		w.col[c.Name] = i
	}
	if err := t.fill(w); err != nil {
		return err
	}
	w.flush()
	return ctx.Err()
}

// parse turns PostgreSQL's own rows into batches. They are part of the program: one that does not parse is a bug.
func (t *systemRows) parse() {
	if t.rel.Schema != "pg_catalog" || t.rel.Kind != RelTable {
		return
	}
	names, rows := pgdata.Rows(t.rel.Name)
	if t.rel.Name == "pg_authid" { // but for the superuser that initdb made: he has another name here
		rows = slices.DeleteFunc(slices.Clone(rows), func(r []string) bool { return parseOID(r[0]) == bootstrapRole })
	}
	if strings.HasPrefix(t.rel.Name, "pg_ts_") { // not every language's stemmer is here
		rows = slices.DeleteFunc(slices.Clone(rows), func(r []string) bool { return !textsearch.Carried(t.rel.Name, names, r) })
	}
	at := make([]int, len(names)) // ordinal in the relation, -1 = not there
	for i, n := range names {
		at[i] = -1
		for j, c := range t.rel.Columns {
			if c.Name == n {
				at[i] = j
			}
		}
	}
	for len(rows) > 0 {
		n := min(len(rows), vector.Size)
		b := newSystemBatch(t.rel)
		for i, row := range rows[:n] {
			for _, c := range b.Cols {
				c.SetNull(int32(i))
			}
			for k, text := range row {
				if at[k] < 0 || text == pgdata.Null {
					continue
				}
				c := b.Cols[at[k]]
				read := c.Type
				if read.OID == types.ACLItemArrayOID {
					read = types.Of(types.TextArrayOID)
				}
				d, err := types.ParseText(read, []byte(text), types.DefaultStyle())
				if d.Array != nil {
					d.Array.Elem = types.ElemOf(c.Type.OID)
				}
				if err != nil && c.Kind == types.KindBytes { // types of the catalogs alone (pg_node_tree): shown as they stand
					d, err = types.Datum{Bytes: []byte(text)}, nil
				}
				if err != nil {
					panic(fmt.Sprintf("catalog: %s.%s: %q: %v", t.rel.Name, names[k], text, err))
				}
				c.Nulls[i] = false
				c.Set(int32(i), d)
			}
			setTableOID(t.rel, b, int32(i))
		}
		b.SetLen(n)
		t.constant = append(t.constant, b)
		rows = rows[n:]
	}
}

func newSystemBatch(r *Relation) *vector.Batch {
	b := &vector.Batch{}
	for _, c := range r.Columns {
		b.Cols = append(b.Cols, vector.New(c.Type, vector.Size))
	}
	return b
}

func setTableOID(r *Relation, b *vector.Batch, i int32) {
	if r.Kind != RelTable {
		return
	}
	last := len(b.Cols) - 1
	b.Cols[last].Nulls[i] = false
	b.Cols[last].Ints[i] = int64(r.OID)
}

// rowWriter makes rows of a system relation column by column; what is not set is NULL, or the type's zero where the
// column is NOT NULL.
type rowWriter struct {
	context.Context
	Session
	rel   *Relation
	req   SystemRequest
	col   map[string]int
	emit  func(*vector.Batch) bool
	batch *vector.Batch
	n     int32
	full  bool // the reader wants no more
}

// wants tells whether any of the columns is looked at.
func (w *rowWriter) wants(columns ...string) bool {
	return w.req.Columns == nil || slices.ContainsFunc(w.req.Columns, func(i int) bool { return slices.Contains(columns, w.rel.Columns[i].Name) })
}

// only gives the values of a column that are wanted; ok is false where all are, or column is "".
func (w *rowWriter) only(column string) (values []types.Datum, ok bool) {
	if column != "" {
		values, ok = w.req.Only[w.col[column]]
	}
	return values, ok
}

// row begins a row.
func (w *rowWriter) row() *rowWriter {
	if w.batch != nil && int(w.n) == vector.Size {
		w.flush()
	}
	if w.batch == nil {
		w.batch, w.n = newSystemBatch(w.rel), 0
	}
	for i, c := range w.rel.Columns {
		col := w.batch.Cols[i]
		if !c.NotNull {
			col.SetNull(w.n)
			continue
		}
		d := types.Datum{}
		switch col.Kind {
		case types.KindArray:
			d.Array = &types.Array{Elem: types.ElemOf(c.Type.OID)}
		}
		col.Set(w.n, d)
	}
	setTableOID(w.rel, w.batch, w.n)
	w.n++
	return w
}

func (w *rowWriter) flush() {
	if w.batch == nil || w.n == 0 {
		return
	}
	w.batch.SetLen(int(w.n))
	if !w.full && !w.emit(w.batch) {
		w.full = true
	}
	w.batch, w.n = nil, 0
}

func (w *rowWriter) set(column string, d types.Datum) *rowWriter {
	i, ok := w.col[column]
	if !ok {
		panic("catalog: no column " + column + " in " + w.rel.Name)
	}
	c := w.batch.Cols[i]
	c.Nulls[w.n-1] = false
	c.Set(w.n-1, d)
	return w
}

func (w *rowWriter) text(column, v string) *rowWriter {
	return w.set(column, types.Datum{Bytes: []byte(v)})
}

// words sets a text column, or leaves it NULL where v is empty.
func (w *rowWriter) words(column, v string) *rowWriter {
	if v == "" {
		return w
	}
	return w.text(column, v)
}

func (w *rowWriter) int(column string, v int64) *rowWriter { return w.set(column, types.Datum{Int: v}) }
func (w *rowWriter) oid(column string, v types.OID) *rowWriter {
	return w.set(column, types.Datum{Int: int64(v)})
}
func (w *rowWriter) char(column string, v byte) *rowWriter {
	return w.set(column, types.Datum{Int: int64(v)})
}
func (w *rowWriter) bool(column string, v bool) *rowWriter {
	return w.set(column, types.Datum{Bool: v})
}
func (w *rowWriter) float(column string, v float64) *rowWriter {
	return w.set(column, types.Datum{Float: v})
}

// texts sets a text[] column.
func (w *rowWriter) texts(column string, v []string) *rowWriter {
	a := &types.Array{Elem: types.TextOID}
	if len(v) > 0 {
		a.Dims = []types.Dim{{Len: int32(len(v)), Lower: 1}}
	}
	for _, s := range v {
		a.Elems = append(a.Elems, types.Datum{Bytes: []byte(s)})
	}
	return w.set(column, types.Datum{Array: a})
}
