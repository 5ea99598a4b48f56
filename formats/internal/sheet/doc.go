// Package sheet is what the formats of spreadsheets share. A format opens a [Book]'s sheet and yields its stored cells
// row by row as [Rows]; everything above that is here: which cells are a table ([Options]: range, header, skipped and
// empty rows, merged cells), what a number is by its number format and the book's date system, the inference of a
// schema, and the formats.Reader that lays out cells, applies the pushed-down filter, limit and top-N, and decodes only
// the columns and rows that are wanted. A cell's value reaches a column as the text that a person reads would reach the
// type's input function; what can be done without that text is done directly.
package sheet
