// Package formattest is the conformance suite of file formats: whatever a format takes over, in whatever pieces it is
// asked, its rows are those of a plain scan with the engine's own filter, sort and limit on top; a file that is cut,
// fails or is cancelled at any point is an error; and nothing is left behind. Each format runs it over its own files.
package formattest
