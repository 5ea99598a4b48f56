package json

import (
	"howdah/formats"
	"howdah/internal/options"
	"howdah/pgerr"
)

// Options are a table's over JSON documents.
type Options struct {
	Path   string `option:"json_path" help:"where the rows are: data.item, /data/rows or $.data.rows[*]; an array at its end gives its elements; default: the document, or the elements of its array"`
	Lines  string `option:"lines" enum:"true,false,on,off,1,0" default:"false" help:"each line holds one value, which is a row; without this option the content tells"`
	Arrays string `option:"arrays" enum:"jsonb,array" default:"jsonb" help:"what arrays of scalars become where the columns are not declared"`
}

// LineOptions are a table's over lines of JSON.
type LineOptions struct {
	Path   string `option:"json_path" help:"where in each line the rows are: data.item, /data/rows or $.data.rows[*]; default: the line is the row"`
	Arrays string `option:"arrays" enum:"jsonb,array" default:"jsonb" help:"what arrays of scalars become where the columns are not declared"`
}

// ColumnOptions are one column's.
type ColumnOptions struct {
	Name     string `option:"name" help:"the member's name; default: the column's"`
	Path     string `option:"path" help:"where in the row the value is: customer.address.city, /items/0 or $.items[0]; $ is the row itself"`
	Position int    `option:"position" help:"the element's number, from 1, where rows are arrays; default: the column's"`
}

// layout is the options in the form that the reader works with.
type layout struct {
	steps  []step
	spread bool
	lines  bool
	arrays bool
	path   string
}

func (f Format) parse(given formats.Options) (*layout, error) {
	var o Options
	l := &layout{lines: f.Lines}
	if f.Lines {
		var lo LineOptions
		if err := options.Decode(given, &lo); err != nil {
			return nil, err
		}
		o.Path, o.Arrays = lo.Path, lo.Arrays
	} else {
		if err := options.Decode(given, &o); err != nil {
			return nil, err
		}
		l.lines = o.Lines == "true" || o.Lines == "on" || o.Lines == "1"
	}
	l.arrays, l.path = o.Arrays == "array", o.Path
	var err error
	if l.steps, err = parsePath("json_path", o.Path); err != nil {
		return nil, err
	}
	// A path that ends with "every element" has said what the rows are; so has a line.
	if n := len(l.steps); n > 0 {
		l.spread = !l.steps[n-1].each && !l.steps[n-1].members
	} else {
		l.spread = !l.lines
	}
	return l, nil
}

// steps gives where a column looks in rows that are objects, and in rows that are arrays.
func (o *ColumnOptions) steps(ordinal int, name string) (byName, byPlace []step, err error) {
	switch {
	case o.Path != "":
		steps, err := parsePath("path", o.Path)
		if err != nil {
			return nil, nil, err
		}
		for i := range steps {
			t := &steps[i]
			if t.each && t.member {
				t.each = false // a member may be called item here
			}
			if t.each || t.members {
				return nil, nil, pgerr.New(pgerr.InvalidParameterValue, "invalid value for option %q: %q", "path", o.Path).WithDetail("A column takes one value of a row.")
			}
		}
		return steps, nil, nil
	case o.Name != "":
		byName = []step{{name: o.Name, member: true}}
	case o.Position == 0:
		byName = []step{{name: name, member: true}}
	}
	if o.Position > 0 {
		ordinal = o.Position - 1
	}
	return byName, []step{{index: ordinal, element: true}}, nil
}
