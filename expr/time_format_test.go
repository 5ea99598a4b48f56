package expr_test

import (
	"math/rand/v2"
	"strings"
	"testing"

	"howdah/expr/exprtest"
	"howdah/types"
)

func dateTemplate(r *rand.Rand) string {
	var b strings.Builder
	for range 1 + r.IntN(6) {
		b.WriteString(exprtest.OneOf(r, "", "", "", "FM", "fm", "TM"))
		b.WriteString(exprtest.OneOf(r, "YYYY", "YYY", "YY", "Y", "Y,YYY", "IYYY", "IYY", "IY", "I", "BC", "A.D.", "ad", "b.c.", "MONTH", "Month", "month", "MON", "Mon", "mon", "MM", "DAY", "Day", "day", "DY", "Dy", "dy",
			"DDD", "IDDD", "DD", "D", "ID", "W", "WW", "IW", "CC", "J", "Q", "RM", "rm", "TZ", "tz", "TZH", "TZM", "OF", "HH", "HH12", "HH24", "MI", "SS", "MS", "US", "FF1", "ff3", "FF6", "SSSS", "SSSSS", "AM", "p.m.", "pm", "A.M.",
			"yyyy", "mm", "dd", "hh24", "mi", "ss", "x", "dAy", "FX"))
		b.WriteString(exprtest.OneOf(r, "", "", "", "TH", "th", "SP"))
		b.WriteString(exprtest.OneOf(r, "-", "/", " ", ":", "", "", `"of"`, `\"`, "  ", ", ", "é", `"a\"b"`, "1"))
	}
	return b.String()
}

// sourceTemplates are templates that people read dates by.
func sourceTemplate(r *rand.Rand) string {
	if r.IntN(3) == 0 {
		return dateTemplate(r)
	}
	return exprtest.OneOf(r, "YYYY-MM-DD", "YYYYMMDD", "DD.MM.YYYY", "MM/DD/YY", "YYYY-MM-DD HH24:MI:SS", "YYYY-MM-DD HH12:MI AM", "DD Mon YYYY", "Month DD, YYYY", "YYYY-DDD", "IYYY-IW-ID", "IYYY-IDDD", "YYYY-MM-DD\"T\"HH24:MI:SS.US",
		"YYYY MM DD HH24 MI SS MS", "FMMonth FMDD YYYY", "FXYYYY-MM-DD", "J", "YYYY-MM-DD TZH:TZM", "CC YY MM DD", "Y,YYY MM", "DY DD RM YYYY", "YYYY BC", "YYYY-WW", "YYYY-MM W", "HH24MISS", "SSSS", "DDth Mon YYYY", "YYYYMMDDHH24MISSFF3",
		"YY-MM-DD", "Y MM", "YYY", "Q YYYY", "D YYYY", "DAY MM YYYY", "HH:MI:SS PM", "YYYY/MM/DD HH24:MITZH", "YYYY.MM.DD", "yyyy-mm-dd hh24:mi:ss.ff6", "MM YYYY", "")
}

func sourceText(r *rand.Rand) string {
	n := func(lo, hi int) string {
		return exprtest.OneOf(r, pad(lo+r.IntN(hi-lo+1), 2), pad(lo+r.IntN(hi-lo+1), 1))
	}
	sep := exprtest.OneOf(r, "-", "-", "/", ".", " ", "")
	year := exprtest.OneOf(r, "2024", "1999", "24", "05", "4", "1", "0001", "-44", "12345", "99999999999", "2000", "123")
	date := exprtest.OneOf(r, year+sep+n(0, 13)+sep+n(0, 32), n(0, 32)+sep+exprtest.OneOf(r, "Jan", "february", "MAR", "April", "may", "Foo", "XII", "iv")+sep+year, n(1, 12)+sep+n(1, 31)+sep+year, year+sep+pad(r.IntN(370), 3),
		year+"-"+n(0, 54)+"-"+n(0, 8), "20240229", "2451187", "20240229123456", "2,024 05", exprtest.OneOf(r, "Monday", "tue", "SUN", "Xyz")+" "+n(1, 31)+" "+exprtest.OneOf(r, "IX", "x")+" 2024")
	clock := exprtest.OneOf(r, "", "", " "+n(0, 25)+":"+n(0, 60)+":"+n(0, 60), "T"+n(0, 23)+":"+n(0, 59)+":"+n(0, 59)+".123456", " "+n(0, 13)+":"+n(0, 59)+exprtest.OneOf(r, " AM", " p.m.", "pm", " xm"), "123456", " "+n(0, 23)+" "+n(0, 59)+" "+n(0, 59)+" "+n(0, 999))
	return exprtest.OneOf(r, "", "", " ", "  ") + date + clock + exprtest.OneOf(r, "", "", "", " BC", "-05:30", "+02", " junk", "é")
}

func numberTemplate(r *rand.Rand) string {
	switch r.IntN(3) {
	case 0:
		return exprtest.OneOf(r, "999", "9999.99", "0000.00", "FM9999.99", "FM0000.0000", "S999", "999S", "999MI", "MI999", "PL999", "SG999", "999PR", "9,999,999", "9G999D99", "L999", "999th", "999TH", "RN", "FMRN", "rn", "99V99", "9.99EEEE", "9EEEE", "FM999", "B999", "0999", "9990.009", "FM9999999999.999999", "\"a\"999\"b\"", ".99", "FM.99", "9.", "",
			"FM9.9", "9.9", "SG9,999.99", "9999999999999999.9", "999.999PR", "FM999PR", "PL9.9", "9.9S", "9.9MI", "S9.9", "FM90.99", "00", "V9", "999 999", "SP99", "C99")
	}
	var b strings.Builder
	for range 1 + r.IntN(7) {
		b.WriteString(exprtest.OneOf(r, "9", "9", "9", "99", "0", "0", "00", ".", "D", ",", "G", "S", "MI", "PL", "SG", "PR", "FM", "L", "TH", "th", "V", "RN", "rn", "EEEE", "B", "x", " ", `"q"`, "fm", "-", "é"))
	}
	return b.String()
}

func numberSource(r *rand.Rand) string {
	return exprtest.OneOf(r, "", " ", "-", "+", "<", "$") + exprtest.OneOf(r, "12", "0.5", "1,234.56", "123456", ".5", "12.", "-1.50", "1 234", "x12", "99th", "12-", "5+", "1.2.3", "", "12é3", "007", "1,2,3") +
		exprtest.OneOf(r, "", "", ">", "-", " ", "MI", "th")
}

func TestTemplatesAsPostgreSQL(t *testing.T) {
	rows := 1500
	if testing.Short() {
		rows = 200
	}
	opt := timeOptions(5, rows)
	args := func(g func(*rand.Rand) string) map[int]func(*rand.Rand) string {
		return map[int]func(*rand.Rand) string{1: g}
	}
	for _, src := range []string{"timestamp_to_char", "timestamptz_to_char", "interval_to_char"} {
		opt.ByArg[src] = args(dateTemplate)
	}
	for _, src := range []string{"to_date", "to_timestamp"} {
		opt.ByArg[src] = map[int]func(*rand.Rand) string{0: sourceText, 1: sourceTemplate}
	}
	for _, src := range []string{"numeric_to_char", "int4_to_char", "int8_to_char", "float4_to_char", "float8_to_char"} {
		opt.ByArg[src] = args(numberTemplate)
	}
	opt.ByArg["numeric_to_number"] = map[int]func(*rand.Rand) string{0: numberSource, 1: numberTemplate}
	zone, _ := types.LoadZone("America/New_York")
	style := *types.DefaultStyle()
	style.Zone = zone
	opt.Setup, opt.Style = "; set timezone = 'America/New_York'; set lc_numeric = 'C'; set lc_monetary = 'C'; set lc_time = 'C'", &style
	exprtest.Functions(t, opt, "timestamp_to_char", "timestamptz_to_char", "interval_to_char", "to_date", "to_timestamp",
		"numeric_to_char", "int4_to_char", "int8_to_char", "float4_to_char", "float8_to_char", "numeric_to_number")
}
