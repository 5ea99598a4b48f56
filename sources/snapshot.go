package sources

import (
	"context"
	"slices"
	"strings"
	"sync"
)

// Snapshot holds still what was seen: for a statement under READ COMMITTED, for a transaction under the stricter levels.
// The same pattern lists the same objects, and an object keeps the version in which it was first met, whichever pattern
// met it; a version that is gone when it is opened is 40001. The members of an archive are all of one version of it. It
// is safe for concurrent use.
type Snapshot struct {
	mu    sync.Mutex
	lists map[place]*listing
	pins  map[place]Info
}

// place is a pattern or a key of a source.
type place struct{ source, name string }

type listing struct {
	turn  chan struct{} // held while the source is asked, so that others wait instead of asking too
	done  bool
	infos []Info
}

// NewSnapshot makes an empty one.
func NewSnapshot() *Snapshot {
	return &Snapshot{} // most see no file: the maps are made by the first
}

// List gives the objects of a pattern in bytewise order of Path, all pinned. The slice is shared: it must not be changed. The
// first error of the listing ends it, and is not remembered.
func (s *Snapshot) List(ctx context.Context, src Source, pattern string) ([]Info, error) {
	at := place{src.ID(), pattern}
	s.mu.Lock()
	l := s.lists[at]
	if s.lists == nil {
		s.lists = map[place]*listing{}
	}
	if l == nil {
		l = &listing{turn: make(chan struct{}, 1)}
		s.lists[at] = l
	}
	s.mu.Unlock()

	select {
	case l.turn <- struct{}{}:
		defer func() { <-l.turn }()
	case <-ctx.Done():
		return nil, context.Cause(ctx)
	}
	if l.done {
		return l.infos, nil
	}
	var infos []Info
	for info, err := range src.List(ctx, pattern) {
		if err != nil {
			return nil, err
		}
		infos = append(infos, info)
	}
	byPath := func(a, b Info) int { return strings.Compare(a.Path, b.Path) }
	if !slices.IsSortedFunc(infos, byPath) {
		slices.SortStableFunc(infos, byPath)
	}
	for i := range infos {
		infos[i] = s.Pin(src, infos[i])
	}
	l.infos, l.done = infos, true
	return infos, nil
}

// Pin gives the object as it was first met: info itself, or an earlier version, which then is 40001 to open.
func (s *Snapshot) Pin(src Source, info Info) Info {
	at := place{src.ID(), info.Key}
	s.mu.Lock()
	defer s.mu.Unlock()
	if known, ok := s.pins[at]; ok {
		return known
	}
	if s.pins == nil {
		s.pins = map[place]Info{}
	}
	if p := info.Packed; p != nil {
		in := place{p.Source, p.Archive.Key}
		if known, ok := s.pins[in]; !ok {
			s.pins[in] = *p.Archive
		} else if known.Version != p.Archive.Version { // found in a later version, so it cannot be read here
			old := *p
			old.Archive = &known
			info.Packed = &old
		}
	}
	s.pins[at] = info
	return info
}
