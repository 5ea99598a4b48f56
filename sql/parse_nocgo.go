//go:build !cgo

package sql

import (
	"errors"

	"github.com/wasilibs/go-pgquery/parser"
)

// maxDepth keeps clear of the depth of 3,400 at which the WebAssembly runtime's own stack overflows.
func maxDepth() int { return 1000 }

// maxDeparseDepth is low because the module has 64 KB for variables whose address is taken, the deparser's reader
// takes about 560 bytes of it for each message, and the module overwrites its own data when they are used up.
func maxDeparseDepth() int { return 80 }

func parseTree(text string) ([]byte, error) { return parser.ParseToProtobuf(text) }

func deparseTree(tree []byte) (string, error) { return parser.DeparseFromProtobuf(tree) }

func parserMessage(err error) (message, file string, position int, ok bool) {
	e, ok := errors.AsType[*parser.Error](err)
	if !ok {
		return "", "", 0, false
	}
	return e.Message, e.Filename, e.Cursorpos, true
}
