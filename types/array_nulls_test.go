package types

import "testing"

// TestArrayNulls pins array_nulls = off: a bare NULL is the word, and is quoted when it is shown.
func TestArrayNulls(t *testing.T) {
	off := *DefaultStyle()
	off.NullsAreText = true
	for text, want := range map[string]string{"{a,NULL}": `{a,"NULL"}`, `{ null , "NULL"}`: `{"null","NULL"}`} {
		d, err := ParseText(Of(TextArrayOID), []byte(text), &off)
		if err != nil {
			t.Fatal(err)
		}
		if got := string(AppendText(nil, Of(TextArrayOID), &d, &off)); got != want {
			t.Errorf("%s: got %s, want %s", text, got, want)
		}
	}
	if _, err := ParseText(Of(Int4ArrayOID), []byte("{1,NULL}"), &off); err == nil {
		t.Error("a word is no integer")
	}
}
