package e2e

import (
	"bytes"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/klauspost/compress/zstd"
	"github.com/pierrec/lz4/v4"
	"github.com/ulikunitz/xz"

	"howdah/internal/pgtest"
)

// A variant is the table in one format, as one file.
type variant struct {
	name, file string
	options    string // OPTIONS of its foreign table
	sheet      bool   // numbers are doubles with a format: the digits behind the last one that counts are not kept
	data       func(t testing.TB, header []string, rows [][]any) []byte
}

// variants are the plain formats; each comes compressed as well.
var variants = []variant{
	{"csv", "csv.csv", ", header 'true'", false, func(t testing.TB, h []string, r [][]any) []byte { return writeCSV(t, h, r, ',') }},
	{"tsv", "tsv.tsv", `, header 'true', delimiter '\t'`, false, func(t testing.TB, h []string, r [][]any) []byte { return writeCSV(t, h, r, '\t') }},
	{"ndjson", "ndjson.ndjson", "", false, writeNDJSON},
	{"json", "json.json", "", false, func(t testing.TB, h []string, r [][]any) []byte { return writeJSON(t, h, r) }},
	{"deep", "deep.json", ", json_path 'data.rows'", false, func(t testing.TB, h []string, r [][]any) []byte { return writeJSON(t, h, r, "data", "rows") }},
	{"xlsx", "xlsx.xlsx", ", header 'true'", true, writeXLSX},
	{"xls", "xls.xls", ", header 'true'", true, writeXLS},
	{"ods", "ods.ods", ", header 'true'", true, writeODS},
}

// packings wrap a file. A suffix that begins with zip! is a member of an archive.
var packings = []struct {
	suffix string
	pack   func(t testing.TB, file string, data []byte) []byte
}{
	{"gz", func(_ testing.TB, _ string, data []byte) []byte { return gzipMembers(data) }},
	{"zst", func(t testing.TB, _ string, data []byte) []byte {
		return written(t, data, func(w io.Writer) (io.WriteCloser, error) { return zstd.NewWriter(w) })
	}},
	{"xz", func(t testing.TB, _ string, data []byte) []byte {
		return written(t, data, func(w io.Writer) (io.WriteCloser, error) { return xz.NewWriter(w) })
	}},
	{"lz4", func(t testing.TB, _ string, data []byte) []byte {
		return written(t, data, func(w io.Writer) (io.WriteCloser, error) { return lz4.NewWriter(w), nil })
	}},
	{"bz2", func(t testing.TB, _ string, data []byte) []byte { // Go has no writer
		cmd := exec.Command("bzip2", "-c")
		cmd.Stdin = bytes.NewReader(data)
		out, err := cmd.Output()
		if err != nil {
			t.Logf("bz2 is left out: %v", err)
			return nil
		}
		return out
	}},
	{"zip", func(t testing.TB, file string, data []byte) []byte { return zipped(t, file, string(data)) }},
	{"zip!/sub/", func(t testing.TB, file string, data []byte) []byte {
		return zipped(t, "README", "not this one", "sub/"+file, string(data), "other.csv", "a,b\n1,2\n")
	}},
}

func written(t testing.TB, data []byte, open func(io.Writer) (io.WriteCloser, error)) []byte {
	t.Helper()
	var b bytes.Buffer
	w, err := open(&b)
	if err != nil {
		t.Fatal(err)
	}
	w.Write(data)
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
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
	tables  []string // declared ones over plain files
	packed  []string // and over packed ones
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
	add := func(name, location, options string) {
		ddl += fmt.Sprintf("create foreign table files.%s (%s) server s options (location '%s'%s);\n", name, declared(), location, options)
	}
	for _, v := range variants {
		data := v.data(t, columnNames(), l.rows)
		put(t, l.dir, "plain/"+v.file, data)
		add(v.name, "plain/"+v.file, v.options)
		l.tables = append(l.tables, v.name)
		for _, p := range packings {
			suffix, member, within := strings.Cut(p.suffix, "!/")
			name, file := v.name+"_"+suffix, "packed/"+v.file+"."+suffix
			location := file
			if within {
				name, file = v.name+"_member", "packed/archive_"+v.name+"."+suffix
				location = file + "!/" + member + v.file
			}
			if packed := p.pack(t, v.file, data); packed != nil {
				put(t, l.dir, file, packed)
				add(name, location, v.options)
				l.packed = append(l.packed, name)
			}
		}
	}
	l.howdah = Serve(t, "--catalog", secretFile(t, ddl), "--allow", l.dir, "found="+filepath.Join(l.dir, "plain"))
	must(t, l.conn, fmt.Sprintf(`create extension postgres_fdw;
		create server howdah foreign data wrapper postgres_fdw options (host '127.0.0.1', port '%d', dbname 'howdah', fetch_size '1000');
		create user mapping for current_user server howdah options (user 'tester');
		create schema files; import foreign schema files from server howdah into files;
		create schema found; import foreign schema found from server howdah into found;
		create schema numbered`, l.howdah.Port))
	for _, name := range slices.Concat(l.tables, l.packed) {
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
	if _, err := l.conn.Pg().CopyFrom(t.Context(), bytes.NewReader(copyRows(l.rows)), "copy h.t from stdin"); err != nil {
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

// copyRows is rows as COPY takes them.
func copyRows(rows [][]any) []byte {
	var b bytes.Buffer
	for _, r := range rows {
		for k, v := range r {
			if k > 0 {
				b.WriteByte('\t')
			}
			if v == nil {
				b.WriteString(`\N`)
			} else {
				b.WriteString(escapeCell.Replace(plainText(v)))
			}
		}
		b.WriteByte('\n')
	}
	return b.Bytes()
}

// secretFile is a file that nobody else may read, as definitions are.
func secretFile(t testing.TB, text string) string {
	path := put(t, t.TempDir(), "tables.sql", []byte(text))
	if err := os.Chmod(path, 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// place puts the tables' names into a query.
func place(sql, t, u, r string) string {
	return strings.NewReplacer("{t}", t, "{u}", u, "{r}", r).Replace(sql)
}

// TestSameAnswersInAllFormats asks every query of every file, directly and through postgres_fdw, and the heap: of tables
// whose columns are declared, and of those that were found.
func TestSameAnswersInAllFormats(t *testing.T) {
	t.Parallel()
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
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			queries, answers := l.queries, want
			if name == "tsv" || name == "deep" { // the readers of csv and json
				queries, answers = every(queries, i, 4), every(answers, i, 4)
			}
			l.compare(t, "files", name, l.tables[(i+5)%len(l.tables)], "numbered", queries, answers)
		})
	}
	// What is packed is the same file: a few queries each, all of them together.
	for i, name := range l.packed {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			queries, answers := every(l.queries, i, 25), every(want, i, 25)
			l.compare(t, "files", name, l.tables[i%len(l.tables)], "numbered", queries, answers)
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

// every gives each nth, from a place on.
func every[T any](all []T, from, n int) (some []T) {
	for i := from % n; i < len(all); i += n {
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
