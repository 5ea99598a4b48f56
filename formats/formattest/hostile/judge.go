package hostile

import (
	"bytes"
	"context"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"

	"howdah/expr"
	"howdah/formats"
	"howdah/internal/budget"
	"howdah/internal/meter"
	"howdah/internal/reject"
	"howdah/pgerr"
	"howdah/pushdown"
	"howdah/sources/sourcetest"
	"howdah/types"
)

// purseBytes is the budget of each reading. What a format holds beside it must stay within maxGrowth too.
const purseBytes = 32 << 20

// fileName is what errors must name.
const fileName = "mutant"

// subject is one file that is judged.
type subject struct {
	ctx      context.Context
	registry formats.Registry
	seed     *Seed
	declared *table // the schema that the seed was inferred to have; nil = none
	data     []byte
	d        dice // decides how it is read
	far      bool
	ranged   bool
	noSize   bool
	faults   []string
	refused  bool // a reading ended in an error
	last     error
	rows     int64
	readings int
}

func newSubject(ctx context.Context, registry formats.Registry, seed *Seed, declared *table, data []byte, d dice) *subject {
	s := &subject{ctx: ctx, registry: registry, seed: seed, declared: declared, data: data, d: d, ranged: true}
	switch d.IntN(10) {
	case 0:
		s.far = true
	case 1:
		s.noSize, s.ranged = true, false
	case 2:
		s.ranged = false
	}
	return s
}

func (s *subject) fault(format string, args ...any) {
	if len(s.faults) < 10 {
		s.faults = append(s.faults, fmt.Sprintf(format, args...))
	}
}

// with gives an input of its own to do, and looks at what it leaves behind.
func (s *subject) with(what string, do func(in *formats.Input)) {
	src := &sourcetest.Memory{Data: s.data, Far: s.far, Ranged: s.ranged, NoSize: s.noSize}
	info := src.Info()
	info.Path = "hostile/" + fileName
	purse := budget.New("mutant", purseBytes, nil)
	ctx, stop := context.WithTimeoutCause(s.ctx, hangTime, pgerr.New(pgerr.QueryCanceled, "canceling statement due to statement timeout"))
	defer stop()
	s.readings++
	in := formats.NewInput(ctx, src, info, &meter.Scan{}, purse)
	do(in)
	if err := in.Close(); err != nil {
		s.fault("%s: Close of the input: %v", what, err)
	}
	if n := purse.Used(); n != 0 {
		s.fault("%s: %d bytes of the budget are not given back", what, n)
	}
	if n := src.Open(); n != 0 {
		s.fault("%s: %d readers of the source are left open", what, n)
	}
}

// goText are words of Go's runtime and library, which no client is to see.
var goText = []string{"runtime error", "runtime.", "goroutine ", "index out of range", "slice bounds", "nil pointer", "invalid memory", "strconv.", "%!", "<nil>", "interface conversion", "unexpected EOF", "invalid syntax", "bufio:", "bytes.Buffer", "reflect"}

// blame judges an error.
func (s *subject) blame(what string, err error) {
	if err == nil {
		return
	}
	s.refused, s.last = true, err
	e, ok := errors.AsType[*pgerr.Error](err)
	if !ok {
		s.fault("%s: no error for a client: %v", what, err)
		return
	}
	text := fmt.Sprintf("%s | %s | %s | %s", e.Message, e.Detail, e.Hint, e.Where)
	switch {
	case e.Code == pgerr.QueryCanceled:
		s.fault("%s: not done in time", what)
	case len(e.Code) != 5 || e.Code == pgerr.InternalError:
		s.fault("%s: SQLSTATE %s: %s", what, e.Code, text)
	case e.Message == "":
		s.fault("%s: an error without a message", what)
	case !strings.Contains(text, fileName):
		s.fault("%s: the error does not name the file: %s: %s", what, e.Code, text)
	case len(text) > 8<<10+2*len(s.data) && envelopeOf(s.data) == nil: // PostgreSQL shows a bad value whole
		s.fault("%s: an error of %d bytes", what, len(text))
	}
	for _, w := range goText {
		if strings.Contains(e.Message+e.Where, w) || strings.Contains(e.Detail, w) && e.Code != pgerr.InvalidTextRepresentation {
			s.fault("%s: the error speaks Go: %s", what, text)
			return
		}
	}
}

// judge reads the file in all ways.
func (s *subject) judge() {
	s.sniff()
	f := s.registry.ByName(s.seed.Format)
	declared, opt := s.declared, s.seed.Options
	if s.d.one(200) { // somebody said that it is of another format
		f, declared, opt = s.registry[s.d.IntN(len(s.registry))], nil, formats.Options{}
	}
	if sh, ok := f.(formats.Sheeter); ok {
		s.with("Tables", func(in *formats.Input) {
			found, err := sh.Tables(in, opt)
			s.blame("Tables", err)
			if len(found) > 0 && opt["sheet"] == "" && opt["range"] == "" && s.d.one(2) {
				given := opt
				opt = maps.Clone(found[s.d.IntN(len(found))].Options)
				maps.Copy(opt, given)
			}
		})
	}
	t := s.infer(f, opt)
	if t == nil || declared != nil && s.d.one(2) {
		t = declared
	}
	if t != nil {
		s.read(t)
	}
}

// sniff looks at the beginning, as discovery does.
func (s *subject) sniff() {
	s.with("Reader", func(in *formats.Input) {
		r, err := in.Reader()
		if err != nil {
			s.blame("Reader", err)
			return
		}
		defer r.Close()
		head := make([]byte, 4096)
		n, err := io.ReadFull(r, head)
		if err != nil && err != io.EOF && err != io.ErrUnexpectedEOF {
			s.blame("Reader", err)
		}
		for _, f := range s.registry {
			f.Spec().Sniff(head[:n])
		}
	})
}

// size is how many bytes the file holds, unpacked.
func (s *subject) size() (n int64) {
	s.with("Reader", func(in *formats.Input) {
		r, err := in.Reader()
		if err != nil {
			return
		}
		defer r.Close()
		n, _ = io.Copy(io.Discard, r)
	})
	return n
}

// infer gives the table that the file is said to be; nil if it cannot be told.
func (s *subject) infer(f formats.Format, opt formats.Options) (t *table) {
	s.with("Infer", func(in *formats.Input) {
		inf, err := f.Infer(in, opt)
		s.blame("Infer", err)
		if err != nil {
			return
		}
		t = &table{format: f, schema: inf.Schema, columns: inf.Columns, options: formats.Options{}}
		maps.Copy(t.options, inf.Options)
		maps.Copy(t.options, opt)
		names := map[string]bool{}
		for _, c := range inf.Schema.Columns {
			if c.Name == "" || names[c.Name] {
				s.fault("Infer: a column is named %q, as another is or none may be", c.Name)
			}
			names[c.Name] = true
		}
		if inf.Columns != nil && len(inf.Columns) != len(inf.Schema.Columns) {
			s.fault("Infer: options of %d columns for %d", len(inf.Columns), len(inf.Schema.Columns))
		}
	})
	return t
}

func (s *subject) ask(what string, t *table, q query) (r reading) {
	s.with(what, func(in *formats.Input) { r = read(in, t, q) })
	s.blame(what, r.err)
	s.rows = max(s.rows, r.rows)
	return r
}

// read reads a table in different ways, which must agree. A fault of structure is one whatever is asked, and so shows
// in count(*); a bad value is one only where the value is needed.
func (s *subject) read(t *table) {
	key := -1
	if n := len(t.schema.Columns); n > 0 {
		key = s.d.IntN(n)
	}
	all := s.ask("all columns", t, query{limit: -1, key: key})
	count := s.ask("count(*)", t, query{none: true, limit: -1, key: -1})
	torn := count.err != nil
	switch {
	case all.whole() && torn && !s.brokenXML():
		s.fault("count(*) fails, all columns do not: %v", pgerr.From(count.err))
	case all.whole() && count.rows != all.rows && !s.brokenXML():
		s.fault("count(*) is %d, but there are %d rows", count.rows, all.rows)
	}
	small := s.ask("small batches", t, query{text: true, limit: -1, batch: pick(s.d, []int{1, 2, 3, 7}), key: -1})
	s.agree("small batches", small, all, torn)
	if key < 0 {
		return
	}
	q := query{quals: s.qual(t, key, all), limit: -1, key: -1}
	off := s.ask("filter of the engine", t, q)
	if all.whole() && off.err != nil {
		s.fault("with a filter it fails: %v", pgerr.From(off.err))
	}
	q.claims = true
	on := s.ask("filter of the reader", t, q)
	s.agree("filter of the reader", on, off, torn)
	q.limit = int64(s.d.IntN(6))
	limited := s.ask("filter and limit", t, q)
	want := off
	if n := int(q.limit); len(off.lines) >= n {
		want = reading{lines: off.lines[:n], rows: int64(n)}
	}
	if all.whole() && off.err == nil {
		s.agree("filter and limit", limited, want, false)
	}
	s.top(t, key, all, torn)
	s.splits(t, all, torn)
	if s.d.one(3) {
		s.forgive(t, key, all)
	}
}

// forgive reads with rows that do not fit left out, or their values made NULL: never without a trace, and the same in
// every way of reading.
func (s *subject) forgive(t *table, key int, all reading) {
	q := query{limit: -1, key: key, onError: pick(s.d, []reject.Action{reject.Ignore, reject.SetNull})}
	whole := s.ask("on_error", t, q)
	switch {
	case all.whole() && whole.rejected > 0:
		s.fault("on_error: %d rows are rejected, but all of them fit", whole.rejected)
	case all.err != nil && whole.whole() && whole.rejected == 0:
		s.fault("on_error: %v, and there is no trace of it", pgerr.From(all.err))
	}
	if all.whole() {
		s.agree("on_error", whole, all, false)
	}
	small := q
	small.text, small.batch, small.key = true, pick(s.d, []int{1, 2, 3, 7}), -1
	got := s.ask("on_error, small batches", t, small)
	s.agree("on_error, small batches", got, whole, whole.err != nil)
	none := query{none: true, limit: -1, key: -1, onError: q.onError}
	count := s.ask("on_error, count(*)", t, none)
	if whole.whole() && (count.err != nil || count.rows != whole.rows || count.rejected != whole.rejected) {
		s.fault("on_error: count(*) is %d with %d rejected, %v, but there are %d with %d", count.rows, count.rejected, count.err, whole.rows, whole.rejected)
	}
	off := q
	off.quals = s.qual(t, key, whole)
	on := off
	on.claims = true
	s.agree("on_error, filter of the reader", s.ask("on_error, filter of the reader", t, on), s.ask("on_error, filter of the engine", t, off), false)
}

// agree demands that a reading agrees with another, at least as far as both go.
func (s *subject) agree(what string, got, want reading, torn bool) {
	before := len(s.faults)
	s.compare(what, got, want, torn)
	if len(s.faults) > before && s.brokenXML() {
		s.faults = s.faults[:before]
	}
}

// brokenXML tells whether a document of a format that passes over what nobody wants, by the names of tags alone, is not
// well-formed: then one reading may see what another does not look at.
func (s *subject) brokenXML() bool {
	if s.seed.Format != "ods" {
		return false
	}
	sound := func(data []byte) bool {
		d := xml.NewDecoder(bytes.NewReader(data))
		for {
			if _, err := d.Token(); err == io.EOF {
				return true
			} else if err != nil {
				return false
			}
		}
	}
	if !bytes.HasPrefix(s.data, []byte("PK")) {
		return !sound(s.data)
	}
	for _, m := range zipMembers(s.data) {
		if m.name == "content.xml" && !sound(m.data) {
			return true
		}
	}
	return false
}

func (s *subject) compare(what string, got, want reading, torn bool) {
	if torn && got.whole() && len(got.lines) < 1<<30 {
		s.fault("%s: count(*) fails, this does not", what)
	}
	if want.whole() && got.err != nil {
		s.fault("%s: %v, which others do not see", what, pgerr.From(got.err))
	}
	n := min(len(got.lines), len(want.lines))
	for i := range n {
		if got.lines[i] != want.lines[i] {
			s.fault("%s: row %d is %s, want %s", what, i+1, clip(got.lines[i]), clip(want.lines[i]))
			return
		}
	}
	if got.whole() && want.whole() && len(got.lines) != len(want.lines) {
		s.fault("%s: %d rows, want %d", what, len(got.lines), len(want.lines))
	}
	if got.whole() && !want.whole() && len(want.lines) > len(got.lines) {
		s.fault("%s: it ends after %d rows, but there are %d at least", what, len(got.lines), len(want.lines))
	}
}

func clip(text string) string {
	if len(text) > 200 {
		return fmt.Sprintf("%q… of %d bytes", text[:200], len(text))
	}
	return fmt.Sprintf("%q", text)
}

// qual compares a column with a value that occurs, where its type can be compared.
func (s *subject) qual(t *table, key int, all reading) []expr.Expr {
	c := t.schema.Columns[key]
	v := &expr.Var{Col: key, Typ: c.Type, Coll: c.Collation, Name: c.Name}
	if len(all.keys) > 0 {
		d := all.keys[s.d.IntN(len(all.keys))]
		if !d.Null {
			r := &expr.Resolver{}
			op := pick(s.d, []string{"=", ">=", "<", "<>"})
			text := types.AppendText(nil, c.Type, &d, types.DefaultStyle())
			e, err := r.Operator([]string{op}, v, &expr.Const{Typ: types.Of(types.UnknownOID), Value: types.Datum{Bytes: text}}, -1)
			if err == nil {
				err = r.AssignCollations(e)
			}
			if err == nil {
				return []expr.Expr{e}
			}
		}
	}
	return []expr.Expr{&expr.NullTest{Arg: v, Not: s.d.one(2)}}
}

// top asks for the first rows by a column.
func (s *subject) top(t *table, key int, all reading, torn bool) {
	c := t.schema.Columns[key]
	if !pushdown.Sortable(c.Type) {
		return
	}
	k := pushdown.SortKey{Ordinal: key, Type: c.Type, Desc: s.d.one(2)}
	k.NullsFirst = k.Desc
	n := s.d.IntN(5)
	got := s.ask("top-N", t, query{sort: []pushdown.SortKey{k}, limit: int64(n), claims: true, key: -1})
	if !all.whole() {
		if torn && got.whole() && n > 0 {
			s.fault("top-N: count(*) fails, this does not")
		}
		return
	}
	order := make([]int, len(all.lines))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(i, j int) int {
		a, b := &all.keys[i], &all.keys[j]
		if a.Null || b.Null {
			switch {
			case a.Null && b.Null:
				return 0
			case a.Null == k.NullsFirst:
				return -1
			}
			return 1
		}
		r := types.Compare(c.Type.OID, a, b, types.CCollation)
		if k.Desc {
			return -r
		}
		return r
	})
	var want reading
	for _, i := range order[:min(n, len(order))] {
		want.lines = append(want.lines, all.lines[i])
	}
	if !got.cut {
		s.agree("top-N", got, want, false)
	}
}

// splits reads the file in parts.
func (s *subject) splits(t *table, all reading, torn bool) {
	sp, ok := t.format.(formats.Splitter)
	if !ok || !s.ranged || s.far {
		return
	}
	var parts []formats.Split
	var err error
	s.with("Splits", func(in *formats.Input) {
		parts, err = sp.Splits(in, t.options, 1+s.d.Int64N(int64(len(s.data)+1)))
	})
	s.blame("Splits", err)
	if err != nil {
		if all.whole() {
			s.fault("Splits fails: %v", pgerr.From(err))
		}
		return
	}
	var got reading
	for _, p := range parts[:min(len(parts), 50)] {
		r := s.ask("split", t, query{limit: -1, split: p, key: -1})
		got.lines = append(got.lines, r.lines...)
		if got.err, got.cut = r.err, r.cut; r.err != nil || r.cut {
			break
		}
	}
	got.cut = got.cut || len(parts) > 50
	s.agree("splits", got, all, torn)
}
