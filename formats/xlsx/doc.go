// Package xlsx reads the workbooks of Office Open XML (.xlsx, .xlsm), transitional and strict, as tables. It has its own
// zip directory and XML tokenizer: a part is read where it lies, at offsets where the source has them, and streamed, so
// that the first row comes without reading the sheet and a limit stops reading; a part's length and checksum are proven
// before its end is believed. What tables share with other spreadsheets is formats/internal/sheet's.
package xlsx
