package expr_test

// searchArguments are those of full-text search.
var searchArguments = func() map[string][][]string {
	weight, filter, options := as("A", "b", "C", "D"), as(`["string", "numeric"]`), as("MaxWords=8, MinWords=3")
	queries := as("fox & dog", "branch | !zürich", "quick <-> brown", "cust:*")
	out := map[string][][]string{
		"tsvector_setweight": {nil, weight}, "tsvector_setweight_by_filter": {nil, weight, nil},
		"tsvector_filter": {nil, as("{a,b}", "{D}")}, "to_tsquery(text)": {queries}, "to_tsquery_byid": {nil, queries},
		"json_to_tsvector(json,jsonb)": {nil, filter}, "jsonb_to_tsvector(jsonb,jsonb)": {nil, filter},
		"json_to_tsvector_byid": {nil, nil, filter}, "jsonb_to_tsvector_byid": {nil, nil, filter},
		"tsquery_phrase(tsquery,tsquery,int4)": {nil, nil, as("2")}, "ts_parse_byid": {as("3722")}, "ts_parse_byname": {as("default")}, "ts_token_type_byid": {as("3722")}, "ts_token_type_byname": {as("default")},
	}
	for _, kind := range []string{"", "_json", "_jsonb"} {
		out["ts_headline"+kind+"_opt"] = [][]string{nil, nil, options}
		out["ts_headline"+kind+"_byid_opt"] = [][]string{nil, nil, nil, options}
	}
	// The names of configurations are the catalog's affair: here they stand by their OIDs.
	typeSamples["regconfig"], typeSamples["regdictionary"] = as("13164"), as("13163")
	typeSamples["tsvector"] = as("'brown':3 'fox':4 'quick':2", "'branch':6A 'custom':1A,9 'northern':5B", "'dog' 'fox'", "'zürich':1")
	typeSamples["tsquery"] = as("'fox' & 'dog'", "'branch' | !'zürich'", "'quick' <-> 'brown'", "'cust':*A")
	typeSamples["_char"], typeSamples["_float4"] = as("{a,b}"), as("{0.1,0.2,0.4,1}")
	return out
}()

// searchSetting is a session's setting: one that text search asks for, or a switch.
func searchSetting(name string) (string, bool) {
	if name == "default_text_search_config" {
		return "pg_catalog.english", true
	}
	return "on", true
}
