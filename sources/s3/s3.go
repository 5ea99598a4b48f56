package s3

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"iter"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"

	awss3 "github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"

	"howdah/internal/options"
	"howdah/pgerr"
	"howdah/sources"
	"howdah/sources/internal/transport"
)

// Source reads objects of all buckets that its keys open. Keys are bucket/key.
type Source struct {
	opt  Options
	id   string
	pool *http.Transport

	mu     sync.Mutex
	client *awss3.Client // made at first use: the default chain of credentials reads files
}

var _ sources.Source = (*Source)(nil)

// Factory serves s3 locations over one pool of connections.
func Factory() sources.Factory {
	pool := transport.New()
	return sources.Factory{
		Schemes: []string{"s3"},
		Options: Options{},
		Open: func(_ string, values map[string]string) (sources.Source, error) {
			s := &Source{pool: pool}
			if err := options.Decode(values, &s.opt); err != nil {
				return nil, err
			}
			if err := s.opt.check(); err != nil {
				return nil, err
			}
			text, err := json.Marshal(s.opt)
			if err != nil {
				return nil, err
			}
			sum := sha256.Sum256(text)
			s.id = "s3:" + hex.EncodeToString(sum[:12])
			return s, nil
		},
		Close: pool.CloseIdleConnections,
	}
}

// ID is a digest of the options.
func (s *Source) ID() string { return s.id }

// Scheme is s3.
func (s *Source) Scheme() string { return "s3" }

// Remote is true.
func (s *Source) Remote() bool { return true }

func (s *Source) connect(ctx context.Context) (*awss3.Client, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.client == nil {
		client, err := s.opt.client(ctx, s.pool)
		if err != nil {
			return nil, err
		}
		s.client = client
	}
	return s.client, nil
}

func (s *Source) payer() types.RequestPayer {
	if s.opt.Requester {
		return types.RequestPayerRequester
	}
	return ""
}

func public(key string) string { return "s3://" + key }

// version is what tells an object's versions apart: the version id that was asked for, or the ETag, without quotes.
// Some services have objects without one, such as versitygw for files that it did not write; then the time must do,
// which is not exact enough to join ranges: strong is false.
func (s *Source) version(etag *string, modified *time.Time) (v string, strong bool) {
	switch {
	case s.opt.VersionID != "":
		return s.opt.VersionID, true
	case etag != nil && strings.Trim(*etag, `"`) != "":
		return strings.Trim(*etag, `"`), true
	case modified != nil:
		return byTime + modified.UTC().Format(time.RFC3339), false
	}
	return "", false
}

// byTime begins versions that are no ETags.
const byTime = "modified "

// Stat asks for the object's head.
func (s *Source) Stat(ctx context.Context, key string) (info sources.Info, err error) {
	err = sources.Retry(ctx, func() (err error) {
		info, err = s.stat(ctx, key)
		return err
	})
	return info, err
}

func (s *Source) stat(ctx context.Context, key string) (sources.Info, error) {
	bucket, name, _ := strings.Cut(key, "/")
	client, err := s.connect(ctx)
	if err != nil {
		return sources.Info{}, err
	}
	inner, guard := transport.Watch(ctx, s.opt.Timeout)
	defer guard.Stop()
	in := &awss3.HeadObjectInput{Bucket: &bucket, Key: &name, RequestPayer: s.payer()}
	if s.opt.VersionID != "" {
		in.VersionId = &s.opt.VersionID
	}
	out, err := client.HeadObject(inner, in)
	if err != nil {
		err = explain(ctx, inner, public(key), err)
		if pgerr.HasCode(err, pgerr.InsufficientPrivilege) {
			err = s.why(ctx, client, in, err)
		}
		return sources.Info{}, err
	}
	info := sources.Info{Path: public(key), Key: key, Size: -1}
	strong := false
	info.Version, strong = s.version(out.ETag, out.LastModified)
	if out.ContentLength != nil {
		info.Size = *out.ContentLength
	}
	if out.LastModified != nil {
		info.Modified = *out.LastModified
	}
	if out.ContentType != nil {
		info.ContentType = *out.ContentType
	}
	info.Ranges = info.Size >= 0 && strong
	return info, nil
}

// why asks once more in the way whose refusal says its reason: the answer to HEAD has no body.
func (s *Source) why(ctx context.Context, client *awss3.Client, head *awss3.HeadObjectInput, refusal error) error {
	inner, guard := transport.Watch(ctx, s.opt.Timeout)
	defer guard.Stop()
	first := "bytes=0-0"
	out, err := client.GetObject(inner, &awss3.GetObjectInput{
		Bucket: head.Bucket, Key: head.Key, VersionId: head.VersionId, RequestPayer: head.RequestPayer, Range: &first,
	})
	if err != nil {
		return explain(ctx, inner, public(*head.Bucket+"/"+*head.Key), err)
	}
	out.Body.Close()
	return refusal
}

// List gives an object, the objects below a prefix, or those that a glob matches.
func (s *Source) List(ctx context.Context, pattern string) iter.Seq2[sources.Info, error] {
	return func(yield func(sources.Info, error) bool) {
		infos, err := s.list(ctx, pattern)
		for _, info := range infos {
			if !yield(info, nil) {
				return
			}
		}
		if err != nil {
			yield(sources.Info{}, err)
		}
	}
}

func (s *Source) list(ctx context.Context, pattern string) ([]sources.Info, error) {
	bucket, name, _ := strings.Cut(pattern, "/")
	glob, isGlob, err := sources.ParseGlob(name)
	if err != nil {
		return nil, err
	}
	if isGlob {
		return s.below(ctx, bucket, glob.Prefix, func(key string) bool { return key == name || glob.Match(key) })
	}
	if name != "" && !strings.HasSuffix(name, "/") {
		info, err := s.Stat(ctx, pattern)
		if err == nil {
			return []sources.Info{info}, nil
		}
		if s.opt.VersionID != "" || !pgerr.HasCode(err, pgerr.UndefinedFile) {
			return nil, err
		}
		name += "/"
	}
	infos, err := s.below(ctx, bucket, name, func(key string) bool { return !sources.Hidden(key[len(name):]) })
	if err == nil && infos == nil && name != "" {
		err = sources.Missing(public(pattern))
	}
	return infos, err
}

// below gives the objects whose keys begin with prefix and that match, in order. Keys that end in a slash stand for
// folders and are passed over.
func (s *Source) below(ctx context.Context, bucket, prefix string, match func(key string) bool) ([]sources.Info, error) {
	if s.opt.VersionID != "" {
		return nil, pgerr.New(pgerr.InvalidParameterValue, "option %q needs a location that names a single object", "version_id")
	}
	client, err := s.connect(ctx)
	if err != nil {
		return nil, err
	}
	var infos []sources.Info
	in := &awss3.ListObjectsV2Input{Bucket: &bucket, RequestPayer: s.payer()}
	if prefix != "" {
		in.Prefix = &prefix
	}
	for {
		var out *awss3.ListObjectsV2Output
		err := sources.Retry(ctx, func() (err error) {
			inner, guard := transport.Watch(ctx, s.opt.Timeout)
			defer guard.Stop()
			if out, err = client.ListObjectsV2(inner, in); err != nil {
				return explain(ctx, inner, public(bucket+"/"+prefix), err)
			}
			return nil
		})
		if err != nil {
			return nil, err
		}
		for _, o := range out.Contents {
			if o.Key == nil || o.Size == nil || strings.HasSuffix(*o.Key, "/") || !match(*o.Key) {
				continue
			}
			info := sources.Info{Path: public(bucket + "/" + *o.Key), Key: bucket + "/" + *o.Key, Size: *o.Size}
			info.Version, info.Ranges = s.version(o.ETag, o.LastModified)
			if o.LastModified != nil {
				info.Modified = *o.LastModified
			}
			infos = append(infos, info)
		}
		if out.IsTruncated == nil || !*out.IsTruncated {
			break
		}
		if out.NextContinuationToken == nil || in.ContinuationToken != nil && *out.NextContinuationToken == *in.ContinuationToken {
			return nil, pgerr.New(pgerr.IOError, "could not list %q: the service does not say where its list goes on", public(bucket+"/"+prefix))
		}
		in.ContinuationToken = out.NextContinuationToken
	}
	byPath := func(a, b sources.Info) int { return strings.Compare(a.Path, b.Path) }
	if !slices.IsSortedFunc(infos, byPath) { // not all services keep the order that S3 promises
		slices.SortFunc(infos, byPath)
	}
	return infos, nil
}

// OpenRange asks for the bytes of version o.Version.
func (s *Source) OpenRange(ctx context.Context, o sources.Info, off, n int64) (io.ReadCloser, error) {
	bucket, name, _ := strings.Cut(o.Key, "/")
	client, err := s.connect(ctx)
	if err != nil {
		return nil, err
	}
	ranged := off > 0 || n >= 0
	if ranged && n < 0 {
		n = o.Size - off
	}
	if ranged && n == 0 {
		return io.NopCloser(strings.NewReader("")), nil
	}
	in := &awss3.GetObjectInput{Bucket: &bucket, Key: &name, RequestPayer: s.payer()}
	if ranged {
		span := fmt.Sprintf("bytes=%d-%d", off, off+n-1)
		in.Range = &span
	}
	switch {
	case s.opt.VersionID != "":
		in.VersionId = &s.opt.VersionID
	case o.Version != "" && !strings.HasPrefix(o.Version, byTime):
		quoted := `"` + o.Version + `"`
		in.IfMatch = &quoted
	}
	inner, guard := transport.Watch(ctx, s.opt.Timeout)
	out, err := client.GetObject(inner, in)
	if err != nil {
		err = explain(ctx, inner, o.Path, err)
		guard.Stop()
		if o.Version != "" && pgerr.HasCode(err, pgerr.UndefinedFile) {
			err = sources.Changed(o.Path) // it was there when it was pinned
		}
		return nil, err
	}
	guard.Hold()
	body := &transport.Body{Outer: ctx, Inner: inner, Guard: guard, Raw: out.Body, Path: o.Path, Want: -1}
	if err := check(out, s, o, ranged, off, n); err != nil {
		body.Close()
		return nil, err
	}
	switch {
	case ranged:
		body.Want = n
	case out.ContentLength != nil:
		body.Want = *out.ContentLength
	}
	return body, nil
}

var errOther = errors.New("another part")

// check finds services that ignore what they were asked for.
func check(out *awss3.GetObjectOutput, s *Source, o sources.Info, ranged bool, off, n int64) error {
	if now, _ := s.version(out.ETag, out.LastModified); o.Version != "" && now != o.Version {
		return sources.Changed(o.Path)
	}
	if !ranged {
		if out.ContentLength != nil && o.Size >= 0 && *out.ContentLength != o.Size {
			return sources.Changed(o.Path)
		}
		return nil
	}
	want := fmt.Sprintf("bytes %d-%d/%d", off, off+n-1, o.Size)
	if out.ContentRange == nil || *out.ContentRange != want {
		return pgerr.Wrap(errOther, pgerr.IOError, "could not read file %q: the service sends another part of it than was asked for", o.Path)
	}
	return nil
}
