package expr_test

import (
	"testing"

	"howdah/expr/exprtest"
)

func TestTextHashKernels(t *testing.T) {
	exprtest.Functions(t, exprtest.Options{Operands: textOperands}, "hashtext", "hashtextextended", "hashname")
}
