package expr

import (
	"howdah/internal/pgdata"
	"howdah/pgerr"
	"howdah/types"
	"howdah/vector"
)

// describeObject is pg_describe_object(class, object, sub): NULL for an object that is not there, 0A000 for kinds of
// objects that it cannot tell of.
func describeObject(c *Call, out *vector.Column, sel []int32) error {
	names := c.Env.Style.Names
	if names == nil {
		return noCatalog()
	}
	for _, i := range sel {
		class, object, sub := types.OID(c.Args[0].Ints[i]), types.OID(c.Args[1].Ints[i]), c.Args[2].Ints[i]
		if class == 0 && object == 0 {
			out.SetNull(i)
			continue
		}
		what, reg := "", types.InvalidOID
		switch className(class) {
		case "pg_proc":
			what, reg = "function", types.RegprocedureOID
		case "pg_type":
			what, reg = "type", types.RegtypeOID
		case "pg_namespace":
			what, reg = "schema", types.RegnamespaceOID
		case "pg_operator":
			what, reg = "operator", types.RegoperatorOID
		case "pg_collation":
			what, reg = "collation", types.RegcollationOID
		case "pg_authid":
			what, reg = "role", types.RegroleOID
		case "pg_class":
			what, reg = "table", types.RegclassOID
			if c.Env.Catalog != nil {
				if _, view := c.Env.Catalog.ViewDefinition(object, false, 0, c.Env.Style); view {
					what = "view"
				}
			}
			if sub != 0 {
				return pgerr.New(pgerr.FeatureNotSupported, "descriptions of columns are not supported")
			}
		case "":
			return pgerr.New(pgerr.InternalError, "unrecognized object class: %d", class)
		default:
			return pgerr.New(pgerr.FeatureNotSupported, "descriptions of objects of %s are not supported", className(class))
		}
		name, ok := names.RegName(reg, object)
		if !ok {
			out.SetNull(i)
			continue
		}
		out.SetBytes(i, []byte(what+" "+name))
	}
	return nil
}

// className is the name of a catalog by its OID, "" for anything else.
func className(oid types.OID) string {
	for i := range pgdata.Relations() {
		if r := &pgdata.Relations()[i]; types.OID(r.OID) == oid && r.Kind == 'r' && r.Schema == "pg_catalog" {
			return r.Name
		}
	}
	return ""
}

// defaultParser is the OID of PostgreSQL's one parser of text search.
const defaultParser = 3722

// tokenTypes are those of the default parser, from 1 (wparser_def.c).
var tokenTypes = [][2]string{
	{"asciiword", "Word, all ASCII"}, {"word", "Word, all letters"}, {"numword", "Word, letters and digits"}, {"email", "Email address"},
	{"url", "URL"}, {"host", "Host"}, {"sfloat", "Scientific notation"}, {"version", "Version number"},
	{"hword_numpart", "Hyphenated word part, letters and digits"}, {"hword_part", "Hyphenated word part, all letters"},
	{"hword_asciipart", "Hyphenated word part, all ASCII"}, {"blank", "Space symbols"}, {"tag", "XML tag"}, {"protocol", "Protocol head"},
	{"numhword", "Hyphenated word, letters and digits"}, {"asciihword", "Hyphenated word, all ASCII"}, {"hword", "Hyphenated word, all letters"},
	{"url_path", "URL path"}, {"file", "File or path name"}, {"float", "Decimal notation"}, {"int", "Signed integer"},
	{"uint", "Unsigned integer"}, {"entity", "XML entity"},
}

func tokenSet(c *Call, row int32, emit func([]types.Datum) bool) error {
	if err := checkParser(c, row); err != nil {
		return err
	}
	out := make([]types.Datum, 3)
	for i, t := range tokenTypes {
		out[0], out[1], out[2] = types.Datum{Int: int64(i + 1)}, types.Datum{Bytes: []byte(t[0])}, types.Datum{Bytes: []byte(t[1])}
		if !emit(out) {
			return nil
		}
	}
	return nil
}
