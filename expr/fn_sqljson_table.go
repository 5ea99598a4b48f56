package expr

import (
	"strings"

	"howdah/internal/pgdata"
	"howdah/types"
)

// JSONTableSrc is the prosrc of JSON_TABLE's function.
const JSONTableSrc = "sql/json json_table"

// JSONTable is JSON_TABLE. The call's arguments are the document, the path of the rows, the values of PASSING, and then
// those of the columns' ON EMPTY and ON ERROR.
type JSONTable struct {
	Root  JSONTablePath
	Names string // of PASSING, as JSONPick has them
	Error bool   // ERROR ON ERROR
}

// JSONTablePath is a path that gives rows, with their columns, and the paths nested below it.
type JSONTablePath struct {
	Name    string
	Path    string // as jsonpath shows it
	Columns []JSONTableColumn
	Nested  []*JSONTablePath
}

// JSONTableColumn is a column; one FOR ORDINALITY has no more than a name.
type JSONTableColumn struct {
	Name       string
	Ordinality bool
	Kind       SQLJSONKind
	Pick       JSONPick
	Path       string
	JSON       bool // printed with FORMAT JSON
}

// sqlJSONSet gives the kernel of JSON_TABLE.
func sqlJSONSet(p *pgdata.Proc) (SetKernel, bool) {
	s, ok := SQLJSONOf(p)
	if !ok || s.Table == nil {
		return nil, false
	}
	return s.Table.rows, true
}

// jsonTableRun computes a JSON_TABLE's rows.
type jsonTableRun struct {
	sqlJSONPick
	call *Call
	row  int32
	emit func([]types.Datum) bool
	out  []types.Datum
	root jsonTableScan
	fail bool // ERROR ON ERROR
}

// jsonTableScan is a path at work: the item that is its present row.
type jsonTableScan struct {
	path    *types.JSONPath
	at      int // the first of its columns
	columns []JSONTableColumn
	paths   []*types.JSONPath // of the columns
	nested  []*jsonTableScan
	found   pathItems
	item    *types.JSON // nil = no row: NULLs
	number  int64
	fresh   bool // the columns are not computed yet
}

// open parses the paths of a scan; columns are numbered from at on.
func (s *jsonTableScan) open(p *JSONTablePath, at int) (next int, err error) {
	if s.path, err = types.StoredJSONPath([]byte(p.Path)); err != nil {
		return 0, err
	}
	s.at, s.columns, next = at, p.Columns, at+len(p.Columns)
	for i := range p.Columns {
		var path *types.JSONPath
		if !p.Columns[i].Ordinality {
			if path, err = types.StoredJSONPath([]byte(p.Columns[i].Path)); err != nil {
				return 0, err
			}
		}
		s.paths = append(s.paths, path)
	}
	for _, n := range p.Nested {
		below := &jsonTableScan{}
		if next, err = below.open(n, next); err != nil {
			return 0, err
		}
		s.nested = append(s.nested, below)
	}
	return next, nil
}

func (t *JSONTable) rows(c *Call, row int32, emit func([]types.Datum) bool) error {
	if c.Args[0].Null(row) {
		return nil
	}
	r := ready[jsonTableRun](c)
	if r.out == nil {
		n, err := r.root.open(&t.Root, 0)
		if err != nil {
			return err
		}
		r.out = make([]types.Datum, n)
		for i := range r.out {
			r.out[i] = types.NullDatum
		}
		r.vars.split(t.Names)
	}
	r.call, r.row, r.emit, r.fail = c, row, emit, t.Error
	r.paths.trees.Reset()
	doc, err := r.paths.trees.Parse(c.Args[0].Bytes(row))
	if err != nil {
		return err
	}
	if err := r.vars.read(c, &r.paths.trees, row); err != nil {
		return err
	}
	if err := r.find(&r.root, &doc); err != nil {
		return err
	}
	_, err = r.scan(&r.root, r.joined)
	return err
}

// find looks for a path's items; their columns are computed later, so that an error of a path comes first.
func (r *jsonTableRun) find(s *jsonTableScan, v *types.JSON) error {
	s.found, s.item, s.fresh, s.number = s.found[:0], nil, true, 0
	res, err := r.start(s.path, v, r.fail, r.call.Env).execute(s.path, &s.found)
	if res == pathFailed {
		s.found = s.found[:0]
	}
	return err
}

// scan makes each item that was found the present row: joined with the rows of the nested paths, one after the other, or
// alone where those have none.
func (r *jsonTableRun) scan(s *jsonTableScan, row func() (bool, error)) (more bool, err error) {
	for _, item := range s.found {
		s.item, s.fresh = item, true
		s.number++
		for _, n := range s.nested {
			if err := r.find(n, item); err != nil {
				return false, err
			}
		}
		joined := false
		for _, n := range s.nested {
			more, err := r.scan(n, func() (bool, error) {
				joined = true
				return row()
			})
			n.item, n.fresh = nil, true
			if !more || err != nil {
				return false, err
			}
		}
		if !joined {
			if more, err := row(); !more || err != nil {
				return false, err
			}
		}
	}
	return true, nil
}

// joined emits the present row.
func (r *jsonTableRun) joined() (bool, error) {
	if err := r.columns(&r.root); err != nil {
		return false, err
	}
	return r.emit(r.out), nil
}

// columns computes what has changed since the last row.
func (r *jsonTableRun) columns(s *jsonTableScan) error {
	if s.fresh {
		for i := range s.columns {
			d := types.NullDatum
			if col := &s.columns[i]; s.item != nil && col.Ordinality {
				d = types.Datum{Int: s.number}
			} else if s.item != nil {
				var err error
				if d, err = r.pick(col.Kind, &col.Pick, s.paths[i], s.item, r.call, r.row); err != nil {
					return err
				}
				if d.Bytes != nil { // the next column uses the same memory
					d.Bytes = append(make([]byte, 0, len(d.Bytes)), d.Bytes...)
				}
			}
			r.out[s.at+i] = d
		}
		s.fresh = false
	}
	for _, n := range s.nested {
		if s.item == nil {
			n.item, n.fresh = nil, true
		}
		if err := r.columns(n); err != nil {
			return err
		}
	}
	return nil
}

// Show prints the call as ruleutils.c does (get_tablefunc): on one line, or from indent on where that is not negative.
func (t *JSONTable) Show(args []Expr, texts []string, indent int) string {
	line := func(by int) string {
		if indent < 0 {
			return " "
		}
		return "\n" + strings.Repeat(" ", indent+by)
	}
	open := func(by int) string {
		if indent < 0 {
			return ""
		}
		return line(by)
	}
	const step = 4
	var b strings.Builder
	named := func(p *JSONTablePath) string { return quotedPath(p.Path) + " AS " + QuoteIdentifier(p.Name) }
	b.WriteString("JSON_TABLE(" + open(step) + texts[0] + ", " + named(&t.Root))
	if passed := (&JSONPick{Names: t.Names}).passing(texts); passed != nil {
		b.WriteString(line(step) + "PASSING")
		for i, p := range passed {
			if i > 0 {
				b.WriteByte(',')
			}
			b.WriteString(line(2*step) + p)
		}
	}
	var columns func(p *JSONTablePath, by int)
	columns = func(p *JSONTablePath, by int) {
		b.WriteString(line(by) + "COLUMNS (")
		for i := range p.Columns {
			if i > 0 {
				b.WriteByte(',')
				b.WriteString(line(by + step))
			} else {
				b.WriteString(open(by + step))
			}
			p.Columns[i].show(&b, texts)
		}
		for i, n := range p.Nested {
			if i > 0 || len(p.Columns) > 0 {
				b.WriteByte(',')
				b.WriteString(line(by + step))
			} else {
				b.WriteString(open(by + step))
			}
			b.WriteString("NESTED PATH " + named(n))
			columns(n, by+step)
		}
		b.WriteString(open(by) + ")")
	}
	columns(&t.Root, step)
	if t.Error {
		b.WriteString(" ERROR ON ERROR")
	}
	b.WriteString(open(0) + ")")
	return b.String()
}

func (c *JSONTableColumn) show(b *strings.Builder, texts []string) {
	b.WriteString(QuoteIdentifier(c.Name))
	if c.Ordinality {
		b.WriteString(" FOR ORDINALITY")
		return
	}
	b.WriteString(" " + FormatType(c.Pick.Type))
	if c.Kind == JSONExists {
		b.WriteString(" EXISTS")
	}
	if c.JSON {
		b.WriteString(" FORMAT JSON")
	}
	b.WriteString(" PATH " + quotedPath(c.Path) + c.Pick.options(c.Kind, func(arg int) string { return texts[arg] }))
}
