"""How PostgreSQL is asked: values apart from the statement, so that a statement asked again keeps its plan (ADR 0025)."""

from __future__ import annotations

from typing import Any

from django.db.backends.postgresql.base import ServerBindingCursor
from psycopg import ClientCursor

#: Values that one statement of the protocol takes, https://www.postgresql.org/docs/current/limits.html.
MOST = 65_535
#: Whether a text holds words. How rows are best found depends on the words: a plan for any of them reads them all.
HOLDS = " @@ "


class Cursor(ServerBindingCursor):
    """A list of refs may be as long as a file: values that the protocol does not take beside a statement are written into it."""

    def execute(
        self, query: Any, params: Any = None, *, prepare: bool | None = None, binary: bool | None = None
    ) -> Any:
        if params is not None and len(params) > MOST:
            query, params, prepare = ClientCursor(self.connection).mogrify(query, params), None, False  # type: ignore[attr-defined]
        elif isinstance(query, str) and HOLDS in query:
            prepare = False
        return super().execute(query, params, prepare=prepare, binary=binary)  # type: ignore[misc]
