package types

import (
	"math"
	"math/rand/v2"
	"strings"
	"testing"
	"time"
)

var timeTypes = []OID{DateOID, TimeOID, TimetzOID, TimestampOID, TimestamptzOID, IntervalOID}

// inputOf chooses a generator of texts for a type.
func inputOf(typ OID) func(*rand.Rand) string {
	switch typ {
	case DateOID:
		return dateText
	case TimeOID, TimetzOID:
		return func(r *rand.Rand) string { return clockText(r) + zoneText(r) }
	case IntervalOID:
		return periodText
	}
	return momentText
}

// readable is false for what PostgreSQL prints and does not read either: offsets of POSIX zones, and the least time of
// an interval, whose hours are too many without the sign.
func readable(d *Datum) bool {
	west := TimetzOf(d.Bytes).West
	return west > -16*3600 && west < 16*3600 && d.Interval.Micros != math.MinInt64
}

func TestTimeRoundTrip(t *testing.T) {
	r := rand.New(rand.NewPCG(11, 12))
	for _, typ := range timeTypes {
		n := 0
		for range 6000 {
			d, err := ParseText(Of(typ), []byte(inputOf(typ)(r)), DefaultStyle())
			if err != nil {
				continue
			}
			if !readable(&d) {
				continue
			}
			n++
			b, err := AppendBinary(nil, Of(typ), &d)
			if err != nil {
				t.Fatal(err)
			}
			back, err := ParseBinary(Of(typ), b)
			if err != nil || Compare(typ, &d, &back, 0) != 0 || Hash(typ, &d) != Hash(typ, &back) {
				t.Fatalf("type %d: % x came back as %v, %v", typ, b, back, err)
			}
			for n := range b {
				if _, err := ParseBinary(Of(typ), b[:n]); err == nil {
					t.Fatalf("type %d: % x is taken", typ, b[:n])
				}
			}
			text := AppendText(nil, Of(typ), &d, DefaultStyle())
			again, err := ParseText(Of(typ), text, DefaultStyle())
			if err != nil || Compare(typ, &d, &again, 0) != 0 {
				t.Fatalf("type %d: %q reads as %v, %v", typ, text, again, err)
			}
		}
		if n < 500 {
			t.Errorf("type %d: only %d values", typ, n)
		}
	}
}

// TestCanonicalTimes: what passes for canonical is what parsing and printing gives back, and the short parsers agree
// with the long ones.
func TestCanonicalTimes(t *testing.T) {
	r := rand.New(rand.NewPCG(13, 14))
	for typ, c := range map[OID]struct {
		canonical func([]byte) bool
		short     func([]byte) (int64, bool)
	}{DateOID: {CanonicalDate, ParseDateISO}, TimeOID: {CanonicalTime, ParseTimeISO}, TimestampOID: {CanonicalTimestamp, ParseTimestampISO},
		TimestamptzOID: {CanonicalTimestamptz, ParseTimestamptzISO}} {
		canonical, short := 0, 0
		for range 40000 {
			var text string
			if r.IntN(2) == 0 {
				text = inputOf(typ)(r)
			} else {
				at := time.Unix(r.Int64N(4e9)-2e9, r.Int64N(2)*r.Int64N(1e9))
				text = at.UTC().Format(map[OID]string{DateOID: "2006-01-02", TimeOID: pickTime(r, "15:04:05", "15:04:05.000000", "15:04:05.999999"),
					TimestampOID: pickTime(r, "2006-01-02 15:04:05.999999", "2006-01-02T15:04:05"), TimestamptzOID: pickTime(r, "2006-01-02 15:04:05.999999+00", "2006-01-02T15:04:05Z", "2006-01-02 15:04:05-07:30")}[typ])
			}
			v, err := ParseText(Of(typ), []byte(text), DefaultStyle())
			if c.canonical([]byte(text)) {
				canonical++
				if back := AppendText(nil, Of(typ), &v, DefaultStyle()); err != nil || string(back) != text {
					t.Fatalf("type %d: %q passes but prints %q, %v", typ, text, back, err)
				}
			}
			if got, ok := c.short([]byte(text)); ok {
				short++
				in := dtInput{style: &defaultStyle}
				want := v.Int
				if in.split([]byte(text), dtBuffer); typ == TimeOID {
					if e := in.decodeTime(); e != dtOK {
						t.Fatalf("%q: %d", text, e)
					}
					want = in.timeOfDay()
				} else {
					if _, e := in.decode(); e != dtOK {
						t.Fatalf("%q: %d", text, e)
					}
					clock := in.clockFields()
					if typ != TimestamptzOID {
						in.west = 0
					}
					want, _ = clock.Timestamp(-in.west)
					if typ == DateOID {
						want = floorDiv(want, MicrosPerDay)
					}
				}
				if got != want {
					t.Fatalf("type %d: %q gives %d the short way, %d the long", typ, text, got, want)
				}
			}
		}
		if canonical < 3000 || short < 5000 {
			t.Errorf("type %d: %d canonical, %d short", typ, canonical, short)
		}
	}
}

// TestCalendar walks over the whole calendar with Go's as far as that goes.
func TestCalendar(t *testing.T) {
	r := rand.New(rand.NewPCG(15, 16))
	for range 100000 {
		days := r.Int64N(EndDate-MinDate) + MinDate
		if r.IntN(2) == 0 {
			days = r.Int64N(1_000_000) - 500_000
		}
		y, m, d := CivilFromDays(days)
		if DaysFromCivil(y, m, d) != days || m < 1 || m > 12 || d < 1 || d > DaysInMonth(y, m) {
			t.Fatalf("%d is %d-%d-%d", days, y, m, d)
		}
		at := time.Unix((days+unixEpoch)*86400, 0).UTC()
		if y1, m1, d1 := at.Date(); y1 != y || int(m1) != m || d1 != d || int(at.Weekday()) != WeekDay(y, m, d) {
			t.Fatalf("%d is %d-%d-%d, not %v", days, y, m, d, at)
		}
		if y > 0 && y < 10000 && string(AppendDate(nil, days, &defaultStyle)) != at.Format("2006-01-02") {
			t.Fatalf("%v prints as %s", at, AppendDate(nil, days, &defaultStyle))
		}
		y1, w1 := at.ISOWeek()
		if y2, w2 := ISOWeek(y, m, d); y1 != y2 || w1 != w2 {
			t.Fatalf("%v is in week %d of %d, not %d of %d", at, w1, y1, w2, y2)
		}
	}
}

func TestIntervalOrder(t *testing.T) {
	r := rand.New(rand.NewPCG(17, 18))
	random := func() Interval {
		return Interval{int32(r.Uint32()) >> r.IntN(32), int32(r.Uint32()) >> r.IntN(32), int64(r.Uint64()) >> r.IntN(64)}
	}
	for range 20000 {
		a := random()
		b := Interval{a.Months - 1, a.Days + 29, a.Micros + MicrosPerDay}
		if a.Months > 0 && a.Days < 1<<30 && a.Micros < 1<<60 && (CompareIntervals(&a, &b) != 0 || HashInterval(&a) != HashInterval(&b)) {
			t.Fatalf("%v and %v differ", a, b)
		}
		c := random()
		if CompareIntervals(&a, &c) != -CompareIntervals(&c, &a) {
			t.Fatalf("%v and %v", a, c)
		}
	}
}

func TestZones(t *testing.T) {
	for name, want := range map[string]string{
		"america/new_york": "1720180800 EDT -14400", "UTC": "1720180800 UTC 0", "<+03>-3": "1720180800 +03 10800", "EST5EDT,M3.2.0,M11.1.0": "1720180800 EDT -14400",
		"foo-2bar": "1720180800 BAR 10800", "gmt+3": "1720180800 GMT -10800",
	} {
		z, ok := LoadZone(name)
		if !ok {
			t.Errorf("no zone %s", name)
			continue
		}
		at := time.Unix(1720180800, 0).In(z)
		abbrev, east := at.Zone()
		if got := strings.Join([]string{"1720180800", abbrev, string(AppendInt(nil, int64(east)))}, " "); got != want {
			t.Errorf("%s: %s, want %s", name, got, want)
		}
	}
	for _, name := range []string{"", "Nowhere", "a", "UTC+200", "foo3bar,M13.1.0,M1.1.0", "<abc", "right/UTC", strings.Repeat("x", 300) + "5"} {
		if _, ok := LoadZone(name); ok {
			t.Errorf("%q is a zone", name)
		}
	}
}

func FuzzTimeInput(f *testing.F) {
	for _, s := range []string{"2000-01-01 10:00:00.5+02", "J2451187", "P1Y2M3DT4H", "1 day ago", "y2001m02d04 h04mm05s06", "Feb 29 24 BC", "20240229T123456-03", "+1:2:3"} {
		f.Add(s, uint8(0))
	}
	f.Fuzz(func(t *testing.T, s string, style uint8) {
		st := Style{DateStyle: DateStyle(style & 3), DateOrder: DateOrder(style >> 2 & 3 % 3), IntervalStyle: IntervalStyle(style >> 4 & 3), Now: time.Unix(1700000000, 0)}
		for _, typ := range timeTypes {
			d, err := ParseText(Of(typ), []byte(s), &st)
			if err != nil {
				continue
			}
			AppendText(nil, Of(typ), &d, &st)
			if !readable(&d) {
				continue
			}
			iso := AppendText(nil, Of(typ), &d, &defaultStyle)
			again, err := ParseText(Of(typ), iso, &defaultStyle)
			if err != nil || Compare(typ, &d, &again, 0) != 0 {
				t.Fatalf("type %d: %q gives %q, which reads as %v, %v", typ, s, iso, again, err)
			}
		}
	})
}

// A byte that is no digit, wherever it is, makes a text that the short ways do not read.
func TestShortFormsAreDigitsThroughout(t *testing.T) {
	for _, whole := range []string{"2024-02-29", "2024-02-29 12:34:56.789", "2024-02-29T12:34:56+05:30", "12:34:56.5"} {
		for i := range whole {
			if c := whole[i]; c < '0' || c > '9' {
				continue
			}
			for _, odd := range []byte("\x00 /:;-+.a\x7f\xb2\xff") {
				text := []byte(whole)
				text[i] = odd
				if d, ok := ParseDateISO(text); ok {
					t.Errorf("date %q is read as %d", text, d)
				}
				if d, ok := ParseTimeISO(text); ok {
					t.Errorf("time %q is read as %d", text, d)
				}
				if d, ok := ParseTimestampISO(text); ok {
					t.Errorf("timestamp %q is read as %d", text, d)
				}
				if d, ok := ParseTimestamptzISO(text); ok {
					t.Errorf("timestamptz %q is read as %d", text, d)
				}
			}
		}
	}
}

func BenchmarkParseDateISO(b *testing.B) {
	text := []byte("2024-02-29")
	for b.Loop() {
		ParseDateISO(text)
	}
}

func BenchmarkParseTimestampISO(b *testing.B) {
	text := []byte("2024-02-29 12:34:56.789")
	for b.Loop() {
		ParseTimestampISO(text)
	}
}

func BenchmarkParseTimestampLong(b *testing.B) {
	text := []byte("Feb 29 2024 12:34:56.789 America/New_York")
	b.ReportAllocs()
	for b.Loop() {
		ParseTimestamptz(text, -1, &defaultStyle)
	}
}

func BenchmarkAppendDate(b *testing.B) {
	buf := make([]byte, 0, 64)
	for b.Loop() {
		buf = AppendDate(buf[:0], 8825, &defaultStyle)
	}
}

func BenchmarkAppendTimestamp(b *testing.B) {
	buf := make([]byte, 0, 64)
	for b.Loop() {
		buf = AppendTimestamp(buf[:0], 762525296789000, &defaultStyle)
	}
}

func BenchmarkAppendTimestamptzZone(b *testing.B) {
	zone, _ := LoadZone("America/New_York")
	style := Style{Zone: zone}
	buf := make([]byte, 0, 64)
	b.ReportAllocs()
	for b.Loop() {
		buf = AppendTimestamptz(buf[:0], 762525296789000, &style)
	}
}

func BenchmarkCanonicalTimestamp(b *testing.B) {
	text := []byte("2024-02-29 12:34:56.789")
	for b.Loop() {
		CanonicalTimestamp(text)
	}
}

func BenchmarkTruncTimestampMonth(b *testing.B) {
	u := ParsePeriodUnit([]byte("month"))
	for b.Loop() {
		TruncTimestamp(&u, 762525296789000, nil, TimestampOID)
	}
}

func FuzzTemplates(f *testing.F) {
	for _, s := range [][2]string{{"YYYY-MM-DD HH24:MI:SS.US", "2024-02-29 12:34:56.789"}, {"FMMonth DDth, YYYY TZH:TZM", "March 3rd, 2024 +05:30"}, {"S9G999D99PR", "-1,234.56"}, {"FM0000V99MI", "12-"}, {"IYYY-IW-ID", "2024-09-4"}, {"RN", "5"}} {
		f.Add(s[0], s[1])
	}
	f.Fuzz(func(t *testing.T, template, text string) {
		d := ParseDateTemplate([]byte(template))
		d.ParseDate([]byte(text))
		d.ParseTimestamptz([]byte(text), nil)
		d.AppendTimestamp(nil, int64(len(text))*1234567890123, nil, true)
		d.AppendInterval(nil, Interval{int32(len(text)) - 3, -7, 12345678})
		n, err := ParseNumberTemplate([]byte(template))
		if err != nil || n.pre+n.post+n.multi > 1000 {
			return
		}
		n.Parse([]byte(text))
		n.AppendFloat(nil, float64(len(text))-2.5, 64)
		n.AppendInt(nil, int64(len(text))-3, 32)
		v := NewNumeric(int64(len(text))*-12345, 3)
		n.AppendNumeric(nil, &v)
	})
}
