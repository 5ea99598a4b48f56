package expr

import (
	"slices"

	"howdah/internal/textsearch"
	"howdah/pgerr"
	"howdah/types"
)

var tsearchSets = map[string]SetKernel{
	"tsvector_unnest": unnestVector, "ts_parse_byid": parseSet, "ts_parse_byname": parseSet,
	"ts_debug(regconfig,text)": debugSet, "ts_debug(text)": debugSet,
}

// unnestVector gives each lexeme with its positions and weights, NULL where there are none.
func unnestVector(c *Call, row int32, emit func([]types.Datum) bool) error {
	v := vectorArg(c, 0, row)
	for i := range v.Len() {
		out := []types.Datum{{Bytes: slices.Clone(v.Lexeme(i))}, types.NullDatum, types.NullDatum}
		if n := v.Count(i); n > 0 {
			positions, weights := make([]types.Datum, n), make([]types.Datum, n)
			for k := range n {
				p := v.Position(i, k)
				positions[k].Int = int64(p.Place())
				weights[k].Bytes = []byte{'D' - byte(p.Weight())}
			}
			out[1] = types.Datum{Array: types.NewArray(types.Int2OID, positions)}
			out[2] = types.Datum{Array: types.NewArray(types.TextOID, weights)}
		}
		if !emit(out) {
			return nil
		}
	}
	return nil
}

// checkParser verifies that argument 0 is the one parser, by its OID or its name.
func checkParser(c *Call, row int32) error {
	if c.Args[0].Kind == types.KindBytes {
		schema, err := textsearch.ParserNamed(string(c.Args[0].Bytes(row)))
		if names := c.Env.Style.Names; err != nil && schema != "" && names != nil {
			if _, missing := names.RegOID(types.RegnamespaceOID, QuoteIdentifier(schema)); missing != nil {
				return missing
			}
		}
		return err
	}
	if oid := c.Args[0].Ints[row]; oid != defaultParser {
		return pgerr.New(pgerr.InternalError, "cache lookup failed for text search parser %d", oid)
	}
	return nil
}

// parseSet is ts_parse.
func parseSet(c *Call, row int32, emit func([]types.Datum) bool) error {
	if err := checkParser(c, row); err != nil {
		return err
	}
	for p := textsearch.NewParser(c.Args[1].Bytes(row)); p.Next(); {
		if !emit([]types.Datum{{Int: int64(p.Type)}, {Bytes: slices.Clone(p.Token)}}) {
			return nil
		}
	}
	return nil
}

// debugSet is ts_debug: each token with the dictionary that takes it and what it makes of it.
func debugSet(c *Call, row int32, emit func([]types.Datum) bool) error {
	text := len(c.Args) - 1
	var oid uint32
	if text > 0 {
		oid = uint32(c.Args[0].Ints[row])
	} else {
		var err error
		if oid, err = currentConfig(c); err != nil {
			return err
		}
	}
	config := textsearch.ConfigByOID(oid)
	if config == nil {
		return nil
	}
	for p := textsearch.NewParser(c.Args[text].Bytes(row)); p.Next(); {
		t := tokenTypes[p.Type-1]
		var dicts []types.Datum
		dict, lexemes := types.NullDatum, types.NullDatum
		if d := config.Dictionary(p.Type); d != nil {
			dict = types.Datum{Int: int64(d.OID)}
			dicts = append(dicts, dict)
			lexemes = types.Datum{Array: lexemesOf(d, p.Token)}
		}
		if !emit([]types.Datum{
			{Bytes: []byte(t[0])}, {Bytes: []byte(t[1])}, {Bytes: slices.Clone(p.Token)},
			{Array: types.NewArray(types.RegdictionaryOID, dicts)}, dict, lexemes,
		}) {
			return nil
		}
	}
	return nil
}
