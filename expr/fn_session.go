package expr

import (
	"context"
	"slices"
	"sync"
	"time"

	"howdah/pgerr"
	"howdah/types"
	"howdah/vector"
)

// sessionKernels answer about the session and the server (https://www.postgresql.org/docs/15/functions-info.html).
var sessionKernels = map[string]Kernel{
	"current_database": sessionText(func(s Session, _ *Call) (string, bool) { return s.Database(), true }),
	"current_user":     sessionText(func(s Session, _ *Call) (string, bool) { return s.User(), true }),
	"session_user":     sessionText(func(s Session, _ *Call) (string, bool) { return s.SessionUser(), true }),
	"current_schema": sessionText(func(s Session, _ *Call) (string, bool) {
		if path := s.SearchPath(false); len(path) > 0 {
			return path[0], true
		}
		return "", false
	}),
	"current_query": sessionText(func(s Session, _ *Call) (string, bool) {
		q, ok := s.(Queries)
		if !ok {
			return "", false
		}
		return q.CurrentQuery(), true
	}),
	"current_schemas":                currentSchemas,
	"pgsql_version":                  sessionText(func(s Session, _ *Call) (string, bool) { return s.ServerVersion(), true }),
	"pg_backend_pid":                 sessionInt(func(s Session) int64 { return int64(s.BackendPID()) }),
	"pg_is_in_recovery":              constantBool(false),
	"show_config_by_name":            currentSetting,
	"show_config_by_name_missing_ok": currentSetting,
	"set_config_by_name":             setConfig,
	"getdatabaseencoding":            sessionText(func(Session, *Call) (string, bool) { return "UTF8", true }),
	"pg_client_encoding": sessionText(func(s Session, _ *Call) (string, bool) {
		return s.Setting("client_encoding")
	}),
	"PG_encoding_to_char":            encodingToChar,
	"PG_char_to_encoding":            charToEncoding,
	"pg_advisory_unlock_all":         void,
	"inet_client_addr":               null,
	"inet_client_port":               null,
	"inet_server_addr":               null,
	"inet_server_port":               null,
	"pg_my_temp_schema":              ownTempSchema,
	"pg_is_other_temp_schema":        constantBool(false),
	"pg_current_logfile":             null,
	"pg_current_logfile_1arg":        null,
	"pg_blocking_pids":               emptyInts,
	"pg_jit_available":               constantBool(false),
	"pg_trigger_depth":               sessionInt(func(Session) int64 { return 0 }),
	"pg_sleep":                       sleep,
	"pg_cancel_backend":              signal(func(s signaller, pid int32) (bool, error) { return s.CancelBackend(pid) }),
	"pg_terminate_backend":           signal(func(s signaller, pid int32) (bool, error) { return s.TerminateBackend(pid) }),
	"pg_postmaster_start_time":       started,
	"pg_conf_load_time":              started,
	"pg_current_xact_id_if_assigned": null, // nothing is ever written: no transaction needs a number
}

// signaller is implemented by sessions of a server: whether there is a session of that number, and 42501 where it is
// not the caller's to disturb.
type signaller interface {
	CancelBackend(pid int32) (bool, error)
	TerminateBackend(pid int32) (bool, error)
}

func signal(send func(signaller, int32) (bool, error)) Kernel {
	return func(c *Call, out *vector.Column, sel []int32) (err error) {
		s, ok := c.Env.Session.(signaller)
		if !ok {
			return noSession("the list of sessions")
		}
		for _, i := range sel {
			if len(c.Args) > 1 && c.Args[1].Ints[i] < 0 {
				return pgerr.New(pgerr.NumericValueOutOfRange, "\"timeout\" must not be negative")
			}
			if out.Bools[i], err = send(s, int32(c.Args[0].Ints[i])); err != nil {
				return err
			}
		}
		return nil
	}
}

func started(c *Call, out *vector.Column, sel []int32) error {
	s, ok := c.Env.Session.(interface{ Started() time.Time })
	if !ok {
		return noSession("the server's start")
	}
	for _, i := range sel {
		out.Ints[i] = types.MicrosOf(s.Started())
	}
	return nil
}

func noSession(what string) error {
	return pgerr.New(pgerr.FeatureNotSupported, "%s is not available here", what)
}

func sessionText(f func(Session, *Call) (string, bool)) Kernel {
	return func(c *Call, out *vector.Column, sel []int32) error {
		if c.Env.Session == nil {
			return noSession("the session's state")
		}
		s, ok := f(c.Env.Session, c)
		for _, i := range sel {
			if !ok {
				out.SetNull(i)
				continue
			}
			out.SetBytes(i, []byte(s))
		}
		return nil
	}
}

func sessionInt(f func(Session) int64) Kernel {
	return func(c *Call, out *vector.Column, sel []int32) error {
		if c.Env.Session == nil {
			return noSession("the session's state")
		}
		v := f(c.Env.Session)
		for _, i := range sel {
			out.Ints[i] = v
		}
		return nil
	}
}

func constantBool(v bool) Kernel {
	return func(_ *Call, out *vector.Column, sel []int32) error {
		for _, i := range sel {
			out.Bools[i] = v
		}
		return nil
	}
}

func null(_ *Call, out *vector.Column, sel []int32) error {
	for _, i := range sel {
		out.SetNull(i)
	}
	return nil
}

// void is the result of functions called for their effect: the empty string.
func void(_ *Call, out *vector.Column, sel []int32) error {
	for _, i := range sel {
		out.SetBytes(i, nil)
	}
	return nil
}

// sleep waits for so many seconds, or until the query is cancelled.
func sleep(c *Call, out *vector.Column, sel []int32) error {
	for _, i := range sel {
		if wait := c.Args[0].Floats[i]; wait > 0 {
			const longest = 1 << 31 // seconds
			t := time.NewTimer(time.Duration(min(wait, longest) * float64(time.Second)))
			select {
			case <-t.C:
			case <-c.Env.Ctx.Done():
				t.Stop()
				return context.Cause(c.Env.Ctx)
			}
		}
		out.SetBytes(i, nil)
	}
	return nil
}

func emptyInts(_ *Call, out *vector.Column, sel []int32) error {
	for _, i := range sel {
		out.Arrays[i] = &types.Array{Elem: types.Int4OID}
	}
	return nil
}

func currentSchemas(c *Call, out *vector.Column, sel []int32) error {
	if c.Env.Session == nil {
		return noSession("the search path")
	}
	for _, i := range sel {
		a := &types.Array{Elem: types.NameOID}
		for _, s := range c.Env.Session.SearchPath(c.Args[0].Bools[i]) {
			a.Elems = append(a.Elems, types.Datum{Bytes: []byte(s)})
		}
		if len(a.Elems) > 0 {
			a.Dims = []types.Dim{{Len: int32(len(a.Elems)), Lower: 1}}
		}
		out.Arrays[i] = a
	}
	return nil
}

func currentSetting(c *Call, out *vector.Column, sel []int32) error {
	if c.Env.Session == nil {
		return noSession("the session's state")
	}
	for _, i := range sel {
		name := string(c.Args[0].Bytes(i))
		v, ok := c.Env.Session.Setting(name)
		if !ok {
			if len(c.Args) > 1 && c.Args[1].Bools[i] {
				out.SetNull(i)
				continue
			}
			return pgerr.New(pgerr.UndefinedObject, "unrecognized configuration parameter \"%s\"", name)
		}
		out.SetBytes(i, []byte(v))
	}
	return nil
}

// setConfig is set_config(name, value, is_local): not strict, a NULL value resets.
func setConfig(c *Call, out *vector.Column, sel []int32) error {
	if c.Env.Session == nil {
		return noSession("the session's state")
	}
	for _, i := range sel {
		if c.Args[0].Null(i) {
			return pgerr.New(pgerr.NullValueNotAllowed, "SET requires parameter name")
		}
		name, local := string(c.Args[0].Bytes(i)), !c.Args[2].Null(i) && c.Args[2].Bools[i]
		var v string
		var err error
		if r, ok := c.Env.Session.(resetter); ok && c.Args[1].Null(i) {
			v, err = r.ResetSetting(name, local)
		} else {
			value := ""
			if !c.Args[1].Null(i) {
				value = string(c.Args[1].Bytes(i))
			}
			v, err = c.Env.Session.SetSetting(name, value, local)
		}
		if err != nil {
			return err
		}
		out.SetBytes(i, []byte(v))
	}
	return nil
}

// resetter is implemented by sessions whose settings can go back to what they began with: set_config(…, NULL, …).
type resetter interface {
	ResetSetting(name string, local bool) (string, error)
}

// encodings are PostgreSQL's encodings by number (pg_enc in mb/pg_wchar.h).
var encodings = []string{
	"SQL_ASCII", "EUC_JP", "EUC_CN", "EUC_KR", "EUC_TW", "EUC_JIS_2004", "UTF8", "MULE_INTERNAL", "LATIN1", "LATIN2", "LATIN3",
	"LATIN4", "LATIN5", "LATIN6", "LATIN7", "LATIN8", "LATIN9", "LATIN10", "WIN1256", "WIN1258", "WIN866", "WIN874", "KOI8R",
	"WIN1251", "WIN1252", "ISO_8859_5", "ISO_8859_6", "ISO_8859_7", "ISO_8859_8", "WIN1250", "WIN1253", "WIN1254", "WIN1255",
	"WIN1257", "KOI8U", "SJIS", "BIG5", "GBK", "UHC", "GB18030", "JOHAB", "SHIFT_JIS_2004",
}

func encodingToChar(c *Call, out *vector.Column, sel []int32) error {
	for _, i := range sel {
		n := c.Args[0].Ints[i]
		if n < 0 || n >= int64(len(encodings)) {
			out.SetBytes(i, nil)
			continue
		}
		out.SetBytes(i, []byte(encodings[n]))
	}
	return nil
}

func charToEncoding(c *Call, out *vector.Column, sel []int32) error {
	for _, i := range sel {
		out.Ints[i] = int64(encodingNumber(c.Args[0].Bytes(i)))
	}
	return nil
}

// encodingAliases are further names of encodings, as encodingNumber compares them (encnames.c).
var encodingAliases = map[string]string{
	"abc": "WIN1258", "alt": "WIN866", "koi8": "KOI8R", "mskanji": "SJIS", "shiftjis": "SJIS", "tcvn": "WIN1258", "tcvn5712": "WIN1258",
	"unicode": "UTF8", "vscii": "WIN1258", "win": "WIN1251", "eucjis2004": "EUC_JIS_2004", "iso88591": "LATIN1", "iso88592": "LATIN2",
	"iso88593": "LATIN3", "iso88594": "LATIN4", "iso88599": "LATIN5", "iso885910": "LATIN6", "iso885913": "LATIN7", "iso885914": "LATIN8",
	"iso885915": "LATIN9", "iso885916": "LATIN10", "win932": "SJIS", "win936": "GBK", "win949": "UHC", "win950": "BIG5",
	"windows932": "SJIS", "windows936": "GBK", "windows949": "UHC", "windows950": "BIG5", "windows866": "WIN866", "windows874": "WIN874",
	"windows1250": "WIN1250", "windows1251": "WIN1251", "windows1252": "WIN1252", "windows1253": "WIN1253", "windows1254": "WIN1254",
	"windows1255": "WIN1255", "windows1256": "WIN1256", "windows1257": "WIN1257", "windows1258": "WIN1258",
}

// encodingNumbers are the numbers of encodings by the letters and digits of their names, in lower case.
var encodingNumbers = sync.OnceValue(func() map[string]int {
	m := map[string]int{}
	for n, e := range encodings {
		key := string(appendEncodingKey(nil, []byte(e)))
		if _, twice := m[key]; !twice {
			m[key] = n
		}
	}
	for alias, e := range encodingAliases {
		m[alias] = slices.Index(encodings, e)
	}
	return m
})

func appendEncodingKey(dst, name []byte) []byte {
	for _, b := range name {
		switch {
		case b >= 'A' && b <= 'Z':
			dst = append(dst, b+'a'-'A')
		case b >= 'a' && b <= 'z' || b >= '0' && b <= '9':
			dst = append(dst, b)
		}
	}
	return dst
}

// encodingNumber finds an encoding by its name, of which letters and digits count, or gives -1.
func encodingNumber(name []byte) int {
	var buf [64]byte
	if n, ok := encodingNumbers()[string(appendEncodingKey(buf[:0], name))]; ok {
		return n
	}
	return -1
}

// Queries is a Session that knows the text that its client has sent.
type Queries interface{ CurrentQuery() string }
