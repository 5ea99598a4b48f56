package viewdef

import (
	"slices"
	"strconv"
	"unicode/utf8"

	"howdah/expr"
)

// nameLimit is PostgreSQL's NAMEDATALEN with its final NUL.
const nameLimit = 64

// scope is the names of a query's entries, and the scopes around it.
type scope struct {
	above   *scope
	entries []string // entries' names
	columns map[*Entry]*columns

	uniqueUsing bool
	using       []string // names of USING columns that must be unique in the query
}

// columns is the names chosen for an entry (deparse_columns).
type columns struct {
	name   string // the entry's
	names  []string
	print  bool // its alias list is printed
	using  []string
	parent []string // names that joins above merge by
}

// newScope chooses the names of a query's entries and their columns (set_deparse_for_query).
func newScope(q *Query, above *scope) *scope {
	s := &scope{above: above, columns: map[*Entry]*columns{}}
	if above == nil {
		s.entries = []string{"old", "new"} // what a rule's query begins with
	}
	taken := map[string]int{} // how often a name was numbered
	for a := s; a != nil; a = a.above {
		for _, n := range a.entries {
			taken[n] = 0
		}
	}
	for _, e := range q.Entries {
		c := &columns{name: entryName(e, taken)}
		if c.name != "" {
			s.entries = append(s.entries, c.name)
		}
		s.columns[e] = c
	}
	s.uniqueUsing = slices.ContainsFunc(q.From, dangerous)
	for _, e := range q.From {
		s.usingNames(e, nil)
	}
	for _, e := range q.Entries {
		if e.Kind == Join {
			s.joinColumns(e)
		} else {
			s.tableColumns(e)
		}
	}
	return s
}

// entryName is an entry's name, with a number where it is taken.
func entryName(e *Entry, taken map[string]int) string {
	name := e.Alias
	if name == "" {
		if e.Kind == Join {
			return ""
		}
		name = e.Name
	}
	free := name
	for _, used := taken[free]; used; _, used = taken[free] {
		taken[name]++
		free = numbered(name, taken[name])
	}
	taken[free] = 0
	return free
}

// numbered appends a number to a name, which is cut where it would be too long.
func numbered(name string, i int) string {
	suffix := "_" + strconv.Itoa(i)
	for len(name)+len(suffix) >= nameLimit {
		_, size := utf8.DecodeLastRuneInString(name)
		name = name[:len(name)-size]
	}
	return name + suffix
}

// dangerous tells whether below an entry a join without a name merges columns into something that is neither side's.
func dangerous(e *Entry) bool {
	if e.Kind != Join {
		return false
	}
	if e.Alias == "" && slices.ContainsFunc(e.Joined, func(j Joined) bool { return j.Computed }) {
		return true
	}
	return dangerous(e.Left) || dangerous(e.Right)
}

func (s *scope) push(e *Entry, num int, name string) {
	c := s.columns[e]
	for len(c.names) < num {
		c.names = append(c.names, "")
	}
	c.names[num-1] = name
}

// usingNames chooses the names of merged columns, from the outermost join inwards (set_using_names).
func (s *scope) usingNames(e *Entry, parent []string) {
	if e.Kind != Join {
		return
	}
	c := s.columns[e]
	give := func(i int, name string) {
		if n := e.Joined[i].Left; n > 0 {
			s.push(e.Left, n, name)
		}
		if n := e.Joined[i].Right; n > 0 {
			s.push(e.Right, n, name)
		}
	}
	if e.Alias == "" {
		for i, name := range c.names {
			if name != "" {
				give(i, name)
			}
		}
	}
	if len(e.Using) > 0 {
		parent = slices.Clone(parent)
		for len(c.names) < len(e.Using) {
			c.names = append(c.names, "")
		}
		for i, name := range e.Using {
			if c.names[i] != "" {
				name = c.names[i]
			} else {
				if e.Alias != "" && i < len(e.Aliases) {
					name = e.Aliases[i]
				}
				name = s.unique(name, c)
				if s.uniqueUsing {
					s.using = append(s.using, name)
				}
				c.names[i] = name
			}
			c.using = append(c.using, name)
			parent = append(parent, name)
			give(i, name)
		}
	}
	s.columns[e.Left].parent, s.columns[e.Right].parent = parent, parent
	s.usingNames(e.Left, parent)
	s.usingNames(e.Right, parent)
}

// unique gives a column's name, with a number where it is taken.
func (s *scope) unique(name string, c *columns) string {
	free := func(n string) bool {
		return !slices.Contains(c.names, n) && !slices.Contains(s.using, n) && !slices.Contains(c.parent, n)
	}
	if free(name) {
		return name
	}
	for i := 1; ; i++ {
		if n := numbered(name, i); free(n) {
			return n
		}
	}
}

// tableColumns names the columns of all but joins (set_relation_column_names).
func (s *scope) tableColumns(e *Entry) {
	c := s.columns[e]
	changed := false
	for len(c.names) < len(e.Columns) {
		c.names = append(c.names, "")
	}
	for i, own := range e.Columns {
		if c.names[i] == "" {
			name := own
			if e.Alias != "" && i < len(e.Aliases) {
				name = e.Aliases[i]
			}
			c.names[i] = s.unique(name, c)
		}
		changed = changed || c.names[i] != own
	}
	switch e.Kind {
	case Function:
		c.print = changed || !e.JSONTable
	case Table:
		c.print = changed
	default:
		c.print = changed || e.Alias != "" && len(e.Aliases) > 0
	}
}

// joinColumns names a join's columns (set_join_column_names).
func (s *scope) joinColumns(e *Entry) {
	c := s.columns[e]
	for len(c.names) < len(e.Columns) {
		c.names = append(c.names, "")
	}
	left, right := s.columns[e.Left], s.columns[e.Right]
	for i := len(c.using); i < len(e.Columns); i++ {
		own := e.Columns[i]
		switch j := e.Joined[i]; {
		case j.Left > 0:
			own = left.names[j.Left-1]
		case j.Right > 0:
			own = right.names[j.Right-1]
		}
		if e.Alias == "" {
			c.names[i] = own
			continue
		}
		if c.names[i] == "" {
			name := own
			if i < len(e.Aliases) {
				name = e.Aliases[i]
			}
			c.names[i] = s.unique(name, c)
		}
		c.print = c.print || c.names[i] != own
	}
}

// find gives the names chosen for an entry of this query or one around it.
func (s *scope) find(e *Entry) *columns {
	for ; s != nil; s = s.above {
		if c := s.columns[e]; c != nil {
			return c
		}
	}
	return nil
}

// aliasList prints the column aliases where they are needed.
func (c *columns) aliasList(p *expr.Printer) {
	if !c.print || len(c.names) == 0 {
		return
	}
	for i, n := range c.names {
		p.Put(map[bool]string{true: "(", false: ", "}[i == 0], expr.QuoteIdentifier(n))
	}
	p.Put(")")
}
