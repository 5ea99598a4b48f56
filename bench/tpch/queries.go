package tpch

import (
	"embed"
	"fmt"
	"strconv"
	"strings"
)

//go:embed queries/*.sql
var texts embed.FS

// Queries is how many there are.
const Queries = 22

// Query gives the n-th query (from 1) with its validation parameters at a scale. Q15 is the approved variant with WITH.
func Query(n int, scale float64) string {
	text, err := texts.ReadFile(fmt.Sprintf("queries/q%02d.sql", n))
	if err != nil {
		panic(err) // embedded
	}
	return strings.ReplaceAll(string(text), ":fraction", strconv.FormatFloat(0.0001/scale, 'f', -1, 64))
}

// OnHeap gives the n-th query as PostgreSQL is to be asked it over tables without an index. Q17 and Q20 have a correlated
// sub-query that PostgreSQL runs once for each row, hours at scale 0.1; for it they are written as joins with grouped
// sub-queries, which ask for the same rows.
func OnHeap(n int, scale float64) string {
	if text, err := texts.ReadFile(fmt.Sprintf("queries/q%02d.heap.sql", n)); err == nil {
		return string(text)
	}
	return Query(n, scale)
}

// Catalog gives the definitions with which Howdah serves the files of a folder.
func Catalog(dir string) string {
	var b strings.Builder
	fmt.Fprintf(&b, "CREATE SERVER tpch FOREIGN DATA WRAPPER howdah OPTIONS (location '%s');\n", dir)
	for _, t := range Tables {
		fmt.Fprintf(&b, "CREATE FOREIGN TABLE public.%s (%s) SERVER tpch OPTIONS (format 'csv', header 'true', location '%s/%[1]s.csv');\n", t.Name, t.Columns, dir)
	}
	return b.String()
}

// Load gives the statements by which PostgreSQL loads the files of a folder into heap tables, without any index.
func Load(dir string) string {
	var b strings.Builder
	for _, t := range Tables {
		fmt.Fprintf(&b, "create table %s (%s); copy %[1]s from '%[3]s/%[1]s.csv' (format csv, header); ", t.Name, t.Columns, dir)
	}
	return b.String()
}
