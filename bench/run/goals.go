package main

import (
	"slices"
)

// query is one of the queries of the targets.
type query struct{ name, sql string }

var queries = []query{
	{"Q1", "select count(*) from orders"},
	{"Q2", "select id, price from orders where country = 'DE' and qty > 90"},
	{"Q3", "select country, count(*), sum(price), avg(price), sum(qty) from orders group by country order by country"},
	{"Q4", "select * from orders order by price desc, id limit 10"},
	{"Q5", "copy (select * from orders) to stdout"},
	{"Q6", "select * from orders limit 10"},
	{"Q7", "select * from orders where ts >= '2025-03-01' and ts < '2025-04-01' and note like '%urgent%'"},
}

const (
	mustGrowthMB = 40 // of the server's peak over its idle one, beside the shared texts
	mustPeakMB   = 64
	sharedShare  = 1.5 // of a workbook's shared texts that a reader may keep in memory
)

// limits are what a figure is held to; 0 = nothing. Met is at most the least of issue and must.
type limits struct {
	issue float64 // what the release must reach
	must  float64 // what is to be reached in the end
	aim   float64 // where it goes
}

func (l limits) least() float64 {
	switch {
	case l.issue == 0:
		return l.must
	case l.must == 0:
		return l.issue
	}
	return min(l.issue, l.must)
}

// goal is what queries over a file cost at most, as a share of a peer's CPU.
type goal struct {
	peer    string
	queries []string // nil = all
	limits
}

// format is a file format that is measured.
type format struct {
	name     string // as package orders calls it
	options  string // of the foreign table
	rows     int
	peerRows int      // of the file that peers read, where they refuse so many; 0 = as many
	shares   bool     // it has shared texts
	firstRow limits   // milliseconds
	peers    []string // who is asked
	goals    []goal   // the first that fits counts
}

var formats = []format{
	{name: "csv", options: "format 'csv', header 'true'", rows: 5_000_000, firstRow: limits{10, 5, 2}, peers: []string{"file_fdw", "duckdb"}, goals: []goal{
		{"file_fdw", []string{"Q5"}, limits{0.5, 0.35, 0.2}},
		{"file_fdw", []string{"Q1", "Q2", "Q3", "Q4", "Q7"}, limits{0.5, 0.4, 0.25}},
		{"duckdb", []string{"Q1", "Q4"}, limits{0, 0.7, 0.45}},
		{"duckdb", []string{"Q2", "Q7"}, limits{0, 0.9, 0.6}},
		{"duckdb", []string{"Q3"}, limits{0, 1, 0.75}},
		{"duckdb", []string{"Q5"}, limits{0, 0.7, 0.4}},
	}},
	{name: "csv.gz", options: "format 'csv', header 'true'", rows: 500_000, firstRow: limits{0, 10, 0}, peers: []string{"duckdb"}, goals: []goal{
		{"duckdb", []string{"Q1", "Q2", "Q3", "Q4", "Q5", "Q7"}, limits{0, 1.3, 1.1}},
	}},
	{name: "ndjson", options: "format 'ndjson'", rows: 500_000, firstRow: limits{5, 5, 2}, peers: []string{"duckdb"}, goals: []goal{
		{"duckdb", []string{"Q2", "Q3", "Q7"}, limits{2, 1.5, 1}},
		{"duckdb", []string{"Q5"}, limits{0, 1, 0.7}},
	}},
	{name: "json", options: "format 'json'", rows: 500_000, firstRow: limits{5, 0, 0}, peers: []string{"duckdb"}, goals: []goal{
		{"duckdb", []string{"Q2", "Q3", "Q7"}, limits{1.5, 1.2, 0.75}},
	}},
	{name: "xlsx", options: "format 'xlsx', header 'true'", rows: 200_000, shares: true, firstRow: limits{150, 150, 60}, peers: []string{"ogr_fdw"}, goals: []goal{
		{"ogr_fdw", nil, limits{0.3, 0.3, 0.15}},
	}},
	{name: "ods", options: "format 'ods', header 'true'", rows: 100_000, peerRows: 10_000, firstRow: limits{10, 10, 0}, peers: []string{"ogr_fdw"}, goals: []goal{
		{"ogr_fdw", nil, limits{0.2, 0.2, 0.1}},
	}},
	{name: "xls", options: "format 'xls', header 'true'", rows: 60_000, shares: true, firstRow: limits{50, 50, 0}, peers: []string{"xlrd"}, goals: []goal{
		{"xlrd", []string{"Q1", "Q5"}, limits{0.2, 0, 0}},
	}},
}

// goalOf gives what a query is held to over a peer.
func (f *format) goalOf(peer, query string) limits {
	for _, g := range f.goals {
		if g.peer == peer && (g.queries == nil || slices.Contains(g.queries, query)) {
			return g.limits
		}
	}
	return limits{}
}
