package xlsx

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"howdah/pgerr"
)

// TestQuickCellsAreNoOthers reads workbooks as they are, and with a second blank in each cell's tag, which is not read
// quickly: rows and errors are the same.
func TestQuickCellsAreNoOthers(t *testing.T) {
	const part = "xl/worksheets/sheet1.xml"
	random := rand.New(rand.NewPCG(3, 4))
	whole := mixed(12)
	pieces := []string{"<c ", "<c>", "<c/>", "</c>", `r="A1"`, `r="XFD3"`, ` s="1"`, ` s="99999"`, ` s=""`, ` t="s"`, ` t="zz"`, ` t=""`, "<v>", "</v>", "<v/>", "&amp;", "&", "\r", ">", "<", `"`, "1e5", "-1", " ", "\xff", "<!-- x -->", "<f>x</f>", ` x="y"`}
	same, failed := 0, 0
	for i := range 400 {
		text := whole[part]
		for range random.IntN(4) {
			at := random.IntN(len(text))
			text = text[:at] + pieces[random.IntN(len(pieces))] + text[at+random.IntN(min(3, len(text)-at)):]
		}
		if i == 0 {
			text = whole[part]
		}
		slow := strings.ReplaceAll(text, "<c ", "<c  ")
		got := outcome(whole.with(part, text))
		if want := outcome(whole.with(part, slow)); got != want {
			t.Fatalf("%s\nquickly %s\nslowly  %s", text, got, want)
		}
		if same++; strings.HasPrefix(got, "error") {
			failed++
		}
	}
	if failed == 0 || failed == same {
		t.Errorf("%d of %d are errors", failed, same)
	}
}

// outcome reads all cells as text; of errors, their code and place.
func outcome(p parts) string {
	rows, err := read(p.zip(), nil, "a text", "b text", "c text", "d text", "e text", "f text", "g text")
	if err != nil {
		e := pgerr.From(err)
		return fmt.Sprintf("error %s %s %s", e.Code, e.Where, strings.ReplaceAll(e.Detail, "<c  ", "<c "))
	}
	return strings.Join(rows, "\n")
}
