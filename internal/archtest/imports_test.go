// Package archtest holds the tests of the house's plan: who may import whom.
package archtest

import (
	"encoding/json"
	"io"
	"os/exec"
	"strings"
	"testing"
)

// rooms lists the top-level rooms from the door to the cellar. A package may import its own room and those below it.
var rooms = []string{
	"cmd", "server", "exec", "plan", "catalog", "sql", "formats", "pushdown", "expr", "vector", "types", "sources", "internal", "pgerr",
}

// exceptions are rules tighter than the order of the rooms.
var exceptions = map[string]string{
	"sources":  "pgerr internal",       // reads bytes, knows no rows
	"sql":      "types internal pgerr", // knows no catalog
	"types":    "internal pgerr",       // no I/O
	"pgerr":    "",                     // everybody's
	"internal": "pgerr",                // helpers of all rooms
}

// tools are programs and test helpers inside a room that may look anywhere.
var tools = []string{
	"howdah/internal/archtest", "howdah/internal/pgdata/gen", "howdah/expr/exprtest", "howdah/formats/formattest", "howdah/bench",
	"howdah/server/wiretest", "howdah/internal/e2e", "howdah/internal/cmd",
}

type pkg struct {
	ImportPath string
	Imports    []string
}

// TestRoomsImportDownwards holds every package that goes into the binary to DESIGN's order of rooms.
func TestRoomsImportDownwards(t *testing.T) {
	level := map[string]int{}
	for i, r := range rooms {
		level[r] = i
	}
	for _, p := range packages(t) {
		if isTool(p.ImportPath) {
			continue
		}
		from := room(p.ImportPath)
		if _, known := level[from]; !known {
			t.Errorf("%s: the room %q is not in the plan; a new top-level room needs an ADR", p.ImportPath, from)
			continue
		}
		for _, imp := range p.Imports {
			if !strings.HasPrefix(imp, "howdah/") {
				continue
			}
			to := room(imp)
			if to == from {
				if from == "formats" && sibling(p.ImportPath, imp) {
					t.Errorf("%s imports %s: formats never import each other", p.ImportPath, imp)
				}
				continue
			}
			if allowed, tight := exceptions[from]; tight && !strings.Contains(" "+allowed+" ", " "+to+" ") {
				t.Errorf("%s imports %s: %s may import only %s", p.ImportPath, imp, from, allowed)
			} else if !tight && level[to] < level[from] {
				t.Errorf("%s imports %s: imports go downwards only", p.ImportPath, imp)
			}
		}
	}
}

// TestTestOnlyDependenciesStayOut keeps what only tests need out of the binary.
func TestTestOnlyDependenciesStayOut(t *testing.T) {
	out, err := exec.Command("go", "list", "-deps", "howdah/cmd/howdah").Output()
	if err != nil {
		t.Fatal(err)
	}
	for _, banned := range []string{
		"github.com/xuri/excelize", "github.com/google/go-cmp", "github.com/rogpeppe/go-internal", "testing",
		"howdah/internal/pgtest", "howdah/internal/s3test", "howdah/sources/sourcetest", "howdah/formats/formattest",
	} {
		for _, dep := range strings.Fields(string(out)) {
			if dep == banned || strings.HasPrefix(dep, banned+"/") {
				t.Errorf("the binary depends on %s, which is for tests", dep)
			}
		}
	}
}

func packages(t *testing.T) []pkg {
	cmd := exec.Command("go", "list", "-json=ImportPath,Imports", "howdah/...")
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	var all []pkg
	for dec := json.NewDecoder(out); ; {
		var p pkg
		if err := dec.Decode(&p); err == io.EOF {
			break
		} else if err != nil {
			t.Fatal(err)
		}
		all = append(all, p)
	}
	if err := cmd.Wait(); err != nil {
		t.Fatal(err)
	}
	return all
}

func room(path string) string {
	r, _, _ := strings.Cut(strings.TrimPrefix(path, "howdah/"), "/")
	return r
}

func isTool(path string) bool {
	for _, t := range tools {
		if path == t || strings.HasPrefix(path, t+"/") {
			return true
		}
	}
	return false
}

// sibling tells whether two packages are different formats; formats/all and formats/internal are nobody's sibling.
func sibling(from, to string) bool {
	format := func(path string) string {
		f, _, _ := strings.Cut(strings.TrimPrefix(path, "howdah/formats/"), "/")
		return f
	}
	a, b := format(from), format(to)
	return strings.HasPrefix(to, "howdah/formats/") && a != b && a != "all" && b != "internal"
}
