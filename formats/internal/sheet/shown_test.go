package sheet

import (
	"os"
	"strings"
	"testing"
)

// shownAs gives what text_values makes of a value: a number, or a text.
func shownAs(code, value string, text bool) (string, error) {
	f := ParseFormat(code)
	s := &Sheet{formats: []Format{f}, temporal: []bool{f.Class >= Date}, known: true}
	kind := Number
	if text {
		kind = Text
	}
	v := []byte(value)
	got, err := s.appendText(nil, &Cell{kind, 0, 0, uint32(len(v))}, v, true)
	return string(got), err
}

// otherwise are the reasons for showing a value otherwise than LibreOffice does: what Excel does is decisive.
var otherwise = map[string]string{
	"point":    "Excel keeps a point that no digit follows: 1 as #.# is \"1.\"",
	"half":     "Excel rounds halves of the decimal that it shows up, LibreOffice the double: 1.005 as 0% is 101%",
	"percent":  "Excel multiplies by a hundred for each sign of percent",
	"sign":     "Excel keeps the sign of a negative number in a section that is not for negative ones alone",
	"seconds":  "LibreOffice does not know fractions of elapsed seconds",
	"fraction": "LibreOffice takes the nearest fraction and cuts off given denominators; Excel takes the last convergent of the continued fraction, and rounds",
	"epoch":    "LibreOffice's day 1 is 1899-12-31, Excel's is 1900-01-01",
	"rounded":  "LibreOffice cuts seconds off, Excel rounds to what is shown",
}

// TestShownAsLibreOfficeDoes compares some three thousand values in two hundred formats with what LibreOffice shows.
// testdata/shown.tsv has a format, n or t for a number or a text, the value, and what LibreOffice 7.4's csv export (as shown,
// English) made of an xlsx file written by XlsxWriter; where Excel shows something else, that too and the reason.
func TestShownAsLibreOfficeDoes(t *testing.T) {
	data, err := os.ReadFile("testdata/shown.tsv")
	if err != nil {
		t.Fatal(err)
	}
	n := 0
	for line := range strings.Lines(string(data)) {
		f := strings.Split(strings.TrimSuffix(line, "\n"), "\t")
		if len(f) != 4 && (len(f) != 6 || otherwise[f[5]] == "" || f[3] == f[4]) {
			t.Fatalf("testdata: %q", line)
		}
		want, by := f[3], "LibreOffice"
		if len(f) == 6 {
			want, by = f[4], "Excel"
		}
		n++
		if got, err := shownAs(f[0], f[2], f[1] == "t"); err != nil || got != want {
			t.Errorf("%s as %q: %q %v, %s has %q", f[2], f[0], got, err, by, want)
		}
	}
	if n < 3000 {
		t.Errorf("only %d values", n)
	}
}

// What only Excel has an answer for, or what is known of it.
func TestShownAsExcelDoes(t *testing.T) {
	for _, c := range []struct{ code, value, want string }{
		{"General", "0.00001", "0.00001"}, {"General", "0.0000123456", "1.23456E-05"}, {"General", "1E-10", "1E-10"}, {"General", "12345678901", "12345678901"},
		{"General", "99999999999.9", "1E+11"}, {"General", "1234567.8901234", "1234567.89"}, {"General", "-0.000123456789", "-0.000123457"}, {"General", "1E+300", "1E+300"},
		{"# ?/?", "0.3", " 2/7"}, {"# ??/??", "12.3", "12  3/10"}, {"# ???/???", "3.14159265358979", "3  16/113"}, {"# ?/?", "1E+20", "1E+20"}, {"# ?/8", "-0.01", "0    "},
		{"[$-F400]h:mm:ss AM/PM", "0.75", "6:00:00 PM"}, {"m/d/yyyy", "0", "1/0/1900"}, {"m/d/yyyy", "60", "2/29/1900"}, {"dddd", "60", "Wednesday"}, {"m/d/yyyy", "-1", "-1"}, {"m/d/yyyy", "1E+15", "1E+15"},
		{"0.00", "1E+20", "100000000000000000000.00"}, {"0", "123456789012345678", "123456789012346000"}, {"0.0E+0", "9.99", "1.0E+1"}, {"##0.0E+0", "999.96", "1.0E+3"},
		{";;;", "5", ""}, {"0.000000000000000000000000000000000", "0.1", "0.100000000000000000000000000000000"}, {`"a`, "5", "a"}, {`0\`, "5", "5"}, {"[", "5", "5"}, {"[$", "5", "5"},
		{`_`, "5", " "}, {"0*", "5", "5"}, {"0;", "-5", ""}, {"0;;", "0", ""}, {"0/", "5", "5/"}, {"?/", "5", "5/"}, {"0/00", "0.5", "1/2 "},
	} {
		if got, err := shownAs(c.code, c.value, false); err != nil || got != c.want {
			t.Errorf("%s as %q: %q %v, want %q", c.value, c.code, got, err, c.want)
		}
	}
}

// FuzzShown: whatever the format, a number is shown without panic and in bounded space.
func FuzzShown(f *testing.F) {
	for _, code := range []string{"General", "#,##0.00;(0)", "# ??/??", "[h]:mm:ss.000", `_(* "x"??_)`, "##0.0E+0", "[<5]0;@", "mmmm d yy a/p"} {
		f.Add(code, 12345.678)
		f.Add(code, -0.001)
	}
	f.Fuzz(func(t *testing.T, code string, x float64) {
		if len(code) > 1024 || x != x || x-x != 0 {
			return
		}
		format := ParseFormat(code)
		s := &Sheet{formats: []Format{format}, temporal: []bool{format.Class >= Date}, known: true}
		got, err := s.shownNumber(nil, x, 0)
		if err == nil && len(got) > 20*len(code)+400*(1+len(code)/7) {
			t.Errorf("%g as %q takes %d bytes", x, code, len(got))
		}
		s.shownText(nil, []byte("text"), 0)
	})
}
