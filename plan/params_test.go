package plan

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"testing"

	"github.com/jackc/pgx/v5/pgconn"

	"howdah/expr"
	"howdah/internal/pgtest"
	"howdah/types"
)

// TestParameterTypes compares what types parameters without one get.
func TestParameterTypes(t *testing.T) {
	conn, err := pgconn.Connect(context.Background(), pgtest.New(t).DSN())
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close(context.Background())
	for _, c := range []struct {
		text  string
		given []uint32
	}{
		{"$1", nil}, {"$1::text", nil}, {"$1::integer + $2", nil}, {"1 + $1", nil}, {"$1 + 1.5", nil}, {"$1 + $2", nil}, {"$1 || 'x'", nil},
		{"$1 = 'x'", nil}, {"$1 = $2", nil}, {"upper($1)", nil}, {"abs($1)", nil}, {"substring($1 from $2)", nil}, {"length($1)", nil},
		{"coalesce($1, 1)", nil}, {"coalesce($1, $2)", nil}, {"case when $1 then $2 else 2.5 end", nil}, {"case $1 when 1 then 'a' end", nil},
		{"array[$1, 1]", nil}, {"array[$1, $2]", nil}, {"array[$1]::int[]", nil}, {"1 = any ($1)", nil}, {"'x' = any ($1)", nil}, {"now() > $1", nil},
		{"1::bigint in ($1, $2)", nil}, {"$1 in (1, 2)", nil}, {"$1 is null", nil}, {"$1 is not distinct from 1", nil}, {"not $1", nil}, {"$1 and true", nil},
		{"$1 between 1 and $2", nil}, {"greatest($1, 1.5)", nil}, {"nullif($1, 1)", nil}, {"row($1, 1)", nil}, {"($1, 2) = (1, $2)", nil},
		{"$1 like 'a%'", nil}, {"$1::text || $1", nil}, {"$1::int + $1::bigint", nil}, {"$1 + $1", nil}, {"$1::int || $1", nil}, {"$2::int", nil}, {"$0", nil},
		{"concat($1, 'x')", nil}, {"format('%s', $1)", nil}, {"date '2024-01-01' + $1", nil}, {"now() - $1", nil}, {"- $1", nil},
		{"(array[1,2])[$1]", nil}, {`$1 collate "C"`, nil}, {`$1 collate "C" = 'x'`, nil}, {"to_char($1, 'YYYY')", nil}, {"round($1, 2)", nil},
		{"make_interval(days => $1)", nil}, {"interval '1 day' * $1", nil}, {"extract(year from $1)", nil}, {"$1 at time zone 'UTC'", nil},
		{"$1 + 1", []uint32{21}}, {"$1 + 1::bigint", []uint32{21}}, {"$1 = '1'", []uint32{20}}, {"$1::text", []uint32{20}}, {"upper($1)", []uint32{20}},
		{"$1 = 'x'", []uint32{25}}, {"$1 + $2", []uint32{0, 23}}, {"$1 || $2", []uint32{705, 25}}, {"$1 = $2", []uint32{1043, 0}},
	} {
		d, err := conn.Prepare(context.Background(), "", "select "+c.text, c.given)
		want := ""
		if err != nil {
			var p *pgconn.PgError
			if !errors.As(err, &p) {
				t.Fatal(err)
			}
			want = describeError(p)
		} else {
			want = fmt.Sprint(expr.TypeName(types.OID(d.Fields[0].DataTypeOID)), d.ParamOIDs)
		}
		params := &expr.ParamTypes{}
		for _, o := range c.given {
			params.Types = append(params.Types, types.Of(types.OID(o)))
		}
		e, err := bindUnchecked("select "+c.text, params)
		got := ""
		if err != nil {
			got = describeError(err)
		} else {
			oids := []uint32{}
			for _, t := range params.Types {
				oids = append(oids, uint32(t.OID))
			}
			got = fmt.Sprint(expr.TypeName(e.Type().OID), slices.Clip(oids))
		}
		if got != want {
			t.Errorf("%s %v\n got %s\nwant %s", c.text, c.given, got, want)
		}
	}
}

// bindUnchecked binds without asking whether the functions have kernels.
func bindUnchecked(text string, params *expr.ParamTypes) (expr.Expr, error) {
	b := newBinder(text, params)
	node, err := parseExpression(text)
	if err != nil {
		return nil, err
	}
	e, err := b.expr(node, &Scope{Clause: InSelect})
	if err != nil {
		return nil, err
	}
	if e, err = b.res.Known(e); err != nil {
		return nil, err
	}
	if err := b.res.AssignCollations(e); err != nil {
		return nil, err
	}
	if params != nil {
		return e, params.Finish()
	}
	return e, nil
}
