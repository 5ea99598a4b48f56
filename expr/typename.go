package expr

import (
	"strconv"
	"strings"
	"sync"

	"howdah/internal/pgdata"
	"howdah/pgerr"
	"howdah/types"
)

// arrayHandler is pg_proc's array_subscript_handler: what makes a type a true array (get_element_type).
const arrayHandler = 6179

func pgType(t types.OID) *pgdata.Type { return pgdata.TypeByOID(uint32(t)) }

// elementOf is the element type of a true array type, or InvalidOID.
func elementOf(t types.OID) types.OID {
	if p := pgType(t); p != nil && p.Subscript == arrayHandler {
		return types.OID(p.Elem)
	}
	return types.InvalidOID
}

// arrayOver is the array type over a type, or InvalidOID.
func arrayOver(t types.OID) types.OID {
	if p := pgType(t); p != nil {
		return types.OID(p.Array)
	}
	return types.InvalidOID
}

// typeCollation is the collation that values of a type have by default.
func typeCollation(t types.OID) types.OID {
	if p := pgType(t); p != nil {
		return types.OID(p.Collation)
	}
	return types.NoCollation
}

func category(t types.OID) byte {
	if p := pgType(t); p != nil {
		return p.Category
	}
	return 0
}

func preferred(t types.OID) bool {
	p := pgType(t)
	return p != nil && p.Preferred
}

func isComposite(t types.OID) bool {
	p := pgType(t)
	return p != nil && p.Kind == 'c'
}

func isPolymorphic(t types.OID) bool { return polyOne(t) || polyTwo(t) }

// polyOne tells the types that must all be alike.
func polyOne(t types.OID) bool {
	switch t {
	case types.AnyElementOID, types.AnyArrayOID, types.AnyNonArrayOID, types.AnyEnumOID, types.AnyRangeOID, anyMultirange:
		return true
	}
	return false
}

// polyTwo tells those for which a common type is chosen.
func polyTwo(t types.OID) bool {
	switch t {
	case types.AnyCompatibleOID, types.AnyCompatibleArrayOID, types.AnyCompatibleNonArrayOID, anyCompatibleRange,
		anyCompatibleMultirange:
		return true
	}
	return false
}

const (
	anyMultirange           types.OID = 4537
	anyCompatibleRange      types.OID = 5080
	anyCompatibleMultirange types.OID = 4538
)

// sqlNames are the types that format_type writes in SQL's words.
var sqlNames = map[types.OID]string{
	types.BitOID: "bit", types.BoolOID: "boolean", types.BpcharOID: "character", types.Float4OID: "real",
	types.Float8OID: "double precision", types.Int2OID: "smallint", types.Int4OID: "integer", types.Int8OID: "bigint",
	types.NumericOID: "numeric", types.IntervalOID: "interval", types.TimeOID: "time without time zone",
	types.TimetzOID: "time with time zone", types.TimestampOID: "timestamp without time zone",
	types.TimestamptzOID: "timestamp with time zone", types.VarbitOID: "bit varying", types.VarcharOID: "character varying",
}

// TypeName is the type's name in PostgreSQL's messages (format_type_be).
func TypeName(t types.OID) string { return formatType(t, -1, false) }

// FormatType is format_type(oid, typmod): the name as declared, with its modifier.
func FormatType(t types.Type) string { return formatType(t.OID, t.Typmod, true) }

func formatType(t types.OID, typmod int32, given bool) string {
	if t == types.InvalidOID {
		return "-"
	}
	p := pgType(t)
	if p == nil {
		return "???"
	}
	if p.Subscript == arrayHandler && p.Storage != 'p' {
		return formatType(types.OID(p.Elem), typmod, given) + "[]"
	}
	if name, ok := sqlNames[t]; ok {
		if typmod < 0 {
			if given && (t == types.BitOID || t == types.BpcharOID) {
				// bpchar and "bit" without a length are other types than character and bit.
				return QuoteIdentifier(p.Name)
			}
			return name
		}
		mod := typmodText(t, typmod)
		switch t {
		case types.BoolOID, types.Int2OID, types.Int4OID, types.Int8OID, types.Float4OID, types.Float8OID:
			return name // they have no modifiers
		case types.TimeOID, types.TimestampOID, types.TimetzOID, types.TimestamptzOID:
			first, rest, _ := strings.Cut(name, " ")
			return first + mod + " " + rest
		}
		return name + mod
	}
	name := QuoteIdentifier(p.Name)
	if p.Namespace != pgdata.PgCatalog {
		name = "information_schema." + name
	}
	if given && typmod >= 0 {
		name += typmodText(t, typmod)
	}
	return name
}

// typmodText is what the type's typmodout function gives.
func typmodText(t types.OID, typmod int32) string {
	n := func(v int32) string { return "(" + strconv.Itoa(int(v)) + ")" }
	switch t {
	case types.NumericOID:
		if typmod < 4 {
			return ""
		}
		m := typmod - 4
		scale := ((m & 0x7ff) ^ 1024) - 1024
		return "(" + strconv.Itoa(int(m>>16&0xffff)) + "," + strconv.Itoa(int(scale)) + ")"
	case types.BpcharOID, types.VarcharOID:
		if typmod > 4 {
			return n(typmod - 4)
		}
		return ""
	case types.IntervalOID:
		out := intervalFields[typmod>>16&0x7fff]
		if precision := typmod & 0xffff; precision != 0xffff {
			out += n(precision)
		}
		return out
	}
	return n(typmod)
}

// intervalFields maps an interval's range mask to its words; the mask has a bit per field (datetime.h).
var intervalFields = map[int32]string{
	1 << 2: " year", 1 << 1: " month", 1 << 3: " day", 1 << 10: " hour", 1 << 11: " minute", 1 << 12: " second",
	1<<2 | 1<<1: " year to month", 1<<3 | 1<<10: " day to hour", 1<<3 | 1<<10 | 1<<11: " day to minute",
	1<<3 | 1<<10 | 1<<11 | 1<<12: " day to second", 1<<10 | 1<<11: " hour to minute",
	1<<10 | 1<<11 | 1<<12: " hour to second", 1<<11 | 1<<12: " minute to second", 0x7fff: "",
}

// TypeByName finds a type by its internal name, schema-qualified or not, with modifiers as written and array bounds.
// The grammar has turned SQL's names (int, character varying) into internal ones already.
func TypeByName(names []string, modifiers []int32, array bool) (types.Type, error) {
	missing := func() error {
		return pgerr.New(pgerr.UndefinedObject, `type "%s" does not exist`, strings.Join(names, ".")+map[bool]string{true: "[]"}[array])
	}
	var p *pgdata.Type
	switch len(names) {
	case 1:
		p = pgdata.TypeByName(names[0])
	case 2:
		switch names[0] {
		case "pg_catalog":
			p = pgdata.TypeByName(names[1])
		case "information_schema":
			// Its types are domains, which are taken for what they are made of.
			p = informationTypes()[names[1]]
			for p != nil && p.Kind == 'd' {
				p = pgdata.TypeByOID(p.BaseType)
			}
		}
	case 3:
		return types.Type{}, pgerr.New(pgerr.FeatureNotSupported, "cross-database references are not implemented: %s", strings.Join(names, "."))
	}
	if p == nil {
		return types.Type{}, missing()
	}
	t := types.Of(types.OID(p.OID))
	if len(modifiers) > 0 {
		mod, err := typmodIn(p, names, modifiers)
		if err != nil {
			return types.Type{}, err
		}
		t.Typmod = mod
	}
	if array {
		if elementOf(t.OID) != types.InvalidOID && p.Storage != 'p' {
			return t, nil // int[][] is int[]
		}
		if t.OID = types.OID(p.Array); t.OID == types.InvalidOID {
			return types.Type{}, missing()
		}
	}
	return t, nil
}

var informationTypes = sync.OnceValue(func() map[string]*pgdata.Type {
	m := map[string]*pgdata.Type{}
	for i := range pgdata.Types() {
		if t := &pgdata.Types()[i]; t.Namespace == infoSchema() {
			m[t.Name] = t
		}
	}
	return m
})

// typmodIn is the type's typmodin function.
func typmodIn(p *pgdata.Type, names []string, m []int32) (int32, error) {
	bad := func(format string, args ...any) (int32, error) {
		return 0, pgerr.New(pgerr.InvalidParameterValue, format, args...)
	}
	t := types.OID(p.OID)
	if p.ModIn == 0 {
		return 0, pgerr.New(pgerr.SyntaxError, `type modifier is not allowed for type "%s"`, strings.Join(names, "."))
	}
	switch t {
	case types.NumericOID:
		switch {
		case len(m) > 2:
			return bad("invalid NUMERIC type modifier")
		case m[0] < 1 || m[0] > 1000:
			return bad("NUMERIC precision %d must be between 1 and 1000", m[0])
		case len(m) == 2 && (m[1] < -1000 || m[1] > 1000):
			return bad("NUMERIC scale %d must be between -1000 and 1000", m[1])
		}
		scale := int32(0)
		if len(m) == 2 {
			scale = m[1]
		}
		return (m[0]<<16 | scale&0x7ff) + 4, nil
	case types.BpcharOID, types.VarcharOID:
		name, most := "char", int32(10485760)
		if t == types.VarcharOID {
			name = "varchar"
		}
		switch {
		case len(m) != 1:
			return bad("invalid type modifier")
		case m[0] < 1:
			return bad("length for type %s must be at least 1", name)
		case m[0] > most:
			return bad("length for type %s cannot exceed %d", name, most)
		}
		return m[0] + 4, nil
	case types.BitOID, types.VarbitOID:
		name, most := "bit", int32(10485760*8)
		if t == types.VarbitOID {
			name = "varbit"
		}
		switch {
		case len(m) != 1:
			return bad("invalid type modifier")
		case m[0] < 1:
			return bad("length for type %s must be at least 1", name)
		case m[0] > most:
			return bad("length for type %s cannot exceed %d", name, most)
		}
		return m[0], nil
	case types.TimeOID, types.TimetzOID, types.TimestampOID, types.TimestamptzOID:
		name, zone := "TIMESTAMP", ""
		if t == types.TimeOID || t == types.TimetzOID {
			name = "TIME"
		}
		if t == types.TimetzOID || t == types.TimestamptzOID {
			zone = " WITH TIME ZONE"
		}
		switch {
		case len(m) != 1:
			return bad("invalid type modifier")
		case m[0] < 0:
			return bad("%s(%d)%s precision must not be negative", name, m[0], zone)
		}
		return min(m[0], 6), nil // PostgreSQL warns and takes 6
	case types.IntervalOID:
		if _, ok := intervalFields[m[0]]; !ok {
			return bad("invalid INTERVAL type modifier")
		}
		precision := int32(0xffff)
		switch {
		case len(m) > 2:
			return bad("invalid INTERVAL type modifier")
		case len(m) == 2 && m[1] < 0 && m[1] != -1:
			return bad("INTERVAL(%d) precision must not be negative", m[1])
		case len(m) == 2 && m[1] != 0xffff:
			precision = min(m[1], 6)
		case len(m) == 1 && m[0] == 0x7fff:
			return -1, nil
		}
		return m[0]<<16 | precision&0xffff, nil
	}
	return 0, pgerr.New(pgerr.FeatureNotSupported, "modifiers of type %s are not supported", TypeName(t))
}

var keywordKinds = sync.OnceValue(func() map[string]string {
	m := map[string]string{}
	cols, rows := pgdata.Rows("keywords")
	word, kind := 0, 0
	for i, c := range cols {
		switch c {
		case "word":
			word = i
		case "catcode":
			kind = i
		}
	}
	for _, r := range rows {
		m[r[word]] = r[kind]
	}
	return m
})

// QuoteIdentifier is quote_ident: quoted unless it is a plain lower-case name and no key word with a meaning of its own.
func QuoteIdentifier(name string) string {
	safe := name != "" && (name[0] >= 'a' && name[0] <= 'z' || name[0] == '_')
	for i := 0; i < len(name) && safe; i++ {
		c := name[i]
		safe = c >= 'a' && c <= 'z' || c >= '0' && c <= '9' || c == '_'
	}
	if safe {
		if kind, ok := keywordKinds()[name]; !ok || kind == "U" {
			return name
		}
	}
	return `"` + strings.ReplaceAll(name, `"`, `""`) + `"`
}

// ElementOf is the element type of a true array type, or InvalidOID. It knows all of PostgreSQL's types, types.ElemOf
// only those that can be stored.
func ElementOf(t types.OID) types.OID { return elementOf(t) }

// ArrayOver is the array type over an element type, or InvalidOID.
func ArrayOver(t types.OID) types.OID { return arrayOver(t) }

// Collatable tells whether values of the type have a collation.
func Collatable(t types.OID) bool { return typeCollation(t) != types.NoCollation }
