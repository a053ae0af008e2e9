"""What a figure counts one of, and how its value is written for people and for machines."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from django.conf import settings
from django.utils import formats
from django.utils.functional import Promise
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

Number = int | Decimal
#: Minor units in one unit of the office's currency.
MINOR = 100


@dataclass(frozen=True)
class Unit:
    """`decimals` is what is printed; money values are whole minor units until they are shown."""

    slug: str
    noun: str | Promise
    decimals: int = 0

    @property
    def is_money(self) -> bool:
        return self.slug == "money"

    @property
    def code(self) -> str:
        """The unit in data: the office's currency for money."""
        return settings.OFFICE_CURRENCY if self.is_money else self.slug

    def exact(self, value: Number | None) -> int | float | None:
        """The value as data: money in major units, shares with their printed decimals."""
        if value is None:
            return None
        number = Decimal(value) / MINOR if self.is_money else Decimal(value).quantize(Decimal(1).scaleb(-self.decimals))
        return int(number) if number == number.to_integral() else float(number)

    @property
    def head(self) -> str:
        """What stands over a column of bare numbers."""
        return self.code if self.is_money else str(self.noun)

    def bare(self, value: Number | None) -> str:
        """The number alone, in the language in force: 1,234; 18; 2,430,000 where a head names the currency."""
        return self.read(self.exact(value))

    def read(self, exact: float | None) -> str:
        """The same of a value as data has it."""
        if exact is None:
            return "–"
        decimals = 0 if isinstance(exact, int) else max(self.decimals, 2 if self.is_money else 1)
        return formats.number_format(exact, decimal_pos=decimals, use_l10n=True, force_grouping=True)

    def show(self, value: Number | None) -> str:
        """The number where nothing names its currency: 1,234; 18; AUD 2,430,000."""
        return self._with_currency(self.exact(value))

    def _with_currency(self, exact: float | None) -> str:
        text = self.read(exact)
        return f"{settings.OFFICE_CURRENCY}\u00a0{text}" if self.is_money and exact is not None else text

    def _in_millions(self, exact: float | None) -> bool:
        return self.is_money and exact is not None and abs(exact) >= 1_000_000 and exact % 100_000 == 0

    def printed_decimals(self, value: Number | None) -> int:
        """To how many decimals `phrase` prints; negative where it prints in round hundreds of thousands."""
        exact = self.exact(value)
        if self._in_millions(exact):
            return -5
        return 0 if exact is None or isinstance(exact, int) else max(self.decimals, 2 if self.is_money else 1)

    def phrase(self, value: Number | None) -> str:
        """The number as a sentence takes it: 18 per cent, AUD 2.7 million, 600."""
        return self.say(self.exact(value))

    def say(self, exact: float | None) -> str:
        """The same of a value as data has it."""
        if self.slug == "percent" and exact is not None:
            return _now("%(number)s per cent") % {"number": self.read(exact)}
        if exact is not None and self._in_millions(exact):
            millions = formats.number_format(exact / 1_000_000, decimal_pos=None, use_l10n=True)
            return _now("%(currency)s %(number)s million") % {"currency": settings.OFFICE_CURRENCY, "number": millions}
        return self._with_currency(exact)


ATTENDANCES = Unit("attendances", _("attendances"))
PEOPLE = Unit("people", _("people"))
EVENTS = Unit("events", _("events"))
BODIES = Unit("bodies", _("States and organisations"))
MEMBERS = Unit("members", _("members"))
COUNTRIES = Unit("countries", _("countries"))
ORGANISATIONS = Unit("organisations", _("organisations"))
PUBLICATIONS = Unit("publications", _("publications"))
ACTIVITIES = Unit("activities", _("activities"))
REQUESTS = Unit("requests", _("requests"))
UNDERTAKINGS = Unit("undertakings", _("undertakings"))
ENGAGEMENTS = Unit("engagements", _("engagements"))
MEETINGS = Unit("meetings", _("meetings"))
DAYS = Unit("days", _("days"), decimals=1)
PERCENT = Unit("percent", _("per cent"), decimals=1)
MONEY = Unit("money", _("money"))
