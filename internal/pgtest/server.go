package pgtest

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgconn"
)

const (
	startTimeout = 30 * time.Second
	stopTimeout  = 10 * time.Second
)

// Options say how a server differs from the usual throw-away one.
type Options struct {
	BinDir   string            // folder of initdb and postgres; empty = found by itself
	Settings map[string]string // configuration parameters, beside those that make it quick and deterministic
}

// Server is a running PostgreSQL. Its methods may be called from several goroutines.
type Server struct {
	bin  string
	dir  string // everything it owns: data, socket, log
	port int

	cmd    *exec.Cmd
	exited chan struct{} // closed when the postmaster is gone
	guard  io.WriteCloser

	mu   sync.Mutex // serialises the shared connection
	conn *Conn

	stop    sync.Once
	stopErr error
}

var shared struct {
	once   sync.Once
	server *Server
	err    error
}

// New gives the server that all tests of this process share, starting it on first use. It ends with the process.
// Tests that create things in it choose their own names or their own database.
func New(t testing.TB) *Server {
	t.Helper()
	shared.once.Do(func() { shared.server, shared.err = Start(Options{}) })
	if shared.err != nil {
		t.Fatal(shared.err)
	}
	return shared.server
}

// Start starts a server of its own; the caller stops it.
func Start(opts Options) (*Server, error) {
	bin, err := findBin(opts.BinDir)
	if err != nil {
		return nil, err
	}
	who, err := serverCredential()
	if err != nil {
		return nil, err
	}
	dir, err := os.MkdirTemp("", "howdah-pg-")
	if err != nil {
		return nil, err
	}
	s := &Server{bin: bin, dir: dir}
	if err := s.start(opts, who); err != nil {
		os.RemoveAll(dir)
		return nil, err
	}
	return s, nil
}

func (s *Server) start(opts Options, who *syscall.Credential) error {
	if err := chown(s.dir, who); err != nil {
		return err
	}
	if err := makeData(s.bin, s.dir, who); err != nil {
		return err
	}
	// A port found free may be taken by the time the server binds it, so one failure proves nothing.
	var err error
	for range 3 {
		if s.port, err = freePort(); err != nil {
			return err
		}
		if err = s.launch(opts, who); err == nil {
			return nil
		}
		if !bytes.Contains(s.log(), []byte("Address already in use")) {
			return err
		}
	}
	return err
}

// launch runs the postmaster and waits until it answers.
func (s *Server) launch(opts Options, who *syscall.Credential) error {
	settings := map[string]string{
		"listen_addresses":           "127.0.0.1",
		"unix_socket_directories":    s.dir,
		"port":                       strconv.Itoa(s.port),
		"fsync":                      "off",
		"synchronous_commit":         "off",
		"full_page_writes":           "off",
		"max_wal_senders":            "0",
		"wal_level":                  "minimal",
		"autovacuum":                 "off",
		"TimeZone":                   "UTC",
		"log_timezone":               "UTC",
		"log_line_prefix":            "",
		"dynamic_shared_memory_type": "mmap", // small /dev/shm of containers
	}
	for name, value := range opts.Settings {
		settings[name] = value
	}
	args := []string{"-D", filepath.Join(s.dir, "data")}
	for _, name := range sortedKeys(settings) {
		args = append(args, "-c", name+"="+settings[name])
	}
	logFile, err := os.Create(s.logPath())
	if err != nil {
		return err
	}
	defer logFile.Close()
	cmd := exec.Command(filepath.Join(s.bin, "postgres"), args...)
	cmd.Dir = s.dir
	cmd.Env = cleanEnv()
	cmd.Stdout, cmd.Stderr = logFile, logFile
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true, Credential: who}
	if err := cmd.Start(); err != nil {
		return fmt.Errorf("starting postgres: %w", err)
	}
	s.cmd, s.exited = cmd, make(chan struct{})
	go func(done chan struct{}) {
		cmd.Wait()
		close(done)
	}(s.exited)
	if s.guard, err = startGuard(cmd.Process.Pid, s.dir); err != nil {
		s.kill()
		return err
	}
	if err := s.awaitReady(); err != nil {
		s.kill()
		s.dismissGuard()
		return err
	}
	return nil
}

func (s *Server) awaitReady() error {
	ctx, cancel := context.WithTimeout(context.Background(), startTimeout)
	defer cancel()
	for {
		conn, err := pgconn.Connect(ctx, s.DSN())
		if err == nil {
			return conn.Close(ctx)
		}
		select {
		case <-s.exited:
			return fmt.Errorf("postgres ended at once: %s", s.log())
		case <-ctx.Done():
			return fmt.Errorf("postgres did not answer within %s: %w\n%s", startTimeout, err, s.log())
		case <-time.After(20 * time.Millisecond):
		}
	}
}

// DSN is the connection string of the superuser postgres in the database postgres.
func (s *Server) DSN() string { return s.DSNFor("postgres", "postgres") }

// DSNFor is the connection string for another user or database.
func (s *Server) DSNFor(user, database string) string {
	return fmt.Sprintf("host=127.0.0.1 port=%d user=%s dbname=%s sslmode=disable", s.port, user, database)
}

// Port is the TCP port on 127.0.0.1.
func (s *Server) Port() int { return s.port }

// PID is the postmaster's.
func (s *Server) PID() int { return s.cmd.Process.Pid }

// BinDir is the folder of the programs this server was started from.
func (s *Server) BinDir() string { return s.bin }

// Psql runs psql against the server without the user's psqlrc and gives what it printed on both outputs.
func (s *Server) Psql(args ...string) (string, error) {
	cmd := exec.Command(filepath.Join(s.bin, "psql"), append([]string{"-X", "-d", s.DSN()}, args...)...)
	cmd.Env = cleanEnv()
	out, err := cmd.CombinedOutput()
	if err != nil {
		return string(out), fmt.Errorf("psql: %w: %s", err, out)
	}
	return string(out), nil
}

// Stop kills the server and removes its folder. Further calls give the first one's result.
func (s *Server) Stop() error {
	s.stop.Do(func() {
		s.mu.Lock()
		defer s.mu.Unlock()
		if s.conn != nil {
			s.conn.Close()
			s.conn = nil
		}
		s.stopErr = errors.Join(s.kill(), os.RemoveAll(s.dir))
		s.dismissGuard()
	})
	return s.stopErr
}

// kill asks for an immediate shutdown: nothing in it is worth saving.
func (s *Server) kill() error {
	s.cmd.Process.Signal(syscall.SIGQUIT)
	select {
	case <-s.exited:
		return nil
	case <-time.After(stopTimeout):
	}
	if err := s.cmd.Process.Kill(); err != nil {
		return err
	}
	<-s.exited
	return nil
}

func (s *Server) dismissGuard() {
	io.WriteString(s.guard, "done\n")
	s.guard.Close()
}

func (s *Server) logPath() string { return filepath.Join(s.dir, "log") }

// Log is what the server has logged so far.
func (s *Server) Log() string { return string(s.log()) }

func (s *Server) log() []byte {
	text, _ := os.ReadFile(s.logPath())
	return bytes.TrimSpace(text)
}

// startGuard runs a shell that outlives this process and clears up after it: a test process that panics, times out
// or just returns from main runs no cleanup of its own. Its standard input closes when we are gone.
func startGuard(pid int, dir string) (io.WriteCloser, error) {
	const script = `read -r word
[ "$word" = done ] && exit 0
kill -QUIT "$1"
tries=0
while kill -0 "$1" 2>/dev/null && [ $tries -lt 50 ]; do tries=$((tries+1)); sleep 0.1; done
rm -rf "$2"`
	cmd := exec.Command("/bin/sh", "-c", script, "pgtest-guard", strconv.Itoa(pid), dir)
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true} // a ^C is for us, not for the guard
	cmd.Dir = "/"
	pipe, err := cmd.StdinPipe()
	if err != nil {
		return nil, err
	}
	if err := cmd.Start(); err != nil {
		return nil, fmt.Errorf("starting the guard: %w", err)
	}
	go cmd.Wait()
	return pipe, nil
}

func freePort() (int, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return 0, err
	}
	defer l.Close()
	return l.Addr().(*net.TCPAddr).Port, nil
}

func sortedKeys(m map[string]string) []string {
	keys := make([]string, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}
