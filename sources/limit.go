package sources

// DefaultUnpacked is how many bytes one object's content may unpack to where nothing else is said.
const DefaultUnpacked = 1 << 40

// Unpacker is implemented by sources that say how many bytes one of their objects may unpack to.
type Unpacker interface {
	MaxUnpacked() int64
	WithMaxUnpacked(n int64) Source
}

// MaxUnpacked is how many bytes one object of src may unpack to.
func MaxUnpacked(src Source) int64 {
	if u, ok := src.(Unpacker); ok {
		return u.MaxUnpacked()
	}
	return DefaultUnpacked
}

// WithMaxUnpacked gives src with another limit on what one object may unpack to: an absolute one, since much text is
// of little information.
func WithMaxUnpacked(src Source, n int64) Source {
	if u, ok := src.(Unpacker); ok {
		return u.WithMaxUnpacked(n)
	}
	return limited{src, n}
}

type limited struct {
	Source
	max int64
}

func (l limited) MaxUnpacked() int64 { return l.max }

func (l limited) WithMaxUnpacked(n int64) Source { return limited{l.Source, n} }
