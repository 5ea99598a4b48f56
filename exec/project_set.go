package exec

import (
	"howdah/expr"
	"howdah/plan"
	"howdah/types"
	"howdah/vector"
)

// projectSet computes a select list in which calls return sets: each input row gives as many rows as the longest set,
// the others are filled up with NULLs.
type projectSet struct {
	in    Operator
	node  *plan.ProjectSet
	env   *expr.Env
	max   int
	plain *computed
	where []int // the output column of each plain expression
	sets  []*setCall
	at    []int // the output column of each set

	batch *vector.Batch
	cols  []*vector.Column
	row   int  // index into batch.Sel
	open  bool // sets run for that row
	from  []int32
	out   vector.Batch
}

func (r *run) projectSet(n *plan.ProjectSet, env *expr.Env) (Operator, error) {
	in, err := r.build(n.Input, env)
	if err != nil {
		return nil, err
	}
	p := &projectSet{in: in, node: n, env: env, max: r.max}
	var plain []expr.Expr
	for i, e := range n.Exprs {
		if !n.Set[i] {
			plain = append(plain, e)
			p.where = append(p.where, i)
			continue
		}
		s, err := newSetCall(e.(*expr.Func), env)
		if err != nil {
			return nil, closing(in, err)
		}
		p.sets = append(p.sets, s)
		p.at = append(p.at, i)
	}
	if p.plain, err = compute(plain, env); err != nil {
		return nil, closing(in, err)
	}
	p.out.Cols = make([]*vector.Column, len(n.Exprs))
	for _, i := range p.at {
		p.out.Cols[i] = vector.New(n.Exprs[i].Type(), 0)
	}
	return p, nil
}

func (p *projectSet) Next() (*vector.Batch, error) {
	for {
		if p.batch == nil {
			b, err := p.in.Next()
			if b == nil || err != nil {
				return nil, err
			}
			if p.cols, err = p.plain.eval(b); err != nil {
				return nil, err
			}
			for _, s := range p.sets {
				if err := s.bind(b); err != nil {
					return nil, err
				}
			}
			p.batch, p.row, p.open = b, 0, false
		}
		if err := canceled(p.env.Ctx); err != nil {
			return nil, err
		}
		if err := p.fill(); err != nil {
			return nil, err
		}
		if p.row >= len(p.batch.Sel) {
			p.batch = nil
		}
		if len(p.from) > 0 {
			p.out.SetLen(len(p.from))
			return &p.out, nil
		}
	}
}

// fill makes up to max rows out of the present batch.
func (p *projectSet) fill() error {
	p.from = p.from[:0]
	for _, i := range p.at {
		p.out.Cols[i].Reset()
		p.out.Cols[i].Resize(p.max)
	}
	for len(p.from) < p.max && p.row < len(p.batch.Sel) {
		row := p.batch.Sel[p.row]
		if !p.open {
			for _, s := range p.sets {
				s.start(row)
			}
			p.open = true
		}
		n := int32(len(p.from))
		any := false
		for k, s := range p.sets {
			v, err := s.pull()
			if err != nil {
				return err
			}
			col := p.out.Cols[p.at[k]]
			if v == nil {
				col.SetNull(n)
				continue
			}
			any = true
			d := v[0]
			if col.Kind == types.KindRecord && (len(v) != 1 || d.Record == nil) {
				d = types.Datum{Record: record(s.fn, v)}
			}
			if d.Null {
				col.SetNull(n)
			} else {
				col.Set(n, d)
			}
		}
		if !any {
			for _, i := range p.at {
				p.out.Cols[i].Nulls[n] = false
			}
			p.row++
			p.open = false
			continue
		}
		p.from = append(p.from, row)
	}
	for k, i := range p.where {
		gatherColumn(p.out.Cols, i, p.cols[k], p.from)
	}
	return nil
}

// record makes one value of a function's row.
func record(fn *expr.Func, v []types.Datum) *types.Record {
	r := &types.Record{Fields: append([]types.Datum(nil), v...)}
	for _, c := range fn.Columns {
		r.Types, r.Names = append(r.Types, c.Type), append(r.Names, c.Name)
	}
	if len(r.Types) > 0 {
		return r
	}
	proc := fn.Proc
	for i, t := range proc.AllArgTypes {
		if i < len(proc.ArgModes) && (proc.ArgModes[i] == 'o' || proc.ArgModes[i] == 't' || proc.ArgModes[i] == 'b') {
			r.Types = append(r.Types, types.Of(types.OID(t)))
			r.Names = append(r.Names, proc.ArgNames[i])
		}
	}
	return r
}

func (p *projectSet) Rewind() error {
	p.batch, p.open = nil, false
	for _, s := range p.sets {
		s.close()
	}
	return p.in.Rewind()
}

func (p *projectSet) Close() error {
	for _, s := range p.sets {
		s.close()
	}
	return p.in.Close()
}
