package unpack

import (
	"bufio"
	"encoding/binary"
	"errors"
	"io"

	"github.com/klauspost/compress/zstd"
)

// zstdReader gives one frame at a time to the decoder: so each one's window is known before it is made, and a cut
// cannot be taken for the end.
type zstdReader struct {
	in    *bufio.Reader
	pay   func(int64) error
	dec   *zstd.Decoder
	frame *zstdFrame // being read; nil between two
}

func newZstd(in *bufio.Reader, pay func(int64) error) (io.Reader, func(), error) {
	dec, err := zstd.NewReader(nil, zstd.WithDecoderConcurrency(1), zstd.WithDecoderLowmem(true),
		zstd.WithDecoderMaxWindow(MaxWindow), zstd.WithDecoderMaxMemory(1<<62))
	if err != nil {
		return nil, nil, err
	}
	z := &zstdReader{in: in, pay: pay, dec: dec}
	return z, dec.Close, nil
}

func (z *zstdReader) Read(p []byte) (int, error) {
	for {
		if z.frame == nil {
			if err := z.next(); err != nil {
				return 0, err
			}
		}
		n, err := z.dec.Read(p)
		switch {
		case err == io.EOF:
			if z.frame.left > 0 || !z.frame.last {
				return n, errDamaged
			}
			z.frame = nil
		case errors.Is(err, zstd.ErrCRCMismatch):
			return n, errChecksum
		case err != nil:
			return n, err
		}
		if n > 0 {
			return n, nil
		}
	}
}

// next begins the next frame that holds something; io.EOF after the last.
func (z *zstdReader) next() error {
	for {
		head, err := z.in.Peek(zstd.HeaderMaxSize)
		if len(head) == 0 {
			return err
		}
		if isSkippable(head) {
			if err := discardFrame(z.in, head); err != nil {
				return err
			}
			continue
		}
		if len(head) < 4 {
			return io.ErrUnexpectedEOF
		}
		if Detect(head) != Zstd {
			return errTrailing
		}
		var h zstd.Header
		if err := h.Decode(head); err != nil {
			if errors.Is(err, io.ErrUnexpectedEOF) {
				return io.ErrUnexpectedEOF
			}
			return errDamaged
		}
		if h.DictionaryID != 0 {
			return errDictionary
		}
		window := h.WindowSize
		if h.SingleSegment {
			window = h.FrameContentSize
		}
		if window > 1<<40 {
			window = 1 << 40
		}
		if err := z.pay(int64(window) + 1<<20); err != nil {
			return err
		}
		z.frame = &zstdFrame{in: z.in, left: int64(h.HeaderSize), sum: h.HasCheckSum}
		return z.dec.Reset(z.frame)
	}
}

// discardFrame passes over a skippable frame.
func discardFrame(in *bufio.Reader, head []byte) error {
	size := 8 + int64(binary.LittleEndian.Uint32(head[4:]))
	for size > 0 {
		n, err := in.Discard(int(min(size, 1<<20)))
		if err != nil {
			return noEOF(err)
		}
		size -= int64(n)
	}
	return nil
}

// zstdFrame gives the bytes of one frame, by the lengths that its blocks tell.
type zstdFrame struct {
	in   *bufio.Reader
	left int64 // of the header or block being given
	last bool  // that was the last block
	sum  bool  // a checksum ends the frame
}

func (f *zstdFrame) Read(p []byte) (int, error) {
	if f.left == 0 {
		if f.last {
			return 0, io.EOF
		}
		head, err := f.in.Peek(3)
		if err != nil {
			return 0, noEOF(err)
		}
		h := uint32(head[0]) | uint32(head[1])<<8 | uint32(head[2])<<16
		f.last, f.left = h&1 != 0, 3+int64(h>>3)
		switch h >> 1 & 3 {
		case 1: // one byte, repeated
			f.left = 4
		case 3:
			return 0, errDamaged
		}
		if f.last && f.sum {
			f.left += 4
		}
	}
	n, err := f.in.Read(p[:min(int64(len(p)), f.left)])
	f.left -= int64(n)
	return n, noEOF(err)
}
