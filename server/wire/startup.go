package wire

import (
	"bytes"
	"encoding/binary"
	"errors"
	"io"
	"strings"

	"howdah/pgerr"
)

// Versions and request codes, as the first word of a start-up packet has them.
const (
	Version30       = 3 << 16
	Version32       = 3<<16 | 2
	cancelRequest   = 1234<<16 | 5678
	sslRequest      = 1234<<16 | 5679
	gssEncRequest   = 1234<<16 | 5680
	maxStartupBytes = 10000 // MAX_STARTUP_PACKET_LENGTH
)

// Request is what a new connection asks for with its first packet.
type Request uint8

const (
	Start     Request = iota
	Cancel            // CancelRequest: PID and Key
	AskTLS            // SSLRequest
	AskGSSEnc         // GSSENCRequest
)

// Startup is a first packet.
type Startup struct {
	Request Request
	Version uint32 // what the client asked for
	Params  map[string]string
	Unknown []string // options named _pq_.…, in order: answered in NegotiateProtocolVersion
	PID     uint32
	Key     []byte
}

// ErrClosed says that the peer left before it had said a word: nothing to log.
var ErrClosed = errors.New("connection closed before the start-up packet")

// ReadStartup reads one start-up packet and not a byte more. Errors are *pgerr.Error for the client, or the reader's.
func ReadStartup(r io.Reader) (Startup, error) {
	var head [4]byte
	if _, err := io.ReadFull(r, head[:1]); err != nil {
		if err == io.EOF {
			err = ErrClosed
		}
		return Startup{}, err
	}
	if _, err := io.ReadFull(r, head[1:]); err != nil {
		return Startup{}, incomplete(err)
	}
	n := int64(binary.BigEndian.Uint32(head[:])) - 4
	if n < 4 || n > maxStartupBytes {
		return Startup{}, pgerr.New(pgerr.ProtocolViolation, "invalid length of startup packet")
	}
	body := make([]byte, n)
	if _, err := io.ReadFull(r, body); err != nil {
		return Startup{}, incomplete(err)
	}
	return parseStartup(body)
}

func incomplete(err error) error {
	if err == io.EOF || err == io.ErrUnexpectedEOF {
		return pgerr.New(pgerr.ProtocolViolation, "incomplete startup packet")
	}
	return err
}

func parseStartup(body []byte) (s Startup, err error) {
	s.Version = binary.BigEndian.Uint32(body)
	rest := body[4:]
	switch s.Version {
	case cancelRequest:
		if len(rest) < 8 || len(rest) > 4+256 {
			return s, pgerr.New(pgerr.ProtocolViolation, "invalid length of startup packet")
		}
		s.Request, s.PID, s.Key = Cancel, binary.BigEndian.Uint32(rest), rest[4:]
		return s, nil
	case sslRequest, gssEncRequest:
		if len(rest) != 0 {
			return s, pgerr.New(pgerr.ProtocolViolation, "invalid length of startup packet")
		}
		s.Request = AskTLS
		if s.Version == gssEncRequest {
			s.Request = AskGSSEnc
		}
		return s, nil
	}
	major, minor := s.Version>>16, s.Version&0xffff
	if major != 3 {
		return s, pgerr.New(pgerr.FeatureNotSupported, "unsupported frontend protocol %d.%d: server supports 3.0 to 3.0", major, minor)
	}
	s.Params = map[string]string{}
	for len(rest) > 0 && rest[0] != 0 {
		name, more, ok1 := bytes.Cut(rest, []byte{0})
		value, more, ok2 := bytes.Cut(more, []byte{0})
		if !ok1 || !ok2 {
			return s, badLayout()
		}
		rest = more
		if key := string(name); strings.HasPrefix(key, "_pq_.") {
			s.Unknown = append(s.Unknown, key)
		} else {
			s.Params[key] = string(value)
		}
	}
	if len(rest) != 1 {
		return s, badLayout()
	}
	return s, nil
}

func badLayout() error {
	return pgerr.New(pgerr.ProtocolViolation, "invalid startup packet layout: expected terminator as last byte")
}
