"""Photographs of reports: what each lacks before it may be printed, and what is printed of it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from urllib.parse import urlencode

from django.core.files.storage import default_storage
from django.urls import reverse
from django.utils.translation import gettext as _

from rso.core import attachments
from rso.core.filetypes import ending_of
from rso.core.models import Attachment
from rso.core.pictures import is_for_the_press
from rso.core.verbs import Problem, kind_of, plain
from rso.reports.actions import signed, take_signatures_back
from rso.reports.document import Document
from rso.reports.markdown import BadText, Node, walk
from rso.reports.models import Consent, Photograph, Report

#: Pictures that web and print both draw.
DRAWN = ("image/jpeg", "image/png")


def check_photographs(photographs: Sequence[Photograph]) -> Iterable[Problem]:
    """One photograph of a report stands on its cover."""
    others = Photograph.objects.exclude(pk__in=[each.pk for each in photographs if each.pk])
    covers = dict(others.filter(is_cover=True).values_list("report_id", "ref"))
    for at, each in enumerate(photographs):
        if each.is_cover and (ref := covers.get(each.report_id)):
            says = _("“%(ref)s” stands on the cover of this report; take it off first")
            yield Problem(at, "is_cover", says % {"ref": ref})


photograph_verbs = signed(
    plain(check_photographs),
    "report_id",
    lambda each: (each.report_id, each.alt, each.credit, each.consent, each.is_cover),
)
attachments.follow(
    Photograph, lambda photograph, *, by, now: take_signatures_back([photograph.report_id], by=by, now=now)
)


def file_of(photograph: Photograph) -> Attachment | None:
    """The picture that was attached last."""
    found = Attachment.objects.of(kind_of(Photograph), photograph.ref).filter(media_type__in=DRAWN)
    return found.order_by("-at", "-pk").first()


def lacks(photograph: Photograph) -> Iterator[str]:
    """What keeps a photograph from being printed."""
    if not photograph.alt.strip():
        yield _("has no alt text")
    if not photograph.credit.strip():
        yield _("has no credit")
    if photograph.consent == Consent.MISSING:
        yield _("has no consent")
    file = file_of(photograph)
    if file is None:
        yield _("has no picture attached, JPEG or PNG")
    elif _is_for_the_press(file):
        yield _("has a picture in the four inks of a press (CMYK); attach it in RGB")


def _is_for_the_press(file: Attachment) -> bool:
    """Of a file that is lost, `rso check-integrity` tells."""
    with suppress(OSError), default_storage.open(file.path) as picture:
        return is_for_the_press(picture)
    return False


def node_of(photograph: Photograph, document: Document, caption: str) -> Node:
    """A photograph as pages and print draw it; the document keeps where its file lies. Raises BadText."""
    file = file_of(photograph)
    if file is None or any(lacks(photograph)):
        raise BadText(_("the photograph %(lacks)s") % {"lacks": "; ".join(lacks(photograph))})
    name = f"{photograph.ref}.{ending_of(file.name)}"
    document.photographs[name] = file.path
    src = f"photographs/{name}"
    if document.pages != "edition" or not document.base_url.startswith("http"):
        src = reverse("photograph", args=[photograph.ref])
    return {
        "t": "photo",
        "file": name,
        "src": src,
        "alt": photograph.alt,
        "credit": photograph.credit,
        "caption": caption,
    }


def show_by(document: Document, asked: Mapping[str, str]) -> None:
    """Lets the photographs of a document be asked for with more than their address: by whoever may see them by that alone."""
    for node in walk(document.blocks()):
        if node["t"] == "photo":
            node["src"] += f"?{urlencode(asked)}"


def is_printed(photograph: Photograph, file: Attachment) -> bool:
    """Whether an edition prints these very bytes, and those shown have not taken their consent back."""
    name = f"web/photographs/{photograph.ref}.{ending_of(file.name)}"
    digests = photograph.report.editions.values_list("files", flat=True)
    return photograph.consent != Consent.MISSING and any(files.get(name) == file.sha256 for files in digests)


def cover_of(report: Report) -> Photograph | None:
    return report.photographs.filter(is_cover=True).first()
