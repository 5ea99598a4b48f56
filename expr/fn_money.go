package expr

import (
	"math"

	"howdah/pgerr"
	"howdah/types"
	"howdah/vector"
)

// moneyKernels are the functions and operators of money (cash.c).
var moneyKernels = makeMoneyKernels()

// moneyAggregates has the sum; min and max are those of integers.
var moneyAggregates = map[string]NewAggregate{"sum(money)": flatAggregate(addMonies, intResult)}

func makeMoneyKernels() map[string]Kernel {
	m := map[string]Kernel{
		"cash_send": sendBinary, "cash_cmp": cmpKernel(intOrder),
		"cashlarger": largerKernel(intOrder, 1), "cashsmaller": largerKernel(intOrder, -1),
		"cash_pl":    computed2(columnInts, columnInts, columnInts, func(_ *Call, a, b int64) (int64, error) { return types.AddMoney(a, b) }),
		"cash_mi":    computed2(columnInts, columnInts, columnInts, func(_ *Call, a, b int64) (int64, error) { return types.SubMoney(a, b) }),
		"cash_words": appending(moneyWords),
		"cash_div_cash": computed2(columnInts, columnInts, columnFloats, func(_ *Call, a, b int64) (float64, error) {
			if b == 0 {
				return 0, pgerr.New(pgerr.DivisionByZero, "division by zero")
			}
			return float64(a) / float64(b), nil
		}),
		"int4_cash": moneyOfInt, "int8_cash": moneyOfInt,
		"numeric_cash": func(c *Call, out *vector.Column, sel []int32) error {
			for _, i := range sel {
				cents, err := c.Args[0].Nums[i].Mul(types.NumericFromInt(100))
				if err != nil {
					return err
				}
				if out.Ints[i], err = cents.ToInt(64); err != nil {
					return err
				}
			}
			return nil
		},
		"cash_numeric": func(c *Call, out *vector.Column, sel []int32) error {
			for _, i := range sel {
				out.Nums[i] = types.NewNumeric(c.Args[0].Ints[i], 2)
			}
			return nil
		},
	}
	orderedKernels(m, "cash_", "", columnInts)
	times := computed2(columnInts, columnInts, columnInts, func(_ *Call, a, b int64) (int64, error) { return types.MulMoney(a, b) })
	parts := computed2(columnInts, columnInts, columnInts, func(_ *Call, a, b int64) (int64, error) { return types.DivMoney(a, b) })
	for _, t := range []string{"int2", "int4", "int8"} {
		m["cash_mul_"+t], m[t+"_mul_cash"], m["cash_div_"+t] = times, times, parts
	}
	scaled, shared := computed2(columnInts, columnFloats, columnInts, moneyTimes), computed2(columnInts, columnFloats, columnInts, moneyShare)
	for _, t := range []string{"flt4", "flt8"} {
		m["cash_mul_"+t], m[t+"_mul_cash"], m["cash_div_"+t] = scaled, flipped(scaled), shared
	}
	return m
}

func moneyTimes(_ *Call, a int64, f float64) (int64, error) {
	v := float64(a) * f
	switch {
	case math.IsInf(v, 0) && !math.IsInf(f, 0):
		return 0, errFloatOverflow
	case v == 0 && a != 0 && f != 0:
		return 0, errFloatUnderflow
	}
	return types.RoundMoney(v)
}

func moneyShare(_ *Call, a int64, f float64) (int64, error) {
	v := float64(a) / f
	switch {
	case f == 0:
		return 0, pgerr.New(pgerr.DivisionByZero, "division by zero")
	case math.IsInf(v, 0):
		return 0, errFloatOverflow
	case v == 0 && a != 0 && !math.IsInf(f, 0):
		return 0, errFloatUnderflow
	}
	return types.RoundMoney(v)
}

// moneyOfInt takes a number of dollars.
func moneyOfInt(c *Call, out *vector.Column, sel []int32) error {
	for _, i := range sel {
		v, err := types.MulMoney(c.Args[0].Ints[i], 100)
		if err != nil {
			return pgerr.New(pgerr.NumericValueOutOfRange, "bigint out of range")
		}
		out.Ints[i] = v
	}
	return nil
}

func addMonies(states []intState, c *Call, groups, sel []int32) (int64, error) {
	values := c.Args[0].Ints
	for k, i := range sel {
		s := &states[groups[k]]
		v, err := types.AddMoney(s.v, values[i])
		if err != nil {
			return 0, err
		}
		*s = intState{v, true}
	}
	return 0, nil
}

var (
	numberWords = [...]string{"zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve", "thirteen",
		"fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen"}
	tensWords  = [...]string{2: "twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"}
	powerWords = [...]string{"", " thousand ", " million ", " billion ", " trillion ", " quadrillion "}
)

// appendWords spells a number below 1000.
func appendWords(dst []byte, n uint64) []byte {
	hundreds, rest := n/100, n%100
	if hundreds > 0 {
		dst = append(append(dst, numberWords[hundreds]...), " hundred"...)
		switch {
		case rest == 0:
			return dst
		case rest < 20:
			dst = append(dst, " and "...)
		default:
			dst = append(dst, ' ')
		}
	}
	if rest < 20 {
		return append(dst, numberWords[rest]...)
	}
	dst = append(dst, tensWords[rest/10]...)
	if rest%10 != 0 {
		dst = append(append(dst, ' '), numberWords[rest%10]...)
	}
	return dst
}

// moneyWords is cash_words, the sum as one writes it on a cheque.
func moneyWords(c *Call, dst []byte, i int32) ([]byte, error) {
	v := c.Args[0].Ints[i]
	n, off := uint64(v), len(dst)
	if v < 0 {
		n = -n
		dst = append(dst, "minus "...)
	}
	dollars, cents := n/100, n%100
	start := len(dst)
	for k, power := len(powerWords)-1, uint64(1e15); power > 0; k, power = k-1, power/1000 {
		if part := dollars / power % 1000; part > 0 {
			dst = append(appendWords(dst, part), powerWords[k]...)
		}
	}
	if len(dst) == start {
		dst = append(dst, "zero"...)
	}
	dst = append(dst, " dollar"...)
	if dollars != 1 {
		dst = append(dst, 's')
	}
	dst = appendWords(append(dst, " and "...), cents)
	dst = append(dst, " cent"...)
	if cents != 1 {
		dst = append(dst, 's')
	}
	dst[off] -= 'a' - 'A'
	return dst, nil
}
