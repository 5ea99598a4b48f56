package e2e

import (
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
)

// psql runs psql against the server and gives both outputs.
func (h *Howdah) psql(args ...string) (string, error) {
	all := append([]string{"-X", "-w", "-h", "127.0.0.1", "-p", strconv.Itoa(h.Port), "-U", "tester", "-d", "howdah"}, args...)
	cmd := exec.Command("psql", all...)
	cmd.Env = append(os.Environ(), "PGCONNECT_TIMEOUT=5")
	out, err := cmd.CombinedOutput()
	return string(out), err
}

// TestBackslashCommands runs psql's commands that read the catalogs; none may fail.
func TestBackslashCommands(t *testing.T) {
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "orders.csv"), []byte("id,name,at,price\n1,a,2024-01-01,1.50\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	h := Serve(t, dir, "extra="+dir)
	for command, want := range map[string]string{
		`\d`:                   "orders",
		`\d orders`:            "numeric",
		`\d+ orders`:           "C",
		`\dt`:                  "orders",
		`\dt+ *.*`:             "pg_class",
		`\dn`:                  "extra",
		`\dn+`:                 "public",
		`\l`:                   "howdah",
		`\du`:                  "tester",
		`\dv`:                  "",
		`\det`:                 "",
		`\des`:                 "",
		`\deu`:                 "",
		`\dew`:                 "howdah",
		`\dT`:                  "",
		`\df pg_catalog.lower`: "text",
		`\do =`:                "",
		`\dp`:                  "orders",
		`\dx`:                  "plpgsql",
		`\conninfo`:            "tester",
		`\encoding`:            "UTF8",
		`\dC`:                  "bigint",
		`\da`:                  "",
		`\d pg_class`:          "relname",
		`select 1 as x \gdesc`: "integer",
	} {
		out, err := h.psql("-v", "ON_ERROR_STOP=1", "-c", command)
		if strings.HasSuffix(command, "gdesc") {
			cmd := exec.Command("psql", "-X", "-w", "-h", "127.0.0.1", "-p", strconv.Itoa(h.Port), "-U", "tester", "-d", "howdah", "-v", "ON_ERROR_STOP=1")
			cmd.Stdin = strings.NewReader(command + "\n")
			var b []byte
			b, err = cmd.CombinedOutput()
			out = string(b)
		}
		if err != nil || strings.Contains(out, "ERROR") || !strings.Contains(out, want) {
			t.Errorf("%s: %v\n%s", command, err, out)
		}
	}
}
