"""What every page knows: the office whose platform this is, and the address of the same page in other languages."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from rso.core.models import Office


def the_office() -> Office:
    """The one record of the office; before a folder is loaded, an office without a name of its own."""
    return Office.objects.first() or Office(name="Regional Support Office")


#: The main navigation: the name of an address, and its words.
NAV = [
    ("work", _("What we do")),
    ("figures", _("Figures")),
    ("reports", _("Reports")),
    ("events", _("Events")),
    ("publications", _("Publications")),
    ("members", _("Members")),
]
#: Addresses that belong to an entry of the navigation.
SECTIONS = {
    "activity": "work", "asked": "work", "figure": "figures", "tables": "figures", "report": "reports", "chapter": "reports",
    "printed": "reports", "event": "events", "engagements": "events", "publication": "publications", "member": "members", "groups": "members",
}  # fmt: skip


def office(request: HttpRequest) -> dict[str, Any]:
    name = request.resolver_match.url_name if request.resolver_match else None
    return {
        "office": SimpleLazyObject(the_office),
        "languages": [(code, name, address_in(code, request.get_full_path())) for code, name in settings.LANGUAGES],
        "base_url": settings.BASE_URL,
        "language": get_language(),
        "nav": NAV,
        "section": SECTIONS.get(name or "", name),
    }


def address_in(language: str, path: str) -> str:
    """The same page in another language: English has no prefix."""
    first, _slash, rest = path.lstrip("/").partition("/")
    if first in dict(settings.LANGUAGES):
        path = f"/{rest}"
    return path if language == settings.LANGUAGE_CODE else f"/{language}{path}"
