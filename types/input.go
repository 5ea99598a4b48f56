package types

// AppendInput appends the stored form of a value of a byte type (KindBytes), read from its text form as [ParseText] does
// it. Where ParseText would give a value of its own this needs none. After an error dst is as it was.
func AppendInput(dst []byte, t Type, text []byte, s *Style) ([]byte, error) {
	var out []byte
	var err error
	switch t.OID {
	case BitOID, VarbitOID:
		out, err = ParseBits(dst, t, text)
	case BpcharOID:
		out, err = AppendBpchar(dst, text, t.Typmod, false)
	case UUIDOID:
		out, err = ParseUUID(dst, text)
	case InetOID, CidrOID:
		out, err = ParseInet(dst, text, t.OID == CidrOID)
	case MacaddrOID:
		out, err = ParseMacaddr(dst, text)
	case Macaddr8OID:
		out, err = ParseMacaddr8(dst, text)
	case JSONBOID:
		out, err = AppendJSONB(dst, text)
	default:
		var d Datum
		if d, err = ParseText(t, text, s); err == nil {
			out = append(dst, d.Bytes...)
		}
	}
	if err != nil {
		return dst, err
	}
	return out, nil
}
