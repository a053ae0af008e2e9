"""Rules and indexes that models of every room declare, and which of the rules a record breaks."""

from collections.abc import Iterator

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q
from django.db.models.functions import Upper


def one_of(name: str, field: str, choices: type[models.Choices], *, blank: bool = False) -> models.BaseConstraint:
    """A field holds one of its choices, or nothing where it may be blank, whoever writes it."""
    values = [*choices.values, ""] if blank else choices.values
    return models.CheckConstraint(condition=Q(**{f"{field}__in": values}), name=f"{name}_{field}_is_known")


def words_in(name: str, field: str = "title") -> models.Index:
    """PostgreSQL walks no index for words within a title, but learns from it how many rows hold them: whether to read a page
    of the newest from their order, or to sort what it found."""
    return models.Index(Upper(field), name=f"{name}_words")


def precision_is_known(name: str, field: str = "precision") -> models.BaseConstraint:
    return models.CheckConstraint(condition=Q(**{f"{field}__range": (1, 3)}), name=f"{name}_{field}_is_known")


def broken(thing: models.Model) -> Iterator[models.BaseConstraint]:
    """Which rules of the database a record breaks. Asked only when it has refused: each costs a query."""
    for rule in thing._meta.constraints:
        try:
            rule.validate(type(thing), thing)
        except ValidationError:
            yield rule
