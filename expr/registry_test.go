package expr_test

import (
	"strings"
	"testing"

	"howdah/expr"
	"howdah/expr/exprtest"
	"howdah/internal/pgdata"
)

// TestRegistryKeys: each key names a function of PostgreSQL's, and stands in one family only.
func TestRegistryKeys(t *testing.T) {
	sources, signatures, aggs := map[string]bool{}, map[string]bool{}, map[string]bool{}
	for i := range pgdata.Procs() {
		p := &pgdata.Procs()[i]
		if p.Kind == 'a' {
			aggs[exprtest.Signature(p)] = true
			continue
		}
		sources[p.Src] = true
		signatures[exprtest.Signature(p)] = true
	}
	seen := map[string]bool{}
	for _, family := range expr.KernelFamilies {
		for key, k := range family {
			// The has_…_privilege functions are registered by their pattern, which makes more names than there are.
			if !sources[key] && !signatures[key] && !strings.HasSuffix(strings.SplitAfter(key, "_privilege_")[0], "_privilege_") {
				t.Errorf("no function has prosrc or signature %q", key)
			}
			if seen[key] || k == nil {
				t.Errorf("%q stands in two families, or has no kernel", key)
			}
			seen[key] = true
		}
	}
	seen = map[string]bool{}
	for _, family := range expr.AggregateFamilies {
		for key := range family {
			if !aggs[key] {
				t.Errorf("there is no aggregate %q", key)
			}
			if seen[key] {
				t.Errorf("%q stands in two families", key)
			}
			seen[key] = true
		}
	}
}
