package plan

import (
	"bufio"
	"errors"
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5/pgconn"

	"howdah/expr"
	"howdah/internal/pgtest"
	"howdah/pgerr"
	"howdah/types"
	"howdah/vector"
)

// The rows that testdata/scalar.txt's expressions are evaluated over, here and in PostgreSQL.
var (
	scalarColumns = []types.Column{
		{Name: "i", Type: types.Of(types.Int4OID)}, {Name: "b", Type: types.Of(types.Int8OID)}, {Name: "s", Type: types.Of(types.Int2OID)},
		{Name: "n", Type: types.Of(types.NumericOID)}, {Name: "f", Type: types.Of(types.Float8OID)}, {Name: "t", Type: types.Of(types.TextOID), Collation: types.CCollation},
		{Name: "v", Type: types.Type{OID: types.VarcharOID, Typmod: 9}, Collation: types.CCollation}, {Name: "y", Type: types.Of(types.BoolOID)},
		{Name: "a", Type: types.Of(types.Int4ArrayOID)}, {Name: "ta", Type: types.Of(types.TextArrayOID), Collation: types.CCollation},
		{Name: "j", Type: types.Of(types.JSONBOID)}, {Name: "c", Type: types.Type{OID: types.BpcharOID, Typmod: 8}, Collation: types.CCollation},
	}
	scalarRows = [][]string{
		{"1", "10", "1", "1.50", "0.5", "abc", "x", "t", "{1,2,3}", "{a,b}", `{"a": 1}`, "ab  "},
		{"2", "-5", "7", "-2.25", "-1e10", "ABC", "yy", "f", "{}", "{}", `[1, 2]`, "z   "},
		{"0", "0", "0", "0", "0", "", "", "f", "{NULL,1}", "{NULL,abc}", `"s"`, "    "},
		{"-2147483648", "9223372036854775807", "-32768", "123456789012345678901234567890.123", "NaN", "é%_", "longe", "t", "[0:1]={7,8}", `{"x y",NULL}`, "null", "q   "},
		{pgtest.Null, pgtest.Null, pgtest.Null, pgtest.Null, pgtest.Null, pgtest.Null, pgtest.Null, pgtest.Null, pgtest.Null, pgtest.Null, pgtest.Null, pgtest.Null},
		{"2147483647", "3", "2", "NaN", "Infinity", "2024", "1", pgtest.Null, "{{1,2},{3,4}}", "{1,2,3}", `{"a": {"b": [true, null]}}`, "12  "},
	}
)

func scalarBatch(t *testing.T, rows [][]string) *vector.Batch {
	t.Helper()
	b := &vector.Batch{}
	for k, c := range scalarColumns {
		col := vector.New(c.Type, len(rows))
		for i, r := range rows {
			if r[k] == pgtest.Null {
				col.SetNull(int32(i))
				continue
			}
			d, err := types.ParseText(c.Type, []byte(r[k]), types.DefaultStyle())
			if err != nil {
				t.Fatal(err)
			}
			col.Set(int32(i), d)
		}
		b.Cols = append(b.Cols, col)
	}
	b.SetLen(len(rows))
	return b
}

func describeError(err error) string {
	var p *pgconn.PgError
	if errors.As(err, &p) {
		return fmt.Sprintf("%s %s|%s|%s|%d", p.Code, p.Message, p.Detail, p.Hint, p.Position)
	}
	e := pgerr.From(err)
	return fmt.Sprintf("%s %s|%s|%s|%d", string(e.Code), e.Message, e.Detail, e.Hint, e.Position)
}

// TestScalarsOverRows evaluates expressions over rows, whole and in pieces, folded and not, beside PostgreSQL.
func TestScalarsOverRows(t *testing.T) {
	file, err := os.Open("testdata/scalar.txt")
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	conn, err := pgtest.New(t).Connect()
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	loadScalarRows(t, conn)
	agree, refused, tried := 0, 0, 0
	for lines := bufio.NewScanner(file); lines.Scan(); {
		text := lines.Text()
		if text == "" || strings.HasPrefix(text, "--") {
			continue
		}
		tried++
		want := askRows(conn, text)
		got, how := "", ""
		for _, fold := range []bool{false, true} {
			for _, size := range []int{6, 1, 4} {
				if got == "" || got == want {
					got, how = overRows(t, text, fold, size), fmt.Sprintf("fold %v, %d rows at once", fold, size)
				}
			}
		}
		switch {
		case got == want:
			agree++
		case isRefusal(got):
			refused++
			t.Logf("%s: %s", text, got)
		default:
			t.Errorf("%s (%s)\n got %q\nwant %q", text, how, got, want)
		}
	}
	t.Logf("%d of %d agree, %d refused", agree, tried, refused)
}

// overRows gives an expression's texts by line, or the error.
func overRows(t *testing.T, text string, fold bool, size int) string {
	e, err := BindExpression(text, scalarColumns, nil)
	if err != nil {
		p := pgerr.From(err).Clone()
		if p.Position > 0 {
			p.Position += len("select ")
		}
		return describeError(p)
	}
	style := *types.DefaultStyle()
	env := &expr.Env{Style: &style}
	if fold {
		e = expr.Fold(e, env)
	}
	p, err := expr.Compile(e, env)
	if err != nil {
		return describeError(err)
	}
	var out strings.Builder
	for from := 0; from < len(scalarRows); from += size {
		b := scalarBatch(t, scalarRows[from:min(from+size, len(scalarRows))])
		c, err := p.Eval(b, b.Sel)
		if err != nil {
			return describeError(err)
		}
		for _, i := range b.Sel {
			if c.Null(i) {
				out.WriteString("∅\n")
			} else {
				out.Write(append(expr.AppendText(nil, c, i, env), '\n'))
			}
		}
	}
	return out.String()
}

// isRefusal tells whether an answer says that something is not there yet, rather than giving a wrong one.
func isRefusal(answer string) bool {
	return strings.HasPrefix(answer, "0A000") && (strings.Contains(answer, "is not supported") || strings.Contains(answer, "has no input and output here"))
}

// loadScalarRows makes the table of scalarRows in a session.
func loadScalarRows(t *testing.T, conn *pgtest.Conn) {
	t.Helper()
	setUp := strings.Builder{}
	setUp.WriteString(`create temp table rows (r serial, i int4, b int8, s int2, n numeric, f float8, t text collate "C", v varchar(5) collate "C", y bool, a int[], ta text[] collate "C", j jsonb, c char(4) collate "C");`)
	for _, r := range scalarRows {
		values := make([]string, len(r))
		for k, v := range r {
			values[k] = "'" + strings.ReplaceAll(v, "'", "''") + "'"
			if v == pgtest.Null {
				values[k] = "null"
			}
		}
		setUp.WriteString("insert into rows(i,b,s,n,f,t,v,y,a,ta,j,c) values (" + strings.Join(values, ",") + ");")
	}
	if err := conn.Exec(setUp.String()); err != nil {
		t.Fatal(err)
	}
}

// askRows gives PostgreSQL's texts by line, or its error.
func askRows(conn *pgtest.Conn, text string) string {
	rows, err := conn.Query("select " + text + " from rows order by r")
	if err != nil {
		return describeError(err)
	}
	var out strings.Builder
	for _, r := range rows {
		out.WriteString(strings.ReplaceAll(r[0], pgtest.Null, "∅") + "\n")
	}
	return out.String()
}
