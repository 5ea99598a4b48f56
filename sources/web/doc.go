// Package web is the source of single files on http and https servers, whatever such a server lacks: HEAD, ranges,
// lengths, validators. The version is the strongest validator that the server gives; what it cannot prove is an error,
// or a file that is read in one piece without retries. A file's length may only be unproven if an option says so.
package web
