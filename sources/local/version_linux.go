package local

import (
	"fmt"
	"io/fs"
	"syscall"
	"time"
)

// openFlags keep the opening of a pipe from waiting for its writer.
const openFlags = syscall.O_NONBLOCK | syscall.O_NOCTTY

// version tells versions of a file apart. The change time is the one that cannot be set back.
func version(info fs.FileInfo) string {
	s, ok := info.Sys().(*syscall.Stat_t)
	if !ok {
		return fmt.Sprintf("%d-%d", info.Size(), info.ModTime().UnixNano())
	}
	return fmt.Sprintf("%d-%d-%d-%d", s.Size, info.ModTime().UnixNano(), s.Ino, s.Ctim.Nano())
}

// changed is when content or attributes were last changed.
func changed(info fs.FileInfo) time.Time {
	if s, ok := info.Sys().(*syscall.Stat_t); ok {
		return time.Unix(s.Ctim.Unix())
	}
	return info.ModTime()
}

// unlinked says that no name leads to the open file any more.
func unlinked(info fs.FileInfo) bool {
	s, ok := info.Sys().(*syscall.Stat_t)
	return ok && s.Nlink == 0
}
