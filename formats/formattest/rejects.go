package formattest

import (
	"fmt"
	"testing"

	"howdah/pushdown"
)

// rejects: whatever is asked of a file, reading it to its end rejects the same rows in the same order.
func (s *suite) rejects(t *testing.T) {
	requests := []*pushdown.Request{s.request(), {Limit: -1}}
	for i := range s.c.Schema.Columns {
		requests = append(requests, &pushdown.Request{Limit: -1, Columns: []pushdown.Column{{Ordinal: i}}})
	}
	for _, quals := range s.subsets() {
		requests = append(requests, &pushdown.Request{Limit: -1, Quals: quals})
	}
	for _, keys := range s.c.Sorts {
		r := s.request()
		r.Sort, r.Limit = keys, 2
		requests = append(requests, r)
	}
	for _, r := range requests {
		for _, n := range []int{0, 1, 3} {
			s.mustScan(t, r, query{batch: n})
			same(t, s.rejected(), s.c.Rejected)
		}
	}
}

// rejected prints what the last reader rejected.
func (s *suite) rejected() (out []string) {
	for _, e := range s.run.Entries() {
		action := "skipped"
		if e.Nulled {
			action = "null"
		}
		out = append(out, fmt.Sprintf("%d|%s|%s|%s|%s", e.Row, e.Column, string(e.Code), action, e.Value))
	}
	return out
}
