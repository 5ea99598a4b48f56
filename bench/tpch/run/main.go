// Command run asks TPC-H's 22 queries of Howdah, over CSV files, and of a throw-away PostgreSQL, over heap tables
// loaded from them without an index and analyzed; it compares the answers and prints the CPU of both.
package main

import (
	"bytes"
	"context"
	"flag"
	"fmt"
	"math"
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
	"golang.org/x/sys/unix"

	"howdah/bench/tpch"
	"howdah/internal/pgtest"
)

func main() {
	scale := flag.Float64("scale", 0.1, "scale factor")
	dir := flag.String("dir", filepath.Join(os.TempDir(), "howdah-tpch"), "where the files are kept")
	bin := flag.String("howdah", "bin/howdah", "the program")
	runs := flag.Int("runs", 3, "how often each query is asked; the least CPU counts")
	only := flag.String("only", "", "numbers of queries, such as 2,17")
	flag.Parse()
	if err := run(*scale, *dir, *bin, *runs, *only); err != nil {
		fmt.Fprintln(os.Stderr, "tpch:", err)
		os.Exit(1)
	}
}

func run(scale float64, dir, bin string, runs int, only string) error {
	var numbers []int
	for n := 1; n <= tpch.Queries; n++ {
		if only == "" || slices.Contains(strings.Split(only, ","), strconv.Itoa(n)) {
			numbers = append(numbers, n)
		}
	}
	dir = filepath.Join(dir, strconv.FormatFloat(scale, 'f', -1, 64))
	if err := files(dir, scale); err != nil {
		return err
	}
	pg, err := pgtest.Start(pgtest.Options{Settings: map[string]string{
		"max_parallel_workers_per_gather": "0", "work_mem": "256MB", "shared_buffers": "512MB"}})
	if err != nil {
		return err
	}
	defer pg.Stop()
	truth, err := connect(pg.DSN())
	if err != nil {
		return err
	}
	if _, err := truth.ask(tpch.Load(dir) + "analyze"); err != nil {
		return fmt.Errorf("loading: %w", err)
	}
	pid, err := truth.ask("select pg_backend_pid()")
	if err != nil {
		return err
	}
	truth.pid, _ = strconv.Atoi(pid[0][0])
	how, stop, err := serve(bin, dir)
	if err != nil {
		return err
	}
	defer stop()
	fmt.Printf("TPC-H at scale %g, CPU in ms, the least of %d runs\n\n| query | rows | howdah | PostgreSQL | ratio |\n|---|---:|---:|---:|---:|\n", scale, runs)
	var ours, theirs time.Duration
	wrong := 0
	for _, n := range numbers {
		right, t, err := truth.measure(tpch.OnHeap(n, scale), runs)
		if err != nil {
			return fmt.Errorf("Q%d: PostgreSQL: %w", n, err)
		}
		got, o, err := how.measure(tpch.Query(n, scale), runs)
		if err != nil {
			fmt.Printf("| Q%d | %d | %v | %d | |\n", n, len(right), err, t.Milliseconds())
			wrong++
			continue
		}
		note := ""
		if !slices.EqualFunc(got, right, slices.Equal) {
			note, wrong = " answers differ", wrong+1
		}
		fmt.Printf("| Q%d | %d | %d | %d | %.2f%s |\n", n, len(right), o.Milliseconds(), t.Milliseconds(), o.Seconds()/t.Seconds(), note)
		ours, theirs = ours+o, theirs+t
	}
	fmt.Printf("| sum | | %d | %d | %.2f |\n", ours.Milliseconds(), theirs.Milliseconds(), ours.Seconds()/theirs.Seconds())
	if wrong > 0 {
		return fmt.Errorf("%d queries are not answered as PostgreSQL answers them", wrong)
	}
	return nil
}

// files makes the tables unless they are there.
func files(dir string, scale float64) error {
	if _, err := os.Stat(dir); err == nil {
		return nil
	}
	part := dir + ".part"
	if err := os.RemoveAll(part); err != nil {
		return err
	}
	if err := os.MkdirAll(part, 0o755); err != nil {
		return err
	}
	if err := tpch.Write(part, scale, tpch.Seed); err != nil {
		return err
	}
	return os.Rename(part, dir)
}

// serve starts Howdah over the files of a folder.
func serve(bin, dir string) (*session, func(), error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, nil, err
	}
	address := l.Addr().String()
	l.Close()
	catalog, err := os.CreateTemp("", "howdah-tpch-*.sql")
	if err != nil {
		return nil, nil, err
	}
	defer os.Remove(catalog.Name())
	catalog.WriteString(tpch.Catalog(dir))
	if err := catalog.Close(); err != nil {
		return nil, nil, err
	}
	var said bytes.Buffer
	cmd := exec.Command(bin, "serve", "--listen", address, "--catalog", catalog.Name(), "--allow", dir, "--log-level", "error")
	cmd.Stderr = &said
	if err := cmd.Start(); err != nil {
		return nil, nil, fmt.Errorf("%w (make build makes the binary)", err)
	}
	ended := make(chan error, 1)
	go func() { ended <- cmd.Wait() }()
	stop := func() {
		cmd.Process.Signal(syscall.SIGTERM)
		select {
		case <-ended:
		case <-time.After(5 * time.Second):
			cmd.Process.Kill()
		}
	}
	host, port, _ := net.SplitHostPort(address)
	for deadline := time.Now().Add(20 * time.Second); ; time.Sleep(20 * time.Millisecond) {
		s, err := connect(fmt.Sprintf("host=%s port=%s user=howdah dbname=howdah sslmode=disable", host, port))
		if err == nil {
			s.pid = cmd.Process.Pid
			return s, stop, nil
		}
		if time.Now().After(deadline) {
			stop()
			return nil, nil, fmt.Errorf("%w: %s", err, said.Bytes())
		}
	}
}

// session is a connection with the process behind it.
type session struct {
	conn *pgconn.PgConn
	pid  int
}

func connect(dsn string) (*session, error) {
	conn, err := pgconn.Connect(context.Background(), dsn)
	if err != nil {
		return nil, err
	}
	return &session{conn: conn}, nil
}

// ask gives the rows of the last statement; NULL is one zero byte.
func (s *session) ask(sql string) (rows [][]string, err error) {
	results, err := s.conn.Exec(context.Background(), sql).ReadAll()
	if err != nil || len(results) == 0 {
		return nil, err
	}
	for _, r := range results[len(results)-1].Rows {
		row := make([]string, len(r))
		for i, v := range r {
			if row[i] = string(v); v == nil {
				row[i] = pgtest.Null
			}
		}
		rows = append(rows, row)
	}
	return rows, nil
}

// measure asks several times and gives the least CPU.
func (s *session) measure(sql string, runs int) (rows [][]string, least time.Duration, err error) {
	least = math.MaxInt64
	for range runs {
		before, err := cpu(s.pid)
		if err != nil {
			return nil, 0, err
		}
		if rows, err = s.ask(sql); err != nil {
			return nil, 0, err
		}
		after, err := cpu(s.pid)
		if err != nil {
			return nil, 0, err
		}
		least = min(least, after-before)
	}
	return rows, least, nil
}

// cpu is what all threads of a process have used, in user and system: the clock that clock_getcpuclockid(3) names.
func cpu(pid int) (time.Duration, error) {
	const scheduled = 2
	var t unix.Timespec
	if err := unix.ClockGettime(int32(^uint32(pid)<<3|scheduled), &t); err != nil {
		return 0, fmt.Errorf("the CPU clock of process %d: %w", pid, err)
	}
	return time.Duration(t.Nano()), nil
}
