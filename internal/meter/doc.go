// Package meter counts what a scan costs, for EXPLAIN ANALYZE, progress lines and the logs.
//
// One Scan is made per scan of a table and passed by pointer to whoever does the work: formats.Input counts bytes,
// requests and retries, the reader counts rows. All counters are atomic, so a reader of progress needs no lock.
package meter
