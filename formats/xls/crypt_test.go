package xls

import (
	"crypto/md5"
	"crypto/rc4"
	"crypto/sha1"
)

// encryptor gives the byte that a byte at an offset of the stream is combined with; of a record's data from first to end.
type encryptor func(v byte, first, end, off int) byte

// encrypt encrypts the records of a stream in their place.
func encrypt(stream []byte, key encryptor) {
	for at := 0; at < len(stream); {
		id, n := u16(stream[at:]), u16(stream[at+2:])
		first, end := at+4, at+4+n
		from := first
		switch id {
		case recBOF, recFilePass, recInterface:
			from = end
		case recBoundSheet:
			from += 4
		}
		for i := from; i < end; i++ {
			stream[i] = key(stream[i], first, end, i)
		}
		at = end
	}
}

// streamOf encrypts with what a function says of a block's key. It is written without the reader's code: byte by byte,
// a stream from each block's beginning.
func streamOf(key func(block uint32) []byte) encryptor {
	pads := map[uint32][]byte{}
	return func(v byte, _, _, off int) byte {
		block := uint32(off / 1024)
		if pads[block] == nil {
			c, err := rc4.NewCipher(key(block))
			if err != nil {
				panic(err)
			}
			pads[block] = make([]byte, 1024)
			c.XORKeyStream(pads[block], pads[block])
		}
		return v ^ pads[block][off%1024]
	}
}

var (
	salt     = []byte("0123456789abcdef")
	verifier = []byte("verify this, pls")
)

// rc4Book encrypts with 40 bits of RC4.
func (w wb) rc4Book(password string) wb {
	key := func(block uint32) []byte {
		h := md5.Sum(utf16Bytes(password))
		var many []byte
		for range 16 {
			many = append(append(many, h[:5]...), salt...)
		}
		h = md5.Sum(many)
		h = md5.Sum(le.AppendUint32(h[:5:5], block))
		return h[:]
	}
	h := md5.Sum(verifier)
	c, _ := rc4.NewCipher(key(0))
	check := append(append([]byte{}, verifier...), h[:]...)
	c.XORKeyStream(check, check)
	w.pass = rec(recFilePass, 1, 1, 1, salt, check)
	w.key = streamOf(key)
	return w
}

// cryptoAPIBook encrypts with RC4 as Windows' providers make its keys.
func (w wb) cryptoAPIBook(password string, bits int) wb {
	key := func(block uint32) []byte {
		h := sha1.Sum(append(append([]byte{}, salt...), utf16Bytes(password)...))
		h = sha1.Sum(le.AppendUint32(h[:], block))
		if bits == 40 {
			return append(h[:5:5], make([]byte, 11)...)
		}
		return h[:bits/8]
	}
	h := sha1.Sum(verifier)
	c, _ := rc4.NewCipher(key(0))
	check := append(append([]byte{}, verifier...), h[:]...)
	c.XORKeyStream(check, check)
	name := append(utf16Bytes("Microsoft Enhanced Cryptographic Provider v1.0"), 0, 0)
	w.pass = rec(recFilePass, 1, 2, 2, uint32(4), uint32(32+len(name)), uint32(4), uint32(0), uint32(0x6801), uint32(0x8004), uint32(bits),
		uint32(1), uint32(0), uint32(0), name, uint32(16), salt, check[:16], uint32(20), check[16:])
	w.key = streamOf(key)
	return w
}

// xorBook obfuscates.
func (w wb) xorBook(password string) wb {
	p := []byte(password)
	w.pass = rec(recFilePass, 0, xorKey(p), xorVerifier(p))
	if w.version == biff5 {
		w.pass = rec(recFilePass, xorKey(p), xorVerifier(p))
	}
	c := xorArray(p, xorKey(p))
	w.key = func(v byte, first, end, off int) byte { return (v<<5 | v>>3) ^ c[(end+off-first)%16] }
	return w
}
