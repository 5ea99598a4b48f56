package expr

import (
	"math"

	"howdah/pgerr"
	"howdah/types"
	"howdah/vector"
)

// Bit strings (varbit.c). Values are in [types.BitLen]'s stored form: a header with the length before the packed bits.

// bitsOrdered is a comparison operator.
func bitsOrdered(want wants) Kernel {
	return func(c *Call, out *vector.Column, sel []int32) error {
		a, b := c.Args[0], c.Args[1]
		for _, i := range sel {
			out.Bools[i] = want[signOf(types.CompareBits(a.Bytes(i), b.Bytes(i)))+1]
		}
		return nil
	}
}

// combineBits makes a kernel of a bitwise operator: by words, into the result's own buffer.
func combineBits(verb string, op types.BitOp) Kernel {
	return func(c *Call, out *vector.Column, sel []int32) error {
		a, b := c.Args[0], c.Args[1]
		dst := out.Build()
		for _, i := range sel {
			x, y := a.Bytes(i), b.Bytes(i)
			if !sameBitLen(x, y) {
				return otherSizes(verb)
			}
			off := len(dst)
			dst = append(dst, x...)
			types.CombineBits(op, dst[off:], y)
			out.Built(i, dst, off)
		}
		return nil
	}
}

// countCombined makes a kernel that counts the ones of what combineBits would make.
func countCombined(verb string, op types.BitOp) Kernel {
	return func(c *Call, out *vector.Column, sel []int32) error {
		a, b := c.Args[0], c.Args[1]
		for _, i := range sel {
			x, y := a.Bytes(i), b.Bytes(i)
			if !sameBitLen(x, y) {
				return otherSizes(verb)
			}
			out.Ints[i] = int64(types.CountCombinedBits(op, x, y))
		}
		return nil
	}
}

// combinedCounts are the kernels for bit_count of an operator's result, by the operator's function.
var combinedCounts = map[string]Kernel{
	"bit_and": countCombined("AND", types.BitAnd), "bit_or": countCombined("OR", types.BitOr), "bitxor": countCombined("XOR", types.BitXor),
}

// compileBitCount compiles bit_count(a & b) and its like as one call, since what is between is only counted; nil if f is
// something else.
func (c *compiler) compileBitCount(f *Func) (node, error) {
	if f.Proc.Src != "bit_bit_count" {
		return nil, nil
	}
	inner, ok := f.Args[0].(*Func)
	if !ok || combinedCounts[inner.Proc.Src] == nil || c.fixed(inner) {
		return nil, nil
	}
	x, err := c.newCaller(inner)
	if err != nil {
		return nil, err
	}
	args, err := c.compileAll(inner.Args)
	if err != nil {
		return nil, err
	}
	x.kernel, x.out, x.call.Result = combinedCounts[inner.Proc.Src], vector.New(f.Typ, 0), f.Typ
	for i, a := range args {
		x.call.Const[i] = fixedNode(a)
	}
	return &funcNode{x, args}, nil
}

func sameBitLen(x, y []byte) bool {
	return len(x) >= types.BitHeader && len(x) == len(y) && [4]byte(x) == [4]byte(y)
}

func otherSizes(verb string) error {
	return pgerr.New(pgerr.StringDataLengthMismatch, "cannot %s bit strings of different sizes", verb)
}

func notBits(c *Call, dst []byte, i int32) ([]byte, error) {
	off := len(dst)
	dst = append(dst, c.Args[0].Bytes(i)...)
	for k := off + types.BitHeader; k < len(dst); k++ {
		dst[k] = ^dst[k]
	}
	types.PadBits(dst[off:])
	return dst, nil
}

// shiftBits moves to the right (1) or to the left (-1).
func shiftBits(direction int) Kernel {
	return appending(func(c *Call, dst []byte, i int32) ([]byte, error) {
		return types.AppendShiftedBits(dst, c.Args[0].Bytes(i), direction*int(c.Args[1].Ints[i])), nil
	})
}

// bitRange is where bitsubstring cuts: bits from (from 0) and their number.
func bitRange(total, start int64, length int64, toEnd bool) (from, n int, err error) {
	s, e := max(start, 1), total+1
	if !toEnd {
		if length < 0 {
			return 0, 0, pgerr.New(pgerr.SubstringError, "negative substring length not allowed")
		}
		e = min(start+length, total+1)
	}
	if s > total || e <= s {
		return 0, 0, nil
	}
	return int(s - 1), int(e - s), nil
}

func subBits(toEnd bool) Kernel {
	return appending(func(c *Call, dst []byte, i int32) ([]byte, error) {
		v, length := c.Args[0].Bytes(i), int64(0)
		if !toEnd {
			length = c.Args[2].Ints[i]
		}
		from, n, err := bitRange(int64(types.BitLen(v)), c.Args[1].Ints[i], length, toEnd)
		if err != nil {
			return nil, err
		}
		return types.AppendSubBits(dst, v, from, n), nil
	})
}

// overlayBits puts argument 1 in place of a part of argument 0, as long as itself unless said otherwise.
// bitParts is the scratch of overlay.
type bitParts struct{ head, joined, tail []byte }

func overlayBits(c *Call, dst []byte, i int32) ([]byte, error) {
	v, by, start := c.Args[0].Bytes(i), c.Args[1].Bytes(i), c.Args[2].Ints[i]
	length := int64(types.BitLen(by))
	if len(c.Args) > 3 {
		length = c.Args[3].Ints[i]
	}
	total := int64(types.BitLen(v))
	if start <= 0 {
		return nil, pgerr.New(pgerr.SubstringError, "negative substring length not allowed")
	}
	after := start + length
	if after != int64(int32(after)) {
		return nil, pgerr.New(pgerr.NumericValueOutOfRange, "integer out of range")
	}
	from, n, err := bitRange(total, 1, start-1, false)
	if err != nil {
		return nil, err
	}
	s := ready[bitParts](c)
	s.head = types.AppendSubBits(s.head[:0], v, from, n)
	if from, n, err = bitRange(total, after, 0, true); err != nil {
		return nil, err
	}
	s.tail = types.AppendSubBits(s.tail[:0], v, from, n)
	if s.joined, err = types.AppendJoinedBits(s.joined[:0], s.head, by); err != nil {
		return nil, err
	}
	return types.AppendJoinedBits(dst, s.joined, s.tail)
}

// bitPosition finds argument 1 in argument 0, from 1; 0 where it is not.
func bitPosition(c *Call, i int32) (int64, error) {
	v, part := c.Args[0].Bytes(i), c.Args[1].Bytes(i)
	n, m := types.BitLen(v), types.BitLen(part)
	switch {
	case n == 0 || m > n:
		return 0, nil
	case m == 0:
		return 1, nil
	}
	v, part = v[types.BitHeader:], part[types.BitHeader:]
	for at := 0; at+m <= n; at++ {
		if hasBitsAt(v, at, part, m) {
			return int64(at + 1), nil
		}
	}
	return 0, nil
}

// hasBitsAt tells whether the m bits of part stand in v from bit at on; v is long enough.
func hasBitsAt(v []byte, at int, part []byte, m int) bool {
	k, shift := at/8, at%8
	for _, want := range part {
		b := v[k] << shift
		if shift > 0 && k+1 < len(v) {
			b |= v[k+1] >> (8 - shift)
		}
		if m < 8 {
			b &^= 0xff >> m
		}
		if b != want {
			return false
		}
		k++
		m -= 8
	}
	return true
}

func badBitIndex(n int64, total int) error {
	return pgerr.New(pgerr.ArraySubscriptError, "bit index %d out of valid range (0..%d)", n, total-1)
}

func bitAt(c *Call, i int32) (int64, error) {
	v, n := c.Args[0].Bytes(i), c.Args[1].Ints[i]
	if total := types.BitLen(v); n < 0 || n >= int64(total) {
		return 0, badBitIndex(n, total)
	}
	return int64(v[types.BitHeader+n/8] >> (7 - n%8) & 1), nil
}

func setBitAt(c *Call, dst []byte, i int32) ([]byte, error) {
	v, n, bit := c.Args[0].Bytes(i), c.Args[1].Ints[i], c.Args[2].Ints[i]
	if total := types.BitLen(v); n < 0 || n >= int64(total) {
		return nil, badBitIndex(n, total)
	}
	if bit != 0 && bit != 1 {
		return nil, pgerr.New(pgerr.InvalidParameterValue, "new bit must be 0 or 1")
	}
	off := len(dst)
	dst = append(dst, v...)
	at := &dst[off+types.BitHeader+int(n/8)]
	*at = *at&^(1<<(7-n%8)) | byte(bit)<<(7-n%8)
	return dst, nil
}

func countBits(c *Call, out *vector.Column, sel []int32) error {
	a := c.Args[0]
	for _, i := range sel {
		out.Ints[i] = int64(types.CountBits(a.Bytes(i)))
	}
	return nil
}

func bitLengthOf(c *Call, out *vector.Column, sel []int32) error {
	a := c.Args[0]
	for _, i := range sel {
		out.Ints[i] = int64(types.BitLen(a.Bytes(i)))
	}
	return nil
}

func bitsOfInt(c *Call, dst []byte, i int32) ([]byte, error) {
	n := c.Args[1].Ints[i]
	if n <= 0 || n > types.MaxBits {
		n = 1
	}
	return types.AppendIntBits(dst, c.Args[0].Ints[i], int(n)), nil
}

// intOfBits makes an integer of so many bits, the highest of them being its sign.
func intOfBits(size int, name string) Kernel {
	return counting(func(c *Call, i int32) (int64, error) {
		v := c.Args[0].Bytes(i)
		if types.BitLen(v) > size {
			return 0, pgerr.New(pgerr.NumericValueOutOfRange, "%s out of range", name)
		}
		n := int64(types.IntOfBits(v))
		if size == 32 && n > math.MaxInt32 {
			n = int64(int32(n))
		}
		return n, nil
	})
}

// castBits is the cast to a length.
func castBits(f func(dst, v []byte, typmod int32, explicit bool) ([]byte, error)) Kernel {
	return appending(func(c *Call, dst []byte, i int32) ([]byte, error) {
		return f(dst, c.Args[0].Bytes(i), int32(c.Args[1].Ints[i]), c.Args[2].Bools[i])
	})
}

var bitKernels = map[string]Kernel{
	"biteq": bytesEqual(false), "bitne": bytesEqual(true),
	"bitlt": bitsOrdered(wantLT), "bitle": bitsOrdered(wantLE), "bitgt": bitsOrdered(wantGT), "bitge": bitsOrdered(wantGE),
	"bitcmp":  compareRows(types.CompareBits),
	"bit_and": combineBits("AND", types.BitAnd), "bit_or": combineBits("OR", types.BitOr), "bitxor": combineBits("XOR", types.BitXor),
	"bitnot": appending(notBits), "bitshiftleft": shiftBits(-1), "bitshiftright": shiftBits(1),
	"bitcat": appending(func(c *Call, dst []byte, i int32) ([]byte, error) {
		return types.AppendJoinedBits(dst, c.Args[0].Bytes(i), c.Args[1].Bytes(i))
	}),
	"bitsubstr": subBits(false), "bitsubstr_no_len": subBits(true),
	"bitoverlay": appending(overlayBits), "bitoverlay_no_len": appending(overlayBits),
	"bitposition": counting(bitPosition), "bitgetbit": counting(bitAt), "bitsetbit": appending(setBitAt),
	"bit_bit_count": countBits, "bitlength": bitLengthOf, "bit_length(bit)": bitLengthOf,
	"bitoctetlength": counting(func(c *Call, i int32) (int64, error) { return int64(len(c.Args[0].Bytes(i)) - types.BitHeader), nil }),
	"bitfromint4":    appending(bitsOfInt), "bitfromint8": appending(bitsOfInt),
	"bittoint4": intOfBits(32, "integer"), "bittoint8": intOfBits(64, "bigint"),
	"bit": castBits(types.AppendBit), "varbit": castBits(types.AppendVarbit),
	"bit_send": slicing(wholeValue), "varbit_send": slicing(wholeValue),
}
