package expr_test

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"howdah/expr"
	"howdah/expr/exprtest"
	"howdah/internal/pgdata"
	"howdah/pgerr"
	"howdah/types"
	"howdah/vector"
)

// BenchmarkKernels has a benchmark for every function, operator, cast and aggregate that is computed: the table from
// which doc/functions.md is made, with the sample values of kernels_samples_test.go. An operator is named after its
// function: `go test ./expr -run '^$' -bench 'Kernels/numeric_div'`, or by itself behind it: 'Kernels/.* %$'.
func BenchmarkKernels(b *testing.B) {
	for _, u := range units() {
		b.Run(u.name, func(b *testing.B) {
			step, err := u.prepare(vector.Size)
			if err != nil {
				b.Fatal(err)
			}
			rows := 0
			var before, after runtime.MemStats
			for range 2 {
				if rows, err = step(); err != nil {
					b.Fatal(err)
				}
			}
			runtime.ReadMemStats(&before)
			for b.Loop() {
				if rows, err = step(); err != nil {
					b.Fatal(err)
				}
			}
			runtime.ReadMemStats(&after)
			n := float64(b.N) * float64(max(rows, 1))
			b.ReportMetric(0, "ns/op")
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/n, "ns/row")
			b.ReportMetric(float64(after.TotalAlloc-before.TotalAlloc)/n, "B/row")
			b.ReportMetric(float64(after.Mallocs-before.Mallocs)/n, "allocs/row")
		})
	}
}

// unit is one thing to measure.
type unit struct {
	name   string
	proc   *pgdata.Proc // nil for a cast by text forms
	result types.OID
	// prepare makes a step that computes the function for that many rows and says for how many it did (the rows of a
	// set are those that came out).
	prepare func(rows int) (step func() (int, error), err error)
}

// units gives everything there is to measure, in the order of pg_proc, then the casts by text forms.
var units = sync.OnceValue(func() []unit {
	operators := map[uint32]string{}
	for _, o := range pgdata.Operators() {
		operators[o.Proc] = " " + o.Name
	}
	var out []unit
	for i := range pgdata.Procs() {
		p := &pgdata.Procs()[i]
		if p.Namespace != pgdata.PgCatalog || p.Kind == 'w' || !expr.Implemented(p) || notCalled(p) {
			continue
		}
		for _, args := range concrete(p) {
			if !valued(args) {
				continue
			}
			names := make([]string, len(args))
			for k, a := range args {
				names[k] = typeName(a)
			}
			u := unit{name: p.Name + "(" + strings.Join(names, ",") + ")" + operators[p.OID], proc: p}
			bound, err := bind(p, args)
			if err == nil {
				u.result = bound.Type().OID
			}
			u.prepare = func(rows int) (func() (int, error), error) {
				if err != nil {
					return nil, err
				}
				return prepareBound(bound, batchOf(p, args, rows))
			}
			out = append(out, u)
		}
	}
	return append(out, textCasts()...)
})

// valued tells whether there can be columns of the types: a type may be named in the catalog and have no input here.
func valued(args []types.OID) bool {
	for _, t := range args {
		for _, text := range typeSamples[typeName(t)] {
			if _, err := types.ParseText(types.Of(t), []byte(text), types.DefaultStyle()); t != types.RecordOID && errors.Is(err, pgerr.FeatureNotSupported) {
				return false
			}
		}
	}
	return true
}

func typeName(t types.OID) string { return pgdata.TypeByOID(uint32(t)).Name }

// notCalled tells of functions that no query calls over many rows: those of types that have no values in SQL, those that
// answer from the catalogs or wait, those over composite types, and those that are
// errors whatever they are called with.
func notCalled(p *pgdata.Proc) bool {
	for _, t := range append([]uint32{p.Ret}, p.ArgTypes...) {
		if t == uint32(types.InternalOID) || t == uint32(types.AnyEnumOID) {
			return true
		}
	}
	return ofCatalogs.MatchString(p.Name) || strings.Contains(p.Name, "_populate_record") || alwaysFails[exprtest.Signature(p)]
}

// alwaysFails are functions that no samples here can be found for.
var alwaysFails = map[string]bool{
	"to_ascii(text)": true, "int4_avg_combine(_int8,_int8)": true, "btvarstrequalimage(oid)": true,
	"satisfies_hash_partition(oid,int4,int4,any)":                   true, // no table is partitioned so
	"json_populate_record(anyelement,json,bool)":                    true, // of anything but a row
	"jsonb_populate_record(anyelement,jsonb)":                       true,
	"range_intersect_agg_transfn(anyrange,anyrange)":                true, // outside of an aggregate
	"multirange_intersect_agg_transfn(anymultirange,anymultirange)": true,
}

// ofCatalogs are functions of the catalogs and the session, by name.
var ofCatalogs = regexp.MustCompile(`^(has_.*_privilege|pg_has_role|row_security_active|acl.*|regclass|to_reg.*|(col|obj|shobj)_description|setseed|` +
	`pg_(get|stat|partition|sleep|terminate|cancel|describe|table|total|relation|indexes|database|tablespace|column|postmaster|conf_load|collation_for|options|index_column|sequence_last).*|.*_is_visible)$`)

// standIns say what stands for the polymorphic types: numbers first, then texts where no ranges are asked for.
var standIns = []map[string]string{
	{"anyelement": "int4", "anynonarray": "int4", "anycompatible": "int4", "anyarray": "_int4", "anycompatiblearray": "_int4",
		"anyrange": "int4range", "anymultirange": "int4multirange", "any": "int4"},
	{"anyelement": "text", "anynonarray": "text", "anycompatible": "text", "anyarray": "_text", "anycompatiblearray": "_text",
		"any": "text"},
	{"anyelement": "numeric", "anyarray": "_numeric", "anycompatible": "numeric", "anycompatiblearray": "_numeric",
		"anyrange": "numrange", "anymultirange": "nummultirange"},
}

// concrete gives the argument types with which a function is tried.
func concrete(p *pgdata.Proc) [][]types.OID {
	var out [][]types.OID
	for _, stands := range standIns {
		args := make([]types.OID, len(p.ArgTypes))
		same := true
		for i, a := range p.ArgTypes {
			args[i] = types.OID(a)
			name := pgdata.TypeByOID(a).Name
			if !strings.HasPrefix(name, "any") {
				continue
			}
			same = false
			if stands[name] == "" {
				args = nil
				break
			}
			args[i] = types.OID(pgdata.TypeByName(stands[name]).OID)
		}
		if args != nil || len(p.ArgTypes) == 0 {
			if p.Variadic == uint32(types.AnyOIDOID) { // one more than the signature says, as (any) stands for many
				args = append(args, args[len(args)-1])
			}
			out = append(out, args)
		}
		if same {
			break
		}
	}
	return out
}

// bind resolves the call as the planner does. Arguments are columns of the batch, constants where they have one sample.
func bind(p *pgdata.Proc, args []types.OID) (expr.Expr, error) {
	r := &expr.Resolver{Style: types.DefaultStyle()}
	inv := &expr.Invocation{Name: []string{"pg_catalog", p.Name}, Loc: -1}
	agg := pgdata.AggregateByOID(p.OID)
	for i, t := range args {
		list := samplesOf(p, i, t)
		if len(list) == 0 {
			return nil, fmt.Errorf("there are no samples of type %s", typeName(t))
		}
		var arg expr.Expr = &expr.Var{Col: i, Typ: types.Of(t), Coll: collationOf(t)}
		if direct := agg != nil && agg.Kind != 'n' && i < agg.NumDirectArgs; len(list) == 1 || direct {
			d, err := types.ParseText(types.Of(t), []byte(list[0]), r.Style)
			if err != nil {
				return nil, err
			}
			arg = &expr.Const{Typ: types.Of(t), Coll: collationOf(t), Value: d.Clone()}
		}
		inv.Args = append(inv.Args, arg)
	}
	// VARIADIC of an array type is called with that array, as the samples are of it.
	inv.Variadic = p.Variadic != 0 && p.Variadic != uint32(types.AnyOIDOID)
	inv.Star = p.Kind == 'a' && len(args) == 0
	if agg != nil && agg.Kind != 'n' {
		inv.WithinGroup, inv.Variadic = true, false
		if agg.Kind == 'h' {
			inv.Args = []expr.Expr{&expr.Const{Typ: types.Of(types.Int4OID), Value: types.Datum{Int: 40}}, &expr.Var{Typ: types.Of(types.Int4OID)}}
		}
		inv.Order = []expr.SortKey{{Expr: inv.Args[len(inv.Args)-1]}}
	}
	e, err := r.Function(inv)
	if err != nil {
		return nil, err
	}
	return e, r.AssignCollations(e)
}

func collationOf(t types.OID) types.OID {
	if pgdata.TypeByOID(uint32(t)).Collation != 0 {
		return types.CCollation
	}
	return types.NoCollation
}

// batchOf fills a column per argument. Columns go round their samples at different paces, so that pairs vary.
func batchOf(p *pgdata.Proc, args []types.OID, rows int) *vector.Batch {
	b := &vector.Batch{}
	for a, t := range args {
		b.Cols = append(b.Cols, sampleColumn(t, samplesOf(p, a, t), a, rows))
	}
	b.SetLen(rows)
	return b
}

func sampleColumn(t types.OID, list []string, arg, rows int) *vector.Column {
	values := make([]types.Datum, len(list))
	for i, text := range list {
		if t == types.RecordOID {
			values[i].Record = sampleRecord(i)
			continue
		}
		d, err := types.ParseText(types.Of(t), []byte(text), types.DefaultStyle())
		if err != nil {
			panic(fmt.Sprintf("sample %q of %s: %v", text, typeName(t), err))
		}
		values[i] = d.Clone()
	}
	c := vector.New(types.Of(t), rows)
	c.Reset()
	for i := range rows {
		at := (i + arg*(i/len(list)+1)) % len(list)
		c.Set(int32(i), values[at])
	}
	return c
}

func sampleRecord(i int) *types.Record {
	return &types.Record{Types: []types.Type{types.Of(types.Int4OID), types.Of(types.TextOID)}, Names: []string{"id", "name"},
		Fields: []types.Datum{{Int: int64(i)}, {Bytes: []byte(fmt.Sprint("name ", i))}}}
}

func newBenchEnv() *expr.Env {
	return &expr.Env{Ctx: context.Background(), Style: types.DefaultStyle(), Session: benchSession{},
		Now: time.Unix(1700000000, 0), StmtTime: time.Unix(1700000000, 0)}
}

func prepareBound(bound expr.Expr, batch *vector.Batch) (func() (int, error), error) {
	env := newBenchEnv()
	switch e := bound.(type) {
	case *expr.Agg:
		return prepareAggregate(e, batch, env)
	case *expr.Func:
		if _, err := expr.SetOf(e.Proc); err == nil && (e.Proc.RetSet || !isKernel(e.Proc)) {
			return prepareSet(e, batch, env)
		}
	}
	prog, err := expr.Compile(bound, env)
	if err != nil {
		return nil, err
	}
	return func() (int, error) {
		_, err := prog.Eval(batch, batch.Sel)
		return batch.N, err
	}, nil
}

func isKernel(p *pgdata.Proc) bool {
	_, ok := expr.KernelOf(p)
	return ok
}

// arguments evaluates a call's arguments once.
func arguments(args []expr.Expr, batch *vector.Batch, env *expr.Env) (*expr.Call, error) {
	c := &expr.Call{Env: env, Collation: types.CCollation}
	for _, a := range args {
		prog, err := expr.Compile(a, env)
		if err != nil {
			return nil, err
		}
		col, err := prog.Eval(batch, batch.Sel)
		if err != nil {
			return nil, err
		}
		_, constant := a.(*expr.Const)
		c.Args, c.ArgTypes, c.Const = append(c.Args, col), append(c.ArgTypes, a.Type()), append(c.Const, constant)
	}
	return c, nil
}

// aggregateGroups is how many groups a batch's rows belong to.
const aggregateGroups = 4

// prepareAggregate makes a step that begins with empty states, feeds them a batch and asks for the results.
func prepareAggregate(e *expr.Agg, batch *vector.Batch, env *expr.Env) (func() (int, error), error) {
	mk, err := expr.AggregateOf(e.Proc)
	if err != nil {
		return nil, err
	}
	c, err := arguments(e.Args, batch, env)
	if err != nil {
		return nil, err
	}
	c.Result, c.Order = e.Typ, e.Order
	if len(e.Direct) > 0 {
		var direct []types.Datum
		for _, d := range e.Direct {
			for relabelled := true; relabelled; {
				var r *expr.Relabel
				if r, relabelled = d.(*expr.Relabel); relabelled {
					d = r.Arg
				}
			}
			direct = append(direct, d.(*expr.Const).Value)
		}
		c.State = direct
	}
	state := c.State
	ids := make([]int32, batch.N)
	for i := range ids {
		ids[i] = int32(i*7) % aggregateGroups
	}
	out := vector.New(e.Typ, aggregateGroups)
	return func() (int, error) {
		c.State = state
		a := mk(c)
		a.Resize(aggregateGroups)
		if err := a.Add(c, ids, batch.Sel); err != nil {
			return 0, err
		}
		out.Reset()
		return batch.N, a.Result(c, 0, aggregateGroups, out)
	}, nil
}

// prepareSet makes a step that gives all rows of the sets of the batch's first rows.
func prepareSet(e *expr.Func, batch *vector.Batch, env *expr.Env) (func() (int, error), error) {
	k, err := expr.SetOf(e.Proc)
	if err != nil {
		return nil, err
	}
	c, err := arguments(e.Args, batch, env)
	if err != nil {
		return nil, err
	}
	c.Result = e.Typ
	c.Columns = []types.Column{{Name: "a", Type: types.Of(types.Int4OID)}, {Name: "b", Type: types.Of(types.TextOID)}}
	return func() (int, error) {
		n := 0
		for row := range int32(min(batch.N, 64)) {
			if err := k(c, row, func([]types.Datum) bool { n++; return n < 1<<16 }); err != nil {
				return 0, err
			}
		}
		return n, nil
	}, nil
}

// textCasts are the casts to text and from it that go by the text forms of the types.
func textCasts() []unit {
	var out []unit
	var names []string
	for name := range typeSamples {
		names = append(names, name)
	}
	slices.Sort(names)
	for _, name := range names {
		oid := types.OID(pgdata.TypeByName(name).OID)
		if oid == types.TextOID || oid == types.RecordOID || !valued([]types.OID{oid}) {
			continue
		}
		for _, to := range []bool{true, false} {
			u := unit{name: "cast(" + name + " as text)", result: types.TextOID}
			from, target := oid, types.TextOID
			if !to {
				u.name, u.result, from, target = "cast(text as "+name+")", oid, types.TextOID, oid
			}
			u.prepare = func(rows int) (func() (int, error), error) {
				r := &expr.Resolver{Style: types.DefaultStyle()}
				e, err := r.Coerce(&expr.Var{Typ: types.Of(from), Coll: collationOf(from)}, types.Of(target), expr.Explicit, -1)
				if err != nil {
					return nil, err
				}
				b := &vector.Batch{Cols: []*vector.Column{sampleColumn(from, typeSamples[name], 0, rows)}}
				b.SetLen(rows)
				return prepareBound(e, b)
			}
			out = append(out, u)
		}
	}
	return out
}

// benchSession is a session without settings.
type benchSession struct{}

func (benchSession) User() string                                   { return "postgres" }
func (benchSession) SessionUser() string                            { return "postgres" }
func (benchSession) Database() string                               { return "postgres" }
func (benchSession) SearchPath(bool) []string                       { return []string{"pg_catalog", "public"} }
func (benchSession) Setting(name string) (string, bool)             { return searchSetting(name) }
func (benchSession) BackendPID() int32                              { return 1 }
func (benchSession) ServerVersion() string                          { return "15" }
func (benchSession) SetSetting(_, v string, _ bool) (string, error) { return v, nil }
