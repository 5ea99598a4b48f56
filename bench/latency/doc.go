// Command latency measures what a small answer costs: select 1 over a warm connection by pgbench's three protocols, and
// nested loops of postgres_fdw that ask a table of 1,000 rows 20,000 times, Howdah beside a real PostgreSQL in the same
// run, by the clock and by CPU; and psql's \d where there are 10,000 tables. A missed goal makes it exit with 1.
package main
