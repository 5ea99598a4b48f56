// Package offcrypto opens what Office encrypts with a password ([MS-OFFCRYPTO], agile and standard encryption, of Office 2007
// and later): [Open] finds the key with the help of the password and gives the package that lies encrypted in a compound file
// as a blob.Blob, of which any part is read by decrypting the segments that it lies in and no others. The hash over the
// whole package is compared where the package is small; of a larger one every part has a checksum of its own, as the
// members of a zip archive do.
package offcrypto
