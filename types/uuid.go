package types

import "howdah/pgerr"

// ParseUUID appends the 16 bytes of a uuid in any spelling that PostgreSQL takes: braces around it or not, a hyphen
// after any group of four digits.
func ParseUUID(dst, s []byte) ([]byte, error) {
	in := s
	braces := len(in) > 0 && in[0] == '{'
	if braces {
		in = in[1:]
	}
	for i := range 16 {
		if len(in) < 2 {
			return nil, badUUID(s)
		}
		hi, ok1 := unhex(in[0])
		lo, ok2 := unhex(in[1])
		if !ok1 || !ok2 {
			return nil, badUUID(s)
		}
		dst = append(dst, hi<<4|lo)
		in = in[2:]
		if len(in) > 0 && in[0] == '-' && i%2 == 1 && i < 15 {
			in = in[1:]
		}
	}
	if braces {
		if len(in) == 0 || in[0] != '}' {
			return nil, badUUID(s)
		}
		in = in[1:]
	}
	if len(in) != 0 {
		return nil, badUUID(s)
	}
	return dst, nil
}

func badUUID(s []byte) error {
	return pgerr.New(pgerr.InvalidTextRepresentation, "invalid input syntax for type uuid: \"%s\"", string(s))
}

// AppendUUID appends the text form of 16 bytes.
func AppendUUID(dst, v []byte) []byte {
	for i, b := range v {
		if i == 4 || i == 6 || i == 8 || i == 10 {
			dst = append(dst, '-')
		}
		dst = append(dst, hexDigits[b>>4], hexDigits[b&15])
	}
	return dst
}
