package e2e

import (
	"cmp"
	"fmt"
	"maps"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"howdah/internal/pgtest"
)

// TestExpressions compares Howdah with PostgreSQL over random expressions of every function, operator, aggregate and
// cast that Howdah says it has: values, types, typmods, SQLSTATEs, and the errors' words. The arguments are values at the
// borders of their types, as constants and as columns of a table that is a heap there and a CSV file here, NULLs, unknown
// literals, values of another type, and other expressions.
//
// HOWDAH_EXPRESSIONS is the number of expressions and HOWDAH_SEED the seed (0 = a new one); without them a fixed slice and a
// fresh one are run; HOWDAH_TARGET leaves only what has that in its signature. Differences are cut down and put together by what they call; knownDifferences has those that stay.
func TestExpressions(t *testing.T) {
	if n, _ := strconv.Atoi(os.Getenv("HOWDAH_EXPRESSIONS")); n > 0 {
		seed, _ := strconv.ParseUint(os.Getenv("HOWDAH_SEED"), 10, 64)
		if seed == 0 {
			seed = uint64(time.Now().UnixNano())
		}
		newExpressions(t).run(seed, n)
		return
	}
	if testing.Short() {
		t.Skip("-short")
	}
	e := newExpressions(t)
	e.run(20261123, 4000)
	e.run(uint64(time.Now().UnixNano()), 1000)
}

const (
	roundExpressions = 2000 // over the same table and settings
	exprRows         = 48
)

type expressions struct {
	t       *testing.T
	pg      *pgtest.Server
	howdah  *Howdah
	dir     string
	heap    *pgtest.Conn
	direct  *pgtest.Conn
	options []string

	round    int
	total    int
	counts   map[string]int
	known    map[string]int
	refusals map[string]int
	classes  map[string]*exprClass
	words    map[string]*exprClass // errors of one code in other words
	used     map[string]int
}

// exprClass is what differs in one way.
type exprClass struct {
	count int
	size  int
	text  string
}

func newExpressions(t *testing.T) *expressions {
	pg, err := pgtest.Start(pgtest.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { pg.Stop() })
	e := &expressions{t: t, pg: pg, dir: t.TempDir()}
	file := filepath.Join(t.TempDir(), "tables.sql")
	ddl := "create server x foreign data wrapper howdah options (location '" + e.dir + "');\n"
	if err := os.WriteFile(file, []byte(ddl), 0o600); err != nil {
		t.Fatal(err)
	}
	e.howdah = Serve(t, "--catalog", file, "--allow", e.dir)
	e.options = []string{"set timezone = 'UTC'"}
	e.connect()
	return e
}

func (e *expressions) connect() {
	var err error
	for _, c := range []*pgtest.Conn{e.heap, e.direct} {
		if c != nil {
			c.Close()
		}
	}
	if e.heap, err = e.pg.Connect(); err != nil {
		e.t.Fatal(err)
	}
	if e.direct, err = pgtest.Connect(e.howdah.DSN("tester")); err != nil {
		e.t.Fatalf("%v\n%s", err, e.howdah.Log())
	}
	must(e.t, e.heap, "set statement_timeout = '4s'; set max_parallel_workers_per_gather = 0; set jit = off; set client_min_messages = error")
	must(e.t, e.direct, "set statement_timeout = '4s'")
	for _, o := range e.options {
		must(e.t, e.heap, o)
		must(e.t, e.direct, o)
	}
}

// question is one expression, asked in a query.
type question struct {
	x        *xnode
	kind     byte // of its target
	from, to int  // rows, if it reads columns
	suffix   string
	binary   bool
	settings []string
}

func (q *question) sql() string {
	text := "select " + q.x.String()
	switch {
	case q.kind == 's' && !q.x.columns():
		return text + " limit 40"
	case q.from > 0 && (q.x.columns() || q.kind == 'a' || q.kind == 'w'):
		text += fmt.Sprintf(" from x.v where v.id between %d and %d", q.from, q.to)
		if q.kind == 'w' {
			text += " order by v.id"
		}
		if q.kind == 's' {
			text += " limit 60"
		}
	}
	return text
}

// table makes a round's table on both sides: three columns of each type, of values in different orders.
func (e *expressions) table(g *generator) map[string][]string {
	e.round++
	e.options = []string{"set timezone = '" + one(g, "UTC", "America/New_York", "Europe/London", "Asia/Kolkata", "Australia/Lord_Howe") + "'", "set datestyle = 'ISO, MDY'"}
	e.connect()
	columns := map[string][]string{}
	var decls, heapDecls []string
	var values [][]string
	for _, name := range columnTypes {
		t := exprTypes[name]
		for i := range 2 {
			c := fmt.Sprintf("%s_%d", strings.Replace(name, "_", "a_", 1), i+1)
			columns[name] = append(columns[name], c)
			decls = append(decls, c+" "+t.decl)
			collate := ""
			if slices.Contains([]string{"text", "varchar", "bpchar", "_text"}, name) {
				collate = ` collate "C"`
			}
			heapDecls = append(heapDecls, c+" "+t.decl+collate)
			list := make([]string, exprRows)
			for r := range list {
				list[r] = g.border(name)
				if g.chance(8) {
					list[r] = null
				}
			}
			values = append(values, list)
		}
	}
	// What PostgreSQL does not take as a value is none.
	for i, list := range values {
		typ, _, _ := strings.Cut(strings.SplitN(decls[i], " ", 2)[1], " collate")
		for r, v := range list {
			if v == null {
				continue
			}
			if _, err := e.heap.Query("select " + quoteText(v) + "::" + typ); err != nil {
				list[r] = null
			}
		}
	}
	var copyText strings.Builder
	for r := range exprRows {
		fmt.Fprintf(&copyText, "%d", r+1)
		for i := range values {
			v := values[i][r]
			if v == null {
				copyText.WriteString("\t\\N")
			} else {
				copyText.WriteString("\t" + escapeCell.Replace(v))
			}
		}
		copyText.WriteByte('\n')
	}
	must(e.t, e.heap, "drop schema if exists x cascade; create schema x; create table x.v (id int4, "+strings.Join(heapDecls, ", ")+")")
	if _, err := e.heap.Pg().CopyFrom(e.t.Context(), strings.NewReader(copyText.String()), "copy x.v from stdin"); err != nil {
		e.t.Fatal(err)
	}
	csv := copyOut(e.t, e.heap, "copy x.v to stdout (format csv, null '\\N')")
	name := fmt.Sprintf("v%d.csv", e.round)
	if err := os.WriteFile(filepath.Join(e.dir, name), csv, 0o644); err != nil {
		e.t.Fatal(err)
	}
	if e.round > 1 {
		must(e.t, e.direct, "drop schema x cascade")
	}
	must(e.t, e.direct, fmt.Sprintf("create schema x; create foreign table x.v (id int4, %s) server x options (location '%s', format 'csv', null '\\N')", strings.Join(decls, ", "), name))
	for _, o := range []string{
		"set datestyle = '" + one(g, "SQL, DMY", "German", "Postgres, MDY", "ISO, DMY", "ISO, YMD", "SQL, MDY") + "'", "set intervalstyle = '" + one(g, "postgres", "sql_standard", "iso_8601", "postgres_verbose") + "'", "set extra_float_digits = " + one(g, "0", "3", "-3", "1"), "set bytea_output = 'escape'",
	} {
		if g.chance(25) {
			e.options = append(e.options, o)
		}
	}
	e.connect()
	return columns
}

func (e *expressions) run(seed uint64, n int) {
	e.t.Logf("expressions: HOWDAH_SEED=%d HOWDAH_EXPRESSIONS=%d, %d targets", seed, n, len(targets()))
	e.counts, e.known, e.refusals, e.classes, e.words, e.used, e.total = map[string]int{}, map[string]int{}, map[string]int{}, map[string]*exprClass{}, map[string]*exprClass{}, map[string]int{}, 0
	started := time.Now()
	only := os.Getenv("HOWDAH_TARGET")
	list := targets()
	if only != "" {
		list = nil
		for _, t := range targets() {
			if strings.Contains(t.key, only) {
				list = append(list, t)
			}
		}
	}
	if len(list) == 0 {
		e.t.Fatalf("no target is like %q", only)
	}
	for round := 0; e.total < n; round++ {
		g := &generator{Rand: rand.New(rand.NewPCG(seed, uint64(round)<<32)), pool: map[string][]string{}}
		columns := e.table(g)
		var questions []*question
		for i := 0; i < roundExpressions && e.total < n; i++ {
			e.total++
			m := &maker{generator: g, columns: columns}
			t := &list[(e.total-1)%len(list)]
			q := &question{kind: t.kind}
			if m.rows = g.chance(45) || t.kind == 'a' || t.kind == 'w'; m.rows {
				q.from = 1 + g.IntN(exprRows)
				q.to = min(q.from+one(g, 0, 3, 7, 15), exprRows)
			}
			m.agg = t.kind == 'a' || t.kind == 'w'
			q.x = m.expression(t)
			q.binary = g.chance(15)
			e.used[t.key]++
			questions = append(questions, q)
		}
		got, want := e.askAll(questions)
		for i, q := range questions {
			e.judge(q, got[i], want[i])
		}
	}
	e.report(time.Since(started))
}

// askAll asks both sides at the same time.
func (e *expressions) askAll(list []*question) (got, want []reply) {
	got, want = make([]reply, len(list)), make([]reply, len(list))
	var w sync.WaitGroup
	w.Go(func() {
		for i, q := range list {
			got[i] = e.ask(&e.direct, q)
		}
	})
	w.Go(func() {
		for i, q := range list {
			want[i] = e.ask(&e.heap, q)
		}
	})
	w.Wait()
	return got, want
}

func (e *expressions) ask(c **pgtest.Conn, q *question) reply {
	r := send(*c, q.sql(), nil, q.binary, q.binary)
	if r.code == "?????" {
		// The session is gone: that is a difference, and the next needs another one.
		(*c).Close()
		var err error
		dsn := e.pg.DSN()
		if c == &e.direct {
			dsn = e.howdah.DSN("tester")
		}
		if *c, err = pgtest.Connect(dsn); err != nil {
			e.t.Errorf("%s: %v", q.sql(), err)
			return r
		}
		must(e.t, *c, "set statement_timeout = '4s'; "+strings.Join(e.options, "; "))
	}
	return r
}

func (e *expressions) both(q *question) (got, want reply) {
	return e.ask(&e.direct, q), e.ask(&e.heap, q)
}

func refusedWords(message string) bool {
	return strings.HasSuffix(message, "not supported") || strings.HasPrefix(message, "could not determine row type") // of NULL, PostgreSQL needs none
}

// differ tells in what two replies differ; "" = in nothing.
func (q *question) differ(got, want reply) string {
	switch {
	case want.code == "57014" || got.code == "57014" || want.code == "?????":
		return ""
	case got.code == "0A000" && want.code != "0A000" && refusedWords(got.message):
		return ""
	case got.code != want.code && got.code != "" && want.code != "":
		return "code"
	case got.code != want.code:
		return "error"
	case got.code != "":
		return ""
	case !slices.Equal(got.types, want.types):
		return "type"
	case got.mods[0] != want.mods[0] && got.mods[0] != -1 && want.mods[0] != -1:
		return "typmod"
	case !slices.Equal(got.rows, want.rows):
		return "value"
	}
	return ""
}

func (e *expressions) judge(q *question, got, want reply) {
	for _, r := range []reply{got, want} {
		if r.code == "57014" || r.code == "?????" && want.code == "?????" {
			e.counts["timed out: "+q.x.key]++
			return
		}
	}
	if got.code == "0A000" && want.code != "0A000" && refusedWords(got.message) {
		e.counts["refused"]++
		e.refusals[got.message]++
		return
	}
	e.counts["compared"]++
	if want.code != "" {
		e.counts["errors"]++
	}
	diff := q.differ(got, want)
	if diff == "" && got.code != "" && got.message != want.message {
		diff = "words"
	}
	if diff == "" {
		return
	}
	// One row alone tells whether it is but the order in which rows are evaluated.
	if q.from > 0 && q.from < q.to && q.kind == 'f' {
		same := true
		for row := q.from; row <= q.to; row++ {
			single := *q
			single.from, single.to = row, row
			g, w := e.both(&single)
			if d := single.differ(g, w); d != "" || g.code != "" && g.message != w.message {
				q, got, want, same = &single, g, w, false
				diff = cmp.Or(d, "words")
				break
			}
		}
		if same && got.code != "" && want.code != "" {
			e.counts["order of rows"]++
			return
		}
	}
	q, diff = e.hoist(q, diff)
	got, want = e.both(q)
	if name := e.knownDifference(q, got, want); name != "" {
		e.known[name]++
		return
	}
	key := fmt.Sprintf("%s: %s %s %s", q.x.key, diff, got.code, want.code)
	list := e.classes
	if diff == "words" {
		list = e.words
		key = q.x.key + ": " + got.code + " " + strings.Join(strings.FieldsFunc(got.message, func(r rune) bool { return r == '"' })[:1], "")
	}
	c := list[key]
	if c == nil {
		c = &exprClass{}
		list[key] = c
	}
	c.count++
	if c.count <= 3 || len(q.sql()) < c.size {
		if c.count <= 3 {
			q = e.shrink(q, diff)
			got, want = e.both(q)
		}
		if c.size == 0 || len(q.sql()) < c.size {
			c.size = len(q.sql())
			c.text = fmt.Sprintf("%s\n     got %s\n    want %s", q.sql(), got, want)
			if q.binary {
				c.text = "(binary) " + c.text
			}
			if q.from > 0 && q.x.columns() {
				c.text += fmt.Sprintf("\n    rows %s", e.valuesOf(q))
			}
			if diff == "typmod" {
				c.text += fmt.Sprintf("\n    typmods %v %v", got.mods, want.mods)
			}
		}
	}
}

// valuesOf shows the columns that a question reads.
func (e *expressions) valuesOf(q *question) string {
	var cols []string
	q.x.each(func(x *xnode) {
		if x.column != "" && !slices.Contains(cols, x.column) {
			cols = append(cols, x.column)
		}
	})
	r := send(e.heap, fmt.Sprintf("select %s from x.v where id between %d and %d", strings.Join(cols, ", "), q.from, q.to), nil, false, false)
	return strings.Join(cols, ",") + ": " + strings.Join(r.rows, " | ") + r.code
}

func (e *expressions) report(took time.Duration) {
	e.t.Logf("%d expressions in %s", e.total, took.Round(time.Millisecond))
	for _, k := range slices.Sorted(maps.Keys(e.counts)) {
		e.t.Logf("%7d %s", e.counts[k], k)
	}
	byCount := func(m map[string]int) []string {
		return slices.SortedFunc(maps.Keys(m), func(a, b string) int { return cmp.Or(m[b]-m[a], cmp.Compare(a, b)) })
	}
	if len(e.refusals) > 0 {
		e.t.Logf("refused:")
	}
	for _, k := range byCount(e.refusals) {
		e.t.Logf("%7d %s", e.refusals[k], k)
	}
	if len(e.known) > 0 {
		e.t.Logf("known differences:")
	}
	for _, k := range byCount(e.known) {
		e.t.Logf("%7d %s", e.known[k], k)
	}
	show := func(list map[string]*exprClass, fail bool) {
		keys := slices.SortedFunc(maps.Keys(list), func(a, b string) int { return cmp.Or(list[b].count-list[a].count, cmp.Compare(a, b)) })
		for _, k := range keys {
			if fail {
				e.t.Errorf("%d × %s\n    %s", list[k].count, k, list[k].text)
			} else {
				e.t.Logf("%d × %s\n    %s", list[k].count, k, list[k].text)
			}
		}
	}
	show(e.classes, true)
	if len(e.words) > 0 {
		e.t.Logf("errors in other words:")
	}
	show(e.words, false)
	if e.counts["refused"]*1000 > e.total {
		e.t.Errorf("%d of %d expressions were refused", e.counts["refused"], e.total)
	}
}
