package e2e

import (
	"bytes"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"howdah/internal/pgtest"
)

// readingCommands are psql's commands that read the catalogs, with patterns, S and + where there are such. Those that an
// older psql does not have are nothing to it.
var readingCommands = []string{
	`\d`, `\d+`, `\dS`, `\dS+`, `\d orders`, `\d+ orders`, `\d v`, `\d+ v`, `\d t`, `\d+ t`, `\d pg_class`, `\d+ pg_class`, `\d or*`, `\d public.*`, `\d information_schema.tables`, `\d pg_toast.*`,
	`\dt`, `\dt+`, `\dtS+ pg_c*`, `\dt *.orders`, `\dtvmsE`, `\dtvmsES+`, `\dv`, `\dv+`, `\dvS+ pg_catalog.*`, `\di`, `\di+`, `\diS+ pg_class*`, `\ds`, `\ds+`, `\dsS`, `\dm`, `\dm+`, `\dE`, `\dE+`, `\dEt+ t`,
	`\dn`, `\dn+`, `\dnS`, `\dnS+ pg_*`, `\dn public`, `\l`, `\l+`, `\l how*`, `\l+ postgres`, `\du`, `\du+`, `\duS`, `\du t*`, `\dg`, `\dgS+`, `\drg`, `\drgS t*`, `\drds`, `\drds t* *`,
	`\des`, `\des+`, `\des f*`, `\deu`, `\deu+`, `\deu f*`, `\det`, `\det+`, `\det+ *.t`, `\dew`, `\dew+`, `\dew h*`,
	`\dT`, `\dT+`, `\dTS`, `\dTS+ int*`, `\dTS pg_catalog.text[]`, `\dD`, `\dD+`, `\dDS+`, `\dDS information_schema.*`,
	`\df`, `\df+`, `\dfS lower`, `\dfS+ lower`, `\df pg_catalog.lower`, `\df+ pg_catalog.ab*`, `\dfa pg_catalog.sum`, `\dfaS+ max`, `\dfnS+ abs`, `\dfp`, `\dft`, `\dfwS rank`, `\dfS int4pl int4 int4`, `\dfS+ round numeric *`,
	`\da`, `\daS`, `\daS+ sum`, `\da pg_catalog.max int*`, `\do`, `\do+`, `\doS`, `\doS+ ||`, `\do pg_catalog.=`, `\doS+ + int4 int4`, `\doS - NONE int4`,
	`\dC`, `\dC+`, `\dC int4`, `\dC+ bool*`, `\dO`, `\dO+`, `\dOS+`, `\dO pg_catalog.*`, `\dc`, `\dc+`, `\dcS`, `\dcS+ *utf8*`, `\dL`, `\dL+`, `\dLS`, `\dLS+ c`,
	`\dF`, `\dF+`, `\dF pg_catalog.simple`, `\dF+ pg_catalog.english`, `\dFd`, `\dFd+`, `\dFd+ pg_catalog.simple`, `\dFp`, `\dFp+`, `\dFp+ pg_catalog.default`, `\dFt`, `\dFt+`, `\dFt+ pg_catalog.simple`,
	`\dA`, `\dA+`, `\dA h*`, `\dAc`, `\dAc+`, `\dAc+ btree int4`, `\dAf`, `\dAf+`, `\dAf btree int4`, `\dAo`, `\dAo+ btree integer_ops`, `\dAp`, `\dAp+ btree integer_ops`,
	`\dy`, `\dy+`, `\dRp`, `\dRp+`, `\dRs`, `\dRs+`, `\dX`, `\dX *`, `\dP`, `\dP+`, `\dPt`, `\dPi+`, `\dPn`, `\dPtin+ *`, `\db`, `\db+`, `\db pg_d*`,
	`\dp`, `\dp or*`, `\dpS pg_class`, `\dp pg_catalog.pg_class`, `\z`, `\z v`, `\zS pg_type`, `\ddp`, `\ddp *`, `\dconfig`, `\dconfig work_mem`, `\dconfig *`, `\dconfig+ server_*`,
	`\dd`, `\ddS`, `\dd *`, `\ddS pg_catalog.*`, `\dx`, `\dx+`, `\dx pl*`, `\dx+ plpgsql`, `\dl`, `\dl+`, `\lo_list`, `\lo_list+`,
	`\sf lower(text)`, `\sf+ pg_catalog.lower(text)`, `\sv v`, `\sv+ public.v`, `select 1 as x, o.*, 'u' as u from orders o \gdesc`, `select name, count(*), sum(price) from orders group by 1 \gdesc`,
	`select null, 1.5::numeric(4,1), 'a'::varchar(7) \gdesc`,
}

// completions are beginnings of lines at which TAB is pressed twice.
var completions = []string{
	`select * from o`, `select * from pg_catalog.pg_cl`, `select na`, `\d o`, `\dt pu`, `\df low`, `\dT int`, `\dn p`, `\du t`, `\l p`, `\des f`, `\dew h`, `\det t`, `\dv v`, `\sf low`, `\sv v`, `\dx p`, `\dF e`, `\dL p`,
	`set time`, `set timezone to `, `set search_path to p`, `show work`, `reset time`, `alter table or`, `alter table orders alter column n`, `insert into o`, `update o`, `delete from o`, `copy o`, `drop view v`, `drop foreign table t`,
	`drop server f`, `drop role t`, `create index on o`, `analyze o`, `explain select * from o`, `comment on column orders.`, `grant select on o`, `grant select on orders to t`, `alter role t`, `alter server f`, `alter database p`,
	`lock table o`, `fetch from `, `close `, `deallocate `, `select * from orders where n`, `\c p`, `\dconfig work`, `alter system set work`, `refresh materialized view `, `create trigger x before insert on o`, `alter type `, `drop function low`,
	`import foreign schema public from server f`, `create foreign table x (a int) server f`, `create user mapping for t`, `\dp o`, `\drds t`, `listen `, `reindex table o`, `cluster o`, `vacuum o`, `truncate o`, `table o`, `values`, `set role t`, `set session authorization t`,
}

// psqlObjects is what the commands are asked of, in both servers.
const psqlObjects = `create foreign data wrapper howdah; create server files foreign data wrapper howdah; create user mapping for public server files;
	create table orders (id bigint, name text collate "C", at date, price numeric); insert into orders values (1, 'a', '2024-01-01', 1.50);
	create foreign table t (id int, name varchar(10)) server files; comment on foreign table t is 'about';
	create view v as select id, name from orders; create role tester login superuser`

// statementFile holds what a psql sent for each command to a server of version 15. A line "-- command" begins a command,
// and an OID is {oid:name} of the relation or server that has it.
func statementFile(major string) string {
	return filepath.Join("../../testdata/psql", "statements-"+major+".sql")
}

// TestPsqlStatements plays what psql 15 to 18 send for their commands and for TAB. What PostgreSQL answers Howdah answers, in
// columns of the same names and types.
func TestPsqlStatements(t *testing.T) {
	files, err := filepath.Glob(statementFile("*"))
	if err != nil || len(files) == 0 {
		t.Fatal("nothing is recorded", err)
	}
	pg, err := pgtest.Start(pgtest.Options{}) // of its own: it makes roles and a wrapper
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { pg.Stop() })
	theirs := connOf(t, pg)
	must(t, theirs, psqlObjects)
	dir := folderOf(t, map[string]string{"orders.csv": "id,name,at,price\n1,a,2024-01-01,1.50\n"})
	ours := Serve(t, dir).Connect(t)
	must(t, ours, `create server files foreign data wrapper howdah options (location '`+dir+`'); create user mapping for public server files;
		create foreign table t (id int, name varchar(10)) server files options (location 'orders.csv', header 'true'); comment on table t is 'about';
		create view v as select id, name from orders; create role tester login superuser`)
	oid := func(c *pgtest.Conn, name string) string {
		v, err := c.Value("select oid from pg_class where relnamespace = 'public'::regnamespace and relname = '" + name + "' union all select oid from pg_foreign_server where srvname = '" + name + "'")
		if err != nil {
			t.Fatal(name, err)
		}
		return v
	}
	seen := map[string]bool{}
	run, commands := 0, 0
	for _, file := range files {
		for _, c := range recorded(t, file) {
			commands++
			for _, s := range c.statements {
				if seen[s] {
					continue
				}
				seen[s] = true
				run++
				fill := func(c *pgtest.Conn) string {
					return placeholder.ReplaceAllStringFunc(s, func(m string) string { return oid(c, m[5:len(m)-1]) })
				}
				want, wantErr := theirs.Run(fill(theirs))
				got, gotErr := ours.Run(fill(ours))
				if wantErr != nil {
					t.Errorf("%s: %s: PostgreSQL: %v\n%s", filepath.Base(file), c.name, wantErr, s)
					continue
				}
				if gotErr != nil {
					t.Errorf("%s: %s: %v\n%s", filepath.Base(file), c.name, gotErr, s)
					continue
				}
				if a, b := shapes(got), shapes(want); a != b {
					t.Errorf("%s: %s\n got %s\nwant %s\n%s", filepath.Base(file), c.name, a, b, s)
				}
			}
		}
	}
	t.Logf("%d statements of %d commands", run, commands)
}

var placeholder = regexp.MustCompile(`\{oid:\w+\}`)

// shapes names the columns of results.
func shapes(results []pgtest.Result) string {
	var b strings.Builder
	for _, r := range results {
		for _, c := range r.Columns {
			fmt.Fprintf(&b, "%s:%d:%d ", c.Name, c.TypeOID, c.TypeMod)
		}
		b.WriteString("/ ")
	}
	return b.String()
}

type command struct {
	name       string
	statements []string
}

func recorded(t *testing.T, file string) []command {
	t.Helper()
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	var list []command
	for part := range strings.SplitSeq("\n"+string(text), "\n-- ") {
		name, rest, _ := strings.Cut(part, "\n")
		if strings.TrimSpace(name) == "" || strings.HasPrefix(name, "#") {
			continue
		}
		c := command{name: name}
		for s := range strings.SplitSeq(rest, "\n;\n") {
			if s = strings.TrimSpace(strings.TrimSuffix(s, "\n;")); s != "" {
				c.statements = append(c.statements, s)
			}
		}
		list = append(list, c)
	}
	return list
}

// TestRecordPsqlStatements writes testdata/psql anew, from the psql programs that HOWDAH_PSQLS lists.
func TestRecordPsqlStatements(t *testing.T) {
	programs := strings.Fields(os.Getenv("HOWDAH_PSQLS"))
	if len(programs) == 0 {
		t.Skip("HOWDAH_PSQLS lists no programs to record")
	}
	seen := map[string]bool{} // of the programs before: only what is new is kept
	for _, psql := range programs {
		version, err := exec.Command(psql, "--version").Output()
		if err != nil {
			t.Fatal(err)
		}
		number := strings.Fields(string(version))[2]
		major, _, _ := strings.Cut(number, ".")
		pg, err := pgtest.Start(pgtest.Options{Settings: map[string]string{"log_statement": "all", "log_min_messages": "log"}})
		if err != nil {
			t.Fatal(err)
		}
		conn, err := pg.Connect()
		if err != nil {
			t.Fatal(err)
		}
		must(t, conn, psqlObjects)
		names, err := conn.Query("select oid, relname from pg_class where oid >= 16384 and relkind in ('r', 'v', 'f') union all select oid, srvname from pg_foreign_server")
		if err != nil {
			t.Fatal(err)
		}
		args := []string{"-X", "-w", "-h", "127.0.0.1", "-p", strconv.Itoa(pg.Port()), "-U", "tester", "-d", "postgres"}
		var script strings.Builder
		for _, c := range readingCommands {
			fmt.Fprintf(&script, "select $mark$%s$mark$;\n%s\n", c, c)
		}
		cmd := exec.Command(psql, args...)
		cmd.Stdin = strings.NewReader(script.String())
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Fatalf("%v\n%s", err, out)
		}
		if linked, err := exec.Command("ldd", psql).Output(); err == nil && (bytes.Contains(linked, []byte("libreadline")) || bytes.Contains(linked, []byte("libedit"))) {
			cmd := exec.Command("script", "-qec", psql+" "+strings.Join(args, " ")+" -P pager=off", "/dev/null")
			cmd.Env = append(os.Environ(), "TERM=dumb", "INPUTRC=/dev/null")
			keys, err := cmd.StdinPipe()
			if err != nil {
				t.Fatal(err)
			}
			var out bytes.Buffer
			cmd.Stdout = &out
			if err := cmd.Start(); err != nil {
				t.Fatal(err)
			}
			typed := func(s string) { // with the pauses of a person: what is pasted is not completed
				io.WriteString(keys, s)
				time.Sleep(60 * time.Millisecond)
			}
			typed("\n")
			for _, c := range completions {
				typed(fmt.Sprintf("select $mark$%s TAB$mark$;\n", c))
				typed(c)
				typed("\t")
				typed("\t")
				typed("\x15")
			}
			typed("\n\\q\n")
			keys.Close()
			if err := cmd.Wait(); err != nil {
				t.Fatalf("%v\n%.2000s", err, &out)
			}
		}
		list := fromLog(pg.Log(), names)
		var b strings.Builder
		fmt.Fprintf(&b, "-- # What psql %s sent to PostgreSQL 15 for its commands, and for TAB at the end of a line, but for what an older one sent as well.\n", number)
		n := 0
		for _, c := range list {
			c.statements = slices.DeleteFunc(c.statements, func(s string) bool { old := seen[s]; seen[s] = true; return old })
			if len(c.statements) > 0 {
				fmt.Fprintf(&b, "-- %s\n", c.name)
				for _, s := range c.statements {
					n++
					b.WriteString(s + "\n;\n")
				}
			}
		}
		if err := os.WriteFile(statementFile(major), []byte(b.String()), 0o644); err != nil {
			t.Fatal(err)
		}
		t.Logf("psql %s: %d commands, %d statements", number, len(list), n)
		conn.Close()
		pg.Stop()
	}
}

var (
	logged = regexp.MustCompile(`^LOG:  (?:statement|execute [^:]+): `)
	bigOID = regexp.MustCompile(`'(\d{5,})'`)
)

// fromLog takes the statements out of a server's log. Those that failed there are not kept.
func fromLog(text string, names [][]string) (list []command) {
	var last *string
	failed := false
	drop := func() {
		if failed && len(list) > 0 && last != nil {
			c := &list[len(list)-1]
			c.statements = c.statements[:len(c.statements)-1]
		}
		last, failed = nil, false
	}
	for line := range strings.SplitSeq(text, "\n") {
		if m := logged.FindString(line); m != "" {
			drop()
			s := line[len(m):]
			if mark, ok := strings.CutPrefix(s, "select $mark$"); ok {
				list = append(list, command{name: strings.TrimSuffix(mark, "$mark$;")})
			} else if len(list) > 0 {
				c := &list[len(list)-1]
				c.statements = append(c.statements, s)
				last = &c.statements[len(c.statements)-1]
			}
		} else if more, ok := strings.CutPrefix(line, "\t"); ok && last != nil {
			*last += "\n" + more
		} else if strings.HasPrefix(line, "ERROR:") {
			failed = true
		}
	}
	drop()
	for i := range list {
		for k, s := range list[i].statements {
			s = bigOID.ReplaceAllStringFunc(s, func(m string) string {
				for _, n := range names {
					if n[0] == m[1:len(m)-1] {
						return "'{oid:" + n[1] + "}'"
					}
				}
				return m
			})
			list[i].statements[k] = strings.TrimSuffix(strings.TrimSpace(s), ";")
		}
		list[i].statements = slices.DeleteFunc(list[i].statements, func(s string) bool { return strings.Contains(s, "$mark$") || strings.Contains(s, "\n;\n") })
	}
	return list
}

// TestSystemFunctionsAsPostgreSQL: the functions that PostgreSQL's views are made of give the same columns.
func TestSystemFunctionsAsPostgreSQL(t *testing.T) {
	theirs, ours := connOf(t, pgtest.New(t)), Serve(t, folderOf(t, map[string]string{"orders.csv": "id\n1\n"})).Connect(t)
	for _, f := range []string{"pg_available_extensions", "pg_available_extension_versions", "pg_show_all_settings", "pg_cursor", "pg_prepared_statement",
		"pg_lock_status", "pg_timezone_names", "pg_timezone_abbrevs", "pg_config"} {
		for _, q := range []string{"select * from " + f + "()", "select f.* from pg_catalog." + f + "() as f", "select count(*) from " + f + "() a, lateral (select a.*) b"} {
			want, err := theirs.Run(q)
			if err != nil {
				t.Fatal(q, err)
			}
			got, err := ours.Run(q)
			if err != nil || shapes(got) != shapes(want) {
				t.Errorf("%s: %v\n got %s\nwant %s", q, err, shapes(got), shapes(want))
			}
		}
	}
}
