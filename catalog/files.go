package catalog

import (
	"context"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"howdah/formats"
	"howdah/internal/options"
	"howdah/internal/reject"
	"howdah/pgerr"
	"howdah/sources"
	"howdah/types"
)

// discovered makes the relation of a table that nobody declared.
func (v *view) discovered(ctx context.Context, d *discovery, f *found) (*Relation, error) {
	objects, err := v.snap.List(ctx, f.src, f.pattern)
	if err != nil {
		return nil, err
	}
	if len(objects) == 0 {
		return nil, sources.Missing(f.objects[0].Path)
	}
	format := f.format
	if format == nil {
		if format, err = v.cat.sniff(ctx, f.src, objects[0]); err != nil {
			return nil, err
		}
	}
	given := f.options
	if secrets := secretsOf(format, d.secrets); secrets != nil {
		maps.Copy(secrets, given)
		given = secrets
	}
	inf, err := v.cat.inferTable(ctx, f.src, objects, forgiving(format, d.rejects), given)
	if err != nil {
		other := v.cat.misnamed(ctx, f.src, objects[0], format, err)
		if other == nil || len(objects) > 1 {
			return nil, v.cat.explain(ctx, f.src, objects[0], format, err)
		}
		format, given = other, secretsOf(other, d.secrets)
		if inf, err = v.cat.inferTable(ctx, f.src, objects, forgiving(format, d.rejects), given); err != nil {
			return nil, err
		}
	}
	opt := inf.Options
	if given != nil {
		opt = maps.Clone(given)
		maps.Copy(opt, inf.Options)
	}
	r := &Relation{
		OID: v.cat.oids.of("class", d.schema, f.name), Schema: d.schema, Name: f.name, Kind: RelTable,
		File: &FileTable{Source: f.src, Location: d.loc.String(), place: d.loc, Pattern: f.pattern, Format: format, Options: opt, Schema: inf.Schema, Columns: inf.Columns, picked: f.options},
	}
	for i, c := range inf.Schema.Columns {
		col := Column{Column: c, AttNum: int16(i + 1), Role: FromFile, Ordinal: i}
		if inf.Columns != nil {
			col.Options = inf.Columns[i]
		}
		r.Columns = append(r.Columns, col)
	}
	r.addPartitions(f.base, objects)
	r.addHidden()
	r.estimate(objects, inf)
	return r, nil
}

// declared makes the relation of a CREATE FOREIGN TABLE.
func (v *view) declared(ctx context.Context, def *tableDef) (*Relation, error) {
	t, err := v.place(def)
	if err != nil {
		return nil, err
	}
	objects, err := v.snap.List(ctx, t.src, t.pattern)
	if err != nil {
		return nil, err
	}
	format := t.format
	if format == nil && len(objects) > 0 {
		if format, err = v.cat.sniff(ctx, t.src, objects[0]); err != nil {
			return nil, err
		}
		// What server and mapping say to other formats does not count.
		for k, text := range t.formatOptions {
			if _, its := def.options[k]; !its && options.Check(map[string]string{k: text}, format.Spec().Options) != nil {
				delete(t.formatOptions, k)
			}
		}
	}
	if format == nil {
		return nil, sources.Missing(t.loc.String())
	}
	if t.either && len(objects) > 0 {
		format = v.cat.eitherBook(ctx, t.src, objects[0], format)
	}
	opt := formats.Options(t.formatOptions)
	var inf formats.Inference
	inf.Rows = -1
	if len(objects) > 0 {
		if inf, err = v.cat.infer(ctx, t.src, objects[0], forgiving(format, t.rejects), opt); err != nil {
			return nil, v.cat.explain(ctx, t.src, objects[0], format, err)
		}
		opt = maps.Clone(opt)
		if opt == nil {
			opt = formats.Options{}
		}
		for k, found := range inf.Options {
			if _, given := opt[k]; !given {
				opt[k] = found
			}
		}
	}
	r := &Relation{
		OID: v.cat.oids.of("class", def.schema, def.name.name), Schema: def.schema, Name: def.name.name, Kind: RelTable, Comment: def.comment,
		File: &FileTable{Source: t.src, Location: t.loc.String(), place: t.loc, Pattern: t.pattern, Format: format, Options: opt, Rejects: t.rejects},
	}
	parts := map[string]bool{}
	for _, o := range objects {
		names, _ := partitionValues(strings.TrimPrefix(o.Path, t.base))
		for _, n := range names {
			parts[n] = true
		}
	}
	for i, c := range def.columns {
		col := Column{
			Column: types.Column{Name: c.name, Type: c.typ, Collation: c.collation}, AttNum: int16(i + 1),
			NotNull: c.notNull, Comment: c.comment, Options: c.options, Role: FromFile,
		}
		if parts[c.name] {
			col.Role = Partition
		} else {
			col.Ordinal = len(r.File.Schema.Columns)
			r.File.Schema.Columns = append(r.File.Schema.Columns, col.Column)
			r.File.Columns = append(r.File.Columns, c.options)
		}
		r.Columns = append(r.Columns, col)
	}
	if len(parts) > 0 {
		r.File.PartitionOf = partitionsBelow(t.base)
	}
	if t.cloudfs {
		var names []string
		for _, c := range r.File.Schema.Columns {
			names = append(names, c.Name)
		}
		r.File.Columns = placedAsCloudFS(format, inf, names, r.File.Columns)
		cutAsCloudFS(format, inf, len(names), opt)
	}
	r.addHidden()
	r.estimate(objects, inf)
	return r, nil
}

// forgiving is the format to infer by: rows that do not fit are a scan's to reject, if its policy does.
func forgiving(f formats.Format, p reject.Policy) formats.Format {
	if g, ok := f.(formats.Forgiver); ok && p.Action != reject.Stop {
		return g.Forgiving()
	}
	return f
}

// place is where a declared table's files are, with whose credentials.
type place struct {
	loc           sources.Location
	src           sources.Source
	pattern, base string
	format        formats.Format
	formatOptions map[string]string
	rejects       reject.Policy
	cloudfs       bool // defined for cloudfs_fdw
	either        bool // the content tells whether it is xls or xlsx
}

// place joins the options of server, user mapping and table: the table's win over the mapping's, these over the server's.
func (v *view) place(def *tableDef) (*place, error) {
	all := map[string]string{}
	srv := v.st.servers[def.server]
	if srv == nil {
		return nil, pgerr.New(pgerr.UndefinedObject, "server \"%s\" does not exist", def.server)
	}
	maps.Copy(all, srv.options)
	m := v.st.mappings[mappingKey{def.server, v.user}]
	if m == nil {
		m = v.st.mappings[mappingKey{def.server, ""}]
	}
	if m != nil {
		maps.Copy(all, m.options)
	}
	maps.Copy(all, def.options)
	if sub, base := def.options["location"], srv.options["location"]; sub != "" && base != "" {
		all["location"] = joinLocation(base, sub)
	}
	return v.cat.resolve(all, def.options)
}

// tableOptions are the options of every table over files, whatever its format and source.
type tableOptions struct {
	Location string `option:"location" alias:"filename" help:"where the files are: a path, a glob, s3://bucket/…, https://…; relative to the server's"`
	Format   string `option:"format" help:"the format of the files, also by cloudfs_fdw's names: excel is xlsx or xls as the content is, odf is ods; without it their name, then their content tells"`
	Wrapper  string `option:"wrapper" help:"accepted from definitions of cloudfs_fdw, and not used"`
	reject.Options
	unpackOptions
}

// unpackOptions are what a table's files may cost beyond their size.
type unpackOptions struct {
	MaxDecompressed options.Bytes `option:"max_decompressed" default:"1TB" help:"how many bytes one compressed file, or one member of an archive, may unpack to"`
}

// resolve turns joined options into a source, a pattern and the options of the format. own are those of the table itself.
func (c *Catalog) resolve(all, own map[string]string) (*place, error) {
	cloudfs := ofCloudFS(all)
	all = maps.Clone(all)
	format := all["format"]
	text := all["location"]
	if text == "" {
		text = all["filename"]
	}
	policy, err := reject.Parse(all)
	if err != nil {
		return nil, err
	}
	if own["reject_limit"] != "" && policy.Action == reject.Stop {
		return nil, reject.NeedsAction()
	}
	var unpack unpackOptions
	if text, ok := all["max_decompressed"]; ok {
		if err := options.Decode(map[string]string{"max_decompressed": text}, &unpack); err != nil {
			return nil, err
		}
		if unpack.MaxDecompressed <= 0 {
			return nil, pgerr.New(pgerr.InvalidParameterValue, "option %q must be more than 0", "max_decompressed")
		}
	}
	for _, k := range append([]string{"location", "filename", "format", "wrapper", "max_decompressed"}, reject.Names...) {
		delete(all, k)
	}
	if text == "" {
		var err error
		if all["source"] == "" && all["url"] == "" && all["bucket"] == "" && all["filepath"] == "" {
			return nil, pgerr.New(pgerr.FDWOptionNameNotFound, "option \"location\" is required").
				WithHint("Say where the files are: OPTIONS (location 's3://bucket/prefix/*.csv'), or with cloudfs_fdw's source, bucket, filepath, url.")
		}
		if text, all, err = sources.FromCloudFS(all); err != nil {
			return nil, err
		}
		if cloudfs && format == "" {
			format = "csv"
		}
	}
	loc, err := sources.ParseLocation(text)
	if err != nil {
		return nil, err
	}
	p := &place{loc: loc, rejects: policy, cloudfs: cloudfs}
	if format != "" {
		if p.format, p.either = c.formatNamed(format, text, p.cloudfs); p.format == nil {
			return nil, pgerr.New(pgerr.FeatureNotSupported, "format %q is not supported", format).
				WithHint("Known formats are: %s.", strings.Join(c.cfg.Formats.Names(), ", "))
		}
	} else {
		p.format = c.formatOf(loc.String())
	}
	specs := []any{c.cfg.Sources.Options(loc)}
	if p.format != nil {
		specs = append(specs, p.format.Spec().Options)
	} else {
		for _, f := range c.cfg.Formats {
			specs = append(specs, f.Spec().Options)
		}
	}
	// A server's options are for all its tables: those that mean nothing to this one's source or format stay unused.
	for k := range all {
		if _, its := own[k]; !its && options.Check(map[string]string{k: all[k]}, specs...) != nil && options.Check(map[string]string{k: all[k]}, c.allOptions()...) == nil {
			delete(all, k)
		}
	}
	parts, err := options.Split(all, specs...)
	if err != nil {
		return nil, err
	}
	if p.src, p.pattern, err = c.cfg.Sources.Open(loc, parts[0]); err != nil {
		return nil, err
	}
	if n := int64(unpack.MaxDecompressed); n > 0 {
		p.src = sources.WithMaxUnpacked(p.src, n)
	}
	if p.format != nil {
		p.formatOptions = parts[1]
		if cloudfs {
			defaultsOfCloudFS(p.format, p.formatOptions)
		}
	} else {
		p.formatOptions = map[string]string{}
		for _, part := range parts[1:] {
			maps.Copy(p.formatOptions, part)
		}
	}
	p.base = globBase(sources.Location{Scheme: loc.Scheme, Pattern: p.pattern}.String())
	return p, nil
}

// secretsOf picks the options that a format declares as secret, such as a file's password; nil if there are none. They
// come from the mapping of the user who asks, and stay out of what is declared for all.
func secretsOf(f formats.Format, given map[string]string) formats.Options {
	var out formats.Options
	if f == nil || len(given) == 0 {
		return nil
	}
	for _, o := range options.Of(f.Spec().Options) {
		for _, name := range append([]string{o.Name}, o.Aliases...) {
			if text, ok := given[name]; ok && o.Secret {
				if out == nil {
					out = formats.Options{}
				}
				out[name] = text
			}
		}
	}
	return out
}

// joinLocation puts a table's location below its server's, unless it stands alone.
func joinLocation(base, sub string) string {
	if strings.Contains(sub, "://") || strings.HasPrefix(sub, "/") {
		return sub
	}
	if strings.HasPrefix(sub, sources.MemberMark) { // what is in the archive that the server names
		return base + sub
	}
	return strings.TrimSuffix(base, "/") + "/" + sub
}

// globBase is the part of a pattern before the first wildcard's folder.
func globBase(pattern string) string {
	if at := strings.IndexAny(pattern, "*?[{"); at >= 0 {
		return pattern[:strings.LastIndexByte(pattern[:at], '/')+1]
	}
	return strings.TrimSuffix(pattern, "/") + "/"
}

func (r *Relation) estimate(objects []sources.Info, inf formats.Inference) {
	r.Rows, r.Bytes = -1, 0
	for _, o := range objects {
		if o.Size < 0 {
			r.Bytes = -1
			return
		}
		r.Bytes += o.Size
	}
	if inf.Rows >= 0 && len(objects) > 0 && objects[0].Size > 0 {
		r.Rows = float64(inf.Rows) * float64(r.Bytes) / float64(objects[0].Size)
	}
}

// addHidden adds the columns that are shown only when named; a file's own column of that name wins.
func (r *Relation) addHidden() {
	hidden := []Column{
		{Column: types.Column{Name: "_path", Type: types.Of(types.TextOID), Collation: types.CCollation}, Role: HiddenPath},
		{Column: types.Column{Name: "_row", Type: types.Of(types.Int8OID)}, Role: HiddenRow},
		{Column: types.Column{Name: "_size", Type: types.Of(types.Int8OID)}, Role: HiddenSize},
		{Column: types.Column{Name: "_modified", Type: types.Of(types.TimestamptzOID)}, Role: HiddenModified},
		{Column: types.Column{Name: "_version", Type: types.Of(types.TextOID), Collation: types.CCollation}, Role: HiddenVersion},
		{Column: types.Column{Name: "ctid", Type: types.Of(types.TidOID)}, Role: SystemCtid, AttNum: -1},
		{Column: types.Column{Name: "tableoid", Type: types.Of(types.OidOID)}, Role: SystemTableOID, AttNum: -6},
	}
	if _, ok := r.File.Format.(formats.Sheeter); ok {
		sheet := Column{Column: types.Column{Name: "_sheet", Type: types.Of(types.TextOID), Collation: types.CCollation}, Role: HiddenSheet}
		hidden = slices.Insert(hidden, 1, sheet)
	}
	for _, h := range hidden {
		if !slices.ContainsFunc(r.Columns, func(c Column) bool { return c.Name == h.Name }) {
			h.Hidden = true
			r.Columns = append(r.Columns, h)
		}
	}
}

// addPartitions adds a column per k=v folder that all objects have; its type is the narrowest that all values fit.
func (r *Relation) addPartitions(base string, objects []sources.Info) {
	var names []string
	columns := map[string][]string{}
	for i, o := range objects {
		ns, vs := partitionValues(strings.TrimPrefix(o.Path, base))
		if i == 0 {
			names = ns
		}
		for j, n := range ns {
			columns[n] = append(columns[n], vs[j])
		}
	}
	added := false
	for _, n := range names {
		if len(columns[n]) < len(objects) || slices.ContainsFunc(r.Columns, func(c Column) bool { return c.Name == n }) {
			continue
		}
		typ, coll := partitionType(columns[n])
		r.Columns = append(r.Columns, Column{
			Column: types.Column{Name: n, Type: types.Of(typ), Collation: coll}, AttNum: int16(len(r.Columns) + 1), Role: Partition,
		})
		added = true
	}
	if added {
		r.File.PartitionOf = partitionsBelow(base)
	}
}

func partitionsBelow(base string) func(string) map[string]string {
	return func(path string) map[string]string {
		names, values := partitionValues(strings.TrimPrefix(path, base))
		m := make(map[string]string, len(names))
		for i, n := range names {
			if values[i] != hiveNull {
				m[n] = values[i]
			}
		}
		return m
	}
}

func partitionType(values []string) (types.OID, types.OID) {
	ints, dates, some := true, true, false
	for _, v := range values {
		if v == hiveNull {
			continue
		}
		some = true
		n, err := strconv.ParseInt(v, 10, 64)
		padded := len(v) == 2 && v[0] == '0' // month=01 is a number; a longer code with zeros, or +7, is text
		if err != nil || strconv.FormatInt(n, 10) != v && !padded {
			ints = false
		}
		if _, err := time.Parse("2006-01-02", v); err != nil {
			dates = false
		}
	}
	switch {
	case some && ints:
		return types.Int8OID, types.NoCollation
	case some && dates:
		return types.DateOID, types.NoCollation
	}
	return types.TextOID, types.CCollation
}
