package main

import (
	"bytes"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"howdah/bench/orders"
)

// howdah is a server of its own, with one table.
type howdah struct {
	*session
	host, port string
	cmd        *exec.Cmd
	ended      chan error
	idle       int64 // its peak before the first query, in kB
}

// startHowdah serves a file. A format that the server does not have is an error that names it.
func startHowdah(bin, path string, f *format) (*howdah, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	address := l.Addr().String()
	l.Close()
	catalog, err := os.CreateTemp("", "howdah-bench-*.sql")
	if err != nil {
		return nil, err
	}
	defer os.Remove(catalog.Name())
	fmt.Fprintf(catalog, "CREATE SERVER files FOREIGN DATA WRAPPER howdah OPTIONS (location '%s');\nCREATE FOREIGN TABLE public.orders (%s) SERVER files OPTIONS (%s, location '%s');\n",
		path, orders.Columns, f.options, path)
	if err := catalog.Close(); err != nil {
		return nil, err
	}
	var said bytes.Buffer
	h := &howdah{cmd: exec.Command(bin, "serve", "--listen", address, "--catalog", catalog.Name(), "--allow", filepath.Dir(path), "--log-level", "error")}
	h.cmd.Stderr = &said
	if err := h.cmd.Start(); err != nil {
		return nil, fmt.Errorf("%w (make build makes the binary)", err)
	}
	h.ended = make(chan error, 1)
	go func() { h.ended <- h.cmd.Wait() }()
	h.host, h.port, _ = net.SplitHostPort(address)
	for deadline := time.After(20 * time.Second); ; {
		h.session, err = connect(fmt.Sprintf("host=%s port=%s user=howdah dbname=howdah sslmode=disable", h.host, h.port), "orders")
		if err == nil {
			break
		}
		select {
		case <-h.ended:
			return nil, fmt.Errorf("a server with a table of %s does not start: %s", f.name, strings.TrimSpace(said.String()))
		case <-deadline:
			h.cmd.Process.Kill()
			return nil, fmt.Errorf("%w: %s", err, said.Bytes())
		case <-time.After(20 * time.Millisecond):
		}
	}
	h.pid = h.cmd.Process.Pid
	if err := h.run("explain select from orders"); err != nil { // the table is known when it is first named
		h.close()
		return nil, err
	}
	h.idle = peak(h.pid)
	return h, nil
}

func (h *howdah) close() {
	h.session.close()
	h.cmd.Process.Signal(syscall.SIGTERM)
	select {
	case <-h.ended:
	case <-time.After(5 * time.Second):
		h.cmd.Process.Kill()
		<-h.ended
	}
}
