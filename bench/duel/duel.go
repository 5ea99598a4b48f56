// Package duel asks the same questions of Howdah and of a throw-away PostgreSQL, and tells what each answer cost the
// processes that gave it. The programs that measure one workload against loaded heap tables are made of it.
package duel

import (
	"bytes"
	"context"
	"fmt"
	"net"
	"os"
	"os/exec"
	"slices"
	"strconv"
	"syscall"
	"time"

	"github.com/jackc/pgx/v5/pgconn"
	"golang.org/x/sys/unix"

	"howdah/internal/pgtest"
)

// Session is a connection with the process behind it.
type Session struct {
	conn *pgconn.PgConn
	pid  int
	port int
}

// PID is that process.
func (s *Session) PID() int { return s.pid }

// Port is where a Howdah listens on loopback.
func (s *Session) Port() int { return s.port }

// Postgres connects to a PostgreSQL; what is measured is the CPU of the session's own process.
func Postgres(dsn string) (*Session, error) {
	s, err := connect(dsn)
	if err != nil {
		return nil, err
	}
	rows, err := s.Ask("select pg_backend_pid()")
	if err == nil {
		s.pid, err = strconv.Atoi(rows[0][0])
	}
	return s, err
}

// Howdah starts the program over files of a folder, defined by a catalog's text. What is measured is the CPU of all its
// threads. stop ends it.
func Howdah(bin, definitions, dir string) (s *Session, stop func(), err error) {
	catalog, err := os.CreateTemp("", "howdah-bench-*.sql")
	if err != nil {
		return nil, nil, err
	}
	defer os.Remove(catalog.Name())
	_, err = catalog.WriteString(definitions)
	if e := catalog.Close(); err == nil {
		err = e
	}
	if err != nil {
		return nil, nil, err
	}
	return HowdahAt(bin, "--catalog", catalog.Name(), "--allow", dir)
}

// HowdahAt starts the program with arguments of its own: the folders to serve.
func HowdahAt(bin string, args ...string) (s *Session, stop func(), err error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, nil, err
	}
	address := l.Addr().String()
	l.Close()
	var said bytes.Buffer
	cmd := exec.Command(bin, append([]string{"serve", "--listen", address, "--log-level", "error"}, args...)...)
	cmd.Stderr = &said
	if err := cmd.Start(); err != nil {
		return nil, nil, fmt.Errorf("%w (make build makes the binary)", err)
	}
	ended := make(chan error, 1)
	go func() { ended <- cmd.Wait() }()
	stop = func() {
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
			s.port, _ = strconv.Atoi(port)
			return s, stop, nil
		}
		if time.Now().After(deadline) {
			stop()
			return nil, nil, fmt.Errorf("%w: %s", err, said.Bytes())
		}
	}
}

func connect(dsn string) (*Session, error) {
	conn, err := pgconn.Connect(context.Background(), dsn)
	if err != nil {
		return nil, err
	}
	return &Session{conn: conn}, nil
}

// Ask gives the rows of the last statement; a NULL is pgtest.Null.
func (s *Session) Ask(sql string) (rows [][]string, err error) {
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

// Measure asks several times and gives the median of the CPU, user and system.
func (s *Session) Measure(sql string, runs int) (rows [][]string, median time.Duration, err error) {
	var each []time.Duration
	for range max(runs, 1) {
		before, err := CPU(s.pid)
		if err != nil {
			return nil, 0, err
		}
		if rows, err = s.Ask(sql); err != nil {
			return nil, 0, err
		}
		after, err := CPU(s.pid)
		if err != nil {
			return nil, 0, err
		}
		each = append(each, after-before)
	}
	slices.Sort(each)
	return rows, each[len(each)/2], nil
}

// Same tells whether two answers have the same rows in the same order.
func Same(a, b [][]string) bool { return slices.EqualFunc(a, b, slices.Equal) }

// File makes a file or a folder of files unless it is there; make writes it under another name.
func File(path string, make func(path string) error) error {
	if _, err := os.Stat(path); err == nil {
		return nil
	}
	part := path + ".part"
	if err := os.RemoveAll(part); err != nil {
		return err
	}
	if err := make(part); err != nil {
		return err
	}
	return os.Rename(part, path)
}

// CPU is what all threads of a process have used, ended ones included, in user and system: the clock that
// clock_getcpuclockid(3) names.
func CPU(pid int) (time.Duration, error) {
	const scheduled = 2
	var t unix.Timespec
	if err := unix.ClockGettime(int32(^uint32(pid)<<3|scheduled), &t); err != nil {
		return 0, fmt.Errorf("the CPU clock of process %d: %w", pid, err)
	}
	return time.Duration(t.Nano()), nil
}
