package plan

import (
	"slices"

	pg "github.com/pganalyze/pg_query_go/v6"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"

	"howdah/expr"
	"howdah/internal/pgdata"
	"howdah/pgerr"
	"howdah/types"
)

// The bits of WindowDef.frameOptions (parsenodes.h).
const (
	frameRange                   = 0x00002
	frameRows                    = 0x00004
	frameGroups                  = 0x00008
	frameStartUnboundedPreceding = 0x00020
	frameEndUnboundedPreceding   = 0x00040
	frameStartUnboundedFollowing = 0x00080
	frameEndUnboundedFollowing   = 0x00100
	frameStartCurrentRow         = 0x00200
	frameEndCurrentRow           = 0x00400
	frameStartOffsetPreceding    = 0x00800
	frameEndOffsetPreceding      = 0x01000
	frameStartOffsetFollowing    = 0x02000
	frameEndOffsetFollowing      = 0x04000
	frameExcludeCurrentRow       = 0x08000
	frameExcludeGroup            = 0x10000
	frameExcludeTies             = 0x20000

	frameDefaults = frameRange | frameStartUnboundedPreceding | frameEndCurrentRow
	frameOffsets  = frameStartOffsetPreceding | frameEndOffsetPreceding | frameStartOffsetFollowing | frameEndOffsetFollowing
)

// windowCall places a call over a window: it finds or adds the window's definition (transformWindowFuncCall).
func (b *binder) windowCall(w *expr.WindowCall, def *pg.WindowDef, s *Scope, mark Scope, loc int32) (expr.Expr, error) {
	nested := int32(-1)
	for _, a := range expr.Children(w) {
		expr.Walk(a, func(e expr.Expr) bool {
			if inner, ok := e.(*expr.WindowCall); ok {
				nested = max(b.res.Loc(inner), 0)
			}
			return nested < 0
		})
	}
	if nested >= 0 {
		return nil, b.errorAt(nested, pgerr.WindowingError, "window function calls cannot be nested")
	}
	s.HasAggs, s.HasSets = s.HasAggs || mark.HasAggs, s.HasSets || mark.HasSets
	refused := ""
	switch s.Clause {
	case InOther, InSelect, InOrderBy, InDistinctOn:
	case InJoinOn, InJoinUsing:
		refused = "window functions are not allowed in JOIN conditions"
	case InFromFunction:
		refused = "window functions are not allowed in functions in FROM"
	case InWindowPartition, InWindowOrder, InWindowFrame:
		refused = "window functions are not allowed in window definitions"
	case InExecuteParameter:
		refused = "window functions are not allowed in EXECUTE parameters"
	case InCall:
		refused = "window functions are not allowed in CALL arguments"
	case InCopyWhere:
		refused = "window functions are not allowed in COPY FROM WHERE conditions"
	default:
		refused = "window functions are not allowed in " + s.Clause.String()
	}
	if refused != "" {
		return nil, b.errorAt(loc, pgerr.WindowingError, "%s", refused)
	}
	w.Window = -1
	if def.Name != "" {
		w.Window = slices.IndexFunc(s.Windows, func(d *pg.WindowDef) bool { return d.Name == def.Name })
		if w.Window < 0 {
			return nil, b.errorAt(def.Location, pgerr.UndefinedObject, `window "%s" does not exist`, def.Name)
		}
		return w, nil
	}
	plain := withoutLocations(def)
	for i, have := range s.Windows {
		if have.Name == "" && proto.Equal(withoutLocations(have), plain) {
			w.Window = i
			return w, nil
		}
	}
	s.Windows = append(s.Windows, def)
	w.Window = len(s.Windows) - 1
	return w, nil
}

// withoutLocations copies a definition so that two that are written alike are equal.
func withoutLocations(d *pg.WindowDef) *pg.WindowDef {
	c := proto.Clone(d).(*pg.WindowDef)
	var clear func(m protoreflect.Message)
	clear = func(m protoreflect.Message) {
		m.Range(func(f protoreflect.FieldDescriptor, v protoreflect.Value) bool {
			switch {
			case f.Kind() == protoreflect.Int32Kind && f.Name() == "location" && !f.IsList():
				m.Clear(f)
			case f.Kind() == protoreflect.MessageKind && f.IsList():
				for i := range v.List().Len() {
					clear(v.List().Get(i).Message())
				}
			case f.Kind() == protoreflect.MessageKind:
				clear(v.Message())
			}
			return true
		})
	}
	clear(c.ProtoReflect())
	return c
}

// windowSpec is a window's definition, bound.
type windowSpec struct {
	name      string
	options   int32
	partition []expr.Expr
	order     []expr.SortKey
	frame     Frame
}

// keys are what the rows are sorted by: the partition, then the order.
func (w *windowSpec) keys() []expr.SortKey {
	var out []expr.SortKey
	for _, p := range w.partition {
		out = append(out, expr.SortKey{Expr: p})
	}
	return append(out, w.order...)
}

// windowClause binds the definitions of WINDOW and OVER (transformWindowDefinitions).
func (s *selecting) windowClause() error {
	for _, def := range s.scope.Windows {
		w, err := s.windowDef(def)
		if err != nil {
			return err
		}
		s.windows = append(s.windows, w)
	}
	return nil
}

func (s *selecting) windowDef(def *pg.WindowDef) (*windowSpec, error) {
	q := s.q
	find := func(name string) *windowSpec {
		for _, w := range s.windows {
			if w.name == name && name != "" {
				return w
			}
		}
		return nil
	}
	if find(def.Name) != nil {
		return nil, q.errorAt(def.Location, pgerr.WindowingError, `window "%s" is already defined`, def.Name)
	}
	ref := find(def.Refname)
	if ref == nil && def.Refname != "" {
		return nil, q.errorAt(def.Location, pgerr.UndefinedObject, `window "%s" does not exist`, def.Refname)
	}
	w := &windowSpec{name: def.Name, options: def.FrameOptions}
	defer s.scope.with(InWindowOrder)()
	for _, n := range def.OrderClause {
		k, err := q.b.sortKey(n.GetSortBy(), s.scope)
		if err != nil {
			return nil, err
		}
		if err := q.b.settled(k.Expr); err != nil {
			return nil, err
		}
		k.Expr = q.settle(k.Expr)
		if !slices.ContainsFunc(w.order, func(have expr.SortKey) bool { return expr.Equal(have.Expr, k.Expr) }) {
			w.order = append(w.order, k)
		}
	}
	for _, n := range def.PartitionClause {
		e, err := q.clause(n, s.scope, InWindowPartition)
		if err != nil {
			return nil, err
		}
		if e, err = q.b.res.Known(e); err != nil {
			return nil, err
		}
		if _, err := expr.EqualProc(e.Type().OID); err != nil {
			return nil, pgerr.From(err).Clone().AtPosition(q.b.res.Position(nodeLocation(n)))
		}
		if !contains(w.partition, e) {
			w.partition = append(w.partition, e)
		}
	}
	if ref != nil {
		if len(w.partition) > 0 {
			return nil, q.errorAt(def.Location, pgerr.WindowingError, `cannot override PARTITION BY clause of window "%s"`, def.Refname)
		}
		if len(w.order) > 0 && len(ref.order) > 0 {
			return nil, q.errorAt(def.Location, pgerr.WindowingError, `cannot override ORDER BY clause of window "%s"`, def.Refname)
		}
		if ref.options != frameDefaults {
			e := q.errorAt(def.Location, pgerr.WindowingError, `cannot copy window "%s" because it has a frame clause`, def.Refname)
			if def.Name == "" && len(w.order) == 0 && def.FrameOptions == frameDefaults {
				e = e.WithHint("Omit the parentheses in this OVER clause.")
			}
			return nil, e
		}
		w.partition = slices.Clone(ref.partition)
		if len(w.order) == 0 {
			w.order = slices.Clone(ref.order)
		}
	}
	if def.FrameOptions&frameRange != 0 && def.FrameOptions&frameOffsets != 0 && len(w.order) != 1 {
		return nil, q.errorAt(def.Location, pgerr.WindowingError, "RANGE with offset PRECEDING/FOLLOWING requires exactly one ORDER BY column")
	}
	if def.FrameOptions&frameGroups != 0 && len(w.order) == 0 {
		return nil, q.errorAt(def.Location, pgerr.WindowingError, "GROUPS mode requires an ORDER BY clause")
	}
	return w, s.windowFrame(w, def)
}

// windowFrame binds a frame clause (transformFrameOffset).
func (s *selecting) windowFrame(w *windowSpec, def *pg.WindowDef) (err error) {
	o, f := def.FrameOptions, &w.frame
	switch {
	case o&frameRows != 0:
		f.Mode = FrameRows
	case o&frameGroups != 0:
		f.Mode = FrameGroups
	}
	pick := func(unboundedPreceding, preceding, current, following int32) BoundKind {
		switch {
		case o&unboundedPreceding != 0:
			return UnboundedPreceding
		case o&preceding != 0:
			return Preceding
		case o&current != 0:
			return CurrentRow
		case o&following != 0:
			return Following
		}
		return UnboundedFollowing
	}
	f.Start.Kind = pick(frameStartUnboundedPreceding, frameStartOffsetPreceding, frameStartCurrentRow, frameStartOffsetFollowing)
	f.End.Kind = pick(frameEndUnboundedPreceding, frameEndOffsetPreceding, frameEndCurrentRow, frameEndOffsetFollowing)
	switch {
	case o&frameExcludeCurrentRow != 0:
		f.Exclude = ExcludeCurrentRow
	case o&frameExcludeGroup != 0:
		f.Exclude = ExcludeGroup
	case o&frameExcludeTies != 0:
		f.Exclude = ExcludeTies
	}
	if def.StartOffset != nil {
		if err = s.frameOffset(w, &f.Start, def.StartOffset); err != nil {
			return err
		}
	}
	if def.EndOffset != nil {
		err = s.frameOffset(w, &f.End, def.EndOffset)
	}
	return err
}

func (s *selecting) frameOffset(w *windowSpec, bound *FrameBound, n *pg.Node) error {
	q := s.q
	if w.frame.Mode != FrameRange {
		word := "ROWS"
		if w.frame.Mode == FrameGroups {
			word = "GROUPS"
		}
		defer s.scope.with(InWindowFrame)()
		e, err := q.b.expr(n, s.scope)
		if err != nil {
			return err
		}
		if e, err = q.b.res.Bigint(e, word); err != nil {
			return err
		}
		bound.Offset = e
		return s.constantOffset(bound, word)
	}
	e, err := q.b.expr(n, s.scope)
	if err != nil {
		return err
	}
	column, given := w.order[0].Expr.Type().OID, e.Type().OID
	preferred := given
	if given == types.UnknownOID {
		preferred = column
	}
	var found *pgdata.Proc
	of, matches := 0, 0
	for _, p := range pgdata.ProcsByName("in_range") {
		if types.OID(p.ArgTypes[0]) != column {
			continue
		}
		of++
		if offset := types.OID(p.ArgTypes[2]); offset == preferred {
			found, matches = p, 1
			break
		} else if expr.CanCoerce(given, offset, expr.Implicit) {
			found = p
			matches++
		}
	}
	loc := q.b.res.Loc(e)
	switch {
	case of == 0:
		return q.errorAt(loc, pgerr.FeatureNotSupported, "RANGE with offset PRECEDING/FOLLOWING is not supported for column type %s", operatorClassInput(column))
	case matches == 0:
		return q.errorAt(loc, pgerr.FeatureNotSupported, "RANGE with offset PRECEDING/FOLLOWING is not supported for column type %s and offset type %s",
			expr.TypeName(column), expr.TypeName(given)).WithHint("Cast the offset value to an appropriate type.")
	case matches > 1:
		return q.errorAt(loc, pgerr.FeatureNotSupported, "RANGE with offset PRECEDING/FOLLOWING has multiple interpretations for column type %s and offset type %s",
			expr.TypeName(column), expr.TypeName(given)).WithHint("Cast the offset value to the exact intended type.")
	}
	if bound.Offset, err = q.b.res.Coerce(e, types.Of(types.OID(found.ArgTypes[2])), expr.Implicit, loc); err != nil {
		return err
	}
	bound.InRange = found
	if !expr.Implemented(found) {
		return pgerr.New(pgerr.FeatureNotSupported, "RANGE with offset PRECEDING/FOLLOWING is not supported for column type %s", operatorClassInput(column))
	}
	return s.constantOffset(bound, "RANGE")
}

// constantOffset refuses variables of this level, and settles.
func (s *selecting) constantOffset(bound *FrameBound, word string) error {
	if vars := expr.Vars(bound.Offset); len(vars) > 0 {
		return s.q.errorAt(s.q.b.res.Loc(vars[0]), pgerr.InvalidColumnReference, "argument of %s must not contain variables", word)
	}
	err := s.q.b.settled(bound.Offset)
	bound.Offset = s.q.settle(bound.Offset)
	return err
}

// window puts the Windows below the select list, each over rows that are sorted for it, and makes columns of the calls.
func (s *selecting) window() error {
	calls := make([][]*expr.WindowCall, len(s.windows))
	for _, t := range s.targets {
		expr.Walk(t.expr, func(e expr.Expr) bool {
			if w, ok := e.(*expr.WindowCall); ok {
				calls[w.Window] = append(calls[w.Window], w)
			}
			return true
		})
	}
	used := 0
	for i := range calls {
		if len(calls[i]) > 0 {
			used++
		}
	}
	if used == 0 {
		return nil
	}
	s.windowKeys(calls)
	places := map[*expr.WindowCall]int{} // its column
	var sorted []expr.SortKey
	for range used {
		i := s.nextWindow(calls, sorted)
		w := s.windows[i]
		cols := s.root.Columns()
		if keys := w.keys(); !startsWith(sorted, keys) {
			s.root = &Sort{Output: Output{Cols: cols}, Input: s.root, Keys: keys, Limit: -1}
			sorted = keys
		}
		n := &Window{Output: Output{Cols: slices.Clone(cols)}, Input: s.root, Partition: w.partition, Order: w.order, Frame: w.frame}
		for _, c := range calls[i] {
			k := slices.IndexFunc(n.Calls, func(have *expr.WindowCall) bool { return !expr.Volatile(c) && expr.Equal(have, c) })
			if k < 0 {
				k = len(n.Calls)
				n.Calls = append(n.Calls, c)
				n.Cols = append(n.Cols, Column{Name: c.Proc.Name, Type: c.Typ, Collation: c.Coll})
			}
			places[c] = len(cols) + k
		}
		calls[i] = nil
		s.root = n
	}
	cols := s.root.Columns()
	for _, t := range s.targets {
		t.expr = expr.Transform(t.expr, func(e expr.Expr) expr.Expr {
			if w, ok := e.(*expr.WindowCall); ok {
				return column(cols[places[w]], places[w])
			}
			return nil
		})
	}
	return nil
}

// windowKeys computes what windows are sorted by, where it is not a column already: once for a row, since an expression
// may be volatile.
func (s *selecting) windowKeys(calls [][]*expr.WindowCall) {
	cols := s.root.Columns()
	p := &Project{Input: s.root}
	for i, c := range cols {
		p.Exprs, p.Cols = append(p.Exprs, column(c, i)), append(p.Cols, c)
	}
	keep := func(e expr.Expr) expr.Expr {
		if v, ok := e.(*expr.Var); ok && v.Level == 0 {
			return e
		}
		for i := len(cols); i < len(p.Exprs); i++ {
			if !expr.Volatile(e) && expr.Equal(p.Exprs[i], e) {
				return column(p.Cols[i], i)
			}
		}
		p.Exprs, p.Cols = append(p.Exprs, e), append(p.Cols, describe(e, "?column?"))
		return column(p.Cols[len(p.Cols)-1], len(p.Cols)-1)
	}
	for i, w := range s.windows {
		if len(calls[i]) == 0 {
			continue
		}
		c := *w
		c.partition, c.order = slices.Clone(w.partition), slices.Clone(w.order)
		for k, e := range c.partition {
			c.partition[k] = keep(e)
		}
		for k := range c.order {
			c.order[k].Expr = keep(c.order[k].Expr)
		}
		s.windows[i] = &c
	}
	if len(p.Exprs) > len(cols) {
		s.root = p
	}
}

// nextWindow picks a window that the present order serves, else the one with the longest order.
func (s *selecting) nextWindow(calls [][]*expr.WindowCall, sorted []expr.SortKey) int {
	best := -1
	for i, w := range s.windows {
		if len(calls[i]) == 0 {
			continue
		}
		keys := w.keys()
		if startsWith(sorted, keys) && len(sorted) > 0 {
			return i
		}
		if best < 0 || len(keys) > len(s.windows[best].keys()) {
			best = i
		}
	}
	return best
}

func startsWith(sorted, keys []expr.SortKey) bool {
	return len(keys) <= len(sorted) && slices.EqualFunc(sorted[:len(keys)], keys, func(a, b expr.SortKey) bool {
		return a.Desc == b.Desc && a.NullsFirst == b.NullsFirst && expr.Equal(a.Expr, b.Expr)
	})
}

// operatorClassInput names the type that a type's operator class for sorting is declared for.
func operatorClassInput(of types.OID) string {
	t := pgdata.TypeByOID(uint32(of))
	switch {
	case of == types.VarcharOID:
		of = types.TextOID
	case of == types.CidrOID:
		of = types.InetOID
	case types.ElemOf(of) != types.InvalidOID:
		of = types.AnyArrayOID
	case t != nil && t.Kind == 'r':
		of = types.AnyRangeOID
	case t != nil && t.Kind == 'm':
		of = types.AnyMultirangeOID
	}
	return expr.TypeName(of)
}
