package xlsx

import (
	"bytes"
	"encoding/binary"
	"io"
	"path"

	"howdah/formats"
	"howdah/formats/internal/blob"
	"howdah/pgerr"
)

// cfbMagic begins a compound file: what Office wrapped documents in before 2007, and wraps encrypted ones in today.
const cfbMagic = "\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1"

func encrypted(in *formats.Input) error {
	return pgerr.New(pgerr.InvalidPassword, "the file is encrypted").
		WithDetail("File %q can only be opened with a password, which is not supported yet.", in.Info().Path).
		WithHint("Save it without a password.")
}

// notCompound refuses compound files. It tells an encrypted workbook by a name in the first sector of the directory.
func notCompound(in *formats.Input, b blob.Blob) error {
	var magic [8]byte
	if _, err := b.ReadAt(magic[:], 0); err != nil && err != io.EOF {
		return err
	}
	if string(magic[:]) != cfbMagic {
		return nil
	}
	other := pgerr.New(pgerr.BadCopyFileFormat, "the content is an old Office document (such as an xls workbook), not xlsx").At("%s", path.Base(in.Info().Path))
	if b.Size() < 512 {
		return other
	}
	head := make([]byte, 512)
	if _, err := b.ReadAt(head, 0); err != nil {
		return err
	}
	shift := binary.LittleEndian.Uint16(head[30:])
	if shift != 9 && shift != 12 {
		return other
	}
	sector := int64(1) << shift
	off := (int64(binary.LittleEndian.Uint32(head[48:])) + 1) << shift
	if off > b.Size()-sector {
		return other
	}
	dir := make([]byte, sector)
	if _, err := b.ReadAt(dir, off); err != nil {
		return err
	}
	if bytes.Contains(dir, []byte("E\x00n\x00c\x00r\x00y\x00p\x00t\x00")) {
		return encrypted(in)
	}
	return other
}
