package e2e

import (
	"archive/tar"
	zipfile "archive/zip"
	"bytes"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/klauspost/compress/zstd"
	"github.com/pierrec/lz4/v4"
	"github.com/ulikunitz/xz"

	"howdah/bench/orders"
	"howdah/internal/s3test"
)

// containers pack the measured table in all ways that Go can write.
func containers(t *testing.T, data []byte) map[string][]byte {
	t.Helper()
	var z, tr, x, l bytes.Buffer
	w := zipfile.NewWriter(&z)
	for name, method := range map[string]uint16{"deep/er/x.csv": zipfile.Deflate, "stored.csv": zipfile.Store} {
		f, err := w.CreateHeader(&zipfile.FileHeader{Name: name, Method: method})
		if err != nil {
			t.Fatal(err)
		}
		f.Write(data)
	}
	f, err := w.CreateHeader(&zipfile.FileHeader{Name: "x.csv.gz", Method: zipfile.Store})
	if err != nil {
		t.Fatal(err)
	}
	f.Write(gzipMembers(data))
	w.Close()
	tw := tar.NewWriter(&tr)
	for _, name := range []string{"before.txt", "x.csv", "z.txt"} {
		content := data
		if name != "x.csv" {
			content = []byte("something else\n")
		}
		if err := tw.WriteHeader(&tar.Header{Name: name, Size: int64(len(content)), Mode: 0o644, Typeflag: tar.TypeReg}); err != nil {
			t.Fatal(err)
		}
		tw.Write(content)
	}
	tw.Close()
	zw, err := zstd.NewWriter(nil, zstd.WithEncoderConcurrency(1))
	if err != nil {
		t.Fatal(err)
	}
	xw, err := xz.WriterConfig{DictCap: 1 << 20}.NewWriter(&x)
	if err != nil {
		t.Fatal(err)
	}
	xw.Write(data)
	xw.Close()
	lw := lz4.NewWriter(&l)
	lw.Write(data)
	lw.Close()
	var one bytes.Buffer
	ow := zipfile.NewWriter(&one)
	of, err := ow.Create("whatever.csv")
	if err != nil {
		t.Fatal(err)
	}
	of.Write(data)
	ow.Close()
	return map[string][]byte{
		"a.zip": z.Bytes(), "a.tar": tr.Bytes(), "a.tar.gz": gzipMembers(tr.Bytes()), "a.tar.zst": zw.EncodeAll(tr.Bytes(), nil),
		"x.csv.zst": zw.EncodeAll(data, nil), "x.csv.xz": x.Bytes(), "x.csv.lz4": l.Bytes(), "one.zip": one.Bytes(),
	}
}

// TestArchivesAgree asks the same of a table in every container, near and far.
func TestArchivesAgree(t *testing.T) {
	t.Parallel()
	var b bytes.Buffer
	if err := orders.Write(&b, 3_000, orders.Seed); err != nil {
		t.Fatal(err)
	}
	data := b.Bytes()
	files := containers(t, data)
	dir := t.TempDir()
	put(t, dir, "local.csv", data)
	s3 := s3test.Start(t, "bucket")
	for name, content := range files {
		put(t, dir, name, content)
		s3.Put(t, "bucket", name, content)
	}
	plain := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { // without ranges
		w.Header().Set("ETag", `"1"`)
		w.Header().Set("Content-Length", fmt.Sprint(len(files[filepath.Base(r.URL.Path)])))
		w.Write(files[filepath.Base(r.URL.Path)])
	}))
	t.Cleanup(plain.Close)
	tap := newTap(t, files["a.zip"], 0)
	locations := map[string]string{
		"deflated": dir + "/a.zip!/deep/er/x.csv", "stored": dir + "/a.zip!/stored.csv", "twice": dir + "/a.zip!/*.gz", "tarred": dir + "/a.tar!/x.csv",
		"targz": dir + "/a.tar.gz!/*.csv", "zst": dir + "/x.csv.zst", "xz": dir + "/x.csv.xz", "lz4": dir + "/x.csv.lz4", "one": dir + "/one.zip",
		"web": tap.URL + "/a.zip!/deep/er/x.csv", "webplain": plain.URL + "/a.zip!/stored.csv", "webtar": plain.URL + "/a.tar.zst!/x.csv", "webone": plain.URL + "/one.zip",
		"bucket": "s3://bucket/*.zip!/deep/**", "buckettar": "s3://bucket/a.tar!/x.csv", "bucketone": "s3://bucket/one.zip",
	}
	if testing.Short() {
		for _, name := range []string{"stored", "xz", "lz4", "webone", "webtar", "buckettar"} {
			delete(locations, name)
		}
	}
	h := ServeEnv(t, []string{"AWS_ACCESS_KEY_ID=" + s3.AccessKey, "AWS_SECRET_ACCESS_KEY=" + s3.SecretKey, "AWS_REGION=" + s3.Region, "AWS_ENDPOINT_URL=" + s3.Endpoint},
		"--catalog", filepath.Join(t.TempDir(), "tables.sql"), "--allow", dir)
	h.run(t, "create server s foreign data wrapper howdah")
	for name, location := range locations {
		h.run(t, fmt.Sprintf("create foreign table %s (%s) server s options (location '%s', header 'true', format 'csv')", name, orders.Columns, location))
	}
	h.run(t, fmt.Sprintf("create foreign table local (%s) server s options (location '%s/local.csv', header 'true')", orders.Columns, dir))
	want := answers(t, h, "local")
	for name, location := range locations {
		got := answers(t, h, name)
		for i := range got {
			if got[i] != want[i] {
				t.Errorf("%s (%s): %s\n gives %.300s\nlocal %.300s", name, location, sameEverywhere[i], got[i], want[i])
				break
			}
		}
	}
	c := h.Connect(t)
	if a := ask(c, "select distinct _path, _size from deflated"); len(a.rows) != 1 || !strings.Contains(a.rows[0], "/a.zip!/deep/er/x.csv") || !strings.Contains(a.rows[0], fmt.Sprint(len(data))) {
		t.Errorf("%v", a)
	}
	h.run(t, fmt.Sprintf("create foreign table small (%s) server s options (location '%s', header 'true', format 'csv', max_decompressed '10kB')", orders.Columns, dir+"/x.csv.zst"))
	h.refused(t, "select count(*) from small", "54000", "more than 10240 bytes")
	h.refused(t, "create foreign table bad (a int) server s options (location 'x', max_decompressed '-1')", "22023", "max_decompressed")

	// The archive is replaced within a transaction that holds on to what it saw.
	must(t, c, "begin isolation level repeatable read")
	must(t, c, "select count(*) from deflated")
	next := filepath.Join(dir, "next")
	if err := os.WriteFile(next, files["one.zip"], 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Rename(next, filepath.Join(dir, "a.zip")); err != nil {
		t.Fatal(err)
	}
	if a := ask(c, "select count(*) from deflated"); a.code != "40001" {
		t.Errorf("%+v", a)
	}
	must(t, c, "rollback")
	h.alive(t)
}
