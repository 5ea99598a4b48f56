package server

import (
	"context"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5/pgproto3"
	pg "github.com/pganalyze/pg_query_go/v6"

	"howdah/pgerr"
	"howdah/server/charset"
	"howdah/server/wire"
	"howdah/types"
	"howdah/vector"
)

// copyFrom runs COPY … FROM STDIN into a temporary table.
func (x *session) copyFrom(ctx context.Context, p *portal, s *pg.CopyStmt) error {
	if err := overTheWire(s, "from", "FROM STDIN"); err != nil {
		return err
	}
	if s.WhereClause != nil {
		return pgerr.New(pgerr.FeatureNotSupported, "COPY FROM with WHERE is not supported")
	}
	o, err := readCopyOptions(s.Options, p.stmt.Source, true)
	if err != nil {
		return err
	}
	var names []string
	for _, a := range s.Attlist {
		names = append(names, constText(a))
	}
	p.begin()
	load, err := x.server.engine.Load(p.ctx, &Execution{Env: x.env(p), View: x.snapshot()}, s.Relation, names)
	if err != nil {
		return err
	}
	done := false
	defer func() {
		if !done {
			load.Done(false)
		}
		x.tx.view = nil
	}()
	r, err := x.newCopyReader(load, o)
	if err != nil {
		return err
	}
	if err := x.takeCopy(ctx, r); err != nil {
		return err
	}
	done = true
	p.tag = fmt.Sprintf("COPY %d", load.Done(true))
	return nil
}

// takeCopy tells the client to send, and takes what comes up to its end.
func (x *session) takeCopy(ctx context.Context, r *copyReader) error {
	head := &pgproto3.CopyInResponse{ColumnFormatCodes: make([]uint16, len(r.cols))}
	if r.binary {
		head.OverallFormat = 1
		for i := range head.ColumnFormatCodes {
			head.ColumnFormatCodes[i] = 1
		}
	}
	if err := x.say(head); err != nil {
		return err
	}
	for {
		m, err := x.receive()
		if err != nil {
			if e, ok := errors.AsType[*pgerr.Error](err); ok {
				return &fatalError{e}
			}
			return r.behind(pgerr.New(pgerr.ConnectionFailure, "unexpected EOF on client connection with an open transaction"))
		}
		if ctx.Err() != nil {
			return r.behind(pgerr.From(because(ctx, ctx.Err())))
		}
		switch m := m.(type) {
		case *pgproto3.CopyData:
			r.in.Feed(m.Data)
			if err := r.rows(); err != nil {
				return err
			}
		case *pgproto3.CopyDone:
			r.in.Finish()
			if err := r.rows(); err != nil {
				return err
			}
			return r.flush()
		case *pgproto3.CopyFail:
			return r.behind(pgerr.New(pgerr.QueryCanceled, "COPY from stdin failed: %s", m.Message))
		case *pgproto3.Flush, *pgproto3.Sync:
			// a client may send them without looking
		case *pgproto3.Terminate:
			return &fatalError{pgerr.New(pgerr.ConnectionFailure, "unexpected EOF on client connection with an open transaction")}
		default:
			return r.behind(pgerr.New(pgerr.ProtocolViolation, "unexpected message type 0x%02X during COPY from stdin", messageType(m)))
		}
	}
}

// messageType is the first byte of a message.
func messageType(m pgproto3.FrontendMessage) byte {
	if b, err := m.Encode(nil); err == nil && len(b) > 0 {
		return b[0]
	}
	return 0
}

// copyReader turns a client's data into rows.
type copyReader struct {
	load   Load
	cols   []Column
	in     *wire.CopyIn
	style  *types.Style
	binary bool
	header bool // a header line is still to come
	match  bool // and has to name the columns
	null   string

	batch vector.Batch
	lines []int64  // of the batch's rows
	raws  [][]byte // of the batch's rows, in texts
	texts []byte
}

func (x *session) newCopyReader(load Load, o *copyOptions) (*copyReader, error) {
	r := &copyReader{load: load, cols: load.Columns(), binary: o.options.Format == wire.CopyBinary, header: o.options.Header, match: o.match, null: o.options.Null}
	r.style = x.snapshot().Style(context.Background(), sessionExpr{x}, x.inputStyle())
	decode := func(b []byte) ([]byte, error) { return b, charset.CheckUTF8(string(b)) }
	c := x.charset
	if o.encoding != "" {
		var err error
		if c, err = charset.Lookup(o.encoding); err != nil {
			return nil, err
		}
	}
	if c != nil {
		decode = func(b []byte) ([]byte, error) {
			s, err := c.Decode(string(b))
			return []byte(s), err
		}
	}
	forceNull, err := o.listed(o.nullCols, r.cols, "FORCE_NULL")
	if err != nil {
		return nil, err
	}
	notNull, err := o.listed(o.notNullCols, r.cols, "FORCE_NOT_NULL")
	if err != nil {
		return nil, err
	}
	r.in = wire.NewCopyIn(o.options, len(r.cols), forceNull, notNull, decode)
	for _, col := range r.cols {
		r.batch.Cols = append(r.batch.Cols, vector.New(col.Type, vector.Size))
	}
	r.clear()
	return r, nil
}

func (r *copyReader) clear() {
	for _, c := range r.batch.Cols {
		c.Reset()
		c.Resize(vector.Size)
	}
	r.batch.N = 0
	r.lines, r.raws, r.texts = r.lines[:0], r.raws[:0], r.texts[:0]
}

// behind says that an error is where the next record would begin.
func (r *copyReader) behind(e *pgerr.Error) error {
	return e.Clone().At("COPY %s, line %d", r.load.Table(), r.in.Line+1)
}

// at says where in the data an error is.
func (r *copyReader) at(e *pgerr.Error) error {
	if r.binary && !r.in.Head {
		return e
	}
	if r.binary || r.in.Raw == nil {
		return e.Clone().At("COPY %s, line %d", r.load.Table(), r.in.Line)
	}
	return e.Clone().At(`COPY %s, line %d: "%s"`, r.load.Table(), r.in.Line, wire.Shown(r.in.Raw))
}

// rows takes all records that have come whole.
func (r *copyReader) rows() error {
	for {
		fields, more, err := r.in.Next()
		if err != nil {
			return r.at(pgerr.From(err))
		}
		if !more {
			return nil
		}
		if r.header {
			r.header = false
			if err := r.checkHeader(fields); err != nil {
				return err
			}
			continue
		}
		if err := r.row(fields); err != nil {
			return err
		}
		if r.batch.N == vector.Size {
			if err := r.flush(); err != nil {
				return err
			}
		}
	}
}

// checkHeader is HEADER MATCH.
func (r *copyReader) checkHeader(fields []wire.Field) error {
	if !r.match {
		return nil
	}
	if len(fields) != len(r.cols) {
		return r.at(pgerr.New(pgerr.BadCopyFileFormat, "wrong number of fields in header line: got %d, expected %d", len(fields), len(r.cols)))
	}
	for i, f := range fields {
		if f.Null {
			return r.at(pgerr.New(pgerr.BadCopyFileFormat, `column name mismatch in header line field %d: got null value ("%s"), expected "%s"`, i+1, r.null, r.cols[i].Name))
		}
		if string(f.Value) != r.cols[i].Name {
			return r.at(pgerr.New(pgerr.BadCopyFileFormat, `column name mismatch in header line field %d: got "%s", expected "%s"`, i+1, f.Value, r.cols[i].Name))
		}
	}
	return nil
}

// row puts a record into the batch.
func (r *copyReader) row(fields []wire.Field) error {
	if len(fields) > len(r.cols) && !(len(r.cols) == 0 && len(r.in.Raw) == 0) {
		return r.at(pgerr.New(pgerr.BadCopyFileFormat, "extra data after last expected column"))
	}
	i := int32(r.batch.N)
	for k, col := range r.cols {
		if k >= len(fields) {
			return r.at(pgerr.New(pgerr.BadCopyFileFormat, `missing data for column "%s"`, col.Name))
		}
		if fields[k].Null {
			r.batch.Cols[k].SetNull(i)
			continue
		}
		d, err := r.value(col.Type, fields[k].Value)
		if err != nil {
			return r.atColumn(err, col.Name, fields[k].Value)
		}
		r.batch.Cols[k].Set(i, d)
	}
	r.batch.N++
	r.lines = append(r.lines, r.in.Line)
	if !r.binary {
		from := len(r.texts)
		r.texts = append(r.texts, r.in.Raw...)
		r.raws = append(r.raws, r.texts[from:len(r.texts):len(r.texts)])
	}
	return nil
}

func (r *copyReader) value(t types.Type, v []byte) (types.Datum, error) {
	if !r.binary {
		return types.ParseText(t, v, r.style)
	}
	return types.ParseBinary(t, v)
}

func (r *copyReader) atColumn(err error, column string, value []byte) error {
	e := pgerr.From(err).Clone()
	if r.binary {
		return e.At("COPY %s, line %d, column %s", r.load.Table(), r.in.Line, column)
	}
	return e.At(`COPY %s, line %d, column %s: "%s"`, r.load.Table(), r.in.Line, column, wire.Shown(value))
}

// flush hands the batch on.
func (r *copyReader) flush() error {
	if r.batch.N == 0 {
		return nil
	}
	r.batch.SetLen(r.batch.N)
	failed, err := r.load.Add(&r.batch)
	if err != nil {
		e := pgerr.From(err).Clone()
		switch {
		case failed < 0:
			return e.At("COPY %s, line %d", r.load.Table(), r.lines[0])
		case r.binary:
			return e.At("COPY %s, line %d", r.load.Table(), r.lines[failed])
		}
		return e.At(`COPY %s, line %d: "%s"`, r.load.Table(), r.lines[failed], wire.Shown(r.raws[failed]))
	}
	r.clear()
	return nil
}
