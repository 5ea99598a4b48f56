package types

import (
	"bytes"
	"math/bits"

	"howdah/pgerr"
)

// An inet or a cidr is stored as PostgreSQL keeps it, which is also what it hashes: the family, the length of the mask,
// and the address of 4 or 16 bytes. Whether it is a cidr is the type's affair.
const (
	inetFamily4 = 2
	inetFamily6 = 3
	inetHead    = 2 // bytes before the address
)

// AppendInet appends a stored inet: addr has 4 or 16 bytes.
func AppendInet(dst, addr []byte, mask int) []byte {
	family := byte(inetFamily4)
	if len(addr) == 16 {
		family = inetFamily6
	}
	return append(append(dst, family, byte(mask)), addr...)
}

// InetAddr gives the address of a stored inet and the length of its mask. The address is a view.
func InetAddr(v []byte) (addr []byte, mask int) { return v[inetHead:], int(v[1]) }

// InetMask clears the bits of an address behind the first n.
func InetMask(addr []byte, n int) {
	for i := range addr {
		switch keep := n - 8*i; {
		case keep <= 0:
			addr[i] = 0
		case keep < 8:
			addr[i] &= 0xff << (8 - keep)
		}
	}
}

// inetHasHostBits tells whether anything is set behind the mask, which a cidr must not have.
func inetHasHostBits(addr []byte, mask int) bool {
	var net [16]byte
	n := copy(net[:], addr)
	InetMask(net[:n], mask)
	return !bytes.Equal(net[:n], addr)
}

// InetDifference compares the first n bits of two addresses of one family. Like PostgreSQL, it gives the difference of
// whole bytes, but only the sign of a part of one.
func InetDifference(a, b []byte, n int) int {
	whole := n / 8
	if c := ByteDifference(a[:whole], b[:whole]); c != 0 || n%8 == 0 {
		return c
	}
	x, y := a[whole]>>(8-n%8), b[whole]>>(8-n%8)
	return compareInt(int64(x), int64(y))
}

// InetCommonBits counts the leading bits that two addresses share, up to most.
func InetCommonBits(a, b []byte, most int) int {
	for i := range a {
		if x := a[i] ^ b[i]; x != 0 {
			return min(8*i+bits.LeadingZeros8(x), most)
		}
	}
	return most
}

// CompareInet orders as network_cmp does: by family, the common part of the networks, the mask, the address.
func CompareInet(a, b []byte) int {
	if a[0] != b[0] {
		return int(a[0]) - int(b[0])
	}
	x, n := InetAddr(a)
	y, m := InetAddr(b)
	if c := InetDifference(x, y, min(n, m)); c != 0 {
		return c
	}
	if n != m {
		return n - m
	}
	return InetDifference(x, y, 8*len(x))
}

// parseInetBinary reads the binary form: family, mask, whether it is a cidr (not looked at), length, address.
func parseInetBinary(b []byte, cidr bool) ([]byte, error) {
	name := "inet"
	if cidr {
		name = "cidr"
	}
	if len(b) < 1 {
		return nil, shortMessage()
	}
	size := 4
	switch b[0] {
	case inetFamily4:
	case inetFamily6:
		size = 16
	default:
		return nil, badBinary("invalid address family in external \"%s\" value", name)
	}
	if len(b) < 2 {
		return nil, shortMessage()
	}
	if int(b[1]) > 8*size {
		return nil, badBinary("invalid bits in external \"%s\" value", name)
	}
	if len(b) < 4 {
		return nil, shortMessage()
	}
	if int(b[3]) != size {
		return nil, badBinary("invalid length in external \"%s\" value", name)
	}
	if len(b) < 4+size {
		return nil, shortMessage()
	}
	addr := b[4 : 4+size]
	if cidr && inetHasHostBits(addr, int(b[1])) {
		return nil, pgerr.New(pgerr.InvalidBinaryRepresentation, `invalid external "cidr" value`).
			WithDetail("Value has bits set to right of mask.")
	}
	if len(b) > 4+size {
		return nil, badBinary("incorrect binary data format")
	}
	return AppendInet(nil, addr, int(b[1])), nil
}

func appendInetBinary(dst, v []byte, cidr bool) []byte {
	addr, mask := InetAddr(v)
	flag := byte(0)
	if cidr {
		flag = 1
	}
	return append(append(dst, v[0], byte(mask), flag, byte(len(addr))), addr...)
}
