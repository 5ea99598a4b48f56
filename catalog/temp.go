package catalog

import (
	"cmp"
	"context"
	"maps"
	"slices"
	"sync/atomic"

	"howdah/expr"
	"howdah/pgerr"
	"howdah/types"
	"howdah/vector"
)

// Temp is what one session has of temporary tables at one moment. It is immutable: every change makes another, so that a
// transaction goes back by taking the old one again, and a cursor keeps the one it was opened with.
type Temp struct {
	schema string // pg_temp_N
	tables map[string]*TempTable
	shape  int64 // another number for other definitions; rows do not count
}

// TempTable is a temporary table: its definition, and its rows at that moment. It is immutable too.
type TempTable struct {
	OID      types.OID
	Schema   string // set when the session gets it
	Name     string
	Columns  []TempColumn
	Dropped  []TempColumn // columns that there are no more: their numbers stay theirs
	Checks   []TempCheck  // sorted by name, as they are looked at
	Keys     []TempKey
	Indexes  []TempIndex
	OnCommit OnCommit
	Comment  string
	Rows     TempRows // nil until the table is made
}

// TempColumn is a column of a temporary table.
type TempColumn struct {
	Column
	Default       expr.Expr // of the column's type, without columns; nil = NULL
	DefaultPretty string    // the same without needless parentheses
	DefaultText   string    // as pg_get_expr shows it
}

// TempCheck is a CHECK constraint. Expr's Var.Col are indexes into Columns.
type TempCheck struct {
	Name   string
	Expr   expr.Expr
	Text   string // as pg_get_constraintdef shows the condition
	Pretty string // the same without needless parentheses
	Keys   []int16
}

// TempKey is a PRIMARY KEY or UNIQUE constraint.
type TempKey struct {
	OID     types.OID // of the index that PostgreSQL would have
	Name    string
	Columns []int // indexes into Columns
	Primary bool
}

// OnCommit is what becomes of a temporary table when its transaction is committed.
type OnCommit uint8

const (
	PreserveRows OnCommit = iota
	DeleteRows
	DropOnCommit
)

// TempRows are the rows of a temporary table at one moment. One goroutine of the session at a time.
type TempRows interface {
	Len() int64
	Bytes() int64 // in memory and on disk
	// Scan calls emit with batches of rows, columns as the table's, until it returns false. A batch is valid until emit
	// returns. Columns that are not listed (nil = all) may be nil.
	Scan(ctx context.Context, columns []int, emit func(*vector.Batch) bool) error
	// Reshape gives the rows with other columns.
	Reshape(ctx context.Context, columns []Reshaped) (TempRows, error)
	// Empty gives a table's rows of the same columns in which there are none.
	Empty() TempRows
}

// TempSchema begins a session: it has no temporary tables. n tells the session from the others.
func TempSchema(name string) *Temp { return &Temp{schema: name, tables: map[string]*TempTable{}} }

// shapes numbers the definitions of all sessions.
var shapes atomic.Int64

// Schema is the name of the schema of the session's temporary tables.
func (t *Temp) Schema() string { return t.schema }

// Used tells whether the session ever had a temporary table; from then on it has the schema.
func (t *Temp) Used() bool { return t != nil && t.shape != 0 }

func (t *Temp) schemaName() string {
	if t == nil {
		return ""
	}
	return t.schema
}

func (t *Temp) shapeNumber() int64 {
	if t == nil {
		return 0
	}
	return t.shape
}

// Table gives a table by name, or nil.
func (t *Temp) Table(name string) *TempTable {
	if t == nil {
		return nil
	}
	return t.tables[name]
}

// ByOID gives a table by its OID, or nil.
func (t *Temp) ByOID(oid types.OID) *TempTable {
	if t == nil {
		return nil
	}
	for _, x := range t.tables {
		if x.OID == oid {
			return x
		}
	}
	return nil
}

// All gives the tables sorted by name.
func (t *Temp) All() []*TempTable {
	if t == nil {
		return nil
	}
	return slices.SortedFunc(maps.Values(t.tables), func(a, b *TempTable) int { return cmp.Compare(a.Name, b.Name) })
}

func (t *Temp) changed(f func(map[string]*TempTable), shape bool) *Temp {
	c := &Temp{schema: t.schema, tables: maps.Clone(t.tables), shape: t.shape}
	f(c.tables)
	if shape {
		c.shape = shapes.Add(1)
	}
	return c
}

// With adds a table, or replaces its definition.
func (t *Temp) With(x *TempTable) *Temp {
	c := *x
	c.Schema = t.schema
	return t.changed(func(m map[string]*TempTable) { m[x.Name] = &c }, true)
}

// WithRows gives the table of that OID other rows.
func (t *Temp) WithRows(oid types.OID, rows TempRows) *Temp {
	return t.changed(func(m map[string]*TempTable) {
		for n, x := range m {
			if x.OID == oid {
				c := *x
				c.Rows = rows
				m[n] = &c
			}
		}
	}, false)
}

// Without drops a table.
func (t *Temp) Without(name string) *Temp {
	return t.changed(func(m map[string]*TempTable) { delete(m, name) }, true)
}

// Committed is what a commit leaves: ON COMMIT is done.
func (t *Temp) Committed() *Temp {
	if t == nil {
		return t
	}
	for _, x := range t.tables {
		switch {
		case x.OnCommit == DropOnCommit:
			t = t.Without(x.Name)
		case x.OnCommit == DeleteRows && x.Rows.Len() > 0:
			t = t.WithRows(x.OID, x.Rows.Empty())
		}
	}
	return t
}

// relation is the table as queries read it.
func (x *TempTable) relation(schema string) *Relation {
	r := &Relation{
		OID: x.OID, Schema: schema, Name: x.Name, Kind: RelTable, Comment: x.Comment,
		Rows: float64(x.Rows.Len()), Bytes: x.Rows.Bytes(), Temp: x, System: tempScan{x.OID},
	}
	for _, c := range x.Columns {
		r.Columns = append(r.Columns, c.Column)
	}
	named := func(n string) bool { return slices.ContainsFunc(r.Columns, func(c Column) bool { return c.Name == n }) }
	if !named("ctid") {
		r.Columns = append(r.Columns, Column{Column: types.Column{Name: "ctid", Type: types.Of(types.TidOID)}, AttNum: -1, Hidden: true, Role: SystemCtid})
	}
	if !named("tableoid") {
		r.Columns = append(r.Columns, Column{Column: types.Column{Name: "tableoid", Type: types.Of(types.OidOID)}, AttNum: -6, Hidden: true, Role: SystemTableOID})
	}
	return r
}

// lastNumber is the highest number that a column has or had.
func (x *TempTable) lastNumber() int16 {
	n := int16(0)
	for _, list := range [][]TempColumn{x.Columns, x.Dropped} {
		for _, c := range list {
			n = max(n, c.AttNum)
		}
	}
	return n
}

// numbered is the index of the column of that number, or -1.
func (x *TempTable) numbered(n int16) int {
	return slices.IndexFunc(x.Columns, func(c TempColumn) bool { return c.AttNum == n })
}

// tempScan reads a temporary table: the rows that it has in the view of whoever asks.
type tempScan struct{ oid types.OID }

// Scan implements SystemTable.
func (s tempScan) Scan(ctx context.Context, ses Session, r SystemRequest, emit func(*vector.Batch) bool) error {
	v, ok := ses.View().(*view)
	if !ok {
		return pgerr.New(pgerr.InternalError, "temporary tables belong to a session")
	}
	x := v.temp.ByOID(s.oid)
	if x == nil {
		return pgerr.New(pgerr.UndefinedTable, "temporary table with OID %d does not exist", s.oid)
	}
	return x.Scan(ctx, x.Rows, r.Columns, emit)
}

// Scan reads rows of the table with its system columns behind them, as Relation.Columns has them.
func (x *TempTable) Scan(ctx context.Context, rows TempRows, columns []int, emit func(*vector.Batch) bool) error {
	rel := x.relation("")
	wanted := func(i int) bool { return columns == nil || slices.Contains(columns, i) }
	var own []int
	for i := range x.Columns {
		if wanted(i) {
			own = append(own, i)
		}
	}
	if own == nil {
		own = []int{}
	}
	out := vector.Batch{Cols: make([]*vector.Column, len(rel.Columns))}
	row := int64(0)
	return rows.Scan(ctx, own, func(b *vector.Batch) bool {
		copy(out.Cols, b.Cols[:len(x.Columns)])
		out.N, out.Sel = b.N, b.Sel
		for i := len(x.Columns); i < len(rel.Columns); i++ {
			if !wanted(i) {
				continue
			}
			if out.Cols[i] == nil {
				out.Cols[i] = vector.New(rel.Columns[i].Type, 0)
			}
			c := out.Cols[i]
			c.Reset()
			c.Resize(b.N)
			for k := range b.N {
				if rel.Columns[i].Role == SystemTableOID {
					c.Ints[k] = int64(x.OID)
				} else {
					c.SetBytes(int32(k), TempCtid(row+int64(k)))
				}
			}
		}
		row += int64(b.N)
		return emit(&out)
	})
}

// tidRows is how many rows a block of a ctid has.
const tidRows = 256

// TempCtid is the ctid of a row, counted from 0.
func TempCtid(row int64) []byte {
	return types.AppendTid(nil, uint32(row/tidRows), uint16(row%tidRows)+1)
}

// TempRow is the row of a ctid.
func TempRow(tid []byte) int64 {
	block, offset := types.TidParts(tid)
	return int64(block)*tidRows + int64(offset) - 1
}

// Permanent is a view, and a search path, without the session's temporary tables: what the query of a view sees.
func Permanent(v View, path []string) (View, []string) {
	own, ok := v.(*view)
	if !ok || !own.temp.Used() {
		return v, path
	}
	return own.cat.viewOf(own.st, own.user, own.snap), slices.DeleteFunc(slices.Clone(path), func(s string) bool { return s == own.temp.schema })
}
