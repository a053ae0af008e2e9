"""All addresses: the public site in its languages, sign-in, and the pages of errors."""

from importlib import import_module

from django.conf.urls.i18n import i18n_patterns
from django.urls import register_converter

from rso.core.addresses import RefConverter

register_converter(RefConverter, "ref")
DOORS = [
    import_module(f"rso.{room}.site")
    for room in (
        "accounts",
        "outreach",
        "workplan",
        "events",
        "publications",
        "members",
        "finance",
        "reports",
    )
]
urlpatterns = i18n_patterns(
    *(pattern for door in DOORS for pattern in door.urlpatterns),
    prefix_default_language=False,
)
