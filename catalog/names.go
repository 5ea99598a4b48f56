package catalog

import (
	"context"
	"slices"
	"strings"

	"howdah/expr"
	"howdah/internal/ident"
	"howdah/internal/pgdata"
	"howdah/internal/textsearch"
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
		parts = append(parts, ident.Clip(part.String(), ident.Max))
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
	if err := n.missingSchema(t, text); err != nil {
		return 0, err
	}
	switch t {
	case types.RegtypeOID:
		return n.typeOID(text)
	case types.RegprocedureOID, types.RegoperatorOID:
		return n.signatureOID(t, text)
	case types.RegoperOID:
		return operatorOID(text)
	}
	parts, err := parseName(text)
	if err != nil {
		return 0, err
	}
	last := parts[len(parts)-1]
	switch t {
	case types.RegclassOID:
		schema := ""
		if len(parts) > 3 {
			return 0, pgerr.New(pgerr.SyntaxError, "improper relation name (too many dotted names): %s", strings.Join(parts, "."))
		}
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
		if last == n.view.user { // on loopback a name needs no role
			return n.view.cat.oids.of("role", last), nil
		}
		if oid, err := catalogOID("pg_authid", "rolname", last, "role \"%s\" does not exist", last); err == nil && oid != bootstrapRole {
			return oid, nil
		}
		return 0, pgerr.New(pgerr.UndefinedObject, "role \"%s\" does not exist", last)
	case types.RegprocOID:
		switch procs := procsNamed(parts); len(procs) {
		case 0:
			return 0, pgerr.New(pgerr.UndefinedFunction, "function \"%s\" does not exist", text)
		case 1:
			return types.OID(procs[0].OID), nil
		default:
			return 0, pgerr.New(pgerr.AmbiguousFunction, "more than one function named \"%s\"", text)
		}
	case types.RegconfigOID, types.RegdictionaryOID:
		if len(parts) == 2 && !n.view.hasSchema(parts[0]) {
			return 0, pgerr.New(pgerr.InvalidSchemaName, "schema \"%s\" does not exist", parts[0])
		}
		named := textsearch.ConfigNamed
		if t == types.RegdictionaryOID {
			named = textsearch.DictionaryNamed
		}
		oid, err := named(text)
		return types.OID(oid), err
	case types.RegcollationOID:
		if len(parts) == 2 && !n.view.hasSchema(parts[0]) {
			return 0, pgerr.New(pgerr.InvalidSchemaName, "schema \"%s\" does not exist", parts[0])
		}
		return expr.Collation(parts)
	}
	return 0, pgerr.New(pgerr.FeatureNotSupported, "names cannot be converted to this type: \"%s\"", text)
}

// missingSchema says 3F000 of a qualified name whose schema does not exist, before anything is said of the object.
func (n *Names) missingSchema(t types.OID, text string) error {
	if t == types.RegnamespaceOID || t == types.RegroleOID || !strings.Contains(text, ".") {
		return nil
	}
	name, _, _ := strings.Cut(text, "(")
	name, _, _ = strings.Cut(name, "[")
	parts, err := parseName(name)
	if err != nil || len(parts) != 2 || n.view.hasSchema(parts[0]) || strings.HasPrefix(parts[0], "pg_temp") {
		return nil
	}
	return pgerr.New(pgerr.InvalidSchemaName, "schema \"%s\" does not exist", parts[0])
}

// RelationOID finds a relation without a look at its files.
func (n *Names) RelationOID(schema, rel string) (types.OID, error) {
	path := n.path
	if schema != "" {
		if !n.view.hasSchema(schema) {
			return 0, pgerr.New(pgerr.InvalidSchemaName, "schema \"%s\" does not exist", schema)
		}
		path = []string{n.view.schema(schema)}
	} else {
		path = n.view.along(path)
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
	if pgdata.RelationByName(n.schema, n.name) != nil || isOwn(n) || v.st.tables[n] != nil || v.st.views[n] != nil || v.tempTable(n) != nil {
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

// procsNamed are the functions of a name; all are in pg_catalog or information_schema, of which only the first is searched.
func procsNamed(parts []string) []*pgdata.Proc {
	schema := types.OID(pgdata.PgCatalog)
	if len(parts) > 1 && parts[len(parts)-2] == "information_schema" {
		schema = informationSchemaOID()
	} else if len(parts) > 1 && parts[len(parts)-2] != "pg_catalog" {
		return nil
	}
	all := pgdata.ProcsByName(parts[len(parts)-1])
	return slices.DeleteFunc(slices.Clone(all), func(p *pgdata.Proc) bool { return types.OID(p.Namespace) != schema })
}

// signatureOID reads a function or an operator with the types of its arguments: lower(text), =(integer,integer).
func (n *Names) signatureOID(t types.OID, text string) (types.OID, error) {
	head, args, ok := strings.Cut(text, "(")
	args, closed := strings.CutSuffix(strings.TrimSpace(args), ")")
	if !ok {
		return 0, pgerr.New(pgerr.InvalidTextRepresentation, "expected a left parenthesis")
	}
	if !closed {
		return 0, pgerr.New(pgerr.InvalidTextRepresentation, "expected a right parenthesis")
	}
	var in []types.OID
	if strings.TrimSpace(args) != "" {
		for _, a := range splitTypes(args) {
			oid := types.InvalidOID
			if !(t == types.RegoperatorOID && strings.EqualFold(strings.TrimSpace(a), "none")) {
				var err error
				if oid, err = n.typeOID(strings.TrimSpace(a)); err != nil {
					return 0, err
				}
			}
			in = append(in, oid)
		}
	}
	if t == types.RegoperatorOID {
		if len(in) == 1 {
			return 0, pgerr.New(pgerr.UndefinedParameter, "missing argument").WithHint("Use NONE to denote the missing argument of a unary operator.")
		}
		for _, o := range pgdata.OperatorsByName(operatorName(head)) {
			if len(in) == 2 && types.OID(o.Left) == in[0] && types.OID(o.Right) == in[1] {
				return types.OID(o.OID), nil
			}
		}
		return 0, pgerr.New(pgerr.UndefinedFunction, "operator does not exist: %s", text)
	}
	parts, err := parseName(head)
	if err != nil {
		return 0, err
	}
	for _, p := range procsNamed(parts) {
		if slices.EqualFunc(p.ArgTypes, in, func(a uint32, b types.OID) bool { return types.OID(a) == b }) {
			return types.OID(p.OID), nil
		}
	}
	return 0, pgerr.New(pgerr.UndefinedFunction, "function \"%s\" does not exist", text)
}

// splitTypes parts a list at commas outside of parentheses.
func splitTypes(list string) []string {
	var out []string
	depth, from := 0, 0
	for i := range len(list) {
		switch list[i] {
		case '(':
			depth++
		case ')':
			depth--
		case ',':
			if depth == 0 {
				out = append(out, list[from:i])
				from = i + 1
			}
		}
	}
	return append(out, list[from:])
}

// operatorName is an operator's name without its schema.
func operatorName(text string) string {
	return strings.TrimPrefix(strings.TrimSpace(text), "pg_catalog.")
}

func operatorOID(text string) (types.OID, error) {
	switch ops := pgdata.OperatorsByName(operatorName(text)); len(ops) {
	case 0:
		return 0, pgerr.New(pgerr.UndefinedFunction, "operator does not exist: %s", text)
	case 1:
		return types.OID(ops[0].OID), nil
	default:
		return 0, pgerr.New(pgerr.AmbiguousFunction, "more than one operator named %s", text)
	}
}

// catalogOID finds a row of a catalog by its name.
func catalogOID(catalog, column, want, missing, text string) (types.OID, error) {
	columns, rows := pgdata.Rows(catalog)
	id, at := slices.Index(columns, "oid"), slices.Index(columns, column)
	for _, r := range rows {
		if r[at] == want {
			return parseOID(r[id]), nil
		}
	}
	return 0, pgerr.New(pgerr.UndefinedObject, missing, text)
}

// catalogName finds the name of a catalog's row.
func catalogName(catalog, column string, oid types.OID) (string, bool) {
	columns, rows := pgdata.Rows(catalog)
	id, at := slices.Index(columns, "oid"), slices.Index(columns, column)
	for _, r := range rows {
		if parseOID(r[id]) == oid {
			return sql.QuoteIdent(r[at]), true
		}
	}
	return "", false
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
		if name, ok := n.RoleName(oid); ok {
			return sql.QuoteIdent(name), true
		}
	case types.RegprocOID, types.RegprocedureOID:
		p := pgdata.ProcByOID(uint32(oid))
		if p == nil {
			return "", false
		}
		name := sql.QuoteIdent(p.Name)
		if types.OID(p.Namespace) != types.OID(pgdata.PgCatalog) {
			name = "information_schema." + name
		} else if t == types.RegprocOID && len(pgdata.ProcsByName(p.Name)) > 1 {
			name = "pg_catalog." + name
		}
		if t == types.RegprocOID {
			return name, true
		}
		args := make([]string, len(p.ArgTypes))
		for i, a := range p.ArgTypes {
			args[i] = expr.TypeName(types.OID(a))
		}
		return name + "(" + strings.Join(args, ",") + ")", true
	case types.RegoperOID, types.RegoperatorOID:
		o := pgdata.OperatorByOID(uint32(oid))
		if o == nil {
			return "", false
		}
		if t == types.RegoperOID {
			if len(pgdata.OperatorsByName(o.Name)) > 1 {
				return "pg_catalog." + o.Name, true
			}
			return o.Name, true
		}
		side := func(t uint32) string {
			if t == 0 {
				return "NONE"
			}
			return expr.TypeName(types.OID(t))
		}
		return o.Name + "(" + side(o.Left) + "," + side(o.Right) + ")", true
	case types.RegconfigOID:
		if c := textsearch.ConfigByOID(uint32(oid)); c != nil {
			return sql.QuoteIdent(c.Name), true
		}
	case types.RegdictionaryOID:
		if d := textsearch.DictionaryByOID(uint32(oid)); d != nil {
			return sql.QuoteIdent(d.Name), true
		}
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
	for _, s := range n.view.along(n.path) {
		if s == rel.schema {
			return true
		}
		if ok, _ := n.view.has(n.ctx, name{s, rel.name}); ok {
			return false
		}
	}
	return false
}
