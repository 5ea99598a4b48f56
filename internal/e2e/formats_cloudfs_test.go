package e2e

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"regexp"
	"strings"
	"testing"

	"howdah/internal/s3test"
)

// TestCloudFSDefinitions loads a dump with a table of cloudfs_fdw for each format and source, as it is, and asks each of them.
func TestCloudFSDefinitions(t *testing.T) {
	t.Parallel()
	rows := formatTable()[:200]
	dir := t.TempDir()
	csv := writeCSV(t, columnNames(), rows, ',')
	put(t, dir, "csv.csv", csv)
	put(t, dir, "semicolon.csv", writeCSV(t, columnNames(), rows, ';'))
	put(t, dir, "csv.csv.gz", gzipMembers(csv))
	put(t, dir, "csv.csv.zip", zipped(t, "csv.csv", string(csv)))
	put(t, dir, "json.json", writeJSON(t, columnNames(), rows))
	put(t, dir, "deep.json", writeJSON(t, columnNames(), rows, "data", "rows"))
	put(t, dir, "placed.json", []byte(`{"result": {"items": [{"No": 1, "theName": "a", "Sum": 1.50, "more": null}, {"No": 2, "theName": null, "Sum": 2e1}]}}`))
	put(t, dir, "xlsx.xlsx", writeXLSX(t, columnNames(), rows))
	put(t, dir, "xls.xls", writeXLS(t, columnNames(), rows))
	put(t, dir, "ods.ods", writeODS(t, columnNames(), rows))
	web := httptest.NewServer(http.FileServer(http.Dir(dir)))
	t.Cleanup(web.Close)
	s3 := s3test.Start(t, "bucket")
	s3.Put(t, "bucket", "folder/csv.csv.gz", gzipMembers(csv))
	scheme, host, _ := strings.Cut(s3.Endpoint, "//")
	host, port, _ := strings.Cut(host, ":")

	dump, err := os.ReadFile("testdata/formats/cloudfs_fdw.sql")
	if err != nil {
		t.Fatal(err)
	}
	columns := "\n    " + strings.ReplaceAll(declared(), ", ", ",\n    ") + "\n"
	text := strings.NewReplacer("@COLUMNS@", columns, "@DIR@", dir, "@URL@", web.URL, "@KEY@", s3.AccessKey, "@SECRET@", s3.SecretKey,
		"@HOST@", scheme+"//"+host, "@PORT@", port, "@REGION@", s3.Region).Replace(string(dump))
	h := Serve(t, "--catalog", secretFile(t, text), "--allow", dir)
	c := h.Connect(t)

	const whole = "select * from cloudfs.%s order by id"
	want := send(c, fmt.Sprintf(whole, "csv"), nil, false, false)
	if want.code != "" || len(want.rows) != len(rows) || !strings.HasPrefix(want.rows[0], "1\t909\t") {
		t.Fatalf("csv: %s", want)
	}
	tables := regexp.MustCompile(`CREATE FOREIGN TABLE cloudfs\.(\w+) \(@COLUMNS@\)`).FindAllStringSubmatch(string(dump), -1)
	if len(tables) != 14 {
		t.Fatalf("the dump has %d tables of these columns", len(tables))
	}
	for _, m := range tables {
		check(t, m[1], formatQuery{sql: m[1], ordered: true}, send(c, fmt.Sprintf(whole, m[1]), nil, false, false), want)
	}
	for sql, rows := range map[string][]string{
		"select * from cloudfs.csv_narrow where id < 3 order by id":                       {"1\t909", "2\t575"},
		"select count(*) from cloudfs.csv_narrow":                                         {"200"},
		"select * from cloudfs.csv_headless where small = '909' or id = 'id' order by id": {"1\t909", "id\tsmall"},
		"select count(*) from cloudfs.csv_headless":                                       {"201"},
		"select * from cloudfs.json_placed order by 1":                                    {"1\ta\t1.50", `2` + "\t" + `\N` + "\t20"},
	} {
		check(t, "", formatQuery{sql: sql, ordered: true}, send(c, sql, nil, false, false), reply{rows: rows})
	}
	h.refused(t, "create foreign table cloudfs.x (a int) server cloudfs_srv options (source 'file', filepath '/x', format 'parquet')", "0A000", "csv", "ods")
	h.refused(t, "create foreign table cloudfs.x (a int) server cloudfs_srv options (source 'ftp', filepath '/x')", "0A000", "http/https")
	h.refused(t, "create foreign table cloudfs.x (a int) server cloudfs_srv options (source 'file', filepath '/x', format 'json', quote_chr '''')", "HV00D", "json_path")
}
