package xls

import (
	"errors"
	"strings"
	"testing"

	"howdah/formats"
	"howdah/formats/formattest"
	"howdah/internal/budget"
	"howdah/pgerr"
)

func detail(err error) string { return pgerr.From(err).Detail }
func where(err error) string  { return pgerr.From(err).Where }

func TestNumbers(t *testing.T) {
	w := one(
		rk(0, 0, 0, rkInt(42)), rk(1, 0, 0, rkInt(-1)), rk(2, 0, 0, 1999<<2|3), rk(3, 0, 0, 1990<<2|3), rk(4, 0, 0, 100<<2|3), rk(5, 0, 0, rkInt(-5)|1),
		rk(6, 0, 0, 0x3FF80000), rk(7, 0, 0, 0x40C80001), num(8, 0, 0, 0.1), num(9, 0, 0, 1234567.89), num(10, 0, 0, 1e15), num(11, 0, 0, -0.3), num(12, 0, 0, 1e300),
		num(13, 0, 0, 123456789012.34), num(14, 0, 0, 0.30000000000000004), num(15, 0, 0, 1e-9), num(16, 0, 0, 2.675), num(17, 0, 0, 9007199254740993),
		rec(recMulRK, 18, 0, 0, rkInt(7), 0, rkInt(8), 0, rkInt(9), 2),
	)
	want := "42\n-1\n19.99\n19.9\n1\n-0.05\n1.5\n122.88\n0.1\n1234567.89\n1000000000000000\n-0.3\n1E+300\n123456789012.34\n0.30000000000000004\n1E-09\n2.675\n9007199254740992\n7"
	if got := must(t, w.file(), nil, "a text"); got != want {
		t.Errorf("got:\n%s\nwant:\n%s", got, want)
	}
	if got := must(t, w.stream(), formats.Options{"range": "A19:C19"}, "a int", "b int", "c numeric"); got != "7|8|9" {
		t.Error(got)
	}
}

func TestFormulas(t *testing.T) {
	w := one(
		formula(0, 0, double(1.25)), formula(0, 1, special(0, 0)), rec(recString, str16("täxt €")), formula(0, 2, special(1, 1)), formula(0, 3, special(2, 0x2A)), formula(0, 4, special(3, 0)),
		formula(1, 0, special(0, 0)), rec(recShared, make([]byte, 12)), rec(recString, str16("shared")), formula(1, 1, special(0, 0)), rec(recArray, make([]byte, 14)), rec(recString, str16("array")),
		formula(2, 0, special(0, 0)), rec(recTable, make([]byte, 16)), rec(recString, 0), boolErr(2, 1, 0x0F, 1), boolErr(2, 2, 0, 0), rec(recBlank, 2, 3, 0), rec(recMulBlank, 2, 4, 0, 0, 5),
	)
	got := must(t, w.file(), formats.Options{"error_cells": "text"}, "a text", "b text", "c bool", "d text", "e text")
	if want := "1.25|täxt €|t|#N/A|\nshared|array|\\N|\\N|\\N\n|#VALUE!|f|\\N|\\N"; got != want {
		t.Errorf("got:\n%s\nwant:\n%s", got, want)
	}
	// Columns that are not wanted are passed over, texts of formulas with them.
	if got := must(t, w.file(), nil, "a text"); got != "1.25\nshared\n" {
		t.Errorf("%q", got)
	}
	for name, body := range map[string][]byte{
		"missing":      join(formula(0, 0, special(0, 0)), num(0, 1, 0, 1)),
		"missing last": formula(0, 0, special(0, 0)),
		"kind":         formula(0, 0, special(7, 0)),
	} {
		if _, err := read(one(body).file(), nil, "a text"); !errors.Is(err, pgerr.DataCorrupted) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// cutSST makes an SST record that breaks off at each of the given places of the data, with flags before the rest where
// characters were broken.
func TestTextsAcrossContinue(t *testing.T) {
	wide := "ж" + strings.Repeat("ю", 20) + "😀"
	w := one(labelSST(0, 0, 0), labelSST(0, 1, 1), labelSST(0, 2, 2), labelSST(0, 3, 3))
	units := str(wide)
	check := func(name string, sst []byte) {
		t.Helper()
		got, err := read(w.with(sst).file(), nil, "a text", "b text", "c text", "d text")
		if err != nil {
			t.Errorf("%s: %v: %s", name, err, detail(err))
			return
		}
		if want := "hällo|" + wide + "|rich|last"; strings.Join(got, "\n") != want {
			t.Errorf("%s: %q, want %q", name, got, want)
		}
	}
	rich := join([]byte{4, 0, 0x0C, 2, 0, 6, 0, 0, 0}, []byte("rich"), make([]byte, 8), []byte("phonet"))
	check("whole", sst(str16("hällo"), str16(wide), rich, str16("last")))
	// Broken between two texts.
	check("between", join(sst(str16("hällo")), rec(recContinue, str16(wide)), rec(recContinue), rec(recContinue, rich, str16("last"))))
	// Broken at every character of a wide text; half of a surrogate pair too.
	for i := 1; i < len(units); i += 2 {
		head := append(le.AppendUint16(nil, uint16(len(units)-1)/2), units[:i]...)
		check("wide", join(sst(str16("hällo"), head), rec(recContinue, byte(1), units[i:], rich, str16("last"))))
	}
	// Broken in a narrow text, which goes on in wide characters, and the other way round.
	check("widened", join(sst(5, byte(0), "h"), rec(recContinue, byte(1), []byte{0xE4, 0, 'l', 0, 'l', 0}), rec(recContinue, byte(0), "o", str16(wide), rich, str16("last"))))
	// Broken behind the characters: what follows has no flags.
	for i := 13; i < len(rich); i++ {
		check("runs", join(sst(str16("hällo"), str16(wide), rich[:i]), rec(recContinue, rich[i:], str16("last"))))
	}
	// In the head of a text no writer breaks, but nothing is lost if one does.
	for i := 1; i < 9; i++ {
		check("head", join(sst(str16("hällo"), str16(wide), rich[:i]), rec(recContinue, rich[i:], str16("last"))))
	}
}

func TestBadSharedTexts(t *testing.T) {
	w := one(labelSST(0, 0, 1))
	for name, c := range map[string]struct {
		sst  []byte
		code pgerr.Code
	}{
		"none":          {nil, pgerr.DataCorrupted},
		"too few":       {sst(str16("a")), pgerr.DataCorrupted},
		"cut":           {sst(str16("a"), 5, byte(0), "abc"), pgerr.DataCorrupted},
		"cut in wide":   {join(sst(str16("a"), 5, byte(1), "abc"), rec(recContinue, byte(1), make([]byte, 9))), pgerr.DataCorrupted},
		"runs are cut":  {sst(str16("a"), 1, byte(8), 0xFFFF, "b"), pgerr.DataCorrupted},
		"zero":          {sst(str16("a"), str16("b\x00c")), pgerr.CharacterNotInRepertoire},
		"half":          {sst(str16("a"), 1, byte(1), 0xD83D), pgerr.CharacterNotInRepertoire},
		"other half":    {sst(str16("a"), 2, byte(1), 0xDE00, 0x41), pgerr.CharacterNotInRepertoire},
		"half and text": {sst(str16("a"), 2, byte(1), 0xD83D, 0x41), pgerr.CharacterNotInRepertoire},
		"short record":  {rec(recSST, 1), pgerr.DataCorrupted},
	} {
		if _, err := read(w.with(c.sst).file(), nil, "a text"); !errors.Is(err, c.code) {
			t.Errorf("%s: %v", name, err)
		}
	}
	// What nobody asks for is nobody's trouble.
	if got := must(t, one(labelSST(0, 0, 0)).with(sst(str16("a"), str16("b\x00c"))).file(), nil, "a text"); got != "a" {
		t.Error(got)
	}
}

func TestDatesOfBothSystems(t *testing.T) {
	body := join(num(0, 0, 1, 45000), num(0, 1, 2, 45000.5), num(0, 2, 3, 0.25), num(0, 3, 4, 1.5), num(0, 4, 5, 0.125))
	columns := []string{"a date", "b timestamp", "c time", "d interval", "e numeric"}
	if got := must(t, one(body).file(), nil, columns...); got != "2023-03-15|2023-03-15 12:00:00|06:00:00|36:00:00|0.125" {
		t.Error(got)
	}
	w := one(body)
	w.globals = join(rec(recDate1904, 1), w.globals)
	if got := must(t, w.file(), nil, columns...); got != "2027-03-16|2027-03-16 12:00:00|06:00:00|36:00:00|0.125" {
		t.Error(got)
	}
	schema, rows, err := inferred(one(label(0, 0, "d"), label(0, 1, "n"), num(1, 0, 1, 45000), num(1, 1, 6, 2), num(2, 0, 1, 45001), num(2, 1, 6, 3)).file(), nil)
	if err != nil || schema != "d date, n numeric" || strings.Join(rows, "\n") != "2023-03-15|2\n2023-03-16|3" {
		t.Error(schema, rows, err)
	}
}

func TestSheets(t *testing.T) {
	w := wb{version: biff8, globals: styles(), sheets: []ws{
		{name: "Chart", kind: 2}, {name: "Hid", state: 1, body: label(0, 0, "h")}, {name: "Très'bien", body: label(0, 0, "first")},
		{name: "Empty", body: rec(recBlank, 0, 0, 0)}, {name: "Very", state: 2, body: label(0, 0, "v")}, {name: "Last", body: label(0, 0, "l")},
	}}
	for sheet, want := range map[string]string{"": "first", "Hid": "h", "1": "h", "très'bien": "first", "Very": "v", "5": "l", "Empty": ""} {
		opt := formats.Options{}
		if sheet != "" {
			opt["sheet"] = sheet
		}
		if got := must(t, w.file(), opt, "a text"); got != want {
			t.Errorf("%q: %q", sheet, got)
		}
	}
	if _, err := read(w.file(), formats.Options{"sheet": "Chart"}, "a text"); !errors.Is(err, pgerr.UndefinedObject) {
		t.Error(err)
	}
	in := formattest.Input(formattest.Memory(w.file()), nil)
	defer in.Close()
	tables, err := Format{}.Tables(in, formats.Options{})
	if err != nil || len(tables) != 2 || tables[0].Name != "Très'bien" || tables[1].Name != "Last" {
		t.Error(tables, err)
	}
}

func TestHiddenRowsColumnsAndMerged(t *testing.T) {
	w := one(
		rec(recColInfo, 1, 1, 2000, 0, 1, 0),
		rowRec(0, 0), rowRec(1, 0x20), rowRec(2, 0x20), rowRec(3, 0),
		label(0, 0, "a"), label(0, 1, "x"), label(0, 2, "b"), label(1, 0, "c"), num(1, 2, 0, 1), label(3, 0, "d"), num(3, 2, 0, 2),
		rec(recBOF, biff8, 0x20, 0, 1996, uint32(0), uint32(6)), num(9, 0, 0, 9), rec(recEOF), // a chart within
		num(4, 2, 0, 3), merge(3, 4, 0, 0),
	)
	if got := must(t, w.file(), nil, "a text", "b text", "c text"); got != "a|x|b\nc|\\N|1\nd|\\N|2\n\\N|\\N|3" {
		t.Error(got)
	}
	if got := must(t, w.file(), formats.Options{"hidden_rows": "skip", "hidden_columns": "skip", "merged": "fill", "empty_rows": "stop"}, "a text", "b text"); got != "a|b\nd|2\nd|3" {
		t.Error(got)
	}
}

func TestDefinedNames(t *testing.T) {
	name := func(s string, tab int, formula []byte) []byte {
		return rec(recName, 0, byte(0), byte(len([]rune(s))), len(formula), 0, tab, uint32(0), str(s), formula)
	}
	ptg := func(kind byte, fields ...any) []byte { return append([]byte{kind}, rec(0, fields...)[4:]...) }
	w := wb{version: biff8, sheets: []ws{{name: "A", body: label(0, 0, "a")}, {name: "B b", body: join(label(0, 0, "x"), label(1, 1, "y"), label(2, 1, "z"), label(3, 1, "w"))}},
		globals: styles(),
		sst: join(rec(recSupBook, 2, 0x0401), rec(recSupBook, 1, str16("other.xls")), rec(recExternSheet, 4, 0, 0, 0, 0, 1, 1, 1, 0, 0, 0, 0, 1),
			sst(str16("q")),
			name("good", 0, ptg(0x3B, 1, 1, 2, 1, 1)), name("cell", 0, ptg(0x5A, 1, 2, 1)), name("far", 0, ptg(0x3B, 2, 1, 2, 1, 1)), name("relative", 0, ptg(0x3B, 1, 1, 2, 0x8001, 1)), name("several", 0, ptg(0x3B, 3, 1, 2, 1, 1)), name("calc", 0, ptg(0x1E, 7)),
			name("gööd", 0, ptg(0x3B, 1, 0, 0xFFFF, 1, 1)), name("local", 2, ptg(0x3B, 1, 1, 1, 1, 1)), name("local", 0, ptg(0x3B, 0, 0, 0, 0, 0)))}
	for r, want := range map[string]string{"good": "y\nz", "CELL": "z", "gööd": "y\nz\nw", "local": "a", "'B b'!B4": "w"} {
		if got := must(t, w.file(), formats.Options{"range": r}, "a text"); got != want {
			t.Errorf("%s: %q, want %q", r, got, want)
		}
	}
	if got := must(t, w.file(), formats.Options{"range": "local", "sheet": "B b"}, "a text"); got != "y" {
		t.Error(got)
	}
	for _, r := range []string{"far", "calc", "none", "relative", "several"} {
		if _, err := read(w.file(), formats.Options{"range": r}, "a text"); !errors.Is(err, pgerr.InvalidParameterValue) {
			t.Errorf("%s: %v", r, err)
		}
	}
}

func TestBIFF5(t *testing.T) {
	label5 := func(row, col int, s string) []byte { return rec(recLabel, row, col, 0, len(s), s) }
	name5 := func(s string, formula []byte) []byte {
		return rec(recName, 0, byte(0), byte(len(s)), len(formula), 0, 0, uint32(0), s, formula)
	}
	area5 := append([]byte{0x3B}, rec(0, 0xFFFF, make([]byte, 8), 0, 0, 0, 1, byte(0), byte(0))[4:]...)
	w := wb{version: biff5, globals: join(rec(recCodePage, 1251), rec(recFormat, 164, byte(10), "yyyy-mm-dd"), xf(0), xf(164), name5("top", area5)), sheets: []ws{{name: "\xcb\xe8\xf1\xf2", body: join(
		label5(0, 0, "\xef\xf0\xe8\xe2\xe5\xf2"), num(0, 1, 1, 45000), rec(recRString, 1, 0, 0, 3, "abc", byte(1), byte(0), byte(5)),
		formula(1, 1, special(0, 0)), rec(recString, 2, "\xe4\xe0"), label5(2, 0, "x"))}}}
	for _, data := range [][]byte{w.file(), w.stream()} {
		if got := must(t, data, formats.Options{"sheet": "Лист"}, "a text", "b text"); got != "привет|2023-03-15\nabc|да\nx|\\N" {
			t.Error(got)
		}
		if got := must(t, data, formats.Options{"range": "top"}, "a text"); got != "привет\nabc" {
			t.Error(got)
		}
	}
	w.globals = join(rec(recCodePage, 932), xf(0))
	w.sheets = []ws{{name: "S", body: label5(0, 0, "\x93\xfa\x96\x7b")}}
	if got := must(t, w.file(), nil, "a text"); got != "日本" {
		t.Error(got)
	}
	w.sheets[0].body = label5(0, 0, "\x93")
	if _, err := read(w.file(), nil, "a text"); !errors.Is(err, pgerr.UntranslatableCharacter) {
		t.Error(err)
	}
	w.globals = join(rec(recCodePage, 4711), xf(0))
	if _, err := read(w.file(), nil, "a text"); !errors.Is(err, pgerr.FeatureNotSupported) {
		t.Error(err)
	}
}

func TestRowsInAnyOrder(t *testing.T) {
	byColumn := one(label(0, 0, "a"), label(1, 0, "b"), formula(2, 0, special(0, 0)), rec(recString, str16("c")), num(0, 1, 0, 1), num(2, 1, 0, 3), rowRec(1, 0x20), num(1, 1, 0, 2), label(0, 0, "A"))
	if got := must(t, byColumn.file(), nil, "a text", "b int"); got != "A|1\nb|2\nc|3" {
		t.Error(got)
	}
	if got := must(t, byColumn.rc4Book("VelvetSweatshop").file(), nil, "a text", "b int"); got != "A|1\nb|2\nc|3" {
		t.Error(got)
	}
	if got := must(t, byColumn.file(), formats.Options{"hidden_rows": "skip"}, "a text", "b int"); got != "A|1\nc|3" {
		t.Error(got)
	}
	// Sheets with an index are believed to be in order, and not to be is an error.
	index := rec(recIndex, uint32(0), uint32(0), uint32(7), uint32(0), uint32(0))
	blocks := one(index, rowRec(5, 0), rowRec(6, 0), num(5, 0, 0, 1), num(6, 0, 0, 2), rowRec(0, 0), num(0, 0, 0, 3))
	if rows, err := read(blocks.file(), nil, "a int"); !errors.Is(err, pgerr.DataCorrupted) || !strings.Contains(detail(err), "Row 1 ") {
		t.Error(rows, err)
	}
	late := one(index, num(5, 0, 0, 1), num(6, 0, 0, 2), rowRec(5, 0x20))
	if _, err := read(late.file(), nil, "a int"); !errors.Is(err, pgerr.DataCorrupted) {
		t.Error(err)
	}
	b := budget.New("test", 150<<10, nil)
	in := formattest.Input(formattest.Memory(byColumn.file()), b)
	defer in.Close()
	if rows, err := formattest.Scan(Format{}, in, formattest.Schema("a text"), nil, nil); err != nil || len(rows) != 3 || b.Used() != 0 {
		t.Error(rows, err, b.Used())
	}
}

func TestDamagedSheets(t *testing.T) {
	for name, body := range map[string][]byte{
		"column":         num(0, 256, 0, 1),
		"short number":   rec(recNumber, 0, 0, 0, uint32(0)),
		"short label":    rec(recLabel, 0, 0, 0, byte(1)),
		"label is cut":   rec(recLabel, 0, 0, 0, 9, byte(0), "abc"),
		"mulrk":          rec(recMulRK, 0, 0, 0, rkInt(7), 0, rkInt(8), 2),
		"mulrk odd":      rec(recMulRK, 0, 0, 0, rkInt(7), byte(0), 0),
		"mulrk column":   rec(recMulRK, 0, 255, 0, rkInt(7), 0, rkInt(8), 256),
		"short row":      rec(recRow, 0, 0),
		"short column":   rec(recColInfo, 0, 0),
		"chart":          rec(recBOF, biff8, 0x20),
		"shared text":    labelSST(0, 0, 0xFFFFFFFF),
		"text in a cell": rec(recLabel, 0, 0, 0, 0xFFFF, byte(0)),
	} {
		if rows, err := read(one(body).file(), nil, "a text"); !errors.Is(err, pgerr.DataCorrupted) {
			t.Errorf("%s: %v, %v", name, rows, err)
		} else if w := where(err); !strings.Contains(w, "S 1") && name != "chart" {
			t.Errorf("%s: %v at %q", name, err, w)
		}
	}
	for name, w := range map[string]wb{
		"offset": {version: biff8, globals: rec(recBoundSheet, uint32(1<<31), byte(0), byte(0), str8("x"))},
		"middle": {version: biff8, globals: rec(recBoundSheet, uint32(3), byte(0), byte(0), str8("x"))},
		"itself": {version: biff8, globals: rec(recBoundSheet, uint32(0), byte(0), byte(0), str8("x"))},
		"name":   {version: biff8, globals: rec(recBoundSheet, uint32(0), byte(0), byte(0), byte(9), byte(1), "x")},
	} {
		if _, err := read(w.file(), nil, "a text"); !errors.Is(err, pgerr.DataCorrupted) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := read(one(merge(5, 4, 0, 0)).file(), formats.Options{"merged": "fill"}, "a text"); !errors.Is(err, pgerr.DataCorrupted) {
		t.Error(err)
	}
	if _, err := read(one(rec(0x0003, 0, 0, make([]byte, 11))).file(), nil, "a text"); !errors.Is(err, pgerr.FeatureNotSupported) {
		t.Error(err)
	}
}

func TestOtherContent(t *testing.T) {
	for name, c := range map[string]struct {
		data []byte
		code pgerr.Code
		sure formats.Likelihood
	}{
		"empty":      {nil, pgerr.DataCorrupted, formats.No},
		"text":       {[]byte("a,b\n1,2\n"), pgerr.BadCopyFileFormat, formats.No},
		"noise":      {[]byte{1, 2, 3, 4, 5, 6, 7, 8, 9}, pgerr.DataCorrupted, formats.No},
		"html":       {[]byte("<html><table>"), pgerr.BadCopyFileFormat, formats.No},
		"BIFF2":      {join(rec(0x0009, 2, 0x10), rec(recEOF)), pgerr.FeatureNotSupported, formats.Surely},
		"BIFF3":      {join(rec(0x0209, 0, 0x10, 0), rec(recEOF)), pgerr.FeatureNotSupported, formats.Surely},
		"BIFF4":      {join(rec(0x0409, 0, 0x100, 0), rec(recEOF)), pgerr.FeatureNotSupported, formats.Surely},
		"BIFF9":      {join(rec(recBOF, 0x0900, 5, 0, 0), rec(recEOF)), pgerr.FeatureNotSupported, formats.No},
		"lone sheet": {join(rec(recBOF, biff5, 0x10, 0, 0), rec(recEOF)), pgerr.FeatureNotSupported, formats.Surely},
		"no sheet":   {wb{version: biff8}.stream(), pgerr.UndefinedObject, formats.Surely},
	} {
		if _, err := read(c.data, nil, "a text"); !errors.Is(err, c.code) {
			t.Errorf("%s: %v", name, err)
		}
		if got := sniff(c.data[:min(len(c.data), 4096)]); got != c.sure {
			t.Errorf("%s: sniffed as %d", name, got)
		}
	}
	if got := sniff(one().file()); got != formats.Surely {
		t.Errorf("a workbook is sniffed as %d", got)
	}
}

func TestPasswords(t *testing.T) {
	long := strings.Repeat("lorem ipsum ", 300) // over several blocks of the cipher
	w := one(label(0, 0, "a"), num(0, 1, 0, 1), label(1, 0, long), num(1, 1, 0, 2), labelSST(2, 0, 0), num(2, 1, 0, 0.5)).with(sst(str16("shared")))
	want := "a|1\n" + long + "|2\nshared|0.5"
	five := wb{version: biff5, globals: xf(0), sheets: []ws{{name: "S", body: join(rec(recLabel, 0, 0, 0, 1, "a"), num(0, 1, 0, 1))}}}
	for name, c := range map[string]struct {
		make func(password string) wb
		want string
	}{
		"xor":       {w.xorBook, want},
		"xor BIFF5": {five.xorBook, "a|1"},
		"rc4":       {w.rc4Book, want},
		"capi 40":   {func(p string) wb { return w.cryptoAPIBook(p, 40) }, want},
		"capi 56":   {func(p string) wb { return w.cryptoAPIBook(p, 56) }, want},
		"capi 128":  {func(p string) wb { return w.cryptoAPIBook(p, 128) }, want},
	} {
		for _, password := range []string{"VelvetSweatshop", "geheim", "0123456789abcde", "x"} {
			data := c.make(password).file()
			if password == defaultPassword {
				if got := must(t, data, nil, "a text", "b numeric"); got != c.want {
					t.Errorf("%s, default: %.80q", name, got)
				}
				continue
			}
			if got := must(t, data, formats.Options{"file_password": password}, "a text", "b numeric"); got != c.want {
				t.Errorf("%s, %s: %.80q", name, password, got)
			}
			for _, wrong := range []formats.Options{nil, {"file_password": password + "!"}, {"file_password": "Geheim"}} {
				if len(password) == 15 && len(wrong["file_password"]) == 16 && strings.HasPrefix(name, "xor") {
					continue // of longer ones the first 15 characters count
				}
				_, err := read(data, wrong, "a text", "b numeric")
				if !errors.Is(err, pgerr.InvalidPassword) || !strings.Contains(err.Error(), "encrypted") || !strings.Contains(pgerr.From(err).Hint, "file_password") {
					t.Errorf("%s, %s, %v: %v", name, password, wrong, err)
				}
				if p := wrong["file_password"]; p != "" && strings.Contains(err.Error()+detail(err), p) {
					t.Errorf("%s: the error tells the password", name)
				}
			}
		}
	}
	for name, pass := range map[string][]byte{
		"version": rec(recFilePass, 1, 9, 9), "kind": rec(recFilePass, 7, 1, 1), "AES": rec(recFilePass, 1, 4, 2, uint32(4), uint32(32), make([]byte, 8), uint32(0x660E), uint32(0x8004), make([]byte, 100)),
		"short": rec(recFilePass, 1), "short rc4": rec(recFilePass, 1, 1, 1, salt), "short capi": rec(recFilePass, 1, 2, 2, uint32(0), uint32(400), make([]byte, 60)),
	} {
		w.pass = pass
		if _, err := read(w.file(), nil, "a text"); !errors.Is(err, pgerr.DataCorrupted) && !errors.Is(err, pgerr.FeatureNotSupported) {
			t.Errorf("%s: %v", name, err)
		}
	}
}
