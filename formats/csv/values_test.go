package csv

import (
	"bytes"
	"context"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"howdah/expr"
	"howdah/formats"
	"howdah/formats/formattest"
	"howdah/internal/budget"
	"howdah/internal/meter"
	"howdah/pgerr"
	"howdah/pushdown"
	"howdah/sources/sourcetest"
	"howdah/types"
	"howdah/vector"
)

// A bad value names file, line, row, column and value, and hints at the way out, however it is read.
func TestBadValue(t *testing.T) {
	sch := schemaOf("id int", "qty int", "note text")
	data := []byte("id,qty,note\n1,2,\"a\nb\"\n2,99999999999,x\n3,\"a\"\"bc\",y\n")
	for _, c := range []struct {
		row   int
		quals []expr.Expr
		text  bool
		want  string
	}{
		{2, nil, false, `value "99999999999" is out of range for type integer (SQLSTATE 22003) @ x, line 4, row 2, column qty: "99999999999"`},
		{2, nil, true, `value "99999999999" is out of range for type integer (SQLSTATE 22003) @ x, line 4, row 2, column qty: "99999999999"`},
		{3, []expr.Expr{formattest.Qual(t, sch, "id", ">", "2")}, true, `invalid input syntax for type integer: "a"bc" (SQLSTATE 22P02) @ x, line 5, row 3, column qty: "a"bc"`},
		{3, []expr.Expr{formattest.Qual(t, sch, "id", ">", "2"), formattest.Qual(t, sch, "qty", ">", "2")}, false,
			`invalid input syntax for type integer: "a"bc" (SQLSTATE 22P02) @ x, line 5, row 3, column qty: "a"bc"`},
	} {
		r := &pushdown.Request{Limit: -1, Quals: c.quals, Columns: []pushdown.Column{{Ordinal: 1, Text: c.text}}}
		a := Format{}.Offer(sch, nil, r)
		_, err := all(Format{}, data, &formats.Scan{Schema: sch, Options: formats.Options{"header": "true"}, Request: r, Answer: a, Table: "public.Orders"})
		e := pgerr.From(err)
		if err == nil || e.Error()+" @ "+e.Where != c.want {
			t.Errorf("%v\nwant %s", err, c.want)
			continue
		}
		if want := `ALTER FOREIGN TABLE public."Orders" ALTER COLUMN qty TYPE text`; !strings.HasSuffix(e.Hint, want) {
			t.Errorf("hint %q", e.Hint)
		}
	}
	// Nobody needs the column: no error. Nor where another qual discards the row.
	r := &pushdown.Request{Limit: -1, Columns: []pushdown.Column{{Ordinal: 0}}}
	if rows, err := all(Format{}, data, &formats.Scan{Schema: sch, Options: formats.Options{"header": "true"}, Request: r, Answer: r.RefuseAll()}); err != nil || len(rows) != 3 {
		t.Errorf("%d rows, %v", len(rows), err)
	}
	// A winner of ORDER BY with LIMIT tells where it was in the file.
	r = &pushdown.Request{Limit: 1, Columns: []pushdown.Column{{Ordinal: 1}}, Sort: []pushdown.SortKey{formattest.Key(t, sch, "id", true)}}
	_, err := all(Format{}, data, &formats.Scan{Schema: sch, Options: formats.Options{"header": "true"}, Request: r, Answer: Format{}.Offer(sch, nil, r)})
	if e := pgerr.From(err); err == nil || e.Where != `x, line 5, row 3, column qty: "a"bc"` {
		t.Errorf("%v @ %v", err, pgerr.From(err))
	}
}

// Fast parsers agree with the types' own on whatever they accept, and texts passed through are what would be printed.
func TestFormsAgree(t *testing.T) {
	values := []string{"0", "-0", "007", "7", "-7", "+7", "1.5", "1.50", "-0.25", ".5", "5.", "1e3", "1E-7", "-", "", "--1", "1-1", "12a", " 1", "1 ",
		"999999999999999999", "9223372036854775807", "9223372036854775808", "-9223372036854775808", "2147483648", "-2147483648", "32768", "-32768",
		"99999999.99", "100000000.00", "1.234", "123456789012345", "1234567890123456", "0.0001", "0.00001", "0.1", "100000", "1000000", "3.0", "NaN", "Infinity", "inf",
		"123456.789012345678", "0.30000000000000004", "t", "f", "true", "T", "no", "x", "1", "yes", "o", "00", "1_000", "0x10"}
	for _, typ := range []types.Type{types.Of(types.Int2OID), types.Of(types.Int4OID), types.Of(types.Int8OID), types.Of(types.NumericOID),
		{OID: types.NumericOID, Typmod: types.NumericTypmod(10, 2)}, {OID: types.NumericOID, Typmod: types.NumericTypmod(4, 0)}, types.Of(types.Float8OID),
		types.Of(types.Float4OID), types.Of(types.BoolOID)} {
		sch := types.Schema{Columns: []types.Column{{Name: "v", Type: typ}, {Name: "w", Type: types.Of(types.TextOID)}}}
		for _, v := range values {
			if v == "" {
				continue
			}
			d, wantErr := types.ParseText(typ, []byte(v), types.DefaultStyle())
			want := ""
			if wantErr == nil {
				want = fmt.Sprintf("%q", types.AppendText(nil, typ, &d, types.DefaultStyle()))
			}
			for _, text := range []bool{false, true} {
				for _, quoted := range []bool{false, true} {
					field := v
					if quoted {
						field = `"` + v + `"`
					}
					r := &pushdown.Request{Limit: -1, Columns: []pushdown.Column{{Ordinal: 0, Text: text}}}
					rows, err := formsOf([]byte(field+",x\n"), sch, r)
					if (err == nil) != (wantErr == nil) || err == nil && rows != want {
						t.Errorf("type %d/%d, %q as text %v, quoted %v: %s, %v; want %s, %v", typ.OID, typ.Typmod, v, text, quoted, rows, err, want, wantErr)
					}
				}
			}
		}
	}
}

func formsOf(data []byte, sch types.Schema, r *pushdown.Request) (string, error) {
	src := &sourcetest.Memory{Data: data}
	in := formats.NewInput(context.Background(), src, src.Info(), &meter.Scan{}, nil)
	defer in.Close()
	reader, err := Format{}.Open(in, &formats.Scan{Schema: sch, Request: r, Answer: r.RefuseAll(), Table: "t"})
	if err != nil {
		return "", err
	}
	defer reader.Close()
	var b vector.Batch
	if err := reader.Next(&b); err != nil {
		return "", err
	}
	if col := b.Cols[0]; col.Form == vector.CanonicalText {
		return fmt.Sprintf("%q", col.Bytes(0)), nil
	}
	d := b.Cols[0].Datum(0)
	return fmt.Sprintf("%q", types.AppendText(nil, b.Cols[0].Type, &d, types.DefaultStyle())), nil
}

// Null options: the table's, the column's, forced or not.
func TestNullOptions(t *testing.T) {
	sch := schemaOf("a text", "b text", "c text", "d text")
	r := &pushdown.Request{Limit: -1}
	for i := range sch.Columns {
		r.Columns = append(r.Columns, pushdown.Column{Ordinal: i})
	}
	scan := &formats.Scan{Schema: sch, Options: formats.Options{"null": "NA"}, Request: r, Answer: r.RefuseAll(),
		Columns: []formats.Options{nil, {"null": "-"}, {"force_null": "true"}, {"force_not_null": "true"}}}
	rows, err := all(Format{}, []byte("NA,NA,NA,NA\n-,-,-,-\n\"NA\",\"-\",\"NA\",\n"), scan)
	want := []string{`\N|\N|\N|"NA"`, `"-"|\N|"-"|"-"`, `"NA"|"-"|\N|""`}
	if err != nil || strings.Join(rows, "\n") != strings.Join(want, "\n") {
		t.Fatalf("%q, %v", rows, err)
	}
}

// A record that does not fit the budget is an error that says where it begins; the memory is given back.
func TestRecordBeyondBudget(t *testing.T) {
	data := append([]byte("a,b\n1,\""), bytes.Repeat([]byte("x"), 3<<20)...)
	b := budget.New("query", 1<<20, nil)
	src := &sourcetest.Memory{Data: data, NoSize: true}
	in := formats.NewInput(context.Background(), src, src.Info(), &meter.Scan{}, b)
	r := &pushdown.Request{Limit: -1}
	reader, err := Format{}.Open(in, &formats.Scan{Schema: schemaOf("a text", "b text"), Options: formats.Options{"header": "true"}, Request: r, Answer: r.RefuseAll()})
	if err != nil {
		t.Fatal(err)
	}
	err = reader.Next(&vector.Batch{})
	if e := pgerr.From(err); e.Code != pgerr.OutOfMemory || e.Where != "x, line 2" || !strings.Contains(e.Hint, "quote") {
		t.Fatalf("%v @ %s, %s", err, e.Where, e.Hint)
	}
	reader.Close()
	in.Close()
	if b.Used() != 0 {
		t.Fatalf("%d bytes not given back", b.Used())
	}
}

// A large quoted field grows the buffer and is read whole.
func TestLargeField(t *testing.T) {
	big := strings.Repeat("ab\n,", 700_000)
	rows, err := texts(Format{}, []byte("1,x\n2,\""+big+"\"\n3,y\n"), formats.Options{}, 2, formats.Split{})
	if err != nil || len(rows) != 3 || rows[1] != fmt.Sprintf("%q|%q", "2", big) {
		t.Fatalf("%d rows, %v", len(rows), err)
	}
}

// The words and the assembler, of every kind that the processor has, see the same bytes.
func TestClassifiersAgree(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 1))
	for round := range 2000 {
		buf := make([]byte, 64*5)
		for i := range buf {
			switch r.IntN(round%7 + 1) {
			case 0:
				buf[i] = byte(r.IntN(256))
			default:
				buf[i] = "\"',\n\r\x00\xffabc01 "[r.IntN(13)]
			}
			if round%3 == 0 && buf[i] == '\r' {
				buf[i] = 'r'
			}
		}
		want := make([]block, 5)
		for _, q := range []byte{'"', '\'', 0, noQuote} {
			returns := classifyWords(want, buf, q, ',')
			for name, classify := range classifiers() {
				got := make([]block, 5)
				if classify(got, buf, q, ',') != returns {
					t.Fatalf("%s, quote %q: they differ about CRs in %q", name, q, buf)
				}
				for i := range got {
					if g, w := got[i], want[i]; g.quote != w.quote || g.delim != w.delim || g.line != w.line || g.odd != 0 && w.odd == 0 {
						t.Fatalf("%s, quote %q, block %d: %x, %x", name, q, i, g, w)
					}
					for k, c := range buf[i*64 : i*64+64] {
						if bad := c == 0 || c >= 0x80; bad && got[i].odd == 0 {
							t.Fatalf("%s: byte %d of %q is not found odd", name, k, buf)
						}
					}
				}
			}
		}
	}
}
