package main

import (
	"fmt"
	"os/exec"
	"strconv"
	"time"

	"howdah/bench/duel"
	"howdah/internal/pgtest"
)

// catalogs lists many tables by psql's \d.
func (b *bench) catalogs(tables int) error {
	files := map[string]string{}
	for i := range tables {
		files[fmt.Sprintf("t%05d.csv", i)] = "id,name\n1,a\n"
	}
	dir, remove, err := folder(files)
	if err != nil {
		return err
	}
	defer remove()
	how, stop, err := duel.HowdahAt(b.bin, dir)
	if err != nil {
		return err
	}
	defer stop()
	pg, err := pgtest.Start(pgtest.Options{})
	if err != nil {
		return err
	}
	defer pg.Stop()
	heap, err := duel.Postgres(pg.DSN())
	if err != nil {
		return err
	}
	if _, err := heap.Ask(fmt.Sprintf("do $$ begin for i in 0..%d loop execute format('create table t%%s (id int, name text)', lpad(i::text, 5, '0')); if i %% 500 = 499 then commit; end if; end loop; end $$", tables-1)); err != nil {
		return err
	}
	if _, err := heap.Ask("vacuum analyze pg_class"); err != nil {
		return err
	}
	fmt.Printf("\npsql with %d tables, the whole process, lower quartiles of %d\n\n| | howdah ms | PostgreSQL ms | howdah CPU ms |\n|---|---:|---:|---:|\n", tables, b.runs)
	for _, command := range []string{`\d`, `\dt`, `\d t00007`, `\d+ t00008`, `\dt t0000*`, `\dn+`, `select 1`} {
		var ours, theirs []cost
		for i := range b.runs + 1 {
			o, err := psqlOnce(command, how.Port(), "howdah", "howdah", func() (time.Duration, error) { return duel.CPU(how.PID()) })
			if err != nil {
				return err
			}
			t, err := psqlOnce(command, pg.Port(), "postgres", "postgres", func() (time.Duration, error) { return 0, nil })
			if err != nil {
				return err
			}
			if i > 0 {
				ours, theirs = append(ours, o), append(theirs, t)
			}
		}
		o, t := quiet(ours), quiet(theirs)
		note := ""
		if o.elapsed > catalogGoal {
			note = fmt.Sprintf(" over %v", catalogGoal)
			b.missed++
		}
		fmt.Printf("| %s | %.1f%s | %.1f | %.1f |\n", command, o.elapsed.Seconds()*1000, note, t.elapsed.Seconds()*1000, o.cpu.Seconds()*1000)
	}
	return nil
}

func psqlOnce(command string, port int, user, database string, cpu func() (time.Duration, error)) (cost, error) {
	before, err := cpu()
	if err != nil {
		return cost{}, err
	}
	began := time.Now()
	out, err := exec.Command("psql", "-X", "-w", "-h", "127.0.0.1", "-p", strconv.Itoa(port), "-U", user, "-d", database, "-v", "ON_ERROR_STOP=1", "-c", command).CombinedOutput()
	if err != nil {
		return cost{}, fmt.Errorf("psql %s: %w: %.500s", command, err, out)
	}
	c := cost{elapsed: time.Since(began)}
	after, err := cpu()
	c.cpu = after - before
	return c, err
}
