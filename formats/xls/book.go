package xls

import (
	"bytes"
	"errors"
	"io"
	"path"
	"slices"
	"strings"

	"howdah/formats"
	"howdah/formats/internal/blob"
	"howdah/formats/internal/cfb"
	"howdah/formats/internal/sheet"
	"howdah/internal/budget"
	"howdah/internal/options"
	"howdah/pgerr"
)

// The versions of the records.
const (
	biff5 = 0x0500 // and 7
	biff8 = 0x0600
)

// What a substream holds.
const (
	holdsGlobals = 0x0005
	holdsSheet   = 0x0010
)

// The most that a workbook may declare.
const (
	maxSheets = 10_000
	maxNames  = 100_000
	maxStyles = 65_536
)

// book is an opened workbook.
type book struct {
	path     string
	file     string
	password string
	budget   *budget.Budget
	blob     blob.Blob
	compound *cfb.File // nil = the records lie bare
	c        content
	key      cipher

	version  int
	codePage int
	sheets   []sheetInfo
	tabs     []string // the names of all sheets, charts and macros too
	names    []definedName
	externs  []extern // what names refer to sheets by
	own      []bool   // by supporting book: it is this one
	date1904 bool
	codes    map[int]sheet.Format
	xfs      []uint16
	rest     int64 // where the globals go on behind the shared texts; 0 = all is read
	phrases  *sharedTexts
	phraseAt int64 // where the shared texts are; 0 = nowhere
	paid     int64 // bytes taken from the budget for what is said of all sheets
}

type sheetInfo struct {
	sheet.Info
	off, end int64 // in the stream; end is where the next one begins
	tab      int   // index into tabs
}

var _ sheet.Book = (*book)(nil)

// openBook reads what a workbook says of itself, up to its shared texts.
func openBook(in *formats.Input, opt formats.Options) (*book, error) {
	var o sheet.Options
	if err := options.Decode(opt, &o); err != nil {
		return nil, err
	}
	b := &book{path: in.Info().Path, file: path.Base(in.Info().Path), password: o.FilePassword, budget: in.Budget(), codes: map[int]sheet.Format{}}
	if err := b.open(in); err != nil {
		b.close()
		return nil, err
	}
	return b, nil
}

func (b *book) close() error {
	if b.phrases != nil {
		b.phrases.close()
	}
	b.budget.Shrink(b.paid)
	b.paid = 0
	if b.compound != nil {
		b.compound.Close()
	}
	if b.blob == nil {
		return nil
	}
	return b.blob.Close()
}

// File is the file's name.
func (b *book) File() string { return b.file }

// Sheets lists the worksheets.
func (b *book) Sheets() []sheet.Info {
	var infos []sheet.Info
	for i := range b.sheets {
		infos = append(infos, b.sheets[i].Info)
	}
	return infos
}

func (b *book) corrupt(format string, args ...any) *pgerr.Error {
	return corruptFile(b.path, format, args...)
}

func (b *book) open(in *formats.Input) (err error) {
	if b.blob, err = blob.Open(in); err != nil {
		return err
	}
	var head [8]byte
	n, err := b.blob.ReadAt(head[:], 0)
	if err != nil && err != io.EOF {
		return err
	}
	switch {
	case n == 0:
		return b.corrupt("It is empty.")
	case string(head[:n]) == cfb.Magic:
		if err := b.openCompound(); err != nil {
			return err
		}
	case bytes.HasPrefix(head[:n], []byte("PK\x03\x04")):
		return b.other("a zip archive (such as an xlsx workbook)")
	case bytes.HasPrefix(bytes.TrimSpace(head[:n]), []byte("<")):
		return b.other("HTML or XML")
	case isText(head[:n]):
		return b.other("text")
	default:
		b.c = b.blob
	}
	return b.readGlobals()
}

func (b *book) other(what string) error {
	return pgerr.New(pgerr.BadCopyFileFormat, "the content is %s, not xls", what).
		WithHint("Name the format that it has: OPTIONS (format '...').").At("%s", b.file)
}

// isText tells content that others call xls, for Excel opens it, from records, whose first one has zeros in it.
func isText(head []byte) bool {
	if bytes.HasPrefix(head, []byte("\xFF\xFE")) || bytes.HasPrefix(head, []byte("\xFE\xFF")) {
		return true
	}
	for _, c := range head {
		if c < ' ' && c != '\t' && c != '\n' && c != '\r' {
			return false
		}
	}
	return true
}

func (b *book) openCompound() (err error) {
	if b.compound, err = cfb.Open(b.blob, b.budget, b.path); err != nil {
		return err
	}
	for _, name := range []string{"Workbook", "Book"} {
		s, err := b.compound.Stream(name)
		if err != nil {
			return err
		}
		if s != nil {
			b.c = s
			return nil
		}
	}
	if ok, err := b.compound.Has("EncryptedPackage"); ok || err != nil {
		if err == nil {
			err = b.other("an encrypted document of Office 2007 or later (such as an xlsx workbook)")
		}
		return err
	}
	return b.other("an Office document without a workbook in it")
}

// readGlobals reads the records that are about all sheets, as far as the shared texts.
func (b *book) readGlobals() error {
	r, err := b.recordsAt(0, 0)
	if err != nil {
		return err
	}
	defer r.close()
	kind, err := b.begin(r)
	if err != nil {
		return err
	}
	if kind != holdsGlobals {
		return pgerr.New(pgerr.FeatureNotSupported, "the content of file %q is a sheet without a workbook, which is not supported", b.path).At("%s", b.file)
	}
	if err := b.globals(r); err != nil {
		return err
	}
	var offs []int64
	for i := range b.sheets {
		offs = append(offs, b.sheets[i].off)
	}
	slices.Sort(offs)
	for i := range b.sheets {
		s := &b.sheets[i]
		s.end = b.c.Size()
		if at, _ := slices.BinarySearch(offs, s.off+1); at < len(offs) {
			s.end = min(s.end, offs[at])
		}
	}
	return nil
}

// begin reads the record that begins a substream, and gives what that holds.
func (b *book) begin(r *records) (kind int, err error) {
	if err = r.next(); err == io.EOF || errors.Is(err, pgerr.DataCorrupted) && r.at == 0 && b.version == 0 {
		return 0, b.corrupt("It does not begin as one.")
	}
	if err != nil {
		return 0, err
	}
	switch r.id {
	case recBOF:
	case recBOF2, recBOF3, recBOF4:
		if len(r.data) < 4 || len(r.data) > 16 {
			return 0, b.corrupt("It does not begin as one.")
		}
		return 0, b.old("before 5.0")
	default:
		return 0, b.corrupt("The record at byte %d is %#04x, where a sheet or the workbook should begin.", r.at, r.id)
	}
	if len(r.data) < 4 {
		return 0, b.corrupt("The record at byte %d is too short.", r.at)
	}
	version := u16(r.data)
	if b.version == 0 {
		switch b.version = version; version {
		case biff5, biff8:
		default:
			return 0, b.old("with records of version %#04x", version)
		}
	}
	return u16(r.data[2:]), nil
}

func (b *book) old(format string, args ...any) error {
	return pgerr.New(pgerr.FeatureNotSupported, "workbooks of Excel "+format+" are not supported", args...).
		WithHint("Save it in a newer format.").At("%s", b.file)
}

// globals reads on up to the shared texts or the end.
func (b *book) globals(r *records) error {
	for {
		err := r.next()
		if err == io.EOF {
			return b.corrupt("It is cut: what concerns all sheets has no end.")
		}
		if err != nil {
			return err
		}
		d := r.data
		switch r.id {
		case recEOF:
			return nil
		case recBOF:
			return b.corrupt("What concerns all sheets has no end.")
		case recFilePass:
			if b.key != nil {
				return b.corrupt("It is encrypted twice.")
			}
			if err := b.readFilePass(d); err != nil {
				return err
			}
			r.key = b.key
		case recCodePage:
			if len(d) >= 2 {
				b.codePage = u16(d)
			}
		case recDate1904:
			b.date1904 = len(d) >= 2 && u16(d) != 0
		case recBoundSheet:
			err = b.readBoundSheet(r)
		case recFormat:
			err = b.readFormat(r)
		case recXF:
			if len(d) < 4 {
				return b.corrupt("The record at byte %d is too short.", r.at)
			}
			if len(b.xfs) >= maxStyles {
				return b.tooMany("styles")
			}
			b.xfs = append(b.xfs, uint16(u16(d[2:])))
		case recSupBook, recExternSheet, recName:
			err = b.readNameRecord(r)
		case recSST:
			if b.phraseAt != 0 {
				return b.corrupt("It has two lists of shared texts.")
			}
			b.phraseAt = r.at
			// What follows are names at the most; they are looked for where one is asked for.
			if len(b.sheets) > 0 {
				b.rest = r.at
				return nil
			}
		}
		if err != nil {
			return err
		}
	}
}

// readRest reads what the globals have behind the shared texts.
func (b *book) readRest() error {
	if b.rest == 0 {
		return nil
	}
	r, err := b.recordsAt(b.rest, b.firstSheet())
	if err != nil {
		return err
	}
	defer r.close()
	if err := r.next(); err != nil {
		return err
	}
	b.rest = 0
	return b.globals(r)
}

// firstSheet is where the first sheet begins.
func (b *book) firstSheet() int64 {
	first := b.c.Size()
	for i := range b.sheets {
		if off := b.sheets[i].off; off < first && off > b.phraseAt {
			first = off
		}
	}
	return first
}

// pay takes n bytes from the budget until the book is closed.
func (b *book) pay(n int) error {
	if err := b.budget.Grow(int64(n)); err != nil {
		return err
	}
	b.paid += int64(n)
	return nil
}

func (b *book) tooMany(what string) error {
	return pgerr.New(pgerr.ProgramLimitExceeded, "file %q has too many %s", b.path, what)
}

func (b *book) readBoundSheet(r *records) error {
	const worksheet = 0
	d := r.data
	if len(d) < 7 {
		return b.corrupt("The record at byte %d is too short.", r.at)
	}
	if len(b.tabs) >= maxSheets {
		return b.tooMany("sheets")
	}
	s := sheetInfo{off: int64(u32(d)), tab: len(b.tabs)}
	s.Hidden = d[4]&3 != 0
	kind := d[5]
	name, err := b.shortText(r, d[7:], int(d[6]))
	if err != nil {
		return err
	}
	s.Name = name
	if err := b.pay(2*len(name) + 128); err != nil {
		return err
	}
	b.tabs = append(b.tabs, name)
	if kind == worksheet { // charts and macros have no cells
		b.sheets = append(b.sheets, s)
	}
	return nil
}

// shortText reads a text of n characters in the rest of a record. What PostgreSQL cannot hold is replaced: it is a name.
func (b *book) shortText(r *records, d []byte, n int) (string, error) {
	if b.version == biff5 {
		if n > len(d) {
			return "", b.corrupt("The record at byte %d is too short.", r.at)
		}
		v, err := b.appendBytes8(nil, d[:n])
		if err != nil {
			v = appendLatin1(nil, d[:n])
		}
		return cleanName(v), nil
	}
	if len(d) < 1 {
		return "", b.corrupt("The record at byte %d is too short.", r.at)
	}
	wide := d[0]&textWide != 0
	if d = d[1:]; widthOf(wide)*n > len(d) {
		return "", b.corrupt("The record at byte %d is too short.", r.at)
	}
	c := cursor{r: r, p: d}
	v, _, err := c.characters(nil, n, wide)
	return cleanName(v), err
}

func widthOf(wide bool) int {
	if wide {
		return 2
	}
	return 1
}

func cleanName(v []byte) string { return strings.ReplaceAll(string(v), "\x00", "") }

func (b *book) readFormat(r *records) error {
	d := r.data
	n, from := 0, 3
	switch {
	case len(d) < 3:
		return b.corrupt("The record at byte %d is too short.", r.at)
	case b.version == biff5:
		n = int(d[2])
	case len(d) < 5:
		return b.corrupt("The record at byte %d is too short.", r.at)
	default:
		n, from = u16(d[2:]), 4
	}
	code, err := b.shortText(r, d[from:], min(n, 1024))
	if err != nil {
		return err
	}
	if err := b.pay(2*len(code) + 64); err != nil {
		return err
	}
	b.codes[u16(d)] = sheet.ParseFormat(code)
	return nil
}

// formats gives the number format of each cell style.
func (b *book) formats() ([]sheet.Format, error) {
	all := make([]sheet.Format, len(b.xfs))
	for i, id := range b.xfs {
		f, ok := b.codes[int(id)]
		if !ok {
			f = sheet.Builtin(int(id))
			b.codes[int(id)] = f
		}
		all[i] = f
	}
	return all, nil
}

// shared gives a text that cells share.
func (b *book) shared(i uint32) ([]byte, error) {
	if b.phrases == nil {
		if b.phraseAt == 0 {
			return nil, b.corrupt("A cell refers to a shared text, and there are none.")
		}
		var err error
		if b.phrases, err = newSharedTexts(b); err != nil {
			return nil, err
		}
	}
	return b.phrases.get(i)
}
