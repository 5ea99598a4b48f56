package e2e

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
)

// TestGoDrivers uses pgx as programs do: in each of its ways to run a query.
func TestGoDrivers(t *testing.T) {
	h := Serve(t, folderOf(t, map[string]string{"orders.csv": "id,name,at,price,open\n1,a,2024-01-01,1.50,true\n2,b,2024-01-02,,false\n"}))
	ctx := context.Background()
	for _, mode := range []pgx.QueryExecMode{
		pgx.QueryExecModeCacheStatement, pgx.QueryExecModeCacheDescribe, pgx.QueryExecModeDescribeExec, pgx.QueryExecModeExec, pgx.QueryExecModeSimpleProtocol,
	} {
		config, err := pgx.ParseConfig(h.DSN("tester"))
		if err != nil {
			t.Fatal(err)
		}
		config.DefaultQueryExecMode = mode
		c, err := pgx.ConnectConfig(ctx, config)
		if err != nil {
			t.Fatal(err)
		}
		tx, err := c.BeginTx(ctx, pgx.TxOptions{IsoLevel: pgx.RepeatableRead, AccessMode: pgx.ReadOnly})
		if err != nil {
			t.Fatal(err)
		}
		typed(t, ctx, tx, mode)
		if err := tx.Commit(ctx); err != nil {
			t.Error(err)
		}
		for range 3 {
			var name string
			if err := c.QueryRow(ctx, "select name from orders where id = $1", int64(2)).Scan(&name); err != nil || name != "b" {
				t.Errorf("%v: %q (%v)", mode, name, err)
			}
		}
		var batch pgx.Batch
		for i := range 3 {
			batch.Queue("select $1::int4 * 2", int32(i))
		}
		results := c.SendBatch(ctx, &batch)
		for i := range 3 {
			var twice int32
			if err := results.QueryRow().Scan(&twice); err != nil || twice != int32(2*i) {
				t.Errorf("%v: batch gives %d (%v)", mode, twice, err)
			}
		}
		if err := results.Close(); err != nil {
			t.Errorf("%v: %v", mode, err)
		}
		if _, err := c.LoadTypes(ctx, []string{"jsonb"}); err != nil {
			t.Errorf("%v: %v", mode, err)
		}
		_, err = c.Exec(ctx, "select 1 / $1::int", 0)
		if pe, ok := errors.AsType[*pgconn.PgError](err); !ok || pe.Code != "22012" {
			t.Errorf("%v: %v", mode, err)
		}
		short, cancel := context.WithTimeout(ctx, 50*time.Millisecond)
		if _, err := c.Exec(short, "select pg_sleep(20)"); !errors.Is(err, context.DeadlineExceeded) && !pgconn.Timeout(err) {
			t.Errorf("%v: a query past its deadline: %v", mode, err)
		}
		cancel()
		select {
		case <-c.PgConn().CleanupDone(): // pgx cancels the query behind the back of its caller
		case <-time.After(5 * time.Second):
			t.Errorf("%v: the query goes on", mode)
		}
		c.Close(ctx)
	}
}

// typed reads every kind of value that a file gives into Go's own types.
func typed(t *testing.T, ctx context.Context, tx pgx.Tx, mode pgx.QueryExecMode) {
	rows, err := tx.Query(ctx, "select id, name, at, price, open from orders where id >= $1 and name = any($2) order by id", int64(1), []string{"a", "b"})
	if err != nil {
		t.Fatalf("%v: %v", mode, err)
	}
	defer rows.Close()
	n := 0
	for rows.Next() {
		var id int64
		var name string
		var at time.Time
		var price *float64
		var open bool
		if err := rows.Scan(&id, &name, &at, &price, &open); err != nil {
			t.Fatalf("%v: %v", mode, err)
		}
		n++
		if id != int64(n) || at != time.Date(2024, 1, n, 0, 0, 0, 0, time.UTC) || (price != nil) != (n == 1) || open != (n == 1) {
			t.Errorf("%v, row %d: %v %v %v %v %v", mode, n, id, name, at, price, open)
		}
	}
	if err := rows.Err(); err != nil || n != 2 {
		t.Errorf("%v: %d rows (%v)", mode, n, err)
	}
}
