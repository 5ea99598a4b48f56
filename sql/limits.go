package sql

import (
	"sync"

	"google.golang.org/protobuf/reflect/protoreflect"

	"howdah/internal/pgdata"
	"howdah/pgerr"
)

// The parser's tables bound how deep a text may nest to the right only in part, and to the left not at all; what it
// makes of a tree of some 6,000 levels overflows the C stack and kills the process. So the tokens are counted first,
// in one pass and with no tree: a level of the tree takes at least one token, so that no tree is higher than there
// are tokens. Three things make the bound a useful one.
//
//   - Names, constants and dots do not count: alone they make no level.
//   - The parts of a flat list stand side by side. Commas, AND and OR (PostgreSQL makes one node of a chain of either),
//     WHEN, THEN and ELSE and the set operators end one part and begin the next; the highest part counts. Joins and
//     set operations, which nest to the left over such parts, are counted apart.
//   - What is in brackets, or between CASE and END, counts as one of the parts it stands in, and one more.
//
// Every word that ends a part is reserved, so that it cannot be a name in the middle of an expression (but after a
// dot, where it is skipped). Behind a bracket that does not fit, the parser stops; what the scan makes of the rest
// is of no matter.

// maxTokens bounds memory: the parser and the tree take up to half a kilobyte for each.
const maxTokens = 1_000_000

const depthHint = "Split the expression: long lists, and chains of AND or OR, may be any length, but operators and brackets nest."

// frame is an open bracket, CASE, BEGIN ATOMIC, or the text itself.
type frame struct {
	opener   byte // ( [ c a, or 0
	chain    int  // levels over the parts: joins and set operations
	highest  int  // of the parts that ended
	part     int  // tokens of the part at hand
	inner    int  // highest of the brackets in it
	betweens int  // that wait for their AND
}

func (f *frame) endPart() {
	f.highest = max(f.highest, f.part+f.inner)
	f.part, f.inner = 0, 0
}

func (f *frame) height() int { return f.chain + max(f.highest, f.part+f.inner) }

// checkLimits refuses texts that the parser would not survive. junk is the error of the first number or parameter with
// letters after it, which is one only if the parser finds no error before it.
func checkLimits(text string) (junk *pgerr.Error, err error) {
	limit := maxDepth()
	l := lexer{text: text}
	stack := make([]frame, 1, 16)
	tokens := 0
	afterDot, afterAs, afterBegin := false, false, false
	for {
		t := l.next()
		if t == tokenEnd {
			// Words such as BEGIN ATOMIC open a frame even where they are names, so all that is open adds up.
			for len(stack) > 1 {
				stack = pop(stack, 1)
			}
			if stack[0].height() > limit {
				return nil, tooDeep()
			}
			return junk, nil
		}
		if tokens++; tokens > maxTokens {
			return nil, pgerr.New(pgerr.ProgramLimitExceeded, "statement is too long: more than %d tokens", maxTokens)
		}
		top := &stack[len(stack)-1]
		wasDot, wasAs, wasBegin := afterDot, afterAs, afterBegin
		afterDot, afterAs, afterBegin = false, false, false
		switch t {
		case tokenJunk:
			if junk == nil {
				what := "numeric literal"
				if text[l.start] == '$' {
					what = "parameter"
				}
				junk = pgerr.New(pgerr.SyntaxError, `trailing junk after %s at or near "%s"`, what, text[l.start:l.end]).
					AtPosition(Position(text, l.start))
			}
		case tokenOperator:
			top.part++
		case tokenOther:
			switch c := text[l.start]; c {
			case '.':
				afterDot = true
			case ',':
				top.endPart()
			case ';':
				top.endPart()
				if len(stack) == 1 {
					*top = frame{}
				}
			case '(', '[':
				stack = append(stack, frame{opener: c})
			case ')', ']':
				for len(stack) > 1 && stack[len(stack)-1].opener >= 'a' {
					stack = pop(stack, 1)
				}
				if len(stack) > 1 {
					stack = pop(stack, 1)
				}
			default:
				top.part++
			}
		case tokenWord:
			if wasDot || l.end-l.start > longestWord {
				break
			}
			switch word := lookUp(text[l.start:l.end]); word {
			case wordNone:
			case wordAs:
				top.part++
				afterAs = true
			case wordBegin:
				top.part++
				afterBegin = true
			case wordAtomic:
				top.part++
				if wasBegin {
					stack = append(stack, frame{opener: 'a'})
				}
			case wordCase:
				if !wasAs {
					stack = append(stack, frame{opener: 'c', chain: 1})
				}
			case wordEnd:
				if !wasAs && top.opener >= 'a' {
					stack = pop(stack, 1)
				}
			case wordBetween:
				top.part++
				top.betweens++
			case wordAnd:
				if top.betweens > 0 {
					top.betweens--
					top.part++
				} else {
					top.endPart()
				}
			case wordOr:
				top.endPart()
			case wordWhen:
				if top.opener == 'c' {
					top.endPart()
				} else {
					top.part++
				}
			case wordJoin: // may be a function's name too, so it must not end a part
				top.chain++
			case wordSetOperator:
				top.endPart()
				top.chain++
			default:
				top.part++
			}
		}
		if top = &stack[len(stack)-1]; len(stack) > limit || top.height() > limit {
			return nil, tooDeep()
		}
	}
}

func tooDeep() *pgerr.Error {
	return pgerr.New(pgerr.StatementTooComplex, "stack depth limit exceeded").WithHint("%s", depthHint)
}

// pop closes the last frame, which weighs what it held and so much more in the part it stood in.
func pop(stack []frame, weight int) []frame {
	closed := &stack[len(stack)-1]
	stack = stack[:len(stack)-1]
	top := &stack[len(stack)-1]
	top.inner = max(top.inner, closed.height()+weight)
	return stack
}

// word is what a key word does to the count.
type word uint8

const (
	wordNone word = iota // not a key word
	wordAny
	wordAs
	wordBegin
	wordAtomic
	wordCase
	wordEnd
	wordBetween
	wordAnd
	wordOr
	wordWhen
	wordJoin
	wordSetOperator
)

// longestWord is the length of the longest key word (current_timestamp has 17), with room.
const longestWord = 24

var words = sync.OnceValue(func() map[string]word {
	m := make(map[string]word, len(pgdata.Keywords()))
	for _, k := range pgdata.Keywords() {
		m[k.Word] = wordAny
	}
	for text, w := range map[string]word{
		"as": wordAs, "begin": wordBegin, "atomic": wordAtomic, "case": wordCase, "end": wordEnd,
		"between": wordBetween, "and": wordAnd, "or": wordOr, "when": wordWhen, "then": wordWhen, "else": wordWhen,
		"join": wordJoin, "union": wordSetOperator, "intersect": wordSetOperator, "except": wordSetOperator,
	} {
		m[text] = w
	}
	return m
})

func lookUp(s string) word {
	var lower [longestWord]byte
	for i := range len(s) {
		c := s[i]
		if c >= 'A' && c <= 'Z' {
			c |= 0x20
		}
		lower[i] = c
	}
	return words()[string(lower[:len(s)])]
}

// deeperThan tells whether messages nest deeper than so many levels.
func deeperThan(m protoreflect.Message, levels int) bool {
	if levels == 0 {
		return true
	}
	deeper := false
	m.Range(func(field protoreflect.FieldDescriptor, value protoreflect.Value) bool {
		if field.Message() == nil {
			return true
		}
		if !field.IsList() {
			deeper = deeperThan(value.Message(), levels-1)
			return !deeper
		}
		for list, i := value.List(), 0; i < list.Len() && !deeper; i++ {
			deeper = deeperThan(list.Get(i).Message(), levels-1)
		}
		return !deeper
	})
	return deeper
}
