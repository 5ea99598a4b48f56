package unpack

import (
	"bufio"
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"hash"
	"hash/crc32"
	"hash/crc64"
	"io"

	"github.com/ulikunitz/xz/lzma"
)

// xzReader reads the container of xz files (its specification 1.2.0), with the library's reader for the LZMA2 in it:
// the library's own container makes dictionaries of any size that a header asks for.
type xzReader struct {
	in  *bufio.Reader
	pay func(int64) error

	stream bool  // inside of one
	any    bool  // there was one
	zeros  int64 // of padding since the last one
	check  byte
	blocks hash.Hash // of the sizes of the blocks so far, to compare with the index
	count  uint64

	block      *xzBlock
	data       counted // of the block
	lzma       *lzma.Reader2
	dictionary int64 // of lzma
}

// xzBlock is what is known of the block being read.
type xzBlock struct {
	header       int64
	packed, size int64 // as the header says, -1 if it does not
	dictionary   int64
	got          int64
	left         int64     // of the chunk's content
	end          int64     // of the chunk, in the block's data
	reset, state bool      // a chunk has begun the dictionary anew, and said how it is coded
	sum          hash.Hash // nil = none
}

// counted counts what is read.
type counted struct {
	r *bufio.Reader
	n int64
}

func (c *counted) Read(p []byte) (int, error) {
	n, err := c.r.Read(p)
	c.n += int64(n)
	return n, err
}

func (c *counted) ReadByte() (byte, error) {
	b, err := c.r.ReadByte()
	if err == nil {
		c.n++
	}
	return b, err
}

var crcECMA = crc64.MakeTable(crc64.ECMA)

func (x *xzReader) Read(p []byte) (int, error) {
	for {
		if !x.stream {
			if err := x.begin(); err != nil {
				return 0, err
			}
		}
		if x.block == nil {
			more, err := x.next()
			if err != nil {
				return 0, noEOF(err)
			}
			if !more {
				continue
			}
		}
		b := x.block
		if b.left == 0 {
			more, err := x.chunk()
			if err == nil && !more {
				err = x.endBlock()
			}
			if err != nil {
				return 0, noEOF(err)
			}
			continue
		}
		n, err := x.lzma.Read(p[:min(int64(len(p)), b.left)])
		b.got += int64(n)
		b.left -= int64(n)
		if b.sum != nil {
			b.sum.Write(p[:n])
		}
		if b.size >= 0 && b.got > b.size || b.packed >= 0 && x.data.n > b.packed {
			return 0, errLength
		}
		if n > 0 {
			return n, nil
		}
		if err != nil {
			return 0, noEOF(err)
		}
	}
}

// begin reads a stream's header, after padding; io.EOF after the last stream.
func (x *xzReader) begin() error {
	for x.any {
		b, err := x.in.ReadByte()
		if err == io.EOF && x.zeros%4 != 0 {
			return errTrailing
		}
		if err != nil {
			return err
		}
		if b != 0 {
			x.in.UnreadByte()
			break
		}
		x.zeros++
	}
	if x.zeros%4 != 0 {
		return errTrailing
	}
	head := make([]byte, 12)
	n, err := io.ReadFull(x.in, head)
	if !bytes.HasPrefix([]byte("\xfd7zXZ\x00"), head[:min(n, 6)]) {
		return errTrailing
	}
	if err != nil {
		return noEOF(err)
	}
	if crc32.ChecksumIEEE(head[6:8]) != binary.LittleEndian.Uint32(head[8:]) {
		return errChecksum
	}
	if head[6] != 0 || head[7]&0xf0 != 0 {
		return errFilter
	}
	x.check, x.blocks, x.count = head[7], sha256.New(), 0
	if x.check != 0 && x.checkHash() == nil {
		return errFilter
	}
	x.stream, x.any, x.zeros = true, true, 0
	return nil
}

func (x *xzReader) checkHash() hash.Hash {
	switch x.check {
	case 1:
		return crc32.NewIEEE()
	case 4:
		return crc64.New(crcECMA)
	case 10:
		return sha256.New()
	}
	return nil
}

// next reads the header of a block, or the index that ends the stream.
func (x *xzReader) next() (bool, error) {
	first, err := x.in.ReadByte()
	if err != nil {
		return false, err
	}
	if first == 0 {
		return false, x.index()
	}
	head := make([]byte, (int(first)+1)*4)
	head[0] = first
	if _, err := io.ReadFull(x.in, head[1:]); err != nil {
		return false, noEOF(err)
	}
	end := len(head) - 4
	if crc32.ChecksumIEEE(head[:end]) != binary.LittleEndian.Uint32(head[end:]) {
		return false, errChecksum
	}
	b := &xzBlock{header: int64(len(head)), packed: -1, size: -1, sum: x.checkHash()}
	if err := b.parse(head[1], bytes.NewReader(head[2:end])); err != nil {
		return false, err
	}
	x.block, x.data = b, counted{r: x.in}
	return true, nil
}

// chunk looks at the header of the block's next LZMA2 chunk, which the library then reads; there is none at the block's
// end. The library reads the blocks of all streams as one sequence of chunks, so that a file of many small blocks needs
// one dictionary.
func (x *xzReader) chunk() (bool, error) {
	b := x.block
	if x.data.n != b.end {
		return false, errDamaged
	}
	head, err := x.in.Peek(1)
	if err != nil {
		return false, err
	}
	control := head[0]
	if control == 0 {
		_, err := x.data.ReadByte()
		return false, err
	}
	packed := control >= 0x80
	switch {
	case !packed && control > 2, !b.reset && control != 1 && control < 0xe0, packed && !b.state && control < 0xc0:
		return false, errDamaged
	}
	b.reset, b.state = true, b.state || packed
	size := 3
	if packed {
		size = 5
	}
	if head, err = x.in.Peek(size); err != nil {
		return false, err
	}
	b.left = int64(binary.BigEndian.Uint16(head[1:])) + 1
	if packed {
		b.left += int64(control&0x1f) << 16
		b.end += 5 + int64(binary.BigEndian.Uint16(head[3:])) + 1
		if control >= 0xc0 {
			b.end++
		}
	} else {
		b.end += 3 + b.left
	}
	if x.lzma != nil && b.dictionary <= x.dictionary {
		return true, nil
	}
	if err := x.pay(b.dictionary + 1<<20); err != nil {
		return false, err
	}
	x.lzma, err = lzma.Reader2Config{DictCap: int(b.dictionary)}.NewReader2(&x.data)
	x.dictionary = b.dictionary
	return true, err
}

// parse reads a block's header behind its flags.
func (b *xzBlock) parse(flags byte, r *bytes.Reader) (err error) {
	size := func(present bool) int64 {
		if !present || err != nil {
			return -1
		}
		v, e := xzNumber(r)
		if e != nil {
			err = errDamaged
		}
		return int64(v)
	}
	b.packed, b.size = size(flags&0x40 != 0), size(flags&0x80 != 0)
	if err != nil {
		return err
	}
	if flags&0x3c != 0 || flags&3 != 0 {
		return errFilter // more than LZMA2 alone
	}
	id, err1 := xzNumber(r)
	props, err2 := xzNumber(r)
	bits, err3 := r.ReadByte()
	if err1 != nil || err2 != nil {
		return errDamaged
	}
	if id != 0x21 || props != 1 {
		return errFilter
	}
	if err3 != nil || bits > 40 {
		return errDamaged
	}
	if bits == 40 {
		b.dictionary = 1<<32 - 1
	} else {
		b.dictionary = int64(2|bits&1) << (bits/2 + 11)
	}
	if b.size >= 0 {
		b.dictionary = min(b.dictionary, max(b.size, lzma.MinDictCap)) // nothing lies farther back
	}
	for {
		pad, err := r.ReadByte()
		if err == io.EOF {
			return nil
		}
		if pad != 0 {
			return errFilter
		}
	}
}

// endBlock checks what a block promised.
func (x *xzReader) endBlock() error {
	b := x.block
	x.block = nil
	if b.size >= 0 && b.got != b.size || b.packed >= 0 && x.data.n != b.packed {
		return errLength
	}
	sum := 0
	if b.sum != nil {
		sum = b.sum.Size()
	}
	pad := int(-x.data.n & 3)
	tail := make([]byte, pad+sum)
	if _, err := io.ReadFull(x.in, tail); err != nil {
		return noEOF(err)
	}
	for _, z := range tail[:pad] {
		if z != 0 {
			return errDamaged
		}
	}
	if b.sum != nil {
		want := b.sum.Sum(nil)
		if x.check != 10 { // the file has the other two with the low byte first
			for i, j := 0, len(want)-1; i < j; i, j = i+1, j-1 {
				want[i], want[j] = want[j], want[i]
			}
		}
		if !bytes.Equal(want, tail[pad:]) {
			return errChecksum
		}
	}
	x.count++
	writeRecord(x.blocks, uint64(b.header+x.data.n+int64(sum)), uint64(b.got))
	return nil
}

func writeRecord(h hash.Hash, unpadded, size uint64) {
	var rec [16]byte
	binary.LittleEndian.PutUint64(rec[:], unpadded)
	binary.LittleEndian.PutUint64(rec[8:], size)
	h.Write(rec[:])
}

// index reads the index, whose first byte is taken, and the footer, and compares both with what was read.
func (x *xzReader) index() error {
	in := &summed{r: x.in, sum: crc32.ChecksumIEEE([]byte{0}), n: 1}
	count, err := xzNumber(in)
	if err != nil {
		return err
	}
	if count != x.count {
		return errLength
	}
	listed := sha256.New()
	for range count {
		unpadded, err := xzNumber(in)
		if err != nil {
			return err
		}
		size, err := xzNumber(in)
		if err != nil {
			return err
		}
		writeRecord(listed, unpadded, size)
	}
	for in.n%4 != 0 {
		pad, err := in.ReadByte()
		if err != nil {
			return err
		}
		if pad != 0 {
			return errDamaged
		}
	}
	if !bytes.Equal(listed.Sum(nil), x.blocks.Sum(nil)) {
		return errLength
	}
	tail := make([]byte, 16)
	if _, err := io.ReadFull(x.in, tail); err != nil {
		return noEOF(err)
	}
	le := binary.LittleEndian
	if le.Uint32(tail) != in.sum || le.Uint32(tail[4:]) != crc32.ChecksumIEEE(tail[8:14]) {
		return errChecksum
	}
	if (int64(le.Uint32(tail[8:]))+1)*4 != in.n+4 || tail[12] != 0 || tail[13] != x.check || string(tail[14:]) != "YZ" {
		return errDamaged
	}
	x.stream = false
	return nil
}

// summed reads bytes and keeps their checksum and number.
type summed struct {
	r   *bufio.Reader
	sum uint32
	n   int64
}

func (s *summed) ReadByte() (byte, error) {
	b, err := s.r.ReadByte()
	if err != nil {
		return 0, noEOF(err)
	}
	s.sum = crc32.Update(s.sum, crc32.IEEETable, []byte{b})
	s.n++
	return b, nil
}

// xzNumber reads a number of seven bits a byte, at most nine bytes.
func xzNumber(r io.ByteReader) (uint64, error) {
	v := uint64(0)
	for i := range 9 {
		b, err := r.ReadByte()
		if err != nil {
			return 0, err
		}
		v |= uint64(b&0x7f) << (7 * i)
		if b < 0x80 {
			if b == 0 && i > 0 {
				return 0, errDamaged // not the shortest form
			}
			return v, nil
		}
	}
	return 0, errDamaged
}

// newLzma reads what zip archives hold by method 14: two bytes of version, the length of the properties, these, the data.
func newLzma(in *bufio.Reader, size int64, pay func(int64) error) (io.Reader, error) {
	head := make([]byte, 9)
	if _, err := io.ReadFull(in, head); err != nil {
		return nil, noEOF(err)
	}
	if head[2] != 5 || head[3] != 0 {
		return nil, errDamaged
	}
	dictionary := int64(binary.LittleEndian.Uint32(head[5:]))
	if size >= 0 {
		dictionary = min(dictionary, max(size, lzma.MinDictCap)) // writers ask for more than a short content needs
	}
	if err := pay(dictionary + 1<<20); err != nil {
		return nil, err
	}
	classic := append([]byte{head[4]}, 0, 0, 0, 0)
	binary.LittleEndian.PutUint32(classic[1:], uint32(dictionary))
	classic = binary.LittleEndian.AppendUint64(classic, uint64(size)) // -1 = an end mark
	r, err := lzma.ReaderConfig{DictCap: MaxWindow}.NewReader(&joined{head: classic, r: in})
	if err != nil {
		return nil, noEOF(err)
	}
	return r, nil // the caller compares the length
}

// joined reads a few bytes made up, then the rest, byte by byte where asked to, so that nothing is read too far.
type joined struct {
	head []byte
	r    *bufio.Reader
}

func (j *joined) Read(p []byte) (int, error) {
	if len(j.head) > 0 {
		n := copy(p, j.head)
		j.head = j.head[n:]
		return n, nil
	}
	return j.r.Read(p)
}

func (j *joined) ReadByte() (byte, error) {
	if len(j.head) > 0 {
		b := j.head[0]
		j.head = j.head[1:]
		return b, nil
	}
	return j.r.ReadByte()
}
