package types

import (
	"slices"
	"strings"

	"howdah/pgerr"
)

// maxPathDepth bounds how deeply a path may nest.
const maxPathDepth = 6000

// pathParser parses a jsonpath. The grammar has expressions and predicates; one climb over all operators reads both, and
// each place says which of them it takes.
type pathParser struct {
	pathLexer
	depth  int
	stored bool
}

// ParseJSONPath reads text as jsonpath_in does.
func ParseJSONPath(text []byte) (*JSONPath, error) { return parsePath(text, false) }

// StoredJSONPath reads the text that a path was shown as. PostgreSQL leaves out parentheses that its grammar wants where
// an accessor follows exists(…), !(…) or is unknown.
func StoredJSONPath(text []byte) (*JSONPath, error) { return parsePath(text, true) }

func parsePath(text []byte, stored bool) (*JSONPath, error) {
	p := &pathParser{pathLexer: pathLexer{in: text}, stored: stored}
	if err := p.next(); err != nil {
		return nil, err
	}
	if p.kind == pathEnd {
		return nil, pgerr.New(pgerr.InvalidTextRepresentation, `invalid input syntax for type %s: "%s"`, "jsonpath", string(text))
	}
	path := &JSONPath{}
	if p.keyword("strict") || p.keyword("lax") {
		path.Strict = p.keyword("strict")
		if err := p.next(); err != nil {
			return nil, err
		}
	}
	var err error
	if path.Root, err = p.operators(0); err != nil {
		return nil, err
	}
	if p.kind != pathEnd {
		return nil, p.syntax()
	}
	return path, path.Root.check(0, false)
}

// check refuses @ outside of filters and last outside of subscripts (flattenJsonPathParseItem).
func (i *PathItem) check(filters int, subscript bool) error {
	for ; i != nil; i = i.Next {
		switch i.Kind {
		case PathCurrent:
			if filters == 0 {
				return pgerr.New(pgerr.SyntaxError, "@ is not allowed in root expressions")
			}
		case PathLast:
			if !subscript {
				return pgerr.New(pgerr.SyntaxError, "LAST is allowed only in array subscripts")
			}
		}
		inner := filters
		if i.Kind == PathFilter {
			inner++
		}
		for _, o := range []*PathItem{i.Left, i.Right} {
			if err := o.check(inner, subscript); err != nil {
				return err
			}
		}
		for _, s := range i.Subscripts {
			for _, o := range []*PathItem{s.From, s.To} {
				if err := o.check(filters, true); err != nil {
					return err
				}
			}
		}
	}
	return nil
}

// keyword tells whether the token is the word; true, false and null are so in lower case only.
func (p *pathParser) keyword(word string) bool {
	if p.kind != pathIdent {
		return false
	}
	if word == "true" || word == "false" || word == "null" {
		return string(p.text) == word
	}
	return strings.EqualFold(string(p.text), word)
}

func (p *pathParser) expect(kind pathToken) error {
	if p.kind != kind {
		return p.syntax()
	}
	return p.next()
}

func (p *pathParser) expectWord(word string) error {
	if !p.keyword(word) {
		return p.syntax()
	}
	return p.next()
}

// binaryKind gives the operator that the token is, and how tightly it binds.
func (p *pathParser) binaryKind() (PathKind, int) {
	switch p.kind {
	case pathOrOr:
		return PathOr, 1
	case pathAndAnd:
		return PathAnd, 2
	case pathEq:
		return PathEqual, 3
	case pathNe:
		return PathNotEqual, 3
	case '<':
		return PathLess, 3
	case '>':
		return PathGreater, 3
	case pathLe:
		return PathLessOrEqual, 3
	case pathGe:
		return PathGreaterOrEqual, 3
	case '+':
		return PathAdd, 4
	case '-':
		return PathSub, 4
	case '*':
		return PathMul, 5
	case '/':
		return PathDiv, 5
	case '%':
		return PathMod, 5
	}
	if p.keyword("starts") {
		return PathStartsWith, 3
	}
	if p.keyword("like_regex") {
		return PathLikeRegex, 3
	}
	return 0, 0
}

// operators reads operands and the operators between them that bind more tightly than least.
func (p *pathParser) operators(least int) (*PathItem, error) {
	left, err := p.operand()
	if err != nil {
		return nil, err
	}
	for {
		kind, binds := p.binaryKind()
		if binds <= least {
			return left, nil
		}
		logical := kind == PathAnd || kind == PathOr
		if left.isPredicate() != logical {
			return nil, p.syntax()
		}
		if err := p.next(); err != nil {
			return nil, err
		}
		item := &PathItem{Kind: kind, Left: left}
		switch kind {
		case PathStartsWith:
			err = p.startsWith(item)
		case PathLikeRegex:
			err = p.likeRegex(item)
		default:
			if item.Right, err = p.operators(binds); err == nil && item.Right.isPredicate() != logical {
				err = p.syntax()
			}
		}
		if err != nil {
			return nil, err
		}
		left = item
	}
}

// isPredicate tells whether the item is a truth value that no accessor follows.
func (i *PathItem) isPredicate() bool { return i.Kind.Predicate() && i.Next == nil }

func (p *pathParser) startsWith(item *PathItem) error {
	if err := p.expectWord("with"); err != nil {
		return err
	}
	switch p.kind {
	case pathStringToken:
		item.Right = &PathItem{Kind: PathString, Text: p.text}
	case pathVariable:
		item.Right = &PathItem{Kind: PathVariable, Text: p.text}
	default:
		return p.syntax()
	}
	return p.next()
}

func (p *pathParser) likeRegex(item *PathItem) error {
	if p.kind != pathStringToken {
		return p.syntax()
	}
	item.Text = p.text
	if err := p.next(); err != nil {
		return err
	}
	var flags []byte
	if p.keyword("flag") {
		if err := p.next(); err != nil {
			return err
		}
		if p.kind != pathStringToken {
			return p.syntax()
		}
		flags = p.text
		if err := p.next(); err != nil {
			return err
		}
	}
	return item.setRegexp(flags)
}

// operand reads an expression or predicate without binary operators.
func (p *pathParser) operand() (*PathItem, error) {
	if p.depth++; p.depth > maxPathDepth {
		return nil, pgerr.New(pgerr.StatementTooComplex, "stack depth limit exceeded")
	}
	defer func() { p.depth-- }()
	switch p.kind {
	case '+', '-':
		return p.signed()
	case '!':
		if err := p.next(); err != nil {
			return nil, err
		}
		if p.kind != '(' && !p.keyword("exists") {
			return nil, p.syntax()
		}
		arg, err := p.delimited()
		if err != nil {
			return nil, err
		}
		return p.trailed(&PathItem{Kind: PathNot, Left: arg})
	case '(':
		return p.parenthesized()
	}
	if p.keyword("exists") {
		item, err := p.delimited()
		if err != nil {
			return nil, err
		}
		return p.trailed(item)
	}
	item, err := p.primary()
	if err != nil {
		return nil, err
	}
	return item, p.accessors(item)
}

// trailed reads the accessors behind a predicate without parentheses, of a stored path.
func (p *pathParser) trailed(item *PathItem) (*PathItem, error) {
	if !p.stored {
		return item, nil
	}
	return item, p.accessors(item)
}

// signed reads + or - and its operand; of a number it is a part.
func (p *pathParser) signed() (*PathItem, error) {
	kind := PathPlus
	if p.kind == '-' {
		kind = PathMinus
	}
	if err := p.next(); err != nil {
		return nil, err
	}
	arg, err := p.operand()
	if err != nil {
		return nil, err
	}
	if arg.isPredicate() {
		return nil, p.syntax()
	}
	if arg.Kind != PathNumber || arg.Next != nil {
		return &PathItem{Kind: kind, Left: arg}, nil
	}
	if kind == PathMinus {
		n, err := ParseNumeric(arg.Text)
		if err != nil {
			return nil, err
		}
		n = n.Neg()
		arg.Text = AppendNumeric(nil, &n)
	}
	return arg, nil
}

// delimited reads ( predicate ) or exists ( expression ).
func (p *pathParser) delimited() (*PathItem, error) {
	exists := p.keyword("exists")
	if exists {
		if err := p.next(); err != nil {
			return nil, err
		}
	}
	if err := p.expect('('); err != nil {
		return nil, err
	}
	arg, err := p.operators(0)
	if err != nil {
		return nil, err
	}
	if arg.isPredicate() == exists {
		return nil, p.syntax()
	}
	if err := p.expect(')'); err != nil {
		return nil, err
	}
	if exists {
		return &PathItem{Kind: PathExists, Left: arg}, nil
	}
	return arg, nil
}

// parenthesized reads ( … ), what may follow a predicate in parentheses, and accessors.
func (p *pathParser) parenthesized() (*PathItem, error) {
	if err := p.next(); err != nil {
		return nil, err
	}
	item, err := p.operators(0)
	if err != nil {
		return nil, err
	}
	if err := p.expect(')'); err != nil {
		return nil, err
	}
	if item.isPredicate() && p.keyword("is") {
		if err := p.next(); err != nil {
			return nil, err
		}
		if err := p.expectWord("unknown"); err != nil {
			return nil, err
		}
		return p.trailed(&PathItem{Kind: PathIsUnknown, Left: item})
	}
	last := item
	for last.Next != nil {
		last = last.Next
	}
	return item, p.accessors(last)
}

func (p *pathParser) primary() (*PathItem, error) {
	item := &PathItem{Text: p.text}
	switch {
	case p.kind == pathStringToken:
		item.Kind = PathString
	case p.kind == pathVariable:
		item.Kind = PathVariable
	case p.kind == pathInt, p.kind == pathNumeric:
		n, err := ParseNumeric(p.text)
		if err != nil {
			return nil, err
		}
		item.Kind, item.Text = PathNumber, AppendNumeric(nil, &n)
	case p.kind == '$':
		item.Kind = PathRoot
	case p.kind == '@':
		item.Kind = PathCurrent
	case p.keyword("null"):
		item.Kind = PathNull
	case p.keyword("true"), p.keyword("false"):
		item.Kind, item.Bool = PathBool, p.keyword("true")
	case p.keyword("last"):
		item.Kind = PathLast
	default:
		return nil, p.syntax()
	}
	return item, p.next()
}

// accessors reads the steps that follow an item.
func (p *pathParser) accessors(item *PathItem) error {
	for {
		var next *PathItem
		var err error
		switch p.kind {
		case '.':
			next, err = p.member()
		case '[':
			next, err = p.subscripts()
		case '?':
			if err = p.next(); err != nil {
				return err
			}
			if p.kind != '(' {
				return p.syntax()
			}
			var cond *PathItem
			if cond, err = p.delimited(); err == nil {
				next = &PathItem{Kind: PathFilter, Left: cond}
			}
		default:
			return nil
		}
		if err != nil {
			return err
		}
		item.Next = next
		item = next
	}
}

func (p *pathParser) member() (*PathItem, error) {
	if err := p.next(); err != nil {
		return nil, err
	}
	switch p.kind {
	case '*':
		return &PathItem{Kind: PathAnyKey}, p.next()
	case pathStars:
		return p.levels()
	case pathStringToken:
		key := p.text
		return &PathItem{Kind: PathKey, Text: key}, p.next()
	case pathIdent:
	default:
		return nil, p.syntax()
	}
	key := p.text
	if err := p.next(); err != nil {
		return nil, err
	}
	if p.kind != '(' {
		return &PathItem{Kind: PathKey, Text: key}, nil
	}
	method, ok := pathMethods[strings.ToLower(string(key))]
	if !ok {
		return nil, p.syntax()
	}
	if err := p.next(); err != nil {
		return nil, err
	}
	item := &PathItem{Kind: method}
	if method == PathDatetime && p.kind == pathStringToken {
		item.Left = &PathItem{Kind: PathString, Text: p.text}
		if err := p.next(); err != nil {
			return nil, err
		}
	}
	return item, p.expect(')')
}

// levels reads what follows **.
func (p *pathParser) levels() (*PathItem, error) {
	item := &PathItem{Kind: PathAny, Last: PathDeepest}
	if err := p.next(); err != nil || p.kind != '{' {
		return item, err
	}
	level := func(to *uint32) error {
		if err := p.next(); err != nil {
			return err
		}
		switch {
		case p.keyword("last"):
			*to = PathDeepest
		case p.kind == pathInt:
			n, err := ParseText(Of(Int4OID), slices.Clone(p.text), DefaultStyle())
			if err != nil {
				return err
			}
			*to = uint32(n.Int)
		default:
			return p.syntax()
		}
		return p.next()
	}
	if err := level(&item.First); err != nil {
		return nil, err
	}
	item.Last = item.First
	if p.keyword("to") {
		if err := level(&item.Last); err != nil {
			return nil, err
		}
	}
	return item, p.expect('}')
}

func (p *pathParser) subscripts() (*PathItem, error) {
	if err := p.next(); err != nil {
		return nil, err
	}
	if p.kind == '*' {
		if err := p.next(); err != nil {
			return nil, err
		}
		return &PathItem{Kind: PathAnyArray}, p.expect(']')
	}
	item := &PathItem{Kind: PathIndexes}
	for {
		var s PathSubscript
		for _, to := range []**PathItem{&s.From, &s.To} {
			e, err := p.operators(0)
			if err != nil {
				return nil, err
			}
			if e.isPredicate() {
				return nil, p.syntax()
			}
			if *to = e; to == &s.To || !p.keyword("to") {
				break
			}
			if err := p.next(); err != nil {
				return nil, err
			}
		}
		item.Subscripts = append(item.Subscripts, s)
		if p.kind != ',' {
			return item, p.expect(']')
		}
		if err := p.next(); err != nil {
			return nil, err
		}
	}
}
