package catalog

import (
	"context"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"howdah/formats"
	"howdah/sources"
	"howdah/types"
)

func TestOptionalMembersAreOneTable(t *testing.T) {
	dir := writeFiles(t, map[string]string{
		// a member that only some files have, in another order, with wider numbers, and never a value in one of them
		"log/a.json": `[{"id": 1, "level": "info", "took": 5, "user": null}]`,
		"log/b.json": `[{"level": "warn", "id": 2, "took": 5.25, "user": {"n": "x"}, "err": "E1"}]`,
		"log/c.json": `[]`,
		// parts of a whole need not have much in common
		"parts/part-1.ndjson": `{"id": 1, "a": 1, "b": 2}` + "\n" + `{"id": 2, "a": 1, "b": 2}` + "\n",
		"parts/part-2.ndjson": `{"id": 3, "c": true, "d": "2024-01-31"}` + "\n" + `{"id": 4}` + "\n",
		// things of different kinds stay apart, and so do types that differ
		"kinds/orders.json":    `[{"id": 1, "customer": 1, "total": 5.5}]`,
		"kinds/customers.json": `[{"id": 1, "name": "A", "mail": "a@b"}]`,
		"types/one.json":       `[{"id": 1, "at": "2024-01-31"}]`,
		"types/two.json":       `[{"id": "x", "at": "2024-01-31", "more": 1}]`,
		// where all have the same members, a type that differs is text
		"same/one.json": `[{"id": 1, "v": 1}]`,
		"same/two.json": `[{"id": "x", "v": true}]`,
		// one name, two members
		"case/one.json": `[{"Id": 1}]`,
		"case/two.json": `[{"id": 1}]`,
		// rows in lines and rows in an array
		"form/one.json":          `[{"a": 1}]`,
		"form/two.json":          `{"a": 1}` + "\n" + `{"a": 2}` + "\n",
		"ev/year=2023/p.json":    `[{"k": "x"}]`,
		"ev/year=2024/p.json":    `[{"k": "y", "n": 2}]`,
		"order/1.ndjson":         `{"a": 1, "b": 2}` + "\n" + `{"a": 1, "b": 2}` + "\n",
		"order/2.ndjson":         `{"b": 1, "a": 2}` + "\n" + `{"b": 1, "a": 2}` + "\n",
		"arrays/1.json":          `[[1, "x"]]`,
		"arrays/2.json":          `[[2, "y", true]]`,
		"mixed/1.json":           `[{"a": 1}]`,
		"mixed/2.json":           `[5]`,
		"wide/2024-01-01.jsonl":  `{"t": 1, "x": 1}` + "\n" + `{"t": 1, "x": 9007199254740993}` + "\n",
		"wide/2024-01-02.jsonl":  `{"t": 2, "x": 1e3, "y": [1]}` + "\n" + `{"t": 2, "x": 2}` + "\n",
		"never/1.json":           `[{"a": null}]`,
		"never/2.json":           `[{"a": null}]`,
		"later/1.json":           `[{"a": null, "b": 1}]`,
		"later/2.json":           `[{"a": true, "b": 1}]`,
		"objects/one.json":       `[{"a": "text"}]`,
		"objects/two.json":       `[{"a": [1]}]`,
		"broken/one.json":        `[{"a": 1}]`,
		"broken/two.json":        `[{"a": `,
		"empty/1.json":           `[]`,
		"empty/2.json":           `[]`,
		"csv/1.csv":              "a,b\n1,2\n",
		"csv/2.csv":              "b,a\n1,2\n",
		"csv_same/1.csv":         "a,b\n1,2\n",
		"csv_same/2.csv":         "a,b\n1,2\n",
		"far/2024/01/31/x.jsonl": `{"a": 1}` + "\n" + `{"a": 2}` + "\n",
		"far/2024/02/01/x.jsonl": `{"a": 1, "b": 1}` + "\n" + `{"a": 2}` + "\n",
	})
	got := listing(t, open(t, "", dir))
	want := []string{
		"public.arrays(column_1 20, column_2 25, column_3 16)",
		"public.broken_one(a 20)",
		"public.case_one(id 20)", "public.case_two(id 20)",
		"public.csv_1(a 20, b 20)", "public.csv_2(b 20, a 20)", "public.csv_same(a 20, b 20)",
		"public.empty()",
		"public.ev(k 25, n 20, year 20)",
		"public.far(a 20, b 20)",
		"public.form_one(a 20)", "public.form_two(a 20)",
		"public.kinds_customers(id 20, name 25, mail 25)", "public.kinds_orders(id 20, customer 20, total 1700)",
		"public.later(a 16, b 20)",
		"public.log(id 20, level 25, took 1700, user 3802, err 25)",
		"public.mixed_1(a 20)", "public.mixed_2(value 20)",
		"public.never(a 25)",
		"public.objects(a 3802)",
		"public.order(a 20, b 20)",
		"public.parts(id 20, a 20, b 20, c 16, d 1082)",
		"public.same(id 25, v 25)",
		"public.types_one(id 20, at 1082)", "public.types_two(id 25, at 1082, more 20)",
		"public.wide(t 20, x 1700, y 3802)",
	}
	got = slices.DeleteFunc(got, func(g string) bool { return strings.HasPrefix(g, "public.broken_two") }) // of which nothing is known
	if !slices.Equal(got, want) {
		t.Errorf("tables:\n%s\nwant:\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

// TestNewMembersJoinTheTable adds a file with one more member to a folder that is a table.
func TestNewMembersJoinTheTable(t *testing.T) {
	dir := writeFiles(t, map[string]string{"log/1.json": `[{"a": 1}]`, "log/2.json": `[{"a": 2}]`})
	c := open(t, "", dir)
	if got := listing(t, c); !slices.Equal(got, []string{"public.log(a 20)"}) {
		t.Errorf("before: %q", got)
	}
	if err := os.WriteFile(filepath.Join(dir, "log/3.json"), []byte(`[{"a": 3, "b": "x"}]`), 0o644); err != nil {
		t.Fatal(err)
	}
	if got := listing(t, c); !slices.Equal(got, []string{"public.log(a 20, b 25)"}) {
		t.Errorf("after: %q", got)
	}
	r, err := c.View("me", sources.NewSnapshot()).Lookup(context.Background(), nil, "public", "log")
	if err != nil {
		t.Fatal(err)
	}
	text, err := c.Describe(context.Background(), r)
	if err != nil {
		t.Fatal(err)
	}
	for _, part := range []string{"-- 3 of 3 files looked at\n", "-- not in all of them: b\n", "-- and 2 more files of the same table\n", "\tb text\n"} {
		if !strings.Contains(text, part) {
			t.Errorf("no %q in\n%s", part, text)
		}
	}
}

func TestLooksAreSpread(t *testing.T) {
	for _, c := range []struct {
		n    int
		far  bool
		want []int
	}{
		{1, true, []int{0}}, {2, true, []int{0, 1}}, {3, true, []int{0, 1, 2}}, {4, true, []int{0, 1, 3}}, {101, true, []int{0, 50, 100}},
		{16, false, []int{0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15}},
	} {
		if got := looks(c.n, c.far); !slices.Equal(got, c.want) {
			t.Errorf("looks(%d, %v) = %v", c.n, c.far, got)
		}
	}
	if got := looks(1000, false); len(got) != localLooks || got[0] != 0 || got[localLooks-1] != 999 || !slices.IsSorted(got) {
		t.Errorf("of 1000: %v", got)
	}
}

// TestUniteKeepsApartWhatIsReadDifferently: the options found must be the same.
func TestUniteKeepsApartWhatIsReadDifferently(t *testing.T) {
	one := formats.Inference{Schema: types.Schema{Columns: []types.Column{{Name: "a", Type: types.Of(types.Int8OID)}}}, Rows: 1}
	two := one
	two.Options = formats.Options{"lines": "true"}
	if unite([]formats.Inference{one, two}) != nil {
		t.Error("files of different options are one table")
	}
	if u := unite([]formats.Inference{one, one}); u == nil || !u.one(false) || len(u.Schema.Columns) != 1 {
		t.Errorf("equal files are %v", u)
	}
	if unite(nil) != nil {
		t.Error("no files are a table")
	}
}
