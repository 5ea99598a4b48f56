// Package wire is the part of the protocol that Howdah writes itself (protocol.html, "Message Formats"): the start-up
// packet with its variants, an output buffer of bounded size, and rows appended to it straight from vectors, as
// DataRow or as COPY data. All other messages come and go through pgproto3.
package wire
