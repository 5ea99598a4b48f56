// Package ctype is the character classes and the upper and lower case of PostgreSQL's C.UTF-8 database (glibc's
// iswalpha, towupper, … one code point at a time) and of its C collation (ASCII only).
//
// Go's unicode tables differ from glibc's in many places (punctuation, title case, İ), so the tables are taken from a
// real PostgreSQL 15: ctype.txt holds them as hexadecimal ranges, and runs of start,count,step,delta for the case
// mappings; the test compares each code point with the server again.
package ctype
