package sheet

import (
	"testing"

	"howdah/types"
)

func TestISOMoments(t *testing.T) {
	s := &Sheet{formats: []Format{{}, ParseFormat("[h]:mm"), ParseFormat("yyyy-mm-dd")}, known: true}
	for _, c := range []struct {
		text   string
		format uint16
		want   string
	}{
		{"2024-02-27", 0, "2024-02-27"}, {"2024-02-29", 0, "2024-02-29"}, {"2024-01-31T23:59:59", 0, "2024-01-31 23:59:59"}, {"2024-02-27T00:00:00", 0, "2024-02-27 00:00:00"},
		{"2024-02-27T00:00:00", 2, "2024-02-27"}, {"2024-02-27T12:34:56.789000000", 0, "2024-02-27 12:34:56.789"}, {"2023-02-29", 0, "error"}, {"2024-13-01", 0, "error"}, {"2024-02-27T24:61:00", 0, "error"},
		{"PT0S", 0, "00:00:00"}, {"PT45296.789S", 0, "12:34:56.789"}, {"PT130500S", 0, "36:15:00"}, {"PT3600S", 1, "01:00:00"}, {"-PT3600S", 0, "-01:00:00"}, {"PT0.0000014S", 0, "00:00:00.000001"}, {"PT1e5S", 0, "error"}, {"12:30:00", 0, "12:30:00"},
	} {
		m, err := s.isoMoment([]byte(c.text), c.format)
		got := string(m.append(nil))
		if err != nil {
			got = "error"
		}
		if got != c.want {
			t.Errorf("%s: %s (%v), want %s", c.text, got, err, c.want)
		}
	}
	for day := int64(-300_000); day < 300_000; day += 13 {
		text := types.AppendDate(nil, day, types.DefaultStyle())
		if len(text) != 10 {
			continue
		}
		if got, _, ok := isoPlain(text); ok && got != day {
			t.Fatalf("%s: %d, want %d", text, got, day)
		}
	}
}
