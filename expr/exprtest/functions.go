package exprtest

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"howdah/expr"
	"howdah/internal/pgdata"
	"howdah/internal/pgtest"
	"howdah/pgerr"
	"howdah/types"
	"howdah/vector"
)

// Options say how functions are tried.
type Options struct {
	Rows      int // random operand tuples per signature; 0 = 120
	Seed      uint64
	Collation types.OID // 0 = C
	// Operands overrides or adds generators of operands in text form, by type.
	Operands map[types.OID]func(r *rand.Rand) string
	// ByArg overrides the generator of one argument (from 0) of one function, by prosrc.
	ByArg map[string]map[int]func(r *rand.Rand) string
	// Signatures gives the concrete argument types to try for a function over polymorphic types.
	Signatures func(p *pgdata.Proc) [][]types.OID
	// Result gives the concrete result type for such a signature; nil = as declared.
	Result func(p *pgdata.Proc, args []types.OID) types.OID
	// Same compares two results where equal text is too strict (nil = equal text).
	Same func(p *pgdata.Proc, got, want string) bool
	// Session is for settings such as time zones; nil = a session without.
	Session expr.Session
	// Style is the session's, where Setup makes it another than the default.
	Style *types.Style
	// Setup runs on PostgreSQL's session first.
	Setup string
}

// null marks a NULL operand.
const null = pgtest.Null

// Functions compares the functions of these prosrc names with PostgreSQL's.
func Functions(t *testing.T, opt Options, sources ...string) {
	t.Helper()
	conn := Connect(t, opt.Setup)
	slices.Sort(sources)
	for _, src := range sources {
		tried := 0
		for i := range pgdata.Procs() {
			p := &pgdata.Procs()[i]
			if p.Src != src && Signature(p) != src || p.Kind != 'f' || p.RetSet {
				continue
			}
			for _, args := range opt.signatures(p) {
				if opt.knows(p, args) {
					tried++
					function(t, conn, &opt, p, args)
				}
			}
		}
		if tried == 0 {
			t.Errorf("%s: no signature of it has operands", src)
		}
	}
}

// Signature is the function's name and argument types, "round(numeric)".
func Signature(p *pgdata.Proc) string {
	names := make([]string, len(p.ArgTypes))
	for i, a := range p.ArgTypes {
		names[i] = pgdata.TypeByOID(a).Name
	}
	return p.Name + "(" + strings.Join(names, ",") + ")"
}

func (o *Options) signatures(p *pgdata.Proc) [][]types.OID {
	if o.Signatures != nil {
		if s := o.Signatures(p); s != nil {
			return s
		}
	}
	args := make([]types.OID, len(p.ArgTypes))
	for i, a := range p.ArgTypes {
		args[i] = types.OID(a)
	}
	return [][]types.OID{args}
}

func (o *Options) generator(p *pgdata.Proc, arg int, t types.OID) func(r *rand.Rand) string {
	if g := o.ByArg[p.Src][arg]; g != nil {
		return g
	}
	if g := o.Operands[t]; g != nil {
		return g
	}
	return Operands[t]
}

func (o *Options) knows(p *pgdata.Proc, args []types.OID) bool {
	for i, a := range args {
		if o.generator(p, i, a) == nil {
			return false
		}
	}
	return true
}

// Outcome is what a call gave: a text, NULL (pgtest.Null), or an error's code, message, detail and hint by lines.
type Outcome struct {
	Text   string
	Failed bool
}

func (o Outcome) String() string {
	switch {
	case o.Failed:
		return "error " + strings.ReplaceAll(o.Text, "\n", " | ")
	case o.Text == null:
		return "NULL"
	}
	return fmt.Sprintf("%q", o.Text)
}

func failure(err error) Outcome {
	e := pgerr.From(err)
	return Outcome{Text: strings.Join([]string{string(e.Code), e.Message, e.Detail, e.Hint}, "\n"), Failed: true}
}

// Connect opens a session on the shared PostgreSQL in which [Ask] works.
func Connect(t *testing.T, setup string) *pgtest.Conn {
	t.Helper()
	conn, err := pgtest.New(t).Connect()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() })
	if err := conn.Exec(tryFunction + setup); err != nil {
		t.Fatal(err)
	}
	return conn
}

// tryFunction evaluates an expression by its output function, catching errors.
const tryFunction = `create function pg_temp.try(q text) returns text language plpgsql as $$
declare r text; m text; d text; h text;
begin
	execute 'select case when v is not distinct from null then null else format(''%s'', v) end from (select ' || q || ' as v offset 0) q' into r;
	return 'V' || r;
exception when others then
	get stacked diagnostics m = message_text, d = pg_exception_detail, h = pg_exception_hint;
	return 'E' || concat_ws(E'\n', sqlstate, m, d, h);
end $$;
`

// Ask evaluates SQL expressions on PostgreSQL, each on its own.
func Ask(t *testing.T, conn *pgtest.Conn, expressions []string) []Outcome {
	t.Helper()
	out := make([]Outcome, 0, len(expressions))
	for chunk := range slices.Chunk(expressions, 500) {
		quoted := make([]string, len(chunk))
		for i, e := range chunk {
			quoted[i] = literal(e)
		}
		rows, err := conn.Query("select pg_temp.try(q) from unnest(array[" + strings.Join(quoted, ",") + "]) with ordinality u(q, n) order by n")
		if err != nil {
			t.Fatal(err)
		}
		for _, row := range rows {
			switch v := row[0]; {
			case v == null:
				out = append(out, Outcome{Text: null})
			default:
				out = append(out, Outcome{Text: v[1:], Failed: v[0] == 'E'})
			}
		}
	}
	return out
}

func literal(s string) string {
	s = strings.ReplaceAll(s, "'", "''")
	if strings.Contains(s, `\`) {
		return "E'" + strings.ReplaceAll(s, `\`, `\\`) + "'"
	}
	return "'" + s + "'"
}

func typeName(t types.OID) string { return `pg_catalog."` + pgdata.TypeByOID(uint32(t)).Name + `"` }

// function compares one signature.
func function(t *testing.T, conn *pgtest.Conn, opt *Options, p *pgdata.Proc, args []types.OID) {
	t.Helper()
	kernel, ok := expr.KernelOf(p)
	if !ok {
		t.Errorf("%s %s: no kernel", p.Src, Signature(p))
		return
	}
	rows := opt.Rows
	if rows == 0 {
		rows = 120
	}
	r := rand.New(rand.NewPCG(opt.Seed, uint64(p.OID)))
	tuples := make([][]string, rows)
	queries := make([]string, rows)
	for i := range tuples {
		calls := make([]string, len(args))
		for a, typ := range args {
			v := opt.generator(p, a, typ)(r)
			if !p.Strict && r.IntN(12) == 0 {
				v = null
			}
			tuples[i] = append(tuples[i], v)
			if v == null {
				calls[a] = "null::" + typeName(typ)
			} else {
				calls[a] = literal(v) + "::" + typeName(typ)
			}
		}
		if last := len(calls) - 1; p.Variadic != 0 && p.Variadic != uint32(types.AnyOIDOID) { // the array as a whole
			calls[last] = "variadic " + calls[last]
		}
		queries[i] = `pg_catalog."` + p.Name + `"(` + strings.Join(calls, ", ") + ")"
	}
	want := Ask(t, conn, queries)

	c := newCall(t, opt, p, args, tuples)
	got := make([]Outcome, rows)
	var good []int32
	for i := range tuples {
		for a := range c.Const {
			c.Const[a] = i%2 == 1
		}
		c.State = nil
		got[i] = eval(kernel, c, []int32{int32(i)})[0]
		if !got[i].Failed && r.IntN(5) > 0 {
			good = append(good, int32(i))
		}
	}
	// The rows that succeed one by one succeed together, selected as they come.
	clear(c.Const)
	c.State = nil
	for k, o := range eval(kernel, c, good) {
		if o != got[good[k]] {
			t.Errorf("%s gave %v alone and %v in a batch", queries[good[k]], got[good[k]], o)
		}
	}
	bad := 0
	for i := range want {
		if got[i] == want[i] || opt.Same != nil && !got[i].Failed && !want[i].Failed && opt.Same(p, got[i].Text, want[i].Text) {
			continue
		}
		if bad++; bad <= 6 {
			t.Errorf("%s (%s)\n\tgot  %v\n\twant %v", queries[i], p.Src, got[i], want[i])
		}
	}
	if bad > 6 {
		t.Errorf("%s (%s): %d of %d differ", Signature(p), p.Src, bad, rows)
	}
}

func newCall(t *testing.T, opt *Options, p *pgdata.Proc, args []types.OID, tuples [][]string) *expr.Call {
	t.Helper()
	c := &expr.Call{
		Const:     make([]bool, len(args)),
		Result:    types.Of(types.OID(p.Ret)),
		Collation: types.CCollation,
		Env: &expr.Env{
			Ctx: context.Background(), Style: types.DefaultStyle(), Session: opt.Session,
			Now: time.Now(), StmtTime: time.Now(),
		},
	}
	if opt.Collation != 0 {
		c.Collation = opt.Collation
	}
	if opt.Style != nil {
		c.Env.Style = opt.Style
	}
	if opt.Result != nil {
		c.Result = types.Of(opt.Result(p, args))
	}
	for a, typ := range args {
		col := vector.New(types.Of(typ), len(tuples))
		for i, tuple := range tuples {
			if tuple[a] == null {
				col.SetNull(int32(i))
				continue
			}
			d, err := types.ParseText(types.Of(typ), []byte(tuple[a]), c.Env.Style)
			if err != nil {
				t.Fatalf("operand %q of %s: %v", tuple[a], Signature(p), err)
			}
			col.Set(int32(i), d)
		}
		c.Args = append(c.Args, col)
		c.ArgTypes = append(c.ArgTypes, types.Of(typ))
	}
	return c
}

// eval calls the kernel and gives the outcomes of sel's rows, in their order; an error is every row's.
func eval(k expr.Kernel, c *expr.Call, sel []int32) []Outcome {
	n := 0
	if len(c.Args) > 0 {
		n = len(c.Args[0].Nulls)
	} else if len(sel) > 0 {
		n = int(sel[len(sel)-1]) + 1
	}
	out := vector.New(c.Result, n)
	res := make([]Outcome, len(sel))
	if err := k(c, out, sel); err != nil {
		for i := range res {
			res[i] = failure(err)
		}
		return res
	}
	for k, i := range sel {
		if out.Null(i) {
			res[k].Text = null
			continue
		}
		res[k].Text = string(vector.AppendText(nil, out, i, c.Env.Style))
	}
	return res
}
