package textsearch

import (
	"bytes"
	"strconv"

	"howdah/internal/ctype"
	"howdah/pgerr"
)

// queryForm is how the text of a query is to be read.
type queryForm uint8

const (
	standardForm queryForm = iota // operators, brackets, weights
	plainForm                     // one operand
	webForm                       // words, "quotes", or, -
)

type queryToken uint8

const (
	tokenEnd queryToken = iota
	tokenOperand
	tokenOperator
	tokenOpen
	tokenClose
)

// queryReader cuts a query into tokens and makes its tree (tsquery.c). Nodes come in the order of operands before
// operators and wait on a stack.
type queryReader struct {
	form     queryForm
	text     []byte
	at       int
	brackets int
	operator bool // an operator is due, not an operand
	begun    bool // something was read, so that an operand must come
	lexemes  lexemeReader

	// of the last token
	op       Operator
	distance int
	value    []byte
	weights  uint8
	prefix   bool

	stack []*Node
	size  int // bytes of all lexemes
	stops bool
	push  func(r *queryReader, value []byte, weights uint8, prefix bool) error
}

func (r *queryReader) syntaxError() error {
	return pgerr.New(pgerr.SyntaxError, "syntax error in tsquery: \"%s\"", r.text)
}

// ParseQuery appends a query read from its text form (tsqueryin).
func ParseQuery(dst, text []byte) ([]byte, error) {
	return parseQuery(dst, text, standardForm, func(r *queryReader, value []byte, weights uint8, prefix bool) error {
		return r.pushValue(value, weights, prefix)
	})
}

func parseQuery(dst, text []byte, form queryForm, push func(r *queryReader, value []byte, weights uint8, prefix bool) error) ([]byte, error) {
	if i := bytes.IndexByte(text, 0); i >= 0 {
		text = text[:i]
	}
	r := &queryReader{form: form, text: text, push: push}
	r.lexemes = lexemeReader{text: text, query: true, web: form == webForm}
	if err := r.read(0); err != nil {
		return nil, err
	}
	if len(r.stack) == 0 {
		return AppendQuery(dst, nil), nil
	}
	if len(r.stack) > 1 {
		return nil, badMessage(pgerr.InternalError, "malformed tsquery: extra nodes")
	}
	root := r.stack[0]
	if r.stops {
		root, _, _ = withoutStops(root)
	}
	return AppendQuery(dst, root), nil
}

func (r *queryReader) pushValue(value []byte, weights uint8, prefix bool) error {
	if len(value) >= maxLexeme {
		return pgerr.New(pgerr.ProgramLimitExceeded, "word is too long in tsquery: \"%s\"", r.text)
	}
	if r.size >= maxStrings {
		return pgerr.New(pgerr.ProgramLimitExceeded, "value is too big in tsquery: \"%s\"", r.text)
	}
	r.size += len(value) + 1
	r.stack = append(r.stack, &Node{Lexeme: bytes.Clone(value), Weights: weights, Prefix: prefix})
	return nil
}

// pushStop puts a placeholder for a word that is no lexeme.
func (r *queryReader) pushStop() {
	r.stops = true
	r.stack = append(r.stack, &Node{stop: true})
}

// pushOperator joins what is on top of the stack.
func (r *queryReader) pushOperator(op Operator, distance int) error {
	n := &Node{Op: op}
	if op == Phrase {
		n.Distance = distance
	}
	need := 2
	if op == Not {
		need = 1
	}
	top := len(r.stack) - need
	if top < 0 {
		return badMessage(pgerr.InternalError, "malformed tsquery: operand not found")
	}
	n.Right = r.stack[len(r.stack)-1]
	if op != Not {
		n.Left = r.stack[top]
	}
	for _, part := range r.stack[top:] {
		n.height = max(n.height, part.height+1)
	}
	if n.height > maxDepth {
		return tooDeep()
	}
	r.stack = append(r.stack[:top], n)
	return nil
}

type waitingOperator struct {
	op       Operator
	distance int
}

// maxWaiting is how many operators may wait for their right side (STACKDEPTH).
const maxWaiting = 32

// read reads up to the end or the closing bracket.
func (r *queryReader) read(depth int) error {
	if depth > maxNesting {
		return tooDeep()
	}
	var waiting []waitingOperator
	settle := func(op Operator) error {
		for n := len(waiting); n > 0; n = len(waiting) {
			top := waiting[n-1]
			if p, q := op.priority(), top.op.priority(); p > q || op == Not && p == q { // Not alone is right associative
				break
			}
			waiting = waiting[:n-1]
			if err := r.pushOperator(top.op, top.distance); err != nil {
				return err
			}
		}
		return nil
	}
	for {
		token, err := r.next()
		if err != nil {
			return err
		}
		switch token {
		case tokenOperand:
			err = r.push(r, r.value, r.weights, r.prefix)
		case tokenOperator:
			op, distance := r.op, r.distance
			if err = settle(op); err != nil {
				break
			}
			if len(waiting) == maxWaiting {
				return badMessage(pgerr.InternalError, "tsquery stack too small")
			}
			waiting = append(waiting, waitingOperator{op, distance})
		case tokenOpen:
			err = r.read(depth + 1)
		default:
			return settle(Or)
		}
		if err != nil {
			return err
		}
	}
}

func (r *queryReader) next() (queryToken, error) {
	r.weights, r.prefix = 0, false
	switch r.form {
	case plainForm:
		if r.at >= len(r.text) {
			return tokenEnd, nil
		}
		r.value = r.text[r.at:]
		r.at = len(r.text)
		return tokenOperand, nil
	case webForm:
		return r.nextWeb()
	}
	return r.nextStandard()
}

// found ends an operator of one byte.
func (r *queryReader) found(op Operator) (queryToken, error) {
	r.at++
	r.operator, r.begun = false, true
	r.op = op
	return tokenOperator, nil
}

func (r *queryReader) nextStandard() (queryToken, error) {
	for {
		switch {
		case !r.operator && isAt(r.text, r.at, '!'):
			return r.found(Not)
		case !r.operator && isAt(r.text, r.at, '('):
			r.at++
			r.begun = true
			r.brackets++
			return tokenOpen, nil
		case !r.operator && isAt(r.text, r.at, ':'):
			return 0, r.syntaxError()
		case !r.operator && !isSpace(r.text, r.at):
			return r.operand()
		case !r.operator:
		case isAt(r.text, r.at, '&'):
			return r.found(And)
		case isAt(r.text, r.at, '|'):
			return r.found(Or)
		case isAt(r.text, r.at, '<'):
			if err := r.phrase(); err != nil {
				return 0, err
			}
			r.operator, r.op = false, Phrase
			return tokenOperator, nil
		case isAt(r.text, r.at, ')'):
			r.at++
			if r.brackets--; r.brackets < 0 {
				return 0, r.syntaxError()
			}
			return tokenClose, nil
		case r.at >= len(r.text) && r.brackets == 0:
			return tokenEnd, nil
		case !isSpace(r.text, r.at):
			return 0, r.syntaxError()
		}
		r.at += charLen(r.text, r.at)
	}
}

// operand reads a lexeme with its weights.
func (r *queryReader) operand() (queryToken, error) {
	r.lexemes.at = r.at
	ok, err := r.lexemes.next()
	if err != nil {
		return 0, err
	}
	if ok {
		r.at = r.lexemes.at
		r.value = r.lexemes.word
		r.modifiers()
		r.operator, r.begun = true, true
		return tokenOperand, nil
	}
	if !r.begun {
		return tokenEnd, nil
	}
	return 0, pgerr.New(pgerr.SyntaxError, "no operand in tsquery: \"%s\"", r.text)
}

// modifiers reads :*AB.
func (r *queryReader) modifiers() {
	if !isAt(r.text, r.at, ':') {
		return
	}
	for r.at++; r.at < len(r.text); r.at++ {
		switch c := r.text[r.at]; {
		case c == '*':
			r.prefix = true
		case c|0x20 >= 'a' && c|0x20 <= 'd' && c < 0x80:
			r.weights |= 1 << ('d' - (c | 0x20))
		default:
			return
		}
	}
}

// phrase reads <-> or <3>. PostgreSQL does not see one at the very end of the text.
func (r *queryReader) phrase() error {
	i, distance := r.at+1, 1
	if isAt(r.text, i, '-') {
		i++
	} else {
		start := i
		for isDigit(r.text, i) {
			i++
		}
		if i == start {
			return r.syntaxError()
		}
		n, err := strconv.ParseInt(string(r.text[start:i]), 10, 64)
		if err != nil || n > maxPosition {
			return badDistance()
		}
		distance = int(n)
	}
	if !isAt(r.text, i, '>') || i+1 >= len(r.text) {
		return r.syntaxError()
	}
	r.at, r.distance = i+1, distance
	return nil
}

func badDistance() error {
	return pgerr.New(pgerr.InvalidParameterValue, "distance in phrase operator must be an integer value between zero and %d inclusive", maxPosition)
}

func (r *queryReader) nextWeb() (queryToken, error) {
	for {
		switch {
		case !r.operator && isAt(r.text, r.at, '-'):
			return r.found(Not)
		case !r.operator && isAt(r.text, r.at, '"'):
			r.at++
			end := bytes.IndexByte(r.text[r.at:], '"')
			if end < 0 {
				r.value, r.at = r.text[r.at:], len(r.text)
			} else {
				r.value, r.at = r.text[r.at:r.at+end], r.at+end+1
			}
			r.operator, r.begun = true, true
			return tokenOperand, nil
		case !r.operator && isOperator(r.text, r.at):
			r.at++
			r.begun = true
			continue
		case !r.operator && !isSpace(r.text, r.at):
			r.lexemes.at = r.at
			ok, err := r.lexemes.next()
			if err != nil {
				return 0, err
			}
			if ok {
				r.at, r.value = r.lexemes.at, r.lexemes.word
				r.operator, r.begun = true, true
				return tokenOperand, nil
			}
			if r.begun {
				r.pushStop() // an operand has to be
			}
			return tokenEnd, nil
		case !r.operator:
		case isAt(r.text, r.at, '"'):
			r.operator, r.op = false, And
			return tokenOperator, nil
		case r.isOr():
			r.at += 2
			r.operator, r.op = false, Or
			return tokenOperator, nil
		case r.at >= len(r.text):
			return tokenEnd, nil
		case isOperator(r.text, r.at): // ignored
		case !isSpace(r.text, r.at):
			r.operator, r.op = false, And
			return tokenOperator, nil
		}
		r.at += charLen(r.text, r.at)
	}
}

// isOr tells whether the word or stands here, with something behind it.
func (r *queryReader) isOr() bool {
	i := r.at
	if i+2 >= len(r.text) || r.text[i]|0x20 != 'o' || r.text[i+1]|0x20 != 'r' {
		return false
	}
	i += 2
	if isAt(r.text, i, '-') || isAt(r.text, i, '_') || isClass(r.text, i, ctype.Alpha) || isClass(r.text, i, ctype.Digit) {
		return false
	}
	for {
		if i += charLen(r.text, i); i >= len(r.text) {
			return false
		}
		if !isSpace(r.text, i) {
			return true
		}
	}
}
