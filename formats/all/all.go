// Package all lists the formats that are built in.
package all

import (
	"howdah/formats"
	"howdah/formats/csv"
)

// Registry gives them in the order in which they are sniffed: those with magic bytes before those without.
func Registry() formats.Registry {
	return formats.Registry{
		csv.Format{},
	}
}
