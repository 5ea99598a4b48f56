package e2e

import (
	"bytes"
	be "encoding/binary"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgproto3"
)

// say opens a socket, sends bytes, and gives what the server answered before it closed the connection.
func (h *Howdah) say(t testing.TB, text []byte) []byte {
	t.Helper()
	conn, err := net.Dial("tcp", fmt.Sprintf("127.0.0.1:%d", h.Port))
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	conn.SetDeadline(time.Now().Add(5 * time.Second))
	conn.Write(text)
	conn.(*net.TCPConn).CloseWrite()
	answer, err := io.ReadAll(conn)
	if ne, ok := errors.AsType[net.Error](err); ok && ne.Timeout() {
		t.Errorf("%.60q: the server neither answers nor leaves", text)
	}
	return answer
}

// packet is a start-up packet: its length, a version, and what follows.
func packet(version uint32, rest string) []byte {
	b := make([]byte, 8, 8+len(rest))
	be.BigEndian.PutUint32(b, uint32(8+len(rest)))
	be.BigEndian.PutUint32(b[4:], version)
	return append(b, rest...)
}

// message is a message after the start-up.
func message(typ byte, body string) []byte {
	b := append([]byte{typ}, be.BigEndian.AppendUint32(nil, uint32(4+len(body)))...)
	return append(b, body...)
}

func TestStartupAbuse(t *testing.T) {
	h := Serve(t, t.TempDir())
	const login = "user\x00tester\x00database\x00howdah\x00\x00"
	for _, c := range []struct {
		name string
		sent []byte
		want string // in the answer; "" = none
	}{
		{"nothing", nil, ""},
		{"one byte", []byte{0}, "C08P01\x00"},
		{"HTTP", []byte("GET / HTTP/1.1\r\nHost: x\r\n\r\n"), "C08P01\x00"},
		{"SSH", []byte("SSH-2.0-OpenSSH_9.0\r\n"), "C08P01\x00"},
		{"TLS without being asked", append([]byte{0x16, 3, 1, 2, 0, 1, 0, 1, 0xfc, 3, 3}, bytes.Repeat([]byte{7}, 500)...), "C08P01\x00"},
		{"zeros", make([]byte, 100), "C08P01\x00"},
		{"length of 4 GiB", []byte{0xff, 0xff, 0xff, 0xff, 0, 3, 0, 0}, "C08P01\x00"},
		{"length of 7", []byte{0, 0, 0, 7, 0, 3, 0}, "C08P01\x00"},
		{"cut", packet(3<<16, login)[:20], "C08P01\x00"},
		{"protocol 2.0", packet(2<<16, strings.Repeat("\x00", 288)), "C0A000\x00"},
		{"protocol 1.0", packet(1<<16, strings.Repeat("\x00", 288)), "C0A000\x00"},
		{"protocol 4.0", packet(4<<16, login), "C0A000\x00"},
		{"no user", packet(3<<16, "database\x00howdah\x00\x00"), "C28000\x00"},
		{"empty", packet(3<<16, "\x00"), "C28000\x00"},
		{"no terminator", packet(3<<16, "user\x00tester\x00"), "C08P01\x00"},
		{"value missing", packet(3<<16, "user\x00tester\x00database\x00"), "C08P01\x00"},
		{"other database", packet(3<<16, "user\x00tester\x00database\x00nowhere\x00\x00"), "C3D000\x00"},
		{"replication", packet(3<<16, "user\x00tester\x00database\x00howdah\x00replication\x00true\x00\x00"), "C0A000\x00"},
		{"bad setting", packet(3<<16, "user\x00tester\x00database\x00howdah\x00client_encoding\x00klingon\x00\x00"), "C22023\x00"},
		{"unknown setting", packet(3<<16, "user\x00tester\x00database\x00howdah\x00colour\x00red\x00\x00"), "C42704\x00"},
		{"cancel of nobody", packet(1234<<16|5678, "\x00\x00\x00\x07\x01\x02\x03\x04"), ""},
		{"cancel without key", packet(1234<<16|5678, "\x00\x00"), "C08P01\x00"},
		{"plaintext after SSLRequest", append(packet(1234<<16|5679, ""), packet(3<<16, login)...), "C08P01\x00"},
	} {
		answer := h.say(t, c.sent)
		if c.want == "" && len(answer) > 0 || !strings.Contains(string(answer), c.want) {
			t.Errorf("%s: answered %.200q, want %q", c.name, answer, c.want)
		}
		if strings.Contains(string(answer), "\x00\x05I") {
			t.Errorf("%s was let in: %.200q", c.name, answer)
		}
	}
	h.alive(t)
	rnd := rand.New(rand.NewPCG(1, 2))
	for range 200 {
		garbage := make([]byte, rnd.IntN(300))
		for i := range garbage {
			garbage[i] = byte(rnd.Uint32())
		}
		if len(garbage) > 4 && rnd.IntN(2) == 0 {
			be.BigEndian.PutUint32(garbage, uint32(len(garbage)))
		}
		h.say(t, garbage)
	}
	h.alive(t)
	if strings.Contains(h.Log(), "panic") {
		t.Errorf("the log tells of a panic:\n%s", h.Log())
	}
}

// TestMessageAbuse says odd things in a session that began well.
func TestMessageAbuse(t *testing.T) {
	h := Serve(t, t.TempDir())
	for _, c := range []struct {
		name string
		sent []byte
		want string
	}{
		{"unknown type", message('?', "x"), "C08P01\x00"},
		{"length of 4 GiB", []byte{'Q', 0xff, 0xff, 0xff, 0xff}, "C08P01\x00"},
		{"length of 1 GiB", []byte{'Q', 0x40, 0, 0, 0}, "C08P01\x00"},
		{"length of 0", []byte{'Q', 0, 0, 0, 0}, "C08P01\x00"},
		{"query without end", message('Q', "select 1"), "C08P01\x00"},
		{"bind cut", message('B', "\x00\x00\x00\x09"), "C08P01\x00"},
		{"execute cut in a name", message('E', "nobody"), "C08P01\x00"},
		{"bind of many formats", message('B', "\x00\x00\xff\xff"), "C08P01\x00"},
		{"parse of many types", message('P', "\x00select 1\x00\xff\xff"), "C08P01\x00"},
		{"copy data out of place", append(message('d', "x"), message('Q', "select 42\x00")...), "\x0242"},
		{"function call", message('F', "\x00\x00\x00\x01\x00\x00\x00\x00\x00\x00"), "C0A000\x00"},
		{"invalid UTF-8", message('Q', "select '\xff'\x00"), "C22021\x00"},
		{"copy in", message('Q', "copy x from stdin\x00"), "C42P01\x00"},
		{"copy in, then goodbye", append(message('Q', "create temp table x (a int); copy x from stdin\x00"), message('X', "")...), "SFATAL\x00VFATAL\x00C08006\x00"},
		{"copy in, then another query", append(message('Q', "create temp table x (a int); copy x from stdin\x00"), message('Q', "select 1\x00")...), "C08P01\x00"},
		{"copy in of garbage", append(message('Q', "create temp table x (a int); copy x from stdin binary\x00"), message('d', "\x00\x01PGCOPY and more of it")...), "C22P04\x00"},
		{"password out of place", message('p', "x\x00"), "C08P01\x00"},
		{"execute of nothing", append(message('E', "nobody\x00\x00\x00\x00\x00"), message('S', "")...), "C34000\x00"},
	} {
		sent := append(packet(3<<16, "user\x00tester\x00database\x00howdah\x00\x00"), c.sent...)
		sent = append(sent, message('X', "")...)
		if answer := h.say(t, sent); !strings.Contains(string(answer), c.want) {
			t.Errorf("%s: answered …%.300q, want %q", c.name, answer[max(0, len(answer)-300):], c.want)
		}
	}
	h.alive(t)
	rnd := rand.New(rand.NewPCG(3, 4))
	for range 200 {
		sent := packet(3<<16, "user\x00tester\x00database\x00howdah\x00\x00")
		for range rnd.IntN(6) {
			body := make([]byte, rnd.IntN(60))
			for i := range body {
				body[i] = byte(rnd.Uint32())
				if rnd.IntN(3) == 0 {
					body[i] = 0
				}
			}
			sent = append(sent, message("QPBDECSHdcf"[rnd.IntN(11)], string(body))...)
		}
		h.say(t, sent)
	}
	h.alive(t)
	if strings.Contains(h.Log(), "panic") {
		t.Errorf("the log tells of a panic:\n%s", h.Log())
	}
}

// TestDeepQueries nests what can be nested, 100,000 deep.
func TestDeepQueries(t *testing.T) {
	dir := t.TempDir()
	put(t, dir, "x.csv", []byte("a,b\n1,2\n"))
	h := Serve(t, dir)
	const deep = 100_000
	for name, q := range map[string]string{
		"parentheses":  "select " + strings.Repeat("(", deep) + "1" + strings.Repeat(")", deep),
		"sum":          "select 1" + strings.Repeat("+1", deep),
		"unary minus":  "select " + strings.Repeat("- ", deep) + "1",
		"not":          "select " + strings.Repeat("not ", deep) + "true",
		"casts":        "select 1" + strings.Repeat("::int", deep),
		"array":        "select " + strings.Repeat("array[", deep) + "1" + strings.Repeat("]", deep),
		"case":         "select " + strings.Repeat("case when true then ", deep) + "1" + strings.Repeat(" end", deep),
		"functions":    "select " + strings.Repeat("abs(", deep) + "1" + strings.Repeat(")", deep),
		"sub-selects":  "select * from " + strings.Repeat("(select * from ", deep) + "x" + strings.Repeat(") t", deep),
		"scalars":      "select " + strings.Repeat("(select ", deep) + "1" + strings.Repeat(")", deep),
		"union":        "select 1" + strings.Repeat(" union all select 1", deep),
		"joins":        "select * from x" + strings.Repeat(" natural join x", deep),
		"concat":       "select 'a'" + strings.Repeat("||'a'", deep),
		"collate":      "select 'a'" + strings.Repeat(` collate "C"`, deep),
		"subscripts":   "select a" + strings.Repeat("[1]", deep) + " from x",
		"is null":      "select 1" + strings.Repeat(" is null", deep),
		"at time zone": "select now()" + strings.Repeat(" at time zone 'UTC'", deep),
		"between":      "select 1" + strings.Repeat(" between 1 and 1", deep),
		"explain":      strings.Repeat("explain ", deep) + "select 1",
		"only open":    "select " + strings.Repeat("(", deep),
		"rows":         "select " + strings.Repeat("row(", deep) + "1" + strings.Repeat(")", deep),
		"with":         strings.Repeat("with a as (", deep) + "select 1" + strings.Repeat(") select 1", deep),
	} {
		nests := name == "parentheses" || name == "sum" || name == "array" || name == "functions" || name == "sub-selects" || name == "scalars" || name == "case" || name == "not"
		if testing.Short() && !nests {
			continue
		}
		c := h.Connect(t)
		began := time.Now()
		_, err := c.Query(q)
		c.Close()
		code := ""
		for _, want := range []string{"54001", "42601", "42804", "54011", "42883", "42712"} {
			if err != nil && strings.Contains(err.Error(), want) {
				code = want
			}
		}
		if nests && code != "54001" || code == "" {
			t.Errorf("%s: %.200v", name, err)
		}
		if took := time.Since(began); took > 5*time.Second {
			t.Errorf("%s took %v", name, took)
		} else if took > time.Second {
			t.Logf("%s took %v: %.100v", name, took, err)
		}
		h.alive(t)
	}
	// What does not nest may be long.
	const long = deep / 4
	for name, q := range map[string]string{
		"in list": "select count(*) from x where a in (0" + strings.Repeat(",1", long) + ")",
		"or":      "select count(*) from x where a = 1" + strings.Repeat(" or a = 1", long),
		"and":     "select count(*) from x where a = 1" + strings.Repeat(" and a = 1", long),
	} {
		if v := h.value(t, q); v != "1" {
			t.Errorf("%s: %s", name, v)
		}
	}
	h.alive(t)
}

// TestVanishingClients leaves in the middle of things, politely and not.
func TestVanishingClients(t *testing.T) {
	h := serveOrders(t, bigFile(t, 100_000))
	for i, q := range []string{
		"select * from orders a, orders b",                              // mid-result
		"select count(*) from orders a, orders b where a.qty > b.price", // mid-query
		"copy (select * from orders a, orders b) to stdout",
		"select pg_sleep(60)",
		"begin; declare c cursor for select * from orders; fetch 10 from c; select pg_sleep(60)",
	} {
		for _, way := range []string{"close", "reset", "half"} {
			conn, err := h.dial()
			if err != nil {
				t.Fatal(err)
			}
			conn.front.Send(&pgproto3.Query{String: q})
			if err := conn.front.Flush(); err != nil {
				t.Fatal(err)
			}
			if i == 0 || i == 2 {
				io.CopyN(io.Discard, conn, 1<<20)
			}
			time.Sleep(20 * time.Millisecond)
			tcp := conn.Conn.(*net.TCPConn)
			switch way {
			case "reset":
				tcp.SetLinger(0)
			case "half": // gone without a word, and its socket stays half open until the server has had enough
				tcp.CloseWrite()
				defer tcp.Close()
				continue
			}
			tcp.Close()
		}
	}
	h.alive(t)
	eventually(t, func() string {
		if v := h.value(t, "select coalesce(min(query), '') from pg_stat_activity where state = 'active' and query not like '%pg_stat_activity%'"); v != "" {
			return "still running, its client gone: " + v
		}
		return ""
	})
	if strings.Contains(h.Log(), "panic") || strings.Contains(h.Log(), "internal error") {
		t.Errorf("the log tells of faults:\n%s", h.Log())
	}
}
