"""The files of a record in the browser: attach, fetch, withdraw."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.files.storage import default_storage
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _

from rso.core import attachments
from rso.core.access import saw
from rso.core.models import Attachment
from rso.core.office.desks import Desk
from rso.core.office.details import detail_page, find
from rso.core.permissions import officer
from rso.core.typed import typed
from rso.core.verbs import Refused, kind_of


def attach_page(request: HttpRequest, desk: Desk, ref: str) -> HttpResponse:
    thing = _kept(request, desk, ref)
    file, description = request.FILES.get("file"), typed(request, "description")
    fault = ""
    if getattr(request, "too_large", False):
        fault = attachments.too_large()
    elif file is None or not file.file:
        fault = _("is missing; choose one")
    elif len(description) > 300:
        fault = _("has a description of more than 300 characters")
    else:
        try:
            name = file.name or ""
            attachments.attach(
                thing, file.file, name=name, description=description, by=officer(request), now=timezone.now()
            )
        except Refused as error:
            fault = str(error)
    if fault:
        return detail_page(request, desk, ref, status=422, file_fault=fault, file_description=description)
    messages.success(request, _("The file is attached."))
    return redirect(desk.at(ref))


def fetch_page(request: HttpRequest, desk: Desk, ref: str, file: str) -> FileResponse:
    """Sends the file to be kept, never to be run: its type is one of ours, whatever it calls itself."""
    found = _attached(desk, find(desk, request.user, ref).ref, file)
    if not default_storage.exists(found.path):
        raise Http404
    saw(found, by=officer(request), now=timezone.now())
    answer = FileResponse(
        default_storage.open(found.path), as_attachment=True, filename=found.name, content_type=found.media_type
    )
    answer.headers["X-Content-Type-Options"] = "nosniff"
    answer.headers["Cache-Control"] = "private, no-store"
    return answer


def withdraw_page(request: HttpRequest, desk: Desk, ref: str, file: str) -> HttpResponse:
    found = _attached(desk, _kept(request, desk, ref).ref, file)
    try:
        reason = typed(request, "reason")
        attachments.withdraw([found], by=officer(request), now=timezone.now(), reason=reason)
        messages.success(request, _("The file is withdrawn."))
    except Refused as error:
        messages.error(request, str(error))
    return redirect(desk.at(ref))


def _kept(request: HttpRequest, desk: Desk, ref: str) -> Any:
    """A record that this person keeps."""
    if not desk.may_keep(request.user):
        raise Http404
    return find(desk, request.user, ref)


def _attached(desk: Desk, ref: str, file: str) -> Attachment:
    found = Attachment.objects.of(kind_of(desk.model), ref).filter(ref=file).first()
    if found is None:
        raise Http404
    return found
