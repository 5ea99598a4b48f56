package spill

import (
	"sync"

	"howdah/pgerr"
)

// Quota bounds what several files take together on disk. It is safe for concurrent use.
type Quota struct {
	mu    sync.Mutex
	limit int64 // 0 = none
	used  int64
}

// NewQuota makes a quota of so many bytes; PostgreSQL's temp_file_limit is such a one.
func NewQuota(limit int64) *Quota { return &Quota{limit: limit} }

// SetLimit changes what the files may take from now on; 0 is no limit. What they take already stays theirs.
func (q *Quota) SetLimit(limit int64) {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.limit = limit
}

// Used gives the bytes that the files take now.
func (q *Quota) Used() int64 {
	q.mu.Lock()
	defer q.mu.Unlock()
	return q.used
}

func (q *Quota) grow(n int64) error {
	q.mu.Lock()
	defer q.mu.Unlock()
	if q.limit > 0 && n > q.limit-q.used {
		return pgerr.New(pgerr.ConfigurationLimitExceeded, "temporary file size exceeds temp_file_limit (%dkB)", q.limit>>10)
	}
	q.used += n
	return nil
}

func (q *Quota) shrink(n int64) {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.used -= n
}
