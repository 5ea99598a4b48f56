package server

import (
	"errors"
	"slices"
	"time"

	"github.com/jackc/pgx/v5/pgproto3"

	"howdah/internal/scram"
	"howdah/pgerr"
	"howdah/types"
)

// maxAuthMessage bounds what a stranger may send.
const maxAuthMessage = 65535

// authenticate proves the client's name, and sets the session's role.
func (x *session) authenticate() error {
	role, known := x.server.engine.Role(x.user)
	trusted := isLoopback(x.conn.RemoteAddr()) && role.Verifier == "" && (known || !x.server.engine.HasPassword())
	if trusted && !known { // on loopback a name needs no CREATE ROLE, until some role has a password
		role, known = Role{Name: x.user, Login: true, Superuser: true, ConnLimit: -1, Settings: role.Settings}, true
	}
	if !trusted {
		if err := x.scram(role, known); err != nil {
			return err
		}
	}
	if !known {
		return pgerr.New(pgerr.InvalidAuthorizationSpec, `role "%s" does not exist`, x.user)
	}
	if !role.Login {
		return pgerr.New(pgerr.InvalidAuthorizationSpec, `role "%s" is not permitted to log in`, x.user)
	}
	x.superuser = role.Superuser
	x.roleSettings = role.Settings
	x.connLimit = role.ConnLimit
	return nil
}

func (x *session) wrongPassword() error {
	return pgerr.New(pgerr.InvalidPassword, `password authentication failed for user "%s"`, x.user)
}

// scram asks for the password. Roles that are unknown, have no password or whose password has expired are led through
// the same steps.
func (x *session) scram(role Role, known bool) error {
	v, err := scram.Parse(role.Verifier)
	mock := !known || err != nil || expired(role.ValidUntil)
	if mock {
		v = scram.Mock(x.server.mock, x.user)
	}
	var binding []byte
	if x.tls {
		binding = x.server.cfg.CertHash
	}
	c := scram.NewConversation(v, mock, binding)
	if err := x.say(&pgproto3.AuthenticationSASL{AuthMechanisms: c.Mechanisms()}); err != nil {
		return err
	}
	x.in.SetAuthType(pgproto3.AuthTypeSASL)
	m, err := x.in.Receive()
	if err != nil {
		return authReceive(err)
	}
	first, ok := m.(*pgproto3.SASLInitialResponse)
	if !ok {
		return expectedSASL(m)
	}
	if !slices.Contains(c.Mechanisms(), first.AuthMechanism) {
		return pgerr.New(pgerr.ProtocolViolation, "client selected an invalid SASL authentication mechanism")
	}
	challenge, err := c.First(first.AuthMechanism, first.Data)
	if err != nil {
		return err
	}
	if err := x.say(&pgproto3.AuthenticationSASLContinue{Data: challenge}); err != nil {
		return err
	}
	x.in.SetAuthType(pgproto3.AuthTypeSASLContinue)
	if m, err = x.in.Receive(); err != nil {
		return authReceive(err)
	}
	final, ok := m.(*pgproto3.SASLResponse)
	if !ok {
		return expectedSASL(m)
	}
	reply, passed, err := c.Final(final.Data)
	switch {
	case err != nil:
		return err
	case !passed:
		return x.wrongPassword()
	}
	x.in.SetAuthType(pgproto3.AuthTypeOk)
	return x.out.Send(&pgproto3.AuthenticationSASLFinal{Data: reply})
}

func expectedSASL(pgproto3.FrontendMessage) error {
	return pgerr.New(pgerr.ProtocolViolation, "expected SASL response, got another message")
}

// authReceive turns what is wrong with a message into an error for the client; a lost connection stays as it is.
func authReceive(err error) error {
	if isNetError(err) {
		return err
	}
	if _, ok := errors.AsType[*pgproto3.ExceededMaxBodyLenErr](err); ok {
		return pgerr.New(pgerr.ProtocolViolation, "invalid message length")
	}
	return pgerr.New(pgerr.ProtocolViolation, "invalid authentication message")
}

// expired tells whether a password's VALID UNTIL has passed. One that cannot be read counts as passed.
func expired(until string) bool {
	if until == "" || until == "infinity" {
		return false
	}
	d, err := types.ParseText(types.Of(types.TimestamptzOID), []byte(until), types.DefaultStyle())
	if err != nil {
		return true
	}
	end := time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC).UnixMicro() + d.Int
	return d.Int != 1<<63-1 && time.Now().UnixMicro() > end
}
