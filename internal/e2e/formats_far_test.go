package e2e

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"howdah/internal/s3test"
)

// TestSameAnswersFromFar reads the files of all formats from S3 and a web server, found and declared, as from the disk.
func TestSameAnswersFromFar(t *testing.T) {
	t.Parallel()
	rows := formatTable()
	dir := t.TempDir()
	s3 := s3test.Start(t, "bucket")
	web := httptest.NewServer(http.FileServer(http.Dir(dir)))
	t.Cleanup(web.Close)
	ddl := "create schema web;\ncreate schema disk;\n" +
		"create server web foreign data wrapper howdah options (location '" + web.URL + "');\n" +
		"create server disk foreign data wrapper howdah options (location '" + dir + "');\n"
	for _, v := range variants {
		data := v.data(t, columnNames(), rows)
		put(t, dir, v.file, data)
		s3.Put(t, "bucket", "data/"+v.file, data)
		for _, server := range []string{"web", "disk"} {
			ddl += fmt.Sprintf("create foreign table %s.%s (%s) server %[1]s options (location '%[4]s'%[5]s);\n", server, v.name, declared(), v.file, v.options)
		}
	}
	h := ServeEnv(t, []string{"AWS_ACCESS_KEY_ID=" + s3.AccessKey, "AWS_SECRET_ACCESS_KEY=" + s3.SecretKey, "AWS_REGION=" + s3.Region, "AWS_ENDPOINT_URL=" + s3.Endpoint},
		"--catalog", secretFile(t, ddl), "local="+dir, "far=s3://bucket/data/")
	c := h.Connect(t)
	ask := func(q formatQuery, table string) reply {
		return send(c, place(q.sql, table, table, table), nil, false, false)
	}
	queries := formatQueries(t)
	for i, v := range variants {
		for _, q := range every(queries, i, 9) {
			check(t, v.name+" from the web", q, ask(q, "web."+v.name), ask(q, "disk."+v.name))
			if v.name != "deep" { // whose rows are where a declared path leads
				check(t, v.name+" from S3", q, ask(q, "far."+v.name), ask(q, "local."+v.name))
			}
		}
		if v := h.value(t, "select max(_path) from far."+v.name); !strings.HasPrefix(v, "s3:") {
			t.Errorf("read from %q", v)
		}
	}
}
