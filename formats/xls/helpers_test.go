package xls

import (
	"encoding/binary"
	"flag"
	"fmt"
	"math"
	"os"
	"strings"
	"testing"
	"unicode/utf16"

	"howdah/formats"
	"howdah/formats/formattest"
	"howdah/formats/internal/cfb/cfbtest"
	"howdah/sources/sourcetest"
)

func TestMain(m *testing.M) {
	flag.Parse()
	if f := flag.Lookup("test.fuzz"); f != nil && f.Value.String() != "" {
		os.Exit(m.Run()) // the fuzzer keeps goroutines of its own
	}
	sourcetest.Main(m, nil)
}

var le = binary.LittleEndian

// rec makes a record. Integers of each width, bytes and strings are appended as they are.
func rec(id int, fields ...any) []byte {
	b := le.AppendUint16(nil, uint16(id))
	b = append(b, 0, 0)
	for _, f := range fields {
		switch v := f.(type) {
		case byte:
			b = append(b, v)
		case uint16:
			b = le.AppendUint16(b, v)
		case int: // most fields are of 16 bits
			b = le.AppendUint16(b, uint16(v))
		case uint32:
			b = le.AppendUint32(b, v)
		case float64:
			b = le.AppendUint64(b, math.Float64bits(v))
		case []byte:
			b = append(b, v...)
		case string:
			b = append(b, v...)
		default:
			panic(fmt.Sprintf("%T", f))
		}
	}
	le.PutUint16(b[2:], uint16(len(b)-4))
	return b
}

func join(parts ...[]byte) (b []byte) {
	for _, p := range parts {
		b = append(b, p...)
	}
	return b
}

// str is a text of BIFF8 without its length: flags and characters.
func str(s string) []byte {
	units := utf16.Encode([]rune(s))
	for _, u := range units {
		if u > 0xFF {
			b := []byte{1}
			for _, u := range units {
				b = le.AppendUint16(b, u)
			}
			return b
		}
	}
	b := []byte{0}
	for _, u := range units {
		b = append(b, byte(u))
	}
	return b
}

// str16 is one with its length in 16 bits, str8 with 8.
func str16(s string) []byte {
	return append(le.AppendUint16(nil, uint16(len(utf16.Encode([]rune(s))))), str(s)...)
}
func str8(s string) []byte { return append([]byte{byte(len(utf16.Encode([]rune(s))))}, str(s)...) }

// Cells of BIFF8.
func num(row, col, xf int, v float64) []byte { return rec(recNumber, row, col, xf, v) }
func label(row, col int, s string) []byte    { return rec(recLabel, row, col, 0, str16(s)) }
func labelSST(row, col int, i uint32) []byte { return rec(recLabelSST, row, col, 0, i) }
func rk(row, col, xf int, v uint32) []byte   { return rec(recRK, row, col, xf, v) }
func boolErr(row, col int, v, e byte) []byte { return rec(recBoolErr, row, col, 0, v, e) }
func rowRec(row, flags int) []byte           { return rec(recRow, row, 0, 9, 255, 0, 0, flags, 15) }
func rkInt(v int) uint32                     { return uint32(v)<<2 | 2 }
func formula(row, col int, v [8]byte) []byte {
	return rec(recFormula, row, col, 0, v[:], 0, uint32(0), 0)
}
func special(kind, v byte) [8]byte    { return [8]byte{kind, 0, v, 0, 0, 0, 0xFF, 0xFF} }
func double(v float64) (b [8]byte)    { le.PutUint64(b[:], math.Float64bits(v)); return b }
func merge(r1, r2, c1, c2 int) []byte { return rec(recMergedCells, 1, r1, r2, c1, c2) }
func sst(data ...any) []byte          { return rec(recSST, append([]any{uint32(9), uint32(9)}, data...)...) }

// wb is a workbook to be made.
type wb struct {
	version int
	globals []byte // between BOF and the sheets' names
	sst     []byte // behind them
	sheets  []ws
	key     encryptor
	pass    []byte // the FILEPASS record
}

type ws struct {
	name  string
	state byte // 1, 2: hidden
	kind  byte // 2: a chart
	body  []byte
}

// one is a workbook of one sheet, with styles for dates.
func one(body ...[]byte) wb {
	return wb{version: biff8, globals: styles(), sheets: []ws{{name: "S 1", body: join(body...)}}}
}

func (w wb) with(sst []byte) wb { w.sst = sst; return w }

// styles: 0 general, 1 a date, 2 a timestamp, 3 a time, 4 a duration, 5 percent, 6 0.00, 7 text
func styles() []byte {
	return join(rec(recFormat, 164, str16("yyyy-mm-dd")), rec(recFormat, 165, str16("[h]:mm:ss")),
		xf(0), xf(164), xf(22), xf(21), xf(165), xf(10), xf(2), xf(49))
}

func xf(format int) []byte { return rec(recXF, 0, format, 0, make([]byte, 14)) }

func (w wb) bof(kind int) []byte {
	if w.version == biff5 {
		return rec(recBOF, biff5, kind, 0, 1993)
	}
	return rec(recBOF, biff8, kind, 0, 1996, uint32(0), uint32(6))
}

// stream makes the stream of records.
func (w wb) stream() []byte {
	names := func(offs []uint32) (b []byte) {
		for i, s := range w.sheets {
			n := str8(s.name)
			if w.version == biff5 {
				n = append([]byte{byte(len(s.name))}, s.name...)
			}
			b = append(b, rec(recBoundSheet, offs[i], s.state, s.kind, n)...)
		}
		return b
	}
	offs := make([]uint32, len(w.sheets))
	var out []byte
	for range 2 { // the second time the offsets are known
		out = join(w.bof(holdsGlobals), w.pass, w.globals, names(offs), w.sst, rec(recEOF))
		for i, s := range w.sheets {
			offs[i] = uint32(len(out))
			kind := holdsSheet
			if s.kind == 2 {
				kind = 0x20
			}
			out = append(append(append(out, w.bof(kind)...), s.body...), rec(recEOF)...)
		}
	}
	if w.key != nil {
		encrypt(out, w.key)
	}
	return out
}

// file makes the compound file.
func (w wb) file() []byte {
	name := "Workbook"
	if w.version == biff5 {
		name = "Book"
	}
	return cfbtest.Write(cfbtest.Layout{}, cfbtest.Stream{Name: name, Data: w.stream()})
}

// must are the rows of a file, one a line.
func must(t testing.TB, data []byte, opt formats.Options, columns ...string) string {
	t.Helper()
	rows, err := read(data, opt, columns...)
	if err != nil {
		t.Fatalf("%v: %s: %s", err, detail(err), where(err))
	}
	return strings.Join(rows, "\n")
}

// The helpers of package formattest, for this format.

func inferred(data []byte, opt formats.Options) (schema string, rows []string, err error) {
	return formattest.Inferred(Format{}, data, opt)
}

func read(data []byte, opt formats.Options, columns ...string) ([]string, error) {
	return formattest.Read(Format{}, data, opt, columns...)
}
