package regex

import "strings"

// charNames are the collating elements that have names (cnames in regc_locale.c).
var charNames = func() map[string]rune {
	const control = "NUL SOH STX ETX EOT ENQ ACK BEL BS HT LF VT FF CR SO SI DLE DC1 DC2 DC3 DC4 NAK SYN ETB CAN EM SUB ESC IS4 IS3 IS2 IS1"
	const printing = "space exclamation-mark quotation-mark number-sign dollar-sign percent-sign ampersand apostrophe " +
		"left-parenthesis right-parenthesis asterisk plus-sign comma hyphen period slash " +
		"zero one two three four five six seven eight nine colon semicolon less-than-sign equals-sign greater-than-sign question-mark commercial-at"
	const after = "left-square-bracket backslash right-square-bracket circumflex underscore grave-accent"
	m := map[string]rune{}
	put := func(names string, from rune) {
		for i, n := range strings.Fields(names) {
			m[n] = from + rune(i)
		}
	}
	put(control, 0)
	put(printing, ' ')
	put(after, '[')
	put("left-brace vertical-line right-brace tilde DEL", '{')
	for name, c := range map[string]rune{
		"alert": 7, "backspace": '\b', "tab": '\t', "newline": '\n', "vertical-tab": '\v', "form-feed": '\f', "carriage-return": '\r',
		"hyphen-minus": '-', "full-stop": '.', "solidus": '/', "reverse-solidus": '\\', "circumflex-accent": '^', "low-line": '_',
		"left-curly-bracket": '{', "right-curly-bracket": '}',
	} {
		m[name] = c
	}
	return m
}()
