package e2e

import (
	"errors"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5/pgconn"

	"howdah/expr"
	"howdah/internal/pgtest"
	"howdah/types"
)

// fdwSettings are what postgres_fdw sets at the start of each session, in its order.
var fdwSettings = []string{
	"SET search_path = pg_catalog", "SET timezone = 'GMT'", "SET datestyle = ISO", "SET intervalstyle = postgres", "SET extra_float_digits = 3",
}

// TestGoldenSemantics asks each expression of golden-semantics.tsv of a server and compares type and text with what
// PostgreSQL 15 gave under postgres_fdw's settings.
func TestGoldenSemantics(t *testing.T) {
	h := Serve(t, t.TempDir())
	c := h.Connect(t)
	for _, s := range fdwSettings {
		if err := c.Exec(s); err != nil {
			t.Fatal(err)
		}
	}
	passed, all := 0, 0
	for _, row := range tsv(t, "golden-semantics.tsv") {
		if len(row) < 3 {
			continue
		}
		all++
		query := "select " + unescape.Replace(row[0])
		if got, ok := golden(c, query, row[1], row[2]); ok {
			passed++
		} else {
			t.Errorf("%s\n got %s\nwant %s %s", query, got, row[1], row[2])
		}
	}
	t.Logf("golden-semantics: %d of %d pass", passed, all)
}

func golden(c *pgtest.Conn, query, typ, value string) (got string, ok bool) {
	results, err := c.Run(query)
	if err != nil {
		pe, isPg := errors.AsType[*pgconn.PgError](err)
		if !isPg {
			return err.Error(), false
		}
		return "ERROR " + pe.Code + " " + pe.Message, typ == "ERROR" && pe.Code == value
	}
	r := results[len(results)-1]
	if len(r.Rows) != 1 || len(r.Rows[0]) != 1 {
		// Several rows or columns are one line each in the file's own form.
		var lines []string
		for _, row := range r.Rows {
			lines = append(lines, strings.Join(copyText(row), "\t"))
		}
		got = strings.Join(lines, "\n")
		return got, got == unescape.Replace(value)
	}
	name := expr.FormatType(types.Type{OID: types.OID(r.Columns[0].TypeOID), Typmod: r.Columns[0].TypeMod})
	got = copyText(r.Rows[0])[0]
	return name + " " + got, name == typ && got == value
}

// copyText writes values as COPY's text format does.
func copyText(row []string) []string {
	out := make([]string, len(row))
	for i, v := range row {
		if v == pgtest.Null {
			out[i] = `\N`
			continue
		}
		out[i] = strings.NewReplacer("\\", `\\`, "\n", `\n`, "\t", `\t`, "\r", `\r`).Replace(v)
	}
	return out
}
