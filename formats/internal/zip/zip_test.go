package zip

import (
	"archive/zip"
	"bytes"
	"encoding/binary"
	"errors"
	"io"
	"strings"
	"testing"

	"howdah/formats/internal/blob"
	"howdah/internal/budget"
	"howdah/pgerr"
)

// memory is a Blob.
type memory struct{ *bytes.Reader }

func (m memory) Size() int64 { return m.Reader.Size() }
func (m memory) Section(off, n int64) (io.ReadCloser, error) {
	return io.NopCloser(io.NewSectionReader(m.Reader, off, n)), nil
}
func (m memory) Close() error { return nil }

var _ blob.Blob = memory{}

func pack(t testing.TB, comment string) []byte {
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	for name, method := range map[string]uint16{"stored": zip.Store, "Dir/Packed.xml": zip.Deflate, "empty": zip.Deflate} {
		f, err := w.CreateHeader(&zip.FileHeader{Name: name, Method: method})
		if err != nil {
			t.Fatal(err)
		}
		if name != "empty" {
			io.WriteString(f, strings.Repeat(name, 1000))
		}
	}
	w.SetComment(comment)
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func readAll(data []byte, purse *budget.Budget) (map[string]string, error) {
	a, err := Open(memory{bytes.NewReader(data)}, Origin{Path: "dir/a.zip", Kind: "a valid archive", Budget: purse})
	if err != nil {
		return nil, err
	}
	defer a.Close()
	all := map[string]string{}
	for _, e := range a.Entries() {
		m, err := a.Open(e.Name)
		if err != nil {
			return nil, err
		}
		v, err := io.ReadAll(m)
		m.Close()
		if err != nil {
			return nil, err
		}
		if m.Done() != int64(len(v)) {
			return nil, errors.New("Done is wrong")
		}
		all[e.Name] = string(v)
	}
	return all, nil
}

func TestArchive(t *testing.T) {
	purse := budget.New("scan", 0, nil)
	for _, comment := range []string{"", "a comment", strings.Repeat("PK\x05\x06", 1000)} {
		all, err := readAll(pack(t, comment), purse)
		if err != nil || len(all) != 3 || all["stored"] != strings.Repeat("stored", 1000) || all["Dir/Packed.xml"] != strings.Repeat("Dir/Packed.xml", 1000) || all["empty"] != "" {
			t.Errorf("%.9s: %d members, %v", comment, len(all), err)
		}
	}
	if purse.Used() != 0 || purse.Peak() == 0 {
		t.Errorf("%d bytes are left of %d", purse.Used(), purse.Peak())
	}
	a, err := Open(memory{bytes.NewReader(pack(t, ""))}, Origin{})
	if err != nil || !a.Has(`\dir\packed.XML`) || a.Has("other") || a.Entry("STORED") == nil || !a.Entry("stored").Stored() || a.Entry("dir/packed.xml").Stored() {
		t.Errorf("%v", err)
	}
}

// TestDamage changes and cuts each byte: what is read then is right, or there is an error.
func TestDamage(t *testing.T) {
	data := pack(t, "")
	want, _ := readAll(data, nil)
	for n := range data {
		if all, err := readAll(data[:n], nil); err == nil {
			t.Fatalf("cut at %d: %d members", n, len(all))
		}
		for _, c := range []byte{0, 0xff, data[n] ^ 1, data[n] + 1} {
			if c == data[n] {
				continue
			}
			b := bytes.Clone(data)
			b[n] = c
			all, err := readAll(b, nil)
			if err != nil {
				if _, ok := errors.AsType[*pgerr.Error](err); !ok {
					t.Fatalf("byte %d as %#x: %T %v", n, c, err, err)
				}
				continue
			}
			for name, v := range all {
				if old, ok := want[name]; ok && v != old {
					t.Fatalf("byte %d as %#x: member %q is another", n, c, name)
				}
			}
		}
	}
}

func TestEncryptedMembersAreRefused(t *testing.T) {
	data := pack(t, "")
	at := bytes.LastIndex(data, []byte("stored")) - dirHeader
	binary.LittleEndian.PutUint16(data[at+8:], 1)
	if _, err := readAll(data, nil); !errors.Is(err, pgerr.InvalidPassword) {
		t.Error(err)
	}
}
