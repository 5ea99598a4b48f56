package json

import (
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

// Format is JSON documents, or lines of JSON. The zero value is the former.
type Format struct {
	Lines      bool // NDJSON: each line holds one value
	chunkBytes int  // read at once; 0 = chunkBytes
	dirty      bool // Infer takes no notice of lines that are broken
}

var (
	_ formats.Forgiver = Format{}
	_ formats.Format   = Format{}
	_ formats.Splitter = Format{}
)

// Spec declares the format.
func (f Format) Spec() formats.Spec {
	if f.Lines {
		return formats.Spec{Name: "ndjson", Extensions: []string{".ndjson", ".jsonl", ".ldjson"}, Sniff: sniffLines, Options: LineOptions{}, Column: ColumnOptions{}, ByName: true}
	}
	return formats.Spec{Name: "json", Extensions: []string{".json", ".geojson"}, Sniff: sniff, Options: Options{}, Column: ColumnOptions{}, ByName: true}
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
	l, err := f.parse(scan.Options)
	if err != nil {
		return nil, err
	}
	r := &reader{in: in, l: l, winners: pushdown.NewWinners(in.Budget()), table: scan.Table, style: types.DefaultStyle()}
	if scan.Env != nil && scan.Env.Style != nil {
		r.style = scan.Env.Style
	}
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
		r.sift.Describe = r.describe
	}
	if err := r.open(scan, f.size(in)); err != nil {
		r.Close()
		return nil, err
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
			return int(n) + 16
		}
	}
	return chunkBytes
}

// setColumns reads each column's options and finds its place in the rows.
func (r *reader) setColumns(scan *formats.Scan) error {
	for i, c := range scan.Schema.Columns {
		var o ColumnOptions
		if i < len(scan.Columns) && scan.Columns[i] != nil {
			if err := options.Decode(scan.Columns[i], &o); err != nil {
				return err
			}
		}
		col := newColumn(i, c)
		var err error
		if col.byName, col.byPlace, err = o.steps(i, c.Name); err != nil {
			return err
		}
		col.whole = o.Path == "$"
		if o.Path != "" {
			col.label = c.Name + " (" + o.Path + ")"
		} else if o.Name != "" && o.Name != c.Name {
			col.label = c.Name + " (" + o.Name + ")"
		}
		r.columns = append(r.columns, col)
	}
	return nil
}

// name is how errors call the file.
func name(in *formats.Input) string { return path.Base(in.Info().Path) }

// openBytes opens the split's bytes.
func openBytes(in *formats.Input, s formats.Split) (io.ReadCloser, error) {
	if s.Off == 0 && s.Len == 0 {
		return in.Reader()
	}
	n := s.Len
	if n == 0 {
		n = -1
	}
	return in.ReadRange(s.Off, n)
}
