package local

import (
	"errors"
	"io/fs"
	"syscall"

	"howdah/pgerr"
	"howdah/sources"
)

// explain gives an operating system's error PostgreSQL's SQLSTATE (errcode_for_file_access) and text. Errors that
// have theirs stay as they are.
func explain(path string, err error) error {
	if _, ok := errors.AsType[*pgerr.Error](err); ok {
		return err
	}
	var errno syscall.Errno
	hasNumber := errors.As(err, &errno)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return sources.Missing(path)
	case errors.Is(err, fs.ErrPermission):
		return sources.Denied(path, "")
	case hasNumber && errno == syscall.EISDIR:
		return pgerr.New(pgerr.WrongObjectType, "%q is a directory", path)
	case hasNumber && errno == syscall.ENOTDIR:
		return pgerr.Wrap(err, pgerr.UndefinedFile, "could not open file %q for reading: Not a directory", path)
	case hasNumber && errno == syscall.ELOOP:
		return pgerr.Wrap(err, pgerr.UndefinedFile, "could not open file %q for reading: Too many levels of symbolic links", path)
	case hasNumber && errno == syscall.ENAMETOOLONG:
		return pgerr.Wrap(err, pgerr.UndefinedFile, "could not open file %q for reading: File name too long", path)
	case hasNumber && (errno == syscall.EMFILE || errno == syscall.ENFILE):
		return pgerr.Wrap(err, pgerr.InsufficientResources, "could not open file %q for reading: %s", path, errno.Error())
	case hasNumber:
		return pgerr.Wrap(err, pgerr.IOError, "could not read file %q: %s", path, errno.Error())
	}
	// What is left is os.Root's refusal, which has no number and no exported name.
	return outside(path)
}
