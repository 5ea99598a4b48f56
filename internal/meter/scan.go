package meter

import "sync/atomic"

// Scan is the work done for one scan. The zero value is ready; it must not be copied.
type Scan struct {
	BytesRead   atomic.Int64 // bytes that came from the source, before decompression
	BytesTotal  atomic.Int64 // bytes of the objects opened so far, where their sizes are known
	Requests    atomic.Int64 // opened ranges: one per HTTP or S3 request for content, one per opening of a file
	RowsDecoded atomic.Int64 // rows of which at least one value was decoded
	RowsKept    atomic.Int64 // rows handed to the engine
	Retries     atomic.Int64 // requests repeated after a failure that could be healed
}

// Counts is one reading of a Scan.
type Counts struct {
	BytesRead, BytesTotal, Requests, RowsDecoded, RowsKept, Retries int64
}

// Read takes the counters one by one: a reading, not a snapshot.
func (s *Scan) Read() Counts {
	return Counts{
		BytesRead:   s.BytesRead.Load(),
		BytesTotal:  s.BytesTotal.Load(),
		Requests:    s.Requests.Load(),
		RowsDecoded: s.RowsDecoded.Load(),
		RowsKept:    s.RowsKept.Load(),
		Retries:     s.Retries.Load(),
	}
}

// Add adds the counts of a part, such as one split, to the whole.
func (s *Scan) Add(c Counts) {
	s.BytesRead.Add(c.BytesRead)
	s.BytesTotal.Add(c.BytesTotal)
	s.Requests.Add(c.Requests)
	s.RowsDecoded.Add(c.RowsDecoded)
	s.RowsKept.Add(c.RowsKept)
	s.Retries.Add(c.Retries)
}
