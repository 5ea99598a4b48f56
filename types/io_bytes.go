package types

import (
	"bytes"
	"hash/maphash"

	"howdah/internal/pgdata"
	"howdah/pgerr"
)

// The hooks of [ParseText] and its like for text, bytea, uuid, json, arrays and records. ok is false for other types.

func parseBytesText(t Type, text []byte, s *Style) (d Datum, ok bool, err error) {
	switch t.OID {
	case TextOID, UnknownOID, CstringOID, RefcursorOID:
		d.Bytes = text
	case JSONOID:
		d.Bytes, err = text, CheckJSON(text)
	case VarcharOID:
		d.Bytes, err = CoerceVarchar(text, t.Typmod, false)
	case BpcharOID:
		if t.Typmod < 4 {
			d.Bytes = text
		} else {
			d.Bytes, err = AppendBpchar(nil, text, t.Typmod, false)
		}
	case NameOID:
		d.Bytes = ClipName(text)
	case ByteaOID, UUIDOID, TidOID, InetOID, CidrOID, MacaddrOID, Macaddr8OID, JSONBOID:
		d.Bytes, err = AppendParsed(nil, t, text, s)
	case JSONPathOID:
		d.Bytes, err = canonicalPath(text)
	case RecordOID:
		err = pgerr.New(pgerr.FeatureNotSupported, "input of anonymous composite types is not implemented")
	case VoidOID:
	case Int2VectorOID, OidVectorOID:
		d.Array, err = parseVector(t, text, s)
	default:
		elem := ElemOf(t.OID)
		if elem == InvalidOID {
			if d.Bytes, ok, err = parseSearchText(t.OID, text); ok {
				return d, true, err
			}
			return parseRangeText(t.OID, text, s)
		}
		d.Array, err = ParseArray(Type{OID: elem, Typmod: t.Typmod}, text, s)
	}
	return d, true, err
}

// AppendParsed is [ParseText] for a type whose values are bytes (KindBytes): it appends the value to dst.
func AppendParsed(dst []byte, t Type, text []byte, s *Style) ([]byte, error) {
	switch t.OID {
	case ByteaOID:
		return ParseBytea(dst, text)
	case UUIDOID:
		return ParseUUID(dst, text)
	case TidOID:
		return ParseTid(dst, text)
	case InetOID, CidrOID:
		return ParseInet(dst, text, t.OID == CidrOID)
	case MacaddrOID:
		return ParseMacaddr(dst, text)
	case Macaddr8OID:
		return ParseMacaddr8(dst, text)
	case JSONBOID:
		return AppendJSONB(dst, text)
	case BitOID, VarbitOID:
		return ParseBits(dst, t, text)
	case TimetzOID:
		v, err := ParseTimetz(text, t.Typmod, s)
		return AppendTimetzBytes(dst, v), err
	}
	if RangeTypeOf(t.OID) != nil {
		return appendParsedRange(dst, t.OID, text, s)
	}
	d, err := ParseText(t, text, s)
	return append(dst, d.Bytes...), err
}

// parseVector reads an int2vector or oidvector: numbers apart by blanks, counted from 0.
func parseVector(t Type, text []byte, s *Style) (*Array, error) {
	a := &Array{Elem: ElemOf(t.OID)}
	for _, f := range bytes.Fields(text) {
		d, err := ParseText(Of(a.Elem), f, s)
		if err != nil {
			return nil, err
		}
		a.Elems = append(a.Elems, d)
	}
	a.Dims = []Dim{{Len: int32(len(a.Elems))}}
	return a, nil
}

func appendBytesText(dst []byte, t Type, d *Datum, s *Style) (out []byte, ok bool) {
	switch t.OID {
	case ByteaOID:
		return AppendBytea(dst, d.Bytes, s.ByteaEscape), true
	case UUIDOID:
		return AppendUUID(dst, d.Bytes), true
	case TidOID:
		return AppendTidText(dst, d.Bytes), true
	case InetOID, CidrOID:
		return AppendInetText(dst, d.Bytes, t.OID == CidrOID), true
	case MacaddrOID, Macaddr8OID:
		return AppendMacaddrText(dst, d.Bytes), true
	case Int2VectorOID, OidVectorOID:
		for i := range d.Array.Elems {
			if i > 0 {
				dst = append(dst, ' ')
			}
			dst = AppendInt(dst, d.Array.Elems[i].Int)
		}
		return dst, true
	case VoidOID:
		return dst, true
	}
	switch KindOf(t.OID) {
	case KindArray:
		return AppendArray(dst, d.Array, s), true
	case KindRecord:
		return AppendRecord(dst, d.Record, s), true
	case KindBytes:
		if out, ok := appendRangeText(dst, t.OID, d.Bytes, s); ok {
			return out, true
		}
		if out, ok := appendSearchText(dst, t.OID, d.Bytes); ok {
			return out, true
		}
		return append(dst, d.Bytes...), true
	}
	return dst, false
}

func parseBytesBinary(t Type, b []byte) (d Datum, ok bool, err error) {
	switch t.OID {
	case ByteaOID:
		d.Bytes = b
		return d, true, nil
	case UUIDOID:
		if len(b) < 16 {
			return d, true, shortMessage()
		}
		if len(b) > 16 {
			return d, true, badBinary("incorrect binary data format")
		}
		d.Bytes = b
		return d, true, nil
	case TidOID:
		if len(b) < 6 {
			return d, true, shortMessage()
		}
		if len(b) > 6 {
			return d, true, badBinary("incorrect binary data format")
		}
		d.Bytes = b
		return d, true, nil
	case InetOID, CidrOID:
		d.Bytes, err = parseInetBinary(b, t.OID == CidrOID)
		return d, true, err
	case MacaddrOID, Macaddr8OID:
		d.Bytes, err = parseMacaddrBinary(t.OID, b)
		return d, true, err
	case JSONBOID, JSONPathOID:
		if len(b) < 1 {
			return d, true, shortMessage()
		}
		if b[0] != 1 {
			name := "jsonb"
			if t.OID == JSONPathOID {
				name = "jsonpath"
			}
			return d, true, pgerr.New(pgerr.InternalError, "unsupported %s version number %d", name, b[0])
		}
		b = b[1:]
		fallthrough
	case TextOID, UnknownOID, CstringOID, RefcursorOID, JSONOID, VarcharOID, BpcharOID:
		if err := CheckText(b); err != nil {
			return d, true, err
		}
		return parseBytesText(t, b, &defaultStyle)
	case NameOID:
		if err := CheckText(b); err != nil {
			return d, true, err
		}
		if len(b) > NameLen {
			return d, true, pgerr.New(pgerr.NameTooLong, "identifier too long").
				WithDetail("Identifier must be less than %d characters.", NameLen+1)
		}
		d.Bytes = b
		return d, true, nil
	case RecordOID:
		return d, true, pgerr.New(pgerr.FeatureNotSupported, "input of anonymous composite types is not implemented")
	case VoidOID:
		return d, true, nil
	}
	if elem := ElemOf(t.OID); elem != InvalidOID {
		d.Array, err = ParseArrayBinary(Type{OID: elem, Typmod: t.Typmod}, b)
		return d, true, err
	}
	if d.Bytes, ok, err = parseSearchBinary(t.OID, b); ok {
		return d, true, err
	}
	return parseRangeBinary(t.OID, b)
}

func appendBytesBinary(dst []byte, t Type, d *Datum) (out []byte, ok bool, err error) {
	switch KindOf(t.OID) {
	case KindArray:
		out, err = AppendArrayBinary(dst, d.Array)
		return out, true, err
	case KindRecord:
		out, err = AppendRecordBinary(dst, d.Record)
		return out, true, err
	}
	switch t.OID {
	case JSONBOID, JSONPathOID:
		dst = append(dst, 1)
		fallthrough
	case TextOID, UnknownOID, CstringOID, RefcursorOID, JSONOID, VarcharOID, BpcharOID, NameOID, ByteaOID, UUIDOID, XMLOID,
		PgNodeTreeOID, TidOID, MacaddrOID, Macaddr8OID:
		return append(dst, d.Bytes...), true, nil
	case InetOID, CidrOID:
		return appendInetBinary(dst, d.Bytes, t.OID == CidrOID), true, nil
	case VoidOID:
		return dst, true, nil
	}
	if RangeTypeOf(t.OID) != nil {
		return append(dst, d.Bytes...), true, nil
	}
	out, ok = appendSearchBinary(dst, t.OID, d.Bytes)
	return out, ok, nil
}

// compareBytes orders what is neither a number nor an interval. All collations here order by bytes.
func compareBytes(t OID, a, b *Datum, collation OID) int {
	switch t {
	case BpcharOID:
		return bytes.Compare(TrimBpchar(a.Bytes), TrimBpchar(b.Bytes))
	case JSONBOID:
		return CompareJSONB(a.Bytes, b.Bytes)
	case InetOID, CidrOID:
		return CompareInet(a.Bytes, b.Bytes)
	case OidVectorOID: // by length first (btoidvectorcmp)
		if c := len(a.Array.Elems) - len(b.Array.Elems); c != 0 {
			return c
		}
	}
	switch KindOf(t) {
	case KindArray:
		return CompareArrays(a.Array, b.Array, collation)
	case KindRecord:
		c, err := CompareRecords(a.Record, b.Record, collation)
		if err != nil { // rows of different shape only meet where the binder did not look; any order will do
			return len(a.Record.Fields) - len(b.Record.Fields)
		}
		return c
	}
	if c, ok := compareRanges(t, a.Bytes, b.Bytes); ok {
		return c
	}
	if c, ok := compareSearch(t, a.Bytes, b.Bytes); ok {
		return c
	}
	return bytes.Compare(a.Bytes, b.Bytes)
}

// hashBytes hashes what is neither a number nor an interval.
func hashBytes(t OID, d *Datum) uint64 {
	switch KindOf(t) {
	case KindArray:
		h := uint64(len(d.Array.Elems))
		for i := range d.Array.Elems {
			h = mixHash(h, d.Array.Elem, &d.Array.Elems[i])
		}
		return h
	case KindRecord:
		h := uint64(len(d.Record.Fields))
		for i := range d.Record.Fields {
			h = mixHash(h, d.Record.Types[i].OID, &d.Record.Fields[i])
		}
		return h
	}
	switch t {
	case BpcharOID:
		return maphash.Bytes(hashSeed, TrimBpchar(d.Bytes))
	case JSONBOID:
		return hashJSONB(d.Bytes)
	}
	if h, ok := hashRange(t, d.Bytes); ok {
		return h
	}
	if h, ok := hashSearch(t, d.Bytes); ok {
		return h
	}
	return maphash.Bytes(hashSeed, d.Bytes)
}

func mixHash(h uint64, t OID, d *Datum) uint64 {
	v := uint64(0x9e3779b97f4a7c15)
	if !d.Null {
		v = Hash(t, d)
	}
	return (h ^ v) * 0xff51afd7ed558ccd
}

// hashJSONB hashes canonical text so that numbers of equal value hash equal: fractions lose their trailing zeros.
func hashJSONB(text []byte) uint64 {
	var h maphash.Hash
	h.SetSeed(hashSeed)
	for i := 0; i < len(text); {
		c := text[i]
		switch {
		case c == '"':
			end := jsonStringEnd(text, i)
			h.Write(text[i:end])
			i = end
		case c == '-' || c >= '0' && c <= '9':
			end := i + 1
			for end < len(text) && (text[end] == '.' || text[end] >= '0' && text[end] <= '9') {
				end++
			}
			n := text[i:end]
			if bytes.IndexByte(n, '.') >= 0 {
				n = bytes.TrimRight(bytes.TrimRight(n, "0"), ".")
			}
			if string(n) == "-0" {
				n = n[1:]
			}
			h.Write(n)
			i = end
		default:
			h.WriteByte(c)
			i++
		}
	}
	return h.Sum64()
}

// jsonStringEnd gives the offset after the string that begins at i, in valid JSON.
func jsonStringEnd(text []byte, i int) int {
	for i++; i < len(text); i++ {
		switch text[i] {
		case '\\':
			i++
		case '"':
			return i + 1
		}
	}
	return len(text)
}

// sqlNames are the types whose SQL name is not that of pg_type.
var sqlNames = map[OID]string{
	BoolOID: "boolean", BpcharOID: "character", CharOID: `"char"`, Float4OID: "real", Float8OID: "double precision",
	Int2OID: "smallint", Int4OID: "integer", Int8OID: "bigint", TimeOID: "time without time zone",
	TimetzOID: "time with time zone", TimestampOID: "timestamp without time zone",
	TimestamptzOID: "timestamp with time zone", VarbitOID: "bit varying", VarcharOID: "character varying",
}

// typeName gives the name that error messages call a type by (format_type_be).
func typeName(t OID) string {
	if name, ok := sqlNames[t]; ok {
		return name
	}
	if p := pgdata.TypeByOID(uint32(t)); p != nil {
		if p.Category == 'A' && p.Elem != 0 && t != Int2VectorOID && t != OidVectorOID {
			return typeName(OID(p.Elem)) + "[]"
		}
		return p.Name
	}
	return "???"
}
