package offcrypto

import (
	"encoding/binary"
	"io"

	"howdah/formats/internal/blob"
	"howdah/formats/internal/cfb"
	"howdah/pgerr"
)

// headBytes stand before the encrypted content: the size of what it decrypts to.
const headBytes = 8

// tailBytes are decrypted at once and kept where the end is asked for: the directory of an archive lies there.
const tailBytes = 256 << 10

// pack is an encrypted package, read decrypted.
type pack struct {
	src  *cfb.Stream
	of   Origin
	size int64
	key  key

	tail []byte
}

var _ blob.Blob = (*pack)(nil)

func newPackage(src *cfb.Stream, of Origin) (*pack, error) {
	p := &pack{src: src, of: of}
	var head [headBytes]byte
	if n, err := src.ReadAt(head[:], 0); n < len(head) {
		if err == nil || err == io.EOF {
			err = of.corrupt("Its encrypted package is cut.")
		}
		return nil, err
	}
	p.size = int64(binary.LittleEndian.Uint64(head[:]))
	if p.size < 0 || p.size > src.Size()-headBytes {
		return nil, of.corrupt("Its encrypted package is cut: %d bytes should be in %d.", p.size, src.Size()-headBytes)
	}
	return p, nil
}

func (p *pack) Size() int64 { return p.size }

// span widens a part of the content to whole segments, or to the end of the last cipher block.
func (p *pack) span(off, n int64) (from, to int64, err error) {
	from = off / segmentBytes * segmentBytes
	to = min((off+n+segmentBytes-1)/segmentBytes*segmentBytes, (p.size+15)/16*16)
	if to > p.src.Size()-headBytes {
		return 0, 0, p.of.corrupt("Its encrypted package ends within a block.")
	}
	return from, to, nil
}

// ReadAt implements Blob.
func (p *pack) ReadAt(dst []byte, off int64) (int, error) {
	if off < 0 {
		return 0, pgerr.New(pgerr.InternalError, "offset %d is negative", off)
	}
	if off >= p.size {
		return 0, io.EOF
	}
	n := min(int64(len(dst)), p.size-off)
	if begin := max(p.size-tailBytes, 0); off >= begin {
		if p.tail == nil {
			if err := p.of.Budget.Grow(p.size - begin); err != nil {
				return 0, err
			}
			tail := make([]byte, p.size-begin)
			if err := p.read(tail, begin); err != nil {
				p.of.Budget.Shrink(p.size - begin)
				return 0, err
			}
			p.tail = tail
		}
		copy(dst, p.tail[off-begin:])
	} else if err := p.read(dst[:n], off); err != nil {
		return 0, err
	}
	if n < int64(len(dst)) {
		return int(n), io.EOF
	}
	return int(n), nil
}

// read decrypts a part that lies within the content.
func (p *pack) read(dst []byte, off int64) error {
	r, err := p.Section(off, int64(len(dst)))
	if err != nil {
		return err
	}
	defer r.Close()
	_, err = io.ReadFull(r, dst)
	return err
}

// Section implements Blob.
func (p *pack) Section(off, n int64) (io.ReadCloser, error) {
	if off < 0 || n < 0 || off > p.size-n {
		return nil, pgerr.New(pgerr.InternalError, "section %d+%d is outside of %d bytes", off, n, p.size)
	}
	from, to, err := p.span(off, n)
	if err != nil {
		return nil, err
	}
	r, err := p.src.Section(headBytes+from, to-from)
	if err != nil {
		return nil, err
	}
	return &section{p: p, key: p.key.fork(), r: r, at: from, to: to, skip: int(off - from), left: n}, nil
}

// Close gives back the memory.
func (p *pack) Close() error {
	p.of.Budget.Shrink(int64(len(p.tail)))
	p.tail = nil
	return nil
}

// sectionBytes is how much a section decrypts at once.
const sectionBytes = 4 * segmentBytes

// section reads a part of the package in order.
type section struct {
	p      *pack
	key    key
	r      io.ReadCloser
	at, to int64 // of what is to be decrypted next, and where it ends
	skip   int   // decrypted bytes before the part
	left   int64
	buf    []byte
	plain  []byte // decrypted, and not given yet
}

func (s *section) Read(dst []byte) (int, error) {
	if s.left == 0 {
		return 0, io.EOF
	}
	for len(s.plain) == 0 {
		if s.buf == nil {
			s.buf = make([]byte, min(sectionBytes, s.to-s.at))
		}
		b := s.buf[:min(int64(len(s.buf)), s.to-s.at)]
		if len(b) == 0 {
			return 0, s.p.of.corrupt("Its encrypted package is cut.")
		}
		if _, err := io.ReadFull(s.r, b); err != nil {
			if err == io.EOF || err == io.ErrUnexpectedEOF {
				err = s.p.of.corrupt("Its encrypted package is cut.")
			}
			return 0, err
		}
		s.key.segment(s.at/segmentBytes, b)
		s.at += int64(len(b))
		n := min(s.skip, len(b))
		s.skip -= n
		s.plain = b[n:]
	}
	n := copy(dst[:min(int64(len(dst)), s.left)], s.plain)
	s.plain = s.plain[n:]
	s.left -= int64(n)
	return n, nil
}

func (s *section) Close() error { return s.r.Close() }
