package xls

import (
	"bytes"
	"fmt"
	"strconv"
	"strings"

	"howdah/formats/internal/sheet"
)

// definedName is a name of cells.
type definedName struct {
	name    string
	formula []byte // what it stands for; nil if it is too long to be cells
	tab     int    // index into book.tabs of the sheet whose name it is; -1 = the workbook's
}

// maxReference is the length of a formula that is cells, at the most.
const maxReference = 21

// extern is a reference to sheets of some workbook, by which names say where their cells are.
type extern struct {
	book, first, last int
}

// builtinNames are those that a workbook has one character for.
var builtinNames = [...]string{"Consolidate_Area", "Auto_Open", "Auto_Close", "Extract", "Database", "Criteria", "Print_Area", "Print_Titles",
	"Recorder", "Data_Form", "Auto_Activate", "Auto_Deactivate", "Sheet_Title", "_FilterDatabase"}

// readNameRecord takes a record that names are about. One that is damaged is an error only if its name is asked for.
func (b *book) readNameRecord(r *records) error {
	d := r.data
	switch r.id {
	case recSupBook:
		if len(b.own) < maxNames {
			b.own = append(b.own, len(d) == 4 && u16(d[2:]) == 0x0401)
		}
	case recExternSheet:
		if b.version == biff5 || len(d) < 2 {
			return nil // the names of BIFF5 say it themselves
		}
		c := cursor{r, d[2:]}
		var scratch [8]byte
		for range u16(d) {
			v, err := c.bytes(6, &scratch)
			if err != nil {
				return err
			}
			if len(b.externs) >= maxNames {
				return b.tooMany("references to sheets")
			}
			b.externs = append(b.externs, extern{u16(v), u16(v[2:]), u16(v[4:])})
		}
	case recName:
		return b.readName(r)
	}
	return nil
}

func (b *book) readName(r *records) error {
	const builtin = 0x20
	d := r.data
	if len(d) < 15 {
		return b.corrupt("The record at byte %d is too short.", r.at)
	}
	if len(b.names) >= maxNames {
		return b.tooMany("names")
	}
	flags, n, size := u16(d), int(d[3]), u16(d[4:])
	name, err := b.shortText(r, d[14:], n)
	if err != nil {
		return err
	}
	if flags&builtin != 0 && len(name) == 1 && int(name[0]) < len(builtinNames) {
		name = builtinNames[name[0]]
	}
	at := 14 + n
	if b.version != biff5 {
		at += 1 + n*int(d[14]&textWide)
	}
	var formula []byte
	if size <= maxReference && at+size <= len(d) {
		formula = bytes.Clone(d[at : at+size])
	}
	if err := b.pay(len(name) + 128); err != nil {
		return err
	}
	b.names = append(b.names, definedName{name, formula, u16(d[8:]) - 1})
	return nil
}

// reference writes a formula that is cells of one sheet, such as 'My sheet'!$A$1:$C$9; anything else is told as what it
// is, which nobody takes for cells.
func (b *book) reference(f []byte) string {
	const (
		other     = "(a formula)"
		elsewhere = "(cells of another workbook)"
		several   = "(cells of several sheets)"
		relative  = "(cells that depend on where they are asked for)"
	)
	if len(f) == 0 {
		return other
	}
	area := false
	switch f[0] &^ 0x60 {
	case 0x1A:
	case 0x1B:
		area = true
	default:
		return other
	}
	if f[0] < 0x20 {
		return other
	}
	f = f[1:]
	var sheetAt, r1, r2, c1, c2 int
	if b.version == biff5 {
		want := 17
		if area {
			want = 20
		}
		if len(f) != want {
			return other
		}
		if int16(u16(f)) >= 0 {
			return elsewhere
		}
		sheetAt = u16(f[10:])
		if u16(f[12:]) != sheetAt {
			return several
		}
		if f = f[14:]; area {
			r1, r2, c1, c2 = u16(f), u16(f[2:]), int(f[4]), int(f[5])
		} else {
			r1, c1 = u16(f), int(f[2])
			r2, c2 = r1, c1
		}
		if r1|r2 > 0x3FFF { // flags
			return relative
		}
		return b.area(sheetAt, r1, r2, c1, c2, 0x3FFF)
	}
	want := 6
	if area {
		want = 10
	}
	if len(f) != want {
		return other
	}
	x := u16(f)
	if x >= len(b.externs) {
		return other
	}
	e := b.externs[x]
	if e.book >= len(b.own) || !b.own[e.book] {
		return elsewhere
	}
	if e.first != e.last {
		return several
	}
	if f = f[2:]; area {
		r1, r2, c1, c2 = u16(f), u16(f[2:]), u16(f[4:]), u16(f[6:])
	} else {
		r1, c1 = u16(f), u16(f[2:])
		r2, c2 = r1, c1
	}
	if c1|c2 > 0xFF { // flags
		return relative
	}
	return b.area(e.first, r1, r2, c1, c2, 0xFFFF)
}

func (b *book) area(tab, r1, r2, c1, c2, lastRow int) string {
	if tab >= len(b.tabs) {
		return "#REF!"
	}
	ref := "'" + strings.ReplaceAll(b.tabs[tab], "'", "''") + "'!"
	switch {
	case r1 == 0 && r2 == lastRow:
		return ref + sheet.ColumnName(c1) + ":" + sheet.ColumnName(c2)
	case c1 == 0 && c2 == 0xFF:
		return ref + strconv.Itoa(r1+1) + ":" + strconv.Itoa(r2+1)
	}
	return ref + fmt.Sprintf("$%s$%d:$%s$%d", sheet.ColumnName(c1), r1+1, sheet.ColumnName(c2), r2+1)
}

// Named looks a name up among the defined names.
func (b *book) Named(name string, at int) (string, error) {
	ref := b.named(name, at)
	if ref == "" && b.rest != 0 {
		if err := b.readRest(); err != nil {
			return "", err
		}
		ref = b.named(name, at)
	}
	return ref, nil
}

func (b *book) named(name string, at int) (best string) {
	for _, n := range b.names {
		if !strings.EqualFold(n.name, name) {
			continue
		}
		if at >= 0 && n.tab == b.sheets[at].tab {
			return b.reference(n.formula)
		}
		if n.tab < 0 || best == "" {
			best = b.reference(n.formula)
		}
	}
	return best
}
