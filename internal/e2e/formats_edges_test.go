package e2e

import (
	"bytes"
	"fmt"
	"math"
	"strings"
	"testing"
	"time"

	"howdah/internal/pgtest"
)

// TestEdgesThatSomeFormatsCarry: values that are no part of the common table, in the formats that can hold them.
func TestEdgesThatSomeFormatsCarry(t *testing.T) {
	t.Parallel()
	at := func(text string) time.Time {
		v, err := time.Parse("2006-01-02 15:04:05.999999", text)
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
	header := []string{"id", "big", "ratio", "txt", "old", "stamp"}
	types := []string{"bigint", "bigint", "double precision", `text collate "C"`, "date", "timestamp"}
	rows := [][]any{
		{int64(1), int64(math.MaxInt64), 0.30000000000000004, "", day(at("1850-06-15 00:00:00")), moment(at("2024-01-31 10:11:12.123456"))},
		{int64(2), int64(math.MinInt64), math.MaxFloat64, "x", day(at("0001-01-01 00:00:00")), moment(at("1969-12-31 23:59:59.999999"))},
		{int64(3), int64(-9007199254740993), math.SmallestNonzeroFloat64, nil, day(at("9999-12-31 00:00:00")), moment(at("2000-01-01 00:00:00"))},
		{int64(4), int64(1 << 53), 1e22, " ", day(at("1900-02-28 00:00:00")), moment(at("1899-12-31 00:00:00.000001"))},
		{int64(5), int64(123456789012345678), -1.0 / 3, "\u00a0", day(at("1582-10-04 00:00:00")), moment(at("1001-01-01 01:01:01.5"))},
	}
	var text bytes.Buffer
	text.WriteString(strings.Join(header, ",") + "\n")
	for _, r := range rows {
		for i, v := range r {
			if i > 0 {
				text.WriteByte(',')
			}
			if s, ok := v.(string); ok {
				fmt.Fprintf(&text, `"%s"`, s) // encoding/csv writes an empty text like NULL
			} else if v != nil {
				text.WriteString(plainText(v))
			}
		}
		text.WriteByte('\n')
	}
	doubles := make([][]any, len(rows)) // integers that a double holds
	for i, r := range rows {
		doubles[i] = append([]any{}, r...)
		if n := r[1].(int64); i < 3 || int64(float64(n)) != n {
			doubles[i][1] = nil
		}
	}
	dir := t.TempDir()
	ddl := "create schema files;\ncreate server s foreign data wrapper howdah options (location '" + dir + "');\n"
	columns := func(take ...int) (list, defs string) {
		for _, i := range take {
			list += ", " + header[i]
			defs += ", " + header[i] + " " + strings.TrimSuffix(types[i], ` collate "C"`)
		}
		return list[2:], defs[2:]
	}
	type file struct {
		name    string
		data    []byte
		take    []int
		doubles bool
	}
	files := []file{
		{"csv.csv", text.Bytes(), []int{0, 1, 2, 3, 4, 5}, false},
		{"ndjson.ndjson", writeNDJSON(t, header, rows), []int{0, 1, 2, 3, 4, 5}, false},
		{"json.json", writeJSON(t, header, rows), []int{0, 1, 2, 3, 4, 5}, false},
		{"ods.ods", writeODS(t, header, doubles), []int{0, 1, 2, 4, 5}, true},
		{"xls.xls", writeXLS(t, header, [][]any{doubles[0][:3], doubles[1][:3], doubles[2][:3], doubles[3][:3], doubles[4][:3]}), []int{0, 1, 2}, true},
	}
	for _, f := range files {
		put(t, dir, f.name, f.data)
		name, kind, _ := strings.Cut(f.name, ".")
		_, defs := columns(f.take...)
		options := ""
		if f.doubles || kind == "csv" {
			options = ", header 'true'"
			for _, i := range f.take {
				at := fmt.Sprintf("%s %s", header[i], strings.TrimSuffix(types[i], ` collate "C"`))
				defs = strings.Replace(defs, at, fmt.Sprintf("%s options (position '%d')", at, i+1), 1)
			}
		}
		ddl += fmt.Sprintf("create foreign table files.%s (%s) server s options (location '%s'%s);\n", name, defs, f.name, options)
	}
	h := Serve(t, "--catalog", secretFile(t, ddl), "--allow", dir)
	pg, err := pgtest.Start(pgtest.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { pg.Stop() })
	conn, err := pg.Connect()
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	_, defs := columns(0, 1, 2, 3, 4, 5)
	for i, d := range types {
		defs = strings.Replace(defs, header[i]+" "+strings.TrimSuffix(d, ` collate "C"`), header[i]+" "+d, 1)
	}
	must(t, conn, "create table exact ("+defs+"); create table doubles ("+defs+")")
	for name, all := range map[string][][]any{"exact": rows, "doubles": doubles} {
		if _, err := conn.Pg().CopyFrom(t.Context(), bytes.NewReader(copyRows(all)), "copy "+name+" from stdin"); err != nil {
			t.Fatal(err)
		}
	}
	must(t, conn, fmt.Sprintf(`create extension postgres_fdw; create schema files;
		create server howdah foreign data wrapper postgres_fdw options (host '127.0.0.1', port '%d', dbname 'howdah');
		create user mapping for current_user server howdah options (user 'tester');
		import foreign schema files from server howdah into files`, h.Port))
	direct := h.Connect(t)
	for _, f := range files {
		name, _, _ := strings.Cut(f.name, ".")
		heap := "exact"
		if f.doubles {
			heap = "doubles"
		}
		list, _ := columns(f.take...)
		queries := []string{"select " + list + " from {t} order by id", "select count(*) from {t}"}
		for _, i := range f.take[1:] {
			queries = append(queries,
				fmt.Sprintf("select id, %s from {t} where %[1]s is not null order by %[1]s, id", header[i]),
				fmt.Sprintf("select min(%s), max(%[1]s), count(distinct %[1]s) from {t}", header[i]),
				fmt.Sprintf("select a.id, b.id from {t} a join {t} b on a.%s = b.%[1]s order by 1, 2", header[i]),
				fmt.Sprintf("select id from {t} where %s > (select min(%[1]s) from {t}) order by id", header[i]))
		}
		for _, q := range queries {
			want := send(conn, place(q, heap, "", ""), nil, false, false)
			if want.code != "" {
				t.Fatalf("%s: %s", q, want)
			}
			sql := formatQuery{sql: name + ": " + q, ordered: true}
			check(t, "direct", sql, send(direct, place(q, "files."+name, "", ""), nil, true, false), want)
			check(t, "through postgres_fdw", sql, send(conn, place(q, "files."+name, "", ""), nil, false, false), want)
		}
	}
}
