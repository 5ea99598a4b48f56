package expr

import (
	"bytes"

	"howdah/types"
	"howdah/vector"
)

// wants says for which results (-1, 0, 1, moved by one) of a comparison an operator is true.
type wants [3]bool

var (
	wantEQ = wants{false, true, false}
	wantNE = wants{true, false, true}
	wantLT = wants{true, false, false}
	wantLE = wants{true, true, false}
	wantGT = wants{false, false, true}
	wantGE = wants{false, true, true}
)

func signOf(c int) int {
	switch {
	case c < 0:
		return -1
	case c > 0:
		return 1
	}
	return 0
}

// bytesOrdered compares by bytes, the order of every collation here.
func bytesOrdered(want wants) Kernel {
	return func(c *Call, out *vector.Column, sel []int32) error {
		a, b := c.Args[0], c.Args[1]
		if len(sel) > 0 && c.Const[1] {
			v := b.Bytes(sel[0])
			for _, i := range sel {
				out.Bools[i] = want[bytes.Compare(a.Bytes(i), v)+1]
			}
			return nil
		}
		for _, i := range sel {
			out.Bools[i] = want[bytes.Compare(a.Bytes(i), b.Bytes(i))+1]
		}
		return nil
	}
}

// bytesEqual is = (or <>): lengths decide most rows.
func bytesEqual(not bool) Kernel {
	return func(c *Call, out *vector.Column, sel []int32) error {
		a, b := c.Args[0], c.Args[1]
		if c.Const[0] && !c.Const[1] {
			a, b = b, a
		}
		if len(sel) > 0 && (c.Const[1] || c.Const[0]) {
			v := string(b.Bytes(sel[0]))
			n := uint32(len(v))
			for _, i := range sel {
				s := a.Spans[i]
				out.Bools[i] = (s.Len == n && string(a.Buf[s.Off:s.Off+n]) == v) != not
			}
			return nil
		}
		for _, i := range sel {
			s, t := a.Spans[i], b.Spans[i]
			out.Bools[i] = (s.Len == t.Len && string(a.Buf[s.Off:s.Off+s.Len]) == string(b.Buf[t.Off:t.Off+t.Len])) != not
		}
		return nil
	}
}

// bpcharOrdered compares without trailing blanks.
func bpcharOrdered(want wants) Kernel {
	return func(c *Call, out *vector.Column, sel []int32) error {
		a, b := c.Args[0], c.Args[1]
		for _, i := range sel {
			out.Bools[i] = want[bytes.Compare(types.TrimBpchar(a.Bytes(i)), types.TrimBpchar(b.Bytes(i)))+1]
		}
		return nil
	}
}

func charOrdered(want wants) Kernel {
	return func(c *Call, out *vector.Column, sel []int32) error {
		a, b := c.Args[0].Ints, c.Args[1].Ints
		for _, i := range sel {
			out.Bools[i] = want[signOf(int(uint8(a[i]))-int(uint8(b[i])))+1]
		}
		return nil
	}
}

// greater gives the larger (or smaller) argument, of equal ones the second unless firstOfEqual.
func greater(compare func(a, b []byte) int, smaller, firstOfEqual bool) Kernel {
	return appending(func(c *Call, dst []byte, i int32) ([]byte, error) {
		a, b := c.Args[0].Bytes(i), c.Args[1].Bytes(i)
		d := compare(a, b)
		if smaller {
			d = -d
		}
		if d > 0 || d == 0 && firstOfEqual {
			return append(dst, a...), nil
		}
		return append(dst, b...), nil
	})
}

func compareBpchar(a, b []byte) int {
	return bytes.Compare(types.TrimBpchar(a), types.TrimBpchar(b))
}

var textCompareKernels = func() map[string]Kernel {
	m := map[string]Kernel{
		"text_larger": greater(bytes.Compare, false, false), "text_smaller": greater(bytes.Compare, true, false),
		"bpchar_larger": greater(compareBpchar, false, true), "bpchar_smaller": greater(compareBpchar, true, true),
		"bpchareq": bpcharOrdered(wantEQ), "bpcharne": bpcharOrdered(wantNE),
		"chareq": charOrdered(wantEQ), "charne": charOrdered(wantNE),
	}
	for _, src := range []string{"texteq", "nameeq", "nameeqtext", "texteqname", "byteaeq", "uuid_eq", "tideq"} {
		m[src] = bytesEqual(false)
	}
	for _, src := range []string{"textne", "namene", "namenetext", "textnename", "byteane", "uuid_ne", "tidne"} {
		m[src] = bytesEqual(true)
	}
	for op, want := range map[string]wants{"lt": wantLT, "le": wantLE, "gt": wantGT, "ge": wantGE} {
		k := bytesOrdered(want)
		for _, src := range []string{"text_" + op, "text_pattern_" + op, "name" + op, "name" + op + "text", "text" + op + "name", "bytea" + op, "uuid_" + op, "tid" + op} {
			m[src] = k
		}
		m["bpchar"+op], m["bpchar_pattern_"+op] = bpcharOrdered(want), bpcharOrdered(want)
		m["char"+op] = charOrdered(want)
	}
	return m
}()
