// Command run measures the table of targets: the queries Q1 to Q7 over the same CSV file, by file_fdw in a real
// PostgreSQL and by a Howdah server, one after the other. It prints the medians of CPU seconds of the process that
// answers, and their ratio, which is to be compared; Q6 goes by the time to the first row. The third asked is the same
// PostgreSQL through postgres_fdw. It fails where answers differ, and exits with 1 where a limit is missed.
package main

import (
	"bytes"
	"cmp"
	"context"
	"encoding/binary"
	"flag"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/jackc/pgx/v5/pgconn"

	"howdah/bench/orders"
	"howdah/internal/pgtest"
)

// query is one line of the table. Limits are shares of file_fdw's CPU; 0 = none.
type query struct {
	name, sql string
	slice     float64 // what the first slice of the product must reach
	must, aim float64 // what is to be reached in the end
}

var queries = []query{
	{"Q1", "select count(*) from orders", 0.5, 0.4, 0.25},
	{"Q2", "select id, price from orders where country = 'DE' and qty > 90", 0.5, 0.4, 0.25},
	{"Q3", "select country, count(*), sum(price), avg(price), sum(qty) from orders group by country order by country", 0.5, 0.4, 0.25},
	{"Q4", "select * from orders order by price desc, id limit 10", 0.5, 0.4, 0.25},
	{"Q5", "copy (select * from orders) to stdout", 0.5, 0.35, 0.2},
	{"Q6", "select * from orders limit 10", 0, 0, 0},
	{"Q7", "select * from orders where ts >= '2025-03-01' and ts < '2025-04-01' and note like '%urgent%'", 0.5, 0.4, 0.25},
}

const (
	mustFirstRow = 5 * time.Millisecond // of Q6; the first slice: 10 ms
	aimFirstRow  = 2 * time.Millisecond
	mustGrowthMB = 40 // of the server's peak over its idle one
	mustPeakMB   = 64
	leastCPU     = 50 * time.Millisecond // below, ticks of 10 ms tell no ratio
)

// peer is a server that is asked.
type peer struct {
	name string
	conn *pgconn.PgConn
	pid  int // of the process that does the work

	host, port string
}

// result is one query by one peer.
type result struct {
	cpu, wall, first []time.Duration
	precise          []time.Duration // CPU of a process of one thread, PostgreSQL's
	peak             int64           // kB
	answer           uint64
	rows             int
}

func main() {
	many, err := strconv.Atoi(cmp.Or(os.Getenv("ROWS"), "5000000"))
	if err != nil {
		fmt.Fprintln(os.Stderr, "bench: ROWS:", err)
		os.Exit(1)
	}
	rows := flag.Int("rows", many, "rows of the table; the environment's ROWS is the default")
	runs := flag.Int("runs", 3, "runs of each query")
	bin := flag.String("howdah", "bin/howdah", "the server's binary")
	dir := flag.String("dir", filepath.Join(os.TempDir(), "howdah-bench"), "where the file is made and kept")
	only := flag.String("only", "", "queries to run, such as Q1,Q5")
	flag.Parse()
	missed, err := measure(*rows, *runs, *bin, *dir, *only)
	if err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
	if missed > 0 {
		fmt.Fprintln(os.Stderr, "bench:", missed, "limits were missed")
		os.Exit(1)
	}
}

func measure(rows, runs int, bin, dir, only string) (missed int, err error) {
	path, size, err := data(dir, rows)
	if err != nil {
		return 0, err
	}
	how, stopHowdah, err := startHowdah(bin, path)
	if err != nil {
		return 0, err
	}
	defer stopHowdah()
	pg, stop, err := startPostgreSQL(path, how)
	if err != nil {
		return 0, err
	}
	defer stop()
	if err := how.run("select 1"); err != nil {
		return 0, err
	}
	version, _, _ := strings.Cut(pg.conn.ParameterStatus("server_version"), " ")
	idle := peak(how.pid)

	fmt.Printf(header, rows, size/1_000_000, runtime.NumCPU(), runtime.GOARCH, version, runs, idle/1024)
	for _, q := range queries {
		if only != "" && !slices.Contains(strings.Split(only, ","), q.name) {
			continue
		}
		n, err := line(pg, how, q, runs, idle)
		if err != nil {
			return missed, fmt.Errorf("%s: %w", q.name, err)
		}
		missed += n
	}
	return missed, nil
}

const header = `%d rows, %d MB of CSV, warm page cache; %d processors (%s), PostgreSQL %s; medians of %d; the server idle: %d MB

CPU is of the process that answers, user and system. Through postgres_fdw: what the PostgreSQL that asks adds.

| query | file_fdw CPU s | howdah CPU s | ratio | slice | must | aim | | wall s | first row ms | peak MB (above idle) | postgres_fdw adds CPU ms |
|---|---|---|---|---|---|---|---|---|---|---|---|
`

// line asks everybody one query and prints what it cost; missed counts the limits that it is beyond.
func line(pg, how *peer, q query, runs int, idle int64) (missed int, err error) {
	var local, direct, through result
	for range runs {
		if err := ask(pg, q.sql, &local); err != nil {
			return 0, fmt.Errorf("by file_fdw: %w", err)
		}
		if err := ask(how, q.sql, &direct); err != nil {
			return 0, fmt.Errorf("by howdah: %w", err)
		}
		if err := ask(pg, strings.Replace(q.sql, "from orders", "from remote.orders", 1), &through); err != nil {
			return 0, fmt.Errorf("through postgres_fdw: %w", err)
		}
	}
	for _, r := range []result{direct, through} {
		if r.answer != local.answer || r.rows != local.rows {
			return 0, fmt.Errorf("the answers differ: %d rows by file_fdw, %d by howdah, %d through postgres_fdw", local.rows, direct.rows, through.rows)
		}
	}
	x, y, first := median(local.cpu), median(direct.cpu), median(direct.first)
	grown := direct.peak - idle
	ratio := fmt.Sprintf("%.2f", float64(y)/float64(max(x, 1)))
	verdict := ""
	judge := func(beyond bool, what string) {
		if beyond {
			missed++
			verdict += "MISSED: " + what + " "
		}
	}
	limits := []string{"–", "–", "–"}
	switch {
	case q.must == 0:
		ratio = "–"
		limits = []string{"10 ms", fmt.Sprintf("%d ms", mustFirstRow.Milliseconds()), fmt.Sprintf("%d ms", aimFirstRow.Milliseconds())}
		judge(first > mustFirstRow, "first row")
		if first <= aimFirstRow {
			verdict += "aim"
		}
	case x < leastCPU:
		ratio = "–"
	default:
		for i, limit := range []float64{q.slice, q.must, q.aim} {
			limits[i] = fmt.Sprintf("%.2f", limit)
		}
		judge(float64(y) > q.must*float64(x), "CPU")
		if float64(y) <= q.aim*float64(x) {
			verdict += "aim"
		}
	}
	judge(grown > mustGrowthMB*1024 || direct.peak > mustPeakMB*1024, "memory")
	if verdict == "" {
		verdict = "must"
	}
	fmt.Printf("| %s | %.2f | %.2f | %s | %s | %s | %.3f | %.1f | %d (+%d) | %.1f |\n", q.name, x.Seconds(), y.Seconds(), ratio, strings.Join(limits, " | "),
		verdict, median(direct.wall).Seconds(), millis(first), direct.peak/1024, grown/1024, millis(median(through.precise)))
	return missed, nil
}

func millis(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }

// data makes the file unless it is there.
func data(dir string, rows int) (path string, size int64, err error) {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return "", 0, err
	}
	path = filepath.Join(dir, fmt.Sprintf("orders-%d.csv", rows))
	if info, err := os.Stat(path); err == nil {
		return path, info.Size(), nil
	}
	f, err := os.Create(path + ".part")
	if err != nil {
		return "", 0, err
	}
	err = orders.Write(f, rows, orders.Seed)
	if e := f.Close(); err == nil {
		err = e
	}
	if err == nil {
		err = os.Chmod(path+".part", 0o644)
	}
	if err != nil {
		return "", 0, err
	}
	if err := os.Rename(path+".part", path); err != nil {
		return "", 0, err
	}
	info, err := os.Stat(path)
	if err != nil {
		return "", 0, err
	}
	return path, info.Size(), nil
}

// startPostgreSQL starts one that has the file as a table of file_fdw, and in the schema remote Howdah's by postgres_fdw.
func startPostgreSQL(path string, how *peer) (*peer, func(), error) {
	server, err := pgtest.Start(pgtest.Options{Settings: map[string]string{"max_parallel_workers_per_gather": "0"}})
	if err != nil {
		return nil, nil, err
	}
	stop := func() { server.Stop() }
	p, err := connect("postgres", server.DSN())
	if err == nil {
		err = p.run("create extension file_fdw; create server f foreign data wrapper file_fdw; create foreign table orders (" + orders.Columns +
			") server f options (filename '" + path + "', format 'csv', header 'true'); set timezone = 'UTC'")
	}
	if err == nil {
		err = p.run("create extension postgres_fdw; create server how foreign data wrapper postgres_fdw options (host '" + how.host + "', port '" + how.port +
			"', dbname 'howdah', use_remote_estimate 'false', fetch_size '10000'); create user mapping for public server how options (user 'howdah'); " +
			"create schema remote; import foreign schema public limit to (orders) from server how into remote")
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
	cmd := exec.Command(bin, "serve", "--listen", address, "--catalog", catalog.Name(), "--allow", filepath.Dir(path), "--log-level", "error")
	var said bytes.Buffer
	cmd.Stderr = &said
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
			p.pid, p.host, p.port = cmd.Process.Pid, host, port
			return p, stop, nil
		}
		if time.Now().After(deadline) {
			stop()
			return nil, nil, fmt.Errorf("%w: %s", err, said.Bytes())
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
func ask(p *peer, sql string, r *result) error {
	resetPeak(p.pid)
	before, err := cpu(p.pid)
	if err != nil {
		return err
	}
	preciseBefore := schedCPU(p.pid)
	sum := digest{start: time.Now()}
	if strings.HasPrefix(sql, "copy") {
		if _, err := p.conn.CopyTo(context.Background(), &sum, sql); err != nil {
			return err
		}
	} else {
		results := p.conn.Exec(context.Background(), sql)
		for results.NextResult() {
			for rd := results.ResultReader(); rd.NextRow(); {
				for _, v := range rd.Values() {
					sum.value(v)
					sum.value([]byte{0})
				}
				sum.row()
			}
		}
		if err := results.Close(); err != nil {
			return err
		}
	}
	wall := time.Since(sum.start)
	after, err := cpu(p.pid)
	if err != nil {
		return err
	}
	r.cpu, r.wall = append(r.cpu, after-before), append(r.wall, wall)
	r.first, r.precise = append(r.first, sum.first), append(r.precise, schedCPU(p.pid)-preciseBefore)
	r.answer, r.rows, r.peak = sum.total(), sum.rows, max(r.peak, peak(p.pid))
	return nil
}

// digest is FNV-1a over eight bytes at a time, so that the client costs little. As a Writer it takes COPY's rows, one a call.
type digest struct {
	sum   uint64
	rows  int
	start time.Time
	first time.Duration // until the first row
	part  [8]byte
	n     int
}

var _ io.Writer = (*digest)(nil)

func (d *digest) Write(b []byte) (int, error) {
	d.value(b)
	d.row()
	return len(b), nil
}

func (d *digest) value(b []byte) {
	for _, c := range b {
		d.part[d.n] = c
		if d.n++; d.n == 8 {
			d.sum, d.n = (d.sum^binary.LittleEndian.Uint64(d.part[:]))*1099511628211, 0
		}
	}
}

func (d *digest) row() {
	if d.rows == 0 {
		d.first = time.Since(d.start)
	}
	d.rows++
}

// total is the sum with the bytes that fill no eight.
func (d *digest) total() uint64 {
	clear(d.part[d.n:])
	return (d.sum ^ binary.LittleEndian.Uint64(d.part[:])) * 1099511628211
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

// schedCPU is what the main thread of a process has used, to the nanosecond; 0 where the kernel does not tell.
func schedCPU(pid int) time.Duration {
	stat, _ := os.ReadFile(fmt.Sprintf("/proc/%d/schedstat", pid))
	n, _ := strconv.ParseInt(strings.Fields(string(stat) + " 0")[0], 10, 64)
	return time.Duration(n)
}

// peak is VmHWM in kB, 0 where it cannot be read.
func peak(pid int) int64 {
	status, _ := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	_, rest, _ := strings.Cut(string(status), "VmHWM:")
	n, _ := strconv.ParseInt(strings.Fields(rest + " 0")[0], 10, 64)
	return n
}

func resetPeak(pid int) { os.WriteFile(fmt.Sprintf("/proc/%d/clear_refs", pid), []byte("5"), 0) }
