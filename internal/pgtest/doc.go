// Package pgtest starts a throw-away real PostgreSQL, the oracle of the tests and the source of generated tables.
//
// [New] gives a test the one server its test process shares; [Start] starts another one with its own settings. A
// server listens on 127.0.0.1 and on a socket in its own temporary folder, trusts everybody, syncs nothing, and is
// gone with its folder when [Server.Stop] is called or the process that started it ends, in whatever way. Root
// cannot run PostgreSQL, so for root it runs as the user postgres. The initdb'ed folder is kept in the user's cache
// and copied, which makes a start a matter of a tenth of a second.
//
// A missing PostgreSQL is a failure, not a skip: set HOWDAH_PG_BIN to the folder of its programs, or install it.
package pgtest
