// Package vector holds batches of rows by column: the only row currency between packages.
//
// A [Batch] is filled by a producer (a format's reader, an operator) and read by its consumer. What a batch holds is
// valid until the producer's next Next or Close; a consumer that keeps values longer copies them ([Column.Append]).
// Byte values are spans into a buffer, so that text from a file reaches the socket uncopied.
package vector
