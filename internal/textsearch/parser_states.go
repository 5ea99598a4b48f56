package textsearch

import (
	"fmt"
	"strings"
	"unicode/utf8"
)

// test is a question about the character where the parser is.
type test uint8

const (
	isAlways test = iota
	isEnd
	isChar
	isLetter // of ASCII
	isAlpha
	isNumber
	isAlnum
	isNotAlnum
	isHex
	isBlank
	isURLChar
	isSpecial
	isIgnored
	isHostDue
	isHostAhead
	isPathAhead
)

// move is what a rule does to the stack of places to go back to.
type move uint8

const (
	goOn      move = iota
	goBack         // to the last place, and on with the rule after the one that left it
	branch         // remember this place
	commit         // forget the last place
	commitAll      // forget all places
	keepPlace      // forget the last place, but take its state
	again          // look at the same character in the new state
)

type rule struct {
	test  test
	char  byte
	move  move
	token TokenType // found, if not 0
	to    state     // or same
	hook  func(p *Parser, start int)
}

type state uint8

const same state = 0xff

// The states by their names in the graph; the others have only their names.
var (
	base         state
	urlPathFirst state
)

// graph is the default parser as a graph of states (wparser_def.c). A line is a state and its rules; of the rules the
// first whose test is true decides. A rule is a test, then what is done:
//
//	>state   go on to the state (> alone: stay)
//	^state   likewise, but remember this place to come back to, and to the rule after this one
//	!state   likewise, and forget the place remembered last
//	<        go back to the place remembered last
//	=token   the token ends here; =token/state goes on from a state other than base;
//	         =token! forgets the last place, =token!! all places
//
// The tests: $ end of text, a letter of ASCII, A letter, d digit, w letter or digit, W neither, x hexadecimal digit,
// s blank, u character of a URL, * mark that does not end a word, @ignored within a script, @due a URL's host is due,
// @host a host stands here, @path the path of a URL stands here, 'c the character c, _ always.
const graph = `
base            $>stop '<^tagFirst @ignored>blank a>asciiWord A>word d>uint '-^signFirst '+^signFirst '&^entityFirst '~^tilde '/^fileFirst '.^dotFirst _>blank
numWord         $=numword w> *> '@^email '/^fileFirst '.^fileNext '-^hyphenNumFirst _=numword
asciiWord       $=asciiword a> '.^domainFirst '.^fileNext '-^hostFirst '-^hyphenAsciiFirst '_^hostFirst '@^email ':^protocolFirst '/^fileFirst d^host d>numWord A>word *>word _=asciiword
word            $=word A> *> d>numWord '-^hyphenWordFirst _=word
uint            $=uint d> '.^domainFirst '.^udecimalFirst 'e^mantissaFirst 'E^mantissaFirst '-^hostFirst '_^hostFirst '@^email a^host A>numWord *>numWord '/^fileFirst _=uint
signFirst       $< d!int _<
int             $=int d> '.^decimalFirst 'e^mantissaFirst 'E^mantissaFirst _=int
blank           $=blank '<=blank @ignored> '-=blank '+=blank '&=blank '/=blank W> _=blank
udecimalFirst   $< d!udecimal _<
udecimal        $=float d> '.^versionFirst 'e^mantissaFirst 'E^mantissaFirst _=float
decimalFirst    $< d!decimal _<
decimal         $=float d> '.^signedVersion 'e^mantissaFirst 'E^mantissaFirst _=float
signedVersion   $< d#versionSign _<
versionSign     $< d=blank!!/uint _>
versionFirst    $< d!version _<
version         $=version d> '.^versionFirst _=version
mantissaFirst   $< d!mantissa '+>mantissaSign '->mantissaSign _<
mantissaSign    $< d!mantissa _<
mantissa        $=sfloat d> _=sfloat
entityFirst     $< '#>entityNumFirst a>entity ':>entity '_>entity _<
entity          $< w> ':> '_> '.> '-> ';>entityEnd _<
entityNumFirst  $< 'x>entityHexFirst 'X>entityHexFirst d>entityNum _<
entityHexFirst  $< x>entityHex _<
entityNum       $< d> ';>entityEnd _<
entityHex       $< x> ';>entityEnd _<
entityEnd       _=entity!
tagFirst        $< '/^tagClose '!^commentFirst '?^xmlFirst a^tagName ':^tagName '_^tagName _<
xmlFirst        $< 'x>tag _<
tagClose        $< a>tagName _<
tagName         $< '/>tagSlash '>~tagEnd s~tag w> ':> '_> '.> '-> _<
tagSlash        $< '>>tagEnd _<
tag             $< '>~tagEnd ''>tagQuote '">tagDouble a> d> '=> '-> '_> '#> '/> ':> '.> '&> '?> '%> '~> s~ _<
tagQuote        $< '\^tagEscape ''>tag _>
tagDouble       $< '\^tagEscape '">tag _>
tagEscape       $< _+
tagEnd          _=tag!!
commentFirst    $< '->commentLast 'D>tag 'd>tag _<
commentLast     $< '->comment _<
comment         $< '->commentClose _>
commentClose    $< '->commentClosing _>comment
commentClosing  $< '-> '>>commentEnd _>comment
commentEnd      _=tag!!
domainFirst     $< a>domainSecond d>host _<
domainSecond    $< a>domain d^host '-^hostFirst '_^hostFirst '.^domainFirst '@^email _<
domain          $=host!! a> d^host ':^portFirst '-^hostFirst '_^hostFirst '.^domainFirst '@^email d< @due=host!!/urlPathStart '/^url _=host!!
portFirst       $< d>port _<
port            $=host!! d> @due=host!!/urlPathStart '/^url _=host!!
hostFirst       $< d>host a>host _<
host            $< d> a> '@^email '.^domainFirst '-^hostFirst '_^hostFirst _<
email           @due< @host=email!! _<
fileFirst       $< a>file d>file '.>pathFirst '_>file '~^tilde _<
tilde           $< a>file d>file '_>file '/>fileFirst _<
pathFirst       $< a>file d>file '_>file '.>pathSecond '/>fileFirst _<
dotFirst        $< '.>pathSecond '/>fileFirst _<
pathSecond      $=file! '/^fileFirst '/=file! s=file! _<
file            $=file a> d> '.^fileNext '_> '-> '/^fileFirst _=file
fileNext        $< a!file d!file '_!file _<
urlPathFirst    $< u>urlPath _<
urlPathStart    _>urlPath
urlPath         $=url_path u> _=url_path
url             $< @path%url _<
protocolFirst   $< '/>protocolSecond _<
protocolSecond  $< '/>protocolEnd _<
protocolEnd     _=protocol!!
hyphenAsciiFirst $< a>hyphenAscii A>hyphenWord d>hyphenDigits _<
hyphenAscii     $%asciihword a> A>hyphenWord *>hyphenWord d>hyphenNum '-^hyphenAsciiFirst _%asciihword
hyphenWordFirst $< A>hyphenWord d>hyphenDigits _<
hyphenWord      $%hword A> *> d>hyphenNum '-^hyphenWordFirst _%hword
hyphenNumFirst  $< A>hyphenNum d>hyphenDigits _<
hyphenNum       $%numhword w> *> '-^hyphenNumFirst _%numhword
hyphenDigits    $< d> A>hyphenNum *>hyphenNum _<
parts           $&base a>partAscii A>partWord d^partDigits '-^partHyphen _&base
partHyphen      $< w=blank!/parts *=blank!/parts _<
partWord        $=hword_part A> *> d>partNum _=hword_part/parts
partAscii       $=hword_asciipart a> A>partWord *>partWord d>partNum _=hword_asciipart/parts
partNum         $=hword_numpart w> *> _=hword_numpart/parts
partDigits      $< d> A!partNum *!partNum _<
`

var machine, stateNumbers = makeMachine()

// firstRules has for each state and character of ASCII the first rule whose test may be true.
var firstRules = func() [][utf8.RuneSelf]uint8 {
	out := make([][utf8.RuneSelf]uint8, len(machine))
	for s, rules := range machine {
		for c := range out[s] {
			for i := range rules {
				if t := rules[i].test; t == isAlways || t >= isIgnored || rules[i].holdsOf(byte(c)) {
					out[s][c] = uint8(i)
					break
				}
			}
		}
	}
	return out
}()

var tokenNames = []string{
	"", "asciiword", "word", "numword", "email", "url", "host", "sfloat", "version", "hword_numpart", "hword_part",
	"hword_asciipart", "blank", "tag", "protocol", "numhword", "asciihword", "hword", "url_path", "file", "float", "int",
	"uint", "entity",
}

func init() { base, urlPathFirst = stateNumbers["base"], stateNumbers["urlPathFirst"] }

// makeMachine reads the graph. Beyond what its comment says: # restarts the token, % ends a token that is then cut into
// parts, ~ notes the name of a tag, + takes the state of the last place, & looks again, and stop is no state.
func makeMachine() ([][]rule, map[string]state) {
	lines := strings.Split(strings.TrimSpace(graph), "\n")
	numbers := map[string]state{"": same, "stop": same}
	for i, line := range lines {
		numbers[strings.Fields(line)[0]] = state(i)
	}
	tokens := map[string]TokenType{}
	for i, name := range tokenNames {
		tokens[name] = TokenType(i)
	}
	to := func(name string) state {
		n, ok := numbers[name]
		if !ok {
			panic("textsearch: no state " + name)
		}
		return n
	}
	token := func(name string) TokenType {
		n, ok := tokens[name]
		if !ok || n == 0 {
			panic("textsearch: no token " + name)
		}
		return n
	}
	tests := map[byte]test{
		'$': isEnd, 'a': isLetter, 'A': isAlpha, 'd': isNumber, 'w': isAlnum, 'W': isNotAlnum, 'x': isHex, 's': isBlank,
		'u': isURLChar, '*': isSpecial, '_': isAlways,
	}
	named := map[string]test{"@ignored": isIgnored, "@due": isHostDue, "@host": isHostAhead, "@path": isPathAhead}
	out := make([][]rule, len(lines))
	for i, line := range lines {
		for _, text := range strings.Fields(line)[1:] {
			r, rest := rule{to: same}, ""
			switch text[0] {
			case '\'':
				r.test, r.char, rest = isChar, text[1], text[2:]
			case '@':
				n := strings.IndexAny(text, "<=>%")
				r.test, rest = named[text[:n]], text[n:]
			default:
				r.test, rest = tests[text[0]], text[1:]
			}
			name := rest[1:]
			switch rest[0] {
			case '>':
				r.to = to(name)
			case '^':
				r.move, r.to = branch, to(name)
			case '!':
				r.move, r.to = commit, to(name)
			case '<':
				r.move = goBack
			case '#':
				r.move, r.to, r.hook = again, to(name), restart
			case '~':
				r.to, r.hook = to(name), noteTag
			case '+':
				r.move = keepPlace
			case '&':
				r.move, r.to = again, to(name)
			case '%':
				r.move, r.token, r.to, r.hook = commitAll, token(name), to("parts"), rewind
				if name == "url" {
					r.to, r.hook = to("base"), rewindURL
				}
			case '=':
				name, next, found := strings.Cut(name, "/")
				if !found {
					next = "base"
				}
				switch {
				case strings.HasSuffix(name, "!!"):
					r.move = commitAll
				case strings.HasSuffix(name, "!"):
					r.move = commit
				}
				r.token, r.to = token(strings.TrimRight(name, "!")), to(next)
			default:
				panic(fmt.Sprintf("textsearch: rule %q", text))
			}
			out[i] = append(out[i], r)
		}
	}
	return out, numbers
}
