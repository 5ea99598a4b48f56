// Package text reads and judges values in their text forms for the formats: the quick parsers of the forms that files
// are full of, the proofs that a text is PostgreSQL's own output, the types that texts look like, and how errors show them.
package text
