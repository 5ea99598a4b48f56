package server

import (
	"context"
	"strings"

	"github.com/jackc/pgx/v5/pgproto3"
	pg "github.com/pganalyze/pg_query_go/v6"

	"howdah/pgerr"
	"howdah/server/charset"
	"howdah/server/settings"
	"howdah/server/wire"
	"howdah/sql"
	"howdah/types"
)

// overTheWire refuses a COPY whose other side is a file of the server, or a program.
func overTheWire(s *pg.CopyStmt, direction, instead string) error {
	what := "a file"
	switch {
	case s.IsProgram:
		what = "a program"
	case s.Filename == "":
		return nil
	}
	return pgerr.New(pgerr.FeatureNotSupported, "COPY %s %s is not supported", direction, what).
		WithHint(`Use COPY ... %s, or psql's \copy.`, instead)
}

// copyTo runs COPY … TO STDOUT.
func (x *session) copyTo(ctx context.Context, p *portal, s *pg.CopyStmt) error {
	if err := overTheWire(s, "to", "TO STDOUT"); err != nil {
		return err
	}
	o, err := readCopyOptions(s.Options, p.stmt.Source, false)
	if err != nil {
		return err
	}
	q := p.stmt
	if s.Query != nil {
		q.Node = s.Query
		q.Kind = sql.KindOf(s.Query)
		if err := x.mayRun(q); err != nil {
			return err
		}
	} else if q, err = tableQuery(s); err != nil {
		return err
	}
	plan, err := x.server.engine.Prepare(ctx, PrepareRequest{
		Stmt: q, View: x.snapshot(), Session: sessionExpr{x}, Style: x.inputStyle(), NoParams: true,
	})
	if err != nil {
		if s.Query == nil {
			return withoutPosition(err)
		}
		return err
	}
	cols := plan.Columns()
	change, changes := plan.(Change)
	if changes && cols == nil {
		return pgerr.New(pgerr.FeatureNotSupported, "COPY query must have a RETURNING clause")
	}
	if o.options.ForceQuote, err = o.forced(cols); err != nil {
		return err
	}
	if o.options.Encoder, err = x.copyEncoder(o.encoding); err != nil {
		return err
	}
	c := &portal{plan: plan, columns: cols, binary: o.options.Format == wire.CopyBinary}
	defer c.close()
	detach := c.attach(ctx)
	defer detach()
	if changes {
		done, err := change.Apply(c.ctx, &Execution{Env: x.env(c), View: x.snapshot()})
		x.tx.view = nil
		if err != nil {
			return because(ctx, err)
		}
		c.tape = newTape(done.Rows, cols, x.memory)
	} else if err := x.run(c); err != nil {
		return err
	}
	kinds := make([]types.Type, len(cols))
	names := make([]string, len(cols))
	head := &pgproto3.CopyOutResponse{ColumnFormatCodes: make([]uint16, len(cols))}
	for i, col := range cols {
		kinds[i], names[i] = col.Type, col.Name
		if c.binary {
			head.ColumnFormatCodes[i] = 1
		}
	}
	if c.binary {
		head.OverallFormat = 1
	}
	enc := wire.NewCopy(kinds, x.style(kinds), o.options)
	if err := x.out.Send(head); err != nil {
		return err
	}
	if err := x.out.Append(func(dst []byte) ([]byte, error) { return enc.Begin(dst, names) }); err != nil {
		return err
	}
	n, err := x.send(ctx, c.tape, enc, 0)
	if err != nil {
		return err
	}
	if err := x.out.Append(func(dst []byte) ([]byte, error) { return enc.End(dst), nil }); err != nil {
		return err
	}
	if err := x.out.Send(&pgproto3.CopyDone{}); err != nil {
		return err
	}
	x.tellRejects(c)
	p.tag, p.counted = "COPY", true
	p.tag, p.counted = p.tagOf(n), false
	return nil
}

// tableQuery makes the SELECT that COPY table (columns) stands for.
func tableQuery(s *pg.CopyStmt) (Statement, error) {
	list := "*"
	if len(s.Attlist) > 0 {
		var names []string
		for _, a := range s.Attlist {
			names = append(names, sql.QuoteIdent(constText(a)))
		}
		list = strings.Join(names, ", ")
	}
	table := sql.QuoteIdent(s.Relation.Relname)
	if s.Relation.Schemaname != "" {
		table = sql.QuoteIdent(s.Relation.Schemaname) + "." + table
	}
	text := "SELECT " + list + " FROM " + table
	stmts, err := sql.Parse(text)
	if err != nil {
		return Statement{}, err
	}
	return Statement{stmts[0], text}, nil
}

// copyEncoder gives what turns the output into its encoding: the option's, or the client's.
func (x *session) copyEncoder(name string) (wire.Encoder, error) {
	c := x.charset
	if name != "" {
		var err error
		if c, err = charset.Lookup(name); err != nil {
			return nil, err
		}
	}
	if c == nil {
		return nil, nil
	}
	return c, nil
}

// copyOptions are COPY's options before the columns are known.
type copyOptions struct {
	options   wire.CopyOptions
	quoteAll  bool
	quoteCols []string
	encoding  string

	from                  bool // COPY FROM
	match                 bool // HEADER MATCH
	nullCols, notNullCols []string
}

// readCopyOptions is ProcessCopyOptions (copy.c).
func readCopyOptions(list []*pg.Node, source string, from bool) (*copyOptions, error) {
	o := &copyOptions{from: from}
	set := map[string]string{}
	header, notNull, isNull := false, false, false
	for _, n := range list {
		d := n.GetDefElem()
		here := func(e *pgerr.Error) error { return e.AtPosition(sql.Position(source, int(d.Location))) }
		if _, twice := set[d.Defname]; twice {
			return nil, here(pgerr.New(pgerr.SyntaxError, "conflicting or redundant options"))
		}
		v := constText(d.Arg)
		set[d.Defname] = v
		switch d.Defname {
		case "format":
			switch v {
			case "text":
			case "csv":
				o.options.Format = wire.CopyCSV
			case "binary":
				o.options.Format = wire.CopyBinary
			default:
				return nil, here(pgerr.New(pgerr.InvalidParameterValue, `COPY format "%s" not recognized`, v))
			}
		case "freeze", "delimiter", "null", "quote", "escape":
		case "header":
			header = true
			if d.Arg != nil {
				b, ok := settings.ParseBool(v)
				if strings.EqualFold(v, "match") && from {
					o.match, b, ok = true, true, true
				} else if strings.EqualFold(v, "match") {
					return nil, pgerr.New(pgerr.FeatureNotSupported, `cannot use "match" with HEADER in COPY TO`)
				}
				if !ok {
					return nil, pgerr.New(pgerr.SyntaxError, `header requires a Boolean value or "match"`)
				}
				header = b
			}
		case "force_quote":
			if d.Arg.GetAStar() != nil {
				o.quoteAll = true
			} else {
				o.quoteCols = listOf(d.Arg)
			}
		case "force_not_null":
			notNull = true
			o.notNullCols = listOf(d.Arg)
		case "force_null":
			isNull = true
			o.nullCols = listOf(d.Arg)
		case "encoding":
			probe := settings.New(nil, true)
			if err := probe.Set("client_encoding", v, settings.Session); err != nil {
				if pgerr.HasCode(err, pgerr.FeatureNotSupported) {
					return nil, err
				}
				return nil, here(pgerr.New(pgerr.InvalidParameterValue, `argument to option "%s" must be a valid encoding name`, d.Defname))
			}
			o.encoding = probe.Text("client_encoding")
		default:
			return nil, here(pgerr.New(pgerr.SyntaxError, `option "%s" not recognized`, d.Defname))
		}
	}
	return o, o.check(set, header, notNull, isNull)
}

func listOf(n *pg.Node) (out []string) {
	for _, i := range n.GetList().GetItems() {
		out = append(out, constText(i))
	}
	return out
}

// listed tells which columns an option lists.
func (o *copyOptions) listed(names []string, cols []Column, option string) ([]bool, error) {
	if names == nil {
		return nil, nil
	}
	f := make([]bool, len(cols))
	for _, name := range names {
		found := false
		for i, c := range cols {
			if c.Name == name {
				f[i], found = true, true
			}
		}
		if !found {
			return nil, pgerr.New(pgerr.InvalidColumnReference, `%s column "%s" not referenced by COPY`, option, name)
		}
	}
	return f, nil
}

func (o *copyOptions) check(set map[string]string, header, notNull, isNull bool) error {
	c := &o.options
	has := func(name string) bool { _, ok := set[name]; return ok }
	unsupported := func(text string) error { return pgerr.New(pgerr.FeatureNotSupported, "%s", text) }
	invalid := func(text string) error { return pgerr.New(pgerr.InvalidParameterValue, "%s", text) }
	csv := c.Format == wire.CopyCSV
	if c.Format == wire.CopyBinary {
		if has("delimiter") {
			return pgerr.New(pgerr.SyntaxError, "cannot specify DELIMITER in BINARY mode")
		}
		if has("null") {
			return pgerr.New(pgerr.SyntaxError, "cannot specify NULL in BINARY mode")
		}
	}
	delimiter, null, quote, escape := "\t", `\N`, `"`, ""
	if csv {
		delimiter, null = ",", ""
	}
	for name, v := range map[string]*string{"delimiter": &delimiter, "null": &null, "quote": &quote} {
		if has(name) {
			*v = set[name]
		}
	}
	escape = quote
	if has("escape") {
		escape = set["escape"]
	}
	switch {
	case len(delimiter) != 1:
		return unsupported("COPY delimiter must be a single one-byte character")
	case delimiter == "\n" || delimiter == "\r":
		return invalid("COPY delimiter cannot be newline or carriage return")
	case strings.ContainsAny(null, "\r\n"):
		return invalid("COPY null representation cannot use newline or carriage return")
	case !csv && c.Format == wire.CopyText && strings.Contains(`\.abcdefghijklmnopqrstuvwxyz0123456789`, delimiter):
		return invalid(`COPY delimiter cannot be "` + delimiter + `"`)
	case c.Format == wire.CopyBinary && header:
		return unsupported("cannot specify HEADER in BINARY mode")
	case !csv && has("quote"):
		return unsupported("COPY quote available only in CSV mode")
	case csv && len(quote) != 1:
		return unsupported("COPY quote must be a single one-byte character")
	case csv && delimiter == quote:
		return invalid("COPY delimiter and quote must be different")
	case !csv && has("escape"):
		return unsupported("COPY escape available only in CSV mode")
	case csv && len(escape) != 1:
		return unsupported("COPY escape must be a single one-byte character")
	case !csv && has("force_quote"):
		return unsupported("COPY force quote available only in CSV mode")
	case has("force_quote") && o.from:
		return unsupported("COPY force quote only available using COPY TO")
	case !csv && notNull:
		return unsupported("COPY force not null available only in CSV mode")
	case notNull && !o.from:
		return unsupported("COPY force not null only available using COPY FROM")
	case !csv && isNull:
		return unsupported("COPY force null available only in CSV mode")
	case isNull && !o.from:
		return unsupported("COPY force null only available using COPY FROM")
	case strings.Contains(null, delimiter):
		return unsupported("COPY delimiter must not appear in the NULL specification")
	case csv && strings.Contains(null, quote):
		return unsupported("CSV quote character must not appear in the NULL specification")
	}
	c.Delimiter, c.Null, c.Header = delimiter[0], null, header
	if csv {
		c.Quote, c.Escape = quote[0], escape[0]
	}
	return nil
}

// forced tells the columns of FORCE_QUOTE.
func (o *copyOptions) forced(cols []Column) ([]bool, error) {
	if !o.quoteAll && o.quoteCols == nil {
		return nil, nil
	}
	f := make([]bool, len(cols))
	for i := range f {
		f[i] = o.quoteAll
	}
	for _, name := range o.quoteCols {
		found := false
		for i, c := range cols {
			if c.Name == name {
				f[i], found = true, true
			}
		}
		if !found {
			return nil, pgerr.New(pgerr.UndefinedColumn, `column "%s" does not exist`, name)
		}
	}
	return f, nil
}
