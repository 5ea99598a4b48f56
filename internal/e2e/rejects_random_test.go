package e2e

import (
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"howdah/internal/pgtest"
)

// dirtyColumns are types with fields that fit them, and with some that do not.
var dirtyColumns = []struct {
	decl      string
	good, bad []string
}{
	{"bigint", []string{"1", "22", "-7", "007", ` 8`, `"9"`, "", "9223372036854775807"}, []string{"x", "1.5", "9223372036854775808", `""`, "1 2", "0x"}},
	{"int", []string{"1", "2", "3", "4", "5", "", "-2147483648"}, []string{"2147483648", "--1", "1e3", "t"}},
	{"text", []string{"a", "b", "", `""`, `"a,b"`, "\"two\nlines\"", "é", `q"u"`, "it's"}, []string{"\xff", "\"\xc3\"", "nul\x00", "\xed\xa0\x80"}},
	{"varchar(3)", []string{"a", "abc", "äöü", "", "ab  "}, []string{"abcd", "äöüß", "\xe4"}},
	{"numeric(6,2)", []string{"1.5", "-0.005", "1e3", "9999.994", "NaN", "", "12"}, []string{"10000", "1,5", "1.5.5", "9999.995", "Infinity"}},
	{"float8", []string{"1.5", "-0", "1e300", "NaN", "", "infinity"}, []string{"1e400", "1.5x", "."}},
	{"date", []string{"2024-02-29", "2024-01-01", "", "epoch", "1999-12-31 10:00"}, []string{"2023-02-29", "2024-13-01", "yesterdaze", "24"}},
	{"timestamp", []string{"2024-01-01 10:00:00", "2024-02-29T01:02:03.5", ""}, []string{"2024-01-01 25:00:00", "2024-01-01 10:00:00 Nowhere/Zone", "then"}},
	{"bool", []string{"t", "f", "yes", "off", "1", ""}, []string{"maybe", "2", "o"}},
	{"uuid", []string{"a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11", "{A0EEBC999C0B4EF8BB6D6BB9BD380A12}", ""}, []string{"a0eebc99", "z0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11"}},
	{"int[]", []string{"{}", `"{1,2}"`, "", `"{NULL,3}"`}, []string{"{1", `"{1,x}"`, "1"}},
	{"jsonb", []string{`"{""a"": 1}"`, "1", "null", ""}, []string{"{", `"{""a"": ""\u0000""}"`, "nul"}},
}

// TestDirtyFilesAgainstCopy: a dirty file answers as a heap does into which PostgreSQL's COPY has been given its records
// one by one, those that it refuses left out; or, for set_null, with their fields made NULL that it refuses one by one.
func TestDirtyFilesAgainstCopy(t *testing.T) {
	pg := pgtest.New(t)
	heap, err := pg.Connect()
	if err != nil {
		t.Fatal(err)
	}
	defer heap.Close()
	for i, c := range dirtyColumns {
		must(t, heap, fmt.Sprintf("create table one%d (v %s)", i, c.decl))
	}
	dir := t.TempDir()
	random := rand.New(rand.NewPCG(20, 26))
	const rounds = 6
	ddl := "create server s foreign data wrapper howdah options (location '" + dir + "');\n"
	var made []dirtyTable
	for round := range rounds {
		d := makeDirty(t, heap, random, round)
		if err := os.WriteFile(filepath.Join(dir, d.name+".csv"), []byte(d.file), 0o644); err != nil {
			t.Fatal(err)
		}
		for _, action := range []string{"ignore", "set_null"} {
			ddl += fmt.Sprintf("create foreign table %s_%s (%s) server s options (location '%s.csv', delimiter ',', quote '\"', blank_lines 'row', on_error '%s');\n", d.name, action, d.decl(), d.name, action)
		}
		made = append(made, d)
	}
	catalog := filepath.Join(t.TempDir(), "tables.sql")
	if err := os.WriteFile(catalog, []byte(ddl), 0o600); err != nil {
		t.Fatal(err)
	}
	c := Serve(t, "--catalog", catalog, "--allow", dir).Connect(t)
	for _, d := range made {
		for action, lost := range map[string]int{"ignore": d.refused, "set_null": d.ragged} {
			table := d.name + "_" + action
			for range 25 {
				q := d.query(random)
				text := fmt.Sprintf(q, table)
				for _, setting := range []string{"reset howdah.push_down; reset howdah.batch_size", "set howdah.push_down = off", "set howdah.batch_size = 3"} {
					must(t, c, setting)
					if got, want := ask(c, text), ask(heap, text); !got.same(want, strings.Contains(q, "order by")) {
						t.Fatalf("%s (%s)\n%s\nPostgreSQL: %s\n%q", text, setting, got, want, d.file)
					}
				}
			}
			must(t, c, "select count(*) from "+table)
			skipped := 0
			for _, n := range c.Notices() {
				fmt.Sscanf(n.Message, "%d row", &skipped)
				if strings.HasPrefix(n.Message, "in ") {
					continue
				}
			}
			if skipped != lost {
				t.Errorf("%s: %d rows skipped, PostgreSQL refuses %d", table, skipped, lost)
			}
			traced := ask(c, "select count(distinct row_number) from howdah.rejects where table_name = 'public."+table+"'")
			if want := fmt.Sprint(d.refused); d.refused > 0 && traced.String() != "1 rows: "+want {
				t.Errorf("%s: %s rows have a trace, want %s", table, traced, want)
			}
		}
	}
}

// dirtyTable is a random table.
type dirtyTable struct {
	name    string
	cols    []int // of dirtyColumns
	file    string
	refused int // records that COPY refuses
	ragged  int // those of them that have too few or too many fields
}

func (d *dirtyTable) decl() string {
	var all []string
	for i, c := range d.cols {
		all = append(all, fmt.Sprintf("c%d %s", i, dirtyColumns[c].decl))
	}
	return strings.Join(all, ", ")
}

func makeDirty(t *testing.T, heap *pgtest.Conn, random *rand.Rand, round int) dirtyTable {
	d := dirtyTable{name: fmt.Sprintf("t%d", round)}
	d.cols = random.Perm(len(dirtyColumns))[:2+random.IntN(5)]
	must(t, heap, fmt.Sprintf("create table %s_ignore (%s); create table %s_set_null (%s)", d.name, d.decl(), d.name, d.decl()))
	eol := []string{"\n", "\r\n"}[random.IntN(2)]
	fits := map[string]bool{} // what COPY said of a column's field
	try := func(table, record string) bool {
		_, err := heap.Pg().CopyFrom(t.Context(), strings.NewReader(record+"\n"), "copy "+table+" from stdin (format csv)")
		return err == nil
	}
	var file []string
	for range 60 + random.IntN(60) {
		var fields, mended []string
		for _, c := range d.cols {
			list := dirtyColumns[c].good
			if random.IntN(25) == 0 {
				list = dirtyColumns[c].bad
			}
			f := list[random.IntN(len(list))]
			fields = append(fields, f)
			key := fmt.Sprint(c, f)
			if _, known := fits[key]; !known {
				fits[key] = try(fmt.Sprintf("one%d", c), f)
			}
			if !fits[key] {
				f = ""
			}
			mended = append(mended, f)
		}
		switch random.IntN(40) {
		case 0:
			fields, mended = fields[1:], nil
		case 1:
			fields, mended = append(fields, "more"), nil
		}
		record := strings.Join(fields, ",")
		file = append(file, record)
		if !try(d.name+"_ignore", record) {
			d.refused++
		}
		if mended == nil {
			d.ragged++
		} else if !try(d.name+"_set_null", strings.Join(mended, ",")) {
			t.Fatalf("%q is refused", mended)
		}
	}
	d.file = strings.Join(file, eol)
	return d
}

// query makes a random query over a table that is called %s.
func (d *dirtyTable) query(random *rand.Rand) string {
	column := func() string { return fmt.Sprintf("c%d", random.IntN(len(d.cols))) }
	var list, all []string
	for range 1 + random.IntN(3) {
		list = append(list, column()+"::text")
	}
	for i := range d.cols {
		all = append(all, fmt.Sprintf(`c%d::text collate "C"`, i))
	}
	where := ""
	for i := range random.IntN(3) {
		where += []string{" where ", " and "}[i]
		c := random.IntN(len(d.cols))
		switch random.IntN(3) {
		case 0:
			where += fmt.Sprintf("c%d is not null", c)
		case 1:
			where += fmt.Sprintf("c%d is null", c)
		default:
			where += fmt.Sprintf("c%d::text >= 'a'", c)
			if decl := dirtyColumns[d.cols[c]].decl; decl == "int" || decl == "bigint" || decl == "numeric(6,2)" {
				where = strings.TrimSuffix(where, fmt.Sprintf("c%d::text >= 'a'", c)) + fmt.Sprintf("c%d > 2", c)
			}
		}
	}
	switch random.IntN(4) {
	case 0:
		return "select count(*) from %s" + where
	case 1:
		return "select " + strings.Join(list, ", ") + " from %s" + where + " order by " + strings.Join(all, ", ") + fmt.Sprintf(" limit %d", 1+random.IntN(9))
	case 2:
		return "select count(" + column() + "), min(" + column() + "::text collate \"C\") from %s" + where
	}
	return "select " + strings.Join(list, ", ") + " from %s" + where
}
