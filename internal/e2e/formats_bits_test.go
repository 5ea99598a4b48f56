package e2e

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"testing"

	"howdah/internal/pgtest"
)

// TestBitsAndChars has columns of bit strings and of characters of limited length in every format, asked directly, by COPY
// in both forms and through postgres_fdw.
func TestBitsAndChars(t *testing.T) {
	header := []string{"id", "v", "b", "c", "w"}
	const columns = `id bigint, v bit varying, b bit(70), c char(5) collate "C", w varchar(5) collate "C"`
	r := rand.New(rand.NewPCG(5, 5))
	digits := func(n int) any {
		if r.IntN(9) == 0 {
			return nil
		}
		s := make([]byte, n)
		for i := range s {
			s[i] = byte('0' + r.IntN(2))
		}
		return string(s)
	}
	words := []any{"a", "ab", "ab ", "abcde", "Übers", "x\"y", "a,b", "é", nil}
	var rows [][]any
	for i := range 600 {
		rows = append(rows, []any{int64(i + 1), digits(1 + r.IntN(500)), digits(70), words[r.IntN(len(words))], words[r.IntN(len(words))]})
	}
	pg, err := pgtest.Start(pgtest.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { pg.Stop() })
	c := connOf(t, pg)
	must(t, c, "create schema h; create table h.t ("+columns+")")
	if _, err := c.Pg().CopyFrom(t.Context(), bytes.NewReader(copyRows(rows)), "copy h.t from stdin"); err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	ddl := "create schema files;\ncreate server s foreign data wrapper howdah options (location '" + dir + "');\n"
	for _, v := range variants {
		put(t, dir, v.file, v.data(t, header, rows))
		ddl += fmt.Sprintf("create foreign table files.%s (%s) server s options (location '%s'%s);\n", v.name, columns, filepath.Join(dir, v.file), v.options)
	}
	h := Serve(t, "--catalog", secretFile(t, ddl), "--allow", dir)
	direct := h.Connect(t)
	must(t, c, fmt.Sprintf(`create extension postgres_fdw;
		create server howdah foreign data wrapper postgres_fdw options (host '127.0.0.1', port '%d', dbname 'howdah');
		create user mapping for current_user server howdah options (user 'tester');
		create schema files; import foreign schema files from server howdah into files`, h.Port))
	queries := []string{
		"select * from %s order by id",
		"select id, v from %s order by v desc nulls last, id limit 7",
		"select id, b, c from %s where id > 100 order by c, b nulls first, id limit 7",
		"select c, count(*), count(distinct b), sum(bit_count(v)), max(w) from %s group by c order by c",
		"select id, bit_count(b & repeat('01', 35)::bit(70))::float8 / bit_count(b | repeat('01', 35)::bit(70)) as t from %s where bit_count(b) between 30 and 40 order by t desc, id limit 10",
		"select id, c || '|', length(c), w || '|' from %s where c = 'ab' or w like 'ab%%' order by id",
		"select id from %s where v > '11' and get_bit(b, 3) = 1 order by id",
		"select id, b & v from %s where v is not null and b is not null order by id",
	}
	for _, v := range variants {
		for _, q := range queries {
			want := ask(c, fmt.Sprintf(q, "h.t"))
			if got := ask(direct, fmt.Sprintf(q, "files."+v.name)); !got.same(want, true) {
				t.Errorf("%s: %s\ngot  %.300s\nwant %.300s", v.name, q, got, want)
			}
			if got := ask(c, fmt.Sprintf(q, "files."+v.name)); !got.same(want, true) {
				t.Errorf("%s through postgres_fdw: %s\ngot  %.300s\nwant %.300s", v.name, q, got, want)
			}
		}
		for _, form := range []string{"text", "csv", "binary"} {
			q := "copy (select * from %s order by id) to stdout (format " + form + ")"
			if got, want := copyOut(t, direct, fmt.Sprintf(q, "files."+v.name)), copyOut(t, c, fmt.Sprintf(q, "h.t")); !bytes.Equal(got, want) {
				t.Errorf("%s: copy as %s differs", v.name, form)
			}
		}
	}
}
