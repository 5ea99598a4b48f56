package types

import (
	"bytes"

	"howdah/pgerr"
)

// ParseRecord reads the text form of a row of these columns (record_in).
func ParseRecord(cols []Column, text []byte, s *Style) (*Record, error) {
	bad := func(detail string) error {
		return pgerr.New(pgerr.InvalidTextRepresentation, "malformed record literal: \"%s\"", text).WithDetail("%s", detail)
	}
	in := text[skipSpace(text, 0):]
	if len(in) == 0 || in[0] != '(' {
		return nil, bad("Missing left parenthesis.")
	}
	in = in[1:]
	r := &Record{}
	for i := range cols {
		c := &cols[i]
		if i > 0 {
			if len(in) == 0 || in[0] != ',' {
				return nil, bad("Too few columns.")
			}
			in = in[1:]
		}
		r.Types, r.Names = append(r.Types, c.Type), append(r.Names, c.Name)
		if len(in) > 0 && (in[0] == ',' || in[0] == ')') {
			r.Fields = append(r.Fields, NullDatum)
			continue
		}
		value, rest, ok := recordField(in)
		if !ok {
			return nil, bad("Unexpected end of input.")
		}
		in = rest
		d, err := ParseField(c, value, s)
		if err != nil {
			return nil, err
		}
		r.Fields = append(r.Fields, d)
	}
	if len(in) == 0 || in[0] != ')' {
		return nil, bad("Too many columns.")
	}
	if rest := in[1:]; skipSpace(rest, 0) < len(rest) {
		return nil, bad("Junk after right parenthesis.")
	}
	return r, nil
}

// recordField takes the quotes and escapes off one field, which ends before a comma or the parenthesis.
func recordField(in []byte) (value, rest []byte, ok bool) {
	value = []byte{}
	for quoted := false; quoted || len(in) > 0 && in[0] != ',' && in[0] != ')'; {
		if len(in) == 0 {
			return nil, nil, false
		}
		c := in[0]
		in = in[1:]
		switch {
		case c == '\\':
			if len(in) == 0 {
				return nil, nil, false
			}
			value = append(value, in[0])
			in = in[1:]
		case c != '"':
			value = append(value, c)
		case quoted && len(in) > 0 && in[0] == '"':
			value = append(value, '"')
			in = in[1:]
		default:
			quoted = !quoted
		}
	}
	return value, in, len(in) > 0
}

// ParseField reads a column's value by its type's input function; a row's by its fields'.
func ParseField(c *Column, text []byte, s *Style) (Datum, error) {
	if c.Record != nil && c.Type.OID == RecordOID {
		r, err := ParseRecord(c.Record.Columns, text, s)
		return Datum{Record: r}, err
	}
	return ParseText(c.Type, bytes.Clone(text), s)
}
