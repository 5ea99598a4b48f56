package plan_test

import (
	"testing"

	"howdah/expr"
	"howdah/pgerr"
	"howdah/plan"
	"howdah/types"
)

// TestSQLJSONPrinted holds how the constructs are printed to what pg_get_viewdef of PostgreSQL 17 prints, and to being
// read back as the same.
func TestSQLJSONPrinted(t *testing.T) {
	cols := []types.Column{
		{Name: "js", Type: types.Of(types.JSONBOID)}, {Name: "t", Type: types.Of(types.TextOID), Collation: types.DefaultCollation},
		{Name: "n", Type: types.Of(types.Int4OID)}, {Name: "b", Type: types.Of(types.ByteaOID)},
	}
	for _, c := range [][2]string{
		{`json_value(js, '$.a' returning int default 5 on empty error on error)`,
			`JSON_VALUE(js, '$."a"' RETURNING integer DEFAULT 5 ON EMPTY ERROR ON ERROR)`},
		{`json_query(js, '$.a' passing n as x with wrapper)`,
			`JSON_QUERY(js, '$."a"' PASSING n AS x RETURNING jsonb WITH UNCONDITIONAL WRAPPER KEEP QUOTES)`},
		{`json_exists(js, '$.a' error on error)`, `JSON_EXISTS(js, '$."a"' ERROR ON ERROR)`},
		{`json_exists(js, '$.a' false on error)`, `JSON_EXISTS(js, '$."a"')`},
		{`json_query(js, '$.a' returning text omit quotes empty array on empty empty object on error)`,
			`JSON_QUERY(js, '$."a"' RETURNING text WITHOUT WRAPPER OMIT QUOTES EMPTY ARRAY ON EMPTY EMPTY OBJECT ON ERROR)`},
		{`json_value(t, '$' null on empty null on error)`, `JSON_VALUE(t, '$' RETURNING text)`},
		{`json_query(t format json, '$.a' returning bytea format json encoding utf8)`,
			`JSON_QUERY(t FORMAT JSON, '$."a"' RETURNING bytea WITHOUT WRAPPER KEEP QUOTES)`},
		{`json_value(b format json encoding utf8, '$.a')`, `JSON_VALUE(b FORMAT JSON ENCODING UTF8, '$."a"' RETURNING text)`},
		{`json_exists(js, '$' passing 'a' as "B", t as c, array[1] as e, null as g)`,
			`JSON_EXISTS(js, '$' PASSING 'a'::text AS "B", t AS c, ARRAY[1] AS e, NULL::text AS g)`},
		{`json_value(js, t::jsonpath)`, `JSON_VALUE(js, (t)::jsonpath RETURNING text)`},
		{`json_value(js, '$' returning varchar(3) default 'ab' on empty default 5 on error)`,
			`JSON_VALUE(js, '$' RETURNING character varying(3) DEFAULT 'ab'::character varying(3) ON EMPTY DEFAULT (5)::character varying(3) ON ERROR)`},
	} {
		e, err := plan.BindExpression(c[0], cols, nil)
		if err != nil {
			t.Errorf("%s: %v", c[0], err)
			continue
		}
		print := func(e expr.Expr) string {
			var p expr.Printer
			p.Column = func(v *expr.Var) string { return cols[v.Col].Name }
			p.Expr(e, false)
			return p.String()
		}
		got := print(e)
		if got != c[1] {
			t.Errorf("%s is printed\n%s, not\n%s", c[0], got, c[1])
		}
		if again, err := plan.BindExpression(got, cols, nil); err != nil || print(again) != got {
			t.Errorf("%s is not read back: %v", got, err)
		}
	}
}

// TestSQLJSONPathsOf15 pins a known difference (doc/sql-json.md): paths have none of the methods that PostgreSQL 17 adds.
func TestSQLJSONPathsOf15(t *testing.T) {
	for _, method := range []string{"bigint", "boolean", "date", "decimal", "integer", "number", "string", "time", "timestamp_tz"} {
		_, err := plan.BindExpression(`json_value(jsonb '1', '$.`+method+`()')`, nil, nil)
		if e := pgerr.From(err); err == nil || e.Code != pgerr.SyntaxError {
			t.Errorf(".%s(): %v", method, err)
		}
	}
}
