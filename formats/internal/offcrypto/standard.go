package offcrypto

import (
	"context"
	"crypto/aes"
	"crypto/cipher"
	"crypto/sha1"
	"crypto/subtle"
	"encoding/binary"
)

// standard is the encryption of Office 2007: AES in single blocks, SHA-1.
type standard struct {
	keyBytes int
	salt     []byte
	verifier []byte // encrypted
	hash     []byte // its hash, encrypted
}

const (
	standardSpins = 50_000

	algorithmAES128 = 0x660E
	algorithmAES192 = 0x660F
	algorithmAES256 = 0x6610
	hashSHA1        = 0x8004
)

// readStandard reads EncryptionInfo behind its version: flags, the header and the verifier.
func readStandard(b []byte, of Origin) (*standard, error) {
	le := binary.LittleEndian
	short := func() error { return of.corrupt("What tells how it is encrypted is cut.") }
	if len(b) < 8 {
		return nil, short()
	}
	n := le.Uint32(b[4:])
	b = b[8:]
	if n < 32 || int64(n) > int64(len(b)) {
		return nil, short()
	}
	algorithm, hash, bits := le.Uint32(b[8:]), le.Uint32(b[12:]), le.Uint32(b[16:])
	known := map[uint32]uint32{algorithmAES128: 128, algorithmAES192: 192, algorithmAES256: 256}[algorithm]
	if known == 0 || hash != hashSHA1 && hash != 0 || bits != known {
		return nil, of.unsupported("Its algorithm is %#x with %d bits, its hash %#x.", algorithm, bits, hash)
	}
	b = b[n:]
	if len(b) < 4+16+16+4+32 {
		return nil, short()
	}
	if size := le.Uint32(b); size != 16 {
		return nil, of.corrupt("Its salt is of %d bytes.", size)
	}
	if size := le.Uint32(b[36:]); size != sha1.Size {
		return nil, of.corrupt("The hash of its verifier is of %d bytes.", size)
	}
	return &standard{keyBytes: int(bits / 8), salt: b[4:20], verifier: b[20:36], hash: b[40:72]}, nil
}

// try gives the key if the password is right.
func (s *standard) try(ctx context.Context, password []byte) (key, error) {
	h, err := spin(ctx, sha1.New(), s.salt, password, standardSpins)
	if err != nil {
		return nil, err
	}
	sum := sha1.Sum(append(h, 0, 0, 0, 0))
	derived := make([]byte, 0, 2*sha1.Size)
	for _, pad := range []byte{0x36, 0x5C} {
		var block [64]byte
		for i := range block {
			block[i] = pad
			if i < len(sum) {
				block[i] ^= sum[i]
			}
		}
		d := sha1.Sum(block[:])
		derived = append(derived, d[:]...)
	}
	c, err := aes.NewCipher(derived[:s.keyBytes])
	if err != nil {
		return nil, err
	}
	k := ecb{c}
	verifier := append([]byte(nil), s.verifier...)
	k.segment(0, verifier)
	hash := append([]byte(nil), s.hash...)
	k.segment(0, hash)
	want := sha1.Sum(verifier)
	if subtle.ConstantTimeCompare(want[:], hash[:sha1.Size]) == 0 {
		return nil, nil
	}
	return k, nil
}

// ecb decrypts block by block.
type ecb struct{ c cipher.Block }

func (k ecb) fork() key { return k }

func (k ecb) segment(_ int64, data []byte) {
	for ; len(data) >= aes.BlockSize; data = data[aes.BlockSize:] {
		k.c.Decrypt(data[:aes.BlockSize], data[:aes.BlockSize])
	}
}
