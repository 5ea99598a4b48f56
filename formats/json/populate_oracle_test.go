package json

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"howdah/formats"
	"howdah/internal/pgtest"
	"howdah/types"
)

// TestAgainstPopulate makes values of all kinds of JSON values by json_populate_record of a real PostgreSQL and by the
// reader: the same values, or errors of the same code and text.
func TestAgainstPopulate(t *testing.T) {
	server, err := pgtest.Start(pgtest.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer server.Stop()
	conn, err := server.Connect()
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	if err := conn.Exec("set timezone = 'UTC'"); err != nil {
		t.Fatal(err)
	}
	values := []string{"null", "true", "false", "0", "-0", "7", "-7", "1.5", "-0.50", "1e3", "1E-2", "1.0e+2", "32768", "2147483648", "9223372036854775808",
		"123456789012345678901234567890.5", "0.30000000000000004", "100000000.00", "1e400", "99999999.995", `""`, `"7"`, `" 7 "`, `"x"`, `"true"`, `"t"`, `"é\n\"\\\/\u00e4\ud83d\ude00"`, `"a\u0000"`,
		`"2024-02-29"`, `"2024-02-30"`, `"2024-01-01T10:00:00Z"`, `"2024-01-01 10:00:00.123456"`, `"10:11:12"`, `"infinity"`, `"NaN"`, `"{1,2}"`, `"{\"a\":1}"`, `"null"`,
		`"0E37DF36-f698-11e6-8dd4-cb9ced3df976"`, `"12345678901234567890"`, `{}`, `[]`, `{"b":1,"a":[1.0,{"x":null}],"b":2}`, `[1,2]`, `[1,"2",null]`, `["a","b c","\"",""]`,
		`[[1,2],[3,4]]`, `[[1,2],[3]]`, `[1,[2]]`, `[[1],2]`, `[[],[]]`, `[[[]]]`, `[{"a":1},{"a":2}]`, `[true]`, `[1.5]`, `["x\u0000"]`, `[[[[[[[1]]]]]]]`, `[[1],[]]`, `[null,[1]]`, `[[null],[1]]`}
	kinds := map[string]types.Type{"int2": types.Of(types.Int2OID), "int4": types.Of(types.Int4OID), "int8": types.Of(types.Int8OID), "numeric": types.Of(types.NumericOID),
		"numeric(10,2)": {OID: types.NumericOID, Typmod: types.NumericTypmod(10, 2)}, "float8": types.Of(types.Float8OID), "float4": types.Of(types.Float4OID), "bool": types.Of(types.BoolOID),
		"text": types.Of(types.TextOID), "varchar(3)": {OID: types.VarcharOID, Typmod: 7}, "char(5)": {OID: types.BpcharOID, Typmod: 9}, "varchar": types.Of(types.VarcharOID),
		"date": types.Of(types.DateOID), "timestamp": types.Of(types.TimestampOID), "timestamptz": types.Of(types.TimestamptzOID), "time": types.Of(types.TimeOID),
		"interval": types.Of(types.IntervalOID), "uuid": types.Of(types.UUIDOID), "bytea": types.Of(types.ByteaOID), "json": types.Of(types.JSONOID), "jsonb": types.Of(types.JSONBOID),
		"text[]": types.Of(types.TextArrayOID), "int4[]": types.Of(types.Int4ArrayOID), "jsonb[]": types.Of(types.JSONBArrayOID), "json[]": types.Of(types.JSONArrayOID), "numeric[]": types.Of(types.NumericArrayOID), "bool[]": types.Of(types.BoolArrayOID)}
	random := rand.New(rand.NewPCG(5, 5))
	for range 150 {
		values = append(values, randomValue(random, 3))
	}
	for kind, typ := range kinds {
		sch := types.Schema{Columns: []types.Column{{Name: "v", Type: typ}, {Name: "w", Type: typ}}}
		table := "t_" + strings.Map(func(r rune) rune {
			if r >= 'a' && r <= 'z' || r >= '0' && r <= '9' {
				return r
			}
			return '_'
		}, kind)
		if err := conn.Exec(fmt.Sprintf("create table %s (v %s)", table, kind)); err != nil {
			t.Fatal(err)
		}
		for _, v := range values {
			switch {
			case v == "null" && typ.OID != types.TextOID:
				continue // NULL here for json and jsonb, too
			case strings.Contains(v, `\u0000`) && (typ.OID == types.JSONBOID || v[0] == '[' && types.ElemOf(typ.OID) == 0):
				continue // json_populate_record resolves escapes wherever they are
			case (typ.OID == types.JSONOID || typ.OID == types.JSONArrayOID) && strings.Contains(v, `\`):
				continue // and writes such strings anew, which are verbatim here
			}
			object := `{"v":` + v + `}`
			found, wantErr := conn.Query(fmt.Sprintf("select '=' || v::text from json_populate_record(null::%s, $json$%s$json$)", table, object))
			for _, col := range []string{"v", "w"} { // values, and text
				rows, err := all(Format{}, []byte(object), &formats.Scan{Schema: sch, Columns: []formats.Options{nil, {"name": "v"}}})
				what := fmt.Sprintf("%s as %s in column %s", v, kind, col)
				if wantErr != nil {
					if err == nil {
						t.Errorf("%s: %s, PostgreSQL has: %v", what, rows, wantErr)
					} else if got := errorOf(err); !strings.Contains(wantErr.Error(), got.Message) || !strings.Contains(wantErr.Error(), string(got.Code)) {
						t.Errorf("%s: %v, PostgreSQL has: %v", what, got, wantErr)
					}
					continue
				}
				if err != nil {
					t.Errorf("%s: %v, PostgreSQL has: %s", what, where(err), found)
					continue
				}
				want := strings.TrimPrefix(found[0][0], "=")
				if v == "null" {
					want = `\N`
				}
				if kind == "bool" { // its output is a letter, its cast to text a word
					want = want[:min(len(want), 1)]
				}
				if kind == "char(5)" { // the cast drops the blanks
					rows[0] = strings.Join([]string{strings.TrimRight(strings.Split(rows[0], "|")[0], " "), strings.TrimRight(strings.Split(rows[0], "|")[1], " ")}, "|")
				}
				if rows[0] != want+"|"+want {
					t.Errorf("%s: %s, PostgreSQL has: %s", what, rows[0], want)
				}
			}
		}
	}
}

func randomValue(r *rand.Rand, depth int) string {
	kinds := 8
	if depth == 0 {
		kinds = 6
	}
	var parts []string
	switch k := r.IntN(kinds); k {
	case 0:
		return []string{"true", "false"}[r.IntN(2)]
	case 1:
		return fmt.Sprint(r.IntN(2000) - 1000)
	case 2:
		return fmt.Sprintf("%d.%02d", r.IntN(10), r.IntN(100))
	case 3:
		return fmt.Sprintf("%de%d", r.IntN(10), r.IntN(8)-4)
	case 4, 5:
		return []string{`"a"`, `"\u00e9"`, `" "`, `"1"`, `"\t"`, `"{}"`}[r.IntN(6)]
	case 6:
		for range r.IntN(4) {
			parts = append(parts, randomValue(r, depth-1))
		}
		return "[" + strings.Join(parts, ", ") + "]"
	default:
		for range r.IntN(4) {
			parts = append(parts, fmt.Sprintf(`"%s" :%s`, []string{"a", "b", "long", "\\u0061"}[r.IntN(4)], randomValue(r, depth-1)))
		}
		return "{" + strings.Join(parts, ",") + "}"
	}
}
