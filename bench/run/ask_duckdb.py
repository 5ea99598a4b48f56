# Answers the queries by DuckDB: python -c ... FILE FORMAT, with a query's name a line.
import datetime, json, sys, time
import duckdb

path, kind = sys.argv[1:]
columns = "{'id':'BIGINT','ts':'TIMESTAMP','customer':'VARCHAR','country':'VARCHAR','qty':'INTEGER','price':'DECIMAL(10,2)'," \
    "'discount':'DOUBLE','paid':'BOOLEAN','note':'VARCHAR','sku':'VARCHAR'}"
reader = {
    "csv": "read_csv('%s', header=true, delim=',', quote='\"', escape='\"', new_line='\\n', auto_detect=false, columns=%s)",
    "csv.gz": "read_csv('%s', header=true, delim=',', quote='\"', escape='\"', new_line='\\n', auto_detect=false, compression='gzip', columns=%s)",
    "ndjson": "read_json('%s', format='newline_delimited', columns=%s)",
    "json": "read_json('%s', format='array', columns=%s)",
}[kind] % (path, columns)
queries = {
    "Q1": "select count(*) from orders",
    "Q2": "select id, price from orders where country = 'DE' and qty > 90",
    "Q3": "select country, count(*), sum(price), avg(price), sum(qty) from orders group by country order by country",
    "Q4": "select * from orders order by price desc, id limit 10",
    "Q5": "copy (select * from orders) to '/dev/null' (format csv)",
    "Q6": "select * from orders limit 10",
    "Q7": "select * from orders where ts >= '2025-03-01' and ts < '2025-04-01' and note like '%urgent%'",
}
con = duckdb.connect(config={"threads": 1})
con.execute("set enable_progress_bar = false")
con.execute("create view orders as select * from " + reader)


def text(v):  # as PostgreSQL shows it
    if v is None:
        return None
    if isinstance(v, bool):
        return "t" if v else "f"
    if isinstance(v, float):
        return repr(v).removesuffix(".0")
    if isinstance(v, datetime.datetime):
        return v.strftime("%Y-%m-%d %H:%M:%S")
    return str(v)


print("DuckDB " + duckdb.__version__, flush=True)
for line in sys.stdin:
    name = line.strip()
    wall, cpu = time.perf_counter(), time.process_time()
    rows = con.execute(queries[name]).fetchall()
    cpu, wall = time.process_time() - cpu, time.perf_counter() - wall
    told = {"cpu": cpu, "wall": wall, "count": len(rows)}
    if name == "Q5":
        told["count"] = rows[0][0]
    else:
        told["rows"] = [[text(v) for v in row] for row in rows]
    print(json.dumps(told), flush=True)
