package ctype

import (
	"strconv"
	"testing"

	"howdah/internal/pgtest"
)

const everyCodePoint = " from generate_series(1, 1114111) i where i not between 55296 and 57343"

func TestClassesEqualServer(t *testing.T) {
	pg := pgtest.New(t)
	for c, name := range []string{"alpha", "digit", "alnum", "upper", "lower", "space", "punct", "print", "graph", "cntrl", "xdigit", "blank"} {
		rows, err := pg.Query("select i" + everyCodePoint + " and chr(i) ~ '[[:" + name + ":]]'")
		if err != nil {
			t.Fatal(err)
		}
		want := map[rune]bool{}
		for _, r := range rows {
			n, _ := strconv.Atoi(r[0])
			want[rune(n)] = true
		}
		for r := rune(1); r < 0x110000; r++ {
			if Is(Class(c), r, false) != want[r] {
				t.Fatalf("%s: U+%04X is %v here, %v there", name, r, !want[r], want[r])
			}
		}
	}
}

func TestCaseEqualsServer(t *testing.T) {
	pg := pgtest.New(t)
	for name, f := range map[string]func(rune) rune{"upper": ToUpper, "lower": ToLower} {
		rows, err := pg.Query("select i, ascii(" + name + "(chr(i)))" + everyCodePoint)
		if err != nil {
			t.Fatal(err)
		}
		for _, r := range rows {
			n, _ := strconv.Atoi(r[0])
			want, _ := strconv.Atoi(r[1])
			if got := f(rune(n)); got != rune(want) {
				t.Fatalf("%s(U+%04X) = U+%04X, want U+%04X", name, n, got, want)
			}
		}
	}
}
