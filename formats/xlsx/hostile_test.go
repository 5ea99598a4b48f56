package xlsx

import (
	"archive/zip"
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/xuri/excelize/v2"

	"howdah/formats"
	"howdah/formats/formattest"
	"howdah/internal/budget"
	"howdah/internal/meter"
	"howdah/pgerr"
	"howdah/sources/sourcetest"
)

const (
	purseBytes = 32 << 20
	dirHeader  = 46 // bytes of a member in the directory before its name
	endHeader  = 22 // of the end of the directory
)

// poke reads a file in several ways; it gives the first error that is a fault of ours: a panic comes through, everything
// else must be an error for the client, within time and memory.
func poke(t testing.TB, data []byte) (rows int, err error) {
	t.Helper()
	start := time.Now()
	defer func() {
		if took := time.Since(start); took > 10*time.Second {
			t.Errorf("it took %v", took)
		}
	}()
	var first error
	note := func(e error) {
		if e == nil {
			return
		}
		if c := pgerr.From(e).Code; c == pgerr.InternalError {
			t.Errorf("an internal error: %v", e)
		}
		if first == nil {
			first = e
		}
	}
	for _, opt := range []formats.Options{{}, {"header": "true", "merged": "fill", "empty_rows": "stop"}, {"text_values": "true"}} {
		purse := budget.New("scan", purseBytes, nil)
		src := formattest.Memory(data)
		in := formats.NewInput(t.Context(), src, src.Info(), &meter.Scan{}, purse)
		inf, e := Format{}.Infer(in, opt)
		note(e)
		all := formats.Options{}
		for k, v := range inf.Options {
			all[k] = v
		}
		for k, v := range opt {
			all[k] = v
		}
		got, e := formattest.Scan(Format{}, in, inf.Schema, all, nil)
		note(e)
		rows += len(got)
		got, e = formattest.Scan(Format{}, in, formattest.Schema("a text", "b text", "c text"), opt, nil)
		note(e)
		rows += len(got)
		_, e = formattest.Scan(Format{}, in, formattest.Schema("a int", "b date", "c numeric", "d bool"), opt, nil) // the header does not fit
		if c := pgerr.From(e).Code; e != nil && c == pgerr.InternalError {
			t.Errorf("an internal error: %v", e)
		}
		in.Close()
		if purse.Used() != 0 || src.Open() != 0 {
			t.Errorf("left: %d bytes, %d readers", purse.Used(), src.Open())
		}
	}
	return rows, first
}

func TestTruncationAtEveryByte(t *testing.T) {
	data := mixed(7).zip()
	for n := range data {
		in := formattest.Input(formattest.Memory(data[:n]), nil)
		rows, err := formattest.Scan(Format{}, in, formattest.Schema("a text"), nil, nil)
		if err == nil {
			t.Fatalf("%d of %d bytes: %d rows and no error", n, len(data), len(rows))
		}
		if _, err := (Format{}).Infer(in, nil); err == nil {
			t.Fatalf("%d of %d bytes: inferred", n, len(data))
		}
		in.Close()
	}
	// And of the XML itself, in a sound archive.
	p := mixed(9)
	sheet := p["xl/worksheets/sheet1.xml"]
	for n := range sheet {
		if rows, err := read(p.with("xl/worksheets/sheet1.xml", sheet[:n]).zip(), nil, "a text"); err == nil {
			t.Fatalf("%d of %d bytes of the sheet: %d rows and no error", n, len(sheet), len(rows))
		}
	}
	texts := p["xl/sharedStrings.xml"]
	for n := range texts {
		if rows, err := read(p.with("xl/sharedStrings.xml", texts[:n]).zip(), formats.Options{"range": "B3:B99"}, "b text"); err == nil && n < len(texts)-len("</sst>") {
			t.Fatalf("%d of %d bytes of the texts: %d rows and no error", n, len(texts), len(rows))
		}
	}
}

func TestNothingDeclaredIsTrusted(t *testing.T) {
	for name, rows := range map[string]string{
		"row number":           `<row r="2147483647"><c><v>1</v></c></row>`,
		"row beyond":           `<row r="1048577"><c><v>1</v></c></row>`,
		"row zero":             `<row r="0"><c><v>1</v></c></row>`,
		"row negative":         `<row r="-1"><c><v>1</v></c></row>`,
		"row twice":            `<row r="3"/><row r="3"/>`,
		"row behind":           `<row r="3"/><row r="2"/>`,
		"column beyond":        `<row r="1"><c r="XFE1"><v>1</v></c></row>`,
		"column huge":          `<row r="1"><c r="ZZZZZZZ1"><v>1</v></c></row>`,
		"cell of another row":  `<row r="1"><c r="A2"><v>1</v></c></row>`,
		"cell twice":           `<row r="1"><c r="B1"/><c r="B1"/></row>`,
		"cell behind":          `<row r="1"><c r="B1"/><c r="A1"/></row>`,
		"cells uncounted":      `<row>` + strings.Repeat("<c/>", 16385) + `</row>`,
		"shared text":          `<row><c t="s"><v>0</v></c></row>`,
		"nested":               strings.Repeat("<a>", 1000) + strings.Repeat("</a>", 1000),
		"entity bomb":          `<row><c t="str"><v>&lol;</v></c></row>`,
		"value within a value": `<row><c><v>1<v>2</v></v></c></row>`,
		"wrong end":            `<row><c><v>1</v></row></c>`,
		"tag without end":      `<row><c r="A1`,
		"long tag":             `<row><c x="` + strings.Repeat("y", 2<<20) + `"/></row>`,
		"long text":            `<row><c t="str"><v>` + strings.Repeat("y", 5<<20) + `</v></c></row>`,
		"long runs":            `<row><c t="inlineStr"><is>` + strings.Repeat("<r><t>"+strings.Repeat("y", 1<<20)+"</t></r>", 5) + `</is></c></row>`,
		"many cdata":           `<row><c t="str"><v>` + strings.Repeat("<![CDATA["+strings.Repeat("y", 1<<20)+"]]>", 5) + `</v></c></row>`,
	} {
		got, err := read(workbook(rows, "", "").zip(), nil, "v text")
		if e := pgerr.From(err); err == nil || e.Code != pgerr.DataCorrupted && e.Code != pgerr.ProgramLimitExceeded {
			t.Errorf("%s: %d rows, %v", name, len(got), err)
		}
	}
	// Large numbers that are allowed cost nothing.
	start := time.Now()
	rows, err := read(workbook(`<row r="1"><c r="A1"><v>1</v></c></row><row r="1048576"><c r="XFD1048576"><v>1</v></c></row>`, "", "").zip(), nil, "v int")
	check(t, rows, err, "1", `\N`)
	if took := time.Since(start); took > 2*time.Second {
		t.Error(took)
	}
	for name, xml := range map[string]string{
		"doctype": `<!DOCTYPE x [<!ENTITY a "b">]><worksheet><sheetData/></worksheet>`, "utf-16": "\xff\xfe<\x00a\x00", "encoding": `<?xml version="1.0" encoding="ISO-8859-1"?><worksheet><sheetData/></worksheet>`,
		"no sheet": `<chartsheet/>`, "empty": "", "comment": `<!-- <sheetData>`, "cdata": `<worksheet><![CDATA[<sheetData/>`, "pi": `<?x`,
	} {
		if rows, err := read(workbook("", "", "").with("xl/worksheets/sheet1.xml", xml).zip(), nil, "v int"); err == nil {
			t.Errorf("%s: %q", name, rows)
		}
	}
	rows, err = read(workbook("", "", "").with("xl/worksheets/sheet1.xml", "\xef\xbb\xbf<?xml version='1.0' encoding='utf-8'?><!-- > <row> --><worksheet a='>'><a:x><![CDATA[<sheetData>]]></a:x>"+
		"<sheetData>\n <row><!-- c --><c><f>1>2</f><v><!-- x -->4<![CDATA[2]]></v></c></row ></sheetData ></worksheet>").zip(), nil, "v int")
	check(t, rows, err, "42")
}

func TestBombs(t *testing.T) {
	purse := budget.New("scan", purseBytes, nil)
	for name, p := range map[string]parts{
		"shared texts": workbook(`<row><c t="s"><v>100000000</v></c></row>`, strings.Repeat("<si><t>"+strings.Repeat("x", 1000)+"</t></si>", 50_000), ""),
		"empty texts":  workbook(`<row><c t="s"><v>100000000</v></c></row>`, strings.Repeat("<si/>", 5_000_000), ""),
	} {
		data := p.zip()
		if len(data) > 1<<20 {
			t.Fatalf("%s: %d bytes are no bomb", name, len(data))
		}
		in := formattest.Input(formattest.Memory(data), purse)
		if rows, err := formattest.Scan(Format{}, in, formattest.Schema("v text"), nil, nil); !errors.Is(err, pgerr.DataCorrupted) { // they go to a file
			t.Errorf("%s: %q, %v", name, rows, err)
		}
		in.Close()
		if purse.Used() != 0 {
			t.Errorf("%s: %d bytes are left", name, purse.Used())
		}
	}
	// Blanks are read past.
	data := workbook(strings.Repeat(" ", 50<<20)+`<row><c><v>1</v></c></row>`, "", "").zip()
	in := formattest.Input(formattest.Memory(data), purse)
	rows, err := formattest.Scan(Format{}, in, formattest.Schema("v int"), nil, nil)
	check(t, rows, err, "1")
	in.Close()
	if purse.Peak() > purseBytes {
		t.Error(purse.Peak())
	}
}

// TestZipLies changes what the directory and the local headers say.
func TestZipLies(t *testing.T) {
	p := workbook(`<row><c><v>1</v></c></row>`, "", "")
	data := p.zip()
	at := bytes.LastIndex(data, []byte("xl/worksheets/sheet1.xml")) - dirHeader
	if rows, err := read(data, nil, "v int"); err != nil || len(rows) != 1 {
		t.Fatal(rows, err)
	}
	le := binary.LittleEndian
	for name, change := range map[string]func(d []byte, end int){
		"size less":    func(d []byte, _ int) { le.PutUint32(d[at+24:], le.Uint32(d[at+24:])-1) },
		"size more":    func(d []byte, _ int) { le.PutUint32(d[at+24:], le.Uint32(d[at+24:])+1) },
		"size huge":    func(d []byte, _ int) { le.PutUint32(d[at+24:], 0xFFFFFFF0) },
		"packed less":  func(d []byte, _ int) { d[at+10] = 0 },
		"packed more":  func(d []byte, _ int) { le.PutUint32(d[at+20:], 0x7FFFFFFF) },
		"checksum":     func(d []byte, _ int) { d[at+16] ^= 1 },
		"offset":       func(d []byte, _ int) { le.PutUint32(d[at+42:], 5) },
		"offset far":   func(d []byte, _ int) { le.PutUint32(d[at+42:], 0xFFFFFFF0) },
		"method":       func(d []byte, _ int) { d[at+10] = 12 },
		"encrypted":    func(d []byte, _ int) { d[at+8] |= 1 },
		"name length":  func(d []byte, _ int) { le.PutUint16(d[at+28:], 0xFFFF) },
		"same name":    func(d []byte, _ int) { copy(d[at+dirHeader:], "xl/workbook.xml\x00\x00\x00\x00\x00\x00\x00\x00\x00") },
		"count":        func(d []byte, end int) { le.PutUint16(d[end+10:], 9) },
		"dir size":     func(d []byte, end int) { le.PutUint32(d[end+12:], 0xFFFFFF) },
		"dir offset":   func(d []byte, end int) { le.PutUint32(d[end+16:], 0xFFFFFFFE) },
		"zip64 absent": func(d []byte, end int) { le.PutUint32(d[end+16:], 0xFFFFFFFF) },
		"comment":      func(d []byte, end int) { le.PutUint16(d[end+20:], 7) },
	} {
		d := bytes.Clone(data)
		change(d, len(d)-endHeader)
		rows, err := read(d, nil, "v int")
		if name == "same name" && err == nil {
			t.Errorf("%s: %q", name, rows)
			continue
		}
		if err == nil || pgerr.From(err).Code == pgerr.InternalError {
			t.Errorf("%s: %q, %v", name, rows, err)
		}
	}
	// Stored members, a comment behind, and another archive's bytes before are all legal or refused, never misread.
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	w.Create("[Content_Types].xml")
	for n, text := range p {
		f, _ := w.CreateHeader(&zip.FileHeader{Name: "/" + strings.ToUpper(n), Method: zip.Store})
		io.WriteString(f, text)
	}
	w.SetComment("PK\x05\x06 a comment")
	w.Close()
	rows, err := read(b.Bytes(), nil, "v int")
	check(t, rows, err, "1")
}

func TestMutants(t *testing.T) {
	random := rand.New(rand.NewPCG(7, 7))
	rounds := 500
	if testing.Short() {
		rounds = 200
	}
	mutate := func(s string) string {
		b := []byte(s)
		for range 1 + random.IntN(4) {
			if len(b) == 0 {
				break
			}
			i := random.IntN(len(b))
			switch random.IntN(6) {
			case 0:
				b[i] = byte(random.IntN(256))
			case 1:
				b[i] ^= 1 << random.IntN(8)
			case 2:
				b = append(b[:i], b[min(len(b), i+1+random.IntN(20)):]...)
			case 3:
				j := min(len(b), i+random.IntN(60))
				b = append(b[:j:j], b[i:]...)
			case 4:
				b = append(b[:i:i], append([]byte([]string{"<", ">", "&", "\"", "/", "<c", "</row>", "2147483647", "-1", "<![CDATA[", "<!--", "\x00", "s=\"9\""}[random.IntN(13)]), b[i:]...)...)
			case 5:
				b = b[:i]
			}
		}
		return string(b)
	}
	whole := mixed(12)
	names := []string{"xl/workbook.xml", "xl/_rels/workbook.xml.rels", "xl/worksheets/sheet1.xml", "xl/worksheets/sheet1.xml", "xl/worksheets/sheet1.xml", "xl/sharedStrings.xml", "xl/styles.xml"}
	packed := string(whole.zip())
	failed := 0
	for i := range rounds {
		data := []byte(mutate(packed))
		if i%4 != 0 {
			n := names[i%len(names)]
			data = whole.with(n, mutate(whole[n])).zip()
		}
		if _, err := poke(t, data); err != nil {
			failed++
		}
	}
	t.Logf("%d of %d mutants are refused", failed, rounds)
}

func FuzzRead(f *testing.F) {
	p := mixed(5)
	f.Add(p["xl/worksheets/sheet1.xml"], p["xl/sharedStrings.xml"], p["xl/styles.xml"], p["xl/workbook.xml"])
	f.Fuzz(func(t *testing.T, sheet, texts, styles, book string) {
		poke(t, p.with("xl/worksheets/sheet1.xml", sheet).with("xl/sharedStrings.xml", texts).with("xl/styles.xml", styles).with("xl/workbook.xml", book).zip())
	})
}

func FuzzZip(f *testing.F) {
	f.Add(mixed(3).zip())
	f.Fuzz(func(t *testing.T, data []byte) { poke(t, data) })
}

// A far source is read at offsets: the end, and the parts that are needed, and of the sheet no more than a limit asks for.
func TestFarSources(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 1))
	var rows strings.Builder
	for i := range 150_000 {
		fmt.Fprintf(&rows, `<row r="%d"><c r="A%d"><v>%d</v></c><c r="B%d"><v>%d</v></c></row>`, i+1, i+1, i, i+1, random.Int64())
	}
	data := workbook(rows.String(), "", "").zip()
	src := &sourcetest.Memory{Data: data, Ranged: true, Far: true}
	var m meter.Scan
	in := formats.NewInput(t.Context(), src, src.Info(), &m, nil)
	defer in.Close()
	got, err := formattest.Scan(Format{}, in, formattest.Schema("a int"), nil, nil)
	if err != nil || len(got) != 150_000 || got[149_999] != "149999" {
		t.Fatal(len(got), err)
	}
	c := m.Read()
	t.Logf("%d bytes: %+v", len(data), c)
	if c.BytesRead > int64(len(data))*3/2+1<<20 {
		t.Errorf("%d bytes of %d", c.BytesRead, len(data))
	}
	m0 := m.Read()
	if _, err := (Format{}).Infer(in, formats.Options{}); err != nil {
		t.Fatal(err)
	}
	if c := m.Read(); c.BytesRead-m0.BytesRead > 2<<20 || c.Requests-m0.Requests > 8 {
		t.Errorf("inference: %+v", c)
	}
	// Of an encrypted workbook no more is read.
	locked, err := excelize.Encrypt(data, &excelize.Options{Password: "far"})
	if err != nil {
		t.Fatal(err)
	}
	src = &sourcetest.Memory{Data: locked, Ranged: true, Far: true}
	var m3 meter.Scan
	in3 := formats.NewInput(t.Context(), src, src.Info(), &m3, nil)
	defer in3.Close()
	opt := formats.Options{"file_password": "far"}
	if _, err := (Format{}).Infer(in3, opt); err != nil {
		t.Fatal(err)
	}
	if c := m3.Read(); c.BytesRead > 2<<20 || c.Requests > 16 {
		t.Errorf("inference of %d encrypted bytes: %+v", len(locked), c)
	}
	opt["range"] = "A70000:A70009"
	if got, err := formattest.Scan(Format{}, in3, formattest.Schema("a int"), opt, nil); err != nil || len(got) != 10 || got[9] != "70008" {
		t.Fatal(len(got), err)
	}
	// A source that tells no size and knows no offsets is read whole.
	src = &sourcetest.Memory{Data: data, NoSize: true, Far: true}
	in2 := formattest.Input(src, nil)
	defer in2.Close()
	if got, err := formattest.Scan(Format{}, in2, formattest.Schema("a int"), nil, nil); err != nil || len(got) != 150_000 {
		t.Fatal(len(got), err)
	}
}
