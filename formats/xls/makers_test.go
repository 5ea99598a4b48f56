package xls

import (
	"bytes"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"howdah/formats"
	"howdah/formats/formattest"
	"howdah/pgerr"
)

// TestFilesOfManyMakers compares workbooks of other writers with what xlrd reads of them; see testdata/README.md.
func TestFilesOfManyMakers(t *testing.T) {
	const data = "id bigint, name text, qty bigint, price numeric, day date, at timestamp, flag bool, txt text, len bigint, bad bool, empty text"
	for _, c := range []struct {
		file, sheet, rows, schema string
		opt                       formats.Options
	}{
		{"xlwt.xls", "Kinds é", "xlwt.kinds.txt", "id bigint, name text, price numeric, ok bool, day date, at timestamp, pct numeric, clock time, dur interval, calc text, err text", nil},
		{"xlwt.xls", "Merged", "xlwt.merged.txt", "column_1 text, column_2 text, column_3 bigint", formats.Options{"header": "false"}},
		{"xlwt.xls", "Rich", "xlwt.rich.txt", "column_1 text", formats.Options{"header": "false"}},
		{"xlwt1904.xls", "s", "xlwt1904.txt", "d timestamp", nil},
		{"libreoffice.xls", "Data", "libreoffice.data.txt", data, nil},
		{"libreoffice_password.xls", "Data", "libreoffice.data.txt", data, formats.Options{"file_password": "geheim"}},
		{"gnumeric_biff7.xls", "Data", "gnumeric_biff7.data.txt", data, nil},
		{"excel.xls", "Test sheet 1", "excel.sheet1.txt", "test1 text, lorem bigint, ipsum bigint", nil},
		{"excel_names.xls", "Sheet3", "excel_names.sheet3.txt", "", nil},
		{"gnumeric_biff8.xls", "Data", "gnumeric_biff8.data.txt", data, nil},
	} {
		file, err := os.ReadFile(filepath.Join("testdata", c.file))
		if err != nil {
			t.Fatal(err)
		}
		expected, err := os.ReadFile(filepath.Join("testdata", c.rows))
		if err != nil {
			t.Fatal(err)
		}
		opt := formats.Options{"sheet": c.sheet}
		for k, v := range c.opt {
			opt[k] = v
		}
		schema, rows, err := inferred(file, opt)
		if err != nil {
			t.Errorf("%s, %s: %v: %s %s", c.file, c.sheet, err, detail(err), where(err))
			continue
		}
		if c.schema != "" && schema != c.schema {
			t.Errorf("%s, %s: columns %s", c.file, c.sheet, schema)
		}
		want := strings.Split(strings.TrimSuffix(string(expected), "\n"), "\n")
		if c.opt["header"] == "" {
			want = want[1:]
		}
		for i := range max(len(rows), len(want)) {
			if i >= len(rows) || i >= len(want) || rows[i] != want[i] {
				t.Errorf("%s, %s, row %d of %d (want %d):\n%.200s\n%.200s", c.file, c.sheet, i+1, len(rows), len(want), strings.Join(rows[min(i, len(rows)):], "\n"), strings.Join(want[min(i, len(want)):], "\n"))
				break
			}
		}
	}
}

func TestNamesOfOtherMakers(t *testing.T) {
	for _, file := range []string{"libreoffice.xls", "gnumeric_biff7.xls", "gnumeric_biff8.xls"} {
		data, err := os.ReadFile(filepath.Join("testdata", file))
		if err != nil {
			t.Fatal(err)
		}
		if got := must(t, data, formats.Options{"range": "area", "header": "true"}, "a int", "b numeric"); got != "1|2.5\n2|3.5" {
			t.Errorf("%s: %s", file, got)
		}
		// Rows without a value are none, though they are merged with one that has one.
		if got := must(t, data, formats.Options{"range": "Far!F1:G3", "merged": "fill"}, "a text", "b text"); got != "mm|mm" {
			t.Errorf("%s: %q", file, got)
		}
		far, err := os.ReadFile(filepath.Join("testdata", strings.TrimSuffix(file, ".xls")+".far.txt"))
		if err != nil {
			t.Fatal(err)
		}
		if got := must(t, data, formats.Options{"sheet": "Far"}, "a text", "b text", "c text", "d text", "e text", "f text", "g text"); got+"\n" != string(far) {
			t.Errorf("%s: %s", file, got)
		}
		in := formattest.Input(formattest.Memory(data), nil)
		tables, err := Format{}.Tables(in, formats.Options{})
		if err != nil || len(tables) < 2 || tables[0].Name != "Data" || tables[1].Name != "Far" {
			t.Errorf("%s: %v, %v", file, tables, err)
		}
		in.Close()
	}
}

func TestNamesOfExcel(t *testing.T) {
	data, err := os.ReadFile("testdata/excel_names.xls")
	if err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]string{"rectangle1": "1|2\n16|32", "RECTANGLE2": "64|128\n1024|2048", "Apostrophe": "42|\\N", "Profit": `\N|\N`} {
		got, err := read(data, formats.Options{"range": name}, "a int", "b int")
		if err != nil || strings.Join(got, "\n") != want {
			t.Errorf("%s: %q, %v", name, got, err)
		}
	}
	if got := must(t, data, formats.Options{"range": "Year_Tot"}, "a int"); got != "9876" {
		t.Error(got)
	}
	for _, name := range []string{"Moscow", "Москва", "A1Z10", "RelativePos", "twofivesix", "Union", "Print_Titles"} {
		if _, err := read(data, formats.Options{"range": name}, "a text"); !errors.Is(err, pgerr.InvalidParameterValue) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// TestOwnEncryptionAgainstAnother has msoffcrypto-tool decrypt what the tests' encryption made, if it is installed.
func TestOwnEncryptionAgainstAnother(t *testing.T) {
	tool, err := exec.LookPath("msoffcrypto-tool")
	if err != nil {
		t.Skip("msoffcrypto-tool is not installed")
	}
	w := one(label(0, 0, strings.Repeat("secret ", 500)), num(1, 0, 0, 1))
	w.pass = rec(recFilePass, 0, 0, 0)
	for name, c := range map[string]wb{"xor odd": w.xorBook("geheime"), "rc4": w.rc4Book("geheim"), "capi 128": w.cryptoAPIBook("geheim", 128)} {
		dir := t.TempDir()
		in, out := filepath.Join(dir, "in.xls"), filepath.Join(dir, "out.xls")
		if err := os.WriteFile(in, c.file(), 0o600); err != nil {
			t.Fatal(err)
		}
		password := "geheim"
		if name == "xor odd" {
			password = "geheime"
		}
		msg, err := exec.Command(tool, "-p", password, in, out).CombinedOutput()
		if bytes.Contains(msg, []byte("Unsupported encryption method")) {
			continue // old versions know no obfuscation
		}
		if err != nil {
			t.Errorf("%s: %v: %s", name, err, msg)
			continue
		}
		got, err := os.ReadFile(out)
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.Contains(got, []byte(strings.Repeat("secret ", 70))) {
			t.Errorf("%s: not decrypted", name)
		}
		if rows := must(t, got, nil, "a text"); rows != strings.Repeat("secret ", 500)+"\n1" {
			t.Errorf("%s: %.100q", name, rows)
		}
	}
}

func TestPasswordOfLibreOffice(t *testing.T) {
	data, err := os.ReadFile("testdata/libreoffice_password.xls")
	if err != nil {
		t.Fatal(err)
	}
	for _, opt := range []formats.Options{nil, {"file_password": "wrong"}} {
		if _, err := read(data, opt, "a text"); !errors.Is(err, pgerr.InvalidPassword) {
			t.Error(err)
		}
	}
}
