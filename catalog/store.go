package catalog

import (
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"howdah/expr"
	"howdah/sql"
	"howdah/types"
)

// script writes the state as DDL that makes it again, in an order in which each statement finds what it needs.
func (st *state) script() string {
	var b strings.Builder
	b.WriteString("-- Howdah's catalog. Rewritten whenever DDL changes it; may be edited while the server is stopped.\n")
	for _, k := range slices.Sorted(maps.Keys(st.roles)) {
		if r := st.roles[k]; !r.FromEnv {
			writeRole(&b, r)
		}
	}
	writeSettings(&b, "ALL", st.everyone)
	for _, k := range slices.Sorted(maps.Keys(st.schemas)) {
		s := st.schemas[k]
		if !s.served {
			fmt.Fprintf(&b, "CREATE SCHEMA %s;\n", sql.QuoteIdent(s.name))
		}
		writeComment(&b, "SCHEMA "+sql.QuoteIdent(s.name), s.comment)
	}
	for _, k := range slices.Sorted(maps.Keys(st.servers)) {
		s := st.servers[k]
		fmt.Fprintf(&b, "CREATE SERVER %s", sql.QuoteIdent(s.name))
		if s.kind != "" {
			fmt.Fprintf(&b, " TYPE %s", sql.QuoteLiteral(s.kind))
		}
		if s.version != "" {
			fmt.Fprintf(&b, " VERSION %s", sql.QuoteLiteral(s.version))
		}
		fmt.Fprintf(&b, " FOREIGN DATA WRAPPER %s%s;\n", sql.QuoteIdent(s.wrapper), optionsClause(s.options))
		writeComment(&b, "SERVER "+sql.QuoteIdent(s.name), s.comment)
	}
	byMapping := func(x, y mappingKey) int { return cmp.Or(cmp.Compare(x.server, y.server), cmp.Compare(x.user, y.user)) }
	for _, k := range slices.SortedFunc(maps.Keys(st.mappings), byMapping) {
		user := "PUBLIC"
		if k.user != "" {
			user = sql.QuoteIdent(k.user)
		}
		fmt.Fprintf(&b, "CREATE USER MAPPING FOR %s SERVER %s%s;\n", user, sql.QuoteIdent(k.server), optionsClause(st.mappings[k].options))
	}
	byName := func(x, y name) int { return cmp.Or(cmp.Compare(x.schema, y.schema), cmp.Compare(x.name, y.name)) }
	for _, k := range slices.SortedFunc(maps.Keys(st.tables), byName) {
		writeTable(&b, st.tables[k])
	}
	for _, k := range slices.SortedFunc(maps.Keys(st.views), byName) {
		v := st.views[k]
		fmt.Fprintf(&b, "SET search_path = %s;\n", quoteAll(v.path))
		fmt.Fprintf(&b, "CREATE VIEW %s", k)
		if len(v.columns) > 0 {
			fmt.Fprintf(&b, " (%s)", quoteAll(v.columns))
		}
		if len(v.options) > 0 {
			fmt.Fprintf(&b, " WITH (%s)", strings.Join(v.options, ", "))
		}
		fmt.Fprintf(&b, " AS %s;\n", v.query)
		writeComment(&b, "VIEW "+k.String(), v.comment)
		for _, c := range slices.Sorted(maps.Keys(v.defaults)) {
			fmt.Fprintf(&b, "ALTER VIEW %s ALTER COLUMN %s SET DEFAULT %s;\n", k, sql.QuoteIdent(c), v.defaults[c])
		}
		for _, c := range slices.Sorted(maps.Keys(v.comments)) {
			writeComment(&b, "COLUMN "+k.String()+"."+sql.QuoteIdent(c), v.comments[c])
		}
	}
	return b.String()
}

// String is the name as SQL writes it.
func (n name) String() string { return sql.QuoteIdent(n.schema) + "." + sql.QuoteIdent(n.name) }

func quoteAll(names []string) string {
	q := make([]string, len(names))
	for i, n := range names {
		q[i] = sql.QuoteIdent(n)
	}
	return strings.Join(q, ", ")
}

func writeRole(b *strings.Builder, r *Role) {
	fmt.Fprintf(b, "CREATE ROLE %s", sql.QuoteIdent(r.Name))
	if r.Login {
		b.WriteString(" LOGIN")
	}
	if r.Superuser {
		b.WriteString(" SUPERUSER")
	}
	if r.ConnLimit >= 0 {
		fmt.Fprintf(b, " CONNECTION LIMIT %d", r.ConnLimit)
	}
	if r.Verifier != "" {
		fmt.Fprintf(b, " PASSWORD %s", sql.QuoteLiteral(r.Verifier))
	}
	if r.ValidUntil != "" {
		fmt.Fprintf(b, " VALID UNTIL %s", sql.QuoteLiteral(r.ValidUntil))
	}
	b.WriteString(";\n")
	writeComment(b, "ROLE "+sql.QuoteIdent(r.Name), r.Description)
	writeSettings(b, sql.QuoteIdent(r.Name), r.Settings)
}

func writeTable(b *strings.Builder, t *tableDef) {
	fmt.Fprintf(b, "CREATE FOREIGN TABLE %s (", t.name)
	for i, c := range t.columns {
		if i > 0 {
			b.WriteByte(',')
		}
		fmt.Fprintf(b, "\n\t%s %s%s", sql.QuoteIdent(c.name), expr.FormatType(c.typ), optionsClause(c.options))
		if c.collation != types.NoCollation && c.collation != types.CCollation {
			fmt.Fprintf(b, " COLLATE %s", collationName(c.collation))
		}
		if c.notNull {
			b.WriteString(" NOT NULL")
		}
	}
	fmt.Fprintf(b, "\n) SERVER %s%s;\n", sql.QuoteIdent(t.server), optionsClause(t.options))
	writeComment(b, "FOREIGN TABLE "+t.name.String(), t.comment)
	for _, c := range t.columns {
		writeComment(b, "COLUMN "+t.name.String()+"."+sql.QuoteIdent(c.name), c.comment)
	}
}

func writeComment(b *strings.Builder, what, comment string) {
	if comment != "" {
		fmt.Fprintf(b, "COMMENT ON %s IS %s;\n", what, sql.QuoteLiteral(comment))
	}
}

func optionsClause(o map[string]string) string {
	if len(o) == 0 {
		return ""
	}
	var parts []string
	for _, k := range slices.Sorted(maps.Keys(o)) {
		parts = append(parts, sql.QuoteIdent(k)+" "+sql.QuoteLiteral(o[k]))
	}
	return " OPTIONS (" + strings.Join(parts, ", ") + ")"
}

// writeFile replaces the file so that a crash at any point leaves the old or the new one whole.
func writeFile(file, text string) (err error) {
	dir := filepath.Dir(file)
	f, err := os.CreateTemp(dir, "."+filepath.Base(file)+".*") // mode 0600
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			f.Close()
			os.Remove(f.Name())
		}
	}()
	if _, err = f.WriteString(text); err != nil {
		return err
	}
	if err = f.Sync(); err != nil {
		return err
	}
	if err = f.Close(); err != nil {
		return err
	}
	if err = os.Rename(f.Name(), file); err != nil {
		return err
	}
	d, err := os.Open(dir)
	if err != nil {
		return nil // renamed: the content is safe but for the folder's own entry
	}
	defer d.Close()
	return d.Sync()
}

// osReason is the system's words for a failure, without the path.
func osReason(err error) string {
	if pe, ok := errors.AsType[*fs.PathError](err); ok {
		return pe.Err.Error()
	}
	if le, ok := errors.AsType[*os.LinkError](err); ok {
		return le.Err.Error()
	}
	return err.Error()
}
