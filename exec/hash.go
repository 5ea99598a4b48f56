package exec

import (
	"bytes"

	"howdah/internal/budget"
	"howdah/types"
	"howdah/vector"
)

// groups numbers distinct keys from 0 in the order of their first occurrence. NULLs are equal to each other, as GROUP
// BY, DISTINCT and set operations have it.
type groups struct {
	keys   *rows
	colls  []types.OID
	slots  []int32  // group number + 1, 0 = free; a power of two
	hashes []uint64 // per group
	mask   uint64

	work []uint64 // hashes of the present batch
	held int64
}

// manySlots is from where on tables grow in smaller steps: what a step takes is not known to the budget before.
const manySlots = 1 << 16

func newGroups(b *budget.Budget, colls []types.OID) *groups {
	return &groups{keys: newRows(b, len(colls)), colls: colls, slots: make([]int32, 1024), mask: 1023}
}

// n is the number of groups.
func (g *groups) n() int { return g.keys.n }

// assign sets out[k] to the group of row sel[k], making groups as needed; fresh (where not nil) gets the rows that made
// one. Where the budget refuses (53200), all rows have their groups nevertheless.
func (g *groups) assign(cols []*vector.Column, sel []int32, out []int32, fresh []int32) ([]int32, error) {
	g.hash(cols, sel)
	for k, i := range sel {
		h := g.work[i]
		slot := h & g.mask
		for {
			id := g.slots[slot] - 1
			if id < 0 {
				id = int32(g.keys.n)
				if err := g.insert(cols, i, h); err != nil {
					return nil, err
				}
				if fresh != nil {
					fresh = append(fresh, i)
				}
				out[k] = id
				break
			}
			if g.hashes[id] == h && g.same(cols, i, id) {
				out[k] = id
				break
			}
			slot = (slot + 1) & g.mask
		}
	}
	return fresh, g.account()
}

// account asks the budget for what the groups have grown by.
func (g *groups) account() error {
	err := g.keys.account()
	want := int64(4*len(g.slots) + 8*cap(g.hashes))
	if err == nil && want > g.held {
		if err = g.keys.budget.Grow(want - g.held); err == nil {
			g.held = want
		}
	}
	if err != nil && g.keys.bytes()+want <= least(g.keys.budget) {
		return nil
	}
	if err != nil {
		return outOfMemory(err)
	}
	return nil
}

// find sets out[k] to the group of row sel[k], or -1.
func (g *groups) find(cols []*vector.Column, sel []int32, out []int32) {
	g.hash(cols, sel)
	for k, i := range sel {
		out[k] = -1
		h := g.work[i]
		for slot := h & g.mask; ; slot = (slot + 1) & g.mask {
			id := g.slots[slot] - 1
			if id < 0 {
				break
			}
			if g.hashes[id] == h && g.same(cols, i, id) {
				out[k] = id
				break
			}
		}
	}
}

func (g *groups) hash(cols []*vector.Column, sel []int32) {
	need := 0
	if len(sel) > 0 {
		need = int(sel[len(sel)-1]) + 1
	}
	if len(g.work) < need {
		g.work = make([]uint64, max(need, vector.Size))
	}
	hashRows(cols, g.colls, sel, g.work)
}

func (g *groups) insert(cols []*vector.Column, i int32, h uint64) error {
	one := [1]int32{i}
	if err := g.keys.put(cols, one[:]); err != nil {
		return err
	}
	g.hashes = append(g.hashes, h)
	n := len(g.hashes)
	if 2*n > len(g.slots) {
		times := 4
		if len(g.slots) >= manySlots {
			times = 2
		}
		g.slots = make([]int32, times*len(g.slots))
		g.mask = uint64(len(g.slots) - 1)
		for id, h := range g.hashes {
			g.place(h, int32(id))
		}
		return nil
	}
	g.place(h, int32(n-1))
	return nil
}

func (g *groups) place(h uint64, id int32) {
	slot := h & g.mask
	for g.slots[slot] != 0 {
		slot = (slot + 1) & g.mask
	}
	g.slots[slot] = id + 1
}

func (g *groups) same(cols []*vector.Column, i, id int32) bool {
	for c, col := range cols {
		if !equalAt(col, i, g.keys.cols[c], id, g.colls[c]) {
			return false
		}
	}
	return true
}

func (g *groups) release() {
	if g == nil {
		return
	}
	g.keys.budget.Shrink(g.held)
	g.held = 0
	g.keys.release()
	g.slots, g.hashes = nil, nil
}

// forget lets go of the groups and of the memory.
func (g *groups) forget() {
	g.release()
	*g = *newGroups(g.keys.budget, g.colls)
}

// reset forgets the groups.
func (g *groups) reset() {
	clear(g.slots)
	g.hashes = g.hashes[:0]
	g.keys.reset()
}

// hashRows sets h[i] for each selected row i over all columns; equal values of a type have equal hashes.
func hashRows(cols []*vector.Column, colls []types.OID, sel []int32, h []uint64) {
	for _, i := range sel {
		h[i] = 0
	}
	for _, c := range cols {
		vector.HashInto(c, sel, h)
	}
	for _, i := range sel { // the table takes low bits: make them depend on all
		x := h[i]
		x ^= x >> 32
		x *= 0x9E3779B97F4A7C15
		h[i] = x ^ x>>29
	}
}

// equalAt tells whether two values are the same by the type's equality, NULL being equal to NULL.
func equalAt(a *vector.Column, i int32, b *vector.Column, j int32, coll types.OID) bool {
	if an, bn := a.Null(i), b.Null(j); an || bn {
		return an && bn
	}
	switch a.Kind {
	case types.KindInt:
		return a.Ints[i] == b.Ints[j]
	case types.KindBool:
		return a.Bools[i] == b.Bools[j]
	case types.KindBytes:
		if a.Type.OID == types.TextOID || a.Type.OID == types.VarcharOID {
			return bytes.Equal(a.Bytes(i), b.Bytes(j))
		}
	}
	return vector.Compare(a, i, b, j, coll) == 0
}
