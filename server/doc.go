// Package server is Howdah's front door: it listens, negotiates TLS, authenticates, and speaks PostgreSQL's protocol
// version 3 with each client in a [session] of its own. A session owns the transaction, prepared statements, portals
// and cursors, and settings; parsing, planning and running it leaves to an [Engine]. Rows go from vectors to the socket
// through package server/wire. Whatever happens in a session, the server lives.
package server
