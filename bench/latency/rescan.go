package main

import (
	"fmt"
	"strings"
	"time"

	"howdah/bench/duel"
)

// rescans has a PostgreSQL run nested loops whose inner side is a foreign table: Howdah's, and a heap table of the same
// PostgreSQL behind the same postgres_fdw.
func (b *bench) rescans(n int) error {
	pg, how, stop, err := b.servers()
	if err != nil {
		return err
	}
	defer stop()
	local, err := duel.Postgres(pg.DSN())
	if err != nil {
		return err
	}
	if _, err := local.Ask("create database far"); err != nil {
		return err
	}
	far, err := duel.Postgres(pg.DSNFor("postgres", "far"))
	if err != nil {
		return err
	}
	for _, sql := range []string{
		"create table items (id int, name text, price numeric)",
		"insert into items select g, 'item ' || g, round((g % 90) + (g % 100) / 100.0, 2) from generate_series(0, 999) g", "vacuum analyze items",
	} {
		if _, err := far.Ask(sql); err != nil {
			return err
		}
	}
	for _, sql := range []string{
		"create extension postgres_fdw",
		fmt.Sprintf("create server heap foreign data wrapper postgres_fdw options (host '127.0.0.1', port '%d', dbname 'far')", pg.Port()),
		fmt.Sprintf("create server howdah foreign data wrapper postgres_fdw options (host '127.0.0.1', port '%d', dbname 'howdah')", how.Port()),
		"create user mapping for current_user server heap options (user 'postgres')", "create user mapping for current_user server howdah options (user 'howdah')",
		"create foreign table heap_items (id int, name text, price numeric) server heap options (schema_name 'public', table_name 'items')",
		"create foreign table howdah_items (id int, name text, price numeric) server howdah options (schema_name 'public', table_name 'items')",
		fmt.Sprintf("create table wanted as select g, g * 7 %% %d as id from generate_series(1, %d) g", itemRows, n), "analyze wanted",
		"set enable_material = off", "set enable_hashjoin = off", "set enable_mergejoin = off", "set enable_memoize = off",
	} {
		if _, err := local.Ask(sql); err != nil {
			return fmt.Errorf("%s: %w", sql, err)
		}
	}
	fmt.Printf(head, fmt.Sprintf("nested loops of postgres_fdw, %d rescans of a table of %d rows, lower quartiles of %d", n, itemRows, b.runs))
	for _, q := range []struct {
		name, sql string
		share     int
	}{
		{"by a parameter", "select count(i.name), sum(i.price) from wanted w, lateral (select * from %s_items i where i.id = w.id offset 0) i where w.g <= %d", 1},
		{"by two parameters", "select count(i.name) from wanted w, lateral (select * from %s_items i where i.id = w.id and i.name = 'item ' || w.id offset 0) i where w.g <= %d", 1},
		{"an aggregate", "select sum(i.n) from wanted w, lateral (select count(*) as n from %s_items i where i.id < w.id %% 10) i where w.g <= %d", 1},
		{"all rows", "select count(i.name) from wanted w, lateral (select * from %s_items i where i.id >= w.id - w.id offset 0) i where w.g <= %d", 20},
	} {
		each := max(n/q.share, 1)
		ask := func(table string) string { return fmt.Sprintf(q.sql, table, each) }
		if err := foreign(local, ask("howdah")); err != nil {
			return err
		}
		var ours, theirs []cost
		for i := range b.runs + 1 {
			want, t, err := timed(local, far, ask("heap"))
			if err != nil {
				return fmt.Errorf("PostgreSQL: %w", err)
			}
			got, o, err := timed(local, how, ask("howdah"))
			if err != nil {
				return err
			}
			if !duel.Same(got, want) {
				return fmt.Errorf("%s: %v is not %v", q.name, got, want)
			}
			if i > 0 {
				ours, theirs = append(ours, o), append(theirs, t)
			}
		}
		b.row(q.name, quiet(ours), quiet(theirs), each, rescanGoal)
	}
	return nil
}

// foreign sees to it that the plan is a nested loop over a foreign scan.
func foreign(s *duel.Session, sql string) error {
	plan, err := s.Ask("explain " + sql)
	if err != nil {
		return err
	}
	text := fmt.Sprint(plan)
	if !strings.Contains(text, "Nested Loop") || !strings.Contains(text, "Foreign Scan") {
		return fmt.Errorf("not a nested loop over a foreign scan: %s", text)
	}
	return nil
}

// timed asks a query and gives its answer, its time, and the CPU that the sessions of the server behind it used for it.
func timed(local, server *duel.Session, sql string) (rows [][]string, c cost, err error) {
	pid := server.PID()
	cpu := func() (time.Duration, error) { return duel.CPU(pid) }
	if sessions, err := remote(server); err != nil {
		return nil, c, err
	} else if sessions != 0 {
		cpu = func() (time.Duration, error) { return duel.CPU(sessions) }
	}
	before, err := cpu()
	if err != nil {
		return nil, c, err
	}
	began := time.Now()
	if rows, err = local.Ask(sql); err != nil {
		return nil, c, err
	}
	c.elapsed = time.Since(began)
	after, err := cpu()
	c.cpu = after - before
	return rows, c, err
}

// remote is the process in which postgres_fdw's session with a PostgreSQL runs, 0 for another server.
func remote(server *duel.Session) (int, error) {
	rows, err := server.Ask("select pid from pg_stat_activity where application_name = 'postgres_fdw' and datname = 'far'")
	if err != nil || len(rows) == 0 {
		return 0, err
	}
	var pid int
	_, err = fmt.Sscan(rows[0][0], &pid)
	return pid, err
}
