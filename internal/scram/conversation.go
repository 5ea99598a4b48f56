package scram

import (
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"strconv"
	"strings"

	"howdah/pgerr"
)

// The mechanisms' names on the wire.
const (
	Plain = "SCRAM-SHA-256"
	Plus  = "SCRAM-SHA-256-PLUS"
)

const nonceLength = 18

// Conversation is one login. Call First, then Final; on one goroutine.
type Conversation struct {
	verifier Verifier
	mock     bool   // no password may pass, whatever the proof
	binding  []byte // tls-server-end-point hash; nil without TLS

	gs2         string
	plus        bool
	clientFirst string // without the gs2 header
	serverFirst string
	nonce       string
}

// NewConversation begins a login. With mock it goes through all motions and fails. The binding is the hash of the
// server's certificate (tls-server-end-point) where the connection has TLS, else nil: PLUS is offered only with it.
func NewConversation(v Verifier, mock bool, binding []byte) *Conversation {
	return &Conversation{verifier: v, mock: mock, binding: binding}
}

// Mechanisms lists what may be offered, the best first.
func (c *Conversation) Mechanisms() []string {
	if c.binding != nil {
		return []string{Plus, Plain}
	}
	return []string{Plain}
}

func malformed(detail string) error {
	return pgerr.New(pgerr.ProtocolViolation, "malformed SCRAM message").WithDetail("%s", detail)
}

// First takes the client's first message and gives the challenge.
func (c *Conversation) First(mechanism string, message []byte) ([]byte, error) {
	switch {
	case mechanism == Plus && c.binding != nil:
		c.plus = true
	case mechanism != Plain:
		return nil, pgerr.New(pgerr.ProtocolViolation, "client selected an invalid SASL authentication mechanism")
	}
	if len(message) == 0 {
		return nil, malformed("The message is empty.")
	}
	if strings.IndexByte(string(message), 0) >= 0 {
		return nil, malformed("Message length does not match input length.")
	}
	flag, rest, ok := strings.Cut(string(message), ",")
	if !ok {
		return nil, malformed("Comma expected, but found end of message.")
	}
	switch {
	case flag == "n" && !c.plus:
	case flag == "y" && !c.plus:
		if c.binding != nil { // somebody between us took PLUS off the list
			return nil, pgerr.New(pgerr.InvalidAuthorizationSpec, "SCRAM channel binding negotiation error").
				WithDetail("The client supports SCRAM channel binding but thinks the server does not.  However, this server does support channel binding.")
		}
	case flag == "n" || flag == "y":
		return nil, malformed("The client selected SCRAM-SHA-256-PLUS, but the SCRAM message does not include channel binding data.")
	case strings.HasPrefix(flag, "p="):
		if !c.plus {
			return nil, malformed("The client selected SCRAM-SHA-256 without channel binding, but the SCRAM message includes channel binding data.")
		}
		if flag != "p=tls-server-end-point" {
			return nil, pgerr.New(pgerr.ProtocolViolation, "unsupported SCRAM channel-binding type \"%s\"", flag[2:])
		}
	default:
		return nil, malformed("Unexpected channel-binding flag.")
	}
	authzid, bare, ok := strings.Cut(rest, ",")
	if !ok {
		return nil, malformed("Comma expected, but found end of message.")
	}
	if authzid != "" {
		return nil, pgerr.New(pgerr.FeatureNotSupported, "client uses authorization identity, but it is not supported")
	}
	c.gs2, c.clientFirst = flag+","+authzid+",", bare
	if strings.HasPrefix(bare, "m=") {
		return nil, pgerr.New(pgerr.FeatureNotSupported, "client requires an unsupported SCRAM extension")
	}
	attrs := strings.Split(bare, ",")
	if len(attrs) < 2 || !strings.HasPrefix(attrs[0], "n=") || !strings.HasPrefix(attrs[1], "r=") || attrs[1] == "r=" {
		return nil, malformed("Attributes \"n\" and \"r\" expected.") // the user name is ignored: the start-up packet's counts
	}
	for _, b := range []byte(attrs[1][2:]) {
		if b < 0x21 || b > 0x7e {
			return nil, pgerr.New(pgerr.ProtocolViolation, "non-printable characters in SCRAM nonce")
		}
	}
	own := make([]byte, nonceLength)
	if _, err := rand.Read(own); err != nil {
		return nil, err
	}
	b64 := base64.StdEncoding
	c.nonce = attrs[1][2:] + b64.EncodeToString(own)
	c.serverFirst = "r=" + c.nonce + ",s=" + b64.EncodeToString(c.verifier.Salt) + ",i=" + strconv.Itoa(c.verifier.Iterations)
	return []byte(c.serverFirst), nil
}

// Final takes the client's second message. ok tells whether the password was right; only then is there a reply.
func (c *Conversation) Final(message []byte) (reply []byte, ok bool, err error) {
	text := string(message)
	cut := strings.LastIndex(text, ",p=")
	if cut < 0 || strings.IndexByte(text, 0) >= 0 {
		return nil, false, malformed("Malformed proof in client-final-message.")
	}
	withoutProof := text[:cut]
	proof, err := base64.StdEncoding.DecodeString(text[cut+3:])
	if err != nil || len(proof) != sha256.Size {
		return nil, false, malformed("Malformed proof in client-final-message.")
	}
	attrs := strings.Split(withoutProof, ",")
	if len(attrs) < 2 || !strings.HasPrefix(attrs[0], "c=") || !strings.HasPrefix(attrs[1], "r=") {
		return nil, false, malformed("Attributes \"c\" and \"r\" expected.")
	}
	bound := []byte(c.gs2)
	if c.plus {
		bound = append(bound, c.binding...)
	}
	if attrs[0][2:] != base64.StdEncoding.EncodeToString(bound) {
		if c.plus {
			return nil, false, pgerr.New(pgerr.InvalidAuthorizationSpec, "SCRAM channel binding check failed")
		}
		return nil, false, pgerr.New(pgerr.ProtocolViolation, "unexpected SCRAM channel-binding attribute in client-final-message")
	}
	if subtle.ConstantTimeCompare([]byte(attrs[1][2:]), []byte(c.nonce)) != 1 {
		return nil, false, pgerr.New(pgerr.ProtocolViolation, "invalid SCRAM response").WithDetail("Nonce does not match.")
	}
	auth := c.clientFirst + "," + c.serverFirst + "," + withoutProof
	signature := mac(c.verifier.StoredKey, auth)
	for i := range proof {
		proof[i] ^= signature[i]
	}
	stored := sha256.Sum256(proof)
	if subtle.ConstantTimeCompare(stored[:], c.verifier.StoredKey) != 1 || c.mock {
		return nil, false, nil
	}
	return []byte("v=" + base64.StdEncoding.EncodeToString(mac(c.verifier.ServerKey, auth))), true, nil
}
