// Package s3test starts a real S3 server, versitygw over a temporary folder, for tests.
//
// The server is built once into the user's cache folder, at a pinned version. If it cannot be had, the test fails with
// the line that installs it.
package s3test

import (
	"bytes"
	"context"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/credentials"
	awss3 "github.com/aws/aws-sdk-go-v2/service/s3"
)

// Version is the versitygw that tests run against.
const Version = "v1.8.0"

// Server is a running S3 server. Its buckets are the folders of Dir, its objects their files.
type Server struct {
	Endpoint  string // http://127.0.0.1:port
	AccessKey string
	SecretKey string
	Region    string
	Dir       string
}

var build sync.Mutex

// Binary gives the path of versitygw, built if necessary, which takes a minute or two.
func Binary() (string, error) {
	build.Lock()
	defer build.Unlock()
	cache, err := os.UserCacheDir()
	if err != nil {
		return "", err
	}
	dir := filepath.Join(cache, "howdah", "bin", "versitygw-"+Version)
	bin := filepath.Join(dir, "versitygw")
	if _, err := os.Stat(bin); err == nil {
		return bin, nil
	}
	// Test binaries of several packages run at once: each builds for itself and the last one's file stays.
	if err := os.MkdirAll(filepath.Dir(dir), 0o755); err != nil {
		return "", err
	}
	own, err := os.MkdirTemp(filepath.Dir(dir), "build-")
	if err != nil {
		return "", err
	}
	defer os.RemoveAll(own)
	install := exec.Command("go", "install", "github.com/versity/versitygw/cmd/versitygw@"+Version)
	install.Env = append(os.Environ(), "GOBIN="+own, "GOFLAGS=")
	install.Dir = os.TempDir() // outside of any module
	if out, err := install.CombinedOutput(); err != nil {
		return "", fmt.Errorf("%w\n%s\nthe S3 server of the tests could not be built; install it with:\n  GOBIN=%s go install github.com/versity/versitygw/cmd/versitygw@%s", err, out, dir, Version)
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return "", err
	}
	return bin, os.Rename(filepath.Join(own, "versitygw"), bin)
}

// Start starts a server with the given buckets; it ends with the test.
func Start(t testing.TB, buckets ...string) *Server {
	t.Helper()
	bin, err := Binary()
	if err != nil {
		t.Fatal(err)
	}
	s := &Server{AccessKey: "howdahtest", SecretKey: "howdah-test-secret", Region: "us-east-1", Dir: t.TempDir()}
	for _, b := range buckets {
		if err := os.Mkdir(filepath.Join(s.Dir, b), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	for attempt := 1; ; attempt++ { // another process may take the port between the look and the start
		if err := s.run(t, bin); err == nil {
			return s
		} else if attempt == 3 {
			t.Fatal(err)
		}
	}
}

func (s *Server) run(t testing.TB, bin string) error {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	address := l.Addr().String()
	l.Close()
	s.Endpoint = "http://" + address
	versions := t.TempDir()
	var log bytes.Buffer
	cmd := exec.Command(bin, "--access", s.AccessKey, "--secret", s.SecretKey, "--region", s.Region, "--port", address, "--quiet", "posix", "--versioning-dir", versions, s.Dir)
	cmd.Stdout, cmd.Stderr = &log, &log
	cmd.Env = []string{"HOME=" + s.Dir, "PATH=" + os.Getenv("PATH")}
	if err := cmd.Start(); err != nil {
		return err
	}
	ended := make(chan error, 1)
	go func() { ended <- cmd.Wait() }()
	t.Cleanup(func() {
		cmd.Process.Kill()
		<-ended
		ended <- nil
	})
	client := &http.Client{Timeout: time.Second, Transport: &http.Transport{DisableKeepAlives: true}}
	for deadline := time.Now().Add(20 * time.Second); time.Now().Before(deadline); time.Sleep(20 * time.Millisecond) {
		select {
		case err := <-ended:
			ended <- err
			return fmt.Errorf("versitygw ended at once: %w\n%s", err, log.String())
		default:
		}
		if resp, err := client.Get(s.Endpoint); err == nil {
			resp.Body.Close()
			return nil
		}
	}
	return fmt.Errorf("versitygw does not answer at %s", address)
}

// Client is the SDK's client for the server, to do what others do there.
func (s *Server) Client() *awss3.Client {
	return awss3.New(awss3.Options{
		Region: s.Region, BaseEndpoint: &s.Endpoint, UsePathStyle: true,
		HTTPClient:  &http.Client{Transport: &http.Transport{DisableKeepAlives: true}},
		Credentials: credentials.NewStaticCredentialsProvider(s.AccessKey, s.SecretKey, ""),
	})
}

// Put makes or replaces an object, with an ETag, which a file put into Dir does not have.
func (s *Server) Put(t testing.TB, bucket, key string, data []byte) {
	t.Helper()
	in := &awss3.PutObjectInput{Bucket: &bucket, Key: &key, Body: bytes.NewReader(data)}
	if _, err := s.Client().PutObject(context.Background(), in); err != nil {
		t.Fatal(err)
	}
}

// Options are the source's options for the server, which a test may change.
func (s *Server) Options() map[string]string {
	return map[string]string{"endpoint": s.Endpoint, "region": s.Region, "aws_access_key": s.AccessKey, "aws_secret_key": s.SecretKey}
}
