package vector

// Size is the number of rows of an ordinary batch.
const Size = 1024

// Batch is a set of rows by column, with the selection of those that are still alive.
type Batch struct {
	Cols []*Column // nil entries are columns that nobody asked for
	N    int       // rows filled in every column
	Sel  []int32   // the live rows, ascending; never nil once SetLen was called

	Max  int     // rows a producer may fill at most; 0 means Size
	Rows []int64 // 1-based record number in the file of each row, where the consumer asked for it; else nil

	sel []int32 // backing of Sel, owned by the batch
}

var identity = func() (s [Size]int32) {
	for i := range s {
		s[i] = int32(i)
	}
	return
}()

// Identity gives the selection of rows 0..n-1. It is shared: never write to it.
func Identity(n int) []int32 {
	if n <= len(identity) {
		return identity[:n]
	}
	s := make([]int32, n)
	for i := range s {
		s[i] = int32(i)
	}
	return s
}

// Cap is the number of rows that a producer may fill.
func (b *Batch) Cap() int {
	if b.Max > 0 {
		return b.Max
	}
	return Size
}

// SetLen says that n rows are filled, all of them alive.
func (b *Batch) SetLen(n int) {
	b.N = n
	b.Sel = Identity(n)
}

// Reset empties the batch and its columns; the columns keep their memory.
func (b *Batch) Reset() {
	b.N = 0
	b.Sel = b.Sel[:0]
	b.Rows = b.Rows[:0]
	for _, c := range b.Cols {
		if c != nil {
			c.Reset()
		}
	}
}

// Narrow gives an empty selection with room for all live rows, owned by the batch: append the survivors of b.Sel in
// order, then assign it to b.Sel. It may share memory with the present Sel, which is safe as survivors never outrun it.
func (b *Batch) Narrow() []int32 {
	if cap(b.sel) < b.N {
		b.sel = make([]int32, 0, max(b.N, Size))
	}
	return b.sel[:0]
}

// Live is the number of live rows.
func (b *Batch) Live() int { return len(b.Sel) }
