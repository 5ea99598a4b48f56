package ods

import (
	"bytes"

	"howdah/formats"
	"howdah/formats/internal/sheet"
	"howdah/pgerr"
	"howdah/pushdown"
	"howdah/types"
)

// Format is the spreadsheets of OpenDocument. The zero value is ready.
type Format struct{}

var (
	_ formats.Format  = Format{}
	_ formats.Sheeter = Format{}
)

// smallSheet is how large the XML may be for all of a sheet to be looked at when its columns are inferred.
const smallSheet = 2 << 20

// Spec declares the format.
func (Format) Spec() formats.Spec {
	return formats.Spec{
		Name:       "ods",
		Extensions: []string{".ods", ".fods", ".ots"},
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
	none := formats.Inference{Options: formats.Options{}, Rows: -1}
	s, size, err := openSheet(in, opt)
	if err != nil {
		return none, err
	}
	if size < 0 || size > smallSheet {
		return sheet.Infer(opt, s, false)
	}
	rows := &fewRows{Rows: s.Rows, left: manyRows}
	s.Rows = rows
	inf, err := sheet.Infer(opt, s, true)
	if rows.left >= 0 {
		return inf, err
	}
	if s, _, err = openSheet(in, opt); err != nil {
		return none, err
	}
	return sheet.Infer(opt, s, false)
}

// manyRows is how many rows are too many to be all looked at: a small file can repeat them without end.
const manyRows = 50_000

// fewRows is rows up to a number; then left is below 0.
type fewRows struct {
	sheet.Rows
	left int
}

func (r *fewRows) Next(row *sheet.Row) error {
	if r.left--; r.left < 0 {
		r.left = -1
		return pgerr.New(pgerr.ProgramLimitExceeded, "there are more than %d rows", manyRows)
	}
	return r.Rows.Next(row)
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
	for {
		more, err := b.cursor.next()
		if err != nil || !more {
			return tables, err
		}
		s := b.sheets[b.cursor.at]
		if s.Hidden || b.cursor.table == "" {
			continue
		}
		filled, err := b.filled()
		if err != nil {
			return nil, err
		}
		if filled {
			tables = append(tables, formats.Table{Name: s.Name, Options: formats.Options{"sheet": s.Name}})
		}
	}
}

// filled tells whether the sheet that the cursor stands in has a value, from its beginning.
func (b *book) filled() (bool, error) {
	r := &rows{c: b.cursor, d: b.cursor.d, file: b.File(), sheet: b.sheets[b.cursor.at].Name, part: true}
	if err := r.begin(); err != nil {
		return false, err
	}
	return sheet.Filled(r)
}

// openSheet opens the sheet that the options name; size is that of the XML that it is in, or -1.
func openSheet(in *formats.Input, opt formats.Options) (*sheet.Sheet, int64, error) {
	b, err := openBook(in, opt)
	if err != nil {
		return nil, 0, err
	}
	s, size, err := b.sheet(opt)
	if err != nil {
		b.close()
		return nil, 0, err
	}
	return s, size, nil
}

func (b *book) sheet(opt formats.Options) (*sheet.Sheet, int64, error) {
	at, area, err := b.locate(opt)
	if err != nil {
		return nil, 0, err
	}
	c, err := b.seek(at)
	if err != nil {
		return nil, 0, err
	}
	r, err := openRows(c, b.File(), b.sheets[at].Name)
	if err != nil {
		return nil, 0, err
	}
	size, begin := c.p.Size(), c.p.Done()
	return &sheet.Sheet{
		File: b.File(), Name: b.sheets[at].Name, Range: area, Rows: r,
		Formats: func() ([]sheet.Format, error) { return b.styles.formats, nil },
		Shared:  func(uint32) ([]byte, error) { return nil, nil },
		Close:   b.close,
		Merged:  func() ([]sheet.Range, error) { return b.merged(at) },
		Estimate: func(row int64) (int64, int) {
			read := max(c.p.Done()-begin, 1)
			width := float64(read) / float64(row)
			if size < 0 {
				return -1, int(max(width, 1))
			}
			all := float64(size - begin)
			return int64(all / width), int(max(width*float64(max(b.in.Size(), 1))/float64(max(size, 1)), 1))
		},
	}, size, nil
}

// sniff tells whether the beginning of a file is that of a spreadsheet.
func sniff(head []byte) formats.Likelihood {
	if isZip(head) {
		// The type is the first member, stored, so that it can be seen here.
		const at = 30
		if len(head) < at+8+len(mimetype) || string(head[at:at+8]) != "mimetype" {
			return formats.No
		}
		if bytes.Contains(head[at+8:min(len(head), at+8+256)], []byte(mimetype)) {
			return formats.Surely
		}
		return formats.No
	}
	if i := bytes.Index(head, []byte("office:mimetype=")); i >= 0 {
		if bytes.HasPrefix(head[i+len("office:mimetype=")+1:], []byte(mimetype)) {
			return formats.Surely
		}
		return formats.No
	}
	if bytes.Contains(head, []byte("document")) && bytes.Contains(head, []byte(odf+"office:1.0")) {
		return formats.Perhaps
	}
	return formats.No
}
