package expr

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"howdah/internal/pgtest"
	"howdah/pgerr"
)

// TestCharmaps compares what each byte of each encoding stands for, and what the characters below U+3000 become, with PostgreSQL.
func TestCharmaps(t *testing.T) {
	c, err := pgtest.New(t).Connect()
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	if err := c.Exec(`create function pg_temp.try_from(b bytea, e name) returns text language plpgsql as $$ begin return 'ok ' || convert_from(b, e); exception when others then return sqlerrm; end $$;
		create function pg_temp.try_to(c text, e name) returns text language plpgsql as $$ begin return convert_to(c, e)::text; exception when others then return sqlerrm; end $$`); err != nil {
		t.Fatal(err)
	}
	for _, e := range slices.Sorted(maps.Keys(charmaps)) {
		rows, err := c.Query(fmt.Sprintf("select pg_temp.try_from(set_byte('\\x00', 0, i), '%s') from generate_series(0, 255) i", e))
		if err != nil {
			t.Fatal(err)
		}
		for i, r := range rows {
			got, err := appendConverted(nil, []byte{byte(i)}, e, "UTF8")
			if g := shownAs("ok "+string(got), err); g != r[0] {
				t.Errorf("%s byte %x: got %q, want %q", e, i, g, r[0])
			}
		}
		rows, err = c.Query(fmt.Sprintf("select pg_temp.try_to(chr(i), '%s') from generate_series(1, 12287) i", e))
		if err != nil {
			t.Fatal(err)
		}
		for i, r := range rows {
			got, err := appendConverted(nil, utf8.AppendRune(nil, rune(i+1)), "UTF8", e)
			if g := shownAs(fmt.Sprintf(`\x%x`, got), err); g != r[0] {
				t.Errorf("%s character %x: got %q, want %q", e, i+1, g, r[0])
			}
		}
	}
}

func shownAs(value string, err error) string {
	if err != nil {
		return strings.TrimPrefix(pgerr.From(err).Message, "ERROR: ")
	}
	return value
}
