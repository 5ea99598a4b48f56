package sourcetest

import (
	"fmt"
	"os"
	"runtime"
	"testing"
	"time"
)

// Main runs a package's tests and then fails if goroutines or descriptors are left over, apart from those that were
// there before. cleanup, which may be nil, lets go of what is kept on purpose, such as idle connections.
func Main(m *testing.M, cleanup func()) {
	startPoller()
	goroutines, files := runtime.NumGoroutine(), Descriptors()
	code := m.Run()
	if cleanup != nil {
		cleanup()
	}
	if code == 0 {
		if left := leftovers(goroutines, files); left != "" {
			fmt.Fprintln(os.Stderr, left)
			code = 1
		}
	}
	os.Exit(code)
}

// NoLeaks notes what is there, and gives a function that fails the test if there is more.
func NoLeaks(t testing.TB) (check func()) {
	startPoller()
	goroutines, files := runtime.NumGoroutine(), Descriptors()
	return func() {
		t.Helper()
		if left := leftovers(goroutines, files); left != "" {
			t.Error(left)
		}
	}
}

// leftovers waits a while for what is about to end.
func leftovers(goroutines, files int) string {
	for wait := time.Millisecond; ; wait *= 2 {
		g, f := runtime.NumGoroutine(), Descriptors()
		if g <= goroutines && f <= files {
			return ""
		}
		if wait > 2*time.Second {
			stacks := make([]byte, 1<<20)
			stacks = stacks[:runtime.Stack(stacks, true)]
			return fmt.Sprintf("left over: %d goroutines of %d, %d descriptors of %d\n%s", g-goroutines, g, f-files, f, stacks)
		}
		time.Sleep(wait)
	}
}

// startPoller makes the runtime open the descriptors that its poller keeps for good.
func startPoller() {
	if r, w, err := os.Pipe(); err == nil {
		r.Close()
		w.Close()
	}
}

// Descriptors counts the open descriptors, where the system tells.
func Descriptors() int {
	entries, err := os.ReadDir("/proc/self/fd")
	if err != nil {
		return 0
	}
	return len(entries)
}
