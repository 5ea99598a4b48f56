package e2e

import (
	"math"
	"os"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"howdah/internal/pgdata"
)

// knownDifferences are those that stay. Each has its entry in doc/differences.md, which says the words of name, and an
// example that pins it: what Howdah answers, and what PostgreSQL.
var knownDifferences = []struct {
	name      string
	sql       string
	got, want string // the value, \N, or the SQLSTATE
	match     func(e *expressions, q *question, got, want reply) bool
}{
	{"`cbrt` rounds correctly", "select cbrt(5::float8)", "1.709975946676697", "1.7099759466766968",
		func(_ *expressions, q *question, got, want reply) bool {
			return libmTargets()[q.x.key] && nearly(got, want, q.binary)
		}},
	{"sign of a NaN", "select encode(float8send(-('NaN'::float8)), 'hex')", "7ff8000000000000", "fff8000000000000",
		func(_ *expressions, q *question, got, want reply) bool {
			unsigned := func(r reply) []string {
				var out []string
				for _, row := range r.rows {
					out = append(out, strings.NewReplacer("fff8000000000000", "7ff8000000000000", "ffc00000", "7fc00000").Replace(row))
				}
				return out
			}
			return got.code == "" && want.code == "" && slices.Equal(unsigned(got), unsigned(want))
		}},
	{"`\"char\"` of no letter", "select octet_length((''::\"char\")::bpchar)", "0", "1",
		func(_ *expressions, q *question, _, _ reply) bool {
			any := false
			q.x.each(func(x *xnode) {
				any = any || strings.HasPrefix(x.key, "char::bpchar") || strings.HasPrefix(x.key, "_char::_bpchar") || x.key == "bpchar(char)"
			})
			return any
		}},
	{"whole records", "select record_eq(row('a'::text collate \"C\"), row('a'::text))", "t", "42P22",
		func(_ *expressions, q *question, _, want reply) bool {
			return strings.HasPrefix(q.x.key, "record_") && want.code == "42P22"
		}},
	{"length coercions called by their names", "select timestamptz(t, -2) is not null from (values (now())) v(t)", "22023", "t",
		func(_ *expressions, q *question, _, _ reply) bool { return lengthCoercion.MatchString(q.x.key) }},
	{"a text that is no name", "select to_regoper('')", `\N`, "42602",
		func(_ *expressions, q *question, got, want reply) bool {
			return (strings.HasPrefix(q.x.key, "to_reg") || strings.HasPrefix(q.x.key, "ts_")) && (got.code != "" || want.code != "")
		}},
	{"A binary array says whether it holds a NULL", "select ('{{1,2},{3,NULL}}'::int4[])[:1][:1]", "0000000200000000000000170000000100000001000000010000000100000004" + "00000001", "0000000200000001000000170000000100000001000000010000000100000004" + "00000001",
		func(e *expressions, q *question, got, want reply) bool {
			if !q.binary || got.code != "" || want.code != "" || len(got.types) != 1 || pgdata.TypeByOID(got.types[0]) == nil || pgdata.TypeByOID(got.types[0]).Elem == 0 {
				return false
			}
			text := *q
			text.binary = false
			g, w := e.both(&text)
			return text.differ(g, w) == ""
		}},
	{"`array(select …)` of a NULL array", "select array(select null::bool[])", "{NULL}", "22004",
		func(_ *expressions, q *question, got, want reply) bool {
			return q.x.key == "array(select {T})" && want.code == "22004"
		}},
	{"Rows of the batch in which an error arises", "select count(*) from (select generate_series('0024-01-01'::timestamp, '4713-01-01 BC', '-12 years') limit 2) s", "22008", "2",
		func(_ *expressions, q *question, got, want reply) bool {
			return q.kind == 's' && got.code != "" && got.code != "?????" && want.code == ""
		}},
	{"an internal error of PostgreSQL's", "select \"interval\"(i, 789525) from (values (justify_days(interval '1 day'))) v(i)", "22023", "XX000",
		func(_ *expressions, _ *question, got, want reply) bool {
			return want.code == "XX000" && got.code != "" && got.code != "?????"
		}},
	{"functions that PostgreSQL has written in SQL", "select (t, null::timestamp) overlaps (null::timestamp, ''::text::interval) from (values (localtimestamp)) v(t)", "22007", `\N`,
		func(e *expressions, q *question, got, want reply) bool {
			return (strings.Contains(q.x.key, "overlaps") || q.kind == 'w' || got.code == "42804") && want.code == "" && (q.kind == 'w' || slices.Contains(e.failing(q), got.code))
		}},
	{"Which of several errors", "select ln(n) + sqrt(m) from (values (1.0, -1.0), (0.0, 1.0)) v(n, m)", "2201E", "2201F", (*expressions).severalErrors},
	{"An unknown literal under `WITHIN GROUP`", "select percentile_cont(null) within group (order by null)", "42883", "42725",
		func(_ *expressions, q *question, got, want reply) bool {
			return strings.HasPrefix(got.code, "42") && want.code == "42725" || (strings.Contains(q.x.key, "within group") || strings.Contains(q.x.key, "distinct")) && (strings.HasPrefix(got.code, "42") || strings.HasPrefix(want.code, "42"))
		}},
	{"state of another shape", "select int2_avg_accum('{{4}}'::int8[], 8::int2)", "XX000", "{{5}}",
		func(_ *expressions, q *question, got, want reply) bool {
			return (strings.Contains(q.x.key, "_avg") || q.x.key == "int2int4_sum(_int8)") && got.code == "XX000" && want.code == ""
		}},
}

var lengthCoercion = regexp.MustCompile(`^(timestamp|timestamptz|time|timetz|interval|varbit|bit|varchar|bpchar|numeric)\(\w+,int4(,bool)?\)$`)

// libmTargets are the targets whose last bit is the C library's.
func libmTargets() map[string]bool {
	out := map[string]bool{}
	for _, t := range targets() {
		if t.libm {
			out[t.key] = true
		}
	}
	return out
}

// nearly tells whether all values are the same but for the last bits.
func nearly(got, want reply, binary bool) bool {
	if binary || len(got.rows) != len(want.rows) {
		return false
	}
	for i := range got.rows {
		a, err1 := strconv.ParseFloat(got.rows[i], 64)
		b, err2 := strconv.ParseFloat(want.rows[i], 64)
		if got.rows[i] != want.rows[i] && (err1 != nil || err2 != nil || math.Abs(a-b) > 1e-14*math.Abs(b)) {
			return false
		}
	}
	return true
}

// parts asks both for each part of an expression by itself, those that read no column.
func (e *expressions) failing(q *question) (codes []string) {
	q.x.each(func(x *xnode) {
		if x == q.x || x.column != "" || len(x.parts) == 0 {
			return
		}
		part := *q
		part.x, part.kind = x, 'f'
		if r := e.ask(&e.heap, &part); r.code != "" {
			codes = append(codes, r.code)
		}
	})
	return codes
}

// severalErrors tells whether both fail, and one of them for what is wrong with a part.
func (e *expressions) severalErrors(q *question, got, want reply) bool {
	if got.code == "" || want.code == "" || got.code == "?????" {
		return false
	}
	if strings.HasPrefix(q.x.key, "_") && strings.Contains(q.x.key, "::_") {
		return true // an array's elements
	}
	codes := e.failing(q)
	return slices.Contains(codes, got.code) || slices.Contains(codes, want.code)
}

// knownDifference names the entry of doc/differences.md that explains a difference; "" = none does.
func (e *expressions) knownDifference(q *question, got, want reply) string {
	if q.binary { // as text they may be seen to be nearly equal
		text := *q
		text.binary = false
		if g, w := e.both(&text); got.code == "" && want.code == "" && libmTargets()[q.x.key] {
			got, want, q = g, w, &text
		}
	}
	for _, k := range knownDifferences {
		if k.match(e, q, got, want) {
			return k.name
		}
	}
	return ""
}

// TestKnownDifferences pins each known difference, and that the documentation tells it.
func TestKnownDifferences(t *testing.T) {
	doc, err := os.ReadFile("../../doc/differences.md")
	if err != nil {
		t.Fatal(err)
	}
	e := newExpressions(t)
	for _, k := range knownDifferences {
		if !strings.Contains(string(doc), k.name) {
			t.Errorf("doc/differences.md does not tell of %q", k.name)
		}
		shown := func(r reply) string {
			if r.code != "" {
				return r.code
			}
			return strings.Join(r.rows, "\n")
		}
		binary := strings.Contains(k.name, "binary")
		got, want := send(e.direct, k.sql, nil, binary, binary), send(e.heap, k.sql, nil, binary, binary)
		if shown(got) != k.got || shown(want) != k.want {
			t.Errorf("%s: %s\n got %s, pinned %q\nwant %s, pinned %q", k.name, k.sql, got, k.got, want, k.want)
		}
	}
}
