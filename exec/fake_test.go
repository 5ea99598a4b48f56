package exec_test

import (
	"context"
	"fmt"
	"io"
	"iter"
	"slices"
	"strings"
	"testing"
	"time"

	pg "github.com/pganalyze/pg_query_go/v6"

	"howdah/catalog"
	"howdah/exec"
	"howdah/expr"
	"howdah/formats"
	"howdah/pgerr"
	"howdah/plan"
	"howdah/pushdown"
	"howdah/sources"
	"howdah/sql"
	"howdah/types"
	"howdah/vector"
)

// memory is a catalog of tables that tests fill, read through a format and a source of their own, so that scans take
// the same way as over files.
type memory struct {
	rels  []*catalog.Relation
	snap  *sources.Snapshot
	next  types.OID
	claim pushdown.Verdict
}

func newMemory() *memory { return &memory{snap: sources.NewSnapshot(), next: 16384} }

func (m *memory) Lookup(_ context.Context, path []string, schema, name string) (*catalog.Relation, error) {
	for _, r := range m.rels {
		if r.Name == name && (schema == "" || r.Schema == schema) {
			return r, nil
		}
	}
	if schema != "" {
		name = schema + "." + name
	}
	return nil, pgerr.New(pgerr.UndefinedTable, `relation "%s" does not exist`, name)
}

func (m *memory) ByOID(_ context.Context, oid types.OID) (*catalog.Relation, error) {
	for _, r := range m.rels {
		if r.OID == oid {
			return r, nil
		}
	}
	return nil, nil
}

func (m *memory) Relations(context.Context, string, bool) ([]*catalog.Relation, error) {
	return m.rels, nil
}
func (m *memory) Schemas() []catalog.Schema   { return nil }
func (m *memory) Snapshot() *sources.Snapshot { return m.snap }

// memSource has one object per part of a table.
type memSource struct {
	name  string
	parts int
}

func (s memSource) ID() string     { return "mem:" + s.name }
func (s memSource) Scheme() string { return "file" }
func (s memSource) Remote() bool   { return false }
func (s memSource) List(context.Context, string) iter.Seq2[sources.Info, error] {
	return func(yield func(sources.Info, error) bool) {
		for i := range s.parts {
			path := fmt.Sprintf("/mem/%s/part=%d/data", s.name, i)
			if !yield(sources.Info{Path: path, Key: path, Size: 10, Version: "v1", Modified: time.Unix(1700000000, 0)}, nil) {
				return
			}
		}
	}
}
func (s memSource) Stat(context.Context, string) (sources.Info, error) { return sources.Info{}, io.EOF }
func (s memSource) OpenRange(context.Context, sources.Info, int64, int64) (io.ReadCloser, error) {
	return nil, io.EOF
}

// memFormat reads a table's rows out of memory; the part's number stands in the object's path.
type memFormat struct {
	m    *memory
	name string
	rows []*[][]types.Datum // per part
}

func (f *memFormat) Spec() formats.Spec { return formats.Spec{Name: "memory"} }
func (f *memFormat) Infer(*formats.Input, formats.Options) (formats.Inference, error) {
	return formats.Inference{}, nil
}

func (f *memFormat) Offer(_ types.Schema, _ formats.Options, r *pushdown.Request) pushdown.Answer {
	a := r.RefuseAll()
	for i := range a.Quals {
		a.Quals[i] = f.m.claim
	}
	if f.m.claim == pushdown.Exact && r.Limit >= 0 && len(r.Sort) == 0 {
		a.Limit = pushdown.Exact
	}
	return a
}

func (f *memFormat) Open(in *formats.Input, s *formats.Scan) (formats.Reader, error) {
	var part int
	fmt.Sscanf(in.Info().Path, "/mem/"+f.name+"/part=%d/data", &part)
	r := &memReader{f: f, s: s, part: part}
	if len(s.Request.Quals) > 0 && s.Answer.Quals[0] != pushdown.Refused {
		var err error
		if r.filter, err = expr.CompileFilter(s.Request.Quals, s.Env); err != nil {
			return nil, err
		}
	}
	r.left = -1
	if s.Answer.Limit == pushdown.Exact {
		r.left = s.Request.Limit
	}
	in.Meter().Requests.Add(1)
	return r, nil
}

// Sheet names the part.
func (r *memReader) Sheet() string { return fmt.Sprintf("Part %d", r.part) }

type memReader struct {
	f      *memFormat
	s      *formats.Scan
	part   int
	at     int
	left   int64
	filter *expr.Filter
	flip   bool
}

func (r *memReader) Next(b *vector.Batch) error {
	rows := *r.f.rows[r.part]
	for r.at < len(rows) && r.left != 0 {
		n := min(b.Cap(), len(rows)-r.at)
		b.Reset()
		work := vector.Batch{Cols: make([]*vector.Column, len(r.s.Schema.Columns))}
		fill := func(o int, c *vector.Column) {
			c.Resize(n)
			for i := range n {
				d := rows[r.at+i][o]
				switch {
				case d.Null:
					c.SetNull(int32(i))
				case c.Form == vector.CanonicalText:
					c.SetBytes(int32(i), types.AppendText(nil, c.Type, &d, types.DefaultStyle()))
				default:
					c.Set(int32(i), d)
				}
			}
		}
		for o, c := range r.s.Schema.Columns {
			work.Cols[o] = vector.New(c.Type, n)
			fill(o, work.Cols[o])
		}
		work.SetLen(n)
		if r.filter != nil {
			if err := r.filter.Apply(&work); err != nil {
				return err
			}
		}
		for _, w := range r.s.Sought {
			var keys []*vector.Column
			for _, o := range w.Ordinals {
				keys = append(keys, work.Cols[o])
			}
			if len(work.Sel) > 0 {
				work.Sel = w.Keep(keys, work.Sel, work.Narrow())
			}
		}
		r.flip = !r.flip
		for _, c := range r.s.Request.Columns {
			col := b.Cols[c.Ordinal]
			col.Form = vector.Values
			if c.Text && r.flip { // every other batch, so that forms mix
				col.Form = vector.CanonicalText
			}
			fill(c.Ordinal, col)
		}
		if r.s.Request.Rows {
			b.Rows = b.Rows[:0]
			for i := range n {
				b.Rows = append(b.Rows, int64(r.at+i+1))
			}
		}
		b.SetLen(n)
		b.Sel = slices.Clone(work.Sel)
		r.at += n
		if r.left >= 0 && int64(len(b.Sel)) > r.left {
			b.Sel = b.Sel[:r.left]
		}
		if r.left >= 0 {
			r.left -= int64(len(b.Sel))
		}
		if len(b.Sel) > 0 {
			return nil
		}
	}
	b.Reset()
	return io.EOF
}

func (r *memReader) Close() error { return nil }

// parts is how many objects a test's table is spread over.
const parts = 3

// define runs CREATE TABLE, INSERT and CREATE VIEW of a test script.
func (m *memory) define(t testing.TB, text string) {
	t.Helper()
	stmts, err := sql.Parse(text)
	if err != nil {
		t.Fatalf("%s: %v", text, err)
	}
	for _, s := range stmts {
		switch n := s.Node.Node.(type) {
		case *pg.Node_CreateStmt:
			m.createTable(t, n.CreateStmt)
		case *pg.Node_InsertStmt:
			m.insert(t, s, n.InsertStmt)
		case *pg.Node_ViewStmt:
			m.createView(t, s, n.ViewStmt)
		default:
			t.Fatalf("test scripts cannot %s", s.Text)
		}
	}
}

func (m *memory) createTable(t testing.TB, c *pg.CreateStmt) {
	t.Helper()
	name := c.Relation.Relname
	f := &memFormat{m: m, name: name}
	for range parts {
		f.rows = append(f.rows, &[][]types.Datum{})
	}
	rel := &catalog.Relation{OID: m.next, Schema: "public", Name: name, Kind: catalog.RelTable, Rows: 100, Bytes: 10000}
	m.next++
	var file types.Schema
	for i, e := range c.TableElts {
		d := e.GetColumnDef()
		var names []string
		for _, n := range d.TypeName.Names {
			names = append(names, n.GetString_().GetSval())
		}
		var mods []int32
		for _, n := range d.TypeName.Typmods {
			mods = append(mods, n.GetAConst().GetIval().GetIval())
		}
		typ, err := expr.TypeByName(names, mods, len(d.TypeName.ArrayBounds) > 0)
		if err != nil {
			t.Fatal(err)
		}
		col := types.Column{Name: d.Colname, Type: typ}
		if k := types.KindOf(typ.OID); k == types.KindBytes && typ.OID != types.ByteaOID && typ.OID != types.UUIDOID && typ.OID != types.JSONOID && typ.OID != types.JSONBOID {
			col.Collation = types.CCollation
		}
		file.Columns = append(file.Columns, col)
		rel.Columns = append(rel.Columns, catalog.Column{Column: col, AttNum: int16(i + 1), Ordinal: i})
	}
	hidden := func(name string, oid types.OID, role catalog.ColumnRole) {
		rel.Columns = append(rel.Columns, catalog.Column{Column: types.Column{Name: name, Type: types.Of(oid)}, Hidden: true, Role: role})
	}
	hidden("_path", types.TextOID, catalog.HiddenPath)
	hidden("_sheet", types.TextOID, catalog.HiddenSheet)
	hidden("_row", types.Int8OID, catalog.HiddenRow)
	hidden("ctid", types.TidOID, catalog.SystemCtid)
	hidden("tableoid", types.OidOID, catalog.SystemTableOID)
	rel.File = &catalog.FileTable{Source: memSource{name, parts}, Pattern: name, Format: f, Schema: file}
	m.rels = append(m.rels, rel)
}

// insert spreads the rows of an INSERT … VALUES or SELECT over the table's parts, in order.
func (m *memory) insert(t testing.TB, s sql.Statement, ins *pg.InsertStmt) {
	t.Helper()
	rel, err := m.Lookup(context.Background(), nil, "", ins.Relation.Relname)
	if err != nil {
		t.Fatal(err)
	}
	q, err := plan.PrepareSelect(context.Background(), ins.SelectStmt.GetSelectStmt(), s, m, nil, nil, plan.Options{})
	if err != nil {
		t.Fatalf("%s: %v", s.Text, err)
	}
	env := testEnv()
	cur, err := exec.Run(context.Background(), q, env, exec.Runtime{Snapshot: m.snap})
	if err != nil {
		t.Fatal(err)
	}
	defer cur.Close()
	var all [][]types.Datum
	for {
		b, err := cur.Next()
		if err != nil {
			t.Fatalf("%s: %v", s.Text, err)
		}
		if b == nil {
			break
		}
		for _, i := range b.Sel {
			row := make([]types.Datum, len(rel.File.Schema.Columns))
			for c, col := range rel.File.Schema.Columns {
				if c >= len(b.Cols) || b.Cols[c].Null(i) {
					row[c] = types.NullDatum
					continue
				}
				text := vector.AppendText(nil, b.Cols[c], i, types.DefaultStyle())
				d, err := types.ParseText(col.Type, text, types.DefaultStyle())
				if err != nil {
					t.Fatal(err)
				}
				d.Bytes = slices.Clone(d.Bytes)
				row[c] = d
			}
			all = append(all, row)
		}
	}
	f := rel.File.Format.(*memFormat)
	for p := range parts {
		from, to := len(all)*p/parts, len(all)*(p+1)/parts
		*f.rows[p] = append(*f.rows[p], all[from:to]...)
	}
}

func (m *memory) createView(t testing.TB, s sql.Statement, v *pg.ViewStmt) {
	t.Helper()
	_, text, _ := strings.Cut(s.Text, " as ")
	stmts, err := sql.Parse(text)
	if err != nil {
		t.Fatal(err)
	}
	q, err := plan.Prepare(context.Background(), stmts[0], m, nil, nil, plan.Options{})
	if err != nil {
		t.Fatal(err)
	}
	rel := &catalog.Relation{OID: m.next, Schema: "public", Name: v.View.Relname, Kind: catalog.RelView, View: text, Rows: -1, Bytes: -1}
	m.next++
	for i, c := range q.Root.Columns() {
		rel.Columns = append(rel.Columns, catalog.Column{Column: types.Column{Name: c.Name, Type: c.Type, Collation: c.Collation}, AttNum: int16(i + 1)})
	}
	m.rels = append(m.rels, rel)
}

func testEnv() *expr.Env {
	now := time.Date(2024, 5, 6, 7, 8, 9, 0, time.UTC)
	return &expr.Env{Ctx: context.Background(), Style: types.DefaultStyle(), Now: now, StmtTime: now}
}
