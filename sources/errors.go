package sources

import (
	"errors"

	"howdah/pgerr"
)

// Missing is 58P01 for an object that is not there; path is Info.Path.
func Missing(path string) *pgerr.Error {
	return pgerr.New(pgerr.UndefinedFile, "could not open file %q for reading: No such file or directory", path)
}

// Denied is 42501 for an object that the source will not show; why is a sentence for the detail.
func Denied(path, why string) *pgerr.Error {
	err := pgerr.New(pgerr.InsufficientPrivilege, "could not open file %q for reading: Permission denied", path)
	if why != "" {
		err.Detail = why
	}
	return err
}

// Changed is 40001 for an object that is no longer in the version that was pinned.
func Changed(path string) *pgerr.Error {
	return pgerr.New(pgerr.SerializationFailure, "could not serialize access: file %q has changed since it was first read", path).
		WithHint("The statement or transaction may succeed if it is run again.")
}

// Truncated is 58030 for content that ended early; want < 0 means that the length was not known. It is transient: a
// source with ranges may deliver the rest.
func Truncated(path string, got, want int64) error {
	err := pgerr.Wrap(errTransient, pgerr.IOError, "could not read file %q: the data ended early", path)
	if want >= 0 {
		return err.WithDetail("Got %d of %d bytes.", got, want)
	}
	return err.WithDetail("Got %d bytes.", got)
}

// Unreachable is 08006 for a host that could not be talked to. why must hold neither URL nor secret. Trying again may
// help.
func Unreachable(path, why string) error {
	return pgerr.Wrap(errTransient, pgerr.ConnectionFailure, "could not read %q: %s", path, why)
}

// IsTransient says that the same request may succeed if it is repeated.
func IsTransient(err error) bool { return errors.Is(err, errTransient) }

var errTransient = errors.New("transient")

// TooLarge is 54000 for content that unpacks to more than is allowed.
func TooLarge(path string, max int64) error {
	return pgerr.New(pgerr.ProgramLimitExceeded, "file %q unpacks to more than %d bytes", path, max).
		WithHint("If that is as it should be, raise option \"max_decompressed\".")
}
