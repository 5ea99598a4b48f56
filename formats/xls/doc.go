// Package xls reads the workbooks of Excel 5 to 2003 (BIFF5, BIFF7 and BIFF8, in a compound file or bare) as tables. A
// sheet is read record by record from where the workbook says that it begins, so that the first row comes without the
// sheet and a limit stops reading; shared texts are read as far as cells ask for them. What records say of themselves
// and of others (sizes, counts, offsets, indexes) is checked, and a sheet ends with its end record only. Workbooks that
// are protected by a password are decrypted as they are read. What tables share with other spreadsheets is
// formats/internal/sheet's.
package xls
