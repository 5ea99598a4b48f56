package textsearch

import (
	"embed"
	"strconv"
	"strings"
	"sync"
	"unicode/utf8"

	"howdah/internal/ctype"
	"howdah/internal/pgdata"

	"github.com/blevesearch/snowballstem"
	"github.com/blevesearch/snowballstem/arabic"
	"github.com/blevesearch/snowballstem/danish"
	"github.com/blevesearch/snowballstem/dutch"
	"github.com/blevesearch/snowballstem/english"
	"github.com/blevesearch/snowballstem/german"
	"github.com/blevesearch/snowballstem/hungarian"
	"github.com/blevesearch/snowballstem/irish"
	"github.com/blevesearch/snowballstem/italian"
	"github.com/blevesearch/snowballstem/norwegian"
	"github.com/blevesearch/snowballstem/portuguese"
	"github.com/blevesearch/snowballstem/romanian"
	"github.com/blevesearch/snowballstem/russian"
	"github.com/blevesearch/snowballstem/spanish"
	"github.com/blevesearch/snowballstem/swedish"
	"github.com/blevesearch/snowballstem/tamil"
	"github.com/blevesearch/snowballstem/turkish"
)

//go:embed stop
var stopFiles embed.FS

// stemmers are by the names that PostgreSQL's dictionaries give their languages: those that agree with PostgreSQL 15 in
// every word of long lists and in as many words made at random. The library's French and Finnish ones are of an older
// edition than PostgreSQL's, and so would be two more but for what is done before them.
var stemmers = map[string]func(*snowballstem.Env) bool{
	"arabic": arabic.Stem, "danish": stemDanish, "dutch": dutch.Stem, "english": english.Stem, "german": german.Stem,
	"hungarian": hungarian.Stem, "irish": irish.Stem, "italian": italian.Stem, "norwegian": norwegian.Stem,
	"portuguese": portuguese.Stem, "romanian": romanian.Stem, "russian": stemRussian, "spanish": spanish.Stem,
	"swedish": swedish.Stem, "tamil": tamil.Stem, "turkish": turkish.Stem,
}

// stemRussian takes the diaeresis away first.
func stemRussian(env *snowballstem.Env) bool {
	if s := env.Current(); strings.Contains(s, "ё") {
		env.SetCurrent(strings.ReplaceAll(s, "ё", "е"))
	}
	return russian.Stem(env)
}

// stemDanish keeps the last of two equal characters unless it is a consonant: the second one is hidden meanwhile.
func stemDanish(env *snowballstem.Env) bool {
	const hidden = '\ue000'
	var before rune
	word := strings.Map(func(r rune) rune {
		if r == before && !strings.ContainsRune("bcdfghjklmnpqrstvwxzaeiouyæåø", r) {
			before = 0
			return hidden
		}
		before = r
		return r
	}, env.Current())
	if !strings.ContainsRune(word, hidden) {
		return danish.Stem(env)
	}
	env.SetCurrent(word)
	ok := danish.Stem(env)
	env.SetCurrent(strings.Map(func(r rune) rune {
		if r != hidden {
			before = r
		}
		return before
	}, env.Current()))
	return ok
}

// Dictionary makes lexemes of tokens.
type Dictionary struct {
	OID  uint32
	Name string
	stop map[string]bool
	stem func(*snowballstem.Env) bool // nil = the word itself, in lower case
}

// Config says which dictionary sees tokens of which type.
type Config struct {
	OID  uint32
	Name string
	dict [tokenTypes]*Dictionary // nil = such tokens are left out
}

type catalog struct {
	configs map[uint32]*Config
	dicts   map[uint32]*Dictionary
}

// known reads the configurations from PostgreSQL's own catalogs, those whose dictionaries there are.
var known = sync.OnceValue(func() *catalog {
	c := &catalog{configs: map[uint32]*Config{}, dicts: map[uint32]*Dictionary{}}
	each("pg_ts_dict", func(row func(column string) string) {
		d := &Dictionary{OID: number(row("oid")), Name: row("dictname")}
		options := row("dictinitoption")
		if options != pgdata.Null {
			if d.stem = stemmers[option(options, "language")]; d.stem == nil {
				return
			}
			if list := option(options, "stopwords"); list != "" {
				d.stop = stopWords(list)
			}
		}
		c.dicts[d.OID] = d
	})
	each("pg_ts_config", func(row func(column string) string) {
		oid := number(row("oid"))
		c.configs[oid] = &Config{OID: oid, Name: row("cfgname")}
	})
	each("pg_ts_config_map", func(row func(column string) string) {
		oid := number(row("mapcfg"))
		config := c.configs[oid]
		if config == nil {
			return
		}
		d := c.dicts[number(row("mapdict"))]
		if d == nil {
			delete(c.configs, oid)
			return
		}
		config.dict[number(row("maptokentype"))] = d // each type has one dictionary in PostgreSQL's own maps
	})
	return c
})

func each(relation string, visit func(row func(column string) string)) {
	columns, rows := pgdata.Rows(relation)
	for _, r := range rows {
		visit(func(column string) string {
			for i, c := range columns {
				if c == column {
					return r[i]
				}
			}
			panic("textsearch: no column " + column)
		})
	}
}

func number(s string) uint32 {
	n, err := strconv.ParseUint(s, 10, 32)
	if err != nil {
		panic("textsearch: " + err.Error())
	}
	return uint32(n)
}

// option reads one of a dictionary's options: language = 'danish', stopwords = 'danish'.
func option(options, name string) string {
	_, rest, ok := strings.Cut(options, name+" = '")
	if !ok {
		return ""
	}
	value, _, _ := strings.Cut(rest, "'")
	return value
}

func stopWords(name string) map[string]bool {
	text, err := stopFiles.ReadFile("stop/" + name + ".stop")
	if err != nil {
		panic("textsearch: " + err.Error())
	}
	out := map[string]bool{}
	for _, word := range strings.Fields(string(text)) {
		out[string(appendLower(nil, []byte(word)))] = true
	}
	return out
}

// ConfigByOID finds a configuration, nil if it is not there.
func ConfigByOID(oid uint32) *Config { return known().configs[oid] }

// DictionaryByOID finds a dictionary, nil if it is not there.
func DictionaryByOID(oid uint32) *Dictionary { return known().dicts[oid] }

// Dictionary gives the dictionary for tokens of a type, nil if such tokens are left out.
func (c *Config) Dictionary(t TokenType) *Dictionary {
	if t >= tokenTypes {
		return nil
	}
	return c.dict[t]
}

// appendLower appends the word in lower case, one code point at a time.
func appendLower(dst, word []byte) []byte {
	for i := 0; i < len(word); {
		if c := word[i]; c < utf8.RuneSelf {
			if c >= 'A' && c <= 'Z' {
				c += 'a' - 'A'
			}
			dst = append(dst, c)
			i++
			continue
		}
		r, n := utf8.DecodeRune(word[i:])
		dst = utf8.AppendRune(dst, ctype.ToLower(r))
		i += n
	}
	return dst
}

// maxStem is the length of words beyond which nothing is stemmed.
const maxStem = 1000

// Lexize appends the lexeme of a token; false for a stop word. Every dictionary knows every token.
func (d *Dictionary) Lexize(dst, token []byte) (lexeme []byte, ok bool) {
	start := len(dst)
	dst = appendLower(dst, token)
	word := dst[start:]
	if d.stem != nil && len(token) > maxStem {
		return dst, true
	}
	if len(word) == 0 || d.stop[string(word)] {
		return dst[:start], false
	}
	if d.stem != nil {
		env := snowballstem.NewEnv(string(word))
		d.stem(env)
		if stem := env.Current(); stem != "" { // what were nothing but an ending stays
			dst = append(dst[:start], stem...)
		}
	}
	return dst, true
}
