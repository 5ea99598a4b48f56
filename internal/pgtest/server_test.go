package pgtest

import (
	"errors"
	"net"
	"os"
	"os/exec"
	"reflect"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgconn"
)

func TestQueryGivesTextAndNull(t *testing.T) {
	s := New(t)
	rows, err := s.Query("select 1; select null, 'ä', 2.50, ''")
	if err != nil {
		t.Fatal(err)
	}
	if want := [][]string{{Null, "ä", "2.50", ""}}; !reflect.DeepEqual(rows, want) {
		t.Errorf("got %q, want %q", rows, want)
	}
	results, err := s.Run("create temp table x(a int, b numeric(7,2)); insert into x values (1,2); table x")
	if err != nil {
		t.Fatal(err)
	}
	if len(results) != 3 || results[1].Tag != "INSERT 0 1" {
		t.Fatalf("got %+v", results)
	}
	want := []Column{{"a", 23, -1}, {"b", 1700, 7<<16 + 2 + 4}}
	if !reflect.DeepEqual(results[2].Columns, want) {
		t.Errorf("got %v, want %v", results[2].Columns, want)
	}
}

func TestErrorCarriesState(t *testing.T) {
	s := New(t)
	_, err := s.Query("select 1/0")
	var pgErr *pgconn.PgError
	if !errors.As(err, &pgErr) || pgErr.SQLState() != "22012" {
		t.Fatalf("got %v, want 22012", err)
	}
	// The shared session is made anew after it was lost.
	s.Exec("select pg_terminate_backend(pg_backend_pid())")
	if err := s.Exec("select 1"); err != nil {
		t.Fatal(err)
	}
}

func TestSettingsAreDeterministic(t *testing.T) {
	s := New(t)
	for name, want := range map[string]string{
		"server_encoding": "UTF8", "lc_collate": "C.UTF-8", "TimeZone": "UTC", "DateStyle": "ISO, MDY", "lc_messages": "C.UTF-8",
	} {
		rows, err := s.Query("show " + name)
		if err != nil {
			t.Fatal(err)
		}
		if rows[0][0] != want {
			t.Errorf("%s = %s, want %s", name, rows[0][0], want)
		}
	}
}

func TestPsql(t *testing.T) {
	out, err := New(t).Psql("-Atc", "select 6*7")
	if err != nil || out != "42\n" {
		t.Fatalf("got %q, %v", out, err)
	}
	if _, err := New(t).Psql("-v", "ON_ERROR_STOP=1", "-c", "selec"); err == nil {
		t.Fatal("a failing psql gave no error")
	}
}

func TestStopLeavesNothing(t *testing.T) {
	var group sync.WaitGroup
	for range 3 { // at once, for the template's sake
		group.Go(func() {
			s, err := Start(Options{Settings: map[string]string{"work_mem": "7MB"}})
			if err != nil {
				t.Error(err)
				return
			}
			rows, err := s.Query("show work_mem")
			if err != nil || rows[0][0] != "7MB" {
				t.Errorf("got %v, %v", rows, err)
			}
			if err := s.Stop(); err != nil {
				t.Error(err)
			}
			if _, err := os.Stat(s.dir); !os.IsNotExist(err) {
				t.Errorf("%s is still there: %v", s.dir, err)
			}
			if c, err := net.Dial("tcp", "127.0.0.1:"+strconv.Itoa(s.port)); err == nil {
				c.Close()
				t.Error("it still listens")
			}
		})
	}
	group.Wait()
}

// A process that starts a server and dies must take the server and its folder with it.
func TestServerDiesWithItsProcess(t *testing.T) {
	if os.Getenv("PGTEST_CHILD") != "" {
		s, err := Start(Options{})
		if err != nil {
			t.Fatal(err)
		}
		os.Stdout.WriteString("child " + s.dir + " " + strconv.Itoa(s.port) + "\n")
		os.Exit(3)
	}
	cmd := exec.Command(os.Args[0], "-test.run=^TestServerDiesWithItsProcess$")
	cmd.Env = append(os.Environ(), "PGTEST_CHILD=1")
	out, _ := cmd.Output()
	var dir, port string
	for line := range strings.Lines(string(out)) {
		if fields := strings.Fields(line); len(fields) == 3 && fields[0] == "child" {
			dir, port = fields[1], fields[2]
		}
	}
	if dir == "" {
		t.Fatalf("the child said %q", out)
	}
	for deadline := time.Now().Add(10 * time.Second); ; time.Sleep(50 * time.Millisecond) {
		if _, err := os.Stat(dir); os.IsNotExist(err) {
			break
		}
		if time.Now().After(deadline) {
			t.Fatalf("%s outlived its process", dir)
		}
	}
	if c, err := net.Dial("tcp", "127.0.0.1:"+port); err == nil {
		c.Close()
		t.Fatal("the server outlived its process")
	}
}

func TestMissingPostgresSaysHowToInstall(t *testing.T) {
	_, err := Start(Options{BinDir: t.TempDir()})
	if err == nil || !strings.Contains(err.Error(), "apt-get install postgresql postgresql-contrib") {
		t.Fatalf("got %v", err)
	}
}
