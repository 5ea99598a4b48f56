package expr

import (
	"strconv"
	"strings"

	"howdah/internal/pgdata"
	"howdah/pgerr"
	"howdah/types"
	"howdah/vector"
)

// catalogKernels answer about objects (https://www.postgresql.org/docs/15/functions-info.html). What this server has
// none of (indexes, triggers, rules, …) gives NULL, as PostgreSQL does for an OID that means nothing.
var catalogKernels = map[string]Kernel{
	"format_type":                        formatTypeKernel,
	"pg_table_is_visible":                relationVisible,
	"pg_type_is_visible":                 knownVisible(func(oid types.OID) bool { return pgdata.TypeByOID(uint32(oid)) != nil }),
	"pg_function_is_visible":             knownVisible(func(oid types.OID) bool { return pgdata.ProcByOID(uint32(oid)) != nil }),
	"pg_operator_is_visible":             knownVisible(always),
	"pg_opclass_is_visible":              knownVisible(always),
	"pg_opfamily_is_visible":             knownVisible(always),
	"pg_collation_is_visible":            knownVisible(always),
	"pg_conversion_is_visible":           knownVisible(always),
	"pg_statistics_obj_is_visible":       knownVisible(always),
	"pg_ts_parser_is_visible":            knownVisible(always),
	"pg_ts_dict_is_visible":              knownVisible(always),
	"pg_ts_template_is_visible":          knownVisible(always),
	"pg_ts_config_is_visible":            knownVisible(always),
	"pg_get_userbyid":                    userByID,
	"pg_get_expr":                        getExpr,
	"pg_get_expr_ext":                    getExpr,
	"pg_get_viewdef":                     viewDefinition,
	"pg_get_viewdef_ext":                 viewDefinition,
	"pg_get_viewdef_wrap":                viewDefinition,
	"pg_get_indexdef":                    null,
	"pg_get_indexdef_ext":                null,
	"pg_get_constraintdef":               null,
	"pg_get_constraintdef_ext":           null,
	"pg_get_ruledef":                     null,
	"pg_get_ruledef_ext":                 null,
	"pg_get_triggerdef":                  null,
	"pg_get_triggerdef_ext":              null,
	"pg_get_partkeydef":                  null,
	"pg_get_partition_constraintdef":     null,
	"pg_get_statisticsobjdef_columns":    null,
	"pg_get_serial_sequence":             null,
	"pg_get_function_sqlbody":            null,
	"pg_get_function_result":             functionResult,
	"pg_get_function_arguments":          functionArguments,
	"pg_get_function_identity_arguments": functionArguments,
	"pg_relation_size":                   relationSize,
	"pg_relation_is_publishable":         constantBool(false),
	"pg_table_size":                      relationSize,
	"pg_total_relation_size":             relationSize,
	"pg_indexes_size":                    sessionInt(func(Session) int64 { return 0 }),
	"pg_database_size_oid":               sessionInt(func(Session) int64 { return 0 }),
	"pg_database_size_name":              sessionInt(func(Session) int64 { return 0 }),
	"pg_tablespace_location":             void,
	"pg_index_column_has_property":       null,
	"oidvectortypes":                     oidVectorTypes,
	"pg_encoding_max_length_sql":         encodingMaxLength,

	"obj_description(oid,name)":   objDescription,
	"obj_description(oid)":        objDescription,
	"shobj_description(oid,name)": objDescription,
	"col_description(oid,int4)":   colDescription,
	"pg_relation_size(regclass)":  relationSize,
}

// privilegeKernels answer has_…_privilege. Every login may read every table and change none.
func init() {
	for _, what := range []string{"table", "any_column", "column", "schema", "database", "function", "language", "type", "tablespace", "sequence", "server", "foreign_data_wrapper", "parameter"} {
		for _, args := range []string{"name_name", "name_id", "name", "id_name", "id_id", "id", "name_name_name", "name_name_attnum",
			"name_id_name", "name_id_attnum", "id_name_name", "id_name_attnum", "id_id_name", "id_id_attnum", "name_attnum", "id_attnum"} {
			catalogKernels["has_"+what+"_privilege_"+args] = hasPrivilege
		}
	}
	for _, args := range []string{"name_name", "name_id", "name", "id_name", "id_id", "id"} {
		catalogKernels["pg_has_role_"+args] = constantBool(true)
	}
}

func always(types.OID) bool { return true }

func noCatalog() error {
	return pgerr.New(pgerr.FeatureNotSupported, "the catalogs are not available here")
}

func formatTypeKernel(c *Call, out *vector.Column, sel []int32) error {
	for _, i := range sel {
		if c.Args[0].Null(i) {
			out.SetNull(i)
			continue
		}
		oid := types.OID(c.Args[0].Ints[i])
		switch {
		case oid == types.InvalidOID:
			out.SetBytes(i, []byte("-"))
		case pgdata.TypeByOID(uint32(oid)) == nil:
			out.SetBytes(i, []byte("???"))
		case c.Args[1].Null(i):
			out.SetBytes(i, []byte(TypeName(oid)))
		default:
			out.SetBytes(i, []byte(FormatType(types.Type{OID: oid, Typmod: int32(c.Args[1].Ints[i])})))
		}
	}
	return nil
}

func relationVisible(c *Call, out *vector.Column, sel []int32) error {
	if c.Env.Catalog == nil {
		return noCatalog()
	}
	for _, i := range sel {
		visible, ok := c.Env.Catalog.RelationVisible(types.OID(c.Args[0].Ints[i]))
		if !ok {
			out.SetNull(i)
			continue
		}
		out.Bools[i] = visible
	}
	return nil
}

// knownVisible: all objects of these kinds are in pg_catalog, which is always searched.
func knownVisible(known func(types.OID) bool) Kernel {
	return func(c *Call, out *vector.Column, sel []int32) error {
		for _, i := range sel {
			if !known(types.OID(c.Args[0].Ints[i])) {
				out.SetNull(i)
				continue
			}
			out.Bools[i] = true
		}
		return nil
	}
}

func userByID(c *Call, out *vector.Column, sel []int32) error {
	if c.Env.Catalog == nil {
		return noCatalog()
	}
	for _, i := range sel {
		oid := types.OID(c.Args[0].Ints[i])
		name, ok := c.Env.Catalog.RoleName(oid)
		if !ok {
			name = "unknown (OID=" + strconv.FormatUint(uint64(oid), 10) + ")"
		}
		out.SetBytes(i, []byte(name))
	}
	return nil
}

// getExpr is pg_get_expr: the catalogs hold expressions as their text already.
func getExpr(c *Call, out *vector.Column, sel []int32) error {
	for _, i := range sel {
		out.SetBytes(i, c.Args[0].Bytes(i))
	}
	return nil
}

func viewDefinition(c *Call, out *vector.Column, sel []int32) error {
	if c.Env.Catalog == nil {
		return noCatalog()
	}
	for _, i := range sel {
		oid := types.OID(0)
		if c.Args[0].Kind == types.KindInt {
			oid = types.OID(c.Args[0].Ints[i])
		} else if c.Env.Style.Names != nil {
			o, err := c.Env.Style.Names.RegOID(types.RegclassOID, string(c.Args[0].Bytes(i)))
			if err != nil {
				return err
			}
			oid = o
		}
		q, ok := c.Env.Catalog.ViewDefinition(oid)
		if !ok {
			out.SetNull(i)
			continue
		}
		out.SetBytes(i, []byte(" "+strings.TrimSuffix(strings.TrimSpace(q), ";")+";"))
	}
	return nil
}

func functionResult(c *Call, out *vector.Column, sel []int32) error {
	for _, i := range sel {
		p := pgdata.ProcByOID(uint32(c.Args[0].Ints[i]))
		if p == nil || p.Kind == 'p' {
			out.SetNull(i)
			continue
		}
		text := TypeName(types.OID(p.Ret))
		if p.RetSet {
			text = "SETOF " + text
		}
		out.SetBytes(i, []byte(text))
	}
	return nil
}

func functionArguments(c *Call, out *vector.Column, sel []int32) error {
	for _, i := range sel {
		p := pgdata.ProcByOID(uint32(c.Args[0].Ints[i]))
		if p == nil {
			out.SetNull(i)
			continue
		}
		all := p.AllArgTypes
		if all == nil {
			all = p.ArgTypes
		}
		var parts []string
		for k, a := range all {
			part := ""
			if k < len(p.ArgModes) {
				switch p.ArgModes[k] {
				case 'o':
					part = "OUT "
				case 'b':
					part = "INOUT "
				case 'v':
					part = "VARIADIC "
				case 't':
					continue
				}
			}
			if k < len(p.ArgNames) && p.ArgNames[k] != "" {
				part += QuoteIdentifier(p.ArgNames[k]) + " "
			}
			parts = append(parts, part+TypeName(types.OID(a)))
		}
		out.SetBytes(i, []byte(strings.Join(parts, ", ")))
	}
	return nil
}

func relationSize(c *Call, out *vector.Column, sel []int32) error {
	if c.Env.Catalog == nil {
		return noCatalog()
	}
	for _, i := range sel {
		n, ok := c.Env.Catalog.RelationSize(types.OID(c.Args[0].Ints[i]))
		if !ok {
			out.SetNull(i)
			continue
		}
		out.Ints[i] = n
	}
	return nil
}

func oidVectorTypes(c *Call, out *vector.Column, sel []int32) error {
	for _, i := range sel {
		var parts []string
		for _, e := range c.Args[0].Arrays[i].Elems {
			parts = append(parts, TypeName(types.OID(e.Int)))
		}
		out.SetBytes(i, []byte(strings.Join(parts, ", ")))
	}
	return nil
}

func encodingMaxLength(c *Call, out *vector.Column, sel []int32) error {
	for _, i := range sel {
		switch c.Args[0].Ints[i] {
		case 6: // UTF8
			out.Ints[i] = 4
		case 0, 8:
			out.Ints[i] = 1
		default:
			out.SetNull(i)
		}
	}
	return nil
}

// objDescription is obj_description(oid, catalog) and shobj_description; without the catalog any one will do.
func objDescription(c *Call, out *vector.Column, sel []int32) error {
	if c.Env.Catalog == nil {
		return noCatalog()
	}
	for _, i := range sel {
		class := types.OID(0)
		if len(c.Args) > 1 {
			r := pgdata.RelationByName("pg_catalog", string(c.Args[1].Bytes(i)))
			if r == nil {
				out.SetNull(i)
				continue
			}
			class = types.OID(r.OID)
		}
		describe(c, out, i, types.OID(c.Args[0].Ints[i]), class, 0)
	}
	return nil
}

func colDescription(c *Call, out *vector.Column, sel []int32) error {
	if c.Env.Catalog == nil {
		return noCatalog()
	}
	class := types.OID(pgdata.RelationByName("pg_catalog", "pg_class").OID)
	for _, i := range sel {
		describe(c, out, i, types.OID(c.Args[0].Ints[i]), class, int32(c.Args[1].Ints[i]))
	}
	return nil
}

func describe(c *Call, out *vector.Column, i int32, object, class types.OID, sub int32) {
	text, ok := c.Env.Catalog.Description(object, class, sub)
	if !ok {
		out.SetNull(i)
		return
	}
	out.SetBytes(i, []byte(text))
}

// hasPrivilege: the last argument names privileges; those that read are held, those that write are not.
func hasPrivilege(c *Call, out *vector.Column, sel []int32) error {
	arg := c.Args[len(c.Args)-1]
	for _, i := range sel {
		held := false
		for p := range strings.SplitSeq(string(arg.Bytes(i)), ",") {
			switch strings.ToUpper(strings.TrimSpace(strings.TrimSuffix(strings.ToUpper(strings.TrimSpace(p)), " WITH GRANT OPTION"))) {
			case "SELECT", "USAGE", "CONNECT", "EXECUTE", "CREATE", "TEMP", "TEMPORARY", "SET":
				held = true
			case "INSERT", "UPDATE", "DELETE", "TRUNCATE", "REFERENCES", "TRIGGER", "RULE", "ALTER SYSTEM":
			default:
				return pgerr.New(pgerr.InvalidParameterValue, "unrecognized privilege type: \"%s\"", strings.TrimSpace(p))
			}
		}
		out.Bools[i] = held
	}
	return nil
}
