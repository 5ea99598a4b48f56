package exec

import (
	"math"
	"unsafe"

	"howdah/internal/budget"
	"howdah/pgerr"
	"howdah/types"
	"howdah/vector"
)

// rows is a columnar store of rows that outlive their batch, under a budget. Rows are numbered from 0 in the order in
// which they were added.
type rows struct {
	cols   []*vector.Column
	n      int
	budget *budget.Budget
	held   int64 // granted by budget
}

// newRows makes an empty store. Columns get their types with the first batch.
func newRows(b *budget.Budget, width int) *rows {
	return &rows{cols: make([]*vector.Column, width), budget: b}
}

// add copies the selected rows of the columns, within the budget. A nil column stays nil.
func (r *rows) add(cols []*vector.Column, sel []int32) error {
	if err := r.put(cols, sel); err != nil {
		return err
	}
	return r.account()
}

// put is add without asking the budget.
func (r *rows) put(cols []*vector.Column, sel []int32) error {
	if len(sel) == 0 {
		return nil
	}
	if r.n+len(sel) > math.MaxInt32 {
		return pgerr.New(pgerr.ProgramLimitExceeded, "too many rows to hold at once")
	}
	for i, c := range cols {
		if c == nil {
			continue
		}
		if r.cols[i] == nil {
			r.cols[i] = &vector.Column{Type: c.Type, Kind: c.Kind, Form: c.Form}
		}
		if err := r.appendColumn(r.cols[i], c, sel); err != nil {
			return err
		}
	}
	r.n += len(sel)
	return nil
}

// full tells whether so many rows more might be too many for their numbers, or their bytes for a column.
func (r *rows) full(more int) bool {
	if r.n+more > math.MaxInt32 {
		return true
	}
	for _, c := range r.cols {
		if c != nil && len(c.Buf) > 3<<30 {
			return true
		}
	}
	return false
}

func (r *rows) appendColumn(dst, src *vector.Column, sel []int32) error {
	if dst.Form != src.Form {
		if dst.Form == vector.Values {
			if err := toText(dst, identity(r.n)); err != nil {
				return err
			}
		} else {
			c := *src
			if err := toText(&c, sel); err != nil {
				return err
			}
			src = &c
		}
	}
	return appendTo(dst, r.n, src, sel)
}

// account asks the budget for what the store has grown by.
func (r *rows) account() error {
	if r.budget == nil {
		return nil
	}
	need := r.bytes()
	if need <= r.held {
		return nil
	}
	grow := need - r.held
	if room := need / 8; room > 1<<16 {
		grow += room // so that the budget is not asked for every batch
		if r.budget.Grow(grow) == nil {
			r.held += grow
			return nil
		}
		grow = need - r.held
	}
	if err := r.budget.Grow(grow); err != nil {
		return outOfMemory(err)
	}
	r.held += grow
	return nil
}

func (r *rows) bytes() int64 {
	var n int64
	for _, c := range r.cols {
		if c != nil {
			n += columnBytes(c)
		}
	}
	return n
}

// each hands all rows to take, some at a time, as views.
func (r *rows) each(take func(*vector.Batch) error) error {
	b := vector.Batch{Cols: make([]*vector.Column, len(r.cols))}
	views := make([]vector.Column, len(r.cols))
	for from := 0; from < r.n; from += vector.Size {
		to := min(from+vector.Size, r.n)
		for i, c := range r.cols {
			if c != nil {
				slice(&views[i], c, from, to)
				b.Cols[i] = &views[i]
			}
		}
		b.SetLen(to - from)
		if err := take(&b); err != nil {
			return err
		}
	}
	return nil
}

// release gives everything back.
func (r *rows) release() {
	if r == nil {
		return
	}
	r.budget.Shrink(r.held)
	r.held, r.n = 0, 0
	clear(r.cols)
}

// reset forgets the rows and keeps the memory.
func (r *rows) reset() {
	r.n = 0
	for _, c := range r.cols {
		if c != nil {
			buf := c.Buf[:0]
			c.Reset()
			c.Buf = buf
		}
	}
}

// gather fills out with the rows of idx; -1 is a row of NULLs. Byte values are views of the store.
func (r *rows) gather(out []*vector.Column, idx []int32) {
	for i, c := range r.cols {
		if c != nil {
			gatherColumn(out, i, c, idx)
		}
	}
}

// gatherColumn fills out[i] with src's rows idx. Byte values are views of src's buffer.
func gatherColumn(out []*vector.Column, i int, src *vector.Column, idx []int32) {
	n := len(idx)
	dst := out[i]
	if dst == nil {
		dst = &vector.Column{}
		out[i] = dst
	}
	dst.ClearNulls()
	dst.Type, dst.Kind, dst.Form = src.Type, src.Kind, src.Form
	dst.Resize(n)
	if src.HasNulls {
		for k, j := range idx {
			if j < 0 || src.Nulls[j] {
				dst.SetNull(int32(k))
			}
		}
	} else {
		for k, j := range idx {
			if j < 0 {
				dst.SetNull(int32(k))
			}
		}
	}
	if src.Form == vector.CanonicalText {
		dst.Buf = src.Buf
		pick(dst.Spans, src.Spans, idx)
		return
	}
	switch src.Kind {
	case types.KindBool:
		pick(dst.Bools, src.Bools, idx)
	case types.KindInt:
		pick(dst.Ints, src.Ints, idx)
	case types.KindFloat:
		pick(dst.Floats, src.Floats, idx)
	case types.KindNumeric:
		pick(dst.Nums, src.Nums, idx)
	case types.KindInterval:
		pick(dst.Intervals, src.Intervals, idx)
	case types.KindArray:
		pick(dst.Arrays, src.Arrays, idx)
	case types.KindRecord:
		pick(dst.Records, src.Records, idx)
	default:
		dst.Buf = src.Buf
		pick(dst.Spans, src.Spans, idx)
	}
}

func pick[T any](dst, src []T, idx []int32) {
	if len(src) == 0 {
		return
	}
	for k, j := range idx {
		if j >= 0 {
			dst[k] = src[j]
		} else {
			var zero T
			dst[k] = zero
		}
	}
}

// appendTo copies src's selected rows behind dst's first n. Forms must agree.
func appendTo(dst *vector.Column, n int, src *vector.Column, sel []int32) error {
	dst.Nulls = extend(dst.Nulls, n, len(sel))
	if src.HasNulls {
		for k, i := range sel {
			if src.Nulls[i] {
				dst.SetNull(int32(n + k))
			}
		}
	}
	if src.Form == vector.CanonicalText || src.Kind == types.KindBytes {
		return appendBytes(dst, n, src, sel)
	}
	switch src.Kind {
	case types.KindBool:
		dst.Bools = appendSel(dst.Bools[:n], src.Bools, sel)
	case types.KindInt:
		dst.Ints = appendSel(dst.Ints[:n], src.Ints, sel)
	case types.KindFloat:
		dst.Floats = appendSel(dst.Floats[:n], src.Floats, sel)
	case types.KindNumeric:
		dst.Nums = appendSel(dst.Nums[:n], src.Nums, sel)
	case types.KindInterval:
		dst.Intervals = appendSel(dst.Intervals[:n], src.Intervals, sel)
	case types.KindArray:
		dst.Arrays = appendSel(dst.Arrays[:n], src.Arrays, sel)
	case types.KindRecord:
		dst.Records = appendSel(dst.Records[:n], src.Records, sel)
	}
	return nil
}

func extend[T any](s []T, n, more int) []T {
	s = s[:n]
	for range more {
		var zero T
		s = append(s, zero)
	}
	return s
}

func appendSel[T any](dst, src []T, sel []int32) []T {
	for _, i := range sel {
		dst = append(dst, src[i])
	}
	return dst
}

func appendBytes(dst *vector.Column, n int, src *vector.Column, sel []int32) error {
	dst.Spans = dst.Spans[:n]
	buf := dst.Buf
	for _, i := range sel {
		if src.HasNulls && src.Nulls[i] {
			dst.Spans = append(dst.Spans, vector.Span{})
			continue
		}
		s := src.Spans[i]
		if len(buf)+int(s.Len) > math.MaxUint32 {
			return pgerr.New(pgerr.ProgramLimitExceeded, "more than 4 GiB of one column to hold at once")
		}
		dst.Spans = append(dst.Spans, vector.Span{Off: uint32(len(buf)), Len: s.Len})
		buf = append(buf, src.Buf[s.Off:s.Off+s.Len]...)
	}
	dst.Buf = buf
	return nil
}

// toText turns the selected rows of a column into canonical text.
func toText(c *vector.Column, sel []int32) error {
	if c.Form == vector.CanonicalText {
		return nil
	}
	t := vector.Column{Type: c.Type, Kind: c.Kind, Form: vector.CanonicalText, HasNulls: c.HasNulls, Nulls: c.Nulls}
	t.Spans = make([]vector.Span, len(c.Nulls))
	var buf []byte
	style := types.DefaultStyle()
	for _, i := range sel {
		if c.Null(i) {
			continue
		}
		off := len(buf)
		if c.Kind == types.KindBytes && passText(c.Type.OID) {
			buf = append(buf, c.Bytes(i)...)
		} else {
			d := c.Datum(i)
			buf = types.AppendText(buf, c.Type, &d, style)
		}
		t.Spans[i] = vector.Span{Off: uint32(off), Len: uint32(len(buf) - off)}
	}
	t.Buf = buf
	*c = t
	return nil
}

func passText(oid types.OID) bool {
	return oid == types.TextOID || oid == types.VarcharOID || oid == types.BpcharOID
}

// columnBytes is about what the column's storage takes.
func columnBytes(c *vector.Column) int64 {
	n := int64(cap(c.Nulls)) + int64(cap(c.Bools)) + 8*int64(cap(c.Ints)) + 8*int64(cap(c.Floats)) +
		int64(unsafe.Sizeof(types.Numeric{}))*int64(cap(c.Nums)) + 16*int64(cap(c.Intervals)) +
		8*int64(cap(c.Spans)) + int64(cap(c.Buf))
	for _, a := range c.Arrays[:len(c.Arrays):len(c.Arrays)] {
		if a != nil {
			n += 64 + datumBytes(a.Elems)
		}
	}
	for _, r := range c.Records {
		if r != nil {
			n += 64 + datumBytes(r.Fields)
		}
	}
	return n + 8*int64(cap(c.Arrays)+cap(c.Records))
}

func datumBytes(ds []types.Datum) int64 {
	n := int64(unsafe.Sizeof(types.Datum{})) * int64(len(ds))
	for i := range ds {
		n += int64(len(ds[i].Bytes))
	}
	return n
}

func identity(n int) []int32 { return vector.Identity(n) }

// least is how much an operator holds before it gives way to a refusal: where others have all the memory it would do too
// little at a time.
func least(b *budget.Budget) int64 {
	const most, fewest = 1 << 20, 16 << 10
	if b.Limit() == 0 {
		return most
	}
	return min(max(b.Limit()/4, fewest), most)
}

// outOfMemory says how to give a query more memory, where the budget did not.
func outOfMemory(err error) error {
	e := pgerr.From(err)
	if e.Code == pgerr.OutOfMemory && e.Hint == "" {
		e = e.Clone().WithHint("Raise work_mem, or make the query hold fewer rows.")
	}
	return e
}
