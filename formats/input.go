package formats

import (
	"context"
	"io"
	"sync"

	"howdah/internal/budget"
	"howdah/internal/meter"
	"howdah/internal/unpack"
	"howdah/pgerr"
	"howdah/sources"
)

// Input is the only door to an object's bytes. It is bound to the query's context: when that ends, every read returns
// within a second. It counts, budgets, reads ahead where round trips cost, heals cuts where the source has ranges,
// decompresses, and proves completeness: a reader gives io.EOF only after exactly the object's bytes, in the
// version that Info names; anything else is an error with the object's path.
//
// An Input may be shared by the readers of several splits; each reader belongs to one goroutine.
type Input struct {
	ctx    context.Context
	src    sources.Source
	info   sources.Info
	meter  *meter.Scan
	budget *budget.Budget

	mu         sync.Mutex
	sniffed    bool
	compressed bool
	kept       io.ReadCloser // whole content, raw and unread, opened to look at its first bytes
}

// NewInput makes the door to one object in the version that info names. The caller closes it. m must not be nil; b may
// be, for no limit.
func NewInput(ctx context.Context, src sources.Source, info sources.Info, m *meter.Scan, b *budget.Budget) *Input {
	return &Input{ctx: ctx, src: src, info: info, meter: m, budget: b}
}

// Context is the query's.
func (in *Input) Context() context.Context { return in.ctx }

// Info is the object and its pinned version.
func (in *Input) Info() sources.Info { return in.info }

// Meter is where the work is counted; readers add their rows.
func (in *Input) Meter() *meter.Scan { return in.meter }

// Budget is what a reader's buffers are to be taken from.
func (in *Input) Budget() *budget.Budget { return in.budget }

// Size is the object's length in bytes as it lies at the source, maybe compressed; -1 if unknown.
func (in *Input) Size() int64 { return in.info.Size }

// Remote says that each opening costs a round trip.
func (in *Input) Remote() bool { return in.src.Remote() }

// Ranges says whether ReadRange works: the source reads at offsets and the content is not compressed.
func (in *Input) Ranges() (bool, error) {
	if !in.info.Ranges {
		return false, nil
	}
	compressed, err := in.Compressed()
	return !compressed, err
}

// Compressed says whether Reader decompresses, which the content's first bytes decide, never its name.
func (in *Input) Compressed() (bool, error) {
	in.mu.Lock()
	defer in.mu.Unlock()
	if in.sniffed {
		return in.compressed, nil
	}
	raw, err := in.openAll()
	if err != nil {
		return false, err
	}
	p, err := peek(raw, unpack.HeadSize)
	if err != nil {
		raw.Close()
		return false, err
	}
	in.sniffed, in.compressed = true, unpack.Detect(p.head) == unpack.Gzip
	if in.src.Remote() {
		in.kept = p
		return in.compressed, nil
	}
	return in.compressed, p.Close() // opening a file again costs nothing, so nothing needs to be kept open
}

// Reader opens the whole content from its beginning, decompressed. It may be called again for another pass. The
// reader writes straight into the buffers that Read is given where it can: use 256 KiB or more. Close stops what is
// under way at once, and no goroutine outlives it.
func (in *Input) Reader() (io.ReadCloser, error) {
	if in.info.Size > 0 {
		in.meter.BytesTotal.Add(in.info.Size)
	}
	in.mu.Lock()
	defer in.mu.Unlock()
	raw := in.kept
	in.kept = nil
	if raw == nil {
		var err error
		if raw, err = in.openAll(); err != nil {
			return nil, err
		}
	}
	if !in.sniffed {
		p, err := peek(raw, unpack.HeadSize)
		if err != nil {
			raw.Close()
			return nil, err
		}
		in.sniffed, in.compressed = true, unpack.Detect(p.head) == unpack.Gzip
		raw = p
	}
	if in.compressed {
		return unpack.New(unpack.Gzip, raw, in.info.Path, in.budget), nil
	}
	return raw, nil
}

// ReadRange opens n raw bytes from off on, to the object's end if n < 0 or if fewer are left. It needs Ranges.
func (in *Input) ReadRange(off, n int64) (io.ReadCloser, error) {
	in.mu.Lock()
	compressed := in.compressed
	in.mu.Unlock()
	if !in.info.Ranges || compressed {
		return nil, pgerr.New(pgerr.FeatureNotSupported, "file %q cannot be read at an offset", in.info.Path)
	}
	if off < 0 || off > in.info.Size {
		return nil, pgerr.New(pgerr.InternalError, "offset %d is outside of file %q of %d bytes", off, in.info.Path, in.info.Size)
	}
	if n < 0 || n > in.info.Size-off {
		n = in.info.Size - off
	}
	in.meter.BytesTotal.Add(n)
	if in.src.Remote() && n > 0 {
		return newAhead(in, off, n), nil
	}
	return openStream(in, off, n)
}

// Close lets go of what Compressed has opened. Readers are closed by themselves.
func (in *Input) Close() error {
	in.mu.Lock()
	defer in.mu.Unlock()
	if in.kept == nil {
		return nil
	}
	kept := in.kept
	in.kept = nil
	return kept.Close()
}

// openAll opens the raw content.
func (in *Input) openAll() (io.ReadCloser, error) {
	if in.src.Remote() && in.info.Ranges && in.info.Size > 0 {
		return newAhead(in, 0, in.info.Size), nil
	}
	return openStream(in, 0, -1)
}
