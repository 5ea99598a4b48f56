package expr

import (
	"howdah/pgerr"
	"howdah/types"
)

// macaddrKernels are the functions and operators of macaddr and macaddr8 (mac.c, mac8.c).
var macaddrKernels = makeMacaddrKernels()

func makeMacaddrKernels() map[string]Kernel {
	m := map[string]Kernel{
		"hashmacaddr": hashBytes, "hashmacaddrextended": hashBytesExtended, "hashmacaddr8": hashBytes, "hashmacaddr8extended": hashBytesExtended,
		"macaddr8_set7bit": macChanged(func(b []byte) { b[0] |= 2 }),
		"macaddrtomacaddr8": appending(func(c *Call, dst []byte, i int32) ([]byte, error) {
			return types.AppendMacaddr8(dst, c.Args[0].Bytes(i)), nil
		}),
		"macaddr8tomacaddr": appending(func(c *Call, dst []byte, i int32) ([]byte, error) {
			v := c.Args[0].Bytes(i)
			if v[3] != 0xff || v[4] != 0xfe {
				return nil, pgerr.New(pgerr.NumericValueOutOfRange, "macaddr8 data out of range to convert to macaddr").
					WithHint("Only addresses that have FF and FE as values in the 4th and 5th bytes from the left, for example xx:xx:xx:ff:fe:xx:xx:xx, are eligible to be converted from macaddr8 to macaddr.")
			}
			return append(append(dst, v[:3]...), v[5:]...), nil
		}),
	}
	for _, t := range []string{"macaddr_", "macaddr8_"} {
		m[t+"send"] = sendBinary
		m[t+"eq"], m[t+"ne"] = bytesEqual(false), bytesEqual(true)
		m[t+"lt"], m[t+"le"], m[t+"gt"], m[t+"ge"] = bytesOrdered(wantLT), bytesOrdered(wantLE), bytesOrdered(wantGT), bytesOrdered(wantGE)
		m[t+"cmp"] = compareRows(func(a, b []byte) int { return signOf(types.ByteDifference(a, b)) })
		m[t+"trunc"] = macChanged(func(b []byte) { clear(b[3:]) })
		m[t+"not"] = macChanged(func(b []byte) {
			for i := range b {
				b[i] = ^b[i]
			}
		})
		m[t+"and"] = macJoined(func(a, b byte) byte { return a & b })
		m[t+"or"] = macJoined(func(a, b byte) byte { return a | b })
	}
	return m
}

func macChanged(change func(b []byte)) Kernel {
	return appending(func(c *Call, dst []byte, i int32) ([]byte, error) {
		off := len(dst)
		dst = append(dst, c.Args[0].Bytes(i)...)
		change(dst[off:])
		return dst, nil
	})
}

func macJoined(f func(a, b byte) byte) Kernel {
	return appending(func(c *Call, dst []byte, i int32) ([]byte, error) {
		v, w := c.Args[0].Bytes(i), c.Args[1].Bytes(i)
		for k := range v {
			dst = append(dst, f(v[k], w[k]))
		}
		return dst, nil
	})
}
