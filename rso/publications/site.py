"""The public door of this room: the library and its feed."""

from __future__ import annotations

from datetime import UTC, datetime, time
from typing import Any

import django_filters
from django.conf import settings
from django.contrib.syndication.views import Feed
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import path, reverse
from django.utils import translation
from django.utils.feedgenerator import Atom1Feed
from django.utils.html import escape
from django.utils.translation import gettext_lazy as _

from rso.core.context import the_office
from rso.core.pages import InYear, OneOf, Words, list_page
from rso.members.site import WithBody
from rso.publications.models import Publication, PublicationKind


class PublicationFilters(django_filters.FilterSet):  # type: ignore[misc]
    q = Words()
    kind = OneOf(PublicationKind.choices, _("Kind"))
    body = WithBody()
    year = InYear("first_issued_on")

    class Meta:
        model = Publication
        fields: list[str] = []


def publications(request: HttpRequest) -> HttpResponse:
    filters = PublicationFilters(request.GET, Publication.objects.out().newest_first())
    return list_page(request, filters, "publications/list.html")


def publication(request: HttpRequest, ref: str) -> HttpResponse:
    works = Publication.objects.out().select_related("activity__purpose", "source")
    found = get_object_or_404(works, ref=ref)
    context = {
        "work": found,
        "parts": found.parts.select_related("body").order_by("part", "body__name"),
        "editions": found.editions.order_by("language", "number"),
    }
    return render(request, "publications/detail.html", context)


def absolute(path: str) -> str:
    return f"{settings.BASE_URL}{path}"


class NewPublications(Feed):  # type: ignore[type-arg]
    """The newest works as an Atom feed. Entries are dated by first issue; an entry is the same in every language."""

    feed_type = Atom1Feed
    title = _("New publications")

    def link(self) -> str:
        return absolute(reverse("publications"))

    def feed_url(self) -> str:
        return absolute(reverse("publications-feed"))

    def author_name(self) -> str:
        return the_office().name

    def subtitle(self) -> str:
        return the_office().statement

    def items(self) -> Any:
        return Publication.objects.out().newest_first()[:20]

    def item_link(self, item: Publication) -> str:
        return absolute(item.get_absolute_url())

    def item_description(self, item: Publication) -> str:
        return escape(item.summary)  # feed readers take it for HTML

    def item_updateddate(self, item: Publication) -> datetime:
        return datetime.combine(item.first_issued_on, time(), tzinfo=UTC)

    def item_guid(self, item: Publication) -> str:
        with translation.override(settings.LANGUAGE_CODE):
            return absolute(item.get_absolute_url())


urlpatterns = [
    path("publications/", publications, name="publications"),
    path("publications/feed/", NewPublications(), name="publications-feed"),
    path("publications/<ref:ref>/", publication, name="publication"),
]
