package plan

import (
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5/pgconn"

	"howdah/expr"
	"howdah/internal/pgdata"
	"howdah/internal/pgtest"
	"howdah/pgerr"
	"howdah/types"
)

// The types whose combinations are tried; "" is a literal of unknown type.
var resolveTypes = []string{
	"", "bool", "int2", "int4", "int8", "float4", "float8", "numeric", "text", "varchar", "bpchar", "name", `"char"`, "oid", "date",
	"time", "timestamp", "timestamptz", "interval", "uuid", "jsonb", "json", "bytea", "int4[]", "text[]", "numeric[]", "regclass", "bit",
	"money", "inet", "timetz",
}

func null(t string) string {
	if t == "" {
		return "null"
	}
	return "null::" + t
}

// resolution is how a statement was understood: its result's type, or the error.
type resolution struct {
	typ                 types.OID
	code, message, hint string
	position            int
}

func (r resolution) String() string {
	if r.code != "" {
		return fmt.Sprintf("%s %s | %s | at %d", r.code, r.message, r.hint, r.position)
	}
	return expr.TypeName(r.typ)
}

func ours(text string) resolution {
	b := newBinder(text, nil)
	node, err := parseExpression(text)
	var e expr.Expr
	if err == nil {
		s := &Scope{Clause: InSelect}
		if e, err = b.expr(node, s); err == nil {
			if e, err = b.res.Known(e); err == nil {
				err = b.res.AssignCollations(e)
			}
		}
	}
	if err != nil {
		p := pgerr.From(err)
		return resolution{code: string(p.Code), message: p.Message, hint: p.Hint, position: p.Position}
	}
	return resolution{typ: e.Type().OID}
}

func theirs(t *testing.T, conn *pgconn.PgConn, text string) resolution {
	d, err := conn.Prepare(context.Background(), "", text, nil)
	if err != nil {
		var p *pgconn.PgError
		if !errors.As(err, &p) {
			t.Fatal(err)
		}
		return resolution{code: p.Code, message: p.Message, hint: p.Hint, position: int(p.Position)}
	}
	return resolution{typ: types.OID(d.Fields[0].DataTypeOID)}
}

// compareResolution compares statements, and reports the first differences of each kind.
func compareResolution(t *testing.T, texts []string) {
	t.Helper()
	conn, err := pgconn.Connect(context.Background(), pgtest.New(t).DSN())
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close(context.Background())
	stride := 1
	if os.Getenv("HOWDAH_FULL") == "" {
		stride = max(1, len(texts)/4000) | 1
	}
	tried, wrong := 0, 0
	for i := 0; i < len(texts); i += stride {
		tried++
		want, got := theirs(t, conn, texts[i]), ours(texts[i])
		if got == want {
			continue
		}
		if strings.HasPrefix(got.message, "could not identify a comparison function") || strings.Contains(got.message, "subscripts of type name") {
			continue // PostgreSQL says so when it executes; name is a string here
		}
		if wrong++; wrong <= 60 {
			t.Errorf("%s\n got %s\nwant %s", texts[i], got, want)
		}
	}
	t.Logf("%d of %d agree", tried-wrong, tried)
}

func TestOperatorResolution(t *testing.T) {
	binary, prefix := map[string]bool{}, map[string]bool{}
	for _, op := range pgdata.Operators() {
		if op.Kind == 'b' {
			binary[op.Name] = true
		} else {
			prefix[op.Name] = true
		}
	}
	var texts []string
	for _, op := range sorted(binary) {
		for _, l := range resolveTypes {
			for _, r := range resolveTypes {
				texts = append(texts, "select "+null(l)+" "+op+" "+null(r))
			}
		}
	}
	for _, op := range sorted(prefix) {
		for _, r := range resolveTypes {
			texts = append(texts, "select "+op+" "+null(r))
		}
	}
	compareResolution(t, texts)
}

func TestFunctionResolution(t *testing.T) {
	var texts []string
	few := []string{"", "bool", "int4", "int8", "float8", "numeric", "text", "varchar", "date", "timestamptz", "interval", "int4[]", "text[]", "jsonb"}
	for _, name := range procNames() {
		one, two := false, false
		for _, p := range pgdata.ProcsByName(name) {
			if p.Kind == 'w' || p.Kind == 'p' {
				one, two = false, false
				break
			}
			one = one || p.NArgs-p.NDefaults <= 1 && p.NArgs >= 1
			two = two || p.NArgs-p.NDefaults <= 2 && (p.NArgs >= 2 || p.Variadic != 0)
		}
		f := expr.QuoteIdentifier(name)
		if one {
			for _, a := range resolveTypes {
				texts = append(texts, "select "+f+"("+null(a)+")")
			}
		}
		if two {
			for _, a := range few {
				for _, b := range few {
					texts = append(texts, "select "+f+"("+null(a)+", "+null(b)+")")
				}
			}
		}
	}
	compareResolution(t, texts)
}

func procNames() []string {
	set := map[string]bool{}
	for _, p := range pgdata.Procs() {
		if p.Namespace == pgdata.PgCatalog {
			set[p.Name] = true
		}
	}
	return sorted(set)
}

func sorted(set map[string]bool) []string {
	var out []string
	for s := range set {
		out = append(out, s)
	}
	slices.Sort(out)
	return out
}

// TestCommonTypes tries CASE, COALESCE, ARRAY, IN, NULLIF, IS DISTINCT FROM, casts and the like over pairs of types.
func TestCommonTypes(t *testing.T) {
	forms := []string{
		"select case when true then %s else %s end", "select coalesce(%s, %s)", "select array[%s, %s]", "select %s in (%s)",
		"select %[1]s in (%[2]s, %[2]s)", "select nullif(%s, %s)", "select %s is distinct from %s", "select greatest(%s, %s)",
		"select case %s when %s then 1 end", "select (%s, 1) < (%s, 2)", "select %s between %s and null", "select row(%s) = row(%s)",
		"select %s = any (array[%s])", "select (array[%s])[%s]", "select concat(%s, %s)",
	}
	var texts []string
	for _, f := range forms {
		for _, l := range resolveTypes {
			for _, r := range resolveTypes {
				texts = append(texts, fmt.Sprintf(f, null(l), null(r)))
			}
		}
	}
	for _, l := range resolveTypes[1:] {
		for _, r := range resolveTypes[1:] {
			texts = append(texts, fmt.Sprintf("select (%s)::%s", null(l), r))
			texts = append(texts, fmt.Sprintf("select (%s)::%s", null(l), r+"[]"))
		}
	}
	for _, l := range resolveTypes {
		texts = append(texts, fmt.Sprintf("select not %s", null(l)), fmt.Sprintf("select %s and true", null(l)), fmt.Sprintf("select %s is true", null(l)),
			fmt.Sprintf(`select %s collate "C"`, null(l)), fmt.Sprintf(`select (%s)[1]`, null(l)), fmt.Sprintf(`select (%s)[1:2]`, null(l)),
			fmt.Sprintf(`select (%s).a`, null(l)), fmt.Sprintf("select %s is null", null(l)), fmt.Sprintf("select row(%s).f1", null(l)))
	}
	compareResolution(t, texts)
}
