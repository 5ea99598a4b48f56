package e2e

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"howdah/internal/pgtest"
)

// TestTextSearchOfSessions compares what of full-text search hangs on the catalogs and the session.
func TestTextSearchOfSessions(t *testing.T) {
	h := Serve(t, t.TempDir())
	ours, theirs := h.Connect(t), connOf(t, pgtest.New(t))
	for _, q := range []string{
		`show default_text_search_config`, `select get_current_ts_config(), to_tsvector('The cats'), to_tsquery('cats'), 'cats'::text @@ 'cat'`,
		`set default_text_search_config = simple`, `select get_current_ts_config(), to_tsvector('The cats'), phraseto_tsquery('The cats')`, `show default_text_search_config`,
		`set default_text_search_config = 'pg_catalog.german'`, `select to_tsvector('Die Häuser'), ts_headline('Die Häuser', 'haus')`,
		`set default_text_search_config = 'nope'`, `set default_text_search_config = ''`, `set default_text_search_config = 'a b'`,
		`set default_text_search_config = 'public.english'`, `show default_text_search_config`,
		`select set_config('default_text_search_config', 'Russian', false)`, `reset default_text_search_config`, `show default_text_search_config`,
		`select 'nope.english'::regconfig`, `select 'a.b.english'::regconfig`, `select 'public.english'::regconfig`, `select '"English"'::regconfig`,
		`select ' English '::regconfig, '"english"'::regconfig, 'PG_CATALOG . "english"'::regconfig, 13164::regconfig, 4000000::regconfig, 0::regconfig`,
		`select 'nope'::regdictionary`, `select '{english,simple}'::regconfig[], array['simple'::regdictionary, 'english_stem']`,
		`select cfgname, cfgparser, count(maptokentype), min(mapdict::regdictionary::text collate "C") from pg_ts_config c join pg_ts_config_map m on mapcfg = c.oid
			where cfgname in ('simple', 'english', 'german', 'russian') group by 1, 2 order by 1`,
		`select d.oid, dictname, tmplname, dictinitoption from pg_ts_dict d join pg_ts_template t on t.oid = dicttemplate where dictname in ('simple', 'english_stem', 'german_stem') order by 1`,
		`select * from pg_ts_parser`, `select * from pg_ts_template where tmplname = 'simple'`,
		`select alias, description, token, dictionaries, dictionary, lexemes from ts_debug('english', 'The cats-and-dogs at http://x.org/y 1.5 <b>') order by token collate "C", alias`,
		`select alias, token, lexemes from ts_debug('a cat') order by token`,
		`select ts_parse('"De""f".x', 'x')`, `select ts_parse('nope.default', 'x')`, `select ts_parse('PUBLIC.Default', 'x')`, `select ts_parse('a.b.c', 'x')`,
		`select ts_parse('a.b.c.d', 'x')`, `select ts_parse('', 'x')`, `select ts_parse('a b', 'x')`, `select 'a.b.c.d'::regconfig`, `select ''::regconfig`,
		`select ts_parse(' Pg_Catalog . "default" ', 'x y')`, `select jsonb_to_tsvector('simple', '"x"', '["string",["all"]]')`,
		`select pg_ts_config_is_visible('english'::regconfig), pg_ts_dict_is_visible('simple'::regdictionary), pg_ts_parser_is_visible(3722), pg_ts_config_is_visible(1)`,
	} {
		if got, want := ask(ours, q), ask(theirs, q); !got.same(want, true) {
			t.Errorf("%s\n%s", q, difference(got, want))
		}
	}
}

// TestTextSearchOverForeignTables has postgres_fdw ship searches in tables with texts, tsvectors and tsqueries.
func TestTextSearchOverForeignTables(t *testing.T) {
	pg, err := pgtest.Start(pgtest.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { pg.Stop() })
	conn := connOf(t, pg)
	must(t, conn, `create extension postgres_fdw; create schema heap; create schema far;
		create table heap.docs (id int, body text, v tsvector, q tsquery);
		insert into heap.docs select i, b, setweight(to_tsvector('english', b), (array['A','B','C','D'])[1 + i % 4]::"char"), plainto_tsquery('simple', split_part(b, ' ', 1 + i % 5))
			from (select i, array_to_string(array(select (array['The','fat','cats','ran','running','to','example.com','state-of-the-art','Über','rats','42','it''s','a\b'])[1 + (i * k * 7 + k) % 13]
			from generate_series(1, 3 + i % 9) k), ' ') b from generate_series(1, 200) i) s; insert into heap.docs values (0, null, null, null), (-1, '', '', '');`)
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "docs.csv"), copyOut(t, conn, "copy heap.docs to stdout (format csv, header)"), 0o644); err != nil {
		t.Fatal(err)
	}
	ddl := filepath.Join(t.TempDir(), "tables.sql")
	text := fmt.Sprintf("create server s foreign data wrapper howdah options (location '%s');\ncreate schema files;\n"+
		"create foreign table files.docs (id int, body text, v tsvector, q tsquery) server s options (location 'docs.csv', header 'true');\n", dir)
	if err := os.WriteFile(ddl, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	h := Serve(t, "--catalog", ddl, "--allow", dir)
	must(t, conn, fmt.Sprintf(`create server howdah foreign data wrapper postgres_fdw options (host '127.0.0.1', port '%d', dbname 'howdah');
		create user mapping for current_user server howdah options (user 'tester');
		import foreign schema files from server howdah into far`, h.Port))
	for _, c := range []struct{ where, shipped string }{
		{"v @@ 'cat'::tsquery", "v @@"},
		{"v @@ to_tsquery('simple', 'fat | cats')", "v @@"},
		{"to_tsvector('simple'::regconfig, body) @@ '''fat'' <-> ''cats'''::tsquery", "to_tsvector('simple'::regconfig, body)"},
		{"to_tsvector('simple', body) @@ q", "to_tsvector('simple'::regconfig, body) @@ q"},
		{"to_tsvector('simple', body) @@ plainto_tsquery('simple', 'running to')", "@@"},
		{"ts_rank(v, q) > 0.1", "ts_rank(v, q)"},
		{"ts_rank_cd('{0.1,0.2,0.4,1}', v, 'fat | rat', 1) >= 0.1", "ts_rank_cd('{0.1,0.2,0.4,1}'::real[], v,"},
		{"strip(v) = 'cat fat ran'::tsvector or numnode(tsquery_phrase(q, 'x', 3)) > 1", "strip(v)|tsquery_phrase(q, "},
		{"strip(v) = array_to_tsvector(tsvector_to_array(v))", ""},
		{"setweight(v, 'B') @@ 'cat:B'", "setweight(v, 'B'::\"char\")"},
		{"v || 'x:1'::tsvector @@ 'x'", "v ||"},
		{"q && 'fat'::tsquery @> 'fat'::tsquery and numnode(q) > 0", "numnode(q)"},
		{"ts_headline('simple', body, q) like '%%<b>%%'", "ts_headline('simple'::regconfig, body, q)"},
		{"length(v) > 3 and v is not null", "length(v)"},
		{"v > 'a'::tsvector and q < 'b'::tsquery", "v >"},
		{"to_tsvector('english', body) @@ 'run'", "to_tsvector('english'::regconfig, body)"},
		{"body @@ 'cat'", ""},
	} {
		query := "select id, v, q, v::text collate \"C\", q::text collate \"C\" from %s.docs where " + c.where + " order by id"
		got, want := ask(conn, fmt.Sprintf(query, "far")), ask(conn, fmt.Sprintf(query, "heap"))
		if !got.same(want, true) || len(want.rows) == 0 {
			t.Errorf("%s\n%s", c.where, difference(got, want))
		}
		plan := strings.Join(ask(conn, "explain (verbose, costs off) "+fmt.Sprintf(query, "far")).rows, "\n")
		_, remote, _ := strings.Cut(plan, "Remote SQL:")
		for _, part := range strings.Split(c.shipped, "|") {
			if !strings.Contains(remote, part) {
				t.Errorf("%s is not shipped:\n%s", c.where, plan)
			}
		}
	}
	query := "select sum(length(v)), count(distinct v), max(ts_rank(v, 'fat')), count(q) from %s.docs"
	if got, want := ask(conn, fmt.Sprintf(query, "far")), ask(conn, fmt.Sprintf(query, "heap")); !got.same(want, true) {
		t.Errorf("aggregates\n%s", difference(got, want))
	}
}
