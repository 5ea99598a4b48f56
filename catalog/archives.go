package catalog

import (
	"context"
	"path"
	"strings"

	"howdah/formats"
	"howdah/pgerr"
	"howdah/sources"
)

// What is looked into where looking reads a whole file: an archive that is compressed as a whole. Larger ones are
// tables for those who name what is in them.
const (
	maxNearPacked = 512 << 20
	maxFarPacked  = 64 << 20
)

// archiveNames are the ends of names of archives; those of tar may be followed by one of compressed.
var archiveNames = []string{".zip", ".tar", ".tgz", ".tbz", ".tbz2", ".txz", ".tzst"}

// archiveStem tells by a file's name that it is an archive, and gives the rest of the name. What it really is its
// content tells.
func archiveStem(file string) (stem string, packed, ok bool) {
	stem = path.Base(file)
	for _, c := range compressed {
		if s := cutSuffix(stem, c); s != stem && cutSuffix(s, ".tar") != s {
			return cutSuffix(s, ".tar"), true, true
		}
	}
	for _, c := range archiveNames {
		if s := cutSuffix(stem, c); s != stem && s != "" {
			if inner, ext := splitName(s); ext != "" && c == ".zip" && len(ext) <= 8 {
				s = inner // orders.csv.zip
			}
			return s, c != ".zip" && c != ".tar", true
		}
	}
	return "", false, false
}

// folderTable is the name of the table over a folder, or over all of an archive.
func folderTable(dir string) string {
	name := path.Base(dir)
	if archive, ok := strings.CutSuffix(name, "!"); ok {
		if stem, _, ok := archiveStem(archive); ok {
			name = stem
		}
	}
	return tableName(name)
}

// cutSuffix cuts an end that may be written in capitals.
func cutSuffix(name, end string) string {
	if len(name) > len(end) && strings.EqualFold(name[len(name)-len(end):], end) {
		return name[:len(name)-len(end)]
	}
	return name
}

// inside gives the tables of an archive: one named after it if it holds one file of data, else one for each, or for each
// folder whose files agree, named after the archive and itself. nil without an error is an archive without data.
func (d *discovery) inside(ctx context.Context, o sources.Info, stem string) ([]*found, error) {
	over := d.cat.members(d.src)
	sub := &discovery{
		cat: d.cat, schema: d.schema, loc: d.loc, src: over, secrets: d.secrets, warned: d.warned, sheets: d.sheets,
		pattern: sources.Location{Scheme: d.loc.Scheme, Pattern: d.literal(o.Key)}.Join("").Pattern,
	}
	var members []sources.Info
	for info, err := range over.List(ctx, sub.pattern) {
		switch {
		case err != nil && info.Path == "":
			return nil, err
		case err != nil:
			d.warn(info.Path, "left out of the tables: "+err.Error())
		default:
			members = append(members, info)
		}
	}
	tables := sub.group(ctx, members)
	d.sheets = sub.sheets
	if len(tables) == 0 && len(members) == 1 { // of a name that says nothing
		base := folder(members[0].Path)
		tables = []*found{sub.single("", candidate{Info: members[0]}, base)}
	}
	for _, f := range tables {
		if len(tables) == 1 {
			f.name = tableName(stem)
		} else {
			f.name = tableName(stem + "_" + f.name)
		}
	}
	return tables, nil
}

// members is the source of what is in the archives of src, or src if it is that already.
func (c *Catalog) members(src sources.Source) sources.Source {
	if strings.HasPrefix(src.ID(), "archive:") {
		return src
	}
	if over := c.cfg.Sources.Archives(src); over != nil {
		return over
	}
	return src
}

// archived gives the tables of an object that is an archive by its name, or that was named itself and has a name that
// says nothing. ok is false for what is to be taken as a file.
func (d *discovery) archived(ctx context.Context, o sources.Info, rel string, named bool, archives int) (tables []*found, ok bool) {
	stem, packed, by := archiveStem(o.Path)
	if o.Packed != nil || !by && !named {
		return nil, false // archives in archives are not looked into
	}
	if !by {
		if _, ext := splitName(o.Path); ext != "" || d.src.Remote() {
			return nil, false
		}
		stem, _ = splitName(o.Path)
	}
	if dir := folder(rel); dir != "" {
		stem = dir + "/" + stem
	}
	limit := int64(maxNearPacked)
	if d.src.Remote() {
		limit = maxFarPacked
	}
	if !named && (packed && (o.Size < 0 || o.Size > limit) || d.src.Remote() && archives > maxFarSheets) {
		d.warn(o.Path, "not looked into, since that takes long; what is in it can be named: "+path.Base(o.Path)+"!/…")
		return nil, true
	}
	tables, err := d.inside(ctx, o, stem)
	if ctx.Err() != nil {
		return nil, true
	}
	if err != nil && pgerr.HasCode(err, pgerr.WrongObjectType) {
		return nil, false
	}
	if err != nil {
		d.warn(o.Path, "left out of the tables: "+pgerr.From(err).Message)
		if named { // so that whoever asks for it is told why
			return []*found{d.single(tableName(stem), candidate{Info: o}, folder(o.Path))}, true
		}
	}
	return tables, true
}

// unnamed tells the format of a compressed file whose name says nothing else, such as orders.gz.
func (d *discovery) unnamed(ctx context.Context, o sources.Info, files int) formats.Format {
	_, ext := splitName(o.Path)
	plain := true
	for _, c := range compressed {
		plain = plain && cutSuffix(path.Base(o.Path), c) == path.Base(o.Path)
	}
	if plain || ext != "" || d.src.Remote() && files > maxFarSheets {
		return nil
	}
	key := o.Path + "\x00" + o.Version
	if f, ok := d.sniffed[key]; ok && o.Version != "" {
		return f
	}
	f, err := d.cat.sniff(ctx, d.src, o)
	if err != nil {
		if ctx.Err() != nil {
			return nil
		}
		d.warn(o.Path, "left out of the tables: "+pgerr.From(err).Message)
	}
	if d.sniffed == nil || len(d.sniffed) >= maxInferences {
		d.sniffed = map[string]formats.Format{}
	}
	d.sniffed[key] = f
	return f
}

// literalOf is the pattern that names just this object.
func (d *discovery) literalOf(o sources.Info) string {
	if o.Packed == nil {
		return d.literal(o.Key)
	}
	in := o.Packed.Archive
	return d.member(*in, escape(strings.TrimPrefix(o.Key, in.Key+sources.MemberMark)))
}

// member is the pattern of members of one archive.
func (d *discovery) member(archive sources.Info, members string) string {
	return sources.Location{Scheme: d.loc.Scheme, Pattern: d.literal(archive.Key)}.Join(members).Pattern
}

// escape makes a pattern that fits just the text.
func escape(text string) string {
	var b strings.Builder
	for i := 0; i < len(text); i++ {
		if strings.IndexByte(`*?[{\`, text[i]) >= 0 || text[i] == '!' && (i+1 == len(text) || text[i+1] == '/') {
			b.WriteByte('\\')
		}
		b.WriteByte(text[i])
	}
	return b.String()
}
