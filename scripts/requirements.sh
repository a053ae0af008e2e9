#!/bin/sh
# Renews requirements/*.txt from pyproject.toml: wheels only, with hashes, no address of any index.
set -eu
export UV_PYTHON_DOWNLOADS=never
compile() { .venv/bin/uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header --no-annotate --only-binary :all: "$@"; }
compile pyproject.toml -o requirements/run.txt
compile --extra dev -c requirements/run.txt pyproject.toml -o requirements/dev.txt
compile requirements/build.in -o requirements/build.txt
