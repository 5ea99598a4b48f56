package main

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

// result is what all runs of one query cost one peer.
type result struct {
	cpu, wall, first []time.Duration
	peak             int64 // kB
}

func (r *result) add(a reply, peak int64) {
	r.cpu, r.wall, r.first = append(r.cpu, a.cpu), append(r.wall, a.wall), append(r.first, a.first)
	r.peak = max(r.peak, peak)
}

func median(d []time.Duration) time.Duration {
	if len(d) == 0 {
		return 0
	}
	s := slices.Sorted(slices.Values(d))
	return s[len(s)/2]
}

const tableHead = `| | query | howdah CPU s | first row ms | peak MB (above idle) | postgres_fdw adds CPU ms | peer | peer CPU s | ratio | issue | must | aim | |
|---|---|---|---|---|---|---|---|---|---|---|---|---|
`

// line prints one query and what it is held to; it counts the limits that are missed. peer may be "".
// A further line of the same query compares with another peer, no more.
func (m *bench) line(f *format, q query, peer string, further bool, direct, through, other *result, idle, sharedBytes int64) {
	var verdicts []string
	missed := func(what string) {
		verdicts = append(verdicts, "MISSED: "+what)
		m.missed++
	}
	aimed := false
	hold := func(value float64, l limits, what string) {
		switch {
		case l.least() > 0 && value > l.least():
			missed(what)
		case l.aim > 0 && value <= l.aim:
			aimed = true
		}
	}
	mine, first := median(direct.cpu), median(direct.first)
	ratio, theirs := "–", "–"
	goal := f.goalOf(peer, q.name)
	limit := goal
	if other != nil {
		// A peer that reads fewer rows is compared by the row.
		share := float64(mine) / float64(max(median(other.cpu), 1)) * float64(f.peerRows) / float64(f.rows)
		ratio, theirs = fmt.Sprintf("%.2f", share), seconds(median(other.cpu))
		hold(share, goal, "CPU")
	}
	unit := ""
	if q.name == "Q6" && !further {
		hold(float64(first)/float64(time.Millisecond), f.firstRow, "first row")
		if goal == (limits{}) {
			limit, unit = f.firstRow, " ms"
		}
	}
	allowed := int64(0)
	if f.shares {
		allowed = int64(sharedShare * float64(sharedBytes) / 1024)
	}
	if grown := direct.peak - idle; !further && (grown > mustGrowthMB*1024+allowed || direct.peak > mustPeakMB*1024+allowed) {
		missed("memory")
	}
	switch {
	case len(verdicts) > 0:
	case aimed:
		verdicts = append(verdicts, "aim")
	case limit.least() > 0:
		verdicts = append(verdicts, "met")
	}
	bound := func(v float64) string {
		if v == 0 {
			return "–"
		}
		if unit != "" {
			return fmt.Sprintf("%.0f%s", v, unit)
		}
		return fmt.Sprintf("%.2f", v)
	}
	added := "–"
	if through != nil {
		added = fmt.Sprintf("%.1f", millis(median(through.cpu)))
	}
	if peer == "" {
		peer = "–"
	}
	fmt.Fprintf(m.out, "| %s | %s | %s | %.1f | %d (+%d) | %s | %s | %s | %s | %s | %s | %s | %s |\n", f.name, q.name, seconds(mine), millis(first),
		direct.peak/1024, (direct.peak-idle)/1024, added, peer, theirs, ratio, bound(limit.issue), bound(limit.must), bound(limit.aim), strings.Join(verdicts, ", "))
}

func millis(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }

// seconds shows three digits that count.
func seconds(d time.Duration) string {
	switch s := d.Seconds(); {
	case s >= 1:
		return fmt.Sprintf("%.2f", s)
	case s >= 0.01:
		return fmt.Sprintf("%.3f", s)
	default:
		return fmt.Sprintf("%.4f", s)
	}
}
