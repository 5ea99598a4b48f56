package sheet

import (
	"io"

	"howdah/vector"
)

// scanTop offers every row that passes, and keeps the cells of those that are among the first so far.
func (r *reader) scanTop() error {
	held := int64(0)
	defer func() { r.in.Budget().Shrink(held) }()
	lay := func() (int, error) {
		if err := r.in.Stopped(); err != nil {
			return 0, err
		}
		err := r.lay(vector.Size)
		return r.n, err
	}
	err := r.late.ScanTop(lay, func(slot int, i int32) error {
		if slot == len(r.kept) {
			r.kept = append(r.kept, keptRow{})
		}
		k := &r.kept[slot]
		before := k.size()
		k.cells, k.text = append(k.cells[:0], r.cells[int(i)*r.stride:(int(i)+1)*r.stride]...), k.text[:0]
		for c := range k.cells {
			if cell := &k.cells[c]; pointsToText(cell.Kind) {
				off := len(k.text)
				k.text = append(k.text, r.text[cell.Off:cell.Off+cell.Len]...)
				cell.Off = uint32(off)
			}
		}
		k.number, k.record = r.numbers[i], r.records[i]
		if grown := k.size() - before; grown > 0 {
			if err := r.in.Budget().Grow(grown); err != nil {
				return err
			}
			held += grown
		}
		return nil
	})
	if err != nil {
		return err
	}
	for _, slot := range r.late.Top.Order() {
		r.winners = append(r.winners, r.kept[slot])
	}
	r.kept, r.sorted = nil, true
	if r.sift != nil {
		r.sift.Again = true
	}
	return nil
}

func (k *keptRow) size() int64 { return int64(cap(k.cells)*12 + cap(k.text)) }

// replay lays out the winners in their order.
func (r *reader) replay(most int) error {
	for r.n < most && r.n < len(r.winners) {
		w := &r.winners[r.n]
		r.add(w.number, w.cells, w.text)
		r.records[r.n-1] = w.record
	}
	if r.n == 0 {
		return io.EOF
	}
	r.winners = r.winners[r.n:]
	return r.pay()
}
