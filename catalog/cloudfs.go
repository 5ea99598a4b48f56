package catalog

import (
	"context"
	"maps"
	"slices"
	"strings"

	"howdah/formats"
	"howdah/internal/options"
	"howdah/sources"
)

// Tables whose server names cloudfs_fdw as its wrapper are read as that did where it differs from what a definition of
// Howdah's own means: its names and defaults, workbooks of either kind, columns by their order, fields behind the last column.

// ofCloudFS tells whether a table's options, joined with its server's, come from cloudfs_fdw.
func ofCloudFS(all map[string]string) bool {
	return strings.Contains(strings.ToLower(all["wrapper"]), "cloudfs_fdw")
}

// formatNamed finds a format by its name in OPTIONS, or nil. either says that the content decides whether it is xls or xlsx.
func (c *Catalog) formatNamed(name, file string, cloudfs bool) (f formats.Format, either bool) {
	switch name = strings.ToLower(name); name {
	case "odf":
		return c.cfg.Formats.ByName("ods"), false
	case "excel":
		if f = c.formatOf(file); f == nil || f.Spec().Name != "xls" {
			f = c.cfg.Formats.ByName("xlsx")
		}
		return f, true
	}
	return c.cfg.Formats.ByName(name), cloudfs && (name == "xls" || name == "xlsx")
}

// defaultsOfCloudFS adds what is not given: it guessed no header, no delimiter and no quote.
func defaultsOfCloudFS(f formats.Format, given formats.Options) {
	for name, text := range map[string]string{"header": "false", "delimiter": ",", "quote": `"`} {
		if _, is := given[name]; !is && options.Check(map[string]string{name: text}, f.Spec().Options) == nil {
			given[name] = text
		}
	}
}

// eitherBook gives the one of xls and xlsx that the content is, or the one that is there.
func (c *Catalog) eitherBook(ctx context.Context, src sources.Source, o sources.Info, f formats.Format) formats.Format {
	head, err := c.head(ctx, src, o)
	if err != nil {
		return f
	}
	if is, _ := c.told(head); is != nil && (is.Spec().Name == "xls" || is.Spec().Name == "xlsx") {
		return is
	}
	return f
}

// cutAsCloudFS drops the fields behind the declared columns, which it never looked at, where the sample has more.
func cutAsCloudFS(f formats.Format, inf formats.Inference, declared int, opt formats.Options) {
	cut := map[string]string{"ragged": "truncate"}
	if _, given := opt["ragged"]; !given && len(inf.Schema.Columns) > declared && options.Check(cut, f.Spec().Options) == nil {
		maps.Copy(opt, cut)
	}
}

// placedAsCloudFS gives the options of declared columns in formats that find them by name: it took a row's members in
// their order, whatever they are called. Where the names are the members' own they are kept.
func placedAsCloudFS(f formats.Format, inf formats.Inference, names []string, declared []formats.Options) []formats.Options {
	given := func(o formats.Options) bool { return o["name"] != "" || o["path"] != "" || o["position"] != "" }
	if !f.Spec().ByName || len(inf.Schema.Columns) < len(names) || slices.ContainsFunc(declared, given) {
		return declared
	}
	members := make([]string, len(inf.Schema.Columns))
	for i, c := range inf.Schema.Columns {
		if members[i] = c.Name; inf.Columns != nil && inf.Columns[i]["name"] != "" {
			members[i] = inf.Columns[i]["name"]
		}
		if inf.Columns != nil && inf.Columns[i]["path"] != "" {
			return declared // not one member a column
		}
	}
	all := true
	for i, n := range names {
		at := slices.Index(members, n)
		all = all && at >= 0
		if at >= 0 && at != i {
			return declared // the order is another one
		}
	}
	if all {
		return declared
	}
	placed := make([]formats.Options, len(names))
	for i := range names {
		if placed[i] = maps.Clone(declared[i]); placed[i] == nil {
			placed[i] = formats.Options{}
		}
		placed[i]["name"] = members[i]
	}
	return placed
}
