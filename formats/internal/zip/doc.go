// Package zip reads the archives that documents are packed in: [Open] reads the directory of a blob, [Archive.Open] a
// member where it lies, decompressed as a stream. Nothing that the archive says of itself is trusted: the directory's
// size and count are bounded and paid for, members must lie apart within the content, and a member's io.EOF comes only
// after as many bytes as the directory promises with the checksum that it promises.
package zip
