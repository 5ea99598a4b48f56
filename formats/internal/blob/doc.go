// Package blob gives random access to an object for formats that need it, such as those that lie in archives: [Open]
// reads at offsets where the source has them, and otherwise keeps the content, in memory as far as it is small and in a
// nameless temporary file beyond, so that memory stays flat whatever the object's size. A format that finds another
// content inside, such as an encrypted package, makes a [Blob] of its own.
package blob
