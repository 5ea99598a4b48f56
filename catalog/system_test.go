package catalog

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"

	"howdah/internal/pgdata"
	"howdah/internal/textsearch"
	"howdah/sources"
	"howdah/types"
	"howdah/vector"
)

type testSession struct{ view View }

func (testSession) User() string     { return "me" }
func (testSession) Database() string { return "howdah" }
func (s testSession) View() View     { return s.view }

// dumpSystem gives a system relation's rows as text, one a line.
func dumpSystem(t *testing.T, c *Catalog, rel string) string {
	t.Helper()
	v := c.View("me", sources.NewSnapshot())
	r, err := v.Lookup(context.Background(), nil, "pg_catalog", rel)
	if err != nil {
		t.Fatal(err)
	}
	if r.System == nil {
		t.Fatalf("%s is a view", rel)
	}
	var b strings.Builder
	err = r.System.Scan(context.Background(), testSession{v}, SystemRequest{}, func(batch *vector.Batch) bool {
		for _, i := range batch.Sel {
			for k, col := range batch.Cols {
				if k > 0 {
					b.WriteByte('|')
				}
				if !col.Null(i) {
					b.Write(vector.AppendText(nil, col, i, types.DefaultStyle()))
				}
			}
			b.WriteByte('\n')
		}
		return true
	})
	if err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// TestSystemTablesHoldPostgresRows reads every table of pg_catalog whole.
func TestSystemTablesHoldPostgresRows(t *testing.T) {
	c := open(t, "", writeFiles(t, map[string]string{"orders.csv": "id,name\n1,a\n"}))
	for i := range pgdata.Relations() {
		r := &pgdata.Relations()[i]
		if r.Schema != "pg_catalog" || r.Kind != 'r' {
			continue
		}
		columns, rows := pgdata.Rows(r.Name)
		rows = slices.DeleteFunc(slices.Clone(rows), func(row []string) bool { return !textsearch.Carried(r.Name, columns, row) })
		if got := strings.Count(dumpSystem(t, c, r.Name), "\n"); got < len(rows) && r.Name != "pg_description" {
			t.Errorf("%s has %d rows, PostgreSQL's own are %d", r.Name, got, len(rows))
		}
	}
}

func TestOwnObjectsAreListed(t *testing.T) {
	c := open(t, "", writeFiles(t, map[string]string{"orders.csv": "id,name\n1,a\n"}))
	v := c.View("me", sources.NewSnapshot())
	r, err := v.Lookup(context.Background(), []string{"public"}, "", "orders")
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(dumpSystem(t, c, "pg_class"), fmt.Sprintf("%d|orders|2200|", r.OID)) {
		t.Error("pg_class lacks the table")
	}
	attrs := dumpSystem(t, c, "pg_attribute")
	if !strings.Contains(attrs, fmt.Sprintf("%d|id|20|", r.OID)) || !strings.Contains(attrs, fmt.Sprintf("%d|name|25|", r.OID)) {
		t.Error("pg_attribute lacks its columns")
	}
	if strings.Contains(attrs, fmt.Sprintf("%d|_path|", r.OID)) {
		t.Error("pg_attribute shows hidden columns")
	}
	if back, err := v.ByOID(context.Background(), r.OID); err != nil || back.Name != "orders" {
		t.Errorf("by OID: %v %v", back, err)
	}
}

func TestRegNames(t *testing.T) {
	c := open(t, "", writeFiles(t, map[string]string{"orders.csv": "id,name\n1,a\n"}))
	v := c.View("me", sources.NewSnapshot())
	n := NewNames(context.Background(), v, []string{"pg_catalog", "public"})
	oid, err := n.RegOID(types.RegclassOID, "public.Orders")
	if err != nil {
		t.Fatal(err)
	}
	if name, ok := n.RegName(types.RegclassOID, oid); !ok || name != "orders" {
		t.Error(name, ok)
	}
	away := NewNames(context.Background(), v, []string{"pg_catalog"})
	if name, _ := away.RegName(types.RegclassOID, oid); name != "public.orders" {
		t.Error(name)
	}
	if oid, err := n.RegOID(types.RegtypeOID, "timestamp with time zone"); err != nil || oid != types.TimestamptzOID {
		t.Error(oid, err)
	}
	if _, err := n.RegOID(types.RegclassOID, "nope"); err == nil || !strings.Contains(err.Error(), `relation "nope" does not exist`) {
		t.Error(err)
	}
}
