package xls

import (
	"encoding/binary"
	"io"

	"howdah/internal/budget"
	"howdah/pgerr"
)

// The records that are looked at, by their numbers in [MS-XLS].
const (
	recBOF2, recBOF3, recBOF4, recBOF = 0x0009, 0x0209, 0x0409, 0x0809

	recEOF         = 0x000A
	recExternSheet = 0x0017
	recName        = 0x0018
	recDate1904    = 0x0022
	recFilePass    = 0x002F
	recContinue    = 0x003C
	recCodePage    = 0x0042
	recColInfo     = 0x007D
	recBoundSheet  = 0x0085
	recUsrExcl     = 0x0194
	recFileLock    = 0x0195
	recRRDInfo     = 0x0196
	recRRDHead     = 0x0138
	recInterface   = 0x00E1
	recXF          = 0x00E0
	recMergedCells = 0x00E5
	recSST         = 0x00FC
	recSupBook     = 0x01AE
	recFormat      = 0x041E

	recIndex    = 0x020B
	recBlank    = 0x0201
	recNumber   = 0x0203
	recLabel    = 0x0204
	recBoolErr  = 0x0205
	recString   = 0x0207
	recRow      = 0x0208
	recRK       = 0x027E
	recMulRK    = 0x00BD
	recMulBlank = 0x00BE
	recRString  = 0x00D6
	recLabelSST = 0x00FD
	recFormula  = 0x0006
	recArray    = 0x0221
	recShared   = 0x04BC
	recShared5  = 0x00BC
	recTable    = 0x0236
	recTable3   = 0x0037

	// Cells of older versions, which no writer puts into these workbooks.
	recBlank2, recInteger2, recNumber2, recLabel2, recBoolErr2 = 0x0001, 0x0002, 0x0003, 0x0004, 0x0005
	recFormula3, recFormula4                                   = 0x0206, 0x0406

	headBytes   = 4
	bufferBytes = 64 << 10
)

// content is the stream of records.
type content interface {
	io.ReaderAt
	Size() int64
	Section(off, n int64) (io.ReadCloser, error)
}

// records reads records in order. A record's data are views of its buffer, valid until the next is read.
type records struct {
	c      content
	file   string
	key    cipher // nil = not encrypted
	budget *budget.Budget

	r        io.ReadCloser
	off      int64 // where r is in the stream
	until    int64 // where r ends
	buf      []byte
	pos, end int
	paid     int64

	id   uint16
	data []byte
	at   int64 // where the record begins
	held bool  // next gives the same record again
}

// recordsAt reads the records from an offset on, up to another or, if that is 0, to the end of the stream.
func (b *book) recordsAt(off, until int64) (*records, error) {
	size := b.c.Size()
	if off < 0 || off >= size {
		return nil, b.corrupt("A part of it would begin at byte %d of %d.", off, size)
	}
	if until <= off || until > size {
		until = size
	}
	return newRecords(b.c, b.path, b.key, b.budget, off, until)
}

func newRecords(c content, file string, key cipher, purse *budget.Budget, off, until int64) (*records, error) {
	r := &records{c: c, file: file, key: key, budget: purse, off: off}
	n := int(min(until-off, bufferBytes))
	if err := r.grow(max(n, 512)); err != nil {
		return nil, err
	}
	var err error
	if r.r, err = c.Section(off, until-off); err != nil {
		r.close()
		return nil, err
	}
	return r, nil
}

func (r *records) grow(n int) error {
	if err := r.budget.Grow(int64(n)); err != nil {
		return err
	}
	old := r.buf
	r.buf = make([]byte, n)
	r.end = copy(r.buf, old[r.pos:r.end])
	r.pos = 0
	r.budget.Shrink(r.paid)
	r.paid = int64(n)
	return nil
}

// close may be called again.
func (r *records) close() error {
	r.budget.Shrink(r.paid)
	r.paid, r.buf, r.pos, r.end, r.data = 0, nil, 0, 0, nil
	if r.r == nil {
		return nil
	}
	opened := r.r
	r.r = nil
	return opened.Close()
}

func (r *records) corrupt(format string, args ...any) *pgerr.Error {
	return corruptFile(r.file, format, args...)
}

func corruptFile(file, format string, args ...any) *pgerr.Error {
	return pgerr.New(pgerr.DataCorrupted, "file %q is not a valid xls workbook", file).WithDetail(format, args...)
}

// next reads the next record; io.EOF is at the end of the stream.
func (r *records) next() error {
	if r.held {
		r.held = false
		return nil
	}
	if r.end-r.pos < headBytes {
		if err := r.fill(headBytes); err != nil {
			return err
		}
	}
	head := r.buf[r.pos : r.pos+headBytes]
	id, n := binary.LittleEndian.Uint16(head), int(binary.LittleEndian.Uint16(head[2:]))
	if r.end-r.pos < headBytes+n {
		if err := r.fill(headBytes + n); err != nil {
			if err == io.EOF {
				err = r.corrupt("It is cut: a record of %d bytes at byte %d is the last.", n, r.off-int64(r.end-r.pos))
			}
			return err
		}
	}
	r.at = r.off - int64(r.end-r.pos)
	r.id = id
	r.data = r.buf[r.pos+headBytes : r.pos+headBytes+n]
	r.pos += headBytes + n
	if r.key != nil {
		r.decrypt()
	}
	return nil
}

// hold makes next give the same record once more.
func (r *records) hold() { r.held = true }

// fill makes n bytes available. It gives io.EOF if the stream ends before.
func (r *records) fill(n int) error {
	if n > len(r.buf) {
		if err := r.grow(max(n, min(2*len(r.buf), bufferBytes+headBytes+0xFFFF))); err != nil {
			return err
		}
	} else {
		r.end = copy(r.buf, r.buf[r.pos:r.end])
		r.pos = 0
	}
	for r.end < n {
		if r.r == nil {
			return pgerr.New(pgerr.InternalError, "read from a closed workbook")
		}
		k, err := r.r.Read(r.buf[r.end:])
		r.end += k
		r.off += int64(k)
		if err == nil || err == io.EOF && k > 0 {
			continue
		}
		if err != io.EOF {
			return err
		}
		return io.EOF
	}
	return nil
}

// decrypt decrypts the record at hand, but for what is never encrypted.
func (r *records) decrypt() {
	skip := 0
	switch r.id {
	case recBOF, recFilePass, recUsrExcl, recFileLock, recInterface, recRRDInfo, recRRDHead:
		return
	case recBoundSheet:
		skip = min(4, len(r.data))
	}
	r.key.decrypt(r.data, skip, r.at+headBytes)
}

func u16(b []byte) int    { return int(binary.LittleEndian.Uint16(b)) }
func u32(b []byte) uint32 { return binary.LittleEndian.Uint32(b) }
