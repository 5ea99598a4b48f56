package unpack

import (
	"bufio"
	"io"

	"github.com/pierrec/lz4/v4"
)

// newLz4 reads frames, also those of the first tools; the library checks blocks, contents and lengths, and tells a cut
// from an end.
func newLz4(in *bufio.Reader, pay func(int64) error) (io.Reader, error) {
	if err := pay(16 << 20); err != nil { // two blocks of the largest size, which only frames of the old kind have
		return nil, err
	}
	return lz4.NewReader(in), nil
}
