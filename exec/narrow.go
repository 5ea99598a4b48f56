package exec

import (
	"howdah/plan"
	"howdah/types"
)

// mostKeys is how many distinct keys of a join's held side are passed down to the other one.
const mostKeys = 1000

// narrow tells the probe side which keys the held side has, where a column of a scan is to equal them and rows without a
// partner do not come out. A table of the system catalogs may then look at those few relations instead of at all.
func (j *join) narrow() {
	if j.keepProbe || j.node.Kind == plan.AntiJoin && !j.marks || j.ended || j.chunk.rest != nil || j.table.n() == 0 {
		return
	}
	j.seek()
	if j.table.n() > mostKeys {
		return
	}
	for k, p := range j.probeKeys.progs {
		if p != nil {
			continue
		}
		s, col := systemBelow(j.probe, j.probeKeys.col[k])
		if s == nil {
			continue
		}
		values := make([]types.Datum, j.table.n())
		for g := range values {
			values[g] = j.table.keys.cols[k].Datum(int32(g))
		}
		s.narrow(col, values)
	}
}

// systemBelow finds the table of the catalogs that an operator's column comes from unchanged. An outer join between may
// fill the column up with NULLs, which equal nothing.
func systemBelow(op Operator, col int) (*system, int) {
	switch op := unmeasured(op).(type) {
	case *system:
		return op, col
	case *filter:
		return systemBelow(op.in, col)
	case *project:
		if op.es.progs[col] == nil {
			return systemBelow(op.in, op.es.col[col])
		}
	case *join:
		left, right := op.probe, op.build
		if op.buildLeft {
			left, right = right, left
		}
		if lw := len(op.node.Left.Columns()); col >= lw {
			return systemBelow(right, col-lw)
		}
		return systemBelow(left, col)
	}
	return nil, 0
}

// unmeasured is the operator itself where EXPLAIN ANALYZE measures it.
func unmeasured(op Operator) Operator {
	if m, ok := op.(*measured); ok {
		return m.op
	}
	return op
}
