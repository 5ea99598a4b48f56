package expr

import "strings"

// simple is isSimpleNode: whether e needs no parentheses as an argument of parent, where not all are printed.
func (p *Printer) simple(e, parent Expr) bool {
	e = p.real(e)
	switch x := e.(type) {
	case nil:
		return false
	case *Field:
		_, nested := parent.(*Field)
		return !nested
	case *Relabel:
		return p.simple(x.Arg, x)
	case *ViaIO:
		return p.simple(x.Arg, x)
	case *ArrayCoerce:
		return p.simple(x.Arg, x)
	case *Func:
		if s, ok := SQLJSONOf(x.Proc); ok {
			return s.Kind != JSONIs || separates(parent)
		}
		if x.Show != AsOperator {
			return true
		}
		if f, ok := parent.(*Func); ok && f.Show == AsOperator {
			return p.binds(x, f)
		}
		return separates(parent)
	case *Sublink, *NullTest, *BoolTest:
		return separates(parent)
	case *Distinct:
		if x.Not {
			return p.bool('n', parent)
		}
		return separates(parent)
	case *And:
		return p.bool('a', parent)
	case *Or:
		return p.bool('o', parent)
	case *Not:
		return p.bool('n', parent)
	case *AnyAll, *Collate, *RowCompare, *CaseTest:
		return false
	}
	return true
}

// binds tells whether an operator binds tighter than the one around it, as far as only + - * / % are known.
func (p *Printer) binds(x, parent *Func) bool {
	const low, high = "+-", "*/%"
	if len(x.Args) != 2 || len(parent.Args) != 2 || len(x.Name) != 1 || len(parent.Name) != 1 ||
		!strings.Contains(low+high, x.Name) || !strings.Contains(low+high, parent.Name) {
		return false
	}
	tighter, looser := strings.Contains(high, x.Name), strings.Contains(low, parent.Name)
	if tighter == looser {
		return tighter
	}
	return p.real(parent.Args[0]) == Expr(x)
}

// bool tells it of AND (a), OR (o), NOT (n).
func (p *Printer) bool(kind byte, parent Expr) bool {
	switch x := parent.(type) {
	case *And:
		return p.Pretty && kind != 'o'
	case *Or:
		return p.Pretty
	case *Not:
		return false
	case *Distinct:
		return false
	default:
		return separates(x)
	}
}

// separates tells whether a node keeps its arguments apart from what is around them.
func separates(parent Expr) bool {
	switch x := parent.(type) {
	case *Func:
		return x.Show == AsCall
	case *And, *Or, *Not, *Subscript, *ArrayExpr, *Row, *Coalesce, *MinMax, *NullIf, *Agg, *WindowCall, *Case:
		return true
	}
	return false
}
