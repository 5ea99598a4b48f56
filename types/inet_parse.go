package types

import (
	"bytes"
	"encoding/binary"

	"howdah/pgerr"
)

// ParseInet appends an inet, or a cidr, from its text form.
func ParseInet(dst, text []byte, cidr bool) ([]byte, error) {
	name := "inet"
	if cidr {
		name = "cidr"
	}
	var buf [16]byte
	var addr []byte
	var mask int
	var ok bool
	switch {
	case bytes.IndexByte(text, ':') >= 0:
		addr = buf[:]
		mask, ok = parseIPv6(buf[:], text)
	case cidr:
		addr = buf[:4]
		mask, ok = parseNetwork4(buf[:4], text)
	default:
		addr = buf[:4]
		mask, ok = parseHost4(buf[:4], text)
	}
	if !ok {
		return nil, pgerr.New(pgerr.InvalidTextRepresentation, "invalid input syntax for type %s: \"%s\"", name, string(text))
	}
	if cidr && inetHasHostBits(addr, mask) {
		return nil, pgerr.New(pgerr.InvalidTextRepresentation, "invalid cidr value: \"%s\"", string(text)).
			WithDetail("Value has bits set to right of mask.")
	}
	return AppendInet(dst, addr, mask), nil
}

// cutOctet reads a decimal number up to 255 with any number of leading zeros.
func cutOctet(s []byte) (v byte, rest []byte, ok bool) {
	n, i := 0, 0
	for ; i < len(s) && isDigit(s[i]); i++ {
		if n = 10*n + int(s[i]-'0'); n > 255 {
			return 0, nil, false
		}
	}
	return byte(n), s[i:], i > 0
}

// parseMask4 reads what follows the octets of an IPv4 address: nothing (-1), or a mask. The number wraps around as a
// C integer does.
func parseMask4(s []byte) (mask int, ok bool) {
	if len(s) == 0 {
		return -1, true
	}
	if len(s) < 2 || s[0] != '/' {
		return 0, false
	}
	var n int32
	for _, c := range s[1:] {
		if !isDigit(c) {
			return 0, false
		}
		n = 10*n + int32(c-'0')
	}
	return int(n), n <= 32 && n >= -1
}

// parseHost4 reads an inet: octets may be left out behind those that the mask covers.
func parseHost4(addr, s []byte) (mask int, ok bool) {
	n := 0
	for len(s) > 0 && isDigit(s[0]) {
		v, rest, ok := cutOctet(s)
		if !ok || n == 4 {
			return 0, false
		}
		addr[n] = v
		n++
		s = rest
		if len(s) == 0 || s[0] == '/' {
			break
		}
		if s[0] != '.' {
			return 0, false
		}
		if s = s[1:]; len(s) == 0 || !isDigit(s[0]) {
			break // whatever stands there, or nothing after the point
		}
	}
	if mask, ok = parseMask4(s); !ok || n == 0 {
		return 0, false
	}
	if mask == -1 {
		mask = 32
		ok = n == 4
	}
	return mask, ok && mask/8 <= n
}

// parseNetwork4 reads a cidr: octets or 0x and hexadecimal digits, fewer of them where the rest is zero. Without a mask
// the class of the network has one.
func parseNetwork4(addr, s []byte) (mask int, ok bool) {
	n := 0
	if len(s) > 2 && s[0] == '0' && s[1]|0x20 == 'x' && isHex(s[2]) {
		for s = s[2:]; len(s) > 0 && isHex(s[0]); n++ {
			if n == 4 {
				return 0, false
			}
			hi, _ := unhex(s[0])
			addr[n] = hi << 4
			if s = s[1:]; len(s) > 0 && isHex(s[0]) {
				lo, _ := unhex(s[0])
				addr[n] |= lo
				s = s[1:]
			}
		}
	} else {
		for {
			v, rest, ok := cutOctet(s)
			if !ok || n == 4 {
				return 0, false
			}
			addr[n] = v
			n++
			if s = rest; len(s) == 0 || s[0] == '/' {
				break
			}
			if s[0] != '.' {
				return 0, false
			}
			s = s[1:]
		}
	}
	if mask, ok = parseMask4(s); !ok {
		return 0, false
	}
	if mask == -1 {
		switch first := addr[0]; {
		case first >= 240:
			mask = 32
		case first >= 224:
			mask = 8
		case first >= 192:
			mask = 24
		case first >= 128:
			mask = 16
		default:
			mask = 8
		}
		mask = max(mask, 8*n)
		if mask == 8 && addr[0] == 224 { // all of multicast
			mask = 4
		}
	}
	return mask, true
}

// parseMask6 reads a mask without leading zeros, of 128 bits at most.
func parseMask6(s []byte) (mask int, ok bool) {
	for i, c := range s {
		if !isDigit(c) || i > 0 && mask == 0 {
			return 0, false
		}
		if mask = 10*mask + int(c-'0'); mask > 128 {
			return 0, false
		}
	}
	return mask, len(s) > 0
}

// parseTail4 reads the IPv4 form that may end an IPv6 address, and a mask behind it (-1 = none).
func parseTail4(addr, s []byte) (mask int, ok bool) {
	n, v, digits := 0, 0, 0
	for i, c := range s {
		switch {
		case isDigit(c):
			if digits > 0 && v == 0 {
				return 0, false
			}
			digits++
			if v = 10*v + int(c-'0'); v > 255 {
				return 0, false
			}
		case c == '.' || c == '/':
			if n > 3 {
				return 0, false
			}
			addr[n] = byte(v)
			n++
			if c == '/' {
				return parseMask6(s[i+1:])
			}
			v, digits = 0, 0
		default:
			return 0, false
		}
	}
	if digits == 0 || n > 3 {
		return 0, false
	}
	addr[n] = byte(v)
	return -1, true
}

// parseIPv6 reads an IPv6 address with or without a mask; inet and cidr are written alike.
func parseIPv6(addr, s []byte) (mask int, ok bool) {
	at, gap := 0, -1 // bytes filled; where :: stands
	if s[0] == ':' {
		if s = s[1:]; len(s) == 0 || s[0] != ':' {
			return 0, false
		}
	}
	mask = -1
	word, digits, token := 0, 0, s
scan:
	for i := 0; i < len(s); i++ {
		c := s[i]
		if v, ok := unhex(c); ok {
			word = word<<4 | int(v)
			if digits++; digits > 4 {
				return 0, false
			}
			continue
		}
		switch {
		case c == ':':
			token = s[i+1:]
			if digits == 0 {
				if gap >= 0 {
					return 0, false
				}
				gap = at
				continue
			}
			if len(token) == 0 || at+2 > len(addr) {
				return 0, false
			}
			binary.BigEndian.PutUint16(addr[at:], uint16(word))
			at += 2
			word, digits = 0, 0
			continue
		case c == '.' && at+4 <= len(addr):
			if mask, ok = parseTail4(addr[at:at+4], token); ok {
				at += 4
				digits = 0
				break scan
			}
		case c == '/':
			if mask, ok = parseMask6(s[i+1:]); ok {
				break scan
			}
		}
		return 0, false
	}
	if digits > 0 {
		if at+2 > len(addr) {
			return 0, false
		}
		binary.BigEndian.PutUint16(addr[at:], uint16(word))
		at += 2
	}
	if gap >= 0 {
		if at == len(addr) {
			return 0, false
		}
		n := at - gap
		copy(addr[len(addr)-n:], addr[gap:at])
		clear(addr[gap : len(addr)-n])
		at = len(addr)
	}
	if mask == -1 {
		mask = 128
	}
	return mask, at == len(addr)
}
