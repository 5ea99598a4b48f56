package exec_test

import (
	"context"
	"testing"

	"howdah/exec"
	"howdah/pushdown"
)

func BenchmarkWindow(b *testing.B) {
	m := newMemory()
	m.claim = pushdown.Exact
	m.define(b, `create table big (id int, k int, few int, s text)`)
	m.define(b, `insert into big select g, g % 30000, g % 7, 'text ' || g::text from generate_series(1, 100000) g`)
	for _, c := range []struct{ name, call string }{
		{"row_number", "row_number() over (order by id)"},
		{"running", "sum(id) over (order by id)"},
		{"total", "sum(id) over ()"},
		{"small partitions", "sum(id) over (partition by k), count(*) over (partition by k)"},
		{"small partitions lag", "lag(s) over (partition by k order by id)"},
		{"lag", "lag(s, 2) over (order by id)"},
		{"lag default", "lag(s, 2, s) over (order by id)"},
		{"first last", "first_value(s) over w, last_value(s) over w"},
		{"frame", "sum(id) over (order by id rows between 5 preceding and 5 following)"},
		{"groups", "count(*) over (order by k groups between 1 preceding and 1 following exclude current row)"},
		{"range", "sum(id) over (order by id range between 5 preceding and 5 following)"},
		{"ntile cume", "ntile(10) over (partition by few order by id), cume_dist() over (partition by few order by id)"},
	} {
		b.Run(c.name, func(b *testing.B) {
			text := "select " + c.call + " from big"
			if c.name == "first last" {
				text += " window w as (partition by few order by id rows between 3 preceding and 3 following)"
			}
			q := prepare(b, m, text)
			b.ReportAllocs()
			for b.Loop() {
				cur, err := exec.Run(context.Background(), q, testEnv(), exec.Runtime{Snapshot: m.snap})
				if err != nil {
					b.Fatal(err)
				}
				for {
					batch, err := cur.Next()
					if err != nil {
						b.Fatal(err)
					}
					if batch == nil {
						break
					}
				}
				cur.Close()
			}
		})
	}
}
