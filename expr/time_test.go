package expr_test

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"
	"testing"

	"howdah/expr"
	"howdah/expr/exprtest"
	"howdah/internal/pgdata"
	"howdah/types"
)

var timeNames = map[string]bool{"date": true, "time": true, "timetz": true, "timestamp": true, "timestamptz": true, "interval": true}

// clockFunctions depend on what time it is.
var clockFunctions = []string{"now", "statement_timestamp", "clock_timestamp", "timeofday", "age(timestamp)", "age(timestamptz)", "time_timetz"}

// timeSources are the functions over date and time types that have a kernel.
func timeSources() []string {
	found := map[string]bool{}
	for i := range pgdata.Procs() {
		p := &pgdata.Procs()[i]
		if p.Kind != 'f' || p.RetSet || strings.HasPrefix(p.Name, "pg_") || strings.HasPrefix(p.Name, "interval_a") || p.Name == "interval_combine" {
			// TestTransitionFunctions makes their states
			continue
		}
		takes := timeNames[pgdata.TypeByOID(p.Ret).Name]
		for _, a := range p.ArgTypes {
			takes = takes || timeNames[pgdata.TypeByOID(a).Name]
		}
		key := p.Src
		if p.Lang == 14 {
			key = exprtest.Signature(p)
		}
		if _, ok := expr.KernelOf(p); ok && takes && !slices.Contains(clockFunctions, key) {
			found[key] = true
		}
	}
	return slices.Sorted(maps.Keys(found))
}

func pad(n, width int) string { return fmt.Sprintf("%0*d", width, n) }

func dateOperand(r *rand.Rand) string {
	switch r.IntN(8) {
	case 0:
		return exprtest.OneOf(r, "infinity", "-infinity", "2000-01-01", "1999-12-31", "1970-01-01", "0001-01-01", "0001-12-31 BC", "4714-11-24 BC", "5874897-12-31", "294276-12-31", "294277-01-01",
			"2024-02-29", "1900-02-28", "2000-02-29", "1582-10-15", "0044-03-15 BC", "2038-01-19", "9999-12-31", "10000-01-01", "2001-01-01", "2000-12-31", "1001-01-01", "0100-06-01 BC", "1000-01-01 BC")
	case 1, 2:
		return pad(1995+r.IntN(12), 4) + "-" + exprtest.OneOf(r, "01-01", "12-31", "12-29", "01-04", "02-28", "03-01", "12-28", "01-03")
	}
	return pad(1990+r.IntN(40), 4) + "-" + pad(1+r.IntN(12), 2) + "-" + pad(1+r.IntN(28), 2)
}

func timeOperand(r *rand.Rand) string {
	if r.IntN(5) == 0 {
		return exprtest.OneOf(r, "00:00:00", "24:00:00", "23:59:59.999999", "12:00:00", "00:00:00.000001", "01:30:00", "02:30:00")
	}
	s := pad(r.IntN(24), 2) + ":" + pad(r.IntN(60), 2) + ":" + pad(r.IntN(60), 2)
	if r.IntN(2) == 0 {
		s += "." + strconv.Itoa(r.IntN(1_000_000))
	}
	return s
}

func timestampOperand(r *rand.Rand) string {
	switch r.IntN(6) {
	case 0:
		return exprtest.OneOf(r, "infinity", "-infinity", "4714-11-24 00:00:00 BC", "294276-12-31 23:59:59.999999", "294276-12-31 12:00:00", "4714-11-25 00:00:00 BC", "epoch", "0001-01-01 00:00:00", "0001-12-31 23:59:59 BC",
			"2000-01-01 00:00:00", "1999-12-31 23:59:59.999999", "1883-11-18 12:03:58", "0101-01-01 00:00:00", "0010-05-05 05:05:05 BC", "290000-06-01 00:00:00")
	case 1, 2: // where clocks are put forward or back
		return exprtest.OneOf(r, "2024-03-10", "2024-11-03", "2024-03-31", "2024-10-27", "2024-04-07", "2024-10-06", "2018-11-04", "2018-02-17", "2011-12-30", "2014-10-26") + " " +
			exprtest.OneOf(r, "00:00:00", "00:30:00", "01:00:00", "01:30:00", "01:59:59.999999", "02:00:00", "02:15:00", "02:30:00", "03:00:00", "07:00:00", "06:30:00", "15:30:00", "23:30:00", "23:59:60")
	}
	d := dateOperand(r)
	for strings.Contains(d, "inf") || strings.Contains(d, "BC") || len(d) > 10 {
		d = dateOperand(r)
	}
	return d + " " + timeOperand(r)
}

func intervalOperand(r *rand.Rand) string {
	n := func() string {
		return exprtest.OneOf(r, "0", "1", "-1", "2", "30", "31", "-30", "12", "-13", "365", "24", "-25", "60", "1000", strconv.Itoa(r.IntN(401)-200))
	}
	switch r.IntN(8) {
	case 0:
		return exprtest.OneOf(r, "0", "1 mon", "-1 mon", "1 day", "24:00:00", "-24:00:00", "1 year", "2147483647 days", "-2147483648 days", "2147483647 months", "-2147483648 months", "2562047788:00:54.775807", "-2562047788:00:54.775807",
			"178000000 years", "30 days", "1 mon -30 days", "1 day -24:00", "-0.000001 sec", "1 mon -1 day +00:00:01", "1000 years", "106751991 days", "08:30", "-14:00", "14:00", "15 min", "5 min 0.5 sec", "1 week")
	case 1:
		return n() + " mons"
	case 2:
		return n() + " days"
	case 3:
		return exprtest.OneOf(r, "", "-") + timeOperand(r)
	}
	return n() + " mons " + n() + " days " + exprtest.OneOf(r, "", "-", "+") + strconv.Itoa(r.IntN(100)) + ":" + pad(r.IntN(60), 2) + ":" + pad(r.IntN(60), 2) + exprtest.OneOf(r, "", ".5", ".123456")
}

func unitOperand(r *rand.Rand) string {
	return exprtest.OneOf(r, "microseconds", "milliseconds", "second", "Seconds", "minute", "hour", "day", "DAY", "week", "month", "quarter", "year", "decade", "century", "millennium", "epoch", "dow", "isodow", "doy", "isoyear", "julian",
		"timezone", "timezone_hour", "timezone_minute", "us", "ms", "s", "m", "h", "d", "w", "y", "c", "qtr", "nonsense", "now", "jan", "ago", "infinity", "milliseconds of the day", "at", "am", "mon", "days", "")
}

func zoneOperand(r *rand.Rand) string {
	return exprtest.OneOf(r, "UTC", "America/New_York", "europe/berlin", "Asia/Kolkata", "Australia/Lord_Howe", "America/Sao_Paulo", "Pacific/Apia", "EST", "edt", "MSK", "IST", "ART", "PST8PDT", "Z", "GMT+3", "<+03>-3", "+05:30", "-8",
		"Nowhere", "Europe/Moscow", "EST5EDT,M3.2.0,M11.1.0", "Africa/Casablanca", "", "Antarctica/Troll")
}

func textOperand(r *rand.Rand) string { return unitOperand(r) }

func timeOptions(seed uint64, rows int) exprtest.Options {
	opt := exprtest.Options{Rows: rows, Seed: seed, ByArg: map[string]map[int]func(*rand.Rand) string{}}
	opt.Operands = map[types.OID]func(*rand.Rand) string{
		types.DateOID: dateOperand, types.TimeOID: timeOperand, types.TimestampOID: timestampOperand, types.IntervalOID: intervalOperand,
		types.TimestamptzOID: func(r *rand.Rand) string {
			s := timestampOperand(r)
			if strings.Contains(s, "inf") || s == "epoch" {
				return s
			}
			if strings.HasPrefix(s, "294276") {
				return s + "+00"
			}
			if base, ok := strings.CutSuffix(s, " BC"); ok {
				return base + "+00 BC"
			}
			return s + exprtest.OneOf(r, "+00", "+00", "-05", "+05:30")
		},
		types.TimetzOID: func(r *rand.Rand) string {
			return timeOperand(r) + exprtest.OneOf(r, "+00", "-05", "+05:30", "+14", "-12", "+00:00:01", "-15:59:59")
		},
		types.TextOID: textOperand,
		types.Int4OID: func(r *rand.Rand) string { return strconv.FormatInt(exprtest.Int(r, 32), 10) },
	}
	// The last argument of these is a zone, the first of timezone(…) too.
	for _, src := range []string{"timestamp_zone", "timestamptz_zone", "timetz_zone"} {
		opt.ByArg[src] = map[int]func(*rand.Rand) string{0: zoneOperand}
	}
	opt.ByArg["timestamptz_trunc_zone"] = map[int]func(*rand.Rand) string{2: zoneOperand}
	small := func(lo, hi int) func(*rand.Rand) string {
		return func(r *rand.Rand) string { return strconv.Itoa(lo + r.IntN(hi-lo+1)) }
	}
	year := func(r *rand.Rand) string {
		return exprtest.OneOf(r, "2024", "1999", "1", "0", "-1", "-44", "-4714", "-4713", "294276", "294277", "5874897", "2147483647", "-2147483648", strconv.Itoa(1900+r.IntN(200)))
	}
	sec := func(r *rand.Rand) string {
		return exprtest.OneOf(r, "0", "1.5", "59.999999", "60", "59.9999999", "60.1", "-1", "NaN", "Infinity", "12.3456789", "1e10", strconv.Itoa(r.IntN(60)))
	}
	parts := map[int]func(*rand.Rand) string{0: year, 1: small(-1, 13), 2: small(0, 32), 3: small(-1, 25), 4: small(-1, 60), 5: sec, 6: zoneOperand}
	opt.ByArg["make_date"], opt.ByArg["make_timestamp"], opt.ByArg["make_timestamptz"], opt.ByArg["make_timestamptz_at_timezone"] = parts, parts, parts, parts
	opt.ByArg["make_time"] = map[int]func(*rand.Rand) string{0: small(-1, 25), 1: small(-1, 60), 2: sec}
	opt.ByArg["float8_timestamptz"] = map[int]func(*rand.Rand) string{0: func(r *rand.Rand) string {
		return exprtest.OneOf(r, "0", "-1.5", "1e9", "1700000000.123456", "1700000000.1234567", "9224318015999", "9224318016000", "-210866803200", "-210866803201", "NaN", "Infinity", "-Infinity", "1e300", strconv.FormatFloat(r.NormFloat64()*1e10, 'f', -1, 64))
	}}
	for _, src := range []string{"time_scale", "timetz_scale", "timestamp_scale", "timestamptz_scale"} {
		opt.ByArg[src] = map[int]func(*rand.Rand) string{1: small(0, 6)}
	}
	opt.ByArg["interval_scale"] = map[int]func(*rand.Rand) string{1: func(r *rand.Rand) string {
		return exprtest.OneOf(r, "-1", "2147418112", "2147418115", "327679", "196607", "67174399", "469762052", "268435461", "201326592", "134283263", "402718719")
	}}
	return opt
}

func TestTimeFunctionsAsPostgreSQL(t *testing.T) {
	sources := timeSources()
	if len(sources) < 150 {
		t.Errorf("only %d functions", len(sources))
	}
	rows := 200
	if testing.Short() {
		rows = 40
	}
	opt := timeOptions(1, rows)
	opt.Setup = "; set timezone = 'UTC'"
	exprtest.Functions(t, opt, sources...)
	if testing.Short() {
		return
	}
	var zoned []string
	for _, s := range sources {
		if strings.Contains(s, "timestamptz") {
			zoned = append(zoned, s)
		}
	}
	for _, name := range []string{"America/New_York", "Australia/Lord_Howe", "Asia/Kolkata", "America/Sao_Paulo", "Pacific/Apia", "Europe/Dublin"} {
		zone, ok := types.LoadZone(name)
		if !ok {
			t.Fatal(name)
		}
		style := *types.DefaultStyle()
		style.Zone = zone
		opt := timeOptions(2, 150)
		opt.Setup, opt.Style = "; set timezone = '"+name+"'", &style
		exprtest.Functions(t, opt, zoned...)
	}
}

func TestIntervalAggregatesAsPostgreSQL(t *testing.T) {
	opt := timeOptions(3, 200)
	exprtest.Aggregates(t, opt, "sum(interval)", "avg(interval)", "min(interval)", "max(interval)", "max(date)", "min(timestamptz)", "max(timetz)")
}

// TestClockFunctionsAsPostgreSQL: functions of the present, a query's beginning being what PostgreSQL says.
func TestClockFunctionsAsPostgreSQL(t *testing.T) {
	opt := timeOptions(9, 60)
	opt.Setup = "; set timezone = 'Asia/Kolkata'"
	zone, _ := types.LoadZone("Asia/Kolkata")
	style := *types.DefaultStyle()
	style.Zone = zone
	opt.Style = &style
	exprtest.Functions(t, opt, "age(timestamp)", "age(timestamptz)", "time_timetz")
}
