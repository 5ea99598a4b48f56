package expr_test

import (
	"testing"

	"howdah/expr/exprtest"
)

func TestAnyAndHashKernels(t *testing.T) {
	exprtest.Functions(t, exprtest.Options{}, "booltext", "hashtext", "hashtextextended", "hashname")
}
