--
-- PostgreSQL database dump
--
-- One table for each format and source that cloudfs_fdw's README names, as pg_dump writes them.

SET statement_timeout = 0;
SET lock_timeout = 0;
SET idle_in_transaction_session_timeout = 0;
SET client_encoding = 'UTF8';
SET standard_conforming_strings = on;
SELECT pg_catalog.set_config('search_path', '', false);
SET check_function_bodies = false;
SET xmloption = content;
SET client_min_messages = warning;
SET row_security = off;

--
-- Name: multicorn; Type: EXTENSION; Schema: -; Owner: -
--

CREATE EXTENSION IF NOT EXISTS multicorn WITH SCHEMA public;

--
-- Name: EXTENSION multicorn; Type: COMMENT; Schema: -; Owner:
--

COMMENT ON EXTENSION multicorn IS 'Multicorn Python3.6+ bindings for Postgres 11++ Foreign Data Wrapper';

--
-- Name: cloudfs; Type: SCHEMA; Schema: -; Owner: postgres
--

CREATE SCHEMA cloudfs;
ALTER SCHEMA cloudfs OWNER TO postgres;

--
-- Name: cloudfs_srv; Type: SERVER; Schema: -; Owner: postgres
--

CREATE SERVER cloudfs_srv FOREIGN DATA WRAPPER multicorn OPTIONS (
    wrapper 'cloudfs_fdw.cloudfs_fdw.cloudfs_fdw'
);
ALTER SERVER cloudfs_srv OWNER TO postgres;

--
-- Name: USER MAPPING postgres SERVER cloudfs_srv; Type: USER MAPPING; Schema: -; Owner: postgres
--

CREATE USER MAPPING FOR postgres SERVER cloudfs_srv;

SET default_tablespace = '';

--
-- Name: csv; Type: FOREIGN TABLE; Schema: cloudfs; Owner: postgres
--

CREATE FOREIGN TABLE cloudfs.csv (@COLUMNS@)
SERVER cloudfs_srv
OPTIONS (
    filepath '@DIR@/csv.csv',
    format 'csv',
    header 'true',
    source 'file'
);
ALTER FOREIGN TABLE cloudfs.csv OWNER TO postgres;

CREATE FOREIGN TABLE cloudfs.csv_semicolon (@COLUMNS@)
SERVER cloudfs_srv
OPTIONS (
    delimiter ';',
    filepath '@DIR@/semicolon.csv',
    format 'CSV',
    header 'True',
    quote_char '"',
    source 'FILE'
);

CREATE FOREIGN TABLE cloudfs.csv_gz (@COLUMNS@)
SERVER cloudfs_srv
OPTIONS (
    filepath '@DIR@/csv.csv.gz',
    header 'true',
    source 'file'
);

CREATE FOREIGN TABLE cloudfs.csv_zip (@COLUMNS@)
SERVER cloudfs_srv
OPTIONS (
    filepath '@DIR@/csv.csv.zip',
    header 'true',
    source 'file'
);

-- Fewer columns than the file has: the rest was left out.
CREATE FOREIGN TABLE cloudfs.csv_narrow (
    id bigint,
    small integer
)
SERVER cloudfs_srv
OPTIONS (
    filepath '@DIR@/csv.csv',
    format 'csv',
    header 'true',
    source 'file'
);

-- Without the option header the first line is a row.
CREATE FOREIGN TABLE cloudfs.csv_headless (
    id text,
    small text
)
SERVER cloudfs_srv
OPTIONS (
    filepath '@DIR@/csv.csv',
    format 'csv',
    source 'file'
);

CREATE FOREIGN TABLE cloudfs.csv_http (@COLUMNS@)
SERVER cloudfs_srv
OPTIONS (
    format 'csv',
    header 'true',
    source 'http/https',
    url '@URL@/csv.csv'
);

--
-- Name: json; Type: FOREIGN TABLE; Schema: cloudfs; Owner: postgres
--

CREATE FOREIGN TABLE cloudfs.json (@COLUMNS@)
SERVER cloudfs_srv
OPTIONS (
    filepath '@DIR@/json.json',
    format 'json',
    source 'file'
);

CREATE FOREIGN TABLE cloudfs.json_deep (@COLUMNS@)
SERVER cloudfs_srv
OPTIONS (
    filepath '@DIR@/deep.json',
    format 'json',
    json_path 'data.rows',
    source 'file'
);

-- The columns were the members in their order, whatever they are called.
CREATE FOREIGN TABLE cloudfs.json_placed (
    number bigint,
    "Name of it" text,
    amount numeric
)
SERVER cloudfs_srv
OPTIONS (
    filepath '@DIR@/placed.json',
    format 'json',
    json_path 'result.items',
    source 'file'
);

--
-- Name: excel; Type: FOREIGN TABLE; Schema: cloudfs; Owner: postgres
--

CREATE FOREIGN TABLE cloudfs.excel (@COLUMNS@)
SERVER cloudfs_srv
OPTIONS (
    filepath '@DIR@/xlsx.xlsx',
    format 'excel',
    header 'true',
    sheet 'Sheet1',
    source 'file'
);

CREATE FOREIGN TABLE cloudfs.excel_old (@COLUMNS@)
SERVER cloudfs_srv
OPTIONS (
    filepath '@DIR@/xls.xls',
    format 'excel',
    header 'true',
    source 'file'
);

CREATE FOREIGN TABLE cloudfs.xlsx (@COLUMNS@)
SERVER cloudfs_srv
OPTIONS (
    format 'xlsx',
    header 'true',
    sheet 'Sheet1',
    source 'http/https',
    url '@URL@/xlsx.xlsx'
);

-- Both kinds of workbooks were opened by the same program.
CREATE FOREIGN TABLE cloudfs.xls_that_is_xlsx (@COLUMNS@)
SERVER cloudfs_srv
OPTIONS (
    filepath '@DIR@/xlsx.xlsx',
    format 'xls',
    header 'true',
    source 'file'
);

CREATE FOREIGN TABLE cloudfs.xls (@COLUMNS@)
SERVER cloudfs_srv
OPTIONS (
    filepath '@DIR@/xls.xls',
    format 'xls',
    header 'true',
    sheet 'Sheet1',
    source 'file'
);

--
-- Name: odf; Type: FOREIGN TABLE; Schema: cloudfs; Owner: postgres
--

CREATE FOREIGN TABLE cloudfs.odf (@COLUMNS@)
SERVER cloudfs_srv
OPTIONS (
    filepath '@DIR@/ods.ods',
    format 'odf',
    header 'true',
    sheet 'Sheet1',
    source 'file'
);

--
-- Name: s3; Type: FOREIGN TABLE; Schema: cloudfs; Owner: postgres
--

CREATE FOREIGN TABLE cloudfs.s3 (@COLUMNS@)
SERVER cloudfs_srv
OPTIONS (
    aws_access_key '@KEY@',
    aws_secret_key '@SECRET@',
    bucket 'bucket',
    filepath 'folder/csv.csv.gz',
    format 'csv',
    header 'true',
    host '@HOST@',
    port '@PORT@',
    region '@REGION@',
    source 's3'
);

--
-- PostgreSQL database dump complete
--
