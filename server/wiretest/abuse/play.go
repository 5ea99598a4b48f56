package abuse

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"regexp"
	"strings"
	"time"

	"github.com/jackc/pgx/v5/pgproto3"
)

// patience is how long a server may take to answer or to let a client go.
const patience = 15 * time.Second

// Player has sessions with one server, one after the other.
type Player struct {
	Dial func() (net.Conn, error)

	in bufio.Reader
}

// played is a session under way.
type played struct {
	*Session
	conn    net.Conn
	in      *bufio.Reader
	key     []byte // process and secret, as a CancelRequest wants them
	ready   int    // ReadyForQuery seen
	fatal   bool   // the server ended the session
	copying bool   // a COPY FROM has begun: messages may be taken for its data, or be dropped
	body    []byte
}

// Play has a session and gives what is wrong with the server's side of it.
func (p *Player) Play(s *Session) error {
	conn, err := p.Dial()
	if err != nil {
		return fmt.Errorf("the server takes no connection: %w", err)
	}
	defer conn.Close()
	conn.SetDeadline(time.Now().Add(patience))
	p.in.Reset(conn)
	x := &played{Session: s, conn: conn, in: &p.in}
	if err := x.play(p); err != nil {
		if errors.Is(err, os.ErrDeadlineExceeded) {
			return fmt.Errorf("the session hangs: %w", err)
		}
		return err
	}
	return nil
}

func (x *played) play(p *Player) error {
	if !x.Login {
		return x.flood(append([][]byte{x.Opening}, x.Messages...))
	}
	if x.Answers > 0 { // the packets before the start-up packet are a length and a code each
		for range x.Answers {
			if _, err := x.conn.Write(x.Opening[:8]); err != nil {
				return err
			}
			if b, err := x.in.ReadByte(); err != nil || b != 'N' {
				return fmt.Errorf("%q (%v) to a request for encryption", b, err)
			}
			x.Opening = x.Opening[8:]
		}
	}
	if _, err := x.conn.Write(x.Opening); err != nil {
		return err
	}
	if err := x.until(1); err != nil {
		return err
	}
	if x.ready == 0 {
		return errors.New("an honest start-up packet is refused")
	}
	if x.Cancel {
		if err := x.cancel(p); err != nil {
			return err
		}
	}
	if !x.Stepwise {
		return x.flood(x.Messages)
	}
	want, pending := 1, false
	for i, m := range x.Messages {
		if _, err := x.conn.Write(m); err != nil {
			x.fatal = true
			return x.rest()
		}
		switch m[0] {
		case 'Q', 'F':
			if pending { // an error among those before would have it skipped: there is no telling what will come
				return x.flood(x.Messages[i+1:])
			}
		case 'S':
			pending = false
		case 'd', 'c', 'f':
			continue
		default:
			pending = true
			continue
		}
		want++
		if err := x.until(want); err != nil {
			return err
		}
		if x.copying {
			return x.flood(x.Messages[i+1:])
		}
		if x.ready < want {
			break
		}
	}
	return x.leave()
}

// cancel sends a CancelRequest for the session itself.
func (x *played) cancel(p *Player) error {
	c, err := p.Dial()
	if err != nil {
		return err
	}
	defer c.Close()
	c.SetDeadline(time.Now().Add(patience))
	if _, err = c.Write(packet(cancelCode, string(x.key))); err != nil {
		return err
	}
	if b, err := io.ReadAll(c); len(b) > 0 || errors.Is(err, os.ErrDeadlineExceeded) {
		return fmt.Errorf("a CancelRequest is answered by %q (%v)", b, err)
	}
	return nil
}

// flood sends everything without waiting for answers. Nobody reads meanwhile, so what is sent is less than the socket
// buffers hold.
func (x *played) flood(list [][]byte) error {
	all := bytes.Join(list, nil)
	for _, n := range x.Pieces {
		n = min(n, len(all))
		if _, err := x.conn.Write(all[:n]); err != nil {
			x.fatal = true
			return x.rest()
		}
		all = all[n:]
	}
	if len(all) == 0 {
		return x.leave()
	}
	if _, err := x.conn.Write(all); err != nil {
		x.fatal = true
		return x.rest()
	}
	return x.leave()
}

type halfCloser interface{ CloseWrite() error }

func (x *played) leave() error {
	switch x.Ending {
	case Vanish:
		return nil
	case Reset:
		if t, ok := x.conn.(*net.TCPConn); ok {
			t.SetLinger(0)
		}
		return nil
	case Goodbye:
		x.conn.Write([]byte{'X', 0, 0, 0, 4})
	}
	if x.Ending == HalfClose || !x.Sound { // a damaged message may have swallowed the Terminate
		x.conn.(halfCloser).CloseWrite()
	}
	return x.rest()
}

// rest reads to the end and counts.
func (x *played) rest() error {
	if !x.Login { // single bytes may be among the messages
		all, err := io.ReadAll(x.in)
		if bytes.Contains(all, []byte("CXX000\x00")) && !ownFault.Match(all) {
			return fmt.Errorf("an error that should not be: %q", all)
		}
		return x.late(err)
	}
	if err := x.until(toTheEnd); err != nil {
		return err
	}
	if !x.Sound || x.copying || x.fatal || x.Cancel {
		return nil
	}
	// One for the start-up, and one for each message that asks for it, unless an error had messages skipped.
	most, least := 1, 1
	for _, m := range x.Messages {
		switch m[0] {
		case 'S':
			most, least = most+1, least+1
		case 'Q', 'F':
			most++
		}
	}
	if x.Ending == HalfClose {
		least = 1 // who says no more is taken for gone while a statement runs
	}
	if x.ready < least || x.ready > most {
		return fmt.Errorf("ReadyForQuery came %d times, want %d to %d", x.ready, least, most)
	}
	return nil
}

// until reads messages until ReadyForQuery has been seen so many times, the server wants data, or the end. The end may be
// within a message: a server that closes a connection from which it has not read all resets it, and one that takes its
// client for gone stops where it is.
func (x *played) until(ready int) error {
	var head [5]byte
	for x.ready < ready {
		if _, err := io.ReadFull(x.in, head[:]); err != nil {
			return x.late(err)
		}
		n := int(binary.BigEndian.Uint32(head[1:])) - 4
		if n < 0 || n > 1<<26 {
			return fmt.Errorf("a message of type %q has a length of %d", head[0], n+4)
		}
		if cap(x.body) < n {
			x.body = make([]byte, n)
		}
		x.body = x.body[:n]
		if _, err := io.ReadFull(x.in, x.body); err != nil {
			return x.late(err)
		}
		if err := x.take(head[0], x.body); err != nil {
			return err
		}
		if x.copying && ready < toTheEnd {
			return nil
		}
	}
	return nil
}

const toTheEnd = 1 << 30

// late keeps of the errors of reading the one that says that nothing came in time. One that is not the end is a reset: a
// last word was lost.
func (x *played) late(err error) error {
	if errors.Is(err, os.ErrDeadlineExceeded) {
		return err
	}
	x.fatal = x.fatal || !errors.Is(err, io.EOF) && !errors.Is(err, io.ErrUnexpectedEOF)
	return nil
}

// ownFault are the texts that PostgreSQL itself calls internal errors, though any client can cause them.
var ownFault = regexp.MustCompile(`unsupported jsonb version number|unsupported jsonpath version number|unrecognized interval typmod`)

// take looks at one message of the server.
func (x *played) take(kind byte, body []byte) error {
	var m pgproto3.BackendMessage
	switch kind {
	case 'D':
		m = &pgproto3.DataRow{}
	case 'T':
		m = &pgproto3.RowDescription{}
	case 'E', 'N':
		e := &pgproto3.ErrorResponse{}
		if err := e.Decode(body); err != nil {
			return fmt.Errorf("a broken error: %w", err)
		}
		if kind == 'E' {
			x.fatal = x.fatal || e.Severity == "FATAL"
		}
		if e.Code == "" || e.Message == "" || e.Code == "XX000" && !ownFault.MatchString(e.Message) || strings.Contains(e.Message, "%!") {
			return fmt.Errorf("an error that should not be: %s %s %q %s", e.Severity, e.Code, e.Message, e.Detail)
		}
		return nil
	case 'C':
		m = &pgproto3.CommandComplete{}
	case 'Z':
		if len(body) != 1 || strings.IndexByte("ITE", body[0]) < 0 {
			return fmt.Errorf("ReadyForQuery says %q", body)
		}
		x.ready++
		return nil
	case 'K':
		x.key = append([]byte(nil), body...)
		m = &pgproto3.BackendKeyData{}
	case 'S':
		m = &pgproto3.ParameterStatus{}
	case 't':
		m = &pgproto3.ParameterDescription{}
	case 'G':
		x.copying = true
		m = &pgproto3.CopyInResponse{}
	case 'H':
		m = &pgproto3.CopyOutResponse{}
	case 'v':
		m = &pgproto3.NegotiateProtocolVersion{}
	case 'R':
		if len(body) < 4 {
			return errors.New("a broken authentication message")
		}
		return nil
	case 'd', 'A':
		return nil
	case '1', '2', '3', 'n', 's', 'I', 'c':
		if len(body) > 0 {
			return fmt.Errorf("a message of type %q has a body", kind)
		}
		return nil
	default:
		return fmt.Errorf("a message of the unknown type %q", kind)
	}
	if err := m.Decode(body); err != nil {
		return fmt.Errorf("a broken message of type %q: %w", kind, err)
	}
	return nil
}

// String shows a session as it goes over the wire.
func (s *Session) String() string {
	var b strings.Builder
	fmt.Fprintf(&b, "opening %q\n", s.Opening)
	for _, m := range s.Messages {
		fmt.Fprintf(&b, "%.2000q\n", m)
	}
	fmt.Fprintf(&b, "stepwise %t, cancel %t, pieces %v, ending %d", s.Stepwise, s.Cancel, s.Pieces, s.Ending)
	return b.String()
}
