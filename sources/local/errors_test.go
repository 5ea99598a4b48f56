package local

import (
	"errors"
	"io"
	"io/fs"
	"syscall"
	"testing"

	"howdah/pgerr"
)

// The tests may run as a user to whom nothing is denied, so the system's numbers are given by hand.
func TestSystemErrorsBecomeSQLStates(t *testing.T) {
	for errno, code := range map[syscall.Errno]pgerr.Code{
		syscall.EACCES: "42501", syscall.EPERM: "42501", syscall.ENOENT: "58P01", syscall.ENOTDIR: "58P01", syscall.ELOOP: "58P01",
		syscall.ENAMETOOLONG: "58P01", syscall.EISDIR: "42809", syscall.EMFILE: "53000", syscall.EIO: "58030", syscall.ESTALE: "58030",
	} {
		err := explain("/x.csv", &fs.PathError{Op: "openat", Path: "x.csv", Err: errno})
		if !errors.Is(err, code) {
			t.Errorf("%v: %v", errno, err)
		}
	}
	own := pgerr.New(pgerr.IOError, "own")
	if err := explain("/x.csv", own); err != error(own) {
		t.Error(err)
	}
	if err := explain("/x.csv", io.ErrClosedPipe); err == nil {
		t.Error("an unknown error is lost")
	}
}
