package archive

import (
	"context"
	"errors"
	"io"
	"iter"
	"slices"
	"strings"
	"sync"

	"howdah/pgerr"
	"howdah/sources"
)

// Source is the members of another source's archives.
type Source struct {
	inner  sources.Source
	shared *shared
	max    int64
}

var (
	_ sources.Source   = (*Source)(nil)
	_ sources.Unpacker = (*Source)(nil)
)

// shared is what was learned of archives, by their key and version.
type shared struct {
	mu      sync.Mutex
	dirs    map[place]*directory
	members int // of all of dirs
	starts  map[start]int64
}

type place struct{ key, version string }

// start is a member whose local header was read.
type start struct {
	place
	off int64
}

// What is remembered at most; past it, all is forgotten and read anew when needed.
const (
	maxKept   = 400_000 // members
	maxStarts = 100_000
)

// Over makes the source of the members of inner's archives.
func Over(inner sources.Source) *Source {
	return &Source{
		inner: inner, max: sources.MaxUnpacked(inner),
		shared: &shared{dirs: map[place]*directory{}, starts: map[start]int64{}},
	}
}

// ID is made of the other source's.
func (s *Source) ID() string { return "archive:" + s.inner.ID() }

// Scheme is the other source's.
func (s *Source) Scheme() string { return s.inner.Scheme() }

// Remote is the other source's.
func (s *Source) Remote() bool { return s.inner.Remote() }

// MaxUnpacked is the limit for one member, and for listing an archive that is compressed as a whole.
func (s *Source) MaxUnpacked() int64 { return s.max }

// WithMaxUnpacked gives a source with another limit, which shares what is remembered.
func (s *Source) WithMaxUnpacked(n int64) sources.Source {
	return &Source{inner: s.inner, shared: s.shared, max: n}
}

// directory is the files in one archive in one version, sorted by name.
type directory struct {
	entries  []entry
	document bool // a zip that is an office document: one file for whoever reads it
}

type entry struct {
	name string // as in names.go
	info sources.Info
	err  error // why it cannot be read
}

// find gives the place of a name.
func (d *directory) find(name string) (int, bool) {
	return slices.BinarySearchFunc(d.entries, name, func(e entry, name string) int { return strings.Compare(e.name, name) })
}

// List gives the members that the pattern names: the part before !/ names archives, the part behind a member, a
// folder or a glob. What is there under the whole of the name as an ordinary file comes first: where looking costs no
// round trip it is looked for first, elsewhere only if there is no such archive.
func (s *Source) List(ctx context.Context, pattern string) iter.Seq2[sources.Info, error] {
	return func(yield func(sources.Info, error) bool) {
		found, err := s.list(ctx, pattern)
		for _, e := range found {
			if !yield(e.info, e.err) {
				return
			}
		}
		if err != nil {
			yield(sources.Info{}, err)
		}
	}
}

func (s *Source) list(ctx context.Context, pattern string) ([]entry, error) {
	at, members, ok := sources.Location{Scheme: s.Scheme(), Pattern: pattern}.Split()
	if !ok {
		return s.ordinary(ctx, pattern)
	}
	if !s.Remote() {
		if found, err := s.ordinary(ctx, pattern); err == nil && len(found) > 0 {
			return found, nil
		}
	}
	want, err := parseWanted(members)
	if err != nil {
		return nil, err
	}
	archives, isGlob, err := s.archives(ctx, at.Pattern)
	if s.Remote() && (pgerr.HasCode(err, pgerr.UndefinedFile) || err == nil && len(archives) == 0) {
		if found, err := s.ordinary(ctx, pattern); err == nil && len(found) > 0 {
			return found, nil
		}
	}
	if err != nil {
		return nil, err
	}
	var out []entry
	for _, a := range archives {
		if a.err != nil {
			out = append(out, a)
			continue
		}
		d, err := s.directory(ctx, a.info)
		if err != nil && isGlob && ctx.Err() == nil {
			out = append(out, entry{info: sources.Info{Path: a.info.Path}, err: err})
			continue
		}
		if err != nil {
			return nil, err
		}
		found := want.of(d)
		if len(found) == 0 && !isGlob && !want.isGlob && members != "" {
			return nil, sources.Missing(a.info.Path + sources.MemberMark + members)
		}
		out = append(out, found...)
	}
	if len(archives) > 1 {
		slices.SortStableFunc(out, func(a, b entry) int { return strings.Compare(a.info.Path, b.info.Path) })
	}
	return out, nil
}

// ordinary lists what is no member.
func (s *Source) ordinary(ctx context.Context, pattern string) ([]entry, error) {
	var out []entry
	for info, err := range s.inner.List(ctx, pattern) {
		if err != nil && info.Path == "" {
			return out, err
		}
		out = append(out, entry{info: info, err: err})
	}
	return out, nil
}

// archives gives the archives that a pattern names.
func (s *Source) archives(ctx context.Context, pattern string) (found []entry, isGlob bool, err error) {
	_, isGlob, _ = sources.ParseGlob(pattern)
	isGlob = isGlob && !strings.HasPrefix(s.Scheme(), "http") // a question mark is no pattern there
	if !isGlob || !s.Remote() {                               // a listing finds names that look like patterns, too
		info, err := s.inner.Stat(ctx, pattern)
		if err == nil {
			return []entry{{info: info}}, false, nil
		}
		if !isGlob || ctx.Err() != nil {
			return nil, false, err
		}
	}
	found, err = s.ordinary(ctx, pattern)
	return found, true, err
}

// Stat gives a member in the archive's present version. Other objects are the other source's.
func (s *Source) Stat(ctx context.Context, key string) (sources.Info, error) {
	at, name, ok := sources.Location{Scheme: s.Scheme(), Pattern: key}.Split()
	if !ok {
		return s.inner.Stat(ctx, key)
	}
	if !s.Remote() {
		if info, err := s.inner.Stat(ctx, key); err == nil {
			return info, nil
		}
	}
	info, err := s.inner.Stat(ctx, at.Pattern)
	if err != nil {
		if s.Remote() && pgerr.HasCode(err, pgerr.UndefinedFile) {
			if info, err := s.inner.Stat(ctx, key); err == nil {
				return info, nil
			}
		}
		return sources.Info{}, err
	}
	d, err := s.directory(ctx, info)
	if err != nil {
		return sources.Info{}, err
	}
	i, ok := d.find(name)
	if !ok {
		return sources.Info{}, sources.Missing(info.Path + sources.MemberMark + name)
	}
	return d.entries[i].info, d.entries[i].err
}

// OpenRange opens a part of the bytes that a member has in its archive.
func (s *Source) OpenRange(ctx context.Context, o sources.Info, off, n int64) (io.ReadCloser, error) {
	p := o.Packed
	if p == nil {
		return s.inner.OpenRange(ctx, o, off, n)
	}
	if p.Len < 0 || p.Off == 0 && p.Header == 0 && p.Len == p.Archive.Size { // all of the archive
		return s.inner.OpenRange(ctx, *p.Archive, off, n)
	}
	if n < 0 {
		n = p.Len - off
	}
	if !p.Archive.Ranges {
		return s.skipTo(ctx, o, n)
	}
	begin := p.Off
	if p.Header > 0 {
		key := start{place{p.Archive.Key, p.Archive.Version}, p.Off}
		s.shared.mu.Lock()
		known, ok := s.shared.starts[key]
		s.shared.mu.Unlock()
		if !ok {
			body, length, err := s.behindHeader(ctx, o, off, n)
			if err != nil {
				return nil, err
			}
			s.shared.mu.Lock()
			if len(s.shared.starts) >= maxStarts {
				clear(s.shared.starts)
			}
			s.shared.starts[key] = p.Off + length
			s.shared.mu.Unlock()
			if body != nil {
				return body, nil
			}
			known = p.Off + length
		}
		begin = known
	}
	if begin > p.Archive.Size || p.Len > p.Archive.Size-begin {
		return nil, outside(o)
	}
	return s.inner.OpenRange(ctx, *p.Archive, begin+off, n)
}

// slack is how much longer a local header may be than the directory lets expect for both to come in one request.
const slack = 256

// behindHeader reads a member's local header, and tells its length. At the member's beginning, it asks for header and
// bytes at once, and gives the body behind the header, if that was in what it asked for.
func (s *Source) behindHeader(ctx context.Context, o sources.Info, off, n int64) (io.ReadCloser, int64, error) {
	p := o.Packed
	ask := int64(localHeader)
	if off == 0 {
		ask = p.Header + slack + n
	}
	ask = min(ask, p.Archive.Size-p.Off)
	if ask < localHeader {
		return nil, 0, outside(o)
	}
	body, err := s.inner.OpenRange(ctx, *p.Archive, p.Off, ask)
	if err != nil {
		return nil, 0, err
	}
	length, err := readHeader(body, o)
	if err != nil || off > 0 || length+n > ask {
		body.Close()
		return nil, length, err
	}
	if err := discard(body, length-localHeader, o); err != nil {
		body.Close()
		return nil, 0, err
	}
	return &part{ReadCloser: body, path: o.Path, want: n}, length, nil
}

// skipTo reads an archive from its beginning up to a member.
func (s *Source) skipTo(ctx context.Context, o sources.Info, n int64) (io.ReadCloser, error) {
	p := o.Packed
	body, err := s.inner.OpenRange(ctx, *p.Archive, 0, -1)
	if err != nil {
		return nil, err
	}
	err = discard(body, p.Off, o)
	if err == nil && p.Header > 0 {
		var length int64
		if length, err = readHeader(body, o); err == nil {
			if size := p.Archive.Size; size >= 0 && p.Off+length+p.Len > size {
				err = outside(o) // the local header says so, and reading again would not help
			} else if _, err = io.CopyN(io.Discard, body, length-localHeader); err == io.EOF {
				err = outside(o)
			}
		}
	}
	if err != nil {
		body.Close()
		return nil, err
	}
	return &part{ReadCloser: body, path: o.Path, want: n}, nil
}

// discard passes over n bytes.
func discard(body io.Reader, n int64, o sources.Info) error {
	got, err := io.CopyN(io.Discard, body, n)
	if err == io.EOF {
		return sources.Truncated(o.Packed.Archive.Path, got, -1)
	}
	return err
}

// part gives the first bytes of a longer body.
type part struct {
	io.ReadCloser
	path      string
	got, want int64
}

func (p *part) Read(b []byte) (int, error) {
	if p.got == p.want {
		return 0, io.EOF
	}
	n, err := p.ReadCloser.Read(b[:min(int64(len(b)), p.want-p.got)])
	p.got += int64(n)
	if err == io.EOF && p.got < p.want {
		err = sources.Truncated(p.path, p.got, p.want)
	}
	if err == io.EOF && n > 0 {
		err = nil
	}
	return n, err
}

// directory reads what an archive holds, or remembers it.
func (s *Source) directory(ctx context.Context, info sources.Info) (*directory, error) {
	key := place{info.Key, info.Version}
	if info.Version != "" {
		s.shared.mu.Lock()
		d := s.shared.dirs[key]
		s.shared.mu.Unlock()
		if d != nil {
			return d, nil
		}
	}
	d, err := s.read(ctx, info)
	if err != nil {
		if _, ok := errors.AsType[*pgerr.Error](err); !ok && ctx.Err() == nil {
			err = pgerr.Wrap(err, pgerr.IOError, "could not read file %q", info.Path)
		}
		return nil, err
	}
	if info.Version != "" {
		s.shared.mu.Lock()
		if s.shared.members+len(d.entries) > maxKept {
			clear(s.shared.dirs)
			s.shared.members = 0
		}
		if s.shared.dirs[key] == nil {
			s.shared.dirs[key] = d
			s.shared.members += len(d.entries)
		}
		s.shared.mu.Unlock()
	}
	return d, nil
}

// Only gives the one file of a zip archive that holds nothing else. document says instead that it is one file for
// whoever reads it, such as a workbook, and none is given. More or fewer files are an error.
func (s *Source) Only(ctx context.Context, zip sources.Info) (only sources.Info, document bool, err error) {
	d, err := s.directory(ctx, zip)
	if err != nil || d.document {
		return sources.Info{}, d != nil && d.document, err
	}
	found := everything.of(d)
	switch len(found) {
	case 1:
		return found[0].info, false, found[0].err
	case 0:
		return sources.Info{}, false, pgerr.New(pgerr.WrongObjectType, "archive %q holds no files", zip.Path)
	}
	return sources.Info{}, false, Several(zip.Path)
}

// Several is the error of an archive that is read as if it were one file.
func Several(path string) error {
	name := path[strings.LastIndexByte(path, '/')+1:]
	return pgerr.New(pgerr.WrongObjectType, "%q is an archive of several files", path).
		WithHint("Name what is in it: %s!/dir/file.csv, or by a pattern: %s!/*.csv.", name, name)
}
