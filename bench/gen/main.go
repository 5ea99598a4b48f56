// Command gen writes the measured table: go run ./bench/gen -rows 500000 -o orders.csv (or .csv.gz).
package main

import (
	"compress/gzip"
	"flag"
	"fmt"
	"io"
	"os"
	"strings"

	"howdah/bench/orders"
)

func main() {
	rows := flag.Int("rows", 500_000, "number of rows")
	out := flag.String("o", "orders.csv", "file to write; .gz compresses")
	seed := flag.Uint64("seed", orders.Seed, "seed")
	flag.Parse()
	if err := write(*out, *rows, *seed); err != nil {
		fmt.Fprintln(os.Stderr, "gen:", err)
		os.Exit(1)
	}
}

func write(path string, rows int, seed uint64) (err error) {
	f, err := os.Create(path)
	if err != nil {
		return err
	}
	defer func() {
		if e := f.Close(); err == nil {
			err = e
		}
	}()
	var w io.Writer = f
	if strings.HasSuffix(path, ".gz") {
		z := gzip.NewWriter(f)
		defer func() {
			if e := z.Close(); err == nil {
				err = e
			}
		}()
		w = z
	}
	return orders.Write(w, rows, seed)
}
