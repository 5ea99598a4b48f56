package main

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/jackc/pgx/v5/pgconn"

	"howdah/bench/duel"
)

// reply is what one query cost a peer.
type reply struct {
	answer
	cpu, wall, first time.Duration // first is until the first row
}

// peer is somebody that is asked: a server, or a program that reads files.
type peer interface {
	ask(q query) (reply, error)
	process() int // the one that does the work
	close()
}

// session is a peer that speaks PostgreSQL's protocol.
type session struct {
	conn  *pgconn.PgConn
	pid   int
	table string // what the queries' orders is called there
}

func connect(dsn, table string) (*session, error) {
	conn, err := pgconn.Connect(context.Background(), dsn)
	if err != nil {
		return nil, err
	}
	return &session{conn: conn, table: table}, nil
}

func (s *session) process() int { return s.pid }

func (s *session) close() {
	ctx, cancel := context.WithTimeout(context.Background(), time.Second)
	defer cancel()
	s.conn.Close(ctx)
}

func (s *session) run(sql string) error {
	_, err := s.conn.Exec(context.Background(), sql).ReadAll()
	return err
}

func (s *session) findProcess() error {
	res, err := s.conn.Exec(context.Background(), "select pg_backend_pid()").ReadAll()
	if err != nil {
		return err
	}
	s.pid, err = strconv.Atoi(string(res[0].Rows[0][0]))
	return err
}

func (s *session) ask(q query) (r reply, err error) {
	sql := strings.Replace(q.sql, "from orders", "from "+s.table, 1)
	before, err := duel.CPU(s.pid)
	if err != nil {
		return r, err
	}
	d := digest{start: time.Now()}
	if strings.HasPrefix(sql, "copy") {
		if _, err := s.conn.CopyTo(context.Background(), &d, sql); err != nil {
			return r, err
		}
		r.sum = d.total()
	} else if r.rows, err = s.read(sql, &d); err != nil {
		return r, err
	}
	r.wall = time.Since(d.start)
	after, err := duel.CPU(s.pid)
	r.cpu, r.first, r.count = after-before, d.first, d.rows
	return r, err
}

func (s *session) read(sql string, d *digest) (rows [][]string, err error) {
	results := s.conn.Exec(context.Background(), sql)
	for results.NextResult() {
		for rd := results.ResultReader(); rd.NextRow(); {
			d.row()
			row := make([]string, len(rd.Values()))
			for i, v := range rd.Values() {
				if row[i] = string(v); v == nil {
					row[i] = null
				}
			}
			rows = append(rows, row)
		}
	}
	return rows, results.Close()
}

// missing is the error of a peer that is not installed.
type missing struct{ what, get string }

func (m *missing) Error() string {
	return fmt.Sprintf("%s is not installed; to get it: %s", m.what, m.get)
}
