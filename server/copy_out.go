package server

import (
	"encoding/binary"
	"io"

	"howdah/pgerr"
	"howdah/server/charset"
	"howdah/server/wire"
	"howdah/sql"
	"howdah/types"
)

// CopyOut is a COPY … TO STDOUT that runs without a session, into a writer.
type CopyOut struct {
	Query   Statement // what gives the rows
	options *copyOptions
}

// ReadCopyOut reads a COPY statement. One that is not TO STDOUT is refused.
func ReadCopyOut(stmt Statement) (*CopyOut, error) {
	s := stmt.Node.GetCopyStmt()
	if s.IsFrom {
		return nil, readOnly("COPY FROM")
	}
	if err := overTheWire(s, "to", "TO STDOUT"); err != nil {
		return nil, err
	}
	o, err := readCopyOptions(s.Options, stmt.Source, false)
	if err != nil {
		return nil, err
	}
	c := &CopyOut{Query: stmt, options: o}
	if s.Query == nil {
		c.Query, err = tableQuery(s)
		return c, err
	}
	c.Query.Node, c.Query.Kind = s.Query, sql.KindOf(s.Query)
	if c.Query.Kind == sql.Write && !locksRows(s.Query) {
		return nil, pgerr.New(pgerr.ReadOnlySQLTransaction, "cannot execute %s in a read-only transaction", sql.CommandTag(s.Query))
	}
	return c, nil
}

// copyChunk is how much is gathered before it is written.
const copyChunk = 64 << 10

// Write writes the rows. style is the session's that is not there.
func (c *CopyOut) Write(w io.Writer, cols []Column, rows Rows, style *types.Style) (err error) {
	o := c.options
	if o.options.ForceQuote, err = o.forced(cols); err != nil {
		return err
	}
	if o.encoding != "" {
		set, err := charset.Lookup(o.encoding)
		if err != nil {
			return err
		}
		if set != nil {
			o.options.Encoder = set
		}
	}
	kinds, names := make([]types.Type, len(cols)), make([]string, len(cols))
	for i, col := range cols {
		kinds[i], names[i] = col.Type, col.Name
	}
	enc := wire.NewCopy(kinds, style, o.options)
	buf, err := enc.Begin(nil, names)
	if err != nil {
		return err
	}
	for {
		b, err := rows.Next()
		if err != nil {
			return err
		}
		if b == nil {
			return writeCopy(w, enc.End(buf))
		}
		if err := enc.Prepare(b); err != nil {
			return err
		}
		for _, i := range b.Sel {
			if buf, err = enc.Append(buf, i); err != nil {
				return err
			}
			if len(buf) >= copyChunk {
				if err := writeCopy(w, buf); err != nil {
					return err
				}
				buf = buf[:0]
			}
		}
	}
}

// writeCopy writes what CopyData messages hold.
func writeCopy(w io.Writer, messages []byte) error {
	for len(messages) > 0 {
		end := 1 + int(binary.BigEndian.Uint32(messages[1:]))
		if _, err := w.Write(messages[5:end]); err != nil {
			return err
		}
		messages = messages[end:]
	}
	return nil
}
