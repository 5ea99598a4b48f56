package catalog

import (
	"cmp"
	"context"
	"maps"
	"path"
	"slices"
	"strings"
	"sync"
	"time"

	"howdah/formats"
	"howdah/internal/ident"
	"howdah/internal/reject"
	"howdah/pgerr"
	"howdah/sources"
	"howdah/types"
)

// discovery finds the tables below a location: a file is a table named after it; a folder whose files agree in format
// and columns is one table over all of them; other folders give folder_file. Names never collide silently.
type discovery struct {
	cat     *Catalog
	schema  string
	loc     sources.Location
	src     sources.Source
	pattern string
	rejects reject.Policy     // of the server that is imported from
	secrets map[string]string // what opens files that are encrypted: from the mapping of the user who imports

	mu      sync.Mutex
	found   []*found
	byName  map[string]*found
	err     error
	at      time.Time
	warned  map[string]bool
	sheets  map[string][]formats.Table // what files hold, by path and version
	sniffed map[string]formats.Format  // of files whose names do not tell, by path and version
}

// found is a table that was discovered.
type found struct {
	name    string
	src     sources.Source // the discovery's, or that of the members of its archives
	objects []sources.Info // in order of Path; the newest listing's
	base    string         // what partition folders are counted from
	pattern string         // what lists the objects again
	format  formats.Format
	options formats.Options // which of the file's tables it is, where there are several
}

// bytes is the size of the objects; those that do not tell theirs count nothing.
func (f *found) bytes() int64 {
	n := int64(0)
	for _, o := range f.objects {
		n += max(o.Size, 0)
	}
	return n
}

func newDiscovery(c *Catalog, l Location) (*discovery, error) {
	loc, err := sources.ParseLocation(l.Text)
	if err != nil {
		return nil, err
	}
	src, pattern, err := c.cfg.Sources.Open(loc, nil)
	if err != nil {
		return nil, err
	}
	return &discovery{cat: c, schema: l.Schema, loc: loc, src: src, pattern: pattern, warned: map[string]bool{}}, nil
}

// tables gives what is below the location now, sorted by name; a listing is kept for the catalog's ListTTL.
func (d *discovery) tables(ctx context.Context) ([]*found, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if err := d.refresh(ctx); err != nil {
		return nil, err
	}
	return d.found, nil
}

// table finds one by name, or gives nil. A name that is not there is looked for anew where listing costs no round
// trip: a file that was just made is a table at once.
func (d *discovery) table(ctx context.Context, name string) (*found, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if err := d.refresh(ctx); err != nil {
		return nil, err
	}
	if d.byName[name] == nil && !d.src.Remote() {
		d.at = time.Time{}
		if err := d.refresh(ctx); err != nil {
			return nil, err
		}
	}
	return d.byName[name], nil
}

// listed is table without the second look: for names that came from a listing.
func (d *discovery) listed(ctx context.Context, name string) (*found, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if err := d.refresh(ctx); err != nil {
		return nil, err
	}
	return d.byName[name], nil
}

func (d *discovery) refresh(ctx context.Context) error {
	if !d.at.IsZero() && time.Since(d.at) < d.cat.cfg.ListTTL {
		return d.err
	}
	var objects []sources.Info
	for info, err := range d.src.List(ctx, d.pattern) {
		switch {
		case err != nil && info.Path == "":
			if ctx.Err() == nil { // a cancel says nothing about the location
				d.err, d.at = err, time.Now()
			}
			return err
		case err != nil:
			d.warn(info.Path, "left out of the tables: "+err.Error())
		default:
			objects = append(objects, info)
		}
	}
	slices.SortFunc(objects, func(a, b sources.Info) int { return strings.Compare(a.Path, b.Path) })
	tables := d.group(ctx, objects)
	if ctx.Err() != nil {
		return context.Cause(ctx) // what could not be looked at for that is no less a table
	}
	d.found = tables
	d.byName = make(map[string]*found, len(d.found))
	for _, f := range d.found {
		d.byName[f.name] = f
	}
	d.err, d.at = nil, time.Now()
	return nil
}

func (d *discovery) warn(what, why string) {
	if !d.warned[what] {
		d.warned[what] = true
		d.cat.log.Warn(why, "object", what, "schema", d.schema)
	}
}

// candidate is an object with what its name tells.
type candidate struct {
	sources.Info
	rel    string // path below the location
	format formats.Format
}

func (d *discovery) group(ctx context.Context, objects []sources.Info) []*found {
	base := d.base(objects)
	var files []candidate
	folders := map[string][]candidate{}
	var order []string
	archives := 0
	for _, o := range objects {
		if _, _, ok := archiveStem(o.Path); ok {
			archives++
		}
	}
	var out []*found
	for _, o := range objects {
		f := d.cat.formatOf(o.Path)
		named := o.Key == d.pattern || o.Path == d.loc.String()
		if f == nil {
			if tables, ok := d.archived(ctx, o, strings.TrimPrefix(strings.TrimPrefix(o.Path, base), "/"), named, archives); ok {
				out = append(out, tables...)
				continue
			}
		}
		if f == nil && !named {
			if f = d.unnamed(ctx, o, len(objects)); f == nil {
				continue // not a data file: README, .sql, …; one that was named itself is sniffed
			}
		}
		rel := strings.TrimPrefix(strings.TrimPrefix(o.Path, base), "/")
		c := candidate{o, rel, f}
		top, _, below := strings.Cut(rel, "/")
		switch {
		case !below:
			files = append(files, c)
		default:
			if strings.Contains(top, "=") {
				top = "" // the location itself is partitioned
			}
			if _, ok := folders[top]; !ok {
				order = append(order, top)
			}
			folders[top] = append(folders[top], c)
		}
	}
	for _, c := range files {
		stem, _ := splitName(c.Path)
		out = append(out, d.each(ctx, stem, c, base, len(files))...)
	}
	for _, top := range order {
		members := folders[top]
		dir := strings.TrimSuffix(base+"/"+top, "/")
		if tables := d.folderTables(ctx, dir, members); tables != nil {
			out = append(out, tables...)
			continue
		}
		for _, m := range members {
			stem, _ := splitName(m.rel)
			out = append(out, d.each(ctx, path.Join(path.Dir(m.rel), stem), m, base, len(objects))...)
		}
	}
	d.distinct(out)
	slices.SortFunc(out, func(a, b *found) int { return cmp.Compare(a.name, b.name) })
	return out
}

func (d *discovery) single(name string, c candidate, base string) *found {
	return &found{name: name, src: d.src, objects: []sources.Info{c.Info}, base: base, pattern: d.literalOf(c.Info), format: c.format}
}

// patternFor lists a folder's files of the format, so that new ones join the table and a README does not.
func (d *discovery) patternFor(dir string, members []candidate) string {
	m := members[0]
	root := strings.TrimSuffix(strings.TrimSuffix(m.Key, m.rel), "/")
	below := strings.TrimPrefix(dir, strings.TrimSuffix(strings.TrimSuffix(m.Path, m.rel), "/"))
	var exts []string
	for _, e := range m.format.Spec().Extensions {
		exts = append(exts, e, strings.ToUpper(e))
	}
	files := "**/*{" + strings.Join(exts, ",") + "}{," + strings.Join(compressed, ",") + "}"
	if p := m.Packed; p != nil {
		if sub := strings.Trim(strings.TrimPrefix(dir, p.Archive.Path+"!"), "/"); sub != "" {
			files = escape(sub) + "/" + files
		}
		return d.member(*p.Archive, files)
	}
	return d.literal(root+below) + "/" + files
}

// literal is the pattern that names just this key.
func (d *discovery) literal(key string) string {
	if d.loc.Scheme == "http" || d.loc.Scheme == "https" {
		return key // a URL is never a glob
	}
	return escape(key)
}

// base is the path that objects' paths are taken relative to: the folder that the location names.
func (d *discovery) base(objects []sources.Info) string {
	if len(objects) == 0 {
		return ""
	}
	common := folder(objects[0].Path)
	for _, o := range objects[1:] {
		for common != "" && !strings.HasPrefix(o.Path, common+"/") {
			common = folder(common)
		}
	}
	// A lone sub-folder is still below the location: do not let it become the base.
	if shown := strings.TrimSuffix(sources.Location{Scheme: d.loc.Scheme, Pattern: d.pattern}.String(), "/"); strings.HasPrefix(common+"/", shown+"/") {
		return shown
	}
	return strings.TrimSuffix(common, "/")
}

// folder is what stands before the last slash. path.Dir will not do: it makes s3:/ of s3://.
func folder(name string) string { return name[:max(strings.LastIndexByte(name, '/'), 0)] }

// agree tells whether the files of a folder, which are of one format, have, as far as a look at some of them tells, the same
// columns, or in formats that find them by name, much the same.
func (d *discovery) agree(ctx context.Context, members []candidate, opt formats.Options) bool {
	spec := members[0].format.Spec()
	if len(members) < 2 {
		return true
	}
	at := looks(len(members), true)
	if spec.ByName {
		at = looks(len(members), d.src.Remote())
	}
	given := opt
	if secrets := secretsOf(members[0].format, d.secrets); secrets != nil {
		maps.Copy(secrets, opt)
		given = secrets
	}
	var all []formats.Inference
	for _, i := range at {
		inf, err := d.cat.infer(ctx, d.src, members[i].Info, forgiving(members[i].format, d.rejects), given)
		if err != nil {
			d.warn(members[i].Path, "cannot be looked at: "+pgerr.From(err).Message)
			return false
		}
		all = append(all, inf)
	}
	if spec.ByName {
		u := unite(all)
		return u != nil && u.one(parts(members))
	}
	for _, inf := range all[1:] {
		if !slices.EqualFunc(all[0].Schema.Columns, inf.Schema.Columns, func(a, b types.Column) bool { return a.Name == b.Name }) {
			return false
		}
	}
	return true
}

// distinct makes the names differ: those that collide get their extension, then a number, in the order of their paths.
func (d *discovery) distinct(all []*found) {
	for round := range 2 {
		byName := map[string][]*found{}
		for _, f := range all {
			byName[f.name] = append(byName[f.name], f)
		}
		for name, same := range byName {
			if len(same) < 2 {
				continue
			}
			slices.SortFunc(same, func(a, b *found) int { return strings.Compare(a.objects[0].Path, b.objects[0].Path) })
			for i, f := range same {
				if round == 0 {
					file := path.Base(f.objects[0].Path)
					stem, _ := splitName(file)
					f.name = tableName(name + file[len(stem):])
				} else if i > 0 {
					n := i + 1
					for byName[ident.Numbered(name, n)] != nil {
						n++
					}
					f.name = ident.Numbered(name, n)
					byName[f.name] = same[i : i+1]
				}
				d.warn(f.objects[0].Path, "several objects would be table "+name+"; this one is "+f.name)
			}
		}
	}
}
