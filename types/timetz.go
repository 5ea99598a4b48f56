package types

import "encoding/binary"

// Timetz is a time of day with a zone. It is stored (KindBytes) as in its binary form: 8 bytes of microseconds and
// 4 bytes of seconds west of UTC, the highest byte first.
type Timetz struct {
	Micros int64
	West   int32
}

// AppendTimetzBytes appends the stored form.
func AppendTimetzBytes(dst []byte, t Timetz) []byte {
	dst = binary.BigEndian.AppendUint64(dst, uint64(t.Micros))
	return binary.BigEndian.AppendUint32(dst, uint32(t.West))
}

// TimetzOf reads the stored form.
func TimetzOf(b []byte) Timetz {
	if len(b) != 12 {
		return Timetz{}
	}
	return Timetz{int64(binary.BigEndian.Uint64(b)), int32(binary.BigEndian.Uint32(b[8:]))}
}

// CompareTimetz orders by the moment and then by the zone: equal values are the same in both.
func CompareTimetz(a, b Timetz) int {
	if c := compareInt(a.Micros+int64(a.West)*MicrosPerSecond, b.Micros+int64(b.West)*MicrosPerSecond); c != 0 {
		return c
	}
	return compareInt(int64(a.West), int64(b.West))
}
