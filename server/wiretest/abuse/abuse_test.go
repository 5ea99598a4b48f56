package abuse

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"math/rand/v2"
	"net"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgproto3"

	"howdah/catalog"
	formatsall "howdah/formats/all"
	"howdah/internal/budget"
	"howdah/internal/scram"
	"howdah/server"
	"howdah/server/engine"
	sourcesall "howdah/sources/all"
	"howdah/sources/local"
)

// target is a server of this process over a few files, and what is to be as before when its clients have gone.
type target struct {
	server *server.Server
	memory *budget.Budget
	temp   string
	faults *faults
	dials  []func() (net.Conn, error) // TCP first
}

// faults keeps what the server logs as its own: panics and internal errors.
type faults struct {
	mu   sync.Mutex
	seen []string
}

func (f *faults) Enabled(_ context.Context, l slog.Level) bool { return l >= slog.LevelError }
func (f *faults) WithAttrs([]slog.Attr) slog.Handler           { return f }
func (f *faults) WithGroup(string) slog.Handler                { return f }
func (f *faults) Handle(_ context.Context, r slog.Record) error {
	var b strings.Builder
	b.WriteString(r.Message)
	r.Attrs(func(a slog.Attr) bool { fmt.Fprintf(&b, " %s=%v", a.Key, a.Value); return true })
	if ownFault.MatchString(b.String()) {
		return nil
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	f.seen = append(f.seen, b.String())
	return nil
}

func (f *faults) take() []string {
	f.mu.Lock()
	defer f.mu.Unlock()
	s := f.seen
	f.seen = nil
	return s
}

// labRows is the number of files.orders' rows.
const labRows = 60

// labFiles are the tables of the recorded sessions, with fewer rows.
func labFiles(dir string) (ddl string, err error) {
	columns := map[string]string{
		"orders": "id int8, customer_id int4, status text, amount numeric(12,2), qty int4, price float8, ok bool, placed_on date, placed_at timestamp, placed_tz timestamptz, " +
			"code varchar(10), flag char(3), tags text[], doc jsonb, j json, uid uuid, raw bytea, dur interval, tm time, small int2, f4 float4",
		"customers": "id int4, name text, country text, credit numeric, created timestamptz",
		"p2023":     "id int8, d date, v text", "p2024": "id int8, d date, v text", "pk": "id int, name text, parent int",
	}
	rows := map[string]func(g int) string{
		"orders": func(g int) string {
			return fmt.Sprintf(`%d,%d,%s,%d.25,%d,%g,%t,2024-01-%02d,2024-01-01 %02d:00:00,2024-01-01 %02d:00:00+00,c%d,ab,"{x,y%d}","{""k"": %d}","{""a"":1}",00000000-0000-0000-0000-%012d,\x0102,1 day 02:03:00,10:11:12,%d,%g`,
				g, g%50, []string{"new", "paid", "shipped", "cancelled"}[g%4], g, g%7, float64(g)/3, g%2 == 0, 1+g%28, g%24, g%24, g%100, g, g, g, g%100, float32(g)/7)
		},
		"customers": func(g int) string {
			return fmt.Sprintf("%d,cust%d,%s,%d,2024-01-01 00:00:00+00", g, g, []string{"FR", "DE", "US"}[g%3], g*10)
		},
		"p2023": func(g int) string { return fmt.Sprintf("%d,2023-02-%02d,v%d", g, 1+g%28, g) },
		"p2024": func(g int) string { return fmt.Sprintf("%d,2024-02-%02d,v%d", g, 1+g%28, g) },
		"pk":    func(g int) string { return fmt.Sprintf("%d,n%d,%d", g, g, g/2) },
	}
	ddl = "create schema files; create server lab foreign data wrapper howdah options (location '" + dir + "');"
	for name, cols := range columns {
		var b strings.Builder
		for i, c := range strings.Split(strings.ReplaceAll(cols, "(12,2)", ""), ", ") {
			if i > 0 {
				b.WriteByte(',')
			}
			b.WriteString(strings.Fields(c)[0])
		}
		b.WriteByte('\n')
		for g := range labRows {
			b.WriteString(rows[name](g+1) + "\n")
		}
		if err := os.WriteFile(filepath.Join(dir, name+".csv"), []byte(b.String()), 0o644); err != nil {
			return "", err
		}
		ddl += fmt.Sprintf("create foreign table files.%s (%s) server lab options (location '%s.csv', header 'true');", name, cols, name)
	}
	return ddl + "create view files.v_paid as select * from files.orders where status = 'paid'; create view files.slow as select g, pg_sleep(0.05)::text s from generate_series(1, 1000) g;", nil
}

func start(t testing.TB) *target {
	t.Helper()
	x := &target{faults: &faults{}, temp: t.TempDir(), memory: budget.New("server", 1<<30, nil)}
	log := slog.New(x.faults)
	dir := t.TempDir()
	ddl, err := labFiles(dir)
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(t.TempDir(), "catalog.sql")
	if err := os.WriteFile(file, []byte(ddl), 0o600); err != nil {
		t.Fatal(err)
	}
	reg, err := sourcesall.Registry(sourcesall.Config{Local: local.Config{Roots: []string{dir}}})
	if err != nil {
		t.Fatal(err)
	}
	cat, err := catalog.New(t.Context(), catalog.Config{File: file, Sources: reg, Formats: formatsall.Formats(), Log: log, Owner: "tester", Budget: x.memory})
	if err != nil {
		t.Fatal(err)
	}
	v, err := scram.New("secret")
	if err != nil {
		t.Fatal(err)
	}
	cat.SetRole(catalog.Role{Name: "tester", Login: true, Superuser: true, ConnLimit: -1})
	cat.SetRole(catalog.Role{Name: "locked", Login: true, Verifier: v.String(), ConnLimit: -1})
	e := engine.New(cat, x.memory)
	e.TempDir = x.temp
	x.server, err = server.New(server.Config{Log: log, StartupTimeout: 5 * time.Second, Settings: map[string]string{"statement_timeout": "200", "work_mem": "16MB"}}, e)
	if err != nil {
		t.Fatal(err)
	}
	var serving sync.WaitGroup
	for _, at := range [][2]string{{"tcp", "127.0.0.1:0"}, {"unix", filepath.Join(t.TempDir(), "s")}} {
		l, err := net.Listen(at[0], at[1])
		if err != nil {
			t.Fatal(err)
		}
		network, addr := at[0], l.Addr().String()
		x.dials = append(x.dials, func() (net.Conn, error) { return net.DialTimeout(network, addr, patience) })
		serving.Go(func() {
			if err := x.server.Serve(l); err != nil {
				t.Error(err)
			}
		})
	}
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
		defer cancel()
		x.server.Shutdown(ctx)
		serving.Wait()
		reg.Close()
	})
	return x
}

// honest is a client that wants an answer: by the simple protocol, and by the extended one in binary.
func (x *target) honest() error {
	conn, err := x.dials[0]()
	if err != nil {
		return err
	}
	defer conn.Close()
	conn.SetDeadline(time.Now().Add(patience))
	f := pgproto3.NewFrontend(conn, conn)
	f.Send(&pgproto3.StartupMessage{ProtocolVersion: pgproto3.ProtocolVersion30, Parameters: map[string]string{
		"user": "tester", "database": "howdah", "statement_timeout": "10s", // the server's own is for the others, on an idle machine
	}})
	f.Send(&pgproto3.Query{String: "select count(*) from files.orders"})
	f.Send(&pgproto3.Parse{Query: "select $1::int4 + 1, status from files.orders where id = $2"})
	f.Send(&pgproto3.Bind{Parameters: [][]byte{[]byte("41"), []byte("2")}, ResultFormatCodes: []int16{1}})
	f.Send(&pgproto3.Execute{})
	f.Send(&pgproto3.Sync{})
	if err := f.Flush(); err != nil {
		return err
	}
	var got []string
	for ready := 0; ready < 3; {
		m, err := f.Receive()
		if err != nil {
			return err
		}
		switch m := m.(type) {
		case *pgproto3.DataRow:
			for _, v := range m.Values {
				if len(v) == 4 && v[0] == 0 {
					v = strconv.AppendUint(nil, uint64(binary.BigEndian.Uint32(v)), 10)
				}
				got = append(got, string(v))
			}
		case *pgproto3.ErrorResponse:
			return fmt.Errorf("%s %s %s", m.Severity, m.Code, m.Message)
		case *pgproto3.ReadyForQuery:
			ready++
		}
	}
	if s := strings.Join(got, " "); s != fmt.Sprint(labRows, " 42 shipped") {
		return fmt.Errorf("an honest client was told %q", s)
	}
	f.Send(&pgproto3.Terminate{})
	return f.Flush()
}

// held is what the process has of what sessions take.
type held struct{ goroutines, descriptors int }

func holds() held {
	h := held{goroutines: runtime.NumGoroutine()}
	if list, err := os.ReadDir("/proc/self/fd"); err == nil {
		h.descriptors = len(list)
	}
	return h
}

// settled waits until nothing more is held than before, and tells what is.
func (x *target) settled(before held) error {
	var left string
	for range 200 {
		now := holds()
		files, err := os.ReadDir(x.temp)
		if err != nil {
			return err
		}
		sessions := len(x.server.Sessions())
		if now.goroutines <= before.goroutines && now.descriptors <= before.descriptors && x.memory.Used() == 0 && sessions == 0 && len(files) == 0 {
			return nil
		}
		left = fmt.Sprintf("%d sessions, %d goroutines of %d, %d descriptors of %d, %d bytes of budgets, %d temporary files",
			sessions, now.goroutines, before.goroutines, now.descriptors, before.descriptors, x.memory.Used(), len(files))
		time.Sleep(25 * time.Millisecond)
	}
	stacks := make([]byte, 1<<20)
	return errors.New("left behind: " + left + "\n" + string(stacks[:runtime.Stack(stacks, true)]))
}

const (
	workers = 4    // sessions at a time
	epoch   = 2000 // sessions after which everything must have been given back
	honesty = 16   // sessions of a worker after which an honest client comes
)

func sessionOf(c *Corpus, seed, i uint64) (*Session, bool) {
	r := rand.New(rand.NewPCG(seed, i))
	return c.Make(r), r.IntN(8) == 0 // by TCP
}

// run plays n sessions, those of a seed from the first on, and gives what went wrong.
func (x *target) run(t *testing.T, c *Corpus, seed, first, n uint64, until time.Time) (played uint64) {
	t.Helper()
	if err := x.honest(); err != nil {
		t.Fatal(err)
	}
	if err := x.settled(held{1 << 30, 1 << 30}); err != nil {
		t.Fatal(err)
	}
	time.Sleep(300 * time.Millisecond) // the last one's watch ends
	before := holds()
	report := time.Now()
	for played < n && (until.IsZero() || time.Now().Before(until)) && !t.Failed() {
		some := min(epoch, n-played)
		var next atomic.Uint64
		var wg sync.WaitGroup
		for range workers {
			wg.Go(func() {
				p := &Player{}
				for k := 1; ; k++ {
					i := next.Add(1) - 1
					if i >= some || t.Failed() {
						return
					}
					i += first + played
					s, tcp := sessionOf(c, seed, i)
					p.Dial = x.dials[1]
					if tcp {
						p.Dial = x.dials[0]
					}
					if err := p.Play(s); err != nil {
						t.Errorf("HOWDAH_SEED=%d HOWDAH_FIRST=%d: %v\n%s", seed, i, err, s)
					}
					if k%honesty == 0 {
						if err := x.honest(); err != nil {
							t.Errorf("HOWDAH_SEED=%d, after about %d: an honest client: %v", seed, i, err)
						}
					}
					for _, f := range x.faults.take() {
						t.Errorf("HOWDAH_SEED=%d, about %d: the log tells of a fault: %s", seed, i, f)
					}
				}
			})
		}
		wg.Wait()
		if err := x.settled(before); err != nil {
			t.Errorf("HOWDAH_SEED=%d, sessions %d to %d: %v", seed, first+played, first+played+some, err)
		}
		played += some
		if time.Since(report) > time.Minute {
			report = time.Now()
			var m runtime.MemStats
			runtime.ReadMemStats(&m)
			fmt.Fprintf(os.Stderr, "%d sessions, heap %d MiB\n", played, m.HeapAlloc>>20)
		}
	}
	if err := x.honest(); err != nil {
		t.Error(err)
	}
	return played
}

func corpus(t testing.TB) *Corpus {
	t.Helper()
	c, err := Load("../../../testdata/protocol/*.wire", "../../../testdata/wire/*.wire", "../../../testdata/session/*.wire")
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func number(name string, otherwise uint64) uint64 {
	if n, err := strconv.ParseUint(os.Getenv(name), 10, 64); err == nil {
		return n
	}
	return otherwise
}

// TestSessions plays damaged sessions: HOWDAH_SESSIONS of them, from the HOWDAH_FIRST of HOWDAH_SEED on; without these a
// slice of a fixed seed and one of a seed by the clock.
func TestSessions(t *testing.T) {
	c, x := corpus(t), start(t)
	began := time.Now()
	if n := number("HOWDAH_SESSIONS", 0); n > 0 {
		seed := number("HOWDAH_SEED", 0)
		if seed == 0 {
			seed = uint64(time.Now().UnixNano())
		}
		played := x.run(t, c, seed, number("HOWDAH_FIRST", 0), n, time.Time{})
		t.Logf("HOWDAH_SEED=%d: %d sessions in %v", seed, played, time.Since(began).Round(time.Second))
		return
	}
	slice := 5 * time.Second
	if testing.Short() {
		slice = time.Second
	}
	for _, seed := range []uint64{1, uint64(time.Now().UnixNano())} {
		played := x.run(t, c, seed, 0, 6000, time.Now().Add(slice))
		t.Logf("HOWDAH_SEED=%d: %d sessions", seed, played)
	}
	t.Logf("%v", time.Since(began).Round(time.Millisecond))
}

// TestMakeIsRepeatable: a session can be had again by its numbers.
func TestMakeIsRepeatable(t *testing.T) {
	c := corpus(t)
	kinds := map[byte]int{}
	sound := 0
	for i := range uint64(500) {
		a, _ := sessionOf(c, 3, i)
		b, _ := sessionOf(c, 3, i)
		if a.String() != b.String() {
			t.Fatalf("session %d differs:\n%s\n%s", i, a, b)
		}
		for _, m := range a.Messages {
			if len(m) > 0 {
				kinds[m[0]]++
			}
		}
		if a.Sound {
			sound++
		}
	}
	for _, k := range []byte("QPBDESHCdcfF") {
		if kinds[k] == 0 {
			t.Errorf("no message %q in 500 sessions", k)
		}
	}
	if sound < 150 || sound > 400 {
		t.Errorf("%d of 500 sessions are sound", sound)
	}
}

// TestPlayNotices: what a broken server says is noticed.
func TestPlayNotices(t *testing.T) {
	hello := "R\x00\x00\x00\x08\x00\x00\x00\x00Z\x00\x00\x00\x05I"
	for _, c := range []struct{ answer, want string }{
		{hello, ""},
		{"", "refused"},
		{hello + "Z\x00\x00\x00\x05X", "ReadyForQuery says"},
		{hello + "Z\x00\x00\x00\x05I", "ReadyForQuery came 2 times"},
		{hello + "?\x00\x00\x00\x04", "unknown type"},
		{hello + "C\x00\x00\x00\x02", "length"},
		{hello + "D\x00\x00\x00\x06\x00\x09", "broken message"},
		{hello + "E\x00\x00\x00\x1fSERROR\x00CXX000\x00Mpanic\x00\x00abcdef"[:32], "should not be"},
	} {
		client, peer := net.Pipe()
		go func() {
			io.ReadFull(peer, make([]byte, len(packet(version30, loginText))))
			io.WriteString(peer, c.answer)
			peer.Close()
		}()
		p := &Player{Dial: func() (net.Conn, error) { return noHalf{client}, nil }}
		err := p.Play(&Session{Opening: packet(version30, loginText), Sound: true, Login: true})
		if c.want == "" && err != nil || c.want != "" && (err == nil || !strings.Contains(err.Error(), c.want)) {
			t.Errorf("%q: %v, want %q", c.answer, err, c.want)
		}
	}
}

type noHalf struct{ net.Conn }

func (noHalf) CloseWrite() error { return nil }
