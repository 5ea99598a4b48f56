package offcrypto

import (
	"context"
	"crypto/aes"
	"crypto/cipher"
	"crypto/hmac"
	"crypto/sha1"
	"crypto/sha256"
	"crypto/sha512"
	"crypto/subtle"
	"encoding/base64"
	"encoding/binary"
	"encoding/xml"
	"hash"
	"io"
)

// agile is the encryption of Office 2010 and later: AES in chains, with a hash of the writer's choice.
type agile struct {
	of        Origin
	data      agileKey
	integrity struct {
		Key   base64Bytes `xml:"encryptedHmacKey,attr"`
		Value base64Bytes `xml:"encryptedHmacValue,attr"`
	}
	password agileKey
}

// agileKey is how something is encrypted: the package, or the package's key with a password.
type agileKey struct {
	Spins     int         `xml:"spinCount,attr"`
	SaltSize  int         `xml:"saltSize,attr"`
	BlockSize int         `xml:"blockSize,attr"`
	KeyBits   int         `xml:"keyBits,attr"`
	HashSize  int         `xml:"hashSize,attr"`
	Cipher    string      `xml:"cipherAlgorithm,attr"`
	Chaining  string      `xml:"cipherChaining,attr"`
	Hash      string      `xml:"hashAlgorithm,attr"`
	Salt      base64Bytes `xml:"saltValue,attr"`
	Verifier  base64Bytes `xml:"encryptedVerifierHashInput,attr"`
	Verified  base64Bytes `xml:"encryptedVerifierHashValue,attr"`
	Key       base64Bytes `xml:"encryptedKeyValue,attr"`

	newHash func() hash.Hash
}

type base64Bytes []byte

func (b *base64Bytes) UnmarshalText(text []byte) (err error) {
	*b, err = base64.StdEncoding.DecodeString(string(text))
	return err
}

const passwordEncryptor = "http://schemas.microsoft.com/office/2006/keyEncryptor/password"

// What is hashed together with the password, by what the key is for.
var (
	blockVerifier  = []byte{0xfe, 0xa7, 0xd2, 0x76, 0x3b, 0x4b, 0x9e, 0x79}
	blockVerified  = []byte{0xd7, 0xaa, 0x0f, 0x6d, 0x30, 0x61, 0x34, 0x4e}
	blockKey       = []byte{0x14, 0x6e, 0x0b, 0xe7, 0xab, 0xac, 0xd0, 0xd6}
	blockHmacKey   = []byte{0x5f, 0xb2, 0xad, 0x01, 0x0c, 0xb9, 0xe1, 0xf6}
	blockHmacValue = []byte{0xa0, 0x67, 0x7f, 0x02, 0xb2, 0x2c, 0x84, 0x33}
)

// readAgile reads the XML of EncryptionInfo.
func readAgile(b []byte, of Origin) (*agile, error) {
	var x struct {
		KeyData   agileKey `xml:"keyData"`
		Integrity struct {
			Key   base64Bytes `xml:"encryptedHmacKey,attr"`
			Value base64Bytes `xml:"encryptedHmacValue,attr"`
		} `xml:"dataIntegrity"`
		Encryptors []struct {
			URI string   `xml:"uri,attr"`
			Key agileKey `xml:"encryptedKey"`
		} `xml:"keyEncryptors>keyEncryptor"`
	}
	if err := xml.Unmarshal(b, &x); err != nil {
		return nil, of.corrupt("What tells how it is encrypted is damaged: %v", err)
	}
	a := &agile{of: of, data: x.KeyData}
	a.integrity = x.Integrity
	found := false
	for _, e := range x.Encryptors {
		if e.URI == passwordEncryptor {
			a.password, found = e.Key, true
		}
	}
	if !found {
		return nil, of.unsupported("It opens with a certificate, not with a password.")
	}
	if err := a.data.check(of); err != nil {
		return nil, err
	}
	if err := a.password.check(of); err != nil {
		return nil, err
	}
	p := &a.password
	switch {
	case p.Spins < 0 || p.Spins > maxSpins:
		return nil, of.unsupported("It hashes the password %d times; %d are the most.", p.Spins, maxSpins)
	case len(p.Verifier) == 0 || len(p.Verifier)%aes.BlockSize != 0 || len(p.Verifier) < p.SaltSize || len(p.Verifier) > maxSalt,
		len(p.Verified)%aes.BlockSize != 0 || len(p.Verified) < p.HashSize || len(p.Verified) > maxSalt,
		len(p.Key)%aes.BlockSize != 0 || len(p.Key) < a.data.KeyBits/8 || len(p.Key) > maxSalt:
		return nil, of.corrupt("The key that its password opens is of the wrong size.")
	}
	return a, nil
}

func (k *agileKey) check(of Origin) error {
	switch k.Hash {
	case "SHA1", "SHA-1":
		k.newHash = sha1.New
	case "SHA256", "SHA-256":
		k.newHash = sha256.New
	case "SHA384", "SHA-384":
		k.newHash = sha512.New384
	case "SHA512", "SHA-512":
		k.newHash = sha512.New
	default:
		return of.unsupported("Its hash is %q.", clip(k.Hash))
	}
	switch {
	case k.Cipher != "AES" || k.Chaining != "ChainingModeCBC" || k.KeyBits != 128 && k.KeyBits != 192 && k.KeyBits != 256:
		return of.unsupported("Its cipher is %q of %d bits with %q.", clip(k.Cipher), k.KeyBits, clip(k.Chaining))
	case k.BlockSize != aes.BlockSize || k.HashSize != k.newHash().Size() || k.SaltSize != len(k.Salt) || k.SaltSize < 1 || k.SaltSize > maxSalt:
		return of.corrupt("Its blocks are of %d bytes, its hash of %d, its salt of %d.", k.BlockSize, k.HashSize, k.SaltSize)
	}
	return nil
}

func clip(s string) string { return s[:min(len(s), 40)] }

// try gives the key if the password is right.
func (a *agile) try(ctx context.Context, password []byte, p *pack) (key, error) {
	k := &a.password
	h, err := spin(ctx, k.newHash(), k.Salt, password, k.Spins)
	if err != nil {
		return nil, err
	}
	open := func(block, data []byte) ([]byte, error) {
		sum := k.newHash()
		sum.Write(h)
		sum.Write(block)
		c, err := aes.NewCipher(fit(sum.Sum(nil), k.KeyBits/8))
		if err != nil {
			return nil, err
		}
		out := append([]byte(nil), data...)
		cipher.NewCBCDecrypter(c, fit(k.Salt, aes.BlockSize)).CryptBlocks(out, out)
		return out, nil
	}
	verifier, err := open(blockVerifier, k.Verifier)
	if err != nil {
		return nil, err
	}
	verified, err := open(blockVerified, k.Verified)
	if err != nil {
		return nil, err
	}
	sum := k.newHash()
	sum.Write(verifier[:k.SaltSize])
	if subtle.ConstantTimeCompare(sum.Sum(nil), verified[:k.HashSize]) == 0 {
		return nil, nil
	}
	secret, err := open(blockKey, k.Key)
	if err != nil {
		return nil, err
	}
	c, err := aes.NewCipher(secret[:a.data.KeyBits/8])
	if err != nil {
		return nil, err
	}
	out := &cbc{c: c, salt: a.data.Salt, newHash: a.data.newHash, hash: a.data.newHash()}
	return out, a.prove(p, out)
}

// prove compares the hash of a small package with what was written into the file when it was encrypted.
func (a *agile) prove(p *pack, k *cbc) error {
	if len(a.integrity.Key) == 0 && len(a.integrity.Value) == 0 || p.src.Size() > provenBytes {
		return nil
	}
	open := func(block, data []byte) ([]byte, bool) {
		if len(data)%aes.BlockSize != 0 || len(data) < a.data.HashSize || len(data) > maxSalt {
			return nil, false
		}
		out := append([]byte(nil), data...)
		cipher.NewCBCDecrypter(k.c, k.vector(block)).CryptBlocks(out, out)
		return out[:a.data.HashSize], true
	}
	secret, ok1 := open(blockHmacKey, a.integrity.Key)
	want, ok2 := open(blockHmacValue, a.integrity.Value)
	if !ok1 || !ok2 {
		return a.of.corrupt("The hash of its content is of the wrong size.")
	}
	sum := hmac.New(a.data.newHash, secret)
	if _, err := io.Copy(sum, io.NewSectionReader(p.src, 0, p.src.Size())); err != nil {
		return err
	}
	if subtle.ConstantTimeCompare(sum.Sum(nil), want) == 0 {
		return a.of.corrupt("Its content is not what was encrypted: the hashes differ.")
	}
	return nil
}

// cbc decrypts segments, each a chain that begins with a vector of its own.
type cbc struct {
	c    cipher.Block
	salt []byte
	hash hash.Hash
	sum  []byte

	newHash func() hash.Hash
}

func (k *cbc) fork() key {
	return &cbc{c: k.c, salt: k.salt, newHash: k.newHash, hash: k.newHash()}
}

func (k *cbc) vector(block []byte) []byte {
	k.hash.Reset()
	k.hash.Write(k.salt)
	k.hash.Write(block)
	k.sum = k.hash.Sum(k.sum[:0])
	return fit(k.sum, aes.BlockSize)
}

func (k *cbc) segment(n int64, data []byte) {
	for len(data) > 0 {
		part := data[:min(len(data), segmentBytes)]
		var number [4]byte
		binary.LittleEndian.PutUint32(number[:], uint32(n))
		cipher.NewCBCDecrypter(k.c, k.vector(number[:])).CryptBlocks(part, part)
		data, n = data[len(part):], n+1
	}
}

// fit cuts or fills up to n bytes.
func fit(b []byte, n int) []byte {
	if len(b) >= n {
		return b[:n]
	}
	out := append(make([]byte, 0, n), b...)
	for len(out) < n {
		out = append(out, 0x36)
	}
	return out
}

// spin hashes a password many times, so that guessing takes long.
func spin(ctx context.Context, h hash.Hash, salt, password []byte, n int) ([]byte, error) {
	h.Write(salt)
	h.Write(password)
	buf := make([]byte, 4, 4+h.Size())
	buf = h.Sum(buf)
	for i := range n {
		if i&0xFFFF == 0 && ctx.Err() != nil {
			return nil, context.Cause(ctx)
		}
		binary.LittleEndian.PutUint32(buf, uint32(i))
		h.Reset()
		h.Write(buf)
		buf = h.Sum(buf[:4])
	}
	return buf[4:], nil
}
