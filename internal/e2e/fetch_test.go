package e2e

import (
	"context"
	"fmt"
	"testing"

	"github.com/jackc/pgx/v5"
)

// TestFetchByTheExtendedProtocol: a cursor outlives each FETCH that is bound and executed, with and without a time-out.
func TestFetchByTheExtendedProtocol(t *testing.T) {
	rows := "id\n"
	for i := range 30_000 {
		rows += fmt.Sprintln(i)
	}
	h := Serve(t, folderOf(t, map[string]string{"t.csv": rows}))
	ctx := context.Background()
	for _, timeout := range []string{"0", "60s"} {
		c, err := pgx.Connect(ctx, h.DSN("tester"))
		if err != nil {
			t.Fatal(err)
		}
		if _, err := c.Exec(ctx, "set statement_timeout = '"+timeout+"'"); err != nil {
			t.Fatal(err)
		}
		tx, err := c.Begin(ctx)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := tx.Exec(ctx, "declare c scroll cursor for select id from t"); err != nil {
			t.Fatal(err)
		}
		for next := int64(0); next < 30_000; { // far beyond what was read ahead
			rows, err := tx.Query(ctx, "fetch 100 from c", pgx.QueryExecModeExec)
			if err != nil {
				t.Fatal(err)
			}
			ids, err := pgx.CollectRows(rows, pgx.RowTo[int64])
			if err != nil || len(ids) != 100 || ids[0] != next {
				t.Fatalf("statement_timeout %s: row %d: %d rows, %v", timeout, next, len(ids), err)
			}
			next += 100
		}
		if err := tx.Commit(ctx); err != nil {
			t.Fatal(err)
		}
		c.Close(ctx)
	}
}
