package pushdown

import "howdah/internal/budget"

// Winners keeps the texts of the rows that a TopN has let in so far. Settled, they are read like a file of their own.
type Winners struct {
	Settled bool
	Base    int // how many of the settled rows came before the batch at hand

	rows   []winner // by slot, once settled in the order of the answer
	budget *budget.Budget
	held   int64
}

type winner struct {
	text   []byte
	number int64
	where  string
}

// NewWinners takes its memory from b.
func NewWinners(b *budget.Budget) Winners { return Winners{budget: b} }

// Keep copies the text of the row that has the slot now, its number, and how errors call its place.
func (w *Winners) Keep(slot int, text []byte, number int64, where string) error {
	if slot == len(w.rows) {
		w.rows = append(w.rows, winner{})
	}
	k := &w.rows[slot]
	if more := int64(len(text) - cap(k.text)); more > 0 {
		if err := w.budget.Grow(more); err != nil {
			return err
		}
		w.held += more
		k.text = make([]byte, 0, len(text))
	}
	k.text, k.number, k.where = append(k.text[:0], text...), number, where
	return nil
}

// Settle gives the texts in the order of the answer, a line end behind each. The memory kept for them is given back.
func (w *Winners) Settle(order []int32) []byte {
	var all []byte
	rows := make([]winner, 0, len(order))
	for _, slot := range order {
		k := &w.rows[slot]
		all = append(append(all, k.text...), '\n')
		rows = append(rows, winner{number: k.number, where: k.where})
	}
	w.rows, w.Settled = rows, true
	w.Close()
	return all
}

// Number is the number in the file of a settled row of the batch at hand.
func (w *Winners) Number(row int32) int64 { return w.rows[w.Base+int(row)].number }

// Where is how errors call the place of a settled row of the batch at hand.
func (w *Winners) Where(row int32) string { return w.rows[w.Base+int(row)].where }

// Close gives the memory back.
func (w *Winners) Close() {
	w.budget.Shrink(w.held)
	w.held = 0
}
