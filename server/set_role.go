package server

import (
	pg "github.com/pganalyze/pg_query_go/v6"

	"howdah/server/settings"
)

// readRoleSetting checks ALTER ROLE … SET as SET would be, and leaves one text as its value. Other statements stay as they
// are.
func (x *session) readRoleSetting(s Statement) (Statement, error) {
	alter := s.Node.GetAlterRoleSetStmt()
	if alter == nil || alter.Setstmt.Kind == pg.VariableSetKind_VAR_RESET_ALL {
		return s, nil
	}
	set := alter.Setstmt
	name := set.Name
	if v := settings.Lookup(name); v != nil {
		name = v.Name
	}
	probe := settings.New(x.server.fixed, x.superuser)
	value, err := "", error(nil)
	switch set.Kind {
	case pg.VariableSetKind_VAR_SET_VALUE:
		args := make([]string, len(set.Args))
		for i, a := range set.Args {
			args[i] = constText(a)
		}
		if value, err = settings.Flatten(set.Name, args); err == nil {
			err = probe.Set(set.Name, value, settings.Startup)
		}
	case pg.VariableSetKind_VAR_SET_CURRENT:
		if value, err = x.settings.Show(set.Name); err == nil {
			err = probe.Set(set.Name, value, settings.Startup)
		}
	default:
		err = probe.Reset(set.Name, settings.Startup)
		return s, err
	}
	if err != nil {
		return s, err
	}
	text := &pg.Node{Node: &pg.Node_AConst{AConst: &pg.A_Const{Val: &pg.A_Const_Sval{Sval: &pg.String{Sval: value}}}}}
	s.Node = &pg.Node{Node: &pg.Node_AlterRoleSetStmt{AlterRoleSetStmt: &pg.AlterRoleSetStmt{
		Role: alter.Role, Database: alter.Database,
		Setstmt: &pg.VariableSetStmt{Kind: pg.VariableSetKind_VAR_SET_VALUE, Name: name, Args: []*pg.Node{text}},
	}}}
	return s, nil
}
