--
-- PostgreSQL database dump
--
SET statement_timeout = 0;
SET client_encoding = 'UTF8';
SET standard_conforming_strings = on;
SELECT pg_catalog.set_config('search_path', '', false);
SET check_function_bodies = false;

CREATE EXTENSION IF NOT EXISTS multicorn WITH SCHEMA public;
COMMENT ON EXTENSION multicorn IS 'Multicorn Python bindings for Postgres FDW Interface';

CREATE SERVER cloudfs_srv FOREIGN DATA WRAPPER multicorn OPTIONS (
    wrapper 'cloudfs_fdw.cloudfs_fdw.ForeignDataWrapper'
);
ALTER SERVER cloudfs_srv OWNER TO postgres;

CREATE USER MAPPING FOR postgres SERVER cloudfs_srv;

SET default_tablespace = '';

CREATE FOREIGN TABLE public.emp (
    id integer,
    name character varying(20)
)
SERVER cloudfs_srv
OPTIONS (
    delimiter ';',
    filepath '@DIR@/emp.csv',
    format 'csv',
    header 'true',
    quote_char '"',
    source 'file'
);
ALTER FOREIGN TABLE public.emp OWNER TO postgres;

CREATE FOREIGN TABLE public.sales (
    day date,
    amount numeric(12,2)
)
SERVER cloudfs_srv
OPTIONS (
    aws_access_key 'AKIAEXAMPLE',
    aws_secret_key 'examplesecret',
    bucket 'reports',
    filepath '2024/sales.csv',
    format 'csv',
    header 'true',
    host 'localhost',
    port '7070',
    region 'eu-central-1',
    source 's3'
);
ALTER FOREIGN TABLE public.sales OWNER TO postgres;

CREATE FOREIGN TABLE public.rates (
    currency character varying(3),
    rate numeric
)
SERVER cloudfs_srv
OPTIONS (
    format 'csv',
    source 'http/https',
    url 'https://localhost/rates.csv'
);
ALTER FOREIGN TABLE public.rates OWNER TO postgres;
