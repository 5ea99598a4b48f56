package expr

import (
	"bytes"
	"strings"

	"howdah/pgerr"
	"howdah/types"
	"howdah/vector"
)

// reserved are the key words that quote_ident puts in quotes: all but the unreserved (pg_get_keywords).
var reserved = func() map[string]bool {
	const words = `all analyse analyze and any array as asc asymmetric authorization between bigint binary bit boolean both case
cast char character check coalesce collate collation column concurrently constraint create cross current_catalog current_date
current_role current_schema current_time current_timestamp current_user dec decimal default deferrable desc distinct do else end
except exists extract false fetch float for foreign freeze from full grant greatest group grouping having ilike in initially inner
inout int integer intersect interval into is isnull join lateral leading least left like limit localtime localtimestamp national
natural nchar none normalize not notnull null nullif numeric offset on only or order out outer overlaps overlay placing position
precision primary real references returning right row select session_user setof similar smallint some substring symmetric table
tablesample then time timestamp to trailing treat trim true union unique user using values varchar variadic verbose when where
window with xmlattributes xmlconcat xmlelement xmlexists xmlforest xmlnamespaces xmlparse xmlpi xmlroot xmlserialize xmltable`
	m := map[string]bool{}
	for _, w := range strings.Fields(words) {
		m[w] = true
	}
	return m
}()

// appendIdent appends a name, in quotes where SQL needs them (quote_identifier).
func appendIdent(dst, v []byte) []byte {
	safe := len(v) > 0 && (v[0] >= 'a' && v[0] <= 'z' || v[0] == '_')
	for _, b := range v {
		if !(b >= 'a' && b <= 'z' || b >= '0' && b <= '9' || b == '_') {
			safe = false
			break
		}
	}
	if safe && !reserved[string(v)] {
		return append(dst, v...)
	}
	dst = append(dst, '"')
	for _, b := range v {
		if b == '"' {
			dst = append(dst, '"')
		}
		dst = append(dst, b)
	}
	return append(dst, '"')
}

// appendLiteral appends a string constant (quote_literal).
func appendLiteral(dst, v []byte) []byte {
	if bytes.IndexByte(v, '\\') >= 0 {
		dst = append(dst, 'E')
	}
	dst = append(dst, '\'')
	for _, b := range v {
		if b == '\'' || b == '\\' {
			dst = append(dst, b)
		}
		dst = append(dst, b)
	}
	return append(dst, '\'')
}

func quoteNullable(text func(dst []byte, c *Call, arg int, i int32) []byte) Kernel {
	return appending(func(c *Call, dst []byte, i int32) ([]byte, error) {
		if c.Args[0].Null(i) {
			return append(dst, "NULL"...), nil
		}
		s := ready[scratch](c)
		s.text = text(s.text[:0], c, 0, i)
		return appendLiteral(dst, s.text), nil
	})
}

func appendOutput(dst []byte, c *Call, arg int, i int32) []byte {
	return vector.AppendText(dst, c.Args[arg], i, c.Env.Style)
}

// format is sprintf with %s, %I and %L.
func formatText(c *Call, dst []byte, i int32) ([]byte, error) {
	if c.Args[0].Null(i) {
		return dst, errNull
	}
	f := ready[formatter](c)
	*f = formatter{c: c, row: i, dst: dst, text: c.Args[0].Bytes(i), shown: f.shown[:0], quoted: f.quoted[:0]}
	err := f.run()
	return f.dst, err
}

type formatter struct {
	shown, quoted []byte // scratch

	c    *Call
	row  int32
	dst  []byte
	text []byte
	at   int
	arg  int // the argument used last
}

func badFormat(format string, args ...any) *pgerr.Error {
	return pgerr.New(pgerr.InvalidParameterValue, format, args...)
}

func unterminated() error {
	return badFormat("unterminated format() type specifier").WithHint("For a single \"%%\" use \"%%%%\".")
}

func (f *formatter) run() error {
	for ; f.at < len(f.text); f.at++ {
		b := f.text[f.at]
		if b != '%' {
			f.dst = append(f.dst, b)
			continue
		}
		if f.at++; f.at >= len(f.text) {
			return unterminated()
		}
		if f.text[f.at] == '%' {
			f.dst = append(f.dst, '%')
			continue
		}
		if err := f.conversion(); err != nil {
			return err
		}
	}
	return nil
}

// number reads digits; ok is false where there are none.
func (f *formatter) number() (n int, ok bool, err error) {
	for f.at < len(f.text) && f.text[f.at] >= '0' && f.text[f.at] <= '9' {
		n = n*10 + int(f.text[f.at]-'0')
		if n > 1<<31-1 {
			return 0, false, pgerr.New(pgerr.NumericValueOutOfRange, "number is out of range")
		}
		ok = true
		f.at++
		if f.at >= len(f.text) {
			return 0, false, unterminated()
		}
	}
	return n, ok, nil
}

// conversion is text_format_parse_format and what follows: [position$][-][width]type.
func (f *formatter) conversion() error {
	position, width, widthArg := -1, 0, -1
	minus := false
	n, given, err := f.number()
	if err != nil {
		return err
	}
	parsed := false
	if given {
		if f.text[f.at] != '$' {
			width, parsed = n, true
		} else {
			if n == 0 {
				return badFormat("format specifies argument 0, but arguments are numbered from 1")
			}
			position = n
			if f.at++; f.at >= len(f.text) {
				return unterminated()
			}
		}
	}
	if !parsed {
		for f.text[f.at] == '-' {
			minus = true
			if f.at++; f.at >= len(f.text) {
				return unterminated()
			}
		}
		if f.text[f.at] == '*' {
			if f.at++; f.at >= len(f.text) {
				return unterminated()
			}
			n, given, err := f.number()
			if err != nil {
				return err
			}
			if given {
				if f.text[f.at] != '$' {
					return badFormat("width argument position must be ended by \"$\"")
				}
				if n == 0 {
					return badFormat("format specifies argument 0, but arguments are numbered from 1")
				}
				widthArg = n
				if f.at++; f.at >= len(f.text) {
					return unterminated()
				}
			} else {
				widthArg = 0
			}
		} else if width, _, err = f.number(); err != nil {
			return err
		}
	}
	kind := f.text[f.at]
	if kind != 's' && kind != 'I' && kind != 'L' {
		return badFormat("unrecognized format() type specifier \"%s\"", f.text[f.at:charEnd(f.text, f.at)]).
			WithHint("For a single \"%%\" use \"%%%%\".")
	}
	if widthArg >= 0 {
		if widthArg > 0 {
			f.arg = widthArg - 1
		}
		if f.arg++; f.arg >= len(f.c.Args) {
			return badFormat("too few arguments for format()")
		}
		col := f.c.Args[f.arg]
		if !col.Null(f.row) {
			if width, err = f.widthOf(f.arg); err != nil {
				return err
			}
		}
	}
	if position > 0 {
		f.arg = position - 1
	}
	if f.arg++; f.arg >= len(f.c.Args) {
		return badFormat("too few arguments for format()")
	}
	return f.convert(kind, minus, width)
}

// widthOf reads the argument of *: an integer, or text that reads as int4.
func (f *formatter) widthOf(arg int) (int, error) {
	col := f.c.Args[arg]
	switch f.c.ArgTypes[arg].OID {
	case types.Int4OID, types.Int2OID:
		return int(col.Ints[f.row]), nil
	}
	d, err := types.ParseText(types.Of(types.Int4OID), vector.AppendText(nil, col, f.row, f.c.Env.Style), f.c.Env.Style)
	return int(d.Int), err
}

func (f *formatter) convert(kind byte, minus bool, width int) error {
	col := f.c.Args[f.arg]
	var v []byte
	if col.Null(f.row) {
		switch kind {
		case 'L':
			v = []byte("NULL")
		case 'I':
			return pgerr.New(pgerr.NullValueNotAllowed, "null values cannot be formatted as an SQL identifier")
		}
	} else {
		f.shown = vector.AppendText(f.shown[:0], col, f.row, f.c.Env.Style)
		v = f.shown
		switch kind {
		case 'I':
			f.quoted = appendIdent(f.quoted[:0], v)
			v = f.quoted
		case 'L':
			f.quoted = appendLiteral(f.quoted[:0], v)
			v = f.quoted
		}
	}
	if width < 0 {
		minus = true
		if width == -1<<31 {
			return pgerr.New(pgerr.NumericValueOutOfRange, "number is out of range")
		}
		width = -width
	}
	pad := width - types.CharCount(v)
	if len(f.dst)+pad > maxAlloc {
		return pgerr.New(pgerr.ProgramLimitExceeded, "out of memory").WithDetail("Cannot enlarge string buffer containing %d bytes by %d more bytes.", len(f.dst), pad)
	}
	if minus {
		f.dst = append(f.dst, v...)
	}
	for ; pad > 0; pad-- {
		f.dst = append(f.dst, ' ')
	}
	if !minus {
		f.dst = append(f.dst, v...)
	}
	return nil
}

var textQuoteKernels = map[string]Kernel{
	"quote_ident": appending(func(c *Call, dst []byte, i int32) ([]byte, error) {
		return appendIdent(dst, c.Args[0].Bytes(i)), nil
	}),
	"quote_literal": appending(func(c *Call, dst []byte, i int32) ([]byte, error) {
		return appendLiteral(dst, c.Args[0].Bytes(i)), nil
	}),
	"quote_literal(anyelement)": appending(func(c *Call, dst []byte, i int32) ([]byte, error) {
		s := ready[scratch](c)
		s.text = castText(s.text[:0], c, 0, i)
		return appendLiteral(dst, s.text), nil
	}),
	"quote_nullable":             quoteNullable(appendOutput),
	"quote_nullable(anyelement)": quoteNullable(castText),
	"text_format":                appending(formatText), "text_format_nv": appending(formatText),
}
