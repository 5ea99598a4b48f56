package csv

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"math/rand/v2"
	"strings"
	"testing"

	"howdah/bench/orders"
	"howdah/expr"
	"howdah/formats"
	"howdah/formats/formattest"
	"howdah/internal/meter"
	"howdah/pgerr"
	"howdah/pushdown"
	"howdah/sources/sourcetest"
	"howdah/types"
	"howdah/vector"
)

// needleRows are files in which the needles stand in all places: the wanted column, others, quoted, across the ends of
// fields and records, apart by quotes that the value does not have.
var needleRows = []string{
	`urgent,b,c`, `a,urgent,c`, `a,b,urgent`, `a,"urgent",c`, `a,"so ""urgent"" it is",c`, `a,"""urgent",c`, `a,"x` + "\n" + `urgent",c`, `"urg,ent",b,"urgent
"`, `a,urg,ent`, `aurg,entb,c`, `,,`, `"","",""`, `a,URGENT,c`, `a,urgenturgent,c`, `a,"urg""ent",c`, `a,größe,urgen`, `t,x"y"z,"a"`,
}

// looseRows have quotes that the value loses without a trace.
var looseRows = []string{`a,ur"gent",c`, `a,"urg"ent,c`, `a,u"r"g"e"n"t",c`, `a,ur""gent,c`, `"ur"gent,"urg"e"nt",c`, `a,"urg"""ent,c`}

func needleFile(n int, rows []string, eol string) []byte {
	var b bytes.Buffer
	random := rand.New(rand.NewPCG(7, uint64(n)))
	for range n {
		b.WriteString(strings.ReplaceAll(rows[random.IntN(len(rows))], "\n", eol) + eol)
	}
	return b.Bytes()
}

func needleCases(t testing.TB) (cases []formattest.Case) {
	sch := schemaOf("a text", "b text", "c text")
	qual := func(op, v string) expr.Expr { return formattest.Qual(t, sch, "b", op, v) }
	quals := []expr.Expr{qual("~~", "%urgent%"), qual("=", "urgent"), qual("~~", "%g_nt"), qual("=", "größe"), qual("~~", `%"urgent"%`), qual("^@", "u"),
		qual("~~", "x\ny%"), qual("=", "urg\"ent"), formattest.Qual(t, sch, "a", "=", "urgent")}
	sorts := [][]pushdown.SortKey{{formattest.Key(t, sch, "c", true)}}
	for name, eol := range map[string]string{"lf": "\n", "crlf": "\r\n", "cr": "\r"} {
		cases = append(cases, formattest.Case{Name: "needles " + name, Data: needleFile(40, needleRows[:16], eol), Schema: sch, Quals: quals, Sorts: sorts, Rows: 40})
	}
	return append(cases,
		formattest.Case{Name: "loose needles", Data: needleFile(40, append(looseRows, needleRows...), "\n"), Schema: sch, Quals: quals, Rows: 40},
		formattest.Case{Name: "needles without quotes", Data: needleFile(40, []string{"a|urgent|c", `"|"urgent|`, `urgent||`, `a|ur"gent|"`}, "\n"), Schema: sch,
			Options: formats.Options{"quote": "none", "delimiter": "|"}, Quals: quals, Rows: 40},
		formattest.Case{Name: "needles trimmed, null", Data: needleFile(40, []string{"a, urgent ,c", "a,urgent,urgent", "urgent ,b,c"}, "\n"), Schema: sch,
			Options: formats.Options{"trim": "true", "null": "urgent"}, Quals: quals[:2], Rows: 40})
}

func TestConformanceNeedles(t *testing.T) { formattest.Run(t, Format{}, needleCases(t)) }

// With tiny buffers the needle stands at their edges.
func TestConformanceNeedlesTinyChunks(t *testing.T) {
	for _, size := range []int{24, 70} {
		formattest.Run(t, Format{chunkBytes: size}, needleCases(t))
	}
}

// Records without the needle are not laid out, but for those of the chunk that the header is in.
func TestSearchSkips(t *testing.T) {
	var b bytes.Buffer
	if err := orders.Write(&b, 20_000, 1); err != nil {
		t.Fatal(err)
	}
	sch := schemaOf("id bigint", "ts timestamp", "customer text", "country text", "qty int", "price numeric", "discount float8", "paid bool", "note text", "sku text")
	for _, c := range []struct {
		column, op, value string
		most              int64
	}{{"note", "~~", "%urgent%", 3500}, {"customer", "=", "Anna Bauer", 3500}, {"country", "=", "DE", 4000}, {"note", "~~", "%nowhere%", 3000}, {"country", "=", "US", 20_000}} {
		decoded := map[bool]int64{}
		kept := map[bool]int64{}
		for _, off := range []bool{false, true} {
			m := &meter.Scan{}
			r := &pushdown.Request{Limit: -1, Quals: []expr.Expr{formattest.Qual(t, sch, c.column, c.op, c.value)}, Columns: []pushdown.Column{{Ordinal: 0}}}
			if err := drain(Format{noSearch: off}, b.Bytes(), sch, r, m); err != nil {
				t.Fatal(err)
			}
			decoded[off], kept[off] = m.RowsDecoded.Load(), m.RowsKept.Load()
		}
		if kept[false] != kept[true] || decoded[true] != 20_000 || decoded[false] > c.most {
			t.Errorf("%s %s %s: %v decoded, %v kept", c.column, c.op, c.value, decoded, kept)
		}
	}
}

func drain(f Format, data []byte, sch types.Schema, r *pushdown.Request, m *meter.Scan) error {
	src := &sourcetest.Memory{Data: data, Ranged: true}
	in := formats.NewInput(context.Background(), src, src.Info(), m, nil)
	defer in.Close()
	reader, err := f.Open(in, &formats.Scan{Schema: sch, Options: formats.Options{"header": "true"}, Request: r, Answer: f.Offer(sch, nil, r)})
	if err != nil {
		return err
	}
	defer reader.Close()
	for b := (&vector.Batch{}); ; {
		if err := reader.Next(b); err == io.EOF {
			return nil
		} else if err != nil {
			return err
		}
	}
}

// Structure is checked in records without the needle, too, and errors say where.
func TestSearchChecksEveryRecord(t *testing.T) {
	sch := schemaOf("a text", "b int")
	r := func() *pushdown.Request {
		return &pushdown.Request{Limit: -1, Rows: true, Quals: []expr.Expr{formattest.Qual(t, sch, "a", "=", "needle")}, Columns: []pushdown.Column{{Ordinal: 0}, {Ordinal: 1}}}
	}
	for data, want := range map[string]string{
		"x,1\nneedle,2\nx\nneedle,3\n":         `missing data for column "b" (SQLSTATE 22P04) @ x, line 3, row 3: "x"`,
		"x,1\nneedle,2\nx,1,2\n":               `extra data after last expected column (SQLSTATE 22P04) @ x, line 3, row 3: "x,1,2"`,
		"x,1\nneedle,2\n\xff,1\n":              `invalid byte sequence for encoding "UTF8": 0xff (SQLSTATE 22021) @ x, line 3, byte 1 of the line`,
		"x,1\nneedle,2\n\"x,1\n":               `unterminated CSV quoted field (SQLSTATE 22P04) @ x, line 3`,
		"x,1\n\"y\ny\",2\nneedle,2x\nneedle,3": `invalid input syntax for type integer: "2x" (SQLSTATE 22P02) @ x, line 4, row 3, column b: "2x"`,
	} {
		for _, f := range []Format{{}, {noSearch: true}} {
			request := r()
			_, err := all(f, []byte(data), &formats.Scan{Schema: sch, Request: request, Answer: f.Offer(sch, nil, request), Table: "t"})
			if e := pgerr.From(err); err == nil || e.Error()+" @ "+e.Where != want {
				t.Errorf("%q, %+v:\n got %v @ %s\nwant %s", data, f, err, e.Where, want)
			}
		}
	}
}

// FuzzSearch compares a scan that searches with one that does not.
func FuzzSearch(f *testing.F) {
	for _, rows := range [][]string{needleRows, looseRows} {
		for i := range rows {
			f.Add(needleFile(i+1, rows[:i+1], "\n"), "urgent", uint8(20))
			f.Add(needleFile(i+1, rows[i:], "\r\n"), "u", uint8(70))
		}
	}
	f.Add([]byte("a,b,c\n\"\n"), "b", uint8(1))
	sch := schemaOf("a text", "b text", "c text")
	f.Fuzz(func(t *testing.T, data []byte, needle string, size uint8) {
		if bytes.HasPrefix(data, []byte("\x1f\x8b")) || strings.ContainsRune(needle, 0) {
			return
		}
		for _, op := range []string{"=", "~~"} {
			if op == "~~" {
				if needle = "%" + needle + "%"; strings.HasSuffix(needle, `\%`) {
					return
				}
			}
			for _, chunk := range []int{int(size) + 4, 0} {
				var got [2]string
				for i, format := range []Format{{chunkBytes: chunk}, {chunkBytes: chunk, noSearch: true}} {
					r := &pushdown.Request{Limit: -1, Rows: true, Quals: []expr.Expr{formattest.Qual(t, sch, "b", op, needle)},
						Columns: []pushdown.Column{{Ordinal: 0}, {Ordinal: 1}, {Ordinal: 2}}}
					rows, err := all(format, data, &formats.Scan{Schema: sch, Request: r, Answer: format.Offer(sch, nil, r)})
					got[i] = fmt.Sprintf("%s\n%v", strings.Join(rows, "\n"), err)
				}
				if got[0] != got[1] {
					t.Fatalf("%q %s %q, buffer %d:\n%s\nwant %s", data, op, needle, chunk, got[0], got[1])
				}
			}
		}
	})
}
