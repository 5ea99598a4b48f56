package expr

import (
	"cmp"
	"slices"

	"howdah/internal/textsearch"
	"howdah/pgerr"
	"howdah/types"
	"howdah/vector"
)

// tsearchKernels are the functions and operators of full-text search; what makes values of texts is in
// fn_tsearch_text.go.
var tsearchKernels = makeTsearchKernels()

func makeTsearchKernels() map[string]Kernel {
	m := map[string]Kernel{
		"tsvectorsend": sendBinary, "tsquerysend": sendBinary,
		"tsvector_cmp": compareRows(types.CompareTsvector), "tsquery_cmp": compareRows(func(a, b []byte) int { return cmp.Compare(types.CompareTsquery(a, b), 0) }),

		"tsvector_length": intsKernel(func(c *Call, i int32) (int64, error) { return int64(vectorArg(c, 0, i).Len()), nil }),
		"tsvector_strip": appending(func(c *Call, dst []byte, i int32) ([]byte, error) {
			return vectorArg(c, 0, i).AppendStripped(dst), nil
		}),
		"tsvector_setweight": appending(setWeight), "tsvector_setweight_by_filter": appending(setWeightOf),
		"tsvector_concat": appending(func(c *Call, dst []byte, i int32) ([]byte, error) {
			return textsearch.AppendConcatenated(dst, vectorArg(c, 0, i), vectorArg(c, 1, i))
		}),
		"tsvector_delete_str": appending(func(c *Call, dst []byte, i int32) ([]byte, error) {
			return vectorArg(c, 0, i).AppendWithout(dst, [][]byte{c.Args[1].Bytes(i)}), nil
		}),
		"tsvector_delete_arr": appending(func(c *Call, dst []byte, i int32) ([]byte, error) {
			return vectorArg(c, 0, i).AppendWithout(dst, lexemesArg(c, 1, i)), nil
		}),
		"tsvector_filter": appending(filterVector), "tsvector_to_array": arrayed(vectorToArray), "array_to_tsvector": appending(arrayToVector),

		"tsquery_numnode": intsKernel(func(c *Call, i int32) (int64, error) { return int64(queryArg(c, 0, i).Len()), nil }),
		"tsquerytree": appending(func(c *Call, dst []byte, i int32) ([]byte, error) {
			return queryArg(c, 0, i).AppendIndexable(dst), nil
		}),
		"tsquery_and": joinQueries(textsearch.And), "tsquery_or": joinQueries(textsearch.Or), "tsquery_phrase": joinQueries(textsearch.Phrase),
		"tsquery_phrase_distance": appending(func(c *Call, dst []byte, i int32) ([]byte, error) {
			return textsearch.AppendJoined(dst, textsearch.Phrase, int(c.Args[2].Ints[i]), queryArg(c, 0, i), queryArg(c, 1, i))
		}),
		"tsquery_not": appending(func(c *Call, dst []byte, i int32) ([]byte, error) {
			return textsearch.AppendNegated(dst, queryArg(c, 0, i))
		}),
		"tsq_mcontains":  judging(func(c *Call, i int32) (bool, error) { return queryArg(c, 0, i).Contains(queryArg(c, 1, i)), nil }),
		"tsq_mcontained": judging(func(c *Call, i int32) (bool, error) { return queryArg(c, 1, i).Contains(queryArg(c, 0, i)), nil }),
		"tsquery_rewrite": appending(func(c *Call, dst []byte, i int32) ([]byte, error) {
			return textsearch.AppendRewritten(dst, queryArg(c, 0, i), queryArg(c, 1, i), queryArg(c, 2, i))
		}),

		"ts_match_vq": matchVector(0, 1), "ts_match_qv": matchVector(1, 0),
		"ts_rank_wttf": rankKernel(textsearch.Rank, true), "ts_rank_wtt": rankKernel(textsearch.Rank, true),
		"ts_rank_ttf": rankKernel(textsearch.Rank, false), "ts_rank_tt": rankKernel(textsearch.Rank, false),
		"ts_rankcd_wttf": rankKernel(textsearch.RankCover, true), "ts_rankcd_wtt": rankKernel(textsearch.RankCover, true),
		"ts_rankcd_ttf": rankKernel(textsearch.RankCover, false), "ts_rankcd_tt": rankKernel(textsearch.RankCover, false),
	}
	for op, want := range map[string]wants{"lt": wantLT, "le": wantLE, "eq": wantEQ, "ne": wantNE, "gt": wantGT, "ge": wantGE} {
		m["tsvector_"+op] = comparing(types.CompareTsvector, want)
		m["tsquery_"+op] = comparing(types.CompareTsquery, want)
	}
	return m
}

func comparing(compare func(a, b []byte) int, want wants) Kernel {
	return func(c *Call, out *vector.Column, sel []int32) error {
		for _, i := range sel {
			out.Bools[i] = want[signOf(compare(c.Args[0].Bytes(i), c.Args[1].Bytes(i)))+1]
		}
		return nil
	}
}

func vectorArg(c *Call, arg int, i int32) textsearch.Vector { return c.Args[arg].Bytes(i) }

func queryArg(c *Call, arg int, i int32) textsearch.Query { return c.Args[arg].Bytes(i) }

// lexemesArg gives the elements of a text[] that are not NULL.
func lexemesArg(c *Call, arg int, i int32) [][]byte {
	out := [][]byte{}
	for _, e := range c.Args[arg].Arrays[i].Elems {
		if !e.Null {
			out = append(out, e.Bytes)
		}
	}
	return out
}

func setWeight(c *Call, dst []byte, i int32) ([]byte, error) {
	w := byte(c.Args[1].Ints[i])
	weight, ok := textsearch.ParseWeight(w)
	if !ok {
		return nil, pgerr.New(pgerr.InternalError, "unrecognized weight: %d", int8(w))
	}
	return vectorArg(c, 0, i).AppendWeighted(dst, weight, nil), nil
}

func setWeightOf(c *Call, dst []byte, i int32) ([]byte, error) {
	w := byte(c.Args[1].Ints[i])
	weight, ok := textsearch.ParseWeight(w)
	if !ok {
		return nil, pgerr.New(pgerr.InternalError, "unrecognized weight: %s", weightText(w))
	}
	return vectorArg(c, 0, i).AppendWeighted(dst, weight, lexemesArg(c, 2, i)), nil
}

// weightText is a character in a message, which a zero byte ends.
func weightText(w byte) string {
	if w == 0 || w >= 0x80 {
		return ""
	}
	return string(rune(w))
}

func filterVector(c *Call, dst []byte, i int32) ([]byte, error) {
	weights := 0
	for _, e := range c.Args[1].Arrays[i].Elems {
		if e.Null {
			return nil, pgerr.New(pgerr.NullValueNotAllowed, "weight array may not contain nulls")
		}
		w, ok := textsearch.ParseWeight(byte(e.Int))
		if !ok {
			message := "unrecognized weight: \"" + weightText(byte(e.Int))
			if e.Int != 0 {
				message += "\""
			}
			return nil, pgerr.New(pgerr.InvalidParameterValue, "%s", message)
		}
		weights |= 1 << w
	}
	return vectorArg(c, 0, i).AppendFiltered(dst, weights), nil
}

func vectorToArray(c *Call, i int32) (*types.Array, error) {
	v := vectorArg(c, 0, i)
	elems := make([]types.Datum, v.Len())
	for k := range elems {
		elems[k].Bytes = slices.Clone(v.Lexeme(k))
	}
	return types.NewArray(types.TextOID, elems), nil
}

// zeroLengthString is 2200F, zero_length_character_string.
const zeroLengthString pgerr.Code = "2200F"

func arrayToVector(c *Call, dst []byte, i int32) ([]byte, error) {
	elems := c.Args[0].Arrays[i].Elems
	lexemes := make([][]byte, len(elems))
	for k, e := range elems {
		if e.Null {
			return nil, pgerr.New(pgerr.NullValueNotAllowed, "lexeme array may not contain nulls")
		}
		if len(e.Bytes) == 0 {
			return nil, pgerr.New(zeroLengthString, "lexeme array may not contain empty strings")
		}
		lexemes[k] = e.Bytes
	}
	return textsearch.AppendFromLexemes(dst, lexemes)
}

func joinQueries(op textsearch.Operator) Kernel {
	return appending(func(c *Call, dst []byte, i int32) ([]byte, error) {
		return textsearch.AppendJoined(dst, op, 1, queryArg(c, 0, i), queryArg(c, 1, i))
	})
}

// parsedQuery keeps the tree of the query seen last, which is mostly that of the next row too.
type parsedQuery struct {
	stored []byte
	root   *textsearch.Node
}

func (p *parsedQuery) tree(q []byte) *textsearch.Node {
	if p.stored == nil || string(p.stored) != string(q) {
		p.stored = append(make([]byte, 0, len(q)), q...)
		p.root = textsearch.Query(p.stored).Tree()
	}
	return p.root
}

func matchVector(v, q int) Kernel {
	return func(c *Call, out *vector.Column, sel []int32) error {
		p := ready[parsedQuery](c)
		for _, i := range sel {
			out.Bools[i] = vectorArg(c, v, i).Matches(p.tree(c.Args[q].Bytes(i)))
		}
		return nil
	}
}

type rankFunction func(textsearch.Weights, textsearch.Vector, *textsearch.Node, int, textsearch.Logarithm) float32

// rankKernel is ts_rank or ts_rank_cd, with a list of weights first or without, and with a method last or without.
func rankKernel(rank rankFunction, weighted bool) Kernel {
	return func(c *Call, out *vector.Column, sel []int32) error {
		p, first := ready[parsedQuery](c), 0
		if weighted {
			first = 1
		}
		for _, i := range sel {
			weights, method := textsearch.DefaultWeights, 0
			if weighted {
				var err error
				if weights, err = weightsArg(c.Args[0].Arrays[i]); err != nil {
					return err
				}
			}
			if len(c.Args) > first+2 {
				method = int(c.Args[first+2].Ints[i])
			}
			r := rank(weights, vectorArg(c, first, i), p.tree(c.Args[first+1].Bytes(i)), method, exactLog)
			out.Floats[i] = float64(r)
		}
		return nil
	}
}

func weightsArg(a *types.Array) (w textsearch.Weights, err error) {
	if len(a.Dims) != 1 {
		return w, pgerr.New(pgerr.ArraySubscriptError, "array of weight must be one-dimensional")
	}
	list := make([]float64, len(a.Elems))
	nulls := false
	for k := range a.Elems {
		list[k] = a.Elems[k].Float
		nulls = nulls || a.Elems[k].Null
	}
	if nulls && len(list) >= len(w) {
		return w, pgerr.New(pgerr.NullValueNotAllowed, "array of weight must not contain nulls")
	}
	return textsearch.ParseWeights(list)
}
