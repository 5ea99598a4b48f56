package e2e

import (
	"os/exec"
	"strings"
	"testing"
)

// TestDemoFolder asks the folder of `make demo`, files of other programs in every format.
func TestDemoFolder(t *testing.T) {
	t.Parallel()
	for sql, want := range map[string]string{
		"select (select count(*) from orders), (select count(*) from customers), (select count(*) from events), (select count(*) from stock), (select count(*) from returns), (select count(*) from targets_by_country), (select count(*) from targets_rates), (select count(*) from old_prices), (select count(*) from staff)": "200,12,80,60,40,20,3,12,4",
		"select t.country, t.target, sum(o.qty * o.price) from targets_by_country t join customers c using (country) join orders o on o.customer_id = c.id where t.quarter_start = '2024-01-01' and o.ordered_at < '2024-04-01' group by 1, 2 order by 3 desc limit 2":                                                          "US,318000,336098.57\nDE,121000.5,286205.50",
		"select p.name, r.reason, sum((i ->> 'qty')::int) from returns r cross join lateral jsonb_array_elements(r.items) i join old_prices p on p.sku = i ->> 'sku' group by 1, 2 order by 3 desc, 1 limit 1":                                                                                                                  "Löffel 8,changed mind,11",
		"select name, shift_end - shift_start, _sheet from staff where since < '2020-01-01'": "Grace Hopper,08:15:00,Staff",
		"select currency, per_euro, as_of from targets_rates where per_euro < 1 order by 1":  "CHF,0.9702,2024-03-01 14:15:00\nGBP,0.8551,2024-03-01 14:15:00",
	} {
		out, err := exec.Command(Binary(t), "query", "--format", "csv", "../../testdata/demo/data", sql).Output()
		_, rows, _ := strings.Cut(strings.TrimSpace(string(out)), "\n") // behind the header
		if err != nil || rows != want {
			t.Errorf("%s: %v\n%s\nwant\n%s", sql, err, out, want)
		}
	}
}
