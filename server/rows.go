package server

import (
	"context"
	"math"
	"time"

	"github.com/jackc/pgx/v5/pgproto3"

	"howdah/internal/pgdata"
	"howdah/server/wire"
	"howdah/types"
	"howdah/vector"
)

// promptly is how long rows may wait in the buffer for company.
const promptly = 5 * time.Millisecond

// preparer is told of each batch before its rows are appended.
type preparer interface {
	wire.Rower
	Prepare(*vector.Batch) error
}

// send appends rows from the source to the output, at most limit (0 = all), and tells how many.
func (x *session) send(ctx context.Context, source puller, enc preparer, limit int64) (n int64, err error) {
	if limit <= 0 {
		limit = math.MaxInt64
	}
	last := time.Now()
	for n < limit {
		b, rows, err := source.pull(limit - n)
		if err != nil {
			return n, because(ctx, err)
		}
		if b == nil {
			break
		}
		if err := enc.Prepare(b); err != nil {
			return n, err
		}
		for len(rows) > 0 {
			if ctx.Err() != nil {
				return n, because(ctx, ctx.Err())
			}
			k, err := x.out.AppendRows(enc, rows)
			n += int64(k)
			rows = rows[k:]
			if err != nil {
				return n, err
			}
		}
		if now := time.Now(); now.Sub(last) > promptly {
			if err := x.out.Flush(); err != nil {
				return n, err
			}
			last = now
		}
	}
	if ctx.Err() != nil {
		return n, because(ctx, ctx.Err())
	}
	return n, nil
}

// inputStyle is the style under which literals are read: now and today are the transaction's.
func (x *session) inputStyle() *types.Style {
	base := x.settings.Style()
	if x.now.base != base || !x.now.style.Now.Equal(x.tx.start) {
		s := *base
		s.Now = x.tx.start
		x.now = knownStyle{base, &s}
	}
	return x.now.style
}

// knownStyle is an input style and what it was made of.
type knownStyle struct{ base, style *types.Style }

// style is what values of these types are written and read under. Only types whose text form is a name need more than
// the session's parameters.
func (x *session) style(cols []types.Type) *types.Style {
	s := x.settings.Style()
	if x.tx == nil {
		return s
	}
	for _, t := range cols {
		oid := t.OID
		if e := types.ElemOf(oid); e != types.InvalidOID {
			oid = e
		}
		switch oid {
		case types.RegprocOID, types.RegprocedureOID, types.RegoperOID, types.RegoperatorOID, types.RegclassOID, types.RegtypeOID,
			types.RegnamespaceOID, types.RegroleOID, types.RegcollationOID, types.RegconfigOID, types.RegdictionaryOID,
			types.RecordOID, types.ACLItemOID:
			return x.snapshot().Style(context.Background(), sessionExpr{x}, s)
		}
	}
	return s
}

// rowDescription describes columns; formats is by index.
func (x *session) rowDescription(cols []Column, format func(int) wire.Format) *pgproto3.RowDescription {
	d := &pgproto3.RowDescription{Fields: make([]pgproto3.FieldDescription, len(cols))}
	for i, c := range cols {
		d.Fields[i] = pgproto3.FieldDescription{
			Name: []byte(x.encodeText(c.Name)), TableOID: uint32(c.TableOID), TableAttributeNumber: uint16(c.AttNum),
			DataTypeOID: uint32(c.Type.OID), DataTypeSize: typeLength(c.Type.OID), TypeModifier: c.Type.Typmod, Format: int16(format(i)),
		}
	}
	return d
}

func typeLength(oid types.OID) int16 {
	if t := pgdata.TypeByOID(uint32(oid)); t != nil {
		return int16(t.Len)
	}
	return -1
}

// textColumn is a column of a utility's answer.
func textColumn(name string) Column { return Column{Name: name, Type: types.Of(types.TextOID)} }

// textRows is a small result held in memory: SHOW's.
type textRows struct {
	batch vector.Batch
	given bool
}

func newTextRows(width int, rows [][]string) *textRows {
	t := &textRows{}
	for range width {
		c := vector.New(types.Of(types.TextOID), len(rows))
		c.Reset()
		t.batch.Cols = append(t.batch.Cols, c)
	}
	for i, r := range rows {
		for k, v := range r {
			t.batch.Cols[k].SetBytes(int32(i), []byte(v))
		}
	}
	t.batch.SetLen(len(rows))
	return t
}

func (t *textRows) Next() (*vector.Batch, error) {
	if t.given || t.batch.N == 0 {
		return nil, nil
	}
	t.given = true
	return &t.batch, nil
}

func (t *textRows) Rewind() error { t.given = false; return nil }
func (t *textRows) Close() error  { return nil }
