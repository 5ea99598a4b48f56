// Package cfb reads compound files ([MS-CFB], versions 3 and 4), the file systems in which Office keeps xls workbooks and
// encrypted documents. It works over an io.ReaderAt, keeps the allocation table and each stream's extents only, and
// trusts nothing that a file declares: every chain of sectors is followed within the file's bounds, without cycles, as
// far as the stream's size asks and no further.
package cfb
