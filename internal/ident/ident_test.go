package ident

import (
	"slices"
	"strings"
	"testing"
)

func TestLaunder(t *testing.T) {
	for in, want := range map[string]string{
		"Orders":                "orders",
		"Sales 2024-Q1":         "sales_2024_q1",
		"2024":                  "_2024",
		"Größe (cm)":            "größe_cm",
		"--":                    "",
		"a__b":                  "a__b",
		"dir/sub.part":          "dir_sub_part",
		strings.Repeat("é", 40): strings.Repeat("é", 31),
	} {
		if got := Launder(in); got != want {
			t.Errorf("Launder(%q) = %q, want %q", in, got, want)
		}
	}
}

func TestColumnsNeverCollide(t *testing.T) {
	long := strings.Repeat("x", 80)
	got := Columns([]string{"a", "A", "", "a 2", "a", long, long})
	want := []string{"a", "a_2", "column_3", "a_2_2", "a_3", long[:63], long[:61] + "_2"}
	if !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}
