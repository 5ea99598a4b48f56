package expr

import (
	"bytes"
	"strings"

	"howdah/internal/textsearch"
	"howdah/pgerr"
	"howdah/types"
	"howdah/vector"
)

// tsearchTextKernels make vectors, queries and excerpts of texts. A configuration comes first, or it is the session's.
var tsearchTextKernels = map[string]Kernel{
	"to_tsvector": searching(0, vectorOfText), "to_tsvector_byid": searching(1, vectorOfText),
	"json_string_to_tsvector": searching(0, vectorOfJSON(false)), "json_string_to_tsvector_byid": searching(1, vectorOfJSON(false)),
	"jsonb_string_to_tsvector": searching(0, vectorOfJSON(false)), "jsonb_string_to_tsvector_byid": searching(1, vectorOfJSON(false)),
	"json_to_tsvector": searching(0, vectorOfJSON(true)), "json_to_tsvector_byid": searching(1, vectorOfJSON(true)),
	"jsonb_to_tsvector": searching(0, vectorOfJSON(true)), "jsonb_to_tsvector_byid": searching(1, vectorOfJSON(true)),

	"to_tsquery": searching(0, queryOfText), "to_tsquery_byid": searching(1, queryOfText),
	"plainto_tsquery": searching(0, plainQuery(textsearch.And)), "plainto_tsquery_byid": searching(1, plainQuery(textsearch.And)),
	"phraseto_tsquery": searching(0, plainQuery(textsearch.Phrase)), "phraseto_tsquery_byid": searching(1, plainQuery(textsearch.Phrase)),
	"websearch_to_tsquery": searching(0, webQuery), "websearch_to_tsquery_byid": searching(1, webQuery),

	"ts_headline": searching(0, headline), "ts_headline_byid": searching(1, headline),
	"ts_headline_opt": searching(0, headline), "ts_headline_byid_opt": searching(1, headline),
	"ts_headline_json": searching(0, headlineOfJSON), "ts_headline_json_byid": searching(1, headlineOfJSON),
	"ts_headline_json_opt": searching(0, headlineOfJSON), "ts_headline_json_byid_opt": searching(1, headlineOfJSON),
	"ts_headline_jsonb": searching(0, headlineOfJSON), "ts_headline_jsonb_byid": searching(1, headlineOfJSON),
	"ts_headline_jsonb_opt": searching(0, headlineOfJSON), "ts_headline_jsonb_byid_opt": searching(1, headlineOfJSON),

	"ts_match_tt": matchText(true), "ts_match_tq": matchText(false),
	"ts_lexize": arrayed(lexize), "get_current_ts_config": intsKernel(func(c *Call, _ int32) (int64, error) {
		oid, err := currentConfig(c)
		return int64(oid), err
	}),
}

// searchWork is what a call keeps: the configuration, and memory.
type searchWork struct {
	oid    uint32
	config *textsearch.Config
	doc    textsearch.Document
	head   textsearch.Headline
	query  parsedQuery
	value  []byte // a JSON string's
	made   []byte // a vector or an excerpt on its way
}

// currentConfig is the session's configuration by its OID.
func currentConfig(c *Call) (uint32, error) {
	name := "pg_catalog.english"
	if c.Env.Session != nil {
		if s, ok := c.Env.Session.Setting("default_text_search_config"); ok {
			name = s
		}
	}
	return textsearch.ConfigNamed(name)
}

// use takes a configuration; one that is not there is an error.
func (w *searchWork) use(oid uint32) error {
	if w.config == nil || w.oid != oid {
		w.oid, w.config = oid, textsearch.ConfigByOID(oid)
		if w.config == nil {
			return pgerr.New(pgerr.InternalError, "cache lookup failed for text search configuration %d", oid)
		}
	}
	w.doc.Reset(w.config)
	return nil
}

// searchFunc appends what comes of row i's arguments from the first on.
type searchFunc func(w *searchWork, c *Call, first int, dst []byte, i int32) ([]byte, error)

// searching makes a kernel of a function with a configuration as its argument (first = 1) or without (first = 0).
func searching(first int, f searchFunc) Kernel {
	one := appending(func(c *Call, dst []byte, i int32) ([]byte, error) {
		w := c.State.(*searchWork)
		if first > 0 {
			if err := w.use(uint32(c.Args[0].Ints[i])); err != nil {
				return nil, err
			}
		} else {
			w.doc.Reset(w.config)
		}
		return f(w, c, first, dst, i)
	})
	return func(c *Call, out *vector.Column, sel []int32) error {
		w := ready[searchWork](c)
		if first == 0 {
			oid, err := currentConfig(c)
			if err == nil {
				err = w.use(oid)
			}
			if err != nil {
				return err
			}
		}
		return one(c, out, sel)
	}
}

func vectorOfText(w *searchWork, c *Call, first int, dst []byte, i int32) ([]byte, error) {
	w.doc.Add(c.Args[first].Bytes(i))
	return w.doc.AppendVector(dst)
}

func queryOfText(w *searchWork, c *Call, first int, dst []byte, i int32) ([]byte, error) {
	return w.doc.AppendQuery(dst, c.Args[first].Bytes(i))
}

func plainQuery(op textsearch.Operator) searchFunc {
	return func(w *searchWork, c *Call, first int, dst []byte, i int32) ([]byte, error) {
		return w.doc.AppendPlainQuery(dst, c.Args[first].Bytes(i), op)
	}
}

func webQuery(w *searchWork, c *Call, first int, dst []byte, i int32) ([]byte, error) {
	return w.doc.AppendWebQuery(dst, c.Args[first].Bytes(i))
}

// matchText is text @@ text (plain) or text @@ tsquery.
func matchText(plain bool) Kernel {
	return func(c *Call, out *vector.Column, sel []int32) error {
		w := ready[searchWork](c)
		oid, err := currentConfig(c)
		if err != nil {
			return err
		}
		var query []byte
		for _, i := range sel {
			if err := w.use(oid); err != nil {
				return err
			}
			w.doc.Add(c.Args[0].Bytes(i))
			if w.made, err = w.doc.AppendVector(w.made[:0]); err != nil {
				return err
			}
			q := c.Args[1].Bytes(i)
			if plain {
				if query, err = w.doc.AppendPlainQuery(query[:0], q, textsearch.And); err != nil {
					return err
				}
				q = query
			}
			out.Bools[i] = textsearch.Vector(w.made).Matches(w.query.tree(q))
		}
		return nil
	}
}

// jsonParts says which values of a JSON text make lexemes.
type jsonParts struct{ keys, strings, numbers, bools bool }

func vectorOfJSON(chosen bool) searchFunc {
	return func(w *searchWork, c *Call, first int, dst []byte, i int32) ([]byte, error) {
		parts := jsonParts{strings: true}
		if chosen {
			var err error
			if parts, err = parseJSONParts(c.Args[first+1].Bytes(i)); err != nil {
				return nil, err
			}
		}
		if err := w.addJSON(c.Args[first].Bytes(i), &parts); err != nil {
			return nil, err
		}
		return w.doc.AppendVector(dst)
	}
}

// parseJSONParts reads the filter of json_to_tsvector, in jsonb's text form.
func parseJSONParts(filter []byte) (parts jsonParts, err error) {
	const hint = `Possible values are: "string", "numeric", "boolean", "key", and "all".`
	take := func(_, v []byte) bool {
		if v[0] == '[' || v[0] == '{' {
			err = pgerr.New(pgerr.InternalError, "unexpected end of flag array")
			return false
		}
		if v[0] != '"' {
			err = pgerr.New(pgerr.InvalidParameterValue, "flag array element is not a string").WithHint(hint)
			return false
		}
		var flag []byte
		if flag, err = types.AppendUnescaped(nil, v); err != nil {
			return false
		}
		switch asciiLower(string(flag)) {
		case "all":
			parts = jsonParts{true, true, true, true}
		case "key":
			parts.keys = true
		case "string":
			parts.strings = true
		case "numeric":
			parts.numbers = true
		case "boolean":
			parts.bools = true
		default:
			err = pgerr.New(pgerr.InvalidParameterValue, "wrong flag in flag array: \"%s\"", flag).WithHint(hint)
		}
		return err == nil
	}
	switch filter[0] {
	case '{':
		return parts, pgerr.New(pgerr.InvalidParameterValue, "wrong flag type, only arrays and scalars are allowed")
	case '[':
		types.EachJSON(filter, take)
	default:
		take(nil, filter)
	}
	return parts, err
}

func asciiLower(s string) string {
	return strings.Map(func(r rune) rune {
		if r >= 'A' && r <= 'Z' {
			return r + 'a' - 'A'
		}
		return r
	}, s)
}

// addJSON takes in the wanted parts of a valid JSON text, each apart from the others.
func (w *searchWork) addJSON(text []byte, parts *jsonParts) (err error) {
	text = text[types.SkipJSONSpace(text, 0):]
	switch text[0] {
	case '{', '[':
		types.EachJSON(text, func(key, value []byte) bool {
			if key != nil {
				// An escape that names no character is an error even in a key that is not wanted.
				if w.value, err = types.AppendUnescaped(w.value[:0], key); err != nil {
					return false
				}
				if parts.keys {
					w.doc.AddApart(w.value)
				}
			}
			err = w.addJSON(value, parts)
			return err == nil
		})
		return err
	case '"':
		end := types.JSONValueEnd(text, 0)
		if w.value, err = types.AppendUnescaped(w.value[:0], text[:end]); err != nil || !parts.strings {
			return err
		}
		w.doc.AddApart(w.value)
	case 't', 'f':
		if parts.bools {
			w.doc.AddApart(bytes.TrimRight(text, " \t\r\n"))
		}
	case 'n':
	default:
		if parts.numbers {
			w.doc.AddApart(bytes.TrimRight(text, " \t\r\n"))
		}
	}
	return nil
}

// headOptions are the last argument of ts_headline, if it is there.
func headOptions(c *Call, first int, i int32) []byte {
	if len(c.Args) > first+2 {
		return c.Args[first+2].Bytes(i)
	}
	return nil
}

func headline(w *searchWork, c *Call, first int, dst []byte, i int32) ([]byte, error) {
	root := w.query.tree(c.Args[first+1].Bytes(i))
	return w.head.Append(dst, w.config, c.Args[first].Bytes(i), root, headOptions(c, first, i))
}

// headlineOfJSON makes excerpts of a document's strings. Of jsonb it is jsonb again, of json a text without blanks.
func headlineOfJSON(w *searchWork, c *Call, first int, dst []byte, i int32) ([]byte, error) {
	h := jsonHeadline{
		w: w, root: w.query.tree(c.Args[first+1].Bytes(i)), options: headOptions(c, first, i),
		comma: ",", colon: ":",
	}
	if c.ArgTypes[first].OID == types.JSONBOID {
		h.comma, h.colon = ", ", ": "
	}
	return h.append(dst, c.Args[first].Bytes(i))
}

type jsonHeadline struct {
	w            *searchWork
	root         *textsearch.Node
	options      []byte
	comma, colon string
}

func (h *jsonHeadline) append(dst, text []byte) (_ []byte, err error) {
	text = text[types.SkipJSONSpace(text, 0):]
	switch text[0] {
	case '{', '[':
		closing := byte('}')
		if text[0] == '[' {
			closing = ']'
		}
		dst = append(dst, text[0])
		n := 0
		types.EachJSON(text, func(key, value []byte) bool {
			if n++; n > 1 {
				dst = append(dst, h.comma...)
			}
			if key != nil {
				if h.w.value, err = types.AppendUnescaped(h.w.value[:0], key); err != nil {
					return false
				}
				dst = append(types.AppendJSONString(dst, h.w.value), h.colon...)
			}
			dst, err = h.append(dst, value)
			return err == nil
		})
		return append(dst, closing), err
	case '"':
		w := h.w
		if w.value, err = types.AppendUnescaped(w.value[:0], text[:types.JSONValueEnd(text, 0)]); err != nil {
			return dst, err
		}
		if w.made, err = w.head.Append(w.made[:0], w.config, w.value, h.root, h.options); err != nil {
			return dst, err
		}
		return types.AppendJSONString(dst, w.made), nil
	}
	return append(dst, bytes.TrimRight(text, " \t\r\n")...), nil
}

// lexize is ts_lexize: no element for a stop word.
func lexize(c *Call, i int32) (*types.Array, error) {
	oid := uint32(c.Args[0].Ints[i])
	d := textsearch.DictionaryByOID(oid)
	if d == nil {
		return nil, pgerr.New(pgerr.InternalError, "cache lookup failed for text search dictionary %d", oid)
	}
	return lexemesOf(d, c.Args[1].Bytes(i)), nil
}

func lexemesOf(d *textsearch.Dictionary, token []byte) *types.Array {
	var elems []types.Datum
	if lexeme, ok := d.Lexize(nil, token); ok {
		elems = append(elems, types.Datum{Bytes: lexeme})
	}
	return types.NewArray(types.TextOID, elems)
}
