package expr

import (
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"howdah/internal/pgdata"
	"howdah/internal/textsearch"
	"howdah/pgerr"
	"howdah/types"
	"howdah/vector"
)

// catalogKernels answer about objects (https://www.postgresql.org/docs/15/functions-info.html). What this server has
// none of (indexes, triggers, rules, …) gives NULL, as PostgreSQL does for an OID that means nothing.
var catalogKernels = map[string]Kernel{
	"format_type":         formatTypeKernel,
	"pg_table_is_visible": relationVisible,
	"pg_type_is_visible": schemaVisible(func(oid uint32) (uint32, bool) {
		t := pgdata.TypeByOID(oid)
		if t == nil {
			return 0, false
		}
		return t.Namespace, true
	}),
	"pg_function_is_visible": schemaVisible(func(oid uint32) (uint32, bool) {
		p := pgdata.ProcByOID(oid)
		if p == nil {
			return 0, false
		}
		return p.Namespace, true
	}),
	"pg_operator_is_visible":             knownVisible(always),
	"pg_opclass_is_visible":              knownVisible(always),
	"pg_opfamily_is_visible":             knownVisible(always),
	"pg_collation_is_visible":            knownVisible(always),
	"pg_conversion_is_visible":           knownVisible(always),
	"pg_statistics_obj_is_visible":       knownVisible(always),
	"pg_ts_parser_is_visible":            knownVisible(func(oid types.OID) bool { return oid == defaultParser }),
	"pg_ts_dict_is_visible":              knownVisible(func(oid types.OID) bool { return textsearch.DictionaryByOID(uint32(oid)) != nil }),
	"pg_ts_template_is_visible":          knownVisible(always),
	"pg_ts_config_is_visible":            knownVisible(func(oid types.OID) bool { return textsearch.ConfigByOID(uint32(oid)) != nil }),
	"pg_get_userbyid":                    userByID,
	"pg_get_expr":                        getExpr,
	"pg_get_expr_ext":                    getExpr,
	"pg_get_viewdef":                     viewDefinition,
	"pg_get_viewdef_ext":                 viewDefinition,
	"pg_get_viewdef_wrap":                viewDefinition,
	"pg_get_viewdef_name":                viewDefinition,
	"pg_get_viewdef_name_ext":            viewDefinition,
	"pg_get_indexdef":                    indexDefinition,
	"pg_get_indexdef_ext":                indexDefinition,
	"pg_get_constraintdef":               constraintDefinition,
	"pg_get_constraintdef_ext":           constraintDefinition,
	"pg_get_ruledef":                     null,
	"pg_get_ruledef_ext":                 null,
	"pg_get_triggerdef":                  null,
	"pg_get_triggerdef_ext":              null,
	"pg_get_partkeydef":                  null,
	"pg_get_partition_constraintdef":     null,
	"pg_get_statisticsobjdef_columns":    null,
	"pg_get_serial_sequence":             serialSequence,
	"pg_get_function_sqlbody":            null,
	"pg_get_function_result":             functionResult,
	"pg_get_function_arguments":          functionArguments(true),
	"pg_get_function_identity_arguments": functionArguments(false),
	"pg_get_function_arg_default":        functionArgDefault,
	"pg_get_functiondef":                 functionDefinition,
	"pg_relation_size":                   relationSize,
	"pg_relation_is_publishable":         constantBool(false),
	"pg_table_size":                      relationSize,
	"pg_total_relation_size":             relationSize,
	"pg_indexes_size":                    sessionInt(func(Session) int64 { return 0 }),
	"pg_database_size_oid":               databaseSize,
	"pg_database_size_name":              databaseSize,
	"pg_relation_is_updatable":           sessionlessInt(0),
	"pg_column_is_updatable":             constantBool(false),
	"pg_tablespace_size_oid":             sessionlessInt(0), // nothing is kept there
	"pg_tablespace_size_name":            sessionlessInt(0),
	"pg_describe_object":                 describeObject,
	"row_security_active":                constantBool(false),
	"row_security_active_name":           constantBool(false),
	"pg_sequence_last_value":             null,
	"pg_get_statisticsobjdef":            null,
	"nameconcatoid":                      nameConcatOID,
	"pg_collation_for":                   collationFor,
	"text_regclass":                      textRegclass,
	"to_regclass":                        toReg,
	"to_regtype":                         toReg,
	"to_regnamespace":                    toReg,
	"to_regrole":                         toReg,
	"to_regproc":                         toReg,
	"to_regprocedure":                    toReg,
	"to_regoper":                         toReg,
	"to_regoperator":                     toReg,
	"to_regcollation":                    toReg,
	"pg_tablespace_location":             void,
	"pg_index_column_has_property":       null,
	"oidvectortypes":                     oidVectorTypes,
	"pg_encoding_max_length_sql":         encodingMaxLength,

	"obj_description(oid,name)":   objDescription,
	"obj_description(oid)":        objDescription,
	"shobj_description(oid,name)": objDescription,
	"col_description(oid,int4)":   colDescription,

	"_pg_index_position(oid,int2)":    indexPosition,
	"_pg_char_octet_length(oid,int4)": charOctetLength,
	"pg_relation_size(regclass)":      relationSize,
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

// schemaVisible is for objects of pg_catalog, which is always searched, and of information_schema, which is when the path
// says so.
func schemaVisible(schemaOf func(uint32) (schema uint32, ok bool)) Kernel {
	return func(c *Call, out *vector.Column, sel []int32) error {
		other := c.Env.Session != nil && slices.Contains(c.Env.Session.SearchPath(true), "information_schema")
		for _, i := range sel {
			schema, ok := schemaOf(uint32(c.Args[0].Ints[i]))
			if !ok {
				out.SetNull(i)
				continue
			}
			out.Bools[i] = other || schema == pgdata.PgCatalog
		}
		return nil
	}
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
		text := c.Args[0].Bytes(i)
		if own, ok := c.Env.Catalog.(OwnObjects); ok && len(c.Args) > 2 && c.Args[2].Bools[i] {
			if pretty, ok := own.PrettyExpr(types.OID(c.Args[1].Ints[i]), string(text)); ok {
				text = []byte(pretty)
			}
		}
		out.SetBytes(i, text)
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
		pretty, wrap := false, 0
		if len(c.Args) > 1 {
			if c.ArgTypes[1].OID == types.BoolOID {
				pretty = c.Args[1].Bools[i]
			} else {
				pretty, wrap = true, int(c.Args[1].Ints[i])
			}
		}
		q, ok := c.Env.Catalog.ViewDefinition(oid, pretty, wrap, c.Env.Style)
		if !ok {
			out.SetNull(i)
			continue
		}
		out.SetBytes(i, []byte(q))
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
		n := c.Args[0].Ints[i]
		if n < 0 || n >= int64(len(encodings)) {
			out.SetNull(i)
			continue
		}
		switch encodings[n] {
		case "EUC_JP", "EUC_CN", "EUC_KR", "EUC_JIS_2004", "JOHAB":
			out.Ints[i] = 3
		case "UTF8", "EUC_TW", "MULE_INTERNAL", "GB18030":
			out.Ints[i] = 4
		case "SJIS", "BIG5", "GBK", "UHC", "SHIFT_JIS_2004":
			out.Ints[i] = 2
		default:
			out.Ints[i] = 1
		}
	}
	return nil
}

// databaseSize is the size of what is listed; the catalogs have one database.
func databaseSize(c *Call, out *vector.Column, sel []int32) error {
	d, ok := c.Env.Catalog.(interface{ DatabaseSize() int64 })
	if !ok {
		return noCatalog()
	}
	n := d.DatabaseSize()
	for _, i := range sel {
		out.Ints[i] = n
	}
	return nil
}

// nameConcatOID is nameconcatoid(name, oid): name_oid, the name cut so that the whole fits.
func nameConcatOID(c *Call, out *vector.Column, sel []int32) error {
	const room = 63
	for _, i := range sel {
		var buf [12]byte
		suffix := strconv.AppendUint(append(buf[:0], '_'), uint64(types.OID(c.Args[1].Ints[i])), 10)
		name := c.Args[0].Bytes(i)
		if len(name) > room-len(suffix) {
			name = name[:room-len(suffix)]
			for len(name) > 0 && !utf8.Valid(name) {
				name = name[:len(name)-1]
			}
		}
		dst := out.Build()
		out.Built(i, append(append(dst, name...), suffix...), len(dst))
	}
	return nil
}

// textRegclass is the cast from text to regclass.
func textRegclass(c *Call, out *vector.Column, sel []int32) (err error) {
	if c.Env.Style.Names == nil {
		return noCatalog()
	}
	for _, i := range sel {
		oid, err := c.Env.Style.Names.RegOID(types.RegclassOID, string(c.Args[0].Bytes(i)))
		if err != nil {
			return err
		}
		out.Ints[i] = int64(oid)
	}
	return nil
}

// toReg is to_regclass and its like: NULL where the name means nothing.
func toReg(c *Call, out *vector.Column, sel []int32) error {
	for _, i := range sel {
		text := c.Args[0].Bytes(i)
		if len(text) > 0 && strings.Trim(string(text), "0123456789") == "" || string(text) == "-" {
			out.SetNull(i) // a name, not a number
			continue
		}
		v, _, err := readName(c.Result.OID, text, c.Env)
		if err != nil {
			switch pgerr.From(err).Code {
			case pgerr.UndefinedTable, pgerr.UndefinedObject, pgerr.UndefinedFunction, pgerr.AmbiguousFunction, pgerr.InvalidSchemaName:
				out.SetNull(i)
				continue
			}
			return err
		}
		out.Ints[i] = v
	}
	return nil
}

// collationFor is pg_collation_for, "COLLATION FOR (…)".
func collationFor(c *Call, out *vector.Column, sel []int32) error {
	t := c.ArgTypes[0].OID
	if p := pgType(t); t != types.UnknownOID && (p == nil || p.Collation == 0) {
		return pgerr.New(pgerr.DatatypeMismatch, "collations are not supported by type %s", TypeName(t))
	}
	for _, i := range sel {
		name := CollationName(c.Collation)
		if name == "" {
			out.SetNull(i)
			continue
		}
		out.SetBytes(i, []byte(QuoteIdentifier(name)))
	}
	return nil
}

// indexPosition is information_schema._pg_index_position: where a column stands in an index, NULL if it does not.
func indexPosition(c *Call, out *vector.Column, sel []int32) error {
	columns, rows := pgdata.Rows("pg_index")
	id, key := slices.Index(columns, "indexrelid"), slices.Index(columns, "indkey")
	for _, i := range sel {
		out.SetNull(i)
		index, column := strconv.FormatInt(c.Args[0].Ints[i], 10), strconv.FormatInt(c.Args[1].Ints[i], 10)
		for _, r := range rows {
			if r[id] != index {
				continue
			}
			if at := slices.Index(strings.Fields(r[key]), column); at >= 0 {
				out.Nulls[i] = false
				out.Ints[i] = int64(at + 1)
			}
		}
	}
	return nil
}

// charOctetLength is information_schema._pg_char_octet_length, for UTF8.
func charOctetLength(c *Call, out *vector.Column, sel []int32) error {
	for _, i := range sel {
		typmod := c.Args[1].Ints[i]
		switch t := types.OID(c.Args[0].Ints[i]); {
		case t != types.TextOID && t != types.BpcharOID && t != types.VarcharOID:
			out.SetNull(i)
		case typmod == -1:
			out.Ints[i] = 1 << 30
		case t == types.TextOID:
			out.SetNull(i)
		default:
			out.Ints[i] = (typmod - 4) * 4
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
