package textsearch

import (
	"bytes"
	"cmp"
	"slices"
)

// Document gathers the lexemes of texts until [Document.AppendVector] makes a vector of them. It can be used again and
// keeps its memory.
type Document struct {
	config *Config
	parser Parser
	buf    []byte // lexemes, one behind the other
	words  []docWord
	place  int // of the last token that a dictionary saw
	stems  map[string]string
	out    []Entry
	list   []Position
}

type docWord struct {
	off, end int
	place    int
}

// maxStems is how many tokens are remembered with what became of them.
const maxStems = 1 << 14

// Reset forgets everything and takes a configuration.
func (d *Document) Reset(c *Config) {
	if d.config != c {
		clear(d.stems)
	}
	d.config, d.buf, d.words, d.place = c, d.buf[:0], d.words[:0], 0
}

// lexize appends a token's lexeme to the buffer; false for a stop word.
func (d *Document) lexize(t TokenType, token []byte) bool {
	dict := d.config.dict[t]
	if dict.stem == nil {
		var ok bool
		d.buf, ok = dict.Lexize(d.buf, token)
		return ok
	}
	// Stemming is dear and words recur. One map will do: types that are stemmed are stemmed alike.
	if s, ok := d.stems[string(token)]; ok {
		d.buf = append(d.buf, s...)
		return s != ""
	}
	start := len(d.buf)
	var ok bool
	d.buf, ok = dict.Lexize(d.buf, token) // no lexeme is empty
	if d.stems == nil || len(d.stems) >= maxStems {
		d.stems = map[string]string{}
	}
	d.stems[string(token)] = string(d.buf[start:])
	return ok
}

// Add takes in a text.
func (d *Document) Add(text []byte) {
	for d.parser.Reset(text); d.parser.Next(); {
		t, token := d.parser.Type, d.parser.Token
		if len(token) >= maxLexeme || d.config.dict[t] == nil {
			continue
		}
		start := len(d.buf)
		d.place++
		if d.lexize(t, token) {
			d.words = append(d.words, docWord{start, len(d.buf), limitPlace(d.place)})
		}
	}
}

// AddApart takes in a text that does not follow the last one: no phrase reaches from one to the other.
func (d *Document) AddApart(text []byte) {
	n := len(d.words)
	if d.Add(text); len(d.words) > n {
		d.place++
	}
}

func (d *Document) lexeme(w docWord) []byte { return d.buf[w.off:w.end:w.end] }

// AppendVector appends the vector of all that was taken in.
func (d *Document) AppendVector(dst []byte) ([]byte, error) {
	slices.SortFunc(d.words, func(a, b docWord) int {
		return cmp.Or(bytes.Compare(d.lexeme(a), d.lexeme(b)), a.place-b.place)
	})
	d.out, d.list = d.out[:0], slices.Grow(d.list[:0], len(d.words)) // so that views into the list stay
	for i := 0; i < len(d.words); {
		e := Entry{Lexeme: d.lexeme(d.words[i])}
		start := len(d.list)
		for ; i < len(d.words) && bytes.Equal(d.lexeme(d.words[i]), e.Lexeme); i++ {
			n := len(d.list) - start
			p := Position(d.words[i].place)
			if n > 0 && (n >= maxPositions-1 || d.list[len(d.list)-1] == p || d.list[len(d.list)-1] == maxPosition-1) {
				continue
			}
			d.list = append(d.list, p)
		}
		e.Positions = d.list[start:len(d.list):len(d.list)]
		d.out = append(d.out, e)
	}
	if size := packedSize(d.out); size > maxStrings {
		return nil, tooLong(size)
	}
	return AppendVector(dst, d.out), nil
}

// pushWords gives a query the words of a value, joined by op (pushval_morph). Stop words leave gaps.
func (d *Document) pushWords(op Operator) func(r *queryReader, value []byte, weights uint8, prefix bool) error {
	return func(r *queryReader, value []byte, weights uint8, prefix bool) error {
		d.Reset(d.config)
		d.Add(value)
		if len(d.words) == 0 {
			r.pushStop()
			return nil
		}
		before, count := 0, 0
		join := func() error {
			count++
			if count == 1 {
				return nil
			}
			return r.pushOperator(op, 1)
		}
		for i := 0; i < len(d.words); {
			place := d.words[i].place
			for before > 0 && before+1 < place {
				r.pushStop()
				if err := join(); err != nil {
					return err
				}
				before++
			}
			before = place
			// What stands at one place (beyond the greatest one) are variants of one word to PostgreSQL.
			for n := 0; i < len(d.words) && d.words[i].place == place; n++ {
				if err := r.pushValue(d.lexeme(d.words[i]), weights, prefix); err != nil {
					return err
				}
				if n > 0 {
					if err := r.pushOperator(And, 0); err != nil {
						return err
					}
				}
				i++
			}
			if err := join(); err != nil {
				return err
			}
		}
		return nil
	}
}

// AppendQuery appends to_tsquery's query of a text, which has operators and weights.
func (d *Document) AppendQuery(dst, text []byte) ([]byte, error) {
	return parseQuery(dst, text, standardForm, d.pushWords(Phrase))
}

// AppendPlainQuery appends plainto_tsquery's or phraseto_tsquery's query of a text: op is And or Phrase.
func (d *Document) AppendPlainQuery(dst, text []byte, op Operator) ([]byte, error) {
	return parseQuery(dst, text, plainForm, d.pushWords(op))
}

// AppendWebQuery appends websearch_to_tsquery's query of a text.
func (d *Document) AppendWebQuery(dst, text []byte) ([]byte, error) {
	return parseQuery(dst, text, webForm, d.pushWords(Phrase))
}
