package exec

import (
	"howdah/plan"
	"howdah/vector"
)

// chunks is the state of a join whose build side is done piece by piece: each piece is held in turn, and the probe rows
// are read once for each.
type chunks struct {
	on    bool
	rest  Operator    // gives the build rows behind those held; nil = there are none
	file  *partReader // that the build rows come from, where it is one
	probe *Store      // the probe rows, kept while they are read for the first time
	met   []uint64    // a bit per probe row: a build row of an earlier chunk matched it
	again *storeScan  // reads probe; nil the first time
	first int64       // the number of the present batch's first row
	row   int         // the row of the batch that is tested, counted among the live ones
}

// end lets go of everything.
func (c *chunks) end() {
	if c.file != nil {
		c.file.Close()
	}
	c.probe.Release()
	*c = chunks{}
}

// nextChunk goes on with the next piece of the build side.
func (j *join) nextChunk() (bool, error) {
	if j.chunk.rest == nil {
		return false, nil
	}
	build, some := j.chunk.rest, j.some
	if !j.keepBuild && (j.chunk.probe == nil || j.chunk.probe.Len() == 0) {
		return false, nil // nothing can match
	}
	j.closeFrom()
	j.clear()
	j.chunk.rest, j.some = nil, some
	if err := j.hold(build); err != nil {
		return false, err
	}
	if j.chunk.again == nil {
		j.chunk.again = &storeScan{in: j.chunk.probe.Reader(), max: j.max}
	}
	j.chunk.again.in.GoTo(0)
	j.built, j.from = true, j.chunk.again
	return true, nil
}

// number keeps a batch of probe rows where they are to be read again, and notes which they are. Rows about which all is
// known already are left out.
func (j *join) number(b *vector.Batch) error {
	if !j.chunk.on {
		return nil
	}
	c := &j.chunk
	c.row = 0
	if c.again == nil {
		if c.probe == nil {
			n := j.node.Left
			if j.buildLeft {
				n = j.node.Right
			}
			c.probe = NewStore(columnTypes(n), j.rt.space())
		}
		c.first = c.probe.Len()
		if (j.once || j.keepProbe) && c.met == nil {
			c.met = []uint64{}
		}
		for c.met != nil && int64(len(c.met))*64 < c.first+int64(len(b.Sel)) {
			c.met = append(c.met, 0)
		}
		return c.probe.Add(b.Cols, b.Sel)
	}
	c.first = c.again.in.At() - int64(b.N)
	return nil
}

// metBefore tells whether the row that is tested matched a row of an earlier chunk.
func (j *join) metBefore() bool {
	if j.chunk.met == nil {
		return false
	}
	n := j.chunk.first + int64(j.chunk.row)
	return j.chunk.met[n/64]>>(n%64)&1 != 0
}

// rowEnds notes whether the row that was tested matched, and goes on to the next one.
func (j *join) rowEnds(hit bool) {
	if hit && j.chunk.met != nil {
		n := j.chunk.first + int64(j.chunk.row)
		j.chunk.met[n/64] |= 1 << (n % 64)
	}
	j.chunk.row++
}

// passesOnce tells whether a row of a semi-join that matches comes out: it did not yet.
func (j *join) passesOnce() bool { return !j.hit && j.node.Kind == plan.SemiJoin && !j.metBefore() }

// storeScan is an Operator over a store's rows.
type storeScan struct {
	in  *StoreReader
	max int
	out vector.Batch
}

func (s *storeScan) Next() (*vector.Batch, error) {
	n, err := s.in.Next(&s.out, s.max)
	if n == 0 || err != nil {
		return nil, err
	}
	return &s.out, nil
}

func (s *storeScan) Rewind() error { s.in.GoTo(0); return nil }
func (s *storeScan) Close() error  { return nil }
