package settings

import (
	"errors"
	"os"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5/pgconn"

	"howdah/internal/pgtest"
	"howdah/pgerr"
	"howdah/types"
)

// TestSameAsPostgreSQL sets and shows the values of testdata/set.txt here and there: "name = value" a line.
func TestSameAsPostgreSQL(t *testing.T) {
	pg, err := pgtest.New(t).Connect()
	if err != nil {
		t.Fatal(err)
	}
	defer pg.Close()
	file, err := os.ReadFile("testdata/set.txt")
	if err != nil {
		t.Fatal(err)
	}
	s := New(nil, true)
	s.Started()
	for line := range strings.Lines(string(file)) {
		line = strings.TrimSuffix(line, "\n")
		name, value, ok := strings.Cut(line, " = ")
		if !ok || strings.HasPrefix(line, "#") {
			continue
		}
		want, wantErr := pg.Value("select set_config('" + name + "', '" + strings.ReplaceAll(value, "'", "''") + "', false)")
		err := s.Set(name, value, Session)
		got, _ := s.Get(name)
		if e, ok := errors.AsType[*pgconn.PgError](wantErr); ok {
			g := pgerr.From(err)
			if g == nil {
				t.Errorf("%s: set to %q, PostgreSQL says %s", line, got, e.Message)
			} else if string(g.Code) != e.Code || g.Message != e.Message || g.Detail != e.Detail || g.Hint != e.Hint {
				t.Errorf("%s:\n got %s %s|%s|%s\nwant %s %s|%s|%s", line, g.Code, g.Message, g.Detail, g.Hint, e.Code, e.Message, e.Detail, e.Hint)
			}
			continue
		}
		if wantErr != nil {
			t.Fatal(wantErr)
		}
		if err != nil || got != want {
			t.Errorf("%s: got %q (%v), want %q", line, got, err, want)
		}
	}
}

// TestDefaultsAreShownAlike compares SHOW ALL with a fresh PostgreSQL, where a parameter's default is not the machine's.
func TestDefaultsAreShownAlike(t *testing.T) {
	rows, err := pgtest.New(t).Query(`select name, current_setting(name) from pg_settings where source = 'default'
		and name !~ '_file$|director|^wal_|shared_mem|^ssl|rlimit|listen_addr|port|jit|huge|lc_|text_search'`)
	if err != nil {
		t.Fatal(err)
	}
	s := New(nil, false)
	for _, r := range rows {
		if got, ok := s.Get(r[0]); !ok || got != r[1] {
			t.Errorf("%s is %q, PostgreSQL shows %q", r[0], got, r[1])
		}
	}
	if len(rows) < 150 {
		t.Errorf("only %d parameters compared", len(rows))
	}
}

// TestTransactions runs the same statements on both and compares application_name after each.
func TestTransactions(t *testing.T) {
	pg, err := pgtest.New(t).Connect()
	if err != nil {
		t.Fatal(err)
	}
	defer pg.Close()
	s := New(nil, true)
	set := func(v string, scope Scope) {
		if err := s.Set("application_name", v, scope); err != nil {
			t.Fatal(err)
		}
	}
	for _, step := range []struct {
		sql string
		do  func()
	}{
		{"set application_name = 'a'", func() { set("a", Session) }},
		{"begin; set application_name = 'b'", func() { s.Begin(); set("b", Session) }},
		{"rollback", func() { s.End(false) }},
		{"begin; set local application_name = 'c'", func() { s.Begin(); set("c", Local) }},
		{"commit", func() { s.End(true) }},
		{"begin; set local application_name = 'd'; set application_name = 'e'", func() { s.Begin(); set("d", Local); set("e", Session) }},
		{"commit", func() { s.End(true) }},
		{"begin; set application_name = 'f'; set local application_name = 'g'", func() { s.Begin(); set("f", Session); set("g", Local) }},
		{"commit", func() { s.End(true) }},
		{"begin; savepoint x; set application_name = 'h'", func() { s.Begin(); s.Begin(); set("h", Session) }},
		{"rollback to x", func() { s.Rollback(); s.Begin() }},
		{"set application_name = 'i'; savepoint y; set local application_name = 'j'", func() { set("i", Session); s.Begin(); set("j", Local) }},
		{"release y", func() { s.Release() }},
		{"commit", func() { s.End(true) }},
		{"begin; reset application_name", func() { s.Begin(); s.Reset("application_name", Session) }},
		{"rollback", func() { s.End(false) }},
		{"reset all", func() { s.ResetAll() }},
	} {
		if err := pg.Exec(step.sql); err != nil {
			t.Fatal(err)
		}
		step.do()
		want, err := pg.Value("show application_name")
		if err != nil {
			t.Fatal(err)
		}
		if got, _ := s.Get("application_name"); got != want {
			t.Errorf("after %s: %q, want %q", step.sql, got, want)
		}
	}
}

func TestStyleFollows(t *testing.T) {
	s := New(nil, false)
	before := s.Style()
	for name, value := range map[string]string{
		"datestyle": "german, ymd", "intervalstyle": "iso_8601", "timezone": "Asia/Kolkata", "extra_float_digits": "3", "bytea_output": "escape",
	} {
		if err := s.Set(name, value, Session); err != nil {
			t.Fatal(err)
		}
	}
	st := s.Style()
	if st == before || st.DateStyle != types.GermanStyle || st.DateOrder != types.YMD || st.IntervalStyle != types.IntervalISO8601 ||
		st.Zone.String() != "Asia/Kolkata" || st.ExtraFloatDigits != 3 || !st.ByteaEscape {
		t.Errorf("style is %+v", st)
	}
	if s.Style() != st {
		t.Error("the style is made anew without a change")
	}
}

func TestStandardStringsOffIsRefused(t *testing.T) {
	if err := New(nil, true).Set("standard_conforming_strings", "off", Session); !errors.Is(err, pgerr.FeatureNotSupported) {
		t.Errorf("got %v", err)
	}
}
