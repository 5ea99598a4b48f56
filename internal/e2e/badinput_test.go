package e2e

import (
	"bytes"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgconn"

	"howdah/internal/pgtest"
	"howdah/internal/s3test"
	"howdah/sources/sourcetest"
)

// refused runs SQL on a connection of its own and demands that its last statement fails with the code, and that all
// the parts stand somewhere in the error. The server must answer a newcomer afterwards.
func (h *Howdah) refused(t testing.TB, sql, code string, parts ...string) {
	t.Helper()
	c, err := pgtest.Connect(h.DSN("tester"))
	if err != nil {
		t.Fatalf("%v\n%s", err, h.Log())
	}
	rows, err := c.Query(sql)
	c.Close()
	h.refusal(t, sql, rows, err, code, parts...)
	h.alive(t)
}

// refusal judges an error.
func (h *Howdah) refusal(t testing.TB, sql string, rows [][]string, err error, code string, parts ...string) {
	t.Helper()
	pe, ok := errors.AsType[*pgconn.PgError](err)
	if !ok {
		t.Errorf("%s: %d rows %.3q, error %v; want %s", sql, len(rows), rows, err, code)
		return
	}
	text := errorText(pe)
	if pe.Code != code {
		t.Errorf("%s: want %s\n%s", sql, code, text)
	}
	for _, p := range parts {
		if !strings.Contains(text, p) {
			t.Errorf("%s: no %q in\n%s", sql, p, text)
		}
	}
}

func errorText(e *pgconn.PgError) string {
	return fmt.Sprintf("%s %s\nDETAIL %s\nHINT %s\nWHERE %s", e.Code, e.Message, e.Detail, e.Hint, e.Where)
}

// alive asks a trivial question on a new connection.
func (h *Howdah) alive(t testing.TB) {
	t.Helper()
	c, err := pgtest.Connect(h.DSN("tester"))
	if err != nil {
		t.Fatalf("the server is gone: %v\n%s", err, h.Log())
	}
	defer c.Close()
	if v, err := c.Value("select 1"); v != "1" || err != nil {
		t.Fatalf("the server is not well: %q, %v\n%s", v, err, h.Log())
	}
}

// value asks for one value on a connection of its own.
func (h *Howdah) value(t testing.TB, sql string) string {
	t.Helper()
	c, err := pgtest.Connect(h.DSN("tester"))
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	v, err := c.Value(sql)
	if err != nil {
		if pe, ok := errors.AsType[*pgconn.PgError](err); ok {
			t.Errorf("%s: %s", sql, errorText(pe))
		} else {
			t.Errorf("%s: %v", sql, err)
		}
	}
	return v
}

// run runs DDL that must succeed.
func (h *Howdah) run(t testing.TB, sql string) {
	t.Helper()
	c, err := pgtest.Connect(h.DSN("tester"))
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	must(t, c, sql)
}

func put(t testing.TB, dir, name string, data []byte) string {
	t.Helper()
	path := filepath.Join(dir, name)
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, data, 0o644); err != nil {
		t.Fatal(err)
	}
	return path
}

// numbers is a CSV of n rows of three columns and some 40 bytes; row i has id i.
func numbers(n int) []byte {
	var b bytes.Buffer
	b.WriteString("id,qty,name\n")
	for i := 1; i <= n; i++ {
		fmt.Fprintf(&b, "%d,%d,name of number %08d\n", i, i%97, i)
	}
	return b.Bytes()
}

// spoil replaces the line of a row of numbers.
func spoil(csv []byte, row int, line string) []byte {
	lines := bytes.SplitAfter(csv, []byte("\n"))
	lines[row] = []byte(line + "\n")
	return bytes.Join(lines, nil)
}

// midway is a row that no sample of a large file looks at.
const rowsOfLarge, midway = 60_000, 23_456

func TestBadContent(t *testing.T) {
	dir := t.TempDir()
	large := numbers(rowsOfLarge)
	for name, data := range map[string][]byte{
		"nul_head.csv":  []byte("a,b\n1,x\n2,y\x00z\n"),
		"utf8_head.csv": []byte("a,b\n1,x\n2,caf\xe9\n"),
		"nul.csv":       spoil(large, midway, "23456,1,a\x00b"),
		"utf8.csv":      spoil(large, midway, "23456,1,caf\xe9 au lait"),
		"few.csv":       spoil(large, midway, "23456,1"),
		"many.csv":      spoil(large, midway, "23456,1,a,b"),
		"open.csv":      spoil(large, midway, `23456,1,"a`),
		"open_head.csv": []byte("a,b\n1,\"x\n2,y\n"),
		"typed.csv":     spoil(large, midway, "23456,many,a"),
		"overflow.csv":  spoil(large, midway, "23456,99999999999999999999,a"),
		"page.csv":      []byte("<!DOCTYPE html>\n<html><body>Please log in</body></html>\n"),
		"binary.csv":    append([]byte("PK\x03\x04\x14\x00\x00\x00"), make([]byte, 500)...),
		"image.csv":     append([]byte("\x89PNG\r\n\x1a\n"), make([]byte, 500)...),
		"empty.csv":     nil,
	} {
		put(t, dir, name, data)
	}
	h := Serve(t, dir)
	line := fmt.Sprintf("line %d", midway+1)
	for _, q := range []string{"select count(*) from %s", "select * from %s", "select id from %s", "select name from %s where qty < 0"} {
		for _, c := range []struct {
			table, code string
			parts       []string
		}{
			{"nul", "22021", []string{"nul.csv", line, "byte 10"}},
			{"utf8", "22021", []string{"utf8.csv", line, "byte 12"}},
			{"few", "22P04", []string{"few.csv", line, "missing data for column \"name\""}},
			{"many", "22P04", []string{"many.csv", line, "extra data after last expected column"}},
			{"open", "22P04", []string{"open.csv", "unterminated CSV quoted field", line}},
		} {
			h.refused(t, fmt.Sprintf(q, c.table), c.code, c.parts...)
		}
	}
	h.refused(t, "select * from nul_head", "22021", "nul_head.csv", "line 3", "byte 4")
	h.refused(t, "select * from utf8_head", "22021", "utf8_head.csv", "line 3", "byte 6")
	h.refused(t, "select * from open_head", "22P04", "unterminated CSV quoted field", "open_head.csv", "line 2")
	h.refused(t, "select * from page", "22P04", "page.csv", "HTML")
	h.refused(t, "select * from binary_", "42P01")
	h.refused(t, `select * from "binary"`, "XX001", "binary.csv", "zip archive", "may have been cut")
	h.refused(t, "select * from image", "22P04", "image.csv", "a PNG image, not CSV")

	where := fmt.Sprintf("typed.csv, line %d, row %d, column qty: \"many\"", midway+1, midway)
	for _, q := range []string{"select * from typed", "select sum(qty) from typed", "select id from typed where qty = 5"} {
		h.refused(t, q, "22P02", where, `invalid input syntax for type bigint: "many"`,
			"ALTER FOREIGN TABLE public.typed ALTER COLUMN qty TYPE text")
	}
	if v := h.value(t, "select count(*) from typed"); v != fmt.Sprint(rowsOfLarge) {
		t.Errorf("count(*) needs no value, and gives %s", v)
	}
	if v := h.value(t, "select count(*) from typed where id = 77"); v != "1" {
		t.Errorf("a filter on another column gives %s", v)
	}
	h.refused(t, "select sum(qty) from overflow", "22003", "overflow.csv", line, "column qty", "ALTER FOREIGN TABLE public.overflow")
	// What the query does not reach it does not complain of.
	if v := h.value(t, "select count(*) from (select * from few limit 100) x"); v != "100" {
		t.Errorf("limit before the fault gives %s", v)
	}
}

// TestRevocableInference follows the hint of a value that does not fit: the declared table answers.
func TestRevocableInference(t *testing.T) {
	dir := t.TempDir()
	put(t, dir, "typed.csv", spoil(numbers(rowsOfLarge), midway, "23456,many,a"))
	h := Serve(t, "--catalog", filepath.Join(t.TempDir(), "tables.sql"), "--allow", dir, "files="+dir)
	h.run(t, fmt.Sprintf(`create server s foreign data wrapper howdah options (location '%s');
		create schema own; create foreign table own.typed (id bigint, qty bigint, name text) server s options (location 'typed.csv', header 'true')`, dir))
	h.refused(t, "select sum(qty) from own.typed", "22P02", "ALTER FOREIGN TABLE own.typed ALTER COLUMN qty TYPE text")
	h.run(t, "ALTER FOREIGN TABLE own.typed ALTER COLUMN qty TYPE text")
	if v := h.value(t, "select qty from own.typed where id = 23456"); v != "many" {
		t.Errorf("after the hint: %q", v)
	}
}

func TestBadPlaces(t *testing.T) {
	dir, outside := t.TempDir(), t.TempDir()
	put(t, dir, "good.csv", []byte("a,b\n1,x\n"))
	put(t, outside, "secret.csv", []byte("a,b\n1,top secret\n"))
	if err := os.Symlink(filepath.Join(outside, "secret.csv"), filepath.Join(dir, "link.csv")); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(outside, filepath.Join(dir, "linkdir")); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink("good.csv", filepath.Join(dir, "inner.csv")); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink("loop.csv", filepath.Join(dir, "loop.csv")); err != nil {
		t.Fatal(err)
	}
	if err := syscall.Mkfifo(filepath.Join(dir, "pipe.csv"), 0o644); err != nil {
		t.Fatal(err)
	}
	sock, err := net.Listen("unix", filepath.Join(dir, "sock.csv"))
	if err != nil {
		t.Fatal(err)
	}
	defer sock.Close()
	put(t, dir, "dir.csv/part.csv", []byte("a,b\n1,x\n2,y\n"))
	h := Serve(t, "--catalog", filepath.Join(t.TempDir(), "tables.sql"), dir)
	h.run(t, fmt.Sprintf("create schema own; create server s foreign data wrapper howdah options (location '%s')", dir))
	h.refused(t, "create server x foreign data wrapper howdah options (locatio 'x')", "HV00D", "locatio", "Valid options in this context are: location, ")
	h.refused(t, "create foreign table own.x (a int) server s options (location 'good.csv', heder 'true')", "HV00D", "heder", "header")
	h.refused(t, "create user mapping for tester server s options (aws_acess_key 'x')", "HV00D", "aws_acess_key", "aws_access_key")
	h.refused(t, "alter server s options (add colour 'red')", "HV00D", "colour")

	declare := func(name, location string) {
		t.Helper()
		h.run(t, fmt.Sprintf("create foreign table own.%s (a text, b text) server s options (location '%s', format 'csv', header 'true')", name, location))
	}
	for _, c := range []struct{ name, location, code, part string }{
		{"missing", "missing.csv", "58P01", "missing.csv"},
		{"missing2", "no/such/folder/x.csv", "58P01", "x.csv"},
		{"notdir", "good.csv/x.csv", "58P01", "x.csv"},
		{"link", "link.csv", "42501", "link.csv"},
		{"linkdir", "linkdir/secret.csv", "42501", "secret.csv"},
		{"up", "../" + filepath.Base(outside) + "/secret.csv", "42501", "secret.csv"},
		{"abs", filepath.Join(outside, "secret.csv"), "42501", "secret.csv"},
		{"etc", "/etc/passwd", "42501", "/etc/passwd"},
		{"pipe", "pipe.csv", "42809", "pipe.csv"},
		{"sock", "sock.csv", "42809", "sock.csv"},
		{"loop", "loop.csv", "58P01", "loop.csv"},
		{"nothing", "nowhere/*.csv", "58P01", "nowhere"},
	} {
		declare(c.name, c.location)
		began := time.Now()
		h.refused(t, "select * from own."+c.name, c.code, c.part)
		h.refused(t, "select count(*) from own."+c.name, c.code, c.part)
		if took := time.Since(began); took > 5*time.Second {
			t.Errorf("%s took %v", c.name, took)
		}
	}
	declare("inner_", "inner.csv")
	if v := h.value(t, "select count(*) from own.inner_"); v != "1" {
		t.Errorf("a link within the folder: %s", v)
	}
	names, err := h.Connect(t).Query("select relname from pg_class where relnamespace = (select oid from pg_namespace where nspname = 'public') order by 1")
	if got := fmt.Sprint(names); got != "[[dir_csv] [good] [inner]]" || err != nil {
		t.Errorf("discovered: %s, %v", got, err)
	}
	if v := h.value(t, "select count(*) from dir_csv"); v != "2" {
		t.Errorf("a folder named like a file: %s", v)
	}
	for _, table := range []string{"link", "pipe", "sock", "secret", "linkdir_secret"} {
		h.refused(t, "select * from "+table, "42P01", table)
	}
	// File gone between statements, and then within a transaction that promised a snapshot.
	put(t, dir, "going.csv", []byte("a,b\n1,x\n"))
	declare("going", "going.csv")
	c := h.Connect(t)
	must(t, c, "select * from own.going")
	os.Remove(filepath.Join(dir, "going.csv"))
	_, err = c.Query("select * from own.going")
	h.refusal(t, "deleted between statements", nil, err, "58P01", "going.csv")
	put(t, dir, "going.csv", []byte("a,b\n1,x\n"))
	must(t, c, "begin isolation level repeatable read; select * from own.going")
	os.Remove(filepath.Join(dir, "going.csv"))
	_, err = c.Query("select * from own.going")
	h.refusal(t, "deleted within a transaction", nil, err, "40001", "going.csv")
	must(t, c, "rollback")
	h.alive(t)
	// Unreadable, where the tests' user is one whom permissions stop.
	if os.Getuid() != 0 {
		os.Chmod(put(t, dir, "locked.csv", []byte("a\n1\n")), 0)
		declare("locked", "locked.csv")
		h.refused(t, "select * from own.locked", "42501", "locked.csv")
	}
}

// TestFilesThatChange changes a file under a cursor that has not read it to its end.
func TestFilesThatChange(t *testing.T) {
	dir := t.TempDir()
	large := numbers(rowsOfLarge)
	h := Serve(t, dir)
	for name, change := range map[string]func(path string) error{
		"truncated":   func(p string) error { return os.Truncate(p, int64(len(large)/2)) },
		"emptied":     func(p string) error { return os.Truncate(p, 0) },
		"overwritten": func(p string) error { return os.WriteFile(p, spoil(large, 50_000, "50000,1,other"), 0o644) },
		"appended": func(p string) error {
			f, err := os.OpenFile(p, os.O_APPEND|os.O_WRONLY, 0)
			if err != nil {
				return err
			}
			_, err = f.WriteString("60001,1,one more\n")
			return errors.Join(err, f.Close())
		},
	} {
		path := put(t, dir, name+".csv", large)
		c := h.Connect(t)
		must(t, c, "begin; declare c cursor for select * from "+name)
		rows, err := c.Query("fetch 10 from c")
		if len(rows) != 10 || err != nil {
			t.Fatalf("%s: %d rows, %v", name, len(rows), err)
		}
		if err := change(path); err != nil {
			t.Fatal(err)
		}
		rows, err = c.Query("fetch all from c")
		h.refusal(t, name, rows, err, "40001", name+".csv")
		must(t, c, "rollback")
		h.alive(t)
	}
	// A file that is replaced by another of its name, or removed, is read to its end: it is the version that was pinned.
	for name, change := range map[string]func(path string) error{
		"replaced": func(p string) error {
			if err := os.WriteFile(p+".new", spoil(large, 50_000, "50000,1,other"), 0o644); err != nil {
				return err
			}
			return os.Rename(p+".new", p)
		},
		"removed": os.Remove,
	} {
		path := put(t, dir, name+".csv", large)
		time.Sleep(20 * time.Millisecond)
		c := h.Connect(t)
		must(t, c, "begin isolation level repeatable read; declare c cursor for select * from "+name+"; fetch 10 from c")
		if err := change(path); err != nil {
			t.Fatal(err)
		}
		rows, err := c.Query("fetch all from c")
		if err == nil && len(rows) != rowsOfLarge-10 {
			t.Errorf("%s: %d rows", name, len(rows))
		}
		if err == nil && rows[50_000-11][2] != fmt.Sprintf("name of number %08d", 50_000) {
			t.Errorf("%s: another version's row: %q", name, rows[50_000-11])
		}
		if err != nil {
			h.refusal(t, name, rows, err, "40001", name+".csv")
			must(t, c, "rollback; begin isolation level repeatable read")
		} else {
			// The next statement of the transaction cannot have that version any more.
			_, err = c.Query("select count(*) from " + name)
			h.refusal(t, name+", again", nil, err, "40001", name+".csv")
		}
		must(t, c, "rollback")
	}
	h.alive(t)
}

// TestHugeField reads a field of more than a gigabyte, which takes nearly no room on disk: a hole.
func TestHugeField(t *testing.T) {
	dir := t.TempDir()
	head := numbers(20_000)
	for name, begin := range map[string]string{"quoted": `20001,1,"`, "bare": "20001,1,"} {
		f, err := os.Create(filepath.Join(dir, name+".csv"))
		if err != nil {
			t.Fatal(err)
		}
		f.Write(head)
		f.WriteString(begin)
		if _, err := f.Write(bytes.Repeat([]byte("x"), 100<<10)); err != nil {
			t.Fatal(err)
		}
		if _, err := f.Seek(1<<30, io.SeekCurrent); err != nil { // a hole reads as NULs
			t.Fatal(err)
		}
		f.WriteString(begin[8:] + "\n3,1,y\n")
		if err := f.Close(); err != nil {
			t.Fatal(err)
		}
	}
	server := &endless{head: append(bytes.Clone(head), "20001,1,"...), size: 1<<30 + 1<<20}
	web := httptest.NewServer(server)
	t.Cleanup(web.Close)
	h := Serve(t, "--catalog", filepath.Join(t.TempDir(), "tables.sql"), "--allow", dir)
	h.run(t, `create server s foreign data wrapper howdah; create schema own`)
	for name, location := range map[string]string{"quoted": filepath.Join(dir, "quoted.csv"), "bare": filepath.Join(dir, "bare.csv"), "far": web.URL + "/far.csv"} {
		h.run(t, fmt.Sprintf("create foreign table own.%s (id bigint, qty bigint, name text) server s options (location '%s', header 'true')", name, location))
	}
	for _, q := range []string{"select count(*) from own.", "select id from own.", "select * from own."} {
		for _, name := range []string{"quoted", "bare", "far"} {
			h.forgetPeak(t)
			before := h.memory(t).peak
			h.refused(t, q+name, "54000", name+".csv", "line 20002", "record is longer than")
			if grown := (h.memory(t).peak - before) >> 10; grown > 256 {
				t.Errorf("%s%s: the peak grew by %d MB", q, name, grown)
			} else {
				t.Logf("%s%s: the peak grew by %d MB", q, name, grown)
			}
			if testing.Short() {
				break
			}
		}
	}
}

// endless serves a file whose last field is size bytes long.
type endless struct {
	head []byte
	size int
}

func (e *endless) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Content-Length", strconv.Itoa(len(e.head)+e.size))
	if r.Method == http.MethodHead {
		return
	}
	w.Write(e.head)
	block := bytes.Repeat([]byte("y"), 1<<20)
	for sent := 0; sent < e.size; sent += len(block) {
		if _, err := w.Write(block); err != nil {
			return
		}
	}
}

// TestWebFaults asks for files that a server does not deliver as it should.
func TestWebFaults(t *testing.T) {
	t.Parallel() // it waits for repetitions most of the time
	content := numbers(3000)
	h := Serve(t, "--catalog", filepath.Join(t.TempDir(), "tables.sql"))
	h.run(t, "create schema own; create server s foreign data wrapper howdah")
	serial := 0
	table := func(url string) string {
		serial++
		name := fmt.Sprintf("own.t%d", serial)
		h.run(t, fmt.Sprintf("create foreign table %s (id bigint, qty bigint, name text) server s options (location '%s/x.csv', header 'true')", name, url))
		return name
	}
	closed, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	closed.Close()
	began := time.Now()
	h.refused(t, "select * from "+table("http://"+closed.Addr().String()), "08006", "connection refused")
	h.refused(t, "select * from "+table("https://"+closed.Addr().String()), "08006", "connection refused")
	if took := time.Since(began); took > 10*time.Second {
		t.Errorf("an unreachable host took %v", took)
	}
	for _, c := range []struct {
		page sourcetest.Page
		code string
		part string
	}{
		{sourcetest.Page{Content: []byte("<!DOCTYPE html>\n<html><body>Please log in</body></html>"), Header: "Content-Type: text/html\r\n"}, "22P04", "HTML"},
		{sourcetest.Page{Content: []byte("not here"), Status: 404}, "58P01", "x.csv"},
		{sourcetest.Page{Content: []byte("who are you"), Status: 401}, "42501", "x.csv"},
		{sourcetest.Page{Content: []byte("no"), Status: 403}, "42501", "x.csv"},
		{sourcetest.Page{Content: []byte("oops"), Status: 500}, "08006", "x.csv"},
		{sourcetest.Page{Content: []byte("teapot"), Status: 418}, "58030", "x.csv"},
	} {
		server := sourcetest.NewRawServer(t, c.page)
		h.refused(t, "select * from "+table(server.URL), c.code, c.part)
	}
	// TLS is spoken to a server that has none.
	plain := sourcetest.NewRawServer(t, sourcetest.Page{Content: content})
	h.refused(t, "select * from "+table(strings.Replace(plain.URL, "http://", "https://", 1)), "08006")

	zipped := gzipMembers(content[:len(content)/2], content[len(content)/2:])
	edge := len(gzipMembers(content[:len(content)/2]))
	for _, f := range []sourcetest.Framing{sourcetest.ContentLength, sourcetest.Chunked, sourcetest.CloseDelimited, sourcetest.HTTP10} {
		for _, body := range []struct {
			name  string
			bytes []byte
			cuts  []int
		}{
			{"plain", content, []int{0, 1, len(content) / 3, bytes.LastIndexByte(content[:len(content)-1], '\n') + 1, len(content) - 1}},
			{"gz", zipped, []int{edge, edge / 2, edge + 5, len(zipped) - 1}},
		} {
			for _, cut := range body.cuts {
				if testing.Short() && (f == sourcetest.HTTP10 || cut != edge && cut != len(content)/3) {
					continue
				}
				server := sourcetest.NewRawServer(t, sourcetest.Page{Content: body.bytes, Framing: f, ETag: `"1"`})
				server.Cut = func(_ int, r *http.Request, wire []byte) []byte { return cutBody(f, r, wire, cut) }
				name := table(server.URL)
				for _, q := range []string{"select count(*) from ", "select * from "} {
					c := h.Connect(t)
					rows, err := c.Query(q + name)
					if pe, ok := errors.AsType[*pgconn.PgError](err); !ok || pe.Code != "58030" && pe.Code != "08006" {
						t.Errorf("%s, %s cut at %d of %d: %d rows %.2q, %v", f, body.name, cut, len(body.bytes), len(rows), rows, err)
					}
					c.Close()
				}
			}
		}
	}
	h.alive(t)
	// One cut alone is healed unseen where there are ranges.
	server := sourcetest.NewRawServer(t, sourcetest.Page{Content: content, ETag: `"1"`, Ranges: true})
	server.Cut = func(n int, r *http.Request, wire []byte) []byte {
		if r.Method == http.MethodGet && n%2 == 0 {
			return cutBody(sourcetest.ContentLength, r, wire, 20_000)
		}
		return wire
	}
	if v := h.value(t, "select count(*) from "+table(server.URL)); v != "3000" {
		t.Errorf("with cuts that heal: %s", v)
	}
}

// cutBody keeps n bytes of a body as it is framed on the wire.
func cutBody(f sourcetest.Framing, r *http.Request, wire []byte, n int) []byte {
	head := bytes.Index(wire, []byte("\r\n\r\n")) + 4
	if r.Method == http.MethodHead {
		return wire
	}
	if f == sourcetest.Chunked { // 7 bytes of content take 12 on the wire
		n = n / 7 * 12
	}
	return wire[:min(head+n, len(wire)-1)]
}

func gzipMembers(parts ...[]byte) []byte {
	var b bytes.Buffer
	for _, p := range parts {
		z := gzip.NewWriter(&b)
		z.Write(p)
		z.Close()
	}
	return b.Bytes()
}

// TestCutGzipFile cuts a file on disk within a member: it is not whole, whatever its size says.
func TestCutGzipFile(t *testing.T) {
	dir := t.TempDir()
	content := numbers(3000)
	zipped := gzipMembers(content[:len(content)/2], content[len(content)/2:])
	edge := len(gzipMembers(content[:len(content)/2]))
	put(t, dir, "whole.csv.gz", zipped)
	put(t, dir, "half.csv.gz", zipped[:edge+20])
	put(t, dir, "tail.csv.gz", zipped[:len(zipped)-4])
	put(t, dir, "garbage.csv.gz", append(bytes.Clone(zipped), "garbage"...))
	h := Serve(t, dir)
	if v := h.value(t, "select count(*) from whole"); v != "3000" {
		t.Errorf("two members: %s", v)
	}
	for _, table := range []string{"half", "tail", "garbage"} {
		for _, q := range []string{"select count(*) from ", "select * from "} {
			c := h.Connect(t)
			rows, err := c.Query(q + table)
			if pe, ok := errors.AsType[*pgconn.PgError](err); !ok || pe.Code != "58030" && pe.Code != "XX001" {
				t.Errorf("%s%s: %d rows %.2q, %v", q, table, len(rows), rows, err)
			}
		}
	}
	h.alive(t)
}

// TestS3Refusals asks a real S3 server for what it does not give.
func TestS3Refusals(t *testing.T) {
	s3 := s3test.Start(t, "open", "other")
	s3.Put(t, "open", "x.csv", numbers(10))
	h := ServeEnv(t, []string{"AWS_ACCESS_KEY_ID=", "AWS_SECRET_ACCESS_KEY=", "AWS_EC2_METADATA_DISABLED=true", "AWS_CONFIG_FILE=/dev/null", "AWS_SHARED_CREDENTIALS_FILE=/dev/null"},
		"--catalog", filepath.Join(t.TempDir(), "tables.sql"))
	serial := 0
	table := func(location, options string) string {
		serial++
		h.run(t, fmt.Sprintf(`create schema if not exists own;
			create server s%d foreign data wrapper howdah options (endpoint '%s', region '%s');
			create user mapping for public server s%[1]d options (%[4]s);
			create foreign table own.t%[1]d (id bigint, qty bigint, name text) server s%[1]d options (location '%[5]s', header 'true')`,
			serial, s3.Endpoint, s3.Region, options, location))
		return fmt.Sprintf("select count(*) from own.t%d", serial)
	}
	keys := fmt.Sprintf("aws_access_key '%s', aws_secret_key '%s'", s3.AccessKey, s3.SecretKey)
	if v := h.value(t, table("s3://open/x.csv", keys)); v != "10" {
		t.Fatalf("with the right keys: %s", v)
	}
	h.refused(t, table("s3://open/x.csv", fmt.Sprintf("aws_access_key '%s', aws_secret_key 'wrong'", s3.AccessKey)), "42501", "SignatureDoesNotMatch", "s3://open/x.csv", "user mapping")
	h.refused(t, table("s3://open/x.csv", "aws_access_key 'nobody', aws_secret_key 'wrong'"), "42501", "s3://open/x.csv")
	h.refused(t, table("s3://open/x.csv", "anonymous 'true'"), "42501", "AccessDenied", "s3://open/x.csv")
	h.refused(t, table("s3://open/*.csv", "anonymous 'true'"), "42501", "AccessDenied", "s3://open/")
	h.refused(t, table("s3://open/y.csv", keys), "58P01", "s3://open/y.csv")
	h.refused(t, table("s3://nowhere/y.csv", keys), "58P01", "s3://nowhere/y.csv")
	h.refused(t, table("s3://nowhere/*.csv", keys), "58P01", "s3://nowhere/")
	h.run(t, `create server none foreign data wrapper howdah options (endpoint 'http://127.0.0.1:1', region 'us-east-1');
		create foreign table own.none (a int) server none options (location 's3://open/x.csv');
		create foreign table own.none2 (a int) server none options (location 's3://open/x.csv', aws_access_key 'a', aws_secret_key 'b')`)
	h.refused(t, "select * from own.none", "28000", "credentials")
	h.refused(t, "select * from own.none2", "08006", "connection refused")
}
