// Package all lists the sources that are built in, and the archives in them.
package all

import (
	"howdah/sources"
	"howdah/sources/archive"
	"howdah/sources/local"
	"howdah/sources/s3"
	"howdah/sources/web"
)

// Config is what the server allows each kind of source.
type Config struct {
	Local local.Config
	Web   web.Config
}

// Registry makes a registry of all kinds. Close it at the end.
func Registry(cfg Config) (*sources.Registry, error) {
	files, err := local.Factory(cfg.Local)
	if err != nil {
		return nil, err
	}
	over := func(src sources.Source) sources.Source { return archive.Over(src) }
	return sources.NewRegistry(files, web.Factory(cfg.Web), s3.Factory()).WithArchives(over), nil
}
