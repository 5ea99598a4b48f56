package expr

import "howdah/types"

// bitAggregates combine bit strings of one length.
var bitAggregates = map[string]NewAggregate{
	"bit_and(bit)": flatAggregate(foldBitStrings("AND", types.BitAnd), datumResult),
	"bit_or(bit)":  flatAggregate(foldBitStrings("OR", types.BitOr), datumResult),
	"bit_xor(bit)": flatAggregate(foldBitStrings("XOR", types.BitXor), datumResult),
}

func foldBitStrings(verb string, op types.BitOp) adder[datumState] {
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
				types.CombineBits(op, s.v.Bytes, v)
			}
		}
		return grown, nil
	}
}
