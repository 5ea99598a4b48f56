package expr

import "howdah/types"

// syntax prints a call that was written in the SQL standard's own syntax (get_func_sql_syntax). It tells whether it knows
// the function.
func (p *Printer) syntax(f *Func) bool {
	arg := func(i int) { p.Expr(f.Args[i], false) }
	n := len(f.Args)
	word := func(i int) {
		if c, ok := p.real(f.Args[i]).(*Const); ok {
			p.Write(c.Value.Bytes)
		}
	}
	switch f.Proc.Name {
	case "timezone":
		if n != 2 {
			return false
		}
		p.Put("(")
		p.inside(f.Args[1], false, syntaxParent)
		p.Put(" AT TIME ZONE ")
		p.inside(f.Args[0], false, syntaxParent)
		p.Put(")")
	case "overlaps":
		if n != 4 {
			return false
		}
		for i, before := range []string{"((", ", ", ") OVERLAPS (", ", "} {
			p.Put(before)
			arg(i)
		}
		p.Put("))")
	case "extract":
		p.Put("EXTRACT(")
		word(0)
		p.Put(" FROM ")
		arg(1)
		p.Put(")")
	case "is_normalized":
		p.Put("(")
		p.inside(f.Args[0], false, syntaxParent)
		p.Put(" IS")
		if n == 2 && p.written(f) == 2 {
			p.Put(" ")
			word(1)
		}
		p.Put(" NORMALIZED)")
	case "pg_collation_for":
		p.Put("COLLATION FOR (")
		arg(0)
		p.Put(")")
	case "normalize":
		p.Put("NORMALIZE(")
		arg(0)
		if n == 2 && p.written(f) == 2 {
			p.Put(", ")
			word(1)
		}
		p.Put(")")
	case "overlay":
		for i, before := range []string{"OVERLAY(", " PLACING ", " FROM ", " FOR "}[:n] {
			p.Put(before)
			arg(i)
		}
		p.Put(")")
	case "position":
		p.Put("POSITION((")
		arg(1)
		p.Put(") IN (")
		arg(0)
		p.Put("))")
	case "substring":
		words := []string{"SUBSTRING(", " FROM ", " FOR "}
		switch {
		case n == 3 && f.Args[1].Type().OID == types.TextOID:
			words = []string{"SUBSTRING(", " SIMILAR ", " ESCAPE "}
		case f.Args[1].Type().OID == types.TextOID:
			return false
		}
		for i, before := range words[:n] {
			p.Put(before)
			arg(i)
		}
		p.Put(")")
	case "btrim", "ltrim", "rtrim":
		p.Put("TRIM(", map[string]string{"btrim": "BOTH", "ltrim": "LEADING", "rtrim": "TRAILING"}[f.Proc.Name])
		if n == 2 {
			p.Put(" ")
			arg(1)
		}
		p.Put(" FROM ")
		arg(0)
		p.Put(")")
	default:
		return false
	}
	return true
}

// syntaxParent is around arguments that need parentheses where casts need them.
var syntaxParent = &Func{Show: AsCast}

func (p *Printer) written(f *Func) int {
	if w, ok := p.Written(f); ok {
		return w.Args
	}
	return len(f.Args)
}
