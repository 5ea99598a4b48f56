package e2e

import (
	"fmt"
	"strconv"
	"strings"
	"time"
)

// The one table that every format is to carry, written once and given to independent writers. What not every format can
// carry is left out of it and tested apart: an empty text beside NULL, numbers of more than 15
// digits, fractions below the millisecond, days before March 1900.

// Values of cells: nil, int64, float64, string, bool and these.
type (
	decimal string        // digits as PostgreSQL writes a numeric
	day     time.Time     // a date
	moment  time.Time     // a timestamp
	clock   time.Duration // a time of day
)

// formatColumns are the table's columns with the types that they are declared with.
var formatColumns = []struct{ name, typ string }{
	{"id", "bigint"}, {"small", "integer"}, {"big", "bigint"}, {"price", "numeric(10,2)"}, {"ratio", "double precision"}, {"name", "text"},
	{"code", "text"}, {"paid", "boolean"}, {"day", "date"}, {"at", "timestamp without time zone"}, {"clock", "time without time zone"}, {"nothing", "text"},
}

// formatRows is how many rows the table has.
const formatRows = 2000

// formatTable makes the rows; the same ones each time.
func formatTable() [][]any {
	names := []string{
		"plain", "with, comma", `with "quotes"`, "two\nlines", "tab\there", "Übergröße", "日本語テキスト", "emoji 😀 here", "semi;colon", "back\\slash",
		"it's", "percent 100%", "under_score", "  two blanks before", "behind  ", "a  b", "<tag> & amp;", "0012", "TRUE", "1e5", "NULL", "2024-01-31", "=1+1",
		"é", "é", "longer " + strings.Repeat("lorem ipsum ", 20), "x", "X", "ab", "aB",
	}
	codes := []any{"A", "B", "C", "D", "E-1", "E-2", nil}
	state := uint64(88172645463325252)
	next := func(n int) int {
		state ^= state << 13
		state ^= state >> 7
		state ^= state << 17
		return int(state % uint64(n))
	}
	sometimes := func(v any) any {
		if next(9) == 0 {
			return nil
		}
		return v
	}
	start := time.Date(1999, 12, 25, 0, 0, 0, 0, time.UTC)
	rows := make([][]any, formatRows)
	for i := range rows {
		big := int64(next(1<<40))*8191 + int64(next(8191))
		if next(2) == 0 {
			big = -big
		}
		cents := next(2_000_000) - 500_000
		if next(10) == 0 {
			cents = cents / 100 * 100
		}
		at := start.Add(time.Duration(next(900_000_000)) * time.Second)
		if next(4) == 0 {
			at = at.Add(250 * time.Millisecond)
		}
		name := names[next(len(names))]
		if next(3) == 0 {
			name += " " + strconv.Itoa(next(500))
		}
		rows[i] = []any{
			int64(i + 1), sometimes(int64(next(2000) - 1000)), sometimes(big % 1e15), sometimes(cent(cents)), sometimes(float64(next(1<<30)) / 1000),
			sometimes(name), codes[next(len(codes))], sometimes(next(2) == 0), sometimes(day(start.AddDate(0, 0, next(10_000)))), sometimes(moment(at)),
			sometimes(clock(time.Duration(next(86_400)) * time.Second)), nil,
		}
	}
	return rows
}

// cent writes hundredths with two digits.
func cent(n int) decimal {
	sign := ""
	if n < 0 {
		sign, n = "-", -n
	}
	return decimal(fmt.Sprintf("%s%d.%02d", sign, n/100, n%100))
}

// plainText is a value as PostgreSQL's input functions take it.
func plainText(v any) string {
	switch v := v.(type) {
	case int64:
		return strconv.FormatInt(v, 10)
	case float64:
		return strconv.FormatFloat(v, 'g', -1, 64)
	case decimal:
		return string(v)
	case bool:
		return strconv.FormatBool(v)
	case day:
		return time.Time(v).Format("2006-01-02")
	case moment:
		return time.Time(v).Format("2006-01-02 15:04:05.999999")
	case clock:
		return time.Time{}.Add(time.Duration(v)).Format("15:04:05.999999")
	case string:
		return v
	}
	panic(fmt.Sprintf("%T", v))
}

// number is a value as a spreadsheet keeps it: days since 1899-12-30 where it is a date or a time.
func number(v any) (n float64, ok bool) {
	days := func(t time.Time) float64 {
		d := t.Sub(time.Date(1899, 12, 30, 0, 0, 0, 0, time.UTC))
		return float64(d/time.Millisecond) / 86_400_000
	}
	switch v := v.(type) {
	case int64:
		return float64(v), true
	case float64:
		return v, true
	case decimal:
		f, err := strconv.ParseFloat(string(v), 64)
		if err != nil {
			panic(err)
		}
		return f, true
	case day:
		return days(time.Time(v)), true
	case moment:
		return days(time.Time(v)), true
	case clock:
		return float64(time.Duration(v)/time.Millisecond) / 86_400_000, true
	}
	return 0, false
}

// declared are the table's columns as a CREATE TABLE has them.
func declared() string {
	var list []string
	for _, c := range formatColumns {
		list = append(list, c.name+" "+c.typ)
	}
	return strings.Join(list, ", ")
}

// columnNames are the table's header.
func columnNames() (names []string) {
	for _, c := range formatColumns {
		names = append(names, c.name)
	}
	return names
}
