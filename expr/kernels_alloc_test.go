package expr_test

import (
	"fmt"
	"os"
	"regexp"
	"runtime"
	"strings"
	"testing"

	"howdah/types"
)

// allocationLimit is how many pieces of memory a function may take per row: what it takes per batch is below that.
const allocationLimit = 0.1

// allocates are the functions that take memory for each row, by name, and why.
var allocates = []struct{ names, why string }{
	{`ts_.*|.*tsvector.*|.*tsquery.*|tsq_.*|querytree|strip|setweight|numnode|get_current_ts_config`, "documents are taken apart into words"},
	{`numeric_(sqrt|exp|ln|log|power)|sqrt|exp|ln|log|pow|power`, "roots and logarithms of numeric are computed with big.Int"},
	{`factorial|numeric_div|width_bucket`, "results beyond 18 digits are a big.Int"},
	{`asin`, "near 1 the correctly rounded value is computed with big.Float"},
	{`jsonb_path_match.*`, "operands of a path's predicates are lists"},
	{`jsonpath`, "a path is parsed into a tree to be checked"},
	{`normalize|is_normalized`, "golang.org/x/text/unicode/norm decides"},
	{`current_setting|set_config|current_schemas|format_type|oidvectortypes|timeofday|pg_char_to_encoding|pg_blocking_pids|pg_listening_channels|reg.*`, "answers of the session and the catalogs"},
	{`(int4|num)multirange`, "a multirange's ranges are sorted in a list before they are stored"},
	{`range_agg|range_intersect_agg|string_agg|percentile_.*|mode`, "lists and texts of groups grow"},
	{`(json|jsonb)_(object_)?agg`, "texts of groups grow"},
	{`int8_avg|float8_.*|float4_accum|interval_avg`, "states of PostgreSQL's transition functions are arrays"},
	{`pg_size_bytes|parse_ident`, "errors quote the text"},
}

// TestKernels computes every function once over the samples that BenchmarkKernels measures, and holds them to taking no
// memory per row. Arrays, records and sets are values in memory of their own by their types; the rest that does is listed.
// HOWDAH_ALLOCATIONS=file writes down what each one takes.
func TestKernels(t *testing.T) {
	var exceptions []*regexp.Regexp
	for _, a := range allocates {
		exceptions = append(exceptions, regexp.MustCompile(`^(`+a.names+`)(\(| as |$)|^cast\(text as (`+a.names+`)\)`))
	}
	used := make([]bool, len(allocates))
	var list strings.Builder
	for _, u := range units() {
		rows := 128
		if u.proc != nil && u.proc.Kind == 'a' {
			rows = 1024 // so that what grows with a group's rows counts per row
		}
		per, err := allocations(u, rows)
		if err != nil {
			t.Errorf("%s: %v\n(its arguments come from kernels_samples_test.go)", u.name, err)
			continue
		}
		fmt.Fprintf(&list, "%8.3f %s\n", per, u.name)
		if per < allocationLimit || ownMemory(u) {
			continue
		}
		excused := false
		for i, re := range exceptions {
			if re.MatchString(u.name) {
				excused, used[i] = true, true
			}
		}
		if !excused {
			t.Errorf("%s allocates %.2f times per row", u.name, per)
		}
	}
	for i, a := range allocates {
		if !used[i] {
			t.Errorf("nothing of %q allocates any more (%s)", a.names, a.why)
		}
	}
	if file := os.Getenv("HOWDAH_ALLOCATIONS"); file != "" {
		if err := os.WriteFile(file, []byte(list.String()), 0o644); err != nil {
			t.Error(err)
		}
	}
}

// ownMemory tells of results that are pieces of memory of their own: arrays, records, and the rows of sets.
func ownMemory(u unit) bool {
	switch types.KindOf(u.result) {
	case types.KindArray, types.KindRecord:
		return true
	}
	return u.proc != nil && (u.proc.RetSet || !isKernel(u.proc) && u.proc.Kind == 'f')
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
