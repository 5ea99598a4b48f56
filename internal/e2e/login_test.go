package e2e

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"howdah/internal/pgtest"
)

// TestNonSuperuserReadsThroughFDW: postgres_fdw lets a plain user through only if the server really asked for a password.
func TestNonSuperuserReadsThroughFDW(t *testing.T) {
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "orders.csv"), []byte("id,name\n1,a\n2,b\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	h := Serve(t, "--catalog", filepath.Join(t.TempDir(), "tables.sql"), dir)
	admin := h.Connect(t)
	must(t, admin, "create role reader login password 'sesame'")

	pg, err := pgtest.Start(pgtest.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { pg.Stop() })
	if err := pg.Exec(fmt.Sprintf(`
		create extension postgres_fdw; create role plain login;
		create server howdah foreign data wrapper postgres_fdw options (host '127.0.0.1', port '%d', dbname 'howdah');
		grant usage on foreign server howdah to plain;
		create user mapping for plain server howdah options (user 'reader', password 'sesame');
		create schema files authorization plain`, h.Port)); err != nil {
		t.Fatal(err)
	}
	c, err := pgtest.Connect(pg.DSNFor("plain", "postgres"))
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	must(t, c, "import foreign schema public from server howdah into files")
	if a := ask(c, "select name from files.orders where id = 2"); len(a.rows) != 1 || a.rows[0] != "b" {
		t.Error(a)
	}
	must(t, c, "alter user mapping for plain server howdah options (set password 'wrong')")
	if a := ask(c, "select name from files.orders"); a.code != "08001" || !strings.Contains(a.message, "could not connect") {
		t.Error(a)
	}
}

// TestRolesSurviveARestart: the catalog file holds a verifier that still lets the role in.
func TestRolesSurviveARestart(t *testing.T) {
	file := filepath.Join(t.TempDir(), "tables.sql")
	first := Serve(t, "--catalog", file, t.TempDir())
	must(t, first.Connect(t), "create role tester login superuser; create role reader login password 'sesame'")
	first.Stop(t)
	again := Serve(t, "--catalog", file, t.TempDir())
	c, err := pgtest.Connect(again.DSN("reader") + " password=sesame")
	if err != nil {
		t.Fatal(err)
	}
	c.Close()
	if _, err := pgtest.Connect(again.DSN("reader") + " password=wrong"); err == nil || !strings.Contains(err.Error(), "28P01") {
		t.Errorf("a wrong password: %v", err)
	}
	if _, err := pgtest.Connect(again.DSN("stranger") + " password=x"); err == nil || !strings.Contains(err.Error(), "28P01") {
		t.Errorf("an unknown role: %v", err)
	}
	again.Connect(t) // tester has no password: trusted on loopback
}

// TestContainerLogin: HOWDAH_USER and HOWDAH_PASSWORD_FILE make the first role, and with it listening beyond loopback is allowed.
func TestContainerLogin(t *testing.T) {
	secret := filepath.Join(t.TempDir(), "password")
	if err := os.WriteFile(secret, []byte("sesame\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	h := ServeEnv(t, []string{"HOWDAH_USER=reader", "HOWDAH_PASSWORD_FILE=" + secret}, t.TempDir())
	c, err := pgtest.Connect(h.DSN("reader") + " password=sesame")
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	if v, err := c.Value("select current_user"); err != nil || v != "reader" {
		t.Error(v, err)
	}
	if _, err := pgtest.Connect(h.DSN("reader") + " password=no"); err == nil {
		t.Error("a wrong password was taken")
	}
}

// TestOtherDatabasesDoNotExist: howdah, postgres and the user's own name are databases, nothing else.
func TestOtherDatabasesDoNotExist(t *testing.T) {
	h := Serve(t, t.TempDir())
	for db, ok := range map[string]bool{"howdah": true, "postgres": true, "tester": true, "sales": false} {
		dsn := fmt.Sprintf("host=127.0.0.1 port=%d user=tester dbname=%s sslmode=disable", h.Port, db)
		c, err := pgtest.Connect(dsn)
		if ok != (err == nil) {
			t.Errorf("%s: %v", db, err)
		}
		if err == nil {
			c.Close()
		} else if !strings.Contains(err.Error(), "3D000") {
			t.Errorf("%s: %v", db, err)
		}
	}
}
