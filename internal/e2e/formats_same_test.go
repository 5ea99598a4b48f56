package e2e

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"howdah/internal/pgtest"
)

// A variant is the table in one format, as one file.
type variant struct {
	name, file string
	options    string // OPTIONS of its foreign table
	sheet      bool   // numbers are doubles with a format: the digits behind the last one that counts are not kept
	data       func(t testing.TB, rows [][]any) []byte
}

// variants are the plain formats; each comes compressed as well.
var variants = []variant{
	{"csv", "csv.csv", ", header 'true'", false, func(t testing.TB, r [][]any) []byte { return writeCSV(t, r, ',') }},
	{"tsv", "tsv.tsv", `, header 'true', delimiter '\t'`, false, func(t testing.TB, r [][]any) []byte { return writeCSV(t, r, '\t') }},
	{"ndjson", "ndjson.ndjson", "", false, writeNDJSON},
	{"json", "json.json", "", false, func(t testing.TB, r [][]any) []byte { return writeJSON(t, r) }},
	{"deep", "deep.json", ", json_path 'data.rows'", false, func(t testing.TB, r [][]any) []byte { return writeJSON(t, r, "data", "rows") }},
	{"xlsx", "xlsx.xlsx", ", header 'true'", true, writeXLSX},
}

// packings wrap a file.
var packings = []struct {
	suffix string
	pack   func(t testing.TB, data []byte) []byte
}{
	{"gz", func(_ testing.TB, data []byte) []byte { return gzipMembers(data) }},
}

// formatQuery is one of testdata/formats/queries.sql.
type formatQuery struct {
	sql, heap string
	ordered   bool
}

var endsOrdered = regexp.MustCompile(`order by [^()]*( limit \d+)?( offset \d+)?$`)

func formatQueries(t testing.TB) (all []formatQuery) {
	t.Helper()
	text, err := os.ReadFile("testdata/formats/queries.sql")
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(text)) {
		line = strings.TrimSpace(line)
		if heap, ok := strings.CutPrefix(line, "-- heap: "); ok {
			all[len(all)-1].heap = heap
		} else if line != "" && !strings.HasPrefix(line, "--") {
			all = append(all, formatQuery{line, line, endsOrdered.MatchString(line)})
		}
	}
	if len(all) < 100 {
		t.Fatalf("only %d queries", len(all))
	}
	return all
}

// formatLab is the table in all formats behind a Howdah, as a heap, and as foreign tables of a PostgreSQL.
type formatLab struct {
	pg      *pgtest.Server
	howdah  *Howdah
	conn    *pgtest.Conn
	dir     string
	rows    [][]any
	tables  []string // declared ones
	queries []formatQuery
}

func newFormatLab(t *testing.T) *formatLab {
	t.Helper()
	l := &formatLab{dir: t.TempDir(), rows: formatTable(), queries: formatQueries(t)}
	var err error
	if l.pg, err = pgtest.Start(pgtest.Options{}); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.pg.Stop() })
	if l.conn, err = l.pg.Connect(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.conn.Close() })
	l.load(t)

	ddl := "create schema files;\ncreate server s foreign data wrapper howdah options (location '" + l.dir + "');\n"
	add := func(name, file, options string, data []byte) {
		put(t, l.dir, file, data)
		ddl += fmt.Sprintf("create foreign table files.%s (%s) server s options (location '%s'%s);\n", name, declared(), file, options)
		l.tables = append(l.tables, name)
	}
	for _, v := range variants {
		data := v.data(t, l.rows)
		add(v.name, "plain/"+v.file, v.options, data)
		for _, p := range packings {
			add(v.name+"_"+p.suffix, "packed/"+v.file+"."+p.suffix, v.options, p.pack(t, data))
		}
	}
	catalog := put(t, t.TempDir(), "tables.sql", []byte(ddl))
	if err := os.Chmod(catalog, 0o600); err != nil {
		t.Fatal(err)
	}
	l.howdah = Serve(t, "--catalog", catalog, "--allow", l.dir, "found="+filepath.Join(l.dir, "plain"))
	must(t, l.conn, fmt.Sprintf(`create extension postgres_fdw;
		create server howdah foreign data wrapper postgres_fdw options (host '127.0.0.1', port '%d', dbname 'howdah', fetch_size '1000');
		create user mapping for current_user server howdah options (user 'tester');
		create schema files; import foreign schema files from server howdah into files;
		create schema found; import foreign schema found from server howdah into found;
		create schema numbered`, l.howdah.Port))
	for _, name := range l.tables {
		columns := strings.ReplaceAll(declared(), " text", ` text collate "C"`)
		must(t, l.conn, fmt.Sprintf("create foreign table numbered.%s (%s, _row bigint) server howdah options (schema_name 'files', table_name '%[1]s')", name, columns))
	}
	return l
}

// load makes the heaps: h.t as declared, texts.t and sheets.t as the types are inferred, and r with the row's number.
func (l *formatLab) load(t testing.TB) {
	t.Helper()
	columns := strings.ReplaceAll(declared(), " text", ` text collate "C"`)
	must(t, l.conn, "create schema h; create table h.t ("+columns+")")
	escape := strings.NewReplacer("\\", `\\`, "\t", `\t`, "\n", `\n`, "\r", `\r`)
	var b strings.Builder
	for _, r := range l.rows {
		for k, v := range r {
			if k > 0 {
				b.WriteByte('\t')
			}
			if v == nil {
				b.WriteString(`\N`)
			} else {
				b.WriteString(escape.Replace(plainText(v)))
			}
		}
		b.WriteByte('\n')
	}
	if _, err := l.conn.Pg().CopyFrom(t.Context(), strings.NewReader(b.String()), "copy h.t from stdin"); err != nil {
		t.Fatal(err)
	}
	const widened = "id, small::bigint as small, big, %s as price, name, code, paid, day, at, clock, nothing"
	must(t, l.conn, fmt.Sprintf(`create schema texts; create schema sheets;
		create table texts.t as select `+widened+` from h.t;
		create table sheets.t as select `+widened+` from h.t`, "price::numeric", "trim_scale(price)"))
	for _, s := range []string{"h", "texts", "sheets"} {
		must(t, l.conn, fmt.Sprintf("create table %s.r as select *, id as _row from %[1]s.t; analyze %[1]s.t; analyze %[1]s.r", s))
	}
}

// place puts the tables' names into a query.
func place(sql, t, u, r string) string {
	return strings.NewReplacer("{t}", t, "{u}", u, "{r}", r).Replace(sql)
}

// TestSameAnswersInAllFormats asks every query of every file, directly and through postgres_fdw, and the heap: of tables
// whose columns are declared, and of those that were found.
func TestSameAnswersInAllFormats(t *testing.T) {
	l := newFormatLab(t)
	heap := func(schema string, queries []formatQuery) (want []reply) {
		for _, q := range queries {
			r := send(l.conn, place(q.heap, schema+".t", schema+".t", schema+".r"), nil, false, false)
			if r.code != "" {
				t.Fatalf("the heap itself: %s: %s", q.heap, r)
			}
			want = append(want, r)
		}
		return want
	}
	want := heap("h", l.queries)
	for i, name := range l.tables {
		queries, answers := l.queries, want
		if strings.Contains(name, "_") { // the whole list was asked of the file that is packed
			queries, answers = sixth(queries), sixth(answers)
		}
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			l.compare(t, "files", name, l.tables[(i+5)%len(l.tables)], "numbered", queries, answers)
		})
	}
	// What float8 has been taken for differs by format, and is left out.
	inferred := slices.DeleteFunc(slices.Clone(l.queries), func(q formatQuery) bool {
		return strings.Contains(q.sql, "ratio") || strings.Contains(q.sql, "*") && !strings.Contains(q.sql, "count(*)")
	})
	texts, sheets := heap("texts", inferred), heap("sheets", inferred)
	for i, v := range variants {
		if v.name == "deep" {
			continue
		}
		answers, partner := texts, variants[(i+1)%2].name
		if v.sheet {
			answers, partner = sheets, v.name
		}
		t.Run("found "+v.name, func(t *testing.T) {
			t.Parallel()
			l.compare(t, "found", v.name, partner, "", inferred, answers)
		})
	}
}

func sixth[T any](all []T) (some []T) {
	for i := 0; i < len(all); i += 6 {
		some = append(some, all[i])
	}
	return some
}

// compare asks the queries of one table. numbered is the schema of its foreign table with the column _row, "" for none.
func (l *formatLab) compare(t *testing.T, schema, table, partner, numbered string, queries []formatQuery, want []reply) {
	direct := l.howdah.Connect(t)
	through, err := l.pg.Connect()
	if err != nil {
		t.Fatal(err)
	}
	defer through.Close()
	for i, q := range queries {
		t1, t2 := schema+"."+table, schema+"."+partner
		got := send(direct, place(q.sql, t1, t2, t1), nil, i%3 == 0, false)
		check(t, "direct", q, got, want[i])
		if got.code == "" && !slices.Equal(got.types, want[i].types) {
			t.Errorf("%s: types %v, want %v", q.sql, got.types, want[i].types)
		}
		if numbered == "" && (i%3 != 0 || strings.Contains(q.sql, "{r}")) {
			continue
		}
		got = send(through, place(q.sql, t1, t2, numbered+"."+table), nil, false, false)
		check(t, "through postgres_fdw", q, got, want[i])
	}
}

func check(t *testing.T, way string, q formatQuery, got, want reply) {
	t.Helper()
	x, y := got.rows, want.rows
	if !q.ordered {
		x, y = slices.Sorted(slices.Values(x)), slices.Sorted(slices.Values(y))
	}
	if got.code == "" && slices.Equal(x, y) {
		return
	}
	text := fmt.Sprintf("got %d rows, want %d: %s", len(x), len(y), got)
	if got.code != "" {
		text = got.String()
	} else {
		for i := range min(len(x), len(y)) {
			if x[i] != y[i] {
				text += fmt.Sprintf("\nrow %d\n got %s\nwant %s", i+1, x[i], y[i])
				break
			}
		}
	}
	t.Errorf("%s: %s\n%s", way, q.sql, text)
}
