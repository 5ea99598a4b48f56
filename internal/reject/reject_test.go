package reject

import (
	"fmt"
	"strings"
	"testing"

	"howdah/pgerr"
)

func parse(t *testing.T, action, limit string) Policy {
	t.Helper()
	given := map[string]string{"on_error": action, "location": "elsewhere"}
	if limit != "" {
		given["reject_limit"] = limit
	}
	p, err := Parse(given)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// read reads a file of n rows, of which those in bad do not fit.
func read(s *Scan, file string, n int64, bad ...int64) error {
	s.Begin(file)
	for _, row := range bad {
		if err := s.Add(&Entry{Row: row, Column: "c", Value: "v", Reason: "why", Code: "22P02"}, row); err != nil {
			return err
		}
	}
	s.Read(n)
	return nil
}

func told(r *Run) (out []string) {
	for _, e := range r.Notices() {
		out = append(out, e.Message)
	}
	return out
}

func TestReadingAgainCountsNothingTwice(t *testing.T) {
	var log Log
	var first []*Run
	run := log.Begin(Origin{User: "u"}, func(r *Run) { first = append(first, r) })
	p := parse(t, "ignore", "3")
	a, b := run.Scan("s", "t", p, nil), run.Scan("s", "t", p, nil)
	other := run.Scan("s", "other", p, nil)
	for _, step := range []error{
		read(a, "x", 5, 2), read(b, "x", 9, 2, 7), read(a, "x", 9, 2, 7), read(a, "y", 4, 3), read(b, "y", 4, 3), read(other, "x", 9, 2),
		a.End(), b.End(),
	} {
		if step != nil {
			t.Fatal(step)
		}
	}
	if got, want := told(run), []string{`3 rows of table "t" were skipped due to data type incompatibility`, `1 row of table "other" was skipped due to data type incompatibility`}; fmt.Sprint(got) != fmt.Sprint(want) {
		t.Errorf("%q", got)
	}
	if got := told(run); got != nil {
		t.Errorf("told twice: %q", got)
	}
	if a.Rejected() != 3 || b.Rejected() != 3 || len(run.Entries()) != 4 || len(first) != 1 || len(log.Runs()) != 1 {
		t.Error(a.Rejected(), b.Rejected(), len(run.Entries()), len(first), len(log.Runs()))
	}
	err := read(b, "z", 4, 4)
	e := pgerr.From(err)
	if e.Code != "22P02" || e.Message != "skipped more than REJECT_LIMIT (3) rows due to data type incompatibility" || e.Where != `z, row 4, column c: "v": why` {
		t.Error(err, e.Where)
	}
}

func TestShares(t *testing.T) {
	p := parse(t, "set_null", "10%")
	run := new(Log).Begin(Origin{}, nil)
	s := run.Scan("s", "t", p, nil)
	var early []int64
	for i := range int64(90) {
		early = append(early, i+1)
	}
	// Ninety of a hundred rows decide nothing yet; of a thousand they are less than a tenth.
	if err := read(s, "x", 1000, early...); err != nil {
		t.Fatal(err)
	}
	if err := s.End(); err != nil {
		t.Fatal(err)
	}
	s = run.Scan("s", "u", p, nil)
	if err := read(s, "x", 900, append(early, 91)...); err != nil {
		t.Fatal(err)
	}
	if e := pgerr.From(s.End()); e.Message != "set columns to null in more than REJECT_LIMIT (10%) of the rows due to data type incompatibility" || e.Detail != "91 of 900 rows read so far were rejected." {
		t.Error(e, e.Detail)
	}
	s = run.Scan("s", "v", p, nil)
	if err := read(s, "x", 900, early...); err != nil {
		t.Fatal(err)
	}
	s.Begin("y")
	for i := range int64(20) { // the twentieth is the 110th of 1100
		if err := s.Add(&Entry{Row: 101 + i, Nulled: true}, 101+i); err != nil {
			if i != 11 {
				t.Error(i, err)
			}
			return
		}
	}
	t.Error("no limit")
}

func TestNothingGrowsWithoutBounds(t *testing.T) {
	var log Log
	long := strings.Repeat("x", maxText)
	for range 30 {
		s := log.Begin(Origin{}, nil).Scan("s", "t", parse(t, "ignore", ""), nil)
		s.Begin("f")
		for row := range int64(2 * MaxRows) {
			s.Add(&Entry{Row: row, Value: long, Raw: long}, row)
		}
	}
	runs := log.Runs()
	if log.bytes > logBytes || len(runs) == 0 || len(runs) >= 30 {
		t.Errorf("%d runs with %d bytes", len(runs), log.bytes)
	}
	last := runs[len(runs)-1]
	if _, n := last.Unkept(); len(n) != 1 || n[0]+int64(len(last.Entries())) != 2*MaxRows || last.bytes > maxBytes+4*maxText {
		t.Error(n, len(last.Entries()), last.bytes)
	}
	if got := told(last); fmt.Sprint(got) != fmt.Sprintf("[%d rows of table \"t\" were skipped due to data type incompatibility]", 2*MaxRows) {
		t.Error(got)
	}
	for range 2 * logRuns {
		s := log.Begin(Origin{}, nil).Scan("s", "t", parse(t, "ignore", ""), nil)
		s.Begin("f")
		s.Add(&Entry{Row: 1}, 1)
	}
	if n := len(log.Runs()); n != logRuns {
		t.Errorf("%d runs", n)
	}
}

func TestText(t *testing.T) {
	for in, want := range map[string]string{
		"plain ü": "plain ü", "\xffa\x00": `\xffa\x00`, strings.Repeat("é", maxText): strings.Repeat("é", maxText/2) + "…",
		"a" + strings.Repeat("é", maxText): "a" + strings.Repeat("é", maxText/2-1) + "…",
	} {
		if got := Text([]byte(in)); got != want {
			t.Errorf("%.20q: %.40q", in, got)
		}
	}
}

func TestSoft(t *testing.T) {
	for code, want := range map[pgerr.Code]bool{"22P02": true, "22021": true, "42P01": true, "54000": true, "0A000": true, "54001": false, "57014": false, "53200": false, "XX001": false, "58030": false} {
		if Soft(pgerr.New(code, "x")) != want {
			t.Error(code)
		}
	}
}
