package sql

import (
	"fmt"
	"strings"
	"sync"
	"unicode/utf8"

	pg_query "github.com/pganalyze/pg_query_go/v6"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"

	"howdah/pgerr"
)

// Node is a node of PostgreSQL's raw parse tree. Its locations are byte offsets in the whole text that was parsed.
type Node = pg_query.Node

// maxText is the longest text that is parsed, in bytes.
const maxText = 64 << 20

// Statement is one statement of a text.
type Statement struct {
	Node   *Node
	Text   string // its own text, without the semicolon and blanks around it
	Offset int    // of Text in the whole text, in bytes
	Kind   Kind
}

// Parse gives the statements of a text in their order; none for a text of blanks and comments. Errors are
// *pgerr.Error with PostgreSQL's message and the 1-based position in characters.
func Parse(text string) ([]Statement, error) {
	statements, _, err := parse(text)
	return statements, err
}

// parse also gives the size of the trees' serialised form, as a measure of what they take.
func parse(text string) ([]Statement, int, error) {
	if err := checkText(text); err != nil {
		return nil, 0, err
	}
	junk, err := checkLimits(text)
	if err != nil {
		return nil, 0, err
	}
	tree, err := parseTree(text)
	if err != nil {
		return nil, 0, firstError(parserError(err), junk)
	}
	if junk != nil {
		return nil, 0, junk
	}
	var result pg_query.ParseResult
	if err := proto.Unmarshal(tree, &result); err != nil {
		// The scan before leaves room, so this is a tree of a kind that it does not foresee.
		return nil, 0, pgerr.Wrap(err, pgerr.StatementTooComplex, "stack depth limit exceeded").WithHint("%s", depthHint)
	}
	statements := make([]Statement, len(result.Stmts))
	for i, raw := range result.Stmts {
		start := int(raw.StmtLocation)
		own := text[start:]
		if raw.StmtLen > 0 {
			own = own[:raw.StmtLen]
		}
		trimmed := strings.TrimLeft(own, blanks)
		statements[i] = Statement{
			Node:   raw.Stmt,
			Text:   strings.TrimRight(trimmed, blanks),
			Offset: start + len(own) - len(trimmed),
			Kind:   KindOf(raw.Stmt),
		}
	}
	return statements, len(tree), nil
}

const blanks = " \t\n\r\f\v"

// checkText refuses what PostgreSQL refuses before it parses.
func checkText(text string) error {
	if len(text) > maxText {
		return pgerr.New(pgerr.ProgramLimitExceeded, "statement is too long: %d bytes, maximum %d", len(text), maxText)
	}
	bad := strings.IndexByte(text, 0)
	if !utf8.ValidString(text) {
		for i := 0; i < len(text); {
			r, size := utf8.DecodeRuneInString(text[i:])
			if r == utf8.RuneError && size == 1 {
				if bad < 0 || i < bad {
					bad = i
				}
				break
			}
			i += size
		}
	}
	if bad < 0 {
		return nil
	}
	return pgerr.New(pgerr.CharacterNotInRepertoire, `invalid byte sequence for encoding "UTF8": %s`, badBytes(text[bad:]))
}

// badBytes shows a broken character as PostgreSQL does: as many bytes as its first one promises.
func badBytes(s string) string {
	size := 1
	switch c := s[0]; {
	case c&0xe0 == 0xc0:
		size = 2
	case c&0xf0 == 0xe0:
		size = 3
	case c&0xf8 == 0xf0:
		size = 4
	}
	var b strings.Builder
	for i := range min(size, len(s)) {
		if i > 0 {
			b.WriteByte(' ')
		}
		fmt.Fprintf(&b, "0x%02x", s[i])
	}
	return b.String()
}

// Position turns a byte offset in a text, such as a node's location, into the 1-based position in characters that an
// error carries. Offsets below zero (unknown) give 0.
func Position(text string, offset int) int {
	if offset < 0 {
		return 0
	}
	return utf8.RuneCountInString(text[:min(offset, len(text))]) + 1
}

// Deparse writes a statement's tree as SQL. The text means the same, and is laid out in the parser's way.
func Deparse(node *Node) (string, error) {
	if node == nil {
		return "", pgerr.New(pgerr.InternalError, "no statement to deparse")
	}
	if deeperThan(node.ProtoReflect(), maxDeparseDepth()) {
		return "", tooDeep()
	}
	tree, err := proto.Marshal(&pg_query.ParseResult{Version: treeVersion(), Stmts: []*pg_query.RawStmt{{Stmt: node}}})
	if err != nil {
		return "", pgerr.Wrap(err, pgerr.InternalError, "could not deparse: %s", err)
	}
	text, err := deparseTree(tree)
	if err != nil {
		return "", pgerr.Wrap(err, pgerr.FeatureNotSupported, "could not deparse: %s", err)
	}
	return text, nil
}

// Says tells whether a text, read, is the statement of that tree. The deparser leaves out parentheses that it should not.
func Says(text string, node *Node) bool {
	stmts, err := Parse(text)
	return err == nil && len(stmts) == 1 && Alike(stmts[0].Node.ProtoReflect(), node.ProtoReflect())
}

// Alike compares parse trees but for positions.
func Alike(a, b protoreflect.Message) bool {
	if a.Descriptor() != b.Descriptor() || a.IsValid() != b.IsValid() {
		return false
	}
	fields := a.Descriptor().Fields()
	for i := range fields.Len() {
		f := fields.Get(i)
		switch f.Name() {
		case "location", "stmt_location", "stmt_len", "rexpr_list_start", "rexpr_list_end", "list_start", "list_end", "name_location":
			continue
		}
		if a.Has(f) != b.Has(f) {
			return false
		}
		if !a.Has(f) {
			continue
		}
		x, y := a.Get(f), b.Get(f)
		switch {
		case f.IsList():
			l, m := x.List(), y.List()
			if l.Len() != m.Len() {
				return false
			}
			for j := range l.Len() {
				if f.Message() != nil {
					if !Alike(l.Get(j).Message(), m.Get(j).Message()) {
						return false
					}
				} else if !l.Get(j).Equal(m.Get(j)) {
					return false
				}
			}
		case f.Message() != nil:
			if !Alike(x.Message(), y.Message()) {
				return false
			}
		case !x.Equal(y):
			return false
		}
	}
	return true
}

// treeVersion is the version number that the deparser wants to see in a tree.
var treeVersion = sync.OnceValue(func() int32 {
	var result pg_query.ParseResult
	tree, err := parseTree("")
	if err == nil {
		err = proto.Unmarshal(tree, &result)
	}
	if err != nil {
		panic("sql: the parser does not take an empty text: " + err.Error())
	}
	return result.Version
})

// firstError gives the one of two errors that comes first in the text, as PostgreSQL stops at the first.
func firstError(a, b *pgerr.Error) error {
	if b != nil && (a.Position == 0 || b.Position < a.Position) {
		return b
	}
	return a
}

// parserError turns the C parser's error, which has a message and a position but no SQLSTATE, into ours.
func parserError(err error) *pgerr.Error {
	message, file, position, ok := parserMessage(err)
	if !ok {
		return pgerr.Wrap(err, pgerr.InternalError, "parser: %s", err)
	}
	e := pgerr.Wrap(err, pgerr.SyntaxError, "%s", message)
	if message == "invalid Unicode escape" && strings.HasSuffix(file, "scan.l") {
		// In E'' strings; U&'' has its escapes decoded, and its error made, elsewhere.
		e.Code, e.Hint = pgerr.InvalidEscapeSequence, `Unicode escapes must be \uXXXX or \UXXXXXXXX.`
		return e.AtPosition(position)
	}
	for _, known := range grammarErrors {
		if strings.HasPrefix(message, known.prefix) && strings.HasSuffix(message, known.suffix) {
			if known.code != "" {
				e.Code = known.code
			}
			e.Hint, e.Detail = known.hint, known.detail
			break
		}
	}
	return e.AtPosition(position)
}
