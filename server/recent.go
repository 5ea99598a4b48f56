package server

import (
	"strings"

	pg "github.com/pganalyze/pg_query_go/v6"
)

// recentPlans are those of the statements that the session asked last, for when it asks the same again: pools and
// monitors ask one small question for ever, and a nested loop of postgres_fdw declares the same cursor for every row.
type recentPlans struct {
	plans [4]recentPlan
	next  int
}

type recentPlan struct {
	node    *pg.Node // the parser gives the same tree for the same text
	plan    Plan
	view    View
	tx      *transaction
	version uint64 // of the settings
	lasting bool   // nothing in it may mean something else in another transaction
}

// planAgain gives the plan of a statement, whose parameters are not declared, that was remembered; or nil.
func (x *session) planAgain(s Statement) Plan {
	for i := range x.recent.plans {
		r := &x.recent.plans[i]
		if r.node != s.Node || r.plan == nil || r.version != x.settings.Version() {
			continue
		}
		if r.tx == x.tx && r.view.Same(x.snapshot()) || r.lasting && r.view.SameState(x.snapshot()) {
			return r.plan
		}
	}
	return nil
}

// remember keeps a plan. A literal may mean something else in the next transaction: 'now', or what a name stands for.
func (x *session) remember(s Statement, p Plan) {
	if _, changes := p.(Change); changes {
		return
	}
	l, ok := p.(Lasting)
	lasting := ok && l.Lasting() && !strings.ContainsAny(s.Source, "'$")
	if !lasting && !x.inBlock() {
		return
	}
	x.recent.plans[x.recent.next] = recentPlan{s.Node, p, x.snapshot(), x.tx, x.settings.Version(), lasting}
	x.recent.next = (x.recent.next + 1) % len(x.recent.plans)
}

// forgetPlans lets go of plans that were good for one transaction.
func (x *session) forgetPlans() {
	for i := range x.recent.plans {
		if r := &x.recent.plans[i]; r.lasting {
			r.tx = nil
		} else {
			*r = recentPlan{}
		}
	}
}
