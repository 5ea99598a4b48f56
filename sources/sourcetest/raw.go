package sourcetest

import (
	"bufio"
	"bytes"
	"fmt"
	"net"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"
)

// Framing is how a server marks the end of a body.
type Framing int

// The framings of HTTP/1.
const (
	ContentLength  Framing = iota
	Chunked                // in chunks of 7 bytes
	CloseDelimited         // HTTP/1.1, Connection: close
	HTTP10                 // HTTP/1.0 without a length
)

func (f Framing) String() string {
	return [...]string{"Content-Length", "chunked", "close-delimited", "HTTP/1.0"}[f]
}

// Page is what a RawServer serves at every path.
type Page struct {
	Content      []byte
	Framing      Framing
	ETag         string // "" = none
	LastModified string // "" = none
	Date         string // "" = none
	Ranges       bool   // announced and honoured
	NoHead       bool   // HEAD is 405
	HeadLength   bool   // HEAD tells the length although GET's framing does not
	IgnoreIf     bool   // conditions are ignored
	Header       string // further header lines, each ended by \r\n
	Status       int    // 0 = 200, 206, 412 or 416 as it should be
}

// RawServer speaks HTTP over raw sockets on loopback, one request per connection.
type RawServer struct {
	URL string

	// Cut, if set, may shorten what is sent for the request-th request (counted from 1), given as sent on the wire, head and all. It is called by
	// one goroutine at a time. Then the connection is closed, or reset if Reset is set.
	Cut   func(request int, r *http.Request, wire []byte) []byte
	Reset bool
	// Hang, if set, is waited for before the connection is closed.
	Hang chan struct{}

	listener net.Listener
	wg       sync.WaitGroup

	mu       sync.Mutex
	page     Page
	requests []*http.Request
	conns    map[net.Conn]bool
}

// NewRawServer starts a server, which ends with the test.
func NewRawServer(t testing.TB, page Page) *RawServer {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	s := &RawServer{URL: "http://" + l.Addr().String(), listener: l, page: page, conns: map[net.Conn]bool{}}
	s.wg.Go(s.accept)
	t.Cleanup(s.Close)
	return s
}

// Close ends all connections and waits for them.
func (s *RawServer) Close() {
	s.listener.Close()
	s.mu.Lock()
	for c := range s.conns {
		c.Close()
	}
	s.mu.Unlock()
	s.wg.Wait()
}

// Set changes the page.
func (s *RawServer) Set(page Page) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.page = page
}

// Requests gives those seen so far.
func (s *RawServer) Requests() []*http.Request {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]*http.Request(nil), s.requests...)
}

func (s *RawServer) accept() {
	for {
		c, err := s.listener.Accept()
		if err != nil {
			return
		}
		s.mu.Lock()
		s.conns[c] = true
		s.mu.Unlock()
		s.wg.Go(func() { s.serve(c) })
	}
}

func (s *RawServer) serve(c net.Conn) {
	defer func() {
		c.Close()
		s.mu.Lock()
		delete(s.conns, c)
		s.mu.Unlock()
	}()
	c.SetDeadline(time.Now().Add(30 * time.Second))
	r, err := http.ReadRequest(bufio.NewReader(c))
	if err != nil {
		return
	}
	s.mu.Lock()
	s.requests = append(s.requests, r)
	wire := s.page.Wire(r)
	if s.Cut != nil {
		wire = s.Cut(len(s.requests), r, wire)
	}
	hang := s.Hang
	s.mu.Unlock()
	if _, err := c.Write(wire); err != nil {
		return
	}
	if hang != nil {
		<-hang
	}
	if tcp := c.(*net.TCPConn); s.Reset {
		tcp.SetLinger(0)
	}
}

// Wire gives the whole answer to a request.
func (p Page) Wire(r *http.Request) []byte {
	status, body, extra := p.Status, p.Content, p.Header
	if status == 0 {
		status = http.StatusOK
		first, last, ranged := requested(r, len(p.Content))
		switch {
		case p.NoHead && r.Method == http.MethodHead:
			status, body = http.StatusMethodNotAllowed, nil
		case !p.IgnoreIf && r.Header.Get("If-Match") != "" && r.Header.Get("If-Match") != p.ETag,
			!p.IgnoreIf && r.Header.Get("If-Unmodified-Since") != "" && r.Header.Get("If-Unmodified-Since") != p.LastModified:
			status, body = http.StatusPreconditionFailed, nil
		case p.Ranges && ranged && first >= len(p.Content):
			status, body = http.StatusRequestedRangeNotSatisfiable, nil
			extra += fmt.Sprintf("Content-Range: bytes */%d\r\n", len(p.Content))
		case p.Ranges && ranged:
			status, body = http.StatusPartialContent, p.Content[first:last+1]
			extra += fmt.Sprintf("Content-Range: bytes %d-%d/%d\r\n", first, last, len(p.Content))
		}
	}
	var w bytes.Buffer
	version := "1.1"
	if p.Framing == HTTP10 {
		version = "1.0"
	}
	fmt.Fprintf(&w, "HTTP/%s %d %s\r\nConnection: close\r\n", version, status, http.StatusText(status))
	for name, value := range map[string]string{"ETag": p.ETag, "Last-Modified": p.LastModified, "Date": p.Date} {
		if value != "" {
			fmt.Fprintf(&w, "%s: %s\r\n", name, value)
		}
	}
	if p.Ranges {
		w.WriteString("Accept-Ranges: bytes\r\n")
	}
	w.WriteString(extra)
	head := r.Method == http.MethodHead
	if head && p.HeadLength && p.Framing != ContentLength && status == http.StatusOK {
		fmt.Fprintf(&w, "Content-Length: %d\r\n", len(body))
	}
	switch p.Framing {
	case ContentLength:
		fmt.Fprintf(&w, "Content-Length: %d\r\n", len(body))
	case Chunked:
		if !head {
			w.WriteString("Transfer-Encoding: chunked\r\n")
		}
	}
	w.WriteString("\r\n")
	if head {
		return w.Bytes()
	}
	if p.Framing != Chunked {
		w.Write(body)
		return w.Bytes()
	}
	for len(body) > 0 {
		n := min(7, len(body))
		fmt.Fprintf(&w, "%x\r\n%s\r\n", n, body[:n])
		body = body[n:]
	}
	w.WriteString("0\r\n\r\n")
	return w.Bytes()
}

// requested reads a Range header of the one form that sources send.
func requested(r *http.Request, size int) (first, last int, ok bool) {
	text, ok := strings.CutPrefix(r.Header.Get("Range"), "bytes=")
	from, to, ok2 := strings.Cut(text, "-")
	first, err1 := strconv.Atoi(from)
	last, err2 := strconv.Atoi(to)
	if to == "" {
		last, err2 = size-1, nil
	}
	return first, min(last, size-1), ok && ok2 && err1 == nil && err2 == nil
}
