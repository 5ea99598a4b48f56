package json

import (
	"bytes"
	"io"
	"math"

	"howdah/formats"
	"howdah/formats/internal/sift"
	"howdah/pgerr"
	"howdah/pushdown"
	"howdah/types"
	"howdah/vector"
)

// reader reads one split. Per batch: lay out the rows, decode the columns of the quals and narrow, then decode the
// columns wanted for the rows that are left.
type reader struct {
	in    *formats.Input
	l     *layout
	table string
	style *types.Style

	columns []column
	raw     io.ReadCloser
	chunk   chunk
	nav     nav
	rows    rows
	late    pushdown.Late
	winners pushdown.Winners

	sift        *sift.Sift // nil = rows that do not fit are errors
	numbers     []int64    // per row its number, where some between them are left out
	whole       nest       // a walk through a row or a line, for the sift
	inLine      bool       // rows of the line that ends at lineEnd are under way
	lineEnd     int
	unknownRows bool  // the split's first row has no known number
	done        int64 // rows laid out before this batch
	laid        int64 // and with it
	err         error // sticky

	some []int32
}

// open starts at the split's first byte.
func (r *reader) open(scan *formats.Scan, size int) error {
	wanted := make([]bool, len(r.columns))
	if r.late.Filter != nil {
		for _, c := range r.late.Filter.Columns() {
			wanted[c] = true
		}
	}
	if r.late.Top != nil {
		for _, k := range r.late.Request.Sort { // the winners alone are looked at for more
			wanted[k.Ordinal] = true
		}
	} else {
		for _, c := range r.late.Request.Columns {
			wanted[c.Ordinal] = true
		}
	}
	if r.sift != nil {
		for i := range wanted {
			wanted[i] = true
		}
	}
	r.want(wanted)
	r.nav = nav{steps: r.l.steps, spread: r.l.spread, lines: r.l.lines, many: r.l.lines}
	raw, err := openBytes(r.in, scan.Split)
	if err != nil {
		return err
	}
	r.raw = raw
	if scan.Split.Off > 0 {
		r.unknownRows = scan.Split.FirstRow == 0
		r.chunk.unplaced, r.chunk.offset = true, scan.Split.Off
		r.done = max(scan.Split.FirstRow-1, 0)
		r.laid = r.done
	}
	return r.chunk.open(name(r.in), raw, r.in.Budget(), size, scan.Split.Off > 0)
}

// want lays out where the values of some columns are to be kept.
func (r *reader) want(wanted []bool) {
	root := &node{}
	slots, anyKind := 0, false
	for i := range r.columns {
		col := &r.columns[i]
		anyKind = anyKind || col.whole
		if !wanted[i] {
			continue
		}
		col.slot = slots
		slots++
		if col.whole {
			root.slots = append(root.slots, col.slot)
		}
		for _, steps := range [][]step{col.byName, col.byPlace} {
			n := root
			for _, t := range steps {
				n = n.child(t)
			}
			if steps != nil {
				n.slots = append(n.slots, col.slot)
			}
		}
	}
	root.gather(map[*node]bool{})
	r.rows = rows{root: root, anyKind: anyKind, s: &r.chunk.scanner, slots: make([][]span, slots)}
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
			if err := r.in.Stopped(); err != nil {
				return err
			}
			continue
		}
		return r.late.Deliver(b, r.rows.n)
	}
}

// layout finds the next rows, at least one, or gives io.EOF. What is wrong behind rows is told when they are done with.
func (r *reader) layout(most int) error {
	if r.late.Limit >= 0 && r.late.Filter == nil && r.late.Top == nil {
		most = int(min(int64(most), r.late.Limit))
	}
	if r.sift != nil {
		return r.siftRows(most)
	}
	c := &r.chunk
	r.done = r.laid
	r.rows.reserve(most)
	c.buf = c.buf[:c.n+pad] // the side begins anew
	for r.rows.n < most {
		f := r.nav.next(&c.scanner)
		if f == ok {
			var end int
			if end, f = r.rows.row(c.pos); f == ok {
				r.nav.passed(&c.scanner, end)
				r.rows.n++
				continue
			}
		}
		if r.rows.n > 0 {
			break
		}
		switch {
		case f == over:
			return r.over()
		case f == more, !c.eof && c.n-c.bad < shown: // what is wrong is to be shown whole
			if err := c.fill(); err != nil {
				return err
			}
		default:
			return r.fault(f)
		}
	}
	r.laid += int64(r.rows.n)
	return nil
}

// over ends the file. A path that led nowhere is no empty table.
func (r *reader) over() error {
	if r.nav.matched || r.nav.lines || len(r.l.steps) == 0 || r.winners.Settled {
		return io.EOF
	}
	return pgerr.New(pgerr.NoSQLJSONItem, "there is nothing at json_path %q", r.l.path).
		WithHint("A path is data.item, /data/rows or $.data.rows[*].").At("%s", r.chunk.name)
}

// Close lets go of everything; it may be called again.
func (r *reader) Close() error {
	if r.err == nil {
		r.err = pgerr.New(pgerr.InternalError, "reader is closed")
	}
	r.chunk.close()
	r.late.Close()
	r.winners.Close()
	return r.closeRaw()
}

func (r *reader) closeRaw() error {
	if r.raw == nil {
		return nil
	}
	raw := r.raw
	r.raw = nil
	return raw.Close()
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

// scanTop offers every row that passes, and makes a chunk of the winners' texts in their order.
func (r *reader) scanTop() error {
	lay := func() (int, error) {
		if err := r.in.Stopped(); err != nil {
			return 0, err
		}
		err := r.layout(vector.Size)
		return r.rows.n, err
	}
	keep := func(slot int, i int32) error {
		return r.winners.Keep(slot, r.chunk.buf[r.rows.start[i]:r.rows.end[i]], r.rowNumber(i), r.whereIs(i))
	}
	if err := r.late.ScanTop(lay, keep); err != nil {
		return err
	}
	return r.rebuild()
}

// rebuild makes the winners the file that is read from here on.
func (r *reader) rebuild() error {
	text := r.winners.Settle(r.late.Top.Order())
	if len(text) > math.MaxInt32 {
		return pgerr.New(pgerr.ProgramLimitExceeded, "the first rows by the order take %d bytes", len(text))
	}
	if err := r.closeRaw(); err != nil {
		return err
	}
	r.chunk.close()
	r.chunk = chunk{}
	r.done, r.laid = 0, 0
	r.nav = nav{many: true}
	wanted := make([]bool, len(r.columns))
	for _, c := range r.late.Request.Columns {
		wanted[c.Ordinal] = true
	}
	if r.sift != nil {
		r.sift.Again = true
		for i := range wanted {
			wanted[i] = true
		}
	}
	r.want(wanted)
	return r.chunk.open(name(r.in), bytes.NewReader(text), r.in.Budget(), len(text)+1, true)
}
