package s3

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/credentials"
	awss3 "github.com/aws/aws-sdk-go-v2/service/s3"

	"howdah/pgerr"
)

// Options are what DDL may set. host, port, region and the keys have cloudfs_fdw's names.
type Options struct {
	Region       string        `option:"region" help:"region of the bucket; the environment's or us-east-1 if not set"`
	Endpoint     string        `option:"endpoint" help:"URL of another S3 service than Amazon's, as http://127.0.0.1:9000"`
	Host         string        `option:"host" help:"host of another S3 service, spoken to by https; endpoint says more"`
	Port         int           `option:"port" help:"port for host; 443 if not set"`
	PathStyle    string        `option:"path_style" enum:"auto,true,false" default:"auto" help:"put the bucket into the path instead of the host name; auto does so with an endpoint of one's own"`
	Anonymous    bool          `option:"anonymous" default:"false" help:"do not sign requests, for public buckets"`
	AccessKey    string        `option:"aws_access_key" alias:"aws_access_key_id" help:"access key; without it the environment, the profile or the machine's role is used"`
	SecretKey    string        `option:"aws_secret_key" alias:"aws_secret_access_key" secret:"true" help:"secret of the access key"`
	SessionToken string        `option:"aws_session_token" secret:"true" help:"token of temporary keys"`
	Profile      string        `option:"profile" help:"profile of the shared configuration files"`
	Requester    bool          `option:"requester_pays" default:"false" help:"agree to be charged for requests"`
	VersionID    string        `option:"version_id" help:"version of the object, where the location names a single one"`
	Timeout      time.Duration `option:"timeout" default:"30s" help:"how long the service may send nothing"`
}

// check finds what cannot be used together.
func (o Options) check() error {
	clash := func(a, b string) error {
		return pgerr.New(pgerr.InvalidParameterValue, "options %q and %q cannot be used together", a, b)
	}
	switch {
	case (o.AccessKey == "") != (o.SecretKey == ""):
		return pgerr.New(pgerr.InvalidParameterValue, "options %q and %q must be given together", "aws_access_key", "aws_secret_key")
	case o.SessionToken != "" && o.AccessKey == "":
		return pgerr.New(pgerr.InvalidParameterValue, "option %q needs option %q", "aws_session_token", "aws_access_key")
	case o.Anonymous && o.AccessKey != "":
		return clash("anonymous", "aws_access_key")
	case o.Profile != "" && o.AccessKey != "":
		return clash("profile", "aws_access_key")
	case o.Endpoint != "" && o.Host != "":
		return clash("endpoint", "host")
	case o.Port != 0 && o.Host == "":
		return pgerr.New(pgerr.InvalidParameterValue, "option %q needs option %q", "port", "host")
	case o.Port < 0 || o.Port > 65535:
		return pgerr.New(pgerr.InvalidParameterValue, "invalid value for integer option %q: %d", "port", o.Port)
	}
	_, err := o.endpoint()
	return err
}

// endpoint is the service's URL, "" for Amazon's own.
func (o Options) endpoint() (string, error) {
	text, name := o.Endpoint, "endpoint"
	if o.Host != "" {
		text, name = o.Host, "host"
	}
	if text == "" {
		return "", nil
	}
	if !strings.Contains(text, "://") {
		text = "https://" + text
	}
	u, err := url.Parse(text)
	if err != nil || u.Host == "" || u.User != nil || u.RawQuery != "" || u.Scheme != "http" && u.Scheme != "https" {
		return "", pgerr.New(pgerr.InvalidParameterValue, "invalid value for option %q", name).
			WithHint("Write it as http://host:port or https://host:port.")
	}
	if o.Port != 0 {
		if u.Port() != "" && u.Port() != strconv.Itoa(o.Port) {
			return "", pgerr.New(pgerr.InvalidParameterValue, "options %q and %q name different ports", name, "port")
		}
		u.Host = net.JoinHostPort(u.Hostname(), strconv.Itoa(o.Port))
	}
	return u.String(), nil
}

// client makes the SDK's client. With the default chain of credentials it reads the environment and files.
func (o Options) client(ctx context.Context, pool *http.Transport) (*awss3.Client, error) {
	var cfg aws.Config
	httpClient := &http.Client{Transport: pool, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	switch {
	case o.Anonymous:
		cfg.Credentials = aws.AnonymousCredentials{}
	case o.AccessKey != "":
		cfg.Credentials = credentials.NewStaticCredentialsProvider(o.AccessKey, o.SecretKey, o.SessionToken)
	default:
		var err error
		var load []func(*config.LoadOptions) error
		if o.Profile != "" {
			load = append(load, config.WithSharedConfigProfile(o.Profile))
		}
		if cfg, err = config.LoadDefaultConfig(ctx, load...); err != nil {
			return nil, pgerr.Wrap(err, pgerr.InvalidParameterValue, "the configuration for S3 could not be loaded").
				WithDetail("%s", strings.TrimSpace(fmt.Sprintf("Profile %q.", o.Profile)))
		}
	}
	if cfg.Credentials != nil && !o.Anonymous {
		cfg.Credentials = keys{cfg.Credentials}
	}
	if o.Region != "" {
		cfg.Region = o.Region
	}
	if cfg.Region == "" {
		cfg.Region = "us-east-1"
	}
	endpoint, err := o.endpoint()
	if err != nil {
		return nil, err
	}
	return awss3.NewFromConfig(cfg, func(c *awss3.Options) {
		c.HTTPClient = httpClient
		c.Retryer = aws.NopRetryer{}
		c.ResponseChecksumValidation = aws.ResponseChecksumValidationWhenRequired // a range has no checksum of its own
		if endpoint != "" {
			c.BaseEndpoint = &endpoint
		}
		c.UsePathStyle = o.PathStyle == "true" || o.PathStyle == "auto" && c.BaseEndpoint != nil
	}), nil
}
