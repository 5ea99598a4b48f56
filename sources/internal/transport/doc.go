// Package transport is what the web and the S3 source share: an HTTP transport that does not decode, does not follow
// anybody to link-local addresses, and shares its connections; a guard for bodies that stall; and the words for what
// can go wrong on the way to a host, which never repeat a URL.
package transport
