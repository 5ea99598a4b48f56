package textsearch

import (
	"flag"
	"fmt"
	"math"
	"math/rand/v2"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"howdah/internal/pgdata"
	"howdah/internal/pgtest"
	"howdah/pgerr"
)

var (
	cases = flag.Int("cases", 600, "random cases of each kind that are compared with PostgreSQL")
	seed  = flag.Uint64("seed", 0, "of the random cases besides the fixed one; 0 = of the clock")
)

// oracle asks PostgreSQL for many values at once; an error's SQLSTATE and message stand for a value.
type oracle struct {
	t    *testing.T
	conn *pgtest.Conn
}

func newOracle(t *testing.T) *oracle {
	t.Helper()
	if testing.Short() {
		t.Skip("starts a PostgreSQL")
	}
	conn, err := pgtest.New(t).Connect()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() })
	_, err = conn.Run(`set client_min_messages = error; create function pg_temp.try(q text) returns text language plpgsql as $$
		declare r text; begin execute 'select (' || q || ')::text' into r; return r;
		exception when others then return 'error ' || sqlstate || ': ' || sqlerrm; end $$`)
	if err != nil {
		t.Fatal(err)
	}
	return &oracle{t, conn}
}

func quote(s string) string {
	s = strings.ReplaceAll(s, "'", "''")
	if strings.Contains(s, `\`) {
		return "E'" + strings.ReplaceAll(s, `\`, `\\`) + "'"
	}
	return "'" + s + "'"
}

// ask gives the values of expressions.
func (o *oracle) ask(exprs []string) []string {
	o.t.Helper()
	var out []string
	for len(exprs) > 0 {
		n := min(len(exprs), 500)
		var sql strings.Builder
		sql.WriteString("select pg_temp.try(q) from (values ")
		for i, e := range exprs[:n] {
			if i > 0 {
				sql.WriteString(",")
			}
			fmt.Fprintf(&sql, "(%d,%s)", i, quote(e))
		}
		sql.WriteString(") v(i, q) order by i")
		res, err := o.conn.Run(sql.String())
		if err != nil {
			o.t.Fatal(err)
		}
		for _, r := range res[0].Rows {
			out = append(out, r[0])
		}
		exprs = exprs[n:]
	}
	return out
}

func failure(err error) string {
	e := pgerr.From(err)
	return "error " + string(e.Code) + ": " + e.Message
}

// run compares what the makers of cases expect with PostgreSQL's answers, under a fixed seed and one of its own.
func run(t *testing.T, make func(r *rand.Rand) (expr, got string)) {
	o := newOracle(t)
	fresh := *seed
	if fresh == 0 {
		fresh = uint64(time.Now().UnixNano())
	}
	for _, s := range []uint64{4, fresh} {
		r := rand.New(rand.NewPCG(s, s))
		exprs, got := []string{}, []string{}
		for range *cases / 2 {
			e, g := make(r)
			exprs, got = append(exprs, e), append(got, g)
		}
		bad := 0
		for i, want := range o.ask(exprs) {
			if got[i] == want {
				continue
			}
			if bad++; bad <= 8 {
				t.Errorf("seed %d: %s\n got  %s\n want %s", s, exprs[i], got[i], want)
			}
		}
		if bad > 0 {
			t.Fatalf("seed %d: %d of %d differ", s, bad, len(got))
		}
	}
}

var (
	plainWords = strings.Fields(`the a and is not fat cat cats rat rats sat running quickly station stations database databases
		universal generously Cat RAT THE skies sky dying news table tables indexing relational supernovae star
		Müller straße naïve café ÉCOLE Ωmega привет мир ёлка 日本語 über x y z foo bar baz qux o'neil don't it's`)
	oddWords = strings.Fields(`user@example.com bob.smith@mail.example.org a_b@x-y.co http://www.example.com/path/index.html?q=1&r=2
		https://example.com example.com/stuff/index.html www.x.org:8080/a ftp://f.net/ 1.2.3 1.2.3.4 -12 +7 3.14 -0.5e10 6.02e23 1e5 42 0
		/usr/local/bin ../up ./here ~/home ~user/x a/b/c.txt C:\dir state-of-the-art long-term-2-year up-2-date x-1 1-x foo-bar-123
		2020-01-01 12:30:45 <b>bold</b> <a&#32;href="x"> <br/> </p> <!--c--> <script> </script> <style> &amp; &#123; &#x1F; &nbsp; a&b
		x_y_z _a a1b2 1a2b 123abc abc123 a.b a.b.c .5 5. v1.2.3 --x x-- -x- x@ @x a@b @@ :: a:b http:// http://a x:// ф-ы ab-фы ф1-2ы
		qwerty@local 1@2.com a.com. e-mail Über-café foo.bar@baz 10.0.0.1/24 host-1.example.com:80/x?y#z (paren) [br] {c} "q" 'q' %7B a+b=c
		5-6-7 a-1.5 1.5-a 1e 1e+ 1.e5 -.5 a--b a-.b 1-2@x.com é́a ो क्षत्रिय`)
	glue = []string{" ", " ", " ", " ", "  ", "\n", "\t", ", ", ". ", "-", "/", ".", "@", ":", "", "; ", "_", "&", "<", ">", "'", "\"", "+", "(", ")", "!"}
)

func pick[T any](r *rand.Rand, list []T) T { return list[r.IntN(len(list))] }

func randomText(r *rand.Rand, words int) string {
	var b strings.Builder
	for range r.IntN(words + 1) {
		switch n := r.IntN(20); {
		case n < 12:
			b.WriteString(pick(r, plainWords))
		case n < 18:
			b.WriteString(pick(r, oddWords))
		case n < 19:
			for range r.IntN(6) {
				b.WriteString(pick(r, []string{"a", "b", "1", "2", "-", ".", "/", "@", ":", "_", "é", "e", "E", "+", "x", "<", ">", "&", "#", ";", "~", "?", "D", "!", "\u0301", " ", "'", "\"", `\`, "=", "com"}))
			}
		default:
			fmt.Fprint(&b, r.IntN(2000)-1000)
		}
		if r.IntN(4) == 0 {
			b.WriteString(pick(r, glue))
		} else {
			b.WriteByte(' ')
		}
	}
	return b.String()
}

// simpleText has no odd things, so that queries find something.
func simpleText(r *rand.Rand, words int) string {
	var b strings.Builder
	for range r.IntN(words + 1) {
		b.WriteString(pick(r, plainWords[:12+r.IntN(20)]))
		b.WriteString(pick(r, glue[:8]))
	}
	return b.String()
}

func randomQuery(r *rand.Rand, depth int) string {
	if depth == 0 || r.IntN(4) == 0 {
		word := pick(r, plainWords[:24])
		if r.IntN(12) == 0 {
			word = pick(r, oddWords)
		}
		if r.IntN(6) == 0 {
			word = quote(word + " " + pick(r, plainWords))
			word = strings.TrimPrefix(word, "E")
		}
		switch r.IntN(10) {
		case 0:
			word += ":*"
		case 1:
			word += ":" + pick(r, []string{"A", "b", "cd", "*a", "AB*", "D", "abcd"})
		}
		return word
	}
	switch r.IntN(9) {
	case 0, 1:
		return randomQuery(r, depth-1) + " & " + randomQuery(r, depth-1)
	case 2, 3:
		return randomQuery(r, depth-1) + "|" + randomQuery(r, depth-1)
	case 4:
		return "!" + randomQuery(r, depth-1)
	case 5:
		return "(" + randomQuery(r, depth-1) + ")"
	case 6:
		return randomQuery(r, depth-1) + " " + pick(r, []string{"<->", "<2>", "<0>", "<3>", "<-", "< 2>", "<16384>", "<16385>", "<99999999999999999999>"}) + " " + randomQuery(r, depth-1)
	case 7:
		return randomQuery(r, depth-1) + " <-> " + randomQuery(r, depth-1)
	}
	return randomQuery(r, depth-1) + pick(r, []string{" ", "&&", " & ", "||", "", " ! ", ")", "(", ":"}) + randomQuery(r, depth-1)
}

func tokens(text string) string {
	var b strings.Builder
	for p := NewParser([]byte(text)); p.Next(); {
		fmt.Fprintf(&b, "%d[%s]", p.Type, p.Token)
	}
	return b.String()
}

func TestParserEqualsServer(t *testing.T) {
	run(t, func(r *rand.Rand) (string, string) {
		text := randomText(r, 8)
		return "coalesce((select string_agg(tokid||'['||token||']', '') from ts_parse('default', " + quote(text) + ")), '')", tokens(text)
	})
}

func TestSpecialMarksEqualServer(t *testing.T) {
	o := newOracle(t)
	res, err := o.conn.Run("select i from generate_series(128, 131071) i where i not between 55296 and 57343" +
		" and (select count(*) from ts_parse('default', 'a'||chr(i)||'b')) = 1 and chr(i) !~ '[[:alpha:]]' order by i")
	if err != nil {
		t.Fatal(err)
	}
	want := map[string]bool{}
	for _, row := range res[0].Rows {
		want[row[0]] = true
	}
	for c := rune(128); c < 0x20000; c++ { // above there are but the variation selectors
		if c >= 0xd800 && c < 0xe000 {
			continue
		}
		if special(c) != want[fmt.Sprint(int(c))] {
			t.Errorf("U+%04X: special is %v", c, special(c))
		}
	}
}

var configNames = []string{"simple", "english", "english", "simple", "german", "russian", "danish", "spanish", "hungarian"}

func configOf(name string) *Config {
	for _, c := range known().configs {
		if c.Name == name {
			return c
		}
	}
	panic(name)
}

func vectorText(v []byte, err error) string {
	if err != nil {
		return failure(err)
	}
	return string(Vector(v).AppendText(nil))
}

func queryText(q []byte, err error) string {
	if err != nil {
		return failure(err)
	}
	return string(Query(q).AppendText(nil))
}

var scratch Document

func makeVector(config, text string) Vector {
	scratch.Reset(configOf(config))
	scratch.Add([]byte(text))
	v, err := scratch.AppendVector(nil)
	if err != nil {
		panic(err)
	}
	return v
}

func TestDocumentsEqualServer(t *testing.T) {
	run(t, func(r *rand.Rand) (string, string) {
		config, text := pick(r, configNames), randomText(r, 30)
		return fmt.Sprintf("to_tsvector('%s', %s)", config, quote(text)), vectorText(makeVector(config, text), nil)
	})
}

func TestLongDocumentsEqualServer(t *testing.T) {
	o := newOracle(t)
	for _, c := range []struct{ expr, text string }{
		{"repeat('x ', 20000)", strings.Repeat("x ", 20000)},
		{"repeat('x y ', 300)", strings.Repeat("x y ", 300)},
		{"repeat('x', 2046)", strings.Repeat("x", 2046)},
		{"repeat('x', 2047)||' y'", strings.Repeat("x", 2047) + " y"},
		{"repeat('a b c d ', 5000)||'z z'", strings.Repeat("a b c d ", 5000) + "z z"},
	} {
		want := o.ask([]string{"to_tsvector('simple', " + c.expr + ")"})[0]
		if got := vectorText(makeVector("simple", c.text), nil); got != want {
			t.Errorf("%s: %.200s, want %.200s", c.expr, got, want)
		}
		if len(c.text) < 3000 {
			want = o.ask([]string{"phraseto_tsquery('simple', " + c.expr + ")"})[0]
			scratch.Reset(configOf("simple"))
			if got := queryText(scratch.AppendPlainQuery(nil, []byte(c.text), Phrase)); got != want {
				t.Errorf("%s: %.200s, want %.200s", c.expr, got, want)
			}
		}
	}
}

func TestVectorInputEqualsServer(t *testing.T) {
	run(t, func(r *rand.Rand) (string, string) {
		var b strings.Builder
		for range r.IntN(7) {
			switch r.IntN(8) {
			case 0:
				b.WriteString(quote(strings.ReplaceAll(pick(r, oddWords), `\`, "")))
			case 1:
				b.WriteString(pick(r, []string{`\'`, `\\`, `'`, `''`, `:`, `\`, `,`, "é", "!", "(", "<->"}))
			default:
				b.WriteString(pick(r, plainWords))
			}
			for i := range r.IntN(4) {
				b.WriteString(pick(r, []string{":", ",", ","})[:1])
				if i == 0 && r.IntN(10) > 0 {
					b.Reset()
					b.WriteString(pick(r, plainWords[:10]) + ":")
				}
				fmt.Fprint(&b, pick(r, []int{0, 1, 2, 3, 4, 5, 16383, 16384, 99999, 4294967297, 1 << 31}), pick(r, []string{"", "", "A", "b", "C", "d", "*", "x", "AB", "DA"}))
			}
			b.WriteString(pick(r, []string{" ", " ", " ", "  ", "\n", ""}))
		}
		return quote(b.String()) + "::tsvector", vectorText(ParseVector(nil, []byte(b.String())))
	})
}

func TestQueryInputEqualsServer(t *testing.T) {
	run(t, func(r *rand.Rand) (string, string) {
		text := randomQuery(r, r.IntN(5))
		return quote(text) + "::tsquery", queryText(ParseQuery(nil, []byte(text)))
	})
}

func TestQueriesOfTextEqualServer(t *testing.T) {
	run(t, func(r *rand.Rand) (string, string) {
		config := pick(r, configNames)
		scratch.Reset(configOf(config))
		switch r.IntN(4) {
		case 0:
			text := randomQuery(r, r.IntN(5))
			return fmt.Sprintf("to_tsquery('%s', %s)", config, quote(text)), queryText(scratch.AppendQuery(nil, []byte(text)))
		case 1:
			text := randomText(r, 7)
			return fmt.Sprintf("plainto_tsquery('%s', %s)", config, quote(text)), queryText(scratch.AppendPlainQuery(nil, []byte(text), And))
		case 2:
			text := randomText(r, 7)
			return fmt.Sprintf("phraseto_tsquery('%s', %s)", config, quote(text)), queryText(scratch.AppendPlainQuery(nil, []byte(text), Phrase))
		}
		var b strings.Builder
		for range r.IntN(8) {
			b.WriteString(pick(r, []string{`"`, "-", "or ", "OR ", "-\"", "", "", "", "(", ")", "!", "and "}))
			b.WriteString(pick(r, []string{pick(r, plainWords), pick(r, plainWords), pick(r, oddWords)}))
			b.WriteString(pick(r, []string{" ", " ", " ", `" `, " or ", " or", ":*", " <-> ", "&", "'", "  "}))
		}
		return fmt.Sprintf("websearch_to_tsquery('%s', %s)", config, quote(b.String())), queryText(scratch.AppendWebQuery(nil, []byte(b.String())))
	})
}

// randomVector gives a vector with weights, and SQL for it.
func randomVector(r *rand.Rand, words int) (string, Vector) {
	config, text := pick(r, configNames[:4]), simpleText(r, words)
	expr, v := fmt.Sprintf("to_tsvector('%s', %s)", config, quote(text)), makeVector(config, text)
	for range r.IntN(3) {
		switch r.IntN(3) {
		case 0:
			v, expr = v.AppendStripped(nil), "strip("+expr+")"
		case 1:
			w := pick(r, []byte("ABCD"))
			weight, _ := ParseWeight(w)
			v, expr = v.AppendWeighted(nil, weight, nil), fmt.Sprintf("setweight(%s, '%c')", expr, w)
		default:
			other, u := randomVector(r, words/2)
			joined, err := AppendConcatenated(nil, v, u)
			if err != nil {
				panic(err)
			}
			v, expr = joined, expr+"||"+other
		}
	}
	return expr, v
}

// goodQuery gives a query that is right, and SQL for it.
func goodQuery(r *rand.Rand) (string, Query) {
	for {
		config, text := pick(r, configNames[:4]), randomQuery(r, 1+r.IntN(4))
		scratch.Reset(configOf(config))
		if q, err := scratch.AppendQuery(nil, []byte(text)); err == nil {
			return fmt.Sprintf("to_tsquery('%s', %s)", config, quote(text)), q
		}
	}
}

func TestMatchesEqualServer(t *testing.T) {
	run(t, func(r *rand.Rand) (string, string) {
		e, v := randomVector(r, 25)
		f, q := goodQuery(r)
		return fmt.Sprintf("(%s) @@ (%s)", e, f), fmt.Sprint(v.Matches(q.Tree()))
	})
}

func TestRanksEqualServer(t *testing.T) {
	run(t, func(r *rand.Rand) (string, string) {
		e, v := randomVector(r, 30)
		f, q := goodQuery(r)
		method := r.IntN(64)
		w := pick(r, []string{"", "", "{0.1,0.2,0.4,1}", "{0,0.5,-1,0.25}", "{1,1,1,1}"})
		weights, list := DefaultWeights, ""
		if w != "" {
			var x [4]float64
			fmt.Sscanf(w, "{%g,%g,%g,%g}", &x[0], &x[1], &x[2], &x[3])
			weights, _ = ParseWeights(x[:])
			list = "'" + w + "', "
		}
		name, rank := "ts_rank", Rank
		if r.IntN(2) == 0 {
			name, rank = "ts_rank_cd", RankCover
		}
		// The bits tell more than the text.
		return fmt.Sprintf("encode(float4send(%s(%s%s, %s, %d)), 'hex')", name, list, e, f, method),
			fmt.Sprintf("%08x", math.Float32bits(rank(weights, v, q.Tree(), method, math.Log)))
	})
}

func TestHeadlinesEqualServer(t *testing.T) {
	var h Headline
	run(t, func(r *rand.Rand) (string, string) {
		config := pick(r, configNames[:4])
		text := simpleText(r, 80)
		if r.IntN(3) == 0 {
			text = randomText(r, 40)
		}
		f, q := goodQuery(r)
		var options []string
		for range r.IntN(4) {
			options = append(options, pick(r, []string{"MaxWords=5, MinWords=2", "MaxWords = 10,MinWords='3'", "maxfragments=2", "MaxFragments=1", "ShortWord=0",
				"StartSel=<<, StopSel=>>", `StartSel='[', StopSel="]"`, "HighlightAll=true", "HighlightAll=0", `FragmentDelimiter=" || "`, "MinWords=0", "MinWords=40",
				"Bad=1", "MaxWords", "MaxWords=x", "\"MaxWords\"=007 MinWords=+1", "StopSel='it''s \\\\ '", "StartSel=,", "MaxFragments=-1", "MinWords=9999999999", "StopSel='"}))
		}
		list := strings.Join(options, ",")
		got, err := h.Append(nil, configOf(config), []byte(text), q.Tree(), []byte(list))
		want := string(got)
		if err != nil {
			want = failure(err)
		}
		return fmt.Sprintf("ts_headline('%s', %s, %s, %s)", config, quote(text), f, quote(list)), want
	})
}

func TestChangesEqualServer(t *testing.T) {
	run(t, func(r *rand.Rand) (string, string) {
		e, v := randomVector(r, 20)
		f, q := goodQuery(r)
		g, p := goodQuery(r)
		switch r.IntN(11) {
		case 0:
			return e, vectorText(v, nil)
		case 1:
			w := pick(r, []string{"a", "BC", "d", "AD"})
			bits, list := 0, []string{}
			for _, c := range []byte(w) {
				n, _ := ParseWeight(c)
				bits |= 1 << n
				list = append(list, string(c))
			}
			return fmt.Sprintf("ts_filter(%s, '{%s}')", e, strings.Join(list, ",")), vectorText(v.AppendFiltered(nil, bits), nil)
		case 2:
			words := []string{pick(r, plainWords[:12]), pick(r, plainWords[:12]), "cat"}
			return fmt.Sprintf("ts_delete(%s, array['%s'])", e, strings.Join(words, "','")),
				vectorText(v.AppendWithout(nil, [][]byte{[]byte(words[0]), []byte(words[1]), []byte(words[2])}), nil)
		case 3:
			word := pick(r, plainWords[:12])
			return fmt.Sprintf("setweight(%s, 'B', array['%s'])", e, word), vectorText(v.AppendWeighted(nil, 2, [][]byte{[]byte(word)}), nil)
		case 4:
			d, u := randomVector(r, 6)
			return fmt.Sprintf("sign(tsvector_cmp(%s, %s))", e, d), fmt.Sprint(sign(v.Compare(u)))
		case 5:
			return fmt.Sprintf("sign(tsquery_cmp(%s, %s))", f, g), fmt.Sprint(sign(q.Compare(p)))
		case 6:
			return fmt.Sprintf("querytree(%s)", f), string(q.AppendIndexable(nil))
		case 7:
			return fmt.Sprintf("(%s) @> (%s)", f, g), fmt.Sprint(q.Contains(p))
		case 8:
			op := r.IntN(3)
			return fmt.Sprintf("(%s) %s (%s)", f, []string{"&&", "||", "<->"}[op], g), queryText(AppendJoined(nil, []Operator{And, Or, Phrase}[op], 1, q, p))
		case 9:
			return fmt.Sprintf("!! (%s)", f), queryText(AppendNegated(nil, q))
		}
		h, s := goodQuery(r)
		if r.IntN(3) > 0 { // a part of the query, so that something is found
			root := p.Tree()
			if root != nil && root.Right != nil {
				part := Query(AppendQuery(nil, root.Right))
				if _, err := ParseQuery(nil, part.AppendText(nil)); err != nil { // distances beyond what can be read again
					return "1", "1"
				}
				return fmt.Sprintf("ts_rewrite(%s, %s::tsquery, %s)", g, quote(queryText(part, nil)), h), queryText(AppendRewritten(nil, p, part, s))
			}
		}
		return fmt.Sprintf("ts_rewrite(%s, %s, %s)", f, g, h), queryText(AppendRewritten(nil, q, p, s))
	})
}

func sign(n int) int {
	switch {
	case n < 0:
		return -1
	case n > 0:
		return 1
	}
	return 0
}

func TestBinaryFormsEqualServer(t *testing.T) {
	run(t, func(r *rand.Rand) (string, string) {
		if r.IntN(2) == 0 {
			e, v := randomVector(r, 20)
			b := v.AppendBinary(nil)
			if u, err := ParseVectorBinary(nil, b); err != nil || string(u) != string(v) {
				t.Fatalf("%s: %v after a round trip, %v", vectorText(v, nil), vectorText(u, nil), err)
			}
			return fmt.Sprintf("encode(tsvectorsend(%s), 'hex')", e), fmt.Sprintf("%x", b)
		}
		f, q := goodQuery(r)
		p, err := ParseQueryBinary(nil, q)
		if err != nil || string(p) != string(q) {
			t.Fatalf("%s: %s after a round trip, %v", queryText(q, nil), queryText(p, nil), err)
		}
		return fmt.Sprintf("encode(tsquerysend(%s), 'hex')", f), fmt.Sprintf("%x", []byte(q))
	})
}

// TestStemmersEqualServer compares each dictionary on the words of PostgreSQL's own stop lists and catalogs with ends of
// the language hung on.
func TestStemmersEqualServer(t *testing.T) {
	o := newOracle(t)
	r := rand.New(rand.NewPCG(1, 2))
	_, rows := pgdata.Rows("pg_description")
	var described []string
	for _, row := range rows {
		described = append(described, strings.FieldsFunc(row[len(row)-1], func(c rune) bool { return c < 'A' || c > 'z' })...)
	}
	for _, d := range known().dicts {
		var exprs, got []string
		var stops []string
		for w := range d.stop {
			stops = append(stops, w)
		}
		for range 300 {
			w := pick(r, described)
			if len(stops) > 0 {
				w = pick(r, []string{w, pick(r, stops)}) + pick(r, stops)
			}
			if i := r.IntN(len(w)); r.IntN(3) == 0 && utf8.ValidString(w[:i]) {
				w = w[:i] + pick(r, []string{"éé", "11", "ё", "ß", "ll", "'s", "ï", "ää", "y", "ž"}) + w[i:]
			}
			lexeme, _ := d.Lexize(nil, []byte(w))
			exprs = append(exprs, fmt.Sprintf("(ts_lexize('%s', %s))[1]", d.Name, quote(w)))
			got = append(got, string(lexeme))
		}
		for i, want := range o.ask(exprs) {
			if want != got[i] && want != pgtest.Null {
				t.Errorf("%s: %s, want %s", exprs[i], got[i], want)
			}
		}
	}
}
