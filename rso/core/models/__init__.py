"""Nouns that every room shares: the record and its basis, sources and what they state, notes, the audit trail."""

from collections.abc import Mapping
from functools import cache
from typing import Any, ClassVar, TypeVar

from django.conf import settings
from django.core.validators import RegexValidator
from django.db import models
from django.db.models import F, Q
from django.utils import translation
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from rso.core.models.closing import ClosedPeriod as ClosedPeriod
from rso.core.models.desk import CalendarFeed as CalendarFeed
from rso.core.models.desk import Digest as Digest
from rso.core.models.desk import Draft as Draft
from rso.core.models.desk import SavedView as SavedView
from rso.core.models.rules import one_of as one_of
from rso.core.models.rules import precision_is_known as precision_is_known
from rso.core.models.rules import words_in as words_in
from rso.core.models.trail import Access as Access
from rso.core.models.trail import AuditEvent as AuditEvent
from rso.core.models.trail import Correction as Correction
from rso.core.models.trail import Merge as Merge
from rso.core.models.trail import Saw as Saw
from rso.core.privacy import DataClass, Privacy, public

M = TypeVar("M", bound=models.Model)


class Basis(models.IntegerChoices):
    """How a record is known, firmest first; a greater number is weaker ground."""

    RECORDED = 1, _("Recorded")
    STATED = 2, _("Stated")
    ESTIMATED = 3, _("Estimated")
    ILLUSTRATIVE = 4, _("Illustrative")

    @property
    def slug(self) -> str:
        return self.name.lower()


class Precision(models.IntegerChoices):
    """How much of a date is known; pages print no more than that."""

    DAY = 1, _("Day")
    MONTH = 2, _("Month")
    YEAR = 3, _("Year")

    @property
    def slug(self) -> str:
        return self.name.lower()


class Bound(models.TextChoices):
    EXACT = "exact", _("exactly")
    AT_LEAST = "at_least", _("at least")
    ABOUT = "about", _("about")


class RefField(models.CharField):  # type: ignore[type-arg]
    """The stable name of a record in files, addresses and evidence; never a database id."""

    def __init__(self, **options: Any) -> None:
        options.setdefault("max_length", 60)
        options.setdefault("unique", True)
        options.setdefault(
            "validators",
            [RegexValidator(r"^[A-Za-z0-9][A-Za-z0-9._-]*$", _("letters, digits, points and hyphens only"))],
        )
        options.setdefault("verbose_name", _("ref"))
        super().__init__(**options)


class RankField(models.PositiveSmallIntegerField):  # type: ignore[type-arg]
    """A small whole number with a name for each value; files and evidence write the name."""

    def __init__(self, ranks: type[models.IntegerChoices] | None = None, **options: Any) -> None:
        self.ranks = ranks
        if ranks is not None:
            options.setdefault("choices", ranks.choices)
        super().__init__(**options)

    def name_of(self, value: int | None) -> str | int | None:
        """The name that files write for a value."""
        return self.ranks(value).name.lower() if self.ranks is not None and value is not None else value

    def deconstruct(self) -> Any:
        name, _path, args, kwargs = super().deconstruct()
        return name, "django.db.models.PositiveSmallIntegerField", args, kwargs


@cache
def _labels(field: Any) -> dict[Any, Any]:
    """The words for each value of a field, as they are said in whichever language is asked for."""
    return dict(field.flatchoices)


class Kept(models.Model):
    """Whatever has a ref. Two records of one kind never share it."""

    privacy: ClassVar[Privacy]
    #: Fields that name whose a record is, each with what a list of them is called: a leaver hands them over.
    hands_over: ClassVar[Mapping[str, str | Promise]] = {}
    #: Which of those a leaver still has to do with, where not all.
    still_theirs: ClassVar[Q] = Q()
    #: Fields of which the audit trail says nothing: secrets, and what is noted without a verb.
    untold: ClassVar[frozenset[str]] = frozenset()
    #: Relations that it needs in order to say its name.
    named_by: ClassVar[tuple[str, ...]] = ()
    #: Fields that its name is made of, where not all are to be read for it.
    named_in: ClassVar[tuple[str, ...]] = ()
    #: Which of them forms and filters offer, where not all.
    offered_where: ClassVar[Q] = Q()
    ref = RefField()

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return str(self.ref)

    def _get_FIELD_display(self, field: Any) -> str:  # noqa: N802
        """Behind `get_type_display` and its like. Django's own translates every label of a field to show one of them."""
        value = getattr(self, field.attname)
        return "" if value is None else str(_labels(field).get(value, value))


def by_name(rows: models.QuerySet[M], *relations: str) -> models.QuerySet[M]:
    """The rows with what they point to, of which no more is read than its name needs."""
    return rows.select_related(*relations).only(*_read(rows.model, relations)) if relations else rows


@cache
def _read(model: type[models.Model], relations: tuple[str, ...]) -> list[str]:
    others: dict[str, Any] = {name: model._meta.get_field(name).related_model for name in relations}
    own = [field.name for field in model._meta.concrete_fields]
    return own + [
        f"{name}__{field}" for name, other in others.items() if other.named_in for field in ("ref", *other.named_in)
    ]


class Source(Kept):
    """A document that others can read; endnotes are drawn from it."""

    named_in = ("title",)
    privacy = public(_("Names the documents that the office's facts rest on"))
    author = models.CharField(
        _("author"), max_length=200, help_text=_("Who wrote it, or the body in whose name it stands.")
    )
    title = models.CharField(_("title"), max_length=300)
    published_on = models.CharField(
        _("published on"), max_length=10, blank=True, help_text=_("2022, 2022-09 or 2022-09-30.")
    )
    publisher = models.CharField(_("publisher"), max_length=200, blank=True)
    link = models.URLField(_("link"), max_length=500, blank=True, help_text=_("Where others can read it."))
    note = models.TextField(_("note"), blank=True, help_text=_("What a reader should know of it."))

    class Meta:
        verbose_name = _("source")

    def __str__(self) -> str:
        return self.title


class Statement(Kept):
    """What a source says, as a number: shown beside the figure that it speaks of, and never counted."""

    privacy = public(_("Keeps what a document says beside what the records show"))
    source = models.ForeignKey(Source, models.PROTECT, related_name="statements", verbose_name=_("source"))
    place = models.CharField(
        _("place in the document"), max_length=200, blank=True, help_text=_("Page, part or heading.")
    )
    #: What it says, in our words, and at most fifteen words of its own.
    says = models.CharField(_("what it says"), max_length=400, help_text=_("In our words."))
    words = models.CharField(_("its own words"), max_length=200, blank=True, help_text=_("At most fifteen of them."))
    number = models.DecimalField(_("number"), max_digits=18, decimal_places=4, null=True, blank=True)
    unit = models.CharField(_("unit"), max_length=60, help_text=_("What the number counts."))
    bound = models.CharField(_("how exact"), max_length=10, choices=Bound.choices, default=Bound.EXACT)
    #: The figure and period that the statement speaks of, where there is one.
    figure = models.SlugField(
        _("figure"), max_length=60, blank=True, help_text=_("The figure that it speaks of; it is then shown beside it.")
    )
    period = models.CharField(_("period"), max_length=24, blank=True, help_text=_("2022, 2022-09, 2022-H1 or FY2022."))

    class Meta:
        verbose_name = _("statement")
        indexes = [models.Index(fields=["figure", "period"], name="statement_of_figure")]
        constraints = [one_of("statement", "bound", Bound)]


def in_language(text: str, translated: dict[str, str]) -> str:
    """The text in the language in force where it has been translated, else as it stands."""
    return translated.get(translation.get_language() or "en") or text


class Titled(Kept):
    """A reference list entry: its title in English and, where it has been translated, in other languages."""

    named_in: ClassVar[tuple[str, ...]] = ("title", "titles")
    title = models.CharField(_("title"), max_length=200)
    titles = models.JSONField(_("title in other languages"), default=dict, blank=True)
    order = models.PositiveSmallIntegerField(
        _("place in the list"), default=0, help_text=_("Smaller numbers stand first.")
    )

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return self.label

    @property
    def label(self) -> str:
        return in_language(self.title, self.titles)


class ShortTitled(Titled):
    """A reference list entry that has a short title for charts as well."""

    named_in: ClassVar[tuple[str, ...]] = ("title", "titles", "short", "shorts")
    short = models.CharField(_("short title"), max_length=60, help_text=_("As charts show it."))
    shorts = models.JSONField(_("short title in other languages"), default=dict, blank=True)

    class Meta:
        abstract = True

    @property
    def short_label(self) -> str:
        return in_language(self.short, self.shorts)


class Record(Kept):
    """A record that figures may count: it says how it is known and from which source."""

    basis = RankField(
        Basis,
        verbose_name=_("basis"),
        default=Basis.RECORDED,
        help_text=_("How firmly it is known: figures say so wherever they count it."),
    )
    source = models.ForeignKey(
        Source,
        models.PROTECT,
        verbose_name=_("source"),
        null=True,
        blank=True,
        related_name="+",
        help_text=_("The document in which it stands."),
    )

    class Meta:
        abstract = True

    @classmethod
    def constraints(cls, name: str) -> list[models.BaseConstraint]:
        return [models.CheckConstraint(condition=Q(basis__range=(1, 4)), name=f"{name}_basis_is_known")]


AS_KNOWN = _("Pages show no more of the date than is known.")


class Dated(models.Model):
    """First and last day, and how much of them is known. The stored day places the record where only a part is known."""

    starts_on = models.DateField(_("first day"))
    ends_on = models.DateField(_("last day"))
    precision = RankField(Precision, verbose_name=_("precision"), default=Precision.DAY, help_text=AS_KNOWN)

    class Meta:
        abstract = True

    @classmethod
    def constraints_of_dates(cls, name: str) -> list[models.BaseConstraint]:
        return [
            models.CheckConstraint(condition=Q(ends_on__gte=F("starts_on")), name=f"{name}_ends_after_it_starts"),
            precision_is_known(name),
        ]


class Note(Kept):
    """A remark on a figure, on one period of it, or on one value of a dimension; it appears wherever that cell is shown."""

    privacy = public(_("Tells readers what to know about a figure"))
    figure = models.SlugField(
        _("figure"), max_length=60, help_text=_("The name of the figure, such as participations.")
    )
    period = models.CharField(
        _("period"), max_length=24, blank=True, help_text=_("Where empty, the note stands for every period.")
    )
    dimension = models.SlugField(
        _("dimension"),
        max_length=40,
        blank=True,
        help_text=_("Where the note is on one value: by what the figure is split, such as theme."),
    )
    value = models.CharField(
        _("value"), max_length=60, blank=True, help_text=_("The code of the value, such as the ref of the theme.")
    )
    text = models.TextField(_("text"))
    texts = models.JSONField(_("text in other languages"), default=dict, blank=True)

    class Meta:
        verbose_name = _("note")
        indexes = [models.Index(fields=["figure"], name="note_of_figure")]

    @property
    def label(self) -> str:
        return in_language(self.text, self.texts)


class Office(Kept):
    """Whose platform this is: one record. Its statement stands on every page, cover and foot."""

    privacy = public(_("Names the office on its pages and reports"))
    name = models.CharField(_("name"), max_length=120)
    names = models.JSONField(_("name in other languages"), default=dict, blank=True)
    parent = models.CharField(
        _("part of"), max_length=120, blank=True, help_text=_("The process or organisation that the office belongs to.")
    )
    parents = models.JSONField(_("part of, in other languages"), default=dict, blank=True)
    lead = models.CharField(
        _("lead"), max_length=300, blank=True, help_text=_("The sentence that opens the home page.")
    )
    mission = models.CharField(_("mission"), max_length=300, blank=True)
    address = models.TextField(_("address"), blank=True)
    email = models.EmailField(_("e-mail"), blank=True)
    statement = models.CharField(
        _("statement"), max_length=200, blank=True, help_text=_("It stands on every page and cover.")
    )
    #: The first day that the office's records cover; figures before it are "not collected".
    records_from = models.DateField(
        _("records from"),
        null=True,
        blank=True,
        help_text=_("The first day that the records cover; figures before it are not collected."),
    )
    #: The last day that they cover so far, where they do not go on: later periods are "not collected".
    records_to = models.DateField(
        _("records to"), null=True, blank=True, help_text=_("The last day that they cover, where they do not go on.")
    )
    #: The period that the home page shows.
    headline_period = models.CharField(
        _("headline period"), max_length=24, blank=True, help_text=_("The period that the home page shows.")
    )

    class Meta:
        verbose_name = _("office")

    @property
    def label(self) -> str:
        return in_language(self.name, self.names)

    @property
    def parent_label(self) -> str:
        return in_language(self.parent, self.parents)


class AttachmentQuerySet(models.QuerySet["Attachment"]):
    def of(self, kind: str, ref: str) -> "AttachmentQuerySet":
        """What is attached to a record now."""
        return self.filter(of_kind=kind, of_ref=ref, withdrawn_at=None)


class Attachment(Kept):
    """A file that was attached to a record of any kind. Its bytes lie in the media folder, under a name made from their digest.

    Once it is withdrawn the bytes are gone, and the name stays for the history.
    """

    privacy = Privacy(
        DataClass.PERSONAL,
        _("Keeps the papers that belong to a record beside it"),
        _("Until it is withdrawn; then its name stays in the history"),
    )
    of_kind = models.CharField(_("kind of record"), max_length=40)
    of_ref = models.CharField(_("record"), max_length=60)
    name = models.CharField(_("name of the file"), max_length=120)
    media_type = models.CharField(_("type of the file"), max_length=100)
    size = models.PositiveIntegerField(_("size"))
    sha256 = models.CharField(_("digest"), max_length=64)
    description = models.CharField(
        _("what it shows"),
        max_length=300,
        blank=True,
        help_text=_("For those who look for it, or cannot see a picture."),
    )
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("attached by"))
    at = models.DateTimeField(_("attached at"))
    withdrawn_at = models.DateTimeField(_("withdrawn at"), null=True, blank=True)
    reason = models.CharField(_("reason"), max_length=400, blank=True)

    objects = AttachmentQuerySet.as_manager()

    class Meta:
        verbose_name = _("file")
        indexes = [
            models.Index(fields=["of_kind", "of_ref"], name="attachment_of_record"),
            models.Index(fields=["sha256"], name="attachment_by_digest"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def path(self) -> str:
        """Where the bytes lie under the media folder: no name that anyone typed is in it."""
        return f"attachments/{self.sha256[:2]}/{self.sha256}"
