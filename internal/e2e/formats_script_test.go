package e2e

import (
	"encoding/csv"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"
)

// convert is the scripts' command that writes a CSV file's records in another format: convert in.csv out.xlsx …. Fields
// are numbers, booleans and dates where they look like them; an empty one is no cell.
func convert(t testing.TB) func(ts *testscript.TestScript, neg bool, args []string) {
	return func(ts *testscript.TestScript, _ bool, args []string) {
		if len(args) < 2 {
			ts.Fatalf("usage: convert in.csv out…")
		}
		records, err := csv.NewReader(strings.NewReader(ts.ReadFile(args[0]))).ReadAll()
		ts.Check(err)
		var rows [][]any
		for _, r := range records[1:] {
			row := make([]any, len(r))
			for i, f := range r {
				row[i] = guessed(f)
			}
			rows = append(rows, row)
		}
		for _, out := range args[1:] {
			name, packed := strings.CutSuffix(out, ".gz")
			var data []byte
			switch filepath.Ext(name) {
			case ".xlsx":
				data = writeXLSX(t, records[0], rows)
			case ".xls":
				data = writeXLS(t, records[0], rows)
			case ".ods":
				data = writeODS(t, records[0], rows)
			case ".json":
				data = writeJSON(t, records[0], rows)
			case ".ndjson":
				data = writeNDJSON(t, records[0], rows)
			case ".csv":
				data = []byte(ts.ReadFile(args[0]))
			default:
				ts.Fatalf("nothing writes %s", out)
			}
			if packed {
				data = gzipMembers(data)
			}
			ts.Check(os.WriteFile(ts.MkAbs(out), data, 0o644))
		}
	}
}

// cut is the scripts' command that leaves only a file's first half.
func cut(ts *testscript.TestScript, _ bool, args []string) {
	for _, file := range args {
		data := ts.ReadFile(file)
		ts.Check(os.WriteFile(ts.MkAbs(file), []byte(data[:len(data)/2]), 0o644))
	}
}

var looksDecimal = regexp.MustCompile(`^-?\d+\.\d+$`)

func guessed(field string) any {
	if n, err := strconv.ParseInt(field, 10, 64); err == nil {
		return n
	}
	if looksDecimal.MatchString(field) {
		return decimal(field)
	}
	if d, err := time.Parse("2006-01-02", field); err == nil {
		return day(d)
	}
	switch field {
	case "":
		return nil
	case "true", "false":
		return field == "true"
	}
	return field
}
