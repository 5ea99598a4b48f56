package exec

import (
	"howdah/vector"
)

// pairsOfFiles are the parts of a join that are still to do: files of build rows with those of probe rows beside them.
type pairsOfFiles []pairOfFiles

type pairOfFiles struct{ build, probe *partitions }

// spread writes the build rows held and all that follow, and then the probe side, to files by the hashes of their keys.
func (j *join) spread(build Operator) error {
	probeNode, buildNode := j.node.Left, j.node.Right
	if j.buildLeft {
		probeNode, buildNode = buildNode, probeNode
	}
	pt, bt := columnTypes(probeNode), columnTypes(buildNode)
	pair := pairOfFiles{newPartitions(bt, j.level, j.rt.space()), newPartitions(pt, j.level, j.rt.space())}
	j.later = append(j.later, pair)
	j.spilled = true

	if err := j.data.each(func(b *vector.Batch) error {
		keys, err := j.buildKeys.eval(b)
		if err != nil {
			return err
		}
		return j.write(pair.build, b, keys)
	}); err != nil {
		return err
	}
	from := j.from
	j.clear()
	for {
		b, err := build.Next()
		if err != nil {
			return err
		}
		if b == nil {
			break
		}
		keys, err := j.buildKeys.eval(b)
		if err != nil {
			return err
		}
		j.hasNull = j.hasNull || len(notNull(keys, b.Sel)) < len(b.Sel)
		if err := j.write(pair.build, b, keys); err != nil {
			return err
		}
	}
	for {
		b, err := from.Next()
		if err != nil {
			return err
		}
		if b == nil {
			break
		}
		keys, err := j.probeKeys.eval(b)
		if err != nil {
			return err
		}
		if err := j.write(pair.probe, b, keys); err != nil {
			return err
		}
	}
	j.ended = true // nothing is held: the files follow
	return nil
}

func (j *join) write(p *partitions, b *vector.Batch, keys []*vector.Column) error {
	j.table.hash(keys, b.Sel)
	return p.add(b.Cols, b.Sel, j.table.work)
}

// nextPart goes on with a file of build rows and its probe rows.
func (j *join) nextPart() (bool, error) {
	j.closeFrom()
	j.chunk.end()
	pair, k := j.later.pop()
	if pair == nil {
		return false, nil
	}
	build, err := pair.build.take(k, j.max)
	if err != nil {
		return false, err
	}
	j.chunk.file = build
	probe, err := pair.probe.take(k, j.max)
	if err != nil {
		return false, err
	}
	some := j.some
	j.clear()
	j.from, j.level, j.some = probe, pair.build.level+1, some
	if err := j.hold(build); err != nil {
		return false, err
	}
	j.built = true
	return true, nil
}

// pop gives the next pair of files with rows: it is number k of the pair given. Without one the pair is nil.
func (p *pairsOfFiles) pop() (pair *pairOfFiles, k int) {
	for len(*p) > 0 {
		last := &(*p)[len(*p)-1]
		for k := range fanout {
			if last.build.rows[k] > 0 || last.probe.rows[k] > 0 {
				last.build.rows[k], last.probe.rows[k] = 0, 0
				return last, k
			}
		}
		last.close()
		*p = (*p)[:len(*p)-1]
	}
	return nil, 0
}

func (p *pairsOfFiles) close() {
	for _, x := range *p {
		x.close()
	}
	*p = nil
}

// closeFrom closes the file that probe rows came from.
func (j *join) closeFrom() {
	if j.from != nil && j.from != j.probe {
		j.from.Close()
	}
	j.from = j.probe
}

func (p pairOfFiles) close() {
	p.build.close()
	p.probe.close()
}

// drop lets go of all files.
func (j *join) drop() {
	j.closeFrom()
	j.chunk.end()
	j.later.close()
}
