package expr_test

import (
	"math/rand/v2"
	"strconv"
	"testing"

	"howdah/expr/exprtest"
	"howdah/types"
)

// bitString gives bit strings of few lengths, so that pairs of one length are frequent.
func bitString(r *rand.Rand) string {
	lengths := []int{0, 1, 3, 7, 8, 9, 9, 9, 16, 31, 32, 33, 64, 65, 100}
	b := make([]byte, lengths[r.IntN(len(lengths))])
	if len(b) > 64 && r.IntN(2) == 0 {
		b = b[:9]
	}
	kind := r.IntN(5)
	for i := range b {
		switch kind {
		case 0:
			b[i] = '0'
		case 1:
			b[i] = '1'
		default:
			b[i] = byte('0' + r.IntN(2))
		}
	}
	return string(b)
}

func bitOffset(r *rand.Rand) string {
	if r.IntN(10) == 0 {
		return exprtest.OneOf(r, "2147483647", "-2147483648", "2147483646", "-2147483647")
	}
	return strconv.Itoa(r.IntN(90) - 20)
}

func TestBitFunctions(t *testing.T) {
	bits := map[types.OID]func(*rand.Rand) string{types.BitOID: bitString, types.VarbitOID: bitString, types.Int4OID: bitOffset}
	length := func(r *rand.Rand) string {
		return exprtest.OneOf(r, "0", "-1", "1", "2", "5", "8", "9", "31", "32", "33", "64", "65", "100")
	}
	part := func(r *rand.Rand) string {
		return exprtest.OneOf(r, "", "0", "1", "01", "110", "00000000", "111111111", "101")
	}
	bit := func(r *rand.Rand) string { return exprtest.OneOf(r, "0", "1", "1", "2", "-1") }
	exprtest.Functions(t, exprtest.Options{Operands: bits, ByArg: map[string]map[int]func(*rand.Rand) string{
		"bitfromint4": {0: exprtest.Operands[types.Int4OID], 1: length}, "bitfromint8": {0: exprtest.Operands[types.Int8OID], 1: length},
		"bitposition": {1: part}, "bitsetbit": {2: bit}, "bit": {1: length}, "varbit": {1: length},
	}}, "biteq", "bitne", "bitlt", "bitle", "bitgt", "bitge", "bitcmp", "bit_and", "bit_or", "bitxor", "bitnot", "bitshiftleft", "bitshiftright",
		"bitcat", "bitsubstr", "bitsubstr_no_len", "bitoverlay", "bitoverlay_no_len", "bitposition", "bitgetbit", "bitsetbit", "bit_bit_count",
		"bitlength", "bit_length(bit)", "bitoctetlength", "bitfromint4", "bitfromint8", "bittoint4", "bittoint8", "bit", "varbit", "bit_send", "varbit_send")
}

func TestBitAggregates(t *testing.T) {
	nine := func(r *rand.Rand) string {
		if r.IntN(60) == 0 {
			return "1"
		}
		return exprtest.OneOf(r, "101010101", "111111111", "000000000", "110010001", "011111110")
	}
	exprtest.Aggregates(t, exprtest.Options{Operands: map[types.OID]func(*rand.Rand) string{types.BitOID: nine}},
		"bit_and(bit)", "bit_or(bit)", "bit_xor(bit)")
}
