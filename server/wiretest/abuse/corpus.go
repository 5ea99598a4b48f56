package abuse

import (
	"bufio"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/jackc/pgx/v5/pgproto3"

	"howdah/server/wiretest"
)

// Corpus is what sessions are derived from.
type Corpus struct {
	sessions [][]pgproto3.FrontendMessage
	texts    []string // statements that occur in them
}

// Load reads scripts of package wiretest for what they send. A line "connect" begins a session.
func Load(patterns ...string) (*Corpus, error) {
	c := &Corpus{}
	for _, p := range patterns {
		files, err := filepath.Glob(p)
		if err != nil || len(files) == 0 {
			return nil, fmt.Errorf("%s: no scripts (%v)", p, err)
		}
		for _, f := range files {
			if err := c.read(f); err != nil {
				return nil, fmt.Errorf("%s: %w", f, err)
			}
		}
	}
	return c, nil
}

func (c *Corpus) read(file string) error {
	f, err := os.Open(file)
	if err != nil {
		return err
	}
	defer f.Close()
	var session []pgproto3.FrontendMessage
	end := func() {
		if len(session) > 0 {
			c.sessions = append(c.sessions, session)
		}
		session = nil
	}
	sc := bufio.NewScanner(f)
	sc.Buffer(nil, 1<<20)
	for sc.Scan() {
		line := sc.Text()
		if line == "connect" {
			end()
		}
		text, ok := strings.CutPrefix(line, "> ")
		if !ok {
			continue
		}
		m, err := wiretest.Message(text)
		if err != nil {
			return err
		}
		switch m := m.(type) {
		case *pgproto3.Query:
			c.texts = append(c.texts, m.String)
		case *pgproto3.Parse:
			c.texts = append(c.texts, m.Query)
		}
		session = append(session, m)
	}
	end()
	return sc.Err()
}
