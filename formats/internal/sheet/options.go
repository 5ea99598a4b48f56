package sheet

import (
	"strconv"
	"strings"

	"howdah/formats"
	"howdah/internal/options"
	"howdah/pgerr"
)

// Options are a table's, the same for all formats of spreadsheets.
type Options struct {
	Sheet         string `option:"sheet" help:"the sheet, by its name or by its number from 1; default: the first one that is not hidden"`
	Range         string `option:"range" help:"the cells that are the table: A1:F100, A:F, B3:F, the name of a range or of a table; default: all"`
	Header        string `option:"header" default:"false" help:"true: the first row that is not empty holds the names of the columns; a number: that row of the sheet does"`
	Skip          int    `option:"skip" help:"so many rows at the beginning are no part of the table"`
	Columns       string `option:"columns" enum:"position,name" default:"position" help:"how the table's columns find theirs in the sheet: in order, or by the names of the header"`
	EmptyRows     string `option:"empty_rows" enum:"skip,stop,null" default:"skip" help:"a row without values is left out, ends the table, or is a row of NULLs; those before the first and behind the last are never rows"`
	ErrorCells    string `option:"error_cells" enum:"null,text,error" default:"null" help:"a cell that holds an error such as #N/A is NULL, its text, or an error of the query"`
	Merged        string `option:"merged" enum:"first,fill" default:"first" help:"of merged cells only the first has the value, or all of them"`
	HiddenRows    string `option:"hidden_rows" enum:"include,skip" default:"include" help:"what becomes of hidden rows"`
	HiddenColumns string `option:"hidden_columns" enum:"include,skip" default:"include" help:"whether hidden columns are counted and found by name"`
	FilePassword  string `option:"file_password" secret:"true" help:"opens a file that is encrypted; best given in the user mapping"`
	TextValues    bool   `option:"text_values" help:"columns of type text get numbers, dates and times as their number format shows them, names of months and days in English; undeclared columns are text"`
}

// ColumnOptions are one column's.
type ColumnOptions struct {
	Name     string `option:"name" help:"the column's name in the header"`
	Position int    `option:"position" help:"the column's number within the range, from 1"`
	Column   string `option:"column" help:"the column's letters in the sheet"`
}

// headerNone and headerFirst are values of settings.header besides the number of a row.
const (
	headerNone  = 0
	headerFirst = -1
)

// settings are the options in the form that the reader works with.
type settings struct {
	Options
	header int64
}

func parse(given formats.Options) (*settings, error) {
	s := &settings{}
	if err := options.Decode(given, &s.Options); err != nil {
		return nil, err
	}
	switch text := strings.ToLower(strings.TrimSpace(s.Header)); text {
	case "true", "on":
		s.header = headerFirst
	case "false", "off", "0":
		s.header = headerNone
	default:
		n, err := strconv.ParseInt(text, 10, 64)
		if err != nil || n < 1 || n > MaxRows {
			return nil, pgerr.New(pgerr.InvalidParameterValue, "invalid value for option %q: %s", "header", s.Header).
				WithHint("Available values: true, false, or the number of a row.")
		}
		s.header = n
	}
	if s.Skip < 0 {
		return nil, pgerr.New(pgerr.InvalidParameterValue, "invalid value for integer option %q: %d", "skip", s.Skip)
	}
	if s.Columns == "name" && s.header == headerNone {
		return nil, pgerr.New(pgerr.InvalidParameterValue, "columns by name need a header")
	}
	return s, nil
}

// Book is what the sheets of a workbook are found by.
type Book interface {
	// Sheets lists the sheets in order.
	Sheets() []Info
	// Named gives the reference that a defined name or a table's name stands for, such as 'My sheet'!$A$1:$C$9; sheet is
	// the index of the sheet whose own names come first, or -1. "" = there is no such name.
	Named(name string, sheet int) (string, error)
	// File is how errors call the file.
	File() string
}

// Info is a sheet's name.
type Info struct {
	Name   string
	Hidden bool
}

// Locate finds the sheet and the cells that the options name.
func Locate(b Book, given formats.Options) (sheet int, r Range, err error) {
	var o Options
	if err := options.Decode(given, &o); err != nil {
		return 0, r, err
	}
	sheet, r = -1, Everything
	all := b.Sheets()
	if o.Sheet != "" {
		if sheet = find(all, o.Sheet); sheet < 0 {
			if n, err := strconv.Atoi(strings.TrimSpace(o.Sheet)); err == nil && n >= 1 && n <= len(all) {
				sheet = n - 1
			}
		}
		if sheet < 0 {
			return 0, r, noSheet(b, o.Sheet)
		}
	}
	if o.Range != "" {
		ref := o.Range
		name, rest := CutSheet(ref)
		found, ok := ParseRange(rest)
		if !ok && name == "" {
			if ref, err = b.Named(strings.TrimSpace(o.Range), sheet); err != nil {
				return 0, r, err
			}
			name, rest = CutSheet(ref)
			found, ok = ParseRange(rest)
		}
		if !ok {
			return 0, r, badRange(o.Range).At("%s", b.File())
		}
		r = found
		if name != "" {
			at := find(all, name)
			if at < 0 {
				return 0, r, noSheet(b, name)
			}
			if sheet >= 0 && at != sheet {
				return 0, r, pgerr.New(pgerr.InvalidParameterValue, "range %q is not in sheet %q", o.Range, all[sheet].Name).At("%s", b.File())
			}
			sheet = at
		}
	}
	for i := 0; sheet < 0 && i < len(all); i++ {
		if !all[i].Hidden {
			sheet = i
		}
	}
	if sheet < 0 {
		return 0, r, pgerr.New(pgerr.UndefinedObject, "file %q has no visible sheet", b.File())
	}
	return sheet, r, nil
}

func find(all []Info, name string) int {
	for i := range all {
		if all[i].Name == name {
			return i
		}
	}
	for i := range all {
		if strings.EqualFold(all[i].Name, name) {
			return i
		}
	}
	return -1
}

func noSheet(b Book, name string) error {
	var names []string
	for _, s := range b.Sheets() {
		names = append(names, s.Name)
		if len(names) == 50 {
			names = append(names, "...")
			break
		}
	}
	return pgerr.New(pgerr.UndefinedObject, "sheet %q does not exist in file %q", name, b.File()).WithHint("The sheets are: %s", strings.Join(names, ", "))
}
