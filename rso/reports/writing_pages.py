"""Where a report is written: its contents with states and writers, a section beside its preview, the versions of a text."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import wraps
from typing import Any
from uuid import uuid4

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.utils.dateparse import parse_date
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from rso.accounts.models import User
from rso.core.diffs import word_diff
from rso.core.loading.columns import CONTROL
from rso.core.models import Draft
from rso.core.office.desks import desks
from rso.core.office.doors import of_the_office
from rso.core.office.forms import draft_of, keep_draft, opening, seen_of, wants_json, with_draft
from rso.core.permissions import officer
from rso.core.typed import typed
from rso.core.verbs import Refused
from rso.reports import states, writing
from rso.reports.compiler import Preview, preview_section
from rso.reports.html import draw_blocks
from rso.reports.models import SOURCE_LANGUAGE, Comment, Report, ReportState, SectionText, TextVersion
from rso.reports.opened import Opened, changed
from rso.reports.policies import APPROVE_REPORTS, PUBLISH, SEE_REPORTS, WRITE_REPORTS
from rso.reports.publishing import publish
from rso.reports.queries import LOOKS, contents, heading_of, latest, sections_of, signing, unsigned
from rso.reports.spelling import slips
from rso.reports.suggesting import suggest
from rso.reports.writing import Clashing, Place, Words

LONGEST = {"title": 160, "text": 100_000}
Page = Callable[..., HttpResponseBase]


def of_a_report(page: Page) -> Page:
    """A page of one report in the office, for those who may see reports."""

    @of_the_office
    @wraps(page)
    def answer(request: HttpRequest, ref: str, **given: Any) -> HttpResponseBase:
        if not SEE_REPORTS.allows(request.user):
            raise Http404
        return page(request, get_object_or_404(Report, ref=ref), **given)

    return answer


def of_a_section(page: Page) -> Page:
    """A page of one section in the language that the address names."""

    @of_a_report
    @wraps(page)
    def answer(request: HttpRequest, report: Report, section: str) -> HttpResponseBase:
        language = request.GET.get("language", SOURCE_LANGUAGE)
        known = {each.id for each in sections_of(report)}
        if section not in known or language not in dict(settings.LANGUAGES):
            raise Http404
        return page(request, Place(report, section, language))

    return answer


def may_write(request: HttpRequest) -> None:
    if not WRITE_REPORTS.allows(request.user):
        raise Http404


def address_of(place: Place, name: str = "office-write-section") -> str:
    """Where a section is written."""
    query = "" if place.language == SOURCE_LANGUAGE else f"?language={place.language}"
    return reverse(name, args=[place.report.ref, place.section]) + query


# -- contents ------------------------------------------------------------------------------------------------------------


@require_http_methods(["GET", "HEAD", "POST"])
@of_a_report
def contents_page(request: HttpRequest, report: Report) -> HttpResponse:
    """Every section with its state, writer, day and open comments; the report's own steps beside them."""
    if request.method == "POST":
        if not APPROVE_REPORTS.allows(request.user):
            raise Http404
        if "publish" in request.POST:
            return _publish(request, report)
        _refused_or(request, lambda: writing.sign(report, by=officer(request), now=timezone.now()), _("Signed."))
        return redirect(request.path)
    return _contents(request, report)


def _contents(request: HttpRequest, report: Report, *, note: str = "", status: int = 200) -> HttpResponse:
    """The page of the contents; `note` is what was typed for a publication that was refused."""
    steps = [step for step in states.reports.buttons if step.who.allows(request.user)]
    signatures = signing(report)
    context = {
        "report": report,
        "here": desks.of(Report),
        "parts": contents(report),
        "today": timezone.localdate(),
        "look": LOOKS[report.state],
        "languages": [(code, name) for code, name in settings.LANGUAGES if code != SOURCE_LANGUAGE],
        "steps": [step for step in steps if not states.reports.why_not(step, report, officer(request))],
        "signatures": report.signatures.select_related("by").order_by("at"),
        "unsigned": signatures.waits,
        "is_alone": not signatures.waits and not signatures.publishers,
        "note": note,
        "may_publish": officer(request) in signatures.publishers,
        "needs_note": report.editions.exists(),
        "may_sign": report.state == "approved"
        and APPROVE_REPORTS.allows(request.user)
        and not report.signatures.filter(by=officer(request)).exists(),
    }
    return render(request, "reports/write/contents.html", context, status=status)


def _publish(request: HttpRequest, report: Report) -> HttpResponse:
    """Publishes what both have signed, with the public note that is typed beside the button."""
    by, note = officer(request), typed(request, "note", 400)
    signatures = report.signatures.exclude(by=by.pk).select_related("by").order_by("at")
    signed = [each.by for each in signatures if PUBLISH.allows(each.by)]
    who = next((user for user in [*signed, *unsigned(report)] if user.pk != by.pk), by)
    done = _refused_or(
        request,
        lambda: publish(report, by=by, and_by=who, now=timezone.now(), note=note),
        _("The report is published."),
    )
    report.refresh_from_db()
    if not done and report.state != ReportState.PUBLISHED:
        return _contents(request, report, note=note, status=422)
    edition = report.editions.order_by("-number").first()
    return redirect(edition.get_absolute_url() if done and edition else request.path)


def _refused_or(request: HttpRequest, verb: Callable[[], object], done: str) -> bool:
    """Does a verb and tells what came of it."""
    try:
        verb()
    except Refused as error:
        for says in dict.fromkeys(str(problem.says) for problem in error.problems):
            messages.error(request, capfirst(says))
        return False
    messages.success(request, done)
    return True


# -- a section -----------------------------------------------------------------------------------------------------------


@require_http_methods(["GET", "HEAD", "POST"])
@of_a_section
def section_page(request: HttpRequest, place: Place) -> HttpResponse:
    """GET opens the section, POST saves its words, shows them as they would be printed, or does one of its verbs."""
    text = place.text
    if request.method != "POST":
        return _open(request, place, text)
    do = next((name for name in DOES if name in request.POST), "")
    if do in ("approve", "give_back") and not APPROVE_REPORTS.allows(request.user):
        raise Http404
    may_write(request)
    if not do:
        return _posted(request, place, text)
    done = DOES[do](request, place)
    if do == "comment" and not done:
        return _open(request, place, place.text, status=422, said=_said(request))
    return redirect(address_of(place))


def _open(request: HttpRequest, place: Place, text: SectionText | None, **more: Any) -> HttpResponse:
    """The section as this person left it: with a draft, where one is kept."""
    kept = draft_of(request, writing.DESK, place.ref)
    start = writing.words_of(text)
    opened = (
        Opened(place, text, kept.token, kept.began, {**start, **kept.cells}, seen=kept.cells)
        if kept
        else Opened(place, text, uuid4(), start, start)
    )
    return _show(request, opened, draft=kept, **more)


def _sent(request: HttpRequest) -> Words:
    return {name: request.POST.get(name, "").replace("\r\n", "\n").strip() for name in LONGEST}


def _posted(request: HttpRequest, place: Place, text: SectionText | None) -> HttpResponse:
    again = bool(request.POST.get("_again"))
    token, start = writing.further(*opening(request), by=officer(request), again=again)
    began, cells = dict(start), _sent(request)
    opened = Opened(place, text, token, began, cells, seen=seen_of(request, began))
    if "_drop" in request.POST:
        Draft.objects.filter(owner=request.user.pk, desk=writing.DESK, ref=place.ref, done="").delete()
        return redirect(address_of(place))
    opened.faults = {
        name: _("too long by %(n)s letters") % {"n": len(cells[name]) - most}
        for name, most in LONGEST.items()
        if len(cells[name]) > most
    } | {name: _("holds a sign that cannot be printed") for name in LONGEST if CONTROL.search(cells[name])}
    if opened.faults:
        return _show(request, opened, status=422)
    keeps = "_keep" in request.POST
    if not (keeps and wants_json(request)):
        opened.cells, others, clashes, draft = with_draft(request, token, opened.seen, cells)
        if clashes or (others and not keeps):
            opened.both_windows(others, clashes, draft)
            return _show(request, opened, status=409)
    if keeps:
        return keep_draft(request, writing.DESK, place.ref, token, began, cells)
    if "_preview" in request.POST:
        return _show(request, opened)
    return _save(request, opened)


def _save(request: HttpRequest, opened: Opened) -> HttpResponse:
    seen = request.POST.get("source_version", "")
    try:
        _text, others = writing.write(
            opened.place, opened.cells, opened.began, opened.token, by=officer(request), now=timezone.now(),
            source_version=int(seen) if seen.isdecimal() and len(seen) < 6 else None,
        )  # fmt: skip
    except Clashing as clash:
        opened.clashes(clash)
        return _show(request, opened, status=409)
    except Refused as error:
        opened.faults = {problem.field: str(problem.says) for problem in error.problems}
        return _show(request, opened, status=422)
    messages.success(request, _("Saved."))
    if others:
        messages.info(
            request, _("Another changed the section meanwhile; what you did not touch stays as they wrote it.")
        )
    return redirect(address_of(opened.place))


def _show(
    request: HttpRequest,
    opened: Opened,
    *,
    status: int = 200,
    draft: Draft | None = None,
    said: Mapping[str, str] | None = None,
) -> HttpResponse:
    """The page of a section; `said` is a comment that was refused, as it was sent."""
    place, text, user = opened.place, opened.text, officer(request)
    version = latest(text) if text else None
    context = {
        "report": place.report,
        "here": desks.of(Report),
        "place": place,
        "heading": _heading(place, text),
        "opened": opened,
        "text": text,
        "version": version,
        "draft": draft,
        "said": said,
        "look": LOOKS[text.state] if text else "",
        "steps": _steps(text, user),
        "comments": list(text.comments.select_related("by").order_by("state", "at", "pk")) if text else [],
        "writers": User.objects.filter(role__in=WRITE_REPORTS.roles, is_active=True).order_by("name"),
        "may_write": WRITE_REPORTS.allows(user),
        "others": [(code, name) for code, name in settings.LANGUAGES if code != place.language],
        "source": _source(place, text),
        **_shown(place, opened.cells),
    }
    return render(request, "reports/write/section.html", context, status=status)


def _heading(place: Place, text: SectionText | None) -> str:
    section = next(each for each in sections_of(place.report) if each.id == place.section)
    return heading_of(place.report, section, text if place.language == SOURCE_LANGUAGE else None)


def _steps(text: SectionText | None, user: User) -> list[Any]:
    """The steps that this person may take with the text now."""
    return [
        step
        for step in states.sections.steps
        if step.slug in DOES and text and step.who.allows(user) and not states.sections.why_not(step, text, user)
    ]


@dataclass(frozen=True)
class Source:
    """What a translation translates: the source as it is now, and what changed in it since it was translated."""

    now: TextVersion
    then: TextVersion | None

    @property
    def is_behind(self) -> bool:
        return self.then is None or writing.words_of(self.then) != writing.words_of(self.now)

    @property
    def diff(self) -> str:
        return changed(writing.words_of(self.then), writing.words_of(self.now))


def _source(place: Place, text: SectionText | None) -> Source | None:
    if place.language == SOURCE_LANGUAGE:
        return None
    original = Place(place.report, place.section).text
    version = latest(original) if original else None
    if version is None:
        return None
    then = version.section.versions.filter(number=text.source_version or 0).first() if text else None
    return Source(version, then)


def _shown(place: Place, cells: Words) -> dict[str, Any]:
    """The words as an edition would print them, the figures in them, and what is wrong with them."""
    found = preview_section(place.report, place.section, cells["title"], cells["text"], place.language)
    return {
        "preview": found,
        "blocks": _drawn(found),
        "figures": [
            {"printed": printed, "records": len(found.document.records[printed.records])}
            for printed in found.document.figures.values()
        ],
        "slips": slips(cells["text"]),
    }


def _drawn(found: Preview) -> str:
    return draw_blocks(found.document, found.section.blocks) if found.section else ""


@require_POST
@of_a_section
def preview(request: HttpRequest, place: Place) -> HttpResponse:
    """The preview alone, for the script that refreshes it while someone types."""
    may_write(request)
    cells = {name: CONTROL.sub("", text)[: LONGEST[name]] for name, text in _sent(request).items()}
    return HttpResponse(
        render_to_string("reports/write/preview.html", {"place": place, **_shown(place, cells)}, request)
    )


@require_safe
@of_a_report
def tokens(request: HttpRequest, report: Report) -> HttpResponse:
    """Tokens that may be meant by the words after `{{`."""
    words = CONTROL.sub("", request.GET.get("q", "")).strip()[:100]
    return JsonResponse({"tokens": suggest(report, words)})


# -- its verbs -----------------------------------------------------------------------------------------------------------


def _step(slug: str) -> Callable[[HttpRequest, Place], None]:
    def do(request: HttpRequest, place: Place) -> None:
        text = _text_or_404(place)
        by, now = officer(request), timezone.now()
        seen = request.POST.get("version", "")
        reason = typed(request, "reason", 400)

        def verb() -> None:
            if slug == "approve":
                writing.approve(text, int(seen) if seen.isdecimal() and len(seen) < 9 else 0, by=by, now=now)
            else:
                writing.lead_on([text], slug, reason=reason, by=by, now=now)

        step = states.sections.step(slug)
        _refused_or(request, verb, _("Done: %(title)s.") % {"title": step.title})

    return do


def _text_or_404(place: Place) -> SectionText:
    if (text := place.text) is None:
        raise Http404
    return text


def _said(request: HttpRequest) -> Words:
    return {name: CONTROL.sub("", request.POST.get(name, "")) for name in ("says", "quoted")}


def _comment(request: HttpRequest, place: Place) -> bool:
    said = _said(request)
    text = writing.begun(place, by=officer(request), now=timezone.now())
    return _refused_or(
        request,
        lambda: writing.comment(
            text,
            said["says"][:5000],
            quoted=" ".join(said["quoted"].split())[:500],
            by=officer(request),
            now=timezone.now(),
        ),
        _("Your comment stands beside the text."),
    )


def _resolve(again: bool) -> Callable[[HttpRequest, Place], None]:
    def do(request: HttpRequest, place: Place) -> None:
        name = "comment_again" if again else "resolve"
        said = get_object_or_404(Comment, section=_text_or_404(place), ref=typed(request, name))
        verb = lambda: writing.resolve(said, again=again, by=officer(request), now=timezone.now())  # noqa: E731
        _refused_or(request, verb, _("The comment is open again.") if again else _("The comment is resolved."))

    return do


def _plan(request: HttpRequest, place: Place) -> None:
    ref, day = typed(request, "writer"), typed(request, "due_on")
    writer = User.objects.filter(ref=ref, role__in=WRITE_REPORTS.roles, is_active=True).first() if ref else None
    try:
        due_on = parse_date(day)
    except ValueError:
        due_on = None
    if (ref and not writer) or (day and not (due_on and 1900 <= due_on.year < 2200)):
        messages.error(request, _("Choose a colleague who writes reports, and a day as 2022-09-30."))
        return
    verb = lambda: writing.plan(place, writer=writer, due_on=due_on, by=officer(request), now=timezone.now())  # noqa: E731
    _refused_or(request, verb, _("Planned."))


DOES: dict[str, Callable[[HttpRequest, Place], object]] = {
    **{slug: _step(slug) for slug in ("send", "approve", "give_back")},
    "comment": _comment,
    "resolve": _resolve(False),
    "comment_again": _resolve(True),
    "plan": _plan,
}


# -- versions ------------------------------------------------------------------------------------------------------------


@require_http_methods(["GET", "HEAD", "POST"])
@of_a_section
def versions_page(request: HttpRequest, place: Place) -> HttpResponse:
    """Every version of a text with what it changed; any of them can be taken back."""
    text = _text_or_404(place)
    if request.method == "POST":
        may_write(request)
        number = request.POST.get("version", "")
        at = int(number) if number.isdecimal() and len(number) < 9 else 0
        verb = lambda: writing.take_back(text, at, by=officer(request), now=timezone.now())  # noqa: E731
        _refused_or(request, verb, _("The text says again what it said in version %(n)s.") % {"n": at})
        return redirect(address_of(place))
    found = list(text.versions.select_related("by").order_by("number"))
    before = [TextVersion(), *found]
    rows = [
        {
            "version": version,
            "heading": word_diff(old.title, version.title) if old.title != version.title else version.title,
            "diff": word_diff(old.text, version.text) if old.text != version.text else "",
            "last": version is found[-1],
        }
        for old, version in zip(before, found, strict=False)
    ]
    context = {"report": place.report, "here": desks.of(Report), "place": place, "text": text, "rows": rows[::-1], "may_write": WRITE_REPORTS.allows(request.user)}  # fmt: skip
    return render(request, "reports/write/versions.html", context)
