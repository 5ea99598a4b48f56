package hostile

import (
	"context"
	"crypto/sha256"
	"fmt"
	"io"
	"strconv"

	"howdah/expr"
	"howdah/formats"
	"howdah/internal/reject"
	"howdah/pushdown"
	"howdah/types"
	"howdah/vector"
)

// What a reading keeps of its rows, so that a mutant of a million rows does not make the judge slow.
const (
	maxKeptValues = 30_000
	maxKeptBytes  = 2 << 20
	maxKeptLine   = 4 << 10
)

// table is how a file is read: a schema with options.
type table struct {
	format  formats.Format
	schema  types.Schema
	columns []formats.Options
	options formats.Options
}

// query is what is asked, and how.
type query struct {
	none   bool // no columns: count(*)
	text   bool // canonical text is welcome in every other column
	quals  []expr.Expr
	sort   []pushdown.SortKey
	limit  int64 // -1 = all
	claims bool  // the format may take over what it likes
	batch  int
	split  formats.Split
	key    int // a column whose values are kept; -1 = none

	onError reject.Action
}

// reading is what came.
type reading struct {
	lines []string
	keys  []types.Datum
	rows  int64

	rejected int64
	cut      bool // reading was broken off: there may be more
	err      error
}

// whole says that all rows were read and are kept.
func (r *reading) whole() bool { return r.err == nil && !r.cut }

func env(ctx context.Context) *expr.Env { return &expr.Env{Ctx: ctx, Style: types.DefaultStyle()} }

// read asks a query of a file. Quals that the format refuses are applied here, as the engine does; so is the limit.
func read(in *formats.Input, t *table, q query) (out reading) {
	r := &pushdown.Request{Limit: q.limit, Quals: q.quals, Sort: q.sort}
	if !q.none {
		for i := range t.schema.Columns {
			r.Columns = append(r.Columns, pushdown.Column{Ordinal: i, Text: q.text && i%2 == 0})
		}
	}
	a := r.RefuseAll()
	if q.claims {
		a = t.format.Offer(t.schema, t.options, r)
		if fault := r.Check(a); fault != "" {
			out.err = fmt.Errorf("the bargain: %s", fault)
			return out
		}
	}
	if len(q.sort) > 0 && a.Sort != len(q.sort) {
		out.cut = true // the engine would sort: nothing to be seen here
		return out
	}
	var rest *expr.Filter
	for i, v := range a.Quals {
		if v != pushdown.Exact {
			f, err := expr.CompileFilter(q.quals[i:i+1], env(in.Context()))
			if err != nil {
				out.err = err
				return out
			}
			rest = f // there is never more than one
		}
	}
	scan := &formats.Scan{Schema: t.schema, Columns: t.columns, Options: t.options, Request: r, Answer: a, Env: env(in.Context()), Split: q.split, Table: "t"}
	if q.onError != reject.Stop {
		run := new(reject.Log).Begin(reject.Origin{}, nil)
		scan.Rejects = run.Scan("public", "t", reject.Policy{Action: q.onError}, nil)
		scan.Rejects.Begin(in.Info().Path)
		defer func() { out.rejected = scan.Rejects.Rejected() }()
	}
	reader, err := t.format.Open(in, scan)
	if err != nil {
		out.err = err
		return out
	}
	defer func() {
		if err := reader.Close(); err != nil && out.err == nil {
			out.err = err
		}
	}()
	b := &vector.Batch{Max: q.batch}
	var line []byte
	values, bytes := 0, 0
	for {
		b.Reset()
		err := reader.Next(b)
		if err == nil && b.N > b.Cap() {
			err = fmt.Errorf("%d rows in a batch of %d", b.N, b.Cap())
		}
		if err != nil && b.Live() != 0 {
			err = fmt.Errorf("%d rows together with %v", b.Live(), err)
		}
		if err == io.EOF {
			return out
		}
		if err == nil && rest != nil {
			err = rest.Apply(b)
		}
		if err != nil {
			out.err = err
			again := &vector.Batch{Max: q.batch}
			if e := reader.Next(again); e == nil && again.Live() > 0 || e == io.EOF {
				out.err = fmt.Errorf("after the error %v reading goes on: %d rows, %v", err, again.Live(), e)
			}
			return out
		}
		for _, i := range b.Sel {
			if q.limit >= 0 && out.rows == q.limit {
				return out
			}
			out.rows++
			if q.none {
				continue
			}
			line = appendRow(line[:0], b, r, i)
			out.lines = append(out.lines, kept(line))
			if q.key >= 0 {
				d := b.Cols[q.key].Datum(i)
				out.keys = append(out.keys, d.Clone())
			}
			bytes += len(line)
			if values += len(r.Columns) + 1; values > maxKeptValues || bytes > maxKeptBytes {
				out.cut = true
				return out
			}
		}
	}
}

// kept is what the judge keeps of a row, so that its own memory is not taken for the format's: of a long one its
// beginning, its length and its hash.
func kept(line []byte) string {
	if len(line) <= maxKeptLine {
		return string(line)
	}
	return fmt.Sprintf("%s… %d bytes, %x", line[:maxKeptLine], len(line), sha256.Sum256(line))
}

// appendRow renders a row so that no two different ones look the same.
func appendRow(dst []byte, b *vector.Batch, r *pushdown.Request, i int32) []byte {
	var value []byte
	for _, want := range r.Columns {
		col := b.Cols[want.Ordinal]
		if col.Null(i) {
			dst = append(dst, "\\N|"...)
			continue
		}
		value = vector.AppendText(value[:0], col, i, types.DefaultStyle())
		dst = append(strconv.AppendInt(dst, int64(len(value)), 10), ':')
		dst = append(append(dst, value...), '|')
	}
	return dst
}
