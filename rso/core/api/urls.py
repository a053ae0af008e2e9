"""The addresses under /api/: what the rooms declare, the OpenAPI document, and an answer for all else."""

from __future__ import annotations

from functools import partial

from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, path
from django.utils.module_loading import autodiscover_modules
from django.utils.translation import gettext as _

from rso.core.api.describing import JSON_ALONE, openapi, parameters_of
from rso.core.api.doing import api
from rso.core.api.door import BOTH, door
from rso.core.api.problems import Problem


def nothing(request: HttpRequest, rest: str = "") -> HttpResponse:
    raise Problem(404, _("There is no such address. /api/ names all that there are."))


def patterns() -> list[URLPattern]:
    """Each address behind the door. Ninja's own root says nothing that ours does not."""
    autodiscover_modules("api")
    found = [each for each in api.urls[0] if isinstance(each, URLPattern)][:-1]
    for each in found:
        name = str(each.name).removeprefix("api-")
        each.callback = door(each.callback, partial(parameters_of, name), ("json",) if name in JSON_ALONE else BOTH)
    return [
        path("openapi.json", door(openapi, set, ("json",)), name="api-openapi"),
        *found,
        path("<path:rest>", door(nothing, None), name="api-nothing"),
    ]
