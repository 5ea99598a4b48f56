package e2e

import (
	"bytes"
	"context"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgproto3"

	"howdah/bench/orders"
	"howdah/catalog"
	formatsall "howdah/formats/all"
	"howdah/internal/budget"
	"howdah/internal/s3test"
	"howdah/server"
	"howdah/server/engine"
	sourcesall "howdah/sources/all"
	"howdah/sources/local"
)

// tap serves a file by HTTP, with ranges, no faster than a distant server would, and counts what it is asked.
type tap struct {
	*httptest.Server
	data     []byte
	active   atomic.Int64 // requests being answered
	requests atomic.Int64
	sent     atomic.Int64
	pause    time.Duration // after each 64 KiB
}

func newTap(t testing.TB, data []byte, pause time.Duration) *tap {
	s := &tap{data: data, pause: pause}
	s.Server = httptest.NewServer(s)
	t.Cleanup(s.Close)
	return s
}

func (s *tap) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	s.active.Add(1)
	defer s.active.Add(-1)
	s.requests.Add(1)
	w.Header().Set("ETag", `"1"`)
	http.ServeContent(&slow{w, s, r.Context()}, r, "x.csv", time.Time{}, bytes.NewReader(s.data))
}

type slow struct {
	http.ResponseWriter
	s   *tap
	ctx context.Context
}

func (w *slow) Write(p []byte) (n int, err error) {
	for len(p) > 0 && err == nil {
		k := 0
		k, err = w.ResponseWriter.Write(p[:min(len(p), 64<<10)])
		n += k
		p = p[k:]
		w.s.sent.Add(int64(k))
		if w.s.pause > 0 {
			select {
			case <-time.After(w.s.pause):
			case <-w.ctx.Done():
				return n, w.ctx.Err()
			}
		}
	}
	return n, err
}

// shower is where random queries find their tables.
type shower struct {
	web *tap
	s3  *s3test.Server
	ddl string
	dir string
}

func newShower(t *testing.T) *shower {
	path := bigFile(t, 100_000)
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	w := &shower{dir: filepath.Dir(path), web: newTap(t, data, 2*time.Millisecond), s3: s3test.Start(t, "bucket")}
	w.s3.Put(t, "bucket", "orders.csv", data)
	w.ddl = fmt.Sprintf(`create server s foreign data wrapper howdah;
		create foreign table local (%[1]s) server s options (location '%[2]s', header 'true');
		create foreign table web (%[1]s) server s options (location '%[3]s/x.csv', header 'true', format 'csv');
		create foreign table far (%[1]s) server s options (location 's3://bucket/orders.csv', header 'true', endpoint '%[4]s', region '%[5]s', aws_access_key '%[6]s', aws_secret_key '%[7]s')`,
		orders.Columns, path, w.web.URL, w.s3.Endpoint, w.s3.Region, w.s3.AccessKey, w.s3.SecretKey)
	return w
}

var cancelQueries = []string{
	"select count(*) from T",
	"select * from T",
	"copy (select * from T) to stdout",
	"select * from T order by note, id desc",
	"select customer, count(*), sum(price) from T group by customer",
	"select count(distinct note) from T",
	"select count(*) from T a join T b on a.country = b.country where a.id + b.id = 7",
	"select count(*) from T a, T b where a.qty > b.price",
	"select count(*) from T a left join T b on a.id < b.id and b.note = 'nothing'",
	"select count(*) from T where note ~ '(a|ab)(c|bcd)*(d*)x$'",
	"select count(*) from T where exists (select 1 from T b where b.qty + T.qty = 1000)",
	"select sum(i) from generate_series(1, 2000000000) i",
	"select pg_sleep(30)",
	"begin; declare c cursor for select * from T; fetch 5000 from c; fetch all from c",
	"select * from local, web, far limit 100000000",
	"select id from T union all select id from T order by 1 limit 5",
	"explain analyze select count(*) from T a, T b where a.qty > b.price",
}

// outcome is what came of one query.
type outcome struct {
	query, way string
	code       string        // "" = it had ended before
	late       time.Duration // from the cancel to the end
}

// disturb runs one query and cancels it, one way or another, at a random moment.
func disturb(h *Howdah, rnd *rand.Rand) (outcome, error) {
	table := []string{"local", "web", "far"}[rnd.IntN(3)]
	q := strings.ReplaceAll(cancelQueries[rnd.IntN(len(cancelQueries))], "T", table)
	delay := time.Duration(rnd.IntN(60_000)) * time.Microsecond
	o := outcome{query: q, way: []string{"request", "timeout", "close", "reset"}[rnd.IntN(4)]}
	conn, err := h.dial()
	if err != nil {
		return o, err
	}
	defer conn.Close()
	if o.way == "timeout" {
		delay = max(delay, time.Millisecond).Truncate(time.Millisecond)
		if _, err := conn.ask(fmt.Sprintf("set statement_timeout = %d", delay.Milliseconds())); err != nil {
			return o, err
		}
	}
	began := time.Now()
	if o.way == "close" || o.way == "reset" {
		conn.front.Send(&pgproto3.Query{String: q})
		if err := conn.front.Flush(); err != nil {
			return o, err
		}
		time.Sleep(delay)
		if o.way == "reset" {
			conn.Conn.(*net.TCPConn).SetLinger(0)
		}
		return o, nil
	}
	if o.way == "timeout" {
		o.code, err = conn.ask(q)
		o.late = time.Since(began) - delay
	} else {
		stop, stopped := make(chan struct{}), make(chan error, 1)
		go func() {
			// As in PostgreSQL a request that comes between two statements does nothing, so it is repeated.
			for wait := delay; ; wait = 50 * time.Millisecond {
				select {
				case <-time.After(wait):
					if err := h.cancelRequest(conn.pid, conn.key); err != nil {
						stopped <- err
						return
					}
				case <-stop:
					stopped <- nil
					return
				}
			}
		}()
		o.code, err = conn.ask(q)
		o.late = time.Since(began) - delay
		close(stop)
		if e := <-stopped; err == nil {
			err = e
		}
	}
	if strings.HasPrefix(q, "begin") { // each of its statements has its own time
		o.late = 0
	}
	return o, err
}

// ask runs a query, throws its rows away and gives the code of its error.
func (r *raw) ask(q string) (code string, err error) {
	r.SetDeadline(time.Now().Add(40 * time.Second))
	r.front.Send(&pgproto3.Query{String: q})
	if err := r.front.Flush(); err != nil {
		return "", err
	}
	for {
		m, err := r.front.Receive()
		if err != nil {
			return code, fmt.Errorf("%s: %w", q, err)
		}
		switch m := m.(type) {
		case *pgproto3.ErrorResponse:
			code = m.Code
			if code != "57014" {
				return code, fmt.Errorf("%s: %s %s", q, m.Code, m.Message)
			}
		case *pgproto3.ReadyForQuery:
			return code, nil
		}
	}
}

// storm disturbs n queries, some at a time, and judges what came of them.
func storm(t *testing.T, h *Howdah, n int, seed uint64) {
	t.Helper()
	var mu sync.Mutex
	var late []time.Duration
	cancelled, ended, closed := 0, 0, 0
	var next atomic.Int64
	var wg sync.WaitGroup
	for range 6 {
		wg.Go(func() {
			for i := next.Add(1); i <= int64(n); i = next.Add(1) {
				o, err := disturb(h, rand.New(rand.NewPCG(seed, uint64(i))))
				mu.Lock()
				switch {
				case err != nil:
					t.Errorf("%d, %s: %v", i, o.way, err)
				case o.way == "close" || o.way == "reset":
					closed++
				case o.code == "":
					ended++
				default:
					cancelled++
					late = append(late, o.late)
					if o.late > 500*time.Millisecond {
						t.Logf("%d, %s: took %v to end: %s", i, o.way, o.late, o.query)
					}
				}
				mu.Unlock()
			}
		})
	}
	wg.Wait()
	slices.Sort(late)
	if len(late) > 0 {
		t.Logf("%d queries: %d cancelled (median %v, p99 %v, max %v), %d had ended, %d sockets closed", n, cancelled,
			late[len(late)/2], late[len(late)*99/100], late[len(late)-1], ended, closed)
	}
	// Half a second is what a server may take; the machine that runs the tests may be busy with other things for longer.
	if k := len(late); k > 0 && (late[k*95/100] > 500*time.Millisecond || late[k-1] > 3*time.Second) {
		t.Errorf("cancelled queries took up to %v to end, 5 %% of them more than %v", late[k-1], late[k*95/100])
	}
	if cancelled < n/4 {
		t.Errorf("only %d of %d queries were cancelled: the test does not test", cancelled, n)
	}
}

// eventually waits for something to become true.
func eventually(t testing.TB, what func() string) {
	t.Helper()
	for end := time.Now().Add(5 * time.Second); ; time.Sleep(20 * time.Millisecond) {
		text := what()
		if text == "" {
			return
		}
		if time.Now().After(end) {
			t.Error(text)
			return
		}
	}
}

// descriptors counts a process's open descriptors, and its connections to a port.
func descriptors(t testing.TB, pid int, port string) (all, connections int) {
	t.Helper()
	dir := fmt.Sprintf("/proc/%d/fd", pid)
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	number, _ := strconv.Atoi(port)
	suffix := fmt.Sprintf(":%04X", number)
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/net/tcp", pid))
	if err != nil {
		t.Fatal(err)
	}
	to := map[string]bool{}
	for line := range strings.Lines(string(text)) {
		if f := strings.Fields(line); len(f) > 9 && strings.HasSuffix(f[2], suffix) {
			to["socket:["+f[9]+"]"] = true
		}
	}
	for _, e := range entries {
		link, err := os.Readlink(filepath.Join(dir, e.Name()))
		if err != nil {
			continue
		}
		all++
		if to[link] {
			connections++
		}
	}
	return all, connections
}

// idlePerHost is how many connections to a host are kept for the next query.
const idlePerHost = 16

func TestRandomCancels(t *testing.T) {
	n := 1000
	if testing.Short() {
		n = 150
	}
	w := newShower(t)
	h := Serve(t, "--catalog", filepath.Join(t.TempDir(), "tables.sql"), "--allow", w.dir)
	h.run(t, w.ddl)
	for _, table := range []string{"local", "web", "far"} {
		if v := h.value(t, "select count(*) from "+table); v != "100000" {
			t.Fatalf("%s has %s rows", table, v)
		}
	}
	s3port := w.s3.Endpoint[strings.LastIndexByte(w.s3.Endpoint, ':')+1:]
	w.web.CloseClientConnections()
	time.Sleep(100 * time.Millisecond)
	base, to := descriptors(t, h.PID, s3port)
	base -= to
	before := h.memory(t).now

	storm(t, h, n, 1)

	eventually(t, func() string {
		if k := w.web.active.Load(); k > 0 {
			return fmt.Sprintf("%d requests are still being answered", k)
		}
		return ""
	})
	w.web.CloseClientConnections()
	eventually(t, func() string {
		all, to := descriptors(t, h.PID, s3port)
		if all-to > base || to > idlePerHost {
			return fmt.Sprintf("%d descriptors where there were %d; %d connections to S3", all-to, base, to)
		}
		return ""
	})
	all, to := descriptors(t, h.PID, s3port)
	t.Logf("descriptors: %d before, %d after, and %d idle connections to S3; RSS %d MB before, %d MB after", base, all-to, to, before>>10, h.memory(t).now>>10)
	for _, table := range []string{"local", "web", "far"} {
		if v := h.value(t, "select count(*) from "+table); v != "100000" {
			t.Errorf("%s has %s rows afterwards", table, v)
		}
	}
	if entries, _ := filepath.Glob(filepath.Join(os.TempDir(), "howdah-spill*")); len(entries) > 0 {
		t.Errorf("spill files are left: %v", entries)
	}
	if strings.Contains(h.Log(), "panic") || strings.Contains(h.Log(), "internal error") {
		t.Errorf("the log tells of faults:\n%s", h.Log())
	}
}

// TestRandomCancelsInProcess does the same to a server within the test, whose goroutines can be counted.
func TestRandomCancelsInProcess(t *testing.T) {
	n := 300
	if testing.Short() {
		n = 60
	}
	w := newShower(t)
	reg, err := sourcesall.Registry(sourcesall.Config{Local: local.Config{Roots: []string{w.dir}}})
	if err != nil {
		t.Fatal(err)
	}
	total := budget.New("memory", 8<<30, nil)
	quiet := slog.New(slog.DiscardHandler)
	cat, err := catalog.New(t.Context(), catalog.Config{
		File: filepath.Join(t.TempDir(), "tables.sql"), Sources: reg, Formats: formatsall.Formats(), Log: quiet, Owner: "tester", Budget: total,
	})
	if err != nil {
		t.Fatal(err)
	}
	srv, err := server.New(server.Config{Log: quiet, Settings: map[string]string{"work_mem": engine.DefaultWorkMem}}, engine.New(cat, total))
	if err != nil {
		t.Fatal(err)
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	served := make(chan error, 1)
	go func() { served <- srv.Serve(l) }()
	h := &Howdah{Port: l.Addr().(*net.TCPAddr).Port, log: &logBuffer{}}
	h.run(t, w.ddl)
	for _, table := range []string{"local", "web", "far"} {
		h.value(t, "select count(*) from "+table)
	}
	settle := func() { // idle connections of both ends
		reg.Close()
		w.web.CloseClientConnections()
	}
	settle()
	time.Sleep(500 * time.Millisecond)
	settle()
	time.Sleep(200 * time.Millisecond)
	goroutines, held := runtime.NumGoroutine(), total.Used()

	storm(t, h, n, 2)

	eventually(t, func() string {
		settle()
		if now := runtime.NumGoroutine(); now > goroutines {
			stacks := make([]byte, 1<<20)
			return fmt.Sprintf("%d goroutines where there were %d\n%s", now, goroutines, stacks[:runtime.Stack(stacks, true)])
		}
		if now := total.Used(); now > held {
			return fmt.Sprintf("%d bytes of the budget are held, %d before", now, held)
		}
		return ""
	})
	t.Logf("goroutines: %d before, %d after; budget held: %d bytes", goroutines, runtime.NumGoroutine(), total.Used())
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	if err := srv.Shutdown(ctx); err != nil {
		t.Error(err)
	}
	if err := <-served; err != nil {
		t.Error(err)
	}
	settle()
}
