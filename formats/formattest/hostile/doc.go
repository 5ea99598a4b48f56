// Package hostile makes files that lie, and judges how formats take them.
//
// A mutator takes a well-formed file (a [Seed]) apart as far as its structure is known (zip, compound files, BIFF, XML,
// JSON, delimited text, compressed envelopes), damages it where it hurts, and puts it together again with right sizes
// and checksums, or with wrong ones on purpose. [Run] reads each mutant in several ways and judges: no panic, no hang,
// memory within bounds, nothing left behind, errors that a client may see and that name the file, and the same rows
// whatever is claimed and in whatever batches they come. [Cuts] reads a file cut at every byte: the answer is an
// error, never a shorter table.
package hostile
