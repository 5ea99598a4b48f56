#!/bin/bash
# Wires postgres_fdw to the howdah service: run once by the PostgreSQL image.
set -e
password=$(cat /run/secrets/howdah_password)
psql -v ON_ERROR_STOP=1 -v password="$password" -U postgres <<'SQL'
CREATE EXTENSION postgres_fdw;
CREATE SERVER howdah FOREIGN DATA WRAPPER postgres_fdw
  OPTIONS (host 'howdah', port '5433', dbname 'howdah', updatable 'false', truncatable 'false');
CREATE USER MAPPING FOR CURRENT_USER SERVER howdah OPTIONS (user 'reader', password :'password');
CREATE SCHEMA files;
IMPORT FOREIGN SCHEMA public FROM SERVER howdah INTO files;
CREATE SCHEMA bucket;
IMPORT FOREIGN SCHEMA bucket FROM SERVER howdah INTO bucket;
SQL
