package all_test

import (
	"flag"
	"io"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"howdah/formats"
	"howdah/formats/all"
	"howdah/formats/formattest/hostile"
)

var (
	mutants    = flag.Int("mutants", 0, "how many mutants are judged, of all formats together; 0 = a slice")
	oneFormat  = flag.String("format", "", "mutants of that format only")
	runSeed    = flag.Uint64("seed", 1, "decides what the mutants are; 0 = by the clock")
	oneMutant  = flag.Uint64("mutant", 0, "only the mutant of that number, from 1")
	mutantFile = flag.String("mutant-file", "", "only that file, read as -format")
	saveTo     = flag.String("save-mutants", "", "where failing mutants are kept")
)

// slicePerFormat is what an ordinary test run judges.
const slicePerFormat = 200

func TestMutants(t *testing.T) {
	if *mutantFile != "" {
		data, err := os.ReadFile(*mutantFile)
		if err != nil {
			t.Fatal(err)
		}
		hostile.Judge(t, all.Formats(), hostile.Seed{Name: *mutantFile, Format: *oneFormat, Options: formats.Options{}, Data: data})
		return
	}
	byFormat := seeds(t)
	names := slices.Sorted(maps.Keys(byFormat))
	if *oneFormat != "" {
		names = []string{*oneFormat}
	}
	c := hostile.Config{Registry: all.Formats(), Run: *runSeed, First: 1, Mutants: slicePerFormat, Save: *saveTo}
	if c.Run == 0 {
		c.Run = uint64(time.Now().UnixNano())
	}
	if *mutants > 0 {
		c.Mutants, c.Progress = (*mutants+len(names)-1)/len(names), io.Writer(os.Stderr)
	}
	if testing.Short() {
		c.Mutants /= 4
	}
	if *oneMutant > 0 {
		c.First, c.Mutants = *oneMutant, 1
	}
	for _, name := range names {
		t.Run(name, func(t *testing.T) {
			c := c
			c.Seeds = byFormat[name]
			hostile.Run(t, c)
		})
	}
}

// TestKeptMutants judges the files in testdata/hostile, each of which was misread once: FORMAT-what_was_wrong.
func TestKeptMutants(t *testing.T) {
	paths, err := filepath.Glob("testdata/hostile/*")
	if err != nil {
		t.Fatal(err)
	}
	for _, path := range paths {
		format, _, ok := strings.Cut(filepath.Base(path), "-")
		if !ok {
			continue
		}
		data, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		hostile.Judge(t, all.Formats(), hostile.Seed{Name: path, Format: format, Options: formats.Options{}, Data: data})
	}
}

// TestCuts cuts files of each format at every byte, in an ordinary run all but the first only here and there.
func TestCuts(t *testing.T) {
	for format, of := range seeds(t) {
		if *oneFormat != "" && format != *oneFormat {
			continue
		}
		t.Run(format, func(t *testing.T) {
			seen := map[string]bool{}
			for _, s := range of {
				o := s.Options
				if o["encoding"] != "" || s.Name == "utf-16" || s.Name == "concatenated" || o["escape"] != "" || o["json_path"] == "nested.a.item" || o["range"] != "" || o["empty_rows"] == "null" {
					continue // where records end cannot be told so easily
				}
				if seen[string(s.Data)] {
					continue
				}
				seen[string(s.Data)] = true
				step := 1
				if *mutants == 0 {
					step = 1 + len(s.Data)/1500
				}
				if len(seen) > 1 && *mutants == 0 {
					step = 1 + len(s.Data)/60
				}
				hostile.Cuts(t, all.Formats(), s, step)
			}
			if len(seen) == 0 {
				t.Error("no seed is cut")
			}
		})
	}
}
