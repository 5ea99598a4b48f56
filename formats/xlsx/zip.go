package xlsx

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"errors"
	"hash/crc32"
	"io"
	"path"
	"slices"
	"strings"

	"github.com/klauspost/compress/flate"

	"howdah/formats"
	"howdah/pgerr"
)

const (
	tailBytes   = 256 << 10 // read at once from the end; a smaller file is read as a whole
	maxEntries  = 1 << 16
	maxMetadata = 16 << 20 // of the directory
	packBuffer  = 64 << 10

	localHeader = 30
	dirHeader   = 46
	endHeader   = 22
	end64Header = 56
	endLocator  = 20
)

// archive is a zip file's directory and the way to its content.
type archive struct {
	in     *formats.Input
	size   int64
	tail   []byte // the last bytes of the file
	ranges bool   // the others are read at offsets; else tail is all
	paid   int64

	entries map[string]*entry // by lower-case name
	starts  []int64           // of the entries and of the directory, ascending
}

// entry is one member, as the directory has it.
type entry struct {
	name         string
	method       uint16
	flags        uint16
	crc          uint32
	packed, size int64
	off          int64
}

func fileName(in *formats.Input) string { return path.Base(in.Info().Path) }

func (a *archive) corrupt(format string, args ...any) *pgerr.Error {
	return pgerr.New(pgerr.DataCorrupted, "file %q is not a valid xlsx workbook", a.in.Info().Path).WithDetail(format, args...)
}

// openArchive reads the directory.
func openArchive(in *formats.Input) (*archive, error) {
	a := &archive{in: in, entries: map[string]*entry{}}
	if err := a.readTail(); err != nil {
		a.close()
		return nil, err
	}
	if err := a.readDirectory(); err != nil {
		a.close()
		return nil, err
	}
	return a, nil
}

func (a *archive) close() {
	a.in.Budget().Shrink(a.paid)
	a.paid, a.tail, a.entries = 0, nil, nil
}

func (a *archive) pay(n int64) error {
	if err := a.in.Budget().Grow(n); err != nil {
		return err
	}
	a.paid += n
	return nil
}

// readTail reads the end of the file, or all of it where the source does not read at offsets or the file is small.
func (a *archive) readTail() error {
	ranges, err := a.in.Ranges()
	if err != nil {
		return err
	}
	a.size = a.in.Size()
	if ranges && a.size > tailBytes {
		a.ranges = true
		if err := a.pay(tailBytes); err != nil {
			return err
		}
		a.tail, err = a.readAt(a.size-tailBytes, tailBytes)
		return err
	}
	r, err := a.in.Reader()
	if err != nil {
		return err
	}
	defer r.Close()
	buf := make([]byte, 0, packBuffer)
	if ranges {
		buf = make([]byte, 0, a.size+1)
	}
	if err := a.pay(int64(cap(buf))); err != nil {
		return err
	}
	for {
		if len(buf) == cap(buf) {
			if err := a.pay(int64(cap(buf))); err != nil {
				return err
			}
			buf = append(make([]byte, 0, 2*cap(buf)), buf...)
		}
		n, err := r.Read(buf[len(buf):cap(buf)])
		buf = buf[:len(buf)+n]
		if err == io.EOF {
			break
		}
		if err != nil {
			return err
		}
	}
	a.tail, a.size = buf, int64(len(buf))
	return nil
}

// readAt reads n bytes that lie within the file.
func (a *archive) readAt(off, n int64) ([]byte, error) {
	r, err := a.open(off, n)
	if err != nil {
		return nil, err
	}
	defer r.Close()
	buf := make([]byte, n)
	_, err = io.ReadFull(r, buf)
	return buf, err
}

// open opens n bytes from off on, which lie within the file.
func (a *archive) open(off, n int64) (io.ReadCloser, error) {
	if have := a.size - int64(len(a.tail)); off >= have && (a.tail != nil || !a.ranges) {
		return io.NopCloser(bytes.NewReader(a.tail[off-have : off-have+n])), nil
	}
	return a.in.ReadRange(off, n)
}

func (a *archive) readDirectory() error {
	magic := a.tail
	if a.ranges {
		var err error
		if magic, err = a.readAt(0, 8); err != nil {
			return err
		}
	}
	if bytes.HasPrefix(magic, []byte(cfbMagic)) {
		return a.oldDocument()
	}
	if a.size == 0 {
		return a.corrupt("It is empty.")
	}
	if !bytes.HasPrefix(magic, []byte("PK")) {
		return a.corrupt("It is no zip archive.")
	}
	end := a.findEnd()
	if end < 0 {
		return a.corrupt("It has no zip directory at its end; it may have been cut.")
	}
	le := binary.LittleEndian
	e := a.tail[end:]
	count, size, off := int64(le.Uint16(e[10:])), int64(le.Uint32(e[12:])), int64(le.Uint32(e[16:]))
	limit := a.size - int64(len(a.tail)) + int64(end) // where the directory must end at the latest
	if count == 0xFFFF || size == 0xFFFFFFFF || off == 0xFFFFFFFF {
		at, err := a.zip64(limit)
		if err != nil {
			return err
		}
		if at != nil {
			count, size, off = int64(le.Uint64(at[32:])), int64(le.Uint64(at[40:])), int64(le.Uint64(at[48:]))
		}
	}
	if size < 0 || off < 0 || off > limit || size > limit-off {
		return a.corrupt("Its zip directory lies outside of the file.")
	}
	if count < 0 || count > maxEntries || size > maxMetadata {
		return pgerr.New(pgerr.ProgramLimitExceeded, "file %q has too many members", a.in.Info().Path)
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

// findEnd gives the place in tail of the end-of-directory record, -1 if there is none.
func (a *archive) findEnd() int {
	for i := len(a.tail) - endHeader; i >= 0 && i >= len(a.tail)-endHeader-0xFFFF; i-- {
		if a.tail[i] == 'P' && string(a.tail[i:i+4]) == "PK\x05\x06" && i+endHeader+int(binary.LittleEndian.Uint16(a.tail[i+20:])) == len(a.tail) {
			return i
		}
	}
	return -1
}

// zip64 gives the 64-bit end-of-directory record, nil if there is none.
func (a *archive) zip64(end int64) ([]byte, error) {
	if end < endLocator+end64Header {
		return nil, nil
	}
	loc, err := a.readAt(end-endLocator, endLocator)
	if err != nil || string(loc[:4]) != "PK\x06\x07" {
		return nil, err
	}
	off := int64(binary.LittleEndian.Uint64(loc[8:]))
	if off < 0 || off > end-endLocator-end64Header {
		return nil, a.corrupt("Its zip directory lies outside of the file.")
	}
	rec, err := a.readAt(off, end64Header)
	if err != nil {
		return nil, err
	}
	if string(rec[:4]) != "PK\x06\x06" {
		return nil, a.corrupt("Its zip directory is damaged.")
	}
	return rec, nil
}

// readEntry takes one entry from the front of the directory, which begins at dirOff.
func (a *archive) readEntry(dir []byte, dirOff int64) ([]byte, error) {
	le := binary.LittleEndian
	if len(dir) < dirHeader || string(dir[:4]) != "PK\x01\x02" {
		return nil, a.corrupt("Its zip directory is damaged.")
	}
	n, x, c := int(le.Uint16(dir[28:])), int(le.Uint16(dir[30:])), int(le.Uint16(dir[32:]))
	if len(dir) < dirHeader+n+x+c {
		return nil, a.corrupt("Its zip directory is damaged.")
	}
	e := &entry{
		flags: le.Uint16(dir[8:]), method: le.Uint16(dir[10:]), crc: le.Uint32(dir[16:]),
		packed: int64(le.Uint32(dir[20:])), size: int64(le.Uint32(dir[24:])), off: int64(le.Uint32(dir[42:])),
		name: string(dir[dirHeader : dirHeader+n]),
	}
	for extra := dir[dirHeader+n : dirHeader+n+x]; len(extra) >= 4; {
		id, size := le.Uint16(extra), int(le.Uint16(extra[2:]))
		if extra = extra[4:]; size > len(extra) {
			break
		}
		if id == 1 {
			field := extra[:size]
			for _, v := range []*int64{&e.size, &e.packed, &e.off} {
				if *v == 0xFFFFFFFF && len(field) >= 8 {
					*v, field = int64(le.Uint64(field)), field[8:]
				}
			}
		}
		extra = extra[size:]
	}
	if e.off < 0 || e.packed < 0 || e.size < 0 || e.off > dirOff-localHeader || e.packed > dirOff-localHeader-e.off {
		return nil, a.corrupt("Its member %q lies outside of the file.", e.name)
	}
	key := partName(e.name)
	if a.entries[key] != nil {
		return nil, a.corrupt("It has two members %q.", e.name)
	}
	a.entries[key] = e
	a.starts = append(a.starts, e.off)
	return dir[dirHeader+n+x+c:], nil
}

// partName is a part's name in the form that parts are found by.
func partName(name string) string {
	return strings.ToLower(strings.TrimPrefix(strings.ReplaceAll(name, `\`, "/"), "/"))
}

// has tells whether there is a part of the name.
func (a *archive) has(name string) bool { return a.entries[partName(name)] != nil }

// part reads one member, decompressed. It gives io.EOF only after the promised bytes with the promised checksum.
type part struct {
	a      *archive
	e      *entry
	raw    io.ReadCloser
	packed *bufio.Reader
	r      io.Reader
	crc    uint32
	left   int64
	err    error
}

// part opens a member.
func (a *archive) part(name string) (*part, error) {
	e := a.entries[partName(name)]
	if e == nil {
		return nil, a.corrupt("It has no part %q.", name)
	}
	if e.flags&1 != 0 {
		return nil, encrypted(a.in)
	}
	if e.method != 0 && e.method != 8 {
		return nil, pgerr.New(pgerr.FeatureNotSupported, "compression method %d in file %q is not supported", e.method, a.in.Info().Path)
	}
	// Everything up to the next member, since only the local header tells how long it is itself.
	i, _ := slices.BinarySearch(a.starts, e.off+1)
	end := a.starts[min(i, len(a.starts)-1)]
	if i == len(a.starts) || end-e.off < localHeader+e.packed {
		return nil, a.corrupt("Its members overlap.")
	}
	raw, err := a.open(e.off, end-e.off)
	if err != nil {
		return nil, err
	}
	p := &part{a: a, e: e, raw: raw, left: e.size, packed: bufio.NewReaderSize(raw, packBuffer)}
	if err := p.begin(end - e.off); err != nil {
		raw.Close()
		return nil, err
	}
	return p, nil
}

func (p *part) begin(room int64) error {
	head := make([]byte, localHeader)
	if _, err := io.ReadFull(p.packed, head); err != nil {
		return p.explain(err)
	}
	if string(head[:4]) != "PK\x03\x04" {
		return p.a.corrupt("Its member %q does not lie where the directory says.", p.e.name)
	}
	skip := int64(binary.LittleEndian.Uint16(head[26:])) + int64(binary.LittleEndian.Uint16(head[28:]))
	if localHeader+skip+p.e.packed > room {
		return p.a.corrupt("Its members overlap.")
	}
	if _, err := p.packed.Discard(int(skip)); err != nil {
		return p.explain(err)
	}
	if p.e.method == 0 {
		p.r = io.LimitReader(p.packed, p.e.packed)
		return nil
	}
	p.r = flate.NewReader(p.packed) // it stops by itself, and before the next member if it does not
	return nil
}

func (p *part) Read(b []byte) (int, error) {
	if p.err != nil {
		return 0, p.err
	}
	n, err := p.r.Read(b)
	p.crc = crc32.Update(p.crc, crc32.IEEETable, b[:n])
	p.left -= int64(n)
	switch {
	case p.left < 0:
		p.err = p.a.corrupt("Its part %q is longer than the directory says.", p.e.name)
		return 0, p.err
	case err == io.EOF && p.left > 0:
		p.err = p.a.corrupt("Its part %q is cut.", p.e.name)
	case err == io.EOF && p.crc != p.e.crc:
		p.err = p.a.corrupt("The checksum of its part %q does not match.", p.e.name)
	case err != nil:
		p.err = p.explain(err)
	}
	if p.err != nil && p.err != io.EOF {
		return 0, p.err
	}
	return n, p.err
}

func (p *part) explain(err error) error {
	if err == io.EOF && p.r != nil {
		return err
	}
	if e, ok := errors.AsType[*pgerr.Error](err); ok {
		return e
	}
	return p.a.corrupt("Its part %q is cut or damaged: %v", p.e.name, err)
}

func (p *part) Close() error {
	if p.raw == nil {
		return nil
	}
	if p.err == nil {
		p.err = pgerr.New(pgerr.InternalError, "read from a closed part")
	}
	raw := p.raw
	p.raw = nil
	return raw.Close()
}
