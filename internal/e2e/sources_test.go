package e2e

import (
	"bytes"
	"compress/gzip"
	"encoding/base64"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/jackc/pgx/v5/pgconn"

	"howdah/bench/orders"
	"howdah/internal/pgtest"
	"howdah/internal/s3test"
	"howdah/sources/sourcetest"
)

// sameEverywhere are asked of each source's table T; the answers must be those of the local file.
var sameEverywhere = []string{
	"select count(*) from T",
	"select count(*), count(note), count(distinct country), sum(qty), sum(price), min(id), max(id) from T",
	"select avg(price), avg(discount), min(customer), max(customer) from T",
	"select id, price from T where country = 'DE' and qty > 90 order by id limit 50",
	"select * from T order by price desc, id limit 10",
	"select * from T limit 10",
	"select * from T limit 5 offset 777",
	"select country, count(*), sum(price), avg(price), sum(qty) from T group by country order by country",
	"select country, paid, count(*) filter (where qty > 50) from T group by 1, 2 order by 1, 2",
	"select count(*) from T where note like '%urgent%'",
	"select id, note from T where note is not null and length(note) > 60 order by length(note) desc, id limit 7",
	"select id from T where note is null order by id limit 3",
	"select count(*) from T a join T b on a.id = b.id",
	"select a.country, count(*) from T a where exists (select 1 from T b where b.id = a.id + 1) group by 1 order by 2 desc, 1 limit 5",
	"select distinct country from T where qty between 10 and 20 order by 1",
	"select sum(qty * price) from T where paid",
	"select max(_row), min(_row) from T",
	"select * from T where _row = 4000",
	"select md5(string_agg(sku, ',' order by id)) from (select sku, id from T limit 1000) x",
	"select count(*) from T where id in (select id from T where qty = 1)",
	"select upper(substr(customer, 1, 3)), count(*) from T group by 1 having count(*) > 100 order by 2 desc, 1 limit 5",
	"select * from T where false",
}

func answers(t testing.TB, h *Howdah, table string) []string {
	c := h.Connect(t)
	var out []string
	for _, q := range sameEverywhere {
		q = strings.NewReplacer("T ", table+" ", "T", table).Replace(q)
		a := ask(c, q)
		out = append(out, a.code+" "+strings.Join(a.rows, "\n"))
	}
	return out
}

// gzipped serves content with a gzip coding, as servers do that compress on the fly: no length, no ranges.
func gzipped(data []byte) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Encoding", "gzip")
		w.Header().Set("ETag", `W/"1"`)
		if r.Method == http.MethodHead {
			return
		}
		z := gzip.NewWriter(w)
		z.Write(data)
		z.Close()
	}
}

func TestSourcesAgree(t *testing.T) {
	t.Parallel()
	rows := 5_000
	var b bytes.Buffer
	if err := orders.Write(&b, rows, orders.Seed); err != nil {
		t.Fatal(err)
	}
	data := b.Bytes()
	dir := t.TempDir()
	put(t, dir, "local.csv", data)
	put(t, dir, "zipped.csv.gz", gzipMembers(data[:len(data)/3], data[len(data)/3:]))
	s3 := s3test.Start(t, "bucket")
	s3.Put(t, "bucket", "x.csv", data)
	s3.Put(t, "bucket", "x.csv.gz", gzipMembers(data))
	ranged := newTap(t, data, 0)
	plain := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Length", strconv.Itoa(len(data)))
		w.Write(data)
	}))
	coded := httptest.NewServer(gzipped(data))
	t.Cleanup(plain.Close)
	t.Cleanup(coded.Close)
	locations := map[string]string{
		"gz": dir + "/zipped.csv.gz", "ranged": ranged.URL + "/x.csv", "plain": plain.URL + "/x.csv", "coded": coded.URL + "/x.csv",
		"s3env": "s3://bucket/x.csv", "s3gz": "s3://bucket/x.csv.gz",
	}
	for _, f := range []sourcetest.Framing{sourcetest.ContentLength, sourcetest.Chunked, sourcetest.HTTP10} {
		for _, ranges := range []bool{true, false} {
			if testing.Short() && !ranges || f == sourcetest.HTTP10 && !ranges { // an unproven length is refused: TestUnprovenLength
				continue
			}
			server := sourcetest.NewRawServer(t, sourcetest.Page{Content: data, Framing: f, ETag: `"1"`, Ranges: ranges, NoHead: !ranges})
			locations[fmt.Sprintf("raw%d%v", f, ranges)] = server.URL + "/x.csv"
		}
	}
	h := ServeEnv(t, []string{"AWS_ACCESS_KEY_ID=" + s3.AccessKey, "AWS_SECRET_ACCESS_KEY=" + s3.SecretKey, "AWS_REGION=" + s3.Region, "AWS_ENDPOINT_URL=" + s3.Endpoint},
		"--catalog", filepath.Join(t.TempDir(), "tables.sql"), "--allow", dir, "bucket=s3://bucket/")
	h.run(t, "create server s foreign data wrapper howdah")
	declare := func(name, options string) {
		t.Helper()
		h.run(t, fmt.Sprintf("create foreign table %s (%s) server s options (%s, header 'true', format 'csv')", name, orders.Columns, options))
	}
	declare("local", fmt.Sprintf("location '%s/local.csv'", dir))
	for name, location := range locations {
		declare(name, fmt.Sprintf("location '%s'", location))
	}
	declare("s3ddl", fmt.Sprintf("location 's3://bucket/x.csv', endpoint '%s', region '%s', aws_access_key '%s', aws_secret_key '%s'", s3.Endpoint, s3.Region, s3.AccessKey, s3.SecretKey))
	// cloudfs_fdw's dialect, with the keys in a user mapping.
	h.run(t, fmt.Sprintf(`create server cloud foreign data wrapper multicorn options (wrapper 'cloudfs_fdw.CloudFsFdw');
		create user mapping for tester server cloud options (aws_access_key '%s', aws_secret_key '%s');
		create foreign table mapped (%s) server cloud options (source 's3', bucket 'bucket', filepath 'x.csv', host '%s', port '%s', region '%s', format 'csv', header 'true')`,
		s3.AccessKey, s3.SecretKey, orders.Columns, "http://127.0.0.1", s3.Endpoint[strings.LastIndexByte(s3.Endpoint, ':')+1:], s3.Region))
	want := answers(t, h, "local")
	for i, a := range want {
		if !strings.HasPrefix(a, " ") {
			t.Errorf("%s: %s", sameEverywhere[i], a)
		}
	}
	if !strings.Contains(want[0], strconv.Itoa(rows)) {
		t.Fatalf("local: %s", want[0])
	}
	locations["s3ddl"], locations["mapped"] = "s3://bucket/x.csv", "s3://bucket/x.csv"
	for name, location := range locations {
		got := answers(t, h, name)
		for i := range got {
			if got[i] != want[i] {
				t.Errorf("%s (%s): %s\n gives %.300s\nlocal %.300s", name, location, sameEverywhere[i], got[i], want[i])
				break
			}
		}
	}
	t.Logf("%d queries give the same answers over %d tables", len(sameEverywhere), len(locations)+1)
	h.alive(t)
	// The mapping is tester's alone; another user has no keys of that server, but those of the environment.
	h.refused(t, "create foreign table denied (a int) server s options (location 's3://bucket/x.csv', anonymous 'true', header 'true', endpoint '"+s3.Endpoint+"'); select * from denied", "42501", "s3://bucket/x.csv")
}

// TestUnprovenLength refuses what nobody can tell to be whole, unless told to take it.
func TestUnprovenLength(t *testing.T) {
	data := numbers(100)
	h := Serve(t, "--catalog", filepath.Join(t.TempDir(), "tables.sql"))
	server := sourcetest.NewRawServer(t, sourcetest.Page{Content: data, Framing: sourcetest.CloseDelimited, ETag: `"1"`})
	h.run(t, fmt.Sprintf(`create server s foreign data wrapper howdah;
		create foreign table strict (id int, qty int, name text) server s options (location '%[1]s/x.csv', header 'true');
		create foreign table loose (id int, qty int, name text) server s options (location '%[1]s/x.csv', header 'true', allow_unproven_length 'true')`, server.URL))
	c := h.Connect(t)
	_, err := c.Query("select count(*) from strict")
	if pe, ok := errors.AsType[*pgconn.PgError](err); !ok || pe.Code != "58030" && pe.Code != "08006" || !strings.Contains(errorText(pe), "allow_unproven_length") {
		t.Errorf("%v", err)
	}
	if v := h.value(t, "select count(*) from loose"); v != "100" {
		t.Errorf("loose: %s", v)
	}
}

var bytesRead = regexp.MustCompile(`Bytes Read: (\d+)`)

// explain gives what EXPLAIN ANALYZE says, and the bytes that it says were read.
func explain(t testing.TB, c *pgtest.Conn, q string) (string, int64) {
	t.Helper()
	rows, err := c.Query("explain (analyze, verbose) " + q)
	if err != nil {
		t.Fatalf("%s: %v", q, err)
	}
	var text strings.Builder
	for _, r := range rows {
		text.WriteString(r[0] + "\n")
	}
	total := int64(0)
	for _, m := range bytesRead.FindAllStringSubmatch(text.String(), -1) {
		n, _ := strconv.ParseInt(m[1], 10, 64)
		total += n
	}
	return text.String(), total
}

// TestLimitReadsLittle counts what a LIMIT makes a server send.
func TestLimitReadsLittle(t *testing.T) {
	data, err := os.ReadFile(bigFile(t, 100_000)) // 10 MB
	if err != nil {
		t.Fatal(err)
	}
	web := newTap(t, data, 0)
	s3 := s3test.Start(t, "bucket")
	s3.Put(t, "bucket", "x.csv", data)
	h := Serve(t, "--catalog", filepath.Join(t.TempDir(), "tables.sql"))
	h.run(t, fmt.Sprintf(`create server s foreign data wrapper howdah;
		create foreign table web (%[1]s) server s options (location '%[2]s/x.csv', header 'true', format 'csv');
		create foreign table far (%[1]s) server s options (location 's3://bucket/x.csv', header 'true', endpoint '%[3]s', region '%[4]s', aws_access_key '%[5]s', aws_secret_key '%[6]s')`,
		orders.Columns, web.URL, s3.Endpoint, s3.Region, s3.AccessKey, s3.SecretKey))
	c := h.Connect(t)
	for _, table := range []string{"web", "far"} {
		must(t, c, "select * from "+table+" limit 1")
		sent := web.sent.Load()
		text, n := explain(t, c, "select * from "+table+" limit 10")
		if n <= 0 || n > 1<<20 {
			t.Errorf("%s: a limit of 10 reads %d bytes\n%s", table, n, text)
		}
		if more := web.sent.Load() - sent; table == "web" && more > 2<<20 {
			t.Errorf("a limit of 10 made the server send %d bytes", more)
		}
		text, n = explain(t, c, "select count(*) from "+table)
		if n < int64(len(data)) || n > int64(len(data))+64<<10 {
			t.Errorf("%s: count(*) reads %d bytes of %d\n%s", table, n, len(data), text)
		}
		requests := regexp.MustCompile(`Requests: (\d+)`).FindStringSubmatch(text)
		if k, _ := strconv.Atoi(requests[1]); k < 1 || k > 20 {
			t.Errorf("%s: %d requests for %d bytes", table, k, len(data))
		}
		t.Logf("%s: limit 10 reads %d bytes, count(*) %d in %s requests", table, func() int64 { _, n := explain(t, c, "select * from "+table+" limit 10"); return n }(), n, requests[1])
	}
}

// TestPartitionsPrune asks tables over folders, of which a query needs but a few files.
func TestPartitionsPrune(t *testing.T) {
	dir := t.TempDir()
	s3 := s3test.Start(t, "bucket")
	for year := 2021; year <= 2024; year++ {
		for month := 1; month <= 3; month++ {
			data := fmt.Appendf(nil, "id,v\n%d,a\n%d,b\n", year*100+month, year*100+month+50)
			name := fmt.Sprintf("events/year=%d/month=%02d/part.csv", year, month)
			put(t, dir, name, data)
			s3.Put(t, "bucket", name, data)
		}
	}
	h := ServeEnv(t, []string{"AWS_ACCESS_KEY_ID=" + s3.AccessKey, "AWS_SECRET_ACCESS_KEY=" + s3.SecretKey, "AWS_REGION=" + s3.Region, "AWS_ENDPOINT_URL=" + s3.Endpoint},
		"--catalog", filepath.Join(t.TempDir(), "tables.sql"), "here="+dir, "there=s3://bucket/")
	h.run(t, fmt.Sprintf(`create server s foreign data wrapper howdah;
		create foreign table globbed (id bigint, v text, year int, month text) server s options (location '%s/events/year=*/month=*/*.csv', header 'true')`, dir))
	c := h.Connect(t)
	for _, table := range []string{"here.events", "there.events", "globbed"} {
		for _, q := range []struct{ where, files, rows string }{
			{"true", "12 of 12", "24"},
			{"year = 2023", "3 of 12", "6"},
			{"year = 2023 and month::int = 2", "1 of 12", "2"},
			{"year > 2022 and id > 202350", "6 of 12", "12"},
			{"year in (2021, 2024)", "6 of 12", "12"},
			{"year is null", "0 of 12", "0"},
			{"_path like '%month=01%'", "4 of 12", "8"},
		} {
			text, _ := explain(t, c, "select * from "+table+" where "+q.where)
			if !strings.Contains(text, "Files: "+q.files) {
				t.Errorf("%s where %s: want %s files\n%s", table, q.where, q.files, text)
			}
			want := q.rows
			if strings.Contains(q.where, "id >") {
				rows, _ := c.Query("select id from " + table)
				n := 0
				for _, r := range rows {
					if id, _ := strconv.Atoi(r[0]); id > 202350 && id/100 > 2022 {
						n++
					}
				}
				want = strconv.Itoa(n)
			}
			if v := h.value(t, "select count(*) from "+table+" where "+q.where); v != want {
				t.Errorf("%s where %s: %s rows, want %s", table, q.where, v, want)
			}
		}
		// A new file joins at the next statement, or soon.
		if got := ask(c, "select year, count(*) from "+table+" group by year order by year"); len(got.rows) != 4 {
			t.Errorf("%s: %s", table, got)
		}
	}
}

// TestSecretsStaySecret gives the server secrets in every way that there is, makes everything fail and everything be
// shown, and then looks for them.
func TestSecretsStaySecret(t *testing.T) {
	t.Parallel()
	canaries := map[string]string{}
	secret := func(name string) string {
		canaries[name] = "canary" + name + "Xk7"
		return canaries[name]
	}
	dir := t.TempDir()
	put(t, dir, "x.csv", []byte("a,b\n1,x\n"))
	s3 := s3test.Start(t, "bucket")
	s3.Put(t, "bucket", "x.csv", []byte("a,b\n1,x\n"))
	var mu sync.Mutex
	var authorizations []string
	web := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		mu.Lock()
		authorizations = append(authorizations, r.Header.Get("Authorization")+r.Header.Get("X-Key")+r.URL.RawQuery)
		mu.Unlock()
		switch {
		case strings.Contains(r.URL.Path, "denied"):
			http.Error(w, "denied to "+r.Header.Get("Authorization")+r.URL.RawQuery, http.StatusForbidden)
		case strings.Contains(r.URL.Path, "broken"):
			w.Header().Set("Content-Length", "1000")
			w.Write([]byte("a,b\n1,x\n"))
		case strings.Contains(r.URL.Path, "redirect"):
			http.Redirect(w, r, "http://127.0.0.1:1/?"+r.URL.RawQuery, http.StatusFound)
		default:
			w.Header().Set("Content-Length", "8")
			w.Write([]byte("a,b\n1,x\n"))
		}
	}))
	t.Cleanup(web.Close)
	host := strings.TrimPrefix(web.URL, "http://")
	catalog := filepath.Join(t.TempDir(), "tables.sql")
	h := ServeEnv(t, []string{"AWS_ACCESS_KEY_ID=AKIDENV", "AWS_SECRET_ACCESS_KEY=" + secret("Env"), "AWS_SESSION_TOKEN=" + secret("EnvToken"), "AWS_ENDPOINT_URL=" + s3.Endpoint, "AWS_REGION=us-east-1"},
		"--log-level", "debug", "--catalog", catalog, dir, "web=http://alice:"+secret("Argument")+"@"+host+"/x.csv?sig="+secret("ArgumentQuery"))
	var said strings.Builder // all that the server told its clients
	tell := func(user, password, sql string) {
		dsn := fmt.Sprintf("host=127.0.0.1 port=%d user=%s dbname=howdah sslmode=disable", h.Port, user)
		if password != "" {
			dsn += " password=" + password
		}
		c, err := pgtest.Connect(dsn)
		if err != nil {
			fmt.Fprintln(&said, strings.ReplaceAll(err.Error(), password, "")) // the client's own text
			return
		}
		defer c.Close()
		results, err := c.Run(sql)
		for _, r := range results {
			fmt.Fprintf(&said, "%q\n", r.Rows)
		}
		for _, n := range c.Notices() {
			fmt.Fprintln(&said, n.Message, n.Detail, n.Hint)
		}
		if pe, ok := errors.AsType[*pgconn.PgError](err); ok {
			fmt.Fprintln(&said, errorText(pe), pe.Position, pe.InternalQuery)
		}
	}
	key := "aws_access_key 'AKID'"
	define := []string{
		"create role tester login superuser",
		"create role bob login password '" + secret("Role") + "'",
		"alter role bob password '" + secret("Role2") + "'",
		"create server s foreign data wrapper howdah options (endpoint '" + s3.Endpoint + "', region 'us-east-1', " + key + ", aws_secret_key '" + secret("Server") + "')",
		"create server m foreign data wrapper howdah options (endpoint '" + s3.Endpoint + "', region 'us-east-1')",
		"create user mapping for tester server m options (" + key + ", aws_secret_key '" + secret("Mapping") + "', aws_session_token '" + secret("MappingToken") + "')",
		"alter user mapping for tester server m options (set aws_secret_key '" + secret("Mapping2") + "')",
		"create user mapping for public server m options (" + key + ", aws_secret_key '" + secret("PublicMapping") + "')",
		"create foreign table t1 (a int) server s options (location 's3://bucket/x.csv')",
		"create foreign table t2 (a int) server m options (location 's3://bucket/x.csv')",
		"create foreign table t3 (a int) server m options (location 's3://bucket/x.csv', " + key + ", aws_secret_key '" + secret("Table") + "')",
		"create server w foreign data wrapper howdah",
		"create foreign table w1 (a int, b text) server w options (location 'http://carol:" + secret("URL") + "@" + host + "/x.csv?token=" + secret("Query") + "#" + secret("Fragment") + "')",
		"create foreign table w2 (a int, b text) server w options (location 'http://carol:" + canaries["URL"] + "@" + host + "/denied.csv?token=" + canaries["Query"] + "')",
		"create foreign table w3 (a int, b text) server w options (location '" + web.URL + "/broken.csv', \"user\" 'dave', password '" + secret("Password") + "')",
		"create foreign table w4 (a int, b text) server w options (location '" + web.URL + "/denied.csv', bearer_token '" + secret("Bearer") + "')",
		"create foreign table w5 (a int, b text) server w options (location '" + web.URL + "/x.csv', headers 'X-Key: " + secret("Header") + "')",
		"create foreign table w6 (a int, b text) server w options (location 'http://erin:" + canaries["URL"] + "@127.0.0.1:1/x.csv?token=" + canaries["Query"] + "')",
		"create foreign table w7 (a int, b text) server w options (location 'https://erin:" + canaries["URL"] + "@" + host + "/x.csv?token=" + canaries["Query"] + "')",
		"create foreign table w8 (a int, b text) server w options (location 'http://erin:" + canaries["URL"] + "@" + host + "/redirect.csv?token=" + canaries["Query"] + "')",
		"create view v as select * from w1",
		// Mistakes in statements that hold secrets.
		"create server bad foreign data wrapper howdah options (endpoint 'http://x', aws_secret_key '" + secret("BadServer") + "', colour 'x')",
		"create server bad foreign data wrapper howdah options (location 'http://u:" + secret("BadURL") + "@ho st/x')",
		"create user mapping for tester server nowhere options (aws_secret_key '" + secret("Nowhere") + "')",
		"create foreign table w9 (a int, b text) server w options (location '" + web.URL + "/x.csv', headers '" + secret("BadHeader") + "')",
		"create foreign table w9 (a int, b text) server w options (location '" + web.URL + "/x.csv', timeout '5s', password '" + secret("BadTimeout") + "', allow_unproven_length 'perhaps')",
		"alter server s options (set aws_secret_key '" + secret("Altered") + "', add nonsense '1')",
	}
	for _, q := range define {
		tell("tester", "", q)
	}
	if n := strings.Count(said.String(), "syntax error"); n > 0 {
		t.Errorf("%d statements of the test are not SQL:\n%s", n, &said)
	}
	tables := []string{"t1", "t2", "t3", "w1", "w2", "w3", "w4", "w5", "w6", "w7", "w8", "v", "web.x", "x"}
	for _, table := range tables {
		if testing.Short() && table >= "w6" && table <= "w8" { // each is tried several times
			continue
		}
		for _, q := range []string{"select * from %s", "explain verbose select * from %s", "explain (analyze, verbose, format json) select * from %s", "select _path, _version from %s"} {
			if table >= "w6" && table <= "w8" && !strings.HasPrefix(q, "select *") && !strings.HasPrefix(q, "explain v") {
				continue
			}
			tell("tester", "", fmt.Sprintf(q, table))
		}
	}
	tell("bob", "not"+canaries["Role2"], "select 1")
	tell("bob", canaries["Role2"], "select * from t2")
	relations := h.Connect(t)
	names, err := relations.Query("select n.nspname || '.' || c.relname from pg_catalog.pg_class c join pg_catalog.pg_namespace n on n.oid = c.relnamespace where n.nspname in ('pg_catalog', 'information_schema') order by 1")
	if err != nil || len(names) < 60 {
		t.Fatalf("%d relations, %v", len(names), err)
	}
	for _, user := range []string{"tester", "bob"} {
		for _, n := range names {
			if user == "bob" && !strings.Contains(n[0], "pg_foreign") && !strings.Contains(n[0], "user") && !strings.Contains(n[0], "auth") && !strings.Contains(n[0], "pg_s") && !strings.Contains(n[0], "role") {
				continue
			}
			tell(user, map[string]string{"bob": canaries["Role2"]}[user], "select * from "+n[0])
		}
		tell(user, map[string]string{"bob": canaries["Role2"]}[user], "show all; select pg_get_viewdef('v'::regclass)")
	}
	all := map[string]string{"the log": h.Log(), "what clients were told": said.String()}
	for where, text := range all {
		for name, canary := range canaries {
			for _, form := range []string{canary, base64.StdEncoding.EncodeToString([]byte(canary))} {
				if at := strings.Index(text, form); at >= 0 {
					t.Errorf("%s holds the secret %s: …%s…", where, name, text[max(0, at-200):min(len(text), at+100)])
				}
			}
		}
	}
	t.Logf("%d secrets looked for in %d bytes of log and %d of answers over %d relations", len(canaries), len(h.Log()), said.Len(), len(names))
	// The test tests something: the secrets were in use.
	mu.Lock()
	used := strings.Join(authorizations, "\n")
	mu.Unlock()
	basic := base64.StdEncoding.EncodeToString([]byte("carol:" + canaries["URL"]))
	for what, s := range map[string]string{"URL": basic, "query": canaries["Query"], "bearer": canaries["Bearer"], "header": canaries["Header"], "argument": canaries["ArgumentQuery"]} {
		if !strings.Contains(used, s) {
			t.Errorf("the secret of %s was never sent to where it belongs", what)
		}
	}
	info, err := os.Stat(catalog)
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("the catalog file: %v, %v", info.Mode(), err)
	}
	text, _ := os.ReadFile(catalog)
	for _, name := range []string{"Role", "Role2"} {
		if bytes.Contains(text, []byte(canaries[name])) {
			t.Errorf("the catalog file holds the password of a role")
		}
	}
	h.alive(t)
}
