package regex

// Flags are the compile-time options (regex.h).
type Flags uint16

const (
	Extended Flags = 1 << iota
	AdvF           // what AREs have beyond EREs
	Quote          // no special characters
	ICase
	Expanded // white space and comments are skipped
	NLStop   // . and [^] do not match a newline
	NLAnch   // ^ and $ match at newlines

	Advanced = Extended | AdvF
	Newline  = NLStop | NLAnch
)

// Argument applies one letter of a function's flags argument; ok is false for one that is none. Where embedded options
// have (?e) for EREs, the letter e gives BREs: PostgreSQL's parse_re_flags clears what it has just set.
func (f Flags) Argument(c rune) (_ Flags, ok bool) {
	if c == 'e' {
		return f &^ (Advanced | Quote), true
	}
	return f.embedded(c)
}

// embedded applies one letter of (?…).
func (f Flags) embedded(c rune) (_ Flags, ok bool) {
	switch c {
	case 'b':
		f &^= Advanced | Quote
	case 'c':
		f &^= ICase
	case 'e':
		f |= Extended
		f &^= AdvF | Quote
	case 'i':
		f |= ICase
	case 'm', 'n':
		f |= Newline
	case 'p':
		f |= NLStop
		f &^= NLAnch
	case 'q':
		f |= Quote
		f &^= Advanced
	case 's':
		f &^= Newline
	case 't':
		f &^= Expanded
	case 'w':
		f &^= NLStop
		f |= NLAnch
	case 'x':
		f |= Expanded
	default:
		return f, false
	}
	return f, true
}

// Error is why an expression does not compile, in PostgreSQL's words: "parentheses () not balanced".
type Error string

func (e Error) Error() string { return string(e) }

// The reasons (regerrs.h).
const (
	errBadPat  Error = "invalid regexp (reg version 0.8)"
	errCollate Error = "invalid collating element"
	errCType   Error = "invalid character class"
	errEscape  Error = "invalid escape \\ sequence"
	errSubReg  Error = "invalid backreference number"
	errBrack   Error = "brackets [] not balanced"
	errParen   Error = "parentheses () not balanced"
	errBrace   Error = "braces {} not balanced"
	errBadBR   Error = "invalid repetition count(s)"
	errRange   Error = "invalid character range"
	errBadRpt  Error = "quantifier operand invalid"
	errInvArg  Error = "invalid argument to regex function"
	errBadOpt  Error = "invalid embedded option"
	errTooBig  Error = "regular expression is too complex"
)
