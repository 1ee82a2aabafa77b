# Every target builds .venv first if it must, and does nothing that is already done.
PYTHON ?= python3
BIN := .venv/bin
READY := .venv/ready

.PHONY: run setup test lab verify bench
run: $(READY)
	@$(BIN)/policytext run

setup: $(READY)

test: $(READY)
	@$(BIN)/python -m pytest -m "not slow and not browser" -n 2

lab: $(READY)
	@$(BIN)/policytext lab

verify: $(READY)
	@$(BIN)/policytext verify

bench: $(READY)
	@$(BIN)/python tests/bench.py

# pip refuses an editable project beside hashes, so the project follows its libraries. The path that pip notes for it is
# made relative: Python cannot start in the C locale where that path is absolute and holds Chinese, and setuptools cannot
# write it there.
$(READY): requirements.lock pyproject.toml
	@echo "Setting up .venv (a few minutes, once)"
	@$(PYTHON) -c 'import sys; sys.exit(not (3, 11) <= sys.version_info < (3, 14))' \
		|| { echo "policytext needs Python 3.11 to 3.13: make PYTHON=python3.12"; exit 2; }
	@rm -rf .venv
	@$(PYTHON) -m venv .venv
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	@LC_ALL=C.UTF-8 $(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps -e .
	@echo ../../../../lib > "$$(ls .venv/lib/python3*/site-packages/__editable__.policytext-*.pth)"
	@$(BIN)/python -m compileall -q -j 0 .venv/lib lib || true
	@touch $@
