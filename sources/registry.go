package sources

import (
	"fmt"
	"slices"
	"sort"
	"strings"
	"sync"

	"howdah/internal/options"
	"howdah/pgerr"
)

// Factory makes the sources of one kind.
type Factory struct {
	// Schemes are the location schemes served.
	Schemes []string
	// Options is a struct that declares, by tags, the options which DDL may give.
	Options any
	// Open makes a source from decoded-by-name options; the location says which scheme. It does no I/O.
	Open func(scheme string, values map[string]string) (Source, error)
	// Resolve makes a pattern absolute; nil keeps it as it is.
	Resolve func(pattern string) string
	// Close lets go of idle connections; may be nil.
	Close func()
}

// Registry knows the kinds of sources. It is safe for concurrent use. Sources made from the same options are shared,
// and so are their connections and cached credentials.
type Registry struct {
	factories map[string]Factory
	archives  func(Source) Source

	mu   sync.Mutex
	open map[string]Source
}

// maxOpen bounds the sources kept for sharing; past it they are all forgotten and made anew when needed.
const maxOpen = 256

// NewRegistry makes a registry of the factories. Two for one scheme are a bug and panic.
func NewRegistry(factories ...Factory) *Registry {
	r := &Registry{factories: map[string]Factory{}, open: map[string]Source{}}
	for _, f := range factories {
		for _, s := range f.Schemes {
			if _, twice := r.factories[s]; twice {
				panic(fmt.Sprintf("sources: two factories for %q", s))
			}
			r.factories[s] = f
		}
	}
	return r
}

// WithArchives says how members of archives are read: over makes a source of the members of a source's archives, whose
// ID differs from the source's. It returns the registry and is to be called before the registry is shared.
func (r *Registry) WithArchives(over func(Source) Source) *Registry {
	r.archives = over
	return r
}

// Archives gives the source of the members of the archives that src has, nil if archives are not read. It is shared by
// all who ask for the same source.
func (r *Registry) Archives(src Source) Source {
	if r.archives == nil {
		return nil
	}
	if l, ok := src.(limited); ok {
		return WithMaxUnpacked(r.Archives(l.Source), l.max)
	}
	id := "archives " + src.ID()
	r.mu.Lock()
	defer r.mu.Unlock()
	if known, ok := r.open[id]; ok {
		return known
	}
	over := r.archives(src)
	r.keep(id, over)
	return over
}

func (r *Registry) keep(id string, src Source) {
	if len(r.open) >= maxOpen {
		clear(r.open)
	}
	r.open[id] = src
}

// Schemes lists the schemes known, sorted.
func (r *Registry) Schemes() []string {
	var list []string
	for s := range r.factories {
		list = append(list, s)
	}
	sort.Strings(list)
	return list
}

// Options gives the struct that declares what may be set for sources of a location, to be joined with a format's in
// options.Check; an empty struct if the scheme is unknown.
func (r *Registry) Options(l Location) any {
	if f, ok := r.factories[l.Scheme]; ok {
		return f.Options
	}
	return struct{}{}
}

// Open gives the source for a location and the pattern to List there; for one that names members of archives, the
// source of these. Values are the source's options only, as
// options.Split gives them; unknown ones are HV00D. Nothing is read yet.
func (r *Registry) Open(l Location, values map[string]string) (src Source, pattern string, err error) {
	f, ok := r.factories[l.Scheme]
	if !ok {
		return nil, "", pgerr.New(pgerr.FeatureNotSupported, "locations of the kind %q are not supported", l.Scheme+":").
			WithHint("Known kinds are: %s.", strings.Join(r.Schemes(), ", "))
	}
	if err := options.Check(values, f.Options); err != nil {
		return nil, "", err
	}
	if archives, members, ok := l.Split(); ok && r.archives != nil {
		if src, pattern, err = r.Open(archives, values); err != nil {
			return nil, "", err
		}
		return r.Archives(src), Location{l.Scheme, pattern}.Join(members).Pattern, nil
	}
	pattern = l.Pattern
	if f.Resolve != nil {
		pattern = f.Resolve(pattern)
	}
	id := identify(l.Scheme, values)
	r.mu.Lock()
	defer r.mu.Unlock()
	if src, ok := r.open[id]; ok {
		return src, pattern, nil
	}
	src, err = f.Open(l.Scheme, values)
	if err != nil {
		return nil, "", err
	}
	r.keep(id, src)
	return src, pattern, nil
}

// Close lets go of idle connections. Sources in use go on working.
func (r *Registry) Close() {
	r.mu.Lock()
	clear(r.open)
	r.mu.Unlock()
	for scheme, f := range r.factories {
		if f.Close != nil && scheme == f.Schemes[0] {
			f.Close()
		}
	}
}

// identify writes the options unambiguously and in one order.
func identify(scheme string, values map[string]string) string {
	names := make([]string, 0, len(values))
	for name := range values {
		names = append(names, name)
	}
	slices.Sort(names)
	var b strings.Builder
	b.WriteString(scheme)
	for _, name := range names {
		fmt.Fprintf(&b, " %q=%q", name, values[name])
	}
	return b.String()
}
