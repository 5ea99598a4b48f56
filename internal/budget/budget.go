package budget

import (
	"fmt"
	"sync"

	"howdah/pgerr"
)

// Budget is one node of the tree. It is safe for concurrent use. A nil Budget has no limit and counts nothing, so
// that code can be used without one.
type Budget struct {
	name    string
	setting string
	limit   int64
	parent  *Budget

	mu     sync.Mutex // taken from child to parent, never the other way
	used   int64
	peak   int64
	closed bool
	floor  int64

	watch func(used int64)
	step  int64
	told  int64 // what watch was told last
}

// New makes a budget of limit bytes below parent, which may be nil. With limit <= 0 it has no limit of its own and
// only those above it bind.
func New(name string, limit int64, parent *Budget) *Budget {
	return &Budget{name: name, limit: limit, parent: parent}
}

// RaisedBy says which setting raises the limit, such as "--query-memory"; the error's hint names it. It returns the
// budget and is to be called before the budget is shared.
func (b *Budget) RaisedBy(setting string) *Budget {
	b.setting = setting
	return b
}

// SetLimit changes the budget's own limit from now on. What is granted stays granted.
func (b *Budget) SetLimit(limit int64) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.limit = limit
}

// Floor makes a budget below b that is granted its first n bytes even where b's own limit would refuse them; the limits
// above b bind. It is for what a query cannot do without. A nil Budget gives itself.
func (b *Budget) Floor(name string, n int64) *Budget {
	if b == nil {
		return nil
	}
	return &Budget{name: name, parent: b, floor: n}
}

// force is Grow without a look at b's own limit.
func (b *Budget) force(n int64) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.closed {
		return pgerr.New(pgerr.InternalError, "memory budget %q is closed", b.name)
	}
	return b.grow(n)
}

// Watch has f told how many bytes are granted whenever that has changed by step. f must not call back into budgets. It
// is to be called before the budget is shared.
func (b *Budget) Watch(step int64, f func(used int64)) { b.step, b.watch = step, f }

// tell calls watch where it is due, under the lock.
func (b *Budget) tell() {
	if b.watch != nil && (b.used >= b.told+b.step || b.used <= b.told-b.step) {
		b.told = b.used
		b.watch(b.used)
	}
}

// Grow asks for n more bytes. It grants all of them or, with 53200, none.
func (b *Budget) Grow(n int64) error {
	if b == nil || n == 0 {
		return nil
	}
	if n < 0 {
		panic("budget: Grow of a negative size")
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.closed {
		return pgerr.New(pgerr.InternalError, "memory budget %q is closed", b.name)
	}
	if b.limit > 0 && n > b.limit-b.used {
		return b.refuse(n)
	}
	return b.grow(n)
}

// grow asks those above, under the lock.
func (b *Budget) grow(n int64) error {
	err := b.parent.Grow(n)
	if err != nil && b.used+n <= b.floor {
		err = b.parent.force(n)
	}
	if err != nil {
		return err
	}
	b.used += n
	b.peak = max(b.peak, b.used)
	b.tell()
	return nil
}

// Shrink gives n bytes back. Giving back more than was granted is a bug and panics.
func (b *Budget) Shrink(n int64) {
	if b == nil || n == 0 {
		return
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.closed {
		return // Close has given everything back
	}
	if n < 0 || n > b.used {
		panic(fmt.Sprintf("budget: %q: Shrink of %d bytes, %d in use", b.name, n, b.used))
	}
	b.used -= n
	b.tell()
	b.parent.Shrink(n)
}

// Used gives the bytes granted now.
func (b *Budget) Used() int64 {
	if b == nil {
		return 0
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.used
}

// Peak gives the largest Used so far.
func (b *Budget) Peak() int64 {
	if b == nil {
		return 0
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.peak
}

// Limit gives the budget's own limit in bytes, 0 if it has none.
func (b *Budget) Limit() int64 {
	if b == nil {
		return 0
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	return max(b.limit, 0)
}

// Close gives back to the parent whatever is still granted. Budgets below are to be closed first. A later Grow is an
// error, a later Shrink or Close does nothing.
func (b *Budget) Close() {
	if b == nil {
		return
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.closed {
		return
	}
	b.closed = true
	b.parent.Shrink(b.used)
	b.used = 0
}

func (b *Budget) refuse(n int64) error {
	err := pgerr.New(pgerr.OutOfMemory, "out of memory").
		WithDetail("Failed on request of size %d in memory budget %q: %d of %d bytes are in use.", n, b.name, b.used, b.limit)
	if b.setting != "" {
		err = err.WithHint("Raise %s, or make the query hold fewer rows.", b.setting)
	}
	return err
}
