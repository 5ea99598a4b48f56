package csv

import (
	"bytes"
	"context"
	"io"
	"path"

	"howdah/expr"
	"howdah/formats"
	"howdah/formats/internal/sift"
	"howdah/internal/options"
	"howdah/pushdown"
	"howdah/types"
	"howdah/vector"
)

// Format is delimited text. The zero value is ready.
type Format struct {
	chunkBytes int  // read at once; 0 = chunkBytes
	noSearch   bool // every record is laid out, whatever the quals demand
	dirty      bool // Infer takes no notice of bytes that are no characters
}

var (
	_ formats.Forgiver = Format{}
	_ formats.Format   = Format{}
	_ formats.Splitter = Format{}
)

// Spec declares the format.
func (Format) Spec() formats.Spec {
	return formats.Spec{
		Name:       "csv",
		Extensions: []string{".csv", ".tsv", ".tab", ".psv", ".txt"},
		Sniff:      sniff,
		Options:    Options{},
		Column:     ColumnOptions{},
	}
}

// Forgiving implements formats.Forgiver.
func (f Format) Forgiving() formats.Format {
	f.dirty = true
	return f
}

// Offer implements formats.Format: quals, top-N and LIMIT.
func (Format) Offer(sch types.Schema, _ formats.Options, r *pushdown.Request) pushdown.Answer {
	return pushdown.Offer(sch, r)
}

// Open starts reading a file, or a split of it.
func (f Format) Open(in *formats.Input, scan *formats.Scan) (formats.Reader, error) {
	d, err := parse(scan.Options)
	if err != nil {
		return nil, err
	}
	r := &reader{in: in, d: d, winners: pushdown.NewWinners(in.Budget()), table: scan.Table, style: types.DefaultStyle()}
	if scan.Env != nil && scan.Env.Style != nil {
		r.style = scan.Env.Style
	}
	r.chunk.size = f.size(in)
	if err := r.setColumns(scan); err != nil {
		return nil, err
	}
	env := scan.Env
	if env == nil {
		env = &expr.Env{Ctx: context.Background(), Style: r.style}
	}
	if r.late, err = pushdown.NewLate(scan.Request, scan.Answer, env, in.Meter(), in.Budget()); err != nil {
		return nil, err
	}
	r.late.Decode = func(ordinal int, out *vector.Column, sel []int32, text bool) error {
		return r.decode(&r.columns[ordinal], out, sel, text)
	}
	r.late.RowNumber, r.late.Sought = r.rowNumber, scan.Sought
	for _, c := range r.columns {
		r.late.Types = append(r.late.Types, c.typ)
	}
	if r.sift = sift.New(scan.Rejects, scan.Schema.Columns); r.sift != nil {
		r.sift.Describe, r.chunk.forgiving = r.describe, true
	}
	if err := r.open(scan); err != nil {
		r.Close()
		return nil, err
	}
	if !f.noSearch && r.sift == nil {
		r.chunk.search = newSearch(r.d, r.columns, pushdown.Needles(scan.Request, scan.Answer, env))
	}
	return r, nil
}

// size is how large the first buffer is: small files need no large one.
func (f Format) size(in *formats.Input) int {
	if f.chunkBytes > 0 {
		return f.chunkBytes
	}
	if n := in.Size(); n >= 0 && n < chunkBytes {
		if compressed, err := in.Compressed(); err == nil && !compressed {
			return int(n) + int(n)/2 + 16 // room for an encoding that takes less
		}
	}
	return chunkBytes
}

// setColumns reads each column's options and lays out the table's columns over the fields.
func (r *reader) setColumns(scan *formats.Scan) error {
	r.columns = make([]column, len(scan.Schema.Columns))
	for i, c := range scan.Schema.Columns {
		var o ColumnOptions
		hasNull := false
		if i < len(scan.Columns) && scan.Columns[i] != nil {
			if err := options.Decode(scan.Columns[i], &o); err != nil {
				return err
			}
			_, hasNull = scan.Columns[i]["null"]
		}
		r.columns[i] = newColumn(i, c, o, hasNull)
		if o.Name != "" || o.Position != 0 {
			r.mapped = true
		}
		r.given = append(r.given, o)
	}
	r.width = len(r.columns)
	return nil
}

// name is how errors call the file.
func name(in *formats.Input) string { return path.Base(in.Info().Path) }

// openBytes opens the split's bytes as UTF-8.
func openBytes(in *formats.Input, enc string, s formats.Split, forgiving bool) (io.ReadCloser, io.Reader, error) {
	var raw io.ReadCloser
	var err error
	if s.Off > 0 || s.Len > 0 {
		n := s.Len
		if n == 0 {
			n = -1
		}
		raw, err = in.ReadRange(s.Off, n)
	} else {
		raw, err = in.Reader()
	}
	if err != nil {
		return nil, nil, err
	}
	text, err := transcode(raw, enc, name(in), forgiving)
	if err != nil {
		raw.Close()
		return nil, nil, err
	}
	return raw, text, nil
}

// sniff tells whether the beginning of a file may be delimited text.
func sniff(head []byte) formats.Likelihood {
	if len(head) == 0 {
		return formats.Perhaps
	}
	head = bytes.TrimPrefix(head, []byte("\xEF\xBB\xBF"))
	if isBinary(head) || isHTML(head) {
		return formats.No
	}
	if t := bytes.TrimLeft(head, " \t\r\n"); len(t) > 0 && (t[0] == '{' || t[0] == '[') {
		return formats.No
	}
	return formats.Perhaps
}
