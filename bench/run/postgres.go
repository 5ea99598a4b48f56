package main

import (
	"fmt"
	"strings"

	"howdah/bench/orders"
	"howdah/internal/pgtest"
)

// postgres is the real one: by file_fdw it answers first and what it answers is right, by postgres_fdw it asks Howdah,
// and by ogr_fdw it is a peer.
type postgres struct {
	server  *pgtest.Server
	version string
	tables  int // made so far, for their names
}

func startPostgres() (*postgres, error) {
	server, err := pgtest.Start(pgtest.Options{Settings: map[string]string{"max_parallel_workers_per_gather": "0", "timezone": "UTC"}})
	if err != nil {
		return nil, err
	}
	p := &postgres{server: server}
	s, err := p.session("pg_class", "create extension file_fdw; create server files foreign data wrapper file_fdw; create extension postgres_fdw")
	if err != nil {
		server.Stop()
		return nil, err
	}
	p.version, _, _ = strings.Cut(s.conn.ParameterStatus("server_version"), " ")
	s.close()
	return p, nil
}

// session opens one for a table and prepares it by SQL.
func (p *postgres) session(table, sql string) (*session, error) {
	s, err := connect(p.server.DSN(), table)
	if err != nil {
		return nil, err
	}
	if err = s.run(sql); err == nil {
		err = s.findProcess()
	}
	if err != nil {
		s.close()
		return nil, err
	}
	return s, nil
}

// file has a CSV file as a table of file_fdw.
func (p *postgres) file(path string) (*session, error) {
	p.tables++
	table := fmt.Sprintf("file%d", p.tables)
	return p.session(table, fmt.Sprintf("create foreign table %s (%s) server files options (filename '%s', format 'csv', header 'true')", table, orders.Columns, path))
}

// through has Howdah's table by postgres_fdw.
func (p *postgres) through(h *howdah) (*session, error) {
	p.tables++
	schema := fmt.Sprintf("remote%d", p.tables)
	return p.session(schema+".orders", fmt.Sprintf("create server %[1]s foreign data wrapper postgres_fdw options (host '%[2]s', port '%[3]s', dbname 'howdah', "+
		"use_remote_estimate 'false', fetch_size '10000'); create user mapping for public server %[1]s options (user 'howdah'); "+
		"create schema %[1]s; import foreign schema public limit to (orders) from server %[1]s into %[1]s", schema, h.host, h.port))
}

// ogr has a workbook as a table of ogr_fdw. Its driver for ods takes booleans for text.
func (p *postgres) ogr(path, format string) (*session, error) {
	if found, err := p.server.Query("select from pg_available_extensions where name = 'ogr_fdw'"); err != nil {
		return nil, err
	} else if len(found) == 0 {
		return nil, &missing{"ogr_fdw", "make peers (Debian's package postgresql-15-ogr-fdw)"}
	}
	p.tables++
	table, columns := fmt.Sprintf("ogr%d", p.tables), orders.Columns
	if format == "ods" {
		columns = strings.Replace(columns, "paid bool", "paid text", 1)
	}
	return p.session(table, fmt.Sprintf("create extension if not exists ogr_fdw; create server %[1]s foreign data wrapper ogr_fdw options (datasource '%[2]s', format '%[3]s'); "+
		"create foreign table %[1]s (%[4]s) server %[1]s options (layer 'orders')", table, path, strings.ToUpper(format), columns))
}

func (p *postgres) stop() { p.server.Stop() }
