# The five doors of the project. Each installs what it needs; root is needed for all but build and check.
export PATH := $(CURDIR)/node_modules/.bin:$(PATH)

.PHONY: demo build test bench check conformance-record clean
.DEFAULT_GOAL := build

# Bun itself comes from npm, pinned in package-lock.json. Its install script may be switched off: then we run it.
node_modules/.installed: package.json package-lock.json
	npm ci --no-audit --no-fund --loglevel=error
	node_modules/.bin/bun --version >/dev/null 2>&1 || node node_modules/bun/install.js
	touch $@

build: node_modules/.installed ## dist/wherry, one executable
	bun scripts/build.ts

check: node_modules/.installed ## format, lint, types, layers, unused code, unit tests
	bun run check

demo: build ## installs what containers need, then shows some running
	bash scripts/demo.sh

test: node_modules/.installed ## everything, real containers included; ends with "N passed, N failed"
	bun scripts/test.ts

bench: build ## side by side with dockerd and podman
	bun scripts/bench.ts

conformance-record: node_modules/.installed ## records dockerd's answers anew
	bun scripts/conformance-record.ts

clean:
	rm -rf dist node_modules .cache
