package abuse

import (
	"encoding/binary"
	"math/rand/v2"
)

// damage changes bytes. What it leaves need not be messages.
func (s *Session) damage(r *rand.Rand) {
	for range 1 + r.IntN(3) {
		if len(s.Messages) == 0 {
			return
		}
		i := r.IntN(len(s.Messages))
		m := append([]byte(nil), s.Messages[i]...)
		kind := r.IntN(9)
		if len(m) < 6 && kind > 1 { // damaged before, or without a body
			kind = 6 + r.IntN(3)
		}
		switch kind {
		case 0: // one bit anywhere
			m[r.IntN(len(m))] ^= 1 << r.IntN(8)
		case 1: // a byte that means something
			m[r.IntN(len(m))] = pick[byte](r, 0, 1, 0x7f, 0x80, 0xff, '\'', 'Q', 'S')
		case 2: // another length
			binary.BigEndian.PutUint32(m[1:], pick[uint32](r, 0, 3, 4, 5, uint32(len(m)), uint32(len(m)-2), 1<<16, 1<<20, 1<<26, 1<<30, 1<<31-1, 1<<31, 1<<32-1))
		case 3: // another type
			m[0] = pick[byte](r, 'Q', 'P', 'B', 'D', 'E', 'S', 'H', 'C', 'X', 'd', 'c', 'f', 'F', 'p', 'R', 'Z', 0, 0xff)
		case 4: // bytes more
			at := 5 + r.IntN(len(m)-4)
			m = append(m[:at:at], append([]byte{byte(r.Uint32()), 0}, m[at:]...)...)
			if r.IntN(2) == 0 {
				binary.BigEndian.PutUint32(m[1:], uint32(len(m)-1))
			}
		case 5: // bytes fewer
			m = m[:r.IntN(len(m))]
			if len(m) >= 5 && r.IntN(2) == 0 {
				binary.BigEndian.PutUint32(m[1:], uint32(len(m)-1))
			}
		case 6: // a field of two or four bytes within the body
			if n := len(m); n >= 7 {
				at := 5 + r.IntN(n-6)
				binary.BigEndian.PutUint16(m[at:], pick[uint16](r, 0, 1, 2, 0x7fff, 0x8000, 0xffff))
			}
		case 7: // the rest of the session is lost
			s.Messages = s.Messages[:i+1]
			m = m[:r.IntN(len(m)+1)]
		default: // a stretch twice
			from := r.IntN(len(m))
			to := from + r.IntN(len(m)-from)
			m = append(m[:to:to], m[from:]...)
		}
		s.Messages[i] = m
		if len(m) == 0 {
			s.Messages = append(s.Messages[:i:i], s.Messages[i+1:]...)
		}
	}
}

// sound tells whether every message is whole and of a type that a client may send.
func sound(list [][]byte) bool {
	for _, m := range list {
		if len(m) < 5 || binary.BigEndian.Uint32(m[1:]) != uint32(len(m)-1) {
			return false
		}
		switch m[0] {
		case 'Q', 'P', 'B', 'D', 'E', 'S', 'H', 'C', 'd', 'c', 'f', 'F':
		default: // Terminate too: what comes after it is not answered
			return false
		}
	}
	return true
}

const (
	version30  = 3 << 16
	sslRequest = 1234<<16 | 5679
	gssRequest = 1234<<16 | 5680
	cancelCode = 1234<<16 | 5678
)

// packet is one of those before the session: a length, a code, and what follows.
func packet(code uint32, rest string) []byte {
	b := binary.BigEndian.AppendUint32(nil, uint32(8+len(rest)))
	return append(binary.BigEndian.AppendUint32(b, code), rest...)
}

// loginText is an honest client's.
const loginText = "user\x00tester\x00database\x00howdah\x00\x00"

// opening says how the session begins: nine times of ten as an honest client would.
func (c *Corpus) opening(r *rand.Rand, s *Session) {
	s.Opening = packet(version30, loginText)
	if r.IntN(10) > 0 {
		return
	}
	switch r.IntN(12) {
	case 0:
		s.Opening, s.Answers = append(packet(sslRequest, ""), s.Opening...), 1
	case 1:
		s.Opening, s.Answers = append(packet(gssRequest, ""), append(packet(sslRequest, ""), s.Opening...)...), 2
	case 2:
		s.Opening = packet(version30+2, loginText)
	case 3:
		s.Opening = packet(version30+9999, "_pq_.grease\x00yes\x00"+loginText)
	case 4: // a role with a password
		s.Login = false
		s.Opening = packet(version30, "user\x00locked\x00database\x00howdah\x00\x00")
		const hello = "n,,n=locked,r=abcdefg"
		first := append(binary.BigEndian.AppendUint32([]byte("SCRAM-SHA-256\x00"), uint32(len(hello))), hello...)
		s.Messages = append([][]byte{frame('p', first), frame('p', []byte("c=biws,r=abcdefg,p=AAAA"))}, s.Messages...)
		if r.IntN(2) == 0 {
			s.damage(r)
		}
	case 5:
		s.Login = false
		s.Opening = packet(cancelCode, "\x00\x00\x00\x01abcd")
	case 6:
		s.Login = false
		s.Opening = append([]byte{0x16, 3, 1, 2, 0, 1}, s.Opening...)
	case 7:
		s.Opening = packet(version30, "options\x00"+pick(r, "-c work_mem=1MB", "-c DateStyle=German --search_path=files", "-c statement_timeout=50", "-cTimeZone=UTC")+"\x00"+loginText)
	default: // damaged
		s.Login = false
		one := &Session{Messages: [][]byte{append([]byte(nil), s.Opening...)}}
		one.damage(r)
		s.Opening = nil
		for _, m := range one.Messages {
			s.Opening = append(s.Opening, m...)
		}
	}
	s.Sound = s.Sound && s.Login
}

// frame is a message of a type.
func frame(kind byte, body []byte) []byte {
	return append(binary.BigEndian.AppendUint32([]byte{kind}, uint32(4+len(body))), body...)
}
