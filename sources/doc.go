// Package sources says what a place with files is: a folder, a bucket, a web host. A [Source] lists objects and opens
// ranges of their bytes at one pinned version, and maps failures to pgerr; it does nothing else. Decompression,
// read-ahead, retries and the proof that nothing is missing are formats.Input's work, once for all sources.
//
// A [Location] is where a table's files are, as a user writes it. A [Registry], made explicitly by sources/all, turns
// a location and options into a source and a pattern. A [Snapshot] holds still what a statement or a transaction has
// seen: the same pattern gives the same objects in the same versions.
package sources
