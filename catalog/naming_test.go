package catalog

import (
	"slices"
	"testing"
)

func TestSplitName(t *testing.T) {
	for in, want := range map[string][2]string{
		"/d/Orders 1.CSV.gz": {"Orders 1", ".csv"},
		"x.csv":              {"x", ".csv"},
		".csv":               {".csv", ""},
		"README":             {"README", ""},
		"a.b.tsv.zst":        {"a.b", ".tsv"},
	} {
		if stem, ext := splitName(in); stem != want[0] || ext != want[1] {
			t.Errorf("splitName(%q) = %q, %q, want %q", in, stem, ext, want)
		}
	}
}

func TestPartitionValues(t *testing.T) {
	names, values := partitionValues("/year=2024/Region=North%2FEast/part-0.csv")
	if !slices.Equal(names, []string{"year", "region"}) || !slices.Equal(values, []string{"2024", "North/East"}) {
		t.Errorf("got %q %q", names, values)
	}
	if n, _ := partitionValues("/plain/part.csv"); n != nil {
		t.Errorf("a folder without = is no partition: %q", n)
	}
}
