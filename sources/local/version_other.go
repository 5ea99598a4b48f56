//go:build !linux

package local

import (
	"fmt"
	"io/fs"
	"syscall"
	"time"
)

// openFlags keep the opening of a pipe from waiting for its writer.
const openFlags = syscall.O_NONBLOCK

// version tells versions of a file apart, as far as all systems go.
func version(info fs.FileInfo) string {
	return fmt.Sprintf("%d-%d", info.Size(), info.ModTime().UnixNano())
}

func changed(info fs.FileInfo) time.Time { return info.ModTime() }

func unlinked(fs.FileInfo) bool { return false }
