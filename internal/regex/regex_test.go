package regex

import (
	"context"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"howdah/internal/pgtest"
)

const tryMatch = `create or replace function pg_temp.show(m text[]) returns text language sql as $$
  select case when m is null then 'no' else array_to_string(array(select coalesce('<' || v || '>', '-') from unnest(m) v), ' ') end $$;
create or replace function pg_temp.try_match(s text, p text, f text) returns text language plpgsql as $$
begin
  return pg_temp.show(regexp_match(s, '(' || p || ')', f)) || ' ' || pg_temp.show(regexp_match(s, p, f));
exception when others then
  return sqlstate || ' ' || sqlerrm;
end $$`

func literal(s string) string { return "'" + strings.ReplaceAll(s, "'", "''") + "'" }

type try struct{ text, pattern, flags string }

func (c try) find(pattern string, whole bool) (string, error) {
	flags := Advanced
	for _, f := range c.flags {
		flags, _ = flags.Argument(f)
	}
	re, err := Compile(pattern, flags, false)
	if err != nil {
		return "", err
	}
	text := re.Load([]byte(c.text))
	caps, err := re.Find(context.Background(), 0)
	if err != nil {
		return "", err
	}
	again, err := Compile(pattern, flags, false)
	if err != nil {
		return "", err
	}
	if ok, _ := again.Match(context.Background(), []byte(c.text)); ok != (caps != nil) {
		return "", fmt.Errorf("Match says %v, Find %v", ok, caps)
	}
	if caps == nil {
		return "no", nil
	}
	var b strings.Builder
	from := 2
	if re.NumSub == 0 {
		from = 0
	}
	for i := from; i < len(caps); i += 2 {
		if i > from {
			b.WriteByte(' ')
		}
		if caps[i] < 0 {
			b.WriteByte('-')
			continue
		}
		b.WriteString("<" + string(text.Runes[caps[i]:caps[i+1]]) + ">")
	}
	return b.String(), nil
}

func (c try) ours() string {
	a, err := c.find("("+c.pattern+")", false)
	if err == nil {
		var b string
		if b, err = c.find(c.pattern, false); err == nil {
			return a + " " + b
		}
	}
	if e, ok := err.(Error); ok {
		return "2201B invalid regular expression: " + string(e)
	}
	return err.Error()
}

func compare(t *testing.T, tries []try) {
	t.Helper()
	conn, err := pgtest.New(t).Connect()
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	if err := conn.Exec(tryMatch); err != nil {
		t.Fatal(err)
	}
	bad := 0
	for len(tries) > 0 {
		n := min(len(tries), 400)
		var q strings.Builder
		q.WriteString("select pg_temp.try_match(s, p, f) from (values ")
		for i, c := range tries[:n] {
			if i > 0 {
				q.WriteByte(',')
			}
			fmt.Fprintf(&q, "(%d,%s,%s,%s)", i, literal(c.text), literal(c.pattern), literal(c.flags))
		}
		q.WriteString(") v(n, s, p, f) order by n")
		rows, err := conn.Query(q.String())
		if err != nil {
			t.Fatal(err)
		}
		for i, r := range rows {
			if got := tries[i].ours(); got != r[0] {
				t.Errorf("%q ~ %q (%s): got %s, want %s", tries[i].text, tries[i].pattern, tries[i].flags, got, r[0])
				if bad++; bad > 25 {
					t.FailNow()
				}
			}
		}
		tries = tries[n:]
	}
}

func TestKnownEqualsServer(t *testing.T) {
	var tries []try
	for _, p := range []string{
		"", "a", "abc", "a*", "(a*)*", "(a*)+", "(a|b)*", "a+?", "(a+?)(b*)", "(a*?)(a*)", "x*?|a*", "(?:a|ab)(c|bcd)", "(a)(b)?", "(a|ab)(bc|c)?",
		"^a", "a$", "^$", "^", "$", `\Aab`, `b\Z`, `\ma`, `a\M`, `\ya`, `\Yb`, `[[:<:]]a`, `a[[:>:]]`, "[[:alpha:]]+", "[^a]", "[a-c]+", "[]a]", "[^]a]", "[a-]", "[-a]", "[a-b-c]",
		`\d+`, `\w+`, `\s`, `\D`, `[\d]`, `[\Da]`, `[^\w]`, "[[.a.]]", "[[=a=]]", "[[.hyphen.]]", "[[.foo.]]", "[[:foo:]]", "[b-a]", "[", "[a", "[[:alpha:", "(", ")", "a)", "(a", "a**", "*a", "+", "a{1", "a{1,2", "a{2,1}", "a{256}", "a{,2}", "a{1,2}", "a{1}?", "a{x", "a{", `a\`, `\q`, `[\q]`, `\1`, `(a)\1`, `(a*)\1`, `(a)\2`, `(a|b)\1+`, `(.)(.)\2\1`, `(?=a)a`, "(?!a).", "(?<=a)b", "(?<!a)b", "(?=(a))a", "(?<a", "(?x", "(?x)a b", "(?i)AB", "(?q)a*", "***=a*", "***:a", "***?", "***", "(?z)a", "(?n)^a", "(?#note)a", "a|", "|a", "()", "(|a)+", "(a|)+b", "((a)|(b))*", "((a)(b)?)*", "(?:(a)|(b))+", "(a{0})b", "(a){0}b", `(a){0}b\1`, `\u0061`, `\x61`, `\x`, `\u00`, `\61`, `\141`, `\0`, `\ca`, `\B`, "a.c", ".", "(a+|b+)+?c", "(a+?|b)+c", "(a?){3}", "(a??){2,3}b", "(?:(a)b){2}", "(ab|a)(bc)?(c)?", `((.)\2)+`, `(?:(.)\1)*`, "[[:upper:]]", "(?i)[[:upper:]]", "(?i)[a-b]+", "(?i)é", "[é-ü]", "é*", "日", `\w*`, "x{0}", "x{0,0}a", `\y\y`, `^*`, `(^)*a`, `(?:^)*a`, `$a`, `a^b`, `(a$)b`, "(.*?)(b+)", "(.*)(b+)", "(.*?)$", "(a.*?b)(.*)", "(?:a|b|ab)*?c", "(a*){2}", "(a*){2,}?", "(a|b){3}",
		"[[:word:]]", "[[:ascii:]]+", "[[:xdigit:]]+", "[[:blank:]]", "[[:punct:]]", `a\.b`, `a\-b`, "a{0,255}", "(?p)a.b", "(?w)^b", "(?s)a.b", "(?m)a$", "(?e)a+?", "(?b)a+", `(?b)\(a\)*`, `(?b)a\{1,2\}`, `(?b)*a`, `(?b)^*a`, `(?ib)A`, "[a", "[a-", "[a-]b", "[[.a.]-c]", "[[.a.]-[.c.]]", "[a-[.c.]]", "[[=ab=]]", "[a-[:alpha:]]", "(?i)\\x41", `(?<=(?=a))a`, `(?=.*b)a`, `(?!.*c)a`, `a(?=b*c)`, `(?<=^|b)a`, `(?<!^)a`,
	} {
		for _, s := range []string{"", "a", "ab", "aab", "abcd", "aaa", "baab c", "a\nb", "ABab", "éÉab日", "abab", "aabb12 _-"} {
			tries = append(tries, try{s, p, ""})
		}
		tries = append(tries, try{"a\nab\nb", p, "n"}, try{"aBAb", p, "i"}, try{"a.b*(a)", p, "q"}, try{"a b#c", p, "x"}, try{"aab(a", p, "e"}, try{"aab*", p, "b"}, try{"a\nb", p, "p"}, try{"a\nb", p, "w"})
	}
	compare(t, tries)
}

func randomPattern(r *rand.Rand, depth int) string {
	pick := func(s ...string) string { return s[r.IntN(len(s))] }
	var b strings.Builder
	for range r.IntN(4) + 1 {
		switch k := r.IntN(14); {
		case k < 5 || depth <= 0 && k >= 10:
			b.WriteString(pick("a", "b", "c", ".", "[ab]", "[^a]", "ab"))
		case k < 6:
			b.WriteString(pick("^", "$", `\m`, `\M`, `\y`, `\Y`, " "))
			continue
		case k < 7:
			b.WriteString(pick("(?=", "(?!", "(?<=", "(?<!") + pick("a", "b", "ab", "a*b", "^", "b$", "a|c") + ")")
			continue
		case k < 8:
			b.WriteString(pick(`\1`, `\2`, `\1`))
		case k < 10:
			b.WriteString("(" + randomPattern(r, depth-1) + "|" + randomPattern(r, depth-1) + ")")
		case k < 12:
			b.WriteString("(" + randomPattern(r, depth-1) + ")")
		default:
			b.WriteString("(?:" + randomPattern(r, depth-1) + ")")
		}
		if r.IntN(2) == 0 {
			b.WriteString(pick("*", "+", "?", "*?", "+?", "??", "{2}", "{1,2}", "{0,2}?", "{2,}", "{1,3}?", "{0}"))
		}
	}
	return b.String()
}

func TestRandomEqualsServer(t *testing.T) {
	r := rand.New(rand.NewPCG(7, 11))
	n := 5000
	if testing.Short() {
		n = 300
	}
	var tries []try
	for range n {
		p := randomPattern(r, 2)
		for range 3 {
			var s strings.Builder
			for range r.IntN(9) {
				s.WriteByte("aaabbc "[r.IntN(7)])
			}
			tries = append(tries, try{s.String(), p, []string{"", "", "i"}[r.IntN(3)]})
		}
	}
	compare(t, tries)
}
