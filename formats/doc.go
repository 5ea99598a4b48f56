// Package formats is the contract of file formats, and [Input], their only door to bytes.
//
// A [Format] is an immutable value: it declares its options and the bytes it knows itself by ([Spec]), infers a
// schema from a sample, answers a push-down request without I/O, and opens a [Reader] over one split of one file.
// formats/all lists the formats that are built in; formats/formattest is what each must pass. Formats never import each other,
// nor anything above them.
package formats
