package expr

import (
	"strings"

	"howdah/internal/pgdata"
	"howdah/pgerr"
	"howdah/types"
	"howdah/vector"
)

// privilegeKernels answer has_…_privilege (https://www.postgresql.org/docs/15/functions-info.html). Every login may look
// at everything and change nothing, superusers too.
var privilegeKernels = map[string]Kernel{}

func init() {
	for _, what := range []string{"table", "any_column", "column", "schema", "database", "function", "language", "type", "tablespace", "sequence", "server", "foreign_data_wrapper", "parameter"} {
		for _, args := range []string{"name_name", "name_id", "name", "id_name", "id_id", "id", "name_name_name", "name_name_attnum",
			"name_id_name", "name_id_attnum", "id_name_name", "id_name_attnum", "id_id_name", "id_id_attnum", "name_attnum", "id_attnum"} {
			privilegeKernels["has_"+what+"_privilege_"+args] = hasPrivilege(what)
		}
	}
	for _, args := range []string{"name_name", "name_id", "name", "id_name", "id_id", "id"} {
		privilegeKernels["pg_has_role_"+args] = hasRole
	}
}

// privilegeNames are those that PostgreSQL knows of each kind of object; true for those that are held.
var privilegeNames = map[string]map[string]bool{
	"table":      {"SELECT": true, "INSERT": false, "UPDATE": false, "DELETE": false, "TRUNCATE": false, "REFERENCES": false, "TRIGGER": false, "RULE": false},
	"any_column": {"SELECT": true, "INSERT": false, "UPDATE": false, "REFERENCES": false},
	"column":     {"SELECT": true, "INSERT": false, "UPDATE": false, "REFERENCES": false},
	"schema":     {"USAGE": true, "CREATE": true}, // definitions may be made, if anybody may
	"database":   {"CONNECT": true, "CREATE": true, "TEMPORARY": false, "TEMP": false},
	"function":   {"EXECUTE": true}, "language": {"USAGE": true}, "type": {"USAGE": true}, "tablespace": {"CREATE": false},
	"sequence": {"USAGE": true, "SELECT": true, "UPDATE": false}, "server": {"USAGE": true}, "foreign_data_wrapper": {"USAGE": true},
	"parameter": {"SET": true, "ALTER SYSTEM": false},
}

// privilegeObjects are the types by which names of objects are read.
var privilegeObjects = map[string]types.OID{
	"table": types.RegclassOID, "any_column": types.RegclassOID, "column": types.RegclassOID, "sequence": types.RegclassOID,
	"schema": types.RegnamespaceOID, "type": types.RegtypeOID, "function": types.RegprocedureOID,
}

// hasPrivilege has arguments [user,] object, [column,] privileges.
func hasPrivilege(what string) Kernel {
	return func(c *Call, out *vector.Column, sel []int32) error {
		object, least := 0, 2
		if what == "column" {
			least = 3
		}
		if len(c.Args) > least {
			object = 1
		}
		for _, i := range sel {
			if object == 1 {
				if err := roleExists(c, 0, i); err != nil {
					return err
				}
			}
			there, err := objectExists(c, what, object, i)
			if err == nil && there && what == "column" {
				there, err = columnExists(c, object, i)
			}
			if err != nil {
				return err
			}
			held, err := holds(what, string(c.Args[len(c.Args)-1].Bytes(i)))
			if err != nil {
				return err
			}
			if !there {
				out.SetNull(i)
				continue
			}
			out.Bools[i] = held
		}
		return nil
	}
}

func holds(what, list string) (held bool, err error) {
	for p := range strings.SplitSeq(list, ",") {
		p = strings.TrimSpace(p)
		name, option := strings.CutSuffix(strings.ToUpper(p), " WITH GRANT OPTION")
		ok, known := privilegeNames[what][name]
		if !known {
			return false, pgerr.New(pgerr.InvalidParameterValue, "unrecognized privilege type: \"%s\"", p)
		}
		held = held || ok && !option
	}
	return held, nil
}

// roleExists refuses a name that no role has; an OID is taken as it is.
func roleExists(c *Call, arg int, i int32) error {
	if c.Args[arg].Kind != types.KindBytes || c.Env.Style.Names == nil {
		return nil
	}
	name := string(c.Args[arg].Bytes(i))
	if name == "public" {
		return nil
	}
	_, err := c.Env.Style.Names.RegOID(types.RegroleOID, QuoteIdentifier(name))
	return err
}

// objectExists is false for an OID that means nothing; a name that means nothing is an error.
func objectExists(c *Call, what string, arg int, i int32) (bool, error) {
	t, ok := privilegeObjects[what]
	if !ok {
		return true, nil
	}
	col := c.Args[arg]
	if col.Kind == types.KindBytes {
		text := string(col.Bytes(i))
		if what == "schema" {
			text = QuoteIdentifier(text)
		}
		if c.Env.Style.Names == nil {
			return false, noCatalog()
		}
		_, err := c.Env.Style.Names.RegOID(t, text)
		return err == nil, err
	}
	oid := types.OID(col.Ints[i])
	switch what {
	case "type":
		return pgdata.TypeByOID(uint32(oid)) != nil, nil
	case "function":
		return pgdata.ProcByOID(uint32(oid)) != nil, nil
	}
	if c.Env.Style.Names == nil {
		return false, noCatalog()
	}
	_, ok = c.Env.Style.Names.RegName(t, oid)
	return ok, nil
}

// columnSet is implemented by catalogs that know the columns of relations.
type columnSet interface {
	Column(relation types.OID, name string, number int16) (there, known bool)
}

// columnExists is false for a number that no column has; a name that none has is an error.
func columnExists(c *Call, object int, i int32) (bool, error) {
	set, ok := c.Env.Catalog.(columnSet)
	if !ok {
		return true, nil
	}
	rel := c.Args[object]
	var oid types.OID
	name := ""
	if rel.Kind == types.KindBytes {
		name = string(rel.Bytes(i))
		var err error
		if oid, err = c.Env.Style.Names.RegOID(types.RegclassOID, name); err != nil {
			return false, err
		}
	} else {
		oid = types.OID(rel.Ints[i])
		name, _ = c.Env.Style.Names.RegName(types.RegclassOID, oid)
	}
	col := c.Args[object+1]
	if col.Kind != types.KindBytes {
		there, known := set.Column(oid, "", int16(col.Ints[i]))
		return there || !known, nil
	}
	column := string(col.Bytes(i))
	if there, known := set.Column(oid, column, 0); known && !there {
		return false, noColumn(column, relationName(name))
	}
	return true, nil
}

func noColumn(column, relation string) error {
	return pgerr.New(pgerr.UndefinedColumn, "column \"%s\" of relation \"%s\" does not exist", column, relation)
}

// serialSequence is pg_get_serial_sequence(table, column): no column here has one.
func serialSequence(c *Call, out *vector.Column, sel []int32) error {
	for _, i := range sel {
		out.SetNull(i)
		if c.Env.Style.Names == nil {
			return noCatalog()
		}
		table, column := string(c.Args[0].Bytes(i)), string(c.Args[1].Bytes(i))
		oid, err := c.Env.Style.Names.RegOID(types.RegclassOID, table)
		if err != nil {
			return err
		}
		if set, ok := c.Env.Catalog.(columnSet); ok {
			if there, known := set.Column(oid, column, 0); known && !there {
				return noColumn(column, relationName(table))
			}
		}
	}
	return nil
}

// hasRole is pg_has_role: nobody is a member of another role, and superusers count as members of all.
func hasRole(c *Call, out *vector.Column, sel []int32) error {
	for _, i := range sel {
		for a := range len(c.Args) - 1 {
			if err := roleExists(c, a, i); err != nil {
				return err
			}
		}
		for p := range strings.SplitSeq(string(c.Args[len(c.Args)-1].Bytes(i)), ",") {
			switch strings.ToUpper(strings.TrimSpace(p)) {
			case "MEMBER", "USAGE", "MEMBER WITH GRANT OPTION", "MEMBER WITH ADMIN OPTION", "USAGE WITH GRANT OPTION", "USAGE WITH ADMIN OPTION":
			default:
				return pgerr.New(pgerr.InvalidParameterValue, "unrecognized privilege type: \"%s\"", strings.TrimSpace(p))
			}
		}
		out.Bools[i] = true
	}
	return nil
}
