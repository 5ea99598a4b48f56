// Command gen writes the measured table: go run ./bench/gen -format xlsx -rows 200000 -o orders.xlsx.
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

	"howdah/bench/orders"
)

func main() {
	format := flag.String("format", "", strings.Join(orders.Formats(), ", ")+"; default: as the file's name ends")
	rows := flag.Int("rows", 500_000, "number of rows")
	out := flag.String("o", "", "file to write; default: orders.<format>; - is the standard output")
	seed := flag.Uint64("seed", orders.Seed, "seed")
	flag.Parse()
	if *format == "" {
		_, ext, _ := strings.Cut(filepath.Base(*out), ".")
		*format = cmp.Or(ext, "csv")
	}
	if err := write(cmp.Or(*out, "orders."+*format), *format, *rows, *seed); err != nil {
		fmt.Fprintln(os.Stderr, "gen:", err)
		os.Exit(1)
	}
}

func write(path, format string, rows int, seed uint64) (err error) {
	if path == "-" {
		return orders.Encode(os.Stdout, format, rows, seed)
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
	return orders.Encode(&progress{w: f, path: path, next: time.Now().Add(time.Second)}, format, rows, seed)
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
