#!/bin/sh
# Style, types, arrows between rooms, templates, migrations, translations, sizes. Runs all, then fails if one failed.
set -u
status=0
step() {
  name=$1; shift
  if out=$("$@" 2>&1); then echo "$name: ok"; else echo "$name: failed"; echo "$out"; status=1; fi
}
bin=.venv/bin
step "ruff" $bin/ruff check --quiet .
step "ruff format" $bin/ruff format --quiet --check .
step "djangofmt" $bin/djangofmt --check --quiet templates
step "mypy" $bin/mypy
step "import-linter" $bin/lint-imports
step "migrations" $bin/django-admin makemigrations --check --dry-run --settings tests.settings --pythonpath .
step "messages" env DJANGO_SETTINGS_MODULE=tests.settings $bin/python -m rso messages --check
step "sizes" $bin/python scripts/sizes.py
exit $status
