package e2e

import (
	"compress/gzip"
	"fmt"
	"maps"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"howdah/internal/pgtest"
)

// TestDifferential compares Howdah with PostgreSQL over random tables and random queries: directly, through
// postgres_fdw, and Howdah with itself under other plans. HOWDAH_DIFFERENTIAL is the number of queries and HOWDAH_SEED
// the seed (0 = a new one); without them a fixed slice and a short fresh one are run.
//
// What the comparison allows:
//   - Howdah may refuse (0A000, 42883) up to 3 % of the queries; the functions that it refuses are listed.
//   - Equal values that look different (1.0 and 1.00, 0 and -0, 1 mon and 30 days) are one where rows are made one by
//     GROUP BY, DISTINCT, UNION, min and max: which of them is shown is nobody's promise.
//   - Aggregates of floats may differ beyond 12 digits.
//   - Expressions that can fail stand alone in a query over one table, so that nothing but the expression decides
//     whether it is evaluated, and for which row first. Elsewhere arguments are kept to values that cannot fail; where
//     one side fails all the same, with a class 22 error, and the other discards the row, it is counted as order.
func TestDifferential(t *testing.T) {
	if n, _ := strconv.Atoi(os.Getenv("HOWDAH_DIFFERENTIAL")); n > 0 {
		seed, _ := strconv.ParseUint(os.Getenv("HOWDAH_SEED"), 10, 64)
		if seed == 0 {
			seed = uint64(time.Now().UnixNano())
		}
		newDifferential(t).run(seed, n)
		return
	}
	if testing.Short() {
		t.Skip("-short")
	}
	d := newDifferential(t)
	d.run(20261123, 1500)
	d.run(uint64(time.Now().UnixNano()), 500)
}

const (
	roundQueries = 100 // queries over the same tables
	maxReported  = 25
)

type differential struct {
	t       *testing.T
	pg      *pgtest.Server
	howdah  *Howdah
	dir     string
	heap    *pgtest.Conn
	direct  *pgtest.Conn
	options []string // what a session is set to, in this round

	round    int
	total    int
	reported int
	counts   map[string]int
	refusals map[string]int
	used     map[*form]int
	answered map[*form]int
	slowest  time.Duration
	slowText string
}

func newDifferential(t *testing.T) *differential {
	pg, err := pgtest.Start(pgtest.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { pg.Stop() })
	d := &differential{
		t: t, pg: pg, dir: t.TempDir(), counts: map[string]int{}, refusals: map[string]int{}, used: map[*form]int{}, answered: map[*form]int{},
	}
	file := filepath.Join(t.TempDir(), "tables.sql")
	if err := os.WriteFile(file, []byte("create server diff foreign data wrapper howdah options (location '"+d.dir+"');\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	d.howdah = Serve(t, "--catalog", file, "--allow", d.dir)
	d.connect()
	must(t, d.heap, fmt.Sprintf(`create extension postgres_fdw;
		create server howdah foreign data wrapper postgres_fdw options (host '127.0.0.1', port '%d', dbname 'howdah');
		create user mapping for current_user server howdah options (user 'tester');`, d.howdah.Port))
	return d
}

// connect opens both sessions.
func (d *differential) connect() {
	for _, c := range []*pgtest.Conn{d.heap, d.direct} {
		if c != nil {
			c.Close()
		}
	}
	var err error
	if d.heap, err = d.pg.Connect(); err != nil {
		d.t.Fatal(err)
	}
	if d.direct, err = pgtest.Connect(d.howdah.DSN("tester")); err != nil {
		d.t.Fatalf("%v\n%s", err, d.howdah.Log())
	}
	must(d.t, d.heap, "set statement_timeout = '15s'; set max_parallel_workers_per_gather = 0; set jit = off")
	must(d.t, d.direct, "set statement_timeout = '15s'")
	for _, o := range d.options {
		must(d.t, d.heap, o)
		must(d.t, d.direct, o)
	}
}

func (d *differential) run(seed uint64, n int) {
	d.t.Logf("differential: HOWDAH_SEED=%d HOWDAH_DIFFERENTIAL=%d", seed, n)
	d.counts, d.refusals, d.total, d.reported = map[string]int{}, map[string]int{}, 0, 0
	started := time.Now()
	for round := 0; d.total < n && d.reported < maxReported; round++ {
		g := &generator{Rand: rand.New(rand.NewPCG(seed, uint64(round))), pool: map[string][]string{}}
		d.tables(g)
		for i := 0; i < roundQueries && d.total < n && d.reported < maxReported; i++ {
			q := rand.New(rand.NewPCG(seed, uint64(round)<<32|uint64(i+1)))
			g.Rand = q
			d.total++
			d.one(g, fmt.Sprintf("seed %d round %d query %d", seed, round, i))
		}
		must(d.t, d.direct, fmt.Sprintf("drop schema r%d cascade", d.round))
		must(d.t, d.heap, fmt.Sprintf("set client_min_messages = warning; drop schema r%d cascade; drop schema f%d cascade", d.round, d.round))
	}
	d.report(time.Since(started))
}

// tables makes a round's tables.
func (d *differential) tables(g *generator) {
	d.round++
	d.options = []string{"set timezone = '" + one(g, "UTC", "GMT", "America/New_York", "Asia/Kolkata") + "'", "set intervalstyle = 'postgres'", "set datestyle = 'ISO, MDY'"}
	d.connect()
	g.tables = nil
	for i, n := range []int{100 + g.IntN(60), 20 + g.IntN(40), g.IntN(10), one(g, 1100, 2600)} {
		g.tables = append(g.tables, g.table(fmt.Sprintf("t%c", 'a'+i), n))
	}
	heap := fmt.Sprintf("create schema r%d; create schema f%d;\n", d.round, d.round)
	direct := fmt.Sprintf("create schema r%d;\n", d.round)
	for i, t := range g.tables {
		t.kind = d.kind(t, i)
		heap += fmt.Sprintf("create table r%d.%s (%s);\n", d.round, t.name, t.heapColumns())
		glob := fmt.Sprintf("r%d-%s%s.%s", d.round, t.name, map[bool]string{true: "-*"}[t.files > 1], t.kind)
		if t.files == 1 && g.chance(20) {
			glob += ".gz"
		}
		options := map[string]string{"csv": ", " + t.options, "json": "", "ndjson": ""}
		if _, text := options[t.kind]; !text {
			options[t.kind] = ", header 'true'"
		}
		direct += fmt.Sprintf("create foreign table r%d.%s (%s) server diff options (location '%s', format '%s'%s);\n", d.round, t.name, t.columnList(), glob, t.kind, options[t.kind])
	}
	must(d.t, d.heap, heap)
	for _, t := range g.tables {
		name := fmt.Sprintf("r%d.%s", d.round, t.name)
		if _, err := d.heap.Pg().CopyFrom(d.t.Context(), strings.NewReader(t.copyText()), "copy "+name+" from stdin"); err != nil {
			d.t.Fatalf("%s (%s): %v", name, t.heapColumns(), err)
		}
		options := strings.NewReplacer("header 'true'", "header true", "header 'false'", "header false").Replace(t.options)
		if g.chance(20) {
			options += ", force_quote *"
		}
		each := (len(t.rows) + t.files - 1) / t.files
		for f := range t.files {
			var text []byte
			if t.kind == "csv" {
				text = copyOut(d.t, d.heap, fmt.Sprintf("copy (select * from %s limit %d offset %d) to stdout (format csv, %s)", name, each, each*f, options))
			} else {
				text = d.encode(t.kind, t, name, each, each*f)
			}
			path := filepath.Join(d.dir, fmt.Sprintf("r%d-%s.%s", d.round, t.name, t.kind))
			if t.files > 1 {
				path = filepath.Join(d.dir, fmt.Sprintf("r%d-%s-%d.%s", d.round, t.name, f, t.kind))
			}
			if strings.Contains(direct, filepath.Base(path)+".gz") {
				path += ".gz"
				text = zip(d.t, text)
			}
			if err := os.WriteFile(path, text, 0o644); err != nil {
				d.t.Fatal(err)
			}
		}
	}
	must(d.t, d.direct, direct)
	must(d.t, d.heap, fmt.Sprintf("analyze; import foreign schema r%d from server howdah into f%d", d.round, d.round))
	// The files were written in the forms that all can read; results may be in others.
	if g.chance(30) {
		d.options = append(d.options, "set datestyle = '"+one(g, "SQL, DMY", "German", "Postgres, MDY", "ISO, DMY")+"'")
	}
	if g.chance(30) {
		d.options = append(d.options, "set extra_float_digits = "+one(g, "0", "3", "-3"))
	}
	if g.chance(20) {
		d.options = append(d.options, "set bytea_output = 'escape'")
	}
	d.connect()
}

func zip(t *testing.T, text []byte) []byte {
	var b strings.Builder
	w := gzip.NewWriter(&b)
	w.Write(text)
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return []byte(b.String())
}

// way is one of the ways in which a query is asked of Howdah.
type way struct {
	name     string
	set      string // settings for this query
	foreign  bool   // through postgres_fdw
	extended bool
	binary   bool
}

// one makes a query and compares.
func (d *differential) one(g *generator, where string) {
	q := g.query()
	ways := []way{{name: "direct"}}
	if g.chance(30) {
		ways[0].extended = true
		q.each(func(e *term) {
			if e.literal && g.chance(50) {
				e.param = true
			}
		})
		ways[0].binary = g.chance(30)
	}
	switch n := g.IntN(100); {
	case n < 15:
		ways = append(ways, way{name: "no push-down", set: "howdah.push_down = off"})
	case n < 30:
		ways = append(ways, way{name: "batches", set: "howdah.batch_size = " + one(g, "1", "3", "7")})
	case n < 38:
		ways = append(ways, way{name: "little memory", set: "work_mem = '64kB'"})
	case n < 55 && !slices.ContainsFunc(d.options, func(o string) bool {
		return strings.Contains(o, "datestyle") && !strings.Contains(o, "ISO, MDY") || strings.Contains(o, "digits")
	}):
		// postgres_fdw 15 prints the constants of a shipped select list in the session's own style, which the remote misreads.
		ways = append(ways, way{name: "postgres_fdw", foreign: true})
	}
	for _, w := range ways {
		d.compare(q, w, where)
	}
	if g.chance(30) && q.from != nil && q.from.table != nil && len(q.group) == 0 && len(q.where) > 0 {
		d.partitions(q, where)
	}
}

// ask runs the query in a way on Howdah and on the heap.
func (d *differential) ask(q *query, w way) (got, want reply) {
	schema := fmt.Sprintf("r%d", d.round)
	text, params := q.text(schema, !w.extended)
	want = send(d.heap, text, params, w.extended, w.binary)
	if w.foreign {
		text, params = q.text(fmt.Sprintf("f%d", d.round), true)
		return send(d.heap, text, nil, false, false), want
	}
	if w.set != "" {
		must(d.t, d.direct, "set "+w.set)
		defer func() {
			name, _, _ := strings.Cut(w.set, " ")
			d.direct.Exec("reset " + name)
		}()
	}
	started := time.Now()
	got = send(d.direct, text, params, w.extended, w.binary)
	if took := time.Since(started); took > d.slowest {
		d.slowest, d.slowText = took, text
	}
	return got, want
}

// itsOwnFault tells whether postgres_fdw gives the same wrong answer of a real PostgreSQL: it takes 'A'::char(2) = varchar for
// 'A ' = varchar, which is another question.
func (d *differential) itsOwnFault(q *query, got reply) bool {
	must(d.t, d.heap, fmt.Sprintf(`set client_min_messages = warning; drop schema if exists loopback cascade; drop server if exists loopback cascade;
		create server loopback foreign data wrapper postgres_fdw options (host '127.0.0.1', port '%d', dbname 'postgres');
		create user mapping for current_user server loopback options (user 'postgres');
		create schema loopback; import foreign schema r%d from server loopback into loopback`, d.pg.Port(), d.round))
	text, _ := q.text("loopback", true)
	own := send(d.heap, text, nil, false, false)
	return got.difference(own, q.traits()) == ""
}

func (d *differential) compare(q *query, w way, where string) {
	got, want := d.ask(q, w)
	if got.code == "?????" || want.code == "?????" {
		if want.code == "?????" && got.code != "?????" {
			d.t.Logf("PostgreSQL: %s", want.message)
		}
		defer d.connect()
	}
	d.counts["asked "+w.name]++
	if w.name == "direct" {
		q.each(func(e *term) {
			if e.form != nil {
				d.used[e.form]++
				if !got.refused() {
					d.answered[e.form]++
				}
			}
		})
	}
	diff := got.difference(want, q.traits())
	if diff == "rows" && w.binary {
		w.binary = false // as text equal values can be known; what the wire adds is compared where they are identical
		// An array says that it may hold a NULL after its only one is gone.
		arrays := slices.ContainsFunc(want.types, func(oid uint32) bool { return oid == 1007 || oid == 1009 })
		if t := q.traits(); t.collapse || t.floats || t.ties || arrays {
			got, want = d.ask(q, w)
			diff = got.difference(want, t)
		} else {
			w.binary = true
		}
	}
	switch {
	case got.refused() && !want.refused():
		d.refusals[refusal(got)]++
		d.counts["refused "+w.name]++
		return
	case diff == "" && got.code != "":
		d.counts["both fail"]++
		if strings.HasPrefix(got.code, "42") {
			d.counts["both fail: "+got.message]++
		}
		if got.message != want.message && !w.foreign {
			d.counts["both fail, in other words"]++
			if d.counts["both fail, in other words"] <= 20 {
				d.t.Logf("%s: %s\n   got %s\n  want %s", w.name, first(q.text(fmt.Sprintf("r%d", d.round), true)), got, want)
			}
		}
		return
	case diff == "":
		return
	case want.code == "57014":
		d.counts["PostgreSQL timed out"]++
		return
	case got.code == "57014":
		d.counts["Howdah timed out"]++
		d.t.Logf("timed out: %s", first(q.text(fmt.Sprintf("r%d", d.round), true)))
		return
	case got.code == "53200": // what one value holds must fit into work_mem
		d.counts["out of memory: "+got.message]++
		return
	case w.foreign && d.itsOwnFault(q, got):
		d.counts["postgres_fdw's own fault"]++
		return
	case diff == "one fails" && (strings.HasPrefix(got.code, "22") || strings.HasPrefix(want.code, "22")) && d.orderly(q, w, fmt.Sprintf("got %q want %q", got.code, want.code)):
		d.counts["order of evaluation"]++
		return
	}
	d.counts["DIFFERENT "+w.name]++
	d.fail(q, w, where, diff)
}

// orderly tells whether an error of one side alone can come of the order in which conditions are evaluated: there must be
// several, or a limit. Each case is printed, and more than one in a thousand queries is a failure.
func (d *differential) orderly(q *query, w way, code string) bool {
	conditions := 0
	q.queries(func(s *query) {
		conditions += len(s.where)
		if s.limit >= 0 || s.offset > 0 || len(s.setops) > 0 {
			conditions += 2
		}
		if s.from != nil {
			conditions += len(joinConditions(s.from))
		}
	})
	if conditions < 2 {
		return false
	}
	d.t.Logf("order of evaluation? %s: %s %s", w.name, code, first(q.text("d", true)))
	return true
}

func first(s string, _ []string) string { return s }

// fail reports a difference, cut down.
func (d *differential) fail(q *query, w way, where, diff string) {
	d.reported++
	whole := first(q.text("d", true))
	still := func() bool {
		got, want := d.ask(q, w)
		if got.code == "?????" {
			d.connect()
		}
		x := got.difference(want, q.traits())
		return x != "" && !strings.HasPrefix(want.code, "42") && !got.refused() && (x == "one fails") == (diff == "one fails") && want.code != "57014"
	}
	reduce(q, still, 300)
	got, want := d.ask(q, w)
	text, params := q.text(fmt.Sprintf("r%d", d.round), !w.extended)
	var tables strings.Builder
	q.queries(func(s *query) {
		if s.from == nil {
			return
		}
		for _, f := range leaves(s.from) {
			if f.table != nil && !strings.Contains(tables.String(), f.table.name+"(") {
				fmt.Fprintf(&tables, "%s(%s) %s %d files\n", f.table.name, f.table.columnList(), f.table.options, f.table.files)
			}
		}
	})
	d.t.Errorf("%s, %s %s: %s\n%s\nparams %q binary %v\n   got %s\n  want %s\n%s\n%s\nfrom: %s", where, w.name, w.set, got.difference(want, q.traits()), text, params, w.binary,
		got, want, firstDifference(got, want, q.traits()), tables.String(), whole)
}

func firstDifference(got, want reply, t traits) string {
	a, b := got.rows, want.rows
	if !t.ordered {
		a, b = slices.Sorted(slices.Values(a)), slices.Sorted(slices.Values(b))
	}
	for i := range max(len(a), len(b)) {
		switch {
		case i >= len(a):
			return fmt.Sprintf("row %d: got none, want %.300s", i, b[i])
		case i >= len(b):
			return fmt.Sprintf("row %d: got %.300s, want none", i, a[i])
		case a[i] != b[i]:
			return fmt.Sprintf("row %d: got %.300s\n      want %.300s", i, a[i], b[i])
		}
	}
	return ""
}

// partitions checks that the rows where p, where not p, and where p is null are all the rows (TLP), and that counting
// rows where p agrees with summing p over all of them (NoREC).
func (d *differential) partitions(q *query, where string) {
	schema := fmt.Sprintf("r%d", d.round)
	r := renderer{schema: schema, inline: true}
	r.expr(q.where[0])
	p := r.String()
	f := renderer{schema: schema, inline: true}
	f.from(q.from)
	n := func(sql string) string {
		a := send(d.direct, sql, nil, false, false)
		if a.code != "" {
			return "error " + a.code
		}
		return strings.Join(a.rows, ",")
	}
	from := " from " + f.String()
	yes, no, unknown, all := n("select count(*)"+from+" where "+p), n("select count(*)"+from+" where not "+p), n("select count(*)"+from+" where "+p+" is null"), n("select count(*)"+from)
	sum := n("select coalesce(sum(case when " + p + " then 1 else 0 end), 0)" + from)
	if strings.HasPrefix(yes+no+unknown+all+sum, "error") || strings.Contains(yes+no+unknown+sum, "error") {
		return // the comparison has told
	}
	d.counts["asked partitions"]++
	ids := "select " + q.from.alias + ".id" + from
	parts := send(d.direct, ids+" where "+p+" union all "+ids+" where not "+p+" union all "+ids+" where "+p+" is null order by 1", nil, false, false)
	whole := send(d.direct, ids+" order by 1", nil, false, false)
	if !slices.Equal(parts.rows, whole.rows) {
		d.counts["DIFFERENT partitions"]++
		d.reported++
		d.t.Errorf("%s: the rows of the partitions %s are not those of the whole %s\n%s where %s", where, parts, whole, ids, p)
	}
	i := func(s string) int { v, _ := strconv.Atoi(s); return v }
	if i(yes)+i(no)+i(unknown) != i(all) || sum != yes {
		d.counts["DIFFERENT partitions"]++
		d.reported++
		d.t.Errorf("%s: partitions %s + %s + %s of %s, sum %s\nselect count(*)%s where %s", where, yes, no, unknown, all, sum, from, p)
	}
}

func refusal(r reply) string { return r.code + " " + r.message }

func (d *differential) report(took time.Duration) {
	d.t.Logf("%d queries in %s; the slowest took %s: %.300s", d.total, took.Round(time.Millisecond), d.slowest.Round(time.Millisecond), d.slowText)
	for _, k := range slices.Sorted(maps.Keys(d.counts)) {
		d.t.Logf("%6d %s", d.counts[k], k)
	}
	if len(d.refusals) > 0 {
		keys := slices.SortedFunc(maps.Keys(d.refusals), func(a, b string) int { return d.refusals[b] - d.refusals[a] })
		d.t.Logf("refused:")
		for _, k := range keys {
			d.t.Logf("%6d %s", d.refusals[k], k)
		}
	}
	var never []string
	for _, list := range [][]form{forms, aggregates} {
		for i := range list {
			if f := &list[i]; d.used[f] > 0 && d.answered[f] == 0 {
				never = append(never, f.text)
			}
		}
	}
	if len(never) > 0 {
		d.t.Logf("forms never answered: %s", strings.Join(never, " ¦ "))
	}
	if n := d.counts["order of evaluation"]; n > 1+d.total/1000 {
		d.t.Errorf("%d times one side alone failed: is it the order of evaluation?", n)
	}
	if n := d.counts["refused direct"]; n*100 > 3*d.total {
		d.t.Errorf("%d of %d queries were refused", n, d.total)
	}
}
