package expr_test

import (
	"testing"

	"howdah/expr"
	"howdah/types"
)

// TestJSONTableShown holds JSON_TABLE's printed form to PostgreSQL 17's pg_get_viewdef and EXPLAIN VERBOSE.
func TestJSONTableShown(t *testing.T) {
	pick := func(oid types.OID) expr.JSONPick { return expr.JSONPick{Type: types.Of(oid)} }
	defaults := pick(types.Int4OID)
	defaults.OnEmpty, defaults.Empty, defaults.OnError = expr.JSONOnDefault, 3, expr.JSONOnError
	exists := pick(types.BoolOID)
	exists.OnError = expr.JSONOnFalse
	wrapped := pick(types.TextOID)
	wrapped.Wrapper = 'u'
	table := &expr.JSONTable{Names: "\x00Y z", Error: true, Root: expr.JSONTablePath{
		Name: "json_table_path_0", Path: "$[*]",
		Columns: []expr.JSONTableColumn{
			{Name: "id", Ordinality: true},
			{Name: "ex", Kind: expr.JSONExists, Pick: exists, Path: `$."ex"`},
			{Name: "js", Kind: expr.JSONQuery, Pick: wrapped, Path: "$", JSON: true},
		},
		Nested: []*expr.JSONTablePath{{
			Name: "Pc", Path: `$."b"[*]`, Columns: []expr.JSONTableColumn{{Name: "b", Kind: expr.JSONValue, Pick: defaults, Path: "$"}},
		}},
	}}
	texts := []string{"t.doc", "'$[*]'", "(1 + 1)", "5"}
	const line = `JSON_TABLE(t.doc, '$[*]' AS json_table_path_0 PASSING (1 + 1) AS "Y z" COLUMNS (id FOR ORDINALITY, ` +
		`ex boolean EXISTS PATH '$."ex"', js text FORMAT JSON PATH '$' WITH UNCONDITIONAL WRAPPER KEEP QUOTES, ` +
		`NESTED PATH '$."b"[*]' AS "Pc" COLUMNS (b integer PATH '$' DEFAULT 5 ON EMPTY ERROR ON ERROR)) ERROR ON ERROR)`
	const lines = `JSON_TABLE(
            t.doc, '$[*]' AS json_table_path_0
            PASSING
                (1 + 1) AS "Y z"
            COLUMNS (
                id FOR ORDINALITY,
                ex boolean EXISTS PATH '$."ex"',
                js text FORMAT JSON PATH '$' WITH UNCONDITIONAL WRAPPER KEEP QUOTES,
                NESTED PATH '$."b"[*]' AS "Pc"
                COLUMNS (
                    b integer PATH '$' DEFAULT 5 ON EMPTY ERROR ON ERROR
                )
            ) ERROR ON ERROR
        )`
	if got := table.Show(nil, texts, -1); got != line {
		t.Errorf("on one line:\n%s, not\n%s", got, line)
	}
	if got := table.Show(nil, texts, 8); got != lines {
		t.Errorf("in lines:\n%s, not\n%s", got, lines)
	}
}
