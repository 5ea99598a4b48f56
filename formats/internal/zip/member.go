package zip

import (
	"bufio"
	"encoding/binary"
	"errors"
	"hash/crc32"
	"io"
	"slices"

	"github.com/klauspost/compress/flate"

	"howdah/pgerr"
)

const packBuffer = 64 << 10

// Member reads one member, decompressed. It gives io.EOF only after the promised bytes with the promised checksum. It
// is the source of a part's XML as package xml wants it.
type Member struct {
	Entry  *Entry
	a      *Archive
	raw    io.ReadCloser
	packed *bufio.Reader
	r      io.Reader
	crc    uint32
	left   int64
	err    error
}

// Open opens a member. The caller closes it.
func (a *Archive) Open(name string) (*Member, error) {
	e := a.Entry(name)
	if e == nil {
		return nil, a.Corrupt("It has no part %q.", name)
	}
	if e.flags&1 != 0 {
		return nil, pgerr.New(pgerr.InvalidPassword, "the file is encrypted").
			WithDetail("Member %q of file %q is encrypted by the zip archive itself, which is not supported.", e.Name, a.Path)
	}
	if e.method != 0 && e.method != 8 {
		return nil, pgerr.New(pgerr.FeatureNotSupported, "compression method %d in file %q is not supported", e.method, a.Path)
	}
	// Everything up to the next member, since only the local header tells how long it is itself.
	i, _ := slices.BinarySearch(a.starts, e.off+1)
	end := a.starts[min(i, len(a.starts)-1)]
	if i == len(a.starts) || end-e.off < localHeader+e.Packed {
		return nil, a.Corrupt("Its members overlap.")
	}
	raw, err := a.blob.Section(e.off, end-e.off)
	if err != nil {
		return nil, err
	}
	m := &Member{a: a, Entry: e, raw: raw, left: e.Size, packed: bufio.NewReaderSize(raw, packBuffer)}
	if err := m.begin(end - e.off); err != nil {
		raw.Close()
		return nil, err
	}
	return m, nil
}

func (m *Member) begin(room int64) error {
	head := make([]byte, localHeader)
	if _, err := io.ReadFull(m.packed, head); err != nil {
		return m.explain(err)
	}
	if string(head[:4]) != "PK\x03\x04" {
		return m.a.Corrupt("Its member %q does not lie where the directory says.", m.Entry.Name)
	}
	skip := int64(binary.LittleEndian.Uint16(head[26:])) + int64(binary.LittleEndian.Uint16(head[28:]))
	if localHeader+skip+m.Entry.Packed > room {
		return m.a.Corrupt("Its members overlap.")
	}
	if _, err := m.packed.Discard(int(skip)); err != nil {
		return m.explain(err)
	}
	if m.Entry.method == 0 {
		m.r = io.LimitReader(m.packed, m.Entry.Packed)
		return nil
	}
	m.r = flate.NewReader(m.packed) // it stops by itself, and before the next member if it does not
	return nil
}

// Path is the object's.
func (m *Member) Path() string { return m.a.Path }

// Part is the member's name.
func (m *Member) Part() string { return m.Entry.Name }

// Done is how many bytes have been read.
func (m *Member) Done() int64 { return m.Entry.Size - m.left }

// Damaged is the error that says what is wrong with the member.
func (m *Member) Damaged(format string, args ...any) *pgerr.Error {
	return m.a.Corrupt("Its part %q is damaged: "+format, append([]any{m.Entry.Name}, args...)...)
}

func (m *Member) Read(b []byte) (int, error) {
	if m.err != nil {
		return 0, m.err
	}
	n, err := m.r.Read(b)
	m.crc = crc32.Update(m.crc, crc32.IEEETable, b[:n])
	m.left -= int64(n)
	switch {
	case m.left < 0:
		m.err = m.a.Corrupt("Its part %q is longer than the directory says.", m.Entry.Name)
		return 0, m.err
	case err == io.EOF && m.left > 0:
		m.err = m.a.Corrupt("Its part %q is cut.", m.Entry.Name)
	case err == io.EOF && m.crc != m.Entry.crc:
		m.err = m.a.Corrupt("The checksum of its part %q does not match.", m.Entry.Name)
	case err != nil:
		m.err = m.explain(err)
	}
	if m.err != nil && m.err != io.EOF {
		return 0, m.err
	}
	return n, m.err
}

func (m *Member) explain(err error) error {
	if err == io.EOF && m.r != nil {
		return err
	}
	if e, ok := errors.AsType[*pgerr.Error](err); ok {
		return e
	}
	if errors.Is(err, io.ErrUnexpectedEOF) {
		return m.a.Corrupt("Its part %q is cut.", m.Entry.Name)
	}
	return m.a.Corrupt("The compressed data of its part %q is damaged.", m.Entry.Name)
}

// Close stops reading. It may be called again.
func (m *Member) Close() error {
	if m.raw == nil {
		return nil
	}
	if m.err == nil {
		m.err = pgerr.New(pgerr.InternalError, "read from a closed part")
	}
	raw := m.raw
	m.raw = nil
	return raw.Close()
}

// Stored tells whether the member is not compressed.
func (e *Entry) Stored() bool { return e.method == 0 }
