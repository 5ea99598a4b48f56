package expr

import (
	"strings"

	"howdah/pgerr"
	"howdah/types"
	"howdah/vector"
)

// aclKernels are the functions of access privileges. An aclitem is its text: grantee=privileges/grantor.
var aclKernels = map[string]Kernel{
	"acldefault_sql": aclDefault,
}

var aclSets = map[string]SetKernel{
	"aclexplode": aclExplode,
}

// aclDefault is acldefault(kind, owner): what holds where nothing was granted. Here everybody may look at everything
// and nobody may change it; the owner's own letters are PostgreSQL's without those that write.
func aclDefault(c *Call, out *vector.Column, sel []int32) error {
	for _, i := range sel {
		public := ""
		switch kind := byte(c.Args[0].Ints[i]); kind {
		case 'r':
			public = "r"
		case 's', 'F', 'S', 'n', 'l', 'T':
			public = "U"
		case 'd':
			public = "c"
		case 'f':
			public = "X"
		case 'c', 'L', 't', 'p':
		default:
			return pgerr.New(pgerr.InvalidParameterValue, "unrecognized object type abbreviation: %c", kind)
		}
		a := &types.Array{Elem: types.ACLItemOID}
		if public != "" {
			a.Elems = []types.Datum{{Bytes: []byte("=" + public + "/" + ownerName(c, types.OID(c.Args[1].Ints[i])))}}
			a.Dims = []types.Dim{{Len: 1, Lower: 1}}
		}
		out.Arrays[i] = a
	}
	return nil
}

func ownerName(c *Call, oid types.OID) string {
	if c.Env.Catalog != nil {
		if n, ok := c.Env.Catalog.RoleName(oid); ok {
			return QuoteIdentifier(n)
		}
	}
	return string(types.AppendInt(nil, int64(oid)))
}

// privilegeWords are the privileges by their letters in an aclitem, in the order of their bits.
var privilegeWords = []struct {
	letter byte
	word   string
}{
	{'a', "INSERT"}, {'r', "SELECT"}, {'w', "UPDATE"}, {'d', "DELETE"}, {'D', "TRUNCATE"}, {'x', "REFERENCES"}, {'t', "TRIGGER"},
	{'X', "EXECUTE"}, {'U', "USAGE"}, {'C', "CREATE"}, {'T', "TEMPORARY"}, {'c', "CONNECT"}, {'s', "SET"}, {'A', "ALTER SYSTEM"},
}

func aclExplode(c *Call, row int32, emit func([]types.Datum) bool) error {
	out := make([]types.Datum, 4)
	for _, item := range c.Args[0].Arrays[row].Elems {
		grantee, rest, _ := cutRole(string(item.Bytes))
		letters, grantor, _ := strings.Cut(rest, "/")
		for _, p := range privilegeWords {
			at := strings.IndexByte(letters, p.letter)
			if at < 0 {
				continue
			}
			out[0] = types.Datum{Int: int64(roleOID(c, grantor))}
			out[1] = types.Datum{Int: int64(roleOID(c, grantee))}
			out[2] = types.Datum{Bytes: []byte(p.word)}
			out[3] = types.Datum{Bool: strings.HasPrefix(letters[at+1:], "*")}
			if !emit(out) {
				return nil
			}
		}
	}
	return nil
}

// cutRole parts an aclitem at the = behind a name that may be quoted.
func cutRole(item string) (role, rest string, ok bool) {
	if !strings.HasPrefix(item, `"`) {
		return strings.Cut(item, "=")
	}
	end := 1
	for end < len(item) && (item[end] != '"' || strings.HasPrefix(item[end+1:], `"`)) {
		if item[end] == '"' {
			end++
		}
		end++
	}
	return item[:min(end+1, len(item))], strings.TrimPrefix(item[min(end+1, len(item)):], "="), true
}

// roleOID finds a role; PostgreSQL's own catalogs name the superuser that made them, who is the bootstrap role here.
func roleOID(c *Call, name string) types.OID {
	const bootstrap = 10
	if name == "" {
		return types.InvalidOID // PUBLIC
	}
	if names := c.Env.Style.Names; names != nil {
		if oid, err := names.RegOID(types.RegroleOID, name); err == nil {
			return oid
		}
	}
	return bootstrap
}
