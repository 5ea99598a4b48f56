package expr

import (
	"strings"
	"sync"

	"howdah/internal/pgdata"
	"howdah/pgerr"
	"howdah/types"
)

// strength says where a collation comes from (CollateStrength of parse_collate.c).
type strength uint8

const (
	noCollation strength = iota
	implicitCollation
	conflict
	explicitCollation
)

// derived is the collation of an expression while it is being derived.
type derived struct {
	coll     types.OID
	strength strength
	loc      int32
	other    types.OID // of a conflict
	otherLoc int32
}

// AssignCollations settles the collations of everything below e, in place: call it once per bound clause
// (assign_expr_collations).
func (r *Resolver) AssignCollations(e Expr) error {
	if e == nil {
		return nil
	}
	_, err := r.collate(e)
	return err
}

// CommonCollation is the collation of a column that all of es make (UNION, VALUES). With noneOK a conflict gives
// NoCollation, else 42P21 (select_common_collation).
func (r *Resolver) CommonCollation(es []Expr, noneOK bool) (types.OID, error) {
	d, err := r.collateAll(es)
	if err != nil {
		return 0, err
	}
	if d.strength == conflict {
		if noneOK {
			return types.NoCollation, nil
		}
		return 0, r.errorAt(d.otherLoc, pgerr.CollationMismatch, `collation mismatch between implicit collations "%s" and "%s"`, CollationName(d.coll), CollationName(d.other)).
			WithHint("You can choose the collation by applying the COLLATE clause to one or both expressions.")
	}
	return d.coll, nil
}

func (r *Resolver) collateAll(es []Expr) (derived, error) {
	var d derived
	for _, e := range es {
		if e == nil {
			continue
		}
		one, err := r.collate(e)
		if err != nil {
			return d, err
		}
		if err := r.merge(&d, one); err != nil {
			return d, err
		}
	}
	return d, nil
}

// merge is merge_collation_state.
func (r *Resolver) merge(d *derived, one derived) error {
	if one.strength > d.strength {
		*d = one
		return nil
	}
	if one.strength != d.strength || one.coll == d.coll {
		return nil
	}
	switch one.strength {
	case implicitCollation:
		if d.coll == types.DefaultCollation {
			*d = one
		} else if one.coll != types.DefaultCollation {
			d.strength, d.other, d.otherLoc = conflict, one.coll, one.loc
		}
	case explicitCollation:
		return r.errorAt(one.loc, pgerr.CollationMismatch, `collation mismatch between explicit collations "%s" and "%s"`, CollationName(d.coll), CollationName(one.coll))
	}
	return nil
}

// collate is assign_collations_walker: it sets the node's own collations and tells what its parent sees.
func (r *Resolver) collate(e Expr) (derived, error) {
	loc := r.Loc(e)
	own := func(c types.OID) derived {
		if c == types.NoCollation {
			return derived{loc: loc}
		}
		return derived{coll: c, strength: implicitCollation, loc: loc}
	}
	none := derived{loc: loc}
	switch e := e.(type) {
	case *Var, *Const, *Param, *CaseTest:
		return own(e.Collation()), nil
	case *Collate:
		if _, err := r.collate(e.Arg); err != nil {
			return none, err
		}
		if own, ok := r.locs[e]; ok {
			loc = own // of the word COLLATE
		}
		return derived{coll: e.Coll, strength: explicitCollation, loc: loc}, nil
	case *Field:
		if _, err := r.collate(e.Arg); err != nil {
			return none, err
		}
		return own(e.Coll), nil
	case *Row:
		for _, f := range e.Fields {
			if _, err := r.collate(f); err != nil {
				return none, err
			}
		}
		return none, nil
	case *RowCompare:
		e.In = make([]types.OID, len(e.Left))
		for i := range e.Left {
			c, err := r.CommonCollation([]Expr{e.Left[i], e.Right[i]}, true)
			if err != nil {
				return none, err
			}
			e.In[i] = c
		}
		return none, nil
	case *Sublink:
		if _, err := r.collateAll(e.Args); err != nil {
			return none, err
		}
		if _, err := r.collateAll(e.Left); err != nil {
			return none, err
		}
		if e.Cmp != nil {
			if _, err := r.collate(e.Cmp); err != nil {
				return none, err
			}
		}
		if e.Kind == ScalarSublink || e.Kind == ArraySublink {
			return own(e.Coll), nil
		}
		return none, nil
	case *Agg:
		return r.collateAgg(e, loc)
	case *WindowCall:
		d, err := r.collateAll(e.Args)
		if err != nil {
			return none, err
		}
		if e.Filter != nil {
			if _, err := r.collate(e.Filter); err != nil {
				return none, err
			}
		}
		e.In = d.coll
		if d.strength == conflict {
			e.In = types.NoCollation
		}
		e.Coll, d = result(e.Typ.OID, d, loc)
		return d, nil
	case *Case:
		// The tested value takes no part in the result's collation; the conditions settle theirs.
		if e.Test != nil {
			d, err := r.collate(e.Test)
			if err != nil {
				return none, err
			}
			for _, w := range e.Whens {
				setCaseTest(w.Cond, d.coll)
			}
		}
		var results []Expr
		for _, w := range e.Whens {
			if _, err := r.collate(w.Cond); err != nil {
				return none, err
			}
			results = append(results, w.Result)
		}
		d, err := r.collateAll(append(results, e.Else))
		if err != nil {
			return none, err
		}
		e.Coll, d = result(e.Typ.OID, d, loc)
		return d, nil
	case *NullIf:
		d, err := r.collateAll(e.Eq.Args)
		if err != nil {
			return none, err
		}
		e.Eq.In = d.coll
		if d.strength == conflict {
			e.Eq.In = types.NoCollation
		}
		_, d = result(e.Arg.Type().OID, d, loc)
		return d, nil
	case *Distinct:
		if _, err := r.collate(e.Eq); err != nil {
			return none, err
		}
		return none, nil
	case *ArrayCoerce:
		d, err := r.collate(e.Arg)
		if err != nil {
			return none, err
		}
		setCaseTest(e.Elem, d.coll)
		if _, err := r.collate(e.Elem); err != nil {
			return none, err
		}
		e.Coll, d = result(e.Typ.OID, d, loc)
		return d, nil
	}
	d, err := r.collateAll(Children(e))
	if err != nil {
		return none, err
	}
	in := d.coll
	if d.strength == conflict {
		in = types.NoCollation
	}
	out, up := result(e.Type().OID, d, loc)
	switch e := e.(type) {
	case *Func:
		e.In, e.Coll = in, out
	case *AnyAll:
		e.In = in
	case *Coalesce:
		e.Coll = out
	case *MinMax:
		e.Coll = out
	case *ArrayExpr:
		e.Coll = out
	case *Subscript:
		e.Coll = out
	case *Relabel:
		e.Coll = out
	case *ViaIO:
		e.Coll = out
	}
	return up, nil
}

// result derives a node's collation from its inputs': the inputs' where there is one, else the type's.
func result(t types.OID, d derived, loc int32) (types.OID, derived) {
	own := typeCollation(t)
	if own == types.NoCollation {
		return types.NoCollation, derived{loc: loc}
	}
	switch d.strength {
	case noCollation:
		return own, derived{coll: own, strength: implicitCollation, loc: loc}
	case conflict:
		d.loc = loc
		return types.NoCollation, d
	}
	if d.strength == implicitCollation {
		d.loc = loc
	}
	return d.coll, d
}

// setCaseTest gives the placeholders of this level the collation of what they stand for.
func setCaseTest(e Expr, c types.OID) {
	Walk(e, func(e Expr) bool {
		switch e := e.(type) {
		case *CaseTest:
			if typeCollation(e.Typ.OID) != types.NoCollation {
				e.Coll = c
			}
		case *Case:
			return e.Test == nil
		}
		return true
	})
}

// collateAgg is assign_aggregate_collations and its ordered-set sisters.
func (r *Resolver) collateAgg(e *Agg, loc int32) (derived, error) {
	none := derived{loc: loc}
	var d derived
	args := e.Args
	if info := pgdata.AggregateByOID(e.Proc.OID); info != nil && info.Kind != 'n' {
		var err error
		if d, err = r.collateAll(e.Direct); err != nil {
			return none, err
		}
		if len(args) != 1 || e.Proc.Variadic != 0 {
			for _, a := range args {
				if _, err := r.collate(a); err != nil {
					return none, err
				}
			}
			args = nil
		}
	}
	more, err := r.collateAll(args)
	if err != nil {
		return none, err
	}
	if err := r.merge(&d, more); err != nil {
		return none, err
	}
	for _, k := range e.Order {
		if _, err := r.collate(k.Expr); err != nil {
			return none, err
		}
	}
	if e.Filter != nil {
		if _, err := r.collate(e.Filter); err != nil {
			return none, err
		}
	}
	e.In = d.coll
	if d.strength == conflict {
		e.In = types.NoCollation
	}
	e.Coll, d = result(e.Typ.OID, d, loc)
	return d, nil
}

// collations are those that exist with encoding UTF8, beside the ones of some machine's C library or ICU.
var collations = sync.OnceValue(func() map[string]types.OID {
	m := map[string]types.OID{}
	cols, rows := pgdata.Rows("pg_collation")
	at := map[string]int{}
	for i, c := range cols {
		at[c] = i
	}
	for _, row := range rows {
		m[row[at["collname"]]] = types.OID(parseOID(row[at["oid"]]))
	}
	m["C.UTF-8"] = m["C.utf8"] // as the locale is spelled
	return m
})

// Collation finds a collation by name: all that exist here compare by bytes. Those of ICU are refused (0A000).
func Collation(name []string) (types.OID, error) {
	last := name[len(name)-1]
	if len(name) == 1 || len(name) == 2 && name[0] == "pg_catalog" {
		if oid, ok := collations()[last]; ok {
			return oid, nil
		}
		if pgdata.IsICUCollation(last) {
			return 0, pgerr.New(pgerr.FeatureNotSupported, `collation "%s" is not supported`, last).
				WithDetail("Howdah compares text by bytes; it has none of ICU's collations.").
				WithHint(`Use COLLATE "C", or sort and compare in the PostgreSQL that asks.`)
		}
	}
	return 0, pgerr.New(pgerr.UndefinedObject, `collation "%s" for encoding "UTF8" does not exist`, strings.Join(name, "."))
}

// CollationName is the collation's name, "" if it is none.
func CollationName(oid types.OID) string {
	for name, o := range collations() {
		if o == oid && name != "C.UTF-8" {
			return name
		}
	}
	return ""
}
