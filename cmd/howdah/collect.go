package main

import (
	"os"
	"runtime/debug"

	"howdah/internal/budget"
)

// collectStep is by how much what queries hold changes before the collector is set anew.
const collectStep = 4 << 20

// boundGarbage makes the collector's work follow what queries hold. By default garbage may take as much as what is live,
// which for a query that fills its work_mem would be as much again; so the more is held the less garbage there may be
// beside it. Rows in memory have few pointers, so that looking at them often costs little. GOGC in the environment wins.
func boundGarbage(total *budget.Budget) {
	if os.Getenv("GOGC") != "" {
		return
	}
	now := 100
	total.Watch(collectStep, func(used int64) {
		if p := garbagePercent(used); p != now {
			now = p
			debug.SetGCPercent(p)
		}
	})
}

// garbagePercent is what garbage may take, in percent of what is live, while queries hold so many bytes: about 8 MiB
// and a tenth, in steps of 5 percent.
func garbagePercent(used int64) int {
	const least, base = 10, 8 << 20 // base is also what is live beside what queries hold
	p := int(100 * (base + used/10) / (base + used))
	return max(p-p%5, least)
}
