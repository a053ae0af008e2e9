"""Dimensions of whatever belongs to an activity: its purpose and its weighted themes."""

from collections.abc import Iterable
from datetime import date

from django.utils.translation import gettext_lazy as _

from rso.core.figures import Dimension
from rso.core.periods import Period
from rso.members.models import Body
from rso.workplan.models import ENGAGED, CorePurpose, Theme


def themes_of(period: Period) -> Iterable[int]:
    return Theme.objects.valid_in(period.starts, period.ends).filter(set__in=_sets()).values_list("pk", flat=True)


def purposes(_period: Period) -> Iterable[int]:
    return CorePurpose.objects.values_list("pk", flat=True)


def theme_breaks() -> Iterable[date]:
    """Days on which one set of themes gave way to another."""
    starts = Theme.objects.filter(set__in=_sets()).values_list("valid_from", flat=True).distinct()
    return sorted(starts.order_by())[1:]


def _sets() -> tuple[str, ...]:
    return ("thematic_area", "programme")


#: As seen from an activity.
PURPOSE = Dimension("purpose", _("Core purpose"), "purpose", CorePurpose, expected=purposes)
THEME = Dimension(
    "theme",
    _("Theme"),
    "themes__theme",
    Theme,
    weight="themes__weight",
    many=True,
    expected=themes_of,
    breaks=theme_breaks,
)
OF_ACTIVITY = (PURPOSE.under("activity"), THEME.under("activity"))


def partner(path: str = "parts") -> Dimension:
    """Organisations with a part as partner or expert; rows overlap, for a record may have several."""
    return Dimension(
        "partner", _("Partner"), f"{path}__body", Body, many=True, only={f"{path}__part__in": list(ENGAGED)}
    )
