package plan

import (
	"os"
	"strings"
	"testing"

	"howdah/expr"
	"howdah/pgerr"
	"howdah/sql"
	"howdah/types"
	"howdah/vector"
)

// golden is a line of testdata/contract/golden-semantics.tsv: what PostgreSQL 15 answered under postgres_fdw's settings.
type golden struct{ text, typ, result, message string }

func readGolden(t *testing.T) []golden {
	t.Helper()
	raw, err := os.ReadFile("../testdata/contract/golden-semantics.tsv")
	if err != nil {
		t.Fatal(err)
	}
	unescape := strings.NewReplacer(`\\`, `\`, `\n`, "\n", `\t`, "\t")
	var out []golden
	for i, line := range strings.Split(strings.TrimSuffix(string(raw), "\n"), "\n") {
		if i == 0 {
			continue
		}
		f := strings.Split(line, "\t")
		for len(f) < 4 {
			f = append(f, "")
		}
		if f[2] != `\N` {
			f[2] = unescape.Replace(f[2])
		}
		out = append(out, golden{unescape.Replace(f[0]), f[1], f[2], unescape.Replace(f[3])})
	}
	return out
}

// TestGoldenScalars binds, compiles and evaluates every expression of the contract that needs no FROM.
func TestGoldenScalars(t *testing.T) {
	run, passed := 0, 0
	for _, g := range readGolden(t) {
		if s, err := sql.Parse("select " + g.text); err == nil && len(s[0].Node.GetSelectStmt().GetFromClause()) > 0 {
			continue // needs the query half
		}
		run++
		typ, result, message := evaluate(g.text, nil)
		if typ == g.typ && result == g.result && message == g.message {
			passed++
			continue
		}
		if typ == "ERROR" && isRefusal(result+" "+message) {
			t.Logf("%-60s refused: %s", g.text, message)
			continue
		}
		t.Errorf("%s\n got %s | %s | %s\nwant %s | %s | %s", g.text, typ, result, message, g.typ, g.result, g.message)
	}
	t.Logf("%d of %d scalar expressions agree with PostgreSQL", passed, run)
}

// evaluate gives type, text and message of a scalar expression as the contract's file writes them.
func evaluate(text string, fold func(expr.Expr, *expr.Env) expr.Expr) (typ, result, message string) {
	failed := func(err error) (string, string, string) {
		e := pgerr.From(err)
		return "ERROR", string(e.Code), e.Message
	}
	e, err := BindExpression(text, nil, nil)
	if err != nil {
		return failed(err)
	}
	style := *types.DefaultStyle()
	style.ExtraFloatDigits = 3
	env := &expr.Env{Style: &style}
	if fold != nil {
		e = fold(e, env)
	}
	p, err := expr.Compile(e, env)
	if err != nil {
		return failed(err)
	}
	b := &vector.Batch{}
	b.SetLen(1)
	c, err := p.Eval(b, b.Sel)
	if err != nil {
		return failed(err)
	}
	typ = expr.FormatType(e.Type())
	if typ == "bpchar" {
		typ = "character"
	}
	if c.Null(0) {
		return typ, `\N`, ""
	}
	return typ, string(expr.AppendText(nil, c, 0, env)), ""
}
