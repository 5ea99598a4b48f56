package csv

import (
	"bytes"
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"howdah/bench/orders"
	"howdah/formats"
	"howdah/internal/meter"
	"howdah/internal/pgdata"
	"howdah/pgerr"
	"howdah/sources/sourcetest"
)

func infer(data []byte, opt formats.Options) (formats.Inference, error) {
	src := &sourcetest.Memory{Data: data, Ranged: true}
	in := formats.NewInput(context.Background(), src, src.Info(), &meter.Scan{}, nil)
	defer in.Close()
	return Format{}.Infer(in, opt)
}

// describe prints an inference in one line: columns, then the options found.
func describe(inf formats.Inference) string {
	var parts []string
	for _, c := range inf.Schema.Columns {
		parts = append(parts, c.Name+" "+pgdata.TypeByOID(uint32(c.Type.OID)).Name)
	}
	var opts []string
	for _, k := range slices.Sorted(maps.Keys(inf.Options)) {
		opts = append(opts, fmt.Sprintf("%s=%q", k, inf.Options[k]))
	}
	return strings.Join(parts, ", ") + "; " + strings.Join(opts, " ")
}

func TestInfer(t *testing.T) {
	for _, c := range []struct{ name, data, want string }{
		{"numbers", "id,price,big,sci\n1,1.5,99999999999999999999,1e5\n-2,3,1,2.5E-7\n", `id int8, price numeric, big numeric, sci float8; delimiter="," header="true"`},
		{"codes stay text", "zip;phone;mixed\n01234;+49 30 1;1\n10115;030;x\n", `zip text, phone text, mixed text; delimiter=";" header="true"`},
		{"times", "d\tts\ttz\tt\n2024-02-29\t2024-01-01 10:00:00\t2024-01-01T10:00:00Z\t10:00:00\n2023-01-01\t2024-01-01T10:00:00.5\t2024-01-01 10:00:00+02\t23:59:59.123\n",
			`d date, ts timestamp, tz timestamptz, t time; delimiter="\t" header="true"`},
		{"impossible date", "d\n2024-02-30\n2024-01-01\n", `column_1 text; delimiter="," header="false"`},
		{"booleans", "a|b|c\ntrue|t|f\nFALSE|f|f\n", `a bool, b bool, c text; delimiter="|" header="true"`},
		{"uuid", "u,n\n0e37df36-f698-11e6-8dd4-cb9ced3df976,\n", `u uuid, n text; delimiter="," header="true"`},
		{"quoted empty is text", "a,b\n1,1\n,\"\"\n", `a int8, b text; delimiter="," header="true"`},
		{"no header", "1,x\n2,y\n", `column_1 int8, column_2 text; delimiter="," header="false"`},
		{"header of text", "first name,Last-Name,first name\n", `column_1 text, column_2 text, column_3 text; delimiter="," header="false"`},
		{"laundered", "First Name,Last-Name,1st,größe,,first_name\n1,2,3,4,5,6\n", `first_name int8, last_name int8, _1st int8, größe int8, column_5 int8, first_name_2 int8; delimiter="," header="true"`},
		{"header only", "id,name\n", `id text, name text; delimiter="," header="true"`},
		{"blank lines", "a,b\n1,2\n\n3,4\n\n", `a int8, b int8; blank_lines="skip" delimiter="," header="true"`},
		{"inches", "size,n\n5\" pipe,1\n3\" tube and 4\" bend,2\n7\" x,3\n", `size text, n int8; delimiter="," header="true" quote="none"`},
		{"decimal comma", "x;y\n1,5;2\n2,5;3\n", `x text, y int8; delimiter=";" header="true"`},
		{"newlines in quotes", "a,b\n\"x\ny\",1\n\"z\n\",2\n", `a text, b int8; delimiter="," header="true"`},
		{"byte order mark", "\xEF\xBB\xBFid,b\n1,2\n", `id int8, b int8; delimiter="," header="true"`},
		{"UTF-16", "\xFF\xFEi\x00d\x00,\x00b\x00\n\x001\x00,\x002\x00\n\x00", `id int8, b int8; delimiter="," encoding="UTF16" header="true"`},
		{"empty", "", `; delimiter=","`},
		{"crlf", "a,b\r\n1,2\r\n", `a int8, b int8; delimiter="," header="true"`},
	} {
		inf, err := infer([]byte(c.data), formats.Options{})
		if err != nil {
			t.Errorf("%s: %v", c.name, err)
			continue
		}
		if got := describe(inf); got != c.want {
			t.Errorf("%s:\n got %s\nwant %s", c.name, got, c.want)
		}
	}
}

func TestInferObeysWhatIsGiven(t *testing.T) {
	inf, err := infer([]byte("a,b\n1,2\n"), formats.Options{"header": "false", "sep": ";"})
	if got := describe(inf); err != nil || got != "column_1 text; " {
		t.Fatalf("%s, %v", got, err)
	}
}

// The whole round: a table made of what was inferred reads the file.
func TestInferredTableReads(t *testing.T) {
	for _, data := range [][]byte{mixed(30, "\n"), mixed(30, "\r\n"), []byte("a,b\n1,2\n\n3,4\n"), []byte("x\n1\n")} {
		inf, err := infer(data, formats.Options{})
		if err != nil {
			t.Fatal(err)
		}
		rows, err := texts(Format{}, data, inf.Options, len(inf.Schema.Columns), formats.Split{})
		if err != nil || len(rows) == 0 || inf.Rows != int64(len(rows)) {
			t.Fatalf("%d rows of %d: %v", len(rows), inf.Rows, err)
		}
	}
}

func TestInferRefuses(t *testing.T) {
	for _, c := range []struct {
		name, data, message string
		code                pgerr.Code
	}{
		{"html", "\n <!DOCTYPE HTML><html>", "the content is HTML, not CSV", pgerr.BadCopyFileFormat},
		{"workbook", "PK\x03\x04" + strings.Repeat("\x00", 22) + "\x13\x00\x00\x00[Content_Types].xml", "the content is a zip archive (such as an xlsx or ods workbook), not CSV", pgerr.BadCopyFileFormat},
		{"nul", "a,b\n\x00,1\n", `invalid byte sequence for encoding "UTF8": 0x00`, pgerr.CharacterNotInRepertoire},
		{"binary", "a\x02b\n\x00\x01\n", "the content is binary, not CSV", pgerr.BadCopyFileFormat},
		{"latin1", "a,b\nM\xfcller,1\n", `invalid byte sequence for encoding "UTF8": 0xfc`, pgerr.CharacterNotInRepertoire},
		{"open quote", "a,b\n1,2\n\"x,3\n4,5\n", "unterminated CSV quoted field", pgerr.BadCopyFileFormat},
	} {
		_, err := infer([]byte(c.data), formats.Options{})
		if e := pgerr.From(err); err == nil || e.Code != c.code || e.Message != c.message || !strings.HasPrefix(e.Where, "x") {
			t.Errorf("%s: %v at %q", c.name, err, pgerr.From(err))
		}
	}
}

// A large file is sampled in its body, too: a value far from the head makes the column text. And it is quick.
func TestInferLooksAtTheBody(t *testing.T) {
	var b bytes.Buffer
	if err := orders.Write(&b, 20_000, 1); err != nil {
		t.Fatal(err)
	}
	start := time.Now()
	inf, err := infer(b.Bytes(), formats.Options{})
	took := time.Since(start)
	want := `id int8, ts timestamp, customer text, country text, qty int8, price numeric, discount numeric, paid bool, note text, sku text; delimiter="," header="true"`
	if got := describe(inf); err != nil || got != want {
		t.Fatalf("%s, %v", got, err)
	}
	if inf.Rows < 18_000 || inf.Rows > 22_000 {
		t.Errorf("estimated %d rows", inf.Rows)
	}
	t.Logf("%v", took)
	late := append(bytes.Clone(b.Bytes()), "x1,2024-01-01 00:00:00,a,b,1,1,1,t,,s\n"...)
	if inf, err = infer(late, formats.Options{}); err != nil || !strings.HasPrefix(describe(inf), "id text, ts") {
		t.Fatalf("%s, %v", describe(inf), err)
	}
}
