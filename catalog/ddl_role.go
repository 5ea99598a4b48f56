package catalog

import (
	"strings"

	pg "github.com/pganalyze/pg_query_go/v6"

	"howdah/internal/scram"
	"howdah/pgerr"
	"howdah/sql"
)

func (d *ddl) createRole(s *pg.CreateRoleStmt) error {
	if strings.HasPrefix(s.Role, "pg_") {
		return pgerr.New(pgerr.ReservedName, "role name \"%s\" is reserved", s.Role).
			WithDetail("Role names starting with \"pg_\" are reserved.")
	}
	if d.st.roles[s.Role] != nil {
		return pgerr.New(pgerr.DuplicateObject, "role \"%s\" already exists", s.Role)
	}
	r := &Role{Name: s.Role, OID: d.cat.oids.of("role", s.Role), Login: s.StmtType == pg.RoleStmtType_ROLESTMT_USER, ConnLimit: -1}
	if err := roleOptions(r, s.Options); err != nil {
		return err
	}
	d.warnLogins(r)
	d.st.roles[s.Role] = r
	return nil
}

// warnLogins tells whoever makes the first password that names without a role end with it.
func (d *ddl) warnLogins(r *Role) {
	if r.Verifier == "" || d.loading {
		return
	}
	for _, o := range d.st.roles {
		if o.Verifier != "" {
			return
		}
	}
	if d.st.roles[d.user] == nil && r.Name != d.user {
		d.notices = append(d.notices, Notice{"WARNING", pgerr.New(pgerr.Warning, "from now on only roles that exist may log in").
			WithHint("CREATE ROLE %s LOGIN SUPERUSER before you disconnect, with a password or trusted on loopback.", sql.QuoteIdent(d.user))})
	}
}

func (d *ddl) alterRole(s *pg.AlterRoleStmt) error {
	n := roleName(s.Role, d.user)
	old := d.st.roles[n]
	if old == nil {
		return pgerr.New(pgerr.UndefinedObject, "role \"%s\" does not exist", n)
	}
	if old.FromEnv {
		return pgerr.New(pgerr.ObjectNotInPrerequisiteState, "role \"%s\" is set by the environment of the server and cannot be changed", n)
	}
	r := *old
	if err := roleOptions(&r, s.Options); err != nil {
		return err
	}
	d.warnLogins(&r)
	d.st.roles[n] = &r
	return nil
}

func (d *ddl) dropRole(s *pg.DropRoleStmt) error {
	for _, o := range s.Roles {
		n := roleName(o.GetRoleSpec(), d.user)
		old := d.st.roles[n]
		switch {
		case old == nil && s.MissingOk:
			d.notice("role \"%s\" does not exist, skipping", n)
			continue
		case old == nil:
			return pgerr.New(pgerr.UndefinedObject, "role \"%s\" does not exist", n)
		case n == d.user:
			return pgerr.New(pgerr.ObjectNotInPrerequisiteState, "current user cannot be dropped")
		case old.FromEnv:
			return pgerr.New(pgerr.ObjectNotInPrerequisiteState, "role \"%s\" is set by the environment of the server and cannot be dropped", n)
		}
		delete(d.st.roles, n)
	}
	return nil
}

func roleOptions(r *Role, list []*pg.Node) error {
	for _, n := range list {
		e := n.GetDefElem()
		on := e.Arg.GetBoolean().GetBoolval()
		switch e.Defname {
		case "canlogin":
			r.Login = on
		case "superuser":
			r.Superuser = on
		case "connectionlimit":
			r.ConnLimit = int(e.Arg.GetInteger().GetIval())
		case "validUntil":
			r.ValidUntil = e.Arg.GetString_().GetSval()
		case "password":
			text := e.Arg.GetString_().GetSval()
			if e.Arg == nil || text == "" { // PASSWORD NULL, and the empty one that never matches
				r.Verifier = ""
				continue
			}
			if strings.HasPrefix(text, "md5") && len(text) == 35 {
				return pgerr.New(pgerr.FeatureNotSupported, "MD5 passwords are not supported").
					WithHint("Give the password itself, or a SCRAM-SHA-256 verifier.")
			}
			v, err := scram.Parse(text) // a verifier, as in a dump
			if err != nil {
				if v, err = scram.New(text); err != nil {
					return err
				}
			}
			r.Verifier = v.String()
		case "inherit", "isreplication", "createrole", "createdb", "bypassrls":
			if on && e.Defname != "inherit" {
				return pgerr.New(pgerr.FeatureNotSupported, "role option \"%s\" is not supported", e.Defname)
			}
		default:
			return pgerr.New(pgerr.FeatureNotSupported, "role option \"%s\" is not supported", e.Defname).
				WithHint("LOGIN, PASSWORD, SUPERUSER, CONNECTION LIMIT and VALID UNTIL are.")
		}
	}
	return nil
}
