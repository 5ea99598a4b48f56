-- The queries that every format answers as a heap does. {t} is the table, {u} the same table in another format, {r} the table
-- with its hidden column _row. A query with ORDER BY at its end orders totally, so its rows are compared in their order.
-- One query a line; a line "-- heap: …" after a query is what the heap is asked instead.

-- projections
select * from {t} order by id
select id from {t}
select name, id from {t} order by id desc
select nothing, paid, day from {t} where id <= 50 order by id
select small, big, price, ratio from {t} order by id
select day, at, clock from {t} order by id
select t.* from {t} t where t.id = 1000
select id, id, small, id + small as s from {t} where id between 10 and 20 order by 1
select 1 as one, 'x' as x from {t} where id < 5
select t from (select id, code, paid from {t} where id in (3, 4)) t order by id

-- counting
select count(*) from {t}
select count(*), count(small), count(big), count(price), count(ratio), count(name), count(code), count(paid), count(day), count(at), count(clock), count(nothing) from {t}
select count(*) from {t} where name is null
select count(distinct name), count(distinct code), count(distinct paid), count(distinct day) from {t}

-- every kind of qual
select id, small from {t} where small = 909 order by id
select id from {t} where small <> 7 and id < 40 order by id
select count(*) from {t} where small < 0
select count(*) from {t} where small >= 500 or small is null
select id, big from {t} where big > 900000000000000 order by big limit 20
select id, price from {t} where price = 14653.37 or price between 100 and 120.5 order by id
select count(*) from {t} where price > 1000::numeric and price <= 9999.99
select count(*) from {t} where price < 0
select id, ratio from {t} where ratio > 1e6 order by ratio, id
select count(*) from {t} where ratio < 1000::double precision
select id from {t} where name = 'two' || chr(10) || 'lines' order by id
select id, name from {t} where name > 'plain' and name < 'two' order by name, id
select count(*) from {t} where code in ('A', 'E-1', 'Z')
select count(*) from {t} where code not in ('A', 'E-1')
select count(*) from {t} where code = any (array['B', 'C', null])
select count(*) from {t} where paid
select count(*) from {t} where not paid
select count(*) from {t} where paid is not true
select count(*) from {t} where paid is null and code is null
select id, day from {t} where day = date '2007-10-21' order by id
select id, day from {t} where day >= '2026-06-01' order by day, id
select count(*) from {t} where day between date '2003-01-01' and date '2003-12-31'
select id, at from {t} where at < '2000-06-01 12:00:00' order by at, id
select count(*) from {t} where at > timestamp '2010-01-01 00:00:00' and at <= timestamp '2015-01-01'
select id, clock from {t} where clock < '00:20' order by clock, id
select count(*) from {t} where clock between time '12:00:00' and time '13:30:00'
select count(*) from {t} where nothing is null
select count(*) from {t} where nothing is not null or nothing = ''
select id from {t} where small is distinct from 5 and id < 12 order by id
select id from {t} where (id, small) = (1, 909) order by id
select id from {t} where id in (5, 50, 500, 5000) order by id
select count(*) from {t} where id % 7 = 3 and small + 1 > 0
select count(*) from {t} where false
select count(*) from {t} where null::boolean
select count(*) from {t} where (small < 0 and paid) or (code = 'A' and not (price > 5000))

-- patterns
select id, name from {t} where name like 'with%' order by id limit 30
select count(*) from {t} where name like '%100\%%'
select count(*) from {t} where name like '%\_%'
select count(*) from {t} where name not like '%e%'
select count(*) from {t} where name ilike 'x%'
select distinct name from {t} where name like '%語%' order by name
select count(*) from {t} where name like 'a_'
select count(*) from {t} where name ~ '^[0-9]+$'
select count(*) from {t} where name similar to '(x|X)%'
select distinct name from {t} where name like E'%\n%' or name like E'%\t%' order by name limit 10
select count(*) from {t} where name like '  %' or name like '%  '

-- expressions
select id, upper(name), length(name), octet_length(name), left(name, 3) from {t} where id <= 60 order by id
select id, coalesce(name, '?') || '/' || coalesce(code, '-') from {t} order by id limit 100
select id, price * 2, round(price), price / 3, abs(price), -price from {t} where price is not null order by id limit 80
select id, ratio * 2, sqrt(ratio), round(ratio::numeric, 2) from {t} where ratio is not null order by id limit 40
select id, day + 1, day - date '2000-01-01', extract(year from day), date_trunc('month', at) from {t} order by id limit 60
select id, at + interval '1 day', at - timestamp '2000-01-01', extract(epoch from at) from {t} order by id limit 60
select id, clock + interval '90 minutes', extract(hour from clock) from {t} order by id limit 60
select id, case when paid then 'yes' when not paid then 'no' else '?' end from {t} order by id limit 40
select id, nullif(code, 'A'), greatest(small, 0), least(price, 10) from {t} order by id limit 40
select id, replace(name, ' ', '_'), reverse(name), md5(name) from {t} where id > 1960 order by id

-- casts
select id, small::text, big::text, price::text, paid::text, day::text, at::text, clock::text from {t} order by id limit 100
select id, price::integer, price::double precision, small::numeric(10,3), ratio::bigint from {t} order by id limit 100
select id, at::date, at::time, day::timestamp from {t} order by id limit 100
select id, name::varchar(4), code::char(3), ratio::real from {t} order by id limit 100

-- aggregates
select sum(id), sum(small), sum(big), sum(price), avg(small), avg(price) from {t}
select min(id), max(id), min(small), max(big), min(price), max(price), min(ratio), max(ratio) from {t}
select min(name), max(name), min(code), max(code), min(day), max(day), min(at), max(at), min(clock), max(clock) from {t}
select bool_and(paid), bool_or(paid), every(id > 0) from {t}
select sum(ratio), avg(ratio) from (select ratio from {t} order by id) x
select stddev(small), variance(price), var_pop(small) from {t}
select string_agg(code, '' order by id), array_agg(small order by id) from {t} where id <= 30
select sum(price) filter (where paid), count(*) filter (where small > 0) from {t}
select avg(at - timestamp '2000-01-01'), sum(clock - time '00:00') from {t} where id < 100
select count(*), sum(small) from {t} where id > 99999

-- groups
select code, count(*) from {t} group by code order by code
select code, paid, count(*), sum(price), min(day), max(at) from {t} group by code, paid order by code, paid
select extract(year from day) as y, count(*), avg(price) from {t} group by y order by y
select code, count(*) from {t} group by code having count(*) > 280 order by 2 desc, 1
select id % 10 as d, sum(big) from {t} where small > 0 group by 1 order by 1
select name, count(*) as n from {t} group by name order by n desc, name limit 15
select code, count(distinct small), sum(distinct id % 5) from {t} group by code order by code nulls first
select grouping(code), code, count(*) from {t} group by rollup (code) order by 1, 2

-- distinct, order, limit
select distinct code from {t} order by code
select distinct paid, code from {t} order by paid nulls first, code desc
select distinct on (code) code, id, name from {t} order by code, id desc
select id, small from {t} order by small desc nulls last, id limit 25
select id, price from {t} order by price, id limit 10 offset 100
select id, name from {t} order by name desc, id limit 30
select id, day, clock from {t} order by day nulls first, clock desc, id offset 1950
select id from {t} order by at desc nulls last, id limit 7
select id, ratio from {t} where code = 'B' and paid order by ratio desc nulls last, id limit 12
select id from {t} order by id limit 3
select id from {t} limit 0

-- joins between formats
select a.id, a.name, b.small from {t} a join {u} b on b.id = a.id where a.small = b.small and a.id < 100 order by a.id
select count(*), sum(a.price), sum(b.price) from {t} a join {u} b using (id)
select a.id, b.id from {t} a left join {u} b on b.id = a.id + 1990 where a.id < 20 order by a.id
select count(*) from {t} a full join {u} b on a.id = b.id + 1000
select a.code, count(*) from {t} a join {u} b on a.big = b.big and a.day = b.day and a.at = b.at group by a.code order by a.code
select count(*) from {t} a join {u} b on a.name = b.name and a.clock is not distinct from b.clock
select count(*) from {t} a, {u} b where a.id = b.small and b.paid

-- subqueries, CTEs, sets
select id, small from {t} where small = (select max(small) from {u}) order by id
select count(*) from {t} a where exists (select 1 from {u} b where b.small = a.id and b.code = 'C')
select count(*) from {t} a where id not in (select small from {u} where small is not null)
select id, (select count(*) from {u} b where b.id < a.id and b.code = a.code) from {t} a where id <= 7 order by id
with p as (select code, avg(price) as m from {t} group by code) select t.id, t.price from {t} t join p on p.code = t.code where t.price > p.m * 2.2 order by t.id limit 20
with recursive n(i) as (select 1 union all select i * 3 from n where i < 500) select n.i, t.name from n join {t} t on t.id = n.i order by n.i
select count(*) from (select id, name, day from {t} except select id, name, day from {u}) x
select count(*) from (select id, price, at, clock, paid from {t} intersect select id, price, at, clock, paid from {u}) x
select code from {t} where id < 5 union all select code from {u} where id between 3 and 8
select x.code, x.n from (select code, count(*) as n from {t} group by code) x where x.n < 290 order by x.code
select t.id, v.label from {t} t join (values (1, 'one'), (3, 'three')) v(k, label) on v.k = t.id order by t.id
select a.id, l.id from {t} a cross join lateral (select b.id from {u} b where b.small = a.small order by b.id limit 1) l where a.id < 9 order by a.id

-- hidden columns
select id, _row from {r} where _row between 5 and 9 order by id
select max(_row), min(_row), count(distinct _row) from {r}
select id, ctid from {t} where id in (1, 77, 2000) order by id
-- heap: select id, ('(' || (_row >> 16) || ',' || (_row & 65535) || ')')::tid as ctid from {r} where id in (1, 77, 2000) order by id
