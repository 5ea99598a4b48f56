package catalog

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	pg "github.com/pganalyze/pg_query_go/v6"

	"howdah/internal/pgdata"
	"howdah/pgerr"
	"howdah/sql"
)

// dropping finds what goes with the objects of a DROP (dependency.c): what it is told to drop, and what depends on that.
type dropping struct {
	d     *ddl
	users map[name][]name // the views that read a relation, newest first
	asked map[name]bool
	seen  map[name]bool
	found []dependent // in the order in which they were left; PostgreSQL tells them from the end
}

// dependent is a relation that cannot stay.
type dependent struct {
	rel name
	on  string // what it depends on, described
}

func (d *ddl) dropping(asked ...name) *dropping {
	p := &dropping{d: d, users: map[name][]name{}, asked: map[name]bool{}, seen: map[name]bool{}}
	for _, n := range asked {
		p.asked[n] = true
	}
	for n, def := range d.st.views {
		for _, r := range d.reads(def) {
			p.users[r] = append(p.users[r], n)
		}
	}
	for _, list := range p.users {
		d.newestFirst(list)
	}
	return p
}

func (d *ddl) newestFirst(list []name) {
	slices.SortFunc(list, func(a, b name) int {
		return cmp.Or(cmp.Compare(d.madeAt(b), d.madeAt(a)), cmp.Compare(b.String(), a.String()))
	})
}

func (d *ddl) madeAt(n name) int64 {
	if v := d.st.views[n]; v != nil {
		return v.made
	}
	if t := d.st.tables[n]; t != nil {
		return t.made
	}
	return 0
}

// reads are the relations among what DDL made that a view's query names, each once.
func (d *ddl) reads(def *viewDef) []name {
	stmts, err := sql.Parse(def.query)
	if err != nil {
		return nil
	}
	var out []name
	eachRelation(stmts[0].Node.ProtoReflect(), nil, func(r *pg.RangeVar) {
		if n := d.meant(r, def.path); n != (name{}) && n != def.name && !slices.Contains(out, n) {
			out = append(out, n)
		}
	})
	return out
}

// visit finds what goes with a relation, which depends on what on says.
func (p *dropping) visit(n name, on string) {
	if p.seen[n] {
		return
	}
	p.seen[n] = true
	for _, u := range p.users[n] {
		p.visit(u, p.d.described(n))
	}
	p.found = append(p.found, dependent{n, on})
}

// others are the relations that go besides those that were asked for, in the order in which PostgreSQL tells them.
func (p *dropping) others() []dependent {
	var out []dependent
	for _, f := range slices.Backward(p.found) {
		if !p.asked[f.rel] {
			out = append(out, f)
		}
	}
	return out
}

// described is getObjectDescription: the name is qualified where it would not be found.
func (d *ddl) described(n name) string {
	kind := "foreign table"
	if d.st.views[n] != nil {
		kind = "view"
	}
	if first, ok := d.existing("", n.name); ok && first == n {
		return kind + " " + sql.QuoteIdent(n.name)
	}
	return kind + " " + n.String()
}

// dropAll drops what was found. Without CASCADE nothing but what was asked for may be among it.
func (p *dropping) dropAll(what string, more []string, cascade bool) error {
	var depends, cascades []string
	for _, m := range more {
		depends = append(depends, m+" depends on "+what)
		cascades = append(cascades, "drop cascades to "+m)
	}
	for _, o := range p.others() {
		depends = append(depends, p.d.described(o.rel)+" depends on "+o.on)
		cascades = append(cascades, "drop cascades to "+p.d.described(o.rel))
	}
	if len(depends) > 0 && !cascade {
		message := fmt.Sprintf("cannot drop %s because other objects depend on it", what)
		if what == "" {
			message = "cannot drop desired object(s) because other objects depend on them"
		}
		return pgerr.New(pgerr.DependentObjectsStillExist, "%s", message).
			WithDetail("%s", strings.Join(depends, "\n")).WithHint("Use DROP ... CASCADE to drop the dependent objects too.")
	}
	switch len(cascades) {
	case 0:
	case 1:
		p.d.notice("%s", cascades[0])
	default:
		p.d.notice("drop cascades to %d other objects", len(cascades))
		last := &p.d.notices[len(p.d.notices)-1]
		last.Error = last.WithDetail("%s", strings.Join(cascades, "\n"))
	}
	for _, f := range p.found {
		delete(p.d.st.views, f.rel)
		delete(p.d.st.tables, f.rel)
	}
	return nil
}

// dropRelations is DROP VIEW, DROP FOREIGN TABLE and DROP TABLE.
func (d *ddl) dropRelations(s *pg.DropStmt, kind string) error {
	var asked []name
	for _, o := range s.Objects {
		schema, rel := nameOf(o)
		n, err := d.toDrop(schema, rel, kind, s.MissingOk)
		if err != nil {
			return err
		}
		if n != (name{}) && !slices.Contains(asked, n) {
			asked = append(asked, n)
		}
	}
	if len(asked) == 0 {
		return nil
	}
	p, what := d.dropping(asked...), ""
	if len(asked) == 1 {
		what = d.described(asked[0])
	}
	for _, n := range asked {
		p.visit(n, "")
	}
	return p.dropAll(what, nil, s.Behavior == pg.DropBehavior_DROP_CASCADE)
}

// toDrop finds what a name in a DROP means; the empty name is what is not there and need not be.
func (d *ddl) toDrop(schema, rel, kind string, missingOK bool) (name, error) {
	n, ok := d.existing(schema, rel)
	if !ok {
		if schema != "" && d.st.schemas[schema] == nil && !strings.HasPrefix(schema, "pg_") && schema != "information_schema" {
			if missingOK {
				d.notice("schema \"%s\" does not exist, skipping", schema)
				return name{}, nil
			}
			return name{}, pgerr.New(pgerr.InvalidSchemaName, "schema \"%s\" does not exist", schema)
		}
		if r := pgdata.RelationByName(cmp.Or(schema, "pg_catalog"), rel); r != nil {
			switch {
			case r.Kind == 'v' && kind != "view":
				return name{}, pgerr.New(pgerr.WrongObjectType, "\"%s\" is not a %s", rel, kind).WithHint("Use DROP VIEW to remove a view.")
			case r.Kind != 'v' && kind != "table":
				return name{}, pgerr.New(pgerr.WrongObjectType, "\"%s\" is not a %s", rel, kind).WithHint("Use DROP TABLE to remove a table.")
			}
			return name{}, pgerr.New(pgerr.InsufficientPrivilege, "permission denied: \"%s\" is a system catalog", rel)
		}
		err := pgerr.From(d.missing(schema, rel))
		if err.Code != pgerr.UndefinedTable {
			return name{}, err
		}
		if missingOK {
			d.notice("%s \"%s\" does not exist, skipping", kind, rel)
			return name{}, nil
		}
		err.Message = strings.Replace(err.Message, "relation", kind, 1)
		return name{}, err
	}
	isView := d.st.views[n] != nil
	switch {
	case isView && kind != "view":
		return name{}, pgerr.New(pgerr.WrongObjectType, "\"%s\" is not a %s", rel, kind).WithHint("Use DROP VIEW to remove a view.")
	case !isView && kind != "foreign table":
		return name{}, pgerr.New(pgerr.WrongObjectType, "\"%s\" is not a %s", rel, kind).WithHint("Use DROP FOREIGN TABLE to remove a foreign table.")
	}
	return n, nil
}
