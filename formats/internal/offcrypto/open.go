package offcrypto

import (
	"context"
	"encoding/binary"
	"io"

	"howdah/formats/internal/blob"
	"howdah/formats/internal/cfb"
	"howdah/internal/budget"
	"howdah/pgerr"
)

// DefaultPassword is what Office itself encrypts with where somebody protects a workbook's structure but needs no password
// to open it.
const DefaultPassword = "VelvetSweatshop"

const (
	infoStream    = "EncryptionInfo"
	packageStream = "EncryptedPackage"

	maxInfoBytes = 1 << 20
	// maxSpins bounds how often a password is hashed, as Office does itself.
	maxSpins = 10_000_000
	maxSalt  = 1 << 12
	// provenBytes is the package whose hash is compared before anything of it is read.
	provenBytes = 1 << 20
)

// Origin is what errors call the file, and who pays for what is kept of it.
type Origin struct {
	Path   string
	Budget *budget.Budget
}

// Is tells whether a compound file holds an encrypted package.
func Is(f *cfb.File) (bool, error) { return f.Has(packageStream) }

// key decrypts a package.
type key interface {
	// segment decrypts, in place, a whole number of cipher blocks that begin at the n-th segment of segmentBytes.
	segment(n int64, data []byte)
	// fork gives the key to another goroutine.
	fork() key
}

// segmentBytes is how much of a package is encrypted together.
const segmentBytes = 4096

// Open opens the package with the password or, if that does not fit, with the default one. The caller closes the Blob, and
// then the file. Errors: InvalidPassword where neither fits, FeatureNotSupported for encryption of other kinds. ctx ends the
// search for the key, which may take a second.
func Open(ctx context.Context, f *cfb.File, password string, of Origin) (blob.Blob, error) {
	info, err := f.Stream(infoStream)
	if err != nil {
		return nil, err
	}
	content, err := f.Stream(packageStream)
	if err != nil {
		return nil, err
	}
	if info == nil || content == nil {
		return nil, of.corrupt("It holds an encrypted package without what tells how it is encrypted.")
	}
	if info.Size() < 8 || info.Size() > maxInfoBytes {
		return nil, of.corrupt("What tells how it is encrypted is of %d bytes.", info.Size())
	}
	p, err := newPackage(content, of)
	if err != nil {
		return nil, err
	}
	raw := make([]byte, info.Size())
	if _, err := info.ReadAt(raw, 0); err != nil && err != io.EOF {
		return nil, err
	}
	var try func(ctx context.Context, password []byte) (key, error)
	switch major, minor := binary.LittleEndian.Uint16(raw), binary.LittleEndian.Uint16(raw[2:]); {
	case major == 4 && minor == 4:
		a, err := readAgile(raw[8:], of)
		if err != nil {
			return nil, err
		}
		try = func(ctx context.Context, password []byte) (key, error) { return a.try(ctx, password, p) }
	case minor == 2 && major >= 2 && major <= 4:
		s, err := readStandard(raw[4:], of)
		if err != nil {
			return nil, err
		}
		try = s.try
	default:
		return nil, of.unsupported("Its encryption is of version %d.%d.", major, minor)
	}
	candidates := []string{DefaultPassword}
	if password != "" {
		candidates = []string{password, DefaultPassword}
	}
	for _, c := range candidates {
		k, err := try(ctx, utf16le(c))
		if err != nil {
			return nil, err
		}
		if k != nil {
			p.key = k
			return p, nil
		}
	}
	return nil, of.locked(password != "")
}

// locked is the error for a password that is missing or wrong.
func (of Origin) locked(given bool) error {
	if given {
		return pgerr.New(pgerr.InvalidPassword, "the file is encrypted, and the password does not open it").
			WithDetail("The option \"file_password\" holds another password than that of file %q.", of.Path).
			WithHint("Set the password: ALTER USER MAPPING FOR ... SERVER ... OPTIONS (SET file_password '...').")
	}
	return pgerr.New(pgerr.InvalidPassword, "the file is encrypted").
		WithDetail("File %q can only be opened with a password.", of.Path).
		WithHint("Give the password: ALTER USER MAPPING FOR ... SERVER ... OPTIONS (ADD file_password '...').")
}

func (of Origin) corrupt(format string, args ...any) *pgerr.Error {
	return pgerr.New(pgerr.DataCorrupted, "file %q is not a valid encrypted document", of.Path).WithDetail(format, args...)
}

func (of Origin) unsupported(format string, args ...any) *pgerr.Error {
	return pgerr.New(pgerr.FeatureNotSupported, "the encryption of file %q is not supported", of.Path).WithDetail(format, args...).
		WithHint("Supported are AES of 128, 192 and 256 bits, as Office 2007 and later write it.")
}

// utf16le is a password as it is hashed.
func utf16le(s string) []byte {
	var out []byte
	for _, r := range s {
		if r >= 0x10000 {
			r -= 0x10000
			out = binary.LittleEndian.AppendUint16(out, uint16(0xD800+r>>10))
			r = 0xDC00 + r&0x3FF
		}
		out = binary.LittleEndian.AppendUint16(out, uint16(r))
	}
	return out
}
