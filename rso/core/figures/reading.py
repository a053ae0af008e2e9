"""A figure read for one period and one kind of reader: value, basis, status, breakdowns, records. Nothing is stored."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal
from functools import cached_property
from statistics import median
from typing import Any

from django.db.models import Case, F, PositiveSmallIntegerField, Q, QuerySet, Value, When
from django.db.models.expressions import Combinable
from django.db.models.functions import Greatest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from rso.core.figures.adding import Covered, Distinct, Median, Share, Slice, Total
from rso.core.figures.breakdowns import Breakdown, Crossing, Status, share_of
from rso.core.figures.counting import count_by_basis, trend
from rso.core.figures.dimensions import BASIS, Dimension
from rso.core.figures.earlier import Table, held_back
from rso.core.figures.registry import Figure, registry
from rso.core.figures.splitting import cross, fresh_cells, split
from rso.core.figures.suppression import is_hidden, tally
from rso.core.figures.units import Number
from rso.core.models import Basis, Office, Precision
from rso.core.periods import Period


@dataclass(frozen=True)
class Reader:
    """Who reads. The office sees records and unsuppressed splits; the public sees neither."""

    office: bool = False


PUBLIC = Reader()
OFFICE = Reader(office=True)
Cover = tuple[date | None, date | None]


def _ranked(known: Mapping[int, Q]) -> Case:
    """The rank of the first condition that holds, or the record's own basis."""
    cases = [When(condition, then=Value(int(rank))) for rank, condition in known.items()]
    return Case(*cases, default=F("basis"), output_field=PositiveSmallIntegerField())


def records_cover() -> Cover:
    """The first day that the office's records cover, and the last where they do not go on."""
    return Office.objects.values_list("records_from", "records_to").first() or (None, None)


class Reading:
    """One figure for one period. What several questions need is asked of the database once."""

    def __init__(
        self,
        figure: Figure,
        period: Period,
        *,
        as_at: date | None = None,
        reader: Reader = PUBLIC,
        cover: Cover | None = None,
    ) -> None:
        self.figure = figure
        self.period = period
        self.as_at = as_at or period.last_day
        self.reader = reader
        self._cover = cover
        #: The figure and the sensitive dimension of which this reading counts some rows, where it is a part of a share.
        self.split_from: tuple[Reading, Dimension] | None = None
        #: Which rows.
        self.cut: Slice | None = None
        #: What has been counted already, by what was asked.
        self.memo: dict[Any, Any] = {}

    def beside(self, figure: Figure) -> Reading:
        """Another figure for the same period and reader."""
        return Reading(figure, self.period, as_at=self.as_at, reader=self.reader, cover=self._covered)

    def during(self, period: Period) -> Reading:
        """The same figure for another period and the same reader."""
        return Reading(self.figure, period, reader=self.reader, cover=self._covered)

    @cached_property
    def whole(self) -> Reading:
        """The figure that this one is within, or itself: the public can subtract one from the other."""
        return self.beside(registry.find(self.figure.within)) if self.figure.within else self

    # -- records -------------------------------------------------------------------------------------------------------

    @cached_property
    def span(self) -> Period | None:
        """The days of the period that the office's records cover; None where there are none."""
        return self.period.within(*self._covered)

    @property
    def parents(self) -> QuerySet[Any]:
        """The records, or the parents through which they are dated, of the days covered."""
        found = self.figure.source.parents(self.span or self.period, self.figure.parents)
        return found if self.span else found.none()

    @cached_property
    def counted(self) -> QuerySet[Any]:
        """Records that satisfy the figure's own conditions; conditions on the things counted are not yet applied."""
        source, adds = self.figure.source, self.figure.adds
        model: Any = source.model
        if self.span is None:
            nothing: QuerySet[Any] = model.objects.none()
            return nothing
        found = source.during(self.span, self.as_at, self.figure.parents).filter(self.figure.where)
        if isinstance(adds, Covered):
            has = Q(pk__in=sorted(self._firmest))
            found = found.exclude(has) if adds.lacking else found.filter(has)
        return found

    @property
    def shown(self) -> QuerySet[Any]:
        """The records to be listed: each says, as `basis_here`, how it is known in this period."""
        found: QuerySet[Any] = self.records.annotate(basis_here=self.basis_at())
        return found.select_related(*self.figure.source.related)

    @property
    def evidence(self) -> list[QuerySet[Any]]:
        """The records behind the value: of a share those of both its parts, as `behind` tells them."""
        if not self.figure.slices:
            return [self.records]
        if self._sensitive and not self.reader.office:
            return [self._sensitive[0].records]
        return [part.records for part in self.parts]

    def behind(self, slug: str, keys: Sequence[str]) -> QuerySet[Any]:
        """The records behind some rows of a breakdown; of a sensitive one the public is told all, or refs would tell it."""
        dimension = self.figure.source.dimension(slug)
        if dimension.sensitive and not self.reader.office:
            return self.records
        found: QuerySet[Any]
        if dimension is BASIS:
            found = self.records.annotate(_known=self.basis_at()).filter(
                _known__in=[Basis[key.upper()] for key in keys]
            )
            return found
        return self.records.filter(dimension.keys_filter(self.records.model, keys))

    @cached_property
    def records(self) -> QuerySet[Any]:
        """The records that the figure counts, unordered."""
        adds = self.figure.adds
        if isinstance(adds, Distinct) and adds.only:
            return self.counted.filter(**{f"{adds.of}__in": self.things.values("pk")})
        return self.counted

    @property
    def things(self) -> QuerySet[Any]:
        """What a distinct figure counts once each, by way of its records."""
        adds = self.figure.adds
        assert isinstance(adds, Distinct)
        model: Any = self.counted.model
        for name in adds.of.split("__"):
            model = model._meta.get_field(name).related_model
        found: QuerySet[Any] = model.objects.filter(adds.only)
        return found

    @cached_property
    def adds(self) -> Total | Distinct:
        """How the records add up, for all questions but the value of a share or a median."""
        adds = self.figure.adds
        return adds if isinstance(adds, Total | Distinct) else Total()

    @cached_property
    def parts(self) -> tuple[Reading, Reading]:
        """Numerator and denominator of a share."""
        part, whole = self.figure.slices
        return self._slice(part), self._slice(whole)

    def _tallied(self, keys: Sequence[str]) -> Iterator[int]:
        """The value of each of some rows of the sensitive split, without a statement for each."""
        assert self._sensitive is not None
        whole, dimension = self._sensitive
        numbers = tally(whole, dimension)
        names = dimension.names(numbers)
        at = 0 if isinstance(whole.figure.adds, Total) else 1
        yield from (numbers[raw][at] for raw, named in names.items() if named.key in keys and raw in numbers)

    def _slice(self, cut: Slice) -> Reading:
        figure = registry.find(cut.figure)
        if not cut.dimension:
            return self.beside(figure)
        inside = figure.source.dimension(cut.dimension).keys_filter(figure.source.model, cut.keys)
        found = self.beside(replace(figure, where=figure.where & inside))
        # Rows of a sensitive split are shown where the split is.
        found.split_from, found.cut = self._sensitive, cut
        return found

    # -- value, basis, status ------------------------------------------------------------------------------------------

    @cached_property
    def value(self) -> Number | None:
        """The figure, or None where it was not collected, cannot exist or may not be shown to this reader."""
        if self.span is None or self.suppressed:
            return None
        adds = self.figure.adds
        if (held := self._held) is not None:
            parts = [cut.keys for cut in (self.figure.slices or (self.cut,)) if cut]
            numbers = [sum(held.cells.get(key) or 0 for key in keys) for keys in parts]
            return share_of(*numbers) if self.figure.slices else numbers[0]
        if isinstance(adds, Share) and self._sensitive:
            return share_of(*(sum(self._tallied(cut.keys)) for cut in self.figure.slices))
        if isinstance(adds, Share):
            return share_of(*(reading.value for reading in self.parts))
        if isinstance(adds, Median):
            days = [(last - first).days for first, last in self.records.values_list(adds.first, adds.last)]
            return Decimal(median(days)) if days else None
        if isinstance(adds, Distinct) and adds.only:
            present = self.things.filter(pk__in=self.counted.values(adds.of))
            return (present.values(adds.named).distinct() if adds.named else present).count()
        found: int = self.records.aggregate(v=self.adds.value())["v"]
        return found

    @cached_property
    def _covered(self) -> Cover:
        return records_cover() if self._cover is None else self._cover

    @cached_property
    def basis(self) -> dict[str, Number]:
        """How much of the value rests on which basis, in the figure's unit, firmest first. It sums to the value.

        Of people and other things counted once, each stands with the weakest of its records.
        """
        value, adds = self.value, self.figure.adds
        if value is None:
            return {}
        if self._held is not None and self.split_from:
            return {max(Basis[slug.upper()] for slug in self.split_from[0].basis).slug: value}
        if isinstance(adds, Share):
            part, whole = self.parts
            if self._sensitive and not self.reader.office:
                return {max(Basis[slug.upper()] for slug in self.bases).slug: value}
            return {basis: share_of(amount, whole.value) or 0 for basis, amount in part.basis.items()}
        counted = count_by_basis(self)
        if isinstance(adds, Median):
            return {Basis(max(counted)).slug: value}
        return {Basis(rank).slug: v for rank, v in sorted(counted.items()) if v}

    @property
    def bases(self) -> set[str]:
        """Every basis under the value. Of a share both parts', or those of the people whom a sensitive split is of."""
        if not self.figure.slices:
            return set(self.basis)
        of = self._sensitive[:1] if self._sensitive else self.parts
        return {slug for reading in of for slug in reading.basis}

    @cached_property
    def ranks(self) -> list[int]:
        """Every basis among the records that are counted."""
        known = self.counted.annotate(_basis=self.basis_at()).order_by()
        return list(known.values_list("_basis", flat=True).distinct())

    @property
    def _may_rest_on_estimates(self) -> bool:
        """Only where a record is estimated must each thing be told by the weakest of its records, which takes long."""
        return not isinstance(self.figure.adds, Distinct) or Basis.ESTIMATED in self.ranks

    def basis_at(self, finest: int = Precision.YEAR) -> Combinable:
        """A record's basis. Illustrative where its date is known less precisely than the period or dimension needs."""
        adds, needed = self.figure.adds, self.needed_precision(finest)
        if isinstance(adds, Covered):
            return self._basis_of_evidence
        if isinstance(adds, Median):
            late = Q(*((f"{path}__gt", Precision.DAY) for path in adds.precisions), _connector=Q.OR)
        elif self.figure.source.precision and needed < Precision.YEAR:
            late = Q(**{f"{self.figure.source.precision}__gt": needed})
        else:
            return F("basis")
        return _ranked({int(Basis.ILLUSTRATIVE): late})

    @cached_property
    def _firmest(self) -> dict[Any, int]:
        """What there is evidence of, by database id, with the rank of the firmest piece."""
        adds, needed = self.figure.adds, self.needed_precision()
        assert isinstance(adds, Covered)
        firmest: dict[Any, int] = {}
        if self.span is None:
            return firmest
        for evidence in registry.evidence.get(adds.evidence, ()):
            dated = [evidence.precision] if needed < Precision.YEAR else []
            found = evidence.during(self.span).values_list(evidence.of, evidence.basis, *dated).distinct()
            for thing, basis, *precision in found:
                rank = Basis.ILLUSTRATIVE if precision and precision[0] > needed else basis
                firmest[thing] = min(firmest.get(thing, rank), rank)
        return firmest

    @cached_property
    def _basis_of_evidence(self) -> Combinable:
        """What is shown by evidence is known as its firmest piece is; a lack of it, as the weakest that was looked at."""
        firmest, adds = self._firmest, self.figure.adds
        assert isinstance(adds, Covered)
        if adds.lacking:
            return Greatest(F("basis"), Value(max(firmest.values(), default=int(Basis.RECORDED))))
        known = {int(rank): Q(pk__in=[thing for thing, r in firmest.items() if r == rank]) for rank in Basis}
        return Greatest(F("basis"), _ranked(known))

    def needed_precision(self, finest: int = Precision.YEAR) -> int:
        return min(finest, self.period.precision)

    @cached_property
    def total_stated(self) -> Number:
        """The part of the value whose records point to a statement of a source that fixes their total."""
        path = self.figure.source.statement
        if not path or not isinstance(self.figure.adds, Total) or not self.value:
            return 0
        pointing = self.records.filter(**{f"{path}__isnull": False})
        if self.figure.source.precision and self.needed_precision() < Precision.YEAR:
            pointing = pointing.filter(**{f"{self.figure.source.precision}__lte": self.needed_precision()})
        found: int = pointing.aggregate(v=self.adds.value())["v"]
        return found

    @property
    def is_provisional(self) -> bool:
        return self._ends_open(self.period)

    def _ends_open(self, span: Period) -> bool:
        """Whether a span ends after the as-at date, after what the records cover so far, or is not over yet."""
        over = timezone.localdate() - timedelta(days=1)
        return min(self.as_at, self._covered[1] or over, over) < span.last_day

    @cached_property
    def status(self) -> Status:
        """SDMX's observation status, the strongest that applies."""
        if self.suppressed:
            return Status.SUPPRESSED
        if self.span is not None and self.value is None:
            return Status.CANNOT_EXIST
        return self.status_of(self.period, bases=self.bases if self._may_rest_on_estimates else ())

    def status_of(self, span: Period, *, breaks: Iterable[date] = (), bases: Collection[str] = ()) -> Status:
        """The status of a number for some days of the period that rests on these bases. `breaks` are days of change."""
        if span.within(*self._covered) is None:
            return Status.NOT_COLLECTED
        if any(span.contains(day) for day in (*self.figure.changed, *breaks)):
            return Status.BREAK
        if self._ends_open(span):
            return Status.PROVISIONAL
        return Status.ESTIMATED if Basis.ESTIMATED.slug in bases else Status.NORMAL

    # -- breakdowns ----------------------------------------------------------------------------------------------------

    @cached_property
    def suppressed(self) -> bool:
        """Whether this reader may not see the value: a share of a sensitive split that is itself refused or hidden."""
        if self.reader.office or self.span is None or self._sensitive is None:
            return False
        whole, dimension = self._sensitive
        if whole.refusal(dimension):
            return True
        held = self._held
        return is_hidden(whole, dimension) if held is None else None in held.cells.values()

    @cached_property
    def _held(self) -> Table | None:
        """For a share of a sensitive split, and for its parts: the split as it was published, where that is what the public sees."""
        if self.reader.office or self.span is None or self._sensitive is None:
            return None
        whole, dimension = self._sensitive
        return None if whole.refusal(dimension) else held_back(whole, dimension, fresh_cells(whole, dimension))

    @cached_property
    def _sensitive(self) -> tuple[Reading, Dimension] | None:
        """For a share of rows of a sensitive split, and for its parts: the figure and the dimension that are split."""
        if not self.figure.slices or not self.figure.slices[1].dimension:
            return self.split_from
        cut = self.figure.slices[1]
        whole = self.beside(registry.find(cut.figure))
        dimension = whole.figure.source.dimension(cut.dimension)
        return (whole, dimension) if dimension.sensitive else None

    @property
    def split_of(self) -> Reading | None:
        """For a share of rows of a sensitive split: the figure that is split."""
        return self._sensitive[0] if self._sensitive else None

    @property
    def dimensions(self) -> list[Dimension]:
        """By what this reader may split the figure for this period."""
        if not self.figure.slices:
            return [d for d in self.figure.source.dimensions if not self.refusal(d)]
        part, whole = (registry.find(cut.figure).source.dimensions for cut in self.figure.slices)
        shared = {d.slug for d in whole}
        return [d for d in part if d.slug in shared and not self.refusal(d)]

    def refusal(self, *dimensions: Dimension) -> str:
        """Why this reader may not have the split, or nothing."""
        if self.reader.office:
            return ""
        sensitive = [d for d in dimensions if d.sensitive]
        if sensitive and not self.figure.slices and not self.figure.counts_people:
            return str(_("Only numbers of people are split by sex or agency."))
        for cut in self.figure.slices:
            if cut.dimension and registry.find(cut.figure).source.dimension(cut.dimension).sensitive:
                return str(_("A share by sex is not split further, so that nobody can be singled out."))
        if sensitive and len(dimensions) > 1:
            return str(_("Splits by sex or agency are not crossed with another, so that nobody can be singled out."))
        if sensitive and not (self.period.is_calendar_year and not self.is_provisional):
            return str(_("Splits by sex or agency are shown for whole calendar years that have ended."))
        return ""

    def by(self, slug: str) -> Breakdown:
        """The figure split by one dimension. Raises Refusal, UnknownFigure, Inconsistent."""
        return split(self, slug)

    def across(self, first: str, second: str) -> Crossing:
        """The figure split by two dimensions. Raises Refusal, UnknownFigure, Inconsistent."""
        return cross(self, first, second)

    def trend(self, slug: str) -> dict[str, Number | None]:
        """The figure month by month or year by year within the period, by key; None where nothing was collected."""
        return trend(self, slug)


def read(slug: str, period: Period, *, as_at: date | None = None, reader: Reader = PUBLIC) -> Reading:
    """A registered figure for a period. Raises UnknownFigure."""
    return Reading(registry.find(slug), period, as_at=as_at, reader=reader)


def read_all(period: Period, *, as_at: date | None = None, reader: Reader = PUBLIC) -> list[Reading]:
    """Every registered figure for a period."""
    cover = records_cover()
    return [Reading(figure, period, as_at=as_at, reader=reader, cover=cover) for figure in registry]
