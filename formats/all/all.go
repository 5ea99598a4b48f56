// Package all lists the file formats that are built in.
package all

import (
	"howdah/formats"
	"howdah/formats/csv"
	"howdah/formats/json"
	"howdah/formats/ods"
	"howdah/formats/xls"
	"howdah/formats/xlsx"
)

// Formats is every format, in the order in which unknown content is sniffed: text that fits anything comes last.
func Formats() formats.Registry {
	return formats.Registry{json.Format{Lines: true}, json.Format{}, xlsx.Format{}, xls.Format{}, ods.Format{}, csv.Format{}}
}
