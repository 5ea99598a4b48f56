package main

import (
	"context"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"regexp"
	"strings"

	"howdah/catalog"
	formatsall "howdah/formats/all"
	"howdah/internal/budget"
	"howdah/server/engine"
	"howdah/sources"
	sourcesall "howdah/sources/all"
	"howdah/sources/local"
)

// schemaName is what may stand before the = of NAME=LOCATION; anything else is part of the location.
var schemaName = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_$]*$`)

// locations reads [NAME=]LOCATION arguments.
func locations(args []string) ([]catalog.Location, error) {
	var out []catalog.Location
	for _, a := range args {
		l := catalog.Location{Schema: "public", Text: a}
		if name, rest, ok := strings.Cut(a, "="); ok && schemaName.MatchString(name) {
			l.Schema, l.Text = strings.ToLower(name), rest
			if strings.HasPrefix(l.Schema, "pg_") || l.Schema == "information_schema" {
				return nil, usageError{fmt.Errorf("%q cannot be the name of a schema: it is PostgreSQL's own", name)}
			}
		}
		loc, err := sources.ParseLocation(l.Text)
		if err != nil {
			return nil, err
		}
		if loc.Scheme == "file" {
			in, members, ok := loc.Split()
			if !ok || exists(loc.Pattern) {
				in, ok = loc, false
			}
			if l.Text, err = filepath.Abs(in.Pattern); err != nil {
				return nil, err
			}
			if ok { // names in archives are no paths
				l.Text += sources.MemberMark + members
			}
		}
		out = append(out, l)
	}
	return out, nil
}

// roots are the folders that local locations may read: those named, and for files and globs the folders they are in.
func roots(locs []catalog.Location) []string {
	var out []string
	for _, l := range locs {
		if strings.Contains(l.Text, "://") {
			continue
		}
		dir := l.Text
		if in, _, ok := (sources.Location{Scheme: "file", Pattern: dir}).Split(); ok && !exists(dir) {
			dir = in.Pattern // the archives'
		}
		if at := strings.IndexAny(dir, "*?[{"); at >= 0 {
			dir = dir[:strings.LastIndexByte(dir[:at], '/')+1]
		} else if info, err := os.Stat(dir); err == nil && !info.IsDir() {
			dir = filepath.Dir(dir)
		}
		out = append(out, filepath.Clean(dir))
	}
	return out
}

// exists says that there is a file or folder of that name, or that a pattern begins in one.
func exists(name string) bool {
	if at := strings.IndexAny(name, "*?[{"); at >= 0 {
		name = name[:strings.LastIndexByte(name[:at], '/')+1]
	}
	_, err := os.Stat(name)
	return err == nil
}

// memory is what the process may hold for queries in all.
const memory = 2 << 30

// house is everything below the server.
type house struct {
	catalog *catalog.Catalog
	engine  *engine.Engine
	sources *sources.Registry
	budget  *budget.Budget
}

// open opens the locations and the catalog file. allow are further folders that DDL may name files in.
func open(ctx context.Context, args []string, catalogFile string, allow []string, owner string, log *slog.Logger) (*house, error) {
	locs, err := locations(args)
	if err != nil {
		return nil, err
	}
	below := append(roots(locs), allow...)
	reg, err := sourcesall.Registry(sourcesall.Config{Local: local.Config{Roots: below}})
	if err != nil {
		return nil, err
	}
	total := budget.New("memory", memory, nil)
	boundGarbage(total)
	cat, err := catalog.New(ctx, catalog.Config{
		Locations: locs, File: catalogFile, Sources: reg, Formats: formatsall.Formats(), Log: log, Owner: owner, Budget: total,
	})
	if err != nil {
		reg.Close()
		return nil, err
	}
	return &house{catalog: cat, engine: engine.New(cat, total), sources: reg, budget: total}, nil
}

func (h *house) close() { h.sources.Close() }
