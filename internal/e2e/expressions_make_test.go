package e2e

import (
	"slices"
	"strconv"
	"strings"
	"sync"

	"howdah/expr"
	"howdah/internal/pgdata"
)

// xnode is an expression, a tree so that one that shows a difference can be cut down. Its text is parts around args.
type xnode struct {
	typ    string // by the internal name; "" where it is not known
	key    string // the signature of what it calls; "" for a leaf
	parts  []string
	args   []*xnode
	value  *string // of a leaf that is a constant
	column string  // of a leaf that is a column
}

func (x *xnode) String() string {
	var b strings.Builder
	x.write(&b)
	return b.String()
}

func (x *xnode) write(b *strings.Builder) {
	for i, p := range x.parts {
		b.WriteString(p)
		if i < len(x.args) {
			x.args[i].write(b)
		}
	}
}

func (x *xnode) each(visit func(*xnode)) {
	visit(x)
	for _, a := range x.args {
		a.each(visit)
	}
}

// columns tells whether the expression reads any.
func (x *xnode) columns() (any bool) {
	x.each(func(n *xnode) { any = any || n.column != "" })
	return any
}

// target is something to call: a function, operator, aggregate, cast or piece of syntax. A place in its text, {…}, is an argument:
//
//	{int4}       of that type                {int4:pool}  a text of a pool, see textPools; {int4:small} a small number
//	{T}          of any type, the same one wherever the target says {T}; {T[]} an array of it; {R} a range, {R-} its element, {R*} its multirange
type target struct {
	key  string
	text string
	ret  string // "" = not known: then it is not an argument of others
	kind byte   // f one value from one row, s a set, a aggregate, w window
	libm bool
}

// unlike are functions that cannot be compared so, each with the reason.
var unlike = map[string]string{
	"version": "names the server", "timeofday": "the clock", "now": "the clock", "clock_timestamp": "the clock", "statement_timestamp": "the clock", "transaction_timestamp": "the clock",
	"age(timestamptz)": "the clock", "age(timestamp)": "the clock", "random": "random", "setseed": "random", "gen_random_uuid": "random", "pg_sleep": "sleeps",
	"pg_backend_pid": "the session", "pg_postmaster_start_time": "the server", "pg_conf_load_time": "the server", "pg_cancel_backend": "kills", "pg_terminate_backend": "kills", "set_config": "changes the session",
	"current_user": "the session", "session_user": "the session", "getpgusername": "the session", "current_database": "the session", "inet_client_addr": "the session", "inet_client_port": "the session", "inet_server_addr": "the session", "inet_server_port": "the session",
	"current_setting": "the server", "pg_blocking_pids": "the session", "txid_current_if_assigned": "the session", "pg_current_xact_id_if_assigned": "the session", "pg_current_logfile": "the server", "pg_listening_channels": "the session",
	"pg_get_keywords": "the same rows, tested as a catalog", "pg_my_temp_schema": "the session", "current_schemas": "the session", "current_schema": "the session", "pg_is_in_recovery": "the server", "pg_jit_available": "the server",
	"pg_advisory_unlock_all": "the session", "ts_token_type": "a catalog", "pg_trigger_depth": "the session", "pg_options_to_table": "a catalog", "timetz(time)": "today's offset", "timetz(text)": "today's offset",
	"bernoulli": "a sampling method", "system": "a sampling method", "acldefault": "a catalog", "aclexplode": "a catalog", "pg_encoding_to_char": "a catalog", "to_regrole": "the server's roles", "to_regnamespace": "the server's schemas", "pg_get_userbyid": "the server's roles", "pg_ts_dict_is_visible": "a catalog",
	"pg_tablespace_size": "the server", "pg_database_size": "the server", "pg_tablespace_location": "the server", "pg_stat_file": "the server", "pg_collation_for": "tested by scripts: the default differs in name", "pg_describe_object": "a catalog", "to_regclass": "a catalog", "regclass": "a catalog", "row_security_active": "a catalog",
	"oidvectortypes": "no values", "inetnot": "tested as an operator",
	"make_timestamptz": "", // see targets: compared
}

// unlikePrefixes are families left out: they ask catalogs and statistics, which other tests compare, or privileges.
var unlikePrefixes = []string{"has_", "pg_has_role", "pg_stat_", "pg_get_", "obj_description", "col_description", "shobj_description", "pg_relation_", "pg_column_is", "pg_table_", "pg_indexes_", "pg_total_", "pg_index_", "pg_sequence_", "pg_is_other", "pg_client_encoding", "getdatabaseencoding", "row_security", "currtid"}

// argumentPools say what an argument of a function holds, by name and by position from 0; "*" is any position.
var argumentPools = map[string]map[int]string{
	"date_part": {0: "field"}, "date_trunc": {0: "field", 2: "zone"}, "extract": {0: "field"}, "timezone": {0: "zone"}, "make_timestamptz": {6: "zone"},
	"regexp_replace": {1: "regex", 2: "replace", 3: "flags", 4: "flags", 5: "flags"}, "regexp_match": {1: "regex", 2: "flags"}, "regexp_matches": {1: "regex", 2: "flags"}, "regexp_split_to_array": {1: "regex", 2: "flags"}, "regexp_split_to_table": {1: "regex", 2: "flags"},
	"regexp_count": {1: "regex", 3: "flags"}, "regexp_instr": {1: "regex", 5: "flags"}, "regexp_like": {1: "regex", 2: "flags"}, "regexp_substr": {1: "regex", 4: "flags"},
	"~": {1: "regex"}, "!~": {1: "regex"}, "~*": {1: "regex"}, "!~*": {1: "regex"}, "~~": {1: "like"}, "!~~": {1: "like"}, "~~*": {1: "like"}, "!~~*": {1: "like"}, "textlike": {1: "like"}, "texticlike": {1: "like"}, "textregexeq": {1: "regex"},
	"like": {1: "like"}, "notlike": {1: "like"}, "like_escape": {0: "like", 1: "escape"}, "similar_escape": {0: "similar", 1: "escape"}, "similar_to_escape": {0: "similar", 1: "escape"}, "substring": {1: "regex"},
	"encode": {1: "encode"}, "decode": {0: "hexish", 1: "encode"}, "convert": {1: "charset", 2: "charset"}, "convert_to": {1: "charset"}, "convert_from": {1: "charset"}, "length": {1: "charset"}, "normalize": {1: "form"}, "is_normalized": {1: "form"},
	"repeat": {1: "small"}, "lpad": {1: "small"}, "rpad": {1: "small"}, "left": {1: "small"}, "right": {1: "small"}, "substr": {1: "small", 2: "small"}, "overlay": {2: "small", 3: "small"}, "split_part": {2: "small"}, "get_bit": {1: "small"}, "set_bit": {1: "small", 2: "bit"},
	"get_byte": {1: "small"}, "set_byte": {1: "small"}, "array_fill": {1: "dims", 2: "dims"}, "factorial": {0: "small"}, "numeric_fac": {0: "small"}, "chr": {0: "char"}, "make_date": {0: "year", 1: "month", 2: "day"}, "make_time": {0: "hour", 1: "minute"},
	"make_timestamp": {0: "year", 1: "month", 2: "day", 3: "hour", 4: "minute"}, "to_date": {0: "timetext", 1: "tochar_time"}, "to_timestamp": {0: "timetext", 1: "tochar_time"}, "to_number": {0: "numbertext", 1: "tochar_number"},
	"format": {0: "format"}, "json_extract_path": {1: "jsonkey"}, "->": {1: "jsonkey"}, "->>": {1: "jsonkey"}, "?": {1: "jsonkey"}, "json_object_field": {1: "jsonkey"}, "jsonb_object_field": {1: "jsonkey"}, "to_regtype": {0: "typename"}, "format_type": {1: "small"},
	"generate_series": {2: "small"}, "generate_subscripts": {1: "small"}, "array_position": {2: "small"}, "trim_array": {1: "small"}, "array_length": {1: "small"}, "array_lower": {1: "small"}, "array_upper": {1: "small"}, "set_masklen": {1: "small"}, "bit": {1: "small"}, "varbit": {1: "small"},
	"<<": {1: "shift"}, ">>": {1: "shift"}, "round": {1: "small"}, "trunc": {1: "small"}, "width_bucket": {3: "small"}, "string_to_array": {1: "sep"}, "string_to_table": {1: "sep"}, "to_regproc": {0: "typename"}, "to_regprocedure": {0: "typename"}, "^": {1: "exponent"}, "power": {1: "exponent"}, "pow": {1: "exponent"}, "numeric_power": {1: "exponent"},
	"json_populate_record": {}, "min_scale": {}, "sha512": {}, "timestamp": {1: "small"}, "timestamptz": {1: "small"}, "time": {1: "small"}, "interval": {1: "itypmod"}, "timetz": {1: "small"}, "numeric": {1: "typmod"}, "bpchar": {1: "typmod"}, "varchar": {1: "typmod"},
	"starts_with": {1: "prefix"}, "^@": {1: "prefix"}, "strpos": {1: "prefix"}, "position": {0: "prefix"}, "btrim": {1: "sep"}, "ltrim": {1: "sep"}, "rtrim": {1: "sep"}, "translate": {}, "network_sub": {},
}

func init() {
	delete(unlike, "make_timestamptz")
	for pool, list := range map[string][]string{
		"small": {"0", "1", "2", "3", "-1", "-2", "5", "7", "10", "31", "-10", "100", "2147483647", "-2147483648"}, "bit": {"0", "1", "2", "-1"}, "dims": {"{2}", "{2,3}", "{0}", "{}", "{-1}", "{1,1,1,1,1,1,1}", "{NULL}", "{3,0}", "[5:5]={2}"}, "char": {"0", "1", "65", "128", "233", "8364", "55296", "1114111", "1114112", "-1", "10"},
		"year": {"2024", "1", "0", "-44", "-4713", "-4714", "294276", "294277", "5874897", "5874898", "2023"}, "month": {"1", "2", "12", "0", "13", "-1"}, "day": {"1", "28", "29", "30", "31", "0", "32"}, "hour": {"0", "12", "23", "24", "25", "-1"}, "minute": {"0", "59", "60", "-1"}, "shift": {"0", "1", "2", "-1", "31", "32", "63", "64", "15", "16", "100"},
		"exponent": {"0", "1", "2", "-1", "0.5", "-0.5", "3", "10", "NaN", "Infinity", "-Infinity", "100", "-3", "0.333", "1e3"}, "hexish": {"", "00", "abcd", "ABC", "zz", "YWJj", "YQ==", `\\x`, `\001`, `a\\b`, "a b", " 0a 0b ", "Y W", "YQ=", "====", "é"}, "sep": {",", "", "b", "ab", " ", "x", "aX", "é"}, "typmod": {"-1", "4", "5", "8", "0", "327686", "10"},
		"itypmod": {"-1", "2147418114", "327679", "2147483647", "2147418112"}, "prefix": {"", "a", "ab", "b", "é", "日", "Hello", "x", "%"},
	} {
		textPools[pool] = list
	}
}

// syntax is what calls no function by its name.
var syntaxTargets = []target{
	{text: "coalesce({T}, {T})", ret: "T"}, {text: "nullif({T}, {T})", ret: "T"}, {text: "greatest({T}, {T}, {T})", ret: "T"}, {text: "least({T}, {T})", ret: "T"}, {text: "case when {bool} then {T} else {T} end", ret: "T"}, {text: "case {T} when {T} then {U} when {T} then {U} end", ret: "U"},
	{text: "({T} in ({T}, {T}, {T}))", ret: "bool"}, {text: "({T} not in ({T}, {T}))", ret: "bool"}, {text: "({T} between {T} and {T})", ret: "bool"}, {text: "({T} not between symmetric {T} and {T})", ret: "bool"}, {text: "({T} is distinct from {T})", ret: "bool"}, {text: "({T} is not distinct from {T})", ret: "bool"},
	{text: "({T} = any ({T[]}))", ret: "bool"}, {text: "({T} < all ({T[]}))", ret: "bool"}, {text: "({T} <> all ({T[]}))", ret: "bool"}, {text: "({T} >= any ({T[]}))", ret: "bool"}, {text: "({T} is null)", ret: "bool"}, {text: "({T} is not null)", ret: "bool"}, {text: "({bool} is true)", ret: "bool"}, {text: "({bool} is not unknown)", ret: "bool"}, {text: "({bool} is not false)", ret: "bool"},
	{text: "({bool} and {bool})", ret: "bool"}, {text: "({bool} or {bool})", ret: "bool"}, {text: "(not {bool})", ret: "bool"}, {text: "array[{T}, {T}]", ret: "T[]"}, {text: "array[{T[]}, {T[]}]", ret: "T[]"}, {text: "({T[]})[{int4:small}]", ret: "T"}, {text: "({T[]})[{int4:small}:{int4:small}]", ret: "T[]"}, {text: "({T[]})[:{int4:small}]", ret: "T[]"},
	{text: "({T[]})[{int4:small}][{int4:small}]", ret: "T"}, {text: "(row({T}, {U}) = row({T}, {U}))", ret: "bool"}, {text: "(row({T}, {U}) < row({T}, {U}))", ret: "bool"}, {text: "(row({T}, {U}) is not null)", ret: "bool"}, {text: "(row({T}, null) is null)", ret: "bool"}, {text: "row({T}, {U}, null)::text", ret: "text"}, {text: "(row({T}, {U}) is distinct from row({T}, {U}))", ret: "bool"},
	{text: "(({T}, {U}) in (({T}, {U}), ({T}, {U})))", ret: "bool"}, {text: "row({T}, {U})", ret: ""}, {text: "to_jsonb(row({T}, {U}))", ret: "jsonb"},
	{text: "substring({text} from {int4:small} for {int4:small})", ret: "text"}, {text: "substring({text} from {text:regex})", ret: "text"}, {text: "substring({text} similar {text:similar} escape {text:escape})", ret: "text"}, {text: "position({text:prefix} in {text})", ret: "int4"}, {text: "position({bytea} in {bytea})", ret: "int4"}, {text: "position({varbit} in {varbit})", ret: "int4"},
	{text: "overlay({text} placing {text} from {int4:small} for {int4:small})", ret: "text"}, {text: "overlay({bytea} placing {bytea} from {int4:small})", ret: "bytea"}, {text: "trim(both {text:sep} from {text})", ret: "text"}, {text: "trim(leading from {text})", ret: "text"}, {text: "trim(trailing {bytea} from {bytea})", ret: "bytea"}, {text: "overlay({varbit} placing {varbit} from {int4:small})", ret: "varbit"},
	{text: "extract(@field from {timestamp})", ret: "numeric"}, {text: "extract(@field from {timestamptz})", ret: "numeric"}, {text: "extract(@field from {date})", ret: "numeric"}, {text: "extract(@field from {time})", ret: "numeric"}, {text: "extract(@field from {timetz})", ret: "numeric"}, {text: "extract(@field from {interval})", ret: "numeric"},
	{text: "({timestamp} at time zone {text:zone})", ret: "timestamptz"}, {text: "({timestamptz} at time zone {text:zone})", ret: "timestamp"}, {text: "({timetz} at time zone {text:zone})", ret: "timetz"}, {text: "({timestamptz} at time zone {interval})", ret: "timestamp"}, {text: "({timestamp} at time zone {interval})", ret: "timestamptz"},
	{text: "({text} like {text:like})", ret: "bool"}, {text: "({text} not ilike {text:like})", ret: "bool"}, {text: "({text} like {text:like} escape {text:escape})", ret: "bool"}, {text: "({text} similar to {text:similar})", ret: "bool"}, {text: "({text} not similar to {text:similar} escape {text:escape})", ret: "bool"}, {text: "({bytea} like {bytea})", ret: "bool"},
	{text: "(({timestamp}, {timestamp}) overlaps ({timestamp}, {interval}))", ret: "bool"}, {text: "(({date}, {date}) overlaps ({date}, {date}))", ret: "bool"}, {text: "(({time}, {interval}) overlaps ({time}, {time}))", ret: "bool"}, {text: "({text} is nfc normalized)", ret: "bool"}, {text: "({text} is not nfkd normalized)", ret: "bool"}, {text: "normalize({text}, nfkc)", ret: "text"},
	{text: `({text} collate "C" < {text})`, ret: "bool"}, {text: `lower({text} collate "C")`, ret: "text"}, {text: `upper({text} collate "POSIX")`, ret: "text"}, {text: "({jsonb})[{text:jsonkey}]", ret: "jsonb"}, {text: "({jsonb})[{int4:small}]", ret: "jsonb"}, {text: "pg_typeof({T})::text", ret: "text"},
	{text: "concat({T}, {U}, {text})", ret: "text"}, {text: "concat_ws({text:sep}, {T}, {U})", ret: "text"}, {text: "format({text:format}, {T}, {U})", ret: "text"}, {text: "num_nulls({T}, {U}, null)", ret: "int4"}, {text: "num_nonnulls(variadic {T[]})", ret: "int4"}, {text: "concat(variadic {T[]})", ret: "text"}, {text: "json_build_object({T}, {U})", ret: "json"},
	{text: "jsonb_build_object({text}, {T}, 'k', {U})", ret: "jsonb"}, {text: "json_build_array({T}, {U})", ret: "json"}, {text: "jsonb_build_array({T}, {U}, null)", ret: "jsonb"}, {text: "to_json({T})", ret: "json"}, {text: "to_jsonb({T})", ret: "jsonb"}, {text: "row_to_json(row({T}, {U}))", ret: "json"}, {text: "quote_literal({T})", ret: "text"}, {text: "quote_nullable({T})", ret: "text"},
	{text: "(select {T} where {bool})", ret: "T"}, {text: "array(select {T})", ret: "T[]"}, {text: "({T} = (select {T}))", ret: "bool"}, {text: "exists (select 1 where {T} = {T})", ret: "bool"}, {text: "({int4} = any ('{1,2,null}'))", ret: "bool"}, {text: "(-{numeric})", ret: "numeric"}, {text: "make_interval(days => {int4:small}, secs => {float8})", ret: "interval"}, {text: "make_interval({int4:small}, {int4:small})", ret: "interval"},
	{text: "({T}::text collate \"C\" || {U}::text)", ret: "text"},
}

var aggregateTargets = []target{
	{text: "percentile_disc({f}) within group (order by {S})", ret: "S", kind: 'a'}, {text: "percentile_cont({f}) within group (order by {float8} + 0)", ret: "float8", kind: 'a'}, {text: "percentile_cont({f}) within group (order by justify_interval({interval}) desc)", ret: "interval", kind: 'a'}, {text: "percentile_disc({fs}) within group (order by {S})", kind: 'a'}, {text: "percentile_cont({fs}) within group (order by {float8} + 0)", kind: 'a'}, {text: "mode() within group (order by {S})", ret: "S", kind: 'a'},
	{text: "rank({k}) within group (order by {int4})", ret: "int8", kind: 'a'}, {text: "dense_rank({k}) within group (order by {int4} desc)", ret: "int8", kind: 'a'}, {text: "percent_rank({k}) within group (order by {int4})", ret: "float8", kind: 'a'}, {text: "cume_dist({k}) within group (order by {int4} nulls first)", ret: "float8", kind: 'a'}, {text: "count(*)", ret: "int8", kind: 'a'},
	{text: "count(distinct {T})", ret: "int8", kind: 'a'}, {text: "array_agg(distinct {int8} order by 1 desc)", kind: 'a'}, {text: "string_agg({text}, ',' order by {text} desc nulls last, v.id)", ret: "text", kind: 'a'},
	{text: "row_number() over (order by {T}, v.id)", kind: 'w'}, {text: "rank() over (order by {T} desc)", kind: 'w'}, {text: "dense_rank() over (order by {T} nulls first)", kind: 'w'}, {text: "percent_rank() over (order by {T})", kind: 'w'}, {text: "cume_dist() over (partition by {U} order by {T})", kind: 'w'}, {text: "ntile({int4:small}) over (order by {T}, v.id)", kind: 'w'},
	{text: "lag({T}) over (order by v.id)", kind: 'w'}, {text: "lead({T}, {int4:small}, {T}) over (order by v.id)", kind: 'w'}, {text: "first_value({T}) over (order by v.id rows between 1 preceding and 1 following)", kind: 'w'}, {text: "last_value({T}) over (order by v.id rows between current row and 2 following exclude current row)", kind: 'w'}, {text: "nth_value({T}, {int4:small}) over (order by v.id)", kind: 'w'},
	{text: "sum({int4}) over (order by {float8} range between {float8} preceding and {float8} following)", kind: 'w'}, {text: "count(*) over (order by {timestamp} range between {interval} preceding and current row)", kind: 'w'}, {text: "count({T}) over (order by {date} range between current row and {interval} following)", kind: 'w'}, {text: "sum({numeric}) over (order by {int8} range between {int8} preceding and {int8} following)", kind: 'w'},
	{text: "count(*) over (order by {numeric} range between {numeric} preceding and current row)", kind: 'w'}, {text: "max({T}) over (order by {U} groups between 1 preceding and current row exclude ties)", kind: 'w'}, {text: "min({T}) over (order by v.id rows {int8:small} preceding)", kind: 'w'},
	{text: "count(*) over (order by {timestamptz} desc range between {interval} preceding and {interval} following)", kind: 'w'}, {text: "count(*) over (order by {time} range between {interval} preceding and {interval} following)", kind: 'w'}, {text: "count(*) over (order by {interval} range between {interval} preceding and current row)", kind: 'w'}, {text: "count(*) over (order by {int2} range between {int4:small} preceding and current row)", kind: 'w'},
}

// targets are all that is to be called: what Howdah says that it has, from the table that doc/functions.md is made of.
var targets = sync.OnceValue(func() []target {
	var out []target
	seen := map[string]bool{}
	add := func(t target) {
		if t.key == "" {
			t.key = t.text
		}
		if !seen[t.key] {
			seen[t.key] = true
			out = append(out, t)
		}
	}
	place := func(oid uint32, name string, i int) string {
		typ := typePlace(oid)
		if pool := argumentPools[name][i]; pool != "" && typ != "" && !strings.HasPrefix(typ, "T") {
			typ += ":" + pool
		}
		if name == "to_char" && i == 1 {
			typ += ":tochar"
		}
		return "{" + typ + "}"
	}
	for i := range pgdata.Operators() {
		o := &pgdata.Operators()[i]
		p := pgdata.ProcByOID(o.Proc)
		if p == nil || o.Namespace != pgdata.PgCatalog || !expr.Implemented(p) || !placeable(p) {
			continue
		}
		t := target{ret: typePlace(o.Result), kind: 'f', libm: libm[p.Src]}
		if o.Kind == 'l' {
			t.key = o.Name + "(" + pgdata.TypeByOID(o.Right).Name + ")"
			t.text = "(" + o.Name + " " + place(o.Right, o.Name, 0) + ")"
		} else {
			t.key = pgdata.TypeByOID(o.Left).Name + " " + o.Name + " " + pgdata.TypeByOID(o.Right).Name
			t.text = "(" + place(o.Left, o.Name, 0) + " " + o.Name + " " + place(o.Right, o.Name, 1) + ")"
		}
		add(t)
	}
	for i := range pgdata.Procs() {
		p := &pgdata.Procs()[i]
		if p.Namespace != pgdata.PgCatalog || p.Kind != 'f' && p.Kind != 'a' || !expr.Implemented(p) || !placeable(p) || leftOut(p) {
			continue
		}
		var args []string
		for i, a := range p.ArgTypes {
			if p.Variadic != 0 && i == len(p.ArgTypes)-1 {
				if a == anyOID {
					args = append(args, "{T}", "{U}")
				} else {
					args = append(args, "variadic "+place(a, p.Name, i))
				}
				continue
			}
			args = append(args, place(a, p.Name, i))
		}
		t := target{key: procKey(p), ret: typePlace(p.Ret), kind: 'f', libm: libm[p.Src]}
		call := func(args []string) string {
			return "pg_catalog." + quoteKeyword(p.Name) + "(" + strings.Join(args, ", ") + ")"
		}
		if p.RetSet {
			t.kind = 's'
		}
		if p.Kind == 'a' {
			a := pgdata.AggregateByOID(p.OID)
			if a.Kind != 'n' {
				continue // by hand
			}
			t.kind = 'a'
			t.libm = libmAggregates[p.Name]
			if p.Name == "count" && len(args) == 0 {
				continue
			}
		}
		t.text = call(args)
		add(t)
		if n := p.NDefaults; n > 0 {
			t.text, t.key = call(args[:len(args)-n]), t.key+" with defaults"
			add(t)
		}
	}
	for _, list := range [][]target{syntaxTargets, aggregateTargets} {
		for _, t := range list {
			if t.kind == 0 {
				t.kind = 'f'
			}
			add(t)
		}
	}
	// Casts: those of pg_cast, and between any type and text.
	castTo := func(from, to string) {
		tt := exprTypes[to]
		if exprTypes[from] == nil || tt == nil || from == to && len(tt.mods) == 0 {
			return
		}
		add(target{key: from + "::" + to, text: "({" + from + "}::" + tt.sql + ")", ret: to, kind: 'f'})
		for _, m := range tt.mods {
			sql := tt.sql + m
			if at := strings.IndexByte(tt.sql, '['); at >= 0 {
				sql = tt.sql[:at] + m + tt.sql[at:]
			}
			add(target{key: from + "::" + to + m, text: "({" + from + "}::" + sql + ")", ret: to, kind: 'f'})
		}
	}
	for i := range pgdata.Casts() {
		c := &pgdata.Casts()[i]
		if c.Proc != 0 && !expr.Implemented(pgdata.ProcByOID(c.Proc)) {
			continue
		}
		from, to := pgdata.TypeByOID(c.Source).Name, pgdata.TypeByOID(c.Target).Name
		castTo(from, to)
		castTo("_"+from, "_"+to)
	}
	for _, name := range exprTypeNames {
		castTo(name, "text")
		castTo("text", name)
		castTo(name, name)
		if exprTypes[name].kind == 'b' {
			castTo(name, "varchar")
			castTo("_text", "_"+name)
		}
		if name != "char" {
			add(target{key: "in " + name, text: "{=" + name + "}", ret: name, kind: 'f'})
		}
	}
	return out
})

var (
	anyOID     = pgdata.TypeByName("any").OID
	polyPlaces = map[string]string{
		"anyelement": "T", "anyarray": "T[]", "anynonarray": "N", "anycompatible": "C", "anycompatiblearray": "C[]", "anycompatiblenonarray": "N", "anyrange": "R", "anymultirange": "R*", "any": "T", "record": "row", "anycompatiblerange": "R",
	}
)

// typePlace is what a target's text says for a type; "" = there are no values of it.
func typePlace(oid uint32) string {
	name := pgdata.TypeByOID(oid).Name
	if p := polyPlaces[name]; p != "" {
		return p
	}
	if exprTypes[name] != nil {
		return name
	}
	return ""
}

func placeable(p *pgdata.Proc) bool {
	for _, a := range p.ArgTypes {
		if typePlace(a) == "" {
			return false
		}
	}
	// A range's element comes with the range.
	return true
}

func procKey(p *pgdata.Proc) string {
	names := make([]string, len(p.ArgTypes))
	for i, a := range p.ArgTypes {
		names[i] = pgdata.TypeByOID(a).Name
	}
	return p.Name + "(" + strings.Join(names, ",") + ")"
}

func leftOut(p *pgdata.Proc) bool {
	if unlike[p.Name] != "" || unlike[procKey(p)] != "" {
		return true
	}
	for _, prefix := range unlikePrefixes {
		if strings.HasPrefix(p.Name, prefix) {
			return true
		}
	}
	return strings.HasSuffix(p.Name, "_is_visible")
}

var keywords = sync.OnceValue(func() map[string]bool {
	out := map[string]bool{}
	columns, rows := pgdata.Rows("keywords")
	word, code := slices.Index(columns, "word"), slices.Index(columns, "catcode")
	for _, r := range rows {
		if r[code] != "U" {
			out[r[word]] = true
		}
	}
	return out
})

func quoteKeyword(name string) string {
	if keywords()[name] {
		return `"` + name + `"`
	}
	return name
}

// targetsOf gives those that return a type, and may be arguments.
var targetsOf = sync.OnceValue(func() map[string][]*target {
	out := map[string][]*target{}
	for i := range targets() {
		t := &targets()[i]
		if t.kind == 'f' && !t.libm && t.ret != "" {
			out[t.ret] = append(out[t.ret], t)
		}
	}
	return out
})

// maker makes the expressions of a round.
type maker struct {
	*generator
	columns map[string][]string // by type
	rows    bool                // columns may be used
	agg     bool                // columns are to be used
}

// expression makes one of a target.
func (m *maker) expression(t *target) *xnode {
	return m.call(t, "", one(m.generator, 0, 0, 1, 1, 2, 2, 3))
}

// call fills a target's places; the wanted type binds its result.
func (m *maker) call(t *target, want string, depth int) *xnode {
	x := &xnode{key: t.key, typ: t.ret}
	bound := map[string]string{}
	bind := func(letter string) string {
		if bound[letter] != "" {
			return bound[letter]
		}
		var typ string
		switch letter {
		case "R":
			typ = one(m.generator, "int4range", "int8range", "numrange", "daterange", "tsrange", "tstzrange")
		case "S": // equal values are the same ones, so that ties show nothing
			typ = one(m.generator, "int2", "int4", "int8", "text", "bool", "date", "timestamp", "uuid", "bytea", "oid", "inet", "macaddr", "timestamptz", "time", "money", "varbit")
		case "N", "C", "T", "U":
			for typ == "" || exprTypes[typ].kind == 'a' && letter != "U" || exprTypes["_"+typ] == nil {
				typ = one(m.generator, exprTypeNames...)
			}
			if m.chance(50) {
				typ = one(m.generator, "int4", "text", "numeric", "float8", "date", "timestamptz", "bool", "varchar", "interval", "jsonb")
			}
		}
		bound[letter] = typ
		return typ
	}
	if want != "" {
		switch t.ret {
		case "T", "U", "C", "N", "R":
			bound[t.ret] = want
		case "T[]", "C[]":
			bound[t.ret[:1]] = strings.TrimPrefix(want, "_")
		}
	}
	resolve := func(place string) string {
		switch place {
		case "T", "U", "C", "N", "R", "S":
			return bind(place)
		case "T[]", "U[]", "C[]":
			return "_" + strings.TrimPrefix(bind(place[:1]), "_")
		case "R*":
			return strings.Replace(bind("R"), "range", "multirange", 1)
		}
		return place
	}
	rest := t.text
	var part strings.Builder
	for rest != "" {
		i := strings.IndexAny(rest, "{@")
		if i < 0 {
			part.WriteString(rest)
			break
		}
		part.WriteString(rest[:i])
		rest = rest[i:]
		if strings.HasPrefix(rest, "@field") {
			part.WriteString(one(m.generator, textPools["field"][:len(textPools["field"])-8]...))
			rest = rest[len("@field"):]
			continue
		}
		end := strings.IndexByte(rest, '}')
		if rest[0] == '@' || end < 0 || end > 1 && (rest[1] >= '0' && rest[1] <= '9') {
			part.WriteByte(rest[0])
			rest = rest[1:]
			continue
		}
		place := rest[1:end]
		rest = rest[end+1:]
		x.parts = append(x.parts, part.String())
		part.Reset()
		typ, pool, _ := strings.Cut(place, ":")
		var a *xnode
		switch {
		case strings.HasPrefix(place, "="):
			a = m.constant(place[1:], m.mangled(place[1:]))
		case place == "f":
			a = &xnode{parts: []string{one(m.generator, "0.5", "0", "1", "0.25", "0.9", "null", "1.5", "0.333")}}
		case place == "fs":
			a = &xnode{parts: []string{one(m.generator, "array[0.5, 0, 1]", "'{0.1,null,0.9}'::float8[]", "'{}'::float8[]", "'{{0.1,0.2},{0.3,2}}'::float8[]")}}
		case place == "k":
			a = m.constant("int4", m.border("int4"))
		case place == "row":
			a = &xnode{typ: "record", key: "row", parts: []string{"row(", ", ", ")"}, args: []*xnode{m.arg(resolve("int4"), "", 0), m.arg(resolve("text"), "", 0)}}
		default:
			a = m.arg(resolve(typ), pool, depth)
			if typ == "R" && strings.Contains(t.key, "anyelement") {
				bound["T"] = exprTypes[bound["R"]].elem
			}
		}
		x.args = append(x.args, a)
	}
	x.parts = append(x.parts, part.String())
	x.typ = resolve(t.ret)
	if exprTypes[x.typ] == nil {
		x.typ = ""
	}
	return x
}

// arg makes an argument.
func (m *maker) arg(typ, pool string, depth int) *xnode {
	g := m.generator
	if exprTypes[typ] == nil {
		return &xnode{parts: []string{"null"}}
	}
	n := g.IntN(100)
	if m.agg {
		n = min(n, 40+g.IntN(40))
	}
	cols := m.columns[typ]
	if m.rows && len(cols) > 0 && (m.agg && g.chance(85) || n >= 45 && n < 75) && (pool == "" || g.chance(20)) {
		c := one(g, cols...)
		return &xnode{typ: typ, column: c, parts: []string{"v." + c}}
	}
	switch {
	case n < 4:
		return &xnode{typ: typ, parts: []string{"null::" + exprTypes[typ].sql}}
	case n < 5:
		return &xnode{parts: []string{"null"}}
	case n < 9: // an unknown literal
		v := m.text(typ, pool)
		return &xnode{value: &v, parts: []string{quoteText(v)}}
	case n < 12: // of another type
		return m.arg(one(g, exprTypeNames...), "", 0)
	case n < 26 && depth > 0 && pool == "":
		list := targetsOf()[typ]
		if exprTypes[typ].kind == 'a' && g.chance(30) {
			list = targetsOf()["T[]"]
		} else if g.chance(15) {
			list = targetsOf()["T"]
		}
		if len(list) > 0 {
			return m.call(one(g, list...), typ, depth-1)
		}
	}
	return m.constant(typ, m.text(typ, pool))
}

// text makes the text of a constant.
func (m *maker) text(typ, pool string) string {
	switch {
	case pool == "" || m.chance(8):
	case pool == "tochar":
		if strings.HasPrefix(typ, "text") {
			return m.pooled(one(m.generator, "tochar_time", "tochar_number"))
		}
	case pool == "exponent" && typ != "numeric" && typ != "float8":
	case pool == "shift" && typ != "int4":
	case exprTypes[typ].kind == 'a' && pool != "dims":
	default:
		s := m.pooled(pool)
		if _, err := strconv.Atoi(s); err == nil && !strings.HasPrefix(typ, "int") && typ != "text" && typ != "numeric" && typ != "float8" {
			break
		}
		if _, err := strconv.Atoi(s); err != nil && strings.HasPrefix(typ, "int") {
			break
		}
		if !slices.Contains([]string{"text", "name", "int2", "int4", "int8", "numeric", "float8", "_int4", "_text", "jsonpath", "varchar", "bpchar"}, typ) {
			break
		}
		return s
	}
	return m.border(typ)
}

func (m *maker) constant(typ, value string) *xnode {
	text := quoteText(value) + "::" + exprTypes[typ].decl
	switch n, err := strconv.ParseInt(value, 10, 64); {
	case typ == "int4" && err == nil && n >= 0 && n <= 2147483647 && m.chance(60):
		text = value
	case typ == "numeric" && strings.Contains(value, ".") && !strings.ContainsAny(value, "eN") && m.chance(50):
		text = "(" + value + ")"
	case typ == "bool" && m.chance(50):
		text = map[string]string{"t": "true", "f": "false"}[value]
		if text == "" {
			text = quoteText(value) + "::bool"
		}
	}
	return &xnode{typ: typ, value: &value, parts: []string{text}}
}

// libm are functions whose last bit is the C library's, by prosrc.
var libm = map[string]bool{}

var libmAggregates = map[string]bool{}

func init() {
	for _, name := range []string{
		"dsin", "dcos", "dtan", "dcot", "dasin", "dacos", "datan", "datan2", "dsind", "dcosd", "dtand", "dcotd", "dasind", "dacosd", "datand", "datan2d", "dsinh", "dcosh", "dtanh", "dasinh", "dacosh", "datanh", "dexp", "dlog1", "dlog10", "dpow", "dcbrt",
	} {
		libm[name] = true
	}
}
