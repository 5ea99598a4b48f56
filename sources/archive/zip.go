package archive

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"howdah/internal/unpack"
	"howdah/pgerr"
	"howdah/sources"
)

// Lengths of the records of a zip archive (APPNOTE.TXT 6.3.10), and of what is read of it.
const (
	localHeader = 30
	dirHeader   = 46
	endHeader   = 22
	end64Header = 56
	end64Find   = 20

	maxDirectory = 64 << 20
)

// methods are the kinds of compression by their numbers; 0 is none.
var methods = map[uint16]unpack.Kind{
	0: unpack.None, 8: unpack.Deflate, 12: unpack.Bzip2, 14: unpack.Lzma, 20: unpack.Zstd, 93: unpack.Zstd, 95: unpack.Xz,
}

// findEnd gives the place in tail, the last bytes of a file, of the record that ends a zip archive; -1 if there is none.
func findEnd(tail []byte) int {
	for i := len(tail) - endHeader; i >= 0 && i >= len(tail)-endHeader-0xFFFF; i-- {
		if tail[i] == 'P' && string(tail[i:i+4]) == "PK\x05\x06" && i+endHeader+int(binary.LittleEndian.Uint16(tail[i+20:])) == len(tail) {
			return i
		}
	}
	return -1
}

// zipEnd is what the end of an archive says of its directory.
type zipEnd struct {
	count, size, off int64
	limit            int64 // where the directory ends
}

// readZip reads a zip archive's directory.
func (s *Source) readZip(ctx context.Context, info sources.Info, r access) (*directory, error) {
	end, err := readEnd(info, r)
	if err != nil {
		return nil, err
	}
	if end.count > maxMembers || end.size > maxDirectory {
		return nil, tooMany(info)
	}
	// What lies before the archive, such as a program that unpacks it, moves everything.
	shift := end.limit - end.size - end.off
	if end.count > 0 && shift != 0 {
		if sig, err := r.at(end.off, 4); err != nil {
			return nil, err
		} else if string(sig) == "PK\x01\x02" {
			shift = 0
		}
	}
	dir, err := r.at(end.off+shift, end.size)
	if err != nil {
		return nil, err
	}
	z := &zipReader{s: s, info: info, archive: &info, shift: shift, limit: end.off + shift, d: &directory{}}
	for i := range end.count {
		if i%1024 == 0 && ctx.Err() != nil {
			return nil, context.Cause(ctx)
		}
		if dir, err = z.entry(dir); err != nil {
			return nil, err
		}
	}
	if len(dir) > 0 && string(dir[:min(4, len(dir))]) == "PK\x01\x02" {
		return nil, corrupt(info, "zip", "Its directory has more members than its end says.")
	}
	return z.finish()
}

func readEnd(info sources.Info, r access) (end zipEnd, err error) {
	size := r.size()
	length := min(size, endHeader+0xFFFF)
	tail, err := r.at(size-length, length)
	if err != nil {
		return end, err
	}
	i := findEnd(tail)
	if i < 0 {
		return end, corrupt(info, "zip", "It has no directory at its end; it may have been cut.")
	}
	le := binary.LittleEndian
	e := tail[i:]
	if disk := le.Uint16(e[4:]); disk != 0 && disk != 0xFFFF {
		return end, pgerr.New(pgerr.FeatureNotSupported, "archive %q is one of several parts, which is not supported", info.Path)
	}
	end = zipEnd{int64(le.Uint16(e[10:])), int64(le.Uint32(e[12:])), int64(le.Uint32(e[16:])), size - length + int64(i)}
	if end.count == 0xFFFF || end.size == 0xFFFFFFFF || end.off == 0xFFFFFFFF {
		if err := end.wide(info, r); err != nil {
			return end, err
		}
	}
	if end.size < 0 || end.off < 0 || end.count < 0 || end.size > end.limit || end.off > end.limit-end.size || end.count > end.size/dirHeader {
		return end, corrupt(info, "zip", "Its directory lies outside of the file.")
	}
	return end, nil
}

// wide reads the 64-bit record, if there is one.
func (end *zipEnd) wide(info sources.Info, r access) error {
	if end.limit < end64Find+end64Header {
		return nil
	}
	loc, err := r.at(end.limit-end64Find, end64Find)
	if err != nil || string(loc[:4]) != "PK\x06\x07" {
		return err
	}
	le := binary.LittleEndian
	off := int64(le.Uint64(loc[8:]))
	// Its place counts from the archive's beginning, before which something may lie; then it is where it would be anyway.
	for _, at := range []int64{off, end.limit - end64Find - end64Header} {
		if at < 0 || at > end.limit-end64Find-end64Header {
			continue
		}
		rec, err := r.at(at, end64Header)
		if err != nil {
			return err
		}
		if string(rec[:4]) == "PK\x06\x06" {
			*end = zipEnd{int64(le.Uint64(rec[32:])), int64(le.Uint64(rec[40:])), int64(le.Uint64(rec[48:])), at}
			return nil
		}
	}
	return corrupt(info, "zip", "Its directory is damaged.")
}

// zipReader goes through a directory.
type zipReader struct {
	s       *Source
	info    sources.Info
	archive *sources.Info
	shift   int64
	limit   int64 // where the directory begins, so members end
	d       *directory
	spans   []span
}

// span is what a member takes at least.
type span struct{ from, to int64 }

// entry takes one member from the front of the directory.
func (z *zipReader) entry(dir []byte) ([]byte, error) {
	le := binary.LittleEndian
	if len(dir) < dirHeader || string(dir[:4]) != "PK\x01\x02" {
		return nil, corrupt(z.info, "zip", "Its directory is damaged.")
	}
	n, x, c := int(le.Uint16(dir[28:])), int(le.Uint16(dir[30:])), int(le.Uint16(dir[32:]))
	if len(dir) < dirHeader+n+x+c {
		return nil, corrupt(z.info, "zip", "Its directory is damaged.")
	}
	flags, method := le.Uint16(dir[8:]), le.Uint16(dir[10:])
	packed, size, off := int64(le.Uint32(dir[20:])), int64(le.Uint32(dir[24:])), int64(le.Uint32(dir[42:]))
	modified := z.info.Modified
	for extra := dir[dirHeader+n : dirHeader+n+x]; len(extra) >= 4; {
		id, length := le.Uint16(extra), int(le.Uint16(extra[2:]))
		if extra = extra[4:]; length > len(extra) {
			break
		}
		field := extra[:length]
		switch {
		case id == 1:
			for _, v := range []*int64{&size, &packed, &off} {
				if *v == 0xFFFFFFFF && len(field) >= 8 {
					*v, field = int64(le.Uint64(field)), field[8:]
				}
			}
		case id == 0x5455 && len(field) >= 5 && field[0]&1 != 0:
			modified = time.Unix(int64(int32(le.Uint32(field[1:]))), 0)
		}
		extra = extra[length:]
	}
	raw := string(dir[dirHeader : dirHeader+n])
	rest := dir[dirHeader+n+x+c:]
	name := zipName(raw)
	if isDocument(raw) {
		z.d.document = true
	}
	if name == "" || strings.HasSuffix(name, "/") {
		return rest, nil // a folder, or nothing that can be named
	}
	if off += z.shift; off < 0 || packed < 0 || size < 0 || off > z.limit-localHeader || packed > z.limit-localHeader-off {
		return nil, corrupt(z.info, "zip", "Its member %q lies outside of the file.", name)
	}
	z.spans = append(z.spans, span{off, off + localHeader + int64(n) + packed})
	kind, known := methods[method]
	var err error
	switch {
	case len(name) > maxName:
		return nil, pgerr.New(pgerr.ProgramLimitExceeded, "archive %q has a member whose name is longer than %d bytes", z.info.Path, maxName)
	case flags&1 != 0:
		err = pgerr.New(pgerr.InvalidPassword, "member %q of archive %q is encrypted", name, z.info.Path).
			WithHint("Members of archives that need a password are not supported.")
	case !known:
		err = pgerr.New(pgerr.FeatureNotSupported, "member %q of archive %q is compressed by method %d, which is not supported", name, z.info.Path, method)
	case kind == unpack.None && packed != size:
		err = corrupt(z.info, "zip", "Its member %q has two sizes.", name)
	}
	p := &sources.Packed{
		Archive: z.archive, Source: z.s.inner.ID(), Off: off, Len: packed, Kind: kind, Header: localHeader + int64(n),
		Sum: le.Uint32(dir[16:]), Summed: true,
	}
	z.d.entries = append(z.d.entries, z.s.member(name, size, modified, fmt.Sprintf("%x-%x", off, p.Sum), p, err))
	return rest, nil
}

// member makes the object.
func (s *Source) member(name string, size int64, modified time.Time, tag string, p *sources.Packed, err error) entry {
	info := sources.Info{
		Path: p.Archive.Path + sources.MemberMark + name, Key: p.Archive.Key + sources.MemberMark + name,
		Size: size, Modified: modified, Ranges: p.Archive.Ranges, Packed: p,
	}
	if p.Archive.Version != "" {
		info.Version = p.Archive.Version + "!" + tag
	}
	return entry{name: info.Path[len(info.Path)-len(name):], info: info, err: err}
}

// finish sorts, and finds members that cannot be told apart or that lie in one another.
func (z *zipReader) finish() (*directory, error) {
	slices.SortFunc(z.spans, func(a, b span) int { return int(min(max(a.from-b.from, -1), 1)) })
	for i := 1; i < len(z.spans); i++ {
		if z.spans[i].from < z.spans[i-1].to {
			return nil, corrupt(z.info, "zip", "Its members overlap.")
		}
	}
	es := z.d.entries
	slices.SortStableFunc(es, func(a, b entry) int { return strings.Compare(a.name, b.name) })
	out := es[:0]
	for i, e := range es {
		if i > 0 && e.name == out[len(out)-1].name {
			out[len(out)-1].err = corrupt(z.info, "zip", "It has two members %q.", e.name)
			continue
		}
		out = append(out, e)
	}
	z.d.entries = out
	for i := range out {
		if out[i].err != nil {
			out[i].info = sources.Info{Path: out[i].info.Path}
		}
	}
	return z.d, nil
}

// isDocument knows the members by which office documents begin: those of Microsoft and those of OpenDocument, whose
// first member is stored and named mimetype.
func isDocument(name string) bool {
	return slices.ContainsFunc([]string{"[Content_Types].xml", "mimetype", "META-INF/manifest.xml", "_rels/.rels", "xl/workbook.xml"}, func(w string) bool { return strings.EqualFold(name, w) })
}

// readHeader reads the fixed part of a member's local header, and tells the length of all of it.
func readHeader(body io.Reader, o sources.Info) (int64, error) {
	var head [localHeader]byte
	if n, err := io.ReadFull(body, head[:]); err != nil {
		if err == io.EOF || errors.Is(err, io.ErrUnexpectedEOF) {
			err = sources.Truncated(o.Packed.Archive.Path, int64(n), localHeader)
		}
		return 0, err
	}
	le := binary.LittleEndian
	if string(head[:4]) != "PK\x03\x04" {
		return 0, corrupt(*o.Packed.Archive, "zip", "Its member %q does not lie where the directory says.", o.Path)
	}
	kind, known := methods[le.Uint16(head[8:])]
	if !known || kind != o.Packed.Kind {
		return 0, corrupt(*o.Packed.Archive, "zip", "Its member %q is another one than the directory says.", o.Path)
	}
	return localHeader + int64(le.Uint16(head[26:])) + int64(le.Uint16(head[28:])), nil
}
