package types

// OID is PostgreSQL's object identifier, here mostly of a type.
type OID uint32

// Type is a type as a column has it: the OID and the modifier (varchar(10) is 14, numeric(12,2) is 786438).
type Type struct {
	OID    OID
	Typmod int32 // -1 = none
}

// Of gives the type without a modifier.
func Of(oid OID) Type { return Type{OID: oid, Typmod: -1} }

// The built-in types in use, by pg_type.oid.
const (
	InvalidOID               OID = 0
	BoolOID                  OID = 16
	ByteaOID                 OID = 17
	CharOID                  OID = 18 // "char"
	NameOID                  OID = 19
	Int8OID                  OID = 20
	Int2OID                  OID = 21
	Int2VectorOID            OID = 22
	Int4OID                  OID = 23
	RegprocOID               OID = 24
	TextOID                  OID = 25
	OidOID                   OID = 26
	TidOID                   OID = 27
	XidOID                   OID = 28
	CidOID                   OID = 29
	OidVectorOID             OID = 30
	JSONOID                  OID = 114
	XMLOID                   OID = 142
	PgNodeTreeOID            OID = 194
	Float4OID                OID = 700
	Float8OID                OID = 701
	UnknownOID               OID = 705
	MoneyOID                 OID = 790
	InetOID                  OID = 869
	CidrOID                  OID = 650
	MacaddrOID               OID = 829
	Macaddr8OID              OID = 774
	ACLItemOID               OID = 1033
	BpcharOID                OID = 1042
	VarcharOID               OID = 1043
	DateOID                  OID = 1082
	TimeOID                  OID = 1083
	TimestampOID             OID = 1114
	TimestamptzOID           OID = 1184
	IntervalOID              OID = 1186
	TimetzOID                OID = 1266
	BitOID                   OID = 1560
	VarbitOID                OID = 1562
	NumericOID               OID = 1700
	RefcursorOID             OID = 1790
	RegprocedureOID          OID = 2202
	RegoperOID               OID = 2203
	RegoperatorOID           OID = 2204
	RegclassOID              OID = 2205
	RegtypeOID               OID = 2206
	RecordOID                OID = 2249
	CstringOID               OID = 2275
	AnyOIDOID                OID = 2276
	AnyArrayOID              OID = 2277
	VoidOID                  OID = 2278
	TriggerOID               OID = 2279
	InternalOID              OID = 2281
	AnyElementOID            OID = 2283
	RecordArrayOID           OID = 2287
	AnyNonArrayOID           OID = 2776
	UUIDOID                  OID = 2950
	PgLSNOID                 OID = 3220
	AnyEnumOID               OID = 3500
	TsvectorOID              OID = 3614
	TsqueryOID               OID = 3615
	RegconfigOID             OID = 3734
	RegdictionaryOID         OID = 3769
	JSONBOID                 OID = 3802
	AnyRangeOID              OID = 3831
	AnyMultirangeOID         OID = 4537
	JSONPathOID              OID = 4072
	JSONPathArrayOID         OID = 4073
	RegnamespaceOID          OID = 4089
	RegroleOID               OID = 4096
	RegcollationOID          OID = 4191
	AnyCompatibleOID         OID = 5077
	AnyCompatibleArrayOID    OID = 5078
	AnyCompatibleNonArrayOID OID = 5079

	BoolArrayOID          OID = 1000
	ByteaArrayOID         OID = 1001
	CharArrayOID          OID = 1002
	NameArrayOID          OID = 1003
	Int2ArrayOID          OID = 1005
	Int4ArrayOID          OID = 1007
	TextArrayOID          OID = 1009
	BpcharArrayOID        OID = 1014
	VarcharArrayOID       OID = 1015
	Int8ArrayOID          OID = 1016
	Float4ArrayOID        OID = 1021
	Float8ArrayOID        OID = 1022
	OidArrayOID           OID = 1028
	TimestampArrayOID     OID = 1115
	DateArrayOID          OID = 1182
	TimeArrayOID          OID = 1183
	TimestamptzArrayOID   OID = 1185
	IntervalArrayOID      OID = 1187
	NumericArrayOID       OID = 1231
	UUIDArrayOID          OID = 2951
	JSONArrayOID          OID = 199
	JSONBArrayOID         OID = 3807
	RegprocArrayOID       OID = 1008
	TidArrayOID           OID = 1010
	XidArrayOID           OID = 1011
	CidArrayOID           OID = 1012
	ACLItemArrayOID       OID = 1034
	RegclassArrayOID      OID = 2210
	RegtypeArrayOID       OID = 2211
	BitArrayOID           OID = 1561
	VarbitArrayOID        OID = 1563
	CidrArrayOID          OID = 651
	Macaddr8ArrayOID      OID = 775
	MoneyArrayOID         OID = 791
	MacaddrArrayOID       OID = 1040
	InetArrayOID          OID = 1041
	TsvectorArrayOID      OID = 3643
	TsqueryArrayOID       OID = 3645
	RegconfigArrayOID     OID = 3735
	RegdictionaryArrayOID OID = 3770
)

// Collations with a fixed OID (pg_collation).
const (
	NoCollation      OID = 0
	DefaultCollation OID = 100
	CCollation       OID = 950
	POSIXCollation   OID = 951
)

// Kind says how values of a type are stored, in vectors and in a [Datum].
type Kind uint8

const (
	KindBytes    Kind = iota // text, varchar, bpchar, name, unknown, bytea, json, jsonb (canonical text), uuid (16 bytes), bit, ranges (binary form), …
	KindBool                 // bool
	KindInt                  // int2/4/8, oid and reg types (unsigned), "char" (0..255), date (days), time, timestamp[tz] (µs), money
	KindFloat                // float4 (rounded to it), float8
	KindNumeric              // numeric
	KindInterval             // interval
	KindArray                // every array type, int2vector, oidvector
	KindRecord               // record and composite types
)

// Column is one column of a relation or a result.
type Column struct {
	Name      string
	Type      Type
	Collation OID     // NoCollation where the type has none
	Record    *Schema // of a record: its fields, where they are known
}

// Schema is the row type of a file, in file order.
type Schema struct {
	Columns []Column
	Named   bool // of a record: the row type of a table or view, not that of ROW(…)
}

// KindOf tells how values of the type are stored.
func KindOf(oid OID) Kind {
	switch oid {
	case BoolOID:
		return KindBool
	case Int2OID, Int4OID, Int8OID, OidOID, RegprocOID, RegprocedureOID, RegoperOID, RegoperatorOID, RegclassOID, RegtypeOID,
		RegnamespaceOID, RegroleOID, RegcollationOID, RegconfigOID, RegdictionaryOID, XidOID, CidOID, CharOID,
		DateOID, TimeOID, TimestampOID, TimestamptzOID, MoneyOID:
		return KindInt
	case Float4OID, Float8OID:
		return KindFloat
	case NumericOID:
		return KindNumeric
	case IntervalOID:
		return KindInterval
	case RecordOID:
		return KindRecord
	case Int2VectorOID, OidVectorOID:
		return KindArray
	}
	if ElemOf(oid) != InvalidOID {
		return KindArray
	}
	return KindBytes
}

// arrays pairs element and array types (pg_type.typarray).
var arrays = [][2]OID{
	{BoolOID, BoolArrayOID}, {ByteaOID, ByteaArrayOID}, {CharOID, CharArrayOID}, {NameOID, NameArrayOID}, {Int8OID, Int8ArrayOID},
	{Int2OID, Int2ArrayOID}, {Int4OID, Int4ArrayOID}, {TextOID, TextArrayOID}, {OidOID, OidArrayOID}, {JSONOID, JSONArrayOID},
	{Float4OID, Float4ArrayOID}, {Float8OID, Float8ArrayOID}, {BpcharOID, BpcharArrayOID}, {VarcharOID, VarcharArrayOID},
	{DateOID, DateArrayOID}, {TimeOID, TimeArrayOID}, {TimestampOID, TimestampArrayOID}, {TimestamptzOID, TimestamptzArrayOID},
	{IntervalOID, IntervalArrayOID}, {NumericOID, NumericArrayOID}, {UUIDOID, UUIDArrayOID}, {JSONBOID, JSONBArrayOID},
	{JSONPathOID, JSONPathArrayOID}, {BitOID, BitArrayOID}, {VarbitOID, VarbitArrayOID},
	{RecordOID, RecordArrayOID}, {RegprocOID, RegprocArrayOID}, {TidOID, TidArrayOID}, {XidOID, XidArrayOID}, {CidOID, CidArrayOID},
	{InetOID, InetArrayOID}, {CidrOID, CidrArrayOID}, {MacaddrOID, MacaddrArrayOID}, {Macaddr8OID, Macaddr8ArrayOID}, {MoneyOID, MoneyArrayOID},
	{ACLItemOID, ACLItemArrayOID}, {RegclassOID, RegclassArrayOID}, {RegtypeOID, RegtypeArrayOID},
	{TsvectorOID, TsvectorArrayOID}, {TsqueryOID, TsqueryArrayOID}, {RegconfigOID, RegconfigArrayOID}, {RegdictionaryOID, RegdictionaryArrayOID},
}

var (
	elemOf  = map[OID]OID{Int2VectorOID: Int2OID, OidVectorOID: OidOID}
	arrayOf = map[OID]OID{}
)

func init() {
	for _, p := range arrays {
		arrayOf[p[0]], elemOf[p[1]] = p[1], p[0]
	}
	for _, rt := range rangeTypes {
		arrayOf[rt.OID], elemOf[rt.Array] = rt.Array, rt.OID
		arrayOf[rt.Multi], elemOf[rt.MultiArray] = rt.MultiArray, rt.Multi
	}
}

// ElemOf gives the element type of an array type, or InvalidOID.
func ElemOf(oid OID) OID { return elemOf[oid] }

// ArrayOf gives the array type over an element type, or InvalidOID.
func ArrayOf(oid OID) OID { return arrayOf[oid] }
