# Everything is fetched or built on first use; `make help` lists what there is.
SHELL := /bin/sh
.DEFAULT_GOAL := help

GO       ?= go
BIN      := bin/driftwatch
PACKAGES ?= ./...
ARGS     ?= serve --demo
# How long each parser is fuzzed by make fuzz.
FUZZTIME ?= 1m
SOURCES  := $(shell find cmd web handlers views drift store static -type f 2>/dev/null)

.PHONY: help run build generate test lint cover mutation bench torture fuzz screenshots clean setup

help: ## Show this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-12s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

run: build ## Build, start a private PostgreSQL, load the demo, serve (ARGS="serve" for your own data)
	@[ -n "$$DATABASE_URL" ] || .ci/postgres >/dev/null
	@exec $(BIN) $(ARGS)

build: $(BIN) ## Build bin/driftwatch

$(BIN): $(SOURCES) go.mod go.sum
	@echo "building $(BIN) ..."
	@CGO_ENABLED=0 $(GO) build -trimpath -o $(BIN) ./cmd/driftwatch

generate: ## Generate the templates' Go
	$(GO) tool templ generate

setup: ## Fetch what the tests need: PostgreSQL, a browser, the accessibility checker, Python, curl
	@.ci/postgres >/dev/null
	@.ci/chromium
	@.ci/axe >/dev/null
	@.ci/python
	@.ci/curl

test: setup lint ## Lint, then every test, with the race detector where it can be had
	@.ci/node
	@pg=$$(.ci/postgres) && race=$$(.ci/race) && \
	DRIFTWATCH_PG_BIN=$$pg $(GO) test $$race -timeout 14m $(PACKAGES) && \
	echo "PASS: all tests in $(PACKAGES) passed"

lint: ## Formatting, static checks, types of the scripts, the import table, generated files up to date
	@.ci/generated
	@.ci/tsc
	@lint=$$(.ci/linter) && "$$lint" run $(PACKAGES)

cover: ## Count the statements below drift that its own tests reach, and fail under 95 %
	@.ci/cover 95

mutation: ## Flip each comparison of the state machines and rules once: each time a test has to fail
	@.ci/tagged mutation 60m

bench: ## Measure each promise of speed beside what it is compared with (BENCH_ONLY='check|KS' for some, BENCH_JSON=file for programs)
	@.ci/chromium
	@pg=$$(.ci/postgres) && DRIFTWATCH_PG_BIN=$$pg $(GO) run ./cmd/bench -run "$$BENCH_ONLY"

torture: ## The long forms: kill rounds, races, flipped comparisons, an hour of fuzzing
	@.ci/chromium
	@.ci/tagged torture 120m
	@.ci/tagged mutation 60m
	@.ci/fuzz $$((3600 / $$(.ci/fuzz --count)))s

fuzz: ## Fuzz every parser (FUZZTIME=1m each)
	@.ci/fuzz $(FUZZTIME)

screenshots: ## Every page at 360, 1280 and 2560 px, light and dark, into docs/screenshots, and docs/board.png
	@.ci/chromium
	@rm -rf docs/screenshots
	@DRIFTWATCH_SCREENSHOTS=$(CURDIR)/docs/screenshots .ci/tagged screenshots 20m

clean: ## Remove what was built and fetched; data stays
	rm -rf bin .tools
