"""All addresses: the public site in its languages, sign-in, and what machines ask."""

from importlib import import_module

from django.conf.urls.i18n import i18n_patterns
from django.urls import URLPattern, include, path
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_safe
from django.views.generic import TemplateView

from rso.core.api.describing import docs
from rso.core.api.urls import patterns as machines
from rso.core.office.doors import patterns as office
from rso.health import healthz, metrics_page, readyz


def read_only(pattern: URLPattern) -> URLPattern:
    """The same address for GET and HEAD alone; exempt, so that any other method is told 405 and not of an expired form."""
    pattern.callback = csrf_exempt(require_safe(pattern.callback))
    return pattern


def door(room: str, name: str = "site") -> list[URLPattern]:
    found: list[URLPattern] = import_module(f"rso.{room}.{name}").urlpatterns
    return found


PUBLIC = ("outreach", "workplan", "events", "publications", "members", "finance", "reports")
ROBOTS = TemplateView.as_view(template_name="robots.txt", content_type="text/plain")
urlpatterns = [
    read_only(path("robots.txt", ROBOTS, name="robots")),
    read_only(path("healthz", healthz, name="healthz")),
    read_only(path("readyz", readyz, name="readyz")),
    read_only(path("metrics", metrics_page, name="metrics")),
    *i18n_patterns(
        *door("accounts"),
        *(read_only(pattern) for room in PUBLIC for pattern in door(room)),
        *(read_only(pattern) for pattern in door("members", "portal")),
        *door("reports", "site.citations"),
        *office(),
        read_only(path("api/docs/", docs, name="api-docs")),
        prefix_default_language=False,
    ),
    path("api/", include(machines())),
]
