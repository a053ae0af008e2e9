"""State machines: one table of steps decides buttons, checks, the README's diagram and the tests."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.db import models
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from rso.core import verbs
from rso.core.permissions import Permission
from rso.core.verbs import Check, Problem, refuse

if TYPE_CHECKING:
    from rso.accounts.models import User
    from rso.core.loading.columns import Column


@dataclass(frozen=True)
class Step:
    """A way from some states to another: who may go it, whether it asks why, whether it cannot be gone back.

    What it `asks` besides, such as the day of an answer, is written on the record; `sets` writes what else follows: (thing, now).
    """

    slug: str
    title: str | Promise
    sources: tuple[str, ...]
    target: str
    who: Permission
    asks_reason: bool = False
    final: bool = False
    #: Whether a button takes it; a step without one is taken by a verb that does more.
    button: bool = True
    asks: tuple[Column, ...] = ()
    sets: Callable[[Any, datetime], None] = lambda thing, now: None
    #: Why this person may not take this step with this record, or nothing: (thing, by).
    unless: Callable[[Any, Any], str | Promise] = lambda thing, by: ""


@dataclass(frozen=True)
class Machine:
    """The states of a model and the steps between them. `looks` names how each state is drawn: info, wait, ok, stop or late."""

    model: type[models.Model]
    steps: tuple[Step, ...]
    looks: Mapping[str, str]
    check: Check = lambda things: ()
    field: str = "state"

    @property
    def buttons(self) -> list[Step]:
        """The steps that a button takes."""
        return [step for step in self.steps if step.button]

    def step(self, slug: str) -> Step:
        return next(step for step in self.steps if step.slug == slug)

    def label(self, state: str) -> str:
        field: Any = self.model._meta.get_field(self.field)
        return str(dict(field.flatchoices)[state])

    def why_not(self, step: Step, thing: Any, by: User) -> str:
        """Why the step cannot be taken with this record, or nothing."""
        now_in = getattr(thing, self.field)
        if now_in not in step.sources:
            allowed = ", ".join(self.label(state) for state in step.sources)
            return _("is “%(state)s”; this is for: %(allowed)s") % {"state": self.label(now_in), "allowed": allowed}
        return str(step.unless(thing, by))

    def take(
        self, step: Step, things: Sequence[Any], *, by: User, now: datetime, reason: str = "", **answers: Any
    ) -> list[Any]:
        """Takes a step with each of the records: all of them or none. The audit event is named by the step."""
        refuse(self._problems(step, things, by, reason, answers))
        for thing in things:
            setattr(thing, self.field, step.target)
            for column in step.asks:
                setattr(thing, column.attribute, answers.get(column.name, column.default))
            if reason and any(field.name == "reason" for field in thing._meta.concrete_fields):
                thing.reason = reason
            step.sets(thing, now)
        refuse(self.check(things))
        return verbs.change(things, verb=step.slug, by=by, now=now, reason=reason)

    def _problems(
        self, step: Step, things: Sequence[Any], by: User, reason: str, answers: Mapping[str, Any]
    ) -> Iterator[Problem]:
        if step.asks_reason and not reason.strip():
            yield Problem(0, "reason", _("say why; it stands in the history"))
        for column in step.asks:
            if column.required and answers.get(column.name) in (None, ""):
                yield Problem(0, column.name, _("is needed for this"))
        for at, thing in enumerate(things):
            if says := self.why_not(step, thing, by):
                yield Problem(at, self.field, says)

    def diagram(self) -> str:
        """The steps as Mermaid draws them; it stands in the room's README."""
        lines = [f"    {source} --> {step.target}: {step.slug}" for step in self.steps for source in step.sources]
        return "\n".join(["stateDiagram-v2", *lines])
