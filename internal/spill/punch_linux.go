package spill

import (
	"os"
	"syscall"
)

// punch gives a part of a file back to the file system; the file's size stays (FALLOC_FL_PUNCH_HOLE, KEEP_SIZE).
func punch(f *os.File, off, n int64) bool {
	return syscall.Fallocate(int(f.Fd()), 0x02|0x01, off, n) == nil
}
