package expr

import (
	"howdah/types"
	"howdah/vector"
)

// OwnObjects is implemented by catalogs whose sessions have temporary tables.
type OwnObjects interface {
	// ConstraintDefinition is pg_get_constraintdef of a constraint of a temporary table.
	ConstraintDefinition(oid types.OID, pretty bool) (text string, ok bool)
	// PrettyExpr prints what the catalogs show of an expression of a relation without the parentheses that are not needed.
	PrettyExpr(rel types.OID, text string) (pretty string, ok bool)
	// IndexDefinition is pg_get_indexdef of the index of one of its keys: of a column of it, or with 0 of the whole.
	IndexDefinition(oid types.OID, column int64) (text string, ok bool)
	// TempSchema is pg_my_temp_schema: 0 while the session has made no temporary table.
	TempSchema() types.OID
}

func ownTempSchema(c *Call, out *vector.Column, sel []int32) error {
	oid := types.InvalidOID
	if own, ok := c.Env.Catalog.(OwnObjects); ok {
		oid = own.TempSchema()
	}
	for _, i := range sel {
		out.Ints[i] = int64(oid)
	}
	return nil
}
