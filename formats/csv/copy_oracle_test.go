package csv

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5/pgconn"

	"howdah/formats"
	"howdah/internal/pgtest"
	"howdah/pgerr"
)

// TestAgainstCopy reads random small files by COPY of a real PostgreSQL and by the reader: the same rows, or errors of
// the same code and text.
func TestAgainstCopy(t *testing.T) {
	server, err := pgtest.Start(pgtest.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer server.Stop()
	conn, err := server.Connect()
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	if err := conn.Exec("create temp table one (c0 text); create temp table two (c0 text, c1 text); create temp table three (c0 text, c1 text, c2 text)"); err != nil {
		t.Fatal(err)
	}
	random := rand.New(rand.NewPCG(7, 9))
	pieces := []string{"a", ",", ",", `"`, `""`, "\n", "\n", `\`, "é", " ", "NULL", "x,y", "1,2\n", `"q",`, `"p` + "\n" + `r"`}
	dialects := []struct{ copy, table formats.Options }{
		{formats.Options{}, formats.Options{}},
		{formats.Options{"escape": `E'\\'`}, formats.Options{"escape": `\`}},
		{formats.Options{"null": "'NULL'"}, formats.Options{"null": "NULL"}},
		{formats.Options{"header": "true"}, formats.Options{"header": "true"}},
		{formats.Options{"delimiter": "' '"}, formats.Options{"delimiter": " "}},
	}
	for range 1500 {
		var b strings.Builder
		for range random.IntN(14) {
			b.WriteString(pieces[random.IntN(len(pieces))])
		}
		data := b.String()
		if strings.Contains(data, `\.`) {
			continue
		}
		d := dialects[random.IntN(len(dialects))]
		width := 1 + random.IntN(3)
		want, wantErr := copyIn(t, conn, data, d.copy, width)
		got, gotErr := texts(Format{}, []byte(data), d.table, width, formats.Split{})
		what := fmt.Sprintf("%q by %v into %d columns", data, d.table, width)
		if wantErr != nil {
			if gotErr == nil {
				t.Fatalf("%s: no error, PostgreSQL has: %v", what, wantErr)
			}
			if e := pgerr.From(gotErr); string(e.Code) != wantErr.Code || e.Message != wantErr.Message {
				t.Fatalf("%s: %v, PostgreSQL has: %v", what, gotErr, wantErr)
			}
			continue
		}
		if gotErr != nil && d.table["header"] != "" && len(want) == 0 && strings.Count(data, `"`)%2 == 1 {
			continue // a header that never ends: PostgreSQL takes all of the file for it
		}
		if gotErr != nil {
			t.Fatalf("%s: %v, PostgreSQL has none", what, gotErr)
		}
		if strings.Join(got, "\n") != strings.Join(want, "\n") {
			t.Fatalf("%s:\n%q, PostgreSQL has\n%q", what, got, want)
		}
	}
}

func copyIn(t *testing.T, conn *pgtest.Conn, data string, opt formats.Options, width int) (rows []string, fault *pgconn.PgError) {
	t.Helper()
	table := []string{"one", "two", "three"}[width-1]
	if err := conn.Exec("truncate " + table); err != nil {
		t.Fatal(err)
	}
	sql := "copy " + table + " from stdin (format csv"
	for k, v := range opt {
		sql += ", " + k + " " + v
	}
	if _, err := conn.Pg().CopyFrom(context.Background(), strings.NewReader(data), sql+")"); err != nil {
		if errors.As(err, &fault) {
			return nil, fault
		}
		t.Fatal(err)
	}
	found, err := conn.Query("select " + strings.Join([]string{"coalesce('=' || c0, 'N')", "coalesce('=' || c1, 'N')", "coalesce('=' || c2, 'N')"}[:width], ", ") + " from " + table)
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range found {
		var parts []string
		for _, v := range f {
			if v == "N" {
				parts = append(parts, `\N`)
			} else {
				parts = append(parts, fmt.Sprintf("%q", v[1:]))
			}
		}
		rows = append(rows, strings.Join(parts, "|"))
	}
	return rows, nil
}
