package csv

import (
	"bytes"
	"fmt"
	"io"

	"howdah/formats"
	"howdah/formats/internal/sift"
	"howdah/formats/internal/text"
	"howdah/pgerr"
	"howdah/pushdown"
	"howdah/types"
	"howdah/vector"
)

// reader reads one split. A batch never crosses chunks, so that text can point into one buffer. Per batch: lay out
// the records, decode the columns of the quals and narrow, then decode the columns wanted for the rows that are left.
type reader struct {
	in    *formats.Input
	d     *dialect
	table string
	style *types.Style

	columns []column
	given   []ColumnOptions
	mapped  bool // columns have names or positions of their own
	width   int  // fields of a record
	header  []string

	raw         io.ReadCloser
	chunk       chunk
	rows        rows
	late        pushdown.Late
	winners     pushdown.Winners
	unknownRows bool       // the split's first record has no known number
	sift        *sift.Sift // nil = rows that do not fit are errors
	numbers     []int64    // per row its number, where some between them are left out
	done        int64      // rows laid out before this batch
	laid        int64      // and with it
	err         error      // sticky

	from, to []uint32 // per row: where the column at hand has its field
	some     []int32
}

// open starts at the split's first record; the one at the beginning of the file reads the header.
func (r *reader) open(scan *formats.Scan) error {
	raw, text, err := openBytes(r.in, r.d.enc, scan.Split, r.sift != nil)
	if err != nil {
		return err
	}
	r.raw = raw
	r.chunk.places = r.needPlaces()
	d := *r.d
	if scan.Split.Off > 0 {
		d.skip = 0
		r.unknownRows = scan.Split.FirstRow == 0
		r.chunk.unplaced, r.chunk.offset = true, scan.Split.Off
		r.done, r.laid = max(scan.Split.FirstRow-1, 0), max(scan.Split.FirstRow-1, 0)
		r.chunk.inner = true
	}
	r.chunk.cut = scan.Split.Len > 0 && scan.Split.Off+scan.Split.Len < r.in.Size()
	r.d = &d
	if err := r.chunk.open(name(r.in), &d, text, r.in.Budget()); err != nil {
		return err
	}
	if scan.Split.Off > 0 {
		if !d.byName && !r.mapped {
			return nil
		}
		// The fields' order is the header's, which only the file's beginning has.
		h, err := readHeader(r.in, r.d)
		if err != nil {
			return err
		}
		r.header = h
		return r.mapFields()
	}
	if r.d.header == headerNo && !r.mapped {
		return nil
	}
	h, err := r.chunk.firstRecord(r.d.header != headerNo)
	if err != nil {
		return err
	}
	r.header = h
	if h == nil {
		return nil // an empty file
	}
	if r.d.header == headerMatch {
		if err := r.matchHeader(); err != nil {
			return err
		}
	}
	return r.mapFields()
}

// needPlaces tells whether anything but the number of records is wanted.
func (r *reader) needPlaces() bool {
	return len(r.late.Request.Columns) > 0 || r.late.Filter != nil || r.late.Top != nil || r.d.comment != 0 || r.d.noBlank || r.d.pad || r.d.cut || r.sift != nil
}

// Next fills b.
func (r *reader) Next(b *vector.Batch) error {
	if r.err == nil {
		r.err = r.in.Stopped()
	}
	if r.err != nil {
		return r.fail(b, r.err)
	}
	var err error
	if r.late.Top != nil {
		err = r.nextTop(b)
	} else {
		err = r.next(b)
	}
	if err != nil {
		return r.fail(b, err)
	}
	return nil
}

func (r *reader) fail(b *vector.Batch, err error) error {
	r.err = err
	b.N, b.Sel = 0, b.Sel[:0]
	return err
}

func (r *reader) next(b *vector.Batch) error {
	for {
		if r.late.Limit == 0 {
			return io.EOF
		}
		if err := r.layout(b.Cap()); err != nil {
			return err
		}
		if err := r.late.Narrow(r.rows.n); err != nil {
			return err
		}
		if len(r.late.Work.Sel) == 0 {
			continue
		}
		return r.late.Deliver(b, r.rows.n)
	}
}

// layout finds the next rows, at least one, or gives io.EOF.
func (r *reader) layout(most int) error {
	c := &r.chunk
	for {
		r.done = r.laid
		if c.left() == 0 {
			if err := c.fill(); err != nil {
				return err
			}
			if c.masked && !c.searchable(r.width) {
				c.wantPlaces()
			}
		}
		c.buf = c.buf[:c.n+pad] // the side begins anew
		if c.masked {
			c.hits(&r.rows, most, r.width)
			if c.left() == 0 {
				r.laid += int64(len(c.last))
			}
			if r.rows.n > 0 {
				return nil
			}
			continue
		}
		if r.late.Limit >= 0 && r.late.Filter == nil && r.late.Top == nil {
			most = int(min(int64(most), r.late.Limit))
		}
		if !c.places {
			n, ok := c.counted(most, r.width)
			if ok {
				r.rows.n = n
				r.laid += int64(n)
				return nil
			}
			c.realign()
		}
		err := c.layout(&r.rows, most, r.width, r.fieldName)
		r.laid += int64(r.rows.n)
		if r.sift != nil {
			err = r.siftRows(err)
		} else if err != nil {
			err = r.raggedAt(err)
		}
		if err != nil {
			return err
		}
		if r.rows.n > 0 {
			return nil
		}
	}
}

// Close lets go of everything; it may be called again.
func (r *reader) Close() error {
	if r.err == nil {
		r.err = pgerr.New(pgerr.InternalError, "reader is closed")
	}
	r.chunk.close()
	r.late.Close()
	r.winners.Close()
	if r.raw == nil {
		return nil
	}
	raw := r.raw
	r.raw = nil
	return raw.Close()
}

// realign finds the places of separators for the rows of a chunk that were only counted so far.
func (c *chunk) realign() {
	next := c.next
	c.wantPlaces()
	c.next, c.pos = next, 0
	if next > 0 {
		c.pos = int(c.sep[c.last[next-1]]) + 1
	}
}

func (r *reader) fieldName(field int) string {
	for i := range r.columns {
		if r.columns[i].field == field {
			return r.columns[i].name
		}
	}
	if field < len(r.header) {
		return r.header[field]
	}
	return ""
}

// lastRecord gives the record that was looked at last, without its line end, and where it begins.
func (r *reader) lastRecord() (record []byte, start int) {
	if n := r.chunk.next; n > 1 {
		start = int(r.chunk.sep[r.chunk.last[n-2]]) + 1
		if r.chunk.buf[start-1] == '\r' && r.chunk.buf[start] == '\n' { // the end of the one before is its CR
			start++
		}
	}
	end := r.chunk.sep[r.chunk.last[r.chunk.next-1]]
	return bytes.TrimSuffix(r.chunk.buf[start:max(start, int(end))], []byte("\r")), start
}

func (r *reader) raggedAt(err error) error {
	record, start := r.lastRecord()
	where := r.chunk.whereIs(start)
	if !r.unknownRows {
		where = fmt.Sprintf("%s, row %d", where, r.laid+1)
	}
	return pgerr.From(err).At("%s, %s: \"%s\"", r.chunk.name, where, text.Clip(record))
}

// nextTop reads everything at the first call, and then gives the rows that came first by the order.
func (r *reader) nextTop(b *vector.Batch) error {
	if !r.winners.Settled {
		if err := r.scanTop(); err != nil {
			return err
		}
	}
	if err := r.layout(b.Cap()); err != nil {
		return err
	}
	r.late.Work.SetLen(r.rows.n)
	r.winners.Base = int(r.done)
	return r.late.Deliver(b, r.rows.n)
}

// scanTop offers every row that passes, and makes a chunk of the winners' records in their order.
func (r *reader) scanTop() error {
	lay := func() (int, error) {
		if err := r.in.Stopped(); err != nil {
			return 0, err
		}
		err := r.layout(vector.Size)
		return r.rows.n, err
	}
	keep := func(slot int, i int32) error {
		return r.winners.Keep(slot, r.chunk.buf[r.rows.start[i]:r.chunk.sep[r.rows.first[i]+r.rows.count[i]-1]], r.rowNumber(i), r.whereIs(i))
	}
	if err := r.late.ScanTop(lay, keep); err != nil {
		return err
	}
	return r.rebuild()
}

// rebuild makes the winners the file that is read from here on.
func (r *reader) rebuild() error {
	text := r.winners.Settle(r.late.Top.Order())
	if r.raw != nil {
		if err := r.raw.Close(); err != nil {
			return err
		}
		r.raw = nil
	}
	r.chunk.close()
	r.chunk = chunk{places: true, inner: true, size: len(text) + 1, forgiving: r.sift != nil}
	if r.sift != nil {
		r.sift.Again = true
	}
	r.done, r.laid = 0, 0
	d := *r.d
	d.skip = 0
	return r.chunk.open(name(r.in), &d, bytes.NewReader(text), r.in.Budget())
}
