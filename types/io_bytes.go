package types

// The hooks of [ParseText] and its like for text, bytea, uuid, json, arrays and records. ok is false for other types.

func parseBytesText(t Type, text []byte, s *Style) (d Datum, ok bool, err error) { return }

func appendBytesText(dst []byte, t Type, d *Datum, s *Style) (out []byte, ok bool) { return dst, false }

func parseBytesBinary(t Type, b []byte) (d Datum, ok bool, err error) { return }

func appendBytesBinary(dst []byte, t Type, d *Datum) (out []byte, ok bool, err error) {
	return dst, false, nil
}

// compareBytes orders what is neither a number nor an interval.
func compareBytes(t OID, a, b *Datum, collation OID) int { return 0 }

// hashBytes hashes what is neither a number nor an interval.
func hashBytes(t OID, d *Datum) uint64 { return 0 }
