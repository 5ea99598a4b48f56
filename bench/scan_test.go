package bench

import (
	"context"
	"io"
	"os"
	"strings"
	"syscall"
	"testing"
	"time"

	"howdah/bench/orders"
	"howdah/expr"
	"howdah/formats"
	"howdah/formats/all"
	"howdah/internal/meter"
	"howdah/pushdown"
	"howdah/sources/local"
	"howdah/types"
	"howdah/vector"
)

// sizes are the rows of the files that are scanned.
var sizes = []struct {
	format string
	rows   int
}{{"csv", 500_000}, {"ndjson", 500_000}, {"json", 500_000}, {"xlsx", 200_000}, {"ods", 100_000}, {"xls", 60_000}}

// file is what is scanned: $HOWDAH_BENCH_FILE where it ends like the format, or one made for this run.
func file(b testing.TB, format string, rows int) string {
	if f := os.Getenv("HOWDAH_BENCH_FILE"); strings.HasSuffix(f, "."+format) {
		return f
	}
	f, err := os.Create(b.TempDir() + "/orders." + format)
	if err != nil {
		b.Fatal(err)
	}
	defer f.Close()
	if err := orders.Encode(f, format, rows, orders.Seed); err != nil {
		b.Fatal(err)
	}
	return f.Name()
}

var schema = func() (s types.Schema) {
	for _, c := range strings.Split(strings.ReplaceAll(orders.Columns, "(10,2)", ""), ", ") {
		name, typ, _ := strings.Cut(c, " ")
		t := types.Of(map[string]types.OID{"bigint": types.Int8OID, "timestamp": types.TimestampOID, "text": types.TextOID, "int": types.Int4OID,
			"numeric": types.NumericOID, "float8": types.Float8OID, "bool": types.BoolOID}[typ])
		if typ == "numeric" {
			t.Typmod = types.NumericTypmod(10, 2)
		}
		coll := types.NoCollation
		if typ == "text" {
			coll = types.CCollation
		}
		s.Columns = append(s.Columns, types.Column{Name: name, Type: t, Collation: coll})
	}
	return s
}()

func input(b testing.TB, path string) *formats.Input {
	f, err := local.Factory(local.Config{Roots: []string{path}})
	if err != nil {
		b.Fatal(err)
	}
	src, err := f.Open("file", nil)
	if err != nil {
		b.Fatal(err)
	}
	info, err := src.Stat(context.Background(), path)
	if err != nil {
		b.Fatal(err)
	}
	return formats.NewInput(context.Background(), src, info, &meter.Scan{}, nil)
}

func cpu() time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		panic(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// scan reads the file once for a request and gives the rows that came.
func scan(b testing.TB, f formats.Format, path string, req *pushdown.Request, see func(*vector.Batch)) (rows int) {
	in := input(b, path)
	defer in.Close()
	opt := formats.Options{"header": "true"}
	if name := f.Spec().Name; name == "json" || name == "ndjson" {
		opt = nil
	}
	r, err := f.Open(in, &formats.Scan{Schema: schema, Options: opt, Request: req, Answer: f.Offer(schema, opt, req),
		Env: &expr.Env{Ctx: context.Background(), Style: types.DefaultStyle()}, Table: "orders"})
	if err != nil {
		b.Fatal(err)
	}
	defer r.Close()
	var batch vector.Batch
	for {
		switch err := r.Next(&batch); {
		case err == io.EOF:
			return rows
		case err != nil:
			b.Fatal(err)
		}
		rows += batch.Live()
		if see != nil {
			see(&batch)
		}
	}
}

func columns(text bool, ordinals ...int) (c []pushdown.Column) {
	for _, o := range ordinals {
		c = append(c, pushdown.Column{Ordinal: o, Text: text})
	}
	return c
}

// BenchmarkScan is what the reader alone needs for the queries of the table of targets.
func BenchmarkScan(b *testing.B) {
	for _, size := range sizes {
		if f := all.Formats().ByName(size.format); f != nil {
			b.Run(size.format, func(b *testing.B) { scanFormat(b, f, file(b, size.format, size.rows)) })
		}
	}
}

func scanFormat(b *testing.B, f formats.Format, path string) {
	info, err := os.Stat(path)
	if err != nil {
		b.Fatal(err)
	}
	all := columns(true, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9)
	for _, q := range []struct {
		name string
		req  pushdown.Request
		see  func(*vector.Batch)
	}{
		{"Q1", pushdown.Request{Limit: -1}, nil},
		{"Q2", pushdown.Request{Limit: -1, Columns: columns(true, 0, 5)}, nil},
		{"Q3", pushdown.Request{Limit: -1, Columns: columns(false, 3, 4, 5)}, nil},
		{"Q4", pushdown.Request{Limit: 10, Columns: all, Sort: []pushdown.SortKey{
			{Ordinal: 5, Type: schema.Columns[5].Type, Desc: true, NullsFirst: true}, {Ordinal: 0, Type: schema.Columns[0].Type}}}, nil},
		{"Q5", pushdown.Request{Limit: -1, Columns: all}, render(all)},
		{"Q6", pushdown.Request{Limit: 10, Columns: all}, nil},
		{"Q7", pushdown.Request{Limit: -1, Columns: all}, nil},
	} {
		b.Run(q.name, func(b *testing.B) {
			switch q.name {
			case "Q2":
				q.req.Quals = germanBulk(b)
			case "Q7":
				q.req.Quals = urgentMonth(b)
			}
			b.SetBytes(info.Size())
			before := cpu()
			rows := 0
			for b.Loop() {
				req := q.req
				rows = scan(b, f, path, &req, q.see)
			}
			b.ReportMetric(float64((cpu()-before).Nanoseconds())/float64(b.N)/1e6, "cpu-ms/op")
			b.ReportMetric(float64(rows), "rows")
		})
	}
}

// render appends COPY's text lines, the least that a consumer of all columns does.
func render(cols []pushdown.Column) func(*vector.Batch) {
	var out []byte
	style := types.DefaultStyle()
	return func(batch *vector.Batch) {
		out = out[:0]
		for _, i := range batch.Sel {
			for _, c := range cols {
				if col := batch.Cols[c.Ordinal]; col.Null(i) {
					out = append(out, `\N`...)
				} else {
					out = vector.AppendText(out, col, i, style)
				}
				out = append(out, '\t')
			}
		}
	}
}
