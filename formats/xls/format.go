package xls

import (
	"bytes"

	"howdah/formats"
	"howdah/formats/internal/cfb"
	"howdah/formats/internal/sheet"
	"howdah/pushdown"
	"howdah/types"
)

// Format is the workbooks of Excel 5 to 2003. The zero value is ready.
type Format struct{}

var (
	_ formats.Format  = Format{}
	_ formats.Sheeter = Format{}
)

// smallSheet is how large a sheet may be for all of it to be looked at when its columns are inferred.
const smallSheet = 256 << 10

// Spec declares the format.
func (Format) Spec() formats.Spec {
	return formats.Spec{
		Name:       "xls",
		Extensions: []string{".xls", ".xlt"},
		Sniff:      sniff,
		Options:    sheet.Options{},
		Column:     sheet.ColumnOptions{},
	}
}

// Offer implements formats.Format: quals, top-N and LIMIT.
func (Format) Offer(sch types.Schema, _ formats.Options, r *pushdown.Request) pushdown.Answer {
	return pushdown.Offer(sch, r)
}

// Infer looks at the first rows.
func (Format) Infer(in *formats.Input, opt formats.Options) (formats.Inference, error) {
	s, size, err := openSheet(in, opt)
	if err != nil {
		return formats.Inference{Options: formats.Options{}, Rows: -1}, err
	}
	return sheet.Infer(opt, s, size <= smallSheet)
}

// Open starts reading a sheet.
func (Format) Open(in *formats.Input, scan *formats.Scan) (formats.Reader, error) {
	s, _, err := openSheet(in, scan.Options)
	if err != nil {
		return nil, err
	}
	return sheet.Open(in, scan, s)
}

// Tables lists the visible sheets that hold data.
func (Format) Tables(in *formats.Input, opt formats.Options) (tables []formats.Table, err error) {
	b, err := openBook(in, opt)
	if err != nil {
		return nil, err
	}
	defer b.close()
	for i, s := range b.sheets {
		if s.Hidden {
			continue
		}
		filled, err := b.filled(i)
		if err != nil {
			return nil, err
		}
		if filled {
			tables = append(tables, formats.Table{Name: s.Name, Options: formats.Options{"sheet": s.Name}})
		}
	}
	return tables, nil
}

// filled tells whether a sheet has a value, from its beginning.
func (b *book) filled(i int) (bool, error) {
	r, err := b.rowsOf(i)
	if err != nil {
		return false, err
	}
	defer r.Close()
	return sheet.Filled(r)
}

// openSheet opens the sheet that the options name, and tells its size in bytes.
func openSheet(in *formats.Input, opt formats.Options) (*sheet.Sheet, int64, error) {
	b, err := openBook(in, opt)
	if err != nil {
		return nil, 0, err
	}
	s, size, err := b.openSheet(opt)
	if err != nil {
		b.close()
		return nil, 0, err
	}
	return s, size, nil
}

func (b *book) openSheet(opt formats.Options) (*sheet.Sheet, int64, error) {
	at, area, err := sheet.Locate(b, opt)
	if err != nil {
		return nil, 0, err
	}
	r, err := b.rowsOf(at)
	if err != nil {
		return nil, 0, err
	}
	info := &b.sheets[at]
	size := info.end - info.off
	return &sheet.Sheet{
		File: b.file, Name: info.Name, Date1904: b.date1904, Range: area, Rows: r,
		Formats: b.formats, Shared: b.shared, Close: b.close,
		Merged: func() ([]sheet.Range, error) { return b.merged(at) },
		Estimate: func(row int64) (int64, int) {
			read := float64(max(r.rec.at-r.from, 1))
			return min(int64(float64(row)*float64(r.end-r.from)/read), maxRows), int(max(read/float64(row), 1))
		},
	}, size, nil
}

// sniff tells whether the beginning of a file is that of a workbook.
func sniff(head []byte) formats.Likelihood {
	has := func(name string) bool { // of a stream, in the directory, if that is near
		var wide []byte
		for i := range len(name) {
			wide = append(wide, name[i], 0)
		}
		return bytes.Contains(head, append(wide, 0, 0))
	}
	switch {
	case bytes.HasPrefix(head, []byte(cfb.Magic)):
		switch {
		case has("Workbook"), has("Book"):
			return formats.Surely
		case has("EncryptedPackage"), has("WordDocument"), has("PowerPoint Document"):
			return formats.No
		}
		return formats.Perhaps
	case len(head) < 8 || head[0] != 0x09:
		return formats.No
	}
	// Bare records. Their first one tells its version and its length, which nothing else looks like.
	n, version := u16(head[2:]), u16(head[4:])
	switch u16(head) {
	case recBOF:
		if n >= 4 && n <= 16 && (version == biff5 || version == biff8) {
			return formats.Surely
		}
	case recBOF2, recBOF3, recBOF4:
		if kind := u16(head[6:]); n >= 4 && n <= 8 && (kind == 0x10 || kind == 0x20 || kind == 0x40 || kind == 0x100) {
			return formats.Surely // to be refused by name
		}
	}
	return formats.No
}
