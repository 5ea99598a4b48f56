package engine

import (
	"cmp"
	"slices"
	"sync"
	"time"

	"howdah/catalog"
	"howdah/internal/meter"
	"howdah/plan"
)

// scans are those of all queries under way, for pg_stat_progress_howdah_scan.
type scans struct {
	mu   sync.Mutex
	runs map[*scansOf]struct{}
}

// scansOf are those of one execution.
type scansOf struct {
	all  *scans
	pid  int32
	list []runningScan
}

type runningScan struct {
	node  *plan.Scan
	meter *meter.Scan
	began time.Time
}

// meter gives a scan its counters, and shows it from now on. One that is built anew takes the place of what it was.
func (r *scansOf) meter(n *plan.Scan) *meter.Scan {
	m := &meter.Scan{}
	r.all.mu.Lock()
	defer r.all.mu.Unlock()
	if i := slices.IndexFunc(r.list, func(s runningScan) bool { return s.node == n }); i >= 0 {
		r.list[i].meter = m
		return m
	}
	if len(r.list) == 0 {
		if r.all.runs == nil {
			r.all.runs = map[*scansOf]struct{}{}
		}
		r.all.runs[r] = struct{}{}
	}
	r.list = append(r.list, runningScan{n, m, time.Now()})
	return m
}

// end takes the scans of an execution from the list.
func (r *scansOf) end() {
	if r != nil && len(r.list) > 0 {
		r.all.mu.Lock()
		delete(r.all.runs, r)
		r.all.mu.Unlock()
	}
}

// Progress implements server.Progress.
func (e *Engine) Progress() []catalog.ScanProgress {
	e.scans.mu.Lock()
	defer e.scans.mu.Unlock()
	var out []catalog.ScanProgress
	for r := range e.scans.runs {
		for _, s := range r.list {
			rel := s.node.Rel
			c := s.meter.Read()
			out = append(out, catalog.ScanProgress{
				PID: r.pid, Relation: rel.OID, Schema: rel.Schema, Table: rel.Name, Format: rel.File.Format.Spec().Name, Location: rel.File.Location,
				Began: s.began, BytesTotal: max(rel.Bytes, c.BytesTotal, c.BytesRead), BytesRead: c.BytesRead, Rows: c.RowsKept, RowsDecoded: c.RowsDecoded,
				Requests: c.Requests, Retries: c.Retries,
			})
		}
	}
	slices.SortFunc(out, func(a, b catalog.ScanProgress) int {
		return cmp.Or(cmp.Compare(a.PID, b.PID), a.Began.Compare(b.Began), cmp.Compare(a.Table, b.Table))
	})
	return out
}
