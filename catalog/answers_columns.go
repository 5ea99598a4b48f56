package catalog

import "howdah/types"

// systemColumns are the columns that every table of PostgreSQL has besides its own.
var systemColumns = map[string]int16{"ctid": -1, "xmin": -2, "cmin": -3, "xmax": -4, "cmax": -5, "tableoid": -6}

// Column finds a relation's column for functions that take its name or, where that is empty, its number; known is false
// where nothing can be said of the relation.
func (n *Names) Column(oid types.OID, column string, number int16) (there, known bool) {
	rel, err := n.view.ByOID(n.ctx, oid)
	if err != nil || rel == nil || len(rel.Columns) == 0 {
		return false, false
	}
	for _, c := range rel.Columns {
		if column != "" && c.Name == column || column == "" && c.AttNum == number && number != 0 {
			return true, true
		}
	}
	if rel.Kind == RelView {
		return false, true
	}
	if column != "" {
		return systemColumns[column] != 0, true
	}
	return number < 0 && number >= -6, true
}
