package expr

import (
	"bytes"
	"strconv"

	"howdah/pgerr"
	"howdah/types"
	"howdah/vector"
)

// inetKernels are the functions and operators of inet and cidr (network.c).
var inetKernels = makeInetKernels()

func makeInetKernels() map[string]Kernel {
	m := map[string]Kernel{
		"hashinet": hashBytes, "hashinetextended": hashBytesExtended,
		"inet_send": sendBinary, "cidr_send": sendBinary,
		"network_eq": bytesEqual(false), "network_ne": bytesEqual(true),
		"network_cmp":    compareRows(types.CompareInet),
		"network_larger": greater(types.CompareInet, false, false), "network_smaller": greater(types.CompareInet, true, false),

		"network_family":  intsKernel(func(c *Call, i int32) (int64, error) { return inetVersion(c.Args[0].Bytes(i)), nil }),
		"network_masklen": intsKernel(func(c *Call, i int32) (int64, error) { return int64(c.Args[0].Bytes(i)[1]), nil }),
		"network_host": appending(func(c *Call, dst []byte, i int32) ([]byte, error) {
			return types.AppendInetHost(dst, c.Args[0].Bytes(i)), nil
		}),
		"network_show": appending(func(c *Call, dst []byte, i int32) ([]byte, error) {
			return types.AppendInetText(dst, c.Args[0].Bytes(i), true), nil
		}),
		"inet_abbrev": appending(func(c *Call, dst []byte, i int32) ([]byte, error) {
			return types.AppendInetText(dst, c.Args[0].Bytes(i), false), nil
		}),
		"cidr_abbrev": appending(func(c *Call, dst []byte, i int32) ([]byte, error) {
			return types.AppendCidrAbbrev(dst, c.Args[0].Bytes(i)), nil
		}),

		"network_network": inetChanged(func(addr []byte, mask int) int {
			types.InetMask(addr, mask)
			return mask
		}),
		"inet_to_cidr": inetChanged(func(addr []byte, mask int) int {
			types.InetMask(addr, mask)
			return mask
		}),
		"network_broadcast": inetChanged(func(addr []byte, mask int) int {
			for i := range addr {
				addr[i] |= ^maskByte(mask, i)
			}
			return mask
		}),
		"network_netmask": inetChanged(func(addr []byte, mask int) int {
			for i := range addr {
				addr[i] = maskByte(mask, i)
			}
			return 8 * len(addr)
		}),
		"network_hostmask": inetChanged(func(addr []byte, mask int) int {
			for i := range addr {
				addr[i] = ^maskByte(mask, i)
			}
			return 8 * len(addr)
		}),
		"inetnot": inetChanged(func(addr []byte, mask int) int {
			for i := range addr {
				addr[i] = ^addr[i]
			}
			return mask
		}),
		"inet_set_masklen": setMask(false), "cidr_set_masklen": setMask(true),
		"inetand": inetJoined("AND", func(a, b byte) byte { return a & b }), "inetor": inetJoined("OR", func(a, b byte) byte { return a | b }),
		"inetpl":                 inetPlus(0, 1, func(n int64) int64 { return n }),
		"int8pl_inet(int8,inet)": inetPlus(1, 0, func(n int64) int64 { return n }),
		"inetmi_int8":            inetPlus(0, 1, func(n int64) int64 { return -n }),
		"inetmi":                 intsKernel(inetMinus),

		"network_sub":      inetRelated(func(n, m int) bool { return n > m }),
		"network_subeq":    inetRelated(func(n, m int) bool { return n >= m }),
		"network_sup":      inetRelated(func(n, m int) bool { return n < m }),
		"network_supeq":    inetRelated(func(n, m int) bool { return n <= m }),
		"network_overlap":  inetRelated(func(n, m int) bool { return true }),
		"inet_same_family": inetSameFamily,
		"inet_merge":       appending(inetMerge),
	}
	for op, want := range map[string]wants{"lt": wantLT, "le": wantLE, "gt": wantGT, "ge": wantGE} {
		m["network_"+op] = func(c *Call, out *vector.Column, sel []int32) error {
			for _, i := range sel {
				out.Bools[i] = want[signOf(types.CompareInet(c.Args[0].Bytes(i), c.Args[1].Bytes(i)))+1]
			}
			return nil
		}
	}
	return m
}

func inetVersion(v []byte) int64 {
	if addr, _ := types.InetAddr(v); len(addr) == 4 {
		return 4
	}
	return 6
}

// maskByte is the netmask's byte i.
func maskByte(mask, i int) byte {
	switch n := mask - 8*i; {
	case n <= 0:
		return 0
	case n < 8:
		return 0xff << (8 - n)
	}
	return 0xff
}

// inetChanged makes a kernel of what changes a copy of the address and gives the new mask.
func inetChanged(change func(addr []byte, mask int) int) Kernel {
	return appending(func(c *Call, dst []byte, i int32) ([]byte, error) {
		off := len(dst)
		dst = append(dst, c.Args[0].Bytes(i)...)
		addr, mask := types.InetAddr(dst[off:])
		dst[off+1] = byte(change(addr, mask))
		return dst, nil
	})
}

// setMask gives the address another mask, -1 being the whole address; a cidr loses what the mask does not cover.
func setMask(cidr bool) Kernel {
	return appending(func(c *Call, dst []byte, i int32) ([]byte, error) {
		off, n := len(dst), c.Args[1].Ints[i]
		dst = append(dst, c.Args[0].Bytes(i)...)
		addr, _ := types.InetAddr(dst[off:])
		all := int64(8 * len(addr))
		if n == -1 {
			n = all
		}
		if n < 0 || n > all {
			return nil, pgerr.New(pgerr.InvalidParameterValue, "invalid mask length: %s", strconv.FormatInt(n, 10))
		}
		if cidr {
			types.InetMask(addr, int(n))
		}
		dst[off+1] = byte(n)
		return dst, nil
	})
}

func inetJoined(name string, f func(a, b byte) byte) Kernel {
	return appending(func(c *Call, dst []byte, i int32) ([]byte, error) {
		v, w := c.Args[0].Bytes(i), c.Args[1].Bytes(i)
		if v[0] != w[0] {
			return nil, pgerr.New(pgerr.InvalidParameterValue, "cannot %s inet values of different sizes", name)
		}
		off := len(dst)
		dst = append(dst, v...)
		addr, n := types.InetAddr(dst[off:])
		other, m := types.InetAddr(w)
		for k := range addr {
			addr[k] = f(addr[k], other[k])
		}
		dst[off+1] = byte(max(n, m))
		return dst, nil
	})
}

func inetOutOfRange() error { return pgerr.New(pgerr.NumericValueOutOfRange, "result is out of range") }

// inetPlus adds a number, of which change is taken first, to the address.
func inetPlus(inet, number int, change func(int64) int64) Kernel {
	return appending(func(c *Call, dst []byte, i int32) ([]byte, error) {
		off, n := len(dst), change(c.Args[number].Ints[i])
		dst = append(dst, c.Args[inet].Bytes(i)...)
		addr, _ := types.InetAddr(dst[off:])
		carry := 0
		for k := len(addr) - 1; k >= 0; k-- {
			carry += int(addr[k]) + int(n&0xff)
			addr[k] = byte(carry)
			carry >>= 8
			n >>= 8
		}
		if n+int64(carry) != 0 || n > 0 {
			return nil, inetOutOfRange()
		}
		return dst, nil
	})
}

// inetMinus is how far apart two addresses are.
func inetMinus(c *Call, i int32) (int64, error) {
	v, w := c.Args[0].Bytes(i), c.Args[1].Bytes(i)
	if v[0] != w[0] {
		return 0, pgerr.New(pgerr.InvalidParameterValue, "cannot subtract inet values of different sizes")
	}
	a, _ := types.InetAddr(v)
	b, _ := types.InetAddr(w)
	var diff [16]byte
	at, borrow := len(diff), 0
	for k := len(a) - 1; k >= 0; k-- {
		d := int(a[k]) - int(b[k]) - borrow
		borrow = d >> 8 & 1
		at--
		diff[at] = byte(d)
	}
	sign := byte(-borrow)
	for k := range at {
		diff[k] = sign
	}
	var n int64
	for _, d := range diff[8:] {
		n = n<<8 | int64(d)
	}
	top := byte(n >> 63)
	for _, d := range diff[:8] {
		if d != top {
			return 0, inetOutOfRange()
		}
	}
	return n, nil
}

// inetRelated tells whether one network lies within the other and the masks are as wanted.
func inetRelated(masks func(n, m int) bool) Kernel {
	return func(c *Call, out *vector.Column, sel []int32) error {
		for _, i := range sel {
			v, w := c.Args[0].Bytes(i), c.Args[1].Bytes(i)
			a, n := types.InetAddr(v)
			b, m := types.InetAddr(w)
			out.Bools[i] = v[0] == w[0] && masks(n, m) && types.InetDifference(a, b, min(n, m)) == 0
		}
		return nil
	}
}

func inetSameFamily(c *Call, out *vector.Column, sel []int32) error {
	for _, i := range sel {
		out.Bools[i] = bytes.Equal(c.Args[0].Bytes(i)[:1], c.Args[1].Bytes(i)[:1])
	}
	return nil
}

// inetMerge is the smallest network that has both in it.
func inetMerge(c *Call, dst []byte, i int32) ([]byte, error) {
	v, w := c.Args[0].Bytes(i), c.Args[1].Bytes(i)
	if v[0] != w[0] {
		return nil, pgerr.New(pgerr.InvalidParameterValue, "cannot merge addresses from different families")
	}
	off := len(dst)
	dst = append(dst, v...)
	a, n := types.InetAddr(dst[off:])
	b, m := types.InetAddr(w)
	common := types.InetCommonBits(a, b, min(n, m))
	types.InetMask(a, common)
	dst[off+1] = byte(common)
	return dst, nil
}
