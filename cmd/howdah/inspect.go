package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"strings"

	"howdah/sources"
)

// inspect prints what was inferred of the tables below locations, ready to paste.
func inspect(ctx context.Context, args []string) error {
	fs := flags("inspect")
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
	for _, s := range v.Schemas() {
		if s.Name == "pg_catalog" || s.Name == "information_schema" {
			continue
		}
		rels, err := v.Relations(ctx, s.Name, false)
		if err != nil {
			return err
		}
		for _, r := range rels {
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
