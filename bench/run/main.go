// Command run measures the table of targets: the queries Q1 to Q7 over the same CSV file, by file_fdw in a real
// PostgreSQL and by a Howdah server, one after the other. It prints the medians of CPU seconds of the process that
// answers, and their ratio, which is to be compared; wall time is shown for the first row only.
package main

import (
	"context"
	"flag"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/jackc/pgx/v5/pgconn"

	"howdah/bench/orders"
	"howdah/internal/pgtest"
)

// query is one line of the table.
type query struct {
	name, sql string
	must, aim float64 // of file_fdw's CPU; 0 = none
}

var queries = []query{
	{"Q1", "select count(*) from orders", 0.4, 0.25},
	{"Q2", "select id, price from orders where country = 'DE' and qty > 90", 0.4, 0.25},
	{"Q3", "select country, count(*), sum(price), avg(price), sum(qty) from orders group by country order by country", 0.4, 0.25},
	{"Q4", "select * from orders order by price desc, id limit 10", 0.4, 0.25},
	{"Q5", "copy (select * from orders) to stdout", 0.35, 0.2},
	{"Q6", "select * from orders limit 10", 0, 0},
	{"Q7", "select * from orders where ts >= '2025-03-01' and ts < '2025-04-01' and note like '%urgent%'", 0.4, 0.25},
}

// peer is a server that is asked.
type peer struct {
	name string
	conn *pgconn.PgConn
	pid  int // of the process that does the work
}

// result is one query by one peer.
type result struct {
	cpu, wall []time.Duration
	peak      int64 // kB
	answer    uint64
	rows      int
}

func main() {
	rows := flag.Int("rows", 5_000_000, "rows of the table")
	runs := flag.Int("runs", 3, "runs of each query")
	bin := flag.String("howdah", "bin/howdah", "the server's binary")
	dir := flag.String("dir", filepath.Join(os.TempDir(), "howdah-bench"), "where the file is made and kept")
	only := flag.String("only", "", "queries to run, such as Q1,Q5")
	flag.Parse()
	if err := measure(*rows, *runs, *bin, *dir, *only); err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

func measure(rows, runs int, bin, dir, only string) error {
	path, err := data(dir, rows)
	if err != nil {
		return err
	}
	pg, stop, err := startFileFDW(path)
	if err != nil {
		return err
	}
	defer stop()
	how, stopHowdah, err := startHowdah(bin, path)
	if err != nil {
		return err
	}
	defer stopHowdah()
	idle := peak(how.pid)

	fmt.Printf("%d rows, %s\n\n| query | file_fdw CPU s | howdah CPU s | ratio | must | aim | wall s | howdah peak MB |\n|---|---|---|---|---|---|---|---|\n", rows, path)
	for _, q := range queries {
		if only != "" && !slices.Contains(strings.Split(only, ","), q.name) {
			continue
		}
		var a, b result
		for range runs {
			if err := ask(pg, q, &a); err != nil {
				return fmt.Errorf("%s by %s: %w", q.name, pg.name, err)
			}
			if err := ask(how, q, &b); err != nil {
				return fmt.Errorf("%s by %s: %w", q.name, how.name, err)
			}
		}
		if a.answer != b.answer || a.rows != b.rows {
			return fmt.Errorf("%s: the answers differ: %d rows by file_fdw, %d by howdah", q.name, a.rows, b.rows)
		}
		x, y := median(a.cpu), median(b.cpu)
		ratio, verdict := float64(y)/float64(max(x, time.Microsecond)), ""
		if q.must > 0 && ratio > q.must {
			verdict = " MISSED"
		}
		limits := "| – | – "
		if q.must > 0 {
			limits = fmt.Sprintf("| %.2f%s | %.2f ", q.must, verdict, q.aim)
		}
		ratioText := fmt.Sprintf("%.2f", ratio)
		if x < 50*time.Millisecond {
			ratioText = "–" // below what /proc tells
		}
		fmt.Printf("| %s | %.2f | %.2f | %s %s| %.3f | %d (+%d) |\n", q.name, x.Seconds(), y.Seconds(), ratioText, limits, median(b.wall).Seconds(),
			b.peak/1024, (b.peak-idle)/1024)
	}
	return nil
}

// data makes the file unless it is there.
func data(dir string, rows int) (string, error) {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return "", err
	}
	path := filepath.Join(dir, fmt.Sprintf("orders-%d.csv", rows))
	if _, err := os.Stat(path); err == nil {
		return path, nil
	}
	f, err := os.Create(path + ".part")
	if err != nil {
		return "", err
	}
	err = orders.Write(f, rows, orders.Seed)
	if e := f.Close(); err == nil {
		err = e
	}
	if err == nil {
		err = os.Chmod(path+".part", 0o644)
	}
	if err != nil {
		return "", err
	}
	return path, os.Rename(path+".part", path)
}

func startFileFDW(path string) (*peer, func(), error) {
	server, err := pgtest.Start(pgtest.Options{Settings: map[string]string{"max_parallel_workers_per_gather": "0"}})
	if err != nil {
		return nil, nil, err
	}
	stop := func() { server.Stop() }
	p, err := connect("file_fdw", server.DSN())
	if err == nil {
		err = p.run("create extension file_fdw; create server f foreign data wrapper file_fdw; create foreign table orders (" + orders.Columns +
			") server f options (filename '" + path + "', format 'csv', header 'true'); set timezone = 'UTC'")
	}
	if err == nil {
		err = p.findPID()
	}
	if err != nil {
		stop()
		return nil, nil, err
	}
	return p, stop, nil
}

func startHowdah(bin, path string) (*peer, func(), error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, nil, err
	}
	address := l.Addr().String()
	l.Close()
	catalog, err := os.CreateTemp("", "howdah-bench-*.sql")
	if err != nil {
		return nil, nil, err
	}
	defer os.Remove(catalog.Name())
	fmt.Fprintf(catalog, "CREATE SERVER files FOREIGN DATA WRAPPER howdah OPTIONS (location '%s');\nCREATE FOREIGN TABLE public.orders (%s) SERVER files OPTIONS (format 'csv', header 'true', location '%s');\n",
		path, orders.Columns, path)
	catalog.Close()
	cmd := exec.Command(bin, "serve", "--listen", address, "--catalog", catalog.Name(), "--allow", filepath.Dir(path), "--log-level", "warn")
	cmd.Stderr = os.Stderr
	if err := cmd.Start(); err != nil {
		return nil, nil, fmt.Errorf("%w (make build makes the binary)", err)
	}
	stop := func() {
		cmd.Process.Signal(syscall.SIGTERM)
		cmd.Wait()
	}
	host, port, _ := net.SplitHostPort(address)
	for deadline := time.Now().Add(10 * time.Second); ; {
		p, err := connect("howdah", fmt.Sprintf("host=%s port=%s user=howdah dbname=howdah sslmode=disable", host, port))
		if err == nil {
			p.pid = cmd.Process.Pid
			return p, stop, nil
		}
		if time.Now().After(deadline) {
			stop()
			return nil, nil, err
		}
		time.Sleep(20 * time.Millisecond)
	}
}

func connect(name, dsn string) (*peer, error) {
	conn, err := pgconn.Connect(context.Background(), dsn)
	return &peer{name: name, conn: conn}, err
}

func (p *peer) run(sql string) error {
	_, err := p.conn.Exec(context.Background(), sql).ReadAll()
	return err
}

func (p *peer) findPID() error {
	res, err := p.conn.Exec(context.Background(), "select pg_backend_pid()").ReadAll()
	if err != nil {
		return err
	}
	p.pid, err = strconv.Atoi(string(res[0].Rows[0][0]))
	return err
}

// ask runs a query once and adds what it cost.
func ask(p *peer, q query, r *result) error {
	resetPeak(p.pid)
	before, err := cpu(p.pid)
	if err != nil {
		return err
	}
	var sum digest
	start := time.Now()
	if strings.HasPrefix(q.sql, "copy") {
		if _, err := p.conn.CopyTo(context.Background(), &sum, q.sql); err != nil {
			return err
		}
	} else {
		results := p.conn.Exec(context.Background(), q.sql)
		for results.NextResult() {
			for rd := results.ResultReader(); rd.NextRow(); {
				for _, v := range rd.Values() {
					sum.Write(v)
					sum.Write([]byte{0})
				}
				sum.rows++
			}
		}
		if err := results.Close(); err != nil {
			return err
		}
	}
	wall := time.Since(start)
	after, err := cpu(p.pid)
	if err != nil {
		return err
	}
	r.cpu, r.wall = append(r.cpu, after-before), append(r.wall, wall)
	r.answer, r.rows, r.peak = sum.sum, sum.rows, max(r.peak, peak(p.pid))
	return nil
}

// digest is FNV-1a over eight bytes at a time, so that the client costs little; it counts COPY's line ends as rows.
type digest struct {
	sum  uint64
	rows int
	part [8]byte
	n    int
}

var _ io.Writer = (*digest)(nil)

func (d *digest) Write(b []byte) (int, error) {
	for _, c := range b {
		d.part[d.n] = c
		if d.n++; d.n == 8 {
			var w uint64
			for i := range d.part {
				w |= uint64(d.part[i]) << (8 * i)
			}
			d.sum, d.n = (d.sum^w)*1099511628211, 0
		}
	}
	return len(b), nil
}

func median(d []time.Duration) time.Duration {
	s := slices.Sorted(slices.Values(d))
	return s[len(s)/2]
}

// cpu is what all threads of a process have used, ended ones included, in the kernel's ticks of 10 ms.
func cpu(pid int) (time.Duration, error) {
	stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return 0, err
	}
	fields := strings.Fields(string(stat[strings.LastIndexByte(string(stat), ')')+1:]))
	user, err := strconv.Atoi(fields[11])
	if err != nil {
		return 0, err
	}
	system, err := strconv.Atoi(fields[12])
	return time.Duration(user+system) * 10 * time.Millisecond, err
}

// peak is VmHWM in kB, 0 where it cannot be read.
func peak(pid int) int64 {
	status, _ := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	_, rest, _ := strings.Cut(string(status), "VmHWM:")
	n, _ := strconv.ParseInt(strings.Fields(rest + " 0")[0], 10, 64)
	return n
}

func resetPeak(pid int) { os.WriteFile(fmt.Sprintf("/proc/%d/clear_refs", pid), []byte("5"), 0) }
