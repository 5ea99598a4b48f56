package bench

import (
	"testing"

	"howdah/expr"
	"howdah/formats/formattest"
)

// germanBulk is Q2's condition: country = 'DE' and qty > 90.
func germanBulk(b *testing.B) []expr.Expr {
	return []expr.Expr{formattest.Qual(b, schema, "country", "=", "DE"), formattest.Qual(b, schema, "qty", ">", "90")}
}

// urgentMonth is Q7's: a month of ts, and note like '%urgent%'.
func urgentMonth(b *testing.B) []expr.Expr {
	return []expr.Expr{formattest.Qual(b, schema, "ts", ">=", "2025-03-01"), formattest.Qual(b, schema, "ts", "<", "2025-04-01"),
		formattest.Qual(b, schema, "note", "~~", "%urgent%")}
}
