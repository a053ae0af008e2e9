import os
from contextlib import suppress

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "rso.settings")
application = get_wsgi_application()


def _refuse_newer() -> None:
    """Ends the server where the database is newer. One that does not answer yet is no reason: /readyz tells of it."""
    from django.db import DatabaseError, connection

    from rso.troubles import Trouble
    from rso.versions import refuse_newer

    try:
        with suppress(DatabaseError):
            refuse_newer()
    except Trouble as error:
        raise SystemExit(str(error)) from error
    finally:
        connection.close()  # processes that are forked from this one open their own


_refuse_newer()
