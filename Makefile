# Howdah's verbs. `make` alone lists them.
GO ?= go
SHELL := /bin/bash
VERSION ?= $(shell git describe --tags --always --dirty 2>/dev/null || echo dev)
export CGO_ENABLED ?= $(shell command -v $${CC:-gcc} >/dev/null 2>&1 && echo 1 || echo 0)

.DEFAULT_GOAL := help
.PHONY: help build demo test check race differential fdw-matrix fuzz fuzz-protocol bench latency tpch tanimoto peers docs image setup

help: ## list the verbs
	@awk -F':.*## ' '/^[a-z-]+:.*## /{printf "  make %-14s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

build: ## build bin/howdah (with no C compiler, the parser's pure-Go build is used)
	$(GO) build -trimpath -ldflags "-s -w -X main.version=$(VERSION)" -o bin/howdah ./cmd/howdah

demo: setup build ## serve testdata/demo, ask it by psql and through a throw-away PostgreSQL's postgres_fdw, clean up
	testdata/demo/demo.sh

setup: ## install what the tests need beside Go: PostgreSQL 15 with contrib (Debian packages)
	.ci/setup

test: setup build ## run all tests: starts a real PostgreSQL and a real S3 server
	$(GO) test -timeout 30m ./...

check: ## gofmt, vet, generated files up to date, imports, tests
	@test -z "$$(gofmt -l $$(git ls-files '*.go'))" || { echo "not gofmt-ed:"; gofmt -l $$(git ls-files '*.go'); exit 1; }
	$(GO) vet ./...
	CGO_ENABLED=0 $(GO) build -o /dev/null ./cmd/howdah
	$(MAKE) test

race: setup ## the tests under the race detector
	CGO_ENABLED=1 $(GO) test -race ./...

differential: setup ## compare with a real PostgreSQL: random expressions and queries (SEED=n, EXPRESSIONS=n, COUNT=n queries)
	HOWDAH_EXPRESSIONS=$${EXPRESSIONS:-200000} HOWDAH_SEED=$${SEED:-0} $(GO) test -timeout 3h -count 1 -v -run 'TestExpressions|TestKnownDifferences' ./internal/e2e
	HOWDAH_DIFFERENTIAL=$${COUNT:-50000} HOWDAH_SEED=$${SEED:-0} $(GO) test -timeout 3h -count 1 -v -run TestDifferential ./internal/e2e

fdw-matrix: setup build ## postgres_fdw of PostgreSQL 13 to 18 against bin/howdah
	HOWDAH_FDW_MATRIX=1 HOWDAH_BINARY=$(CURDIR)/bin/howdah $(GO) test -count 1 -timeout 1h -v -run Matrix ./internal/e2e

FUZZTIME ?= 10m
MUTANTS ?= 100000
fuzz: ## MUTANTS (100000) files damaged by their structure, then every fuzz target for FUZZTIME (10m); SEED=n repeats a run
	.ci/fuzz $(FUZZTIME) $(MUTANTS)

fuzz-protocol: ## SESSIONS (1000000) damaged sessions of the protocol against a server that must serve honest clients all along; SEED=n FIRST=n repeat
	HOWDAH_SESSIONS=$${HOWDAH_SESSIONS:-$${SESSIONS:-1000000}} HOWDAH_SEED=$${SEED:-0} HOWDAH_FIRST=$${FIRST:-0} $(GO) test -timeout 0 -count 1 -v -run '^TestSessions$$' ./server/wiretest/abuse

bench: setup build ## TARGETS' table: all formats, CPU against their peers in the same run (FORMATS=csv,xlsx ROWS=csv=500000,xlsx=20000)
	$(GO) run ./bench/run

latency: setup build ## select 1 by pgbench, nested loops of postgres_fdw, psql's \d of 10,000 tables, beside PostgreSQL (TRANSACTIONS=20000 RUNS=9)
	$(GO) run ./bench/latency -transactions $${TRANSACTIONS:-20000} -runs $${RUNS:-9}

tpch: setup build ## TPC-H's 22 queries over CSV files against heap tables of PostgreSQL: answers and CPU (SCALE=0.1)
	$(GO) run ./bench/tpch/run -scale $${SCALE:-0.1}

tanimoto: setup build ## similarity screening of 881-bit fingerprints in a CSV file against a heap table of PostgreSQL (ROWS=249081)
	$(GO) run ./bench/fingerprints/run -rows $${ROWS:-249081}

peers: ## install whom bench compares with: ogr_fdw, xlrd, DuckDB
	.ci/peers

docs: build ## regenerate the tables of doc/ from the declarations in code
	$(GO) run ./internal/cmd/docs

image: ## the container image
	docker build -t howdah .
