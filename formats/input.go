package formats

import (
	"context"
	"errors"
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
// unpacks, and proves completeness: a reader gives io.EOF only after exactly the object's bytes, in the
// version that Info names; anything else is an error with the object's path.
//
// An Input may be shared by the readers of several splits; each reader belongs to one goroutine.
type Input struct {
	ctx    context.Context
	src    sources.Source
	info   sources.Info
	meter  *meter.Scan
	budget *budget.Budget

	mu    sync.Mutex
	known bool        // kind and only are
	kind  unpack.Kind // how the content is compressed, be it a file's or a member's
	only  *Input      // the one member of the zip archive that the content is
	kept  *opened     // whole content, unread, opened to look at its first bytes
}

// NewInput makes the door to one object in the version that info names. The caller closes it. m must not be nil; b may
// be, for no limit.
func NewInput(ctx context.Context, src sources.Source, info sources.Info, m *meter.Scan, b *budget.Budget) *Input {
	return &Input{ctx: ctx, src: src, info: info, meter: m, budget: b}
}

// Context is the query's.
func (in *Input) Context() context.Context { return in.ctx }

// Stopped is why the query was stopped; nil while it was not.
func (in *Input) Stopped() error { return pgerr.Stopped(in.ctx) }

// Info is the object and its pinned version.
func (in *Input) Info() sources.Info { return in.info }

// Meter is where the work is counted; readers add their rows.
func (in *Input) Meter() *meter.Scan { return in.meter }

// Budget is what a reader's buffers are to be taken from.
func (in *Input) Budget() *budget.Budget { return in.budget }

// Size is the object's length in bytes as it lies at the source, maybe compressed; -1 if unknown. A member of an archive
// has the length that the archive says.
func (in *Input) Size() int64 { return in.info.Size }

// Remote says that each opening costs a round trip.
func (in *Input) Remote() bool { return in.src.Remote() }

// Ranges says whether ReadRange works: the source reads at offsets and the content is not compressed.
func (in *Input) Ranges() (bool, error) {
	if !in.info.Ranges || in.packed() != unpack.None {
		return false, nil
	}
	compressed, err := in.Compressed()
	return !compressed, err
}

// smallFile is the size below which opening a file twice would cost as much as reading it.
const smallFile = 128 << 10

// Compressed says whether Reader decompresses, which the content's first bytes decide, or the archive that it is in,
// never its name. A zip archive of one file counts as this file, compressed; office documents, though zip archives,
// are what they are.
func (in *Input) Compressed() (bool, error) {
	if in.packed() != unpack.None {
		return true, nil
	}
	in.mu.Lock()
	defer in.mu.Unlock()
	if !in.known {
		o, err := in.openContent()
		if err == nil {
			err = in.sniff(o)
		}
		if err != nil {
			return false, err
		}
		if (in.src.Remote() || in.info.Size < smallFile) && in.only == nil {
			in.kept = o
		} else if err := o.Close(); err != nil { // opening a file again costs little beside reading it, so nothing needs to be kept open
			return false, err
		}
	}
	return in.kind != unpack.None || in.only != nil, nil
}

// Reader opens the whole content from its beginning, decompressed. It may be called again for another pass. The
// reader writes straight into the buffers that Read is given where it can: use 256 KiB or more. Close stops what is
// under way at once, and no goroutine outlives it.
func (in *Input) Reader() (io.ReadCloser, error) {
	in.mu.Lock()
	defer in.mu.Unlock()
	o := in.kept
	in.kept = nil
	if o == nil && in.only == nil {
		var err error
		if o, err = in.openContent(); err != nil {
			return nil, err
		}
	}
	if !in.known {
		if err := in.sniff(o); err != nil {
			return nil, err
		}
	}
	if in.only != nil {
		if o != nil {
			o.Close()
		}
		return in.only.Reader()
	}
	if n := in.rawSize(); n > 0 {
		in.meter.BytesTotal.Add(n)
	}
	return in.unpacked(o), nil
}

// ReadRange opens n raw bytes from off on, to the object's end if n < 0 or if fewer are left. It needs Ranges.
func (in *Input) ReadRange(off, n int64) (io.ReadCloser, error) {
	in.mu.Lock()
	compressed := in.kind != unpack.None || in.only != nil
	in.mu.Unlock()
	if !in.info.Ranges || compressed || in.packed() != unpack.None {
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
	var err error
	if in.kept != nil {
		err = in.kept.Close()
		in.kept = nil
	}
	if in.only != nil {
		err = errors.Join(err, in.only.Close())
	}
	return err
}
