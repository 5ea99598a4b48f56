// Package ods reads OpenDocument spreadsheets as tables: packages (.ods, .ots) and flat documents (.fods). The content is
// one XML document, whatever the number of its sheets; it is streamed through [elements], which resolves namespaces, up
// to the sheet that is wanted, and the sheet's rows are yielded one by one, so that the first row comes at once, a limit
// stops reading, and memory stays flat. What is not wanted is passed by looking for its end tag. Values come from the
// cells' attributes, exact, and never from the text that shows them; styles tell how numbers look. Repeated cells and
// rows are counted before they are believed. What tables share with other spreadsheets is formats/internal/sheet's,
// archives and XML are formats/internal/zip's and xml's.
package ods
