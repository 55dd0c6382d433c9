# The two that matter: `make demo` and `make test`. Both do all the set-up, in .venv, and again only when it changed.
# ARGS is passed on: make test ARGS="-k fence", make demo ARGS="--recipients 10000", make bench ARGS="--json".

PYTHONS := $(or $(PYTHON),python3 python3.14 python3.13 python3.12 python3.11)
WORKERS ?= 3
SOAK ?= 1h
CATALOGUES := $(wildcard src/eboxcast/locale/*/LC_MESSAGES/*.po)
# The style sheets and scripts of the pages that come from elsewhere, fetched by npm: that of the system, else one from PyPI.
VENDOR := src/eboxcast/web/static/vendor
BUILT := src/eboxcast/web/built
PACKAGE := pyproject.toml setup.py $(CATALOGUES)
BIN := .venv/bin
RELEASE := .venv/release/bin
INSTALL := $(BIN)/python -m pip install --quiet --require-hashes --no-build-isolation
EPOCH = $(shell git log -1 --format=%ct)
COMPILE := $(BIN)/pip-compile --quiet --strip-extras --generate-hashes --allow-unsafe --build-deps-for=editable \
  --no-emit-index-url --no-emit-trusted-host --no-emit-find-links --extra=embedded --extra=simulator
# Compares models with migrations; it must not look for a database, whatever runs here or is set in this shell.
MIGRATIONS := env -i EBOXCAST_STATE_DIR=/nonexistent $(BIN)/python -W ignore::RuntimeWarning:django.core.management.commands.makemigrations \
  -m django makemigrations --settings=eboxcast.config.settings --check --dry-run
export PIP_DISABLE_PIP_VERSION_CHECK := 1
# A thousand processes are started in the tests: none should compile what another did.
unexport PYTHONDONTWRITEBYTECODE

.DEFAULT_GOAL := help

.PHONY: help audit citus compiled design docs install demo test lint bench faults soak messages reference release requirements screenshots
.DELETE_ON_ERROR:

help: ## Say what can be made
	@sed -n 's/^\([a-z]*\):.* ## \(.*\)/make \1|\2/p' Makefile | awk -F'|' '{ printf "%-18s %s\n", $$1, $$2 }'

install: .venv/.run $(BUILT)/.made ## Install eboxcast and what it needs in .venv

demo: .venv/.run $(BUILT)/.made ## Play a whole broadcast to 300,000 eBoxes on this machine
	@$(BIN)/eboxcast demo $(ARGS)

test: .venv/.dev .venv/.docs $(BUILT)/.made ## Check everything: lint, docs, then the tests on a real PostgreSQL
	@$(MAKE) --no-print-directory --jobs=2 --output-sync lint docs compiled
	$(BIN)/pytest -n $(WORKERS) --dist worksteal $(ARGS)

# Each worker would compile all tests for itself; one does it while types are checked on the other processor.
compiled: .venv/.dev
	@$(BIN)/python -m compileall -q src && $(BIN)/pytest --collect-only -q >/dev/null

lint: .venv/.dev audit ## Check style, types, imports, migrations, catalogues and dependencies
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy --strict src
	$(BIN)/lint-imports --no-logo
	$(MIGRATIONS)

audit: ## Ask a service of advisories about what we depend on: make audit ADVISORIES=https://osv.example/v1/query
ifdef ADVISORIES
	@$(MAKE) --no-print-directory .venv/.release
	$(RELEASE)/pip-audit --disable-pip --no-deps --progress-spinner off -s osv --osv-url $(ADVISORIES) -r requirements/run.txt
else
	@echo "Advisories about dependencies were not asked for: name a service that speaks OSV in ADVISORIES."
endif

# Made of what is committed, so that anybody makes the same bytes from the same commit. A key of SSH signs the list of digests.
release: .venv/.dev .venv/.release $(BUILT)/.made ## Build wheel, source, image and list of parts in build/release: make release RELEASE_KEY=… BASE=…
	@git diff --quiet HEAD || { echo "Commit first: a release is made of what is committed." >&2; exit 1; }
	@rm -rf build/release build/release-tree && mkdir -p build/release build/release-tree
	@git archive HEAD | tar -x -C build/release-tree
	@cp -R $(VENDOR) build/release-tree/$(VENDOR) && cp -R $(BUILT) build/release-tree/$(BUILT)
	@cd build/release-tree && SOURCE_DATE_EPOCH=$(EPOCH) ../../$(BIN)/python -m build --no-isolation --outdir ../release . >/dev/null
	@cd build/release && for source in *.tar.gz; do tar -xzf $$source && folder=$${source%.tar.gz} && \
	  tar --sort=name --mtime=@$(EPOCH) --owner=0 --group=0 --numeric-owner --format=gnu -c $$folder | gzip -n >$$source && rm -r $$folder; done
	@SOURCE_DATE_EPOCH=$(EPOCH) $(RELEASE)/cyclonedx-py requirements --output-reproducible --pyproject pyproject.toml \
	  --output-file build/release/eboxcast.cdx.json requirements/run.txt
	@if [ -z "$(BASE)" ]; then echo "No image was built: name the image it begins with in BASE."; \
	  else podman build --format docker --timestamp $(EPOCH) --build-arg BASE=$(BASE) --tag eboxcast:release build/release-tree && \
	  podman save --format oci-archive --output build/release/eboxcast.oci.tar eboxcast:release; fi
	@cd build/release && sha256sum * >SHA256SUMS
	@if [ -z "$(RELEASE_KEY)" ]; then echo "Nothing was signed: name a key of SSH in RELEASE_KEY."; \
	  else ssh-keygen -q -Y sign -n eboxcast-release -f $(RELEASE_KEY) build/release/SHA256SUMS; fi
	@rm -rf build/release-tree && ls build/release

faults: .venv/.dev .venv/.release ## Kill, cut and fill things for longer than `make test` does
	$(BIN)/pytest -m faults $(ARGS)
	COMPACTED_TESTS=1 $(BIN)/pytest tests/mailboxes

soak: .venv/.dev ## Publish, open, recall, expire, compact and kill for an hour: make soak SOAK=10m
	@$(BIN)/python -m tests.soak $(SOAK) $(ARGS)

citus: .venv/.dev ## Test eBoxes, delivery and acceptance on a cluster of Citus: make citus CITUS=/path/to/programs
	PYTHONPATH="$(CITUS)" CITUS_TESTS=1 $(BIN)/pytest tests/mailboxes tests/delivery tests/acceptance $(ARGS)

bench: .venv/.dev ## Measure, each figure beside its baseline
	@$(BIN)/eboxcast bench $(ARGS)

design: $(BUILT)/.made ## Fetch and build the style sheets and scripts of the pages

docs: .venv/.docs ## Build the docs site in build/docs; a broken link is an error
	@rm -rf build/docs-source && mkdir -p build/docs-source/screenshots && cp -R docs/. build/docs-source
	@if [ -e build/screenshots/README.md ]; then cp -R build/screenshots/. build/docs-source/screenshots; \
	  else printf '# Screenshots\n\nThis site was built without them. To add them: `make screenshots docs`.\n' > build/docs-source/screenshots/README.md; fi
	@$(BIN)/zensical build --strict --clean

messages: .venv/.dev ## Bring the catalogues up to date with the sentences in the code
	@mkdir -p build
	$(BIN)/pybabel -q extract -F pyproject.toml --no-wrap --sort-by-file --add-location=file -o build/eboxcast.pot src/eboxcast
	for language in fr nl de; do $(BIN)/pybabel -q update --no-wrap --no-fuzzy-matching --ignore-obsolete \
	  --ignore-pot-creation-date -D eboxcast -d src/eboxcast/locale -i build/eboxcast.pot -l $$language || exit 1; done
	$(BIN)/pybabel -q compile -D eboxcast -d src/eboxcast/locale

reference: .venv/.dev ## Write the tables of the JSON answers in the docs from their schemas
	$(BIN)/python -m tests.reference

requirements: .venv/.dev ## Pin the newest versions that pyproject.toml allows, with their hashes
	$(COMPILE) --upgrade --output-file=requirements/run.txt pyproject.toml
	$(COMPILE) --upgrade --extra=dev --constraint=requirements/run.txt --output-file=requirements/dev.txt pyproject.toml
	$(BIN)/pip-compile --quiet --strip-extras --generate-hashes --allow-unsafe --no-emit-index-url --no-emit-trusted-host \
	  --no-emit-find-links --upgrade --constraint=requirements/run.txt --output-file=requirements/build.txt requirements/build.in
	$(BIN)/pip-compile --quiet --strip-extras --generate-hashes --allow-unsafe --no-emit-index-url --no-emit-trusted-host \
	  --no-emit-find-links --upgrade --output-file=requirements/design.txt requirements/design.in
	$(BIN)/pip-compile --quiet --strip-extras --generate-hashes --allow-unsafe --no-emit-index-url --no-emit-trusted-host \
	  --no-emit-find-links --upgrade --constraint=requirements/dev.txt --output-file=requirements/docs.txt requirements/docs.in
	$(BIN)/pip-compile --quiet --strip-extras --generate-hashes --allow-unsafe --no-emit-index-url --no-emit-trusted-host \
	  --no-emit-find-links --upgrade --output-file=requirements/release.txt requirements/release.in

$(VENDOR)/.made: design/package.json design/package-lock.json requirements/design.txt .venv/.made
	@echo "Fetching the design system of the pages."
	@command -v npm >/dev/null || $(BIN)/python -m pip install --quiet --require-hashes --requirement requirements/design.txt
	@cd design && PATH="$$PATH:$(CURDIR)/$(BIN)" npm ci --ignore-scripts --no-audit --no-fund --silent
	@mkdir -p $(VENDOR)
	@cp design/node_modules/@digdir/designsystemet-css/dist/src/index.css $(VENDOR)/designsystemet.css
	@cp design/node_modules/@digdir/designsystemet-css/dist/theme/designsystemet.css $(VENDOR)/designsystemet-theme.css
	@cp design/node_modules/htmx.org/dist/htmx.min.js $(VENDOR)/htmx.js
	@touch $@

$(BUILT)/.made: $(VENDOR)/.made $(wildcard src/eboxcast/*/static/*/*) | .venv/.run
	@rm -rf $(BUILT)
	@env -i EBOXCAST_STATE_DIR=/nonexistent $(BIN)/python -m django collectstatic --settings=eboxcast.config.settings --no-input --verbosity 0
	@touch $@

# What is only to be had as source is built with the setuptools that is pinned, not with one that pip would fetch for it.
.venv/.run: .venv/.made requirements/build.txt requirements/run.txt $(PACKAGE)
	@echo "Installing eboxcast in .venv; the first time takes a minute or two."
	@$(INSTALL) --requirement requirements/build.txt
	@$(INSTALL) --requirement requirements/run.txt
	@$(BIN)/python -m pip install --quiet --no-deps --no-build-isolation --editable .
	@touch $@

.venv/.dev: .venv/.made requirements/build.txt requirements/dev.txt $(PACKAGE)
	@echo "Installing eboxcast and its tools in .venv; the first time takes a minute or two."
	@$(INSTALL) --requirement requirements/build.txt
	@$(INSTALL) --requirement requirements/dev.txt
	@$(BIN)/python -m pip install --quiet --no-deps --no-build-isolation --editable .
	@touch .venv/.run $@

screenshots: .venv/.dev $(BUILT)/.made ## Look at the pages of a demo with Chromium, for the docs site
	@$(BIN)/python -m tests.browser.screenshots

# Apart, because these tools depend on a great deal that eboxcast does not.
.venv/.release: .venv/.made requirements/release.txt
	@$(BIN)/python -m venv .venv/release
	@$(RELEASE)/python -m pip install --quiet --require-hashes --requirement requirements/release.txt
	@touch $@

.venv/.docs: .venv/.dev requirements/docs.txt
	@$(BIN)/python -m pip install --quiet --require-hashes --requirement requirements/docs.txt
	@touch $@

# The first Python that is new enough and has venv; Debian and Ubuntu keep venv in a package of its own.
.venv/.made:
	@for python in $(PYTHONS); do \
	  "$$python" -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 14))' 2>/dev/null || continue; \
	  "$$python" -c 'import ensurepip, venv' 2>/dev/null && "$$python" -m venv .venv && touch $@ && exit 0; \
	  lame="$$python"; \
	done; \
	if [ -n "$$lame" ]; then \
	  echo "$$lame -m venv does not work here: install python3-venv (Debian, Ubuntu: apt install python3-venv) and run make again."; \
	else \
	  echo "No Python 3.11 to 3.14 among: $(PYTHONS). Install one, or name yours: make PYTHON=/path/to/python3 …"; \
	fi >&2; exit 1
