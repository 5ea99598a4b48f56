package csv

import (
	"strings"

	"howdah/formats"
	"howdah/internal/options"
	"howdah/pgerr"
)

// Options are a table's. Names and meanings are COPY's where COPY has them.
type Options struct {
	Header    string `option:"header" enum:"true,false,match,on,off,1,0" default:"false" help:"the first record holds the names of the columns; match checks them against the table's"`
	Delimiter string `option:"delimiter" alias:"sep" default:"," help:"the byte that separates fields; a tab may be written \\t"`
	Quote     string `option:"quote" alias:"quote_char" default:"\"" help:"the byte that quotes a field; none = fields are never quoted"`
	Escape    string `option:"escape" help:"the byte that makes a quote or itself literal within quotes; default: the quote"`
	Null      string `option:"null" help:"an unquoted field of this text is NULL; default: the empty one"`
	Encoding  string `option:"encoding" default:"UTF8" help:"the file's encoding: UTF8, UTF16, UTF16LE, UTF16BE, LATIN1..LATIN10, ISO_8859_5..8, WIN1250..1258, WIN866, WIN874, KOI8R, KOI8U"`
	Comment   string `option:"comment" help:"records that begin with this byte are left out"`
	Skip      int    `option:"skip" help:"so many lines at the beginning are no CSV"`
	Trim      bool   `option:"trim" help:"blanks and tabs around a field are no part of it"`
	Columns   string `option:"columns" enum:"position,name" default:"position" help:"how the table's columns find their field: in order, or by the names of the header"`
	Ragged    string `option:"ragged" enum:"error,pad,truncate,fit" default:"error" help:"a record with too few or too many fields: an error; pad fills short ones with NULL, truncate cuts long ones, fit does both"`
	Blank     string `option:"blank_lines" enum:"row,skip" default:"row" help:"an empty line is a record with one empty field, as in COPY, or is left out"`
}

// ColumnOptions are one column's.
type ColumnOptions struct {
	Name         string `option:"name" help:"the field's name in the header"`
	Position     int    `option:"position" help:"the field's number, from 1"`
	Null         string `option:"null" help:"an unquoted field of this text is NULL too"`
	ForceNull    bool   `option:"force_null" help:"a quoted field of the null text is NULL as well"`
	ForceNotNull bool   `option:"force_not_null" help:"no field is NULL"`
}

// dialect is the options in the form that the reader works with.
type dialect struct {
	header  headerMode
	delim   byte
	quote   byte // noQuote where there is none
	escape  byte
	null    []byte
	comment byte // 0 = none
	skip    int
	trim    bool
	byName  bool
	pad     bool
	cut     bool
	noBlank bool
	enc     string
}

type headerMode uint8

const (
	headerNo headerMode = iota
	headerYes
	headerMatch
)

// noQuote stands for "no quote byte": it occurs in no valid UTF-8.
const noQuote = 0xFF

// parse checks the options with COPY's texts.
func parse(given formats.Options) (*dialect, error) {
	var o Options
	if err := options.Decode(given, &o); err != nil {
		return nil, err
	}
	d := &dialect{null: []byte(o.Null), skip: o.Skip, trim: o.Trim, byName: o.Columns == "name", enc: o.Encoding,
		pad: o.Ragged == "pad" || o.Ragged == "fit", cut: o.Ragged == "truncate" || o.Ragged == "fit", noBlank: o.Blank == "skip"}
	switch o.Header {
	case "true", "on", "1":
		d.header = headerYes
	case "match":
		d.header = headerMatch
	}
	var err error
	if d.delim, err = single("delimiter", o.Delimiter); err != nil {
		return nil, err
	}
	d.quote, d.escape = noQuote, noQuote
	if o.Quote != "" && !strings.EqualFold(o.Quote, "none") {
		if d.quote, err = single("quote", o.Quote); err != nil {
			return nil, err
		}
		d.escape = d.quote
	}
	if o.Escape != "" {
		if d.escape, err = single("escape", o.Escape); err != nil {
			return nil, err
		}
	}
	if o.Comment != "" {
		if d.comment, err = single("comment", o.Comment); err != nil {
			return nil, err
		}
	}
	switch {
	case d.delim == '\n' || d.delim == '\r':
		err = pgerr.New(pgerr.InvalidParameterValue, "COPY delimiter cannot be newline or carriage return")
	case d.delim == d.quote:
		err = pgerr.New(pgerr.InvalidParameterValue, "COPY delimiter and quote must be different")
	case strings.ContainsAny(o.Null, "\r\n"):
		err = pgerr.New(pgerr.InvalidParameterValue, "COPY null representation cannot use newline or carriage return")
	case strings.IndexByte(o.Null, d.delim) >= 0:
		err = pgerr.New(pgerr.InvalidParameterValue, "COPY delimiter must not appear in the NULL specification")
	case strings.IndexByte(o.Null, d.quote) >= 0:
		err = pgerr.New(pgerr.InvalidParameterValue, "CSV quote character must not appear in the NULL specification")
	case inValues(d.quote) || inValues(d.escape) || d.quote == '\n' || d.quote == '\r' || d.escape == '\n' || d.escape == '\r':
		err = pgerr.New(pgerr.InvalidParameterValue, "a quote or escape that numbers, dates or lines are made of cannot be used")
	case d.comment != 0 && (d.comment == d.delim || d.comment == d.quote || d.comment == '\n' || d.comment == '\r'):
		err = pgerr.New(pgerr.InvalidParameterValue, "comment must differ from delimiter, quote and line ends")
	case d.skip < 0:
		err = pgerr.New(pgerr.InvalidParameterValue, "invalid value for integer option %q: %d", "skip", d.skip)
	case d.byName && d.header == headerNo:
		err = pgerr.New(pgerr.InvalidParameterValue, "columns by name need a header")
	}
	if err != nil {
		return nil, err
	}
	if _, err := decoder(d.enc); err != nil {
		return nil, err
	}
	return d, nil
}

// inValues tells whether a byte may stand in a number or a date, whose decoders do not look for quotes.
func inValues(c byte) bool {
	return c >= '0' && c <= '9' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c == '+' || c == '-' || c == '.' || c == ':'
}

func single(name, text string) (byte, error) {
	if text == `\t` {
		text = "\t"
	}
	if len(text) != 1 || text[0] == 0 || text[0] >= 0x80 {
		return 0, pgerr.New(pgerr.FeatureNotSupported, "COPY %s must be a single one-byte character", name)
	}
	return text[0], nil
}

// toggles tells whether each quote byte opens or closes: the indexer by masks then knows all structure.
func (d *dialect) toggles() bool { return d.escape == d.quote && d.comment == 0 }
