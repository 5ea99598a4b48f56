package local

import (
	"context"
	"errors"
	"io/fs"
	"iter"
	"os"
	"path"
	"slices"
	"strings"

	"howdah/sources"
)

// List gives a file, the files below a folder, or those that a glob matches. Links are followed to files as far as they
// stay below the root, but never to folders, which could lead in circles. Pipes, sockets and devices are passed over
// unless named directly.
func (s *Source) List(ctx context.Context, pattern string) iter.Seq2[sources.Info, error] {
	return func(yield func(sources.Info, error) bool) {
		w := walker{ctx: ctx, yield: yield}
		if err := s.list(&w, pattern); err != nil && !w.stopped {
			yield(sources.Info{}, err)
		}
	}
}

func (s *Source) list(w *walker, pattern string) error {
	glob, isGlob, err := sources.ParseGlob(pattern)
	top := pattern
	if isGlob {
		if _, err := s.Stat(w.ctx, pattern); err == nil {
			isGlob = false // a file whose name looks like a pattern
		} else {
			top = glob.Base
		}
	}
	if err != nil && isGlob {
		return err
	}
	if top == "" {
		top = "/"
	}
	dir, name, err := s.within(top)
	if err != nil {
		return s.inside(w, glob, isGlob, err)
	}
	defer dir.Close()
	w.dir = dir
	if isGlob {
		w.match, w.descend = glob.Match, glob.Descend
	} else {
		w.match = func(p string) bool { return !sources.Hidden(p[len(top):]) }
		w.descend = w.match
	}
	info, err := dir.Stat(name)
	if err != nil {
		return explain(top, err)
	}
	if !info.IsDir() {
		if isGlob {
			return nil // dir/x.csv/*: there is nothing below a file
		}
		found, err := stat(w.ctx, dir, name, top)
		if err != nil {
			return err
		}
		w.give(found, nil)
		return nil
	}
	return w.walk(name, top)
}

// inside lists a glob whose base lies above the roots: those roots that lie below it are walked, so that /data/*/x.csv
// works when /data/a and /data/b are what may be read.
func (s *Source) inside(w *walker, glob sources.Glob, isGlob bool, refusal error) error {
	if !isGlob {
		return refusal
	}
	roots := slices.Clone(s.roots)
	slices.SortFunc(roots, func(a, b root) int { return strings.Compare(a.dir, b.dir) })
	any := false
	for i, r := range roots {
		if r.only != "" || !strings.HasPrefix(r.dir, strings.TrimSuffix(glob.Base, "/")+"/") ||
			slices.ContainsFunc(roots[:i], func(o root) bool { return o.only == "" && strings.HasPrefix(r.dir+"/", o.dir+"/") }) {
			continue
		}
		any = true
		dir, err := os.OpenRoot(r.dir)
		if err != nil {
			return explain(r.dir, err)
		}
		w.dir, w.match, w.descend = dir, glob.Match, glob.Descend
		err = w.walk(".", r.dir)
		dir.Close()
		if err != nil || w.stopped {
			return err
		}
	}
	if !any {
		return refusal
	}
	return nil
}

// walker goes through one root's folders in bytewise order of paths.
type walker struct {
	ctx     context.Context
	yield   func(sources.Info, error) bool
	dir     *os.Root
	match   func(path string) bool // files wanted
	descend func(path string) bool // folders that may hold some
	stopped bool
}

func (w *walker) give(info sources.Info, err error) {
	w.stopped = w.stopped || !w.yield(info, err)
}

// walk gives the files below the folder name of the root, whose path is at.
func (w *walker) walk(name, at string) error {
	if w.ctx.Err() != nil {
		return context.Cause(w.ctx)
	}
	f, err := w.dir.Open(name)
	if err != nil {
		return explain(at, err)
	}
	entries, err := f.ReadDir(-1)
	f.Close()
	if err != nil {
		return explain(at, err)
	}
	// A folder's files come where its path with a slash belongs: a.csv before a/x.csv.
	sortable := func(e fs.DirEntry) string {
		if e.IsDir() {
			return e.Name() + "/"
		}
		return e.Name()
	}
	slices.SortFunc(entries, func(a, b fs.DirEntry) int { return strings.Compare(sortable(a), sortable(b)) })
	for _, e := range entries {
		below, p := path.Join(name, e.Name()), strings.TrimSuffix(at, "/")+"/"+e.Name()
		switch {
		case e.IsDir():
			if !w.descend(p) {
				continue
			}
			if err := w.walk(below, p); err != nil {
				if w.ctx.Err() != nil {
					return err
				}
				w.give(sources.Info{Path: p}, err)
			}
		case !w.match(p):
		case e.Type().IsRegular(), e.Type()&fs.ModeSymlink != 0:
			w.file(below, p, e.Type()&fs.ModeSymlink != 0)
		}
		if w.stopped {
			return nil
		}
	}
	return nil
}

func (w *walker) file(name, p string, link bool) {
	if link {
		info, err := w.dir.Stat(name)
		if err == nil && !info.Mode().IsRegular() {
			return
		}
	}
	info, err := stat(w.ctx, w.dir, name, p)
	if errors.Is(err, fs.ErrNotExist) && !link {
		return // removed since the folder was read
	}
	if err != nil {
		info = sources.Info{Path: p}
	}
	w.give(info, err)
}
