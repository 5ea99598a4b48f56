// Package wiretest runs scripts of protocol messages against a server, ours or a real PostgreSQL, and compares what
// comes back. A script is groups of lines to send and lines expected:
//
//	> Q select 1
//	< T ?column?:23:4:-1:0
//	< D "1"
//	< C SELECT 1
//	< Z I
//
// Messages to send: Q text; P name [oids] text; B portal statement [values] [formats of values] [formats of results];
// D S|P name; E portal rows; C S|P name; S; H; X; d, c and f of COPY FROM. "-" is the empty name. Values are a JSON array of texts, null and
// "\\x…" for bytes. A line "connect" opens a new connection. What is read after a group ends with as many ReadyForQuery
// as Q, S and F were sent, or for a group of H alone when nothing more comes. "<h" lines stand where Howdah is known to
// answer otherwise, and replace the group's "<" lines for it.
package wiretest

import (
	"bufio"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"strconv"
	"strings"
	"time"

	"github.com/jackc/pgx/v5/pgproto3"
)

// Target is a server to talk to.
type Target struct {
	Addr           string
	User, Database string
	Howdah         bool
}

// Group is what is sent together and what is expected for it.
type Group struct {
	Line    int
	Before  []string // comments and blank lines in front
	Send    []string
	Want    []string
	WantOwn []string // "<h" lines
}

// Load reads a script.
func Load(file string) ([]Group, error) {
	f, err := os.Open(file)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	var groups []Group
	g := Group{Line: 1}
	sc := bufio.NewScanner(f)
	sc.Buffer(nil, 1<<20)
	for n := 1; sc.Scan(); n++ {
		line := sc.Text()
		switch {
		case strings.HasPrefix(line, "< "), strings.HasPrefix(line, "<h "):
			if own, ok := strings.CutPrefix(line, "<h "); ok {
				g.WantOwn = append(g.WantOwn, own)
			} else {
				g.Want = append(g.Want, line[2:])
			}
		default:
			if len(g.Want) > 0 || len(g.WantOwn) > 0 {
				groups = append(groups, g)
				g = Group{Line: n}
			}
			if s, ok := strings.CutPrefix(line, "> "); ok {
				g.Send = append(g.Send, s)
			} else {
				if len(g.Send) > 0 {
					groups = append(groups, g)
					g = Group{Line: n}
				}
				g.Before = append(g.Before, line)
			}
		}
	}
	if len(g.Send) > 0 || len(g.Before) > 0 {
		groups = append(groups, g)
	}
	return groups, sc.Err()
}

// Save writes a script.
func Save(file string, groups []Group) error {
	var b strings.Builder
	for _, g := range groups {
		for _, l := range g.Before {
			b.WriteString(l + "\n")
		}
		for _, l := range g.Send {
			b.WriteString("> " + l + "\n")
		}
		for _, l := range g.Want {
			b.WriteString("< " + l + "\n")
		}
		for _, l := range g.WantOwn {
			b.WriteString("<h " + l + "\n")
		}
	}
	return os.WriteFile(file, []byte(b.String()), 0o644)
}

// Run plays the groups and gives what came back, by group.
func Run(t Target, groups []Group) ([][]string, error) {
	var c *conn
	defer func() {
		if c != nil {
			c.nc.Close()
		}
	}()
	got := make([][]string, len(groups))
	for i, g := range groups {
		again := c == nil
		for _, l := range g.Before {
			again = again || l == "connect"
		}
		if again {
			if c != nil {
				c.nc.Close()
			}
			var err error
			if c, err = dial(t); err != nil {
				return nil, err
			}
		}
		var err error
		if got[i], err = c.play(g.Send); err != nil {
			return nil, fmt.Errorf("line %d: %w", g.Line, err)
		}
	}
	return got, nil
}

type conn struct {
	nc net.Conn
	fe *pgproto3.Frontend
}

func dial(t Target) (*conn, error) {
	nc, err := net.DialTimeout("tcp", t.Addr, 5*time.Second)
	if err != nil {
		return nil, err
	}
	c := &conn{nc, pgproto3.NewFrontend(nc, nc)}
	c.fe.Send(&pgproto3.StartupMessage{ProtocolVersion: pgproto3.ProtocolVersion30, Parameters: map[string]string{"user": t.User, "database": t.Database}})
	if err := c.fe.Flush(); err != nil {
		return nil, err
	}
	nc.SetReadDeadline(time.Now().Add(5 * time.Second))
	for {
		m, err := c.fe.Receive()
		if err != nil {
			return nil, err
		}
		switch m := m.(type) {
		case *pgproto3.ErrorResponse:
			return nil, fmt.Errorf("%s (%s)", m.Message, m.Code)
		case *pgproto3.ReadyForQuery:
			return c, nil
		}
	}
}

func (c *conn) play(lines []string) ([]string, error) {
	ready := 0
	for _, l := range lines {
		m, err := parse(l)
		if err != nil {
			return nil, err
		}
		switch m.(type) {
		case *pgproto3.Query, *pgproto3.Sync, *pgproto3.FunctionCall:
			ready++
		}
		c.fe.Send(m)
	}
	if err := c.fe.Flush(); err != nil {
		return []string{"closed"}, nil
	}
	if len(lines) == 0 {
		return nil, nil
	}
	quiet := ready == 0
	var out []string
	for quiet || ready > 0 {
		wait := 10 * time.Second
		if quiet {
			wait = 250 * time.Millisecond
		}
		c.nc.SetReadDeadline(time.Now().Add(wait))
		m, err := c.fe.Receive()
		if err != nil {
			if ne, ok := errors.AsType[net.Error](err); ok && ne.Timeout() {
				if quiet {
					return out, nil
				}
				return append(out, "timeout"), nil
			}
			if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
				return append(out, "closed"), nil
			}
			return out, err
		}
		out = append(out, show(m))
		if _, ok := m.(*pgproto3.ReadyForQuery); ok {
			ready--
		}
	}
	return out, nil
}

func word(s string) (string, string) {
	w, rest, _ := strings.Cut(strings.TrimLeft(s, " "), " ")
	if w == "-" {
		w = ""
	}
	return w, strings.TrimLeft(rest, " ")
}

func list(s string) (items []any, rest string, err error) {
	s = strings.TrimLeft(s, " ")
	if !strings.HasPrefix(s, "[") {
		return nil, s, nil
	}
	d := json.NewDecoder(strings.NewReader(s))
	if err := d.Decode(&items); err != nil {
		return nil, "", err
	}
	return items, strings.TrimLeft(s[d.InputOffset():], " "), nil
}

func parse(line string) (pgproto3.FrontendMessage, error) {
	typ, rest := word(line)
	switch typ {
	case "Q":
		return &pgproto3.Query{String: unescape(rest)}, nil
	case "P":
		name, rest := word(rest)
		oids, rest, err := list(rest)
		m := &pgproto3.Parse{Name: name, Query: unescape(rest)}
		for _, o := range oids {
			m.ParameterOIDs = append(m.ParameterOIDs, uint32(o.(float64)))
		}
		return m, err
	case "B":
		portal, rest := word(rest)
		stmt, rest := word(rest)
		m := &pgproto3.Bind{DestinationPortal: portal, PreparedStatement: stmt}
		values, rest, err := list(rest)
		if err != nil {
			return nil, err
		}
		for _, v := range values {
			switch v := v.(type) {
			case nil:
				m.Parameters = append(m.Parameters, nil)
			case string:
				raw := []byte(v)
				if h, ok := strings.CutPrefix(v, `\x`); ok {
					if raw, err = hex.DecodeString(h); err != nil {
						return nil, err
					}
				}
				m.Parameters = append(m.Parameters, raw)
			}
		}
		for _, to := range []*[]int16{&m.ParameterFormatCodes, &m.ResultFormatCodes} {
			var codes []any
			if codes, rest, err = list(rest); err != nil {
				return nil, err
			}
			for _, c := range codes {
				*to = append(*to, int16(c.(float64)))
			}
		}
		return m, nil
	case "D":
		what, rest := word(rest)
		name, _ := word(rest)
		return &pgproto3.Describe{ObjectType: what[0], Name: name}, nil
	case "C":
		what, rest := word(rest)
		name, _ := word(rest)
		return &pgproto3.Close{ObjectType: what[0], Name: name}, nil
	case "E":
		name, rest := word(rest)
		n, _ := strconv.ParseUint(rest, 10, 32)
		return &pgproto3.Execute{Portal: name, MaxRows: uint32(n)}, nil
	case "S":
		return &pgproto3.Sync{}, nil
	case "H":
		return &pgproto3.Flush{}, nil
	case "X":
		return &pgproto3.Terminate{}, nil
	case "F":
		return &pgproto3.FunctionCall{Function: 1}, nil
	case "d": // raw, or a Go string
		if data, err := strconv.Unquote(rest); err == nil {
			rest = data
		}
		return &pgproto3.CopyData{Data: []byte(rest)}, nil
	case "c":
		return &pgproto3.CopyDone{}, nil
	case "f":
		return &pgproto3.CopyFail{Message: rest}, nil
	}
	return nil, fmt.Errorf("unknown message %q", line)
}

func unescape(s string) string { return strings.ReplaceAll(s, `\n`, "\n") }

// show prints a message on one line.
func show(m pgproto3.BackendMessage) string {
	switch m := m.(type) {
	case *pgproto3.RowDescription:
		var b strings.Builder
		b.WriteString("T")
		for _, f := range m.Fields {
			fmt.Fprintf(&b, " %s:%d:%d:%d:%d", f.Name, f.DataTypeOID, f.DataTypeSize, f.TypeModifier, f.Format)
		}
		return b.String()
	case *pgproto3.DataRow:
		var b strings.Builder
		b.WriteString("D")
		for _, v := range m.Values {
			b.WriteString(" " + value(v))
		}
		return b.String()
	case *pgproto3.CommandComplete:
		return "C " + string(m.CommandTag)
	case *pgproto3.ReadyForQuery:
		return "Z " + string(m.TxStatus)
	case *pgproto3.ErrorResponse:
		return "E " + fields(m)
	case *pgproto3.NoticeResponse:
		return "N " + fields((*pgproto3.ErrorResponse)(m))
	case *pgproto3.ParseComplete:
		return "1"
	case *pgproto3.BindComplete:
		return "2"
	case *pgproto3.CloseComplete:
		return "3"
	case *pgproto3.NoData:
		return "n"
	case *pgproto3.PortalSuspended:
		return "s"
	case *pgproto3.EmptyQueryResponse:
		return "I"
	case *pgproto3.ParameterDescription:
		return fmt.Sprint("t ", m.ParameterOIDs)
	case *pgproto3.ParameterStatus:
		return fmt.Sprintf("S %s=%s", m.Name, m.Value)
	case *pgproto3.CopyOutResponse:
		return fmt.Sprint("H ", m.OverallFormat, " ", m.ColumnFormatCodes)
	case *pgproto3.CopyInResponse:
		return fmt.Sprint("G ", m.OverallFormat, " ", m.ColumnFormatCodes)
	case *pgproto3.CopyData:
		return "d " + value(m.Data)
	case *pgproto3.CopyDone:
		return "c"
	}
	return fmt.Sprintf("%T", m)
}

func value(v []byte) string {
	if v == nil {
		return "NULL"
	}
	for _, b := range v {
		if b < 32 && b != '\n' && b != '\t' || b == 127 {
			return `\x` + hex.EncodeToString(v)
		}
	}
	return strconv.Quote(string(v))
}

func fields(e *pgproto3.ErrorResponse) string {
	s := e.SeverityUnlocalized + " " + e.Code + " " + strconv.Quote(e.Message)
	for _, f := range []struct{ name, v string }{{"detail", e.Detail}, {"hint", e.Hint}, {"where", e.Where},
		{"table", e.TableName}, {"column", e.ColumnName}, {"constraint", e.ConstraintName}} {
		if f.v != "" {
			s += " " + f.name + "=" + strconv.Quote(f.v)
		}
	}
	if e.Position != 0 {
		s += fmt.Sprintf(" position=%d", e.Position)
	}
	return s
}
