package cfb

import (
	"encoding/binary"
	"fmt"
	"io"
	"strings"
	"unicode/utf16"

	"howdah/pgerr"
)

// The kinds of the directory's entries.
const (
	kindStorage = 1
	kindStream  = 2
	kindRoot    = 5
)

// entry is one of the directory: a stream, or a storage with others below it.
type entry struct {
	name               string
	kind               byte
	left, right, child uint32
	start              uint32
	size               int64
}

// Stream opens a stream by its name, or path with slashes between storages and stream, in any case of letters; nil if
// there is none. What it holds is the file's until Close.
func (f *File) Stream(name string) (*Stream, error) {
	e, err := f.find(name)
	if e == nil || err != nil {
		return nil, err
	}
	what := fmt.Sprintf("%q", e.name)
	if e.size < f.cutoff {
		return f.small(what, e.start, e.size)
	}
	return f.chain(what, e.start, e.size)
}

// Has tells whether there is a stream of the name.
func (f *File) Has(name string) (bool, error) {
	e, err := f.find(name)
	return e != nil, err
}

// find gives a stream's entry, nil if there is none.
func (f *File) find(name string) (*entry, error) {
	at := uint32(0)
	parts := strings.Split(name, "/")
	for i, part := range parts {
		kind := byte(kindStorage)
		if i == len(parts)-1 {
			kind = kindStream
		}
		found, err := f.below(f.entries[at].child, part, kind)
		if found == 0 || err != nil {
			return nil, err
		}
		at = found
	}
	return &f.entries[at], nil
}

// below looks through a tree of siblings, all of it, since writers order it in their own ways; 0 = there is none.
func (f *File) below(root uint32, name string, kind byte) (uint32, error) {
	seen := make([]bool, len(f.entries))
	for todo := []uint32{root}; len(todo) > 0; {
		at := todo[len(todo)-1]
		todo = todo[:len(todo)-1]
		if at == freeSector {
			continue
		}
		if int64(at) >= int64(len(f.entries)) || at == 0 || seen[at] {
			return 0, f.corrupt("The tree of its directory leads astray, to entry %d.", at)
		}
		seen[at] = true
		e := &f.entries[at]
		if e.kind == kind && strings.EqualFold(e.name, name) {
			return at, nil
		}
		todo = append(todo, e.right, e.left)
	}
	return 0, nil
}

func (f *File) readDirectory(start uint32) error {
	dir, err := f.chain("of the directory", start, -1)
	if err != nil {
		return err
	}
	if dir.size/entryBytes > maxEntries {
		return pgerr.New(pgerr.ProgramLimitExceeded, "file %q has too many entries in its directory", f.name)
	}
	if err := f.pay(2 * dir.size); err != nil {
		return err
	}
	buf := make([]byte, dir.size)
	if _, err := io.ReadFull(io.NewSectionReader(dir, 0, dir.size), buf); err != nil {
		return err
	}
	f.entries = make([]entry, 0, len(buf)/entryBytes)
	for ; len(buf) > 0; buf = buf[entryBytes:] {
		f.entries = append(f.entries, f.readEntry(buf))
	}
	if len(f.entries) == 0 || f.entries[0].kind != kindRoot {
		return f.corrupt("Its directory does not begin with the root.")
	}
	return nil
}

func (f *File) readEntry(b []byte) entry {
	le := binary.LittleEndian
	e := entry{kind: b[66], left: le.Uint32(b[68:]), right: le.Uint32(b[72:]), child: le.Uint32(b[76:]), start: le.Uint32(b[116:])}
	if e.size = int64(le.Uint64(b[120:])); f.shift == 9 {
		e.size &= 0xFFFFFFFF // version 3 leaves the rest undefined
	}
	if e.size < 0 {
		e.size = 1 << 62 // it fails where it is looked at
	}
	n := min(int(le.Uint16(b[64:])), 64) / 2 // with the zero behind
	var units [32]uint16
	for i := range n {
		units[i] = le.Uint16(b[2*i:])
		if units[i] == 0 {
			n = i
			break
		}
	}
	e.name = string(utf16.Decode(units[:n]))
	return e
}
