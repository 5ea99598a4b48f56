package types

import (
	"math"
	"strconv"

	"howdah/internal/regex"
	"howdah/pgerr"
)

// JSONPath is a parsed jsonpath (jsonpath_gram.y): https://www.postgresql.org/docs/15/functions-json.html#FUNCTIONS-SQLJSON-PATH
type JSONPath struct {
	Strict bool
	Root   *PathItem
}

// PathItem is a step of a path, or an operator over paths. Next is the accessor that follows.
type PathItem struct {
	Kind        PathKind
	Left, Right *PathItem       // operands; Left alone is a unary's operand, a filter's or a method's argument
	Text        []byte          // a key, a string, a variable's name, a number in numeric's text form, a pattern
	Bool        bool            // of PathBool
	Subscripts  []PathSubscript // of PathIndexes
	First, Last uint32          // of PathAny: levels; PathDeepest = the last
	Flags       string          // of PathLikeRegex, in the order i s m x q
	Regexp      *regex.Regexp   // of PathLikeRegex
	Next        *PathItem
}

// PathSubscript is one entry of [a, b to c]; To is nil for a single one.
type PathSubscript struct{ From, To *PathItem }

// PathDeepest is the level "last" of **.
const PathDeepest = math.MaxUint32

// PathKind tells path items apart.
type PathKind uint8

const (
	PathRoot PathKind = iota
	PathCurrent
	PathLast
	PathNull
	PathBool
	PathNumber
	PathString
	PathVariable
	PathKey
	PathAnyKey
	PathAnyArray
	PathIndexes
	PathAny
	PathFilter
	PathType
	PathSize
	PathAbs
	PathFloor
	PathCeiling
	PathDouble
	PathKeyValue
	PathDatetime
	PathPlus
	PathMinus
	PathAdd
	PathSub
	PathMul
	PathDiv
	PathMod

	// The others are predicates.
	PathAnd
	PathOr
	PathNot
	PathIsUnknown
	PathExists
	PathStartsWith
	PathLikeRegex
	PathEqual
	PathNotEqual
	PathLess
	PathLessOrEqual
	PathGreater
	PathGreaterOrEqual
)

// Predicate tells whether the item is true, false or unknown by itself.
func (k PathKind) Predicate() bool { return k >= PathAnd }

var pathMethods = map[string]PathKind{
	"type": PathType, "size": PathSize, "abs": PathAbs, "floor": PathFloor, "ceiling": PathCeiling, "double": PathDouble,
	"keyvalue": PathKeyValue, "datetime": PathDatetime,
}

// PathMethodName is a method's name.
func PathMethodName(k PathKind) string {
	for name, m := range pathMethods {
		if m == k {
			return name
		}
	}
	return ""
}

// PathOperator is an operator as errors and output have it.
func PathOperator(k PathKind) string {
	switch k {
	case PathAnd:
		return "&&"
	case PathOr:
		return "||"
	case PathEqual:
		return "=="
	case PathNotEqual:
		return "!="
	case PathLess:
		return "<"
	case PathLessOrEqual:
		return "<="
	case PathGreater:
		return ">"
	case PathGreaterOrEqual:
		return ">="
	case PathAdd, PathPlus:
		return "+"
	case PathSub, PathMinus:
		return "-"
	case PathMul:
		return "*"
	case PathDiv:
		return "/"
	case PathMod:
		return "%"
	case PathStartsWith:
		return "starts with"
	}
	return ""
}

// pathPriority is operationPriority: what binds more loosely stands in parentheses.
func pathPriority(k PathKind) int {
	switch k {
	case PathOr:
		return 0
	case PathAnd:
		return 1
	case PathEqual, PathNotEqual, PathLess, PathGreater, PathLessOrEqual, PathGreaterOrEqual, PathStartsWith:
		return 2
	case PathAdd, PathSub:
		return 3
	case PathMul, PathDiv, PathMod:
		return 4
	case PathPlus, PathMinus:
		return 5
	}
	return 6
}

// canonicalPath gives a path's canonical text, which is how values of the type are kept.
func canonicalPath(text []byte) ([]byte, error) {
	p, err := ParseJSONPath(text)
	if err != nil {
		return nil, err
	}
	return p.Append(nil), nil
}

// Append appends the path's text, as jsonpath_out gives it.
func (p *JSONPath) Append(dst []byte) []byte {
	if p.Strict {
		dst = append(dst, "strict "...)
	}
	return p.Root.append(dst, false, true)
}

func (i *PathItem) append(dst []byte, inKey, brackets bool) []byte {
	open, closing := "", ""
	if brackets {
		open, closing = "(", ")"
	}
	operand := func(o *PathItem) { dst = o.append(dst, false, pathPriority(o.Kind) <= pathPriority(i.Kind)) }
	dot := func() {
		if inKey {
			dst = append(dst, '.')
		}
	}
	switch i.Kind {
	case PathNull:
		dst = append(dst, "null"...)
	case PathBool:
		dst = strconv.AppendBool(dst, i.Bool)
	case PathNumber:
		if i.Next != nil {
			dst = append(append(append(dst, '('), i.Text...), ')')
		} else {
			dst = append(dst, i.Text...)
		}
	case PathString:
		dst = AppendJSONString(dst, i.Text)
	case PathVariable:
		dst = AppendJSONString(append(dst, '$'), i.Text)
	case PathKey:
		dot()
		dst = AppendJSONString(dst, i.Text)
	case PathRoot:
		dst = append(dst, '$')
	case PathCurrent:
		dst = append(dst, '@')
	case PathLast:
		dst = append(dst, "last"...)
	case PathAnyKey:
		dot()
		dst = append(dst, '*')
	case PathAnyArray:
		dst = append(dst, "[*]"...)
	case PathIndexes:
		dst = append(dst, '[')
		for k, s := range i.Subscripts {
			if k > 0 {
				dst = append(dst, ',')
			}
			dst = s.From.append(dst, false, false)
			if s.To != nil {
				dst = append(dst, " to "...)
				dst = s.To.append(dst, false, false)
			}
		}
		dst = append(dst, ']')
	case PathAny:
		dot()
		dst = append(dst, "**"...)
		level := func(n uint32) {
			if n == PathDeepest {
				dst = append(dst, "last"...)
			} else {
				dst = strconv.AppendUint(dst, uint64(n), 10)
			}
		}
		switch {
		case i.First == 0 && i.Last == PathDeepest:
		case i.First == i.Last:
			dst = append(dst, '{')
			level(i.First)
			dst = append(dst, '}')
		default:
			dst = append(dst, '{')
			level(i.First)
			dst = append(dst, " to "...)
			level(i.Last)
			dst = append(dst, '}')
		}
	case PathFilter:
		dst = append(i.Left.append(append(dst, "?("...), false, false), ')')
	case PathType, PathSize, PathAbs, PathFloor, PathCeiling, PathDouble, PathKeyValue, PathDatetime:
		dst = append(append(append(dst, '.'), PathMethodName(i.Kind)...), '(')
		if i.Left != nil {
			dst = i.Left.append(dst, false, false)
		}
		dst = append(dst, ')')
	case PathNot:
		dst = append(i.Left.append(append(dst, "!("...), false, false), ')')
	case PathIsUnknown:
		dst = append(i.Left.append(append(dst, '('), false, false), ") is unknown"...)
	case PathExists:
		dst = append(i.Left.append(append(dst, "exists ("...), false, false), ')')
	case PathPlus, PathMinus:
		dst = append(append(dst, open...), PathOperator(i.Kind)...)
		operand(i.Left)
		dst = append(dst, closing...)
	case PathLikeRegex:
		dst = append(dst, open...)
		operand(i.Left)
		dst = AppendJSONString(append(dst, " like_regex "...), i.Text)
		if i.Flags != "" {
			dst = append(append(append(dst, ` flag "`...), i.Flags...), '"')
		}
		dst = append(dst, closing...)
	default:
		dst = append(dst, open...)
		operand(i.Left)
		dst = append(append(append(dst, ' '), PathOperator(i.Kind)...), ' ')
		operand(i.Right)
		dst = append(dst, closing...)
	}
	if i.Next != nil {
		dst = i.Next.append(dst, true, true)
	}
	return dst
}

// setRegexp compiles a like_regex (makeItemLikeRegex): XQuery's flags mean other things than PostgreSQL's letters.
func (i *PathItem) setRegexp(flags []byte) error {
	var has [256]bool
	for _, f := range flags {
		switch f {
		case 'i', 's', 'm', 'x', 'q':
			has[f] = true
		default:
			return pgerr.New(pgerr.SyntaxError, `invalid input syntax for type %s`, "jsonpath").
				WithDetail(`Unrecognized flag character "%s" in LIKE_REGEX predicate.`, firstRune(flags))
		}
	}
	for _, f := range "ismxq" {
		if has[f] {
			i.Flags += string(f)
		}
	}
	f := regex.Advanced
	if has['i'] {
		f |= regex.ICase
	}
	if has['q'] {
		f = f&^regex.Advanced | regex.Quote
	} else {
		if !has['s'] {
			f |= regex.NLStop
		}
		if has['m'] {
			f |= regex.NLAnch
		}
		if has['x'] {
			return pgerr.New(pgerr.FeatureNotSupported, `XQuery "x" flag (expanded regular expressions) is not implemented`)
		}
	}
	re, err := regex.Compile(string(i.Text), f, false)
	if err != nil {
		return pgerr.New(pgerr.InvalidRegularExpression, "invalid regular expression: %s", err.Error())
	}
	i.Regexp = re
	return nil
}

func firstRune(b []byte) string {
	for i := range string(b) {
		if i > 0 {
			return string(b[:i])
		}
	}
	return string(b)
}
