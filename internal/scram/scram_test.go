package scram

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"strings"
	"testing"

	"crypto/pbkdf2"

	"howdah/internal/pgtest"
)

// TestVerifierIsPostgreSQLs lets PostgreSQL make a verifier and checks that it is read, proven and written alike.
func TestVerifierIsPostgreSQLs(t *testing.T) {
	pg := pgtest.New(t)
	if err := pg.Exec(`set password_encryption = 'scram-sha-256'; create role scram_probe password 'pencil ½ x'`); err != nil {
		t.Fatal(err)
	}
	defer pg.Exec(`drop role scram_probe`)
	rows, err := pg.Query(`select rolpassword from pg_authid where rolname = 'scram_probe'`)
	if err != nil {
		t.Fatal(err)
	}
	v, err := Parse(rows[0][0])
	if err != nil {
		t.Fatal(err)
	}
	if v.String() != rows[0][0] {
		t.Errorf("wrote %q, read %q", v, rows[0][0])
	}
	if !v.Verify("pencil ½ x") { // SASLprep makes 1⁄2 of ½ on both sides
		t.Error("PostgreSQL's verifier does not accept its password")
	}
	if v.Verify("pencil") {
		t.Error("PostgreSQL's verifier accepts another password")
	}
}

func TestVerifierForms(t *testing.T) {
	for _, bad := range []string{
		"", "md5abc", "SCRAM-SHA-256$", "SCRAM-SHA-256$4096:c2FsdA==", "SCRAM-SHA-256$0:c2FsdA==$a:b",
		"SCRAM-SHA-256$4096:c2FsdA==$YQ==:YQ==", "SCRAM-SHA-256$x:c2FsdA==$YQ==:YQ==",
	} {
		if _, err := Parse(bad); err == nil {
			t.Errorf("%q was read", bad)
		}
	}
}

// client answers a challenge as RFC 5802 says, from the password alone.
func client(password, gs2, firstBare string, challenge []byte, binding []byte) string {
	var nonce, salt string
	for a := range strings.SplitSeq(string(challenge), ",") {
		switch a[:2] {
		case "r=":
			nonce = a[2:]
		case "s=":
			salt = a[2:]
		}
	}
	rawSalt, _ := base64.StdEncoding.DecodeString(salt)
	salted, _ := pbkdf2.Key(sha256.New, password, rawSalt, Iterations, 32)
	key := mac(salted, "Client Key")
	stored := sha256.Sum256(key)
	without := "c=" + base64.StdEncoding.EncodeToString(append([]byte(gs2), binding...)) + ",r=" + nonce
	sig := mac(stored[:], firstBare+","+string(challenge)+","+without)
	for i := range key {
		key[i] ^= sig[i]
	}
	return without + ",p=" + base64.StdEncoding.EncodeToString(key)
}

func TestConversation(t *testing.T) {
	v, err := New("secret")
	if err != nil {
		t.Fatal(err)
	}
	hash := bytes.Repeat([]byte{7}, 32)
	for _, c := range []struct {
		name, mechanism, gs2, password string
		mock                           bool
		offered, sent                  []byte
		want                           bool
	}{
		{"right", Plain, "n,,", "secret", false, nil, nil, true},
		{"wrong", Plain, "n,,", "other", false, nil, nil, false},
		{"unknown role", Plain, "n,,", "secret", true, nil, nil, false},
		{"client could bind", Plain, "y,,", "secret", false, nil, nil, true},
		{"bound", Plus, "p=tls-server-end-point,,", "secret", false, hash, hash, true},
		{"bound, wrong password", Plus, "p=tls-server-end-point,,", "x", false, hash, hash, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := NewConversation(v, c.mock, c.offered)
			bare := "n=,r=abcdef"
			challenge, err := s.First(c.mechanism, []byte(c.gs2+bare))
			if err != nil {
				t.Fatal(err)
			}
			reply, ok, err := s.Final([]byte(client(c.password, c.gs2, bare, challenge, c.sent)))
			if err != nil || ok != c.want || (reply != nil) != c.want {
				t.Fatalf("ok %v, reply %q, err %v; want ok %v", ok, reply, err, c.want)
			}
		})
	}
}

func TestBindingMismatchAndGarbage(t *testing.T) {
	v, _ := New("secret")
	hash := bytes.Repeat([]byte{7}, 32)
	s := NewConversation(v, false, hash)
	if _, err := s.First(Plain, []byte("y,,n=,r=a")); err == nil {
		t.Error("a downgrade passed")
	}
	s = NewConversation(v, false, hash)
	challenge, err := s.First(Plus, []byte("p=tls-server-end-point,,n=,r=a"))
	if err != nil {
		t.Fatal(err)
	}
	if _, ok, err := s.Final([]byte(client("secret", "p=tls-server-end-point,,", "n=,r=a", challenge, bytes.Repeat([]byte{8}, 32)))); ok || err == nil {
		t.Error("another certificate's binding passed")
	}
	for _, bad := range []string{"", "n", "n,", "x,,n=,r=a", "n,a=b,n=,r=a", "n,,r=a", "n,,n=,r=", "p=x,,n=,r=a", "n,,m=1,n=,r=a", "n,,n=,r=a\x00"} {
		s := NewConversation(v, false, nil)
		if _, err := s.First(Plain, []byte(bad)); err == nil {
			t.Errorf("first message %q passed", bad)
		}
	}
	for _, bad := range []string{"", "c=biws,r=a", "c=biws,r=a,p=", "c=biws,p=AAAA", "c=AAAA,r=a,p=" + strings.Repeat("A", 43) + "="} {
		s := NewConversation(v, false, nil)
		if _, err := s.First(Plain, []byte("n,,n=,r=a")); err != nil {
			t.Fatal(err)
		}
		if _, ok, err := s.Final([]byte(bad)); ok || err == nil {
			t.Errorf("final message %q passed", bad)
		}
	}
}

func TestMockIsStable(t *testing.T) {
	a, b := Mock([]byte("k"), "u"), Mock([]byte("k"), "u")
	if a.String() != b.String() || Mock([]byte("k"), "v").String() == a.String() {
		t.Error("the mock challenge must depend on the user alone")
	}
}
