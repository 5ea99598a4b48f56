package catalog

import (
	"slices"
	"testing"

	"howdah/formats"
	"howdah/formats/csv"
	"howdah/formats/json"
	"howdah/types"
)

func TestColumnsInTheOrderOfCloudFS(t *testing.T) {
	inf := formats.Inference{
		Schema: types.Schema{Columns: []types.Column{{Name: "id"}, {Name: "first_name"}, {Name: "total"}}},
		Columns: []formats.Options{
			nil, {"name": "firstName"}, nil,
		},
	}
	for _, c := range []struct {
		about string
		names []string
		want  []string // the members taken; nil = by the columns' own names
	}{
		{"the members' names", []string{"id", "firstName", "total"}, nil},
		{"other names", []string{"a", "b", "c"}, []string{"id", "firstName", "total"}},
		{"some in their places", []string{"id", "firstname"}, []string{"id", "firstName"}},
		{"another order", []string{"total", "x"}, nil},
		{"more columns than members", []string{"a", "b", "c", "d"}, nil},
	} {
		got := placedAsCloudFS(json.Format{}, inf, c.names, make([]formats.Options, len(c.names)))
		var members []string
		for _, o := range got {
			if o != nil {
				members = append(members, o["name"])
			}
		}
		if !slices.Equal(members, c.want) {
			t.Errorf("%s: %q, want %q", c.about, members, c.want)
		}
	}
	told := []formats.Options{{"path": "a.b"}, nil}
	if got := placedAsCloudFS(json.Format{}, inf, []string{"x", "y"}, told); got[1] != nil {
		t.Errorf("a column has a path: %v", got)
	}
	if got := placedAsCloudFS(csv.Format{}, inf, []string{"x"}, make([]formats.Options, 1)); got[0] != nil {
		t.Errorf("CSV goes by position anyway: %v", got)
	}
}

func TestDefaultsOfCloudFS(t *testing.T) {
	got := formats.Options{"delimiter": ";"}
	defaultsOfCloudFS(csv.Format{}, got)
	if got["header"] != "false" || got["delimiter"] != ";" || got["quote"] != `"` {
		t.Errorf("csv: %v", got)
	}
	got = formats.Options{}
	defaultsOfCloudFS(json.Format{}, got)
	if len(got) != 0 {
		t.Errorf("json has no such options: %v", got)
	}
}
