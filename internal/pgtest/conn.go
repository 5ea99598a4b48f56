package pgtest

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5/pgconn"
)

// Null stands for a NULL among the text values: no text of PostgreSQL holds a zero byte.
const Null = "\x00"

const queryTimeout = 60 * time.Second

// Column describes one column of a result.
type Column struct {
	Name    string
	TypeOID uint32
	TypeMod int32
}

// Result is what one statement answered, in text form.
type Result struct {
	Columns []Column
	Rows    [][]string // NULL is [Null]
	Tag     string     // such as "SELECT 3"
}

// Conn is one session, for one goroutine at a time.
type Conn struct {
	conn    *pgconn.PgConn
	notices []*pgconn.Notice
}

// Connect opens a session by a connection string such as [Server.DSN]; it may as well lead to another server.
func Connect(dsn string) (*Conn, error) {
	config, err := pgconn.ParseConfig(dsn)
	if err != nil {
		return nil, err
	}
	c := &Conn{}
	config.OnNotice = func(_ *pgconn.PgConn, n *pgconn.Notice) { c.notices = append(c.notices, n) }
	ctx, cancel := context.WithTimeout(context.Background(), queryTimeout)
	defer cancel()
	if c.conn, err = pgconn.ConnectConfig(ctx, config); err != nil {
		return nil, err
	}
	return c, nil
}

// Connect opens a session of its own as the superuser.
func (s *Server) Connect() (*Conn, error) { return Connect(s.DSN()) }

// Run sends the text, of one statement or several, by the simple protocol and gives each one's answer. An error of
// the server is a *pgconn.PgError (which tells its SQLState), beside the answers before it.
func (c *Conn) Run(sql string) ([]Result, error) {
	ctx, cancel := context.WithTimeout(context.Background(), queryTimeout)
	defer cancel()
	c.notices = nil
	reader := c.conn.Exec(ctx, sql)
	var results []Result
	for reader.NextResult() {
		rr := reader.ResultReader()
		var r Result
		for _, f := range rr.FieldDescriptions() {
			r.Columns = append(r.Columns, Column{f.Name, f.DataTypeOID, f.TypeModifier})
		}
		for rr.NextRow() {
			row := make([]string, len(rr.Values()))
			for i, v := range rr.Values() {
				row[i] = Null
				if v != nil {
					row[i] = string(v)
				}
			}
			r.Rows = append(r.Rows, row)
		}
		tag, err := rr.Close()
		if err != nil {
			break // reader.Close gives the same error
		}
		r.Tag = tag.String()
		results = append(results, r)
	}
	return results, reader.Close()
}

// Query gives the rows of the text's last statement.
func (c *Conn) Query(sql string) ([][]string, error) {
	results, err := c.Run(sql)
	if err != nil {
		return nil, err
	}
	if len(results) == 0 {
		return nil, nil
	}
	return results[len(results)-1].Rows, nil
}

// Exec runs the text for its effect.
func (c *Conn) Exec(sql string) error {
	_, err := c.Run(sql)
	return err
}

// Value gives the only value of a query's only row.
func (c *Conn) Value(sql string) (string, error) {
	rows, err := c.Query(sql)
	if err != nil {
		return "", err
	}
	if len(rows) != 1 || len(rows[0]) != 1 {
		return "", fmt.Errorf("%s gave %d rows, want one value", sql, len(rows))
	}
	return rows[0][0], nil
}

// Notices gives what the server remarked during the last Run.
func (c *Conn) Notices() []*pgconn.Notice { return c.notices }

// Pg gives the connection itself, for the extended protocol.
func (c *Conn) Pg() *pgconn.PgConn { return c.conn }

// Close ends the session.
func (c *Conn) Close() error {
	ctx, cancel := context.WithTimeout(context.Background(), time.Second)
	defer cancel()
	return c.conn.Close(ctx)
}

// Query is [Conn.Query] on a session that all callers share: what one SETs the others have too, and a transaction
// must end in the text that began it.
func (s *Server) Query(sql string) ([][]string, error) {
	results, err := s.Run(sql)
	if err != nil || len(results) == 0 {
		return nil, err
	}
	return results[len(results)-1].Rows, nil
}

// Exec is [Conn.Exec] on the shared session.
func (s *Server) Exec(sql string) error {
	_, err := s.Run(sql)
	return err
}

// Run is [Conn.Run] on the shared session.
func (s *Server) Run(sql string) ([]Result, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.conn == nil || s.conn.conn.IsClosed() {
		conn, err := s.Connect()
		if err != nil {
			return nil, err
		}
		s.conn = conn
	}
	return s.conn.Run(sql)
}
