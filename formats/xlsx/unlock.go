package xlsx

import (
	"io"
	"path"

	"howdah/formats"
	"howdah/formats/internal/cfb"
	"howdah/formats/internal/offcrypto"
	"howdah/pgerr"
)

// unlock finds the workbook's package: the object itself, or what lies encrypted in it. Other compound files, what Office
// wrapped documents in before 2007, are refused.
func (b *book) unlock(in *formats.Input, password string) error {
	var magic [len(cfb.Magic)]byte
	if _, err := b.content.ReadAt(magic[:], 0); err != nil && err != io.EOF {
		return err
	}
	if string(magic[:]) != cfb.Magic {
		b.blob = b.content
		return nil
	}
	name := in.Info().Path
	f, err := cfb.Open(b.content, in.Budget(), name)
	if err != nil {
		return err
	}
	b.compound = f
	if ok, err := offcrypto.Is(f); !ok || err != nil {
		if err == nil {
			err = pgerr.New(pgerr.BadCopyFileFormat, "the content is an old Office document (such as an xls workbook), not xlsx").At("%s", path.Base(name))
		}
		return err
	}
	b.blob, err = offcrypto.Open(in.Context(), f, password, offcrypto.Origin{Path: name, Budget: in.Budget()})
	if err != nil {
		b.blob = nil // not a Blob that is nil
	}
	return err
}
