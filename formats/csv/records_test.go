package csv

import (
	"bufio"
	"fmt"
	"os"
	"strconv"
	"strings"
	"testing"

	"howdah/formats"
	"howdah/pgerr"
)

// TestRecords runs testdata/records.txt, each case with a large and with tiny buffers.
func TestRecords(t *testing.T) {
	file, err := os.Open("testdata/records.txt")
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	for lines := bufio.NewScanner(file); lines.Scan(); {
		if line := lines.Text(); line != "" && line[0] != '#' {
			p := strings.Split(line, "\t")
			if len(p) != 5 {
				t.Fatalf("%q: %d parts", line, len(p))
			}
			t.Run(p[0], func(t *testing.T) { record(t, p[1], p[2], p[3], p[4]) })
		}
	}
}

func record(t *testing.T, options, columns, quoted, want string) {
	opt := formats.Options{}
	for _, kv := range strings.Split(options, "&") {
		if k, v, ok := strings.Cut(kv, "="); ok {
			opt[k] = v
		}
	}
	width, err := strconv.Atoi(columns)
	if err != nil {
		t.Fatal(err)
	}
	data, err := strconv.Unquote(quoted)
	if err != nil {
		t.Fatal(err)
	}
	for _, size := range []int{0, 1, 5} {
		rows, err := texts(Format{chunkBytes: size}, []byte(data), opt, width, formats.Split{})
		got := strings.Join(rows, ";")
		if err != nil {
			e := pgerr.From(err)
			got = fmt.Sprintf("error %s %s", e.SQLState(), e.Message)
			if e.Where != "" {
				got += " @ " + e.Where
			}
		}
		if got != want {
			t.Errorf("buffer %d:\n got %s\nwant %s", size, got, want)
		}
	}
}
