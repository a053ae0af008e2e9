"""The index of all searched records: one table, FTS5 on SQLite, a tsvector on PostgreSQL."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from rso.core.privacy import DataClass, Privacy


class Entry(models.Model):
    """A part of a record's words, made from the record and made again whenever it changes.

    `rowid` holds the kind, the record's id and the number of the part, so that a search reads no other table to know them.
    """

    privacy = Privacy(
        DataClass.OFFICE, _("Finds records by their words"), _("Changes and goes with the record that it is made from")
    )
    rowid = models.BigIntegerField(primary_key=True)
    tokens = models.TextField()

    class Meta:
        managed = False
        db_table = "search_entry"
        verbose_name = _("entry of the search")

    def __str__(self) -> str:
        return str(self.rowid)
