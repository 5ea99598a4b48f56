package catalog

import (
	"slices"
	"strconv"
	"strings"

	pg "github.com/pganalyze/pg_query_go/v6"

	"howdah/pgerr"
	"howdah/sql"
)

// alterRoleSet is ALTER ROLE … SET and RESET. What a client sends was read and checked by the server, which leaves a single
// text as the value; the catalog file may hold what people write.
func (d *ddl) alterRoleSet(s *pg.AlterRoleSetStmt) error {
	if s.Database != "" {
		return pgerr.New(pgerr.FeatureNotSupported, "ALTER ROLE … IN DATABASE is not supported").
			WithHint("There is one database: leave IN DATABASE out.")
	}
	if s.Role == nil || s.Role.Rolename == "" && roleName(s.Role, d.user) == "" {
		list, err := changeSetting(d.st.everyone, s.Setstmt)
		d.st.everyone = list
		return err
	}
	n := roleName(s.Role, d.user)
	old := d.st.roles[n]
	if old == nil {
		return pgerr.New(pgerr.UndefinedObject, "role \"%s\" does not exist", n)
	}
	if old.FromEnv {
		return pgerr.New(pgerr.ObjectNotInPrerequisiteState, "role \"%s\" is set by the environment of the server and cannot be changed", n)
	}
	r := *old
	var err error
	if r.Settings, err = changeSetting(old.Settings, s.Setstmt); err == nil {
		d.st.roles[n] = &r
	}
	return err
}

// changeSetting gives a new list of "name=value".
func changeSetting(list []string, s *pg.VariableSetStmt) ([]string, error) {
	if s.Kind == pg.VariableSetKind_VAR_RESET_ALL {
		return nil, nil
	}
	is := func(e string) bool { n, _, _ := strings.Cut(e, "="); return strings.EqualFold(n, s.Name) }
	switch s.Kind {
	case pg.VariableSetKind_VAR_SET_DEFAULT, pg.VariableSetKind_VAR_RESET:
		return slices.DeleteFunc(slices.Clone(list), is), nil
	case pg.VariableSetKind_VAR_SET_VALUE:
	default:
		return nil, pgerr.New(pgerr.FeatureNotSupported, "this form of ALTER ROLE … SET is not supported")
	}
	var values []string
	for _, a := range s.Args {
		text := settingText(a)
		if len(s.Args) > 1 {
			text = sql.QuoteIdent(text)
		}
		values = append(values, text)
	}
	entry := s.Name + "=" + strings.Join(values, ", ")
	if i := slices.IndexFunc(list, is); i >= 0 {
		list = slices.Clone(list)
		list[i] = entry
		return list, nil
	}
	return append(slices.Clone(list), entry), nil
}

// settingText is a value as SET takes it.
func settingText(n *pg.Node) string {
	c := n.GetAConst()
	switch {
	case n.GetTypeCast() != nil: // TIME ZONE INTERVAL '…'
		return "INTERVAL '" + settingText(n.GetTypeCast().Arg) + "'"
	case c.GetIval() != nil:
		return strconv.Itoa(int(c.GetIval().Ival))
	case c.GetFval() != nil:
		return c.GetFval().Fval
	case c.GetBoolval() != nil:
		return strconv.FormatBool(c.GetBoolval().Boolval)
	}
	return c.GetSval().GetSval()
}

func writeSettings(b *strings.Builder, role string, list []string) {
	for _, e := range list {
		n, v, _ := strings.Cut(e, "=")
		b.WriteString("ALTER ROLE " + role + " SET " + quoteSetting(n) + " TO " + sql.QuoteLiteral(v) + ";\n")
	}
}

// quoteSetting writes a parameter's name, which may have parts.
func quoteSetting(n string) string {
	parts := strings.Split(n, ".")
	for i, p := range parts {
		parts[i] = sql.QuoteIdent(p)
	}
	return strings.Join(parts, ".")
}

// RoleSettings are the parameters that a session of the role begins with, as "name=value", those for everybody first.
func (c *Catalog) RoleSettings(role string) []string {
	st := c.state.Load()
	list := st.everyone
	if r := st.roles[role]; r != nil {
		list = append(slices.Clip(list), r.Settings...)
	}
	return list
}

func fillRoleSettings(w *rowWriter) error {
	st := w.view().st
	if len(st.everyone) > 0 {
		w.row().oid("setdatabase", 0).oid("setrole", 0).texts("setconfig", st.everyone)
	}
	for _, r := range w.allRoles() {
		if len(r.Settings) > 0 {
			w.row().oid("setdatabase", 0).oid("setrole", r.OID).texts("setconfig", r.Settings)
		}
	}
	return nil
}
