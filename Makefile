# make bench   plays the stories on this machine, then shows the pair   (ARGS=--once: plays and ends)
# make test    the tests; no hardware, no root, no network
# make check   style, types, tidiness, generated files
# make perf    the numbers of docs/performance.md; takes its time, wants an idle machine
# make fuzz    bad input and random schedules, for as long as you like: ARGS="--seeds 100000"
# make explore random schedules of faults by the million, simulated: ARGS="--seeds 1000000 --from 1"
# make soak    random faults at a living pair, an audit after each: MINUTES=30, ARGS="--seed 7"
# Each sets up what it needs first: .venv from the lock file, Debian packages where it may.

VENV := .venv
PYTHON := $(VENV)/bin/python
PIP := $(PYTHON) -m pip --disable-pip-version-check --quiet
STAMP := $(VENV)/.set-up
PACKAGES := mosquitto iproute2 nftables conntrack tcpdump
ROOMS := wiring firmware controller

.PHONY: setup packages bench test check perf fuzz explore soak lock clean

setup: packages $(STAMP)

$(STAMP): requirements.lock pyproject.toml
	@echo "Setting up $(VENV) from requirements.lock ..."
	@$(PYTHON) -m pip --version >/dev/null 2>&1 || python3 -m venv --clear $(VENV)
	@$(PIP) install --require-hashes -r requirements.lock
	@$(PIP) install --no-deps --no-build-isolation --editable .
	@touch $@
	@echo "Commands: $(VENV)/bin/fover, $(VENV)/bin/fover-unit"

packages:
	@.ci/packages $(PACKAGES)

bench: setup
	@$(VENV)/bin/fover bench $(ARGS)

test: setup
	@$(PYTHON) -m pytest $(ARGS)

check: setup
	@$(VENV)/bin/ruff check .
	@$(VENV)/bin/ruff format --check --quiet . || \
	  { $(VENV)/bin/ruff format --check .; exit 1; }
	@$(VENV)/bin/mypy $(ROOMS)
	@$(PYTHON) -m pytest tests/test_tidy.py tests/test_stories_parse.py
	@$(PYTHON) -m pytest -k current

perf: setup
	@$(VENV)/bin/fover perf $(ARGS)

fuzz: setup
	@HYPOTHESIS_PROFILE=fuzz $(PYTHON) -m pytest -k "hypothesis or fuzz or total or any"
	@$(VENV)/bin/fover explore $(or $(ARGS),--seeds 20000)

explore: setup
	@$(VENV)/bin/fover explore $(or $(ARGS),--seeds 1000000)

soak: setup
	@$(VENV)/bin/fover soak --minutes $(or $(MINUTES),30) $(ARGS)

lock:
	@command -v uv >/dev/null || { echo "make lock wants uv: pipx install uv"; exit 1; }
	uv pip compile pyproject.toml --extra bench --extra test --extra check --universal \
	  --python-version 3.11 --generate-hashes --custom-compile-command "make lock" \
	  --quiet -o requirements.lock
	uv pip compile pyproject.toml --extra pi --universal \
	  --python-version 3.11 --generate-hashes --custom-compile-command "make lock" \
	  --quiet -o requirements-unit.lock

clean:
	rm -rf $(VENV) build *.egg-info .pytest_cache .mypy_cache .ruff_cache .hypothesis
