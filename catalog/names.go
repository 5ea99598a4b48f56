package catalog

import (
	"context"
	"strings"

	"howdah/expr"
	"howdah/internal/pgdata"
	"howdah/pgerr"
	"howdah/sql"
	"howdah/types"
)

// Names resolves what reg types read and print, as the session sees it.
type Names struct {
	ctx  context.Context
	view *view
	path []string
}

var _ types.Names = (*Names)(nil)

// NewNames makes Names over a view and a search path (pg_catalog among it or understood before it).
func NewNames(ctx context.Context, v View, path []string) *Names {
	return &Names{ctx, v.(*view), path}
}

// parseName takes a possibly quoted, possibly qualified name apart as PostgreSQL's stringToQualifiedNameList does.
func parseName(text string) (parts []string, err error) {
	s := strings.TrimSpace(text)
	for {
		var part strings.Builder
		if strings.HasPrefix(s, `"`) {
			s = s[1:]
			for {
				end := strings.IndexByte(s, '"')
				if end < 0 {
					return nil, pgerr.New(pgerr.InvalidName, "invalid name syntax")
				}
				part.WriteString(s[:end])
				s = s[end+1:]
				if !strings.HasPrefix(s, `"`) {
					break
				}
				part.WriteByte('"')
				s = s[1:]
			}
		} else {
			end := strings.IndexAny(s, ". \t\n")
			if end < 0 {
				end = len(s)
			}
			part.WriteString(strings.ToLower(s[:end]))
			s = s[end:]
		}
		if part.Len() == 0 {
			return nil, pgerr.New(pgerr.InvalidName, "invalid name syntax")
		}
		parts = append(parts, clip(part.String(), maxName))
		s = strings.TrimSpace(s)
		if s == "" {
			return parts, nil
		}
		if s[0] != '.' {
			return nil, pgerr.New(pgerr.InvalidName, "invalid name syntax")
		}
		s = strings.TrimSpace(s[1:])
	}
}

// RegOID implements types.Names.
func (n *Names) RegOID(t types.OID, text string) (types.OID, error) {
	if t == types.RegtypeOID {
		return n.typeOID(text)
	}
	parts, err := parseName(text)
	if err != nil {
		return 0, err
	}
	last := parts[len(parts)-1]
	switch t {
	case types.RegclassOID:
		schema := ""
		if len(parts) > 1 {
			schema = parts[len(parts)-2]
		}
		return n.RelationOID(schema, last)
	case types.RegnamespaceOID:
		for _, s := range n.view.Schemas() {
			if s.Name == last {
				return s.OID, nil
			}
		}
		return 0, pgerr.New(pgerr.InvalidSchemaName, "schema \"%s\" does not exist", last)
	case types.RegroleOID:
		if last == n.view.cat.cfg.Owner {
			return bootstrapRole, nil
		}
		if r := n.view.st.roles[last]; r != nil {
			return r.OID, nil
		}
		return 0, pgerr.New(pgerr.UndefinedObject, "role \"%s\" does not exist", last)
	case types.RegprocOID:
		name, _, _ := strings.Cut(last, "(")
		switch procs := pgdata.ProcsByName(name); len(procs) {
		case 0:
			return 0, pgerr.New(pgerr.UndefinedFunction, "function \"%s\" does not exist", text)
		case 1:
			return types.OID(procs[0].OID), nil
		default:
			return 0, pgerr.New(pgerr.AmbiguousFunction, "more than one function named \"%s\"", text)
		}
	case types.RegcollationOID:
		for _, c := range pgdata.Collations() {
			if c.Name == last {
				return types.OID(c.OID), nil
			}
		}
		return 0, pgerr.New(pgerr.UndefinedObject, "collation \"%s\" for encoding \"UTF8\" does not exist", text)
	}
	return 0, pgerr.New(pgerr.FeatureNotSupported, "names cannot be converted to this type: \"%s\"", text)
}

// RelationOID finds a relation without a look at its files.
func (n *Names) RelationOID(schema, rel string) (types.OID, error) {
	path := n.path
	if schema != "" {
		path = []string{schema}
	}
	for _, s := range path {
		ok, err := n.view.exists(n.ctx, name{s, rel})
		if err != nil {
			return 0, err
		}
		if ok {
			return n.view.oidOf(name{s, rel}), nil
		}
	}
	if schema != "" {
		rel = schema + "." + rel
	}
	return 0, pgerr.New(pgerr.UndefinedTable, "relation \"%s\" does not exist", rel)
}

// exists tells whether a relation is there, without a look at its files.
func (v *view) exists(ctx context.Context, n name) (bool, error) {
	if pgdata.RelationByName(n.schema, n.name) != nil || v.st.tables[n] != nil || v.st.views[n] != nil {
		return true, nil
	}
	for _, d := range v.cat.discoveries {
		if d.schema == n.schema {
			f, err := d.table(ctx, n.name)
			if f != nil || err != nil {
				return f != nil, err
			}
		}
	}
	return false, nil
}

// typeOID reads a type's name by the grammar, so that every spelling is understood.
func (n *Names) typeOID(text string) (types.OID, error) {
	stmts, err := sql.Parse("SELECT NULL::" + text)
	if err == nil && len(stmts) == 1 {
		if cast := stmts[0].Node.GetSelectStmt().GetTargetList(); len(cast) == 1 {
			if tn := cast[0].GetResTarget().GetVal().GetTypeCast().GetTypeName(); tn != nil {
				t, err := TypeName(tn)
				return t.OID, err
			}
		}
	}
	return 0, pgerr.New(pgerr.UndefinedObject, "type \"%s\" does not exist", text)
}

// RegName implements types.Names. A name is qualified where the search path would not find it.
func (n *Names) RegName(t types.OID, oid types.OID) (string, bool) {
	switch t {
	case types.RegclassOID:
		rel, ok := n.relation(oid)
		if !ok {
			return "", false
		}
		if n.visible(rel) {
			return sql.QuoteIdent(rel.name), true
		}
		return rel.String(), true
	case types.RegtypeOID:
		if pgdata.TypeByOID(uint32(oid)) == nil {
			return "", false
		}
		return expr.TypeName(oid), true
	case types.RegnamespaceOID:
		for _, s := range n.view.Schemas() {
			if s.OID == oid {
				return sql.QuoteIdent(s.Name), true
			}
		}
	case types.RegroleOID:
		if oid == bootstrapRole {
			return sql.QuoteIdent(n.view.cat.cfg.Owner), true
		}
		for _, r := range n.view.st.roles {
			if r.OID == oid {
				return sql.QuoteIdent(r.Name), true
			}
		}
	case types.RegprocOID, types.RegprocedureOID:
		p := pgdata.ProcByOID(uint32(oid))
		if p == nil {
			return "", false
		}
		if t == types.RegprocOID && len(pgdata.ProcsByName(p.Name)) == 1 {
			return sql.QuoteIdent(p.Name), true
		}
		if t == types.RegprocOID {
			return "pg_catalog." + sql.QuoteIdent(p.Name), true
		}
		args := make([]string, len(p.ArgTypes))
		for i, a := range p.ArgTypes {
			args[i] = expr.TypeName(types.OID(a))
		}
		return sql.QuoteIdent(p.Name) + "(" + strings.Join(args, ",") + ")", true
	case types.RegcollationOID:
		for _, c := range pgdata.Collations() {
			if types.OID(c.OID) == oid {
				return sql.QuoteIdent(c.Name), true
			}
		}
	}
	return "", false
}

// relation finds a relation's name by OID.
func (n *Names) relation(oid types.OID) (name, bool) {
	rel, ok, err := n.view.nameOf(n.ctx, oid)
	return rel, ok && err == nil
}

// visible tells whether the search path finds this relation by its bare name.
func (n *Names) visible(rel name) bool {
	for _, s := range n.path {
		if s == rel.schema {
			return true
		}
		if ok, _ := n.view.has(n.ctx, name{s, rel.name}); ok {
			return false
		}
	}
	return false
}
