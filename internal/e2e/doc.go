// Package e2e tests the whole: the built binary, asked by psql, by drivers, and by a real PostgreSQL through postgres_fdw.
package e2e
