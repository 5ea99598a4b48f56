// Command gen writes the measured tables: go run ./bench/gen -format xlsx -rows 200000 -o orders.xlsx, or
// go run ./bench/gen -what fingerprints -rows 249081 -o fingerprints.csv.
package main

import (
	"cmp"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"time"

	"howdah/bench/fingerprints"
	"howdah/bench/orders"
)

func main() {
	what := flag.String("what", "orders", "orders, or fingerprints, which are only written as csv")
	format := flag.String("format", "", strings.Join(orders.Formats(), ", ")+"; default: as the file's name ends")
	rows := flag.Int("rows", 500_000, "number of rows")
	out := flag.String("o", "", "file to write; default: <what>.<format>; - is the standard output")
	seed := flag.Uint64("seed", orders.Seed, "seed")
	flag.Parse()
	if *format == "" {
		_, ext, _ := strings.Cut(filepath.Base(*out), ".")
		*format = cmp.Or(ext, "csv")
	}
	encode := func(w io.Writer) error { return orders.Encode(w, *format, *rows, *seed) }
	if *what == "fingerprints" && *format == "csv" {
		encode = func(w io.Writer) error { return fingerprints.Write(w, *rows, *seed) }
	} else if *what != "orders" {
		encode = func(io.Writer) error { return fmt.Errorf("there is no table %q as %s", *what, *format) }
	}
	if err := write(cmp.Or(*out, *what+"."+*format), encode); err != nil {
		fmt.Fprintln(os.Stderr, "gen:", err)
		os.Exit(1)
	}
}

func write(path string, encode func(io.Writer) error) (err error) {
	if path == "-" {
		return encode(os.Stdout)
	}
	f, err := os.Create(path)
	if err != nil {
		return err
	}
	defer func() {
		if e := f.Close(); err == nil {
			err = e
		}
	}()
	return encode(&progress{w: f, path: path, next: time.Now().Add(time.Second)})
}

// progress says on the standard error how far a long work is.
type progress struct {
	w    io.Writer
	path string
	n    int64
	next time.Time
}

func (p *progress) Write(b []byte) (int, error) {
	n, err := p.w.Write(b)
	p.n += int64(n)
	if now := time.Now(); now.After(p.next) {
		fmt.Fprintf(os.Stderr, "%s: %d MB\n", p.path, p.n/1_000_000)
		p.next = now.Add(2 * time.Second)
	}
	return n, err
}
