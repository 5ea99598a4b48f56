package main

import "testing"

func TestLessGarbageBesideMoreRows(t *testing.T) {
	before := 101
	for _, c := range []struct {
		used int64
		want int
	}{{0, 100}, {4 << 20, 65}, {64 << 20, 15}, {256 << 20, 10}, {8 << 30, 10}} {
		p := garbagePercent(c.used)
		if p != c.want || p > before {
			t.Errorf("%d MiB held: %d percent, want %d", c.used>>20, p, c.want)
		}
		before = p
	}
}
