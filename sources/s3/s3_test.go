package s3_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	awss3 "github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"

	"howdah/internal/s3test"
	"howdah/pgerr"
	"howdah/sources"
	"howdah/sources/s3"
	"howdah/sources/sourcetest"
)

var factory = s3.Factory()

func TestMain(m *testing.M) { sourcetest.Main(m, factory.Close) }

func open(t *testing.T, values map[string]string) sources.Source {
	t.Helper()
	src, err := factory.Open("s3", values)
	if err != nil {
		t.Fatal(err)
	}
	return src
}

func TestAgainstARealServer(t *testing.T) {
	server := s3test.Start(t, "bucket", "empty", "versioned")
	client, put := server.Client(), server.Put
	src := open(t, server.Options())
	t.Run("Conformance", func(t *testing.T) {
		sourcetest.Run(t, sourcetest.Harness{
			Source:  src,
			Pattern: func(name string) string { return "bucket/" + name },
			Put:     func(t testing.TB, name string, data []byte) { server.Put(t, "bucket", name, data) },
			Remove: func(t testing.TB, name string) {
				bucket := "bucket"
				if _, err := client.DeleteObject(context.Background(), &awss3.DeleteObjectInput{Bucket: &bucket, Key: &name}); err != nil {
					t.Fatal(err)
				}
			},
			Lists: true,
		})
	})
	t.Run("PagedListing", func(t *testing.T) { // 1000 objects a page
		dir := filepath.Join(server.Dir, "bucket", "many")
		if err := os.Mkdir(dir, 0o755); err != nil {
			t.Fatal(err)
		}
		for i := range 2345 {
			if err := os.WriteFile(fmt.Sprintf("%s/%05d.csv", dir, i), []byte("x"), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		n := 0
		for info, err := range src.List(t.Context(), "bucket/many/*.csv") {
			if err != nil {
				t.Fatal(err)
			}
			if want := fmt.Sprintf("s3://bucket/many/%05d.csv", n); info.Path != want {
				t.Fatalf("got %s, want %s", info.Path, want)
			}
			n++
		}
		if n != 2345 {
			t.Errorf("%d objects", n)
		}
	})
	t.Run("ObjectsWithoutETag", func(t *testing.T) { // files that were not put by S3
		path := filepath.Join(server.Dir, "bucket", "plain.csv")
		old := time.Now().Add(-time.Hour)
		if err := errors.Join(os.WriteFile(path, []byte("old"), 0o644), os.Chtimes(path, old, old)); err != nil {
			t.Fatal(err)
		}
		info, err := src.Stat(t.Context(), "bucket/plain.csv")
		if err != nil || info.Version == "" || info.Ranges {
			t.Fatalf("%+v, %v", info, err)
		}
		r, err := src.OpenRange(t.Context(), info, 0, -1)
		if err != nil {
			t.Fatal(err)
		}
		got, err := io.ReadAll(r)
		r.Close()
		if err != nil || string(got) != "old" {
			t.Errorf("%q, %v", got, err)
		}
		if err := os.WriteFile(path, []byte("new"), 0o644); err != nil {
			t.Fatal(err)
		}
		if _, err := src.OpenRange(t.Context(), info, 0, -1); !errors.Is(err, pgerr.SerializationFailure) {
			t.Error(err)
		}
	})
	t.Run("EmptyBucket", func(t *testing.T) {
		for info, err := range src.List(t.Context(), "empty") {
			t.Errorf("%v, %v", info, err)
		}
	})
	t.Run("Refusals", func(t *testing.T) {
		put(t, "bucket", "x.csv", []byte("x"))
		with := func(more ...string) map[string]string {
			o := server.Options()
			for i := 0; i < len(more); i += 2 {
				if o[more[i]] = more[i+1]; more[i+1] == "" {
					delete(o, more[i])
				}
			}
			return o
		}
		for name, c := range map[string]struct {
			options map[string]string
			pattern string
			code    pgerr.Code
		}{
			"no bucket":         {with(), "nobucket/x.csv", "58P01"},
			"no bucket, listed": {with(), "nobucket/*.csv", "58P01"},
			"wrong secret":      {with("aws_secret_key", "canary-wrong"), "bucket/*.csv", "42501"},
			"wrong secret, one": {with("aws_secret_key", "canary-wrong"), "bucket/x.csv", "42501"},
			"wrong key":         {with("aws_access_key", "nobody"), "bucket/*.csv", "42501"},
			"anonymous":         {with("aws_access_key", "", "aws_secret_key", "", "anonymous", "true"), "bucket/x.csv", "42501"},
			"unreachable":       {with("endpoint", "http://127.0.0.1:1"), "bucket/x.csv", "08006"},
			"not TLS":           {with("endpoint", "https"+strings.TrimPrefix(server.Endpoint, "http")), "bucket/x.csv", "08006"},
		} {
			for _, err := range open(t, c.options).List(t.Context(), c.pattern) {
				if !errors.Is(err, c.code) {
					t.Errorf("%s: %v", name, err)
				}
				if e := pgerr.From(err); strings.HasPrefix(name, "wrong") && (e == nil || e.Hint == "") {
					t.Errorf("%s: no hint in %+v", name, e)
				} else if e != nil && strings.Contains(e.Message+e.Detail+e.Hint, "canary") {
					t.Errorf("%s: %+v shows a secret", name, e)
				}
			}
		}
	})
	t.Run("VersionID", func(t *testing.T) {
		bucket, key := "versioned", "x.csv"
		on := &awss3.PutBucketVersioningInput{Bucket: &bucket, VersioningConfiguration: &types.VersioningConfiguration{Status: types.BucketVersioningStatusEnabled}}
		if _, err := client.PutBucketVersioning(t.Context(), on); err != nil {
			t.Fatal(err)
		}
		first, err := client.PutObject(t.Context(), &awss3.PutObjectInput{Bucket: &bucket, Key: &key, Body: strings.NewReader("first")})
		if err != nil || first.VersionId == nil {
			t.Fatal(first, err)
		}
		put(t, bucket, key, []byte("second"))
		options := server.Options()
		options["version_id"] = *first.VersionId
		src := open(t, options)
		infos, err := sources.NewSnapshot().List(t.Context(), src, "versioned/x.csv")
		if err != nil || len(infos) != 1 || infos[0].Version != *first.VersionId || infos[0].Size != 5 {
			t.Fatal(infos, err)
		}
		r, err := src.OpenRange(t.Context(), infos[0], 1, 4)
		if err != nil {
			t.Fatal(err)
		}
		got, err := io.ReadAll(r)
		r.Close()
		if err != nil || string(got) != "irst" {
			t.Errorf("%q, %v", got, err)
		}
		for _, err := range src.List(t.Context(), "versioned/*.csv") {
			if !errors.Is(err, pgerr.InvalidParameterValue) {
				t.Error(err)
			}
		}
	})
	t.Run("DefaultChain", func(t *testing.T) {
		put(t, "bucket", "x.csv", []byte("x"))
		options := map[string]string{"endpoint": server.Endpoint}
		t.Setenv("AWS_ACCESS_KEY_ID", server.AccessKey)
		t.Setenv("AWS_SECRET_ACCESS_KEY", server.SecretKey)
		t.Setenv("AWS_REGION", server.Region)
		if _, err := open(t, options).Stat(t.Context(), "bucket/x.csv"); err != nil {
			t.Error(err)
		}
		home := t.TempDir()
		for name, value := range map[string]string{
			"AWS_ACCESS_KEY_ID": "", "AWS_SECRET_ACCESS_KEY": "", "AWS_EC2_METADATA_DISABLED": "true",
			"AWS_CONFIG_FILE": home + "/config", "AWS_SHARED_CREDENTIALS_FILE": home + "/credentials",
		} {
			t.Setenv(name, value)
		}
		_, err := open(t, options).Stat(t.Context(), "bucket/x.csv")
		if e := pgerr.From(err); e == nil || e.Code != pgerr.InvalidAuthorizationSpec || e.Hint == "" {
			t.Error(err)
		}
		file := "[demo]\naws_access_key_id = " + server.AccessKey + "\naws_secret_access_key = " + server.SecretKey + "\n"
		if err := os.WriteFile(home+"/credentials", []byte(file), 0o600); err != nil {
			t.Fatal(err)
		}
		options["profile"] = "demo"
		if _, err := open(t, options).Stat(t.Context(), "bucket/x.csv"); err != nil {
			t.Error(err)
		}
		options["profile"] = "other"
		if _, err := open(t, options).Stat(t.Context(), "bucket/x.csv"); !errors.Is(err, pgerr.InvalidParameterValue) {
			t.Error(err)
		}
	})
	t.Run("CloudFSOptions", func(t *testing.T) {
		put(t, "bucket", "dir/y.csv", []byte("y"))
		host, port, _ := strings.Cut(strings.TrimPrefix(server.Endpoint, "http://"), ":")
		location, rest, err := sources.FromCloudFS(map[string]string{
			"source": "S3", "bucket": "bucket", "filepath": "dir/y.csv", "host": "http://" + host, "port": port, "region": server.Region,
			"aws_access_key": server.AccessKey, "aws_secret_key": server.SecretKey,
		})
		if err != nil {
			t.Fatal(err)
		}
		loc, err := sources.ParseLocation(location)
		if err != nil {
			t.Fatal(err)
		}
		src, pattern, err := sources.NewRegistry(factory).Open(loc, rest)
		if err != nil {
			t.Fatal(err)
		}
		infos, err := sources.NewSnapshot().List(t.Context(), src, pattern)
		if err != nil || len(infos) != 1 || infos[0].Path != "s3://bucket/dir/y.csv" {
			t.Errorf("%v, %v", infos, err)
		}
	})
	t.Run("KeysNeedNoPathInTheListing", func(t *testing.T) {
		put(t, "bucket", "sp ace/+&%25.csv", []byte("odd"))
		for info, err := range src.List(t.Context(), "bucket/sp ace/") {
			if err != nil || info.Path != "s3://bucket/sp ace/+&%25.csv" {
				t.Fatal(info, err)
			}
			r, err := src.OpenRange(t.Context(), info, 1, 2)
			if err != nil {
				t.Fatal(err)
			}
			got, err := io.ReadAll(r)
			r.Close()
			if err != nil || string(got) != "dd" {
				t.Errorf("%q, %v", got, err)
			}
		}
	})
}

func TestOptionsThatDoNotGoTogether(t *testing.T) {
	for _, values := range []map[string]string{
		{"aws_access_key": "k"},
		{"aws_secret_key": "canary"},
		{"aws_session_token": "canary"},
		{"anonymous": "true", "aws_access_key": "k", "aws_secret_key": "canary"},
		{"profile": "p", "aws_access_key": "k", "aws_secret_key": "canary"},
		{"endpoint": "http://a", "host": "b"},
		{"port": "9000"},
		{"host": "a", "port": "70000"},
		{"endpoint": "http://user:canary@host"},
		{"endpoint": "ftp://host"},
		{"host": "a:1", "port": "2"},
	} {
		_, err := factory.Open("s3", values)
		if !errors.Is(err, pgerr.InvalidParameterValue) || strings.Contains(err.Error(), "canary") {
			t.Errorf("%v: %v", values, err)
		}
	}
}
