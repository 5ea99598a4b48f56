package types

import (
	"fmt"
	"math/rand/v2"
	"strconv"
	"strings"
	"testing"
	"time"

	"howdah/internal/pgtest"
	"howdah/pgerr"
)

const tryTime = `create or replace function pg_temp.try_time(ty text, v text) returns text language plpgsql as $$
declare r text; h text;
begin
  execute format('select (%L::%s)::text', v, ty) into r;
  return 'ok ' || r;
exception when others then
  get stacked diagnostics h = pg_exception_hint;
  return sqlstate || ' ' || sqlerrm || ' | ' || h;
end $$;`

// timeSettings are sessions in which input and output differ.
func timeSettings(t *testing.T) map[string]*Style {
	zone := func(name string) *time.Location {
		z, ok := LoadZone(name)
		if !ok {
			t.Fatalf("no zone %s", name)
		}
		return z
	}
	return map[string]*Style{
		"set timezone = 'UTC'": {Zone: time.UTC},
		"set timezone = 'America/New_York'; set datestyle = 'sql, mdy'; set intervalstyle = 'sql_standard'":       {Zone: zone("America/New_York"), DateStyle: SQLStyle, IntervalStyle: IntervalSQLStandard},
		"set timezone = 'Europe/Berlin'; set datestyle = 'german, dmy'; set intervalstyle = 'postgres_verbose'":   {Zone: zone("Europe/Berlin"), DateStyle: GermanStyle, DateOrder: DMY, IntervalStyle: IntervalPostgresVerbose},
		"set timezone = 'Asia/Kolkata'; set datestyle = 'postgres, dmy'; set intervalstyle = 'iso_8601'":          {Zone: zone("Asia/Kolkata"), DateStyle: PostgresStyle, DateOrder: DMY, IntervalStyle: IntervalISO8601},
		"set timezone = 'Australia/Lord_Howe'; set datestyle = 'iso, ymd'; set intervalstyle = 'postgres'":        {Zone: zone("Australia/Lord_Howe"), DateOrder: YMD},
		"set timezone = 'America/Sao_Paulo'; set datestyle = 'postgres, mdy'; set intervalstyle = 'sql_standard'": {Zone: zone("America/Sao_Paulo"), DateStyle: PostgresStyle, IntervalStyle: IntervalSQLStandard},
		"set timezone = 'EST5EDT4,M3.2.0/3,M11.1.0'; set datestyle = 'sql, dmy'; set intervalstyle = 'postgres'":  {Zone: zone("EST5EDT4,M3.2.0/3,M11.1.0"), DateStyle: SQLStyle, DateOrder: DMY},
		"set timezone = 'Africa/Casablanca'; set datestyle = 'iso, dmy'; set intervalstyle = 'postgres_verbose'":  {Zone: zone("Africa/Casablanca"), DateOrder: DMY, IntervalStyle: IntervalPostgresVerbose},
	}
}

func oursTime(t Type, text string, s *Style) string {
	d, err := ParseText(t, []byte(text), s)
	if err != nil {
		e := pgerr.From(err)
		return fmt.Sprintf("%s %s | %s", e.SQLState(), e.Message, e.Hint)
	}
	return "ok " + string(AppendText(nil, t, &d, s))
}

func agreeTime(t *testing.T, setup string, style *Style, typ Type, name string, texts []string) {
	t.Helper()
	conn, err := pgtest.New(t).Connect()
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	if err := conn.Exec(setup + ";" + tryTime); err != nil {
		t.Fatal(err)
	}
	bad, good := 0, 0
	for len(texts) > 0 {
		n := min(len(texts), 500)
		var sql strings.Builder
		sql.WriteString("select pg_temp.try_time(" + literal(name) + ", v) from unnest(array[")
		for i, s := range texts[:n] {
			if i > 0 {
				sql.WriteByte(',')
			}
			sql.WriteString(literal(s))
		}
		sql.WriteString("]::text[]) with ordinality u(v, o) order by o")
		rows, err := conn.Query(sql.String())
		if err != nil {
			t.Fatal(err)
		}
		for i, r := range rows {
			got := oursTime(typ, texts[i], style)
			if strings.HasPrefix(r[0], "ok") {
				good++
			}
			if got != r[0] {
				bad++
				if bad < 12 {
					t.Errorf("%s: %s %q:\n got %s\nwant %s", setup, name, texts[i], got, r[0])
				}
			}
		}
		texts = texts[n:]
	}
	if bad > 0 {
		t.Errorf("%s %s: %d differ", setup, name, bad)
	}
	t.Logf("%s: %d good", name, good)
}

func pickTime(r *rand.Rand, v ...string) string { return v[r.IntN(len(v))] }

// dateText gives a date, nearly one, or something like it.
func dateText(r *rand.Rand) string {
	y, m, d := pickTime(r, "1999", "2000", "2024", "1900", "0001", "4713", "5874897", "294276", "99", "05", "70", "69", "0", "00", "12345", "1582", strconv.Itoa(r.IntN(300)+1900)),
		pickTime(r, "1", "02", "2", "3", "11", "12", "13", "0", strconv.Itoa(r.IntN(12)+1)), pickTime(r, "1", "01", "28", "29", "30", "31", "32", "24", strconv.Itoa(r.IntN(28)+1))
	if len(m) < 2 && r.IntN(2) == 0 {
		m = "0" + m
	}
	name := pickTime(r, "Jan", "january", "FEB", "march", "Apr", "may", "Jun", "sept", "Sep", "oct", "December", "dec", "Smarch")
	sep := pickTime(r, "-", "-", "/", ".", " ", "")
	era := pickTime(r, "", "", "", "", " BC", " ad", "BC")
	switch r.IntN(14) {
	case 0, 1, 2:
		return y + "-" + m + "-" + d + era
	case 3:
		return m + sep + d + sep + y + era
	case 4:
		return d + sep + m + sep + y + era
	case 5:
		return d + sep + name + sep + y + era
	case 6:
		return name + pickTime(r, " ", "-", "") + d + pickTime(r, ", ", " ", "-") + y + era
	case 7:
		return y + sep + name + sep + d + era
	case 8:
		return y + m + d
	case 9:
		return y + pickTime(r, ".", "-", " ") + strconv.Itoa(r.IntN(380)+1)
	case 10:
		return pickTime(r, "J", "julian ", "jd") + pickTime(r, "2451187", "0", "1", "2147483493", "2147483494", "-1", "2451187.5", "2451187.123456", "99999999999", "2451187+05", "2451187-3")
	case 11:
		return pickTime(r, "epoch", "infinity", "-infinity", "+infinity", "Infinity", "EPOCH", "allballs", "invalid", "current", "undefined", "infin", "")
	case 12:
		return "y" + y + "m" + m + "d" + d
	}
	return pickTime(r, "Mon ", "tues, ", "friday ", "Sunday,") + y + sep + m + sep + d
}

// clockText gives a time of day or something like it.
func clockText(r *rand.Rand) string {
	h, m, s := pickTime(r, "00", "0", "1", "02", "03", "12", "13", "23", "24", "25", strconv.Itoa(r.IntN(24))), pickTime(r, "00", "59", "60", "5", "30", strconv.Itoa(r.IntN(60))),
		pickTime(r, "00", "59", "60", "61", "7", strconv.Itoa(r.IntN(60)))
	frac := pickTime(r, "", "", "", ".5", ".123456", ".1234565", ".9999999", ".", ".000001", ".0000005", "."+strconv.Itoa(r.IntN(1000000)))
	half := pickTime(r, "", "", "", "", " am", " PM", "pm", "AM")
	switch r.IntN(8) {
	case 0, 1, 2:
		return h + ":" + m + ":" + s + frac + half
	case 3:
		return h + ":" + m + half
	case 4:
		return pickTime(r, "T", "t", "") + pickTime(r, "040506", "0405", "123456", "995959", "235960", "4", "12345", "040506.789", "24", "240000", "240001")
	case 5:
		return "h" + h + "mm" + m + "s" + s + frac
	case 6:
		return m + ":" + s + frac
	}
	return pickTime(r, "", "allballs", "now x", "12", "noon", h+":"+m+":"+s+":"+s, ":"+m, h+":", h+"::"+s)
}

func zoneText(r *rand.Rand) string {
	return pickTime(r, "", "", "", "Z", "z", " Z", "+05:30", "-08", "+0530", "-0800", " +5", "+15:59", "+16", "-15:59:59", "+05:60", "+1:2:3", "+05:30:15", " EST", " PST", "PDT", " utc", " GMT+3",
		" America/New_York", " europe/berlin", " Asia/Kolkata", " MSK", " EST5EDT", " MET DST", " PST8PDT", " Nowhere/Land", " zulu", " CEST", " dst", " <+03>-3", " UTC+3", " GMT", " IST", " ART", " foo", "+", " -")
}

func momentText(r *rand.Rand) string {
	switch r.IntN(10) {
	case 0:
		return clockText(r) + zoneText(r) + " " + dateText(r)
	case 1:
		return pickTime(r, "Wed Dec 17 07:37:16 1997 PST", "Sat Mar 18 1:02:03.456 2000", "2024-03-10 02:30:00", "2024-11-03 01:30:00", "2024-03-31 02:30:00", "2024-10-27 02:30:00",
			"2024-03-10 02:30:00 America/New_York", "2024-11-03 01:30 America/New_York", "2011-03-27 02:00 MSK", "2014-10-26 01:30 Europe/Moscow", "1800-01-01 00:00", "0044-03-15 12:00 BC",
			"294276-12-31 23:59:59.999999", "294277-01-01 00:00", "4714-11-24 00:00:00 BC", "4714-11-23 23:59:59.999999 BC", "2000-01-01 24:00:00", "1999-12-31 23:59:60", "20240229T123456",
			"20240229T123456-03", "20240229 123456.789+01", "2024060T12", "infinity", "-infinity", "epoch", "2040-07-01 12:00", "2500-07-01 12:00 Europe/London", "1883-11-18 12:03:58", "2018-10-14 00:30",
			"2024-04-07 01:45", "2023-03-19 02:30", "2024-03-10 02:00", "2024-03-10 03:00", "2024-11-03 01:00", "2024-11-03 02:00", "1945-08-14 20:00")
	case 2:
		return dateText(r)
	}
	return dateText(r) + pickTime(r, " ", " ", "T", "  ", " at ", ",", "") + clockText(r) + zoneText(r)
}

func periodText(r *rand.Rand) string {
	num := func() string {
		return pickTime(r, "", "", "-", "+") + pickTime(r, "0", "1", "2", "10", "1.5", "0.1", "25", "61", "1000", "2147483647", "2147483648", "178000000", "9223372036854775807", "9223372036854775808", ".5", "3.", "1.999999999",
			"0.0000005", "1e3", strconv.Itoa(r.IntN(100)), strconv.FormatFloat(float64(r.IntN(100000))/1000, 'f', -1, 64))
	}
	unit := func() string {
		return pickTime(r, "year", "years", "y", "mon", "month", "months", "mons", "d", "day", "days", "h", "hr", "hour", "hours", "min", "m", "mins", "s", "sec", "second", "seconds", "ms", "milliseconds",
			"us", "microseconds", "usec", "w", "weeks", "decade", "decades", "century", "c", "millennium", "mil", "quarter", "qtr", "fortnight", "YEAR", "Days", "timezone")
	}
	clock := func() string {
		return pickTime(r, "", "-", "+") + pickTime(r, "1:02:03", "04:05", "100:00:00", "0:0:0", "1:60", "-1:2", "04:05.5", "12:34:56.789012", "2562047788:00:54.775807", "2562047788:00:54.775808", "9999999999999:00:00", "1:2:3.4567891", "00:00:61")
	}
	switch r.IntN(12) {
	case 0:
		return clock()
	case 1:
		return num() + " " + clock()
	case 2:
		return num() + "-" + pickTime(r, "1", "11", "12", "0", "x") + pickTime(r, "", " "+num(), " "+num()+" "+clock())
	case 3, 4:
		return "P" + num() + pickTime(r, "Y", "M", "W", "D", "T", "-", "H") + num() + pickTime(r, "D", "M", "", "T", "-") + pickTime(r, "", "T") + num() + pickTime(r, "H", "M", "S", "", ":") + pickTime(r, "", num()+pickTime(r, "S", "", "M"))
	case 5:
		return pickTime(r, "P0001-02-03T04:05:06", "P00010203T040506", "P1-2", "P1", "P12345678", "PT123456", "PT12", "PT1:2:3", "P1Y2M3DT4H5M6.7S", "PT", "P", "P1YT1", "P1Y-2M", "P-1Y", "P0.5Y", "P1.5W", "PT0.0000005S",
			"P1e2D", "P1E400D", "PT-inf", "P-nanD", "P0x10D", "P1Y2M3D T4H", "infinity", "-infinity", "", "@", "ago", "@ 1 day ago", "1 day ago ago", "1 ago", "- 1 day", "1", "1 2", "1 2 3", "1 2:3:4", "1:2 day")
	}
	var b strings.Builder
	b.WriteString(pickTime(r, "", "", "@ ", " "))
	for range 1 + r.IntN(4) {
		b.WriteString(num() + pickTime(r, " ", " ", "") + unit() + pickTime(r, " ", " ", "", ", "))
	}
	b.WriteString(pickTime(r, "", "", "", clock(), " ago", num()))
	return b.String()
}

func timeTexts(seed uint64, n int, make func(*rand.Rand) string) []string {
	r := rand.New(rand.NewPCG(seed, 9))
	out := []string{}
	for len(out) < n {
		s := make(r)
		if low := strings.ToLower(s); strings.Contains(low, "now") && !strings.Contains(low, "nowhere") {
			continue // the clocks differ
		}
		out = append(out, s)
	}
	return out
}

func TestTimeInputAsPostgreSQL(t *testing.T) {
	n := 1200
	if testing.Short() {
		n = 200
	}
	seed := uint64(1)
	for setup, style := range timeSettings(t) {
		for _, c := range []struct {
			t    Type
			name string
			make func(*rand.Rand) string
		}{
			{Of(DateOID), "date", dateText}, {Of(DateOID), "date", momentText}, {Of(TimestampOID), "timestamp", momentText}, {Of(TimestamptzOID), "timestamptz", momentText},
			{Of(TimestampOID), "timestamp", dateText}, {Type{TimestampOID, 2}, "timestamp(2)", momentText}, {Type{TimestamptzOID, 0}, "timestamptz(0)", momentText},
			{Of(TimeOID), "time", func(r *rand.Rand) string { return clockText(r) + zoneText(r) }}, {Of(TimeOID), "time", momentText},
			{Type{TimeOID, 0}, "time(0)", clockText}, {Of(TimetzOID), "timetz", momentText},
			{Of(TimetzOID), "timetz", func(r *rand.Rand) string { return clockText(r) + zoneText(r) }},
			{Of(IntervalOID), "interval", periodText},
		} {
			seed++
			agreeTime(t, setup, style, c.t, c.name, timeTexts(seed, n, c.make))
		}
	}
}

// TestIntervalFields: the fields and digits that a type says are read and kept.
func TestIntervalFields(t *testing.T) {
	zone := &Style{Zone: time.UTC}
	mask := map[string]int32{"year": maskYear, "month": maskMonth, "day": maskDay, "hour": maskHour, "minute": maskMinute, "second": maskSecond, "year to month": maskYear | maskMonth,
		"day to hour": maskDay | maskHour, "day to minute": maskDay | maskHour | maskMinute, "day to second": maskDay | maskHour | maskMinute | maskSecond, "hour to minute": maskHour | maskMinute,
		"hour to second": maskHour | maskMinute | maskSecond, "minute to second": maskMinute | maskSecond}
	for name, m := range mask {
		agreeTime(t, "set timezone = 'UTC'", zone, Type{IntervalOID, m<<16 | fullPrecision}, "interval "+name, timeTexts(77, 300, periodText))
	}
	agreeTime(t, "set timezone = 'UTC'", zone, Type{IntervalOID, fullRange<<16 | 2}, "interval(2)", timeTexts(78, 300, periodText))
	agreeTime(t, "set timezone = 'UTC'", zone, Type{IntervalOID, (maskMinute|maskSecond)<<16 | 1}, "interval minute to second(1)", timeTexts(79, 300, periodText))
}
