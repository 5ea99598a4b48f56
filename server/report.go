package server

import (
	"strconv"
	"strings"

	"github.com/jackc/pgx/v5/pgproto3"

	"howdah/pgerr"
	"howdah/server/charset"
	"howdah/server/settings"
)

// fixedSettings are the parameters that the server decides for all sessions.
func fixedSettings(cfg Config) (map[string]string, error) {
	probe := settings.New(nil, true)
	m := map[string]string{}
	for name, value := range cfg.Settings {
		if err := probe.Set(name, value, settings.Startup); err != nil {
			return nil, err
		}
		m[strings.ToLower(name)] = probe.Text(name)
	}
	m["server_version"] = versionText(cfg.Version)
	m["server_version_num"] = versionNum()
	m["max_connections"] = strconv.Itoa(cfg.MaxConnections)
	m["listen_addresses"] = ""
	if cfg.TLS != nil {
		m["ssl"] = "on"
	}
	return m, nil
}

// startupSettings takes parameters from the start-up packet: options first, as PostgreSQL does.
func (x *session) startupSettings(params map[string]string) error {
	for _, o := range splitOptions(params["options"]) {
		name, value, err := o.setting()
		if err != nil {
			return err
		}
		if err := x.settings.Set(name, value, settings.Startup); err != nil {
			return err
		}
	}
	for name, value := range params {
		switch name {
		case "user", "database", "options", "replication":
			continue
		}
		if err := x.settings.Set(name, value, settings.Startup); err != nil {
			return err
		}
	}
	return x.followSettings()
}

// option is a word of the options parameter, with the next one.
type option struct{ word, next string }

// splitOptions splits at blanks that no backslash protects (pg_split_opts) and joins -c with its value.
func splitOptions(s string) []option {
	var words []string
	var b strings.Builder
	inWord := false
	for i := 0; i < len(s); i++ {
		switch c := s[i]; {
		case c == '\\' && i+1 < len(s):
			i++
			b.WriteByte(s[i])
			inWord = true
		case c == ' ' || c >= '\t' && c <= '\r':
			if inWord {
				words = append(words, b.String())
				b.Reset()
				inWord = false
			}
		default:
			b.WriteByte(c)
			inWord = true
		}
	}
	if inWord {
		words = append(words, b.String())
	}
	var out []option
	for i := 0; i < len(words); i++ {
		o := option{word: words[i]}
		if o.word == "-c" && i+1 < len(words) {
			i++
			o.next = words[i]
		}
		out = append(out, o)
	}
	return out
}

func (o option) setting() (name, value string, err error) {
	text := ""
	switch {
	case o.word == "-c":
		text = o.next
	case strings.HasPrefix(o.word, "-c"), strings.HasPrefix(o.word, "--"):
		text = o.word[2:]
	}
	name, value, ok := strings.Cut(text, "=")
	switch {
	case text == "":
		return "", "", pgerr.New(pgerr.SyntaxError, "invalid command-line argument for server process: %s", o.word).
			WithHint(`Try "howdah serve --help" for more information.`)
	case !ok:
		return "", "", pgerr.New(pgerr.SyntaxError, "-c %s requires a value", name)
	}
	return strings.ReplaceAll(name, "-", "_"), value, nil
}

// followSettings makes the session's own state agree with its settings.
func (x *session) followSettings() error {
	c, err := charset.Lookup(x.settings.Text("client_encoding"))
	if err != nil {
		return err
	}
	x.charset = c
	return nil
}

// report tells the client of parameters that changed since it was told last.
func (x *session) report() error {
	if x.version == x.settings.Version() && len(x.reported) > 0 {
		return nil
	}
	x.version = x.settings.Version()
	for _, name := range settings.Reported {
		v, _ := x.settings.Get(name)
		if old, told := x.reported[name]; told && old == v {
			continue
		}
		x.reported[name] = v
		if err := x.out.Send(&pgproto3.ParameterStatus{Name: name, Value: x.encodeText(v)}); err != nil {
			return err
		}
	}
	return nil
}

// encodeText puts a short text in the client's encoding; what has no equivalent becomes a question mark.
func (x *session) encodeText(s string) string {
	if x.charset == nil {
		return s
	}
	var out []byte
	for _, r := range s {
		b, err := x.charset.Encode(out, []byte(string(r)))
		if err != nil {
			b = append(out, '?')
		}
		out = b
	}
	return string(out)
}

func (x *session) encodeError(e *pgerr.Error) *pgerr.Error {
	if x.charset == nil {
		return e
	}
	c := e.Clone()
	c.Message, c.Detail, c.Hint, c.Where = x.encodeText(e.Message), x.encodeText(e.Detail), x.encodeText(e.Hint), x.encodeText(e.Where)
	return c
}

// decode gives a client's text in UTF-8.
func (x *session) decode(s string) (string, error) {
	if x.charset != nil {
		return x.charset.Decode(s)
	}
	if err := charset.CheckUTF8(s); err != nil {
		return "", err
	}
	return s, nil
}
