package types

import (
	"math"
	"math/bits"
	"strconv"

	"howdah/pgerr"
)

// Names resolves the names that reg types read and print. A [Style] carries it where there is a catalog.
type Names interface {
	// RegName gives the text form of an object under a reg type, false where no such object exists.
	RegName(t OID, object OID) (string, bool)
	// RegOID looks an object up by its text form; the error is PostgreSQL's.
	RegOID(t OID, text string) (OID, error)
}

// isOIDLike tells the types that are unsigned 32-bit numbers.
func isOIDLike(t OID) bool { return t == OidOID || t == XidOID || t == CidOID || isReg(t) }

func isReg(t OID) bool {
	switch t {
	case RegprocOID, RegprocedureOID, RegoperOID, RegoperatorOID, RegclassOID, RegtypeOID, RegnamespaceOID, RegroleOID,
		RegcollationOID, RegconfigOID, RegdictionaryOID:
		return true
	}
	return false
}

// ParseOID reads an oid as oidin does, which lets negative int4 values pass as their unsigned twins.
func ParseOID(b []byte) (int64, error) {
	v, end, overflow := strtoul(b, 10)
	if end == 0 {
		return 0, badSyntax(b, "oid")
	}
	if overflow {
		return 0, outOfRange(b, "oid")
	}
	if skipSpace(b, end) != len(b) {
		return 0, badSyntax(b, "oid")
	}
	if v > math.MaxUint32 && v != uint64(int64(int32(v))) {
		return 0, outOfRange(b, "oid")
	}
	return int64(uint32(v)), nil
}

// parseXid reads an xid or cid as PostgreSQL 15 does: C's strtoul with any base, what follows is ignored.
func parseXid(b []byte) int64 {
	v, _, overflow := strtoul(b, 0)
	if overflow {
		v = math.MaxUint64
	}
	return int64(uint32(v))
}

// strtoul is C's, for 64-bit longs; end is 0 where no number starts.
func strtoul(b []byte, base uint64) (v uint64, end int, overflow bool) {
	i := skipSpace(b, 0)
	neg := false
	if i < len(b) && (b[i] == '-' || b[i] == '+') {
		neg = b[i] == '-'
		i++
	}
	if base == 0 {
		base = 10
		if i < len(b) && b[i] == '0' {
			base = 8
			if i+2 < len(b) && b[i+1]|0x20 == 'x' && digitValue(b[i+2]) < 16 {
				base = 16
				i += 2
			}
		}
	}
	for ; i < len(b) && uint64(digitValue(b[i])) < base; i++ {
		hi, lo := bits.Mul64(v, base)
		sum, carry := bits.Add64(lo, uint64(digitValue(b[i])), 0)
		overflow = overflow || hi+carry > 0
		v, end = sum, i+1
	}
	if neg {
		v = -v
	}
	return v, end, overflow
}

// digitValue gives a digit's value, 255 for anything else.
func digitValue(c byte) byte {
	switch {
	case c >= '0' && c <= '9':
		return c - '0'
	case c|0x20 >= 'a' && c|0x20 <= 'f':
		return c | 0x20 - 'a' + 10
	}
	return 255
}

func parseReg(t OID, b []byte, s *Style) (int64, error) {
	if len(b) == 1 && b[0] == '-' {
		return 0, nil
	}
	digits := len(b) > 0
	for _, c := range b {
		digits = digits && c >= '0' && c <= '9'
	}
	if digits {
		return ParseOID(b)
	}
	if s == nil || s.Names == nil {
		return 0, pgerr.New(pgerr.FeatureNotSupported, "names of type %d cannot be resolved here: \"%s\"", t, string(b))
	}
	oid, err := s.Names.RegOID(t, string(b))
	return int64(oid), err
}

func appendReg(dst []byte, t OID, v int64, s *Style) []byte {
	if v == 0 {
		return append(dst, '-')
	}
	if s != nil && s.Names != nil {
		if name, ok := s.Names.RegName(t, OID(v)); ok {
			return append(dst, name...)
		}
	}
	return strconv.AppendInt(dst, v, 10)
}

// ParseChar reads a "char": the first byte, 0 for none, or \ooo. It is kept as 0..255, the order of its comparisons.
func ParseChar(b []byte) int64 {
	if len(b) == 4 && b[0] == '\\' && octal(b[1]) && octal(b[2]) && octal(b[3]) {
		return int64((b[1]-'0')<<6 | (b[2]-'0')<<3 | (b[3] - '0'))
	}
	if len(b) == 0 {
		return 0
	}
	return int64(b[0])
}

// AppendChar appends a "char"; the zero byte is the empty string, a byte that is not ASCII is \ooo.
func AppendChar(dst []byte, v int64) []byte {
	switch b := byte(v); {
	case b == 0:
		return dst
	case b >= 0x80:
		return append(dst, '\\', '0'+(b>>6), '0'+(b>>3&7), '0'+(b&7))
	default:
		return append(dst, b)
	}
}
