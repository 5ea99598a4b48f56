package engine_test

import (
	"errors"
	"flag"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgconn"

	"howdah/internal/pgtest"
)

var (
	randomSessions = flag.Int("sessions", 60, "how many random sessions are played")
	randomSeed     = flag.Uint64("session-seed", 1, "the seed of the first one; 0 = the clock")
)

// statement makes a statement of a session over three tables. Most of them make sense; the others are errors, which have
// to be the same ones.
func statement(r *rand.Rand) string {
	table := func() string { return fmt.Sprintf("t%d", r.IntN(3)) }
	pick := func(of ...string) string { return of[r.IntN(len(of))] }
	n := r.IntN(8)
	t, u := table(), table()
	switch r.IntN(34) {
	case 0, 1:
		return fmt.Sprintf("create temp table %s%s (a int%s, b text%s)%s", pick("", "if not exists "), t, pick("", " primary key", " check (a < 40)", " not null"),
			pick("", " default 'd'"), pick("", "", " on commit delete rows", " on commit drop"))
	case 2:
		return fmt.Sprintf("create temp table %s%s as select a + 1 as a, b from %s", t, pick("", " on commit delete rows", " on commit drop"), u)
	case 3:
		return fmt.Sprintf("select g as a, 'g' || g as b into temp %s from generate_series(1, %d) g", t, n)
	case 4:
		return "drop table " + pick("", "if exists ") + t + pick("", "", ", "+u)
	case 5, 6, 7:
		return fmt.Sprintf("insert into %s values (%d, 'v'), (%d, default)%s", t, r.IntN(50), r.IntN(50), pick("", " on conflict do nothing", " returning a, b"))
	case 8, 9:
		return fmt.Sprintf("insert into %s select a + %d, b || 's' from %s", t, n, u)
	case 10:
		return fmt.Sprintf("insert into %s select 10 / (g - %d), 'x' from generate_series(1, 9) g", t, n)
	case 11:
		return fmt.Sprintf("insert into %s (b) values ('only b') returning *", t)
	case 12, 13:
		return fmt.Sprintf("update %s set b = b || '%d' where a %% %d = 0", t, n, n+1)
	case 14:
		return fmt.Sprintf("update %s set b = m.b from (select a, max(b) as b from %s group by a) m where %s.a = m.a + 1 and m.b < 'w'", t, u, t)
	case 15, 16:
		return fmt.Sprintf("delete from %s where a %% %d = 1", t, n+2)
	case 17:
		return fmt.Sprintf("delete from %s where a in (select a from %s)", t, u)
	case 18:
		return "truncate " + t
	case 19, 20:
		return "begin" + pick("", "", "", " isolation level repeatable read", " read only")
	case 21, 22:
		return "commit"
	case 23:
		return "rollback"
	case 24, 25:
		return "savepoint " + pick("s", "p")
	case 26:
		return "rollback to " + pick("s", "p")
	case 27:
		return "release " + pick("s", "p")
	case 28:
		return fmt.Sprintf("declare %s cursor%s for select a, b from %s order by a, b", pick("c", "d"), pick("", "", " with hold"), t)
	case 29:
		return fmt.Sprintf("fetch %d from %s", n, pick("c", "d"))
	case 30:
		return "close " + pick("c", "d", "all")
	case 31:
		return fmt.Sprintf("select x.a, y.b from %s x join %s y using (a) order by 1, 2", t, u)
	case 32:
		return pick("discard temp", "select 1 / 0", "select relname, relpersistence from pg_class where relname ~ '^t[0-2]$' and relnamespace = pg_my_temp_schema() order by 1")
	}
	return fmt.Sprintf("insert into %s values (1, 'm'); delete from %s where a = 3; select count(*), max(b) from %s", t, t, t)
}

// answer runs a statement and prints all that comes of it.
func answer(c *pgtest.Conn, sql string) string {
	results, err := c.Run(sql)
	var b strings.Builder
	for _, r := range results {
		fmt.Fprintln(&b, r.Tag, r.Rows)
	}
	for _, n := range c.Notices() {
		fmt.Fprintln(&b, n.Severity, n.Code, n.Message)
	}
	var e *pgconn.PgError
	if errors.As(err, &e) {
		fmt.Fprintln(&b, e.Code, e.Message, e.Detail)
	} else if err != nil {
		fmt.Fprintln(&b, err)
	}
	return b.String()
}

// fails tells whether an answer is an error.
func fails(answer string) bool {
	return len(answer) > 5 && answer[5] == ' ' && strings.ToUpper(answer[:5]) == answer[:5] && answer[0] >= '0' && answer[0] <= '9'
}

// TestRandomSessions plays random statements over temporary tables here and on a real PostgreSQL: transactions, savepoints,
// cursors, constraints and errors in any order give the same answers, and in the end nothing is held.
func TestRandomSessions(t *testing.T) {
	if testing.Short() {
		t.Skip("starts a PostgreSQL")
	}
	pg := pgtest.New(t)
	addr, memory := serve(t)
	port := addr[strings.LastIndexByte(addr, ':')+1:]
	seed := *randomSeed
	if seed == 0 {
		seed = uint64(time.Now().UnixNano())
	}
	for i := range *randomSessions {
		seed := seed + uint64(i)
		r := rand.New(rand.NewPCG(seed, 7))
		theirs, err := pg.Connect()
		if err != nil {
			t.Fatal(err)
		}
		ours, err := pgtest.Connect("host=127.0.0.1 user=postgres dbname=postgres sslmode=disable port=" + port)
		if err != nil {
			t.Fatal(err)
		}
		played := []string{"create temp table t0 (a int, b text)", "set work_mem = '64kB'", "insert into t0 select g, repeat('r', g) from generate_series(1, 5) g"}
		for range 40 {
			played = append(played, statement(r))
		}
		played = append(played, "rollback", "select * from t0 order by a, b", "select * from t1 order by a, b", "select * from t2 order by a, b")
		for k, s := range played {
			want, got := answer(theirs, s), answer(ours, s)
			if strings.Contains(s, "10 /") && fails(want) && fails(got) {
				continue // which of two errors comes first is nobody's promise
			}
			if want != got {
				t.Errorf("seed %d, after\n%s;\nHowdah says\n%s\nPostgreSQL says\n%s", seed, strings.Join(played[:k+1], ";\n"), got, want)
				break
			}
		}
		theirs.Close()
		ours.Close()
		if t.Failed() {
			return
		}
	}
	for range 100 {
		if memory.Used() == 0 {
			return
		}
		time.Sleep(10 * time.Millisecond)
	}
	t.Errorf("%d bytes are held after the sessions", memory.Used())
}
