package xlsx

import (
	"bytes"

	"howdah/formats"
	"howdah/formats/internal/cfb"
	"howdah/formats/internal/sheet"
	"howdah/formats/internal/zip"
	"howdah/pushdown"
	"howdah/types"
)

// Format is the workbooks of Office Open XML. The zero value is ready.
type Format struct{}

var (
	_ formats.Format  = Format{}
	_ formats.Sheeter = Format{}
)

// smallSheet is how large a sheet's XML may be for all of it to be looked at when its columns are inferred.
const smallSheet = 2 << 20

// Spec declares the format.
func (Format) Spec() formats.Spec {
	return formats.Spec{
		Name:       "xlsx",
		Extensions: []string{".xlsx", ".xlsm"},
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
	s, e, err := openSheet(in, opt)
	if err != nil {
		return formats.Inference{Options: formats.Options{}, Rows: -1}, err
	}
	return sheet.Infer(opt, s, e.Size <= smallSheet)
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
	b, err := openBook(in, opt["file_password"])
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
	part, err := b.sheetPart(i)
	if err != nil {
		return false, err
	}
	r, err := openRows(b.a, part, b.sheets[i].Name)
	if err != nil {
		return false, err
	}
	defer r.Close()
	return sheet.Filled(r)
}

// openSheet opens the sheet that the options name, and gives its part's entry too.
func openSheet(in *formats.Input, opt formats.Options) (*sheet.Sheet, *zip.Entry, error) {
	b, err := openBook(in, opt["file_password"])
	if err != nil {
		return nil, nil, err
	}
	s, e, err := b.openSheet(opt)
	if err != nil {
		b.close()
		return nil, nil, err
	}
	return s, e, nil
}

func (b *book) openSheet(opt formats.Options) (*sheet.Sheet, *zip.Entry, error) {
	at, area, err := sheet.Locate(b, opt)
	if err != nil {
		return nil, nil, err
	}
	part, err := b.sheetPart(at)
	if err != nil {
		return nil, nil, err
	}
	r, err := openRows(b.a, part, b.sheets[at].Name)
	if err != nil {
		return nil, nil, err
	}
	e := r.p.Entry
	return &sheet.Sheet{
		File: b.File(), Name: b.sheets[at].Name, Date1904: b.date1904, Range: area, Rows: r,
		Formats: b.styles, Shared: b.shared, Close: b.close,
		Merged: func() ([]sheet.Range, error) { return merged(b.a, part) },
		Estimate: func(row int64) (int64, int) {
			read := max(r.p.Done(), 1)
			return int64(float64(row) * float64(e.Size) / float64(read)), int(max(float64(read)/float64(row)*float64(e.Packed)/float64(max(e.Size, 1)), 1))
		},
	}, e, nil
}

// shared gives a text that cells share.
func (b *book) shared(i uint32) ([]byte, error) {
	if b.strings == nil {
		name := b.related("sharedStrings")
		if name == "" {
			return nil, b.a.Corrupt("A cell refers to a shared text, and there are none.")
		}
		var err error
		if b.strings, err = newSharedTexts(b.a, name); err != nil {
			return nil, err
		}
	}
	return b.strings.get(i)
}

// wide is a name as the directory of a compound file has it.
func wide(name string) []byte {
	var out []byte
	for i := range len(name) {
		out = append(out, name[i], 0)
	}
	return out
}

// sniff tells whether the beginning of a file is that of a workbook.
func sniff(head []byte) formats.Likelihood {
	switch {
	case bytes.HasPrefix(head, []byte(cfb.Magic)) && bytes.Contains(head, wide("EncryptedPackage")):
		return formats.Surely // of Office, with a password; what it is shows when it is opened
	case !bytes.HasPrefix(head, []byte("PK\x03\x04")):
		return formats.No
	case bytes.Contains(head, []byte("xl/")):
		return formats.Surely
	case bytes.Contains(head, []byte("[Content_Types].xml")) && !bytes.Contains(head, []byte("word/")) && !bytes.Contains(head, []byte("ppt/")):
		return formats.Perhaps
	}
	return formats.No
}
