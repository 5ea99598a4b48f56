package catalog

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"

	"howdah/formats"
	"howdah/internal/budget"
	"howdah/internal/meter"
	"howdah/pgerr"
	"howdah/sources"
)

// inferences remembers what samples told, by object version and options.
type inferences struct {
	mu   sync.Mutex
	kept map[string]formats.Inference
}

const maxInferences = 20000

// formatOf tells the format by the name of a file, or nil.
func (c *Catalog) formatOf(file string) formats.Format {
	_, ext := splitName(file)
	if ext == "" {
		return nil
	}
	for _, f := range c.cfg.Formats {
		if slices.Contains(f.Spec().Extensions, ext) {
			return f
		}
	}
	return nil
}

// sniff tells the format by the first bytes of an object.
func (c *Catalog) sniff(ctx context.Context, src sources.Source, o sources.Info) (formats.Format, error) {
	head, err := c.head(ctx, src, o)
	if err != nil {
		return nil, err
	}
	f, perhaps := c.told(head)
	if f == nil {
		f = perhaps
	}
	if f == nil {
		return nil, pgerr.New(pgerr.FDWError, "the format of %q cannot be told from its name or content", o.Path).
			WithHint("Say it with OPTIONS (format '…'); known formats are: %s.", strings.Join(c.cfg.Formats.Names(), ", "))
	}
	return f, nil
}

// head reads the first bytes of an object, decompressed.
func (c *Catalog) head(ctx context.Context, src sources.Source, o sources.Info) ([]byte, error) {
	in := c.input(ctx, src, o)
	defer in.Close()
	r, err := in.Reader()
	if err != nil {
		return nil, err
	}
	defer r.Close()
	head := make([]byte, 4096)
	n := 0
	for n < len(head) {
		k, err := r.Read(head[n:])
		n += k
		if err != nil {
			break // a short object is all there is; a fault shows again when it is read
		}
	}
	return head[:n], nil
}

// told gives the format that content is surely of, and the first that it is perhaps of.
func (c *Catalog) told(head []byte) (surely, perhaps formats.Format) {
	for _, f := range c.cfg.Formats {
		switch f.Spec().Sniff(head) {
		case formats.Surely:
			return f, perhaps
		case formats.Perhaps:
			if perhaps == nil {
				perhaps = f
			}
		}
	}
	return nil, perhaps
}

func (c *Catalog) input(ctx context.Context, src sources.Source, o sources.Info) *formats.Input {
	b := c.cfg.Budget
	if b == nil {
		b = budget.New("inference", 64<<20, nil)
	}
	return formats.NewInput(ctx, src, o, &meter.Scan{}, b)
}

// infer tells the columns and the dialect of an object, from memory where its version was looked at before.
func (c *Catalog) infer(ctx context.Context, src sources.Source, o sources.Info, f formats.Format, opt formats.Options) (formats.Inference, error) {
	key := ""
	if o.Version != "" {
		key = fmt.Sprintf("%q %q %q %s %v %q", src.ID(), o.Key, o.Version, f.Spec().Name, f, map[string]string(opt)) // %q of a map is sorted
		c.inferred.mu.Lock()
		inf, ok := c.inferred.kept[key]
		c.inferred.mu.Unlock()
		if ok {
			return inf, nil
		}
	}
	in := c.input(ctx, src, o)
	inf, err := f.Infer(in, opt)
	in.Close()
	if err != nil {
		return inf, err
	}
	if key != "" {
		c.inferred.mu.Lock()
		if len(c.inferred.kept) >= maxInferences || c.inferred.kept == nil {
			c.inferred.kept = map[string]formats.Inference{}
		}
		c.inferred.kept[key] = inf
		c.inferred.mu.Unlock()
	}
	return inf, nil
}
