// Package pgerr is the one error type that a client can see, and the SQLSTATEs it carries.
//
// Whatever reaches a client is an *Error: SQLSTATE, message in PostgreSQL's words where PostgreSQL has that
// error, detail, hint, and where it happened in COPY's manner. Each layer adds its context once: a reader adds
// row and column with [Error.At], the scan adds object and table, the server adds nothing. Errors never carry
// credentials or signed URLs.
//
// The codes are those of https://www.postgresql.org/docs/15/errcodes-appendix.html.
package pgerr
