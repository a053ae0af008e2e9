"""All addresses: the public site in its languages, sign-in, and the pages of errors."""

from importlib import import_module

from django.conf.urls.i18n import i18n_patterns
from django.urls import include, path

DOORS = [
    import_module(f"rso.{room}.site")
    for room in (
        "outreach",
        "workplan",
        "events",
        "publications",
        "members",
        "finance",
        "reports",
    )
]
urlpatterns = [
    path("accounts/", include("allauth.urls")),
    *i18n_patterns(
        *(pattern for door in DOORS for pattern in door.urlpatterns),
        prefix_default_language=False,
    ),
]
