package sheet

import (
	"io"

	"howdah/vector"
)

// scanTop offers every row that passes, and keeps the cells of those that are among the first so far.
func (r *reader) scanTop() error {
	keys := make([]*vector.Column, len(r.req.Sort))
	held := int64(0)
	defer func() { r.in.Budget().Shrink(held) }()
	for {
		err := r.lay(vector.Size)
		if err == io.EOF {
			break
		}
		if err != nil {
			return err
		}
		if r.in.Context().Err() != nil {
			return r.cancelled()
		}
		if err := r.narrow(); err != nil {
			return err
		}
		sel := r.work.Sel
		if r.filter == nil {
			r.in.Meter().RowsDecoded.Add(int64(len(sel)))
		}
		for k, key := range r.req.Sort {
			if len(sel) == 0 {
				break
			}
			if keys[k] == nil {
				keys[k] = vector.New(r.columns[key.Ordinal].typ, vector.Size)
			}
			if err := r.decode(&r.columns[key.Ordinal], keys[k], sel); err != nil {
				return err
			}
			if k == 0 {
				r.alive = r.top.Candidates(keys[0], sel, r.alive[:0])
				sel = r.alive
			}
		}
		for _, i := range sel {
			slot, ok, err := r.top.Offer(keys, i)
			if err != nil {
				return err
			}
			if !ok {
				continue
			}
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
		}
	}
	for _, slot := range r.top.Order() {
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
