package textsearch

import (
	"strings"

	"howdah/internal/pgdata"
	"howdah/pgerr"
)

// Configs lists the names of the configurations with their OIDs.
func Configs() map[string]uint32 {
	out := map[string]uint32{}
	for oid, c := range known().configs {
		out[c.Name] = oid
	}
	return out
}

// ConfigNamed finds a configuration by a name as SQL writes it, with or without its schema (regconfigin).
func ConfigNamed(text string) (uint32, error) {
	schema, name, err := splitName(text)
	if err != nil {
		return 0, err
	}
	for oid, c := range known().configs {
		if c.Name == name && schema == "pg_catalog" {
			return oid, nil
		}
	}
	return 0, pgerr.New(pgerr.UndefinedObject, "text search configuration \"%s\" does not exist", text)
}

// DictionaryNamed finds a dictionary likewise (regdictionaryin).
func DictionaryNamed(text string) (uint32, error) {
	schema, name, err := splitName(text)
	if err != nil {
		return 0, err
	}
	for oid, d := range known().dicts {
		if d.Name == name && schema == "pg_catalog" {
			return oid, nil
		}
	}
	return 0, pgerr.New(pgerr.UndefinedObject, "text search dictionary \"%s\" does not exist", text)
}

// ParserNamed looks for a parser by its name, of which there is one. The schema is given for the caller to look for it
// first where it is not pg_catalog.
func ParserNamed(text string) (schema string, err error) {
	schema, name, err := splitName(text)
	if err != nil {
		return "", err
	}
	if name == "default" && schema == "pg_catalog" {
		return schema, nil
	}
	if i := strings.IndexByte(text, '.'); i >= 0 {
		name = schema + "." + name
	}
	return schema, pgerr.New(pgerr.UndefinedObject, "text search parser \"%s\" does not exist", name)
}

// Carried tells whether a row of a pg_ts_* catalog, in pgdata's form, is about what is there.
func Carried(relation string, columns, row []string) bool {
	value := func(column string) string {
		for i, c := range columns {
			if c == column {
				return row[i]
			}
		}
		return pgdata.Null
	}
	switch relation {
	case "pg_ts_config":
		return ConfigByOID(number(value("oid"))) != nil
	case "pg_ts_config_map":
		return ConfigByOID(number(value("mapcfg"))) != nil
	case "pg_ts_dict":
		return DictionaryByOID(number(value("oid"))) != nil
	}
	return true
}

// splitName reads a name of one or two parts; what has no schema is in pg_catalog.
func splitName(text string) (schema, name string, err error) {
	bad := pgerr.New(pgerr.InvalidName, "invalid name syntax")
	var parts []string
	for s := strings.TrimSpace(text); ; s = strings.TrimSpace(s[1:]) {
		part := ""
		if strings.HasPrefix(s, `"`) {
			for s = s[1:]; ; s = s[1:] {
				i := strings.IndexByte(s, '"')
				if i < 0 {
					return "", "", bad
				}
				part += s[:i]
				if s = s[i+1:]; !strings.HasPrefix(s, `"`) {
					break
				}
				part += `"`
			}
		} else {
			i := strings.IndexAny(s, ". \t\n\r\f\v")
			if i < 0 {
				i = len(s)
			}
			part, s = string(appendLower(nil, []byte(s[:i]))), s[i:]
		}
		if part == "" {
			return "", "", bad
		}
		parts = append(parts, part)
		if s = strings.TrimSpace(s); s == "" {
			break
		}
		if s[0] != '.' {
			return "", "", bad
		}
	}
	switch len(parts) {
	case 1:
		return "pg_catalog", parts[0], nil
	case 2:
		return parts[0], parts[1], nil
	case 3:
	default:
		return "", "", pgerr.New(pgerr.SyntaxError, "improper qualified name (too many dotted names): %s", strings.Join(parts, "."))
	}
	return "", "", pgerr.New(pgerr.FeatureNotSupported, "cross-database references are not implemented: %s", strings.Join(parts, "."))
}
