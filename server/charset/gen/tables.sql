-- psql -XAt -f tables.sql prints the lines of tables_gen.go
create or replace function pg_temp.probe(b int, e name) returns text language plpgsql as $$
begin return '\u' || lpad(to_hex(ascii(convert_from(set_byte('\x00', 0, b), e))), 4, '0'); exception when others then return '\ufffd'; end $$;
select E'\t"' || e || '": "' || string_agg(pg_temp.probe(b, e::name), '' order by b) || '",'
from unnest('{LATIN1,LATIN2,LATIN3,LATIN4,LATIN5,LATIN6,LATIN7,LATIN8,LATIN9,LATIN10,ISO_8859_5,ISO_8859_6,ISO_8859_7,ISO_8859_8,WIN866,WIN874,WIN1250,WIN1251,WIN1252,WIN1253,WIN1254,WIN1255,WIN1256,WIN1257,WIN1258,KOI8R,KOI8U}'::text[]) e, generate_series(128, 255) b
group by e order by e;
