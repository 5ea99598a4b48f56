package types

import (
	"hash/maphash"

	"howdah/internal/textsearch"
)

// A tsvector and a tsquery are stored as package textsearch keeps them.

// parseSearchText reads a tsvector or a tsquery from its text form. ok is false for other types.
func parseSearchText(t OID, text []byte) (b []byte, ok bool, err error) {
	switch t {
	case TsvectorOID:
		b, err = textsearch.ParseVector(nil, text)
	case TsqueryOID:
		b, err = textsearch.ParseQuery(nil, text)
	default:
		return nil, false, nil
	}
	return b, true, err
}

func parseSearchBinary(t OID, b []byte) (out []byte, ok bool, err error) {
	switch t {
	case TsvectorOID:
		out, err = textsearch.ParseVectorBinary(nil, b)
	case TsqueryOID:
		out, err = textsearch.ParseQueryBinary(nil, b)
	default:
		return nil, false, nil
	}
	return out, true, err
}

func appendSearchText(dst []byte, t OID, v []byte) (out []byte, ok bool) {
	switch t {
	case TsvectorOID:
		return textsearch.Vector(v).AppendText(dst), true
	case TsqueryOID:
		return textsearch.Query(v).AppendText(dst), true
	}
	return dst, false
}

func appendSearchBinary(dst []byte, t OID, v []byte) (out []byte, ok bool) {
	switch t {
	case TsvectorOID:
		return textsearch.Vector(v).AppendBinary(dst), true
	case TsqueryOID:
		return append(dst, v...), true
	}
	return dst, false
}

// CompareTsvector orders stored tsvectors as tsvector_cmp does.
func CompareTsvector(a, b []byte) int { return textsearch.Vector(a).Compare(b) }

// CompareTsquery orders stored tsqueries as tsquery_cmp does: those that differ but in weights and prefixes are equal.
func CompareTsquery(a, b []byte) int { return textsearch.Query(a).Compare(b) }

func compareSearch(t OID, a, b []byte) (c int, ok bool) {
	switch t {
	case TsvectorOID:
		return CompareTsvector(a, b), true
	case TsqueryOID:
		return CompareTsquery(a, b), true
	}
	return 0, false
}

func hashSearch(t OID, v []byte) (h uint64, ok bool) {
	if t != TsqueryOID {
		return 0, false
	}
	return maphash.Bytes(hashSeed, textsearch.Query(v).HashKey(nil)), true
}
