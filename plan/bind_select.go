package plan

import (
	"slices"

	pg "github.com/pganalyze/pg_query_go/v6"

	"howdah/expr"
	"howdah/pgerr"
	"howdah/types"
)

// target is an entry of the select list.
type target struct {
	expr   expr.Expr
	name   string
	hidden bool // added for ORDER BY, DISTINCT ON or GROUP BY
	node   *pg.Node
}

// selectStmt binds a SELECT, VALUES or set operation inside outer (nil at the top). unknownOK leaves literals of unknown
// type in the select list, for the set operation around to decide.
func (q *query) selectStmt(sel *pg.SelectStmt, outer *Scope, env *cteEnv, unknownOK bool) (*bound, error) {
	if err := q.refuseWrites(sel); err != nil {
		return nil, err
	}
	q.level++
	defer func() { q.level-- }()
	def, end := q.rec.begin()
	defer end()
	env, defs, err := q.withClause(sel.WithClause, outer, env)
	if err != nil {
		return nil, err
	}
	var root Node
	switch {
	case len(sel.ValuesLists) > 0:
		root, err = q.valuesClause(sel, outer, env, unknownOK)
	case sel.Op != pg.SetOperation_SETOP_NONE && sel.Op != pg.SetOperation_SET_OPERATION_UNDEFINED:
		root, err = q.setOperation(sel, outer, env, unknownOK)
	default:
		root, err = q.plainSelect(sel, outer, env, unknownOK)
	}
	if err != nil {
		return nil, err
	}
	return &bound{root: q.attach(root, defs), def: def}, nil
}

// refuseWrites refuses what makes tables.
func (q *query) refuseWrites(sel *pg.SelectStmt) error {
	if sel.IntoClause != nil {
		return pgerr.New(pgerr.ReadOnlySQLTransaction, "cannot execute SELECT INTO in a read-only transaction")
	}
	return nil
}

// selecting is one plain SELECT while it is bound.
type selecting struct {
	q       *query
	sel     *pg.SelectStmt
	scope   *Scope
	root    Node
	targets []*target
	group   []expr.Expr // GROUP BY's expressions, each once
	sets    [][]int     // grouping sets over them; nil = plain GROUP BY
	grouped bool        // there is a GROUP BY
	having  []expr.Expr
	order   []orderKey
	on      []int         // DISTINCT ON: targets
	windows []*windowSpec // parallel to scope.Windows
}

// orderKey is an ORDER BY item: a target and its direction.
type orderKey struct {
	target int
	key    expr.SortKey // Expr is set when the target's place is known
}

func (q *query) plainSelect(sel *pg.SelectStmt, outer *Scope, env *cteEnv, unknownOK bool) (Node, error) {
	scope := &Scope{Parent: outer}
	for _, n := range sel.WindowClause {
		scope.Windows = append(scope.Windows, n.GetWindowDef())
	}
	q.envs[scope] = env
	s := &selecting{q: q, sel: sel, scope: scope}
	var err error
	if s.root, err = q.from(sel.FromClause, scope); err != nil {
		return nil, err
	}
	if s.targets, err = q.targetList(sel.TargetList, scope); err != nil {
		return nil, err
	}
	var where expr.Expr
	if sel.WhereClause != nil {
		if where, err = q.condition(sel.WhereClause, scope, InWhere); err != nil {
			return nil, err
		}
	}
	var having expr.Expr
	if sel.HavingClause != nil {
		having, err = q.condition(sel.HavingClause, scope, InHaving)
		if err != nil {
			return nil, err
		}
		s.having = conjuncts(having)
	}
	if s.order, err = s.sortClause(sel.SortClause); err != nil {
		return nil, err
	}
	if err := s.groupClause(); err != nil {
		return nil, err
	}
	if err := s.distinctClause(); err != nil {
		return nil, err
	}
	count, offset, err := q.limitClause(sel, scope)
	if err != nil {
		return nil, err
	}
	if err := s.windowClause(); err != nil {
		return nil, err
	}
	if !unknownOK {
		for _, t := range s.targets {
			if t.expr, err = q.b.res.Known(t.expr); err != nil {
				return nil, err
			}
		}
	}
	if err := s.locking(); err != nil {
		return nil, err
	}
	q.rec.selected(s, where, having, count, offset)
	if where != nil {
		s.root = &Filter{Output: Output{Cols: s.root.Columns()}, Input: s.root, Quals: conjuncts(where)}
	}
	if err := s.aggregate(); err != nil {
		return nil, err
	}
	if err := s.window(); err != nil {
		return nil, err
	}
	if err := s.project(); err != nil {
		return nil, err
	}
	if err := s.finish(count, offset); err != nil {
		return nil, err
	}
	return s.root, nil
}

// clause binds an expression and gives its sub-queries their arguments.
func (q *query) clause(n *pg.Node, s *Scope, c Clause) (expr.Expr, error) {
	e, err := q.b.clause(n, s, c)
	if err != nil {
		return nil, err
	}
	return q.settle(e), nil
}

// settle is the function of that name, on the record.
func (q *query) settle(e expr.Expr) expr.Expr {
	out := settle(e)
	q.rec.became(e, out)
	return out
}

func (q *query) condition(n *pg.Node, s *Scope, c Clause) (expr.Expr, error) {
	e, err := q.b.condition(n, s, c)
	if err != nil {
		return nil, err
	}
	return q.settle(e), nil
}

// project computes the select list, spreading the sets that calls in it return.
func (s *selecting) project() error {
	exprs := make([]expr.Expr, len(s.targets))
	for i, t := range s.targets {
		exprs[i] = t.expr
	}
	in := s.root
	if s.scope.HasSets {
		var err error
		if in, exprs, err = s.spreadSets(in, exprs); err != nil {
			return err
		}
	}
	p := &Project{Input: in, Exprs: exprs}
	for i, t := range s.targets {
		p.Cols = append(p.Cols, describe(exprs[i], t.name))
	}
	s.root = p
	return nil
}

// spreadSets puts calls of set-returning functions, innermost first, into ProjectSets below the select list.
func (s *selecting) spreadSets(in Node, exprs []expr.Expr) (Node, []expr.Expr, error) {
	exprs = slices.Clone(exprs)
	for {
		var calls []expr.Expr
		for _, e := range exprs {
			calls = readySets(e, calls)
		}
		if len(calls) == 0 {
			return in, exprs, nil
		}
		width := len(in.Columns())
		p := &ProjectSet{Input: in}
		for i, c := range in.Columns() {
			p.Exprs, p.Set = append(p.Exprs, column(c, i)), append(p.Set, false)
			p.Cols = append(p.Cols, c)
		}
		for _, c := range calls {
			p.Exprs, p.Set = append(p.Exprs, c), append(p.Set, true)
			p.Cols = append(p.Cols, describe(c, c.(*expr.Func).Proc.Name))
		}
		for i, e := range exprs {
			exprs[i] = expr.Transform(e, func(e expr.Expr) expr.Expr {
				for k, c := range calls {
					if e == c || !expr.Volatile(c) && expr.Equal(e, c) {
						return column(p.Cols[width+k], width+k)
					}
				}
				return nil
			})
		}
		in = p
	}
}

// readySets adds the set-returning calls below e whose arguments hold no other such call.
func readySets(e expr.Expr, calls []expr.Expr) []expr.Expr {
	before := len(calls)
	for _, c := range expr.Children(e) {
		calls = readySets(c, calls)
	}
	f, ok := e.(*expr.Func)
	if !ok || !f.Proc.RetSet || len(calls) > before {
		return calls
	}
	for _, c := range calls {
		if expr.Equal(c, e) {
			return calls
		}
	}
	return append(calls, e)
}

// finish applies DISTINCT, ORDER BY and LIMIT, and drops the hidden columns.
func (s *selecting) finish(count, offset expr.Expr) error {
	keys := make([]expr.SortKey, len(s.order))
	for i, o := range s.order {
		keys[i] = o.key
		keys[i].Expr = column(s.root.Columns()[o.target], o.target)
	}
	cols := s.root.Columns()
	distinct := len(s.sel.DistinctClause) > 0
	if distinct && s.on == nil {
		s.root = &Unique{Output: Output{Cols: cols}, Input: s.root}
	}
	if len(keys) > 0 {
		s.root = &Sort{Output: Output{Cols: cols}, Input: s.root, Keys: keys, Limit: -1}
	}
	if distinct && s.on != nil {
		s.root = &Unique{Output: Output{Cols: cols}, Input: s.root, On: s.on}
	}
	return s.q.finishRows(&s.root, s.sel, count, offset, keys, s.visible())
}

func (s *selecting) visible() int {
	n := 0
	for _, t := range s.targets {
		if !t.hidden {
			n++
		}
	}
	return n
}

// finishRows applies LIMIT and drops what is behind the first visible columns.
func (q *query) finishRows(root *Node, sel *pg.SelectStmt, count, offset expr.Expr, keys []expr.SortKey, visible int) error {
	cols := (*root).Columns()
	if count != nil || offset != nil {
		l := &Limit{Output: Output{Cols: cols}, Input: *root, Count: count, Offset: offset}
		if sel.LimitOption == pg.LimitOption_LIMIT_OPTION_WITH_TIES {
			l.WithTies, l.Ties = true, keys
		}
		*root = l
	}
	if visible < len(cols) {
		p := &Project{Output: Output{Cols: cols[:visible:visible]}, Input: *root}
		for i, c := range p.Cols {
			p.Exprs = append(p.Exprs, column(c, i))
		}
		*root = p
	}
	return nil
}

// limitClause binds LIMIT and OFFSET.
func (q *query) limitClause(sel *pg.SelectStmt, scope *Scope) (count, offset expr.Expr, err error) {
	if sel.LimitOffset != nil {
		if offset, err = q.b.rowCount(sel.LimitOffset, scope, InOffset); err != nil {
			return nil, nil, err
		}
		offset = q.settle(offset)
	}
	if sel.LimitCount != nil {
		if count, err = q.b.rowCount(sel.LimitCount, scope, InLimit); err != nil {
			return nil, nil, err
		}
		if c, ok := count.(*expr.Const); ok && c.Value.Null {
			if sel.LimitOption == pg.LimitOption_LIMIT_OPTION_WITH_TIES {
				return nil, nil, pgerr.New(pgerr.InvalidRowCountInLimit, "row count cannot be null in FETCH FIRST ... WITH TIES clause")
			}
			count = nil // LIMIT ALL
		}
		if count != nil {
			count = q.settle(count)
		}
	}
	return count, offset, nil
}

// valuesClause binds VALUES lists.
func (q *query) valuesClause(sel *pg.SelectStmt, outer *Scope, env *cteEnv, unknownOK bool) (Node, error) {
	scope := &Scope{Parent: outer}
	q.envs[scope] = env
	v := &Values{}
	width := -1
	for _, list := range sel.ValuesLists {
		items := list.GetList().GetItems()
		if width >= 0 && len(items) != width {
			return nil, q.errorAt(nodeLocation(items[0]), pgerr.SyntaxError, "VALUES lists must all be the same length")
		}
		width = len(items)
		var row []expr.Expr
		for _, n := range items {
			e, err := q.clause(n, scope, InValues)
			if err != nil {
				return nil, err
			}
			row = append(row, e)
		}
		v.Rows = append(v.Rows, row)
	}
	for i := range width {
		if err := q.unifyValues(v, i, unknownOK); err != nil {
			return nil, err
		}
	}
	if err := noLocking(sel, "%s cannot be applied to VALUES"); err != nil {
		return nil, err
	}
	var root Node = v
	if scope.HasSets {
		return nil, pgerr.New(pgerr.FeatureNotSupported, "set-returning functions are not allowed in VALUES")
	}
	keys, err := q.outputOrder(root, sel.SortClause, scope)
	if err != nil {
		return nil, err
	}
	count, offset, err := q.limitClause(sel, scope)
	if err != nil {
		return nil, err
	}
	if len(keys) > 0 {
		root = &Sort{Output: Output{Cols: root.Columns()}, Input: root, Keys: keys, Limit: -1}
	}
	q.rec.values(v, sel, keys, count, offset)
	err = q.finishRows(&root, sel, count, offset, keys, width)
	return root, err
}

// unifyValues gives column i of all rows one type and collation.
func (q *query) unifyValues(v *Values, i int, unknownOK bool) error {
	es := make([]expr.Expr, len(v.Rows))
	for k, row := range v.Rows {
		es[k] = row[i]
	}
	t, err := q.b.res.CommonType(es, "VALUES")
	if err != nil {
		return err
	}
	if unknownOK && len(es) == 1 && es[0].Type().OID == types.UnknownOID {
		t = es[0].Type()
	}
	for k, e := range es {
		if es[k], err = q.b.res.CoerceToCommon(e, t, "VALUES"); err != nil {
			return err
		}
		v.Rows[k][i] = es[k]
	}
	coll, err := q.b.res.CommonCollation(es, true)
	if err != nil {
		return err
	}
	v.Cols = append(v.Cols, Column{Name: columnNumber(i), Type: t, Collation: coll})
	return nil
}
