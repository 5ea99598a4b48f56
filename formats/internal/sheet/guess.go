package sheet

import (
	"math"
	"strings"

	"howdah/types"
)

// guess is what a column was seen to hold.
type guess struct {
	seen   uint16 // kinds of values, as bits
	format uint16 // the first number format that says something, plus one
}

const (
	sawInteger uint16 = 1 << iota
	sawDecimal
	sawHuge // a number that only a double holds at sensible length
	sawDate
	sawDateTime
	sawTime
	sawDuration
	sawBool
	sawText

	sawNumber = sawInteger | sawDecimal | sawHuge
)

// learn takes a cell in.
func (g *guess) learn(s *Sheet, c *Cell, text []byte) error {
	switch c.Kind {
	case Bool:
		g.seen |= sawBool
	case Text:
		if c.Len > 0 {
			g.seen |= sawText
		}
	case Shared:
		v, err := s.Shared(c.Off)
		if err != nil {
			return err
		}
		if len(v) > 0 {
			g.seen |= sawText
		}
	case Moment:
		g.learnMoment(s, c, text)
	case Number:
		f := s.format(c.Format)
		if f.Class != General && g.format == 0 && c.Format < math.MaxUint16 {
			g.format = c.Format + 1
		}
		switch {
		case f.Class == AsText:
			g.seen |= sawText
		case f.Class >= Date:
			g.learnMoment(s, c, text)
		default:
			g.learnNumber(text[c.Off:c.Off+c.Len], f.Class)
		}
	}
	return nil
}

func (g *guess) learnMoment(s *Sheet, c *Cell, text []byte) {
	m, err := s.moment(c, text)
	switch {
	case err != nil:
		g.seen |= sawText // told when the value is read
	case m.class == Date:
		g.seen |= sawDate
	case m.class == DateTime:
		g.seen |= sawDateTime
	case m.class == Time:
		g.seen |= sawTime
	default:
		g.seen |= sawDuration
	}
}

func (g *guess) learnNumber(v []byte, class Class) {
	if _, scale, ok := parseExact(v); ok {
		if scale > 0 || class == Decimal {
			g.seen |= sawDecimal
		} else {
			g.seen |= sawInteger
		}
		return
	}
	f, err := parseDouble(v)
	switch {
	case err != nil:
		g.seen |= sawText
	case f > 1e30 || f < -1e30 || f != 0 && f < 1e-20 && f > -1e-20:
		g.seen |= sawHuge
	case f == float64(int64(f)) && f < 1e18 && f > -1e18 && class != Decimal:
		g.seen |= sawInteger
	default:
		g.seen |= sawDecimal
	}
}

// typeOID is the type that holds all that was seen; text if there is none.
func (g guess) typeOID() types.OID {
	switch s := g.seen; {
	case s == 0:
	case s == sawInteger:
		return types.Int8OID
	case s&^(sawInteger|sawDecimal) == 0:
		return types.NumericOID
	case s&^sawNumber == 0:
		return types.Float8OID
	case s == sawDate:
		return types.DateOID
	case s&^(sawDate|sawDateTime) == 0:
		return types.TimestampOID
	case s == sawTime:
		return types.TimeOID
	case s&^(sawTime|sawDuration) == 0:
		return types.IntervalOID
	case s == sawBool:
		return types.BoolOID
	}
	return types.TextOID
}

func (g guess) kinds() string {
	var names []string
	for i, n := range []string{"integers", "decimals", "large numbers", "dates", "timestamps", "times", "durations", "booleans", "texts"} {
		if g.seen>>i&1 != 0 {
			names = append(names, n)
		}
	}
	return strings.Join(names, ", ")
}
