package xls

import (
	"bytes"
	"crypto/md5"
	"crypto/rc4"
	"crypto/sha1"
	"crypto/subtle"
	"encoding/binary"
	"hash"
	"unicode/utf16"

	"howdah/pgerr"
)

// defaultPassword is what Excel encrypts with if only changes are protected; anybody may read such a workbook.
const defaultPassword = "VelvetSweatshop"

// cipher decrypts records.
type cipher interface {
	// decrypt decrypts a record's data, which begin at an offset of the stream, but for the first skip bytes.
	decrypt(data []byte, skip int, off int64)
}

// readFilePass takes the record that says how the workbook is encrypted, and finds the key.
func (b *book) readFilePass(d []byte) error {
	try, err := b.scheme(d)
	if err != nil {
		return err
	}
	if b.key = try(defaultPassword); b.key != nil {
		return nil
	}
	if b.password != "" {
		if b.key = try(b.password); b.key != nil {
			return nil
		}
		return pgerr.New(pgerr.InvalidPassword, "the file is encrypted, and the password does not open it").
			WithDetail("The option \"file_password\" holds another password than that of file %q.", b.path).
			WithHint("Set the password: ALTER USER MAPPING FOR ... SERVER ... OPTIONS (SET file_password '...').")
	}
	return pgerr.New(pgerr.InvalidPassword, "the file is encrypted").WithDetail("File %q can only be opened with a password.", b.path).
		WithHint("Give the password: ALTER USER MAPPING FOR ... SERVER ... OPTIONS (ADD file_password '...').")
}

// scheme tells the way of encryption, as what makes a cipher of a password, or nil if it is the wrong one.
func (b *book) scheme(d []byte) (func(password string) cipher, error) {
	damaged := b.corrupt("What it says of its encryption is damaged.")
	le := binary.LittleEndian
	if b.version == biff5 {
		if len(d) < 4 {
			return nil, damaged
		}
		return obfuscation(le.Uint16(d), le.Uint16(d[2:])), nil
	}
	if len(d) < 6 {
		return nil, damaged
	}
	kind, major, minor := le.Uint16(d), le.Uint16(d[2:]), le.Uint16(d[4:])
	switch {
	case kind == 0:
		return obfuscation(major, minor), nil
	case kind == 1 && major == 1 && minor == 1:
		if len(d) < 54 {
			return nil, damaged
		}
		salt, check := bytes.Clone(d[6:22]), bytes.Clone(d[22:54])
		return func(password string) cipher {
			h := md5.Sum(utf16Bytes(password))
			h = md5.Sum(bytes.Repeat(append(h[:5:5], salt...), 16))
			return verified(&rc4Cipher{hash: md5.New, base: h[:5], size: 16}, check)
		}, nil
	case kind == 1 && major >= 2 && major <= 4 && minor == 2:
		return b.cryptoAPI(d[6:], damaged)
	}
	return nil, pgerr.New(pgerr.FeatureNotSupported, "the encryption of file %q is not supported", b.path).
		WithDetail("It is of kind %d, version %d.%d.", kind, major, minor)
}

// cryptoAPI reads the description of RC4 with keys made by Windows ([MS-OFFCRYPTO] 2.3.5.1).
func (b *book) cryptoAPI(d []byte, damaged error) (func(password string) cipher, error) {
	const rc4ID, sha1ID = 0x6801, 0x8004
	if len(d) < 8 {
		return nil, damaged
	}
	n := u32(d[4:])
	if d = d[8:]; n < 32 || int64(n) > int64(len(d)) {
		return nil, damaged
	}
	head, d := d[:n], d[n:]
	algorithm, hashID, bits := u32(head[8:]), u32(head[12:]), u32(head[16:])
	if bits == 0 {
		bits = 40
	}
	if algorithm != rc4ID && algorithm != 0 || hashID != sha1ID && hashID != 0 || bits < 40 || bits > 128 || bits%8 != 0 {
		return nil, pgerr.New(pgerr.FeatureNotSupported, "the encryption of file %q is not supported", b.path).
			WithDetail("Its algorithms are %#x with %d bits, and %#x.", algorithm, bits, hashID)
	}
	if len(d) < 60 || u32(d) != 16 || u32(d[36:]) != sha1.Size {
		return nil, damaged
	}
	salt, check := bytes.Clone(d[4:20]), append(bytes.Clone(d[20:36]), d[40:60]...)
	return func(password string) cipher {
		h := sha1.Sum(append(bytes.Clone(salt), utf16Bytes(password)...))
		return verified(&rc4Cipher{hash: sha1.New, base: h[:], size: int(bits / 8)}, check)
	}, nil
}

// verified gives the cipher if it decrypts check to 16 bytes and their hash.
func verified(c *rc4Cipher, check []byte) cipher {
	c.load(0)
	v := bytes.Clone(check)
	subtle.XORBytes(v, v, c.pad[:])
	h := c.hash()
	h.Write(v[:16])
	if subtle.ConstantTimeCompare(h.Sum(nil), v[16:]) != 1 {
		return nil
	}
	return c
}

// rc4Cipher has a new key for each 1024 bytes of the stream.
type rc4Cipher struct {
	hash  func() hash.Hash
	base  []byte // hashed with the number of the block, it gives the block's key
	size  int    // of the key
	block int64  // that pad is for, +1
	pad   [1024]byte
}

func (c *rc4Cipher) load(block int64) {
	if c.block == block+1 {
		return
	}
	h := c.hash()
	h.Write(c.base)
	h.Write(binary.LittleEndian.AppendUint32(nil, uint32(block)))
	key := h.Sum(nil)[:c.size]
	if c.size == 5 && len(c.base) == sha1.Size {
		key = append(key, make([]byte, 11)...) // 40 bits are filled up to 128
	}
	stream, err := rc4.NewCipher(key)
	if err != nil {
		panic(err) // sizes were checked
	}
	clear(c.pad[:])
	stream.XORKeyStream(c.pad[:], c.pad[:])
	c.block = block + 1
}

func (c *rc4Cipher) decrypt(data []byte, skip int, off int64) {
	data, off = data[skip:], off+int64(skip)
	for len(data) > 0 {
		c.load(off / int64(len(c.pad)))
		pad := c.pad[off%int64(len(c.pad)):]
		n := subtle.XORBytes(data, data, pad[:min(len(pad), len(data))])
		data, off = data[n:], off+int64(n)
	}
}

func utf16Bytes(s string) (b []byte) {
	for _, u := range utf16.Encode([]rune(s)) {
		b = binary.LittleEndian.AppendUint16(b, u)
	}
	return b
}

// xorCipher is obfuscation, method 1 of [MS-OFFCRYPTO] 2.3.7.
type xorCipher [16]byte

func (c *xorCipher) decrypt(data []byte, skip int, off int64) {
	at := off + int64(len(data))
	for i := skip; i < len(data); i++ {
		v := data[i] ^ c[(at+int64(i))%16]
		data[i] = v>>5 | v<<3
	}
}

// obfuscation is the scheme with the key and the verifier that a file has of its password.
func obfuscation(key, verifier uint16) func(password string) cipher {
	return func(password string) cipher {
		p := passwordBytes(password)
		if len(p) == 0 || xorVerifier(p) != verifier || xorKey(p) != key {
			return nil
		}
		return xorArray(p, key)
	}
}

// passwordBytes is a password as obfuscation takes it: bytes, 15 at the most.
func passwordBytes(password string) (p []byte) {
	for _, u := range utf16.Encode([]rune(password)) {
		c := byte(u)
		if c == 0 {
			c = byte(u >> 8)
		}
		if p = append(p, c); len(p) == 15 {
			break
		}
	}
	return p
}

func xorVerifier(p []byte) uint16 {
	v := uint16(0)
	turn := func(c byte) { v = (v>>14&1 | v<<1&0x7FFF) ^ uint16(c) }
	for i := len(p) - 1; i >= 0; i-- {
		turn(p[i])
	}
	turn(byte(len(p)))
	return v ^ 0xCE4B
}

var (
	xorPad     = [15]byte{0xBB, 0xFF, 0xFF, 0xBA, 0xFF, 0xFF, 0xB9, 0x80, 0x00, 0xBE, 0x0F, 0x00, 0xBF, 0x0F, 0x00}
	xorInitial = [15]uint16{0xE1F0, 0x1D0F, 0xCC9C, 0x84C0, 0x110C, 0x0E10, 0xF1CE, 0x313E, 0x1872, 0xE139, 0xD40F, 0x84F9, 0x280C, 0xA96A, 0x4EC3}
	xorMatrix  = [15 * 7]uint16{
		0xAEFC, 0x4DD9, 0x9BB2, 0x2745, 0x4E8A, 0x9D14, 0x2A09, 0x7B61, 0xF6C2, 0xFDA5, 0xEB6B, 0xC6F7, 0x9DCF, 0x2BBF,
		0x4563, 0x8AC6, 0x05AD, 0x0B5A, 0x16B4, 0x2D68, 0x5AD0, 0x0375, 0x06EA, 0x0DD4, 0x1BA8, 0x3750, 0x6EA0, 0xDD40,
		0xD849, 0xA0B3, 0x5147, 0xA28E, 0x553D, 0xAA7A, 0x44D5, 0x6F45, 0xDE8A, 0xAD35, 0x4A4B, 0x9496, 0x390D, 0x721A,
		0xEB23, 0xC667, 0x9CEF, 0x29FF, 0x53FE, 0xA7FC, 0x5FD9, 0x47D3, 0x8FA6, 0x0F6D, 0x1EDA, 0x3DB4, 0x7B68, 0xF6D0,
		0xB861, 0x60E3, 0xC1C6, 0x93AD, 0x377B, 0x6EF6, 0xDDEC, 0x45A0, 0x8B40, 0x06A1, 0x0D42, 0x1A84, 0x3508, 0x6A10,
		0xAA51, 0x4483, 0x8906, 0x022D, 0x045A, 0x08B4, 0x1168, 0x76B4, 0xED68, 0xCAF1, 0x85C3, 0x1BA7, 0x374E, 0x6E9C,
		0x3730, 0x6E60, 0xDCC0, 0xA9A1, 0x4363, 0x86C6, 0x1DAD, 0x3331, 0x6662, 0xCCC4, 0x89A9, 0x0373, 0x06E6, 0x0DCC,
		0x1021, 0x2042, 0x4084, 0x8108, 0x1231, 0x2462, 0x48C4,
	}
)

func xorKey(p []byte) uint16 {
	key := xorInitial[len(p)-1]
	at := len(xorMatrix) - 1
	for i := len(p) - 1; i >= 0; i-- {
		for bit := 6; bit >= 0; bit-- {
			if p[i]>>bit&1 != 0 {
				key ^= xorMatrix[at]
			}
			at--
		}
	}
	return key
}

// xorArray spreads the password, filled up, and the key.
func xorArray(p []byte, key uint16) *xorCipher {
	c := &xorCipher{}
	filled := append(append([]byte{}, p...), xorPad[:]...)
	for i := range c {
		v := filled[i] ^ byte(key>>(8*(i%2)))
		c[i] = v>>1 | v<<7
	}
	return c
}
