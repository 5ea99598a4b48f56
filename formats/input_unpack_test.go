package formats_test

import (
	"archive/zip"
	"bytes"
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/klauspost/compress/flate"
	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zstd"
	"github.com/pierrec/lz4/v4"
	"github.com/ulikunitz/xz"

	"howdah/expr"
	"howdah/formats"
	"howdah/formats/csv"
	"howdah/formats/json"
	"howdah/internal/budget"
	"howdah/internal/meter"
	"howdah/internal/s3test"
	"howdah/pgerr"
	"howdah/pushdown"
	"howdah/sources"
	"howdah/sources/all"
	"howdah/sources/archive"
	"howdah/sources/sourcetest"
	"howdah/types"
	"howdah/vector"
)

// member is a file of a zip archive to be.
type member struct {
	name   string
	method uint16
	data   []byte
}

func zipOf(members ...member) []byte {
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	for _, m := range members {
		f, err := w.CreateHeader(&zip.FileHeader{Name: m.name, Method: m.method})
		if err != nil {
			panic(err)
		}
		f.Write(m.data)
	}
	w.Close()
	return b.Bytes()
}

// envelopes pack content in every way that is read.
func envelopes(t testing.TB) map[string]func([]byte) []byte {
	return map[string]func([]byte) []byte{
		"gzip": func(data []byte) []byte { return pack(data[:len(data)/2], data[len(data)/2:]) },
		"zstd": func(data []byte) []byte {
			w, err := zstd.NewWriter(nil, zstd.WithEncoderConcurrency(1))
			if err != nil {
				t.Fatal(err)
			}
			return w.EncodeAll(data, nil)
		},
		"xz": func(data []byte) []byte {
			var b bytes.Buffer
			w, err := xz.WriterConfig{DictCap: 1 << 16}.NewWriter(&b)
			if err != nil {
				t.Fatal(err)
			}
			w.Write(data)
			w.Close()
			return b.Bytes()
		},
		"lz4": lz4Of,
		"zip": func(data []byte) []byte {
			return zipOf(member{"d/", zip.Store, nil}, member{"d/x", zip.Deflate, data}, member{"__MACOSX/d/._x", zip.Store, []byte("noise")})
		},
		"zip, stored": func(data []byte) []byte { return zipOf(member{"x", zip.Store, data}) },
		"zip of gzip": func(data []byte) []byte { return zipOf(member{"x", zip.Deflate, pack(data)}) },
	}
}

func TestWhatIsCompressedIsFoundByContent(t *testing.T) {
	check := sourcetest.NoLeaks(t)
	text := sourcetest.Content(1 << 20)
	for name, envelope := range envelopes(t) {
		text := text
		if name == "xz" { // slow
			text = text[:200<<10]
		}
		data := envelope(text)
		for _, m := range []*sourcetest.Memory{{}, {Ranged: true}, {Far: true}, {Far: true, Ranged: true}, {NoSize: true, Far: true}} {
			m.Data = data
			in := open(t.Context(), m)
			compressed, err := in.Compressed()
			if !compressed || err != nil {
				t.Fatalf("%s: %v, %v", name, compressed, err)
			}
			if ranges, err := in.Ranges(); ranges || err != nil {
				t.Errorf("%s: %v, %v", name, ranges, err)
			}
			for range 2 { // a second pass starts anew
				got, err := readAll(in.Input)
				if err != nil || !bytes.Equal(got, text) {
					t.Fatalf("%s: %d bytes, %v", name, len(got), err)
				}
			}
			in.Close()
			if m.Open() != 0 || in.budget.Used() != 0 {
				t.Errorf("%s: left: %d readers, %d bytes", name, m.Open(), in.budget.Used())
			}
			if n := in.meter.BytesRead.Load(); n > 3*int64(len(data))+2<<20 {
				t.Errorf("%s: %d bytes read of %d", name, n, len(data))
			}
		}
	}
	check()
}

func TestPackedOnceOnly(t *testing.T) {
	e := envelopes(t)
	text := sourcetest.Content(10_000)
	workbook := zipOf(member{"[Content_Types].xml", zip.Deflate, text}, member{"xl/workbook.xml", zip.Deflate, text})
	odd := zipOf(member{"other.bin", zip.Deflate, text}, member{"[Content_Types].xml", zip.Deflate, text})
	ods := zipOf(member{"mimetype", zip.Store, []byte("application/vnd.oasis.opendocument.spreadsheet")}, member{"content.xml", zip.Deflate, text})
	for name, c := range map[string]struct {
		data, want []byte
		code       pgerr.Code
	}{
		"gzip of gzip":           {e["gzip"](e["gzip"](text)), nil, "0A000"},
		"xz of zstd":             {e["xz"](e["zstd"](text)), nil, "0A000"},
		"zip of gzip of gzip":    {e["zip of gzip"](e["gzip"](text)), nil, "0A000"},
		"gzip of zip":            {e["gzip"](e["zip"](text)), nil, "0A000"},
		"zip of zip":             {e["zip"](e["zip"](text)), nil, "0A000"},
		"several":                {zipOf(member{"a", zip.Store, text}, member{"b", zip.Store, text}), nil, "42809"},
		"nothing":                {zipOf(), nil, "42809"},
		"folders alone":          {zipOf(member{"a/", zip.Store, nil}), nil, "42809"},
		"rar":                    {[]byte("Rar!\x1a\x07\x01\x00 and so on"), nil, "0A000"},
		"a workbook":             {workbook, workbook, ""},
		"a workbook, odd order":  {odd, odd, ""},
		"an ods":                 {ods, ods, ""},
		"gzip of a workbook":     {e["gzip"](workbook), workbook, ""},
		"zip of a workbook":      {e["zip"](workbook), workbook, ""},
		"nearly bzip2":           {[]byte("BZh9,b\n1,2\n"), []byte("BZh9,b\n1,2\n"), ""},
		"nearly zip":             {[]byte("PK,b\n1,2\n"), []byte("PK,b\n1,2\n"), ""},
		"gzip of nothing":        {pack(nil), nil, ""},
		"zip of an empty member": {zipOf(member{"x", zip.Deflate, nil}), nil, ""},
	} {
		got, err := open(t.Context(), &sourcetest.Memory{Data: c.data, Far: true, Ranged: true}).all()
		if c.code == "" && (err != nil || !bytes.Equal(got, c.want)) || c.code != "" && !errors.Is(err, c.code) {
			t.Errorf("%s: %d bytes, %v", name, len(got), err)
		}
	}
}

// A limit stops a bomb; without one, memory is flat however much comes.
func TestLimitsOfUnpacking(t *testing.T) {
	const size = 24 << 20
	zeros := make([]byte, 1<<20)
	fill := func(w io.WriteCloser) {
		for range size >> 20 {
			w.Write(zeros)
		}
		w.Close()
	}
	bombs := map[string][]byte{}
	var b bytes.Buffer
	zw, _ := zstd.NewWriter(&b, zstd.WithEncoderConcurrency(1))
	fill(zw)
	bombs["zstd"] = bytes.Clone(b.Bytes())
	b.Reset()
	fill(gzip.NewWriter(&b))
	bombs["gzip"] = bytes.Clone(b.Bytes())
	b.Reset()
	w := zip.NewWriter(&b)
	f, _ := w.Create("x.csv")
	for range size >> 20 {
		f.Write(zeros)
	}
	w.Close()
	bombs["zip"] = bytes.Clone(b.Bytes())
	b.Reset()
	xw, _ := xz.WriterConfig{DictCap: 1 << 20}.NewWriter(&b)
	for range 18 {
		xw.Write(zeros)
	}
	xw.Close()
	bombs["xz"] = bytes.Clone(b.Bytes())
	for name, data := range bombs {
		m := &sourcetest.Memory{Data: data, Ranged: true}
		for _, max := range []int64{1 << 20} {
			in := formats.NewInput(t.Context(), sources.WithMaxUnpacked(m, max), m.Info(), new(meter.Scan), nil)
			r, err := in.Reader()
			if err != nil {
				t.Fatal(err)
			}
			n, err := io.Copy(io.Discard, r)
			r.Close()
			in.Close()
			e := pgerr.From(err)
			if !errors.Is(err, pgerr.ProgramLimitExceeded) || n > max || !strings.Contains(e.Message, fmt.Sprint(max)) || !strings.Contains(e.Hint, "max_decompressed") {
				t.Errorf("%s, at most %d: %d bytes, %v", name, max, n, err)
			}
		}
		var before, after runtime.MemStats
		runtime.GC()
		runtime.ReadMemStats(&before)
		in := open(t.Context(), m)
		r, err := in.Reader()
		if err != nil {
			t.Fatal(err)
		}
		n, err := io.Copy(io.Discard, r)
		runtime.GC()
		runtime.ReadMemStats(&after)
		r.Close()
		in.Close()
		if err != nil || n < 18<<20 || int64(after.HeapAlloc)-int64(before.HeapAlloc) > 24<<20 || in.budget.Peak() > 16<<20 {
			t.Errorf("%s: %d bytes, %v, heap %d, budget %d", name, n, err, int64(after.HeapAlloc)-int64(before.HeapAlloc), in.budget.Peak())
		}
	}
}

// zeros256 is 256 MiB of zeros, packed by bzip2 1.0.8.
const zeros256 = "QlpoOTFBWSZTWQ4J4t8BX45AAMAAAAggADCATUZCoCWpCoCXMUFZJlNZDgni3wFfjkAAwAAACCAAMIBNRkKgJakKgJcxQVkmU1kOCeLfAV+OQADAAAAIIAAwgE1GQqAlqQqAlzFBWSZTWQ4J4t8BX45AAMAAAAggADCATUZCoCWpCoCXMUFZJlNZDgni3wFfjkAAwAAACCAAMIBNRkKgJakKgJcxQVkmU1kezuTbASo/wADABAAIIAAwzAUppqqoSRsAIkjxdyRThQkGsXyvAA=="

// Ten gigabytes and more of zeros, in files of a few megabytes: they stop at the limit, whatever their headers say.
func TestBombsOfManyGigabytes(t *testing.T) {
	const unit, size, max = 64 << 20, 10 << 30, 20 << 20
	zeros := make([]byte, unit)
	bz, err := base64.StdEncoding.DecodeString(zeros256)
	if err != nil {
		t.Fatal(err)
	}
	var gz, xb, fl bytes.Buffer
	gw := gzip.NewWriter(&gz)
	gw.Write(zeros)
	gw.Close()
	xw, err := xz.WriterConfig{DictCap: 1 << 16}.NewWriter(&xb)
	if err != nil {
		t.Fatal(err)
	}
	xw.Write(zeros[:8<<20])
	xw.Close()
	zw, err := zstd.NewWriter(nil, zstd.WithEncoderConcurrency(1))
	if err != nil {
		t.Fatal(err)
	}
	// Deflate flushed at a byte's edge goes on with the same once more.
	fw, err := flate.NewWriter(&fl, 1)
	if err != nil {
		t.Fatal(err)
	}
	fw.Write(zeros)
	fw.Flush()
	deflated := append(bytes.Repeat(fl.Bytes(), size/unit), 3, 0)
	var zb bytes.Buffer
	w := zip.NewWriter(&zb)
	f, err := w.CreateRaw(&zip.FileHeader{Name: "x.csv", Method: zip.Deflate, UncompressedSize64: size, CompressedSize64: uint64(len(deflated))})
	if err != nil {
		t.Fatal(err)
	}
	f.Write(deflated)
	w.Close()
	for name, data := range map[string][]byte{
		"gzip": bytes.Repeat(gz.Bytes(), size/unit), "zstd": bytes.Repeat(zw.EncodeAll(zeros, nil), size/unit), "xz": bytes.Repeat(xb.Bytes(), size/(8<<20)),
		"bzip2": bytes.Repeat(bz, size>>28), "zip": zb.Bytes(),
	} {
		m := &sourcetest.Memory{Data: data, Ranged: true}
		b := budget.New("b", 48<<20, nil)
		in := formats.NewInput(t.Context(), sources.WithMaxUnpacked(m, max), m.Info(), new(meter.Scan), b)
		r, err := in.Reader()
		if err != nil {
			t.Fatal(name, err)
		}
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		n, err := io.Copy(io.Discard, r)
		runtime.GC()
		runtime.ReadMemStats(&after)
		r.Close()
		in.Close()
		if !errors.Is(err, pgerr.ProgramLimitExceeded) || n > max || int64(after.HeapAlloc)-int64(before.HeapAlloc) > 24<<20 || b.Used() != 0 {
			t.Errorf("%s of %d bytes: %d bytes, %v, heap %d", name, len(data), n, err, int64(after.HeapAlloc)-int64(before.HeapAlloc))
		}
	}
}

// What unpacks ahead of the reader ends with it, whenever that is.
func TestUnpackingAheadEnds(t *testing.T) {
	check := sourcetest.NoLeaks(t)
	stop := pgerr.New(pgerr.QueryCanceled, "canceling statement due to user request")
	data := pack(sourcetest.Content(4 << 20))
	for _, far := range []bool{true, false} {
		for _, read := range []int{0, 1, 600 << 10, 700 << 10, 3 << 20} {
			m := &sourcetest.Memory{Data: data, Far: far, Ranged: true}
			ctx, cancel := context.WithCancelCause(t.Context())
			in := open(ctx, m)
			r, err := in.Reader()
			if err != nil {
				t.Fatal(err)
			}
			if _, err := io.ReadFull(r, make([]byte, read)); err != nil {
				t.Fatal(err)
			}
			if read%2 == 0 {
				cancel(stop)
				if _, err := io.Copy(io.Discard, r); read > 0 && err != error(stop) && err != nil {
					t.Errorf("far %v, after %d bytes: %v", far, read, err)
				}
			}
			for range 2 {
				if err := r.Close(); err != nil {
					t.Error(err)
				}
			}
			if n, err := r.Read(make([]byte, 1)); n != 0 || err == nil || err == io.EOF {
				t.Errorf("a closed reader reads: %v", err)
			}
			in.Close()
			cancel(nil)
			if m.Open() != 0 || in.budget.Used() != 0 {
				t.Errorf("far %v, after %d bytes: left: %d readers, %d bytes", far, read, m.Open(), in.budget.Used())
			}
		}
	}
	// With no memory to spare for that, it goes on without.
	m := &sourcetest.Memory{Data: data}
	in := formats.NewInput(t.Context(), m, m.Info(), new(meter.Scan), budget.New("small", 100<<10, nil))
	if got, err := readAll(in); err != nil || len(got) != 4<<20 {
		t.Errorf("%d bytes, %v", len(got), err)
	}
	check()
}

// A source that hangs while the other goroutine waits for it is let go of at once.
func TestUnpackingAheadIsInterrupted(t *testing.T) {
	check := sourcetest.NoLeaks(t)
	data := pack(sourcetest.Content(4 << 20))
	for _, far := range []bool{true, false} {
		m := &sourcetest.Memory{Data: data, Far: far, Ranged: far, Hang: make(chan struct{}, 100)}
		for range map[bool]int{true: 2, false: 3}[far] { // as many reads, and then nothing comes any more
			m.Hang <- struct{}{}
		}
		in := open(t.Context(), m)
		r, err := in.Reader()
		if err != nil {
			t.Fatal(err)
		}
		if _, err := io.ReadFull(r, make([]byte, 600<<10)); err != nil {
			t.Fatal(err)
		}
		time.Sleep(10 * time.Millisecond)
		if n := in.meter.BytesRead.Load(); n >= int64(len(data)) {
			t.Fatalf("nothing hangs: %d bytes", n)
		}
		start := time.Now()
		r.Close()
		in.Close()
		if took := time.Since(start); took > time.Second {
			t.Errorf("far %v: closed after %v", far, took)
		}
		if m.Open() != 0 || in.budget.Used() != 0 {
			t.Errorf("far %v: left: %d readers, %d bytes", far, m.Open(), in.budget.Used())
		}
	}
	check()
}

// rows reads a table as a query would, without conditions, and counts.
func rows(f formats.Format, m *sourcetest.Memory, sch types.Schema, opt formats.Options) (int, error) {
	in := formats.NewInput(context.Background(), m, m.Info(), new(meter.Scan), budget.New("b", 64<<20, nil))
	defer in.Close()
	req := &pushdown.Request{Limit: -1}
	for i := range sch.Columns {
		req.Columns = append(req.Columns, pushdown.Column{Ordinal: i})
	}
	r, err := f.Open(in, &formats.Scan{
		Schema: sch, Options: opt, Request: req, Answer: f.Offer(sch, opt, req), Env: &expr.Env{Ctx: context.Background(), Style: types.DefaultStyle()}, Table: "t",
	})
	if err != nil {
		return 0, err
	}
	defer r.Close()
	b := &vector.Batch{Max: 16, Cols: make([]*vector.Column, len(sch.Columns))}
	for i, c := range sch.Columns {
		b.Cols[i] = vector.New(c.Type, 0)
	}
	n := 0
	for {
		b.Reset()
		err := r.Next(b)
		if err == io.EOF {
			return n, nil
		}
		if err != nil {
			return n, err
		}
		n += len(b.Sel)
	}
}

// Every compression of every text format, cut at every byte: an error, never a shorter table.
func TestCutsOfCompressedTables(t *testing.T) {
	sch := types.Schema{Columns: []types.Column{
		{Name: "id", Type: types.Of(types.Int8OID)}, {Name: "name", Type: types.Of(types.TextOID), Collation: types.CCollation},
	}}
	var text, lines strings.Builder
	const count = 6
	for i := range count {
		fmt.Fprintf(&text, "%d,name %d\n", i, i*i)
		fmt.Fprintf(&lines, "{\"id\":%d,\"name\":\"name %d\"}\n", i, i*i)
	}
	for _, c := range []struct {
		format  formats.Format
		content string
		opt     formats.Options
	}{{csv.Format{}, text.String(), formats.Options{"header": "false"}}, {json.Format{Lines: true}, lines.String(), formats.Options{}}} {
		for name, envelope := range envelopes(t) {
			data := envelope([]byte(c.content))
			if n, err := rows(c.format, &sourcetest.Memory{Data: data, Ranged: true}, sch, c.opt); n != count || err != nil {
				t.Errorf("%s, %s: %d rows, %v", c.format.Spec().Name, name, n, err)
			}
			whole := 0
			for cut := 1; cut < len(data); cut++ {
				n, err := rows(c.format, &sourcetest.Memory{Data: data[:cut], Ranged: cut%2 == 0}, sch, c.opt)
				if err == nil {
					whole++
				} else if code := pgerr.From(err).Code; code == pgerr.InternalError || n > count {
					t.Errorf("%s, %s cut at %d: %d rows, %v", c.format.Spec().Name, name, cut, n, err)
				}
				// And the source itself may end early: that it must tell.
				m := &sourcetest.Memory{Data: data, Fault: func(int, int64, int64) (int64, error) { return int64(cut), nil }}
				if n, err := rows(c.format, m, sch, c.opt); err == nil {
					t.Errorf("%s, %s broken off at %d: %d rows and no error", c.format.Spec().Name, name, cut, n)
				}
			}
			// Two bytes of a magic number are not yet one; and gzip members end where a file may end.
			if most := map[string]int{"gzip": 2}[name]; whole > most+3 {
				t.Errorf("%s, %s: %d cuts are no error", c.format.Spec().Name, name, whole)
			}
		}
	}
}

// A member of an archive far away costs a few requests, over HTTP as over S3.
func TestMembersFarAway(t *testing.T) {
	text := sourcetest.Content(2 << 20)
	data := zipOf(member{"dir/big.csv", zip.Deflate, text}, member{"dir/small.csv", zip.Store, text[:1000]}, member{"dir/more.csv.gz", zip.Store, pack(text)})
	page := sourcetest.Page{Content: data, Ranges: true, ETag: `"1"`, HeadLength: true}
	server := sourcetest.NewRawServer(t, page)
	server.Cut = func(_ int, _ *http.Request, wire []byte) []byte {
		time.Sleep(2 * time.Millisecond) // a round trip
		return wire
	}
	src, err := webFactory.Open("http", nil)
	if err != nil {
		t.Fatal(err)
	}
	over := archive.Over(src)
	for name, want := range map[string][]byte{"dir/big.csv": text, "dir/small.csv": text[:1000], "dir/more.csv.gz": text} {
		before := len(server.Requests())
		infos, err := sources.NewSnapshot().List(t.Context(), over, server.URL+"/a.zip!/"+name+"?sig=secret")
		if err != nil || len(infos) != 1 || strings.Contains(infos[0].Path, "secret") || !strings.HasSuffix(infos[0].Path, "/a.zip!/"+name) {
			t.Fatalf("%+v, %v", infos, err)
		}
		var m meter.Scan
		got, err := whole(t.Context(), over, infos[0], &m)
		if err != nil || !bytes.Equal(got, want) {
			t.Errorf("%s: %d bytes, %v", name, len(got), err)
		}
		n := len(server.Requests()) - before
		if n > 2+3 { // the head, the directory, and as many parts of the member as it is read in
			t.Errorf("%s: %d requests", name, n)
		}
		if r := m.BytesRead.Load(); r != infos[0].Packed.Len || m.BytesTotal.Load() != r {
			t.Errorf("%s: metered %d of %d bytes, which are %d", name, r, m.BytesTotal.Load(), infos[0].Packed.Len)
		}
	}
	// A new version between two looks.
	infos, err := sources.NewSnapshot().List(t.Context(), over, server.URL+"/a.zip!/dir/*.csv")
	if err != nil || len(infos) != 2 {
		t.Fatal(infos, err)
	}
	page.ETag = `"2"`
	server.Set(page)
	if _, err := whole(t.Context(), over, infos[0], new(meter.Scan)); !errors.Is(err, pgerr.SerializationFailure) {
		t.Errorf("%v", err)
	}
	// A server without ranges and versions is read from front to back.
	page.ETag, page.Ranges, page.Framing = "", false, sourcetest.Chunked
	server.Set(page)
	infos, err = sources.NewSnapshot().List(t.Context(), over, server.URL+"/a.zip!/dir/")
	if err != nil || len(infos) != 3 {
		t.Fatal(infos, err)
	}
	if got, err := whole(t.Context(), over, infos[0], new(meter.Scan)); err != nil || !bytes.Equal(got, text) {
		t.Errorf("%d bytes, %v", len(got), err)
	}
}

func TestMembersInBuckets(t *testing.T) {
	server := s3test.Start(t, "bucket")
	dir, err := os.ReadDir(archives)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range dir {
		data, err := os.ReadFile(filepath.Join(archives, e.Name()))
		if err != nil {
			t.Fatal(err)
		}
		server.Put(t, "bucket", "k/"+e.Name(), data)
	}
	registry, err := all.Registry(all.Config{})
	if err != nil {
		t.Fatal(err)
	}
	defer registry.Close()
	server.Put(t, "bucket", "k/x!/y.csv", []byte("1\n"))
	for text, want := range map[string]int{
		"s3://bucket/k/infozip.zip!/dir/b.csv": 1, "s3://bucket/k/python-*.zip!/**/*.csv": 4, "s3://bucket/k/all.tar.*!/a.csv": 5, "s3://bucket/k/x!/y.csv": 1, `s3://bucket/k/x\!/*`: 1,
	} {
		loc, err := sources.ParseLocation(text)
		if err != nil {
			t.Fatal(err)
		}
		src, pattern, err := registry.Open(loc, server.Options())
		if err != nil {
			t.Fatal(err)
		}
		infos, err := sources.NewSnapshot().List(t.Context(), src, pattern)
		if err != nil || len(infos) != want {
			t.Errorf("%s: %d objects, %v", text, len(infos), err)
		}
		for _, info := range infos {
			if got, err := whole(t.Context(), src, info, new(meter.Scan)); err != nil || int64(len(got)) != info.Size {
				t.Errorf("%s: %d bytes, %v", info.Path, len(got), err)
			}
		}
	}
}

func lz4Of(data []byte) []byte {
	var b bytes.Buffer
	w := lz4.NewWriter(&b)
	w.Write(data)
	w.Close()
	return b.Bytes()
}
