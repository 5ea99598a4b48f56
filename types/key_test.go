package types_test

import (
	"testing"

	"howdah/types"
)

// TestKeys: values that are written alike have one key, others have others.
func TestKeys(t *testing.T) {
	for _, c := range []struct {
		oid  types.OID
		list []string
	}{
		{types.BoolOID, []string{"t", "f"}},
		{types.Int4OID, []string{"0", "1", "-1", "2147483647"}},
		{types.Float8OID, []string{"0", "-0", "1", "NaN", "Infinity"}},
		{types.TextOID, []string{"", "a", "ab", "b", "a "}},
		{types.NumericOID, []string{"0", "0.0", "1", "1.0", "1.00", "-1", "-1.0", "10", "NaN", "Infinity", "-Infinity",
			"123456789012345678901234567890", "-123456789012345678901234567890", "12345678901234567890123456789.0"}},
		{types.IntervalOID, []string{"1 day", "24:00:00", "1 mon", "30 days", "00:00:00", "-1 day"}},
		{types.OID(1007), []string{"{}", "{1}", "{1,2}", "{12}", "{{1,2}}", "[2:3]={1,2}", "{NULL}", "{1,NULL}"}},
		{types.OID(1009), []string{"{ab}", "{a,b}", `{"a,b"}`, `{""}`, "{NULL}", `{"NULL"}`}},
		{types.OID(1231), []string{"{1}", "{1.0}"}},
	} {
		seen := map[string]string{}
		for _, text := range c.list {
			for range 2 {
				d, err := types.ParseText(types.Of(c.oid), []byte(text), types.DefaultStyle())
				if err != nil {
					t.Fatal(text, err)
				}
				key, ok := types.AppendKey([]byte("x"), c.oid, &d)
				if !ok {
					t.Fatalf("%s of type %d has no key", text, c.oid)
				}
				if other, known := seen[string(key)]; known && other != text {
					t.Errorf("type %d: %q and %q have one key", c.oid, text, other)
				}
				seen[string(key)] = text
			}
		}
		if len(seen) != len(c.list) {
			t.Errorf("type %d: %d keys for %d values", c.oid, len(seen), len(c.list))
		}
		null := types.NullDatum
		if key, ok := types.AppendKey([]byte("x"), c.oid, &null); !ok || seen[string(key)] != "" {
			t.Errorf("type %d: NULL has no key of its own", c.oid)
		}
	}
}
