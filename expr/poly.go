package expr

import (
	"howdah/pgerr"
	"howdah/types"
)

// poly collects what polymorphic arguments were matched with.
type poly struct {
	elem, array, rang, multi  types.OID
	nonArray, enum            bool
	compatible                []types.OID
	compatNonArray, compatArr bool
	ones, twos                int
	unknowns                  bool
}

// consistent is check_generic_type_consistency.
func consistent(actual, declared []types.OID) bool {
	_, err := matchPoly(actual, declared)
	return err == nil
}

// matchPoly goes through the arguments and finds what the polymorphic types stand for.
func matchPoly(actual, declared []types.OID) (*poly, error) {
	var m poly
	unlike := func(what string, a, b types.OID) error {
		return pgerr.New(pgerr.DatatypeMismatch, `arguments declared "%s" are not all alike`, what).
			WithDetail("%s versus %s", TypeName(a), TypeName(b))
	}
	one := func(have *types.OID, act types.OID, what string) error {
		m.ones++
		if act == types.UnknownOID {
			m.unknowns = true
			return nil
		}
		if *have != 0 && *have != act {
			return unlike(what, *have, act)
		}
		*have = act
		return nil
	}
	for i, d := range declared {
		act := actual[i]
		var err error
		switch d {
		case types.AnyElementOID, types.AnyNonArrayOID, types.AnyEnumOID:
			m.nonArray = m.nonArray || d == types.AnyNonArrayOID
			m.enum = m.enum || d == types.AnyEnumOID
			err = one(&m.elem, act, "anyelement")
		case types.AnyArrayOID:
			err = one(&m.array, act, "anyarray")
		case types.AnyRangeOID:
			err = one(&m.rang, act, "anyrange")
		case anyMultirange:
			err = one(&m.multi, act, "anymultirange")
		case types.AnyCompatibleOID, types.AnyCompatibleNonArrayOID:
			m.twos++
			m.compatNonArray = m.compatNonArray || d == types.AnyCompatibleNonArrayOID
			if act != types.UnknownOID {
				m.compatible = append(m.compatible, act)
			}
		case types.AnyCompatibleArrayOID:
			m.twos++
			m.compatArr = true
			if act != types.UnknownOID {
				e := elementOf(act)
				if e == 0 {
					err = pgerr.New(pgerr.DatatypeMismatch, "argument declared %s is not an array but type %s", "anycompatiblearray", TypeName(act))
				}
				m.compatible = append(m.compatible, e)
			}
		case anyCompatibleRange, anyCompatibleMultirange:
			m.twos++
			if act != types.UnknownOID {
				err = pgerr.New(pgerr.DatatypeMismatch, "argument declared %s is not a range type but type %s", "anycompatiblerange", TypeName(act))
			}
		}
		if err != nil {
			return nil, err
		}
	}
	if m.array != 0 && m.array != types.AnyArrayOID {
		e := elementOf(m.array)
		if e == 0 {
			return nil, pgerr.New(pgerr.DatatypeMismatch, "argument declared %s is not an array but type %s", "anyarray", TypeName(m.array))
		}
		if m.elem == 0 {
			m.elem = e
		} else if m.elem != e {
			return nil, pgerr.New(pgerr.DatatypeMismatch, "argument declared %s is not consistent with argument declared %s", "anyarray", "anyelement").
				WithDetail("%s versus %s", TypeName(m.array), TypeName(m.elem))
		}
	}
	if m.multi != 0 {
		rt := types.RangeTypeOf(m.multi)
		switch {
		case rt == nil || rt.Multi != m.multi:
			return nil, pgerr.New(pgerr.DatatypeMismatch, "argument declared %s is not a multirange type but type %s", "anymultirange", TypeName(m.multi))
		case m.rang == 0:
			m.rang = rt.OID
		case m.rang != rt.OID:
			return nil, pgerr.New(pgerr.DatatypeMismatch, "argument declared %s is not consistent with argument declared %s", "anymultirange", "anyrange").
				WithDetail("%s versus %s", TypeName(m.multi), TypeName(m.rang))
		}
	}
	if m.rang != 0 {
		rt := types.RangeTypeOf(m.rang)
		switch {
		case rt == nil || rt.OID != m.rang:
			return nil, pgerr.New(pgerr.DatatypeMismatch, "argument declared %s is not a range type but type %s", "anyrange", TypeName(m.rang))
		case m.elem == 0:
			m.elem = rt.Elem
		case m.elem != rt.Elem:
			return nil, pgerr.New(pgerr.DatatypeMismatch, "argument declared %s is not consistent with argument declared %s", "anyrange", "anyelement").
				WithDetail("%s versus %s", TypeName(m.rang), TypeName(m.elem))
		}
		m.multi = rt.Multi
	}
	if m.nonArray && elementOf(m.elem) != 0 {
		return nil, pgerr.New(pgerr.DatatypeMismatch, "type matched to anynonarray is an array type: %s", TypeName(m.elem))
	}
	if m.enum {
		if p := pgType(m.elem); p == nil || p.Kind != 'e' {
			return nil, pgerr.New(pgerr.DatatypeMismatch, "type matched to anyenum is not an enum type: %s", TypeName(m.elem))
		}
	}
	if len(m.compatible) > 0 {
		var r *Resolver
		common, err := r.commonType(m.compatible, func(_ int, a, b types.OID) error {
			return pgerr.New(pgerr.DatatypeMismatch, "argument types %s and %s cannot be matched", TypeName(a), TypeName(b))
		})
		if err != nil {
			return nil, err
		}
		for _, t := range m.compatible {
			if !CanCoerce(t, common, Implicit) {
				return nil, pgerr.New(pgerr.DatatypeMismatch, "argument types %s and %s cannot be matched", TypeName(common), TypeName(t))
			}
		}
		if m.compatNonArray && elementOf(common) != 0 {
			return nil, pgerr.New(pgerr.DatatypeMismatch, "type matched to anycompatiblenonarray is an array type: %s", TypeName(common))
		}
		m.compatible = []types.OID{common}
	}
	return &m, nil
}

// enforce is enforce_generic_type_consistency: it makes declared concrete where arguments must be coerced, and gives
// the concrete type of the result.
func (r *Resolver) enforce(actual, declared []types.OID, ret types.OID) (types.OID, error) {
	polymorphic := isPolymorphic(ret)
	for _, d := range declared {
		polymorphic = polymorphic || isPolymorphic(d)
	}
	if !polymorphic {
		return ret, nil
	}
	m, err := matchPoly(actual, declared)
	if err != nil {
		return 0, err
	}
	noArray := func(t types.OID) error {
		return pgerr.New(pgerr.UndefinedObject, "could not find array type for data type %s", TypeName(t))
	}
	undecided := func(what string) error {
		return pgerr.New(pgerr.DatatypeMismatch, "could not determine polymorphic type %s because input has type %s", what, "unknown")
	}
	if m.ones == 0 && m.twos == 0 {
		return ret, nil
	}
	if m.ones > 0 && m.elem == 0 && m.array == 0 && m.rang == 0 && m.multi == 0 {
		return 0, pgerr.New(pgerr.DatatypeMismatch, "could not determine polymorphic type because input has type %s", "unknown")
	}
	common, commonArray := types.TextOID, types.TextArrayOID
	if m.twos > 0 {
		if len(m.compatible) > 0 {
			common = m.compatible[0]
			commonArray = arrayOver(common)
			if m.compatArr && commonArray == 0 {
				return 0, noArray(common)
			}
		}
		for i, d := range declared {
			switch d {
			case types.AnyCompatibleOID, types.AnyCompatibleNonArrayOID:
				declared[i] = common
			case types.AnyCompatibleArrayOID:
				declared[i] = commonArray
			case anyCompatibleRange:
				return 0, undecided("anycompatiblerange")
			case anyCompatibleMultirange:
				return 0, undecided("anycompatiblemultirange")
			}
		}
	}
	if m.array == 0 && m.elem != 0 {
		m.array = arrayOver(m.elem)
	}
	if m.unknowns {
		for i, d := range declared {
			if actual[i] != types.UnknownOID {
				continue
			}
			switch d {
			case types.AnyElementOID, types.AnyNonArrayOID, types.AnyEnumOID:
				declared[i] = m.elem
			case types.AnyArrayOID:
				if m.array == 0 {
					return 0, noArray(m.elem)
				}
				declared[i] = m.array
			case types.AnyRangeOID:
				if m.rang == 0 {
					return 0, undecided("anyrange")
				}
				declared[i] = m.rang
			case anyMultirange:
				if m.multi == 0 {
					return 0, undecided("anymultirange")
				}
				declared[i] = m.multi
			}
		}
	}
	switch ret {
	case types.AnyElementOID, types.AnyNonArrayOID, types.AnyEnumOID:
		return m.elem, nil
	case types.AnyArrayOID:
		if m.array == 0 {
			return 0, noArray(m.elem)
		}
		return m.array, nil
	case types.AnyRangeOID:
		return m.rang, nil
	case anyMultirange:
		return m.multi, nil
	case types.AnyCompatibleOID, types.AnyCompatibleNonArrayOID:
		return common, nil
	case types.AnyCompatibleArrayOID:
		if commonArray == 0 {
			return 0, noArray(common)
		}
		return commonArray, nil
	}
	return ret, nil
}
