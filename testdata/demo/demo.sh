#!/usr/bin/env bash
# Shows what Howdah does: serves testdata/demo/data, asks it by psql, then through a throw-away PostgreSQL's postgres_fdw.
set -euo pipefail
cd "$(dirname "$0")/../.."
bin=bin/howdah
port=${HOWDAH_PORT:-0}

work=$(mktemp -d "${TMPDIR:-/tmp}/howdah-demo.XXXXXX")
chmod 755 "$work"
server= pgdata="$work/pg"
pgbin=$(ls -d /usr/lib/postgresql/*/bin 2>/dev/null | sort -V | tail -n 1 || true)
[ -n "$pgbin" ] || pgbin=$(dirname "$(command -v initdb)")

# PostgreSQL refuses to run as root.
as_pg() { if [ "$(id -u)" = 0 ]; then runuser -u postgres -- "$@"; else "$@"; fi; }

cleanup() {
	status=$?
	[ -z "$server" ] || { kill "$server" 2>/dev/null && wait "$server" 2>/dev/null; } || true
	[ ! -f "$pgdata/postmaster.pid" ] || as_pg "$pgbin/pg_ctl" -D "$pgdata" -m immediate -s stop || true
	rm -rf "$work"
	exit $status
}
trap cleanup EXIT
trap 'exit 130' INT TERM

say() { printf '\n\033[1m%s\033[0m\n' "$*"; }
free_port() { python3 - <<'PY' 2>/dev/null || echo $((20000 + RANDOM % 20000))
import socket
s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])
PY
}

[ "$port" != 0 ] || port=$(free_port)
say "howdah serve testdata/demo/data"
"$bin" serve --listen "127.0.0.1:$port" --log-level warn testdata/demo/data 2>"$work/howdah.log" &
server=$!
for _ in $(seq 100); do
	"$bin" health --address "127.0.0.1:$port" 2>/dev/null && break
	kill -0 "$server" 2>/dev/null || { cat "$work/howdah.log"; exit 1; }
	sleep 0.1
done
cat "$work/howdah.log"

psql=(psql -X -q -v ON_ERROR_STOP=1 --pset pager=off)
ask() { say "howdah=> $1"; "${psql[@]}" -h 127.0.0.1 -p "$port" -U demo -d howdah -c "$1"; }

ask '\d'
ask '\d orders'
ask "select c.country, count(*) as orders, sum(o.qty * o.price) as revenue
from orders o join customers c on c.id = o.customer_id
where o.paid group by c.country order by revenue desc limit 5"
ask "select month, kind, count(*) from events where month = 2 group by month, kind order by kind"
ask "select t.country, t.target, sum(o.qty * o.price) as revenue
from targets_by_country t join customers c using (country) join orders o on o.customer_id = c.id
where t.quarter_start = '2024-01-01' and o.ordered_at < '2024-04-01'
group by t.country, t.target order by revenue desc"
ask "select p.name, r.reason, sum((i ->> 'qty')::int) as pieces
from returns r cross join lateral jsonb_array_elements(r.items) i join old_prices p on p.sku = i ->> 'sku'
group by p.name, r.reason order by pieces desc, p.name limit 4"
ask "select name, shift_end - shift_start as shift, _sheet from staff where since < '2023-01-01' order by name"
ask "select id, note, _path, _row from orders where note like '%\"twice\"%' order by price desc limit 2"
ask "explain select id, price from orders where qty > 90 and note like '%urgent%' order by price desc limit 3"

say "a PostgreSQL of its own, with postgres_fdw"
mkdir "$pgdata"
[ "$(id -u)" != 0 ] || chown postgres "$pgdata"
as_pg "$pgbin/initdb" -D "$pgdata" -A trust -U postgres -E UTF8 --locale=C.UTF-8 --no-sync >/dev/null
pgport=$(free_port)
as_pg "$pgbin/pg_ctl" -D "$pgdata" -s -w -l "$pgdata/log" \
	-o "-c listen_addresses=127.0.0.1 -c port=$pgport -c unix_socket_directories= -c fsync=off" start
pg() { say "postgres=> $1"; "${psql[@]}" -h 127.0.0.1 -p "$pgport" -U postgres -c "$1"; }
"$bin" fdw --port "$port" > "$work/fdw.sql"
cat "$work/fdw.sql"
"${psql[@]}" -h 127.0.0.1 -p "$pgport" -U postgres -f "$work/fdw.sql"
pg "select customer_id, count(*), avg(price) from files.orders where qty > 50 group by 1 order by 2 desc, 1 limit 3"
pg "explain (verbose, costs off)
select customer_id, count(*), avg(price) from files.orders where qty > 50 group by 1 order by 2 desc, 1 limit 3"

say "For your own files"
cat <<TEXT
  bin/howdah serve ./your-folder                 # or s3://bucket/prefix, or https://host/file.csv
  psql -h 127.0.0.1 -p 5433 -d howdah -c '\\d'
  bin/howdah fdw | psql your-postgres            # the same tables in a PostgreSQL
TEXT
