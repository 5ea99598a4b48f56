package cfb

import (
	"encoding/binary"
	"io"

	"howdah/internal/budget"
	"howdah/pgerr"
)

// Magic begins a compound file.
const Magic = "\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1"

// Sector numbers that are none.
const (
	maxSector  = 0xFFFFFFFA // the largest that may be one
	endOfChain = 0xFFFFFFFE
	freeSector = 0xFFFFFFFF
)

const (
	headerBytes  = 512
	headerFATs   = 109 // places of the table that the header lists
	miniShift    = 6
	maxCutoff    = 1 << 16
	maxEntries   = 1 << 16 // of the directory
	entryBytes   = 128
	readTogether = 1 << 20 // bytes of the table read at once at the most
)

// Source is what a compound file lies in.
type Source interface {
	io.ReaderAt
	Size() int64
}

// File is an opened compound file. It is for one goroutine; what Stream gives may be read by others.
type File struct {
	src    Source
	name   string // for errors
	budget *budget.Budget
	paid   int64

	size    int64
	shift   uint
	sectors uint32   // that the file has room for; the last may be cut
	fat     []uint32 // per sector the one that follows it
	cutoff  int64    // shorter streams lie in the mini stream
	entries []entry
	mini    *Stream // of the root entry; it and its table are read when first needed
	miniFAT []uint32
	miniAt  uint32
}

// Open reads the header, the allocation table and the directory. What it and the streams hold is taken from the budget,
// which may be nil, and given back by Close. name is the file's, for errors, which have the code DataCorrupted where the
// file is damaged.
func Open(src Source, b *budget.Budget, name string) (*File, error) {
	f := &File{src: src, name: name, budget: b, size: src.Size()}
	if err := f.open(); err != nil {
		f.Close()
		return nil, err
	}
	return f, nil
}

// Close gives back the memory. It does not close the source.
func (f *File) Close() {
	f.budget.Shrink(f.paid)
	f.paid, f.fat, f.miniFAT, f.entries, f.mini = 0, nil, nil, nil, nil
}

func (f *File) corrupt(format string, args ...any) *pgerr.Error {
	return pgerr.New(pgerr.DataCorrupted, "file %q is not a valid compound file", f.name).WithDetail(format, args...)
}

func (f *File) pay(n int64) error {
	if err := f.budget.Grow(n); err != nil {
		return err
	}
	f.paid += n
	return nil
}

func (f *File) open() error {
	head := make([]byte, headerBytes)
	if f.size < headerBytes {
		return f.corrupt("It has only %d bytes.", max(f.size, 0))
	}
	if err := f.readAt(head, 0); err != nil {
		return err
	}
	le := binary.LittleEndian
	if string(head[:8]) != Magic {
		return f.corrupt("It does not begin as one.")
	}
	if order := le.Uint16(head[28:]); order != 0xFFFE {
		return f.corrupt("Its byte order is %#x.", order)
	}
	f.shift = uint(le.Uint16(head[30:]))
	if f.shift != 9 && f.shift != 12 {
		return f.corrupt("Its sectors are of 2^%d bytes.", f.shift)
	}
	if shift := le.Uint16(head[32:]); shift != miniShift {
		return f.corrupt("Its mini sectors are of 2^%d bytes.", shift)
	}
	if f.cutoff = int64(le.Uint32(head[56:])); f.cutoff > maxCutoff {
		return f.corrupt("Its mini streams are of up to %d bytes.", f.cutoff)
	}
	count := (f.size - 1) >> f.shift // rounded up, the header's left out
	if count > maxSector {
		return pgerr.New(pgerr.ProgramLimitExceeded, "file %q is too large for a compound file", f.name)
	}
	f.sectors = uint32(count)
	if err := f.readFAT(head); err != nil {
		return err
	}
	f.miniAt = le.Uint32(head[60:])
	return f.readDirectory(le.Uint32(head[48:]))
}

// readAt fills p from the file, whole.
func (f *File) readAt(p []byte, off int64) error {
	n, err := f.src.ReadAt(p, off)
	if n == len(p) {
		return nil
	}
	if err == nil || err == io.EOF || err == io.ErrUnexpectedEOF {
		return f.corrupt("It ends at byte %d where %d bytes from %d on are needed.", off+int64(n), len(p), off)
	}
	return err
}

// offset is where a sector begins.
func (f *File) offset(sector uint32) int64 { return (int64(sector) + 1) << f.shift }

// whole tells whether all of a sector is in the file.
func (f *File) whole(sector uint32) bool {
	return sector < f.sectors && f.offset(sector)+1<<f.shift <= f.size
}

// readFAT reads as much of the allocation table as the file has sectors. The numbers of the table's own sectors are in
// the header and in a chain of sectors of their own.
func (f *File) readFAT(head []byte) error {
	le := binary.LittleEndian
	per := uint32(1) << (f.shift - 2)
	want := (f.sectors + per - 1) / per
	if err := f.pay(4 * int64(want) * int64(per+1)); err != nil {
		return err
	}
	places := make([]uint32, 0, want)
	for i := 0; i < headerFATs && uint32(len(places)) < want; i++ {
		places = append(places, le.Uint32(head[76+4*i:]))
	}
	sector := make([]byte, 1<<f.shift)
	for next, steps := le.Uint32(head[68:]), uint32(0); uint32(len(places)) < want && next <= maxSector; steps++ {
		if !f.whole(next) || steps > want/(per-1)+1 {
			return f.corrupt("The list of its allocation table leads astray, to sector %d.", next)
		}
		if err := f.readAt(sector, f.offset(next)); err != nil {
			return err
		}
		for i := uint32(0); i < per-1 && uint32(len(places)) < want; i++ {
			places = append(places, le.Uint32(sector[4*i:]))
		}
		next = le.Uint32(sector[4*(per-1):])
	}
	f.fat = make([]uint32, 0, len(places)*int(per))
	var buf []byte
	for i := 0; i < len(places); {
		if places[i] > maxSector {
			for range per { // what the table does not cover belongs to nobody
				f.fat = append(f.fat, freeSector)
			}
			i++
			continue
		}
		n := 1
		for i+n < len(places) && places[i+n] == places[i]+uint32(n) && (n+1)<<f.shift <= readTogether {
			n++
		}
		if last := places[i] + uint32(n-1); !f.whole(last) {
			return f.corrupt("Its allocation table lies in sector %d, outside of the file; it may have been cut.", last)
		}
		if need := n << f.shift; cap(buf) < need {
			buf = make([]byte, need)
		}
		buf = buf[:n<<f.shift]
		if err := f.readAt(buf, f.offset(places[i])); err != nil {
			return err
		}
		f.fat = appendNumbers(f.fat, buf)
		i += n
	}
	return nil
}

func appendNumbers(dst []uint32, b []byte) []uint32 {
	for ; len(b) >= 4; b = b[4:] {
		dst = append(dst, binary.LittleEndian.Uint32(b))
	}
	return dst
}
