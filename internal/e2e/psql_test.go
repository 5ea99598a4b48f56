package e2e

import (
	"maps"
	"os"
	"os/exec"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// psql runs psql against the server and gives both outputs.
func (h *Howdah) psql(args ...string) (string, error) {
	all := append([]string{"-X", "-w", "-h", "127.0.0.1", "-p", strconv.Itoa(h.Port), "-U", "tester", "-d", "howdah"}, args...)
	cmd := exec.Command("psql", all...)
	cmd.Env = append(os.Environ(), "PGCONNECT_TIMEOUT=5")
	out, err := cmd.CombinedOutput()
	return string(out), err
}

// backslashCommands are psql's commands that read the catalogs, with a word of the answer.
var backslashCommands = map[string]string{
	`\d`: "orders", `\d+`: "orders", `\dS`: "pg_class", `\d orders`: "numeric", `\d+ orders`: "price", `\d extra.orders`: "numeric", `\d v`: "View", `\d+ v`: "SELECT",
	`\d t`: "character varying", `\d+ t`: "extended", `\dt+ t`: "about", `\d pg_class`: "relname", `\d+ pg_class`: "relname", `\d information_schema.tables`: "table_name", `\d or*`: "orders",
	`\dt`: "orders", `\dt+`: "bytes", `\dt+ *.*`: "pg_class", `\dtvs`: "orders", `\dv`: "v", `\dv+`: "v", `\dvS pg_catalog.*`: "pg_roles", `\di`: "", `\ds`: "", `\dm`: "", `\dE`: "",
	`\dn`: "extra", `\dn+`: "public", `\dnS`: "pg_catalog", `\l`: "howdah", `\l+`: "howdah", `\du`: "tester", `\du+`: "tester", `\dg`: "tester", `\dgS`: "pg_monitor",
	`\des`: "files", `\des+`: "files", `\deu`: "tester", `\deu+`: "tester", `\det`: "t", `\det+`: "t", `\dew`: "howdah", `\dew+`: "howdah",
	`\dT`: "", `\dTS+ int*`: "int4", `\df`: "", `\df pg_catalog.lower`: "text", `\dfS+ lower`: "lower", `\dfa pg_catalog.sum`: "numeric", `\dfw pg_catalog.*`: "rank", `\da pg_catalog.sum`: "numeric",
	`\do pg_catalog.=`: "boolean", `\doS+ pg_catalog.||`: "text", `\dC`: "bigint", `\dC+ int4`: "bigint", `\dO`: "", `\dOS+`: "ucs_basic", `\dc`: "", `\dcS+`: "UTF8", `\dD`: "", `\dDS+`: "", `\dDS+ information_schema.*`: "VALUE >= 0",
	`\dF`: "", `\dF+ pg_catalog.simple`: "simple", `\dFd pg_catalog.simple`: "simple", `\dFp+`: "default", `\dFt`: "", `\dL`: "", `\dLS+`: "internal", `\dA`: "heap", `\dA+ heap`: "heap", `\dAc btree int4`: "int4", `\dAf btree`: "btree",
	`\dAo+ btree integer_ops`: "btree", `\dAp btree integer_ops`: "btint4cmp", `\dy`: "", `\dRp`: "", `\dRs`: "", `\dX`: "", `\dP`: "", `\dPt`: "", `\db`: "pg_default", `\db+`: "pg_default",
	`\dp`: "orders", `\dp pg_catalog.pg_class`: "pg_class", `\z`: "orders", `\ddp`: "", `\drds`: "", `\dconfig`: "", `\dconfig work_mem`: "256MB", `\dconfig+ server_*`: "server_version", `\dd`: "", `\ddS pg_catalog.*`: "",
	`\dx`: "plpgsql", `\dx+`: "plpgsql", `\dl`: "", `\sf lower(text)`: "lower", `\sf+ pg_catalog.lower(text)`: "internal", `\sv v`: "orders", `\sv+ v`: "orders", `\conninfo`: "tester", `\encoding`: "UTF8",
}

// TestBackslashCommands runs psql's commands that read the catalogs; none may fail.
func TestBackslashCommands(t *testing.T) {
	dir := folderOf(t, map[string]string{"orders.csv": "id,name,at,price\n1,a,2024-01-01,1.50\n"})
	h := Serve(t, dir, "extra="+dir)
	must(t, h.Connect(t), `create server files foreign data wrapper howdah options (location '`+dir+`'); create user mapping for tester server files;
		create foreign table t (id int, name varchar(10)) server files options (location 'orders.csv', header 'true'); comment on table t is 'about';
		create view v as select id, name from orders`)
	for _, command := range slices.Sorted(maps.Keys(backslashCommands)) {
		out, err := h.psql("-v", "ON_ERROR_STOP=1", "-c", command)
		if err != nil || strings.Contains(out, "ERROR") || !strings.Contains(out, backslashCommands[command]) {
			t.Errorf("%s: %v\n%.1500s", command, err, out)
		}
	}
	cmd := exec.Command("psql", "-X", "-w", "-h", "127.0.0.1", "-p", strconv.Itoa(h.Port), "-U", "tester", "-d", "howdah", "-v", "ON_ERROR_STOP=1")
	cmd.Stdin = strings.NewReader(`select 1 as x, id, name, price from orders \gdesc` + "\n")
	if out, err := cmd.CombinedOutput(); err != nil || !strings.Contains(string(out), "numeric") {
		t.Errorf("\\gdesc: %v\n%s", err, out)
	}
}
