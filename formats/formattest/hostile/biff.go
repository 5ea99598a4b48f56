package hostile

import (
	"bytes"
	"encoding/binary"
)

// record is one of a BIFF stream.
type record struct {
	id   uint16
	len  int // as its header says
	data []byte
	at   int // where it was; -1 = new
}

const (
	recBOF       = 0x0809
	recEOF       = 0x000A
	recContinue  = 0x003C
	recSheet     = 0x0085
	recSST       = 0x00FC
	maxRecordLen = 8224
)

// recordIDs are those that readers look at, and some that they should not.
var recordIDs = []uint16{
	0x0000, 0x0001, 0x0002, 0x0003, 0x0004, 0x0005, 0x0006, 0x0007, 0x0008, 0x0009, 0x000A, 0x000C, 0x0013, 0x0018, 0x0022, 0x0023, 0x002F, 0x003C, 0x0042, 0x0055, 0x0080, 0x0085, 0x008C, 0x0092, 0x00BD, 0x00BE, 0x00C1, 0x00D6, 0x00E0, 0x00E1, 0x00E2, 0x00E5, 0x00FC, 0x00FD, 0x00FF,
	0x0200, 0x0201, 0x0202, 0x0203, 0x0204, 0x0205, 0x0206, 0x0207, 0x0208, 0x020B, 0x0221, 0x0225, 0x0236, 0x023E, 0x0243, 0x027E, 0x0406, 0x0409, 0x041E, 0x043C, 0x04BC, 0x0809, 0x0862, 0x0863, 0x0867, 0x1000, 0x2000, 0x8000, 0xFFFF,
}

// isBIFF tells whether a stream begins with the record that BIFF begins with.
func isBIFF(b []byte) bool {
	return len(b) > 8 && b[0] == 9 && (b[1] == 0 || b[1] == 2 || b[1] == 4 || b[1] == 8) && b[3] == 0 && b[2] >= 4 && b[2] <= 16
}

func biffRecords(b []byte) (out []record) {
	for at := 0; at+4 <= len(b); {
		r := record{id: binary.LittleEndian.Uint16(b[at:]), len: int(binary.LittleEndian.Uint16(b[at+2:])), at: at}
		end := min(at+4+r.len, len(b))
		r.data = bytes.Clone(b[at+4 : end])
		out = append(out, r)
		at = end
	}
	return out
}

// biffJoin writes the records; where sheets begin is told anew.
func biffJoin(records []record, keepOffsets bool) []byte {
	moved := map[uint32]uint32{}
	n := 0
	for _, r := range records {
		if r.at >= 0 {
			moved[uint32(r.at)] = uint32(n)
		}
		n += 4 + len(r.data)
	}
	out := make([]byte, 0, n)
	for _, r := range records {
		out = binary.LittleEndian.AppendUint16(out, r.id)
		out = binary.LittleEndian.AppendUint16(out, uint16(r.len))
		at := len(out)
		out = append(out, r.data...)
		if r.id == recSheet && len(r.data) >= 4 && !keepOffsets {
			if to, ok := moved[binary.LittleEndian.Uint32(r.data)]; ok {
				binary.LittleEndian.PutUint32(out[at:], to)
			}
		}
	}
	return out
}

// mutateBIFF damages a stream's records a few times.
func mutateBIFF(d dice, data []byte, s *story) []byte {
	records := biffRecords(data)
	if len(records) == 0 {
		return damageBytes(d, data, s)
	}
	keep := d.one(10)
	for range d.upto(3) {
		if len(records) == 0 {
			break
		}
		records = mutateRecords(d, records, &keep, s)
	}
	return biffJoin(records, keep)
}

// telling finds a record that a reader looks into, most of the time.
func telling(d dice, records []record) int {
	i := d.IntN(len(records))
	for range 6 {
		switch records[i].id {
		case recBOF, recEOF, recContinue, recSheet, recSST, 0x0006, 0x0018, 0x0042, 0x0022, 0x002F, 0x00BD, 0x00D6, 0x00E0, 0x00E5, 0x00FD, 0x0200, 0x0201, 0x0203, 0x0204, 0x0205, 0x0207, 0x0208, 0x027E, 0x041E, 0x04BC, 0x0406:
			return i
		}
		i = d.IntN(len(records))
	}
	return i
}

func find(records []record, id uint16, d dice) int {
	start := d.IntN(len(records))
	for k := range records {
		if i := (start + k) % len(records); records[i].id == id {
			return i
		}
	}
	return -1
}

func mutateRecords(d dice, records []record, keep *bool, s *story) []record {
	i := telling(d, records)
	r := &records[i]
	put := func(from, to int, with ...record) []record {
		return append(append(append([]record{}, records[:from]...), with...), records[to:]...)
	}
	clone := func(r record) record {
		r.data, r.at = bytes.Clone(r.data), -1
		return r
	}
	switch d.IntN(18) {
	case 0, 1, 2, 3, 4: // a field
		if len(r.data) == 0 {
			break
		}
		at := d.IntN(len(r.data))
		if d.one(2) {
			at &^= 1
		}
		putEdge(d, r.data, at)
		*keep = *keep || r.id == recSheet
		s.add("record %04x of %d bytes: byte %d on", r.id, len(r.data), at)
	case 5:
		s.add("record %04x has an id", r.id)
		if r.id = pick(d, recordIDs); d.one(3) {
			r.id = records[d.IntN(len(records))].id
		}
	case 6: // a length that is not that of the bytes
		r.len = int(uint16(d.nearby(uint64(r.len))))
		s.add("record %04x says %d bytes", r.id, r.len)
	case 7, 8: // shorter or longer bytes, with the length of them
		n := d.IntN(len(r.data) + 1)
		if d.one(3) {
			r.data = append(r.data, bytes.Repeat([]byte{byte(d.IntN(256))}, d.upto(9000))...)
		} else {
			r.data = r.data[:n]
		}
		r.len = len(r.data)
		s.add("record %04x is %d bytes long", r.id, r.len)
	case 9:
		s.add("record %04x is gone", r.id)
		return put(i, i+1)
	case 10:
		n := d.upto(4)
		if d.one(10) {
			n = d.upto(5000)
		}
		s.add("record %04x is there %d times more", r.id, n)
		more := make([]record, n)
		for k := range more {
			more[k] = clone(*r)
		}
		return put(i, i, more...)
	case 11:
		j := telling(d, records)
		s.add("records %04x and %04x change places", r.id, records[j].id)
		records[i], records[j] = records[j], records[i]
	case 12: // a record put in
		n := record{id: pick(d, recordIDs), at: -1, data: make([]byte, d.IntN(d.upto(300)))}
		for k := range n.data {
			n.data[k] = byte(d.IntN(256) * d.IntN(2))
		}
		n.len = len(n.data)
		s.add("record %04x of %d bytes put in", n.id, n.len)
		return put(i, i, n)
	case 13: // a CONTINUE where there was none, or none where there was one
		if j := find(records, recContinue, d); j > 0 && d.one(2) {
			p := &records[j-1]
			cut := 0
			if whole := append(bytes.Clone(p.data), records[j].data...); len(whole) > 0 {
				cut = d.IntN(len(whole))
				p.data, records[j].data = bytes.Clone(whole[:cut]), bytes.Clone(whole[cut:])
			}
			p.len, records[j].len = len(p.data), len(records[j].data)
			s.add("record %04x goes on in CONTINUE after %d bytes", p.id, cut)
			break
		}
		if j := find(records, recSST, d); j >= 0 && d.one(2) {
			i, r = j, &records[j]
		}
		cut := d.IntN(len(r.data) + 1)
		next := record{id: recContinue, at: -1, data: bytes.Clone(r.data[cut:])}
		if d.one(2) {
			next.data = append([]byte{byte(d.IntN(2))}, next.data...)
		}
		next.len = len(next.data)
		r.data, r.len = r.data[:cut], cut
		s.add("record %04x goes on in CONTINUE after %d bytes", r.id, cut)
		return put(i+1, i+1, next)
	case 14: // the shared strings
		j := find(records, recSST, d)
		if j < 0 || len(records[j].data) < 12 {
			break
		}
		at := pick(d, []int{0, 4, 8, 10, 11, 12, d.IntN(len(records[j].data))})
		if at < len(records[j].data) {
			putEdge(d, records[j].data, at)
			s.add("the shared strings: byte %d on", at)
		}
	case 15: // where a sheet begins
		j := find(records, recSheet, d)
		if j < 0 || len(records[j].data) < 4 {
			break
		}
		*keep = true
		to := uint64(max(records[d.IntN(len(records))].at, 0))
		if d.one(3) {
			to = d.nearby(to)
		}
		putNumber(records[j].data, 0, 4, to)
		s.add("a sheet begins at %d", uint32(to))
	case 16: // an end
		if d.one(2) {
			s.add("it ends before record %04x", r.id)
			return records[:i]
		}
		j := min(len(records), i+d.upto(20))
		s.add("%d records are gone from %04x on", j-i, r.id)
		return put(i, j)
	case 17: // a row or column far away
		if len(r.data) >= 4 {
			putNumber(r.data, 2*d.IntN(2), 2, d.nearby(number(r.data, 0, 2)))
			s.add("record %04x is elsewhere", r.id)
		}
	}
	return records
}
