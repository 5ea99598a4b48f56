package exec

import (
	"fmt"
	"strings"

	"howdah/catalog"
	"howdah/expr"
	"howdah/internal/ident"
	"howdah/pgerr"
	"howdah/types"
	"howdah/vector"
)

// TempWriter adds rows to a temporary table, whose constraints it looks after. What it has added is seen by nobody before
// a state of the session is made with Rows; after an error, [TempSpace.Keep] takes it away.
type TempWriter struct {
	Failed int32 // of the last Add: the row that an error is about; -1 = none in particular

	table  *catalog.TempTable
	env    *expr.Env
	rows   *TempRows
	store  *tempStore
	checks []*expr.Program
	skip   bool // rows whose keys are there already
	sel    []int32
	id     [1]int32
}

// NewTempWriter begins to add rows behind those that the table has. With skip, rows whose key is there are left out.
func NewTempWriter(x *catalog.TempTable, env *expr.Env, skip bool) (*TempWriter, error) {
	rows := x.Rows.(*TempRows)
	w := &TempWriter{table: x, env: env, rows: rows, store: rows.store, skip: skip, Failed: -1}
	if w.store.Len() > rows.end { // of a statement that failed
		w.store.cut(rows.end)
	}
	for _, c := range x.Checks {
		p, err := expr.Compile(c.Expr, env)
		if err != nil {
			return nil, err
		}
		w.checks = append(w.checks, p)
	}
	return w, w.openKeys()
}

// Add adds the selected rows: a column for each of the table's.
func (w *TempWriter) Add(cols []*vector.Column, sel []int32) error {
	w.Failed = -1
	if len(sel) == 0 {
		return nil
	}
	good, bad := w.check(cols, sel)
	taken, err := w.unique(cols, good)
	if err == nil {
		err = bad
	}
	if err != nil {
		return err
	}
	return w.store.Add(cols, taken)
}

// Rows is the table's rows with those added, and how many these are.
func (w *TempWriter) Rows() (all *TempRows, added int64) {
	end := w.store.Len()
	return &TempRows{space: w.rows.space, store: w.store, from: w.rows.from, end: end}, end - w.rows.end
}

// Added is the rows added alone.
func (w *TempWriter) Added() *TempRows {
	return &TempRows{space: w.rows.space, store: w.store, from: w.rows.end, end: w.store.Len()}
}

// check looks after NOT NULL and CHECK: it gives the rows before the first that breaks one, and the error of that.
func (w *TempWriter) check(cols []*vector.Column, sel []int32) (good []int32, err error) {
	first, column := len(sel), -1
	for c, def := range w.table.Columns {
		if !def.NotNull || !cols[c].HasNulls {
			continue
		}
		for k, i := range sel[:first] {
			if cols[c].Null(i) {
				first, column = k, c
				break
			}
		}
	}
	if column >= 0 {
		err = pgerr.New(pgerr.NotNullViolation, `null value in column "%s" of relation "%s" violates not-null constraint`, w.table.Columns[column].Name, w.table.Name).
			WithDetail("Failing row contains (%s).", w.rowText(cols, sel[first])).About(w.table.Schema, w.table.Name, w.table.Columns[column].Name, "")
		w.Failed = sel[first]
	}
	b := vector.Batch{Cols: cols}
	for _, i := range sel {
		b.N = max(b.N, int(i)+1)
	}
	for k, p := range w.checks {
		out, e := p.Eval(&b, sel[:first])
		if e != nil {
			return nil, e
		}
		for at, i := range sel[:first] {
			if !out.Null(i) && !out.Bools[i] {
				first = at
				w.Failed = i
				err = pgerr.New(pgerr.CheckViolation, `new row for relation "%s" violates check constraint "%s"`, w.table.Name, w.table.Checks[k].Name).
					WithDetail("Failing row contains (%s).", w.rowText(cols, i)).About(w.table.Schema, w.table.Name, "", w.table.Checks[k].Name)
				break
			}
		}
	}
	return sel[:first], err
}

// fieldBytes is how much of a value an error shows (ExecBuildSlotValueDescription).
const fieldBytes = 64

// rowText shows a row as errors do.
func (w *TempWriter) rowText(cols []*vector.Column, i int32) string {
	var out []string
	for _, c := range cols {
		if c.Null(i) {
			out = append(out, "null")
			continue
		}
		text := string(expr.AppendText(nil, c, i, w.env))
		if len(text) > fieldBytes {
			text = ident.Clip(text, fieldBytes) + "..."
		}
		out = append(out, text)
	}
	return strings.Join(out, ", ")
}

// keyIndex knows the keys of a store's first rows.
type keyIndex struct {
	seen *groups
	rows int64
	cols []*vector.Column
}

// openKeys makes the indexes of the table's keys know all its rows.
func (w *TempWriter) openKeys() error {
	s := w.store
	if len(w.table.Keys) == 0 || len(s.keys) > 0 && s.keys[0].rows == w.rows.end {
		return nil
	}
	s.forgetKeys()
	for _, k := range w.table.Keys {
		colls := make([]types.OID, len(k.Columns))
		for i, at := range k.Columns {
			colls[i] = w.table.Columns[at].Collation
		}
		s.keys = append(s.keys, &keyIndex{seen: newGroups(w.rows.space.space.Memory, colls), cols: make([]*vector.Column, len(k.Columns))})
	}
	in := s.Reader()
	in.GoTo(w.rows.from)
	var b vector.Batch
	for {
		n, err := in.upTo(&b, vector.Size, w.rows.end)
		if err != nil {
			return err
		}
		if n == 0 {
			break
		}
		if _, err := w.unique(b.Cols, b.Sel); err != nil {
			return err
		}
	}
	for _, k := range s.keys {
		k.rows = w.rows.end
	}
	return nil
}

// unique takes the rows whose keys are new. One that is there already is left out or is an error.
func (w *TempWriter) unique(cols []*vector.Column, sel []int32) ([]int32, error) {
	if len(w.table.Keys) == 0 {
		return sel, nil
	}
	w.sel = w.sel[:0]
	for _, i := range sel {
		clash := -1
		one := [1]int32{i}
		for k := range w.table.Keys {
			if w.keyOf(k, cols, i) {
				w.store.keys[k].seen.find(w.store.keys[k].cols, one[:], w.id[:])
				if w.id[0] >= 0 {
					clash = k
					break
				}
			}
		}
		if clash >= 0 {
			if w.skip {
				continue
			}
			w.Failed = i
			return nil, w.duplicate(w.table.Keys[clash], cols, i)
		}
		for k, idx := range w.store.keys {
			idx.rows = -1 // until Rows are the table's
			if w.keyOf(k, cols, i) {
				if _, err := idx.seen.assign(idx.cols, one[:], w.id[:], nil); err != nil {
					return nil, err
				}
			}
		}
		w.sel = append(w.sel, i)
	}
	return w.sel, nil
}

// keyOf puts a key's columns at hand; a row with a NULL among them has no key.
func (w *TempWriter) keyOf(k int, cols []*vector.Column, i int32) bool {
	for at, c := range w.table.Keys[k].Columns {
		if cols[c].Null(i) {
			return false
		}
		w.store.keys[k].cols[at] = cols[c]
	}
	return true
}

func (w *TempWriter) duplicate(k catalog.TempKey, cols []*vector.Column, i int32) error {
	var names, values []string
	for _, c := range k.Columns {
		names = append(names, w.table.Columns[c].Name)
		values = append(values, string(expr.AppendText(nil, cols[c], i, w.env)))
	}
	return pgerr.New(pgerr.UniqueViolation, `duplicate key value violates unique constraint "%s"`, k.Name).
		WithDetail("%s", fmt.Sprintf("Key (%s)=(%s) already exists.", strings.Join(names, ", "), strings.Join(values, ", "))).
		About(w.table.Schema, w.table.Name, "", k.Name)
}

// Done says that the rows added are the table's: the indexes know them.
func (w *TempWriter) Done() {
	for _, k := range w.store.keys {
		k.rows = w.store.Len()
	}
}
