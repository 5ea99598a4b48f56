package expr

import "howdah/types"

// bitAggregates combine bit strings of one length.
var bitAggregates = map[string]NewAggregate{
	"bit_and(bit)": flatAggregate(foldBitStrings("AND", andWords), datumResult),
	"bit_or(bit)":  flatAggregate(foldBitStrings("OR", orWords), datumResult),
	"bit_xor(bit)": flatAggregate(foldBitStrings("XOR", xorWords), datumResult),
}

func foldBitStrings(verb string, word func(a, b uint64) uint64) adder[datumState] {
	return func(states []datumState, c *Call, groups, sel []int32) (grown int64, err error) {
		col := c.Args[0]
		for k, i := range sel {
			s, v := &states[groups[k]], col.Bytes(i)
			switch {
			case !s.has:
				s.has = true
				s.v.Bytes = append([]byte(nil), v...)
				grown += int64(cap(s.v.Bytes))
			case types.BitLen(s.v.Bytes) != types.BitLen(v):
				return grown, otherSizes(verb)
			default:
				foldBits(s.v.Bytes[types.BitHeader:], v[types.BitHeader:], word)
			}
		}
		return grown, nil
	}
}
