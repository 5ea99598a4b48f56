package types

func parseNumberText(t Type, text []byte, s *Style) (d Datum, ok bool, err error) {
	switch t.OID {
	case BoolOID:
		d.Bool, err = ParseBool(text)
	case Int2OID:
		d.Int, err = ParseInt2(text)
	case Int4OID:
		d.Int, err = ParseInt4(text)
	case Int8OID:
		d.Int, err = ParseInt8(text)
	case OidOID:
		d.Int, err = ParseOID(text)
	case XidOID, CidOID:
		d.Int = parseXid(text)
	case MoneyOID:
		d.Int, err = ParseMoney(text)
	case CharOID:
		d.Int = ParseChar(text)
	case Float4OID:
		d.Float, err = ParseFloat4(text)
	case Float8OID:
		d.Float, err = ParseFloat8(text)
	case NumericOID:
		d.Num, err = ParseNumericMod(text, t.Typmod)
	default:
		if !isReg(t.OID) {
			return d, false, nil
		}
		d.Int, err = parseReg(t.OID, text, s)
	}
	return d, true, err
}

func appendNumberText(dst []byte, t Type, d *Datum, s *Style) (out []byte, ok bool) {
	switch t.OID {
	case BoolOID:
		return AppendBool(dst, d.Bool), true
	case Int2OID, Int4OID, Int8OID, OidOID, XidOID, CidOID:
		return AppendInt(dst, d.Int), true
	case CharOID:
		return AppendChar(dst, d.Int), true
	case MoneyOID:
		return AppendMoney(dst, d.Int), true
	case Float4OID:
		return AppendFloat4(dst, d.Float, s.ExtraFloatDigits), true
	case Float8OID:
		return AppendFloat8(dst, d.Float, s.ExtraFloatDigits), true
	case NumericOID:
		return AppendNumeric(dst, &d.Num), true
	}
	if isReg(t.OID) {
		return appendReg(dst, t.OID, d.Int, s), true
	}
	return dst, false
}

func parseNumberBinary(t Type, b []byte) (d Datum, ok bool, err error) {
	switch t.OID {
	case BoolOID:
		if err = wantLen(b, 1); err == nil {
			d.Bool = b[0] != 0
		}
	case CharOID:
		if err = wantLen(b, 1); err == nil {
			d.Int = int64(b[0])
		}
	case Int2OID:
		if err = wantLen(b, 2); err == nil {
			d.Int = int64(int16(beUint(b)))
		}
	case Int4OID:
		if err = wantLen(b, 4); err == nil {
			d.Int = int64(int32(beUint(b)))
		}
	case Int8OID, MoneyOID:
		if err = wantLen(b, 8); err == nil {
			d.Int = int64(beUint(b))
		}
	case Float4OID, Float8OID:
		d.Float, err = parseFloatBinary(b, t.OID)
	case NumericOID:
		d.Num, err = ParseNumericBinary(b, t.Typmod)
	default:
		if !isOIDLike(t.OID) {
			return d, false, nil
		}
		if err = wantLen(b, 4); err == nil {
			d.Int = int64(beUint(b))
		}
	}
	return d, true, err
}

func appendNumberBinary(dst []byte, t Type, d *Datum) (out []byte, ok bool) {
	switch t.OID {
	case BoolOID:
		if d.Bool {
			return append(dst, 1), true
		}
		return append(dst, 0), true
	case CharOID:
		return append(dst, byte(d.Int)), true
	case Int2OID:
		return AppendInt2Binary(dst, d.Int), true
	case Int4OID:
		return AppendInt4Binary(dst, d.Int), true
	case Int8OID, MoneyOID:
		return AppendInt8Binary(dst, d.Int), true
	case Float4OID:
		return AppendFloat4Binary(dst, d.Float), true
	case Float8OID:
		return AppendFloat8Binary(dst, d.Float), true
	case NumericOID:
		return AppendNumericBinary(dst, &d.Num), true
	}
	if isOIDLike(t.OID) {
		return AppendInt4Binary(dst, d.Int), true
	}
	return dst, false
}
