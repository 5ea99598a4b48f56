package types

import (
	"encoding/binary"

	"howdah/pgerr"
)

// AppendRecord appends a row value's text form.
func AppendRecord(dst []byte, r *Record, s *Style) []byte {
	dst = append(dst, '(')
	for i := range r.Fields {
		if i > 0 {
			dst = append(dst, ',')
		}
		if r.Fields[i].Null {
			continue
		}
		from := len(dst)
		dst = AppendText(dst, r.Types[i], &r.Fields[i], s)
		v := dst[from:]
		quote, extra := len(v) == 0, 2
		for _, c := range v {
			switch {
			case c == '"' || c == '\\':
				extra++
				quote = true
			case c == '(' || c == ')' || c == ',' || arraySpace(c):
				quote = true
			}
		}
		if quote {
			dst = quoteInPlace(dst, from, extra, '"', '\\')
		}
	}
	return append(dst, ')')
}

// AppendRecordBinary is record_send.
func AppendRecordBinary(dst []byte, r *Record) ([]byte, error) {
	dst = binary.BigEndian.AppendUint32(dst, uint32(len(r.Fields)))
	for i := range r.Fields {
		var err error
		dst = binary.BigEndian.AppendUint32(dst, uint32(r.Types[i].OID))
		if dst, err = appendSized(dst, r.Types[i], &r.Fields[i]); err != nil {
			return nil, err
		}
	}
	return dst, nil
}

// CompareRecords is record_cmp: columns from the left, a NULL above all. Rows of different shape cannot be compared.
func CompareRecords(a, b *Record, collation OID) (int, error) {
	for i := range min(len(a.Fields), len(b.Fields)) {
		if a.Types[i].OID != b.Types[i].OID {
			return 0, pgerr.New(pgerr.DatatypeMismatch, "cannot compare dissimilar column types %s and %s at record column %d",
				typeName(a.Types[i].OID), typeName(b.Types[i].OID), i+1)
		}
		if c := compareNullable(a.Types[i].OID, &a.Fields[i], &b.Fields[i], collation); c != 0 {
			return c, nil
		}
	}
	if len(a.Fields) != len(b.Fields) {
		return 0, pgerr.New(pgerr.DatatypeMismatch, "cannot compare record types with different numbers of columns")
	}
	return 0, nil
}
