package web

import (
	"context"
	"errors"
	"net/http"
	"strconv"
	"strings"

	"howdah/sources"
)

// Stat asks by HEAD. Where that is refused or does not tell the length, it asks for the first byte, and takes from the answer what
// it can; a server that sends the whole file instead is not listened to any further.
func (s *Source) Stat(ctx context.Context, key string) (info sources.Info, err error) {
	err = sources.Retry(ctx, func() (err error) {
		info, err = s.stat(ctx, key)
		return err
	})
	return info, err
}

func (s *Source) stat(ctx context.Context, key string) (sources.Info, error) {
	a, err := s.ask(ctx, http.MethodHead, key, nil)
	if err == nil {
		a.body.Close()
		if a.StatusCode == http.StatusOK && a.ContentLength > 0 {
			return describe(a, key, a.ContentLength, announcesRanges(a.Header))
		}
	} else if !sources.IsTransient(err) {
		return sources.Info{}, err
	}
	return s.probe(ctx, key)
}

// probe asks for the first byte.
func (s *Source) probe(ctx context.Context, key string) (sources.Info, error) {
	a, err := s.ask(ctx, http.MethodGet, key, http.Header{"Range": {"bytes=0-0"}})
	if err != nil {
		return sources.Info{}, err
	}
	a.body.Close()
	switch a.StatusCode {
	case http.StatusPartialContent:
		_, _, total, err := contentRange(a.Header)
		return describe(a, key, total, err == nil && total >= 0)
	case http.StatusOK:
		return describe(a, key, a.ContentLength, false)
	case http.StatusRequestedRangeNotSatisfiable: // of an empty file there is no first byte
		if strings.TrimSpace(a.Header.Get("Content-Range")) == "bytes */0" {
			return describe(a, key, 0, false)
		}
	}
	return sources.Info{}, a.refusal()
}

func describe(a *answer, key string, size int64, ranges bool) (sources.Info, error) {
	coding, err := a.coding()
	if err != nil {
		return sources.Info{}, err
	}
	if coding != "" {
		size, ranges = -1, false // lengths and offsets are those of the coded content
	}
	v, strong := version(a.Header)
	info := sources.Info{
		Path: a.body.Path, Key: key, Size: size, Version: v, Ranges: ranges && strong && size >= 0,
		ContentType: a.Header.Get("Content-Type"),
	}
	if t, err := http.ParseTime(a.Header.Get("Last-Modified")); err == nil {
		info.Modified = t
	}
	return info, nil
}

func announcesRanges(h http.Header) bool {
	return strings.EqualFold(strings.TrimSpace(h.Get("Accept-Ranges")), "bytes")
}

var errRange = errors.New("invalid Content-Range")

// contentRange reads "bytes 0-99/1234"; total is -1 for "*".
func contentRange(h http.Header) (first, last, total int64, err error) {
	text, ok := strings.CutPrefix(h.Get("Content-Range"), "bytes ")
	span, whole, ok2 := strings.Cut(text, "/")
	from, to, ok3 := strings.Cut(span, "-")
	if !ok || !ok2 || !ok3 {
		return 0, 0, 0, errRange
	}
	first, err1 := strconv.ParseInt(from, 10, 64)
	last, err2 := strconv.ParseInt(to, 10, 64)
	total = -1
	var err3 error
	if whole != "*" {
		total, err3 = strconv.ParseInt(whole, 10, 64)
	}
	if err1 != nil || err2 != nil || err3 != nil || first < 0 || last < first || whole != "*" && total <= last {
		return 0, 0, 0, errRange
	}
	return first, last, total, nil
}
