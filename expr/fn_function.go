package expr

import (
	"slices"
	"strconv"
	"strings"

	"howdah/internal/pgdata"
	"howdah/pgerr"
	"howdah/types"
	"howdah/vector"
)

// How functions are shown (print_function_arguments and its neighbours in ruleutils.c).

func functionResult(c *Call, out *vector.Column, sel []int32) error {
	for _, i := range sel {
		p := pgdata.ProcByOID(uint32(c.Args[0].Ints[i]))
		if p == nil || p.Kind == 'p' {
			out.SetNull(i)
			continue
		}
		out.SetBytes(i, []byte(resultText(p)))
	}
	return nil
}

func resultText(p *pgdata.Proc) string {
	if strings.Contains(p.ArgModes, "t") {
		return "TABLE(" + argumentsText(p, func(mode byte) bool { return mode == 't' }, false) + ")"
	}
	text := TypeName(types.OID(p.Ret))
	if p.RetSet {
		text = "SETOF " + text
	}
	return text
}

func functionArguments(defaults bool) Kernel {
	return func(c *Call, out *vector.Column, sel []int32) error {
		for _, i := range sel {
			p := pgdata.ProcByOID(uint32(c.Args[0].Ints[i]))
			if p == nil {
				out.SetNull(i)
				continue
			}
			shown := func(mode byte) bool { return mode != 't' }
			out.SetBytes(i, []byte(argumentsText(p, shown, defaults)))
		}
		return nil
	}
}

// argumentsText lists the arguments whose mode is to be shown.
func argumentsText(p *pgdata.Proc, shown func(mode byte) bool, defaults bool) string {
	all := p.AllArgTypes
	if all == nil {
		all = p.ArgTypes
	}
	before := -1 // ORDER BY stands before this input argument
	repeat := false
	if p.Kind == 'a' {
		if a := pgdata.AggregateByOID(p.OID); a != nil && a.Kind != 'n' {
			before = a.NumDirectArgs
			repeat = p.Variadic != 0 && a.NumDirectArgs == p.NArgs // VARIADIC, as direct and as aggregated argument
		}
	}
	values := p.DefaultTexts()
	var b strings.Builder
	printed, input := 0, 0
	for k, a := range all {
		mode := byte('i')
		if k < len(p.ArgModes) {
			mode = p.ArgModes[k]
		}
		in := mode == 'i' || mode == 'b' || mode == 'v'
		if in {
			input++
		}
		if !shown(mode) {
			continue
		}
		arg := argumentText(p, k, a, mode)
		switch {
		case input-1 == before && in:
			if printed > 0 {
				b.WriteByte(' ')
			}
			b.WriteString("ORDER BY ")
		case printed > 0:
			b.WriteString(", ")
		}
		b.WriteString(arg)
		if d := input - 1 - (p.NArgs - len(values)); defaults && in && d >= 0 && d < len(values) {
			b.WriteString(" DEFAULT " + values[d])
		}
		printed++
		if repeat && k == len(all)-1 {
			b.WriteString(" ORDER BY " + arg)
		}
	}
	return b.String()
}

func argumentText(p *pgdata.Proc, k int, t uint32, mode byte) string {
	text := map[byte]string{'o': "OUT ", 'b': "INOUT ", 'v': "VARIADIC "}[mode]
	if k < len(p.ArgNames) && p.ArgNames[k] != "" {
		text += QuoteIdentifier(p.ArgNames[k]) + " "
	}
	return text + TypeName(types.OID(t))
}

// functionArgDefault is pg_get_function_arg_default(function, argument from 1).
func functionArgDefault(c *Call, out *vector.Column, sel []int32) error {
	for _, i := range sel {
		p := pgdata.ProcByOID(uint32(c.Args[0].Ints[i]))
		n := c.Args[1].Ints[i]
		if p == nil || n < 1 {
			out.SetNull(i)
			continue
		}
		values := p.DefaultTexts()
		input, mode := int64(0), byte('i')
		for k := int64(0); k < n; k++ {
			mode = 'i'
			if len(p.ArgModes) > 0 {
				if k >= int64(len(p.ArgModes)) {
					mode = 0
					break
				}
				mode = p.ArgModes[k]
			}
			if mode == 'i' || mode == 'b' || mode == 'v' {
				input++
			}
		}
		at := int(input) - 1 - (p.NArgs - len(values))
		if mode != 'i' && mode != 'b' && mode != 'v' || at < 0 || at >= len(values) {
			out.SetNull(i)
			continue
		}
		out.SetBytes(i, []byte(values[at]))
	}
	return nil
}

// functionDefinition is pg_get_functiondef.
func functionDefinition(c *Call, out *vector.Column, sel []int32) error {
	for _, i := range sel {
		p := pgdata.ProcByOID(uint32(c.Args[0].Ints[i]))
		if p == nil {
			out.SetNull(i)
			continue
		}
		if p.Kind == 'a' {
			return pgerr.New(pgerr.WrongObjectType, "\"%s\" is an aggregate function", p.Name)
		}
		out.SetBytes(i, []byte(definitionText(p)))
	}
	return nil
}

func definitionText(p *pgdata.Proc) string {
	const langInternal, langC, langSQL = 12, 13, 14
	schema := "pg_catalog"
	if p.Namespace != pgdata.PgCatalog {
		schema = "information_schema"
	}
	var b strings.Builder
	what := "FUNCTION"
	if p.Kind == 'p' {
		what = "PROCEDURE"
	}
	b.WriteString("CREATE OR REPLACE " + what + " " + schema + "." + QuoteIdentifier(p.Name) + "(")
	b.WriteString(argumentsText(p, func(mode byte) bool { return mode != 't' }, true) + ")\n")
	if p.Kind != 'p' {
		b.WriteString(" RETURNS " + resultText(p) + "\n")
	}
	language := map[uint32]string{langInternal: "internal", langC: "c", langSQL: "sql"}[p.Lang]
	if language == "" {
		language = "plpgsql"
	}
	b.WriteString(" LANGUAGE " + language + "\n")
	var options strings.Builder
	if p.Kind == 'w' {
		options.WriteString(" WINDOW")
	}
	switch p.Volatile {
	case 'i':
		options.WriteString(" IMMUTABLE")
	case 's':
		options.WriteString(" STABLE")
	}
	switch p.Parallel {
	case 's':
		options.WriteString(" PARALLEL SAFE")
	case 'r':
		options.WriteString(" PARALLEL RESTRICTED")
	}
	if p.Strict {
		options.WriteString(" STRICT")
	}
	if p.SecDef {
		options.WriteString(" SECURITY DEFINER")
	}
	if p.LeakProof {
		options.WriteString(" LEAKPROOF")
	}
	usual := 100.0
	if p.Lang == langInternal || p.Lang == langC {
		usual = 1
	}
	if p.Cost != usual {
		options.WriteString(" COST " + strconv.FormatFloat(p.Cost, 'g', 6, 64))
	}
	if p.Rows > 0 && p.Rows != 1000 {
		options.WriteString(" ROWS " + strconv.FormatFloat(p.Rows, 'g', 6, 64))
	}
	if s := pgdata.ProcByOID(p.Support); s != nil {
		options.WriteString(" SUPPORT " + s.Name)
	}
	if options.Len() > 0 {
		b.WriteString(options.String() + "\n")
	}
	if p.SQLBody != pgdata.Null {
		b.WriteString(p.SQLBody)
	} else {
		b.WriteString("AS ")
		if p.Lang == langC {
			b.WriteString("'" + library(p) + "', ")
		}
		tag := "$" + strings.ToLower(what)
		for strings.Contains(p.Src, tag) {
			tag += "x"
		}
		b.WriteString(tag + "$" + p.Src + tag + "$")
	}
	b.WriteString("\n")
	return b.String()
}

// library is the file that holds a function in C.
func library(p *pgdata.Proc) string {
	columns, rows := pgdata.Rows("pg_proc")
	id, at := slices.Index(columns, "oid"), slices.Index(columns, "probin")
	oid := strconv.FormatUint(uint64(p.OID), 10)
	for _, r := range rows {
		if r[id] == oid {
			return r[at]
		}
	}
	return ""
}
