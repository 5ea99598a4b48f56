// Package pushdown is the bargain between the engine and the readers: one question, one answer, before any I/O, so
// that EXPLAIN can print it and tests can pin it.
//
// A skip that a reader makes can be wrong in two ways. It may keep a row that fails a qual: harmless where the verdict
// was [Inexact], since the engine applies the qual again; a wrong answer where it was [Exact]. And it may drop a row
// whose qual is TRUE: nobody can repair that, so no verdict allows it. In doubt a reader answers [Refused], the zero value.
//
// Exactness is earned by running the engine's own compiled [Filter] inside the reader: decode the columns that the
// filter reads, apply it, decode the other columns for the survivors only (late materialisation). A format holds no
// comparison of its own. Cleverness on raw bytes (a substring that must occur, see [Needles]; a block's min and
// max) comes on top, before the filter, and is invisible in the answer.
package pushdown
