package pushdown

import "howdah/vector"

// Sought is what a join has learnt from its other side before this one is read: rows whose columns hold none of the
// keys found there cannot come out. A reader may leave them out before it decodes their other columns; it may as well
// pay no attention.
type Sought struct {
	Ordinals []int // the columns that make a key
	// Keep appends to keep the rows of sel that may have a partner; keys are the columns' values, in the order of
	// Ordinals. All that do have one are among them.
	Keep func(keys []*vector.Column, sel, keep []int32) []int32
}

// seek leaves out the rows that no join wants.
func (l *Late) seek() error {
	w := &l.Work
	for _, s := range l.Sought {
		if len(w.Sel) == 0 {
			return nil
		}
		l.keys = l.keys[:0]
		for _, c := range s.Ordinals {
			if !l.read[c] {
				if w.Cols[c] == nil {
					w.Cols[c] = vector.New(l.Types[c], vector.Size)
				}
				if err := l.Decode(c, w.Cols[c], w.Sel, false); err != nil {
					return err
				}
				l.read[c] = true
			}
			l.keys = append(l.keys, w.Cols[c])
		}
		w.Sel = s.Keep(l.keys, w.Sel, w.Narrow())
	}
	return nil
}
