package csv

import (
	"context"
	"fmt"
	"io"
	"strings"
	"testing"
	"unicode/utf8"

	"howdah/formats"
	"howdah/internal/meter"
	"howdah/pgerr"
	"howdah/pushdown"
	"howdah/sources/sourcetest"
	"howdah/types"
	"howdah/vector"
)

// reference reads CSV in the plainest way, byte by byte, after CopyReadAttributesCSV; each line end ends a record.
func reference(data string, d *dialect, width int) (rows []string, err error) {
	data = strings.TrimPrefix(data, "\xEF\xBB\xBF")
	var rec []string
	var field strings.Builder
	quoted, open, begun := false, false, false
	flush := func() {
		v := field.String()
		if !quoted && v == string(d.null) {
			v = `\N`
		} else {
			v = fmt.Sprintf("%q", v)
		}
		rec = append(rec, v)
		field.Reset()
		quoted = false
	}
	for i := 0; i < len(data); i++ {
		c := data[i]
		if c == 0 {
			return rows, pgerr.CharacterNotInRepertoire
		}
		begun = true
		switch {
		case open && c == d.escape && i+1 < len(data) && (data[i+1] == d.quote || data[i+1] == d.escape):
			i++
			field.WriteByte(data[i])
		case open && c == d.quote:
			open = false
		case open:
			field.WriteByte(c)
		case c == d.quote:
			open, quoted = true, true
		case c == d.delim:
			flush()
		case c == '\n' || c == '\r':
			if c == '\r' && i+1 < len(data) && data[i+1] == '\n' {
				i++
			}
			flush()
			if len(rec) != width {
				return rows, pgerr.BadCopyFileFormat
			}
			rows, rec, begun = append(rows, strings.Join(rec, "|")), nil, false
		default:
			field.WriteByte(c)
		}
	}
	if open {
		return rows, pgerr.BadCopyFileFormat
	}
	if begun {
		flush()
		if len(rec) != width {
			return rows, pgerr.BadCopyFileFormat
		}
		rows = append(rows, strings.Join(rec, "|"))
	}
	return rows, nil
}

// texts reads data as width text columns.
func texts(f Format, data []byte, opt formats.Options, width int, split formats.Split) (rows []string, err error) {
	var sch types.Schema
	r := &pushdown.Request{Limit: -1}
	for i := range width {
		sch.Columns = append(sch.Columns, types.Column{Name: fmt.Sprintf("c%d", i), Type: types.Of(types.TextOID), Collation: types.CCollation})
		r.Columns = append(r.Columns, pushdown.Column{Ordinal: i})
	}
	return all(f, data, &formats.Scan{Schema: sch, Options: opt, Request: r, Answer: r.RefuseAll(), Table: "t", Split: split})
}

// all gives the rows of a scan, values in Go's quotes.
func all(f Format, data []byte, scan *formats.Scan) (rows []string, err error) {
	src := &sourcetest.Memory{Data: data, Ranged: true}
	in := formats.NewInput(context.Background(), src, src.Info(), &meter.Scan{}, nil)
	defer in.Close()
	reader, err := f.Open(in, scan)
	if err != nil {
		return nil, err
	}
	defer reader.Close()
	var b vector.Batch
	for {
		if err := reader.Next(&b); err == io.EOF {
			return rows, nil
		} else if err != nil {
			return rows, err
		}
		for _, i := range b.Sel {
			var parts []string
			for _, c := range scan.Request.Columns {
				if col := b.Cols[c.Ordinal]; col.Null(i) {
					parts = append(parts, `\N`)
				} else {
					d := col.Datum(i)
					parts = append(parts, fmt.Sprintf("%q", types.AppendText(nil, col.Type, &d, types.DefaultStyle())))
				}
			}
			rows = append(rows, strings.Join(parts, "|"))
		}
	}
}

// FuzzCSV compares the reader, at several sizes of buffer and in splits, with the reference.
func FuzzCSV(f *testing.F) {
	for _, s := range []string{"a,b\n1,2\n", "\"x\r\ny\",\"\"\"\"\r\n,\r\n", "a\rb\rc", "\"open", "ü,é\n\xff,1\n", "a\x00b,1", "1,2,3\n4\n", "\"a\"b\"c,\"d\n\",e\n", "\\\"a,\"\\\"\",\n", "\r\n\r\n"} {
		f.Add([]byte(s), uint8(2), uint8(0), uint8(16))
		f.Add([]byte(s), uint8(1), uint8(1), uint8(1))
	}
	dialects := []formats.Options{{}, {"escape": `\`}, {"quote": "none", "delimiter": ";"}, {"quote": "'", "null": "NULL", "delimiter": "|"}}
	f.Fuzz(func(t *testing.T, data []byte, width, which, size uint8) {
		opt := dialects[int(which)%len(dialects)]
		d, err := parse(opt)
		if err != nil {
			t.Fatal(err)
		}
		w := int(width)%4 + 1
		if strings.HasPrefix(string(data), "\x1f\x8b") {
			return // Input decompresses
		}
		want, wantErr := reference(string(data), d, w)
		if !utf8.Valid(data) {
			wantErr = pgerr.CharacterNotInRepertoire
		}
		for _, chunk := range []int{int(size) + 1, 0} {
			got, gotErr := texts(Format{chunkBytes: chunk}, data, opt, w, formats.Split{})
			compare(t, data, got, want, gotErr, wantErr)
		}
		if wantErr != nil {
			return
		}
		src := &sourcetest.Memory{Data: data, Ranged: true}
		in := formats.NewInput(context.Background(), src, src.Info(), &meter.Scan{}, nil)
		defer in.Close()
		splits, err := Format{}.Splits(in, opt, int64(size)+1)
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, s := range splits {
			rows, err := texts(Format{chunkBytes: 32}, data, opt, w, s)
			if err != nil {
				t.Fatalf("%q split %v: %v", data, splits, err)
			}
			got = append(got, rows...)
		}
		compare(t, data, got, want, nil, nil)
	})
}

// compare wants the same rows and error or not. Rows before an error may be fewer: they come by batches.
func compare(t *testing.T, data []byte, got, want []string, gotErr, wantErr error) {
	t.Helper()
	if (gotErr == nil) != (wantErr == nil) {
		t.Fatalf("%q: error %v, want %v", data, gotErr, wantErr)
	}
	if gotErr != nil {
		if e := pgerr.From(gotErr); e.Code != pgerr.BadCopyFileFormat && e.Code != pgerr.CharacterNotInRepertoire {
			t.Fatalf("%q: %v", data, gotErr)
		}
		want = want[:min(len(want), len(got))]
	}
	if strings.Join(got, "\n") != strings.Join(want, "\n") {
		t.Fatalf("%q:\n%q, want\n%q", data, got, want)
	}
}
