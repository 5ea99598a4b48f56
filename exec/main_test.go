package exec_test

import (
	"fmt"
	"os"
	"runtime"
	"strings"
	"testing"
	"time"
)

// TestMain fails if a test leaves a goroutine of the engine's behind.
func TestMain(m *testing.M) {
	code := m.Run()
	if code == 0 {
		if left := leaked(); left != "" {
			fmt.Fprintf(os.Stderr, "goroutines left behind:\n%s\n", left)
			code = 1
		}
	}
	os.Exit(code)
}

func leaked() string {
	var out string
	for range 20 {
		buf := make([]byte, 1<<20)
		buf = buf[:runtime.Stack(buf, true)]
		out = ""
		for _, g := range strings.Split(string(buf), "\n\n") {
			if strings.Contains(g, "howdah/exec.") || strings.Contains(g, "howdah/expr.") || strings.Contains(g, "howdah/formats") {
				if !strings.Contains(g, "TestMain") {
					out += g + "\n\n"
				}
			}
		}
		if out == "" {
			return ""
		}
		time.Sleep(50 * time.Millisecond)
	}
	return out
}
