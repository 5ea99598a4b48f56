package main

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"howdah/bench/duel"
)

// selects runs pgbench with one client against both, in turn.
func (b *bench) selects(transactions int) error {
	pg, how, stop, err := b.servers()
	if err != nil {
		return err
	}
	defer stop()
	dir, remove, err := folder(map[string]string{
		"one.sql":  "select 1;\n",
		"item.sql": "\\set id random(0, 999)\nselect name, price from items where id = :id;\n",
	})
	if err != nil {
		return err
	}
	defer remove()
	heap, err := duel.Postgres(pg.DSN())
	if err != nil {
		return err
	}
	for _, sql := range []string{"create table items (id int, name text, price numeric)",
		"insert into items select g, 'item ' || g, round((g % 90) + (g % 100) / 100.0, 2) from generate_series(0, 999) g", "vacuum analyze items"} {
		if _, err := heap.Ask(sql); err != nil {
			return err
		}
	}
	fmt.Printf(head, fmt.Sprintf("pgbench, one client, %d transactions, lower quartiles of %d", transactions, b.runs))
	pgbench := filepath.Join(pg.BinDir(), "pgbench")
	for _, script := range []struct {
		file, name string
		share      int
		goal       float64
	}{{"one.sql", "select 1", 1, selectGoal}, {"item.sql", "one row of 1,000, by a condition", 10, 0}} {
		for _, mode := range []string{"simple", "extended", "prepared"} {
			n := max(transactions/script.share, 100)
			var ours, theirs []cost
			for i := range b.runs + 1 { // the first one warms up
				t, err := pgbenchOnce(pgbench, filepath.Join(dir, script.file), mode, n, pg.Port(), "postgres", "postgres", func() (time.Duration, error) { return reaped(pg.PID()) })
				if err != nil {
					return fmt.Errorf("PostgreSQL: %w", err)
				}
				o, err := pgbenchOnce(pgbench, filepath.Join(dir, script.file), mode, n, how.Port(), "howdah", "howdah", func() (time.Duration, error) { return duel.CPU(how.PID()) })
				if err != nil {
					return err
				}
				if i > 0 {
					ours, theirs = append(ours, o), append(theirs, t)
				}
			}
			b.row(script.name+", "+mode, quiet(ours), quiet(theirs), n, script.goal)
		}
	}
	return nil
}

// pgbenchOnce gives what so many transactions took: by pgbench's own clock, without the connection, and CPU of the server.
func pgbenchOnce(pgbench, script, mode string, n, port int, user, database string, cpu func() (time.Duration, error)) (cost, error) {
	before, err := cpu()
	if err != nil {
		return cost{}, err
	}
	cmd := exec.Command(pgbench, "-n", "-c", "1", "-t", strconv.Itoa(n), "-M", mode, "-f", script, "-h", "127.0.0.1", "-p", strconv.Itoa(port), "-U", user, database)
	var said bytes.Buffer
	cmd.Stderr = &said
	cmd.Env = append(os.Environ(), "PGSSLMODE=disable")
	out, err := cmd.Output()
	if err != nil {
		return cost{}, fmt.Errorf("pgbench: %w: %s", err, said.Bytes())
	}
	time.Sleep(100 * time.Millisecond) // the server's session ends
	after, err := cpu()
	if err != nil {
		return cost{}, err
	}
	_, rest, ok := strings.Cut(string(out), "latency average = ")
	if !ok {
		return cost{}, fmt.Errorf("pgbench says no latency: %s", out)
	}
	each, err := strconv.ParseFloat(strings.Fields(rest)[0], 64)
	if err != nil {
		return cost{}, err
	}
	if _, tps, ok := strings.Cut(string(out), "tps = "); ok { // more digits than the latency has
		if v, err := strconv.ParseFloat(strings.Fields(tps)[0], 64); err == nil && v > 0 {
			each = 1000 / v
		}
	}
	return cost{time.Duration(each * float64(time.Millisecond) * float64(n)), after - before}, nil
}

// reaped is the CPU of a process's children that have ended: the sessions of a PostgreSQL, in steps of 10 ms.
func reaped(pid int) (time.Duration, error) {
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return 0, err
	}
	_, rest, _ := strings.Cut(string(text), ") ")
	fields := strings.Fields(rest)
	if len(fields) < 15 {
		return 0, fmt.Errorf("/proc/%d/stat is short", pid)
	}
	user, err := strconv.ParseInt(fields[13], 10, 64)
	if err != nil {
		return 0, err
	}
	system, err := strconv.ParseInt(fields[14], 10, 64)
	return time.Duration(user+system) * 10 * time.Millisecond, err
}
