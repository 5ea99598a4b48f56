// Package catalog knows what a session can name: schemas, tables, views, servers, user mappings, roles; what was
// discovered below the locations served, what DDL said, and pg_catalog and information_schema as tables of the same engine.
//
// A [Catalog] is the server's; a [View] of it is what one transaction sees. DDL is kept in one SQL text file, rewritten
// atomically (temporary file, fsync, rename, fsync of the folder), mode 0600.
package catalog
