// Package json reads JSON documents and lines of JSON (NDJSON) as tables: one object or array a row.
//
// A chunk is a window on the file. A nav finds the rows in it, at the end of a path, however deep and whatever lies
// around them; rows scans one row, checks all of it, and remembers where the values of the wanted columns are; a reader
// applies the quals and decodes what is left. Nothing is decoded before it is asked for, and all that is passed over is
// checked: syntax (RFC 8259), UTF-8, surrogates, depth. One batch never crosses chunks, so that text points into the
// buffer. Values become PostgreSQL's as by json_populate_record. Of members with the same name the last one counts.
package json
