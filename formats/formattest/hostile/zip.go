package hostile

import (
	"archive/zip"
	"bytes"
	"compress/flate"
	"encoding/binary"
	"hash/crc32"
	"io"
	"strings"
	"sync"
)

// member is one file of an archive as it will be written: what the headers say need not be true.
type member struct {
	name   string
	data   []byte // unpacked
	packed []byte // nil = data by its method
	method uint16
	flags  uint16
	extra  []byte
	crc    uint32
	size   uint64
	fixed  bool   // crc and size are lies already
	local  string // the name in the local header; "" = name
	zip64  bool   // sizes stand in an extra field
	trail  bool   // sizes stand behind the data
}

func zipMembers(data []byte) []member {
	r, err := zip.NewReader(bytes.NewReader(data), int64(len(data)))
	if err != nil {
		return nil
	}
	var out []member
	for _, f := range r.File {
		m := member{name: f.Name, method: f.Method}
		if rc, err := f.Open(); err == nil {
			m.data, _ = io.ReadAll(rc)
			rc.Close()
		}
		out = append(out, m)
	}
	return out
}

var flaters = sync.Pool{New: func() any { w, _ := flate.NewWriter(nil, 1); return w }}

func deflated(data []byte) []byte {
	var b bytes.Buffer
	w := flaters.Get().(*flate.Writer)
	defer flaters.Put(w)
	w.Reset(&b)
	w.Write(data)
	w.Close()
	return b.Bytes()
}

// writeZip writes an archive, and tells where its headers are.
func writeZip(members []member, comment string) (out []byte, local, central []int, end int) {
	le := binary.LittleEndian
	var dir []byte
	for i := range members {
		m := &members[i]
		if m.packed == nil {
			if m.packed = m.data; m.method == 8 {
				m.packed = deflated(m.data)
			}
		}
		if !m.fixed {
			m.crc, m.size = crc32.ChecksumIEEE(m.data), uint64(len(m.data))
		}
		name := m.name
		if m.local != "" {
			name = m.local
		}
		start := len(out)
		local = append(local, start)
		flags, crc, packed, size := m.flags, m.crc, uint64(len(m.packed)), m.size
		extra := m.extra
		if m.trail {
			flags |= 8
			crc, packed, size = 0, 0, 0
		} else if m.zip64 {
			extra = append(le.AppendUint64(le.AppendUint64([]byte{1, 0, 16, 0}, size), packed), extra...)
			packed, size = 0xFFFFFFFF, 0xFFFFFFFF
		}
		out = append(out, "PK\x03\x04\x14\x00"...)
		out = le.AppendUint16(le.AppendUint16(out, flags), m.method)
		out = append(out, 0, 0, 0x21, 0)
		out = le.AppendUint32(le.AppendUint32(le.AppendUint32(out, crc), uint32(packed)), uint32(size))
		out = le.AppendUint16(le.AppendUint16(out, uint16(len(name))), uint16(len(extra)))
		out = append(append(append(out, name...), extra...), m.packed...)
		if m.trail {
			out = append(out, "PK\x07\x08"...)
			out = le.AppendUint32(le.AppendUint32(le.AppendUint32(out, m.crc), uint32(len(m.packed))), uint32(m.size))
		}
		packed, size = uint64(len(m.packed)), m.size
		off, extra := uint32(start), m.extra
		if m.zip64 {
			extra = append(le.AppendUint64(le.AppendUint64(le.AppendUint64([]byte{1, 0, 24, 0}, size), packed), uint64(start)), extra...)
			packed, size, off = 0xFFFFFFFF, 0xFFFFFFFF, 0xFFFFFFFF
		}
		central = append(central, len(dir))
		dir = append(dir, "PK\x01\x02\x14\x00\x14\x00"...)
		dir = le.AppendUint16(le.AppendUint16(dir, flags), m.method)
		dir = append(dir, 0, 0, 0x21, 0)
		dir = le.AppendUint32(le.AppendUint32(le.AppendUint32(dir, m.crc), uint32(packed)), uint32(size))
		dir = le.AppendUint16(le.AppendUint16(dir, uint16(len(m.name))), uint16(len(extra)))
		dir = append(dir, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0)
		dir = append(append(le.AppendUint32(dir, off), m.name...), extra...)
	}
	at := len(out)
	for i := range central {
		central[i] += at
	}
	out = append(out, dir...)
	end = len(out)
	out = append(out, "PK\x05\x06\x00\x00\x00\x00"...)
	out = le.AppendUint16(le.AppendUint16(out, uint16(len(members))), uint16(len(members)))
	out = le.AppendUint32(le.AppendUint32(out, uint32(len(dir))), uint32(at))
	out = append(le.AppendUint16(out, uint16(len(comment))), comment...)
	return out, local, central, end
}

// The fields of the headers, as offset and width.
var (
	localFields   = [][2]int{{0, 4}, {4, 2}, {6, 2}, {8, 2}, {10, 4}, {14, 4}, {18, 4}, {22, 4}, {26, 2}, {28, 2}}
	centralFields = [][2]int{{0, 4}, {4, 2}, {6, 2}, {8, 2}, {10, 2}, {12, 4}, {16, 4}, {20, 4}, {24, 4}, {28, 2}, {30, 2}, {32, 2}, {34, 2}, {36, 2}, {38, 4}, {42, 4}}
	endFields     = [][2]int{{0, 4}, {4, 2}, {6, 2}, {8, 2}, {10, 2}, {12, 4}, {16, 4}, {20, 2}}
)

// mutateZip damages an archive's member, its headers, or its order.
func mutateZip(d dice, data []byte, s *story) []byte {
	members := zipMembers(data)
	if len(members) == 0 {
		return damageBytes(d, data, s)
	}
	comment := ""
	i := d.IntN(len(members))
	for tries := 0; tries < 4 && (members[i].name == "" || dull(members[i].name)); tries++ {
		i = d.IntN(len(members))
	}
	m := &members[i]
	kind := d.IntN(32)
	switch kind {
	default: // most of all: sound archives of unsound members
		s.add("in %s", m.name)
		m.data = mutateContent(d, m.data, s)
		if d.one(6) {
			k := d.IntN(len(members))
			s.add("in %s", members[k].name)
			members[k].data = mutateContent(d, members[k].data, s)
		}
	case 0:
		s.add("%s is gone", m.name)
		members = append(members[:i:i], members[i+1:]...)
	case 1:
		s.add("%s is there twice", m.name)
		twin := *m
		if d.one(2) {
			twin.data = mutateContent(d, twin.data, s)
		}
		if d.one(3) {
			twin.name = strings.ToUpper(twin.name)
		}
		members = append(members, twin)
	case 2:
		was := m.name
		m.name = pick(d, []string{"", "/", strings.ToUpper(was), "/" + was, strings.ReplaceAll(was, "/", `\`), "../" + was, was + "\x00", was + "/", was[:len(was)/2], "./" + was, strings.Repeat(was, 20), members[d.IntN(len(members))].name, "\xff" + was, was + "é"})
		s.add("%s is named %s", was, head(m.name))
	case 3:
		d.Shuffle(len(members), func(a, b int) { members[a], members[b] = members[b], members[a] })
		s.add("members shuffled")
		if d.one(2) {
			members[d.IntN(len(members))].data = mutateContent(d, members[d.IntN(len(members))].data, s)
		}
	case 4:
		m.packed = damageBytes(d, deflated(m.data), s)
		m.crc, m.size, m.fixed, m.method = crc32.ChecksumIEEE(m.data), uint64(len(m.data)), true, 8
		s.add("the packed bytes of %s", m.name)
	case 5:
		m.method = pick(d, []uint16{0, 8, 9, 12, 14, 93, 95, 99, 1, 255})
		s.add("method %d of %s", m.method, m.name)
	case 6:
		m.crc, m.size, m.fixed = crc32.ChecksumIEEE(m.data), uint64(len(m.data)), true
		switch d.IntN(3) {
		case 0:
			m.crc ^= 1 << d.IntN(32)
			s.add("checksum of %s", m.name)
		default:
			m.size = d.nearby(m.size)
			s.add("size of %s is %d", m.name, m.size)
		}
	case 7:
		m.zip64, m.trail = d.one(2), d.one(2)
		m.extra = pick(d, [][]byte{nil, {1, 0, 0, 0}, {1, 0, 255, 255}, {1, 0, 8, 0, 255, 255, 255, 255, 255, 255, 255, 127}, {0x55, 0x54, 5, 0, 1, 2, 3, 4, 5}, {9}, bytes.Repeat([]byte{1, 0, 0, 0}, 100)})
		s.add("zip64 %v, trailing %v, extra %x of %s", m.zip64, m.trail, head(string(m.extra)), m.name)
	case 8:
		m.local = pick(d, []string{"x", m.name + "x", strings.Repeat("n", 5000), members[d.IntN(len(members))].name})
		m.flags = pick(d, []uint16{0, 1, 8, 1 << 6, 1 << 11, 1 << 13, 0xFFFF})
		s.add("local name %s and flags %x of %s", head(m.local), m.flags, m.name)
	case 9:
		comment = pick(d, []string{"c", "PK\x05\x06", strings.Repeat("PK\x05\x06", 30), strings.Repeat("c", 65535), "PK\x06\x07" + strings.Repeat("\x00", 16)})
		s.add("comment %s", head(comment))
	case 10:
		if d.one(12) { // dear: each is tens of MiB
			bomb(d, m, s)
		} else {
			n := d.upto(300)
			s.add("%d members more", n)
			for k := range n {
				members = append(members, member{name: strings.Repeat("x", k%50) + "y" + string(rune('a'+k%26)) + strings.Repeat("z", k/26), data: nil})
			}
		}
	case 11, 12, 13, 14:
	}
	out, local, central, end := writeZip(members, comment)
	switch kind {
	case 11, 12, 13:
		for range d.upto(3) {
			at, fields := end, endFields
			switch d.IntN(3) {
			case 0:
				at, fields = pick(d, append(local, 0)), localFields
			case 1:
				at, fields = pick(d, append(central, end)), centralFields
			}
			f := pick(d, fields)
			if at+f[0]+f[1] <= len(out) {
				out = putNumber(out, at+f[0], f[1], d.nearby(number(out, at+f[0], f[1])))
				s.add("field %d of the header at %d is %d", f[0], at, number(out, at+f[0], f[1]))
			}
		}
	case 14:
		if d.one(2) {
			junk := bytes.Repeat([]byte("j"), d.upto(70000))
			s.add("%d bytes before it", len(junk))
			out = append(junk, out...)
		} else {
			junk := bytes.Repeat([]byte(pick(d, []string{"j", "\x00", "PK\x05\x06", "PK\x06\x06"})), d.upto(20000))
			s.add("%d bytes behind it", len(junk))
			out = append(out, junk...)
		}
	}
	return out
}

// dull members are there and mean nothing.
func dull(name string) bool {
	return strings.HasPrefix(name, "docProps/") || strings.HasPrefix(name, "Thumbnails/") || strings.Contains(name, "theme") || strings.HasPrefix(name, "Configurations2/") || strings.HasSuffix(name, "/")
}

// blanks are many of them, packed once: what a bomb is made of.
var blanks = sync.OnceValues(func() ([]byte, uint32) {
	const size = 32 << 20
	b := bytes.Repeat([]byte(" "), size)
	return deflated(b), crc32.ChecksumIEEE(b)
})

// bomb makes a member of 32 MiB out of 32 KiB.
func bomb(d dice, m *member, s *story) {
	packed, crc := blanks()
	m.packed, m.crc, m.size, m.fixed, m.method = packed, crc, 32<<20, true, 8
	s.add("%s is 32 MiB of blanks", m.name)
	if d.one(3) {
		m.size = 10
		s.add("that claim to be 10 bytes")
	}
}
