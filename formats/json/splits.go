package json

import (
	"bytes"
	"io"

	"howdah/formats"
)

const splitProbe = 16 << 10

// Splits cuts lines at their ends. A line end cannot lie within a value there: nav refuses values of several lines, and
// strings hold none. A document is read as a whole.
func (f Format) Splits(in *formats.Input, opt formats.Options, target int64) ([]formats.Split, error) {
	l, err := f.parse(opt)
	if err != nil {
		return nil, err
	}
	size := in.Size()
	ranges, err := in.Ranges()
	if err != nil || !ranges || !l.lines || target < 1 || size <= target {
		return []formats.Split{{}}, err
	}
	var splits []formats.Split
	begin := int64(0)
	for want := target; want < size; want += target {
		if want <= begin {
			continue
		}
		at, err := nextLine(in, want)
		if err != nil {
			return nil, err
		}
		if at >= size {
			break
		}
		splits = append(splits, formats.Split{Off: begin, Len: at - begin})
		begin = at
	}
	if begin == 0 {
		return []formats.Split{{}}, nil
	}
	return append(splits, formats.Split{Off: begin, Len: size - begin}), nil
}

// nextLine gives where the first line begins at off or behind it; the file's size if none does.
func nextLine(in *formats.Input, off int64) (int64, error) {
	r, err := in.ReadRange(off-1, -1)
	if err != nil {
		return 0, err
	}
	defer r.Close()
	buf := make([]byte, splitProbe)
	for at := off - 1; ; {
		n, err := r.Read(buf)
		if i := bytes.IndexByte(buf[:n], '\n'); i >= 0 {
			return at + int64(i) + 1, nil
		}
		at += int64(n)
		if err == io.EOF {
			return in.Size(), nil
		}
		if err != nil {
			return 0, err
		}
	}
}
