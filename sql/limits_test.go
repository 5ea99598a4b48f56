package sql

import (
	"errors"
	"strings"
	"testing"

	"google.golang.org/protobuf/proto"

	"howdah/pgerr"
)

var nesting = map[string]func(n int) string{
	"plus":         func(n int) string { return "select 1" + rep("+1", n) },
	"concat":       func(n int) string { return "select a" + rep("||'x'", n) },
	"not":          func(n int) string { return "select " + rep("not ", n) + "a" },
	"not, comment": func(n int) string { return "select " + rep("not/**/", n) + "a" },
	"minus":        func(n int) string { return "select " + rep("- ", n) + "a" },
	"parens":       func(n int) string { return "select " + rep("(", n) + "1" + rep(")", n) },
	"functions":    func(n int) string { return "select " + rep("f(", n) + "1" + rep(")", n) },
	"subselects":   func(n int) string { return rep("select (", n) + "select 1" + rep(")", n) },
	"from":         func(n int) string { return rep("select * from (", n) + "select 1" + rep(") x", n) },
	"with":         func(n int) string { return rep("with a as (", n) + "select 1" + rep(") select 1", n) },
	"casts":        func(n int) string { return "select 1" + rep("::int", n) },
	"subscripts":   func(n int) string { return "select " + rep("a[", n) + "1" + rep("]", n) },
	"arrays":       func(n int) string { return "select " + rep("array[", n) + "1" + rep("]", n) },
	"brackets":     func(n int) string { return "select array" + rep("[", n) + "1" + rep("]", n) },
	"joins":        func(n int) string { return "select * from a" + rep(" join a on b and c", n) },
	"joins, right": func(n int) string { return "select * from a " + rep("join a ", n) + rep("on true ", n) },
	"cross joins":  func(n int) string { return "select * from a" + rep(" cross join a", n) },
	"join()":       func(n int) string { return "select 1" + rep("+1+1+1+join(1)", n) },
	"case":         func(n int) string { return "select " + rep("case when true then ", n) + "1" + rep(" end", n) },
	"case, and":    func(n int) string { return "select " + rep("case when a and ", n) + "b" + rep(" then 1 end", n) },
	"between":      func(n int) string { return "select " + rep("1 between 1 and not ", n) + "a" },
	"collate":      func(n int) string { return "select a" + rep(` collate "C"`, n) },
	"at time zone": func(n int) string { return "select a" + rep(" at time zone b", n) },
	"is null":      func(n int) string { return "select a" + rep(" is null", n) },
	"operator()":   func(n int) string { return "select a" + rep(" operator(pg_catalog.+) a", n) },
	"unions":       func(n int) string { return "select 1, 2" + rep(" union select a and b, c", n) },
	"begin atomic": func(n int) string { return "select * from a" + rep(" join b begin atomic on true", n) },
	"functions in functions": func(n int) string {
		return rep("create function f() returns int begin atomic ", n) + "select 1;" + rep(" end;", n)
	},
	"deep in front": func(n int) string { return "select " + rep("(", n) + "1" + rep("+1)", n) },
	"mixed":         func(n int) string { return "select " + rep("f(a, b and not (1+2*(", n) + "1" + rep(")))", n) },
}

func rep(s string, n int) string { return strings.Repeat(s, n) }

// No text may end the process, however deep; and what the scan lets through the parser and the unmarshalling, too.
func TestDeepTextsAreRefused(t *testing.T) {
	for name, text := range nesting {
		for _, n := range []int{100_000, 200_000, maxDepth() + 1} {
			_, err := Parse(text(n))
			e := pgerr.From(err)
			if e == nil || e.Code != pgerr.StatementTooComplex || e.Message != "stack depth limit exceeded" || e.Hint == "" {
				t.Errorf("%s × %d gave %v", name, n, err)
			}
		}
		// The deepest that passes the scan, by bisection.
		low, high := 0, maxDepth()+1
		for high-low > 1 {
			if middle := (low + high) / 2; errors.Is(func() error { _, err := checkLimits(text(middle)); return err }(), pgerr.StatementTooComplex) {
				high = middle
			} else {
				low = middle
			}
		}
		statements, err := Parse(text(low))
		if low < 20 || err != nil && !errors.Is(err, pgerr.SyntaxError) {
			t.Errorf("%s × %d gave %v", name, low, err)
		}
		for _, s := range statements {
			if _, err := Deparse(s.Node); err != nil && !errors.Is(err, pgerr.StatementTooComplex) && !errors.Is(err, pgerr.FeatureNotSupported) {
				t.Errorf("deparsing %s × %d gave %v", name, low, err)
			}
		}
	}
}

func TestReasonableTextsPass(t *testing.T) {
	whens := rep("when a = 1 and b between 2 and 3 then 'x' ", 3000)
	for name, text := range map[string]string{
		"IN list":      "select 1 in (0" + rep(",1", 100_000) + ")",
		"negative IN":  "select 1 in (0" + rep(", -1::int", 20_000) + ")",
		"ANDs":         "select true" + rep(" and a = 1 + 2", 5000),
		"ORs":          "select true" + rep(" or (a = 1 and b between 2 and 3)", 5000),
		"AND NOTs":     "select true" + rep(" and not a is null", 5000),
		"parens":       nesting["parens"](100),
		"subselects":   nesting["subselects"](100),
		"functions":    nesting["functions"](100),
		"unions":       nesting["unions"](500),
		"joins":        "select * from a" + rep(" left outer join b on a.x = b.x and a.y = b.y", 400),
		"concat":       nesting["concat"](500),
		"columns":      "select a.b.c" + rep(", coalesce(x.y, 0) + 1 as z", 1600),
		"case":         "select case " + whens + " else 'y' end",
		"values":       "values (1, 'a')" + rep(", (2, 'b')", 10_000),
		"statements":   rep("select 1 + 1; ", 5000),
		"long strings": "select '" + rep("x(((not", 1_000_000) + "', $$" + rep("((((", 1_000_000) + "$$",
		"comments":     "select 1 /*" + rep("((/*not*/", 100_000) + "*/ --" + rep("((", 100_000),
	} {
		if _, err := Parse(text); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestTooManyTokens(t *testing.T) {
	if _, err := Parse("select 1" + rep(",1", maxTokens/2)); !errors.Is(err, pgerr.ProgramLimitExceeded) {
		t.Errorf("got %v", err)
	}
}

// What is in strings, comments and quoted names must not count, and what is not in them must.
func TestScanSeesWhatTheParserSees(t *testing.T) {
	deep := rep("not ", maxDepth()+1) + "a"
	for _, hidden := range []string{
		"'%'", "e'\\'%'", "E'%\\\\'", "'''%'", "e'''%'", "u&'%\\'", "U&\"%\"", "\"\"\"%\"", "$$%$$", "$a$%$b$ $a$", "$ä1$%$ä1$", "x'%", "n'%'",
		"/*%*/ 1", "/*/* */%*/ 1", "1 --%", "1 --%\r\n", "e'x'\n  '\\'%'", "e'x' -- c\n -- d\n '\\'%'", "a-- %\n", "1*/*%*/2", "'a' /* */ \n '%'",
	} {
		if _, err := checkLimits("select " + strings.ReplaceAll(hidden, "%", deep)); err != nil {
			t.Errorf("%s: what it hides is counted", hidden)
		}
	}
	for _, shown := range []string{
		"'\\' , %", "e'\\'' , %", "'' , %", "ae'\\' , %", "e'x' '\\' , %", "e'x' /* */ \n '\\' , %", "$1 , %", "a$b$ , %", "a$$ , %", "\"\\\" , %",
		"/**/ %", "/* /* */ */ %", "/*/ */ %", "--x\n %", "--x\r %", "u & '\\' , %", "$$ $ $$ , %", "1.5e5 , %", "$a$ $a$, %",
	} {
		if _, err := checkLimits("select " + strings.ReplaceAll(shown, "%", deep)); err == nil {
			t.Errorf("%s: what it shows is not counted", shown)
		}
	}
}

// The deepest tree is whole, and the parser is as good as before after it (the WebAssembly one could overwrite its
// own data).
func TestDeepestTreeIsWhole(t *testing.T) {
	n := maxDepth() - 1
	statements, err := Parse(nesting["plus"](n))
	if err != nil {
		t.Fatal(err)
	}
	levels := 0
	for e := statements[0].Node.GetSelectStmt().TargetList[0].GetResTarget().Val; e.GetAExpr() != nil; e = e.GetAExpr().Lexpr {
		if e.GetAExpr().Rexpr.GetAConst().GetIval().GetIval() != 1 {
			t.Fatalf("level %d has %v on its right", levels, e.GetAExpr().Rexpr)
		}
		levels++
	}
	if levels != n {
		t.Errorf("%d levels, want %d", levels, n)
	}
	before, _ := Parse(typical["report"])
	for range 20 {
		Parse(nesting["subselects"](n / 2))
		Parse(nesting["plus"](n))
	}
	after, err := Parse(typical["report"])
	if err != nil || !proto.Equal(before[0].Node, after[0].Node) {
		t.Errorf("the parser is not what it was (%v)", err)
	}
}
