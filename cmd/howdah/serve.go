package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"os"
	"strconv"
	"strings"
	"time"

	"howdah/catalog"
	"howdah/internal/scram"
	"howdah/server"
	"howdah/server/engine"
)

// drainTime is how long running statements may take to end after SIGTERM.
const drainTime = 10 * time.Second

func serve(ctx context.Context, args []string) error {
	fs := flags("serve")
	listen := fs.String("listen", "127.0.0.1:5433", "address and port; beyond loopback a role with a password must exist")
	file := fs.String("catalog", "", "file that keeps what DDL makes: read at start, rewritten by CREATE, ALTER, DROP")
	cert := fs.String("tls-cert", "", "certificate chain in PEM; with --tls-key, TLS is offered")
	key := fs.String("tls-key", "", "private key in PEM")
	most := fs.Int("max-connections", 100, "sessions at a time")
	stmt := fs.Duration("statement-timeout", 0, "default of statement_timeout; 0 = none")
	idle := fs.Duration("idle-in-transaction-session-timeout", 0, "default of idle_in_transaction_session_timeout; 0 = none")
	level := fs.String("log-level", "info", "debug, info, warn or error")
	format := fs.String("log-format", "text", "text or json")
	var allow list
	fs.Var(&allow, "allow", "a further folder below which CREATE FOREIGN TABLE may name files; may be repeated")
	if err := parse(fs, args); err != nil {
		return err
	}
	if fs.NArg() == 0 && *file == "" {
		return usageError{errors.New("nothing to serve: name a location or a --catalog file")}
	}
	log, err := logger(*level, *format)
	if err != nil {
		return err
	}
	h, err := open(ctx, fs.Args(), *file, allow, osUser(), log)
	if err != nil {
		return err
	}
	defer h.close()
	if err := firstRole(h.catalog); err != nil {
		return err
	}
	cfg := server.Config{Version: version, MaxConnections: *most, Log: log, Settings: map[string]string{
		"statement_timeout":                   strconv.FormatInt(stmt.Milliseconds(), 10),
		"idle_in_transaction_session_timeout": strconv.FormatInt(idle.Milliseconds(), 10),
		"work_mem":                            engine.DefaultWorkMem,
	}}
	if (*cert == "") != (*key == "") {
		return usageError{errors.New("--tls-cert and --tls-key go together")}
	}
	if *cert != "" {
		if cfg.TLS, cfg.CertHash, err = server.LoadTLS(*cert, *key); err != nil {
			return err
		}
	}
	srv, err := server.New(cfg, h.engine)
	if err != nil {
		return err
	}
	l, err := net.Listen("tcp", *listen)
	if err != nil {
		return err
	}
	if err := server.CheckListen(l.Addr(), h.engine); err != nil {
		l.Close()
		return err
	}
	for _, loc := range h.catalog.Locations() {
		log.Info("serving", "schema", loc.Schema, "location", loc.Text)
	}
	host, port, _ := net.SplitHostPort(l.Addr().String())
	fmt.Fprintf(os.Stderr, "howdah %s is ready: psql -h %s -p %s -d howdah\n", version, host, port)

	done := make(chan error, 1)
	go func() { done <- srv.Serve(l) }()
	select {
	case err := <-done:
		return err
	case <-ctx.Done():
	}
	log.Info("shutting down: no new connections, running statements may end", "within", drainTime.String())
	drain, cancel := context.WithTimeout(context.Background(), drainTime)
	defer cancel()
	err = srv.Shutdown(drain)
	<-done
	return err
}

// firstRole makes the role that HOWDAH_USER and HOWDAH_PASSWORD_FILE name: the first login of a container.
func firstRole(c *catalog.Catalog) error {
	user, file := os.Getenv("HOWDAH_USER"), os.Getenv("HOWDAH_PASSWORD_FILE")
	if user == "" && file == "" {
		return nil
	}
	if user == "" || file == "" {
		return errors.New("HOWDAH_USER and HOWDAH_PASSWORD_FILE go together")
	}
	text, err := os.ReadFile(file)
	if err != nil {
		return fmt.Errorf("HOWDAH_PASSWORD_FILE: %w", err)
	}
	password := strings.TrimRight(string(text), "\r\n")
	if password == "" {
		return errors.New("HOWDAH_PASSWORD_FILE: the file is empty")
	}
	v, err := scram.Parse(password)
	if err != nil {
		if v, err = scram.New(password); err != nil {
			return err
		}
	}
	c.SetRole(catalog.Role{Name: user, Login: true, Superuser: true, Verifier: v.String(), ConnLimit: -1})
	return nil
}

func logger(level, format string) (*slog.Logger, error) {
	var l slog.Level
	if err := l.UnmarshalText([]byte(level)); err != nil {
		return nil, usageError{fmt.Errorf("--log-level: %q is not one of debug, info, warn, error", level)}
	}
	opt := &slog.HandlerOptions{Level: l}
	switch format {
	case "text":
		return slog.New(slog.NewTextHandler(os.Stderr, opt)), nil
	case "json":
		return slog.New(slog.NewJSONHandler(os.Stderr, opt)), nil
	}
	return nil, usageError{fmt.Errorf("--log-format: %q is not one of text, json", format)}
}

// osUser is who runs the process: the owner of what nobody made.
func osUser() string {
	for _, v := range []string{"USER", "LOGNAME"} {
		if u := os.Getenv(v); u != "" {
			return u
		}
	}
	return "howdah"
}

// list is a flag that may be repeated.
type list []string

func (l *list) String() string     { return strings.Join(*l, ",") }
func (l *list) Set(v string) error { *l = append(*l, v); return nil }
