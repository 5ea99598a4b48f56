package expr

import (
	"slices"
	"strconv"
	"strings"
	"sync"

	"howdah/internal/pgdata"
	"howdah/pgerr"
	"howdah/types"
	"howdah/vector"
)

// The definitions of indexes and constraints, of which only PostgreSQL's own catalogs have any here.

// catalogRow finds a row of a catalog by its key, an OID.
func catalogRow(catalog, key string, oid int64) map[string]string {
	columns, rows := pgdata.Rows(catalog)
	at, want := slices.Index(columns, key), strconv.FormatInt(oid, 10)
	for _, r := range rows {
		if r[at] == want {
			m := make(map[string]string, len(columns))
			for i, c := range columns {
				m[c] = r[i]
			}
			return m
		}
	}
	return nil
}

var relationsByOID = sync.OnceValue(func() map[string]*pgdata.Relation {
	m := map[string]*pgdata.Relation{}
	for i := range pgdata.Relations() {
		r := &pgdata.Relations()[i]
		m[strconv.FormatUint(uint64(r.OID), 10)] = r
	}
	return m
})

// columnNames gives the names of a relation's columns by their numbers.
func columnNames(relation string, numbers []string) []string {
	var out []string
	r := relationsByOID()[relation]
	for _, n := range numbers {
		i, err := strconv.Atoi(n)
		if r == nil || err != nil || i < 1 || i > len(r.Columns) {
			return nil
		}
		out = append(out, QuoteIdentifier(r.Columns[i-1].Name))
	}
	return out
}

func constraintDefinition(c *Call, out *vector.Column, sel []int32) error {
	for _, i := range sel {
		row := catalogRow("pg_constraint", "oid", c.Args[0].Ints[i])
		if row == nil {
			if own, ok := c.Env.Catalog.(OwnObjects); ok {
				if text, ok := own.ConstraintDefinition(types.OID(c.Args[0].Ints[i]), len(c.Args) > 1 && c.Args[1].Bools[i]); ok {
					out.SetBytes(i, []byte(text))
					continue
				}
			}
			out.SetNull(i)
			continue
		}
		columns := columnNames(row["conrelid"], strings.Split(strings.Trim(row["conkey"], "{}"), ","))
		switch row["contype"] {
		case "c":
			out.SetBytes(i, []byte("CHECK ("+row["conbin"]+")"))
		case "p":
			out.SetBytes(i, []byte("PRIMARY KEY ("+strings.Join(columns, ", ")+")"))
		case "u":
			out.SetBytes(i, []byte("UNIQUE ("+strings.Join(columns, ", ")+")"))
		default:
			return pgerr.New(pgerr.FeatureNotSupported, "this kind of constraint is not supported")
		}
	}
	return nil
}

// indexDefinition is pg_get_indexdef(index [, column, pretty]).
func indexDefinition(c *Call, out *vector.Column, sel []int32) error {
	for _, i := range sel {
		column, pretty := int64(0), false
		if len(c.Args) > 1 {
			column, pretty = c.Args[1].Ints[i], c.Args[2].Bools[i]
		}
		text, ok := indexText(c.Args[0].Ints[i], column, pretty)
		if own, has := c.Env.Catalog.(OwnObjects); !ok && has {
			text, ok = own.IndexDefinition(types.OID(c.Args[0].Ints[i]), column)
		}
		if !ok {
			out.SetNull(i)
			continue
		}
		out.SetBytes(i, []byte(text))
	}
	return nil
}

func indexText(oid, column int64, pretty bool) (string, bool) {
	row := catalogRow("pg_index", "indexrelid", oid)
	class := catalogRow("pg_class", "oid", oid)
	if row == nil || class == nil {
		return "", false
	}
	table := relationsByOID()[row["indrelid"]]
	columns := columnNames(row["indrelid"], strings.Fields(row["indkey"]))
	if table == nil { // an index of a TOAST table, which nothing here has
		return "", false
	}
	if column > 0 {
		if column > int64(len(columns)) {
			return "", true
		}
		return columns[column-1], true
	}
	for k, op := range strings.Fields(row["indclass"]) {
		n, _ := strconv.ParseInt(op, 10, 64)
		if o := catalogRow("pg_opclass", "oid", n); o != nil && o["opcdefault"] != "t" {
			columns[k] += " " + QuoteIdentifier(o["opcname"])
		} else if t := table.Columns[attribute(row["indkey"], k)]; o != nil && !takes(o["opcintype"], t.Type) {
			columns[k] += " " + QuoteIdentifier(o["opcname"])
		}
	}
	what := "INDEX "
	if row["indisunique"] == "t" {
		what = "UNIQUE INDEX "
	}
	on := QuoteIdentifier(table.Name)
	if !pretty || table.Schema != "pg_catalog" {
		on = table.Schema + "." + on
	}
	return "CREATE " + what + QuoteIdentifier(class["relname"]) + " ON " + on + " USING btree (" + strings.Join(columns, ", ") + ")", true
}

func attribute(keys string, k int) int {
	n, _ := strconv.Atoi(strings.Fields(keys)[k])
	return n - 1
}

// takes tells whether an operator class is the usual one for a type: its own, or one that needs no conversion.
func takes(class string, t uint32) bool {
	n, _ := strconv.ParseUint(class, 10, 32)
	return uint32(n) == t || strings.HasPrefix(TypeName(types.OID(t)), "reg") && uint32(n) == uint32(types.OidOID) ||
		types.OID(n) == types.AnyArrayOID || isReg(types.OID(t))
}
