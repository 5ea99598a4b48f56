package pgdata

import "sync"

// Proc is a row of pg_proc: a function, aggregate or window function.
type Proc struct {
	OID, Namespace uint32
	Name           string
	Lang           uint32 // 12 internal, 13 C, 14 SQL
	Cost, Rows     float64
	Variadic       uint32 // type of the variadic array's elements, 0 = not variadic
	Support        uint32
	Kind           byte // f function, p procedure, a aggregate, w window function
	SecDef         bool
	LeakProof      bool
	Strict         bool
	RetSet         bool
	Volatile       byte // i immutable, s stable, v volatile
	Parallel       byte // s safe, r restricted, u unsafe
	NArgs          int  // input arguments
	NDefaults      int  // of the last input arguments
	Ret            uint32
	ArgTypes       []uint32 // input arguments
	AllArgTypes    []uint32 // with OUT and TABLE ones; nil when all are IN
	ArgModes       string   // one of i o b v t per AllArgTypes; empty when all are IN
	ArgNames       []string // per argument of AllArgTypes or else ArgTypes; nil when none has a name
	Defaults       string   // SQL expressions separated by ", "; Null = none
	Src            string   // the name of the C function for internal ones
	SQLBody        string   // body of a function written with RETURN or BEGIN ATOMIC; Null = none
}

var procs = sync.OnceValue(loadProcs)

func loadProcs() []Proc {
	t := open("pg_proc")
	c := t.cols(`oid pronamespace proname prolang procost prorows provariadic prosupport prokind prosecdef
		proleakproof proisstrict proretset provolatile proparallel pronargs pronargdefaults prorettype proargtypes
		proallargtypes proargmodes proargnames proargdefaults prosrc prosqlbody`)
	out := make([]Proc, 0, t.rows())
	slab := make([]uint32, 0, 4*t.rows()) // the argument lists, side by side
	oids := func(s string) []uint32 {
		start := len(slab)
		list(s, func(element string) { slab = append(slab, oid(element)) })
		if len(slab) == start {
			return nil
		}
		return slab[start:len(slab):len(slab)]
	}
	modes := map[string]string{Null: ""} // there are few different ones
	for t.next() {
		r := t.row
		mode, ok := modes[r[c[20]]]
		if !ok {
			list(r[c[20]], func(element string) { mode += element })
			modes[r[c[20]]] = mode
		}
		out = append(out, Proc{
			OID: oid(r[c[0]]), Namespace: oid(r[c[1]]), Name: r[c[2]], Lang: oid(r[c[3]]),
			Cost: float(r[c[4]]), Rows: float(r[c[5]]), Variadic: oid(r[c[6]]), Support: oid(r[c[7]]),
			Kind: char(r[c[8]]), SecDef: boolean(r[c[9]]), LeakProof: boolean(r[c[10]]),
			Strict: boolean(r[c[11]]), RetSet: boolean(r[c[12]]), Volatile: char(r[c[13]]),
			Parallel: char(r[c[14]]), NArgs: integer(r[c[15]]), NDefaults: integer(r[c[16]]),
			Ret: oid(r[c[17]]), ArgTypes: oids(r[c[18]]), AllArgTypes: oids(r[c[19]]), ArgModes: mode,
			ArgNames: texts(r[c[21]]), Defaults: r[c[22]], Src: r[c[23]], SQLBody: r[c[24]],
		})
	}
	return out
}

// Procs gives all functions, by OID.
func Procs() []Proc { return procs() }

var procsByOID = sync.OnceValue(func() map[uint32]*Proc {
	return index(Procs(), func(p *Proc) uint32 { return p.OID })
})

// ProcByOID gives the function, or nil.
func ProcByOID(oid uint32) *Proc { return procsByOID()[oid] }

var procsByName = sync.OnceValue(func() map[string][]*Proc {
	return group(Procs(), func(p *Proc) string { return p.Name })
})

// ProcsByName gives the functions of that name by OID, of pg_catalog and information_schema alike.
func ProcsByName(name string) []*Proc { return procsByName()[name] }

// Aggregate is a row of pg_aggregate, beside the row of pg_proc with the same OID.
type Aggregate struct {
	OID           uint32 // aggfnoid
	Kind          byte   // n normal, o ordered-set, h hypothetical-set
	NumDirectArgs int
	TransFn       uint32
	FinalFn       uint32 // 0 = the state is the result
	CombineFn     uint32
	SerialFn      uint32
	DeserialFn    uint32
	FinalExtra    bool
	FinalModify   byte
	SortOp        uint32 // for min and max
	TransType     uint32
	InitVal       string // Null = none
}

var aggregates = sync.OnceValue(loadAggregates)

func loadAggregates() []Aggregate {
	t := open("pg_aggregate")
	c := t.cols(`aggfnoid aggkind aggnumdirectargs aggtransfn aggfinalfn aggcombinefn aggserialfn aggdeserialfn
		aggfinalextra aggfinalmodify aggsortop aggtranstype agginitval`)
	out := make([]Aggregate, 0, t.rows())
	for t.next() {
		r := t.row
		out = append(out, Aggregate{
			OID: oid(r[c[0]]), Kind: char(r[c[1]]), NumDirectArgs: integer(r[c[2]]), TransFn: oid(r[c[3]]),
			FinalFn: oid(r[c[4]]), CombineFn: oid(r[c[5]]), SerialFn: oid(r[c[6]]), DeserialFn: oid(r[c[7]]),
			FinalExtra: boolean(r[c[8]]), FinalModify: char(r[c[9]]), SortOp: oid(r[c[10]]),
			TransType: oid(r[c[11]]), InitVal: r[c[12]],
		})
	}
	return out
}

// Aggregates gives all aggregates, by OID.
func Aggregates() []Aggregate { return aggregates() }

var aggregatesByOID = sync.OnceValue(func() map[uint32]*Aggregate {
	return index(Aggregates(), func(a *Aggregate) uint32 { return a.OID })
})

// AggregateByOID gives the aggregate with that pg_proc OID, or nil.
func AggregateByOID(oid uint32) *Aggregate { return aggregatesByOID()[oid] }

// DefaultTexts parts Defaults: the expressions of the last input arguments.
func (p *Proc) DefaultTexts() []string {
	if p.Defaults == Null || p.Defaults == "" {
		return nil
	}
	var out []string
	depth, quoted, from := 0, false, 0
	for i := range len(p.Defaults) {
		switch c := p.Defaults[i]; {
		case c == '\'':
			quoted = !quoted
		case quoted:
		case c == '(' || c == '[':
			depth++
		case c == ')' || c == ']':
			depth--
		case c == ',' && depth == 0:
			out = append(out, p.Defaults[from:i])
			from = i + 2
		}
	}
	return append(out, p.Defaults[from:])
}
