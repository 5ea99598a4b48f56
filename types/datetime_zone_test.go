package types

import "testing"

// TestRuleZonesBefore1970: a zone that is only a rule changes on the rule's day in every year.
func TestRuleZonesBefore1970(t *testing.T) {
	zone, ok := LoadZone("EST5EDT4,M3.2.0/3,M11.1.0")
	if !ok {
		t.Fatal("the zone is not known")
	}
	style := *DefaultStyle()
	style.Zone = zone
	for text, want := range map[string]string{
		"1900-03-11 07:59:59+00": "1900-03-11 02:59:59-05",
		"1900-03-11 08:00:00+00": "1900-03-11 04:00:00-04",
		"1900-03-12 00:00:00":    "1900-03-12 00:00:00-04",
		"1950-03-12 12:00:00+00": "1950-03-12 08:00:00-04",
		"1999-03-14 12:00:00+00": "1999-03-14 08:00:00-04",
	} {
		v, err := ParseTimestamptz([]byte(text), -1, &style)
		if err != nil {
			t.Fatal(err)
		}
		if got := string(AppendTimestamptz(nil, v, &style)); got != want {
			t.Errorf("%s is %s, want %s", text, got, want)
		}
	}
}
