package expr

import (
	"fmt"
	"math"
	gotesting "testing" // the package has a function of the plain name

	"howdah/internal/pgtest"
)

func TestPrettySizeAsPostgres(t *gotesting.T) {
	pg := pgtest.New(t)
	for _, base := range []int64{0, 1, 1023, 10 * 1024, 1 << 20, 1 << 30, 1 << 40, 1 << 50, math.MaxInt64} {
		for _, by := range []int64{1, 5, 10, 20} {
			for d := int64(-2); d <= 2; d++ {
				v := base*by + d
				for _, v := range []int64{v, -v} {
					rows, err := pg.Query(fmt.Sprintf("select pg_size_pretty('%d'::bigint)", v))
					if err != nil {
						t.Fatal(err)
					}
					if got := string(appendSize(nil, v)); got != rows[0][0] {
						t.Errorf("%d: %q, PostgreSQL says %q", v, got, rows[0][0])
					}
				}
			}
		}
	}
}
