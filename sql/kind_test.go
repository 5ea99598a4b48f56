package sql

import (
	"errors"
	"regexp"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5/pgconn"

	"howdah/internal/pgtest"
)

// runnable are statements that succeed one after the other in an empty database, so that the server's own tag and
// its opinion on read-only transactions can be compared.
var runnable = []string{
	"create schema k", "set search_path = k", "create table t (a int, b text)", "create view v as select * from t", "create materialized view mv as select 1",
	"insert into t values (1, 'x')", "update t set a = 2", "delete from t where a = 9", "merge into t using t s on t.a = s.a when matched then update set a = 1",
	"select * from t", "select * from t for update", "select * from t for share", "table t", "values (1), (2)", "select 1 union select 2",
	"with x as (insert into t values (5) returning a) select * from x", "with x as (select 1) insert into t select * from x",
	"explain select 1", "explain analyze select 1", "explain insert into t values (1)", "explain analyze insert into t values (1)",
	"explain (analyze off) insert into t values (1)", "explain (analyze false, costs off) delete from t",
	"copy t to stdout", "copy (select 1) to stdout", "show work_mem", "show all", "set work_mem = '1MB'", "set local work_mem = '1MB'", "reset work_mem", "reset all",
	"set search_path = k", "set session characteristics as transaction isolation level read committed", "set transaction isolation level read committed",
	"prepare p as select 1", "execute p", "deallocate p", "deallocate all", "prepare q as insert into t values (3)", "declare c cursor with hold for select 1",
	"fetch c", "move c", "close c", "close all", "listen x", "notify x", "unlisten x", "unlisten *", "discard plans", "discard sequences", "discard temp",
	"analyze t", "analyze", "lock table t in share mode", "lock table t in row exclusive mode", "lock table t", "comment on table t is 'x'", "savepoint s", "rollback to s",
	"release s", "set constraints all deferred", "create role kr", "alter role kr nologin", "alter role kr set work_mem = '1MB'", "create role kr2",
	"grant kr to kr2", "revoke kr from kr2", "grant select on t to kr", "revoke select on t from kr", "alter default privileges in schema k grant select on tables to kr",
	"alter default privileges in schema k revoke select on tables from kr", "drop owned by kr", "reassign owned by kr to kr2", "drop role kr, kr2",
	"create foreign data wrapper w", "alter foreign data wrapper w options (a 'b')", "create server s foreign data wrapper w", "alter server s options (x 'y')",
	"create user mapping for public server s", "alter user mapping for public server s options (u 'v')", "drop user mapping for public server s",
	"create foreign table ft (a int) server s", "alter foreign table ft add b int", "alter foreign table ft rename b to c", "alter foreign table ft rename to ft2",
	"comment on foreign table ft2 is 'x'", "drop foreign table ft2", "alter server s rename to s2", "alter server s2 owner to postgres", "drop server s2", "drop foreign data wrapper w",
	"alter table t add c int", "alter table t rename c to d", "alter table t rename to t2", "alter table t2 rename to t", "alter table t set schema public", "alter table public.t set schema k",
	"alter table t owner to postgres", "alter view v rename to v2", "alter view v2 alter a set default 1", "drop view v2", "refresh materialized view mv", "drop materialized view mv",
	"create index i on t (a)", "alter index i rename to i2", "reindex table t", "cluster t using i2", "drop index i2", "create sequence sq", "alter sequence sq restart", "drop sequence sq",
	"create type ty as (a int)", "alter type ty rename attribute a to b", "create type en as enum ('a')", "alter type en add value 'b'", "drop type ty, en", "create domain d as int",
	"alter domain d set default 1", "drop domain d", "create function f() returns int language sql as 'select 1'", "alter function f() stable", "alter function f() rename to g", "drop function g()",
	"create procedure pr() language sql as 'select 1'", "call pr()", "drop procedure pr()", "do 'begin end'", "create rule r as on delete to t do nothing", "drop rule r on t",
	"create aggregate ag (int) (sfunc = int4pl, stype = int)", "drop aggregate ag(int)", "create operator === (function = int4eq, leftarg = int, rightarg = int)", "drop operator === (int, int)",
	"create collation co (locale = 'C')", "drop collation co", "create statistics st on a, b from t", "drop statistics st", "create policy po on t", "drop policy po on t",
	"create table ta as select 1 as x", "select 1 as x into tb", "create table tc as select 1 with no data", "drop table ta, tb, tc", "truncate t", "load 'plpgsql'", "checkpoint",
	"create extension if not exists plpgsql", "drop table t", "alter schema k rename to k2", "drop schema k2",
}

var counts = regexp.MustCompile(`( \d+)+$`)

func TestTagsAreTheServers(t *testing.T) {
	s := pgtest.New(t)
	if err := s.Exec("create database kind"); err != nil {
		t.Fatal(err)
	}
	c, err := pgtest.Connect(s.DSNFor("postgres", "kind"))
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	refused := func(text string) bool { // by a read-only transaction
		err := c.Exec("begin read only; " + text)
		c.Exec("rollback")
		var e *pgconn.PgError
		return errors.As(err, &e) && e.Code == "25006"
	}
	// Sessions keep prepared statements and cursors whatever becomes of the transaction; refresh and discard are
	// refused for another reason first.
	notAsked := regexp.MustCompile("^(prepare|execute|deallocate|declare|fetch|move|close|refresh|discard)")
	for _, text := range runnable {
		statements, err := Parse(text)
		if err != nil {
			t.Errorf("%s: %v", text, err)
			continue
		}
		node := statements[0].Node
		if !notAsked.MatchString(text) && refused(text) == IsReadOnly(node) {
			t.Errorf("%s: IsReadOnly is %v, and the server disagrees", text, IsReadOnly(node))
		}
		inTransaction := statements[0].Kind.IsTransaction() || strings.HasPrefix(text, "lock") || strings.HasPrefix(text, "set local") || strings.HasPrefix(text, "set transaction")
		if inTransaction {
			c.Exec("begin")
			if strings.Contains(text, " s") && !strings.HasPrefix(text, "savepoint") && statements[0].Kind.IsTransaction() {
				c.Exec("savepoint s")
			}
		}
		results, err := c.Run(text)
		if inTransaction {
			c.Exec("rollback")
		}
		if err != nil {
			t.Errorf("%s: the server says %v", text, err)
			continue
		}
		got, want := CommandTag(node), counts.ReplaceAllString(results[0].Tag, "")
		if c.Pg().TxStatus() != 'I' {
			t.Fatalf("%s left a transaction", text)
		}
		switch {
		case strings.Contains(text, "with no data"): // reports its name and not a count
		case statements[0].Kind == CreateTableAs && want == "SELECT":
			continue // it reports what it read
		case strings.HasPrefix(got, "SELECT FOR"):
			got = "SELECT" // the longer name is for messages
		case got == "EXECUTE":
			got = "SELECT" // what it executed
		}
		if got != want {
			t.Errorf("%s: tag %s, want %s", text, got, want)
		}
	}
	for text, want := range map[string]string{
		"begin": "BEGIN", "start transaction": "START TRANSACTION", "commit": "COMMIT", "end": "COMMIT", "rollback": "ROLLBACK", "abort": "ROLLBACK",
		"discard all": "DISCARD ALL", "vacuum": "VACUUM",
	} {
		statements, err := Parse(text)
		if err != nil {
			t.Fatal(err)
		}
		results, err := c.Run(text)
		if err != nil || results[0].Tag != want || CommandTag(statements[0].Node) != want {
			t.Errorf("%s: %v, %v; we say %s", text, results, err, CommandTag(statements[0].Node))
		}
		c.Exec("rollback")
	}
}

func TestKinds(t *testing.T) {
	for text, want := range map[string]Kind{
		"select 1": Select, "table t": Select, "values (1)": Values, "select 1 union values (2)": Select, "select 1 into t": CreateTableAs,
		"select 1 into t union select 2": CreateTableAs, "select 1 for update": Write, "with a as (delete from t returning 1) select 1": Write,
		"merge into t using u on true when matched then delete": Write, "truncate t": Write, "explain delete from t": Explain, "declare c cursor for select 1": Declare,
		"fetch 3 from c": Fetch, "move c": Move, "close c": Close, "begin": Begin, "start transaction": Begin, "end": Commit, "abort": Rollback, "savepoint a": Savepoint,
		"release a": Release, "rollback to a": RollbackTo, "prepare transaction 'x'": TwoPhase, "commit prepared 'x'": TwoPhase, "set a = 1": Set, "set time zone utc": Set,
		"set transaction read only": SetTransaction, "set session characteristics as transaction read only": SetTransaction, "reset a": Reset, "reset all": Reset, "show a": Show,
		"discard all": Discard, "prepare a as select 1": Prepare, "execute a": Execute, "deallocate a": Deallocate, "copy t to stdout": Copy, "listen a": Listen, "lock t": Lock,
		"analyze": Analyze, "vacuum": Vacuum, "vacuum analyze": Vacuum, "comment on table t is 'x'": Comment, "grant select on t to a": Grant, "revoke a from b": GrantRole,
		"create user a": Role, "alter role a set b = 1": Role, "drop role a": Role, "create table t()": CreateTable, "create foreign table t (a int) server s": CreateForeignTable,
		"create server s foreign data wrapper w": CreateServer, "create user mapping for a server s": CreateUserMapping, "import foreign schema a from server s into b": ImportForeignSchema,
		"create view v as select 1": CreateView, "create schema s": CreateSchema, "drop server s": Drop, "drop table t": Drop, "alter table t add a int": AlterTable,
		"alter foreign table t add a int": AlterTable, "alter table t rename to u": Rename, "alter server s owner to a": AlterOwner, "create extension e": CreateExtension,
		"create foreign data wrapper w": CreateWrapper, "alter foreign data wrapper w no handler": AlterWrapper, "create index on t (a)": OtherDDL, "alter system set a = 1": AlterSystem,
	} {
		statements, err := Parse(text)
		if err != nil {
			t.Errorf("%s: %v", text, err)
			continue
		}
		if got := statements[0].Kind; got != want {
			t.Errorf("%s: kind %d, want %d", text, got, want)
		}
	}
}
