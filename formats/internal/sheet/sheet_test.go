package sheet

import (
	"strings"
	"testing"
)

func TestFormatClasses(t *testing.T) {
	for code, want := range map[string]Class{
		"General": General, "": General, `"abc"`: General, "0": Integer, "#,##0": Integer, "0.00": Decimal, "0%": Decimal, "0.0E+00": Decimal, "# ?/?": Decimal, "@": AsText,
		`_-* #,##0.00\ "€"_-;\-* #,##0.00\ "€"_-`: Decimal, `#,##0\ "days"`: Integer, `[$-409]d\-mmm\-yy;@`: Date, "mmm-yy": Date, "yyyy": Date, "dd.mm.yyyy hh:mm": DateTime,
		"h:mm AM/PM": Time, "mm:ss.0": Time, "[h]:mm:ss": Duration, "[mm]:ss": Duration, "[Red]0": Integer, "[>=100]0.0": Decimal, "[$-F800]dddd, mmmm dd, yyyy": Date,
		`"day" 0`: Integer, `\d0`: Integer, "ggge": Date, "aaaa": Date, `0"`: Integer, "[": General, `General" kg"`: General,
	} {
		if got := ParseFormat(code).Class; got != want {
			t.Errorf("%q is %d, want %d", code, got, want)
		}
	}
	for id, want := range map[int]Class{0: General, 1: Integer, 10: Decimal, 14: Date, 18: Time, 22: DateTime, 45: Time, 46: Duration, 49: AsText, 57: Date, 99: General} {
		if got := Builtin(id).Class; got != want {
			t.Errorf("%d is %d, want %d", id, got, want)
		}
	}
}

func TestReferences(t *testing.T) {
	for text, want := range map[string]Range{
		"A1:F100": {1, 100, 0, 5}, "$b$3:C4": {3, 4, 1, 2}, "A:F": {1, MaxRows, 0, 5}, "2:9": {2, 9, 0, MaxColumns - 1}, "B3:F": {3, MaxRows, 1, 5}, "C7": {7, 7, 2, 2},
		" XFD1048576 ": {MaxRows, MaxRows, MaxColumns - 1, MaxColumns - 1}, "B2:9": {2, 9, 1, MaxColumns - 1},
	} {
		if got, ok := ParseRange(text); !ok || got != want {
			t.Errorf("%q is %v %v, want %v", text, got, ok, want)
		}
	}
	for _, text := range []string{"", "A", "1", "A0", "XFE1", "A1048577", "B1:A1", "A2:A1", "A1:", ":A1", "A1:B2:C3", "AAAA1", "A-1", "A1 B2", "name"} {
		if got, ok := ParseRange(text); ok {
			t.Errorf("%q is %v", text, got)
		}
	}
	for i := range MaxColumns {
		if got, ok := ParseColumn(ColumnName(i)); !ok || got != i {
			t.Fatalf("%d is %s is %d", i, ColumnName(i), got)
		}
	}
	for ref, want := range map[string][2]string{"'it''s'!A1": {"it's", "A1"}, "S!A1": {"S", "A1"}, "A1": {"", "A1"}, "'a!b'!C3": {"a!b", "C3"}} {
		if name, rest := CutSheet(ref); name != want[0] || rest != want[1] {
			t.Errorf("%s: %q %q", ref, name, rest)
		}
	}
}

func TestShownNumbers(t *testing.T) {
	for _, c := range []struct{ code, number, want string }{
		{"General", "0.1", "0.1"}, {"General", "1234567.891", "1234567.891"}, {"General", "123456789012", "1.23457E+11"}, {"General", "0.333333333333333", "0.333333333"},
		{"", "5", "5"}, {"0", "2.5", "3"}, {"0", "-0.4", "0"}, {"0.00", "1.005", "1.01"}, {"0.00", "-1.5", "-1.50"}, {"#,##0", "1234567", "1,234,567"}, {"#,##0.00", "-1234.5", "-1,234.50"},
		{"0%", "0.125", "13%"}, {"0.0%", "0.125", "12.5%"}, {"0.00E+00", "12345", "1.23E+04"}, {"00000", "1234", "01234"}, {"#.##", "0.5", ".5"}, {"0.0#", "1.5", "1.5"},
		{`#,##0.00 "€"`, "1234.5", "1,234.50 €"}, {`[$$-409]#,##0`, "1000", "$1,000"}, {"0;(0)", "-7", "(7)"}, {`0;-0;"none"`, "0", "none"}, {"0,", "12345", "12"},
		{";;;", "5", ""}, {`0" km"`, "12", "12 km"}, {"@", "3.5", "3.5"}, {`General" kg"`, "2", "2 kg"},
	} {
		s := &Sheet{formats: []Format{ParseFormat(c.code)}, temporal: []bool{false}, known: true}
		text := []byte(c.number)
		got, err := s.appendText(nil, &Cell{Number, 0, 0, uint32(len(text))}, text, true)
		if err != nil || string(got) != c.want {
			t.Errorf("%s as %q: %q %v, want %q", c.number, c.code, got, err, c.want)
		}
	}
}

func TestNumbers(t *testing.T) {
	for text, want := range map[string]string{
		"0": "0", "-0": "0", "007": "7", "1.50": "1.5", "0.1": "0.1", ".5": "0.5", "5.": "5", "-0.05": "-0.05", "123456789012345678": "123456789012345678", "1e3": "1000",
		"0.10000000000000001": "0.1", "1.5E-3": "0.0015", "1E-10": "1E-10", "1E+20": "100000000000000000000", "1E+21": "1E+21", "12345678901234567890": "12345678901234567000",
		"0.000000": "0", "3.1415926535897931": "3.141592653589793",
	} {
		if got, err := appendNumber(nil, []byte(text)); err != nil || string(got) != want {
			t.Errorf("%s: %q %v, want %s", text, got, err, want)
		}
	}
	for _, text := range []string{"", "-", ".", "1.2.3", "1e", "inf", "NaN", "0x1", "1_0", "--1", "1 2", strings.Repeat("1", 500)} {
		if got, err := appendNumber(nil, []byte(text)); err == nil {
			t.Errorf("%q: %q", text, got)
		}
	}
}

func TestShownMoments(t *testing.T) {
	for _, c := range []struct{ code, number, want string }{
		{"m/d/yyyy", "45349", "2/27/2024"}, {"dd.mm.yy", "45349", "27.02.24"}, {"d-mmm-yy", "45349.7", "27-Feb-24"}, {"dddd, mmmm dd, yyyy", "45349", "Tuesday, February 27, 2024"},
		{"yyyy-mm-dd hh:mm:ss", "45349.524259259258", "2024-02-27 12:34:56"}, {"h:mm AM/PM", "0.5", "12:00 PM"}, {"h:mm a/p", "0.0625", "1:30 a"}, {"h:mm A/P", "0.75", "6:00 P"}, {"mm:ss", "0.0125", "18:00"},
		{"mm:ss.0", "0.00001157407", "00:01.0"}, {"[h]:mm:ss", "1.5", "36:00:00"}, {"[mm]:ss", "0.0625", "90:00"}, {"[h]:mm", "-0.5", "-12:00"}, {`yyyy"年"m"月"d"日"`, "45349", "2024年2月27日"},
		{"hh:mm", "45349.99999", "23:59"}, {"hh:mm", "45349.999999", "00:00"}, {`[$-409]mmm\ yyyy;@`, "45349", "Feb 2024"}, {"m/d/yyyy", "0.5", "1/0/1900"}, {"m/d/yyyy", "60", "2/29/1900"}, {"ddd", "1", "Sun"}, {"ggge", "45349", "error"},
	} {
		f := ParseFormat(c.code)
		s := &Sheet{formats: []Format{f}, temporal: []bool{f.Class >= Date}, known: true}
		text := []byte(c.number)
		got, err := s.appendText(nil, &Cell{Number, 0, 0, uint32(len(text))}, text, true)
		if err != nil {
			got = []byte("error")
		}
		if string(got) != c.want {
			t.Errorf("%s as %q: %q %v, want %q", c.number, c.code, got, err, c.want)
		}
	}
}
