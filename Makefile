# Everything that is done to Openmic. `make` alone says what there is.

.DEFAULT_GOAL := help
SHELL := bash
.SHELLFLAGS := -euo pipefail -c
.DELETE_ON_ERROR:
MAKEFLAGS += --no-builtin-rules

LISTEN    ?= 127.0.0.1:8080
DATA      ?= openmic-data
BENCHTIME ?= 1s
FUZZTIME  ?= 10s
RUNS      ?= 30
N         ?= 1000
SECONDS   ?= 30
GOTEST    ?=
BENCH     ?=

# Not ./..., which takes in what npm packages carry of Go. The tests of ./server take
# longest and mostly wait: they begin first, beside all the others.
GO_PACKAGES := ./server ./client ./crdt/... ./migrations/... ./server/...

# The Go tools' versions are in go.mod, the client's in client/package.json.
STATICCHECK := go tool staticcheck -checks $(shell sed '/^\#/d' .staticcheck | paste -sd,)

# npm ci refuses a lock file whose optional packages cannot be had here, npm
# install does not.
NPM_INSTALL := npm install --no-audit --no-fund --omit-lockfile-registry-resolved

client_sources := $(shell find client/src client/public 2>/dev/null) $(wildcard \
	client/index.html client/vite*.config.ts client/tsconfig*.json)

.PHONY: help build run client lint fmt test test-go test-client test-stock test-e2e kill outage cuts bench bench-client bench-once fuzz properties need clean FORCE

help: ## say what there is
	@echo 'make TARGET [NAME=value]'
	@echo
	@awk -F ':.*## ' '/^[a-z0-9-]+:.*## / { printf "  %-12s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)
	@echo
	@echo '  LISTEN=$(LISTEN) DATA=$(DATA)  for run'
	@echo '  N=$(N) SECONDS=$(SECONDS)  for kill, outage and cuts'
	@echo '  BENCHTIME=$(BENCHTIME) FUZZTIME=$(FUZZTIME) RUNS=$(RUNS)  for bench, fuzz and properties'
	@echo '  GOTEST=$(GOTEST)  further flags for go test, for example GOTEST="-run Room -v"'

build: bin/openmic ## build bin/openmic with the client in it

# Go itself knows best what of it is out of date.
bin/openmic: client/dist/index.html FORCE
	go build -o $@ ./server/cmd/openmic

run: build ## build and serve boards; prints the address
	exec bin/openmic serve --listen $(LISTEN) --data $(DATA)

client: client/dist/index.html ## install and build the browser client

client/node_modules/.installed: client/package.json client/package-lock.json
	cd client && $(NPM_INSTALL)
	touch $@

client/dist/index.html: client/node_modules/.installed $(client_sources)
	cd client && npm run build
	touch $@

lint: client ## check formatting, vet, staticcheck, and the client's own
	@unformatted=$$(gofmt -l client/*.go crdt migrations server); \
	if [ -n "$$unformatted" ]; then echo "make fmt would change:" $$unformatted >&2; exit 1; fi
	go vet $(GO_PACKAGES)
	$(STATICCHECK) $(GO_PACKAGES)
	cd client && npm run lint

fmt: ## format the Go code
	gofmt -w client/*.go crdt migrations server

test: need lint test-go bench-once test-client test-stock test-e2e ## run every check there is

test-go: client ## test the Go code, with the race detector
	go test -race -timeout 10m $(GOTEST) $(GO_PACKAGES)

test-client: client/node_modules/.installed ## test the client's parts
	cd client && npm test

test-stock: build ## test the server with stock automerge-repo clients
	OPENMIC_BIN=$(CURDIR)/bin/openmic npm --prefix client run test:stock

# The board's benchmark too, on a small board, so that it does not rot: every figure has to be there.
test-e2e: build ## test in real browsers
	OPENMIC_BIN=$(CURDIR)/bin/openmic node client/bench/bench.mjs --check --only board --elements 40 --connectors 20 --runs 1 --acts 2 --seconds 0.5
	OPENMIC_BIN=$(CURDIR)/bin/openmic npm --prefix client run test:e2e

kill: client ## kill the server N times with each store, and the database, while people edit
	go test -count 1 -v -timeout 0 -run '^(TestKill|TestPostgresCrash|TestFailurePoints|TestAckAfterSync)$$' $(GOTEST) ./server \
		-kills $(N) -moment 2s -crashes $$(( ($(N) + 9) / 10 )) -deaths $$(( ($(N) + 19) / 20 )) -acks $$(( $(N) * 10 ))

outage: client ## take the database away for SECONDS while people edit
	go test -count 1 -v -timeout 0 -run '^TestPostgresOutage$$' $(GOTEST) ./server -outage $(SECONDS)s

cuts: client ## cut N connections, of people and of the database, while people edit
	go test -count 1 -v -timeout 0 -run 'BehindBadConnections$$' $(GOTEST) ./server -cuts $(N)

bench: client ## run the benchmarks
	go test -run '^$$' -bench . -benchmem -benchtime $(BENCHTIME) $(GOTEST) $(GO_PACKAGES)

# What it is compared with has packages of its own, so that the product's do not grow.
client/bench/dist/excalidraw.html: client/node_modules/.installed client/bench/package.json $(wildcard client/bench/pages/*)
	cd client/bench && $(NPM_INSTALL)
	cd client && npx vite build --logLevel warn --config bench/pages/vite.config.mjs
	touch $@

bench-client: build client/bench/dist/excalidraw.html ## measure the board in Chromium beside Excalidraw and bare xyflow
	OPENMIC_BIN=$(CURDIR)/bin/openmic node client/bench/bench.mjs $(BENCH)

# Only the packages that have any: to build the tests of one takes longer than to look.
bench-once: client ## run each benchmark once, so that none rots
	go test -run '^$$' -bench . -benchmem -benchtime 1x $$(grep -rl --include='*_test.go' '^func Benchmark' crdt migrations server | xargs -n 1 dirname | sort -u | sed 's|^|./|')

fuzz: client ## run each fuzz target for FUZZTIME
	.ci/fuzz $(FUZZTIME)

properties: client ## run each property of the client RUNS times as often as the tests do
	cd client && RUNS=$(RUNS) npx vitest run --testTimeout 0 $$(grep -rl --include='*.test.ts' fast-check test/unit)

need: ## install what the tests run on, or say what is missing
	.ci/need

clean: ## remove what was built
	rm -rf bin client/dist client/node_modules client/test-results
