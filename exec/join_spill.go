package exec

import (
	"howdah/vector"
)

// pairsOfFiles are the parts of a join that are still to do: files of build rows with those of probe rows beside them.
type pairsOfFiles []pairOfFiles

type pairOfFiles struct{ build, probe *partitions }

// spread writes the build rows held and all that follow, and then the probe side, to files by the hashes of their keys.
// refused is the budget's error, given back where the rows cannot be written.
func (j *join) spread(build Operator, refused error) error {
	probeNode, buildNode := j.node.Left, j.node.Right
	if j.buildLeft {
		probeNode, buildNode = buildNode, probeNode
	}
	pt, bt := columnTypes(probeNode), columnTypes(buildNode)
	pair := pairOfFiles{newPartitions(bt, j.level, j.rt.space()), newPartitions(pt, j.level, j.rt.space())}
	j.later = append(j.later, pair)

	held := vector.Batch{Cols: j.data.cols}
	held.SetLen(j.data.n)
	keys, err := j.buildKeys.eval(&held)
	if err != nil {
		return err
	}
	if err := j.write(pair.build, &held, keys); err != nil {
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
	for len(j.later) > 0 {
		last := len(j.later) - 1
		pair := j.later[last]
		k := 0
		for k < fanout && pair.build.rows[k] == 0 && pair.probe.rows[k] == 0 {
			k++
		}
		if k == fanout {
			pair.close()
			j.later = j.later[:last]
			continue
		}
		pair.build.rows[k], pair.probe.rows[k] = 0, 0
		build, err := pair.build.take(k, j.max)
		if err != nil {
			return false, err
		}
		defer build.Close()
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
	return false, nil
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
	for _, p := range j.later {
		p.close()
	}
	j.later = nil
}
