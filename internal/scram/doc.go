// Package scram is the server's half of SCRAM-SHA-256 and SCRAM-SHA-256-PLUS (RFC 5802, RFC 7677) as PostgreSQL's
// auth-scram.c speaks it, and the verifiers ("SCRAM-SHA-256$4096:salt$stored:server") that stand for passwords in
// the catalog. It does no I/O: a conversation takes the client's two messages and gives the replies.
package scram
