package expr

import (
	"slices"
	"strings"
	"sync"

	"howdah/internal/pgdata"
	"howdah/pgerr"
	"howdah/types"
)

// candidate is a function or operator that a call may mean (FuncCandidateList).
type candidate struct {
	proc     *pgdata.Proc
	op       *pgdata.Operator
	args     []types.OID // as they meet the call's arguments: variadic ones expanded, defaults included
	variadic int         // how many of args are expanded from the variadic one
	defaults int         // how many trailing parameters take their defaults
	order    []int       // named notation: which parameter each argument goes to
	unsure   bool        // equal to another candidate: calling it is ambiguous
}

// detail is how a search ended (FuncDetailCode).
type detail uint8

const (
	notFound detail = iota
	found
	several
	coercion
)

// choose is func_match_argtypes and func_select_candidate.
func choose(input []types.OID, cs []*candidate) (*candidate, detail) {
	var match []*candidate
	for _, c := range cs {
		if canCoerce(input, c.args[:len(input)], Implicit) {
			match = append(match, c)
		}
	}
	switch len(match) {
	case 0:
		return nil, notFound
	case 1:
		return match[0], found
	}
	if c := best(input, match); c != nil {
		return c, found
	}
	return nil, several
}

// best is func_select_candidate.
func best(input []types.OID, cs []*candidate) *candidate {
	unknowns := 0
	for _, t := range input {
		if t == types.UnknownOID {
			unknowns++
		}
	}
	keepMost := func(score func(i int, t types.OID) bool) {
		most := -1
		var kept []*candidate
		for _, c := range cs {
			n := 0
			for i, t := range input {
				if t != types.UnknownOID && score(i, c.args[i]) {
					n++
				}
			}
			if n > most {
				most, kept = n, kept[:0]
			}
			if n == most {
				kept = append(kept, c)
			}
		}
		cs = kept
	}
	keepMost(func(i int, t types.OID) bool { return t == input[i] })
	if len(cs) == 1 {
		return cs[0]
	}
	keepMost(func(i int, t types.OID) bool {
		return t == input[i] || preferred(t) && category(t) == category(input[i])
	})
	if len(cs) == 1 {
		return cs[0]
	}
	if unknowns == 0 {
		return nil
	}
	if kept := byCategory(input, cs); len(kept) > 0 {
		cs = kept
		if len(cs) == 1 {
			return cs[0]
		}
	}
	if unknowns == len(input) {
		return nil
	}
	known := types.OID(types.UnknownOID)
	for _, t := range input {
		if t == types.UnknownOID {
			continue
		}
		if known != types.UnknownOID && known != t {
			return nil
		}
		known = t
	}
	same := make([]types.OID, len(input))
	for i := range same {
		same[i] = known
	}
	var last *candidate
	for _, c := range cs {
		if canCoerce(same, c.args[:len(input)], Implicit) {
			if last != nil {
				return nil
			}
			last = c
		}
	}
	return last
}

// byCategory keeps the candidates that take each unknown argument as the category that the candidates agree on, or as
// a string if one of them does; nil where they do not agree.
func byCategory(input []types.OID, cs []*candidate) []*candidate {
	type slot struct {
		category  byte
		preferred bool
	}
	slots := make([]slot, len(input))
	for i, t := range input {
		if t != types.UnknownOID {
			continue
		}
		s := &slots[i]
		conflict := false
		for _, c := range cs {
			cat, pref := category(c.args[i]), preferred(c.args[i])
			switch {
			case s.category == 0:
				*s = slot{cat, pref}
			case cat == s.category:
				s.preferred = s.preferred || pref
			case cat == 'S':
				*s = slot{cat, pref}
			default:
				conflict = true
			}
		}
		if conflict && s.category != 'S' {
			return nil
		}
	}
	var kept []*candidate
	for _, c := range cs {
		keep := true
		for i, t := range input {
			if t == types.UnknownOID && (category(c.args[i]) != slots[i].category || slots[i].preferred && !preferred(c.args[i])) {
				keep = false
				break
			}
		}
		if keep {
			kept = append(kept, c)
		}
	}
	return kept
}

// schemaOf checks the schema of a qualified name, and gives the namespace to look in (0 = as if on the path).
func (r *Resolver) schemaOf(name []string, loc int32) (namespace uint32, last string, err error) {
	switch len(name) {
	case 1:
		return pgdata.PgCatalog, name[0], nil
	case 2:
		switch name[0] {
		case "pg_catalog":
			return pgdata.PgCatalog, name[1], nil
		case "information_schema":
			return infoSchema(), name[1], nil
		}
		if name[0] != "public" && (r.Schemas == nil || !r.Schemas(name[0])) {
			return 0, "", r.errorAt(loc, pgerr.InvalidSchemaName, `schema "%s" does not exist`, name[0])
		}
		return 1, name[1], nil // a schema without functions
	}
	return 0, "", r.errorAt(loc, pgerr.FeatureNotSupported, "cross-database references are not implemented: %s", strings.Join(name, "."))
}

var infoSchema = sync.OnceValue(func() uint32 {
	cols, rows := pgdata.Rows("pg_namespace")
	at := map[string]int{}
	for i, c := range cols {
		at[c] = i
	}
	for _, row := range rows {
		if row[at["nspname"]] == "information_schema" {
			return parseOID(row[at["oid"]])
		}
	}
	return 0
})

func parseOID(s string) uint32 {
	n := uint32(0)
	for i := 0; i < len(s); i++ {
		n = n*10 + uint32(s[i]-'0')
	}
	return n
}

// findOperator is oper and left_oper; left is 0 for a prefix operator.
func (r *Resolver) findOperator(name []string, left, right types.OID, loc int32) (*pgdata.Operator, error) {
	namespace, last, err := r.schemaOf(name, -1)
	if err != nil {
		return nil, err
	}
	kind, input := byte('b'), []types.OID{left, right}
	if left == 0 {
		kind, input = 'l', input[1:]
	}
	var cs []*candidate
	exactLeft, exactRight := left, right
	if kind == 'b' {
		if left == types.UnknownOID {
			exactLeft = right
		} else if right == types.UnknownOID {
			exactRight = left
		}
	}
	for _, op := range pgdata.OperatorsByName(last) {
		if op.Kind != kind || op.Namespace != namespace {
			continue
		}
		if types.OID(op.Left) == exactLeft && types.OID(op.Right) == exactRight {
			return op, nil
		}
		c := &candidate{op: op, args: []types.OID{types.OID(op.Left), types.OID(op.Right)}}
		if kind == 'l' {
			c.args = c.args[1:]
		}
		cs = append(cs, c)
	}
	c, how := choose(input, cs)
	if how == found {
		return c.op, nil
	}
	text := strings.Join(name, ".") + " " + TypeName(right)
	if left != 0 {
		text = TypeName(left) + " " + text
	}
	if how == several {
		return nil, r.errorAt(loc, pgerr.AmbiguousFunction, "operator is not unique: %s", text).
			WithHint("Could not choose a best candidate operator. You might need to add explicit type casts.")
	}
	e := r.errorAt(loc, pgerr.UndefinedFunction, "operator does not exist: %s", text)
	if left == 0 {
		return nil, e.WithHint("No operator matches the given name and argument type. You might need to add an explicit type cast.")
	}
	return nil, e.WithHint("No operator matches the given name and argument types. You might need to add explicit type casts.")
}

// Operator binds `left name right`, or `name right` where left is nil (make_op). name may be schema-qualified; loc is
// the operator's.
func (r *Resolver) Operator(name []string, left, right Expr, loc int32) (Expr, error) {
	args := []Expr{right}
	lt := types.OID(0)
	if left != nil {
		args = []Expr{left, right}
		lt = left.Type().OID
	}
	op, err := r.findOperator(name, lt, right.Type().OID, loc)
	if err != nil {
		return nil, err
	}
	return r.operatorCall(op, args, loc)
}

func (r *Resolver) operatorCall(op *pgdata.Operator, args []Expr, loc int32) (Expr, error) {
	proc := pgdata.ProcByOID(op.Proc)
	if proc == nil {
		return nil, r.errorAt(loc, pgerr.UndefinedFunction, "operator is only a shell: %s", op.Name)
	}
	declared := []types.OID{types.OID(op.Left), types.OID(op.Right)}
	if len(args) == 1 {
		declared = declared[1:]
	}
	ret, err := r.convertArgs(args, declared, types.OID(op.Result))
	if err != nil {
		return nil, err
	}
	f := &Func{Proc: proc, Args: args, Typ: types.Of(ret), Show: AsOperator, Name: op.Name}
	return r.mark(f, loc), nil
}

// convertArgs settles polymorphic types and coerces args (in place) to what is declared; it gives the result's type.
func (r *Resolver) convertArgs(args []Expr, declared []types.OID, ret types.OID) (types.OID, error) {
	actual := typesOf(args)
	ret, err := r.enforce(actual, declared, ret)
	if err != nil {
		return 0, err
	}
	return ret, r.coerceArgs(args, declared)
}

func (r *Resolver) coerceArgs(args []Expr, declared []types.OID) error {
	for i, a := range args {
		if declared[i] == a.Type().OID {
			continue
		}
		var err error
		if args[i], err = r.coerceType(a, types.Of(declared[i]), Implicit, AsImplicitCast, -1); err != nil {
			return err
		}
	}
	return nil
}

func typesOf(es []Expr) []types.OID {
	out := make([]types.OID, len(es))
	for i, e := range es {
		out[i] = e.Type().OID
	}
	return out
}

// AnyAll binds `left name ANY|ALL (right)` over an array (make_scalar_array_op).
func (r *Resolver) AnyAll(name []string, all bool, left, right Expr, loc int32) (Expr, error) {
	lt, at := left.Type().OID, right.Type().OID
	elem := types.UnknownOID
	if at != types.UnknownOID {
		if elem = elementOf(at); elem == 0 {
			return nil, r.errorAt(loc, pgerr.WrongObjectType, "op ANY/ALL (array) requires array on right side")
		}
	}
	op, err := r.findOperator(name, lt, elem, loc)
	if err != nil {
		return nil, err
	}
	declared := []types.OID{types.OID(op.Left), types.OID(op.Right)}
	ret, err := r.enforce([]types.OID{lt, elem}, declared, types.OID(op.Result))
	if err != nil {
		return nil, err
	}
	proc := pgdata.ProcByOID(op.Proc)
	if ret != types.BoolOID {
		return nil, r.errorAt(loc, pgerr.WrongObjectType, "op ANY/ALL (array) requires operator to yield boolean")
	}
	if proc.RetSet {
		return nil, r.errorAt(loc, pgerr.WrongObjectType, "op ANY/ALL (array) requires operator not to return a set")
	}
	if isPolymorphic(declared[1]) {
		declared[1] = at
	} else {
		t := arrayOver(declared[1])
		if t == 0 {
			return nil, r.errorAt(loc, pgerr.UndefinedObject, "could not find array type for data type %s", TypeName(declared[1]))
		}
		declared[1] = t
	}
	args := []Expr{left, right}
	if err := r.coerceArgs(args, declared); err != nil {
		return nil, err
	}
	return r.mark(&AnyAll{Op: proc, Name: op.Name, All: all, Left: args[0], Right: args[1]}, loc), nil
}

// candidates is FuncnameGetCandidates.
func candidates(namespace uint32, name string, n int, names []string, expand bool) []*candidate {
	var out []*candidate
	named := hasNames(names)
	for _, p := range pgdata.ProcsByName(name) {
		if p.Namespace != namespace {
			continue
		}
		c := &candidate{proc: p}
		special := false
		if named {
			if p.Variadic != 0 && expand {
				continue
			}
			if p.NArgs > n && n+p.NDefaults < p.NArgs || p.NArgs < n {
				continue
			}
			if c.order = matchNamed(p, n, names); c.order == nil {
				continue
			}
			special = true
		} else {
			variadic := p.Variadic != 0 && expand && p.NArgs <= n
			if p.NArgs > n && n+p.NDefaults < p.NArgs || p.NArgs < n && !variadic {
				continue
			}
			special = variadic || p.NArgs > n
			if variadic {
				c.variadic = n - p.NArgs + 1
			}
		}
		if p.NArgs > n {
			c.defaults = p.NArgs - n
		}
		if c.order != nil {
			for _, k := range c.order {
				c.args = append(c.args, types.OID(p.ArgTypes[k]))
			}
		} else {
			for i := 0; i < max(p.NArgs, n); i++ {
				if c.variadic > 0 && i >= p.NArgs-1 {
					c.args = append(c.args, types.OID(p.Variadic))
				} else {
					c.args = append(c.args, types.OID(p.ArgTypes[i]))
				}
			}
		}
		if special || slices.ContainsFunc(out, func(c *candidate) bool { return c.variadic > 0 || c.defaults > 0 }) {
			if twin := slices.IndexFunc(out, func(o *candidate) bool {
				return slices.Equal(o.args[:len(o.args)-o.defaults], c.args[:len(c.args)-c.defaults])
			}); twin >= 0 {
				switch old := out[twin]; {
				case c.variadic > 0 && old.variadic == 0:
				case c.variadic == 0 && old.variadic > 0:
					out[twin] = c
				default:
					old.unsure = true
				}
				continue
			}
		}
		out = append(out, c)
	}
	return out
}

func hasNames(names []string) bool {
	return slices.ContainsFunc(names, func(n string) bool { return n != "" })
}

// matchNamed is MatchNamedCall: the parameter of each argument, then of each default; nil where the call does not fit.
func matchNamed(p *pgdata.Proc, n int, names []string) []int {
	if p.ArgNames == nil {
		return nil
	}
	order := make([]int, 0, p.NArgs)
	taken := make([]bool, p.NArgs)
	for i := 0; i < n; i++ {
		if names[i] == "" {
			order = append(order, i)
			taken[i] = true
			continue
		}
		in, at := 0, -1
		for k, name := range p.ArgNames {
			if p.ArgModes != "" && (p.ArgModes[k] == 'o' || p.ArgModes[k] == 't') {
				continue
			}
			if name == names[i] {
				if taken[in] {
					return nil
				}
				at = in
				break
			}
			in++
		}
		if at < 0 {
			return nil
		}
		order = append(order, at)
		taken[at] = true
	}
	first := p.NArgs - p.NDefaults
	for k := range taken {
		if !taken[k] {
			if k < first {
				return nil
			}
			order = append(order, k)
		}
	}
	return order
}

// SortProcs gives the functions of the type's default btree order, or 42883 "could not identify an ordering operator…".
// Both take two values of less's argument types and give a boolean.
func SortProcs(t types.OID) (less, equal *pgdata.Proc, err error) {
	lt, eq, err := sortOperators(t)
	if err != nil {
		return nil, nil, err
	}
	return pgdata.ProcByOID(lt.Proc), pgdata.ProcByOID(eq.Proc), nil
}

func sortOperators(t types.OID) (lt, eq *pgdata.Operator, err error) {
	lt, eq = orderOf(t)
	if lt == nil {
		return nil, nil, pgerr.New(pgerr.UndefinedFunction, "could not identify an ordering operator for type %s", TypeName(t)).
			WithHint("Use an explicit ordering operator or modify the query.")
	}
	return lt, eq, nil
}

// EqualProc gives the type's default equality, of its btree or hash order; 42883 if it has none.
func EqualProc(t types.OID) (*pgdata.Proc, error) {
	_, eq := orderOf(t)
	if eq == nil {
		return nil, pgerr.New(pgerr.UndefinedFunction, "could not identify an equality operator for type %s", TypeName(t))
	}
	return pgdata.ProcByOID(eq.Proc), nil
}

// orderOf looks up what the type cache would: operators of the type's default btree class, or of the class of a type
// that it is binary-coercible to, else equality of its default hash class. lt is nil where there is no order.
func orderOf(t types.OID) (lt, eq *pgdata.Operator) {
	for _, by := range [...]types.OID{t, orderedAs(t)} {
		if lt, eq := operatorOn("<", by), operatorOn("=", by); lt != nil && eq != nil && by != 0 {
			if elem := elementOf(t); elem != 0 && by == types.AnyArrayOID {
				elemLess, elemEq := orderOf(elem)
				if elemEq == nil {
					return nil, nil
				}
				if elemLess == nil {
					lt = nil
				}
			}
			return lt, eq
		}
	}
	return nil, operatorOn("=", hashable(t))
}

// hashable gives types that can be told apart but not ordered.
func hashable(t types.OID) types.OID {
	switch t {
	case types.XidOID, types.CidOID, types.ACLItemOID:
		return t
	}
	return 0
}

// orderedAs is the type whose default operator class serves t.
func orderedAs(t types.OID) types.OID {
	switch t {
	case types.VarcharOID:
		return types.TextOID
	case types.CidrOID:
		return types.InetOID
	case types.RegprocOID, types.RegprocedureOID, types.RegoperOID, types.RegoperatorOID, types.RegclassOID, types.RegtypeOID,
		types.RegnamespaceOID, types.RegroleOID, types.RegcollationOID, types.RegconfigOID, types.RegdictionaryOID:
		return types.OidOID
	case types.Int2VectorOID:
		return types.AnyArrayOID
	}
	p := pgType(t)
	switch {
	case p == nil:
		return 0
	case elementOf(t) != 0:
		return types.AnyArrayOID
	case p.Kind == 'e':
		return types.AnyEnumOID
	case p.Kind == 'r':
		return types.AnyRangeOID
	case p.Kind == 'm':
		return anyMultirange
	case p.Kind == 'c':
		return types.RecordOID
	}
	return 0
}

// unordered are the types whose < and = are no default btree class's.
var unordered = map[types.OID]bool{600: true, 601: true, 602: true, 603: true, 604: true, 628: true, 718: true, types.XidOID: true, types.CidOID: true}

func operatorOn(name string, t types.OID) *pgdata.Operator {
	if t == 0 || unordered[t] && name == "<" {
		return nil
	}
	for _, op := range pgdata.OperatorsByName(name) {
		if op.Left == uint32(t) && op.Right == uint32(t) {
			return op
		}
	}
	return nil
}
