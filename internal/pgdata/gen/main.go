// Command gen writes the files of package pgdata from a PostgreSQL 15 that it starts for the purpose.
//
// A file holds one relation. Its first line names the columns, separated by tabs; a column that has the same value
// in all rows is written as name=value and does not occur below. The other lines are rows in COPY's text format.
package main

import (
	"bufio"
	"errors"
	"fmt"
	"go/format"
	"log"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"

	"howdah/internal/pgtest"
)

// source is one relation to be written: a query, or a table of which all columns are taken.
type source struct {
	name  string
	order string // ORDER BY
	where string
	query string // instead of all columns of the table
}

const (
	builtIn = "oid < 16384"
	// notICU keeps what does not depend on the ICU library that PostgreSQL was built with.
	notICU = "collprovider <> 'i'"
)

var sources = []source{
	{name: "pg_aggregate", order: "aggfnoid::oid"},
	{name: "pg_am", order: "oid"},
	{name: "pg_amop", order: "oid"},
	{name: "pg_amproc", order: "oid"},
	{name: "pg_attribute", order: "attrelid, attnum", where: "attrelid < 16384"},
	{name: "pg_authid", order: "oid"},
	{name: "pg_cast", order: "oid"},
	{name: "pg_class", order: "oid", where: builtIn},
	{name: "pg_collation", order: "oid", where: notICU},
	{name: "pg_constraint", order: "oid", where: builtIn},
	{name: "pg_conversion", order: "oid"},
	{name: "pg_description", order: "classoid, objoid, objsubid",
		where: "not (classoid = 'pg_collation'::regclass and objoid not in (select oid from pg_collation where " + notICU + "))"},
	{name: "pg_extension", order: "oid"},
	{name: "pg_index", order: "indexrelid", where: "indexrelid < 16384"},
	{name: "pg_language", order: "oid"},
	{name: "pg_namespace", order: "oid", where: builtIn},
	{name: "pg_opclass", order: "oid"},
	{name: "pg_operator", order: "oid"},
	{name: "pg_opfamily", order: "oid"},
	{name: "pg_proc", order: "oid", where: builtIn},
	{name: "pg_range", order: "rngtypid"},
	{name: "pg_shdescription", order: "classoid, objoid"},
	{name: "pg_tablespace", order: "oid"},
	{name: "pg_ts_config", order: "oid"},
	{name: "pg_ts_config_map", order: "mapcfg, maptokentype, mapseqno"},
	{name: "pg_ts_dict", order: "oid"},
	{name: "pg_ts_parser", order: "oid"},
	{name: "pg_ts_template", order: "oid"},
	{name: "pg_type", order: "oid", where: builtIn},
	{name: "keywords", query: "select * from pg_get_keywords() order by word collate \"C\""},
	{name: "settings", query: `select name, unit, category, short_desc, extra_desc, context, vartype, min_val, max_val,
		enumvals, boot_val, pg_settings_get_flags(name) as flags from pg_settings order by name collate "C"`},
	{name: "view_definitions", query: `select oid, pg_get_viewdef(oid) as definition from pg_class
		where relkind = 'v' and oid < 16384 order by oid`},
	{name: "icu_collations", query: `select collname as name from pg_collation where collprovider = 'i' order by collname collate "C"`},
	{name: "timezone_names", query: `select name from pg_timezone_names where name !~ '^(posix|localtime$)' order by name collate "C"`},
}

func main() {
	log.SetFlags(0)
	log.SetPrefix("pgdata/gen: ")
	if err := run(); err != nil {
		log.Fatal(err)
	}
}

func run() error {
	server, err := pgtest.Start(pgtest.Options{})
	if err != nil {
		return err
	}
	defer server.Stop()
	if version, err := server.Query("show server_version_num"); err != nil {
		return err
	} else if !strings.HasPrefix(version[0][0], "15") {
		return fmt.Errorf("this is PostgreSQL %s, not 15; set HOWDAH_PG_BIN", version[0][0])
	}
	conn, err := server.Connect()
	if err != nil {
		return err
	}
	defer conn.Close()
	// With nothing in the path but pg_catalog, deparsed expressions name everything else in full.
	if err := conn.Exec("set search_path = pg_catalog"); err != nil {
		return err
	}
	var names []string
	for _, s := range sources {
		if s.query == "" {
			if s.query, err = tableQuery(conn, s); err != nil {
				return err
			}
		}
		results, err := conn.Run(s.query)
		if err != nil {
			return fmt.Errorf("%s: %w", s.name, err)
		}
		columns := make([]string, len(results[0].Columns))
		for i, c := range results[0].Columns {
			columns[i] = c.Name
		}
		if err := write(s.name, columns, results[0].Rows); err != nil {
			return err
		}
		names = append(names, s.name)
	}
	rows, err := timezoneAbbrevs(server.BinDir())
	if err != nil {
		return err
	}
	if err := write("timezone_abbrevs", []string{"abbrev", "utc_offset", "is_dst", "zone"}, rows); err != nil {
		return err
	}
	return writeEmbeds(append(names, "timezone_abbrevs"))
}

// tableQuery takes all columns of a catalog, with references as plain OIDs and stored expressions as SQL text.
func tableQuery(conn *pgtest.Conn, s source) (string, error) {
	rows, err := conn.Query(fmt.Sprintf(`select attname, format_type(atttypid, null) from pg_attribute
		where attrelid = '%s'::regclass and attnum > 0 and not attisdropped order by attnum`, s.name))
	if err != nil {
		return "", err
	}
	var list []string
	for _, row := range rows {
		column, typ := row[0], row[1]
		expr := column
		switch {
		case column == "prosqlbody":
			expr = "pg_get_function_sqlbody(oid)"
		case column == "rolpassword":
			expr = "null::text"
		case typ == "pg_node_tree":
			expr = "pg_get_expr(" + column + ", 0)"
		case strings.HasPrefix(typ, "reg"):
			expr = column + "::oid"
		}
		list = append(list, expr+" as "+column)
	}
	if len(list) == 0 {
		return "", fmt.Errorf("no columns in %s", s.name)
	}
	query := "select " + strings.Join(list, ", ") + " from " + s.name
	if s.where != "" {
		query += " where " + s.where
	}
	return query + " order by " + s.order, nil
}

// timezoneAbbrevs reads the default set of abbreviations from its file: the view pg_timezone_abbrevs shows what
// those that follow a zone mean today, which would differ with the date of generation. Offsets are in seconds.
func timezoneAbbrevs(bin string) ([][]string, error) {
	share, err := exec.Command(filepath.Join(bin, "pg_config"), "--sharedir").Output()
	if err != nil {
		return nil, fmt.Errorf("pg_config --sharedir: %w", err)
	}
	f, err := os.Open(filepath.Join(strings.TrimSpace(string(share)), "timezonesets", "Default"))
	if err != nil {
		return nil, err
	}
	defer f.Close()
	var rows [][]string
	lines := bufio.NewScanner(f)
	for lines.Scan() {
		line, _, _ := strings.Cut(lines.Text(), "#")
		fields := strings.Fields(line)
		switch {
		case len(fields) == 0:
			continue
		case strings.HasPrefix(fields[0], "@"):
			return nil, fmt.Errorf("timezonesets/Default: %s is not understood", fields[0])
		case len(fields) < 2 || len(fields) > 3 || len(fields) == 3 && fields[2] != "D":
			return nil, fmt.Errorf("timezonesets/Default: %q is not understood", line)
		}
		row := []string{fields[0], pgtest.Null, pgtest.Null, fields[1]}
		if _, err := strconv.Atoi(fields[1]); err == nil {
			dst := "f"
			if len(fields) == 3 {
				dst = "t"
			}
			row = []string{fields[0], fields[1], dst, pgtest.Null}
		}
		rows = append(rows, row)
	}
	return rows, lines.Err()
}

func write(name string, columns []string, rows [][]string) error {
	if len(rows) == 0 {
		return fmt.Errorf("%s is empty", name)
	}
	constant := make([]bool, len(columns))
	for i := range columns {
		constant[i] = len(rows) > 1
		for _, row := range rows {
			if row[i] != rows[0][i] {
				constant[i] = false
				break
			}
		}
	}
	var b strings.Builder
	for i, column := range columns {
		if i > 0 {
			b.WriteByte('\t')
		}
		b.WriteString(column)
		if constant[i] {
			b.WriteString("=" + escape(rows[0][i]))
		}
	}
	b.WriteByte('\n')
	for _, row := range rows {
		first := true
		for i, value := range row {
			if constant[i] {
				continue
			}
			if !first {
				b.WriteByte('\t')
			}
			first = false
			b.WriteString(escape(value))
		}
		if first {
			return errors.New(name + ": all rows are equal")
		}
		b.WriteByte('\n')
	}
	return os.WriteFile(filepath.Join("data", name+".tsv"), []byte(b.String()), 0o644)
}

var escaper = strings.NewReplacer(`\`, `\\`, "\t", `\t`, "\n", `\n`, "\r", `\r`)

func escape(value string) string {
	if value == pgtest.Null {
		return `\N`
	}
	return escaper.Replace(value)
}

// writeEmbeds makes one string variable per file: a string is used in place, where an embed.FS would copy.
func writeEmbeds(names []string) error {
	var b strings.Builder
	b.WriteString("// Code generated by gen/main.go; DO NOT EDIT.\n\npackage pgdata\n\nimport _ \"embed\"\n\nvar (\n")
	for _, name := range names {
		fmt.Fprintf(&b, "\t//go:embed data/%s.tsv\n\t%s string\n", name, variable(name))
	}
	b.WriteString(")\n\n// content gives a relation's file.\nfunc content(relation string) (text string, ok bool) {\n\tswitch relation {\n")
	for _, name := range names {
		fmt.Fprintf(&b, "\tcase %q:\n\t\treturn %s, true\n", name, variable(name))
	}
	b.WriteString("\t}\n\treturn \"\", false\n}\n\n// relations names all files.\nfunc relations() []string {\n\treturn []string{\n")
	for _, name := range names {
		fmt.Fprintf(&b, "\t\t%q,\n", name)
	}
	b.WriteString("\t}\n}\n")
	source, err := format.Source([]byte(b.String()))
	if err != nil {
		return err
	}
	return os.WriteFile("embed_gen.go", source, 0o644)
}

// variable turns pg_ts_dict into pgTsDictTSV.
func variable(name string) string {
	words := strings.Split(name, "_")
	for i, word := range words[1:] {
		words[i+1] = strings.ToUpper(word[:1]) + word[1:]
	}
	return strings.Join(words, "") + "TSV"
}
