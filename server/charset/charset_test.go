package charset

import (
	"bytes"
	"encoding/hex"
	"strings"
	"testing"

	"howdah/internal/pgtest"
)

// TestEveryByteAsPostgreSQL converts each byte of each charset here and there.
func TestEveryByteAsPostgreSQL(t *testing.T) {
	pg := pgtest.New(t)
	err := pg.Exec(`create or replace function charset_probe(b int, e name) returns text language plpgsql as $$
		begin return encode(convert_to(convert_from(set_byte('\x00', 0, b), e), 'UTF8'), 'hex'); exception when others then return 'none'; end $$`)
	if err != nil {
		t.Fatal(err)
	}
	for name := range tables {
		rows, err := pg.Query(`select charset_probe(b, '` + name + `') from generate_series(128, 255) b order by b`)
		if err != nil {
			t.Fatal(err)
		}
		c, err := Lookup(name)
		if err != nil {
			t.Fatal(err)
		}
		for i, r := range rows {
			in := string([]byte{byte(128 + i)})
			got := "none"
			if s, err := c.Decode(in); err == nil {
				got = hex.EncodeToString([]byte(s))
				back, err := c.Encode(nil, []byte(s))
				if r[0] == got && (err != nil || !bytes.Equal(back, []byte(in))) {
					t.Errorf("%s: %x does not come back: %x, %v", name, in, back, err)
				}
			}
			if got != r[0] {
				t.Errorf("%s: byte %x is %s, PostgreSQL has %s", name, in, got, r[0])
			}
		}
	}
}

func TestUntranslatable(t *testing.T) {
	c, _ := Lookup("LATIN1")
	_, err := c.Encode(nil, []byte("a€"))
	if err == nil || !strings.Contains(err.Error(), `character with byte sequence 0xe2 0x82 0xac in encoding "UTF8" has no equivalent in encoding "LATIN1"`) {
		t.Error(err)
	}
	if err := CheckUTF8("a\xe2\x28\xa1"); err == nil || !strings.Contains(err.Error(), "0xe2 0x28 0xa1") {
		t.Error(err)
	}
}
