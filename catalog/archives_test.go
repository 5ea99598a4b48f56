package catalog

import (
	"archive/tar"
	"archive/zip"
	"context"
	"errors"
	"io"
	"log/slog"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/klauspost/compress/gzip"

	"howdah/pgerr"
	"howdah/sources"
	"howdah/sql"
)

func zipFile(t *testing.T, files map[string]string) string {
	t.Helper()
	var b strings.Builder
	w := zip.NewWriter(&b)
	for _, name := range slices.Sorted(maps.Keys(files)) {
		f, err := w.Create(name)
		if err != nil {
			t.Fatal(err)
		}
		io.WriteString(f, files[name])
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func tarFile(t *testing.T, files map[string]string) string {
	t.Helper()
	var b strings.Builder
	w := tar.NewWriter(&b)
	for _, name := range slices.Sorted(maps.Keys(files)) {
		if err := w.WriteHeader(&tar.Header{Name: name, Size: int64(len(files[name])), Mode: 0o600, Typeflag: tar.TypeReg}); err != nil {
			t.Fatal(err)
		}
		io.WriteString(w, files[name])
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func gzipped(t *testing.T, text string) string {
	t.Helper()
	var b strings.Builder
	w := gzip.NewWriter(&b)
	io.WriteString(w, text)
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func TestArchivesAreTables(t *testing.T) {
	one, two := "a,b\n1,x\n", "d\n2024-02-29\n"
	many := map[string]string{"first.csv": one, "sub/second.csv": two, "README.md": "no data", "third.ndjson": "{\"j\":1}\n", "fourth.csv.gz": gzipped(t, two)}
	dir := writeFiles(t, map[string]string{
		"many.zip":          zipFile(t, many),
		"many too.tar.gz":   gzipped(t, tarFile(t, many)),
		"single.zip":        zipFile(t, map[string]string{"whatever it is.csv": one, "README.md": "no data", "__MACOSX/._x.csv": "noise"}),
		"orders.csv.zip":    zipFile(t, map[string]string{"x.csv": one}),
		"nameless.zip":      zipFile(t, map[string]string{"DATA": one}),
		"parts.tar":         tarFile(t, map[string]string{"k=1/x.csv": two, "k=2/x.csv": two}),
		"same.zip":          zipFile(t, map[string]string{"y/1.csv": one, "y/2.csv": one, "z.csv": two}),
		"books.zip":         zipFile(t, map[string]string{"book.xlsx": workbook(t, `A:<row><c><v>1</v></c></row>`, `B:<row><c><v>2</v></c></row>`)}),
		"below/deep.zip":    zipFile(t, map[string]string{"x.csv": one}),
		"nothing.zip":       zipFile(t, map[string]string{"README.md": "no data", "LICENSE": "none"}),
		"damaged.zip":       zipFile(t, many)[:100],
		"no archive.zip":    "just text",
		"packed.gz":         gzipped(t, one),
		"x!/y.csv":          one,
		"inner.zip":         zipFile(t, map[string]string{"a.csv": one, "more.zip": zipFile(t, many)}),
		"README.md.gz":      gzipped(t, "no data"),
		"plain folder/.zip": "hidden",
	})
	got := listing(t, open(t, "", dir))
	want := []string{
		"many_first(a 20, b 25)", "many_sub(d 1082)", "many_third(j 20)", "many_fourth(d 1082)",
		"many_too_first(a 20, b 25)", "many_too_sub(d 1082)", "many_too_third(j 20)", "many_too_fourth(d 1082)",
		"single(a 20, b 25)", "orders(a 20, b 25)", "nameless(a 20, b 25)", "parts(d 1082, k 20)", "same_y(a 20, b 25)", "same_z(d 1082)",
		"books_book_a(column_1 20)", "books_book_b(column_1 20)", "below_deep(a 20, b 25)", "packed(a 20, b 25)", "x(a 20, b 25)", "inner(a 20, b 25)",
	}
	for i := range want {
		want[i] = "public." + want[i]
	}
	for _, w := range want {
		if !slices.Contains(got, w) {
			t.Errorf("%s is missing", w)
		}
	}
	for _, g := range got {
		if !slices.Contains(want, g) {
			t.Errorf("%s is not wanted", g)
		}
	}
	// What was found is declared so that it can be read again.
	c := open(t, "", dir)
	for _, table := range []string{"many_first", "many_too_fourth", "parts", "same_y", "books_book_b", "x"} {
		r, err := c.View("me", sources.NewSnapshot()).Lookup(context.Background(), []string{"public"}, "", table)
		if err != nil {
			t.Fatal(err)
		}
		objects, err := sources.NewSnapshot().List(context.Background(), r.File.Source, r.File.Pattern)
		if err != nil || len(objects) == 0 {
			t.Errorf("%s: %s lists %d objects, %v", table, r.File.Pattern, len(objects), err)
		}
		text, err := c.Describe(context.Background(), r)
		if err != nil || !strings.Contains(text, sql.QuoteLiteral(r.File.Pattern)) {
			t.Errorf("%s: %s, %v", table, text, err)
		}
	}
}

// An archive that was named itself is looked into whatever its name, and tells why if it cannot be.
func TestArchivesNamedThemselves(t *testing.T) {
	dir := writeFiles(t, map[string]string{
		"a.zip": zipFile(t, map[string]string{"x.csv": "a\n1\n", "d/y.csv": "b\n1\n"}), "archive": zipFile(t, map[string]string{"x.csv": "a\n1\n", "d/y.csv": "b\n1\n"}),
		"cut.zip": zipFile(t, map[string]string{"x.csv": "a\n1\n"})[:60],
	})
	for location, want := range map[string]string{
		"/a.zip": "public.a_d(b 20) public.a_x(a 20)", "/archive": "public.archive_d(b 20) public.archive_x(a 20)", "/a.zip!/": "public.d(b 20) public.x(a 20)",
		"/a.zip!/d": "public.y(b 20)", "/a.zip!/x.csv": "public.x(a 20)", "/*.zip!/x.csv": "public.x(a 20)", "/a.zip!": "public.d(b 20) public.x(a 20)",
	} {
		c := open(t, "x.sql", dir)
		c.cfg.File = ""
		d, err := newDiscovery(c, Location{Schema: "public", Text: dir + location})
		if err != nil {
			t.Fatal(err)
		}
		c.discoveries = append(c.discoveries, d)
		if got := strings.Join(listing(t, c), " "); got != want {
			t.Errorf("%s: %s, want %s", location, got, want)
		}
	}
	c := open(t, "x.sql", dir)
	d, err := newDiscovery(c, Location{Schema: "public", Text: dir + "/cut.zip"})
	if err != nil {
		t.Fatal(err)
	}
	c.log = slog.New(slog.DiscardHandler)
	c.discoveries = append(c.discoveries, d)
	if _, err := c.View("me", sources.NewSnapshot()).Lookup(context.Background(), []string{"public"}, "", "cut"); !errors.Is(err, pgerr.DataCorrupted) {
		t.Errorf("%v", err)
	}
}

func TestMembersInDDL(t *testing.T) {
	dir := writeFiles(t, map[string]string{
		"a.zip": zipFile(t, map[string]string{"x.csv": "a\n1\n", "d/y.csv": "a\n1\n"}), "b.zip": zipFile(t, map[string]string{"x.csv": "a\n2\n"}), "x!/y.csv": "a\n3\n",
	})
	file := filepath.Join(t.TempDir(), "tables.sql")
	if err := os.WriteFile(file, []byte(strings.ReplaceAll(`
CREATE SERVER s FOREIGN DATA WRAPPER howdah OPTIONS (location 'DIR', max_decompressed '1MB');
CREATE SERVER z FOREIGN DATA WRAPPER howdah OPTIONS (location 'DIR/a.zip');
CREATE SERVER zz FOREIGN DATA WRAPPER howdah OPTIONS (location 'DIR/a.zip!/');
CREATE SERVER old FOREIGN DATA WRAPPER multicorn OPTIONS (wrapper 'x.cloudfs_fdw');
CREATE FOREIGN TABLE member (a int) SERVER s OPTIONS (location 'a.zip!/d/y.csv', header 'true');
CREATE FOREIGN TABLE members (a int) SERVER s OPTIONS (location '*.zip!/**/*.csv', max_decompressed '10kB');
CREATE FOREIGN TABLE folder (a int) SERVER s OPTIONS (location 'x!/y.csv');
CREATE FOREIGN TABLE ofzip (a int) SERVER z OPTIONS (location '!/x.csv');
CREATE FOREIGN TABLE inzip (a int) SERVER zz OPTIONS (location 'x.csv');
CREATE FOREIGN TABLE cloud (a int) SERVER old OPTIONS (source 'file', filepath 'DIR/a.zip!/x.csv', format 'csv');
CREATE SCHEMA one; IMPORT FOREIGN SCHEMA public FROM SERVER z INTO one;
CREATE SCHEMA two; IMPORT FOREIGN SCHEMA "a.zip!/d" FROM SERVER s INTO two;
CREATE SCHEMA three; IMPORT FOREIGN SCHEMA public FROM SERVER s INTO three;
`, "DIR", dir)), 0o600); err != nil {
		t.Fatal(err)
	}
	c := open(t, file, dir)
	for table, want := range map[string]struct {
		objects int
		max     int64
	}{
		"public.member": {1, 1 << 20}, "public.members": {3, 10 << 10}, "public.folder": {1, 1 << 20}, "public.ofzip": {1, 1 << 40}, "public.inzip": {1, 1 << 40}, "public.cloud": {1, 1 << 40},
		"one.a_x": {1, 1 << 40}, "one.a_d": {1, 1 << 40}, "two.y": {1, 1 << 20}, "three.b": {1, 1 << 20}, "three.a_d": {1, 1 << 20}, "three.x": {1, 1 << 20},
	} {
		schema, name, _ := strings.Cut(table, ".")
		r, err := c.View("me", sources.NewSnapshot()).Lookup(context.Background(), nil, schema, name)
		if err != nil {
			t.Errorf("%s: %v", table, err)
			continue
		}
		objects, err := sources.NewSnapshot().List(context.Background(), r.File.Source, r.File.Pattern)
		if err != nil || len(objects) != want.objects || sources.MaxUnpacked(r.File.Source) != want.max {
			t.Errorf("%s: %d objects, at most %d, %v", table, len(objects), sources.MaxUnpacked(r.File.Source), err)
		}
	}
}
