package main

import (
	"encoding/binary"
	"fmt"
	"io"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"
)

// null stands for a NULL among the values of an answer.
const null = "\x00"

// answer is what a peer answered: its rows as text, or of Q5 only their number and sum.
type answer struct {
	rows  [][]string
	count int
	sum   uint64 // 0 = not known
}

// differs tells how two answers differ; empty = not at all. With loose, numbers may differ by what float8 loses, and
// booleans may be words: some peers have not all the types.
func (a *answer) differs(b *answer, loose bool) string {
	if a.count != b.count {
		return fmt.Sprintf("%d rows, not %d", b.count, a.count)
	}
	if !loose && a.sum != 0 && b.sum != 0 && a.sum != b.sum {
		return "other values"
	}
	if a.rows == nil || b.rows == nil {
		return ""
	}
	for i := range a.rows {
		same := slices.EqualFunc(a.rows[i], b.rows[i], func(x, y string) bool { return x == y || loose && near(x, y) })
		if !same {
			return fmt.Sprintf("row %d is %q, not %q", i+1, b.rows[i], a.rows[i])
		}
	}
	return ""
}

func near(a, b string) bool {
	if b == "TRUE" || b == "FALSE" {
		return a == strings.ToLower(b[:1])
	}
	x, err1 := strconv.ParseFloat(a, 64)
	y, err2 := strconv.ParseFloat(b, 64)
	return err1 == nil && err2 == nil && math.Abs(x-y) <= 1e-9*math.Abs(x)
}

// digest is FNV-1a over eight bytes at a time, so that the client costs little. It takes COPY's rows, one a call.
type digest struct {
	sum   uint64
	rows  int
	start time.Time
	first time.Duration // until the first row
	part  [8]byte
	n     int
}

var _ io.Writer = (*digest)(nil)

func (d *digest) Write(b []byte) (int, error) {
	for _, c := range b {
		d.part[d.n] = c
		if d.n++; d.n == 8 {
			d.sum, d.n = (d.sum^binary.LittleEndian.Uint64(d.part[:]))*1099511628211, 0
		}
	}
	d.row()
	return len(b), nil
}

func (d *digest) row() {
	if d.rows == 0 {
		d.first = time.Since(d.start)
	}
	d.rows++
}

// total is the sum with the bytes that fill no eight.
func (d *digest) total() uint64 {
	clear(d.part[d.n:])
	return (d.sum^binary.LittleEndian.Uint64(d.part[:]))*1099511628211 | 1
}
