package catalog

import (
	"regexp"
	"strings"
	"sync"

	"howdah/internal/pgdata"
	"howdah/types"
)

// systemRelation makes the relation of a system table or view in PostgreSQL 15's shape, or nil.
func systemRelation(n name) *Relation {
	systemMu.Lock()
	defer systemMu.Unlock()
	if r, ok := systemMade[n]; ok {
		return r
	}
	shape := pgdata.RelationByName(n.schema, n.name)
	if shape == nil {
		return nil
	}
	r := &Relation{OID: types.OID(shape.OID), Schema: n.schema, Name: n.name, Kind: Relkind(shape.Kind), Rows: 100, Bytes: 8192}
	for _, a := range shape.Columns {
		r.Columns = append(r.Columns, Column{
			Column: types.Column{Name: a.Name, Type: baseType(a.Type, a.TypMod), Collation: types.OID(a.Collation)},
			AttNum: a.Num, NotNull: a.NotNull,
		})
	}
	if r.Kind == RelTable { // views have no system columns
		r.Columns = append(r.Columns, Column{
			Column: types.Column{Name: "tableoid", Type: types.Of(types.OidOID)}, AttNum: -6, Hidden: true, Role: SystemTableOID,
		})
	}
	r.System = systemTable(n, r)
	if r.System == nil {
		r.View = corrections.Replace(trueTypes.ReplaceAllStringFunc(shape.Definition, trueType))
		if strings.HasPrefix(n.name, "_pg_foreign_table") { // tables over files are foreign tables of relkind r
			r.View = strings.ReplaceAll(r.View, `relkind = 'f'::"char"`, `relkind = ANY (ARRAY['f'::"char", 'r'::"char"])`)
		}
	}
	systemMade[n] = r
	return r
}

var (
	systemMu   sync.Mutex
	systemMade = map[name]*Relation{}
)

// baseType is what stands below the domains of information_schema, which clients are told of too.
func baseType(oid uint32, typmod int32) types.Type {
	if t := pgdata.TypeByOID(oid); t != nil && t.Kind == 'd' {
		return types.Type{OID: types.OID(t.BaseType), Typmod: t.TypMod}
	}
	return types.Type{OID: types.OID(oid), Typmod: typmod}
}

// corrections are made to the definitions of PostgreSQL's views: the domains of information_schema are their base types
// (their checks hold of all that its views show), and tables are not to be written to.
var corrections = strings.NewReplacer(
	`((c.relkind = ANY (ARRAY['r'::"char", 'p'::"char"])) OR ((c.relkind = ANY`, `((false) OR ((c.relkind = ANY`,
	"::information_schema.sql_identifier", "::name",
	"::information_schema.character_data", "::character varying",
	"::information_schema.cardinal_number", "::integer",
	"::information_schema.yes_or_no", "::character varying(3)",
	"::information_schema.time_stamp", "::timestamp(2) with time zone",
)

// trueTypes are calls of the two functions of information_schema that take whole rows of catalogs. Both are one CASE, which
// stands in the views instead.
var trueTypes = regexp.MustCompile(`information_schema\._pg_truetyp(id|mod)\((\w+)\.\*, (\w+)\.\*\)`)

func trueType(call string) string {
	m := trueTypes.FindStringSubmatch(call)
	of := map[string][2]string{"id": {"typbasetype", "atttypid"}, "mod": {"typtypmod", "atttypmod"}}[m[1]]
	return "CASE WHEN " + m[3] + ".typtype = 'd' THEN " + m[3] + "." + of[0] + " ELSE " + m[2] + "." + of[1] + " END"
}

var informationSchemaOID = sync.OnceValue(func() types.OID {
	columns, rows := pgdata.Rows("pg_namespace")
	var oid, nspname int
	for i, c := range columns {
		switch c {
		case "oid":
			oid = i
		case "nspname":
			nspname = i
		}
	}
	for _, r := range rows {
		if r[nspname] == "information_schema" {
			return parseOID(r[oid])
		}
	}
	return types.InvalidOID
})

func parseOID(s string) types.OID {
	var n types.OID
	for _, c := range s {
		n = n*10 + types.OID(c-'0')
	}
	return n
}
