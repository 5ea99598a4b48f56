package pgdata

import "sync"

// Operator is a row of pg_operator.
type Operator struct {
	OID, Namespace uint32
	Name           string
	Kind           byte   // b binary, l prefix
	Left           uint32 // 0 for a prefix operator
	Right          uint32
	Result         uint32
	Commutator     uint32 // 0 = none
	Negator        uint32 // 0 = none
	Proc           uint32
	Restrict, Join uint32 // selectivity estimators
	CanMerge       bool
	CanHash        bool
}

var operators = sync.OnceValue(loadOperators)

func loadOperators() []Operator {
	t := open("pg_operator")
	c := t.cols(`oid oprnamespace oprname oprkind oprleft oprright oprresult oprcom oprnegate oprcode oprrest oprjoin
		oprcanmerge oprcanhash`)
	out := make([]Operator, 0, t.rows())
	for t.next() {
		r := t.row
		out = append(out, Operator{
			OID: oid(r[c[0]]), Namespace: oid(r[c[1]]), Name: r[c[2]], Kind: char(r[c[3]]), Left: oid(r[c[4]]),
			Right: oid(r[c[5]]), Result: oid(r[c[6]]), Commutator: oid(r[c[7]]), Negator: oid(r[c[8]]),
			Proc: oid(r[c[9]]), Restrict: oid(r[c[10]]), Join: oid(r[c[11]]), CanMerge: boolean(r[c[12]]),
			CanHash: boolean(r[c[13]]),
		})
	}
	return out
}

// Operators gives all operators, by OID.
func Operators() []Operator { return operators() }

var operatorsByOID = sync.OnceValue(func() map[uint32]*Operator {
	return index(Operators(), func(o *Operator) uint32 { return o.OID })
})

// OperatorByOID gives the operator, or nil.
func OperatorByOID(oid uint32) *Operator { return operatorsByOID()[oid] }

var operatorsByName = sync.OnceValue(func() map[string][]*Operator {
	return group(Operators(), func(o *Operator) string { return o.Name })
})

// OperatorsByName gives the operators of that name, prefix and binary, by OID.
func OperatorsByName(name string) []*Operator { return operatorsByName()[name] }

// Cast is a row of pg_cast. Casts through text input and output, and those between a type and its array's, have none.
type Cast struct {
	OID            uint32
	Source, Target uint32
	Proc           uint32 // 0 unless Method is f
	Context        byte   // i implicit, a in assignments too, e explicit only
	Method         byte   // f function, b binary-coercible, i by input and output
}

var casts = sync.OnceValue(loadCasts)

func loadCasts() []Cast {
	t := open("pg_cast")
	c := t.cols("oid castsource casttarget castfunc castcontext castmethod")
	out := make([]Cast, 0, t.rows())
	for t.next() {
		r := t.row
		out = append(out, Cast{oid(r[c[0]]), oid(r[c[1]]), oid(r[c[2]]), oid(r[c[3]]), char(r[c[4]]), char(r[c[5]])})
	}
	return out
}

// Casts gives all casts, by OID.
func Casts() []Cast { return casts() }

var castsByPair = sync.OnceValue(func() map[[2]uint32]*Cast {
	return index(Casts(), func(c *Cast) [2]uint32 { return [2]uint32{c.Source, c.Target} })
})

// CastBetween gives the cast from one type to another, or nil.
func CastBetween(source, target uint32) *Cast { return castsByPair()[[2]uint32{source, target}] }
