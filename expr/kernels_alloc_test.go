package expr_test

import (
	"fmt"
	"os"
	"runtime"
	"strings"
	"testing"
)

// TestKernels computes every function once over the samples that BenchmarkKernels measures.
// HOWDAH_ALLOCATIONS=file writes down what each allocates per row.
func TestKernels(t *testing.T) {
	const rows = 128
	var list strings.Builder
	for _, u := range units() {
		per, err := allocations(u, rows)
		if err != nil {
			t.Errorf("%s: %v", u.name, err)
		}
		fmt.Fprintf(&list, "%8.3f %s\n", per, u.name)
	}
	if file := os.Getenv("HOWDAH_ALLOCATIONS"); file != "" {
		if err := os.WriteFile(file, []byte(list.String()), 0o644); err != nil {
			t.Error(err)
		}
	}
}

// allocations counts what the third step over a batch allocates per row: buffers have grown by then.
func allocations(u unit, rows int) (perRow float64, err error) {
	step, err := u.prepare(rows)
	if err != nil {
		return 0, err
	}
	var before, after runtime.MemStats
	for range 3 {
		runtime.ReadMemStats(&before)
		if rows, err = step(); err != nil {
			return 0, err
		}
		runtime.ReadMemStats(&after)
	}
	return float64(after.Mallocs-before.Mallocs) / float64(max(rows, 1)), nil
}
