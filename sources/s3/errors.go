package s3

import (
	"context"
	"errors"
	"fmt"
	"net/http"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/smithy-go"
	smithyhttp "github.com/aws/smithy-go/transport/http"

	"howdah/pgerr"
	"howdah/sources"
	"howdah/sources/internal/transport"
)

// explain turns the SDK's errors, whose texts name hosts and request ids, into what a client may see.
func explain(outer, inner context.Context, path string, err error) error {
	if outer.Err() != nil {
		return context.Cause(outer)
	}
	var answer *smithyhttp.ResponseError
	var unsent *smithyhttp.RequestSendError
	if errors.As(err, &unsent) || !errors.As(err, &answer) || answer.Response == nil || answer.Response.Response == nil {
		if errors.Is(err, errNoKeys) {
			return pgerr.Wrap(err, pgerr.InvalidAuthorizationSpec, "could not read %q: there are no credentials for S3", path).
				WithHint("Set options \"aws_access_key\" and \"aws_secret_key\" in a user mapping, or \"anonymous\" for a public bucket.")
		}
		return transport.Explain(outer, inner, path, err)
	}
	status := answer.HTTPStatusCode()
	code := ""
	var api smithy.APIError
	if errors.As(err, &api) {
		code = api.ErrorCode()
	}
	said := fmt.Sprintf("The service answered %d %s", status, http.StatusText(status))
	if known[code] {
		said += ": " + code
	}
	said += "."
	switch code {
	case "InvalidAccessKeyId", "SignatureDoesNotMatch", "InvalidToken", "ExpiredToken", "TokenRefreshRequired",
		"XAdminUserNotFound": // versitygw's word for an unknown key
		return sources.Denied(path, said).WithHint("Check the access key, its secret and its token in the user mapping.")
	case "RequestTimeTooSkewed":
		return sources.Denied(path, said).WithHint("This machine's clock differs too much from the service's.")
	case "NoSuchBucket":
		return sources.Missing(path).WithDetail("The bucket does not exist.")
	case "NoSuchVersion":
		return sources.Missing(path).WithDetail("The object has no version of that id.")
	case "InvalidObjectState":
		return pgerr.New(pgerr.ObjectNotInPrerequisiteState, "could not read file %q: the object is archived", path).
			WithHint("Restore it before it is read.")
	}
	if region := answer.Response.Header.Get("X-Amz-Bucket-Region"); region != "" && (status == 301 || status == 307 || status == 400) {
		return pgerr.New(pgerr.InvalidParameterValue, "could not read %q: the bucket is in another region", path).
			WithHint("Set option \"region\" to %q.", region)
	}
	switch {
	case status == http.StatusForbidden, status == http.StatusUnauthorized:
		return sources.Denied(path, said)
	case status == http.StatusNotFound:
		return sources.Missing(path).WithDetail("%s", said)
	case status == http.StatusPreconditionFailed, status == http.StatusRequestedRangeNotSatisfiable:
		return sources.Changed(path)
	case status == http.StatusRequestTimeout, status == http.StatusTooManyRequests, status >= 500 && status != http.StatusNotImplemented:
		return sources.Unreachable(path, fmt.Sprintf("the service answered %d %s", status, http.StatusText(status)))
	case status == http.StatusOK: // the head was fine, the document was not
		return transport.Explain(outer, inner, path, answer.Err)
	}
	return pgerr.Wrap(err, pgerr.IOError, "could not read file %q", path).WithDetail("%s", said)
}

// known are the codes that may be repeated; another could be anything that a server makes up.
var known = map[string]bool{
	"AccessDenied": true, "AccountProblem": true, "AllAccessDisabled": true, "AuthorizationHeaderMalformed": true, "BadRequest": true, "ExpiredToken": true,
	"InvalidAccessKeyId": true, "InvalidArgument": true, "InvalidBucketName": true, "InvalidRequest": true, "InvalidToken": true,
	"MethodNotAllowed": true, "NoSuchBucket": true, "NoSuchKey": true, "PermanentRedirect": true, "RequestTimeTooSkewed": true,
	"SignatureDoesNotMatch": true, "TokenRefreshRequired": true, "NotFound": true, "Forbidden": true, "XAdminUserNotFound": true,
}

// keys makes a failure to find credentials recognisable: the SDK wraps it in texts only.
type keys struct{ aws.CredentialsProvider }

var errNoKeys = errors.New("no credentials")

func (k keys) Retrieve(ctx context.Context) (aws.Credentials, error) {
	c, err := k.CredentialsProvider.Retrieve(ctx)
	if err != nil {
		err = fmt.Errorf("%w: %w", errNoKeys, err)
	}
	return c, err
}
