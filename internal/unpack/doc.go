// Package unpack knows compressed content by its first bytes and reads it as one content: gzip, bzip2, xz, zstd and lz4
// as whole files, deflate and lzma as they lie in zip archives. All members, streams or frames of a file are read one
// after the other, every checksum is checked, and damage is told from a cut.
//
// That no member is missing follows from the raw reader, which gives io.EOF only at its proven end; what follows the
// last member and is no member is an error. Nothing here starts a goroutine. Windows and dictionaries are taken from
// a budget before they are made, and are never larger than MaxWindow.
package unpack
