"""A verb at hand: its button, its permission and its address are one object."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from rso.core.closing import because
from rso.core.loading.columns import Column
from rso.core.permissions import Permission
from rso.core.states import Machine, Step

#: The answer that a verb asks for when the history must say why.
REASON = Column(
    "reason", "reason", "reason", True, "a reason", limit=400, label=_("Why"), hint=_("It stands in the history.")
)


@dataclass(frozen=True)
class Act:
    """What can be done to records: `run(things, *, by, now, **answers)`.

    `asks` are read like cells of a file and given to the verb by name. `why_not(thing, by)` says why the verb cannot be
    done to a record; then its button is not shown. What is `final` or asks something is shown with what it will change
    before it is done. `bulk` offers it for rows chosen in the list; without it there is no such way.
    """

    slug: str
    title: str | Promise
    permission: Permission
    run: Callable[..., Any]
    asks: tuple[Column, ...] = ()
    why_not: Callable[[Any, Any], str] = lambda thing, by: ""
    final: bool = False
    bulk: bool = True
    #: Whether a record's page tells why the verb cannot be done to it yet: it is the next step but for that.
    is_next: Callable[[Any], bool] = lambda thing: False
    #: What stands above the preview, where there is more to know.
    says: str | Promise = ""

    @property
    def look(self) -> str:
        return "bad" if self.final else "two"


def with_reason(act: Act) -> Act:
    """The same verb where it also asks why, as for records of a closed period."""
    if REASON in act.asks:
        return act

    def run(things: Sequence[Any], *, reason: str, **given: Any) -> Any:
        with because(reason):
            return act.run(things, **given)

    return replace(act, asks=(*act.asks, REASON), run=run)


def acts_of(machine: Machine) -> tuple[Act, ...]:
    """The verbs of a state machine, one for each of its steps."""

    def act(step: Step) -> Act:
        def run(things: Sequence[Any], **given: Any) -> list[Any]:
            return machine.take(step, things, **given)

        return Act(
            step.slug,
            step.title,
            step.who,
            run,
            asks=(*step.asks, *((REASON,) if step.asks_reason else ())),
            why_not=lambda thing, by: machine.why_not(step, thing, by),
            final=step.final,
            is_next=lambda thing: getattr(thing, machine.field) in step.sources,
        )

    return tuple(act(step) for step in machine.buttons)
