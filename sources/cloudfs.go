package sources

import (
	"strings"

	"howdah/pgerr"
)

// FromCloudFS turns the options with which cloudfs_fdw says where a file is (source, bucket, filepath, url) into a
// location, and gives the options that are left. source is s3 if absent, as there; file and filesystem mean a path,
// http/https, http and https a url. host, port and the keys are left: the s3 source knows them by these names.
func FromCloudFS(opts map[string]string) (location string, rest map[string]string, err error) {
	rest = make(map[string]string, len(opts))
	for name, value := range opts {
		rest[name] = value
	}
	take := func(name string) string {
		value := rest[name]
		delete(rest, name)
		return value
	}
	source := strings.ToLower(take("source"))
	bucket, path, url := take("bucket"), take("filepath"), take("url")
	need := func(name, value string) {
		if value == "" && err == nil {
			err = pgerr.New(pgerr.InvalidParameterValue, "option %q is required for source %q", name, source)
		}
	}
	deny := func(name, value string) {
		if value != "" && err == nil {
			err = pgerr.New(pgerr.InvalidParameterValue, "option %q cannot be used with source %q", name, source)
		}
	}
	switch source {
	case "", "s3":
		source = "s3"
		need("bucket", bucket)
		need("filepath", path)
		deny("url", url)
		location = "s3://" + bucket + "/" + strings.TrimPrefix(path, "/")
	case "http/https", "http", "https":
		need("url", url)
		deny("bucket", bucket)
		deny("filepath", path)
		location = url
		if l, e := ParseLocation(url); err == nil && (e != nil || l.Scheme != "http" && l.Scheme != "https") {
			err = pgerr.New(pgerr.InvalidParameterValue, "option \"url\" must be an http or https URL for source %q", source)
		}
	case "file", "filesystem":
		need("filepath", path)
		deny("bucket", bucket)
		deny("url", url)
		location = path
		if strings.Contains(path, "://") { // a path, whatever it looks like
			location = "./" + path
		}
	default:
		err = pgerr.New(pgerr.FeatureNotSupported, "source %q is not supported", source).
			WithHint("Available values: s3, http/https, file.")
	}
	if err != nil {
		return "", nil, err
	}
	return location, rest, nil
}
