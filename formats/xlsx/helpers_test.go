package xlsx

import (
	"archive/zip"
	"bytes"
	"context"
	"flag"
	"fmt"
	"io"
	"os"
	"sort"
	"strings"
	"testing"

	"howdah/expr"
	"howdah/formats"
	"howdah/internal/budget"
	"howdah/internal/meter"
	"howdah/pushdown"
	"howdah/sources/sourcetest"
	"howdah/types"
	"howdah/vector"
)

func TestMain(m *testing.M) {
	flag.Parse()
	if f := flag.Lookup("test.fuzz"); f != nil && f.Value.String() != "" {
		os.Exit(m.Run()) // the fuzzer keeps goroutines of its own
	}
	sourcetest.Main(m, nil)
}

// parts are a workbook's, by name.
type parts map[string]string

const (
	workbookHead = `<?xml version="1.0" encoding="UTF-8" standalone="yes"?>` + "\n" +
		`<workbook xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships">`
	relsHead = `<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">`
	relType  = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/"
)

// workbook is the parts of a workbook of one sheet with the rows, texts and styles given as XML.
func workbook(rows, texts, styles string) parts {
	p := parts{
		"xl/workbook.xml": workbookHead + `<sheets><sheet name="S 1" sheetId="1" r:id="rId1"/></sheets></workbook>`,
		"xl/_rels/workbook.xml.rels": relsHead + `<Relationship Id="rId1" Type="` + relType + `worksheet" Target="worksheets/sheet1.xml"/>` +
			`<Relationship Id="rId2" Type="` + relType + `sharedStrings" Target="sharedStrings.xml"/>` +
			`<Relationship Id="rId3" Type="` + relType + `styles" Target="/xl/styles.xml"/></Relationships>`,
		"xl/worksheets/sheet1.xml": `<worksheet><sheetData>` + rows + `</sheetData></worksheet>`,
	}
	if texts != "" {
		p["xl/sharedStrings.xml"] = `<sst>` + texts + `</sst>`
	}
	if styles != "" {
		p["xl/styles.xml"] = `<styleSheet>` + styles + `</styleSheet>`
	}
	return p
}

// with adds or replaces a part.
func (p parts) with(name, text string) parts {
	q := parts{}
	for k, v := range p {
		q[k] = v
	}
	q[name] = text
	return q
}

func (p parts) zip() []byte {
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	var names []string
	for n := range p {
		names = append(names, n)
	}
	sort.Strings(names)
	for _, n := range names {
		f, err := w.Create(n)
		if err != nil {
			panic(err)
		}
		io.WriteString(f, p[n])
	}
	if err := w.Close(); err != nil {
		panic(err)
	}
	return b.Bytes()
}

// schemaOf makes a schema of "name type" pairs.
func schemaOf(columns ...string) (s types.Schema) {
	for _, c := range columns {
		n, t, _ := strings.Cut(c, " ")
		col := types.Column{Name: n, Type: types.Of(oids[t])}
		if t == "text" {
			col.Collation = types.CCollation
		}
		s.Columns = append(s.Columns, col)
	}
	return s
}

var oids = map[string]types.OID{"smallint": types.Int2OID, "int": types.Int4OID, "bigint": types.Int8OID, "text": types.TextOID, "numeric": types.NumericOID,
	"float8": types.Float8OID, "float4": types.Float4OID, "bool": types.BoolOID, "timestamp": types.TimestampOID, "timestamptz": types.TimestamptzOID, "date": types.DateOID,
	"time": types.TimeOID, "interval": types.IntervalOID, "uuid": types.UUIDOID}

func typeName(o types.OID) string {
	for n, v := range oids {
		if v == o {
			return n
		}
	}
	return fmt.Sprint(o)
}

// env is a session's.
func env() *expr.Env { return &expr.Env{Ctx: context.Background(), Style: types.DefaultStyle()} }

func inputOf(src *sourcetest.Memory, b *budget.Budget) *formats.Input {
	return formats.NewInput(context.Background(), src, src.Info(), &meter.Scan{}, b)
}

// scan reads a file with a declared schema.
func scan(in *formats.Input, sch types.Schema, opt formats.Options, cols []formats.Options) (rows []string, err error) {
	r := &pushdown.Request{Limit: -1}
	for i := range sch.Columns {
		r.Columns = append(r.Columns, pushdown.Column{Ordinal: i})
	}
	reader, err := Format{}.Open(in, &formats.Scan{Schema: sch, Columns: cols, Options: opt, Request: r, Answer: r.RefuseAll(), Env: env(), Table: "t"})
	if err != nil {
		return nil, err
	}
	defer reader.Close()
	b := &vector.Batch{}
	for {
		err := reader.Next(b)
		if err == io.EOF {
			return rows, nil
		}
		if err != nil {
			return rows, err
		}
		for _, i := range b.Sel {
			var fields []string
			for k := range sch.Columns {
				if b.Cols[k].Null(i) {
					fields = append(fields, `\N`)
					continue
				}
				fields = append(fields, string(vector.AppendText(nil, b.Cols[k], i, types.DefaultStyle())))
			}
			rows = append(rows, strings.Join(fields, "|"))
		}
	}
}

// inferred reads a file with the schema that it is said to have.
func inferred(data []byte, opt formats.Options) (schema string, rows []string, err error) {
	in := inputOf(&sourcetest.Memory{Data: data, Ranged: true}, nil)
	defer in.Close()
	if opt == nil {
		opt = formats.Options{}
	}
	inf, err := Format{}.Infer(in, opt)
	if err != nil {
		return "", nil, err
	}
	all := formats.Options{}
	for k, v := range inf.Options {
		all[k] = v
	}
	for k, v := range opt {
		all[k] = v
	}
	var names []string
	for _, c := range inf.Schema.Columns {
		names = append(names, c.Name+" "+typeName(c.Type.OID))
	}
	rows, err = scan(in, inf.Schema, all, nil)
	return strings.Join(names, ", "), rows, err
}

// read reads a file with a schema.
func read(data []byte, opt formats.Options, columns ...string) ([]string, error) {
	in := inputOf(&sourcetest.Memory{Data: data, Ranged: true}, nil)
	defer in.Close()
	return scan(in, schemaOf(columns...), opt, nil)
}

func memory(data []byte) *sourcetest.Memory { return &sourcetest.Memory{Data: data, Ranged: true} }
