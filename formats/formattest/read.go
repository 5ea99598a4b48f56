package formattest

import (
	"context"
	"fmt"
	"io"
	"maps"
	"strings"

	"howdah/expr"
	"howdah/formats"
	"howdah/internal/budget"
	"howdah/internal/meter"
	"howdah/pushdown"
	"howdah/sources/sourcetest"
	"howdah/types"
	"howdah/vector"
)

// TypeNames are the types that schemas of tests are written with.
var TypeNames = map[string]types.OID{
	"smallint": types.Int2OID, "int": types.Int4OID, "bigint": types.Int8OID, "text": types.TextOID, "numeric": types.NumericOID,
	"float8": types.Float8OID, "float4": types.Float4OID, "bool": types.BoolOID, "timestamp": types.TimestampOID,
	"timestamptz": types.TimestamptzOID, "date": types.DateOID, "time": types.TimeOID, "interval": types.IntervalOID, "uuid": types.UUIDOID,
}

// Schema makes a schema of "name type" pairs.
func Schema(columns ...string) (s types.Schema) {
	for _, c := range columns {
		n, t, _ := strings.Cut(c, " ")
		col := types.Column{Name: n, Type: types.Of(TypeNames[t])}
		if t == "text" {
			col.Collation = types.CCollation
		}
		s.Columns = append(s.Columns, col)
	}
	return s
}

// Describe writes a schema as Schema reads it, columns apart by ", ".
func Describe(s types.Schema) string {
	var names []string
	for _, c := range s.Columns {
		name := fmt.Sprint(c.Type.OID)
		for n, oid := range TypeNames {
			if oid == c.Type.OID {
				name = n
			}
		}
		names = append(names, c.Name+" "+name)
	}
	return strings.Join(names, ", ")
}

// Env is a session's, for programs of quals.
func Env() *expr.Env { return &expr.Env{Ctx: context.Background(), Style: types.DefaultStyle()} }

// Memory is a source of one object that is read at offsets.
func Memory(data []byte) *sourcetest.Memory { return &sourcetest.Memory{Data: data, Ranged: true} }

// Input is the door to a source's object. The caller closes it.
func Input(src *sourcetest.Memory, b *budget.Budget) *formats.Input {
	return formats.NewInput(context.Background(), src, src.Info(), &meter.Scan{}, b)
}

// manyValues is where Scan stops reading a file that repeats itself.
const manyValues = 4_000_000

// Scan reads a file with a declared schema: values as PostgreSQL prints them, joined by "|", NULL as "\N".
func Scan(f formats.Format, in *formats.Input, sch types.Schema, opt formats.Options, cols []formats.Options) (rows []string, err error) {
	r := &pushdown.Request{Limit: -1}
	for i := range sch.Columns {
		r.Columns = append(r.Columns, pushdown.Column{Ordinal: i})
	}
	reader, err := f.Open(in, &formats.Scan{Schema: sch, Columns: cols, Options: opt, Request: r, Answer: r.RefuseAll(), Env: Env(), Table: "t"})
	if err != nil {
		return nil, err
	}
	defer reader.Close()
	b := &vector.Batch{}
	for len(rows)*len(sch.Columns) <= manyValues {
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
	return rows, nil
}

// Inferred reads a file with the schema that it is said to have.
func Inferred(f formats.Format, data []byte, opt formats.Options) (schema string, rows []string, err error) {
	in := Input(Memory(data), nil)
	defer in.Close()
	if opt == nil {
		opt = formats.Options{}
	}
	inf, err := f.Infer(in, opt)
	if err != nil {
		return "", nil, err
	}
	all := formats.Options{}
	maps.Copy(all, inf.Options)
	maps.Copy(all, opt)
	rows, err = Scan(f, in, inf.Schema, all, nil)
	return Describe(inf.Schema), rows, err
}

// Read reads a file with a schema of "name type" pairs.
func Read(f formats.Format, data []byte, opt formats.Options, columns ...string) ([]string, error) {
	in := Input(Memory(data), nil)
	defer in.Close()
	return Scan(f, in, Schema(columns...), opt, nil)
}
