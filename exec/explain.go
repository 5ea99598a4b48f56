package exec

import (
	"context"
	"time"

	"howdah/expr"
	"howdah/plan"
)

// Explain gives the lines of EXPLAIN's answer. With ANALYZE it runs the query to its end first; planning is how long
// Prepare took.
func Explain(ctx context.Context, q *plan.Query, o plan.ExplainOptions, planning time.Duration, env *expr.Env, rt Runtime) ([]string, error) {
	if q.Failed != nil {
		return nil, q.Failed
	}
	actual := &plan.Actuals{Planning: planning}
	if !o.Analyze {
		return plan.Explain(q, o, actual), nil
	}
	rt.Actual = actual
	start := time.Now()
	cur, err := Run(ctx, q, env, rt)
	if err != nil {
		return nil, err
	}
	for {
		b, err := cur.Next()
		if err != nil {
			cur.Close()
			return nil, err
		}
		if b == nil {
			break
		}
	}
	if err := cur.Close(); err != nil {
		return nil, err
	}
	actual.Execution = time.Since(start)
	return plan.Explain(q, o, actual), nil
}
