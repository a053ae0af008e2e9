"""Walks the site as the cast: the table of addresses, who asks, and what the site answered."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from unittest.mock import patch

import yaml
from django.conf import settings
from django.http import HttpResponse
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver
from django.utils import timezone

from rso.accounts.actions import platform, set_password
from rso.accounts.example import PASSWORD
from rso.accounts.models import User
from rso.reports.models import Edition, Report
from rso.reports.publishing import publish, release
from rso.reports.seals import BLANK
from tests.signing_in import sign_in

#: Who asks: someone who is not signed in, the focal point of Fiji, a programme officer.
ANYONE, JOSEFA, NAREE = ROLES = ("", "josefa-waqa", "naree-boonmee")


@dataclass(frozen=True)
class Line:
    """An address of the table, and what each of ROLES is answered: a status, or the address that it leads to."""

    route: str
    address: str
    answers: tuple[int | str, ...]


@cache
def table() -> list[Line]:
    found = yaml.safe_load((Path(__file__).parent / "addresses.yaml").read_text(encoding="utf-8"))
    return [
        Line(route, address, tuple(answer) if isinstance(answer, list) else (answer,) * len(ROLES))
        for route, addresses in found.items()
        for address, answer in addresses.items()
    ]


def routes(patterns: list[URLPattern | URLResolver] | None = None) -> Iterator[str]:
    """The name of every address that the site knows."""
    for pattern in get_resolver().url_patterns if patterns is None else patterns:
        if isinstance(pattern, URLResolver):
            yield from routes(pattern.url_patterns)
        else:
            yield str(pattern.name)


def as_role(role: str) -> Client:
    """A browser in which the role is signed in."""
    client = Client()
    if role:
        user = User.objects.get(ref=role)
        sign_in(client, set_password(user, password=PASSWORD, by=platform(), now=timezone.now()))
    return client


def ask(client: Client, address: str) -> HttpResponse:
    """What the site answers, read to its end."""
    response = client.get(address)
    if response.streaming:
        response.body = b"".join(response.streaming_content)
    return response


def answer_of(response: HttpResponse) -> int | str:
    """The status, or where it leads."""
    return response.headers.get("Location", response.status_code)


def lay_editions(ref: str = "annual-2022") -> None:
    """Files where the compiled editions of a report lie; the pages only look whether they are there."""
    folder = settings.VAR / "reports" / ref
    folder.mkdir(parents=True, exist_ok=True)
    for name in (f"{ref}.pdf", "data.zip"):
        (folder / name).write_bytes(b"compiled")
    if not Edition.objects.exists():
        publish_month()


def publish_month() -> Edition:
    """The monthly report as edition 1, its PDF not set: Typst has tests of its own."""
    report = Report.objects.get(ref="monthly-2022-09")
    by, and_by = (User.objects.get(ref=ref) for ref in ("harriet-lowe", "bagus-santoso"))
    writer = User.objects.get(ref="tran-thi-mai")
    release(report, writer=writer, co_managers=(by, and_by), now=timezone.now())
    with patch("rso.reports.editions.typeset", return_value=f"%PDF {BLANK}".encode()):
        return publish(report, by=by, and_by=and_by, now=timezone.now())
