package orders

import (
	"encoding/binary"
	"fmt"
	"io"
	"math"
	"unicode/utf16"
)

// Records of BIFF8, by their numbers in Microsoft's [MS-XLS].
const (
	recEOF        = 0x000A
	recDate1904   = 0x0022
	recFont       = 0x0031
	recContinue   = 0x003C
	recWindow1    = 0x003D
	recCodePage   = 0x0042
	recBoundSheet = 0x0085
	recXF         = 0x00E0
	recSST        = 0x00FC
	recLabelSST   = 0x00FD
	recDimensions = 0x0200
	recNumber     = 0x0203
	recBoolErr    = 0x0205
	recRow        = 0x0208
	recWindow2    = 0x023E
	recRK         = 0x027E
	recStyle      = 0x0293
	recFormat     = 0x041E
	recBOF        = 0x0809

	maxRecord  = 8224
	maxXLSRows = 65_535 // below the header
	dateFormat = 164

	xfGeneral, xfTime, xfPrice = 15, 16, 17
)

// workbook is the stream of records, in memory: the format bounds it to some 20 MB.
type workbook struct{ b []byte }

func (w *workbook) record(kind uint16, fields ...any) {
	start := len(w.b)
	w.b = binary.LittleEndian.AppendUint16(w.b, kind)
	w.b = append(w.b, 0, 0)
	for _, f := range fields {
		w.b, _ = binary.Append(w.b, binary.LittleEndian, f)
	}
	binary.LittleEndian.PutUint16(w.b[start+2:], uint16(len(w.b)-start-4))
}

// cell begins a record of a cell whose value has size bytes.
func (w *workbook) cell(kind uint16, size, row, col, xf int) {
	for _, v := range []int{int(kind), 6 + size, row, col, xf} {
		w.b = binary.LittleEndian.AppendUint16(w.b, uint16(v))
	}
}

// whole writes a number of at most 29 bits, or a hundredth of one, as the short form that Excel takes for such.
func (w *workbook) whole(row, col, xf, value int, hundredths bool) {
	w.cell(recRK, 4, row, col, xf)
	rk := uint32(value)<<2 | 2
	if hundredths {
		rk |= 1
	}
	w.b = binary.LittleEndian.AppendUint32(w.b, rk)
}

func (w *workbook) number(row, col, xf int, value float64) {
	w.cell(recNumber, 8, row, col, xf)
	w.b = binary.LittleEndian.AppendUint64(w.b, math.Float64bits(value))
}

func (w *workbook) text(row, col, n int) {
	w.cell(recLabelSST, 4, row, col, xfGeneral)
	w.b = binary.LittleEndian.AppendUint32(w.b, uint32(n))
}

// writeXLS writes a BIFF8 workbook of one sheet in its compound file.
func writeXLS(out io.Writer, rows int, seed uint64) error {
	if rows > maxXLSRows {
		return fmt.Errorf("a sheet of xls has room for %d rows", maxXLSRows)
	}
	w := &workbook{}
	at, err := w.globals(rows, seed)
	if err != nil {
		return err
	}
	binary.LittleEndian.PutUint32(w.b[at:], uint32(len(w.b)))
	if err := w.sheet(rows, seed); err != nil {
		return err
	}
	return writeCompound(out, "Workbook", w.b)
}

// globals writes what precedes the sheet, and gives the place of the sheet's offset.
func (w *workbook) globals(rows int, seed uint64) (sheetAt int, err error) {
	w.record(recBOF, []uint16{0x0600, 0x0005, 0x0DBB, 0x07CC}, uint32(0), uint32(6))
	w.record(recCodePage, uint16(1200))
	w.record(recWindow1, []uint16{0, 0, 0x4000, 0x2000, 0x38, 0, 0, 1, 600})
	w.record(recDate1904, uint16(0))
	for range 5 { // number 4 is left out by the format's rule, so this is the least a reader may ask for
		w.record(recFont, []uint16{200, 0, 0x7FFF, 400, 0}, []byte{0, 0, 0, 0}, []byte{5, 0}, []byte("Arial"))
	}
	format := "yyyy-mm-dd hh:mm:ss"
	w.record(recFormat, []uint16{dateFormat, uint16(len(format))}, byte(0), []byte(format))
	for range 15 {
		w.record(recXF, []uint16{0, 0, 0xFFF5, 0x0020, 0, 0, 0, 0, 0, 0x20C0})
	}
	for _, number := range []uint16{0, dateFormat, 2} {
		w.record(recXF, []uint16{0, number, 0x0001, 0x0020, 0x0400, 0, 0, 0, 0, 0x20C0})
	}
	w.record(recStyle, uint16(0x8000), []byte{0, 0xFF})
	w.record(recBoundSheet, uint32(0), uint16(0), []byte{6, 0}, []byte("orders"))
	sheetAt = len(w.b) - 14
	if err := w.texts(rows, seed); err != nil {
		return 0, err
	}
	w.record(recEOF)
	return sheetAt, nil
}

// texts writes the shared texts: a record and its continuations, each of which repeats how the characters of a text
// that was cut are stored.
func (w *workbook) texts(rows int, seed uint64) error {
	start := len(w.b)
	w.record(recSST, uint32(0), uint32(0))
	record := start // the one being filled
	next := func() {
		binary.LittleEndian.PutUint16(w.b[record+2:], uint16(len(w.b)-record-4))
		record = len(w.b)
		w.record(recContinue)
	}
	left := func() int { return maxRecord - (len(w.b) - record - 4) }
	seen := newShared()
	err := eachText(rows, seed, func(text []byte, repeats bool) error {
		if _, fresh := seen.number(text, repeats); !fresh {
			return nil
		}
		chars := utf16.Encode([]rune(string(text)))
		wide := byte(0)
		for _, c := range chars {
			if c > 0xFF {
				wide = 1
			}
		}
		if left() < 5 {
			next()
		}
		w.b = append(binary.LittleEndian.AppendUint16(w.b, uint16(len(chars))), wide)
		for _, c := range chars {
			if left() < 1+int(wide) {
				next()
				w.b = append(w.b, wide)
			}
			w.b = append(w.b, byte(c))
			if wide == 1 {
				w.b = append(w.b, byte(c>>8))
			}
		}
		return nil
	})
	binary.LittleEndian.PutUint16(w.b[record+2:], uint16(len(w.b)-record-4))
	binary.LittleEndian.PutUint32(w.b[start+4:], uint32(seen.uses))
	binary.LittleEndian.PutUint32(w.b[start+8:], uint32(seen.n))
	return err
}

// sheet writes the cells in blocks of 32 rows, as Excel does.
func (w *workbook) sheet(rows int, seed uint64) error {
	w.record(recBOF, []uint16{0x0600, 0x0010, 0x0DBB, 0x07CC}, uint32(0), uint32(6))
	w.record(recDimensions, uint32(0), uint32(rows+1), []uint16{0, uint16(len(Names)), 0})
	texts := newShared()
	number := func(text []byte, repeats bool) int {
		n, _ := texts.number(text, repeats)
		return n
	}
	block := func(row int) {
		for r := row; row%32 == 0 && r < row+32 && r <= rows; r++ {
			w.record(recRow, []uint16{uint16(r), 0, uint16(len(Names)), 0x00FF, 0, 0, 0x0100, xfGeneral})
		}
	}
	block(0)
	for i, name := range Names {
		w.text(0, i, number([]byte(name), false))
	}
	err := Each(rows, seed, func(row int, r *Row) error {
		block(row)
		w.whole(row, 0, xfGeneral, int(r.ID), false)
		w.number(row, 1, xfTime, r.serial())
		w.text(row, 2, number(r.Customer, true))
		w.text(row, 3, number([]byte(r.Country), true))
		w.whole(row, 4, xfGeneral, r.Qty, false)
		w.whole(row, 5, xfPrice, r.Cents, true)
		w.number(row, 6, xfGeneral, float64(r.Discount)/10000)
		w.cell(recBoolErr, 2, row, 7, xfGeneral)
		if w.b = append(w.b, 0, 0); r.Paid {
			w.b[len(w.b)-2] = 1
		}
		if len(r.Note) > 0 {
			w.text(row, 8, number(r.Note, false))
		}
		w.text(row, 9, number(r.SKU, false))
		return nil
	})
	w.record(recWindow2, []uint16{0x06B6, 0, 0, 0x40, 0, 0, 0, 0, 0})
	w.record(recEOF)
	return err
}
