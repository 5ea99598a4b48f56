package e2e

import (
	"flag"
	"os"
	"path/filepath"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
)

var update = flag.Bool("update", false, "rewrite expected outputs")

// TestScripts runs testdata/script: the command line as its user meets it.
func TestScripts(t *testing.T) {
	bin := Binary(t)
	testscript.Run(t, testscript.Params{
		Dir:           "../../testdata/script",
		UpdateScripts: *update,
		Cmds:          map[string]func(*testscript.TestScript, bool, []string){"convert": convert(t), "cut": cut},
		Setup: func(e *testscript.Env) error {
			dir := filepath.Join(e.WorkDir, ".bin")
			if err := os.Mkdir(dir, 0o755); err != nil {
				return err
			}
			e.Setenv("PATH", dir+string(os.PathListSeparator)+e.Getenv("PATH"))
			return os.Symlink(bin, filepath.Join(dir, "howdah"))
		},
	})
}
