package types

import (
	"encoding/binary"
	"strconv"
)

// AppendInetText appends the text form: an inet shows its mask unless that is the whole address, a cidr always.
func AppendInetText(dst, v []byte, cidr bool) []byte {
	addr, mask := InetAddr(v)
	dst = AppendInetHost(dst, v)
	if cidr || mask != 8*len(addr) {
		dst = strconv.AppendUint(append(dst, '/'), uint64(mask), 10)
	}
	return dst
}

// AppendInetHost appends the address alone.
func AppendInetHost(dst, v []byte) []byte {
	addr, _ := InetAddr(v)
	if len(addr) == 4 {
		return appendOctets(dst, addr)
	}
	var words [8]uint16
	for i := range words {
		words[i] = binary.BigEndian.Uint16(addr[2*i:])
	}
	from, n := longestZeros(words[:])
	if n < 2 {
		from, n = -1, 0
	}
	for i := 0; i < len(words); i++ {
		if i == from {
			dst = append(dst, ':')
			i += n - 1
			if i == len(words)-1 {
				dst = append(dst, ':')
			}
			continue
		}
		if i > 0 {
			dst = append(dst, ':')
		}
		if i == 6 && from == 0 && (n == 6 || n == 7 && words[7] != 1 || n == 5 && words[5] == 0xffff) { // an IPv4 address within
			return appendOctets(dst, addr[12:])
		}
		dst = strconv.AppendUint(dst, uint64(words[i]), 16)
	}
	return dst
}

// longestZeros finds the first of the longest runs of zero words.
func longestZeros(words []uint16) (from, n int) {
	run := 0
	for i, w := range words {
		if w != 0 {
			run = 0
			continue
		}
		if run++; run > n {
			from, n = i+1-run, run
		}
	}
	return from, n
}

func appendOctets(dst, octets []byte) []byte {
	for i, o := range octets {
		if i > 0 {
			dst = append(dst, '.')
		}
		dst = strconv.AppendUint(dst, uint64(o), 10)
	}
	return dst
}

// AppendCidrAbbrev appends abbrev(cidr): only as much of the address as the mask covers.
func AppendCidrAbbrev(dst, v []byte) []byte {
	addr, mask := InetAddr(v)
	var buf [16]byte
	net := buf[:copy(buf[:], addr)]
	InetMask(net, mask)
	switch {
	case len(net) == 16:
		dst = appendAbbrev6(dst, net, mask)
	case mask == 0:
		dst = append(dst, '0')
	default:
		dst = appendOctets(dst, net[:(mask+7)/8])
	}
	return strconv.AppendUint(append(dst, '/'), uint64(mask), 10)
}

// appendAbbrev6 writes the words that the mask covers, two at least. Which runs of zeros are left out, and what counts as
// an IPv4 address, is not quite what AppendInetHost does: a run that does not beat the longest before it is counted on.
func appendAbbrev6(dst, net []byte, mask int) []byte {
	if mask == 0 {
		return append(dst, "::"...)
	}
	count := max((mask+15)/16, 2)
	var words [8]uint16
	for i := range count {
		words[i] = binary.BigEndian.Uint16(net[2*i:])
	}
	from, n, runFrom, run := 0, 0, 0, 0
	for i, w := range words[:count] {
		if w == 0 {
			if run == 0 {
				runFrom = i
			}
			run++
		} else if run > n {
			from, n, run = runFrom, run, 0
		}
	}
	if run > n {
		from, n = runFrom, run
	}
	ipv4 := n != count && from == 0 && (n == 6 || n == 5 && words[5] == 0xffff || n == 7 && net[14] != 0 && net[15] != 1)
	start := len(dst)
	for i := range count {
		switch {
		case n > 0 && i >= from && i < from+n:
			if i == from {
				dst = append(dst, ':')
			}
			if i == count-1 {
				dst = append(dst, ':')
			}
		case ipv4 && i > 5:
			sep := byte('.')
			if i == 6 {
				sep = ':'
			}
			dst = strconv.AppendUint(append(dst, sep), uint64(net[2*i]), 10)
			if i != 7 || mask > 120 {
				dst = strconv.AppendUint(append(dst, '.'), uint64(net[2*i+1]), 10)
			}
		default:
			if len(dst) > start {
				dst = append(dst, ':')
			}
			dst = strconv.AppendUint(dst, uint64(words[i]), 16)
		}
	}
	return dst
}
