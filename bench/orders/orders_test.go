package orders

import (
	"archive/zip"
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"encoding/xml"
	"io"
	"testing"
)

// TestBytesStayTheSame keeps figures comparable: a machine's files are every machine's.
func TestBytesStayTheSame(t *testing.T) {
	sum := sha256.New()
	if err := Write(sum, 20_000, Seed); err != nil {
		t.Fatal(err)
	}
	if got, want := hex.EncodeToString(sum.Sum(nil)[:8]), "90ba527ae2aaea87"; got != want {
		t.Errorf("sha256 of 20,000 rows begins with %s, want %s: figures of other days are of other rows", got, want)
	}
}

// TestRowsDoNotDependOnTheirNumber asks a short file to be the beginning of a long one.
func TestRowsDoNotDependOnTheirNumber(t *testing.T) {
	for _, format := range []string{"csv", "ndjson"} {
		short, long := encoded(t, format, 100), encoded(t, format, 200)
		if !bytes.HasPrefix(long, short) {
			t.Errorf("%s: 200 rows do not begin with the 100", format)
		}
	}
}

func TestJSONIsValid(t *testing.T) {
	var rows []map[string]any
	if err := json.Unmarshal(encoded(t, "json", 2000), &rows); err != nil || len(rows) != 2000 || len(rows[0]) != len(Names) {
		t.Errorf("%d rows of %v, error %v", len(rows), rows[:min(1, len(rows))], err)
	}
	for _, line := range bytes.Split(bytes.TrimSpace(encoded(t, "ndjson", 2000)), []byte("\n")) {
		if !json.Valid(line) {
			t.Errorf("not valid: %s", line)
		}
	}
}

func TestWorkbooksAreWellFormed(t *testing.T) {
	for _, format := range []string{"xlsx", "ods"} {
		b := encoded(t, format, 500)
		z, err := zip.NewReader(bytes.NewReader(b), int64(len(b)))
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range z.File {
			r, err := f.Open()
			if err != nil {
				t.Fatal(err)
			}
			if f.Name == "mimetype" {
				continue
			}
			for d := xml.NewDecoder(r); err == nil; {
				_, err = d.Token()
			}
			if err != io.EOF {
				t.Errorf("%s: %s: %v", format, f.Name, err)
			}
		}
	}
}

func TestTooManyRowsForASheet(t *testing.T) {
	if err := Encode(io.Discard, "xls", maxXLSRows+1, Seed); err == nil {
		t.Error("a sheet took more rows than it can have")
	}
	if err := Encode(io.Discard, "parquet", 1, Seed); err == nil {
		t.Error("an unknown format was written")
	}
}

func encoded(t *testing.T, format string, rows int) []byte {
	var b bytes.Buffer
	if err := Encode(&b, format, rows, Seed); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}
