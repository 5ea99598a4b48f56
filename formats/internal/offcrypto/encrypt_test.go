package offcrypto

import (
	"bytes"
	"context"
	"crypto/aes"
	"crypto/cipher"
	"crypto/hmac"
	"crypto/sha1"
	"encoding/base64"
	"encoding/binary"
	"fmt"
	"hash"

	"howdah/formats/internal/cfb/cfbtest"
)

// writer encrypts as the specification tells, apart from the code that decrypts. What it writes was opened with
// msoffcrypto-tool 6.1 too, but for agile keys of 192 bits, which that takes for longer ones.
type writer struct {
	hash     string
	keyBits  int
	spins    int
	standard bool
	damage   string // of the XML: old, new
	layout   cfbtest.Layout
}

func noise(n int, seed byte) []byte {
	out := make([]byte, n)
	for i := range out {
		seed = seed*73 + 41
		out[i] = seed ^ byte(i>>8)
	}
	return out
}

func (w writer) encrypt(content []byte, password string) []byte {
	if w.standard {
		return w.encryptStandard(content, password)
	}
	k := agileKey{Hash: w.hash, Cipher: "AES", Chaining: "ChainingModeCBC", BlockSize: 16, KeyBits: w.keyBits, SaltSize: 16, Salt: make([]byte, 16)}
	var newHash func() hash.Hash
	for _, size := range []int{20, 32, 48, 64} {
		if k.HashSize = size; k.check(Origin{}) == nil {
			newHash = k.newHash
			break
		}
	}
	sum := func(parts ...[]byte) []byte {
		h := newHash()
		for _, p := range parts {
			h.Write(p)
		}
		return h.Sum(nil)
	}
	le32 := func(n int) []byte { return binary.LittleEndian.AppendUint32(nil, uint32(n)) }
	pad := func(b []byte) []byte { return append(bytes.Clone(b), make([]byte, (16-len(b)%16)%16)...) }
	seal := func(key, iv, data []byte) []byte {
		c, err := aes.NewCipher(key)
		if err != nil {
			panic(err)
		}
		out := pad(data)
		cipher.NewCBCEncrypter(c, fit(iv, 16)).CryptBlocks(out, out)
		return out
	}
	salt, dataSalt, secret := noise(16, 1), noise(16, 2), noise(w.keyBits/8, 3)
	h := sum(salt, utf16le(password))
	for i := range w.spins {
		h = sum(le32(i), h)
	}
	key := func(block []byte) []byte { return fit(sum(h, block), w.keyBits/8) }
	verifier := noise(16, 4)
	pack := binary.LittleEndian.AppendUint64(nil, uint64(len(content)))
	for i := 0; i*4096 < len(content); i++ {
		pack = append(pack, seal(secret, sum(dataSalt, le32(i)), content[i*4096:min(len(content), i*4096+4096)])...)
	}
	hmacKey := noise(k.HashSize, 5)
	mac := hmac.New(newHash, hmacKey)
	mac.Write(pack)
	b64 := func(b []byte) string { return base64.StdEncoding.EncodeToString(b) }
	common := fmt.Sprintf(`saltSize="16" blockSize="16" keyBits="%d" hashSize="%d" cipherAlgorithm="AES" cipherChaining="ChainingModeCBC" hashAlgorithm="%s"`, w.keyBits, k.HashSize, w.hash)
	info := `<?xml version="1.0" encoding="UTF-8" standalone="yes"?>` + "\r\n" +
		`<encryption xmlns="http://schemas.microsoft.com/office/2006/encryption" xmlns:p="http://schemas.microsoft.com/office/2006/keyEncryptor/password">` +
		`<keyData ` + common + ` saltValue="` + b64(dataSalt) + `"/>` +
		`<dataIntegrity encryptedHmacKey="` + b64(seal(secret, sum(dataSalt, blockHmacKey), hmacKey)) + `" encryptedHmacValue="` + b64(seal(secret, sum(dataSalt, blockHmacValue), mac.Sum(nil))) + `"/>` +
		`<keyEncryptors><keyEncryptor uri="` + passwordEncryptor + `"><p:encryptedKey spinCount="` + fmt.Sprint(w.spins) + `" ` + common + ` saltValue="` + b64(salt) +
		`" encryptedVerifierHashInput="` + b64(seal(key(blockVerifier), salt, verifier)) + `" encryptedVerifierHashValue="` + b64(seal(key(blockVerified), salt, sum(verifier))) +
		`" encryptedKeyValue="` + b64(seal(key(blockKey), salt, secret)) + `"/></keyEncryptor></keyEncryptors></encryption>`
	if w.damage != "" {
		before, after, _ := bytes.Cut([]byte(w.damage), []byte("\x00"))
		info = string(bytes.Replace([]byte(info), before, after, 1))
	}
	return w.file(append([]byte{4, 0, 4, 0, 0x40, 0, 0, 0}, info...), pack)
}

func (w writer) file(info, pack []byte) []byte {
	return cfbtest.Write(w.layout, cfbtest.Stream{Name: infoStream, Data: info}, cfbtest.Stream{Name: packageStream, Data: pack})
}

func (w writer) encryptStandard(content []byte, password string) []byte {
	le := binary.LittleEndian
	salt := noise(16, 1)
	h, _ := spin(context.Background(), sha1.New(), salt, utf16le(password), standardSpins)
	h = append(bytes.Clone(h), 0, 0, 0, 0)
	final := sha1.Sum(h)
	one, two := bytes.Repeat([]byte{0x36}, 64), bytes.Repeat([]byte{0x5C}, 64)
	for i, b := range final {
		one[i] ^= b
		two[i] ^= b
	}
	x1, x2 := sha1.Sum(one), sha1.Sum(two)
	c, err := aes.NewCipher(append(x1[:], x2[:]...)[:w.keyBits/8])
	if err != nil {
		panic(err)
	}
	seal := func(data []byte) []byte {
		out := append(bytes.Clone(data), make([]byte, (16-len(data)%16)%16)...)
		for i := 0; i < len(out); i += 16 {
			c.Encrypt(out[i:], out[i:])
		}
		return out
	}
	verifier := noise(16, 4)
	hashed := sha1.Sum(verifier)
	algorithm := map[int]uint32{128: algorithmAES128, 192: algorithmAES192, 256: algorithmAES256}[w.keyBits]
	csp := utf16le("Microsoft Enhanced RSA and AES Cryptographic Provider\x00")
	info := []byte{3, 0, 2, 0}
	for _, v := range []uint32{0x24, uint32(32 + len(csp)), 0x24, 0, algorithm, hashSHA1, uint32(w.keyBits), 0x18, 0, 0} {
		info = le.AppendUint32(info, v)
	}
	info = append(info, csp...)
	info = le.AppendUint32(info, 16)
	info = append(append(info, salt...), seal(verifier)...)
	info = append(le.AppendUint32(info, 20), seal(append(hashed[:], make([]byte, 12)...))...)
	return w.file(info, append(le.AppendUint64(nil, uint64(len(content))), seal(content)...))
}
