package exec

import (
	"io"

	"howdah/catalog"
	"howdah/expr"
	"howdah/formats"
	"howdah/internal/meter"
	"howdah/internal/reject"
	"howdah/pgerr"
	"howdah/plan"
	"howdah/sources"
	"howdah/types"
	"howdah/vector"
)

// scan reads a table over files: its objects one after the other in the order of their paths.
type scan struct {
	r     *run
	node  *plan.Scan
	env   *expr.Env
	meter *meter.Scan
	prune *expr.Filter
	rest  *expr.Filter

	sought  []*sought    // what joins above want
	rejects *reject.Scan // what becomes of rows that do not fit; nil = they are errors

	listed  bool
	objects []sources.Info
	at      int // the object being read
	input   *formats.Input
	reader  formats.Reader
	raw     vector.Batch // as the reader fills it, by file ordinals
	work    vector.Batch // node.Work's columns
	fixed   []fixed      // parallel to node.Work
	out     vector.Batch
}

// scanFloor is what a reader may have where other operators have all the memory of the query, or it is set very low:
// without its buffers there are no rows.
const scanFloor = 1 << 20

// fixed is a working column that has one value for a whole object.
type fixed struct {
	use    bool
	value  types.Datum
	col    *vector.Column
	filled int
}

func (r *run) scan(n *plan.Scan, env *expr.Env) (Operator, error) {
	s := &scan{r: r, node: n, env: env, fixed: make([]fixed, len(n.Work))}
	if r.rt.Meter != nil {
		s.meter = r.rt.Meter(n)
	}
	if s.meter == nil {
		s.meter = &meter.Scan{}
	}
	if r.rt.Actual != nil {
		r.rt.Actual.Node(n).Scan = s.meter
	}
	var err error
	if len(n.Prune) > 0 {
		if s.prune, err = expr.CompileFilter(n.Prune, env); err != nil {
			return nil, err
		}
	}
	if len(n.Rest) > 0 {
		if s.rest, err = expr.CompileFilter(n.Rest, env); err != nil {
			return nil, err
		}
	}
	if p := n.Rel.File.Rejects; p.Action != reject.Stop {
		s.rejects = r.rt.Rejects.Scan(n.Rel.Schema, n.Rel.Name, p, mandatory(n.Rel))
		if r.rt.Actual != nil {
			r.rt.Actual.Node(n).Rejects = s.rejects
		}
	}
	width := 0
	for _, c := range n.Request.Columns {
		width = max(width, c.Ordinal+1)
	}
	s.raw.Cols = make([]*vector.Column, max(width, len(n.Rel.File.Schema.Columns)))
	for _, c := range n.Request.Columns {
		s.raw.Cols[c.Ordinal] = vector.New(n.Rel.File.Schema.Columns[c.Ordinal].Type, 0)
	}
	s.raw.Max = r.max
	s.work.Cols = make([]*vector.Column, len(n.Work))
	for k, i := range n.Work {
		switch n.Rel.Columns[i].Role {
		case catalog.FromFile:
		case catalog.HiddenRow, catalog.SystemCtid:
			s.work.Cols[k] = vector.New(n.Rel.Columns[i].Type, 0)
		default:
			s.fixed[k].use = true
			s.work.Cols[k] = vector.New(n.Rel.Columns[i].Type, 0)
		}
	}
	return s, nil
}

func (s *scan) Next() (*vector.Batch, error) {
	for {
		if err := canceled(s.r.ctx); err != nil {
			return nil, err
		}
		if s.reader == nil {
			more, err := s.open()
			if err != nil {
				return nil, err
			}
			if !more {
				return nil, s.rejects.End()
			}
		}
		s.raw.Reset()
		err := s.reader.Next(&s.raw)
		if err == io.EOF {
			if err := s.closeObject(); err != nil {
				return nil, err
			}
			s.at++
			continue
		}
		if err != nil {
			return nil, err
		}
		if len(s.raw.Sel) == 0 {
			continue
		}
		s.complete()
		if s.rest != nil {
			if err := s.rest.Apply(&s.work); err != nil {
				return nil, err
			}
			if len(s.work.Sel) == 0 {
				continue
			}
		}
		s.out.Cols = s.work.Cols[:len(s.node.Want)]
		s.out.N, s.out.Sel = s.work.N, s.work.Sel
		return &s.out, nil
	}
}

// mandatory tells which of a file's columns may not be NULL.
func mandatory(rel *catalog.Relation) []bool {
	out := make([]bool, len(rel.File.Schema.Columns))
	for _, c := range rel.Columns {
		if c.Role == catalog.FromFile {
			out[c.Ordinal] = c.NotNull
		}
	}
	return out
}

// open opens the next object that is not pruned.
func (s *scan) open() (bool, error) {
	file := s.node.Rel.File
	if !s.listed {
		var err error
		if s.objects, err = s.r.rt.Snapshot.List(s.r.ctx, file.Source, file.Pattern); err != nil {
			return false, err
		}
		s.listed = true
		if s.r.rt.Actual != nil {
			s.r.rt.Actual.Node(s.node).Objects = len(s.objects)
		}
	}
	for ; s.at < len(s.objects); s.at++ {
		info := s.objects[s.at]
		values, err := s.values(info)
		if err != nil {
			return false, err
		}
		pass, err := s.passes(values)
		if err != nil {
			return false, err
		}
		if !pass {
			continue
		}
		sought, none := s.wanted(values)
		if none {
			continue
		}
		for k, i := range s.node.Work {
			if s.fixed[k].use {
				s.fixed[k].value, s.fixed[k].filled = values[i], 0
			}
		}
		if s.r.rt.Actual != nil {
			s.r.rt.Actual.Node(s.node).Opened++
		}
		s.rejects.Begin(info.Path)
		s.input = formats.NewInput(s.r.ctx, file.Source, info, s.meter, s.r.rt.Budget.Floor("scan", scanFloor))
		s.reader, err = file.Format.Open(s.input, &formats.Scan{
			Schema: file.Schema, Columns: file.Columns, Options: file.Options, Request: s.node.Request,
			Answer: s.node.Answer, Env: s.env, Table: s.node.Rel.Schema + "." + s.node.Rel.Name, Rejects: s.rejects,
			Sought: sought,
		})
		if err != nil {
			s.reader = nil
			s.closeObject()
			return false, err
		}
		s.nameSheet()
		return true, nil
	}
	return false, nil
}

// values gives what is the same for all rows of an object, by Rel.Columns.
func (s *scan) values(info sources.Info) ([]types.Datum, error) {
	rel := s.node.Rel
	out := make([]types.Datum, len(rel.Columns))
	var parts map[string]string
	if rel.File.PartitionOf != nil {
		parts = rel.File.PartitionOf(info.Path)
	}
	for i, c := range rel.Columns {
		d := types.NullDatum
		switch c.Role {
		case catalog.Partition:
			if text, ok := parts[c.Name]; ok {
				var err error
				if d, err = types.ParseText(c.Type, []byte(text), types.DefaultStyle()); err != nil {
					return nil, atObject(err, info.Path, c.Name)
				}
			}
		case catalog.HiddenPath:
			d = types.Datum{Bytes: []byte(info.Path)}
		case catalog.HiddenVersion:
			if info.Version != "" {
				d = types.Datum{Bytes: []byte(info.Version)}
			}
		case catalog.HiddenSize:
			if info.Size >= 0 {
				d = types.Datum{Int: info.Size}
			}
		case catalog.HiddenModified:
			if !info.Modified.IsZero() {
				d = types.Datum{Int: info.Modified.UnixMicro() - postgresEpoch}
			}
		case catalog.SystemTableOID:
			d = types.Datum{Int: int64(rel.OID)}
		}
		out[i] = d
	}
	return out, nil
}

// nameSheet sets the columns that only the opened object tells: _sheet.
func (s *scan) nameSheet() {
	for k, i := range s.node.Work {
		if s.node.Rel.Columns[i].Role != catalog.HiddenSheet {
			continue
		}
		s.fixed[k].value = types.NullDatum
		if r, ok := s.reader.(formats.SheetReader); ok {
			s.fixed[k].value = types.Datum{Bytes: []byte(r.Sheet())}
		}
	}
}

// postgresEpoch is 2000-01-01 in microseconds since 1970.
const postgresEpoch = 946684800 * 1000000

// passes tells whether an object can hold rows of the answer.
func (s *scan) passes(values []types.Datum) (bool, error) {
	if s.prune == nil {
		return true, nil
	}
	var b vector.Batch
	b.Cols = make([]*vector.Column, len(values))
	for _, i := range s.prune.Columns() {
		c := vector.New(s.node.Rel.Columns[i].Type, 1)
		setOne(c, 0, values[i])
		b.Cols[i] = c
	}
	b.SetLen(1)
	err := s.prune.Apply(&b)
	return len(b.Sel) > 0, err
}

// complete makes the working columns out of the reader's batch.
func (s *scan) complete() {
	n := s.raw.N
	for k, i := range s.node.Work {
		c := s.node.Rel.Columns[i]
		switch {
		case c.Role == catalog.FromFile:
			s.work.Cols[k] = s.raw.Cols[c.Ordinal]
		case s.fixed[k].use:
			s.fill(k, n)
		case c.Role == catalog.HiddenRow:
			s.work.Cols[k].Resize(n)
			copy(s.work.Cols[k].Ints, s.raw.Rows[:n])
		default: // ctid
			col := s.work.Cols[k]
			col.Reset()
			col.Resize(n)
			var at [6]byte
			for _, r := range s.raw.Sel {
				row := s.raw.Rows[r]
				col.SetBytes(r, types.AppendTid(at[:0], uint32(row>>16), uint16(row)))
			}
		}
	}
	s.work.N, s.work.Sel = n, s.raw.Sel
}

func (s *scan) fill(k, n int) {
	f := &s.fixed[k]
	if f.filled >= n {
		return
	}
	c := s.work.Cols[k]
	c.Reset()
	c.Resize(n)
	if c.Kind == types.KindBytes && !f.value.Null && n > 0 {
		c.Set(0, f.value)
		for i := 1; i < n; i++ {
			c.Spans[i] = c.Spans[0]
		}
	} else {
		for i := range n {
			setOne(c, int32(i), f.value)
		}
	}
	f.filled = n
}

func setOne(c *vector.Column, i int32, d types.Datum) {
	if d.Null {
		c.SetNull(i)
		return
	}
	c.Set(i, d)
}

func (s *scan) closeObject() error {
	var err error
	if s.reader != nil {
		err = s.reader.Close()
		s.reader = nil
	}
	if s.input != nil {
		if e := s.input.Close(); err == nil {
			err = e
		}
		s.input = nil
	}
	return err
}

func (s *scan) Rewind() error {
	err := s.closeObject()
	s.at = 0
	return err
}

func (s *scan) Close() error { return s.closeObject() }

// atObject says in which object a partition's value is wrong.
func atObject(err error, path, column string) error {
	return pgerr.From(err).Clone().At("%s, column %s", path, column)
}
