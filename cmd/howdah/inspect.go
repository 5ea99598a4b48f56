package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"slices"
	"strings"
	"sync/atomic"
	"time"

	"howdah/catalog"
	"howdah/sources"
)

// inspect prints what was inferred of the tables below locations, ready to paste.
func inspect(ctx context.Context, args []string) error {
	fs := flags("inspect")
	quiet := fs.Bool("quiet", false, "no progress on stderr")
	if err := parse(fs, args); err != nil {
		return err
	}
	if fs.NArg() == 0 {
		return usageError{errors.New("name a location")}
	}
	h, err := open(ctx, fs.Args(), "", nil, osUser(), slog.New(slog.NewTextHandler(os.Stderr, &slog.HandlerOptions{Level: slog.LevelWarn})))
	if err != nil {
		return err
	}
	defer h.close()
	v := h.catalog.View(osUser(), sources.NewSnapshot())
	failed, shown := 0, 0
	var at atomic.Pointer[string]
	p := watch(*quiet, func(time.Duration) string {
		if name := at.Load(); name != nil {
			return "looking at " + *name
		}
		return "listing"
	})
	defer p.stop()
	for _, s := range v.Schemas() {
		if s.Name == "pg_catalog" || s.Name == "information_schema" {
			continue
		}
		rels, err := v.Relations(ctx, s.Name, false)
		if err != nil {
			return err
		}
		rels = slices.DeleteFunc(rels, func(r *catalog.Relation) bool { return r.System != nil })
		for i, r := range rels {
			note := fmt.Sprintf("%s.%s, %d of %d", r.Schema, r.Name, i+1, len(rels))
			at.Store(&note)
			full, err := v.Lookup(ctx, nil, r.Schema, r.Name)
			if ctx.Err() != nil {
				return ctx.Err()
			}
			if shown > 0 {
				fmt.Println()
			}
			shown++
			if err != nil {
				failed++
				fmt.Printf("-- %s.%s cannot be read\n", r.Schema, r.Name)
				report(os.Stderr, err)
				continue
			}
			text, err := h.catalog.Describe(ctx, full)
			if err != nil {
				return err
			}
			io.WriteString(os.Stdout, text)
		}
	}
	switch {
	case shown == 0:
		return fmt.Errorf("no data files found in %s", strings.Join(fs.Args(), ", "))
	case failed > 0:
		return fmt.Errorf("%d of %d tables cannot be read", failed, shown)
	}
	return nil
}
