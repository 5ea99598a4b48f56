package catalog

import (
	"context"
	"log/slog"
	"os"
	"sync"
	"sync/atomic"
	"time"

	"howdah/formats"
	"howdah/internal/budget"
	"howdah/sources"
)

// Config is what a catalog is made of.
type Config struct {
	Locations []Location        // served without DDL
	File      string            // the DDL store; "" = DDL lives as long as the process
	Sources   *sources.Registry // kinds of sources
	Formats   formats.Registry  // kinds of files
	Log       *slog.Logger      // nil = slog.Default
	Owner     string            // who owns what nobody made; "" = howdah
	Budget    *budget.Budget    // the server's
	ListTTL   time.Duration     // how long a listing of a location is taken as current; 0 = 2 s
	Dir       string            // what relative locations in DDL are relative to; "" = the working directory
}

// Location is a place whose files are tables of a schema.
type Location struct {
	Schema string
	Text   string // as sources.ParseLocation reads it
}

// Catalog is the server's; it is safe for concurrent use.
type Catalog struct {
	cfg   Config
	log   *slog.Logger
	state atomic.Pointer[state]
	write sync.Mutex // held while the state is replaced and the file written

	discoveries []*discovery
	describer   Describer
	definer     Definer
	inferred    inferences
	oids        oids
}

// New makes a catalog and reads the DDL store. Locations are parsed, not read.
func New(ctx context.Context, cfg Config) (*Catalog, error) {
	if cfg.Log == nil {
		cfg.Log = slog.Default()
	}
	if cfg.Owner == "" {
		cfg.Owner = "howdah"
	}
	if cfg.ListTTL == 0 {
		cfg.ListTTL = 2 * time.Second
	}
	c := &Catalog{cfg: cfg, log: cfg.Log}
	st := newState(cfg.Owner)
	for _, l := range cfg.Locations {
		if l.Schema == "" {
			l.Schema = "public"
		}
		d, err := newDiscovery(c, l)
		if err != nil {
			return nil, err
		}
		if st.schemas[l.Schema] == nil {
			st.schemas[l.Schema] = &schemaDef{name: l.Schema, owner: cfg.Owner, served: true}
		}
		c.discoveries = append(c.discoveries, d)
	}
	c.state.Store(st)
	if cfg.File != "" {
		text, err := os.ReadFile(cfg.File)
		if err != nil && !os.IsNotExist(err) {
			return nil, err
		}
		if err := c.load(ctx, string(text)); err != nil {
			return nil, err
		}
	}
	return c, nil
}

// View gives the catalog as the user sees it from now on. snap pins the files; it belongs to the transaction or statement.
func (c *Catalog) View(user string, snap *sources.Snapshot) View {
	return c.viewOf(c.state.Load(), user, snap)
}

// Locations lists what is served without DDL, without credentials.
func (c *Catalog) Locations() []Location {
	var out []Location
	for _, d := range c.discoveries {
		out = append(out, Location{Schema: d.schema, Text: d.loc.String()})
	}
	return out
}
