package types

import (
	"math"
	"strconv"

	"howdah/pgerr"
)

// Templates of to_char and to_number for numbers (formatting.c). The locale is C: a point, commas, a blank for the
// currency.

// NumberTemplate is a template for numbers, read once. It serves one goroutine at a time.
type NumberTemplate struct {
	nodes []numNode

	pre, post   int // digits before and after the point
	multi       int // digits behind V
	signBefore  int // digits before S
	zeroStart   int // the first digit that is shown as 0, from 1; 0 = none
	zeroEnd     int
	sign        numSign
	decimal     bool
	fill        bool
	zero        bool
	blank       bool
	hasSign     bool // S
	bracket     bool // PR
	minus, plus bool
	roman       bool
	multiplied  bool // V
	scientific  bool // EEEE

	one  *NumberTemplate // scratch: the template as one value wants it
	text []byte          // scratch: its digits
}

type numSign uint8

const (
	signNone numSign = iota
	signPre
	signPost
)

type numNode struct {
	id   numID
	text []byte // of what is no key
}

type numID uint8

const (
	numText numID = iota
	numComma
	numPoint
	numZero
	numNine
	numB
	numC
	numEEEE
	numFM
	numG
	numL
	numMI
	numPL
	numPR
	numRN
	numSmallRN
	numSG
	numSP
	numS
	numTH
	numSmallTH
	numV
)

var numKeys = []struct {
	name string
	id   numID
}{
	{",", numComma}, {".", numPoint}, {"0", numZero}, {"9", numNine}, {"B", numB}, {"C", numC}, {"D", numPoint}, {"EEEE", numEEEE}, {"FM", numFM}, {"G", numG}, {"L", numL},
	{"MI", numMI}, {"PL", numPL}, {"PR", numPR}, {"RN", numRN}, {"SG", numSG}, {"SP", numSP}, {"S", numS}, {"TH", numTH}, {"V", numV},
	{"b", numB}, {"c", numC}, {"d", numPoint}, {"eeee", numEEEE}, {"fm", numFM}, {"g", numG}, {"l", numL},
	{"mi", numMI}, {"pl", numPL}, {"pr", numPR}, {"rn", numSmallRN}, {"sg", numSG}, {"sp", numSP}, {"s", numS}, {"th", numSmallTH}, {"v", numV},
}

// ParseNumberTemplate reads a template.
func ParseNumberTemplate(b []byte) (*NumberTemplate, error) {
	t := &NumberTemplate{}
next:
	for len(b) > 0 {
		for _, k := range numKeys {
			if hasPrefix(b, k.name) {
				if err := t.note(k.id); err != nil {
					return nil, err
				}
				t.nodes = append(t.nodes, numNode{id: k.id})
				b = b[len(k.name):]
				continue next
			}
		}
		b = quotedText(b, func(c []byte, _ bool) { t.nodes = append(t.nodes, numNode{text: append([]byte(nil), c...)}) })
	}
	if t.zeroStart > 0 {
		t.zeroStart--
	}
	return t, nil
}

func badTemplate(text string) *pgerr.Error { return pgerr.New(pgerr.SyntaxError, "%s", text) }

// note takes in what a key says of the whole (NUMDesc_prepare).
func (t *NumberTemplate) note(id numID) error {
	if t.scientific && id != numEEEE {
		return badTemplate(`"EEEE" must be the last pattern used`)
	}
	switch id {
	case numNine:
		switch {
		case t.bracket:
			return badTemplate(`"9" must be ahead of "PR"`)
		case t.multiplied:
			t.multi++
		case t.decimal:
			t.post++
		default:
			t.pre++
		}
	case numZero:
		if t.bracket {
			return badTemplate(`"0" must be ahead of "PR"`)
		}
		if !t.zero && !t.decimal {
			t.zero, t.zeroStart = true, t.pre+1
		}
		if t.decimal {
			t.post++
		} else {
			t.pre++
		}
		t.zeroEnd = t.pre + t.post
	case numB:
		if t.pre == 0 && t.post == 0 && !t.zero {
			t.blank = true
		}
	case numPoint:
		if t.decimal {
			return badTemplate("multiple decimal points")
		}
		if t.multiplied {
			return badTemplate(`cannot use "V" and decimal point together`)
		}
		t.decimal = true
	case numFM:
		t.fill = true
	case numS:
		if t.hasSign {
			return badTemplate(`cannot use "S" twice`)
		}
		if t.plus || t.minus || t.bracket {
			return badTemplate(`cannot use "S" and "PL"/"MI"/"SG"/"PR" together`)
		}
		t.hasSign = true
		if t.decimal {
			t.sign = signPost
		} else {
			t.sign, t.signBefore = signPre, t.pre
		}
	case numMI:
		if t.hasSign {
			return badTemplate(`cannot use "S" and "MI" together`)
		}
		t.minus = true
	case numPL:
		if t.hasSign {
			return badTemplate(`cannot use "S" and "PL" together`)
		}
		t.plus = true
	case numSG:
		if t.hasSign {
			return badTemplate(`cannot use "S" and "SG" together`)
		}
		t.minus, t.plus = true, true
	case numPR:
		if t.hasSign || t.plus || t.minus {
			return badTemplate(`cannot use "PR" and "S"/"PL"/"MI"/"SG" together`)
		}
		t.bracket = true
	case numRN, numSmallRN:
		t.roman = true
	case numV:
		if t.decimal {
			return badTemplate(`cannot use "V" and decimal point together`)
		}
		t.multiplied = true
	case numEEEE:
		if t.scientific {
			return badTemplate(`cannot use "EEEE" twice`)
		}
		if t.blank || t.fill || t.hasSign || t.bracket || t.minus || t.plus || t.roman || t.multiplied {
			return badTemplate(`"EEEE" is incompatible with other formats`).
				WithDetail(`"EEEE" may only be used together with digit and decimal point patterns.`)
		}
		t.scientific = true
	}
	return nil
}

// forOne gives a copy for one value.
func (t *NumberTemplate) forOne() *NumberTemplate {
	if t.one == nil {
		t.one = new(NumberTemplate)
	}
	one := t.one
	*one = *t
	return one
}

func filled(n int) []byte {
	b := make([]byte, n)
	for i := range b {
		b[i] = '#'
	}
	return b
}

// tooWide is shown where an exponent cannot be.
func (t *NumberTemplate) tooWide() []byte {
	b := filled(t.pre + t.post + 6)
	b[0], b[t.pre+1] = ' ', '.'
	return b
}

// AppendNumeric formats a numeric.
func (t *NumberTemplate) AppendNumeric(dst []byte, v *Numeric) ([]byte, error) {
	d := t.forOne()
	switch {
	case t.roman:
		i, err := numericToInt4(v)
		if err != nil {
			return dst, err
		}
		return d.process(dst, roman(i), 0, 0)
	case t.scientific:
		if !v.IsFinite() {
			return append(dst, t.tooWide()...), nil
		}
		text, err := scientific(v, t.post)
		if err != nil {
			return dst, err
		}
		if text[0] != '-' {
			dst = append(dst, ' ')
		}
		return append(dst, text...), nil
	}
	x := *v
	if t.multiplied {
		ten, err := NumericFromInt(10).Power(NumericFromInt(int64(t.multi)))
		if err == nil {
			x, err = x.Mul(ten)
		}
		if err != nil {
			return dst, err
		}
		d.pre += t.multi
	}
	x, err := x.Round(t.post)
	if err != nil {
		return dst, err
	}
	t.text = AppendNumeric(t.text[:0], &x)
	return d.digits(dst, t.text)
}

// AppendInt formats an integer of 32 or 64 bits.
func (t *NumberTemplate) AppendInt(dst []byte, v int64, bits int) ([]byte, error) {
	d := t.forOne()
	switch {
	case t.roman:
		if v != int64(int32(v)) {
			return dst, pgerr.New(pgerr.NumericValueOutOfRange, "integer out of range")
		}
		return d.process(dst, roman(v), 0, 0)
	case t.scientific && bits == 64:
		n := NumericFromInt(v)
		return t.AppendNumeric(dst, &n)
	case t.scientific:
		return append(dst, floatScientific(float64(v), t.post)...), nil
	}
	if t.multiplied {
		if bits == 64 {
			ten := math.RoundToEven(math.Pow(10, float64(t.multi)))
			if !fitsInt64(ten) {
				return dst, pgerr.New(pgerr.NumericValueOutOfRange, "bigint out of range")
			}
			var ok bool
			if v, ok = mulAdd(0, v, int64(ten)); !ok {
				return dst, pgerr.New(pgerr.NumericValueOutOfRange, "bigint out of range")
			}
		} else {
			ten := math.Pow(10, float64(t.multi))
			factor := int32(math.MinInt32) // what does not fit becomes the least integer
			if ten < 1<<31 {
				factor = int32(ten)
			}
			v = int64(int32(v) * factor)
		}
		d.pre += t.multi
	}
	text := AppendInt(t.text[:0], v)
	if t.post > 0 {
		text = append(text, '.')
		for range t.post {
			text = append(text, '0')
		}
	}
	t.text = text
	return d.digits(dst, text)
}

// AppendFloat formats a real (32) or a double precision (64).
func (t *NumberTemplate) AppendFloat(dst []byte, v float64, bits int) ([]byte, error) {
	d := t.forOne()
	finite := !math.IsNaN(v) && !math.IsInf(v, 0)
	switch {
	case t.roman:
		i := int64(math.MinInt32)
		if r := math.RoundToEven(v); r > -1<<31 && r < 1<<31 {
			i = int64(r)
		}
		return d.process(dst, roman(i), 0, 0)
	case t.scientific && !finite:
		return append(dst, t.tooWide()...), nil
	case t.scientific:
		return append(dst, floatScientific(v, t.post)...), nil
	}
	most := 15
	if bits == 32 {
		most = 6
	}
	if t.multiplied {
		if bits == 32 {
			v = float64(float32(v) * float32(math.Pow(10, float64(t.multi))))
		} else {
			v *= math.Pow(10, float64(t.multi))
		}
		d.pre += t.multi
	}
	t.text = plainFloat(t.text[:0], math.Abs(v), 0)
	width := len(t.text)
	if width >= most {
		d.post = 0
	} else {
		d.post = min(d.post, most-width)
	}
	t.text = plainFloat(t.text[:0], v, d.post)
	return d.digits(dst, t.text)
}

// plainFloat appends C's %.*f.
func plainFloat(dst []byte, v float64, digits int) []byte {
	switch {
	case math.IsNaN(v):
		return append(dst, "NaN"...)
	case math.IsInf(v, 1):
		return append(dst, "Infinity"...)
	case math.IsInf(v, -1):
		return append(dst, "-Infinity"...)
	}
	return strconv.AppendFloat(dst, v, 'f', digits, 64)
}

// floatScientific is C's %+.*e with a blank for a plus.
func floatScientific(v float64, digits int) []byte {
	b := strconv.AppendFloat(nil, v, 'e', digits, 64)
	if b[0] == '-' {
		return b
	}
	return append([]byte{' '}, b...)
}

// scientific gives a numeric as d.ddde+dd. Rounding may leave two digits before the point.
func scientific(v *Numeric, digits int) ([]byte, error) {
	exponent := 0
	if v.Sign() != 0 {
		text := AppendNumeric(nil, v)
		point, firstDigit := len(text), -1
		for i, c := range text {
			if c == '.' {
				point = i
			} else if firstDigit < 0 && c >= '1' && c <= '9' {
				firstDigit = i
			}
		}
		if exponent = point - firstDigit; exponent > 0 {
			exponent--
		}
	}
	shift, err := ParseNumeric([]byte("1e" + strconv.Itoa(-exponent)))
	if err != nil {
		return nil, err
	}
	n, err := v.Mul(shift)
	if err == nil {
		n, err = n.Round(digits)
	}
	if err != nil {
		return nil, err
	}
	b := append(AppendNumeric(nil, &n), 'e')
	if exponent < 0 {
		b, exponent = append(b, '-'), -exponent
	} else {
		b = append(b, '+')
	}
	if exponent < 10 {
		b = append(b, '0')
	}
	return AppendInt(b, int64(exponent)), nil
}

func numericToInt4(v *Numeric) (int64, error) {
	switch {
	case v.IsNaN():
		return 0, pgerr.New(pgerr.FeatureNotSupported, "cannot convert NaN to integer")
	case !v.IsFinite():
		return 0, pgerr.New(pgerr.FeatureNotSupported, "cannot convert infinity to integer")
	}
	i, ok := v.Int()
	if !ok || i != int64(int32(i)) {
		return 0, pgerr.New(pgerr.NumericValueOutOfRange, "integer out of range")
	}
	return i, nil
}

// roman gives a number below 4000 in Roman figures.
func roman(v int64) []byte {
	if v < 1 || v > 3999 {
		return filled(15)
	}
	var b []byte
	for _, r := range []struct {
		value int64
		text  string
	}{{1000, "M"}, {900, "CM"}, {500, "D"}, {400, "CD"}, {100, "C"}, {90, "XC"}, {50, "L"}, {40, "XL"}, {10, "X"}, {9, "IX"}, {5, "V"}, {4, "IV"}, {1, "I"}} {
		for ; v >= r.value; v -= r.value {
			b = append(b, r.text...)
		}
	}
	return b
}

// digits formats a plain decimal number.
func (t *NumberTemplate) digits(dst, text []byte) ([]byte, error) {
	sign := byte('+')
	if text[0] == '-' {
		sign, text = '-', text[1:]
	}
	pre := len(text)
	for i, c := range text {
		if c == '.' {
			pre = i
			break
		}
	}
	spaces := 0
	if pre < t.pre {
		spaces = t.pre - pre
	} else if pre > t.pre {
		text = filled(t.pre + t.post + 1)
		text[t.pre] = '.'
	}
	return t.process(dst, text, spaces, sign)
}
