//go:build cgo

package sql

// #include <pthread.h>
// static size_t default_stack_size(void) {
//	pthread_attr_t attr;
//	size_t size = 0;
//	pthread_attr_init(&attr);
//	pthread_attr_getstacksize(&attr, &size);
//	pthread_attr_destroy(&attr);
//	return size;
// }
import "C"

import (
	"errors"
	"sync"

	"github.com/pganalyze/pg_query_go/v6/parser"
)

// stackPerUnit is twice what the parser's output or the deparser takes of the C stack for one unit of depth (a
// measured 1.9 KB).
const stackPerUnit = 4 << 10

// maxDepth follows from the stack that the threads get: 8 MB with glibc as a rule, and 128 KB with musl, where
// programs should be built without cgo or linked with a larger one (-Wl,-z,stack-size=8388608).
var maxDepth = sync.OnceValue(func() int {
	return min(2000, int(C.default_stack_size())/stackPerUnit)
})

// maxDeparseDepth counts messages, of which an operator takes two. The deparser overflows 8 MB at 8,700.
func maxDeparseDepth() int { return 2*maxDepth() + 20 }

func parseTree(text string) ([]byte, error) { return parser.ParseToProtobuf(text) }

func deparseTree(tree []byte) (string, error) { return parser.DeparseFromProtobuf(tree) }

func parserMessage(err error) (message, file string, position int, ok bool) {
	e, ok := errors.AsType[*parser.Error](err)
	if !ok {
		return "", "", 0, false
	}
	return e.Message, e.Filename, e.Cursorpos, true
}
