package pgdata

import "sync"

// Setting is a configuration parameter as pg_settings describes it.
type Setting struct {
	Name      string
	Unit      string // Null = none
	Category  string
	ShortDesc string
	ExtraDesc string // Null = none
	Context   string // internal, postmaster, sighup, superuser-backend, backend, superuser, user
	VarType   string // bool, integer, real, string, enum
	MinVal    string // Null = none
	MaxVal    string // Null = none
	EnumVals  []string
	BootVal   string // before any configuration is read; Null = none
	Flags     []string
}

var settings = sync.OnceValue(loadSettings)

func loadSettings() []Setting {
	t := open("settings")
	c := t.cols(`name unit category short_desc extra_desc context vartype min_val max_val enumvals boot_val flags`)
	out := make([]Setting, 0, t.rows())
	for t.next() {
		r := t.row
		out = append(out, Setting{
			r[c[0]], r[c[1]], r[c[2]], r[c[3]], r[c[4]], r[c[5]], r[c[6]], r[c[7]], r[c[8]], texts(r[c[9]]),
			r[c[10]], texts(r[c[11]]),
		})
	}
	return out
}

// Settings gives the configuration parameters that pg_settings shows, by name.
func Settings() []Setting { return settings() }

// Keyword is a word of the grammar.
type Keyword struct {
	Word     string
	Category byte // U unreserved, C may not be a function or type name, T may be one, R reserved
	Bare     bool // may be a column label without AS
}

var keywords = sync.OnceValue(loadKeywords)

func loadKeywords() []Keyword {
	t := open("keywords")
	c := t.cols("word catcode barelabel")
	out := make([]Keyword, 0, t.rows())
	for t.next() {
		r := t.row
		out = append(out, Keyword{r[c[0]], char(r[c[1]]), boolean(r[c[2]])})
	}
	return out
}

// Keywords gives PostgreSQL 15's key words, by word.
func Keywords() []Keyword { return keywords() }

var keywordsByWord = sync.OnceValue(func() map[string]*Keyword {
	return index(Keywords(), func(k *Keyword) string { return k.Word })
})

// KeywordOf gives the key word written in lower case, or nil.
func KeywordOf(word string) *Keyword { return keywordsByWord()[word] }

// Collation is a row of pg_collation.
type Collation struct {
	OID, Namespace uint32
	Name           string
	Provider       byte // d default, c libc
	Deterministic  bool
	Encoding       int    // -1 = any
	Collate, Ctype string // Null = the database's
}

var collations = sync.OnceValue(loadCollations)

func loadCollations() []Collation {
	t := open("pg_collation")
	c := t.cols("oid collnamespace collname collprovider collisdeterministic collencoding collcollate collctype")
	out := make([]Collation, 0, t.rows())
	for t.next() {
		r := t.row
		out = append(out, Collation{
			oid(r[c[0]]), oid(r[c[1]]), r[c[2]], char(r[c[3]]), boolean(r[c[4]]), integer(r[c[5]]), r[c[6]], r[c[7]],
		})
	}
	return out
}

// Collations gives the collations that do not come from ICU, by OID.
func Collations() []Collation { return collations() }

var icuCollations = sync.OnceValue(func() map[string]bool {
	names := map[string]bool{}
	for t := open("icu_collations"); t.next(); {
		names[t.row[0]] = true
	}
	return names
})

// IsICUCollation tells whether a PostgreSQL 15 with ICU has a collation of that name from it.
func IsICUCollation(name string) bool { return icuCollations()[name] }
