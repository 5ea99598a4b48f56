package xls

import (
	"bytes"
	"encoding/binary"
	"io"
	"unicode/utf16"
	"unicode/utf8"
)

// The flags of a text in BIFF8.
const (
	textWide = 1 << iota // two bytes a character, not one
	_
	textPhonetic // something follows that says how to pronounce it
	textRich     // runs of fonts follow
)

// cursor reads the data of a record, and on into the CONTINUE records behind it.
type cursor struct {
	r *records
	p []byte // what is left of the record at hand
}

// more goes on to the CONTINUE record that must follow.
func (c *cursor) more() error {
	ok, err := c.continues()
	if err == nil && !ok {
		err = c.r.corrupt("The record at byte %d breaks off.", c.r.at)
	}
	return err
}

// continues goes on to the CONTINUE record that may follow.
func (c *cursor) continues() (bool, error) {
	err := c.r.next()
	if err == io.EOF {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	if c.r.id != recContinue {
		c.r.hold()
		return false, nil
	}
	c.p = c.r.data
	return true, nil
}

// bytes gives the next n bytes, at most 8.
func (c *cursor) bytes(n int, scratch *[8]byte) ([]byte, error) {
	if len(c.p) >= n {
		v := c.p[:n]
		c.p = c.p[n:]
		return v, nil
	}
	have := 0
	for have < n {
		if len(c.p) == 0 {
			if err := c.more(); err != nil {
				return nil, err
			}
			continue
		}
		k := copy(scratch[have:n], c.p)
		have += k
		c.p = c.p[k:]
	}
	return scratch[:n], nil
}

func (c *cursor) skip(n int64) error {
	for {
		if int64(len(c.p)) >= n {
			c.p = c.p[n:]
			return nil
		}
		n -= int64(len(c.p))
		if err := c.more(); err != nil {
			return err
		}
	}
}

// text appends a text of BIFF8 of n characters: flags, characters, and what follows them, which is dropped. fault is why
// PostgreSQL cannot hold it, nil if it can; err is why it cannot be read.
func (c *cursor) text(dst []byte, n int) (_ []byte, fault, err error) {
	var scratch [8]byte
	v, err := c.bytes(1, &scratch)
	if err != nil {
		return dst, nil, err
	}
	flags := v[0]
	behind := int64(0)
	if flags&textRich != 0 {
		if v, err = c.bytes(2, &scratch); err != nil {
			return dst, nil, err
		}
		behind = 4 * int64(u16(v))
	}
	if flags&textPhonetic != 0 {
		if v, err = c.bytes(4, &scratch); err != nil {
			return dst, nil, err
		}
		behind += int64(u32(v))
	}
	if dst, fault, err = c.characters(dst, n, flags&textWide != 0); err != nil {
		return dst, nil, err
	}
	if behind > 0 {
		err = c.skip(behind)
	}
	return dst, fault, err
}

// characters appends n characters. Where they go on in a CONTINUE record, that begins with flags of its own.
func (c *cursor) characters(dst []byte, n int, wide bool) (_ []byte, fault, err error) {
	begin := len(dst)
	high := uint16(0) // first half of a character
	for n > 0 {
		if len(c.p) == 0 {
			if err := c.more(); err != nil {
				return dst, nil, err
			}
			if len(c.p) == 0 {
				continue
			}
			wide = c.p[0]&textWide != 0
			c.p = c.p[1:]
			continue
		}
		if !wide {
			k := min(n, len(c.p))
			if high != 0 {
				fault = badSurrogate(high)
				high = 0
			}
			dst = appendLatin1(dst, c.p[:k])
			c.p, n = c.p[k:], n-k
			continue
		}
		k := min(n, len(c.p)/2)
		if k == 0 {
			return dst, nil, c.r.corrupt("The record at byte %d ends within a character.", c.r.at)
		}
		for i := 0; i < 2*k; i += 2 {
			u := binary.LittleEndian.Uint16(c.p[i:])
			switch {
			case high != 0:
				if r := utf16.DecodeRune(rune(high), rune(u)); r != utf8.RuneError {
					dst, high = utf8.AppendRune(dst, r), 0
					continue
				}
				fault, high = badSurrogate(high), 0
				i -= 2 // the second half stands for itself
			case u < utf8.RuneSelf:
				dst = append(dst, byte(u))
			case u < 0xD800 || u >= 0xE000:
				dst = utf8.AppendRune(dst, rune(u))
			case u < 0xDC00:
				high = u
			default:
				fault = badSurrogate(u)
			}
		}
		c.p, n = c.p[2*k:], n-k
	}
	if high != 0 {
		fault = badSurrogate(high)
	}
	if bytes.IndexByte(dst[begin:], 0) >= 0 {
		fault = badText("0x00")
	}
	return dst, fault, nil
}

func appendLatin1(dst, src []byte) []byte {
	for i := 0; i < len(src); {
		from := i
		for i < len(src) && src[i] < utf8.RuneSelf {
			i++
		}
		dst = append(dst, src[from:i]...)
		for i < len(src) && src[i] >= utf8.RuneSelf {
			dst = append(dst, 0xC0|src[i]>>6, 0x80|src[i]&0x3F)
			i++
		}
	}
	return dst
}
