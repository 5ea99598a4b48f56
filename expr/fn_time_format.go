package expr

import (
	"howdah/types"
	"howdah/vector"
)

// formatKernels are to_char, to_date, to_timestamp and to_number over templates.
var formatKernels = map[string]Kernel{
	"timestamp_to_char":   momentToChar(false),
	"timestamptz_to_char": momentToChar(true),
	"interval_to_char":    intervalToChar,
	"to_timestamp": func(c *Call, out *vector.Column, sel []int32) (err error) {
		for _, i := range sel {
			if out.Ints[i], err = c.dateTemplate(i).ParseTimestamptz(c.Args[0].Bytes(i), c.zone()); err != nil {
				return err
			}
		}
		return nil
	},
	"to_date": func(c *Call, out *vector.Column, sel []int32) (err error) {
		for _, i := range sel {
			if out.Ints[i], err = c.dateTemplate(i).ParseDate(c.Args[0].Bytes(i)); err != nil {
				return err
			}
		}
		return nil
	},
	"numeric_to_number": numericToNumber,
	"numeric_to_char": numberToChar(func(t *types.NumberTemplate, dst []byte, a *vector.Column, i int32) ([]byte, error) {
		return t.AppendNumeric(dst, &a.Nums[i])
	}),
	"int4_to_char": numberToChar(func(t *types.NumberTemplate, dst []byte, a *vector.Column, i int32) ([]byte, error) {
		return t.AppendInt(dst, a.Ints[i], 32)
	}),
	"int8_to_char": numberToChar(func(t *types.NumberTemplate, dst []byte, a *vector.Column, i int32) ([]byte, error) {
		return t.AppendInt(dst, a.Ints[i], 64)
	}),
	"float4_to_char": numberToChar(func(t *types.NumberTemplate, dst []byte, a *vector.Column, i int32) ([]byte, error) {
		return t.AppendFloat(dst, a.Floats[i], 32)
	}),
	"float8_to_char": numberToChar(func(t *types.NumberTemplate, dst []byte, a *vector.Column, i int32) ([]byte, error) {
		return t.AppendFloat(dst, a.Floats[i], 64)
	}),
}

// seenTemplate is a template that a call remembers while its text is the same.
type seenTemplate struct {
	text   string
	date   *types.DateTemplate
	number *types.NumberTemplate
}

func (c *Call) dateTemplate(i int32) *types.DateTemplate {
	text := c.Args[1].Bytes(i)
	seen, ok := c.State.(*seenTemplate)
	if !ok || string(text) != seen.text {
		seen = &seenTemplate{text: string(text), date: types.ParseDateTemplate(text)}
		c.State = seen
	}
	return seen.date
}

func (c *Call) numberTemplate(i int32) (*types.NumberTemplate, error) {
	text := c.Args[1].Bytes(i)
	seen, ok := c.State.(*seenTemplate)
	if !ok || string(text) != seen.text {
		t, err := types.ParseNumberTemplate(text)
		if err != nil {
			return nil, err
		}
		seen = &seenTemplate{text: string(text), number: t}
		c.State = seen
	}
	return seen.number, nil
}

// momentToChar gives NULL for infinities and for an empty template.
func momentToChar(zoned bool) Kernel {
	return func(c *Call, out *vector.Column, sel []int32) (err error) {
		buf := out.Build()
		for _, i := range sel {
			t := c.Args[0].Ints[i]
			if !types.TimestampFinite(t) || len(c.Args[1].Bytes(i)) == 0 {
				out.SetNull(i)
				continue
			}
			off := len(buf)
			if buf, err = c.dateTemplate(i).AppendTimestamp(buf, t, c.zone(), zoned); err != nil {
				return err
			}
			out.Built(i, buf, off)
		}
		return nil
	}
}

func intervalToChar(c *Call, out *vector.Column, sel []int32) (err error) {
	buf := out.Build()
	for _, i := range sel {
		if len(c.Args[1].Bytes(i)) == 0 {
			out.SetNull(i)
			continue
		}
		off := len(buf)
		if buf, err = c.dateTemplate(i).AppendInterval(buf, c.Args[0].Intervals[i]); err != nil {
			return err
		}
		out.Built(i, buf, off)
	}
	return nil
}

// numberToChar gives an empty text for an empty template.
func numberToChar(show func(t *types.NumberTemplate, dst []byte, a *vector.Column, i int32) ([]byte, error)) Kernel {
	return func(c *Call, out *vector.Column, sel []int32) error {
		buf := out.Build()
		for _, i := range sel {
			off := len(buf)
			if len(c.Args[1].Bytes(i)) > 0 {
				t, err := c.numberTemplate(i)
				if err != nil {
					return err
				}
				if buf, err = show(t, buf, c.Args[0], i); err != nil {
					return err
				}
			}
			out.Built(i, buf, off)
		}
		return nil
	}
}

func numericToNumber(c *Call, out *vector.Column, sel []int32) error {
	for _, i := range sel {
		if len(c.Args[1].Bytes(i)) == 0 {
			out.SetNull(i)
			continue
		}
		t, err := c.numberTemplate(i)
		if err != nil {
			return err
		}
		if out.Nums[i], err = t.Parse(c.Args[0].Bytes(i)); err != nil {
			return err
		}
	}
	return nil
}
