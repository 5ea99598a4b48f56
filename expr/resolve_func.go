package expr

import (
	"strings"

	"howdah/internal/pgdata"
	"howdah/pgerr"
	"howdah/types"
)

// Invocation is a function call as written, its arguments bound.
type Invocation struct {
	Name        []string
	Args        []Expr // for WithinGroup: the direct arguments, then the expressions of Order
	ArgNames    []string
	Variadic    bool // the last argument was marked VARIADIC
	Star        bool // f(*)
	Distinct    bool
	Order       []SortKey // ORDER BY among the arguments, or WITHIN GROUP's
	WithinGroup bool
	Filter      Expr
	Over        bool
	Loc         int32
}

// search is how func_get_detail ended.
type search struct {
	how    detail
	best   *candidate
	target types.OID // for coercion
}

// findFunction is func_get_detail.
func (r *Resolver) findFunction(namespace uint32, name string, c *Invocation, actual []types.OID) search {
	raw := candidates(namespace, name, len(actual), c.ArgNames, !c.Variadic)
	var pick *candidate
	for _, cand := range raw {
		exact := true
		for i, t := range actual {
			if cand.args[i] != t {
				exact = false
				break
			}
		}
		if exact {
			pick = cand
			break
		}
	}
	if pick == nil {
		if len(actual) == 1 && !hasNames(c.ArgNames) && namespace == pgdata.PgCatalog {
			if t := pgdata.TypeByName(name); t != nil {
				target, from := types.OID(t.OID), actual[0]
				yes := false
				if _, constant := c.Args[0].(*Const); from == types.UnknownOID && constant {
					yes = true
				} else {
					switch p, _ := findPath(target, from, Explicit); p {
					case byRelabel:
						yes = true
					case byIO:
						yes = !((from == types.RecordOID || isComposite(from)) && category(target) == 'S')
					}
				}
				if yes {
					return search{how: coercion, target: target}
				}
			}
		}
		if len(raw) > 0 {
			var how detail
			if pick, how = choose(actual, raw); how != found {
				return search{how: how}
			}
		}
	}
	if pick == nil {
		return search{}
	}
	if pick.unsure {
		return search{how: several}
	}
	return search{how: found, best: pick}
}

// callText is func_signature_string.
func callText(name []string, names []string, ts []types.OID) string {
	var b strings.Builder
	b.WriteString(strings.Join(name, "."))
	b.WriteByte('(')
	for i, t := range ts {
		if i > 0 {
			b.WriteString(", ")
		}
		if i < len(names) && names[i] != "" {
			b.WriteString(names[i] + " => ")
		}
		b.WriteString(TypeName(t))
	}
	b.WriteByte(')')
	return b.String()
}

// Function binds a call (ParseFuncOrColumn): a *Func (set-returning where Proc.RetSet), an *Agg, or a cast written as
// a call.
func (r *Resolver) Function(c *Invocation) (Expr, error) {
	namespace, last, err := r.schemaOf(c.Name, -1)
	if err != nil {
		return nil, err
	}
	name := strings.Join(c.Name, ".")
	args := append([]Expr(nil), c.Args...)
	actual := typesOf(args)
	if len(args) > 100 {
		return nil, r.errorAt(c.Loc, pgerr.TooManyArguments, "cannot pass more than 100 arguments to a function")
	}
	s := r.findFunction(namespace, last, c, actual)
	switch s.how {
	case coercion:
		if e := r.refuseDecoration(c, name); e != nil {
			return nil, e
		}
		out, err := r.coerceType(args[0], types.Of(s.target), Explicit, AsCall, c.Loc)
		if err != nil {
			return nil, err
		}
		return out, nil
	case several:
		return nil, r.errorAt(c.Loc, pgerr.AmbiguousFunction, "function %s is not unique", callText(c.Name, c.ArgNames, actual)).
			WithHint("Could not choose a best candidate function. You might need to add explicit type casts.")
	case notFound:
		e := r.errorAt(c.Loc, pgerr.UndefinedFunction, "function %s does not exist", callText(c.Name, c.ArgNames, actual))
		if len(c.Order) > 0 && !c.WithinGroup {
			return nil, e.WithHint("No aggregate function matches the given name and argument types. Perhaps you misplaced ORDER BY; ORDER BY must appear after all regular arguments of the aggregate.")
		}
		return nil, e.WithHint("No function matches the given name and argument types. You might need to add explicit type casts.")
	}
	p := s.best.proc
	switch p.Kind {
	case 'f':
		if e := r.refuseDecoration(c, name); e != nil {
			return nil, e
		}
	case 'p':
		return nil, r.errorAt(c.Loc, pgerr.WrongObjectType, "%s is a procedure", callText(c.Name, c.ArgNames, actual)).
			WithHint("To call a procedure, use CALL.")
	case 'w':
		if !c.Over {
			return nil, r.errorAt(c.Loc, pgerr.WrongObjectType, "window function %s requires an OVER clause", name)
		}
		if c.WithinGroup {
			return nil, r.errorAt(c.Loc, pgerr.WrongObjectType, "window function %s cannot have WITHIN GROUP", name)
		}
	}
	var agg *pgdata.Aggregate
	if p.Kind == 'a' {
		agg = pgdata.AggregateByOID(p.OID)
		if err := r.checkAggregate(c, agg, s.best, name, actual); err != nil {
			return nil, err
		}
	}
	return r.call(c, s.best, agg, args)
}

// refuseDecoration refuses what only aggregates can have.
func (r *Resolver) refuseDecoration(c *Invocation, name string) error {
	what := ""
	switch {
	case c.Star:
		return r.errorAt(c.Loc, pgerr.WrongObjectType, "%s(*) specified, but %s is not an aggregate function", name, name)
	case c.Distinct:
		what = "DISTINCT"
	case c.WithinGroup:
		what = "WITHIN GROUP"
	case len(c.Order) > 0:
		what = "ORDER BY"
	case c.Filter != nil:
		what = "FILTER"
	case c.Over:
		return r.errorAt(c.Loc, pgerr.WrongObjectType, "OVER specified, but %s is not a window function nor an aggregate function", name)
	default:
		return nil
	}
	return r.errorAt(c.Loc, pgerr.WrongObjectType, "%s specified, but %s is not an aggregate function", what, name)
}

func (r *Resolver) checkAggregate(c *Invocation, agg *pgdata.Aggregate, best *candidate, name string, actual []types.OID) error {
	switch {
	case agg.Kind == 'n' && c.WithinGroup:
		return r.errorAt(c.Loc, pgerr.WrongObjectType, "%s is not an ordered-set aggregate, so it cannot have WITHIN GROUP", name)
	case agg.Kind != 'n' && c.Over && c.WithinGroup:
		return r.errorAt(c.Loc, pgerr.FeatureNotSupported, "OVER is not supported for ordered-set aggregate %s", name)
	case agg.Kind != 'n' && !c.WithinGroup:
		return r.errorAt(c.Loc, pgerr.WrongObjectType, "WITHIN GROUP is required for ordered-set aggregate %s", name)
	case agg.Kind != 'n':
		direct := len(c.Args) - len(c.Order)
		if best.proc.Variadic == 0 && direct != agg.NumDirectArgs {
			return r.errorAt(c.Loc, pgerr.UndefinedFunction, "function %s does not exist", callText(c.Name, c.ArgNames, actual)).
				WithHint("There is an ordered-set aggregate %s, but it requires %d direct arguments, not %d.", name, agg.NumDirectArgs, direct)
		}
	}
	if len(c.Args) == 0 && !c.Star && !c.WithinGroup {
		return r.errorAt(c.Loc, pgerr.WrongObjectType, "%s(*) must be used to call a parameterless aggregate function", name)
	}
	if hasNames(c.ArgNames) {
		return r.errorAt(c.Loc, pgerr.FeatureNotSupported, "aggregates cannot use named arguments")
	}
	return nil
}

// call coerces the arguments and builds the node.
func (r *Resolver) call(c *Invocation, best *candidate, agg *pgdata.Aggregate, args []Expr) (Expr, error) {
	p := best.proc
	for i := len(args); i < len(best.args); i++ {
		param := i
		if best.order != nil {
			param = best.order[i]
		}
		d, err := r.defaultOf(p, param)
		if err != nil {
			return nil, err
		}
		args = append(args, d)
	}
	if agg != nil && agg.Kind == 'h' && p.Variadic == uint32(types.AnyOIDOID) {
		// A hypothetical-set aggregate's direct arguments are of the types that it sorts by.
		n := len(c.Order)
		if len(args) != 2*n {
			return nil, r.errorAt(c.Loc, pgerr.UndefinedFunction, "function %s does not exist", callText(c.Name, c.ArgNames, typesOf(c.Args))).
				WithHint("To use the hypothetical-set aggregate %s, the number of hypothetical direct arguments (here %d) must match the number of ordering columns (here %d).", strings.Join(c.Name, "."), len(args)-n, n)
		}
		if err := r.unifyHypothetical(args, n); err != nil {
			return nil, err
		}
	}
	declared := append([]types.OID(nil), best.args...)
	ret, err := r.convertArgs(args, declared, types.OID(p.Ret))
	if err != nil {
		return nil, err
	}
	if best.order != nil {
		byParam := make([]Expr, len(args))
		for i, a := range args {
			byParam[best.order[i]] = a
		}
		args = byParam
	}
	if best.variadic > 0 && types.OID(p.Variadic) != types.AnyOIDOID {
		tail := append([]Expr(nil), args[len(args)-best.variadic:]...)
		t := tail[0].Type().OID
		arr := &ArrayExpr{Elems: tail, Typ: types.Of(arrayOver(t))}
		if arr.Typ.OID == 0 {
			return nil, r.errorAt(r.Loc(tail[0]), pgerr.UndefinedObject, "could not find array type for data type %s", TypeName(t))
		}
		args = append(args[:len(args)-best.variadic:len(args)-best.variadic], r.At(arr, r.Loc(tail[0])))
	}
	spread := c.Variadic && types.OID(p.Variadic) == types.AnyOIDOID && len(args) > 0
	if spread {
		lastArg := args[len(args)-1]
		if elementOf(lastArg.Type().OID) == 0 {
			return nil, r.errorAt(r.Loc(lastArg), pgerr.DatatypeMismatch, "VARIADIC argument must be an array")
		}
		if agg != nil || c.Over {
			return nil, r.errorAt(c.Loc, pgerr.FeatureNotSupported, "VARIADIC with function %s is not supported", strings.Join(c.Name, "."))
		}
	}
	if c.Over {
		return r.window(c, p, args, types.Of(ret))
	}
	if agg == nil {
		return r.mark(&Func{Proc: p, Args: args, Typ: types.Of(ret), Show: AsCall, Spread: spread}, c.Loc), nil
	}
	a := &Agg{Proc: p, Args: args, Distinct: c.Distinct, Star: c.Star, Order: c.Order, Filter: c.Filter, Typ: types.Of(ret)}
	if c.WithinGroup {
		direct := len(args) - len(c.Order)
		a.Direct, a.Args = args[:direct:direct], args[direct:]
		a.Order = append([]SortKey(nil), c.Order...)
		for i := range a.Order {
			a.Order[i].Expr = a.Args[i]
		}
	}
	return r.mark(a, c.Loc), nil
}

// window builds the call of a window function, or of an aggregate over a window, and refuses what these cannot have.
func (r *Resolver) window(c *Invocation, p *pgdata.Proc, args []Expr, ret types.Type) (Expr, error) {
	what := ""
	switch {
	case c.Distinct:
		what = "DISTINCT is not implemented for window functions"
	case len(c.Order) > 0:
		what = "aggregate ORDER BY is not implemented for window functions"
	case c.Filter != nil && p.Kind != 'a':
		what = "FILTER is not implemented for non-aggregate window functions"
	}
	for _, a := range args {
		Walk(a, func(e Expr) bool {
			if f, ok := e.(*Func); ok && f.Proc.RetSet {
				what = "window function calls cannot contain set-returning function calls"
			}
			return what == ""
		})
	}
	if what != "" {
		return nil, r.errorAt(c.Loc, pgerr.FeatureNotSupported, "%s", what)
	}
	if p.Ret == uint32(types.VoidOID) || p.RetSet {
		return nil, r.errorAt(c.Loc, pgerr.InvalidFunctionDefinition, "window functions cannot return sets")
	}
	return r.mark(&WindowCall{Proc: p, Args: args, Star: c.Star, Filter: c.Filter, Typ: ret}, c.Loc), nil
}

// unifyHypothetical is unify_hypothetical_args: each direct argument and its sorted one become of a common type.
func (r *Resolver) unifyHypothetical(args []Expr, n int) error {
	for i := 0; i < n; i++ {
		pair := []Expr{args[i], args[n+i]}
		t, err := r.CommonType([]Expr{pair[1], pair[0]}, "WITHIN GROUP")
		if err != nil {
			return err
		}
		for k := range pair {
			if pair[k], err = r.CoerceToCommon(pair[k], t, "WITHIN GROUP"); err != nil {
				return err
			}
		}
		args[i], args[n+i] = pair[0], pair[1]
	}
	return nil
}

// defaultOf is the default value of the function's parameter. PostgreSQL's own functions have constants only.
func (r *Resolver) defaultOf(p *pgdata.Proc, param int) (Expr, error) {
	parts := strings.Split(p.Defaults, ", ")
	text := parts[param-(p.NArgs-p.NDefaults)]
	to := types.Of(types.OID(p.ArgTypes[param]))
	if value, _, ok := strings.Cut(text, "::"); ok {
		text = value
	}
	if text == "NULL" {
		return NullConst(to), nil
	}
	v, err := r.readLiteral(to, []byte(strings.Trim(text, "'")))
	if err != nil {
		return nil, err
	}
	return &Const{Typ: to, Coll: typeCollation(to.OID), Value: v}, nil
}
