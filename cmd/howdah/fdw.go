package main

import (
	"context"
	"fmt"
	"strings"

	"howdah/sql"
)

// fdw prints what makes a PostgreSQL read through a server.
func fdw(_ context.Context, args []string) error {
	fs := flags("fdw")
	host := fs.String("host", "127.0.0.1", "where the PostgreSQL finds this server")
	port := fs.String("port", "5433", "its port")
	name := fs.String("server", "howdah", "name of the server in the PostgreSQL")
	remote := fs.String("schema", "public", "schema of this server to import")
	local := fs.String("into", "files", "schema of the PostgreSQL to import into")
	user := fs.String("user", "", "role to log in as; write its password into the line that is printed")
	major := fs.Int("postgres", 15, "major version of the PostgreSQL: 13 lacks some of the options")
	if err := parse(fs, args); err != nil {
		return err
	}
	q := sql.QuoteIdent
	lit := sql.QuoteLiteral
	var b strings.Builder
	b.WriteString("-- Paste into the PostgreSQL, as a role that may create servers.\n")
	b.WriteString("CREATE EXTENSION IF NOT EXISTS postgres_fdw;\n")
	fmt.Fprintf(&b, "CREATE SERVER %s FOREIGN DATA WRAPPER postgres_fdw\n  OPTIONS (host %s, port %s, dbname 'howdah', fetch_size '10000', updatable 'false'",
		q(*name), lit(*host), lit(*port))
	if *major >= 14 {
		b.WriteString(",\n           truncatable 'false', async_capable 'true'")
	}
	b.WriteString(");\n")
	if *user != "" {
		fmt.Fprintf(&b, "CREATE USER MAPPING FOR CURRENT_USER SERVER %s OPTIONS (user %s, password '…');\n", q(*name), lit(*user))
	} else {
		b.WriteString("-- Trusted on loopback; a PostgreSQL user who is not a superuser needs a password:\n")
		b.WriteString("--   here:  CREATE ROLE reader LOGIN PASSWORD '…';   there:  OPTIONS (user 'reader', password '…')\n")
		fmt.Fprintf(&b, "CREATE USER MAPPING FOR CURRENT_USER SERVER %s;\n", q(*name))
	}
	fmt.Fprintf(&b, "CREATE SCHEMA %s;\n", q(*local))
	fmt.Fprintf(&b, "IMPORT FOREIGN SCHEMA %s FROM SERVER %s INTO %s;\n", q(*remote), q(*name), q(*local))
	fmt.Print(b.String())
	return nil
}
