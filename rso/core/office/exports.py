"""A list as a file: the same rows and columns, with the address of each record."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from functools import lru_cache
from typing import Any

from django.conf import settings
from django.db import models
from django.http import Http404, HttpRequest
from django.http.response import HttpResponseBase
from django.utils import timezone
from django.utils.html import strip_tags
from django.utils.safestring import SafeData
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from rso.core import workbook
from rso.core.access import saw
from rso.core.models import Saw
from rso.core.office.desks import Col, Desk
from rso.core.office.lists import ListOf
from rso.core.permissions import officer

#: Rows that are read at a time.
AT_ONCE = 2000


def export_page(request: HttpRequest, desk: Desk, form: str) -> HttpResponseBase:
    """The rows and columns of a list as `xlsx` or `csv`, sent while they are read."""
    asked = ListOf(desk, request)
    if form not in ("xlsx", "csv") or not asked.readable:
        raise Http404
    sheet = sheet_of(asked)
    count = asked.found.count()
    saw(desk.model, by=officer(request), now=timezone.now(), what=Saw.EXPORTED, rows=count, filters=asked.query())
    if form == "csv":
        return workbook.download(f"{desk.slug}.csv", workbook.CSV, workbook.csv_of(sheet))
    made = workbook.workbook(desk.title, sheet.about, [sheet], by=officer(request), now=timezone.now())
    return workbook.download(f"{desk.slug}.xlsx", workbook.XLSX, made)


def sheet_of(asked: ListOf) -> workbook.Sheet:
    desk = asked.desk
    names = ("ref", *(name for col in asked.cols for name in (col.name, col.unit) if name))
    cols = [desk.cols[name] for name in dict.fromkeys(names)]
    columns = [workbook.Column(_title(desk, col), takes(desk, col)) for col in cols]
    about = "; ".join(f"{name}: {words}" for name, words in asked.chosen) or _("All of them")
    return workbook.Sheet(desk.title, about, columns, _rows(asked, cols))


def _title(desk: Desk, col: Col) -> str:
    """A column's heading. One that is called as the sheet calls that of its links says whose it is: no two may be alike."""
    title = capfirst(str(col.title))
    return f"{title} ({desk.noun})" if title.lower() == str(workbook.ADDRESS.title).lower() else title


def _rows(asked: ListOf, cols: list[Col]) -> Iterator[workbook.Row]:
    before, _ref, after = asked.desk.at("REF").rpartition("REF")
    for thing in asked.rows.iterator(chunk_size=AT_ONCE):
        yield f"{settings.BASE_URL}{before}{thing.ref}{after}", [_cell(col, thing) for col in cols]


def _cell(col: Col, thing: Any) -> Any:
    return col.exact(thing) if col.exact else plain(col.show(thing))


def plain(value: Any) -> Any:
    """What a cell of the list says, as a cell of a file: numbers and days as they are, marks as their words."""
    if isinstance(value, SafeData):
        return _words(str(value))
    return value if value is None or isinstance(value, bool | int | float | date) else str(value)


@lru_cache(maxsize=1024)
def _words(marked: str) -> str:
    return strip_tags(marked)


def takes(desk: Desk, col: Col) -> str:
    """What a column takes, as the notes of a workbook explain it."""
    field = next((f for f in desk.model._meta.concrete_fields if f.name == col.name), None)
    if field is None:
        return str(col.title)
    if hint := getattr(field, "help_text", ""):
        return str(hint)
    if choices := getattr(field, "flatchoices", None):
        return _("One of: %(choices)s") % {"choices": ", ".join(str(label) for _value, label in choices)}
    if isinstance(field, models.DateField):
        return _("A date")
    return _("Text") if isinstance(field, models.CharField | models.TextField) else capfirst(str(field.verbose_name))
