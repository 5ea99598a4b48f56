// Command docs writes the tables of the documentation from the declarations in code: doc/options.md, doc/functions.md.
package main

import (
	"cmp"
	"fmt"
	"log"
	"os"
	"slices"
	"strings"

	"howdah/expr"
	formatsall "howdah/formats/all"
	"howdah/internal/options"
	"howdah/internal/pgdata"
	"howdah/internal/reject"
	"howdah/sources"
	sourcesall "howdah/sources/all"
	"howdah/types"
)

func main() {
	log.SetFlags(0)
	for file, text := range map[string]string{"doc/options.md": optionTables(), "doc/functions.md": functionTables()} {
		if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
			log.Fatal(err)
		}
	}
}

const generated = "<!-- Written by `make docs`; do not edit. -->\n\n"

func optionTables() string {
	var b strings.Builder
	b.WriteString("# Options\n\n" + generated)
	b.WriteString("Options of a table, a server and a user mapping are joined: the table's win, then the mapping's, then the server's.\n" +
		"`location` (or cloudfs_fdw's `source`, `bucket`, `filepath`, `url`) says where the files are, `format` what they are.\n")
	b.WriteString("\n## Every table\n\n[dirty-rows.md](dirty-rows.md) tells more.\n\n")
	table(&b, options.Of(reject.Options{}))
	reg, err := sourcesall.Registry(sourcesall.Config{})
	if err != nil {
		log.Fatal(err)
	}
	defer reg.Close()
	for _, f := range formatsall.Formats() {
		s := f.Spec()
		fmt.Fprintf(&b, "\n## Format %s (%s)\n\n", s.Name, strings.Join(s.Extensions, ", "))
		table(&b, options.Of(s.Options))
		if s.Column != nil {
			b.WriteString("\nOf one column:\n\n")
			table(&b, options.Of(s.Column))
		}
	}
	for _, scheme := range reg.Schemes() {
		if scheme == "https" {
			continue // as http
		}
		fmt.Fprintf(&b, "\n## Source %s\n\n", scheme)
		table(&b, options.Of(reg.Options(sources.Location{Scheme: scheme})))
	}
	return b.String()
}

func table(b *strings.Builder, list []options.Option) {
	if len(list) == 0 {
		b.WriteString("None.\n")
		return
	}
	b.WriteString("| option | type | default | |\n|---|---|---|---|\n")
	for _, o := range list {
		name := "`" + o.Name + "`"
		for _, a := range o.Aliases {
			name += ", `" + a + "`"
		}
		typ := string(o.Type)
		if len(o.Enum) > 0 {
			typ = strings.Join(o.Enum, " \\| ")
		}
		def := ""
		if o.Default != "" {
			def = "`" + strings.ReplaceAll(o.Default, "|", "\\|") + "`"
		}
		help := strings.ReplaceAll(o.Help, "|", "\\|")
		if o.Secret {
			help += " (secret: shown to nobody)"
		}
		fmt.Fprintf(b, "| %s | %s | %s | %s |\n", name, typ, def, help)
	}
}

// functionTables counts and lists what can be computed of PostgreSQL's immutable functions, operators and aggregates.
func functionTables() string {
	var b strings.Builder
	b.WriteString("# Functions, operators, aggregates\n\n" + generated)
	b.WriteString("What PostgreSQL 15 has and Howdah computes. A function that is missing here is `0A000` when a statement that\n" +
		"names it is planned; it is never approximated.\n")
	have, all := map[byte]int{}, map[byte]int{}
	names := map[byte]map[string][]string{'f': {}, 'a': {}}
	operators := map[uint32]bool{}
	done, total := 0, 0
	var ops []string
	for _, o := range pgdata.Operators() {
		operators[o.Proc] = true
		p := pgdata.ProcByOID(o.Proc)
		if p == nil {
			continue
		}
		total++
		if expr.Implemented(p) {
			done++
			ops = append(ops, o.Name)
		}
	}
	for i := range pgdata.Procs() {
		p := &pgdata.Procs()[i]
		if p.Kind != 'f' && p.Kind != 'a' || p.Namespace != pgdata.PgCatalog || operators[p.OID] || internalOnly(p) {
			continue
		}
		all[p.Kind]++
		if !expr.Implemented(p) {
			continue
		}
		have[p.Kind]++
		var args []string
		for _, a := range p.ArgTypes {
			args = append(args, expr.TypeName(types.OID(a)))
		}
		names[p.Kind][p.Name] = append(names[p.Kind][p.Name], "("+strings.Join(args, ", ")+")")
	}
	slices.Sort(ops)
	counts := map[string]int{}
	for _, o := range ops {
		counts[o]++
	}
	fmt.Fprintf(&b, "\n## Operators: %d of %d\n\n", done, total)
	for _, o := range slices.Compact(ops) {
		fmt.Fprintf(&b, "`%s` ×%d  ", o, counts[o])
	}
	b.WriteString("\n")
	for _, k := range []byte{'f', 'a'} {
		title := map[byte]string{'f': "Functions", 'a': "Aggregates"}[k]
		fmt.Fprintf(&b, "\n## %s: %d of %d\n\n", title, have[k], all[k])
		keys := make([]string, 0, len(names[k]))
		for n := range names[k] {
			keys = append(keys, n)
		}
		slices.SortFunc(keys, cmp.Compare)
		for _, n := range keys {
			fmt.Fprintf(&b, "- `%s` %s\n", n, strings.Join(names[k][n], " "))
		}
	}
	return b.String()
}

// internalOnly tells functions that SQL cannot call: their arguments or results are of type internal or cstring.
func internalOnly(p *pgdata.Proc) bool {
	for _, t := range append([]uint32{p.Ret}, p.ArgTypes...) {
		if t == uint32(types.InternalOID) || t == uint32(types.CstringOID) || t == uint32(types.TriggerOID) {
			return true
		}
	}
	return false
}
