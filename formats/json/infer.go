package json

import (
	"bytes"
	"fmt"
	"io"
	"slices"
	"strings"

	"howdah/formats"
	"howdah/formats/internal/sift"
	"howdah/internal/ident"
	"howdah/pgerr"
	"howdah/pushdown"
	"howdah/types"
)

const (
	headBytes   = 256 << 10 // of the beginning
	placeBytes  = 32 << 10  // of each further place
	localPlaces = 6         // the last one is the tail
	farPlaces   = 2
	maxColumns  = 1600 // that a table of PostgreSQL can have
)

// Infer looks at the head and, where lines can be found by offset, at places of the body and the tail.
func (f Format) Infer(in *formats.Input, opt formats.Options) (formats.Inference, error) {
	inf := formats.Inference{Options: formats.Options{}, Rows: -1}
	l, err := f.parse(opt)
	if err != nil {
		return inf, err
	}
	s := sample{in: in, l: l, inf: &inf, dirty: f.dirty, at: map[string]int{}, named: map[string]int{}}
	head, whole, err := s.head()
	if err != nil {
		return inf, err
	}
	if _, given := opt["lines"]; !given && !f.Lines {
		if _, l.lines = look(head); l.lines {
			inf.Options["lines"] = "true"
			inf.Notes = append(inf.Notes, "lines true: each line holds one value")
			l.spread = l.spread && len(l.steps) > 0
		}
	}
	used, err := s.learn(head, whole, false)
	if err != nil {
		return inf, err
	}
	inHead := s.rows
	if s.rows == 0 && !whole {
		if err := s.beyond(head); err != nil {
			return inf, err
		}
		inHead = 0
	}
	if err := s.places(whole); err != nil {
		return inf, err
	}
	s.finish(used, inHead, whole)
	return inf, nil
}

// sample is what has been seen of a file.
type sample struct {
	in    *formats.Input
	l     *layout
	inf   *formats.Inference
	rows  int
	dirty bool

	names   []string // of members, in the order of their first appearance
	named   map[string]int
	at      map[string]int // by the name as it is written
	members []guess
	elems   []guess // of rows that are arrays
	scalars guess   // of rows that are neither
	objects int
	arrays  int
	left    int      // members beyond maxColumns
	inner   []string // the way to an array of objects in the first row
	torn    bool     // the first row is not within the sample as a whole
}

func (s *sample) head() (data []byte, whole bool, err error) {
	raw, err := s.in.Reader()
	if err != nil {
		return nil, false, err
	}
	defer raw.Close()
	data, err = io.ReadAll(io.LimitReader(raw, headBytes))
	return data, len(data) < headBytes, err
}

// reader is one that only finds the rows.
func (s *sample) reader() *reader {
	r := &reader{in: s.in, l: s.l, late: pushdown.Late{Limit: -1}}
	if s.dirty {
		r.sift = &sift.Sift{Again: true}
	}
	r.rows = rows{root: &node{}, s: &r.chunk.scanner}
	r.nav = nav{steps: s.l.steps, spread: s.l.spread, lines: s.l.lines, many: s.l.lines}
	return r
}

// beyond looks for rows where the head of a longer file has none. Where a path leads to them they may begin later. Else the
// first row is longer than the head: a document around the rows, mostly. What is wrong in it is told when it is read.
func (s *sample) beyond(head []byte) error {
	if len(s.l.steps) == 0 {
		_, err := s.learn(mend(head), true, false)
		s.torn = err == nil && s.rows > 0
		return nil
	}
	raw, err := s.in.Reader()
	if err != nil {
		return err
	}
	defer raw.Close()
	r := s.reader()
	if err := r.chunk.open(name(s.in), raw, s.in.Budget(), chunkBytes, false); err != nil {
		return err
	}
	defer r.chunk.close()
	if err := r.layout(1000); err != nil && err != io.EOF {
		return err
	}
	for i := range r.rows.n {
		s.row(r.chunk.buf[r.rows.start[i]:r.rows.end[i]])
	}
	return nil
}

// learn takes a part of the file in, and gives how many bytes its rows take. Only what is cut at the part's end is
// forgiven; where it begins in the middle of the file, so is what is no row.
func (s *sample) learn(data []byte, whole, inner bool) (used int64, err error) {
	r := s.reader()
	if err := r.chunk.open(name(s.in), bytes.NewReader(data), s.in.Budget(), len(data)+1, inner); err != nil {
		return 0, err
	}
	defer r.chunk.close()
	for {
		err := r.layout(1000)
		if err == io.EOF {
			break
		}
		if err != nil && (inner || !whole && r.chunk.bad >= r.chunk.n) {
			break
		}
		if e := pgerr.From(err); err != nil && !whole && e.Code == pgerr.NoSQLJSONItem {
			break
		}
		if err != nil {
			return 0, err
		}
		n := r.rows.n
		if !whole && r.chunk.eof && r.chunk.n == int(r.rows.end[n-1]) {
			n-- // a number may be cut
		}
		for i := range n {
			s.row(r.chunk.buf[r.rows.start[i]:r.rows.end[i]])
		}
		used = r.chunk.offset + int64(r.chunk.pos)
	}
	return used, nil
}

func (s *sample) row(v []byte) {
	s.rows++
	switch v[0] {
	case '{':
		if s.objects++; s.rows == 1 {
			s.inner, _ = rowsWithin(v, deepest)
		}
		types.EachJSON(v, func(key, value []byte) bool {
			i, seen := s.at[string(key)]
			if !seen {
				name, err := appendUnescaped(nil, key)
				if i, seen = s.named[string(name)]; !seen {
					if err != nil || len(s.names) == maxColumns {
						s.left++
						return true
					}
					i = len(s.names)
					s.named[string(name)] = i
					s.names = append(s.names, string(name))
					s.members = append(s.members, guess{})
				}
				s.at[string(key)] = i
			}
			s.members[i].learn(value)
			return true
		})
	case '[':
		s.arrays++
		i := 0
		types.EachJSON(v, func(_, value []byte) bool {
			if i == maxColumns {
				s.left++
				return false
			}
			if i == len(s.elems) {
				s.elems = append(s.elems, guess{})
			}
			s.elems[i].learn(value)
			i++
			return true
		})
	default:
		s.scalars.learn(v)
	}
}

// places looks at lines of the body and the tail.
func (s *sample) places(whole bool) error {
	if whole || !s.l.lines {
		return nil
	}
	if can, err := s.in.Ranges(); err != nil || !can {
		return err
	}
	places := int64(localPlaces)
	if s.in.Remote() {
		places = farPlaces
	}
	size := s.in.Size()
	for i := int64(1); i <= places; i++ {
		off := headBytes + (size-headBytes-placeBytes)*i/places
		if off < headBytes {
			continue
		}
		r, err := s.in.ReadRange(off, placeBytes)
		if err != nil {
			return err
		}
		data, err := io.ReadAll(r)
		r.Close()
		if err != nil {
			return err
		}
		begin := bytes.IndexByte(data, '\n') + 1
		end := bytes.LastIndexByte(data, '\n') + 1
		if off+placeBytes >= size {
			end = len(data)
		}
		if begin == 0 || end <= begin {
			continue
		}
		if _, err := s.learn(data[begin:end], true, true); err != nil {
			return err
		}
	}
	return nil
}

// finish makes the schema, the estimates and the notes.
func (s *sample) finish(used int64, inHead int, whole bool) {
	inf := s.inf
	note := func(format string, args ...any) { inf.Notes = append(inf.Notes, fmt.Sprintf(format, args...)) }
	add := func(name string, g *guess, o formats.Options) {
		oid := g.typeOID(s.l.arrays)
		c := types.Column{Name: name, Type: types.Of(oid)}
		if oid == types.TextOID {
			c.Collation = types.CCollation
		}
		inf.Schema.Columns = append(inf.Schema.Columns, c)
		inf.Columns = append(inf.Columns, o)
		inf.Blank = append(inf.Blank, g.seen == 0)
		if g.mixed() {
			note("column %s is %s: its values are of several types", name, map[types.OID]string{types.JSONBOID: "jsonb", types.TextOID: "text"}[oid])
		}
	}
	switch {
	case s.objects > 0 && s.arrays == 0 && s.scalars.seen == 0:
		for i, name := range ident.Columns(s.names) {
			var o formats.Options
			if s.names[i] == "" {
				o = formats.Options{"path": "/"} // a JSON pointer to the member without a name
			} else if name != s.names[i] {
				o = formats.Options{"name": s.names[i]}
			}
			add(name, &s.members[i], o)
		}
	case s.arrays > 0 && s.objects == 0 && s.scalars.seen == 0:
		for i, name := range ident.Columns(make([]string, len(s.elems))) {
			add(name, &s.elems[i], nil)
		}
	case s.objects > 0 || s.arrays > 0:
		add("value", &guess{seen: looksObject}, formats.Options{"path": "$"})
		note("rows are of several kinds: the column value holds each as it is")
	case s.rows > 0:
		add("value", &s.scalars, formats.Options{"path": "$"})
	default:
		note("the file has no rows")
	}
	if !slices.ContainsFunc(inf.Columns, func(o formats.Options) bool { return o != nil }) {
		inf.Columns = nil
	}
	n := max(inHead, 1)
	inf.Width = max(int(used)/n, 1)
	switch {
	case whole:
		inf.Rows = int64(s.rows)
	case s.in.Size() > 0 && inHead > 0:
		if compressed, err := s.in.Compressed(); err == nil && !compressed {
			inf.Rows = s.in.Size() / int64(inf.Width)
		}
	}
	if s.torn {
		note("the first row is longer than the sample: members behind its first %d KiB are no columns", headBytes>>10)
	} else {
		note("%d rows sampled", s.rows)
	}
	if s.left > 0 {
		note("there are more than %d members: the others are no columns", maxColumns)
	}
	if s.rows == 1 && len(s.inner) == 0 && s.objects == 1 && len(s.members) > 1 && len(s.l.steps) == 0 &&
		!slices.ContainsFunc(s.members, func(g guess) bool { return g.seen != looksObject }) {
		note("all members of the only row are objects: json_path '$.*' makes them the rows")
	}
	if s.rows == 1 && len(s.inner) > 0 && len(s.l.steps) == 0 {
		which := "only"
		if s.torn {
			which = "first"
		}
		note("the %s row holds an array of objects: json_path '%s' makes them the rows", which, strings.ReplaceAll(asPath(s.inner), "'", "''"))
	}
}
