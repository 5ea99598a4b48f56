package pgdata

import (
	"fmt"
	"reflect"
	"strings"
	"testing"

	"howdah/internal/pgtest"
)

// The embedded rows must be what a running PostgreSQL 15 says, asked in another way than the generator's.
func TestAgreesWithPostgreSQL(t *testing.T) {
	s := pgtest.New(t)
	if v, err := s.Query("show server_version_num"); err != nil || !strings.HasPrefix(v[0][0], "15") {
		t.Fatalf("PostgreSQL 15 is wanted, not %v (%v); set HOWDAH_PG_BIN", v, err)
	}
	check := func(name, query string, got [][]string) {
		t.Helper()
		want, err := s.Query(query)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if len(got) != len(want) {
			t.Errorf("%s: %d rows, want %d", name, len(got), len(want))
			return
		}
		for i := range got {
			if !reflect.DeepEqual(got[i], want[i]) {
				t.Errorf("%s: row %q, want %q", name, got[i], want[i])
				return
			}
		}
	}

	var got [][]string
	for _, x := range Types() {
		got = append(got, text(x.OID, x.Name, x.Len, x.ByVal, string(x.Kind), string(x.Category), x.Preferred, string(x.Delim),
			x.Elem, x.Array, x.Input, x.Send, x.ModIn, string(x.Align), string(x.Storage), x.BaseType, x.TypMod, x.Collation, x.Subscript, x.Default))
	}
	check("types", `select oid, typname, typlen, typbyval, typtype, typcategory, typispreferred, typdelim, typelem, typarray,
		typinput::oid, typsend::oid, typmodin::oid, typalign, typstorage, typbasetype, typtypmod, typcollation, typsubscript::oid, typdefault
		from pg_type where oid < 16384 order by oid`, got)

	got = nil
	for _, x := range Procs() {
		got = append(got, text(x.OID, x.Name, x.Cost, x.Rows, x.Variadic, string(x.Kind), x.Strict, x.RetSet, string(x.Volatile),
			string(x.Parallel), x.NArgs, x.NDefaults, x.Ret, join(x.ArgTypes), join(x.AllArgTypes), x.ArgModes, strings.Join(x.ArgNames, "|"),
			x.Defaults, x.Src))
	}
	check("procs", `select oid, proname, procost, prorows, provariadic, prokind, proisstrict, proretset, provolatile, proparallel, pronargs,
		pronargdefaults, prorettype, array_to_string(proargtypes::oid[], ' '), coalesce(array_to_string(proallargtypes, ' '), ''),
		coalesce(array_to_string(proargmodes, ''), ''), coalesce(array_to_string(proargnames, '|'), ''), pg_get_expr(proargdefaults, 0), prosrc
		from pg_proc where oid < 16384 order by oid`, got)

	got = nil
	for _, x := range Operators() {
		got = append(got, text(x.OID, x.Name, string(x.Kind), x.Left, x.Right, x.Result, x.Commutator, x.Negator, x.Proc, x.CanMerge, x.CanHash))
	}
	check("operators", `select oid, oprname, oprkind, oprleft, oprright, oprresult, oprcom, oprnegate, oprcode::oid, oprcanmerge, oprcanhash
		from pg_operator order by oid`, got)

	got = nil
	for _, x := range Casts() {
		got = append(got, text(x.Source, x.Target, x.Proc, string(x.Context), string(x.Method)))
	}
	check("casts", `select castsource, casttarget, castfunc, castcontext, castmethod from pg_cast order by oid`, got)

	got = nil
	for _, x := range Aggregates() {
		got = append(got, text(x.OID, string(x.Kind), x.NumDirectArgs, x.TransFn, x.FinalFn, x.CombineFn, x.SortOp, x.TransType, x.InitVal))
	}
	check("aggregates", `select aggfnoid::oid, aggkind, aggnumdirectargs, aggtransfn::oid, aggfinalfn::oid, aggcombinefn::oid, aggsortop,
		aggtranstype, agginitval from pg_aggregate order by 1`, got)

	got = nil
	for _, x := range Keywords() {
		got = append(got, text(x.Word, string(x.Category), x.Bare))
	}
	check("keywords", `select word, catcode, barelabel from pg_get_keywords() order by word collate "C"`, got)

	got = nil
	for _, x := range Settings() {
		got = append(got, text(x.Name, x.Unit, x.Context, x.VarType, x.MinVal, x.MaxVal, x.BootVal, strings.Join(x.EnumVals, ","), x.ShortDesc))
	}
	check("settings", `select name, unit, context, vartype, min_val, max_val, boot_val, coalesce(array_to_string(enumvals, ','), ''), short_desc
		from pg_settings order by name collate "C"`, got)

	got = nil
	for _, r := range Relations() {
		for _, c := range r.Columns {
			got = append(got, text(r.Schema, r.Name, string(r.Kind), c.Num, c.Name, c.Type, c.Len, c.TypMod, c.NotNull, c.Collation))
		}
	}
	check("relations", `select nspname, relname, relkind, attnum, attname, atttypid, attlen, atttypmod, attnotnull, attcollation
		from pg_class c join pg_namespace n on n.oid = relnamespace join pg_attribute on attrelid = c.oid and attnum > 0
		where relkind in ('r', 'v') and nspname in ('pg_catalog', 'information_schema') order by c.oid, attnum`, got)

	// Every view's text is accepted by the server it came from.
	for _, r := range Relations() {
		if (r.Kind == 'v') != (r.Definition != "") {
			t.Errorf("%s.%s: kind %c with definition %q", r.Schema, r.Name, r.Kind, r.Definition)
		}
	}
}

// Every column of the generic rows equals the table's own, but for those that are documented to differ.
func TestRowsAreWhole(t *testing.T) {
	s := pgtest.New(t)
	for _, name := range RelationNames() {
		columns, rows := Rows(name)
		if len(columns) == 0 || len(rows) == 0 {
			t.Errorf("%s is empty", name)
			continue
		}
		for _, row := range rows {
			if len(row) != len(columns) {
				t.Fatalf("%s: %d values for %d columns", name, len(row), len(columns))
			}
		}
		if !strings.HasPrefix(name, "pg_") {
			continue
		}
		want, err := s.Query(`select attname from pg_attribute where attnum > 0 and attrelid = 'pg_catalog.` + name + `'::regclass order by attnum`)
		if err != nil {
			t.Fatal(err)
		}
		for i, w := range want {
			if i >= len(columns) || columns[i] != w[0] {
				t.Errorf("%s has columns %q", name, columns)
				break
			}
		}
	}
	if columns, rows := Rows("pg_no_such"); columns != nil || rows != nil {
		t.Error("an unknown relation has rows")
	}
	// One with NULLs, backslashes and line ends.
	_, rows := Rows("pg_cast")
	want, _ := s.Query("select oid, castsource, casttarget, castfunc, castcontext, castmethod from pg_cast order by oid")
	if !reflect.DeepEqual(rows, want) {
		t.Error("pg_cast differs")
	}
	_, rows = Rows("view_definitions")
	results, err := s.Run("set search_path = pg_catalog; select oid, pg_get_viewdef(oid) from pg_class where relkind = 'v' and oid < 16384 order by oid; reset search_path")
	if err != nil || !reflect.DeepEqual(rows, results[1].Rows) {
		t.Errorf("view definitions differ (%v)", err)
	}
}

func TestLookups(t *testing.T) {
	if x := TypeByName("int4"); x == nil || x.OID != 23 || x.Array != 1007 || TypeByOID(1007).Name != "_int4" {
		t.Errorf("int4 is %+v", x)
	}
	if got := len(ProcsByName("substring")); got != 8 {
		t.Errorf("%d functions substring", got)
	}
	if x := ProcByOID(1242); x == nil || x.Name != "boolin" || x.Src != "boolin" || x.Defaults != Null {
		t.Errorf("1242 is %+v", x)
	}
	if x := ProcsByName("make_interval")[0]; x.NDefaults != 7 || x.ArgNames[6] != "secs" || x.Defaults != "0, 0, 0, 0, 0, 0, 0.0" {
		t.Errorf("make_interval is %+v", x)
	}
	if x := OperatorByOID(96); x == nil || x.Name != "=" || x.Left != 23 || x.Negator != 518 {
		t.Errorf("96 is %+v", x)
	}
	if got := len(OperatorsByName("-")); got < 30 {
		t.Errorf("%d operators -", got)
	}
	if x := CastBetween(23, 20); x == nil || x.Context != 'i' || x.Method != 'f' || CastBetween(23, 1184) != nil {
		t.Errorf("int4 to int8 is %+v", x)
	}
	if x := AggregateByOID(2803); x == nil || x.InitVal != "0" { // count(*)
		t.Errorf("2803 is %+v", x)
	}
	if x := RelationByName("information_schema", "columns"); x == nil || x.Kind != 'v' || len(x.Columns) != 44 {
		t.Errorf("information_schema.columns is %+v", x)
	}
	if k := KeywordOf("select"); k == nil || k.Category != 'R' || KeywordOf("selec") != nil {
		t.Errorf("select is %+v", k)
	}
	if len(Collations()) != 5 {
		t.Errorf("collations: %+v", Collations())
	}
	if _, rows := Rows("timezone_abbrevs"); len(rows) < 100 {
		t.Errorf("%d abbreviations", len(rows))
	}
}

func text(values ...any) []string {
	out := make([]string, len(values))
	for i, v := range values {
		switch v := v.(type) {
		case bool:
			out[i] = fmt.Sprint(v)[:1]
		default:
			out[i] = fmt.Sprint(v)
		}
	}
	return out
}

func join(oids []uint32) string { return strings.Trim(fmt.Sprint(oids), "[]") }

// BenchmarkLoad is what the first statement pays; the maps are in it.
func BenchmarkLoad(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		types, procs, operators, casts := loadTypes(), loadProcs(), loadOperators(), loadCasts()
		index(types, func(t *Type) uint32 { return t.OID })
		index(procs, func(p *Proc) uint32 { return p.OID })
		group(procs, func(p *Proc) string { return p.Name })
		group(operators, func(o *Operator) string { return o.Name })
		index(casts, func(c *Cast) [2]uint32 { return [2]uint32{c.Source, c.Target} })
	}
}
