package pushdown

import (
	"bytes"
	"cmp"
	"slices"

	"howdah/internal/budget"
	"howdah/types"
	"howdah/vector"
)

// TopN keeps the keys of the first rows by an order, for a reader that takes sort and limit together: it remembers
// per slot what it needs to materialise the row later, and does so for the winners alone. Rows with equal keys keep
// the order in which they came. It serves one goroutine at a time.
type TopN struct {
	keys   []topKey
	limit  int
	heap   []int32 // slots, the worst on top
	came   []int64 // per slot: the number of the row
	seen   int64
	budget *budget.Budget
	held   int64
}

// topKey is one key's values by slot.
type topKey struct {
	SortKey
	kind  types.Kind
	nulls []bool
	ints  []int64 // bools too
	flts  []float64
	nums  []types.Numeric
	bytes [][]byte
}

// Sortable tells whether a TopN orders the type as PostgreSQL does.
func Sortable(t types.Type) bool {
	switch t.OID {
	case types.BoolOID, types.Int2OID, types.Int4OID, types.Int8OID, types.OidOID, types.DateOID, types.TimeOID, types.TimestampOID,
		types.TimestamptzOID, types.Float4OID, types.Float8OID, types.NumericOID, types.TextOID, types.VarcharOID, types.UUIDOID, types.ByteaOID,
		types.BpcharOID, types.BitOID, types.VarbitOID:
		return true
	}
	return false
}

// NewTopN keeps the first limit rows by keys, whose types are all Sortable. Copied values are taken from b.
func NewTopN(keys []SortKey, limit int, b *budget.Budget) *TopN {
	t := &TopN{limit: limit, budget: b}
	for _, k := range keys {
		t.keys = append(t.keys, topKey{SortKey: k, kind: types.KindOf(k.Type.OID)})
	}
	return t
}

// Candidates narrows sel to the rows that the first key does not rule out. out may be sel[:0]. col is the first key's.
func (t *TopN) Candidates(col *vector.Column, sel, out []int32) []int32 {
	if len(t.heap) < t.limit || t.limit == 0 || len(t.keys) == 0 {
		return append(out, sel...)
	}
	k := &t.keys[0]
	worst := t.heap[0]
	if k.kind == types.KindInt && !col.HasNulls && !k.nulls[worst] {
		w := k.ints[worst]
		for _, r := range sel {
			if v := col.Ints[r]; v == w || (v < w) != k.Desc {
				out = append(out, r)
			}
		}
		return out
	}
	for _, r := range sel {
		if k.compareRow(col, r, worst) <= 0 {
			out = append(out, r)
		}
	}
	return out
}

// Offer shows one row, its keys in cols. ok says that it belongs to the first rows so far: the caller keeps what it
// needs of the row under slot, which is below limit and may have been another row's.
func (t *TopN) Offer(cols []*vector.Column, row int32) (slot int, ok bool, err error) {
	t.seen++
	if t.limit == 0 {
		return 0, false, nil
	}
	if len(t.heap) < t.limit {
		s := int32(len(t.heap))
		if err := t.store(cols, row, s); err != nil {
			return 0, false, err
		}
		t.heap = append(t.heap, s)
		t.up(len(t.heap) - 1)
		return int(s), true, nil
	}
	worst := t.heap[0]
	for i := range t.keys {
		c := t.keys[i].compareRow(cols[i], row, worst)
		if c < 0 {
			if err := t.store(cols, row, worst); err != nil {
				return 0, false, err
			}
			t.down(0)
			return int(worst), true, nil
		}
		if c > 0 {
			break
		}
	}
	return 0, false, nil // on a tie the earlier row stays
}

// Order gives the slots in the order of the answer. Nothing may be offered afterwards.
func (t *TopN) Order() []int32 {
	s := slices.Clone(t.heap)
	slices.SortFunc(s, func(a, b int32) int { return t.compare(a, b) })
	return s
}

// Close gives the memory back.
func (t *TopN) Close() {
	t.budget.Shrink(t.held)
	t.held, t.heap, t.keys, t.limit = 0, nil, nil, 0
}

func (t *TopN) store(cols []*vector.Column, row, slot int32) error {
	if int(slot) == len(t.came) {
		grown := int64(16 + len(t.keys)*48)
		if err := t.budget.Grow(grown); err != nil {
			return err
		}
		t.held += grown
		t.came = append(t.came, 0)
		for i := range t.keys {
			t.keys[i].grow()
		}
	}
	t.came[slot] = t.seen
	for i := range t.keys {
		k := &t.keys[i]
		k.nulls[slot] = cols[i].Null(row)
		if k.nulls[slot] {
			continue
		}
		switch k.kind {
		case types.KindBool:
			k.ints[slot] = boolInt(cols[i].Bools[row])
		case types.KindInt:
			k.ints[slot] = cols[i].Ints[row]
		case types.KindFloat:
			k.flts[slot] = cols[i].Floats[row]
		case types.KindNumeric:
			k.nums[slot] = cols[i].Nums[row]
		default:
			v := cols[i].Bytes(row)
			if more := int64(len(v) - cap(k.bytes[slot])); more > 0 {
				if err := t.budget.Grow(more); err != nil {
					return err
				}
				t.held += more
				k.bytes[slot] = make([]byte, 0, len(v))
			}
			k.bytes[slot] = append(k.bytes[slot][:0], v...)
		}
	}
	return nil
}

func (k *topKey) grow() {
	k.nulls = append(k.nulls, false)
	switch k.kind {
	case types.KindBool, types.KindInt:
		k.ints = append(k.ints, 0)
	case types.KindFloat:
		k.flts = append(k.flts, 0)
	case types.KindNumeric:
		k.nums = append(k.nums, types.Numeric{})
	default:
		k.bytes = append(k.bytes, nil)
	}
}

// compareRow compares a row's value with a slot's in the key's order.
func (k *topKey) compareRow(col *vector.Column, row, slot int32) int {
	a, b := col.Null(row), k.nulls[slot]
	if a || b {
		return k.orderNulls(a, b)
	}
	c := 0
	switch k.kind {
	case types.KindBool:
		c = cmp.Compare(boolInt(col.Bools[row]), k.ints[slot])
	case types.KindInt:
		c = cmp.Compare(col.Ints[row], k.ints[slot])
	case types.KindFloat:
		c = types.CompareFloat(col.Floats[row], k.flts[slot])
	case types.KindNumeric:
		c = types.CompareNumeric(&col.Nums[row], &k.nums[slot])
	default:
		c = k.compareBytes(col.Bytes(row), k.bytes[slot])
	}
	if k.Desc {
		return -c
	}
	return c
}

// compareBytes compares values that are stored as bytes.
func (k *topKey) compareBytes(a, b []byte) int {
	switch k.Type.OID {
	case types.BpcharOID:
		return bytes.Compare(types.TrimBpchar(a), types.TrimBpchar(b))
	case types.BitOID, types.VarbitOID:
		return types.CompareBits(a, b)
	}
	return bytes.Compare(a, b)
}

func (k *topKey) compareSlots(x, y int32) int {
	a, b := k.nulls[x], k.nulls[y]
	if a || b {
		return k.orderNulls(a, b)
	}
	c := 0
	switch k.kind {
	case types.KindBool, types.KindInt:
		c = cmp.Compare(k.ints[x], k.ints[y])
	case types.KindFloat:
		c = types.CompareFloat(k.flts[x], k.flts[y])
	case types.KindNumeric:
		c = types.CompareNumeric(&k.nums[x], &k.nums[y])
	default:
		c = k.compareBytes(k.bytes[x], k.bytes[y])
	}
	if k.Desc {
		return -c
	}
	return c
}

func (k *topKey) orderNulls(a, b bool) int {
	switch {
	case a && b:
		return 0
	case a == k.NullsFirst:
		return -1
	}
	return 1
}

func boolInt(b bool) int64 {
	if b {
		return 1
	}
	return 0
}

func (t *TopN) compare(a, b int32) int {
	for i := range t.keys {
		if c := t.keys[i].compareSlots(a, b); c != 0 {
			return c
		}
	}
	return cmp.Compare(t.came[a], t.came[b])
}

func (t *TopN) up(i int) {
	for i > 0 {
		parent := (i - 1) / 2
		if t.compare(t.heap[i], t.heap[parent]) <= 0 {
			return
		}
		t.heap[i], t.heap[parent] = t.heap[parent], t.heap[i]
		i = parent
	}
}

func (t *TopN) down(i int) {
	for {
		worst := i
		for child := 2*i + 1; child <= 2*i+2 && child < len(t.heap); child++ {
			if t.compare(t.heap[child], t.heap[worst]) > 0 {
				worst = child
			}
		}
		if worst == i {
			return
		}
		t.heap[i], t.heap[worst] = t.heap[worst], t.heap[i]
		i = worst
	}
}
