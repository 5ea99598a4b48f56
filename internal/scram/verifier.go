package scram

import (
	"crypto/hmac"
	"crypto/pbkdf2"
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"github.com/xdg-go/stringprep"
)

// Iterations is the cost of new verifiers, PostgreSQL's default.
const Iterations = 4096

const (
	prefix     = "SCRAM-SHA-256$"
	saltLength = 16
)

// Verifier proves a password without holding it.
type Verifier struct {
	Iterations           int
	Salt                 []byte
	StoredKey, ServerKey []byte // sha256.Size bytes each
}

// ErrNotVerifier says that a text is not of a verifier's form; it might be a password.
var ErrNotVerifier = errors.New("not a SCRAM-SHA-256 verifier")

// Parse reads the form that pg_authid.rolpassword has.
func Parse(s string) (Verifier, error) {
	rest, ok := strings.CutPrefix(s, prefix)
	if !ok {
		return Verifier{}, ErrNotVerifier
	}
	params, keys, ok1 := strings.Cut(rest, "$")
	iterations, salt, ok2 := strings.Cut(params, ":")
	stored, server, ok3 := strings.Cut(keys, ":")
	if !ok1 || !ok2 || !ok3 {
		return Verifier{}, ErrNotVerifier
	}
	n, err := strconv.ParseUint(iterations, 10, 31)
	if err != nil || n == 0 {
		return Verifier{}, ErrNotVerifier
	}
	v := Verifier{Iterations: int(n)}
	for _, f := range []struct {
		text string
		to   *[]byte
		size int
	}{{salt, &v.Salt, -1}, {stored, &v.StoredKey, sha256.Size}, {server, &v.ServerKey, sha256.Size}} {
		if *f.to, err = base64.StdEncoding.DecodeString(f.text); err != nil || f.size >= 0 && len(*f.to) != f.size {
			return Verifier{}, ErrNotVerifier
		}
	}
	return v, nil
}

// String gives the form that [Parse] reads.
func (v Verifier) String() string {
	b64 := base64.StdEncoding.EncodeToString
	return fmt.Sprintf("%s%d:%s$%s:%s", prefix, v.Iterations, b64(v.Salt), b64(v.StoredKey), b64(v.ServerKey))
}

// New makes a verifier of a password with a fresh salt.
func New(password string) (Verifier, error) {
	salt := make([]byte, saltLength)
	if _, err := rand.Read(salt); err != nil {
		return Verifier{}, err
	}
	return derive(password, salt, Iterations)
}

func derive(password string, salt []byte, iterations int) (Verifier, error) {
	salted, err := pbkdf2.Key(sha256.New, prepare(password), salt, iterations, sha256.Size)
	if err != nil {
		return Verifier{}, err
	}
	stored := sha256.Sum256(mac(salted, "Client Key"))
	return Verifier{iterations, salt, stored[:], mac(salted, "Server Key")}, nil
}

// Verify tells whether the password is the verifier's: for ALTER ROLE and tests, not for logins.
func (v Verifier) Verify(password string) bool {
	d, err := derive(password, v.Salt, v.Iterations)
	return err == nil && subtle.ConstantTimeCompare(d.StoredKey, v.StoredKey) == 1
}

// Mock is what an unknown role's client is challenged with: the same for the same user as long as the server runs, so
// that a stranger cannot tell which roles exist. No password fits it.
func Mock(secret []byte, user string) Verifier {
	h := hmac.New(sha256.New, secret)
	h.Write([]byte(user))
	return Verifier{Iterations, h.Sum(nil)[:saltLength], make([]byte, sha256.Size), make([]byte, sha256.Size)}
}

// prepare normalises a password by SASLprep; one that SASLprep refuses is taken as it stands, as PostgreSQL does.
func prepare(password string) string {
	if p, err := stringprep.SASLprep.Prepare(password); err == nil {
		return p
	}
	return password
}

func mac(key []byte, parts ...string) []byte {
	h := hmac.New(sha256.New, key)
	for _, p := range parts {
		h.Write([]byte(p))
	}
	return h.Sum(nil)
}
