package local

import (
	"context"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"howdah/pgerr"
	"howdah/sources"
)

// Config is what the server allows.
type Config struct {
	// Roots are the folders, or single files, that may be read.
	Roots []string
	// Base is where relative paths begin; "" = the working folder when Factory is called.
	Base string
}

// Options are what DDL may set: nothing.
type Options struct{}

// root is a folder that may be read, or one file in it.
type root struct {
	dir  string // absolute, clean
	only string // if not "", the one name in dir that may be read
}

// Source reads below its roots.
type Source struct{ roots []root }

var _ sources.Source = (*Source)(nil)

// Factory serves file locations. A root that does not exist is an error.
func Factory(cfg Config) (sources.Factory, error) {
	base := cfg.Base
	if base == "" {
		var err error
		if base, err = os.Getwd(); err != nil {
			return sources.Factory{}, err
		}
	}
	s := &Source{}
	for _, path := range cfg.Roots {
		path = absolute(base, path)
		info, err := os.Stat(path)
		if err != nil {
			return sources.Factory{}, explain(path, err)
		}
		if info.IsDir() {
			s.roots = append(s.roots, root{dir: path})
		} else {
			s.roots = append(s.roots, root{dir: filepath.Dir(path), only: filepath.Base(path)})
		}
	}
	return sources.Factory{
		Schemes: []string{"file"},
		Options: Options{},
		Resolve: func(pattern string) string { return absolute(base, pattern) },
		Open:    func(string, map[string]string) (sources.Source, error) { return s, nil },
	}, nil
}

func absolute(base, path string) string {
	if !filepath.IsAbs(path) {
		path = filepath.Join(base, path)
	}
	return filepath.Clean(path)
}

// ID is the same for all sources of one server.
func (s *Source) ID() string { return "file" }

// Scheme is file.
func (s *Source) Scheme() string { return "file" }

// Remote is false.
func (s *Source) Remote() bool { return false }

// within finds the root that allows path, and the path below it. Of nested roots the outermost does as well.
func (s *Source) within(path string) (*os.Root, string, error) {
	for _, r := range s.roots {
		relative, ok := strings.CutPrefix(path, r.dir)
		if !ok || relative != "" && relative[0] != '/' && r.dir != "/" {
			continue
		}
		if relative = strings.TrimPrefix(relative, "/"); relative == "" {
			relative = "."
		}
		if r.only != "" && relative != r.only {
			continue
		}
		dir, err := os.OpenRoot(r.dir)
		if err != nil {
			return nil, "", explain(path, err)
		}
		return dir, relative, nil
	}
	return nil, "", outside(path)
}

func outside(path string) error {
	return sources.Denied(path, "The path is outside of the folders that this server may read.").
		WithHint("A location on the command line, or the flag --allow of howdah serve, opens a folder.")
}

// Stat gives the file's present version.
func (s *Source) Stat(ctx context.Context, key string) (sources.Info, error) {
	if ctx.Err() != nil {
		return sources.Info{}, context.Cause(ctx)
	}
	dir, name, err := s.within(key)
	if err != nil {
		return sources.Info{}, err
	}
	defer dir.Close()
	return stat(ctx, dir, name, key)
}

// settle is longer than the grain of the kernel's clock for files. A file that was changed within it may be changed
// again without a new time, so its version is only worth pinning once this has passed.
const settle = 12 * time.Millisecond

func stat(ctx context.Context, dir *os.Root, name, path string) (sources.Info, error) {
	info, err := dir.Stat(name)
	if err != nil {
		return sources.Info{}, explain(path, err)
	}
	if wait := settle - time.Since(changed(info)); wait > 0 && wait <= settle && info.Mode().IsRegular() {
		select {
		case <-time.After(wait):
		case <-ctx.Done():
			return sources.Info{}, context.Cause(ctx)
		}
		if info, err = dir.Stat(name); err != nil {
			return sources.Info{}, explain(path, err)
		}
	}
	if err := regular(path, info); err != nil {
		return sources.Info{}, err
	}
	return sources.Info{Path: path, Key: path, Size: info.Size(), Modified: info.ModTime(), Version: version(info), Ranges: true}, nil
}

func regular(path string, info fs.FileInfo) error {
	switch {
	case info.Mode().IsRegular():
		return nil
	case info.IsDir():
		return pgerr.New(pgerr.WrongObjectType, "%q is a directory", path)
	}
	return pgerr.New(pgerr.WrongObjectType, "%q is not a regular file", path)
}

// OpenRange opens the file if it is still in version o.Version.
func (s *Source) OpenRange(ctx context.Context, o sources.Info, off, n int64) (io.ReadCloser, error) {
	if ctx.Err() != nil {
		return nil, context.Cause(ctx)
	}
	dir, name, err := s.within(o.Key)
	if err != nil {
		return nil, err
	}
	defer dir.Close()
	// Asked before opening, since opening alone can do something to a device; opened without waiting, since the name may have
	// become a pipe in between.
	if info, err := dir.Stat(name); err != nil {
		return nil, gone(o, err)
	} else if err := regular(o.Path, info); err != nil {
		return nil, err
	}
	f, err := dir.OpenFile(name, os.O_RDONLY|openFlags, 0)
	if err != nil {
		return nil, gone(o, err)
	}
	b := &body{ctx: ctx, f: f, o: o, left: n}
	if err := b.begin(off); err != nil {
		f.Close()
		return nil, err
	}
	return b, nil
}

// body is an open range of a file.
type body struct {
	ctx     context.Context
	f       *os.File
	o       sources.Info
	left    int64 // -1 = to the end
	version string
}

func (b *body) begin(off int64) error {
	info, err := b.f.Stat()
	if err != nil {
		return explain(b.o.Path, err)
	}
	if err := regular(b.o.Path, info); err != nil {
		return err
	}
	b.version = version(info)
	if b.o.Version != "" && b.version != b.o.Version {
		return sources.Changed(b.o.Path)
	}
	if off > 0 {
		if _, err := b.f.Seek(off, io.SeekStart); err != nil {
			return explain(b.o.Path, err)
		}
	}
	return nil
}

// maxRead keeps one read short enough for a cancel to be noticed between two.
const maxRead = 4 << 20

// Read reads, and then makes sure that the file was still the same: a writer changes the times before the bytes.
func (b *body) Read(p []byte) (int, error) {
	if b.ctx.Err() != nil {
		return 0, context.Cause(b.ctx)
	}
	if b.left == 0 {
		return 0, io.EOF
	}
	if len(p) > maxRead {
		p = p[:maxRead]
	}
	if b.left > 0 && int64(len(p)) > b.left {
		p = p[:b.left]
	}
	n, err := b.f.Read(p)
	if err != nil && err != io.EOF {
		return 0, explain(b.o.Path, err)
	}
	info, failed := b.f.Stat()
	if failed != nil {
		return 0, explain(b.o.Path, failed)
	}
	if version(info) != b.version && !replaced(info, b.o) {
		return 0, sources.Changed(b.o.Path)
	}
	if err == io.EOF && b.left > 0 {
		return 0, sources.Truncated(b.o.Path, 0, b.left)
	}
	if b.left > 0 {
		b.left -= int64(n)
	}
	return n, err
}

func (b *body) Close() error {
	if err := b.f.Close(); err != nil && !errors.Is(err, fs.ErrClosed) {
		return explain(b.o.Path, err)
	}
	return nil
}

// replaced says that the open file was removed or replaced, which changes its change time, but not its content.
func replaced(info fs.FileInfo, o sources.Info) bool {
	return unlinked(info) && info.Size() == o.Size && info.ModTime().Equal(o.Modified)
}

// gone turns a pinned file's disappearance into 40001.
func gone(o sources.Info, err error) error {
	if errors.Is(err, fs.ErrNotExist) && o.Version != "" {
		return sources.Changed(o.Path)
	}
	return explain(o.Path, err)
}
