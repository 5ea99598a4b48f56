package xlsx

import (
	"bytes"
	"encoding/binary"

	"howdah/formats"
	"howdah/pgerr"
)

// cfbMagic begins a compound file: what Office wrapped documents in before 2007, and wraps encrypted ones in today.
const cfbMagic = "\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1"

func encrypted(in *formats.Input) error {
	return pgerr.New(pgerr.InvalidPassword, "the file is encrypted").
		WithDetail("File %q can only be opened with a password, which is not supported yet.", in.Info().Path).
		WithHint("Save it without a password.")
}

// oldDocument tells an encrypted workbook from other compound files, by a name in the first sector of its directory.
func (a *archive) oldDocument() error {
	other := pgerr.New(pgerr.BadCopyFileFormat, "the content is an old Office document (such as an xls workbook), not xlsx").At("%s", fileName(a.in))
	if a.size < 512 {
		return other
	}
	head, err := a.readAt(0, 512)
	if err != nil {
		return err
	}
	shift := binary.LittleEndian.Uint16(head[30:])
	if shift != 9 && shift != 12 {
		return other
	}
	sector := int64(1) << shift
	off := (int64(binary.LittleEndian.Uint32(head[48:])) + 1) << shift
	if off > a.size-sector {
		return other
	}
	dir, err := a.readAt(off, sector)
	if err != nil {
		return err
	}
	if bytes.Contains(dir, []byte("E\x00n\x00c\x00r\x00y\x00p\x00t\x00")) {
		return encrypted(a.in)
	}
	return other
}
