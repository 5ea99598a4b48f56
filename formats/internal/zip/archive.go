package zip

import (
	"bytes"
	"encoding/binary"
	"io"
	"slices"
	"strings"

	"howdah/formats/internal/blob"
	"howdah/internal/budget"
	"howdah/pgerr"
)

const (
	maxEntries  = 1 << 16
	maxMetadata = 16 << 20 // of the directory

	localHeader = 30
	dirHeader   = 46
	endHeader   = 22
	end64Header = 56
	endLocator  = 20
)

// Origin is what errors call the content, and who pays for what is kept of it.
type Origin struct {
	Path   string // the object's
	Kind   string // what it should be, with its article: "a valid xlsx workbook"
	Budget *budget.Budget
}

// Archive is a directory and the way to its content. It may be used by one goroutine at a time; members that are open
// are readers of their own.
type Archive struct {
	Origin
	blob blob.Blob
	size int64
	paid int64

	entries map[string]*Entry // by partName
	order   []*Entry          // as the directory has them
	starts  []int64           // of the entries and of the directory, ascending
}

// Entry is one member, as the directory has it.
type Entry struct {
	Name         string
	Packed, Size int64 // bytes; promises until the member was read to its end
	method       uint16
	flags        uint16
	crc          uint32
	off          int64
}

// Open reads the directory. The Archive reads from the blob, which stays the caller's.
func Open(b blob.Blob, of Origin) (*Archive, error) {
	a := &Archive{Origin: of, blob: b, size: b.Size(), entries: map[string]*Entry{}}
	if err := a.readDirectory(); err != nil {
		a.Close()
		return nil, err
	}
	return a, nil
}

// Close gives back what the directory was paid with. It may be called again.
func (a *Archive) Close() {
	a.Budget.Shrink(a.paid)
	a.paid, a.entries, a.order, a.starts = 0, nil, nil, nil
}

// Corrupt is the error that says what is wrong with the archive.
func (a *Archive) Corrupt(format string, args ...any) *pgerr.Error {
	return pgerr.New(pgerr.DataCorrupted, "file %q is not %s", a.Path, a.Kind).WithDetail(format, args...)
}

// Has tells whether there is a member of the name; upper and lower case are alike.
func (a *Archive) Has(name string) bool { return a.Entry(name) != nil }

// Entry gives the member of the name, nil if there is none; upper and lower case are alike.
func (a *Archive) Entry(name string) *Entry { return a.entries[partName(name)] }

// Entries lists the members in the directory's order.
func (a *Archive) Entries() []*Entry { return a.order }

// partName is a part's name in the form that parts are found by.
func partName(name string) string {
	return strings.ToLower(strings.TrimPrefix(strings.ReplaceAll(name, `\`, "/"), "/"))
}

func (a *Archive) pay(n int64) error {
	if err := a.Budget.Grow(n); err != nil {
		return err
	}
	a.paid += n
	return nil
}

// readAt reads n bytes that lie within the content.
func (a *Archive) readAt(off, n int64) ([]byte, error) {
	buf := make([]byte, n)
	if got, err := a.blob.ReadAt(buf, off); int64(got) < n {
		if err == nil || err == io.EOF {
			return nil, a.Corrupt("It is cut.")
		}
		return nil, err
	}
	return buf, nil
}

func (a *Archive) readDirectory() error {
	if a.size == 0 {
		return a.Corrupt("It is empty.")
	}
	magic, err := a.readAt(0, min(a.size, 8))
	if err != nil {
		return err
	}
	if !bytes.HasPrefix(magic, []byte("PK")) {
		return a.Corrupt("It is no zip archive.")
	}
	end, e, err := a.findEnd()
	if err != nil {
		return err
	}
	if e == nil {
		return a.Corrupt("It has no zip directory at its end; it may have been cut.")
	}
	le := binary.LittleEndian
	count, size, off := int64(le.Uint16(e[10:])), int64(le.Uint32(e[12:])), int64(le.Uint32(e[16:]))
	if count == 0xFFFF || size == 0xFFFFFFFF || off == 0xFFFFFFFF {
		at, err := a.zip64(end)
		if err != nil {
			return err
		}
		if at != nil {
			count, size, off = int64(le.Uint64(at[32:])), int64(le.Uint64(at[40:])), int64(le.Uint64(at[48:]))
		}
	}
	if size < 0 || off < 0 || off > end || size > end-off {
		return a.Corrupt("Its zip directory lies outside of the file.")
	}
	if count < 0 || count > maxEntries || size > maxMetadata {
		return pgerr.New(pgerr.ProgramLimitExceeded, "file %q has too many members", a.Path)
	}
	if err := a.pay(2 * size); err != nil {
		return err
	}
	dir, err := a.readAt(off, size)
	if err != nil {
		return err
	}
	for range count {
		if dir, err = a.readEntry(dir, off); err != nil {
			return err
		}
	}
	a.starts = append(a.starts, off)
	slices.Sort(a.starts)
	return nil
}

// findEnd gives the end-of-directory record and its place, where the directory must end at the latest; nil if there is
// none.
func (a *Archive) findEnd() (end int64, record []byte, err error) {
	n := min(a.size, endHeader+0xFFFF)
	tail, err := a.readAt(a.size-n, n)
	if err != nil {
		return 0, nil, err
	}
	for i := len(tail) - endHeader; i >= 0; i-- {
		if tail[i] == 'P' && string(tail[i:i+4]) == "PK\x05\x06" && i+endHeader+int(binary.LittleEndian.Uint16(tail[i+20:])) == len(tail) {
			return a.size - n + int64(i), tail[i:], nil
		}
	}
	return 0, nil, nil
}

// zip64 gives the 64-bit end-of-directory record, nil if there is none.
func (a *Archive) zip64(end int64) ([]byte, error) {
	if end < endLocator+end64Header {
		return nil, nil
	}
	loc, err := a.readAt(end-endLocator, endLocator)
	if err != nil || string(loc[:4]) != "PK\x06\x07" {
		return nil, err
	}
	off := int64(binary.LittleEndian.Uint64(loc[8:]))
	if off < 0 || off > end-endLocator-end64Header {
		return nil, a.Corrupt("Its zip directory lies outside of the file.")
	}
	rec, err := a.readAt(off, end64Header)
	if err != nil {
		return nil, err
	}
	if string(rec[:4]) != "PK\x06\x06" {
		return nil, a.Corrupt("Its zip directory is damaged.")
	}
	return rec, nil
}

// readEntry takes one entry from the front of the directory, which begins at dirOff.
func (a *Archive) readEntry(dir []byte, dirOff int64) ([]byte, error) {
	le := binary.LittleEndian
	if len(dir) < dirHeader || string(dir[:4]) != "PK\x01\x02" {
		return nil, a.Corrupt("Its zip directory is damaged.")
	}
	n, x, c := int(le.Uint16(dir[28:])), int(le.Uint16(dir[30:])), int(le.Uint16(dir[32:]))
	if len(dir) < dirHeader+n+x+c {
		return nil, a.Corrupt("Its zip directory is damaged.")
	}
	e := &Entry{
		flags: le.Uint16(dir[8:]), method: le.Uint16(dir[10:]), crc: le.Uint32(dir[16:]),
		Packed: int64(le.Uint32(dir[20:])), Size: int64(le.Uint32(dir[24:])), off: int64(le.Uint32(dir[42:])),
		Name: string(dir[dirHeader : dirHeader+n]),
	}
	for extra := dir[dirHeader+n : dirHeader+n+x]; len(extra) >= 4; {
		id, size := le.Uint16(extra), int(le.Uint16(extra[2:]))
		if extra = extra[4:]; size > len(extra) {
			break
		}
		if id == 1 {
			field := extra[:size]
			for _, v := range []*int64{&e.Size, &e.Packed, &e.off} {
				if *v == 0xFFFFFFFF && len(field) >= 8 {
					*v, field = int64(le.Uint64(field)), field[8:]
				}
			}
		}
		extra = extra[size:]
	}
	if e.off < 0 || e.Packed < 0 || e.Size < 0 || e.off > dirOff-localHeader || e.Packed > dirOff-localHeader-e.off {
		return nil, a.Corrupt("Its member %q lies outside of the file.", e.Name)
	}
	key := partName(e.Name)
	if a.entries[key] != nil {
		return nil, a.Corrupt("It has two members %q.", e.Name)
	}
	a.entries[key] = e
	a.order = append(a.order, e)
	a.starts = append(a.starts, e.off)
	return dir[dirHeader+n+x+c:], nil
}
