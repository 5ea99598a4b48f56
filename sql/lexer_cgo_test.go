//go:build cgo

package sql

import (
	"testing"

	pg_query "github.com/pganalyze/pg_query_go/v6"
)

// structure is what the limits hang on: brackets, separators and words, by place.
type structure struct {
	start int
	text  string
}

func ours(text string) (out []structure) {
	l := lexer{text: text}
	for {
		t := l.next()
		switch t {
		case tokenEnd:
			return out
		case tokenJunk:
			return nil // an error to one side or the other
		case tokenWord:
			out = append(out, structure{l.start, text[l.start:l.end]})
		case tokenOther:
			switch text[l.start] {
			case '(', ')', '[', ']', ',', ';':
				out = append(out, structure{l.start, text[l.start:l.end]})
			}
		}
	}
}

func theirs(text string) (out []structure, ok bool) {
	result, err := pg_query.Scan(text)
	if err != nil {
		return nil, false
	}
	for _, t := range result.Tokens {
		s := text[t.Start:t.End]
		switch t.Token {
		case pg_query.Token_SCONST, pg_query.Token_USCONST, pg_query.Token_BCONST, pg_query.Token_XCONST, pg_query.Token_SQL_COMMENT, pg_query.Token_C_COMMENT,
			pg_query.Token_ICONST, pg_query.Token_FCONST, pg_query.Token_PARAM, pg_query.Token_UIDENT, pg_query.Token_Op:
			continue
		}
		if s == "" || s == "(" || s == ")" || s == "[" || s == "]" || s == "," || s == ";" || identStart(s[0]) {
			out = append(out, structure{int(t.Start), s})
		}
	}
	return out, true
}

// FuzzLexer compares the scan with the parser's own scanner: if the two disagree about what is in a string, the
// limits can be evaded.
func FuzzLexer(f *testing.F) {
	for _, seed := range []string{
		"select 'a', \"b\" -- c\n", "e'\\'' 'x'", "e'a'\n'\\'' (", "$a$ ( $a$ [ $$;$$", "u&'\\' (", "u&\"x\" ]", "/* /* */ ( */ )", "a$b$ ( $b$", "1.5e (", "a-/**/-(", "x'(' b')' n'['", "$1$$($$",
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		if checkText(text) != nil {
			return
		}
		want, ok := theirs(text)
		got := ours(text)
		if !ok || got == nil {
			return
		}
		if len(got) != len(want) {
			t.Fatalf("%q:\n\tgot  %v\n\twant %v", text, got, want)
		}
		for i := range got {
			if got[i] != want[i] {
				t.Fatalf("%q:\n\tgot  %v\n\twant %v", text, got, want)
			}
		}
	})
}
