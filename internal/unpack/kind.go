package unpack

import "encoding/binary"

// Kind is a way in which content is compressed.
type Kind uint8

// The kinds. Deflate and Lzma have no magic: only a zip directory tells of them.
const (
	None Kind = iota
	Gzip
	Bzip2
	Xz
	Zstd
	Lz4
	Deflate
	Lzma
	skippable // a skippable frame, which zstd and lz4 share, so long that the frame behind it is out of sight
)

func (k Kind) String() string {
	return [...]string{"none", "gzip", "bzip2", "xz", "zstd", "lz4", "deflate", "lzma", "zstd or lz4"}[k]
}

// HeadSize is how many first bytes Detect and Foreign like to see. Fewer are enough if there are no more.
const HeadSize = 32

// Detect tells from its first bytes how content is compressed, None if it is not.
func Detect(head []byte) Kind {
	switch {
	case has(head, "\x1f\x8b"):
		return Gzip
	case has(head, "BZh") && len(head) >= 10 && head[3] >= '1' && head[3] <= '9' &&
		(string(head[4:10]) == "\x31\x41\x59\x26\x53\x59" || string(head[4:10]) == "\x17\x72\x45\x38\x50\x90"):
		return Bzip2
	case has(head, "\xfd7zXZ\x00"):
		return Xz
	case has(head, "\x28\xb5\x2f\xfd"):
		return Zstd
	case has(head, "\x04\x22\x4d\x18"), has(head, "\x02\x21\x4c\x18"):
		return Lz4
	case isSkippable(head):
		size := int64(binary.LittleEndian.Uint32(head[4:]))
		if size+8 < int64(len(head)) {
			if k := Detect(head[8+size:]); k == Zstd || k == Lz4 || k == skippable {
				return k
			}
		}
		return skippable
	}
	return None
}

// Foreign names a kind of compression or archive that is known but not read, "" if it is none of those.
func Foreign(head []byte) string {
	for _, f := range [...]struct{ magic, name string }{
		{"7z\xbc\xaf\x27\x1c", "7z"}, {"Rar!\x1a\x07", "rar"}, {"\x1f\x9d", "compress (.Z)"}, {"LZIP\x01", "lzip"},
		{"\x89LZO\x00\r\n\x1a\n", "lzop"}, {"\xff\x06\x00\x00sNaPpY", "snappy"}, {"MSCF\x00\x00\x00\x00", "cab"},
	} {
		if has(head, f.magic) {
			return f.name
		}
	}
	return ""
}

func has(head []byte, magic string) bool {
	return len(head) >= len(magic) && string(head[:len(magic)]) == magic
}

// isSkippable knows the sixteen magic numbers of frames that decoders pass over.
func isSkippable(head []byte) bool {
	return len(head) >= 8 && head[0]&0xf0 == 0x50 && string(head[1:4]) == "\x2a\x4d\x18"
}
