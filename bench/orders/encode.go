package orders

import (
	"compress/gzip"
	"fmt"
	"io"
	"slices"
	"strings"
)

// encoders write the table, each in its format.
var encoders = map[string]func(w io.Writer, rows int, seed uint64) error{
	"csv":    Write,
	"csv.gz": writeGzip,
	"ndjson": writeLines,
	"json":   writeArray,
	"xlsx":   writeXLSX,
	"ods":    writeODS,
	"xls":    writeXLS,
}

// Formats names the formats that Encode knows, as files end.
func Formats() []string {
	var names []string
	for name := range encoders {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}

// Encode writes the table in one of the Formats. It holds no rows but for xls, whose sheets have at most 65,535.
func Encode(w io.Writer, format string, rows int, seed uint64) error {
	encode := encoders[format]
	if encode == nil {
		return fmt.Errorf("unknown format %q; there are %s", format, strings.Join(Formats(), ", "))
	}
	return encode(w, rows, seed)
}

func writeGzip(w io.Writer, rows int, seed uint64) error {
	z := gzip.NewWriter(w)
	if err := Write(z, rows, seed); err != nil {
		return err
	}
	return z.Close()
}

// shared numbers the texts of a workbook in the order of the cells. Customers and countries are few and shared; notes
// and SKUs are not looked for, so that any number of rows takes the same memory.
type shared struct {
	known map[string]int
	n     int // texts so far
	uses  int
	bytes int // of the texts
}

func newShared() *shared { return &shared{known: map[string]int{}} }

// number gives the text's number; fresh tells that it is a new one.
func (s *shared) number(text []byte, repeats bool) (n int, fresh bool) {
	s.uses++
	if repeats {
		if n, ok := s.known[string(text)]; ok {
			return n, false
		}
		s.known[string(text)] = s.n
	}
	s.n++
	s.bytes += len(text)
	return s.n - 1, true
}

// eachText gives all texts of the table as a workbook holds them: the header's, then those of the rows.
func eachText(rows int, seed uint64, see func(text []byte, repeats bool) error) error {
	for _, name := range Names {
		if err := see([]byte(name), false); err != nil {
			return err
		}
	}
	return Each(rows, seed, func(_ int, r *Row) error {
		if err := see(r.Customer, true); err != nil {
			return err
		}
		if err := see([]byte(r.Country), true); err != nil {
			return err
		}
		if len(r.Note) > 0 {
			if err := see(r.Note, false); err != nil {
				return err
			}
		}
		return see(r.SKU, false)
	})
}

// SharedBytes is how many bytes of text a workbook of so many rows shares, the measure of what a reader may keep.
func SharedBytes(rows int, seed uint64) (int, error) {
	s := newShared()
	err := eachText(rows, seed, func(text []byte, repeats bool) error {
		s.number(text, repeats)
		return nil
	})
	return s.bytes, err
}

// serial is the moment as spreadsheets count: days since 1899-12-30.
func (r *Row) serial() float64 { return float64(r.At)/86400 + 25569 }
