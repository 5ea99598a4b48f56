package e2e

import (
	"bytes"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"howdah/internal/pgtest"
)

// Howdah is a running server under test.
type Howdah struct {
	Port int
	PID  int

	cmd  *exec.Cmd
	done chan error
	log  *logBuffer
}

var binary = sync.OnceValues(func() (string, error) {
	if path := os.Getenv("HOWDAH_BINARY"); path != "" {
		return path, nil
	}
	dir, err := os.MkdirTemp("", "howdah-e2e-")
	if err != nil {
		return "", err
	}
	path := filepath.Join(dir, "howdah")
	out, err := exec.Command("go", "build", "-o", path, "howdah/cmd/howdah").CombinedOutput()
	if err != nil {
		return "", fmt.Errorf("go build: %w\n%s", err, out)
	}
	return path, nil
})

// Binary gives the path of the program under test, built once.
func Binary(t testing.TB) string {
	t.Helper()
	path, err := binary()
	if err != nil {
		t.Fatal(err)
	}
	return path
}

// Serve starts `howdah serve` with the arguments on a free port of loopback and waits until it answers. It is ended, by
// SIGTERM, with the test.
func Serve(t testing.TB, args ...string) *Howdah {
	t.Helper()
	return ServeEnv(t, nil, args...)
}

// ServeEnv is Serve with more environment.
func ServeEnv(t testing.TB, env []string, args ...string) *Howdah {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	port := l.Addr().(*net.TCPAddr).Port
	l.Close()
	h := &Howdah{Port: port, done: make(chan error, 1), log: &logBuffer{}}
	h.cmd = exec.Command(Binary(t), append([]string{"serve", "--listen", fmt.Sprintf("127.0.0.1:%d", port)}, args...)...)
	h.cmd.Env = append(os.Environ(), env...)
	h.cmd.Stderr = h.log
	h.cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	if err := h.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	h.PID = h.cmd.Process.Pid
	go func() { h.done <- h.cmd.Wait() }()
	t.Cleanup(func() {
		h.Stop(t)
		if t.Failed() && testing.Verbose() {
			t.Logf("howdah's log:\n%s", h.log)
		}
	})
	deadline := time.Now().Add(20 * time.Second)
	for !strings.Contains(h.log.String(), "is ready") {
		select {
		case err := <-h.done:
			h.done <- err
			t.Fatalf("howdah ended at once: %v\n%s", err, h.log)
		case <-time.After(5 * time.Millisecond):
		}
		if time.Now().After(deadline) {
			t.Fatalf("howdah is not ready\n%s", h.log)
		}
	}
	return h
}

// Stop ends the server as an operator does, and waits.
func (h *Howdah) Stop(t testing.TB) {
	if h.cmd == nil {
		return
	}
	h.cmd.Process.Signal(syscall.SIGTERM)
	select {
	case <-h.done:
	case <-time.After(20 * time.Second):
		h.cmd.Process.Kill()
		t.Error("howdah did not end within 20 s of SIGTERM")
	}
	h.cmd = nil
}

// DSN is the connection string for a user; the database is howdah.
func (h *Howdah) DSN(user string) string {
	return fmt.Sprintf("host=127.0.0.1 port=%d user=%s dbname=howdah sslmode=disable", h.Port, user)
}

// Connect opens a session.
func (h *Howdah) Connect(t testing.TB) *pgtest.Conn {
	t.Helper()
	c, err := pgtest.Connect(h.DSN("tester"))
	if err != nil {
		t.Fatalf("%v\n%s", err, h.log)
	}
	t.Cleanup(func() { c.Close() })
	return c
}

// Log is what the server wrote to stderr.
func (h *Howdah) Log() string { return h.log.String() }

type logBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (l *logBuffer) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

func (l *logBuffer) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}
