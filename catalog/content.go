package catalog

import (
	"bytes"
	"context"
	"strings"

	"howdah/formats"
	"howdah/pgerr"
	"howdah/sources"
)

// misnamed looks for the format of a file that the one of its name cannot read: an xlsx called .csv, lines with tabs called
// .xls. It is nil where the content is not surely something else; text is, for a format of workbooks.
func (c *Catalog) misnamed(ctx context.Context, src sources.Source, o sources.Info, f formats.Format, cause error) formats.Format {
	if !unreadable(cause) {
		return nil
	}
	head, err := c.head(ctx, src, o)
	if err != nil {
		return nil
	}
	surely, perhaps := c.told(head)
	if surely != nil {
		if surely.Spec().Name == f.Spec().Name {
			return nil
		}
		return surely
	}
	if _, workbook := f.(formats.Sheeter); !workbook || perhaps == nil || perhaps.Spec().Name == f.Spec().Name {
		return nil
	}
	// Any text may be a table of one column: a message instead of the file is none.
	if inf, err := c.infer(ctx, src, o, perhaps, nil); err != nil || len(inf.Schema.Columns) < 2 || inf.Rows == 0 {
		return nil
	}
	return perhaps
}

// unreadable tells whether an error says that the content is not of the format.
func unreadable(err error) bool {
	switch pgerr.From(err).Code {
	case pgerr.DataCorrupted, pgerr.BadCopyFileFormat, pgerr.InvalidTextRepresentation, pgerr.CharacterNotInRepertoire:
		return true
	}
	return false
}

// explain adds to an error what the content seems to be, where that is something else than what was asked for.
func (c *Catalog) explain(ctx context.Context, src sources.Source, o sources.Info, f formats.Format, cause error) error {
	if !unreadable(cause) || ctx.Err() != nil {
		return cause
	}
	e := pgerr.From(cause).Clone()
	if other := c.misnamed(ctx, src, o, f, cause); other != nil {
		return e.WithHint("The content looks like %s: OPTIONS (format '%[1]s').", other.Spec().Name)
	}
	head, err := c.head(ctx, src, o)
	if _, workbook := f.(formats.Sheeter); err == nil && workbook && isMarkup(head) {
		return e.WithHint("The content is HTML or XML, which some programs save under the name of a workbook: open it and save it as xlsx, ods or csv.")
	}
	return e
}

func isMarkup(head []byte) bool {
	t := strings.ToLower(string(bytes.TrimLeft(head[:min(len(head), 256)], " \t\r\n\xEF\xBB\xBF")))
	return strings.HasPrefix(t, "<!doctype") || strings.HasPrefix(t, "<?xml") || strings.HasPrefix(t, "<html") || strings.HasPrefix(t, "<table") ||
		strings.HasPrefix(t, "<head") || strings.HasPrefix(t, "<meta") || strings.HasPrefix(t, "<style") || strings.HasPrefix(t, "<body")
}
