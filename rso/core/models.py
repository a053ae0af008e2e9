"""Nouns that every room shares: the record and its basis, sources and what they state, notes, the audit trail."""

from typing import Any, ClassVar

from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder
from django.core.validators import RegexValidator
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Upper
from django.utils import translation
from django.utils.translation import gettext_lazy as _

from rso.core.privacy import KEPT, DataClass, Privacy, public


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


def one_of(name: str, field: str, choices: type[models.Choices], *, blank: bool = False) -> models.BaseConstraint:
    """A field holds one of its choices, or nothing where it may be blank, whoever writes it."""
    values = [*choices.values, ""] if blank else choices.values
    return models.CheckConstraint(condition=Q(**{f"{field}__in": values}), name=f"{name}_{field}_is_known")


def words_in(name: str, field: str = "title") -> models.Index:
    """PostgreSQL walks no index for words within a title, but learns from it how many rows hold them: whether to read a page
    of the newest from their order, or to sort what it found."""
    return models.Index(Upper(field), name=f"{name}_words")


class Kept(models.Model):
    """Whatever has a ref. Two records of one kind never share it."""

    privacy: ClassVar[Privacy]
    #: Relations that it needs in order to say its name.
    named_by: ClassVar[tuple[str, ...]] = ()
    ref = RefField()

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return str(self.ref)

    def _get_FIELD_display(self, field: Any) -> str:  # noqa: N802
        """Behind `get_type_display` and its like. Django's own translates every label of a field to show one of them."""
        value = getattr(self, field.attname)
        return "" if value is None else str(next((label for key, label in field.flatchoices if key == value), value))


class Source(Kept):
    """A document that others can read; endnotes are drawn from it."""

    privacy = public(_("Names the documents that the office's facts rest on"))
    author = models.CharField(max_length=200)
    title = models.CharField(max_length=300)
    published_on = models.CharField(max_length=10, blank=True)
    publisher = models.CharField(max_length=200, blank=True)
    link = models.URLField(max_length=500, blank=True)
    note = models.TextField(blank=True)

    class Meta:
        verbose_name = _("source")

    def __str__(self) -> str:
        return self.title


class Statement(Kept):
    """What a source says, as a number: shown beside the figure that it speaks of, and never counted."""

    privacy = public(_("Keeps what a document says beside what the records show"))
    source = models.ForeignKey(Source, models.PROTECT, related_name="statements")
    place = models.CharField(max_length=200, blank=True)
    #: What it says, in our words, and at most fifteen words of its own.
    says = models.CharField(max_length=400)
    words = models.CharField(max_length=200, blank=True)
    number = models.DecimalField(max_digits=18, decimal_places=4, null=True, blank=True)
    unit = models.CharField(max_length=60)
    bound = models.CharField(max_length=10, choices=Bound.choices, default=Bound.EXACT)
    #: The figure and period that the statement speaks of, where there is one.
    figure = models.SlugField(max_length=60, blank=True)
    period = models.CharField(max_length=24, blank=True)

    class Meta:
        verbose_name = _("statement")
        indexes = [models.Index(fields=["figure", "period"], name="statement_of_figure")]
        constraints = [one_of("statement", "bound", Bound)]


def in_language(text: str, translated: dict[str, str]) -> str:
    """The text in the language in force where it has been translated, else as it stands."""
    return translated.get(translation.get_language() or "en") or text


class Titled(Kept):
    """A reference list entry: its title in English and, where it has been translated, in other languages."""

    title = models.CharField(_("title"), max_length=200)
    titles = models.JSONField(_("title in other languages"), default=dict, blank=True)
    order = models.PositiveSmallIntegerField(_("place in the list"), default=0)

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return self.label

    @property
    def label(self) -> str:
        return in_language(self.title, self.titles)


class ShortTitled(Titled):
    """A reference list entry that has a short title for charts as well."""

    short = models.CharField(_("short title"), max_length=60, help_text=_("It stands in charts and tables."))
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


def precision_is_known(name: str, field: str = "precision") -> models.BaseConstraint:
    return models.CheckConstraint(condition=Q(**{f"{field}__range": (1, 3)}), name=f"{name}_{field}_is_known")


AS_KNOWN = _("Pages show no more of the date than is known.")


class Dated(models.Model):
    """First and last day, and how much of them is known. The stored day places the record where only a part is known."""

    starts_on = models.DateField(_("first day"))
    ends_on = models.DateField(_("last day"))
    precision = RankField(Precision, verbose_name=_("known to the"), default=Precision.DAY, help_text=AS_KNOWN)

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
    figure = models.SlugField(max_length=60)
    period = models.CharField(max_length=24, blank=True)
    dimension = models.SlugField(max_length=40, blank=True)
    value = models.CharField(max_length=60, blank=True)
    text = models.TextField()
    texts = models.JSONField(default=dict, blank=True)

    class Meta:
        verbose_name = _("note")
        indexes = [models.Index(fields=["figure"], name="note_of_figure")]

    @property
    def label(self) -> str:
        return in_language(self.text, self.texts)


class Office(Kept):
    """Whose platform this is: one record. Its statement stands on every page, cover and foot."""

    privacy = public(_("Names the office on its pages and reports"))
    name = models.CharField(max_length=120)
    names = models.JSONField(default=dict, blank=True)
    parent = models.CharField(max_length=120, blank=True)
    parents = models.JSONField(default=dict, blank=True)
    lead = models.CharField(max_length=300, blank=True)
    mission = models.CharField(max_length=300, blank=True)
    address = models.TextField(blank=True)
    email = models.EmailField(blank=True)
    statement = models.CharField(max_length=200, blank=True)
    #: The first day that the office's records cover; figures before it are "not collected".
    records_from = models.DateField(null=True, blank=True)
    #: The last day that they cover so far, where they do not go on: later periods are "not collected".
    records_to = models.DateField(null=True, blank=True)
    #: The period that the home page shows.
    headline_period = models.CharField(max_length=24, blank=True)

    class Meta:
        verbose_name = _("office")

    @property
    def label(self) -> str:
        return in_language(self.name, self.names)

    @property
    def parent_label(self) -> str:
        return in_language(self.parent, self.parents)


class Correction(models.Model):
    """What the office says of one cell of a record, where a file may say otherwise: a re-load leaves the cell to the office."""

    privacy = Privacy(
        DataClass.OFFICE,
        _("Keeps what the office corrected when its files are loaded again"),
        _("Until the file says the same, or the office takes what the file says"),
    )
    kind = models.CharField(max_length=40)
    ref = models.CharField(max_length=60)
    column = models.CharField(max_length=60)
    #: The cell as files write it: as it stood before the office corrected it, and as the office has it.
    file_value = models.TextField(blank=True)
    office_value = models.TextField(blank=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    at = models.DateTimeField()
    reason = models.CharField(max_length=400, blank=True)
    #: What the last file that said otherwise held, and when it was loaded.
    seen_value = models.TextField(blank=True)
    seen_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("correction")
        constraints = [models.UniqueConstraint(fields=["kind", "ref", "column"], name="correction_once_a_cell")]

    def __str__(self) -> str:
        return f"{self.ref} {self.column}"

    @property
    def file_says(self) -> str:
        """What the file says, as far as it is known."""
        return self.seen_value if self.seen_at else self.file_value

    @property
    def source_has_changed(self) -> bool:
        """Whether the file has said a third thing since the office corrected the cell."""
        return self.file_says != self.file_value


class Merge(models.Model):
    """Two records that were one: which of them stayed, and what was led over to it, so that it can be brought back."""

    privacy = Privacy(
        DataClass.PERSONAL,
        _("Lets the office take back that two records were called one"),
        _("As long as the record that stayed"),
    )
    kind = models.CharField(max_length=40)
    loser = models.CharField(max_length=60)
    winner = models.CharField(max_length=60)
    #: Refs that are no more, each as (kind, ref, the ref that stands for it).
    gone = models.JSONField(default=list)
    #: What was done, step by step, in the words of `rso.core.merging`.
    steps = models.JSONField(default=list, encoder=DjangoJSONEncoder)
    #: The last audit event of the merge: what is told later was done later.
    last_event = models.PositiveBigIntegerField(default=0)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    at = models.DateTimeField()
    reason = models.CharField(max_length=400, blank=True)
    undone_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")
    undone_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("merge")
        indexes = [models.Index(fields=["kind", "loser"], name="merge_of_loser")]

    def __str__(self) -> str:
        return f"{self.loser} → {self.winner}"


class AuditEvent(models.Model):
    """Who did what to which record, and what changed. Written by the verb in its own transaction, never edited."""

    privacy = Privacy(DataClass.OFFICE, _("Shows who changed which record, when and why"), KEPT)
    at = models.DateTimeField()
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    verb = models.CharField(max_length=40)
    kind = models.CharField(max_length=40)
    ref = models.CharField(max_length=60)
    before = models.JSONField(default=dict, encoder=DjangoJSONEncoder)
    after = models.JSONField(default=dict, encoder=DjangoJSONEncoder)
    reason = models.CharField(max_length=400, blank=True)

    class Meta:
        verbose_name = _("audit event")
        indexes = [
            models.Index(fields=["kind", "id"], name="audit_last_of_kind"),
            models.Index(fields=["kind", "ref"], name="audit_of_record"),
        ]

    def __str__(self) -> str:
        return f"{self.verb} {self.kind} {self.ref}"


class Saw(models.TextChoices):
    """What someone did with records that they did not change."""

    READ = "read", _("Read")
    LISTED = "listed", _("Listed")
    EXPORTED = "exported", _("Exported")


class Access(models.Model):
    """Who saw which personal data, and who took which list away. Written by `rso.core.access`, never edited.

    It is kept apart from audit events: those say which state the records are in, and what pages keep of figures hangs on them.
    """

    privacy = Privacy(DataClass.OFFICE, _("Shows who saw personal data and who took which lists away"), KEPT)
    at = models.DateTimeField()
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    what = models.CharField(max_length=10, choices=Saw.choices, default=Saw.READ)
    kind = models.CharField(max_length=40)
    #: The record; empty where it was a list.
    ref = models.CharField(max_length=60, blank=True)
    rows = models.PositiveIntegerField(default=1)
    #: What the list was filtered by, as its address has it.
    filters = models.CharField(max_length=400, blank=True)

    class Meta:
        verbose_name = _("access")
        indexes = [
            models.Index(fields=["kind", "ref", "id"], name="access_to_record"),
            models.Index(fields=["actor", "id"], name="access_by_person"),
            models.Index(fields=["at"], name="access_at"),
        ]
        constraints = [one_of("access", "what", Saw)]

    def __str__(self) -> str:
        return f"{self.what} {self.kind} {self.ref or self.rows}"


class SavedViewQuerySet(models.QuerySet["SavedView"]):
    def seen_by(self, user: Any) -> "SavedViewQuerySet":
        """One's own, and those that colleagues share."""
        return self.filter(Q(owner=user.pk) | Q(shared=True))


class SavedView(models.Model):
    """A list as someone wants to see it again: its filters, order and columns, as the address says them."""

    privacy = Privacy(
        DataClass.OFFICE, _("Spares people to choose the same rows again"), _("Until its owner removes it")
    )
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    desk = models.SlugField(max_length=40)
    title = models.CharField(_("Name of the view"), max_length=60)
    query = models.CharField(max_length=2000)
    shared = models.BooleanField(_("Shown to the whole office"), default=False)

    objects = SavedViewQuerySet.as_manager()

    class Meta:
        verbose_name = _("saved view")
        constraints = [models.UniqueConstraint(fields=["owner", "desk", "title"], name="saved_view_once")]

    def __str__(self) -> str:
        return self.title


class Draft(models.Model):
    """What someone was typing into a form, kept until it is saved or dropped. `token` names one opening of the form.

    Once it is saved, `done` names the record, so that a second click on the same form leads to it and makes no other.
    """

    privacy = Privacy(
        DataClass.PERSONAL, _("Keeps what is typed from being lost"), _("Thirty days after its last change")
    )
    token = models.UUIDField(unique=True)
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    desk = models.SlugField(max_length=40)
    #: The record that is being changed; empty for a new one.
    ref = models.CharField(max_length=60, blank=True)
    cells = models.JSONField(default=dict)
    #: The record's cells when the form was opened.
    began = models.JSONField(default=dict)
    kept_at = models.DateTimeField()
    done = models.CharField(max_length=60, blank=True)

    class Meta:
        verbose_name = _("draft")
        indexes = [models.Index(fields=["owner", "desk", "ref"], name="draft_of_form")]

    def __str__(self) -> str:
        return f"{self.desk} {self.ref}"
