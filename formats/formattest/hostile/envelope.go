package hostile

import (
	"bytes"
	"compress/gzip"
	"io"

	"github.com/klauspost/compress/zstd"
	"github.com/pierrec/lz4/v4"
	"github.com/ulikunitz/xz"
)

// envelope is a way of packing content.
type envelope struct {
	name   string
	magic  string
	unpack func([]byte) ([]byte, error)
	pack   func(d dice, b []byte) []byte // nil = none is at hand: only the packed bytes are damaged
}

var envelopes = []*envelope{
	{"gzip", "\x1f\x8b", gunzip, gzipped},
	{"zstd", "\x28\xb5\x2f\xfd", unzstd, zstded},
	{"xz", "\xfd7zXZ\x00", unxz, xzed},
	{"bzip2", "BZh", nil, nil},
	{"lz4", "\x04\x22\x4d\x18", unlz4, lz4ed},
}

func envelopeOf(data []byte) *envelope {
	for _, e := range envelopes {
		if bytes.HasPrefix(data, []byte(e.magic)) {
			return e
		}
	}
	return nil
}

// Packed gives the seeds packed in every way that can be written here.
func Packed(seeds []Seed) (out []Seed) {
	d := newDice(0, 0)
	for _, s := range seeds {
		for _, e := range envelopes {
			if e.pack != nil {
				p := s
				p.Name += "." + e.name
				p.Data = e.pack(d, s.Data)
				out = append(out, p)
			}
		}
		p := s
		p.Name += ".zip"
		p.Data, _, _, _ = writeZip([]member{{name: "dir/" + s.Name, data: s.Data, method: 8}}, "")
		out = append(out, p)
	}
	return out
}

// mutateEnvelope damages the content, or what it is packed in.
func mutateEnvelope(d dice, data []byte, e *envelope, s *story) []byte {
	if e.unpack == nil || d.one(3) {
		switch d.IntN(6) {
		case 0:
			s.add("the %s twice", e.name)
			return append(bytes.Clone(data), data...)
		case 1:
			junk := pick(d, []string{"\x00", "\x00\x00\x00\x00", "junk", e.magic, e.magic + "\x00", "\n"})
			s.add("%q behind the %s", junk, e.name)
			return append(bytes.Clone(data), junk...)
		case 2:
			at := d.IntN(min(len(data), 20))
			s.add("in the head of the %s", e.name)
			return putEdge(d, bytes.Clone(data), at)
		case 3:
			at := max(0, len(data)-1-d.IntN(20))
			s.add("in the tail of the %s", e.name)
			return putEdge(d, bytes.Clone(data), at)
		case 4:
			n := d.IntN(len(data))
			s.add("the %s is cut to %d bytes", e.name, n)
			return bytes.Clone(data[:n])
		}
		s.add("in the %s", e.name)
		return damageBytes(d, data, s)
	}
	inner, err := e.unpack(data)
	if err != nil {
		return damageBytes(d, data, s)
	}
	if d.one(400) {
		size := 32 << 20
		if e.name == "xz" {
			size = 4 << 20 // its decoder takes its time
		}
		s.add("%d MiB of blanks more in %s", size>>20, e.name)
		inner = append(bytes.Clone(inner), bytes.Repeat([]byte(" "), size)...)
	} else {
		inner = mutateContent(d, inner, s)
	}
	return e.pack(d, inner)
}

func gunzip(data []byte) ([]byte, error) {
	r, err := gzip.NewReader(bytes.NewReader(data))
	if err != nil {
		return nil, err
	}
	return io.ReadAll(r)
}

// gzipped packs in one member or several, with the odd fields of the head.
func gzipped(d dice, data []byte) []byte {
	var b bytes.Buffer
	for {
		n := len(data)
		if d.one(4) {
			n = d.IntN(n + 1)
		}
		w, _ := gzip.NewWriterLevel(&b, pick(d, []int{0, 1, 1, 1, gzip.HuffmanOnly}))
		if d.one(8) {
			w.Extra, w.Name, w.Comment = []byte("extra"), "name", "comment"
		}
		w.Write(data[:n])
		w.Close()
		if data = data[n:]; len(data) == 0 {
			return b.Bytes()
		}
	}
}

func unzstd(data []byte) ([]byte, error) {
	r, err := zstd.NewReader(nil, zstd.WithDecoderConcurrency(1))
	if err != nil {
		return nil, err
	}
	defer r.Close()
	return r.DecodeAll(data, nil)
}

func zstded(_ dice, data []byte) []byte {
	w, err := zstd.NewWriter(nil, zstd.WithEncoderConcurrency(1), zstd.WithEncoderLevel(zstd.SpeedFastest), zstd.WithWindowSize(zstd.MinWindowSize))
	if err != nil {
		panic(err)
	}
	defer w.Close()
	return w.EncodeAll(data, nil)
}

func unxz(data []byte) ([]byte, error) {
	r, err := xz.NewReader(bytes.NewReader(data))
	if err != nil {
		return nil, err
	}
	return io.ReadAll(r)
}

func xzed(d dice, data []byte) []byte {
	var b bytes.Buffer
	sum := pick(d, []byte{xz.CRC32, xz.CRC64, xz.SHA256})
	w, err := xz.WriterConfig{DictCap: 1 << 16, BufSize: 1 << 16, BlockSize: 1 << (10 + d.IntN(10)), CheckSum: sum}.NewWriter(&b)
	if err != nil {
		panic(err)
	}
	w.Write(data)
	w.Close()
	return b.Bytes()
}

func unlz4(data []byte) ([]byte, error) { return io.ReadAll(lz4.NewReader(bytes.NewReader(data))) }

func lz4ed(d dice, data []byte) []byte {
	var b bytes.Buffer
	w := lz4.NewWriter(&b)
	options := []lz4.Option{lz4.BlockSizeOption(lz4.Block64Kb), lz4.ChecksumOption(d.one(2)), lz4.BlockChecksumOption(d.one(2))}
	if d.one(3) {
		options = append(options, lz4.SizeOption(uint64(len(data))))
	}
	if err := w.Apply(options...); err != nil {
		panic(err)
	}
	w.Write(data)
	w.Close()
	return b.Bytes()
}
