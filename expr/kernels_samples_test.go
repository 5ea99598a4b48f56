package expr_test

import (
	"strings"

	"howdah/expr/exprtest"
	"howdah/internal/pgdata"
	"howdah/types"
)

// typeSamples are values such as files hold, by type, that no ordinary function of the type refuses: numbers are
// positive and small enough to be multiplied, bit strings are of one length, JSON documents are objects.
var typeSamples = map[string][]string{
	"bool":        {"t", "f", "t", "t", "f"},
	"char":        {"a", "b", "Z", "0", "x"},
	"int2":        {"1", "2", "3", "7", "12", "40", "55", "100", "5", "33"},
	"int4":        {"1", "2", "3", "7", "12", "40", "55", "100", "1234", "30000"},
	"int8":        {"1", "2", "3", "7", "12", "40", "55", "100", "1234", "3000000"},
	"oid":         {"23", "25", "1700", "20", "1043", "16"},
	"float4":      {"0.5", "1", "2.25", "3.5", "10.75", "99.5", "1.125"},
	"float8":      {"0.5", "1", "2.25", "3.14159", "10.75", "99.99", "1.1", "1234.5678"},
	"numeric":     {"0.50", "1", "2.25", "3.14159", "10.75", "99.99", "1.10", "1234.56", "19990.00", "7"},
	"money":       {"0.50", "1.00", "2.25", "3.14", "10.75", "99.99", "1234.56"},
	"text":        {"customer 17 of the Northern Branch", "Zürich", "  padded  ", "a,b,c", "ABC-1234", "the quick brown fox jumps over the lazy dog", "x", "Straße 12", "42"},
	"varchar":     {"customer 17", "Zürich", "padded ", "a,b,c", "ABC-1234", "the quick brown fox"},
	"bpchar":      {"customer 17  ", "Zürich ", "padded   ", "a,b,c", "ABC-1234", "the quick brown fox"},
	"name":        {"customer", "orders", "a_rather_long_name_of_a_column", "id", "Total", "x"},
	"bytea":       {`\x01020304`, `\xdeadbeefcafe`, `\x000102030405060708090a0b0c0d0e0f`, `\x61626320313233`, `\xff00ff00`},
	"date":        {"2024-01-31", "1999-12-31", "2000-02-29", "2023-07-04", "1970-01-01", "2038-01-19"},
	"time":        {"00:00:00", "12:34:56", "23:59:59.999", "06:30:00.5", "18:00:00"},
	"timetz":      {"00:00:00+00", "12:34:56+02", "23:59:59.999-05", "06:30:00.5+05:30"},
	"timestamp":   {"2024-01-31 12:34:56", "1999-12-31 23:59:59.999", "2000-02-29 00:00:00", "2023-07-04 06:30:00.123456", "1970-01-01 00:00:01"},
	"timestamptz": {"2024-01-31 12:34:56+00", "1999-12-31 23:59:59.999+00", "2000-02-29 00:00:00+02", "2023-07-04 06:30:00.123456-05", "1970-01-01 00:00:01+00"},
	"interval":    {"1 day", "2 hours 30 minutes", "1 mon 3 days", "00:00:01.5", "1 year 2 mons 3 days 04:05:06.789", "30 days"},
	"uuid":        {"a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11", "123e4567-e89b-42d3-a456-556642440000", "00000000-0000-0000-0000-000000000001"},
	"json":        {`{"a": 1, "b": "two", "c": [1, 2, {"d": null}]}`, `{"id": 17, "name": "Zürich", "a": {"b": {"c": 3}}, "tags": ["x", "y"]}`, `{"a": "text", "z": 1.5e3}`},
	"jsonb":       {`{"a": 1, "b": "two", "c": [1, 2, {"d": null}]}`, `{"id": 17, "name": "Zürich", "a": {"b": {"c": 3}}, "tags": ["x", "y"]}`, `{"a": "text", "z": 1500}`},
	"jsonpath":    {`$.a`},
	"bit":         {"1010101010101010", "1111000011110000", "0000000000000001", "1000000000000000", "0110011001100110"},
	"varbit":      {"1010101010101010", "1111000011110000", "0000000000000001", "1000000000000000", "0110011001100110"},
	"inet":        {"192.168.1.17/24", "10.0.0.1", "172.16.5.4/16", "127.0.0.1", "8.8.8.8"},
	"cidr":        {"192.168.1.0/24", "10.0.0.0/8", "172.16.0.0/16", "127.0.0.1/32"},
	"macaddr":     {"08:00:2b:01:02:03", "ff:ff:ff:00:00:01", "12:34:56:78:9a:bc"},
	"macaddr8":    {"08:00:2b:ff:fe:02:03:04", "12:34:56:ff:fe:9a:bc:de", "02:34:56:ff:fe:9a:bc:01"},
	"pg_lsn":      {"0/1", "16/B374D848", "FF/FF"},
	"tid":         {"(0,1)", "(17,3)", "(4000000,200)"},
	"xid8":        {"1", "700", "4294967297"},

	"int4range":      {"[1,10)", "[5,20)", "[30,40)", "[2,3)", "[1,100)"},
	"int8range":      {"[1,10)", "[5,20)", "[30,40)", "[2,3)"},
	"numrange":       {"[1.5,10)", "[5.25,20.5)", "[30,40)", "(2,3]", "[1,100.75]"},
	"daterange":      {"[2024-01-01,2024-02-01)", "[2023-12-15,2024-01-15)", "[1999-01-01,2000-01-01)"},
	"tsrange":        {`["2024-01-01 00:00:00","2024-02-01 00:00:00")`, `["2023-12-15 12:00:00","2024-01-15 12:00:00")`},
	"tstzrange":      {`["2024-01-01 00:00:00+00","2024-02-01 00:00:00+00")`, `["2023-12-15 12:00:00+00","2024-01-15 12:00:00+00")`},
	"int4multirange": {"{[1,10),[20,30)}", "{[5,20)}", "{[30,40),[50,60),[70,80)}", "{[2,3)}"},
	"nummultirange":  {"{[1.5,10),[20.25,30)}", "{[5,20.5)}", "{[30,40),[50,60),[70,80)}", "{[2,3)}"},

	"_int4":      {"{1,2,3}", "{4,5,6,7,8,9}", "{1}", "{3,1,2}", "{10,20,30,40}"},
	"_int8":      {"{1,2,3}", "{4,5,6,7,8,9}", "{1}", "{3,1,2}", "{10,20,30,40}"},
	"_text":      {"{a,b,c}", "{customer,Zürich}", `{"a quoted one",x}`, "{id}", "{x,y,z,a}"},
	"_float8":    {"{3,6,14}", "{10,20,30}", "{4,5.5,6.25}"},
	"_numeric":   {"{1,2,3}", "{0.50,99.99}", "{3.14159}"},
	"_interval":  {`{"1 day","2 days"}`, `{"4 days","2 hours"}`},
	"_int4range": {`{"[1,10)","[20,30)"}`, `{"[5,20)"}`},
	"_numrange":  {`{"[1.5,10)","[20,30)"}`, `{"[5,20.25)"}`},
	"_int8range": {`{"[1,10)","[20,30)"}`, `{"[5,20)"}`},
	"_daterange": {`{"[2024-01-01,2024-02-01)"}`, `{"[1999-01-01,2000-01-01)"}`},
	"_tsrange":   {`{"[2024-01-01,2024-02-01)"}`, `{"[1999-01-01,2000-01-01)"}`},
	"_tstzrange": {`{"[2024-01-01 00:00+00,2024-02-01 00:00+00)"}`, `{"[1999-01-01 00:00+00,2000-01-01 00:00+00)"}`},
	"_aclitem":   {"{postgres=r/postgres}"},
	"oidvector":  {"23 25", "1700", "20 20 16"},
	"record":     {"0", "1", "2", "3", "4", "5", "6"},
}

// samplesOf gives the values of a function's argument: those of argumentSamples, or else its type's. A single one
// stands as a constant.
func samplesOf(p *pgdata.Proc, arg int, t types.OID) []string {
	for _, key := range []string{exprtest.Signature(p), p.Src, p.Name} {
		if list := argumentSamples[key]; arg < len(list) && list[arg] != nil {
			return list[arg]
		}
	}
	return typeSamples[typeName(t)]
}

// as is values of its own for an argument.
func as(values ...string) []string { return values }

// argumentSamples are the arguments of functions, by signature, prosrc or name, that would be errors, or not what
// people write, with the samples of their types. nil is the type's own; one value alone is a constant.
var argumentSamples = join(comparedSamples, textArguments, timeArguments, numberArguments, jsonArguments, otherArguments, stateArguments, searchArguments)

func join(parts ...map[string][][]string) map[string][][]string {
	all := map[string][][]string{}
	for _, part := range parts {
		for key, args := range part {
			if all[key] != nil {
				panic("samples of " + key + " stand twice")
			}
			all[key] = args
		}
	}
	return all
}

// Patterns are constants in nearly every query.
var comparedSamples = func() map[string][][]string {
	out := map[string][][]string{}
	patterns := map[string][]string{
		"%North%":      {"textlike", "textnlike", "namelike", "namenlike"},
		"%north%":      {"texticlike", "texticnlike", "nameiclike", "nameicnlike"},
		"[a-z]+ [0-9]": {"textregexeq", "textregexne", "nameregexeq", "nameregexne", "texticregexeq", "texticregexne", "nameicregexeq", "nameicregexne"},
	}
	for pattern, sources := range patterns {
		for _, src := range sources {
			out[src] = [][]string{nil, as(pattern)}
		}
	}
	for _, name := range []string{"regexp_like", "regexp_count", "regexp_instr", "regexp_substr", "regexp_match", "regexp_matches",
		"regexp_split_to_table", "regexp_split_to_array"} {
		out[name] = [][]string{nil, as("([a-z]+) ([0-9]+)"), as("i")}
	}
	number := as("1")
	out["regexp_count(text,text,int4,text)"] = [][]string{nil, as("[a-z]+"), number, as("i")}
	out["regexp_count(text,text,int4)"] = [][]string{nil, as("[a-z]+"), number}
	for _, name := range []string{"regexp_instr", "regexp_substr"} {
		out[name+"(text,text,int4)"] = [][]string{nil, as("[a-z]+"), number}
		out[name+"(text,text,int4,int4)"] = [][]string{nil, as("[a-z]+"), number, number}
	}
	out["regexp_substr(text,text,int4,int4,text)"] = [][]string{nil, as("[a-z]+"), number, number, as("i")}
	out["regexp_substr(text,text,int4,int4,text,int4)"] = [][]string{nil, as("([a-z]+)"), number, number, as("i"), number}
	out["regexp_instr(text,text,int4,int4,int4)"] = [][]string{nil, as("[a-z]+"), number, number, as("0")}
	out["regexp_instr(text,text,int4,int4,int4,text)"] = [][]string{nil, as("[a-z]+"), number, number, as("0"), as("i")}
	out["regexp_instr(text,text,int4,int4,int4,text,int4)"] = [][]string{nil, as("([a-z]+)"), number, number, as("0"), as("i"), number}
	return out
}()

var textArguments = map[string][][]string{
	"textregexsubstr":                               {nil, as("[a-z]+")},
	"regexp_replace(text,text,text)":                {nil, as("[0-9]+"), as("#")},
	"regexp_replace(text,text,text,text)":           {nil, as("([a-z])([0-9]+)"), as(`\2-\1`), as("g")},
	"regexp_replace(text,text,text,int4)":           {nil, as("[0-9]+"), as("#"), as("1")},
	"regexp_replace(text,text,text,int4,int4)":      {nil, as("[0-9]+"), as("#"), as("1"), as("1")},
	"regexp_replace(text,text,text,int4,int4,text)": {nil, as("[0-9]+"), as("#"), as("1"), as("1"), as("i")},
	"substring(text,text,text)":                     {nil, as("%#\"[a-z]+#\"%"), as("#")},
	"similar_escape":                                {as("a%b_c", "(a|b)*", "x"), as("#")},
	"similar_to_escape":                             {as("a%b_c", "(a|b)*", "x"), as("#")},
	"like_escape":                                   {as("a%b_c", "a#%b", "x"), as("#")},
	"like_escape_bytea":                             {as("a%b_c", "a#%b", "x"), as("#")},
	"bytealike":                                     {nil, as("%a%")},
	"byteanlike":                                    {nil, as("%a%")},
	"textpos":                                       {nil, as("o", "the", "ich")},
	"replace_text":                                  {nil, as("o"), as("00")},
	"translate":                                     {nil, as("aeiou"), as("AEI")},
	"split_part":                                    {nil, as(","), as("1", "2")},
	"lpad":                                          {nil, as("20"), as("*-")},
	"rpad":                                          {nil, as("20"), as("*-")},
	"btrim":                                         {nil, as(" x")},
	"ltrim":                                         {nil, as(" x")},
	"rtrim":                                         {nil, as(" x")},
	"text_substr":                                   {nil, as("3"), as("5")},
	"text_substr_no_len":                            {nil, as("3")},
	"text_left":                                     {nil, as("3")},
	"text_right":                                    {nil, as("3")},
	"repeat":                                        {nil, as("3")},
	"textoverlay":                                   {nil, as("**"), as("3"), as("2")},
	"textoverlay_no_len":                            {nil, as("**"), as("3")},
	"concat_ws":                                     {as(", ")},
	"format(text,any)":                              {as("%s: %s")},
	"format(text)":                                  {as("plain", "50 %%")},
	"string_agg(text,text)":                         {nil, as(", ")},
	"string_agg(bytea,bytea)":                       {nil, as(", ")},
	"string_to_array":                               {nil, as(" "), as("")},
	"string_to_table":                               {nil, as(" "), as("")},
	"array_to_string":                               {nil, as(", "), as("")},
	"parse_ident":                                   {as("a.b", `public."Order"`, "x")},
	"encode":                                        {nil, as("hex", "base64", "escape")},
	"decode":                                        {as("abcd", "0123", "deadbeef"), as("hex", "base64", "escape")},
	"convert_from":                                  {as("abc", "customer 17"), as("UTF8")},
	"convert_to":                                    {nil, as("UTF8")},
	"convert(bytea,name,name)":                      {as("abc", "customer 17"), as("UTF8"), as("LATIN1")},
	"length(bytea,name)":                            {as("abc", "customer 17"), as("UTF8")},
	"to_ascii(text,int4)":                           {as("abc", "customer 17"), as("8")},
	"to_ascii(text,name)":                           {as("abc", "customer 17"), as("LATIN1")},
	"unicode_normalize_func":                        {nil, as("NFC", "NFKD")},
	"unicode_is_normalized":                         {nil, as("NFC")},
	"unistr":                                        {as(`d\0061t\+000061`, "plain", `\u0041`)},
	"chr":                                           {as("65", "228", "8364", "128512")},
	"char(int4)":                                    {as("65", "66", "100")},
	"bpchar(bpchar,int4,bool)":                      {nil, as("14"), as("t")},
	"varchar(varchar,int4,bool)":                    {nil, as("14"), as("t")},
	"pg_size_bytes":                                 {as("10 kB", "1.5 GB", "17")},
	"pg_input_is_valid":                             {nil, as("integer")},
	"bytea_substr":                                  {nil, as("2"), as("2")},
	"bytea_substr_no_len":                           {nil, as("2")},
	"byteaGetByte":                                  {nil, as("0", "1", "3")},
	"byteaSetByte":                                  {nil, as("0", "1", "3"), as("17", "255")},
	"byteaGetBit":                                   {nil, as("0", "17", "31")},
	"byteaSetBit":                                   {nil, as("0", "17", "31"), as("0", "1")},
	"byteaoverlay":                                  {nil, nil, as("2"), as("2")},
	"byteaoverlay_no_len":                           {nil, nil, as("2")},
}

var timeArguments = map[string][][]string{
	"date_trunc":                                        {as("month")},
	"date_trunc(text,timestamptz,text)":                 {as("day"), nil, as("Europe/Berlin")},
	"date_part(text,timestamptz)":                       {as("dow")},
	"date_part(text,timestamp)":                         {as("epoch")},
	"date_part(text,interval)":                          {as("epoch")},
	"date_part(text,date)":                              {as("year")},
	"date_part(text,time)":                              {as("hour")},
	"date_part(text,timetz)":                            {as("hour")},
	"extract(text,date)":                                {as("year")},
	"extract(text,time)":                                {as("second")},
	"extract(text,timetz)":                              {as("hour")},
	"extract(text,timestamp)":                           {as("epoch")},
	"extract(text,timestamptz)":                         {as("year")},
	"extract(text,interval)":                            {as("epoch")},
	"timezone(text,timestamptz)":                        {as("Europe/Berlin")},
	"timezone(text,timestamp)":                          {as("America/New_York")},
	"timezone(text,timetz)":                             {as("+02")},
	"timezone(interval,timestamptz)":                    {as("02:00:00")},
	"timezone(interval,timestamp)":                      {as("02:00:00")},
	"timezone(interval,timetz)":                         {as("02:00:00")},
	"interval(interval,int4)":                           {nil, as("2147418112")},
	"timestamp(timestamp,int4)":                         {nil, as("3")},
	"timestamptz(timestamptz,int4)":                     {nil, as("0")},
	"time(time,int4)":                                   {nil, as("1")},
	"timetz(timetz,int4)":                               {nil, as("1")},
	"date_bin":                                          {as("15 minutes"), nil, as("2001-01-01")},
	"make_date":                                         {as("1999", "2024"), as("1", "12"), as("3", "28")},
	"make_time":                                         {as("0", "23"), as("1", "59"), as("3.5", "28")},
	"make_timestamp":                                    {as("1999", "2024"), as("1", "12"), as("3", "28"), as("0", "23"), as("1", "59"), as("3.5", "28")},
	"make_timestamptz":                                  {as("1999", "2024"), as("1", "12"), as("3", "28"), as("0", "23"), as("1", "59"), as("3.5", "28"), as("Europe/Berlin")},
	"to_char(timestamp,text)":                           {nil, as("YYYY-MM-DD HH24:MI:SS")},
	"to_char(timestamptz,text)":                         {nil, as("DD Mon YYYY")},
	"to_char(interval,text)":                            {nil, as("HH24:MI:SS")},
	"to_char(numeric,text)":                             {nil, as("FM999,990.00")},
	"to_char(int4,text)":                                {nil, as("000999")},
	"to_char(int8,text)":                                {nil, as("FM999,999,999")},
	"to_char(float4,text)":                              {nil, as("999.9")},
	"to_char(float8,text)":                              {nil, as("FM99999.00")},
	"to_number":                                         {as("1,234.50", "17", "-0.5"), as("S99G999D99")},
	"to_timestamp(text,text)":                           {as("2024-01-31 12:34:56", "1999-12-31 00:00:00"), as("YYYY-MM-DD HH24:MI:SS")},
	"to_date":                                           {as("31.01.2024", "01.12.1999"), as("DD.MM.YYYY")},
	"in_range(date,date,interval,bool,bool)":            {nil, nil, as("1 day")},
	"in_range(time,time,interval,bool,bool)":            {nil, nil, as("1 hour")},
	"in_range(timetz,timetz,interval,bool,bool)":        {nil, nil, as("1 hour")},
	"generate_series(timestamp,timestamp,interval)":     {as("2024-01-01"), as("2024-01-31", "2024-02-02"), as("1 day")},
	"generate_series(timestamptz,timestamptz,interval)": {as("2024-01-01"), as("2024-01-31", "2024-02-02"), as("1 day")},
}

var numberArguments = map[string][][]string{
	"dpow":          {nil, as("0.5", "2", "3.25")},
	"dexp":          {as("0.5", "2", "3.25", "17")},
	"numeric_exp":   {as("0.5", "2", "3.25", "17")},
	"numeric_power": {nil, as("0.5", "2", "3")},
	"numeric_log":   {as("2", "10"), nil},
	"numeric_fac":   {as("1", "5", "12")},
	"dasin":         {as("0.5", "0.25", "1")},
	"dacos":         {as("0.5", "0.25", "1")},
	"dasind":        {as("0.5", "0.25", "1")},
	"dacosd":        {as("0.5", "0.25", "1")},
	"datanh":        {as("0.5", "0.25", "0.75")},
	"dacosh":        {as("1.5", "2.25", "10.75")},
	"width_bucket(float8,float8,float8,int4)":        {nil, as("0"), as("100"), as("10")},
	"width_bucket(numeric,numeric,numeric,int4)":     {nil, as("0"), as("100"), as("10")},
	"width_bucket(anycompatible,anycompatiblearray)": {nil, as("{1,2,3}")},
	"int2(int8)":                          {as("1", "17", "32000")},
	"numeric(numeric,int4)":               {nil, as("786438")}, // numeric(12,2)
	"round(numeric,int4)":                 {nil, as("1")},
	"trunc(numeric,int4)":                 {nil, as("1")},
	"int2shl":                             {nil, as("1", "3")},
	"generate_series":                     {as("1"), as("10", "100"), as("1", "2")},
	"setseed":                             {as("0.5", "0.25")},
	"percentile_cont":                     {as("0.5")},
	"percentile_disc":                     {as("0.5")},
	"percentile_cont(_float8,float8)":     {as("{0.25,0.5,0.75}")},
	"percentile_cont(_float8,interval)":   {as("{0.25,0.5,0.75}")},
	"percentile_disc(_float8,anyelement)": {as("{0.25,0.5,0.75}")},
}

var jsonArguments = func() map[string][][]string {
	array := as(`[1, 2, 3]`, `["a", {"b": 1}, null]`, `[]`)
	key := as("a")
	records := as(`[{"a": 1, "b": "x"}, {"a": 2}]`, `[{"a": 17, "b": "Zürich"}]`)
	m := map[string][][]string{
		"jsonb_delete(jsonb,int4)":  {array, as("1")},
		"jsonb_delete_array":        {nil, as("{a,z}")},
		"jsonb_delete_path":         {nil, as("{a}")},
		"jsonb_set":                 {nil, as("{a}")},
		"jsonb_set_lax":             {nil, as("{a}"), nil, nil, as("use_json_null")},
		"jsonb_insert":              {nil, as("{fresh}")},
		"jsonb_exists":              {nil, key},
		"jsonb_path_match":          {nil, as("$.a == 1"), as("{}")},
		"jsonb_path_match_tz":       {nil, as("$.a == 1"), as("{}")},
		"jsonb_path_match_opr":      {nil, as("$.a == 1")},
		"jsonb_contains":            {nil, as(`{"a": 1}`, `{"tags": ["x"]}`)},
		"json_object(_text)":        {as("{a,1,b,2}", "{x,y}")},
		"jsonb_object(_text)":       {as("{a,1,b,2}", "{x,y}")},
		"json_object(_text,_text)":  {as("{a,b}"), as("{1,2}", "{x,y}")},
		"jsonb_object(_text,_text)": {as("{a,b}"), as("{1,2}", "{x,y}")},
		"jsonb_bool":                {as("true", "false")},
		"json_to_record":            {as(`{"a": 1, "b": "x"}`, `{"a": 2}`)},
		"jsonb_to_record":           {as(`{"a": 1, "b": "x"}`, `{"a": 2}`)},
		"json_to_recordset":         {records},
		"jsonb_to_recordset":        {records},
		"json_populate_recordset":   {nil, records},
		"jsonb_populate_recordset":  {nil, records},
	}
	for _, t := range []string{"json", "jsonb"} {
		for _, f := range []string{"array_length", "array_elements", "array_elements_text"} {
			m[t+"_"+f] = [][]string{array}
		}
		m[t+"_array_element"] = [][]string{array, as("1")}
		m[t+"_array_element_text"] = [][]string{array, as("1")}
		m[t+"_object_field"] = [][]string{nil, key}
		m[t+"_object_field_text"] = [][]string{nil, key}
		m[t+"_extract_path"] = [][]string{nil, as("{a,b}")}
		m[t+"_extract_path_text"] = [][]string{nil, as("{a,b}")}
	}
	for _, n := range []string{"numeric", "int2", "int4", "int8", "float4", "float8"} {
		m["jsonb_"+n] = [][]string{as("1", "17", "99.5")}
	}
	for _, f := range []string{"jsonb_path_exists", "jsonb_path_query", "jsonb_path_query_array", "jsonb_path_query_first"} {
		m[f] = [][]string{nil, as("$.a"), as("{}")}
		m[f+"_tz"] = [][]string{nil, as("$.a"), as("{}")}
	}
	return m
}()

var otherArguments = func() map[string][][]string {
	m := map[string][][]string{
		"set_masklen":              {nil, as("8", "16", "24")},
		"bit(bit,int4,bool)":       {nil, as("16"), as("t")},
		"varbit(varbit,int4,bool)": {nil, as("8"), as("t")},
		"bit(int4,int4)":           {nil, as("16")},
		"bit(int8,int4)":           {nil, as("16")},
		"bitgetbit":                {nil, as("0", "3", "15")},
		"bitsetbit":                {nil, as("0", "3", "15"), as("0", "1")},
		"bitsubstr":                {nil, as("3"), as("5")},
		"bitsubstr_no_len":         {nil, as("3")},
		"bitoverlay":               {nil, nil, as("3"), as("5")},
		"bitoverlay_no_len":        {nil, nil, as("3")},
		"bitshiftleft":             {nil, as("1", "3")},
		"bitshiftright":            {nil, as("1", "3")},
		"bitposition":              {nil, as("1010", "11")},
		"inetmi":                   {as("192.168.1.17", "192.168.1.1"), as("192.168.1.0")},
		"inetmi_int8":              {nil, as("1", "7")},
		"array_fill":               {nil, as("{3}"), as("{1}")},
		"array_agg(anyarray)":      {as("{1,2,3}", "{4,5,6}")},
		"array_length":             {nil, as("1")},
		"array_lower":              {nil, as("1")},
		"array_upper":              {nil, as("1")},
		"trim_array":               {nil, as("1")},
		"array_position_start":     {nil, nil, as("1")},
		"range_union":              {as("[1,10)", "[5,20)"), as("[7,30)", "[8,9)")},
		"range_minus":              {as("[1,10)", "[5,20)"), as("[7,30)", "[0,6)")},
		"acldefault":               {as("r")},
		"ts_token_type(oid)":       {as("3722")},
		"postgresql_fdw_validator": {as("{host=localhost,port=5432}", "{dbname=x}"), as("1417")},
		"ts_token_type(text)":      {as("default")},
	}
	low := map[string]string{"int4": "1,2,3", "int8": "1,2,3", "num": "1.5,2,3.25", "date": "2020-01-01,2020-01-02", "ts": "2020-01-01,2020-01-02", "tstz": "2020-01-01,2020-01-02"}
	high := map[string]string{"int4": "10,20", "int8": "10,20", "num": "10.75,20", "date": "2024-01-01,2025-01-01", "ts": "2024-01-01,2025-01-01", "tstz": "2024-01-01,2025-01-01"}
	for name := range low {
		from, to := strings.Split(low[name], ","), strings.Split(high[name], ",")
		elem := map[string]string{"num": "numeric", "ts": "timestamp", "tstz": "timestamptz"}[name]
		if elem == "" {
			elem = name
		}
		m[name+"range("+elem+","+elem+")"] = [][]string{from, to}
		m[name+"range("+elem+","+elem+",text)"] = [][]string{from, to, as("[]")}
	}
	return m
}()

// stateArguments are the states of PostgreSQL's transition functions.
var stateArguments = func() map[string][][]string {
	m := map[string][][]string{}
	for _, f := range []string{"int2_avg_accum", "int4_avg_accum", "int8_avg", "int2_avg_accum_inv", "int4_avg_accum_inv", "int2int4_sum", "int4_avg_combine"} {
		m[f] = [][]string{as("{2,3}", "{5,12}"), as("1", "2")}
	}
	for _, f := range []string{"regr_accum", "regr_sxx", "regr_syy", "regr_sxy", "regr_avgx", "regr_avgy", "regr_r2", "regr_slope", "regr_intercept", "covar_pop", "covar_samp", "corr"} {
		m["float8_"+f] = [][]string{as("{3,6,14,9,20,11}", "{4,8,20,10,30,15}")}
	}
	six := as("{3,6,14,9,20,11}", "{4,8,20,10,30,15}")
	m["float8_regr_combine"] = [][]string{six, six}
	return m
}()
