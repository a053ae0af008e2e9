#!/bin/sh
# Runs the tests that "$1" selects on SQLite, then those that "$2" selects on PostgreSQL where one answers; the last
# lines say which.
set -u
unset PYTHONDONTWRITEBYTECODE  # pytest rewrites the tests once and keeps them, not anew in each process
on_sqlite=$1; on_postgres=$2; shift 2
url=${TEST_POSTGRES_URL:-}
why=""
if [ -z "$url" ]; then
  if .venv/bin/python -c 'import psycopg; psycopg.connect("host=127.0.0.1 port=5432 user=postgres dbname=postgres connect_timeout=3").close()' 2>/dev/null; then
    url=postgres://postgres@127.0.0.1:5432/postgres
  else
    why="TEST_POSTGRES_URL is not set and no server answers on 127.0.0.1:5432 for user postgres"
  fi
fi
status=0
echo "SQLite"
DATABASE_URL= .venv/bin/python -m pytest -q -n 2 --dist worksteal -m "$on_sqlite" "$@" || status=1
if [ -n "$url" ]; then
  echo "PostgreSQL"
  if DATABASE_URL=$url .venv/bin/python -m pytest -q -n 2 --dist worksteal -m "$on_postgres" "$@"; then postgres=passed; else postgres=failed; status=1; fi
else
  postgres="skipped, $why"
fi
[ $status = 0 ] && echo "SQLite: passed" || echo "Tests failed; see above"
echo "PostgreSQL: $postgres"
exit $status
