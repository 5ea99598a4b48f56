package server

import (
	"strings"

	pg "github.com/pganalyze/pg_query_go/v6"
)

// recentPlan is the plan of the statement that the session asked last, if the same text would be planned alike: pools and
// monitors ask one small question for ever.
type recentPlan struct {
	node    *pg.Node // the parser gives the same tree for the same text
	plan    Plan
	view    View
	version uint64 // of the settings
}

// planAgain gives the plan of a statement without parameters that was remembered, or nil.
func (x *session) planAgain(s Statement) Plan {
	r := &x.recent
	if r.plan == nil || r.node != s.Node || r.version != x.settings.Version() || !r.view.SameState(x.snapshot()) {
		return nil
	}
	return r.plan
}

// remember keeps a plan that no file decides of. One with literals may mean something else the next time: 'now', or what
// a name stands for.
func (x *session) remember(s Statement, p Plan) {
	x.recent = recentPlan{}
	if l, ok := p.(Lasting); ok && l.Lasting() && !strings.ContainsAny(s.Source, "'$") {
		x.recent = recentPlan{s.Node, p, x.snapshot(), x.settings.Version()}
	}
}
