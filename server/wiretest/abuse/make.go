package abuse

import (
	"math/rand/v2"
	"strings"

	"github.com/jackc/pgx/v5/pgproto3"
)

// Ending is how a client leaves.
type Ending int

const (
	HalfClose Ending = iota // it says no more and reads to the end
	Goodbye                 // Terminate, and reads to the end
	Vanish                  // it closes its socket
	Reset                   // it resets the connection
)

// Session is what one client sends.
type Session struct {
	Opening  []byte   // all up to and with the start-up packet
	Answers  int      // single bytes that the server answers within the opening: to SSLRequest and GSSENCRequest
	Messages [][]byte // after it; each one with type and length if Sound
	Sound    bool     // every message is whole and of a known type, though its contents may make no sense
	Login    bool     // the opening is that of an honest client
	Stepwise bool     // wait for ReadyForQuery where it is due; else everything is sent at once
	Cancel   bool     // send a CancelRequest for itself in the middle
	Pieces   []int    // sizes of the pieces in which a session that is not stepwise is written; empty: one piece
	Ending   Ending
}

// messagesAtMost keeps sessions short: a million of them are to be played.
const messagesAtMost = 14

// Make derives a session. The same generator makes the same one.
func (c *Corpus) Make(r *rand.Rand) *Session {
	s := &Session{Login: true}
	list := c.base(r)
	for range r.IntN(5) {
		list = c.disorder(r, list)
	}
	for i, m := range list {
		if r.IntN(12) == 0 {
			list[i] = c.bend(r, m)
		}
	}
	for _, m := range list {
		if b, err := m.Encode(nil); err == nil {
			s.Messages = append(s.Messages, b)
		}
	}
	if r.IntN(2) == 0 {
		s.damage(r)
	}
	s.Sound = sound(s.Messages)
	c.opening(r, s)
	s.Stepwise = s.Sound && r.IntN(3) == 0
	s.Cancel = r.IntN(40) == 0
	if !s.Stepwise && r.IntN(4) == 0 {
		for range 1 + r.IntN(8) {
			s.Pieces = append(s.Pieces, 1+r.IntN(1<<r.IntN(10)))
		}
	}
	switch n := r.IntN(20); {
	case n < 2:
		s.Ending = Vanish
	case n < 3:
		s.Ending = Reset
	case n < 8:
		s.Ending = Goodbye
	}
	return s
}

// base is a part of a recorded session, one of messages drawn at random, or two of these grown together.
func (c *Corpus) base(r *rand.Rand) []pgproto3.FrontendMessage {
	part := func() []pgproto3.FrontendMessage {
		if r.IntN(3) == 0 {
			var list []pgproto3.FrontendMessage
			for range 1 + r.IntN(10) {
				list = append(list, c.message(r))
			}
			return list
		}
		whole := c.sessions[r.IntN(len(c.sessions))]
		from := 0
		if len(whole) > messagesAtMost && r.IntN(3) > 0 {
			from = r.IntN(len(whole))
		}
		return append([]pgproto3.FrontendMessage(nil), whole[from:min(len(whole), from+1+r.IntN(messagesAtMost))]...)
	}
	list := part()
	if r.IntN(4) == 0 {
		other := part()
		at := r.IntN(len(list) + 1)
		list = append(list[:at:at], append(other, list[at:]...)...)
	}
	return list[:min(len(list), 2*messagesAtMost)]
}

// disorder changes which messages there are, and their order.
func (c *Corpus) disorder(r *rand.Rand, list []pgproto3.FrontendMessage) []pgproto3.FrontendMessage {
	if len(list) == 0 {
		return append(list, c.message(r))
	}
	i, j := r.IntN(len(list)), r.IntN(len(list))
	switch r.IntN(7) {
	case 0: // lost
		return append(list[:i:i], list[i+1:]...)
	case 1: // doubled
		return append(list[:i+1:i+1], list[i:]...)
	case 2: // swapped
		list[i], list[j] = list[j], list[i]
	case 3: // a stretch shuffled
		from, to := min(i, j), max(i, j)+1
		r.Shuffle(to-from, func(a, b int) { list[from+a], list[from+b] = list[from+b], list[from+a] })
	case 4: // all of a kind lost: what was in steps is a pipeline now
		kind := r.IntN(2)
		var kept []pgproto3.FrontendMessage
		for _, m := range list {
			_, sync := m.(*pgproto3.Sync)
			_, describe := m.(*pgproto3.Describe)
			if kind == 0 && !sync || kind == 1 && !describe {
				kept = append(kept, m)
			}
		}
		return kept
	default:
		return append(list[:i:i], append([]pgproto3.FrontendMessage{c.message(r)}, list[i:]...)...)
	}
	return list
}

func pick[T any](r *rand.Rand, of ...T) T { return of[r.IntN(len(of))] }

// name is of a statement, a portal or a cursor: few, so that they meet.
func name(r *rand.Rand) string {
	return pick(r, "", "", "", "s", "p", "c1", "c", "pgsql_fdw_prep_1", "nobody", strings.Repeat("n", 70))
}

// own are statements that change the state of a session most.
var own = []string{
	"begin", "commit", "rollback", "begin isolation level repeatable read read only", "savepoint s", "rollback to s", "release s", "",
	"declare c cursor for select id, status from files.orders", "declare c1 scroll cursor with hold for select g from generate_series(1, 300) g",
	"fetch 3 from c", "fetch backward all in c1", "move absolute -1 in c1", "close c", "close all", "discard all", "deallocate all",
	"prepare s as select $1::int + 1", "execute s(1)", "select $1::text, $2::int, $3::numeric[]", "select * from files.orders where id = $1 and placed_on < $2",
	"copy files.orders to stdout", "copy (select * from files.customers) to stdout (format binary)", "create temp table x (a int primary key, b text)",
	"copy x from stdin", "copy x from stdin (format csv, header)", "copy x from stdin binary", "insert into x values (1, 'a') returning *", "select 1/0",
	"select 1; select 2; begin; select 1/0; commit", "set client_encoding = latin1", "set timezone = 'Europe/Rome'", "reset all", "set search_path = files, pg_catalog",
	"show all", "select * from pg_stat_activity", "select count(*) from orders o, orders p, orders q", "select pg_sleep(1)", "set statement_timeout = '20ms'",
	"select repeat('x', 100000) from generate_series(1, 20)", "explain analyze select * from files.orders", "listen x", "notify x", "insert into files.orders values (1)",
	"select id from files.orders for update", "select pg_cancel_backend(pg_backend_pid())", "set idle_in_transaction_session_timeout = 1", "set statement_timeout = 0",
	"fetch absolute 7 from c1", "fetch relative -3 from c1", "fetch last from c1", "move forward all in c", "fetch prior from c1", "fetch 0 from c",
	"select current_user, session_user, version(), current_database(), current_schemas(true)", "select name, statement from pg_cursors", "select * from pg_prepared_statements",
	"select name, setting from pg_settings where name ~ 'time'", "select set_config('search_path', 'files', false)", "show search_path", "savepoint a; rollback to a; release a",
	"create temp table y on commit drop as select id, status from files.orders", "update x set b = 'c' where a = 1 returning a", "delete from x", "truncate x", "drop table x",
	"copy x (b, a) from stdin (format csv, header match, force_null (b))", "copy x from stdin (encoding latin1, null 'N', delimiter ';')", "insert into x select id, status from files.orders",
	"select a, b from x order by a", "create view v as select 1", "create or replace view v as select * from v", "select * from v", "select * from pg_stat_progress_howdah_scan", "alter role tester set work_mem = '1MB'", "set role tester", "set session characteristics as transaction read only",
	"select pg_terminate_backend(pg_backend_pid())", "select row(1, 'a', null), array[1.5, null], '1 day'::interval, now()", "explain (analyze, format json) select count(*) from files.orders group by status",
	"select array_agg(id) from files.orders group by status", "with recursive t(n) as (select 1 union all select n + 1 from t) select n from t",
}

func (c *Corpus) text(r *rand.Rand) string {
	if r.IntN(2) == 0 {
		return own[r.IntN(len(own))]
	}
	return c.texts[r.IntN(len(c.texts))]
}

var oids = []uint32{0, 16, 17, 20, 21, 23, 25, 114, 700, 701, 705, 1007, 1009, 1082, 1114, 1184, 1186, 1700, 2249, 2276, 2283, 2950, 3802, 3904, 999999}

var values = []string{"", "1", "-1", "t", "paid", "2024-01-01", "{1,2}", `{"a":1}`, "\x00\x00\x00\x01", "\x00\x01", "\xff\xfe", "infinity", "1e400",
	"\x00\x00\x00\x01\x00\x00\x00\x00\x00\x00\x00\x17\x00\x00\x00\x01\x00\x00\x00\x01\x00\x00\x00\x04\x00\x00\x00\x05",
	"\x7f\xff\xff\xff\x00\x00\x00\x00\x00\x00\x00\x17", "\x00\x01\xff\xff\x00\x00\x00\x00\x00\x01", "\x01{}", strings.Repeat("9", 2000)}

func formats(r *rand.Rand) []int16 {
	var f []int16
	for range r.IntN(4) * r.IntN(2) {
		f = append(f, pick[int16](r, 0, 0, 1, 1, 2, -1))
	}
	return f
}

// message draws one of any type.
func (c *Corpus) message(r *rand.Rand) pgproto3.FrontendMessage {
	switch r.IntN(22) {
	case 0, 1, 2:
		return &pgproto3.Query{String: c.text(r)}
	case 3, 4, 5:
		m := &pgproto3.Parse{Name: name(r), Query: c.text(r)}
		for range r.IntN(4) * r.IntN(2) {
			m.ParameterOIDs = append(m.ParameterOIDs, oids[r.IntN(len(oids))])
		}
		return m
	case 6, 7, 8:
		m := &pgproto3.Bind{DestinationPortal: name(r), PreparedStatement: name(r), ParameterFormatCodes: formats(r), ResultFormatCodes: formats(r)}
		for range r.IntN(4) {
			v := []byte(values[r.IntN(len(values))])
			if r.IntN(6) == 0 {
				v = nil
			}
			m.Parameters = append(m.Parameters, v)
		}
		return m
	case 9, 10:
		return &pgproto3.Describe{ObjectType: pick[byte](r, 'S', 'P', 'P', 'x'), Name: name(r)}
	case 11, 12, 13:
		return &pgproto3.Execute{Portal: name(r), MaxRows: pick[uint32](r, 0, 0, 0, 1, 2, 7, 1<<31-1, 1<<31, 1<<32-1)}
	case 14, 15:
		return &pgproto3.Sync{}
	case 16:
		return &pgproto3.Flush{}
	case 17:
		return &pgproto3.Close{ObjectType: pick[byte](r, 'S', 'P', 0), Name: name(r)}
	case 18:
		return &pgproto3.CopyData{Data: []byte(pick(r, "1\ta\n", "a,b\n1,x\n", "PGCOPY\n\xff\r\n\x00\x00\x00\x00\x00\x00\x00\x00\x00", "\xff\xff", "\\.\n", "\"", "", "b,a\nx,1\n", "PGCOPY\n\xff\r\n\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x02\x00\x00\x00\x04\x00\x00\x00\x01\x00\x00\x00\x01a\xff\xff"))}
	case 19:
		return pick[pgproto3.FrontendMessage](r, &pgproto3.CopyDone{}, &pgproto3.CopyFail{Message: "enough"})
	case 20:
		m := &pgproto3.FunctionCall{Function: pick[uint32](r, 0, 870, 1299, 999999), ArgFormatCodes: nil, ResultFormatCode: uint16(r.IntN(3))}
		for range r.IntN(3) {
			m.Arguments = append(m.Arguments, []byte(values[r.IntN(len(values))]))
		}
		return m
	}
	return pick[pgproto3.FrontendMessage](r, &pgproto3.Terminate{}, &pgproto3.SASLResponse{Data: []byte("n,,")})
}

// bend changes what is in a message, so that it is still one.
func (c *Corpus) bend(r *rand.Rand, m pgproto3.FrontendMessage) pgproto3.FrontendMessage {
	switch m := m.(type) {
	case *pgproto3.Query:
		return &pgproto3.Query{String: c.bendText(r, m.String)}
	case *pgproto3.Parse:
		n := *m
		n.Query = c.bendText(r, m.Query)
		return &n
	case *pgproto3.Bind:
		n := *m
		switch r.IntN(3) {
		case 0:
			n.ResultFormatCodes = formats(r)
		case 1:
			n.ParameterFormatCodes = formats(r)
		default:
			n.Parameters = append(append([][]byte(nil), m.Parameters...), []byte(values[r.IntN(len(values))]))
		}
		return &n
	case *pgproto3.Execute:
		return &pgproto3.Execute{Portal: m.Portal, MaxRows: uint32(r.IntN(4))}
	}
	return c.message(r)
}

// bendText cuts, joins and damages a statement's text.
func (c *Corpus) bendText(r *rand.Rand, s string) string {
	words := strings.Fields(s)
	if len(words) == 0 {
		return c.text(r)
	}
	i, j := r.IntN(len(words)), r.IntN(len(words))
	switch r.IntN(7) {
	case 0:
		return strings.Join(words[:i], " ")
	case 1:
		return strings.Join(append(words[:i:i], words[i+1:]...), " ")
	case 2:
		words[i], words[j] = words[j], words[i]
	case 3:
		other := strings.Fields(c.text(r))
		return strings.Join(append(words[:i:i], other[min(j, len(other)):]...), " ")
	case 4:
		words[i] = pick(r, "$1", "null", "'", "((", "--", "/*", "E'\\", "9999999999999999999999", "\xff", "$$", ";", "1e999999", "::", "[", "interval")
	case 5:
		return s + "; " + c.text(r)
	default:
		return s[:r.IntN(len(s)+1)]
	}
	return strings.Join(words, " ")
}
