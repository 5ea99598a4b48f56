package types

import (
	"encoding/binary"
	"strconv"
	"strings"
	"unsafe"

	"howdah/pgerr"
)

// A tid is stored as its binary form: block and offset, big-endian, so that bytes compare as tids do.

// AppendTid appends the tid of a block and an offset.
func AppendTid(dst []byte, block uint32, offset uint16) []byte {
	return binary.BigEndian.AppendUint16(binary.BigEndian.AppendUint32(dst, block), offset)
}

// TidParts takes a stored tid apart.
func TidParts(tid []byte) (block uint32, offset uint16) {
	return binary.BigEndian.Uint32(tid), binary.BigEndian.Uint16(tid[4:])
}

// ParseTid appends a tid from "(block,offset)", as tidin reads it.
func ParseTid(dst, text []byte) ([]byte, error) {
	s := unsafe.String(unsafe.SliceData(text), len(text)) // seen by nobody after the return, errors have their own
	open, comma, end := strings.IndexByte(s, '('), strings.IndexByte(s, ','), strings.IndexByte(s, ')')
	if open >= 0 && open < comma && comma < end {
		block, err1 := tidNumber(s[open+1 : comma])
		offset, err2 := tidNumber(s[comma+1 : end])
		if err1 == nil && err2 == nil && block >= -1<<31 && block < 1<<32 && offset >= 0 && offset < 1<<16 {
			return AppendTid(dst, uint32(block), uint16(offset)), nil
		}
	}
	return nil, pgerr.New(pgerr.InvalidTextRepresentation, `invalid input syntax for type tid: "%s"`, string(text))
}

// tidNumber is strtoul: nothing at all is 0.
func tidNumber(s string) (int64, error) {
	if s == "" {
		return 0, nil
	}
	return strconv.ParseInt(strings.TrimLeft(s, " \t\n\v\f\r"), 10, 64)
}

// AppendTidText appends the text form of a stored tid.
func AppendTidText(dst, tid []byte) []byte {
	dst = strconv.AppendUint(append(dst, '('), uint64(binary.BigEndian.Uint32(tid)), 10)
	return append(strconv.AppendUint(append(dst, ','), uint64(binary.BigEndian.Uint16(tid[4:])), 10), ')')
}
