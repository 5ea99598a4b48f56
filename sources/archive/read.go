package archive

import (
	"bytes"
	"context"
	"encoding/binary"
	"io"
	"strings"

	"howdah/internal/spill"
	"howdah/internal/unpack"
	"howdah/pgerr"
	"howdah/sources"
)

const (
	maxMembers = 200_000  // of one archive
	maxSpool   = 16 << 30 // of an archive that cannot be read at offsets
	nearBlock  = 64 << 10 // read at once where that costs no round trip
	farBlock   = 256 << 10
)

func corrupt(info sources.Info, kind, format string, args ...any) *pgerr.Error {
	return pgerr.New(pgerr.DataCorrupted, "file %q is not a valid %s archive", info.Path, kind).WithDetail(format, args...)
}

func tooMany(info sources.Info) error {
	return pgerr.New(pgerr.ProgramLimitExceeded, "archive %q has more than %d members", info.Path, maxMembers)
}

func outside(o sources.Info) error {
	return corrupt(*o.Packed.Archive, "zip", "Its member %q lies outside of the file.", o.Path)
}

// access reads an archive at offsets.
type access interface {
	// at gives n bytes from off on, which lie within the archive. They hold until the next call.
	at(off, n int64) ([]byte, error)
	size() int64
}

// ranged reads by ranges of the source, a block at least, and keeps the end, where zip has its directory, and the
// last block.
type ranged struct {
	ctx   context.Context
	src   sources.Source
	info  sources.Info
	block int64
	end   []byte // the last bytes
	last  []byte // the last block read
	from  int64  // where last begins
}

func (r *ranged) size() int64 { return r.info.Size }

func (r *ranged) at(off, n int64) ([]byte, error) {
	if r.end == nil {
		length := min(r.block, r.info.Size)
		end, err := r.fetch(r.info.Size-length, length)
		if err != nil {
			return nil, err
		}
		r.end = end
	}
	if begin := r.info.Size - int64(len(r.end)); off >= begin {
		return r.end[off-begin : off-begin+n], nil
	}
	if off < r.from || off+n > r.from+int64(len(r.last)) {
		last, err := r.fetch(off, max(n, min(r.block, r.info.Size-off)))
		if err != nil {
			return nil, err
		}
		r.last, r.from = last, off
	}
	return r.last[off-r.from : off-r.from+n], nil
}

func (r *ranged) fetch(off, n int64) ([]byte, error) {
	buf := make([]byte, n)
	err := sources.Retry(r.ctx, func() error {
		body, err := r.src.OpenRange(r.ctx, r.info, off, n)
		if err != nil {
			return err
		}
		defer body.Close()
		got, err := io.ReadFull(body, buf)
		if err == io.EOF || err == io.ErrUnexpectedEOF {
			return sources.Truncated(r.info.Path, int64(got), n)
		}
		return err
	})
	return buf, err
}

// spooled is an archive in a temporary file.
type spooled struct {
	file *spill.File
}

func (s *spooled) size() int64 { return s.file.Size() }

func (s *spooled) at(off, n int64) ([]byte, error) {
	buf := make([]byte, n)
	return buf, s.file.Reader(off, off+n).Full(buf)
}

// sequence reads an archive from front to back, and heals cuts where the source has ranges.
type sequence struct {
	ctx      context.Context
	src      sources.Source
	info     sources.Info
	body     io.ReadCloser
	off      int64
	failures int
}

func (q *sequence) Read(p []byte) (int, error) {
	for {
		err := context.Cause(q.ctx)
		if err == nil && q.body == nil {
			n := int64(-1)
			if q.off > 0 {
				n = q.info.Size - q.off
			}
			q.body, err = q.src.OpenRange(q.ctx, q.info, q.off, n)
		}
		n := 0
		if err == nil {
			n, err = q.body.Read(p)
			q.off += int64(n)
		}
		if n > 0 {
			q.failures = 0
		}
		if err == io.EOF && q.info.Size >= 0 && q.off != q.info.Size {
			err = sources.Truncated(q.info.Path, q.off, q.info.Size)
		}
		if err == nil || err == io.EOF {
			return n, err
		}
		if q.failures++; !sources.IsTransient(err) || q.off > 0 && !q.info.Ranges || q.failures == sources.Attempts {
			return n, err
		}
		q.Close()
		if err := sources.Pause(q.ctx, q.failures); err != nil {
			return n, err
		}
		if n > 0 {
			return n, nil
		}
	}
}

func (q *sequence) Close() error {
	if q.body == nil {
		return nil
	}
	body := q.body
	q.body = nil
	return body.Close()
}

// read reads what an archive holds.
func (s *Source) read(ctx context.Context, info sources.Info) (*directory, error) {
	if !info.Ranges {
		return s.readSequence(ctx, info)
	}
	block := int64(nearBlock)
	if s.inner.Remote() {
		block = farBlock
	}
	r := &ranged{ctx: ctx, src: s.inner, info: info, block: block}
	length := min(info.Size, endHeader+0xFFFF)
	end, err := r.at(info.Size-length, length)
	if err != nil {
		return nil, err
	}
	if findEnd(end) >= 0 {
		return s.readZip(ctx, info, r)
	}
	head, err := r.at(0, min(info.Size, tarBlock))
	if err != nil {
		return nil, err
	}
	switch kind := unpack.Detect(head); {
	case isZip(head):
		return nil, corrupt(info, "zip", "It has no directory at its end; it may have been cut.")
	case isTar(head):
		return s.readTar(ctx, info, &tarSeeker{r: r}, unpack.None)
	case kind != unpack.None:
		return s.readPacked(ctx, info, kind)
	}
	return nil, notArchive(info, head)
}

func notArchive(info sources.Info, head []byte) error {
	if foreign := unpack.Foreign(head); foreign != "" {
		return pgerr.New(pgerr.FeatureNotSupported, "file %q is of the kind %s, which is not supported", info.Path, foreign).
			WithHint("Archives may be zip or tar, which may be compressed by gzip, bzip2, xz, zstd or lz4.")
	}
	return pgerr.New(pgerr.WrongObjectType, "file %q is not an archive", info.Path).
		WithHint("What stands before \"!/\" must be a zip or tar file. A \"!/\" that is part of a name is written \\!/, in a URL %%21/.")
}

// readSequence is read for sources that do not read at offsets.
func (s *Source) readSequence(ctx context.Context, info sources.Info) (*directory, error) {
	q := &sequence{ctx: ctx, src: s.inner, info: info}
	defer q.Close()
	head := make([]byte, tarBlock)
	n, err := io.ReadFull(q, head)
	if err != nil && err != io.EOF && err != io.ErrUnexpectedEOF {
		return nil, err
	}
	head = head[:n]
	whole := io.MultiReader(bytes.NewReader(head), q)
	switch kind := unpack.Detect(head); {
	case isZip(head):
		spool, err := spill.Create("")
		if err != nil {
			return nil, err
		}
		defer spool.Close()
		if n, err := io.Copy(spool, io.LimitReader(whole, maxSpool+1)); err != nil {
			return nil, err
		} else if n > maxSpool {
			return nil, pgerr.New(pgerr.ProgramLimitExceeded, "archive %q is larger than %d bytes, and its source does not read at offsets", info.Path, int64(maxSpool))
		}
		if err := spool.Flush(); err != nil {
			return nil, err
		}
		return s.readZip(ctx, info, &spooled{spool})
	case isTar(head):
		return s.readTar(ctx, info, &tarStream{r: whole}, unpack.None)
	case kind != unpack.None:
		q.Close()
		return s.readPacked(ctx, info, kind)
	}
	return nil, notArchive(info, head)
}

// isZip knows the first bytes of a zip archive: a member, or the end of an empty one.
func isZip(head []byte) bool {
	return bytes.HasPrefix(head, []byte("PK\x03\x04")) || bytes.HasPrefix(head, []byte("PK\x05\x06"))
}

// IsZip says whether content with these first bytes, of which 64 are enough, is a zip archive, and if so, whether the
// first member already says that it is an office document.
func IsZip(head []byte) (zip, document bool) {
	if !isZip(head) || len(head) < localHeader {
		return isZip(head), false
	}
	n := int(binary.LittleEndian.Uint16(head[26:]))
	first := string(head[localHeader:min(len(head), localHeader+n)])
	for _, folder := range []string{"xl/", "word/", "ppt/", "docProps/", "customXml/", "_rels/", "META-INF/"} {
		if strings.HasPrefix(first, folder) {
			return true, true
		}
	}
	return true, isDocument(first)
}

// IsTar says whether content with these first 512 bytes is surely a tar archive.
func IsTar(head []byte) bool { return isTar(head) && bytes.HasPrefix(head[257:], []byte("ustar")) }
