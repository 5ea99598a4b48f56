package expr

import (
	"strconv"
	"strings"
	"sync"

	"howdah/internal/pgdata"
	"howdah/internal/textsearch"
	"howdah/pgerr"
	"howdah/types"
	"howdah/vector"
)

// AppendText appends the text form of row i, which is not NULL, with names for the reg types where env knows them.
func AppendText(dst []byte, c *vector.Column, i int32, env *Env) []byte {
	return appendValue(dst, c, i, env)
}

func appendValue(dst []byte, c *vector.Column, i int32, env *Env) []byte {
	if c.Kind == types.KindInt && isReg(c.Type.OID) {
		return appendReg(dst, c.Type.OID, types.OID(c.Ints[i]), env)
	}
	return vector.AppendText(dst, c, i, env.Style)
}

func isReg(t types.OID) bool {
	switch t {
	case types.RegprocOID, types.RegprocedureOID, types.RegoperOID, types.RegoperatorOID, types.RegclassOID, types.RegtypeOID,
		types.RegnamespaceOID, types.RegroleOID, types.RegcollationOID, types.RegconfigOID, types.RegdictionaryOID:
		return true
	}
	return false
}

func appendReg(dst []byte, t, oid types.OID, env *Env) []byte {
	if oid == 0 {
		return append(dst, '-')
	}
	if env.Style != nil && env.Style.Names != nil {
		if name, ok := env.Style.Names.RegName(t, oid); ok {
			return append(dst, name...)
		}
	}
	switch t {
	case types.RegtypeOID:
		if p := pgType(oid); p != nil {
			return append(dst, TypeName(oid)...)
		}
	case types.RegprocOID:
		if p := pgdata.ProcByOID(uint32(oid)); p != nil {
			name := QuoteIdentifier(p.Name)
			if len(pgdata.ProcsByName(p.Name)) > 1 || p.Namespace != pgdata.PgCatalog {
				name = map[bool]string{true: "pg_catalog.", false: "information_schema."}[p.Namespace == pgdata.PgCatalog] + name
			}
			return append(dst, name...)
		}
	case types.RegcollationOID:
		if name := CollationName(oid); name != "" {
			return append(dst, QuoteIdentifier(name)...)
		}
	case types.RegconfigOID:
		if config := textsearch.ConfigByOID(uint32(oid)); config != nil {
			return append(dst, config.Name...)
		}
	case types.RegdictionaryOID:
		if dict := textsearch.DictionaryByOID(uint32(oid)); dict != nil {
			return append(dst, dict.Name...)
		}
	}
	return strconv.AppendUint(dst, uint64(oid), 10)
}

// readName reads a reg type's text form: a number, "-" or a name. ok is false for other types.
func readName(t types.OID, text []byte, env *Env) (v int64, ok bool, err error) {
	if !isReg(t) {
		return 0, false, nil
	}
	s := string(text)
	if s == "-" {
		return 0, true, nil
	}
	if s != "" && strings.Trim(s, "0123456789") == "" {
		d, err := types.ParseText(types.Of(types.OidOID), text, env.Style)
		return d.Int, true, err
	}
	if env.Style != nil && env.Style.Names != nil {
		oid, err := env.Style.Names.RegOID(t, s)
		return int64(oid), true, err
	}
	switch t {
	case types.RegtypeOID:
		oid, err := readTypeName(s)
		return int64(oid), true, err
	case types.RegcollationOID:
		oid, err := Collation([]string{strings.Trim(s, `"`)})
		return int64(oid), true, err
	case types.RegprocOID:
		ps := pgdata.ProcsByName(strings.TrimPrefix(s, "pg_catalog."))
		switch len(ps) {
		case 0:
			return 0, true, pgerr.New(pgerr.UndefinedFunction, `function "%s" does not exist`, s)
		case 1:
			return int64(ps[0].OID), true, nil
		}
		return 0, true, pgerr.New(pgerr.AmbiguousFunction, `more than one function named "%s"`, s)
	case types.RegconfigOID:
		oid, err := textsearch.ConfigNamed(s)
		return int64(oid), true, err
	case types.RegdictionaryOID:
		oid, err := textsearch.DictionaryNamed(s)
		return int64(oid), true, err
	}
	return 0, true, pgerr.New(pgerr.FeatureNotSupported, "names of type %s are not known here", TypeName(t))
}

// sqlTypeWords are the names that the grammar gives to types, by type.
var sqlTypeWords = sync.OnceValue(func() map[string]types.OID {
	m := map[string]types.OID{
		"int": types.Int4OID, "decimal": types.NumericOID, "dec": types.NumericOID, "float": types.Float8OID, "char": types.BpcharOID,
		"timestamp": types.TimestampOID, "time": types.TimeOID, "bit": types.BitOID,
		"character": types.BpcharOID, "timestamp with time zone": types.TimestamptzOID,
	}
	for oid, name := range sqlNames {
		m[name] = oid
	}
	return m
})

// readTypeName reads a type's name without modifiers (regtypein).
func readTypeName(s string) (types.OID, error) {
	name := strings.TrimSpace(s)
	array := false
	for strings.HasSuffix(name, "[]") {
		name, array = strings.TrimSpace(strings.TrimSuffix(name, "[]")), true
	}
	var oid types.OID
	if quoted := strings.TrimPrefix(name, "pg_catalog."); strings.HasPrefix(quoted, `"`) {
		name = strings.Trim(quoted, `"`)
	} else {
		name = strings.Join(strings.Fields(strings.ToLower(quoted)), " ")
		oid = sqlTypeWords()[name]
	}
	if oid == 0 {
		if p := pgdata.TypeByName(name); p != nil {
			oid = types.OID(p.OID)
		}
	}
	if array {
		oid = arrayOver(oid)
	}
	if oid == 0 {
		return 0, pgerr.New(pgerr.UndefinedObject, `type "%s" does not exist`, strings.TrimSpace(s))
	}
	return oid, nil
}
