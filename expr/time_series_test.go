package expr_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"howdah/expr"
	"howdah/internal/pgdata"
	"howdah/internal/pgtest"
	"howdah/pgerr"
	"howdah/types"
	"howdah/vector"
)

// TestTimeSeriesAsPostgreSQL: generate_series over timestamps, across changes of the clock.
func TestTimeSeriesAsPostgreSQL(t *testing.T) {
	conn, err := pgtest.New(t).Connect()
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	if err := conn.Exec("set timezone = 'America/New_York'"); err != nil {
		t.Fatal(err)
	}
	zone, _ := types.LoadZone("America/New_York")
	style := *types.DefaultStyle()
	style.Zone = zone
	r := rand.New(rand.NewPCG(1, 1))
	for i := range pgdata.Procs() {
		p := &pgdata.Procs()[i]
		if p.Src != "generate_series_timestamp" && p.Src != "generate_series_timestamptz" {
			continue
		}
		kernel, err := expr.SetOf(p)
		if err != nil {
			t.Fatal(err)
		}
		typ := types.OID(p.Ret)
		for range 60 {
			start := time.Date(2024, time.Month(1+r.IntN(12)), 1+r.IntN(28), r.IntN(24), 0, 0, 0, time.UTC)
			texts := []string{start.Format("2006-01-02 15:04:05"), start.AddDate(0, r.IntN(5)-2, r.IntN(20)-10).Format("2006-01-02 15:04:05"),
				[]string{"1 mon", "-1 mon", "1 day", "-10 days", "36:00", "7 days 01:00", "0", "1 mon -30 days", "-1 mon 40 days", "12:00"}[r.IntN(10)]}
			name := pgdata.TypeByOID(p.Ret).Name
			want, err := conn.Query(fmt.Sprintf("select generate_series('%s'::%s, '%s'::%s, '%s'::interval)::text limit 200", texts[0], name, texts[1], name, texts[2]))
			c := &expr.Call{Env: &expr.Env{Ctx: context.Background(), Style: &style}}
			for a, text := range texts {
				col := vector.New(types.Of(types.OID(p.ArgTypes[a])), 1)
				d, err := types.ParseText(col.Type, []byte(text), &style)
				if err != nil {
					t.Fatal(err)
				}
				col.Set(0, d)
				c.Args = append(c.Args, col)
			}
			var got []string
			gotErr := kernel(c, 0, func(row []types.Datum) bool {
				got = append(got, string(types.AppendText(nil, types.Of(typ), &row[0], &style)))
				return len(got) < 200
			})
			if (err != nil) != (gotErr != nil) || err != nil && !strings.Contains(err.Error(), pgerr.From(gotErr).Message) {
				t.Fatalf("%s %v: %v, want %v", p.Src, texts, gotErr, err)
			}
			if len(got) != len(want) {
				t.Fatalf("%s %v: %d rows, want %d", p.Src, texts, len(got), len(want))
			}
			for k := range got {
				if got[k] != want[k][0] {
					t.Fatalf("%s %v: row %d is %s, want %s", p.Src, texts, k, got[k], want[k][0])
				}
			}
		}
	}
}
