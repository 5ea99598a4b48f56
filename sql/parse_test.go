package sql

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgconn"

	"howdah/internal/pgtest"
	"howdah/pgerr"
)

func TestStatementsKeepTheirTextAndPlace(t *testing.T) {
	const text = " select 'ä;';\n\n-- done;\n update t set a = 1 ;; /* x */ table t  "
	got, err := Parse(text)
	if err != nil {
		t.Fatal(err)
	}
	want := []Statement{
		{Text: "select 'ä;'", Kind: Select},
		{Text: "-- done;\n update t set a = 1", Kind: Write},
		{Text: "/* x */ table t", Kind: Select},
	}
	if len(got) != len(want) {
		t.Fatalf("got %+v", got)
	}
	for i := range want {
		if got[i].Text != want[i].Text || got[i].Kind != want[i].Kind || !strings.HasPrefix(text[got[i].Offset:], want[i].Text) {
			t.Errorf("statement %d is %q at %d, kind %d", i, got[i].Text, got[i].Offset, got[i].Kind)
		}
	}
	// Locations count from the whole text.
	at := got[2].Node.GetSelectStmt().FromClause[0].GetRangeVar().Location
	if text[at:at+1] != "t" || Position(text, int(at)) != len([]rune(text[:at]))+1 {
		t.Errorf("the table is at %d, position %d", at, Position(text, int(at)))
	}
	if Position(text, -1) != 0 || Position("é", 99) != 2 {
		t.Error("positions out of the text")
	}
	for _, empty := range []string{"", " \n", ";", ";;", "-- only a comment", "/* /* nested */ */ ;"} {
		if got, err := Parse(empty); err != nil || len(got) != 0 {
			t.Errorf("%q gave %v, %v", empty, got, err)
		}
	}
}

// Errors are the server's: code, message, hint, detail and position.
func TestErrorsAreTheServers(t *testing.T) {
	s := pgtest.New(t)
	for _, text := range []string{
		"selec 1", "select", "select 1 +", "select 'abc", "select \"abc", "select /* x", "select $a$ x", "select \"\"", "select (1",
		"select 1)", "select * from t where", "ä ö", "select 'ä' from from", "select 'ü', 1a", "select 1 1",
		"select 0x1F", "select 1_000", "select 12ab", "select $1a", "select 1.5e", "select 0b11", "select 1e5x", "select 1..2", "select 100_",
		"select 123é", "select .5a", "selec 0x1F", "select 0x1F from from", "select 1 1, 0x1F", "select 0o17 + 0x1F",
		"select e'\\u12'", "select e'\\ud800'", "select U&'\\12'", "select U&'\\d800'", "select U&'x' uescape '+'", "select e'\\xff'", "select e'\\000'",
		"select U&\"\\zz\"", "select e'\\uffff\\'", "select * from t limit 1, 2", "select 1 fetch first 1 rows with ties", "select x'1g', b'012'",
		"select sum(a) over (rows unbounded following)", "select sum(a) over (rows between current row and 1 preceding) from t",
		"create role public", "create role none", "drop role current_user", "select 1::float(0)", "select 1::float(54)",
		"select unique (select 1)", "create assertion x check (true)", "create database",
		"alter table t alter column 70000 set statistics 1", "select * from a.b.c.d", "select * from t order by a order by b",
		"(select 1 limit 1) limit 2", "with a as (select 1) (with b as (select 2) select 3)", "select f(distinct a) within group (order by b)",
		"copy (select 1) to program 'x' where a", "copy t to '/x' where a = 1", "set time zone interval '1' year", "select a is null is null",
		"select 1 = 1 = 1", "select a like b like c", "select 1 between 2 and", "select (1,2) overlaps (1)", "select case end", "select case when 1",
		"create table t (a int collate x collate y)",
		"create view v as select 1; drop", "select 1; select 2; selec", "select 1;\n\nselect 'é' frm t x y", "declare c for", "explain", "begin begin",
		"create user mapping", "create server s", "create foreign table t (a int)", "import foreign schema s", "select @", "select #", "select \\", "select a.",
		"select a[", "select a[1", "select row(", "select f(a => )", "insert into", "values", "grant", "set", "set a =", "show", "alter", "x",
		"create operator + (leftarg = )", "alter operator + (int4) owner to x", "create policy p on t as foo", "create role x unencrypted password 'y'",
		"select * from xmltable('x' passing y columns a int path 'b' path 'c')", "create schema if not exists x create table y()",
		"alter system set x from current", "create table x partition by foo (a) (", "create trigger",
		"select 'a' 'b'", "select 'a'\n'b' 'c'", "select e'a'\n'\\'", "select 1 as select, from", "select from where group by",
	} {
		_, want := s.Run(text)
		got := pgerr.From(func() error { _, err := Parse(text); return err }())
		var w *pgconn.PgError
		if !errors.As(want, &w) {
			if want == nil && got == nil {
				continue
			}
			t.Errorf("%s\n\tgot %v, want %v", text, got, want)
			continue
		}
		if got == nil {
			if w.Code == "42601" {
				t.Errorf("%s\n\tgot no error, want %v", text, w)
			}
			continue // what the server refuses after it parsed
		}
		if string(got.Code) != w.Code || got.Message != w.Message || got.Position != int(w.Position) || got.Hint != w.Hint || got.Detail != w.Detail {
			t.Errorf("%s\n\tgot  %v at %d, %q %q\n\twant %s (SQLSTATE %s) at %d, %q %q", text, got, got.Position, got.Hint, got.Detail,
				w.Message, w.Code, w.Position, w.Hint, w.Detail)
		}
	}
}

func TestBytesThatAreNotText(t *testing.T) {
	s := pgtest.New(t)
	for text, want := range map[string]string{
		"select 'a\x00b'":       "0x00",
		"select '\xff'":         "0xff",
		"select '\xe2\x28\xa1'": "0xe2 0x28 0xa1",
		"select '\xc3":          "0xc3",
		"select '\xed\xa0\x80'": "0xed 0xa0 0x80",
		"\xf0\x9f select '\x00": "0xf0 0x9f 0x20 0x73",
	} {
		_, err := Parse(text)
		message := `invalid byte sequence for encoding "UTF8": ` + want
		if e := pgerr.From(err); e == nil || e.Code != "22021" || e.Message != message {
			t.Errorf("%q gave %v", text, err)
		}
		if strings.Contains(text, "\x00") {
			continue // no client can send it
		}
		var w *pgconn.PgError
		if _, err := s.Run(text); !errors.As(err, &w) || w.Code != "22021" || w.Message != message {
			t.Errorf("%q: the server says %v", text, err)
		}
	}
	if _, err := Parse(strings.Repeat(" ", maxText+1)); !errors.Is(err, pgerr.ProgramLimitExceeded) {
		t.Errorf("a text too long gave %v", err)
	}
}

func TestQuotingIsTheServers(t *testing.T) {
	s := pgtest.New(t)
	rows, err := s.Query(`select word, quote_ident(word) from pg_get_keywords()
		union all select x, quote_ident(x) from unnest(array['', 'a', 'A', 'a b', 'a"b', '_x9', '9x', 'a$', 'ä', 'Ä', 'a.b']) x`)
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range rows {
		if got := QuoteIdent(r[0]); got != r[1] {
			t.Errorf("QuoteIdent(%q) = %s, want %s", r[0], got, r[1])
		}
	}
	rows, err = s.Query(`select x, quote_literal(x) from unnest(array['', 'a', 'it''s', 'a\b', E'\n', '\''', 'ä', '"']) x`)
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range rows {
		if got := QuoteLiteral(r[0]); got != r[1] {
			t.Errorf("QuoteLiteral(%q) = %s, want %s", r[0], got, r[1])
		}
	}
}

func TestDeparse(t *testing.T) {
	for text, want := range map[string]string{
		"select  a+1 AS \"B\" from s.t where x in (1,2)":                    `SELECT a + 1 AS "B" FROM s.t WHERE x IN (1, 2)`,
		"create server s foreign data wrapper howdah options (url 'it''s')": `CREATE SERVER s FOREIGN DATA WRAPPER howdah OPTIONS (url 'it''s')`,
	} {
		statements, err := Parse(text)
		if err != nil {
			t.Fatal(err)
		}
		if got, err := Deparse(statements[0].Node); err != nil || got != want {
			t.Errorf("got %s, %v", got, err)
		}
	}
	if _, err := Deparse(nil); err == nil {
		t.Error("nothing was deparsed")
	}
	deep, err := Parse("select 1" + strings.Repeat("+1", maxDepth()-1))
	if err != nil {
		t.Fatal(err)
	}
	text, err := Deparse(deep[0].Node)
	if maxDeparseDepth() > 2*maxDepth() {
		if err != nil || len(text) < 2*maxDepth() {
			t.Errorf("a deep expression gave %d bytes, %v", len(text), err)
		}
	} else if !errors.Is(err, pgerr.StatementTooComplex) {
		t.Errorf("a deep expression gave %v", err)
	}
}

func TestCacheForgetsTheOldest(t *testing.T) {
	c := NewCache(2, 1<<20)
	first, err := c.Parse("select 1")
	if err != nil {
		t.Fatal(err)
	}
	c.Parse("select 2")
	if again, _ := c.Parse("select 1"); &again[0] != &first[0] {
		t.Error("a text used just now was parsed again")
	}
	c.Parse("select 3") // drops select 2
	if _, ok := c.byText["select 2"]; ok || c.recent.Len() != 2 {
		t.Error("the oldest is still there")
	}
	if _, err := c.Parse("selec"); err == nil || c.recent.Len() != 2 {
		t.Error("an error was remembered")
	}
	small := NewCache(1000, 40_000)
	for i := range 100 {
		if _, err := small.Parse("select " + strings.Repeat("a,", i) + "a"); err != nil {
			t.Fatal(err)
		}
	}
	texts, bytes := small.Len()
	if texts == 0 || texts > 60 || bytes > 40_000 || len(small.byText) != texts {
		t.Errorf("%d texts of %d bytes", texts, bytes)
	}
	sum := 0
	for e := small.recent.Front(); e != nil; e = e.Next() {
		sum += e.Value.(*cached).bytes
	}
	if sum != bytes {
		t.Errorf("the count is %d, the sum %d", bytes, sum)
	}
}

func TestConcurrentParse(t *testing.T) {
	done := make(chan error)
	for range 8 {
		go func() {
			var err error
			for end := time.Now().Add(200 * time.Millisecond); err == nil && time.Now().Before(end); {
				_, err = Parse("select a, b from t where c = 1 and d like 'x%'")
			}
			done <- err
		}()
	}
	for range 8 {
		if err := <-done; err != nil {
			t.Error(err)
		}
	}
}

// FuzzParse runs any text through the parser: no crash, and what is given fits the text.
func FuzzParse(f *testing.F) {
	for _, seed := range []string{
		"select 1", "select case when a between 1 and not b then 'x' else e'\\'' end from t join u on true", "select $$a$$, $1, U&'x'",
		"create function f() returns int begin atomic select 1; end", "with a as (select 1) select * from a union select 2 for update",
		"select a[1:2][3].b::int[] collate \"C\" at time zone 'x'", "select 0x1F", "select ((((1))))", "/* /* */ */ --\n;",
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		statements, err := Parse(text)
		if err != nil {
			e, ok := errors.AsType[*pgerr.Error](err)
			if !ok || e.Code == pgerr.InternalError || e.Position > len(text)+1 {
				t.Fatalf("%q gave %v", text, err)
			}
			return
		}
		for _, s := range statements {
			if s.Node == nil || text[s.Offset:s.Offset+len(s.Text)] != s.Text {
				t.Fatalf("%q gave %+v", text, s)
			}
			if CommandTag(s.Node) == "???" {
				t.Fatalf("%q has no tag", s.Text)
			}
			IsReadOnly(s.Node)
			Deparse(s.Node) // an error is an answer
		}
	})
}

var typical = map[string]string{
	"ping": "select 1",
	"fdw":  `SELECT id, name, qty FROM public.orders WHERE ((qty > 5)) AND ((name ~~ 'a%'::text)) ORDER BY id ASC NULLS LAST LIMIT 10::bigint`,
	"report": `with m as (select country, date_trunc('month', sold) as month, sum(amount) as total, count(*) filter (where returned) as back
 from sales s join customers c using (customer_id) where sold >= date '2024-01-01' and c.segment in ('a','b','c') group by 1, 2)
 select country, month, total, total - lag(total) over (partition by country order by month) as delta,
 case when back > 10 then 'many' when back > 0 then 'some' else 'none' end as returns from m where total > 1000 order by country, month desc limit 50`,
}

func BenchmarkParse(b *testing.B) {
	for _, name := range []string{"ping", "fdw", "report"} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if _, err := Parse(typical[name]); err != nil {
					b.Fatal(err)
				}
			}
		})
		b.Run(name+"/scan", func(b *testing.B) {
			for b.Loop() {
				checkLimits(typical[name])
			}
		})
	}
	c := NewCache(100, 1<<20)
	b.Run("report/cached", func(b *testing.B) {
		for b.Loop() {
			c.Parse(typical["report"])
		}
	})
}
