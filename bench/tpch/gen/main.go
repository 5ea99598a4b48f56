// Command gen writes TPC-H's tables as CSV files: go run ./bench/tpch/gen -scale 0.1 -o DIR.
package main

import (
	"flag"
	"fmt"
	"os"

	"howdah/bench/tpch"
)

func main() {
	scale := flag.Float64("scale", 0.1, "scale factor; 1 is about 1 GB")
	out := flag.String("o", "tpch", "folder to write to")
	seed := flag.Uint64("seed", tpch.Seed, "seed")
	flag.Parse()
	err := os.MkdirAll(*out, 0o755)
	if err == nil {
		err = tpch.Write(*out, *scale, *seed)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "gen:", err)
		os.Exit(1)
	}
}
