package e2e

import "strings"

// forms are the expressions that random queries are made of: tiers 1 and 2 of the contract. cbrt, the hyperbolic and some
// trigonometric functions are left out: libm's last bit is nobody's promise.
var forms = parseForms(`
bool | {a} «= <> < <= > >=» {a}
bool | {a} «= <> < <= > >=» {a'}
bool | {a'} «= <> < <= > >=» {a}
bool | {n1} «= <> < <= > >=» {n2}
bool | {i1} «= <> < <= > >=» {i2}
bool | {t1} «= <> < <= > >=» {t2}
bool | {date} «= <> < <= > >=» {timestamp}
bool | {timestamp} «= <> < <= > >=» {date}
bool | {date~} «= <> < <= > >=» {timestamptz~}
bool | {timestamp~} «= <> < <= > >=» {timestamptz~}
bool | {a} is distinct from {a}
bool | {a} is not distinct from {a}
bool | {x} is null
bool | {x} is not null
bool | {bool} and {bool}
bool | {bool} or {bool}
bool | not {bool}
bool | {bool} and {bool} or {bool}
bool | {bool} is true
bool | {bool} is not true
bool | {bool} is false
bool | {bool} is unknown
bool | {bool} is not unknown
bool | {a} in ({a'}, {a}, {a'})
bool | {a} in ({a}, {a})
bool | {a} not in ({a'}, {a'}, {a'})
bool | {n1} in ({n2}, {n1})
bool | {a} between {a} and {a}
bool | {a} not between {a'} and {a'}
bool | {a} between symmetric {a} and {a'}
bool | {int4} = any ({int4[]})
bool | {int4} <> all ({int4[]})
bool | {int4} < any ({int4[]})
bool | {text} = any ({text[]})
bool | {text} >= all ({text[]})
bool | {int4} = any (array[{int4}, {int4}, {int4}])
bool | {s} = any (array[{s}, {s}])
bool | {int8} = any (array[{int4}, {int8}])
bool | {text} «like ilike» 'a%'
bool | {text} not like '%b%'
bool | {text} like '_'
bool | {text} like '%\%%'
bool | {text} like 'a\_%' escape '\'
bool | {text} like '%x_' escape 'x'
bool | {t} «like ilike» {text}  || '%'
bool | {bpchar} «like ilike» 'a%'
bool | {bpchar} like '% '
bool | {varchar} like '%c'
bool | {text} like any (array['a%', '%b', {text} || '_'])
bool | {text} «~ !~ ~* !~*» '^[a-c]+$'
bool | {text} «~ ~*» 'a.c|b'
bool | {text} ~ '(a)(b)?\1'
bool | {text} ~ '\mab'
bool | {text} ~ '[[:digit:]]{2,}'
bool | {text} ~ '^\s*-?\d+$'
bool | {t} ~ '[^a-z0-9]'
bool | {text} similar to '(a|b)%'
bool | {text} ^@ {text}
bool | starts_with({text}, {text})
bool | regexp_like({text}, 'A', 'i')
bool | {int4}::bool
bool | {float8} = 'NaN'
bool | isfinite({d})
bool | isfinite({interval})
bool | ({date~}, {date~}) overlaps ({date~}, {date~})
bool | ({time}, {time}) overlaps ({time}, {time})
bool | ({int4}, {text}) «= <> < <= > >=» ({int4}, {text})
bool | ({int4}, {date}) in (({int4}, {date}), ({int4}, {date}))
bool | row({int4}, {text}) is not null
bool | row({x1}, {x2}) is null
bool | row({a1}, {a2}) is distinct from row({a1}, {a2})
bool | {int4[]} «@> <@ &&» {int4[]}
bool | {text[]} «@> <@ &&» {text[]}
bool | {jsonb} «@> <@» {jsonb}
bool | {jsonb} ? 'a'
bool | {jsonb} ?| array['a','b']
bool | {jsonb} ?& array['a','b']
bool | {jsonb} @? '$.a' %
bool | coalesce({bool}, {bool})
bool | booland_statefunc({bool}, {bool})
a | case when {bool} then {a} else {a} end
x | case when {bool} then {x} end
x | case when {bool} then {x} when {bool} then {x} else null end
a | case {i1} when {i1} then {a} when {i1} then {a} else {a} end
text | case {text} when 'a' then 'x' when {text'} then {text} end
x | coalesce({x}, {x})
x | coalesce({x}, {x}, {x})
a | nullif({a}, {a})
a | nullif({a}, {a'})
a | «greatest least»({a}, {a})
a | «greatest least»({a}, {a'}, {a})
numeric | «greatest least»({i}, {numeric})
float8 | «greatest least»({i}, {float8}, {numeric})
x | {x}
numeric | coalesce({i}, {numeric})
x | coalesce({x}, {x'})
x | coalesce({x'}, {x}, null)
a | case when {bool} then {a'} else {a} end
a | case when {bool} then {a} when {bool} then null else {a'} end
text | coalesce(null, {text'})
text | {text'} || {t}
text | case when {bool} then 'yes' else 'no' end
int4 ~ | {int4~} «+ -» {int4~'}
int4 ~ | {date~} - {date~'}
int4 ~ | (array[{int4~}, {int4~}, null])[{int4~}]
interval | {timestamp~} - {timestamp~'}
bool | {a} = any ('{}')
bool | {int4} in (1, 2, null)
bool | {int4} not in ({int4}, null)
bool | {n} > 0
bool | {n1~} + {i~} > {n1~} and {bool}
bool | {numeric~} = {float8~}
bool | {int8} = {float4}
bool | {int4} = {numeric}
bool | {float4} = {float8}
bool | ({a1}, {a2}) = ({a1}, {a2})
bool | ({a1}, {int4}) < ({a1}, {int4})
bool | array[{s}, {s}] = array[{s}, {s}]
bool | array[{text}, 'a'] && {text[]}
bool | {text} collate "C" < {text}
bool | {int4} is distinct from null
bool | {bool} = ({int4} > 3)
bool | not ({bool} and {bool})
bool | not ({bool} or not {bool})
bool | {bool} is not false or {bool}
bool | ({bool} or {bool}) and ({bool} or {bool})
bool | {int4} between {int4} and {int4} and {bool}
bool | {varchar} in ('a', 'ab', {text'})
bool | {bpchar} in ('a', 'ab  ', {bpchar})
bool | {bpchar} = {text}
bool | {bpchar} = {varchar}
bool | {date} between '2000-01-01' and '2020-12-31'
bool | {timestamp} >= '2010-01-01 12:00'
bool | {timestamptz} < '2015-06-01 00:00+02'
bool | {interval} > '1 day'
bool | {time} < '12:00'
bool | {jsonb} = '{"a": 1}'
bool | {bytea} > '\x61'
bool | {uuid} > '80000000-0000-0000-0000-000000000000'
bool | {int4[]} < {int4[]}
int2 ~ | {int2~} «& | #» {int2~}
int4 ~ | {int4~} «+ - *» {int4~}
int4 ~ | {int4~} / nullif({int4~}, 0)
int4 ~ | {int4~} % nullif({int4~}, 0)
int4 ~ | {int2~} «+ - *» {int4~}
int4 ~ | - {int4~}
int4 ~ | + {int4~}
int4 ~ | @ {int4~}
int4 | ~ {int4}
int4 ~ | abs({int4~})
int4 | {int4} «& | #» {int4}
int4 | {int4~} << 2
int4 | {int4} >> 3
int4 ~ | mod({int4~}, 7)
int4 ~ | gcd({int4~}, {int4~})
int4 ~ | length({text})
int4 ~ | length({bpchar})
int4 ~ | char_length({t})
int4 ~ | octet_length({t})
int4 ~ | octet_length({bytea})
int4 ~ | bit_length({text})
int4 ~ | length({bytea})
int4 ~ | position({text} in {text})
int4 ~ | strpos({text}, {text})
int4 ~ | ascii({text})
int4 ~ | cardinality({int4[]})
int4 ~ | array_length({text[]}, 1)
int4 ~ | array_upper({int4[]}, 1)
int4 ~ | array_lower({int4[]}, 1)
int4 ~ | array_position({int4[]~}, {int4})
int4 ~ | {date~} - {date~}
int4 ~ | {numeric~}::int4
int4 ~ | {float8~}::int4
int4 ~ | {int8~}::int4
int4 ~ | {int2}::int4
int4 ~ | {bool}::int4
int4 | ({int4[]})[{int4~}]
int4 ~ | num_nulls({x1}, {x2}, {int4})
int4 ~ | num_nonnulls({x1}, {x2})
int4 ~ | width_bucket({float8~}, 0, 100, 7)
int4 ~ | regexp_count({text}, '[a-z]')
int4 ~ | regexp_instr({text}, 'b')
int4 ~ | sign({int4~})::int4
int4 ~ | jsonb_array_length(case when jsonb_typeof({jsonb#}) = 'array' then {jsonb#} end)
int4 ~ | scale({numeric~})
int4 ~ | min_scale({numeric~})
int2 ~ | {int4~}::int2
int2 ~ | - {int2~}
int2 ~ | abs({int2~})
int8 ~ | {int8~} «+ - *» {i~}
int8 ~ | {int8~} / nullif({int4~}, 0)
int8 ~ | {int8~} % nullif({int8~}, 0)
int8 ~ | {int4}::int8
int8 ~ | abs({int8~})
int8 ~ | {numeric~}::int8
int8 ~ | {float8~}::int8
int8 | {int8} «& | #» {int8}
int8 ~ | lcm({int8~}, {int8~})
numeric ~ | {numeric~} «+ - *» {numeric~}
numeric ~ | {numeric~} «+ - *» {i~}
numeric ~ | {i~} «+ - *» {numeric~}
numeric ~ | {numeric~} / nullif({numeric~}, 0)
numeric ~ | {numeric~} / 3
numeric ~ | {numeric~} % nullif({numeric~}, 0)
numeric ~ | - {numeric~}
numeric ~ | {i~}::numeric
numeric ~ | {float8~}::numeric
numeric ~ | {float4~}::numeric
numeric | {numeric} «+ - *» {numeric}
numeric ~ | round({numeric~})
numeric ~ | round({numeric~}, «-1 0 1 2 5»)
numeric ~ | trunc({numeric~}, «-1 0 1 2»)
numeric ~ | «ceil ceiling floor trunc abs sign»({numeric~})
numeric ~ | {numeric~}::numeric(20,«0 1 4»)
numeric ~ | div({numeric~}, nullif({numeric~}, 0))
numeric ~ | mod({numeric~}, nullif({numeric~}, 0))
numeric ~ | trim_scale({numeric~})
numeric ~ | sqrt(abs({numeric~}))
numeric ~ | ln(abs({numeric~}) + 1)
numeric ~ | log(abs({numeric~}) + 1)
numeric ~ | power(abs({numeric~}) + 1, 2)
numeric ~ | ({int4~} % 9)::numeric ^ 3
numeric ~ | extract(«year month day quarter week dow isodow doy isoyear epoch century decade» from {date~})
numeric ~ | extract(«year month day hour minute second milliseconds microseconds epoch week dow doy» from {timestamp~})
numeric ~ | extract(«year month day hour minute epoch timezone» from {timestamptz~})
numeric ~ | extract(«year month day hour minute second epoch» from {interval~})
numeric ~ | extract(«hour minute second epoch» from {time})
float8 ~ | {float8~} «+ - *» {float8~}
float8 ~ | {float8~} «+ - *» {n~}
float8 ~ | {float4~} «+ - *» {float8~}
float8 ~ | {float8~} / nullif({float8~}, 0)
float8 ~ | - {float8~}
float8 ~ | {n~}::float8
float8 | {float4}::float8
float8 ~ | «ceil floor round trunc abs sign»({float8~})
float8 ~ | sqrt(abs({float8~}))
float8 ~ | |/ abs({float8~})
float8 ~ | degrees({float8~})
float8 ~ | radians({float8~})
float8 ~ | power({int4~} % 5, 2)
float8 ~ | date_part('«year month day hour»', {timestamp~})
float8 ~ | date_part('«epoch day»', {interval~})
float4 ~ | {float4~} «+ - *» {float4~}
float4 ~ | {float8~}::float4
float4 ~ | {i~}::float4
float4 ~ | {numeric~}::float4
float4 ~ | - {float4~}
float4 ~ | abs({float4~})
text | {text} || {text}
text | {t1} || {t2}
text | {text} || {n~}
text | {x} || '|' || {text}
text | «lower upper initcap reverse md5»({text})
text | «lower upper»({bpchar})
text | «btrim ltrim rtrim»({text})
text | «btrim ltrim rtrim»({text}, 'a b')
text | trim(both 'x' from {text})
text | substring({text} from 2)
text | substring({text} from 2 for 3)
text | substring({text}, {int4~})
text | substr({text}, -1, 3)
text | substring({text} from '[a-z]+')
text | substring({text} from 'a(.)')
text | «left right»({text}, {int4~})
text | «lpad rpad»({text}, 5, {text})
text | «lpad rpad»({text}, 3)
text | replace({text}, {text}, {text})
text | repeat({text}, «-1 0 1 2»)
text | split_part({text}, 'b', «1 2 -1»)
text | translate({text}, 'abc', 'xy')
text | overlay({text} placing 'ZZ' from 2 for 1)
text | concat({x1}, {text}, {x2})
text | concat_ws(',', {x1}, {text}, {x2})
text | regexp_replace({text}, '[aeiou]', '<\&>', '«g i gi»')
text | regexp_replace({text}, '(.)(.)', '\2\1')
text | regexp_substr({text}, '[a-z]{2}')
text | array_to_string({text[]}, ',', '*')
text | array_to_string({int4[]}, '/')
text | ({text[]})[{int4~}]
text | ({text[]})[1]
text | {n}::text
text | {a}::text
text | {x}::text
text | {varchar}::text
text | {bpchar}::text
text | row({x1}, {x2}, {text})::text
text | quote_literal({text})
text | quote_ident({text})
text | quote_nullable({text})
text | format('%s-%I-%L', {int4}, coalesce({text}, 'q'), {text})
text | encode({bytea}, '«hex base64 escape»')
text | {jsonb} ->> 'a'
text | {json} ->> 'a'
text | {jsonb} ->> 0
text | {jsonb} #>> array['b','c']
text | jsonb_typeof({jsonb})
text | json_typeof({json})
text | to_char({timestamp~}, 'YYYY-MM-DD HH24:MI:SS') %
text | to_char({date~}, 'Dy DD Mon YYYY') %
text | to_char({numeric~}, 'FM999999990.00') %
text | to_char({int4~}, '9999') %
varchar | {text}::varchar(«1 3 8»)
varchar | {varchar}::varchar(2)
varchar | {text}::varchar
bpchar | {text}::char(«1 3 5»)
bpchar | {bpchar}::char(2)
date ~ | {date~} «+ -» {int4~}
date ~ | {timestamp~}::date
date | {timestamptz~}::date
date ~ | make_date(2000 + {int4~} % 20, 1 + abs({int4~}) % 12, 1 + abs({int4~}) % 28)
timestamp ~ | {date~} «+ -» {interval~}
timestamp ~ | {timestamp~} «+ -» {interval~}
timestamp ~ | {date~}::timestamp
timestamp ~ | {date~} + {time}
timestamp ~ | date_trunc('«year quarter month week day hour minute second»', {timestamp~})
timestamp ~ | {timestamp~}::timestamp(«0 3»)
timestamp | {timestamptz~} at time zone 'UTC'
timestamp | {timestamptz~}::timestamp
timestamp ~ | date_bin('15 minutes', {timestamp~}, '2000-01-01')
timestamp ~ | make_timestamp(2020, 1 + abs({int4~}) % 12, 3, 4, 5, 6.5)
timestamptz ~ | {timestamptz~} «+ -» {interval~}
timestamptz ~ | {timestamp~}::timestamptz
timestamptz ~ | {date~}::timestamptz
timestamptz ~ | date_trunc('«year month day hour»', {timestamptz~})
timestamptz ~ | {timestamp~} at time zone 'Europe/Paris'
timestamptz ~ | {timestamptz~}::timestamptz(0)
time | {time} «+ -» {interval~}
time | {timestamp~}::time
time | {time}::time(0)
interval ~ | {timestamp~} - {timestamp~}
interval ~ | {timestamptz~} - {timestamptz~}
interval ~ | {time} - {time}
interval ~ | {interval~} «+ -» {interval~}
interval ~ | - {interval~}
interval ~ | {interval~} * 2
interval ~ | {interval~} / 3
interval ~ | {interval~} * 1.5::float8
interval ~ | age({timestamp~}, {timestamp~})
interval ~ | «justify_days justify_hours justify_interval»({interval~})
interval ~ | make_interval(days => {int4~} % 100, hours => 3)
interval ~ | {time}::interval
interval ~ | date_trunc('«month day hour»', {interval~})
bytea | {bytea} || {bytea}
bytea | substring({bytea} from 2)
bytea | sha256({bytea})
bytea | convert_to({text}, 'UTF8')
bytea | decode(md5({text}), 'hex')
uuid | md5({text})::uuid
jsonb | {jsonb} -> 'a'
jsonb | {jsonb} -> 0
jsonb | {jsonb} #> array['b','c']
jsonb | {json}::jsonb
jsonb | to_jsonb({x})
jsonb | jsonb_build_object('k', {x1}, 'l', {x2})
jsonb | jsonb_build_array({x1}, {x2})
jsonb | {jsonb} || {jsonb}
jsonb | jsonb_strip_nulls({jsonb})
jsonb | jsonb_set({jsonb}, array['a'], '5') !
json | {json} -> 'a'
json | {jsonb}::json
json | to_json({x})
json | json_build_array({x1}, {x2})
int4[] | array[{int4}, {int4}]
int4[] | array_append({int4[]}, {int4}) !
int4[] | array_prepend({int4}, {int4[]}) !
int4[] | array_cat({int4[]}, {int4[]}) !
int4[] | {int4[]} || {int4} !
int4[] | array_remove({int4[]}, {int4}) !
int4[] | array_replace({int4[]}, {int4}, {int4})
int4[] | ({int4[]})[1:2]
int4[] | array(select {int4})
text[] | array[{text}, {text}]
text[] | string_to_array({text}, 'b')
text[] | string_to_array({text}, ',', 'a')
text[] | ({text[]})[2:]
text[] | regexp_match({text}, '(a)(.)?')
text[] | regexp_split_to_array({text}, '[ab]')
text[] | array_replace({text[]}, 'a', {text})
text[] | {int4[]}::text[]
int4 | {int4} «+ - *» {int4} !
int2 | {int2} «+ - *» {int2} !
int8 | {int8} «+ - *» {int8} !
int4 | {int4} «/ %» {int4} !
int4 | - {int4} !
int4 | abs({int4}) !
int4 | {int8}::int4 !
int2 | {int4}::int2 !
int4 | {numeric}::int4 !
int8 | {float8}::int8 !
int4 | {text}::int4 !
int8 | {text}::int8 !
numeric | {text}::numeric !
numeric | {numeric}::numeric(8,2) !
numeric | {numeric} / {numeric} !
float8 | {text}::float8 !
float8 | {float8} «+ - * /» {float8} !
float4 | {float4} «+ - * /» {float4} !
float4 | {float8}::float4 !
float8 | sqrt({float8}) !
numeric | ln({numeric}) !
date | {text}::date !
timestamp | {text}::timestamp !
bool | {text}::bool !
date | {date} + {int4} !
timestamp | {date}::timestamp !
timestamp | {timestamp} + {interval} !
interval | {timestamp} - {timestamp} !
text | substring({text} from 1 for {int4~}) !
text | split_part({text}, 'a', {int4~}) !
text | chr({int4~}) !
jsonb | {text}::jsonb !
int4[] | {text}::int4[] !
uuid | {text}::uuid !
numeric | power({numeric~}, {numeric~}) !
int8 | factorial({int4~} % 25)::int8 !
`)

// aggregates are in the same notation; "?" marks one that depends on the order of its input, "f" one of floats.
var aggregates = parseForms(`
int8 | count(*)
int8 | count({x})
int8 | count(distinct {a})
int8 | sum({int4})
int8 | sum({int2})
int8 | sum(distinct {int4})
numeric | sum({int8})
numeric | sum({numeric})
numeric | avg({i})
numeric | avg({numeric})
numeric | avg(distinct {int4})
m | «min max»({m})
bool | «bool_and bool_or every»({bool})
int4 | «bit_and bit_or bit_xor»({int4})
text | string_agg({text#}, ',' order by {text#})
text | string_agg({text#}, ',' order by {text#} desc nulls last)
text | string_agg(distinct {text#}, '/' order by {text#})
int4[] | array_agg({int4#} order by {int4#})
int4[] | array_agg({int4#} order by {int4#} desc)
int4[] | array_agg(distinct {int4})
text[] | array_agg({text#} order by {text#} nulls first)
int4[] | array_agg({int4}) ?
text | string_agg({text}, '') ?
json | json_agg({x}) ?
jsonb | jsonb_agg({x}) ?
numeric | «stddev stddev_pop stddev_samp variance var_pop var_samp»({i})
numeric | «stddev stddev_pop variance var_pop»({numeric~})
float8 | sum({float8~}) ?f
float4 | sum({float4~}) ?f
float8 | avg({f~}) ?f
float8 | «stddev var_pop variance stddev_pop»({f~}) ?f
float8 | «corr covar_pop covar_samp regr_slope regr_intercept regr_r2 regr_avgx regr_sxx»({float8~}, {float8~}) ?f
int8 | regr_count({float8~}, {float8~})
interval | «sum avg»({interval~})
float8 | percentile_cont(«0 0.25 0.5 1») within group (order by {float8~})
s | percentile_disc(«0 0.3 0.5 1») within group (order by {s})
s | mode() within group (order by {s})
`)

func parseForms(list string) []form {
	var out []form
	for _, line := range strings.Split(strings.TrimSpace(list), "\n") {
		result, text, ok := strings.Cut(line, " | ")
		if !ok {
			panic("form " + line)
		}
		f := form{}
		f.result, f.tame = strings.CutSuffix(result, " ~")
		text, f.rare = strings.CutSuffix(text, " %")
		f.text, f.risky = strings.CutSuffix(text, " !")
		if t, ok := strings.CutSuffix(f.text, " ?f"); ok {
			f.text, f.order, f.float = t, true, true
		}
		if t, ok := strings.CutSuffix(f.text, " ?"); ok {
			f.text, f.order = t, true
		}
		if isClass(f.result) && strings.Contains(f.text, "case when") || strings.HasPrefix(f.text, "coalesce({x}") {
			f.tame = true
		}
		out = append(out, f)
	}
	return out
}
