package expr

import (
	"bytes"
	"unicode/utf8"

	"howdah/internal/regex"
	"howdah/pgerr"
	"howdah/types"
	"howdah/vector"
)

// regexCache keeps the expressions that a call has compiled, as RE_compile_and_cache does.
type regexCache struct {
	last    *regex.Regexp
	pattern []byte
	flags   regex.Flags
	seen    map[string]*regex.Regexp
	similar []byte // scratch: an SQL regular expression as an ARE
}

const maxCachedRegexes = 32

func (s *regexCache) get(c *Call, pattern []byte, flags regex.Flags) (*regex.Regexp, error) {
	if s.last != nil && s.flags == flags && bytes.Equal(s.pattern, pattern) {
		return s.last, nil
	}
	key := string(append([]byte{byte(flags), byte(flags >> 8)}, pattern...))
	re, ok := s.seen[key]
	if !ok {
		var err error
		if re, err = regex.Compile(string(pattern), flags, asciiOnly(c.Collation)); err != nil {
			return nil, pgerr.New(pgerr.InvalidRegularExpression, "invalid regular expression: %s", err.Error())
		}
		if s.seen == nil || len(s.seen) >= maxCachedRegexes {
			s.seen = map[string]*regex.Regexp{}
		}
		s.seen[key] = re
	}
	s.last, s.pattern, s.flags = re, append(s.pattern[:0], pattern...), flags
	return re, nil
}

// interrupted words a context's error.
func interrupted(err error) error {
	if err == nil || pgerr.HasCode(err, pgerr.QueryCanceled) {
		return err
	}
	return pgerr.Wrap(err, pgerr.QueryCanceled, "canceling statement due to user request")
}

// regexFlags reads a flags argument (parse_re_flags).
func regexFlags(text []byte) (flags regex.Flags, global bool, err error) {
	flags = regex.Advanced
	for i := 0; i < len(text); {
		r, n := utf8.DecodeRune(text[i:])
		if r == 'g' {
			global = true
			i += n
			continue
		}
		f, ok := flags.Argument(r)
		if !ok {
			return 0, false, pgerr.New(pgerr.InvalidParameterValue, "invalid regular expression option: \"%s\"", text[i:i+n])
		}
		flags = f
		i += n
	}
	return flags, global, nil
}

func noGlobal(function string) error {
	e := pgerr.New(pgerr.InvalidParameterValue, "%s does not support the \"global\" option", function)
	if function == "regexp_match()" {
		e = e.WithHint("Use the regexp_matches function instead.")
	}
	return e
}

// callFlags reads the flags in argument at, if there is one (at < 0: none), which must not be global.
func callFlags(c *Call, i int32, at int, function string) (regex.Flags, error) {
	if at < 0 || at >= len(c.Args) {
		return regex.Advanced, nil
	}
	flags, global, err := regexFlags(c.Args[at].Bytes(i))
	if err == nil && global {
		err = noGlobal(function)
	}
	return flags, err
}

// regexTest is ~ and its relatives.
func regexTest(not bool, flags regex.Flags) Kernel {
	return func(c *Call, out *vector.Column, sel []int32) error {
		s := ready[regexCache](c)
		text, pattern := c.Args[0], c.Args[1]
		for _, i := range sel {
			re, err := s.get(c, pattern.Bytes(i), flags)
			if err != nil {
				return err
			}
			ok, err := re.Match(c.Env.Ctx, text.Bytes(i))
			if err != nil {
				return interrupted(err)
			}
			out.Bools[i] = ok != not
		}
		return nil
	}
}

// matches calls each for the matches of a text (setup_regexp_matches): caps are as [regex.Regexp.Find] gives them.
func matches(c *Call, re *regex.Regexp, text *regex.Text, start int, global, skipEmpty bool, each func(caps []int) bool) error {
	end, previous := len(text.Runes), 0
	for start <= end {
		caps, err := re.Find(c.Env.Ctx, start)
		if err != nil {
			return interrupted(err)
		}
		if caps == nil {
			return nil
		}
		from, to := caps[0], caps[1]
		if !skipEmpty || from < end && to > previous {
			if !each(caps) {
				return nil
			}
		}
		if !global {
			return nil
		}
		previous, start = to, to
		if from == to {
			start++
		}
	}
	return nil
}

// captures gives the texts of a match's subexpressions, or the match where there are none.
func captures(v []byte, t *regex.Text, re *regex.Regexp, caps []int) *types.Array {
	from := 0
	if re.NumSub > 0 {
		from = 2
	}
	elems := make([]types.Datum, 0, len(caps)/2)
	for k := from; k < len(caps); k += 2 {
		if caps[k] < 0 {
			elems = append(elems, types.NullDatum)
			continue
		}
		elems = append(elems, types.Datum{Bytes: bytes.Clone(v[t.Offset(caps[k]):t.Offset(caps[k+1])])})
	}
	return types.NewArray(types.TextOID, elems)
}

func regexpMatch(c *Call, i int32) (*types.Array, error) {
	flags, err := callFlags(c, i, 2, "regexp_match()")
	if err != nil {
		return nil, err
	}
	re, err := ready[regexCache](c).get(c, c.Args[1].Bytes(i), flags)
	if err != nil {
		return nil, err
	}
	v := c.Args[0].Bytes(i)
	t := re.Load(v)
	var found *types.Array
	err = matches(c, re, t, 0, false, false, func(caps []int) bool {
		found = captures(v, t, re, caps)
		return false
	})
	return found, err
}

// regexpMatches is the set-returning function.
func regexpMatches(c *Call, row int32, emit func([]types.Datum) bool) error {
	flags, global := regex.Advanced, false
	if len(c.Args) > 2 {
		var err error
		if flags, global, err = regexFlags(c.Args[2].Bytes(row)); err != nil {
			return err
		}
	}
	re, err := ready[regexCache](c).get(c, c.Args[1].Bytes(row), flags)
	if err != nil {
		return err
	}
	v := c.Args[0].Bytes(row)
	t := re.Load(v)
	return matches(c, re, t, 0, global, false, func(caps []int) bool {
		return emit([]types.Datum{{Array: captures(v, t, re, caps)}})
	})
}

// splitRegex calls each for the pieces between matches.
func splitRegex(c *Call, i int32, function string, each func([]byte) bool) error {
	flags, err := callFlags(c, i, 2, function)
	if err != nil {
		return err
	}
	re, err := ready[regexCache](c).get(c, c.Args[1].Bytes(i), flags)
	if err != nil {
		return err
	}
	v := c.Args[0].Bytes(i)
	t := re.Load(v)
	from, more := 0, true
	err = matches(c, re, t, 0, true, true, func(caps []int) bool {
		more = each(v[from:t.Offset(caps[0])])
		from = t.Offset(caps[1])
		return more
	})
	if err == nil && more {
		each(v[from:])
	}
	return err
}

func regexpSplitToArray(c *Call, i int32) (*types.Array, error) {
	elems := []types.Datum{}
	err := splitRegex(c, i, "regexp_split_to_array()", func(v []byte) bool {
		elems = append(elems, types.Datum{Bytes: bytes.Clone(v)})
		return true
	})
	return types.NewArray(types.TextOID, elems), err
}

func regexpSplitToTable(c *Call, row int32, emit func([]types.Datum) bool) error {
	return splitRegex(c, row, "regexp_split_to_table()", func(v []byte) bool {
		return emit([]types.Datum{{Bytes: bytes.Clone(v)}})
	})
}

func badParameter(name string, v int64) error {
	return pgerr.New(pgerr.InvalidParameterValue, "invalid value for parameter \"%s\": %d", name, v)
}

// intArg reads an integer argument, or gives a default where the form of the function has none there.
func intArg(c *Call, i int32, at int, otherwise int64) int64 {
	if at < 0 || at >= len(c.Args) {
		return otherwise
	}
	return c.Args[at].Ints[i]
}

// replaceRegex is regexp_replace; start, n and flags are where the arguments stand, -1 for none.
func replaceRegex(startAt, nAt, flagsAt int) Kernel {
	return appending(func(c *Call, dst []byte, i int32) ([]byte, error) {
		v, by := c.Args[0].Bytes(i), c.Args[2].Bytes(i)
		start := intArg(c, i, startAt, 1)
		if start <= 0 {
			return nil, badParameter("start", start)
		}
		n := intArg(c, i, nAt, 1)
		if n < 0 {
			return nil, badParameter("n", n)
		}
		flags := regex.Advanced
		if flagsAt >= 0 {
			text := c.Args[flagsAt].Bytes(i)
			if startAt < 0 && len(text) > 0 && text[0] >= '0' && text[0] <= '9' {
				return nil, pgerr.New(pgerr.InvalidParameterValue, "invalid regular expression option: \"%s\"", text[:1]).
					WithHint("If you meant to use regexp_replace() with a start parameter, cast the fourth argument to integer explicitly.")
			}
			f, global, err := regexFlags(text)
			if err != nil {
				return nil, err
			}
			flags = f
			if nAt < 0 && global {
				n = 0
			}
		}
		re, err := ready[regexCache](c).get(c, c.Args[1].Bytes(i), flags)
		if err != nil {
			return nil, err
		}
		t := re.Load(v)
		done, count, off := 0, int64(0), len(dst)
		err = matches(c, re, t, int(start-1), true, false, func(caps []int) bool {
			if count++; n > 0 && count != n {
				return true
			}
			dst = append(dst, v[done:t.Offset(caps[0])]...)
			dst = appendReplacement(dst, by, v, t, caps)
			done = t.Offset(caps[1])
			return n == 0 && len(dst)-off <= maxAlloc
		})
		if err == nil && len(dst)-off > maxAlloc {
			err = tooLong()
		}
		return append(dst, v[done:]...), err
	})
}

// appendReplacement fills in \1 to \9 and \&.
func appendReplacement(dst, by, v []byte, t *regex.Text, caps []int) []byte {
	for len(by) > 0 {
		at := bytes.IndexByte(by, '\\')
		if at < 0 {
			return append(dst, by...)
		}
		dst = append(dst, by[:at]...)
		by = by[at+1:]
		if len(by) == 0 {
			return append(dst, '\\')
		}
		k := 0
		switch b := by[0]; {
		case b >= '1' && b <= '9':
			k = int(b - '0')
		case b == '&':
		case b == '\\':
			dst = append(dst, '\\')
			by = by[1:]
			continue
		default:
			dst = append(dst, '\\')
			continue
		}
		by = by[1:]
		if 2*k < len(caps) && caps[2*k] >= 0 {
			dst = append(dst, v[t.Offset(caps[2*k]):t.Offset(caps[2*k+1])]...)
		}
	}
	return dst
}

// nth finds the n-th match and gives its span, or a subexpression's; ok is false where there is none.
func nth(c *Call, i int32, flags regex.Flags, start, n, sub int64) (v []byte, t *regex.Text, from, to int, ok bool, err error) {
	re, err := ready[regexCache](c).get(c, c.Args[1].Bytes(i), flags)
	if err != nil {
		return
	}
	v = c.Args[0].Bytes(i)
	t = re.Load(v)
	if re.NumSub == 0 && sub == 1 {
		sub = 0 // an expression without parentheses counts as its own first subexpression
	}
	if sub > int64(re.NumSub) {
		return
	}
	err = matches(c, re, t, int(start-1), true, false, func(caps []int) bool {
		if n--; n > 0 {
			return true
		}
		from, to = caps[2*sub], caps[2*sub+1]
		ok = from >= 0
		return false
	})
	return
}

func regexpCount(c *Call, i int32) (int64, error) {
	start := intArg(c, i, 2, 1)
	if start <= 0 {
		return 0, badParameter("start", start)
	}
	flags, err := callFlags(c, i, 3, "regexp_count()")
	if err != nil {
		return 0, err
	}
	re, err := ready[regexCache](c).get(c, c.Args[1].Bytes(i), flags)
	if err != nil {
		return 0, err
	}
	n := int64(0)
	err = matches(c, re, re.Load(c.Args[0].Bytes(i)), int(start-1), true, false, func([]int) bool { n++; return true })
	return n, err
}

func regexpInstr(c *Call, i int32) (int64, error) {
	start, n, end, sub := intArg(c, i, 2, 1), intArg(c, i, 3, 1), intArg(c, i, 4, 0), intArg(c, i, 6, 0)
	switch {
	case start <= 0:
		return 0, badParameter("start", start)
	case n <= 0:
		return 0, badParameter("n", n)
	case end != 0 && end != 1:
		return 0, badParameter("endoption", end)
	case sub < 0:
		return 0, badParameter("subexpr", sub)
	}
	flags, err := callFlags(c, i, 5, "regexp_instr()")
	if err != nil {
		return 0, err
	}
	_, _, from, to, ok, err := nth(c, i, flags, start, n, sub)
	switch {
	case !ok:
		return 0, err
	case end == 1:
		return int64(to) + 1, nil
	}
	return int64(from) + 1, nil
}

func regexpSubstr(c *Call, dst []byte, i int32) ([]byte, error) {
	start, n, sub := intArg(c, i, 2, 1), intArg(c, i, 3, 1), intArg(c, i, 5, 0)
	switch {
	case start <= 0:
		return nil, badParameter("start", start)
	case n <= 0:
		return nil, badParameter("n", n)
	case sub < 0:
		return nil, badParameter("subexpr", sub)
	}
	flags, err := callFlags(c, i, 4, "regexp_substr()")
	if err != nil {
		return nil, err
	}
	v, t, from, to, ok, err := nth(c, i, flags, start, n, sub)
	if err == nil && !ok {
		err = errNull
	}
	if err != nil {
		return dst, err
	}
	return append(dst, v[t.Offset(from):t.Offset(to)]...), nil
}

// substringRegex is substring(text from pattern): the first subexpression if there is one.
func substringRegex(c *Call, dst []byte, i int32, pattern []byte) ([]byte, error) {
	re, err := ready[regexCache](c).get(c, pattern, regex.Advanced)
	if err != nil {
		return nil, err
	}
	v := c.Args[0].Bytes(i)
	t := re.Load(v)
	caps, err := re.Find(c.Env.Ctx, 0)
	if err != nil {
		return nil, interrupted(err)
	}
	k := 0
	if re.NumSub > 0 {
		k = 2
	}
	if caps == nil || caps[k] < 0 {
		return dst, errNull
	}
	return append(dst, v[t.Offset(caps[k]):t.Offset(caps[k+1])]...), nil
}

// appendSimilar rewrites an SQL regular expression as an ARE (similar_escape_internal).
func appendSimilar(dst, p, escape []byte) ([]byte, error) {
	if len(escape) > 1 && charEnd(escape, 0) != len(escape) {
		return nil, pgerr.New(pgerr.InvalidEscapeSequence, "invalid escape string").
			WithHint("Escape string must be empty or one character.")
	}
	dst = append(dst, "^(?:"...)
	after, inClass, quotes := false, false, 0
	for len(p) > 0 {
		n := charEnd(p, 0)
		b := p[0]
		switch {
		case after && b == '"' && !inClass:
			switch quotes {
			case 0:
				dst = append(dst, "){1,1}?("...)
			case 1:
				dst = append(dst, "){1,1}(?:"...)
			default:
				return nil, pgerr.New(pgerr.InvalidUseOfEscapeCharacter,
					"SQL regular expression may not contain more than two escape-double-quote separators")
			}
			quotes++
			after = false
		case after:
			dst = append(append(dst, '\\'), p[:n]...)
			after = false
		case len(escape) > 0 && bytes.Equal(p[:n], escape):
			after = true
		case n > 1:
			dst = append(dst, p[:n]...)
		case inClass:
			if b == '\\' {
				dst = append(dst, '\\')
			}
			dst = append(dst, b)
			inClass = b != ']'
		case b == '[':
			dst = append(dst, b)
			inClass = true
		case b == '%':
			dst = append(dst, '.', '*')
		case b == '_':
			dst = append(dst, '.')
		case b == '(':
			dst = append(dst, "(?:"...)
		case b == '\\' || b == '.' || b == '^' || b == '$':
			dst = append(dst, '\\', b)
		default:
			dst = append(dst, b)
		}
		p = p[n:]
	}
	return append(dst, ')', '$'), nil
}

var backslash = []byte{'\\'}

var regexKernels = map[string]Kernel{
	"textregexeq": regexTest(false, regex.Advanced), "textregexne": regexTest(true, regex.Advanced),
	"nameregexeq": regexTest(false, regex.Advanced), "nameregexne": regexTest(true, regex.Advanced),
	"texticregexeq": regexTest(false, regex.Advanced|regex.ICase), "texticregexne": regexTest(true, regex.Advanced|regex.ICase),
	"nameicregexeq": regexTest(false, regex.Advanced|regex.ICase), "nameicregexne": regexTest(true, regex.Advanced|regex.ICase),
	"regexp_like": judging(regexpLike), "regexp_like_no_flags": judging(regexpLike),
	"regexp_match": arrayed(regexpMatch), "regexp_match_no_flags": arrayed(regexpMatch),
	"regexp_split_to_array": arrayed(regexpSplitToArray), "regexp_split_to_array_no_flags": arrayed(regexpSplitToArray),
	"regexp_count": counting(regexpCount), "regexp_count_no_flags": counting(regexpCount), "regexp_count_no_start": counting(regexpCount),
	"regexp_instr": counting(regexpInstr), "regexp_instr_no_endoption": counting(regexpInstr),
	"regexp_instr_no_flags": counting(regexpInstr), "regexp_instr_no_n": counting(regexpInstr),
	"regexp_instr_no_start": counting(regexpInstr), "regexp_instr_no_subexpr": counting(regexpInstr),
	"regexp_substr": appending(regexpSubstr), "regexp_substr_no_flags": appending(regexpSubstr),
	"regexp_substr_no_n": appending(regexpSubstr), "regexp_substr_no_start": appending(regexpSubstr),
	"regexp_substr_no_subexpr": appending(regexpSubstr),
	"textregexreplace_noopt":   replaceRegex(-1, -1, -1), "textregexreplace": replaceRegex(-1, -1, 3),
	"textregexreplace_extended": replaceRegex(3, 4, 5), "textregexreplace_extended_no_flags": replaceRegex(3, 4, -1),
	"textregexreplace_extended_no_n": replaceRegex(3, -1, -1),
	"textregexsubstr": appending(func(c *Call, dst []byte, i int32) ([]byte, error) {
		return substringRegex(c, dst, i, c.Args[1].Bytes(i))
	}),
	"substring(text,text,text)": appending(func(c *Call, dst []byte, i int32) ([]byte, error) {
		s := ready[regexCache](c)
		p, err := appendSimilar(s.similar[:0], c.Args[1].Bytes(i), c.Args[2].Bytes(i))
		if err != nil {
			return nil, err
		}
		s.similar = p
		return substringRegex(c, dst, i, p)
	}),
	"similar_to_escape_1": appending(func(c *Call, dst []byte, i int32) ([]byte, error) {
		return appendSimilar(dst, c.Args[0].Bytes(i), backslash)
	}),
	"similar_to_escape_2": appending(func(c *Call, dst []byte, i int32) ([]byte, error) {
		return appendSimilar(dst, c.Args[0].Bytes(i), c.Args[1].Bytes(i))
	}),
	"similar_escape": appending(func(c *Call, dst []byte, i int32) ([]byte, error) {
		if c.Args[0].Null(i) {
			return dst, errNull
		}
		escape := backslash
		if !c.Args[1].Null(i) {
			escape = c.Args[1].Bytes(i)
		}
		return appendSimilar(dst, c.Args[0].Bytes(i), escape)
	}),
}

func regexpLike(c *Call, i int32) (bool, error) {
	flags, err := callFlags(c, i, 2, "regexp_like()")
	if err != nil {
		return false, err
	}
	re, err := ready[regexCache](c).get(c, c.Args[1].Bytes(i), flags)
	if err != nil {
		return false, err
	}
	ok, err := re.Match(c.Env.Ctx, c.Args[0].Bytes(i))
	return ok, interrupted(err)
}

var regexSetKernels = map[string]SetKernel{
	"regexp_matches": regexpMatches, "regexp_matches_no_flags": regexpMatches,
	"regexp_split_to_table": regexpSplitToTable, "regexp_split_to_table_no_flags": regexpSplitToTable,
}
