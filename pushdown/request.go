package pushdown

import (
	"howdah/expr"
	"howdah/types"
)

// Verdict is what a reader promises for one qual or for the limit.
type Verdict uint8

const (
	Refused Verdict = iota // the reader ignores it, the engine applies it
	Inexact                // the reader drops only rows that fail; the engine applies it again
	Exact                  // the reader returns precisely the rows that pass; the engine does not look
)

// String gives the word that EXPLAIN prints.
func (v Verdict) String() string { return [...]string{"refused", "inexact", "exact"}[v] }

// Request is what a query wants of one table. Ordinals count the columns of the file's schema from 0.
type Request struct {
	Columns []Column    // wanted, ascending; always honoured; may be empty
	Quals   []expr.Expr // AND-ed conjuncts, types coerced; a Var's Col is an ordinal. Parameters have values at Open
	Sort    []SortKey   // what the whole answer is ordered by
	Limit   int64       // rows after Quals and Sort, OFFSET added in; -1 = all
	Rows    bool        // Batch.Rows is wanted
}

// Column is a wanted column and how.
type Column struct {
	Ordinal int
	// Text: the consumer passes the value on without looking, so that the reader may deliver it in
	// vector.CanonicalText form, whole batch by whole batch, where it can prove that form.
	Text bool
}

// SortKey is one key of the order; text compares by bytes (every text column of a file is COLLATE "C").
type SortKey struct {
	Ordinal    int
	Type       types.Type
	Desc       bool
	NullsFirst bool
}

// Answer is what the reader takes over.
type Answer struct {
	Quals []Verdict // parallel to Request.Quals
	Sort  int       // leading Sort keys in whose order each split comes out, exactly
	// Limit: Exact where each split returns at most Limit rows that contain the answer's rows of that split
	// (first rows in file order, or by Sort taken whole); the engine merges splits and cuts again.
	// Legal only if every qual is Exact and Sort is taken whole.
	Limit Verdict
}

// Check tells what of an answer breaks the bargain; "" = nothing.
func (r *Request) Check(a Answer) string {
	switch {
	case len(a.Quals) != len(r.Quals):
		return "one verdict per qual is due"
	case a.Sort < 0 || a.Sort > len(r.Sort):
		return "more sort keys taken than asked"
	case a.Limit != Refused && r.Limit < 0:
		return "a limit taken that nobody asked for"
	}
	if a.Limit != Refused {
		if a.Sort != len(r.Sort) {
			return "a limit taken below a sort that was not"
		}
		for _, v := range a.Quals {
			if v != Exact {
				return "a limit taken below a qual that is not exact"
			}
		}
	}
	return ""
}

// RefuseAll is the answer of a reader that takes nothing.
func (r *Request) RefuseAll() Answer { return Answer{Quals: make([]Verdict, len(r.Quals))} }
